//! A model compared with a public list of risks: every entry is met by threats, does not apply for a reason that the
//! model gives, or was not considered.
//!
//! A model that was drawn from past incidents alone cannot see what it never met; this shows it.

use indexmap::IndexMap;
use redan_model::Model;

use crate::Knowledge;
use crate::analyse::judge::{is_subject, kind_of};
use crate::analysis::{Analysis, Status, Threat, ThreatIx};
use crate::catalogue::{Taxonomy, TaxonomyEntry};
use crate::facts::{Facts, Overlay, Stage};
use crate::rule::{Rule, SubjectKind};

/// What became of one entry; exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// These threats are about it, whatever their status.
    Covered(Vec<ThreatIx>),
    /// It cannot happen here; the reasons that the model gives, as sentences.
    NotApplicable(Vec<String>),
    /// No rule in use and no threat written by hand is about it.
    NotConsidered,
}

impl Verdict {
    /// The word in output.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Covered(_) => "covered",
            Self::NotApplicable(_) => "not-applicable",
            Self::NotConsidered => "not-considered",
        }
    }
}

/// One entry of a taxonomy with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled<'k> {
    /// Its id in the list.
    pub id: &'k str,
    /// Its name.
    pub name: &'k str,
    /// What became of it.
    pub verdict: Verdict,
}

/// Every entry of a taxonomy, in the order of the list.
pub fn reconcile<'k>(model: &Model, knowledge: &'k Knowledge, analysis: &Analysis, taxonomy: &'k Taxonomy) -> Vec<Reconciled<'k>> {
    let nothing = Overlay::default();
    let facts = Facts::new(model, knowledge, Stage::Current, &nothing);
    let meeting = Meeting { model, knowledge, analysis, taxonomy, facts: &facts };
    taxonomy.entries.iter().map(|(id, entry)| Reconciled { id, name: &entry.name, verdict: meeting.verdict(id, entry) }).collect()
}

/// What entries are looked up in.
struct Meeting<'a> {
    model: &'a Model,
    knowledge: &'a Knowledge,
    analysis: &'a Analysis,
    taxonomy: &'a Taxonomy,
    facts: &'a Facts<'a>,
}

impl Meeting<'_> {
    fn verdict(&self, id: &str, entry: &TaxonomyEntry) -> Verdict {
        let about: Vec<(usize, &Threat)> =
            self.analysis.threats.iter().enumerate().filter(|(_, threat)| self.threat_meets(threat, id, entry)).collect();
        let live: Vec<ThreatIx> = about.iter().filter(|(_, threat)| !is_ruled_out(threat.status)).map(|(ix, _)| index(*ix)).collect();
        if !live.is_empty() {
            return Verdict::Covered(live);
        }
        let mut reasons: Vec<String> = about.iter().map(|(_, threat)| answer(threat)).collect();
        reasons.extend(self.left_out(id, entry));
        reasons.extend(self.knowledge.rules.iter().filter(|rule| self.rule_meets(rule, id, entry)).filter_map(|rule| self.quiet(rule)));
        if reasons.is_empty() { Verdict::NotConsidered } else { Verdict::NotApplicable(reasons) }
    }

    fn threat_meets(&self, threat: &Threat, id: &str, entry: &TaxonomyEntry) -> bool {
        let stride = threat.stride.iter().map(|category| category.as_str());
        let linddun = threat.linddun.iter().map(|category| category.as_str());
        self.meets(id, entry, stride.chain(linddun), &threat.references(self.knowledge))
    }

    fn rule_meets(&self, rule: &Rule, id: &str, entry: &TaxonomyEntry) -> bool {
        let stride = rule.stride.iter().map(|category| category.as_str());
        let linddun = rule.linddun.iter().map(|category| category.as_str());
        self.meets(id, entry, stride.chain(linddun), &rule.references)
    }

    fn meets<'c>(
        &self,
        id: &str,
        entry: &TaxonomyEntry,
        mut categories: impl Iterator<Item = &'c str>,
        references: &IndexMap<String, Vec<String>>,
    ) -> bool {
        if matches!(self.taxonomy.list.as_str(), "stride" | "linddun") {
            return categories.any(|category| category == id);
        }
        let cites = |list: &str, wanted: &str| references.get(list).is_some_and(|ids| ids.iter().any(|cited| cited == wanted));
        let named = std::iter::once(id).chain(entry.also.iter().map(String::as_str)).any(|wanted| cites(&self.taxonomy.list, wanted));
        named || entry.cwe.iter().any(|number| cites("cwe", number))
    }

    /// The reason that the scope gives for leaving it out.
    fn left_out(&self, id: &str, entry: &TaxonomyEntry) -> Option<String> {
        let scope = &self.model.root.scope.as_ref()?.value;
        let is_it = |item: &str| item.eq_ignore_ascii_case(id) || item.eq_ignore_ascii_case(&entry.name);
        let (_, reason) = scope.out.items.iter().find(|(item, _)| is_it(&item.value))?;
        Some(
            reason.as_ref().map_or_else(|| "left out of the scope".to_owned(), |reason| format!("left out of the scope: {}", reason.value)),
        )
    }

    /// Why a rule that is about it says nothing; `None` when it is about nothing that is there.
    fn quiet(&self, rule: &Rule) -> Option<String> {
        let looked_at = |thing: &redan_model::Thing| is_subject(self.facts, *thing) && rule.on.contains(&kind_of(self.facts, *thing));
        let count = self.facts.model.things().filter(looked_at).count();
        let kinds = rule.on.iter().map(|kind| plural(*kind)).collect::<Vec<_>>().join(" or ");
        Some(match count {
            0 => format!("{}: there are no {kinds} that are looked at", rule.id),
            1 => format!("{}: what it needs does not hold for the one of the {kinds}", rule.id),
            count => format!("{}: what it needs holds for none of the {count} {kinds}", rule.id),
        })
    }
}

fn index(ix: usize) -> ThreatIx {
    ThreatIx(u32::try_from(ix).unwrap_or(u32::MAX))
}

/// Whether somebody has decided that it cannot happen here.
fn is_ruled_out(status: Status) -> bool {
    matches!(status, Status::NotApplicable | Status::FalsePositive | Status::Avoided)
}

fn answer(threat: &Threat) -> String {
    let because = threat.answer.as_ref().and_then(|answer| answer.because.as_deref());
    because.map_or_else(|| format!("{} is {}", threat.id, threat.status.as_str()), |because| format!("{}: {because}", threat.id))
}

fn plural(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Actor => "actors",
        SubjectKind::External => "external systems",
        SubjectKind::Process => "processes",
        SubjectKind::Store => "stores",
        SubjectKind::Flow => "flows",
        SubjectKind::Zone => "zones",
        SubjectKind::Asset => "assets",
        SubjectKind::Model => "models",
    }
}
