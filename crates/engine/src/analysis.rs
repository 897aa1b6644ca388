//! What [`crate::analyse`] finds: threats, questions and lints, ready for every face.
//!
//! Threats come in a fixed order: those written by hand in source order, then raised ones by rule order and subject
//! order. Faces sort for display; ids, gate and JSON count threats.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::civil::Date;
use redan_model::lang::{Band, Linddun, State, Stride};
use redan_model::{AssetIx, Diagnostic, Span, Thing};

use crate::Knowledge;
use crate::catalogue::ControlIx;
use crate::evidence::Assessment;
use crate::fact::BaseFact;
use crate::few::{Few, Seldom};
use crate::rule::{Rule, RuleIx};
use crate::score::Scored;

/// Index of a threat in [`Analysis::threats`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreatIx(pub u32);

/// Index of a question in [`Analysis::questions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuestionIx(pub u32);

/// Where a threat stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The facts are known and nothing counters it.
    Open,
    /// It waits for facts.
    Question,
    /// Controls or finished mitigations answer it.
    Mitigated,
    /// Somebody carries the risk until a date.
    Accepted,
    /// Somebody else carries the risk.
    Transferred,
    /// What had it is gone.
    Avoided,
    /// The rule is wrong here.
    FalsePositive,
    /// It cannot happen here.
    NotApplicable,
}

impl Status {
    /// Every status, in the order of lists.
    pub const ALL: [Status; 8] = [
        Self::Open,
        Self::Question,
        Self::Mitigated,
        Self::Accepted,
        Self::Transferred,
        Self::Avoided,
        Self::FalsePositive,
        Self::NotApplicable,
    ];

    /// The word in files and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Question => "question",
            Self::Mitigated => "mitigated",
            Self::Accepted => "accepted",
            Self::Transferred => "transferred",
            Self::Avoided => "avoided",
            Self::FalsePositive => "false-positive",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// Likelihood, impact and what follows from them. A threat with only a stated band has no numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rating {
    /// 1 to 5.
    pub likelihood: Option<u8>,
    /// 1 to 5.
    pub impact: Option<u8>,
    /// Likelihood times impact, 1 to 25.
    pub risk: Option<u8>,
    /// The band of the risk, or the stated one where there are no numbers.
    pub band: Option<Band>,
}

/// The risk of one threat in the three models; `None` where there are no numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Residual {
    /// With every counter absent.
    pub inherent: Option<u8>,
    /// As the model stands.
    pub current: Option<u8>,
    /// With planned mitigations in place.
    pub target: Option<u8>,
}

/// The entry of the model that answers a raised threat, or that is the threat.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Its key under `threats`.
    pub key: String,
    /// Why.
    pub because: Option<String>,
    /// Who decided.
    pub owner: Option<String>,
    /// Until when an acceptance holds.
    pub until: Option<Date>,
    /// Whether that date has passed.
    pub expired: bool,
    /// What is written about the threat, or the sentence that its parts make; see [`Threat::description`] for what to show.
    pub description: Option<String>,
    /// Scores on other scales.
    pub scores: Vec<Scored>,
    /// The band that it states.
    pub band: Option<Band>,
    /// Ids in public lists; see [`Threat::references`] for all of them.
    pub references: IndexMap<String, Vec<String>>,
    /// Day on which the threat was found.
    pub identified: Option<Date>,
    /// Where the key is.
    pub span: Span,
}

/// A control that answers a threat, in full or in part, or that would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CounterUse {
    /// Which control.
    pub control: ControlIx,
    /// Where it was looked up.
    pub place: Thing,
    /// What is known of it there.
    pub state: State,
}

/// One threat.
#[derive(Debug, Clone)]
pub struct Threat {
    /// `T1` for one written by hand, else `<rule>@<subject>[@<asset>]`.
    pub id: String,
    /// The rule that raised it.
    pub rule: Option<RuleIx>,
    /// What it is about; the first of `on` for one written by hand.
    pub subject: Option<Thing>,
    /// Everything that it is about, the subject first, threats merged into it included.
    pub subjects: Few<Thing, 1>,
    /// Elements that it reaches without being about them, such as what lies behind a missing filter; none is a subject.
    pub affected: Seldom<Thing>,
    /// The asset that `with` bound.
    pub with: Option<AssetIx>,
    /// In a few words.
    pub title: String,
    /// STRIDE categories.
    pub stride: Few<Stride, 6>,
    /// LINDDUN categories.
    pub linddun: Few<Linddun, 7>,
    /// Where it stands.
    pub status: Status,
    /// Its rating as it stands: for a mitigated threat without its counters, for a question as if it were open.
    pub rating: Rating,
    /// Why the rating is what it is, as short phrases: "likelihood 4 in the rule", "+1 reachable from Internet without crossing a boundary".
    /// Threats that are rated alike share them.
    pub rating_reasons: Arc<[Arc<str>]>,
    /// Lowest and highest risk while facts are unknown; `None` when the rating is certain.
    pub range: Option<(u8, u8)>,
    /// Risk before, now, and with planned mitigations.
    pub residual: Residual,
    /// Ids of mitigations that deal with it: stated, or because they state a control that counters it.
    pub mitigations: Seldom<String>,
    /// Controls that counter it where it was looked for, known or not.
    pub counters: Box<[CounterUse]>,
    /// Some but not all of what counters it is there.
    pub partly_countered: bool,
    /// Unconfirmed assumptions that its status rests on.
    pub assumptions: Seldom<String>,
    /// Questions that settle it, in question order.
    pub questions: Few<QuestionIx, 3>,
    /// The entry of the model that answers it, or that it is.
    pub answer: Option<Box<Answer>>,
    /// Ids of raised threats that were merged into it.
    pub merged: Seldom<String>,
    /// Where a reader should look: its own entry, else the subject's.
    pub location: Span,
}

/// Where a threat stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its status.
    pub status: Status,
    /// Its band.
    pub band: Option<Band>,
    /// Likelihood times impact.
    pub risk: Option<u8>,
    /// What is left of it with what is in place.
    pub residual: Option<u8>,
}

impl Standing {
    /// Where a threat stands.
    pub fn of(threat: &Threat) -> Self {
        let rating = threat.rating;
        Self { status: threat.status, band: threat.band(), risk: rating.risk, residual: threat.residual.current }
    }
}

impl Threat {
    /// The rules that raised it, merged ones included.
    pub fn rules<'k>(&self, knowledge: &'k Knowledge) -> Vec<&'k Rule> {
        let own = self.rule.and_then(|ix| knowledge.rules.get(usize::from(ix.0)));
        let merged = self.merged.iter().filter_map(|id| {
            let rule = id.split('@').next()?;
            knowledge.rules.iter().find(|known| known.id == rule)
        });
        own.into_iter().chain(merged).collect()
    }

    /// What is written about it.
    pub fn stated_description(&self) -> Option<&str> {
        self.answer.as_ref()?.description.as_deref()
    }

    /// What happens: what is written, else what the rule says.
    pub fn description<'t>(&'t self, knowledge: &'t Knowledge) -> &'t str {
        let why = || self.rules(knowledge).first().map_or("", |rule| rule.why.as_str());
        self.stated_description().unwrap_or_else(why)
    }

    /// Its scores on other scales.
    pub fn scores(&self) -> &[Scored] {
        self.answer.as_ref().map_or(&[], |answer| &answer.scores)
    }

    /// Its band: that of its rating, or else the one that is stated.
    pub fn band(&self) -> Option<Band> {
        self.rating.band.or_else(|| self.answer.as_ref()?.band)
    }

    /// Day on which it was found, if stated.
    pub fn identified(&self) -> Option<Date> {
        self.answer.as_ref()?.identified
    }

    /// Ids in public lists that are stated, by list.
    pub fn stated_references(&self) -> impl Iterator<Item = (&String, &Vec<String>)> {
        self.answer.iter().flat_map(|answer| &answer.references)
    }

    /// How to stop it, as the rule says; empty for a threat written by hand that no rule knows.
    pub fn fix<'k>(&self, knowledge: &'k Knowledge) -> &'k str {
        self.rules(knowledge).first().map_or("", |rule| rule.fix.as_str())
    }

    /// Ids in public lists: stated ones first, then those of its rules.
    pub fn references(&self, knowledge: &Knowledge) -> IndexMap<String, Vec<String>> {
        let mut all: IndexMap<String, Vec<String>> = self.stated_references().map(|(list, ids)| (list.clone(), ids.clone())).collect();
        for (list, ids) in self.rules(knowledge).into_iter().flat_map(|rule| &rule.references) {
            let known = all.entry(list.clone()).or_default();
            for id in ids {
                if !known.contains(id) {
                    known.push(id.clone());
                }
            }
        }
        all
    }

    /// Rules of other tools that it stands for, as `tool:id`.
    pub fn counterparts(&self, knowledge: &Knowledge) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for id in self.rules(knowledge).into_iter().flat_map(|rule| &rule.counterparts) {
            if !all.contains(id) {
                all.push(id.clone());
            }
        }
        all
    }
}

/// One thing that nobody has said yet and that decides something.
#[derive(Debug, Clone)]
pub struct Question {
    /// `<subject>.<fact>`.
    pub id: String,
    /// The fact to state.
    pub fact: BaseFact,
    /// The fact as a path below the subject; shared with questions about the same fact of other things, as the hint is.
    pub path: Arc<str>,
    /// In plain words.
    pub text: String,
    /// How to find out.
    pub hint: Arc<str>,
    /// The answer that takes threats away, where there is one.
    pub safe: Option<&'static str>,
    /// The answer that opens threats, where there is one.
    pub unsafe_: Option<&'static str>,
    /// Threats whose status it may settle.
    pub settles: Vec<ThreatIx>,
    /// Threats whose rating it moves.
    pub rates: Vec<ThreatIx>,
    /// The highest risk among the threats that it may settle or rate.
    pub risk: u8,
}

/// What happened in one cell of element x category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Rules that looked at the thing for this category.
    pub considered: u32,
    /// Open threats.
    pub open: u32,
    /// Threats that wait for facts.
    pub questions: u32,
    /// Mitigated threats, and those with another answer.
    pub answered: u32,
}

/// One row of the coverage table: a thing in scope, with a cell per STRIDE category in the order of the word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRow {
    /// The element, flow or zone.
    pub thing: Thing,
    /// S, T, R, I, D, E.
    pub cells: [Cell; 6],
}

/// Everything that the engine has to say about a model.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// All threats, whatever their status.
    pub threats: Vec<Threat>,
    /// Questions, most risk settled first.
    pub questions: Vec<Question>,
    /// Faults of the model, suppressed ones left out, in source order.
    pub lints: Vec<Diagnostic>,
    /// Which elements were looked at for which category.
    pub coverage: Vec<CoverageRow>,
    /// What reports of tests and scanners say; `None` without reports.
    pub evidence: Option<Box<Assessment>>,
}

impl Analysis {
    /// The threat with an id, or that a merged id went into.
    pub fn threat(&self, id: &str) -> Option<&Threat> {
        self.threats.iter().find(|t| t.id == id).or_else(|| self.threats.iter().find(|t| t.merged.iter().any(|m| m == id)))
    }

    /// How many threats have a status.
    pub fn count(&self, status: Status) -> usize {
        self.threats.iter().filter(|t| t.status == status).count()
    }
}
