//! The smallest changes of facts that would clear a threat, or open it.
//!
//! Candidates come from the rule's counters and from the facts behind its conditions; each is tried on a copy of the
//! facts, and only those that do change the status are named. What is printed is therefore what will happen.

use redan_model::lang::MitigationStatus;
use redan_model::{Place, Thing};

use super::{Case, outcome, rule};
use crate::analyse::counter::Sight;
use crate::analyse::raised::Raiser;
use crate::analyse::{Input, is_live};
use crate::analysis::{Status, Threat};
use crate::explain::Change;
use crate::fact::{BaseFact, FactKey, Origin};
use crate::facts::Overlay;

/// No more alternatives than this are shown of a kind.
const MOST: usize = 8;
/// No more than this are tried.
const MOST_TRIED: usize = 96;

/// What would clear a raised threat, then what would open it.
pub(super) fn changes(raiser: &Raiser<'_, '_>, case: &Case, threat: &Threat) -> Vec<Change> {
    // What somebody has decided stays decided, whatever the facts are.
    let decided = raiser.answers.find(&case.id).is_some_and(|(_, entry)| entry.value.status.is_some());
    if decided || !matches!(threat.status, Status::Open | Status::Question | Status::Mitigated) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut search = Search { raiser, case, tried: 0 };
    if is_live(threat.status) {
        found.extend(search.verified(search.candidates(true), |status| !status.is_some_and(is_live)));
    }
    if threat.status != Status::Open {
        found.extend(search.verified(search.candidates(false), |status| status == Some(Status::Open)));
    }
    found
}

/// What would settle a threat that people wrote: finishing what is planned against it.
pub(super) fn by_hand(input: &Input<'_>, threat: &Threat) -> Vec<Change> {
    let decided = threat.answer.as_ref().and_then(|answer| input.model.root.threats.entries.get(&answer.key));
    if threat.status != Status::Open || threat.mitigations.is_empty() || decided.is_some_and(|entry| entry.value.status.is_some()) {
        return Vec::new();
    }
    let stated = decided.map(|entry| entry.value.mitigations.values().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let entries = &input.model.root.mitigations.entries;
    let waiting: Vec<&String> = stated
        .iter()
        .filter(|id| {
            let status = entries.get(*id).and_then(|entry| entry.value.status.as_ref()).map(|status| status.value);
            status != Some(MitigationStatus::Implemented)
        })
        .collect();
    let Some(first) = waiting.first() else { return Vec::new() };
    vec![Change {
        facts: Vec::new(),
        assignments: waiting.iter().map(|id| format!("mitigations.{id}.status=implemented")).collect(),
        span: entries.get(*first).map(|entry| entry.key_span),
        status: Some(Status::Mitigated),
        risk: threat.residual.target,
    }]
}

/// A set of statements, as an overlay and as arguments of `redan set`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Candidate {
    overlay: Overlay,
    assignments: Vec<String>,
}

struct Search<'a, 'b, 'm> {
    raiser: &'a Raiser<'b, 'm>,
    case: &'a Case,
    tried: usize,
}

impl Search<'_, '_, '_> {
    /// The candidates that have the wanted effect, smallest first, without those that contain a smaller one.
    fn verified(&mut self, mut candidates: Vec<Candidate>, wanted: impl Fn(Option<Status>) -> bool) -> Vec<Change> {
        candidates.sort_by_key(|candidate| candidate.assignments.len());
        let mut found: Vec<(Candidate, Change)> = Vec::new();
        for candidate in candidates {
            let contains = |known: &Candidate| known.assignments.iter().all(|one| candidate.assignments.contains(one));
            if found.len() >= MOST || self.tried >= MOST_TRIED || found.iter().any(|(known, _)| contains(known)) {
                continue;
            }
            self.tried += 1;
            let after = outcome(self.raiser.input, self.case, &candidate.overlay);
            let status = after.as_ref().map(|threat| threat.status);
            if wanted(status) {
                let change = self.change(&candidate, after.as_ref());
                found.push((candidate, change));
            }
        }
        found.into_iter().map(|(_, change)| change).collect()
    }

    fn change(&self, candidate: &Candidate, after: Option<&Threat>) -> Change {
        let first = candidate.overlay.facts.first().map(|(fact, _)| *fact);
        Change {
            facts: candidate.overlay.facts.clone(),
            assignments: candidate.assignments.clone(),
            span: first.and_then(|fact| self.span(fact)),
            status: after.map(|threat| threat.status),
            risk: after.and_then(|threat| threat.residual.current),
        }
    }

    /// Where a fact is stated now, or the entry where it would be.
    fn span(&self, fact: BaseFact) -> Option<redan_model::Span> {
        let facts = self.raiser.judge.facts;
        if fact.key.is_state() { facts.used_state(fact.thing, fact.key).span } else { facts.entry_span(fact.thing) }
    }

    fn candidates(&self, clear: bool) -> Vec<Candidate> {
        let counters = self.counter_candidates(clear);
        let conditions = self.condition_candidates();
        // A threat may need both: the condition that makes it possible, and nothing that stands against it.
        let mut both = Vec::new();
        if !clear {
            for condition in &conditions {
                both.extend(counters.first().map(|counter| joined(condition, counter)));
            }
        }
        counters.into_iter().chain(conditions).chain(both).filter(|candidate| !candidate.assignments.is_empty()).collect()
    }

    fn counter_candidates(&self, clear: bool) -> Vec<Candidate> {
        let rule = rule(self.raiser.input, self.case);
        let sight = Sight { facts: self.raiser.judge.facts, subject: self.case.env.subject, turned: false };
        let value = if clear { "yes" } else { "no" };
        let set = |set: Vec<(Thing, crate::catalogue::ControlIx)>| {
            let mut candidate = Candidate::default();
            for (place, control) in set {
                self.assign(&mut candidate, sight.lever(place, control), place, value);
            }
            candidate
        };
        sight.sets(&rule.countered_by, clear).into_iter().map(set).collect()
    }

    /// Adds a statement about a control, through whatever makes it so today.
    fn assign(&self, candidate: &mut Candidate, fact: BaseFact, place: Thing, value: &str) {
        let (model, catalogue) = (self.raiser.input.model, &self.raiser.input.knowledge.catalogue);
        let used = self.raiser.judge.facts.used_state(place, fact.key);
        let add = |list: &mut Vec<String>, item: String| {
            if !list.contains(&item) {
                list.push(item);
            }
        };
        match used.origin {
            Origin::Assumed { assumption, .. } => {
                add(&mut candidate.assignments, format!("assumptions.{assumption}.status=refuted"));
                add(&mut candidate.overlay.refuted, assumption);
            }
            Origin::Mitigation(mitigation) => {
                add(&mut candidate.assignments, format!("mitigations.{mitigation}.status=rejected"));
                add(&mut candidate.overlay.undone, mitigation);
            }
            _ => {
                let assignment = format!("{}={value}", fact.id(model, catalogue));
                if !candidate.assignments.contains(&assignment) {
                    candidate.assignments.push(assignment);
                    candidate.overlay.facts.push((fact, value.to_owned()));
                }
            }
        }
    }

    /// Other values of the facts behind the conditions, one at a time.
    fn condition_candidates(&self) -> Vec<Candidate> {
        let facts = self.raiser.judge.facts;
        let rule = rule(self.raiser.input, self.case);
        let env = self.case.env;
        let mut behind: Vec<BaseFact> = rule.when.unknown_facts(facts, env);
        for used in rule.when.atoms(facts, env).iter().flat_map(|atom| &atom.facts) {
            behind.push(if used.fact.key.is_state() { facts.ask(used.fact.thing, used.fact.key) } else { used.fact });
            behind.push(used.fact);
        }
        crate::analyse::raised::unique(&mut behind);
        let mut found = Vec::new();
        for fact in behind {
            for value in self.values(fact) {
                let assignment = format!("{}={value}", fact.id(self.raiser.input.model, &self.raiser.input.knowledge.catalogue));
                let overlay = Overlay { facts: vec![(fact, value)], ..Overlay::default() };
                found.push(Candidate { overlay, assignments: vec![assignment] });
            }
        }
        found
    }

    /// Values that somebody could give to a fact.
    fn values(&self, fact: BaseFact) -> Vec<String> {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        let catalogue = &self.raiser.input.knowledge.catalogue;
        match fact.key {
            FactKey::Trait(_) | FactKey::Control(_) => words(&["yes", "no"]),
            FactKey::Level(_) => words(&["none", "low", "medium", "high", "critical"]),
            FactKey::Trust => words(&["untrusted", "trusted"]),
            FactKey::Carries | FactKey::Returns | FactKey::Holds | FactKey::Data => words(&["[]"]),
            FactKey::Protocol => catalogue.protocols.keys().cloned().collect(),
            FactKey::Tech => {
                let fits = |places: &[Place]| places.is_empty() || places.iter().any(|place| self.is_place(fact.thing, *place));
                catalogue.technologies.iter().filter(|(_, tech)| fits(&tech.kinds)).map(|(id, _)| id.clone()).collect()
            }
            FactKey::Zone => self.raiser.input.model.zones.iter().map(|zone| zone.identity.id.clone()).collect(),
        }
    }

    fn is_place(&self, thing: Thing, place: Place) -> bool {
        let Thing::Element(ix) = thing else { return false };
        place == Place::Element || place.as_str() == self.raiser.judge.facts.model[ix].kind.as_str()
    }
}

fn joined(one: &Candidate, two: &Candidate) -> Candidate {
    let mut both = one.clone();
    both.overlay.facts.extend(two.overlay.facts.iter().cloned());
    both.overlay.refuted.extend(two.overlay.refuted.iter().cloned());
    both.overlay.undone.extend(two.overlay.undone.iter().cloned());
    both.assignments.extend(two.assignments.iter().cloned());
    both
}
