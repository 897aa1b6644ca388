//! `threats --format json`, also inside the report's JSON.

use std::borrow::Cow;
use std::cell::Cell;

use redan_engine::analysis::{Question, QuestionIx, Threat, ThreatIx};
use redan_engine::policy::priority;
use redan_model::Thing;
use redan_model::lang::{Linddun, Stride};
use serde::{Serialize, Serializer};

use super::ids::Ids;
use super::scores::ScoresJson;
use super::shared::{ByRule, OfRules, Phrases, Texts};
use super::write::Fragment;
use super::{DiagnosticJson, ModelJson, PlaceJson, RealisedJson, Selection};
use crate::Input;

/// The document.
pub struct ThreatsJson<'a> {
    input: &'a Input<'a>,
    selection: &'a Selection<'a>,
    of_rules: ByRule,
    ids: Ids<'a>,
}

impl<'a> ThreatsJson<'a> {
    /// The selected part of an analysis.
    pub fn of(input: &'a Input<'a>, selection: &'a Selection<'a>) -> Self {
        Self { input, selection, of_rules: ByRule::of(input), ids: Ids::of(input) }
    }
}

impl Serialize for ThreatsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { input, selection, of_rules, ids } = self;
        let lints = if selection.lints { &input.analysis.lints[..] } else { &[] };
        Document {
            version: 1,
            model: ModelJson::of(input.model, input.sources),
            threats: each(ids.threats_ahead(&selection.threats).map(|threat| ThreatJson::of(input, ids, threat, of_rules))),
            questions: each(ids.questions_ahead(&selection.questions).map(|question| QuestionJson::of(ids, question))),
            lints: each(lints.iter().map(|lint| DiagnosticJson::of(input.sources, lint))),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct Document<'a, T: Serialize, Q: Serialize, L: Serialize> {
    version: u8,
    model: ModelJson<'a>,
    threats: T,
    questions: Q,
    lints: L,
}

/// A list that makes its items while it is written, once.
struct Each<I>(Cell<Option<I>>);

fn each<I: Iterator<Item: Serialize>>(items: I) -> Each<I> {
    Each(Cell::new(Some(items)))
}

impl<I: Iterator<Item: Serialize>> Serialize for Each<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.take().into_iter().flatten())
    }
}

/// One threat.
#[derive(Debug, Serialize)]
struct ThreatJson<'a> {
    id: &'a str,
    rule: Option<&'a str>,
    subject: Option<&'a str>,
    subjects: Texts<'a, Thing, Ids<'a>>,
    title: &'a str,
    categories: Categories<'a>,
    status: &'static str,
    likelihood: Option<u8>,
    impact: Option<u8>,
    risk: Option<u8>,
    band: Option<&'static str>,
    priority: Option<&'static str>,
    residual: ResidualJson,
    range: Option<(u8, u8)>,
    rating_reasons: Phrases<'a>,
    /// Scores on other scales, by scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    scores: Option<ScoresJson<'a>>,
    mitigations: &'a [String],
    description: Cow<'a, Fragment>,
    references: Cow<'a, Fragment>,
    counterparts: Cow<'a, Fragment>,
    assumptions: &'a [String],
    questions: Texts<'a, QuestionIx, Ids<'a>>,
    answer: Option<AnswerJson<'a>>,
    merged: &'a [String],
    /// What tests and scanners found of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<RealisedJson<'a>>,
    /// What identifies the threat in a model of the Microsoft Threat Modeling Tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    tmt_key: Option<&'a str>,
    location: PlaceJson<'a>,
}

#[derive(Debug, Serialize)]
struct Categories<'a> {
    #[serde(skip_serializing_if = "Texts::is_empty")]
    stride: Texts<'a, Stride, ()>,
    #[serde(skip_serializing_if = "Texts::is_empty")]
    linddun: Texts<'a, Linddun, ()>,
}

#[derive(Debug, Serialize)]
struct ResidualJson {
    inherent: Option<u8>,
    current: Option<u8>,
    target: Option<u8>,
}

#[derive(Debug, Serialize)]
struct AnswerJson<'a> {
    key: &'a str,
    because: Option<&'a str>,
    owner: Option<&'a str>,
    until: Option<String>,
    expired: bool,
}

impl<'a> ThreatJson<'a> {
    /// A threat as the format has it, with what most threats of one rule have in common.
    fn of(input: &'a Input<'_>, ids: &'a Ids<'a>, threat: &'a Threat, of_rules: &'a ByRule) -> Self {
        match threat.rule {
            Some(rule) if !has_own(threat) => {
                let OfRules { description, references, counterparts } = of_rules.get(input, rule);
                Self::with(input, ids, threat, [description, references, counterparts].map(Cow::Borrowed))
            }
            _ => {
                let OfRules { description, references, counterparts } = OfRules::of(input, threat);
                Self::with(input, ids, threat, [description, references, counterparts].map(Cow::Owned))
            }
        }
    }

    fn with(input: &'a Input<'_>, ids: &'a Ids<'a>, threat: &'a Threat, of_rules: [Cow<'a, Fragment>; 3]) -> Self {
        let [description, references, counterparts] = of_rules;
        let band = threat.rating.band;
        Self {
            id: &threat.id,
            rule: threat.rule.map(|rule| input.knowledge.rules[usize::from(rule.0)].id.as_str()),
            subject: threat.subject.map(|thing| ids.thing(thing)),
            subjects: Texts::of(&threat.subjects, ids, |ids, thing| ids.thing(*thing)).and(&threat.affected),
            title: &threat.title,
            categories: Categories {
                stride: Texts::of(&threat.stride, &(), |(), category| category.as_str()),
                linddun: Texts::of(&threat.linddun, &(), |(), category| category.as_str()),
            },
            status: threat.status.as_str(),
            likelihood: threat.rating.likelihood,
            impact: threat.rating.impact,
            risk: threat.rating.risk,
            band: band.map(redan_model::lang::Band::as_str),
            priority: band.map(priority),
            residual: ResidualJson { inherent: threat.residual.inherent, current: threat.residual.current, target: threat.residual.target },
            range: threat.range,
            rating_reasons: Phrases(&threat.rating_reasons),
            scores: Some(threat.scores()).filter(|scores| !scores.is_empty()).map(ScoresJson),
            mitigations: &threat.mitigations,
            description,
            references,
            counterparts,
            assumptions: &threat.assumptions,
            questions: Texts::of(&threat.questions, ids, |ids, ix| ids.question(*ix)),
            answer: threat.answer.as_deref().map(AnswerJson::of),
            merged: &threat.merged,
            findings: RealisedJson::of_threat(input.analysis.evidence.as_deref(), &threat.id),
            tmt_key: tmt_key(input, threat),
            location: ids.place(threat),
        }
    }
}

/// Whether a threat says something where most have the words of their rule.
fn has_own(threat: &Threat) -> bool {
    !threat.merged.is_empty() || threat.stated_description().is_some() || threat.stated_references().next().is_some()
}

/// The key that an imported threat keeps.
fn tmt_key<'a>(input: &'a Input<'_>, threat: &Threat) -> Option<&'a str> {
    let extras = &input.model.root.threats.entries.get(&threat.id)?.value.extras.0;
    extras.iter().find(|(key, _)| key == "x-tmt-key").and_then(|(_, node)| node.as_str())
}

impl<'a> AnswerJson<'a> {
    fn of(answer: &'a redan_engine::analysis::Answer) -> Self {
        Self {
            key: &answer.key,
            because: answer.because.as_deref(),
            owner: answer.owner.as_deref(),
            until: answer.until.map(|date| date.to_string()),
            expired: answer.expired,
        }
    }
}

/// One question.
#[derive(Debug, Serialize)]
pub struct QuestionJson<'a> {
    id: &'a str,
    subject: &'a str,
    fact: &'a str,
    text: &'a str,
    safe: Option<&'static str>,
    r#unsafe: Option<&'static str>,
    settles: Texts<'a, ThreatIx, Ids<'a>>,
    rates: Texts<'a, ThreatIx, Ids<'a>>,
    risk: u8,
    hint: &'a str,
}

impl<'a> QuestionJson<'a> {
    /// A question as the format has it.
    pub fn of(ids: &'a Ids<'a>, question: &'a Question) -> Self {
        let threats = |list| Texts::of(list, ids, |ids: &Ids<'_>, ix: &ThreatIx| ids.threat(*ix));
        Self {
            id: &question.id,
            subject: ids.thing(question.fact.thing),
            fact: &question.path,
            text: &question.text,
            safe: question.safe,
            r#unsafe: question.unsafe_,
            settles: threats(&question.settles),
            rates: threats(&question.rates),
            risk: question.risk,
            hint: &question.hint,
        }
    }
}
