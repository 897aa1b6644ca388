//! The smallest changes of facts that would clear a threat, or open it.
//!
//! Candidates come from the rule's counters and from the facts behind its conditions; each is tried on a copy of the
//! facts, and only those that do change the status are named. What is printed is therefore what will happen.

use redan_model::lang::MitigationStatus;
use redan_model::naming::{capitalised, sentence_of};
use redan_model::{Place, Thing};

use super::{Case, outcome, rule};
use crate::analyse::counter::Sight;
use crate::analyse::raised::Raiser;
use crate::analyse::{Input, is_live};
use crate::analysis::{Status, Threat};
use crate::explain::Change;
use crate::expr::Speaker;
use crate::fact::{BaseFact, FactKey, Origin, UsedFact, unique};
use crate::facts::Overlay;

/// No more alternatives than this are shown of a kind.
const MOST: usize = 4;
/// No more than this are tried of a kind.
const MOST_TRIED: usize = 96;

/// What would clear a raised threat, then what would open it.
pub(super) fn changes(raiser: &Raiser<'_, '_>, case: &Case, threat: &Threat) -> Vec<Change> {
    // What somebody has decided stays decided, whatever the facts are.
    let decided = raiser.answers.find(&case.id).is_some_and(|(_, entry)| entry.value.status.is_some());
    if decided || !matches!(threat.status, Status::Open | Status::Question | Status::Mitigated) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let search = Search { raiser, case };
    if is_live(threat.status) {
        found.extend(search.verified(search.groups(true), |status| !status.is_some_and(is_live)));
    }
    if threat.status != Status::Open {
        found.extend(search.verified(search.groups(false), |status| status == Some(Status::Open)));
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
        sentence: joined_words(waiting.iter().map(|id| format!("\"{}\" is done", mitigation_title(input, id)))),
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
}

impl Search<'_, '_, '_> {
    /// The candidates that have the wanted effect, group by group and smallest first, without those that contain a
    /// smaller one.
    fn verified(&self, groups: [Vec<Candidate>; 3], wanted: impl Fn(Option<Status>) -> bool) -> Vec<Change> {
        let mut found: Vec<(Candidate, Change)> = Vec::new();
        for mut group in groups {
            group.sort_by_key(|candidate| candidate.assignments.len());
            let most = found.len() + MOST;
            for candidate in group.into_iter().filter(|candidate| !candidate.assignments.is_empty()).take(MOST_TRIED) {
                let contains = |known: &Candidate| known.assignments.iter().all(|one| candidate.assignments.contains(one));
                if found.len() >= most || found.iter().any(|(known, _)| contains(known)) {
                    continue;
                }
                let after = outcome(self.raiser.input, self.case, &candidate.overlay);
                if wanted(after.as_ref().map(|threat| threat.status)) {
                    let change = self.change(&candidate, after.as_ref());
                    found.push((candidate, change));
                }
            }
        }
        found.sort_by_key(|(candidate, _)| candidate.assignments.len());
        found.into_iter().map(|(_, change)| change).collect()
    }

    fn change(&self, candidate: &Candidate, after: Option<&Threat>) -> Change {
        let first = candidate.overlay.facts.first().map(|(fact, _)| *fact);
        Change {
            facts: candidate.overlay.facts.clone(),
            sentence: self.sentence(&candidate.overlay),
            assignments: candidate.assignments.clone(),
            span: first.and_then(|fact| self.span(fact)),
            status: after.map(|threat| threat.status),
            risk: after.and_then(|threat| threat.residual.current),
        }
    }

    /// What the candidate says, for people.
    fn sentence(&self, overlay: &Overlay) -> String {
        let input = self.raiser.input;
        let speaker = Speaker { model: input.model, catalogue: &input.knowledge.catalogue };
        let facts = overlay.facts.iter().map(|(fact, value)| said(speaker, *fact, value));
        let refuted = overlay.refuted.iter().map(|id| format!("the assumption `{id}` turns out to be wrong"));
        let undone = overlay.undone.iter().map(|id| format!("\"{}\" is given up", mitigation_title(input, id)));
        capitalised(&joined_words(facts.chain(refuted).chain(undone)))
    }

    /// Where a fact is stated now, or the entry where it would be.
    fn span(&self, fact: BaseFact) -> Option<redan_model::Span> {
        let facts = self.raiser.judge.facts;
        if fact.key.is_state() { facts.used_state(fact.thing, fact.key).span } else { facts.entry_span(fact.thing) }
    }

    /// Counters, conditions, and both together: a threat may need what makes it possible and that nothing stands
    /// against it.
    fn groups(&self, clear: bool) -> [Vec<Candidate>; 3] {
        let counters = self.counter_candidates(clear);
        let conditions = self.condition_candidates();
        let mut both = Vec::new();
        if !clear {
            both.extend(counters.iter().map(|counter| joined(&self.all_traits(), counter)));
            for condition in &conditions {
                both.extend(counters.first().map(|counter| joined(condition, counter)));
            }
        }
        [counters, conditions, both]
    }

    /// Every trait that the condition waits for, present.
    fn all_traits(&self) -> Candidate {
        let rule = rule(self.raiser.input, self.case);
        let mut candidate = Candidate::default();
        for fact in rule.when.unknown_facts(self.raiser.judge.facts, self.case.env) {
            if matches!(fact.key, FactKey::Trait(_)) {
                self.assign(&mut candidate, fact, fact.thing, "yes");
            }
        }
        candidate
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
        // What something is built with and where it is are facts of the world: only unknown ones are tried. What it
        // does, what it speaks and how much it matters are decisions, but nobody makes
        // a thing what its technology is not.
        let decided = |key| matches!(key, FactKey::Trait(_) | FactKey::Control(_) | FactKey::Protocol | FactKey::Level(_));
        let implied =
            |used: &&UsedFact| used.value == "no" && matches!((used.fact.key, &used.origin), (FactKey::Trait(_), Origin::Implied(_)));
        let atoms = rule.when.atoms(facts, env);
        for used in atoms.iter().flat_map(|atom| &atom.facts).filter(|used| decided(used.fact.key) && !implied(used)) {
            behind.push(used.fact);
        }
        let mut found = Vec::new();
        for fact in unique(behind) {
            if fact.key.is_state() {
                for value in ["yes", "no"] {
                    let mut candidate = Candidate::default();
                    self.assign(&mut candidate, fact, fact.thing, value);
                    found.push(candidate);
                }
                continue;
            }
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
            FactKey::Trait(_) | FactKey::Control(_) => Vec::new(),
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

/// A fact with its value as a sentence.
fn said(speaker: Speaker<'_>, fact: BaseFact, value: &str) -> String {
    let name = speaker.model.spoken(fact.thing);
    match fact.key {
        FactKey::Control(ix) => speaker.has_control(ix, fact.thing, value == "yes"),
        FactKey::Trait(ix) => speaker.has_trait(ix, fact.thing, value == "yes"),
        FactKey::Level(property) => format!("the {} that {name} needs is {value}", property.as_str()),
        FactKey::Carries | FactKey::Returns => format!("{name} moves no data that matters"),
        FactKey::Holds => format!("{name} keeps no data that matters"),
        FactKey::Data => format!("{name} has no data of a class that matters"),
        FactKey::Tech => format!("the technology of {name} is {}", speaker.technology(value)),
        FactKey::Protocol => format!("the protocol of {name} is {}", speaker.protocol(value)),
        FactKey::Zone => format!("{name} is inside {}", speaker.model.find(value).map_or(value.into(), |zone| speaker.model.spoken(zone))),
        FactKey::Trust => format!("the trust in {name} is {value}"),
    }
}

fn joined_words(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", and ")
}

fn mitigation_title(input: &Input<'_>, id: &str) -> String {
    let title = input.model.root.mitigations.entries.get(id).and_then(|entry| entry.value.title.as_ref());
    title.map_or_else(|| sentence_of(id), |title| title.value.clone())
}

fn joined(one: &Candidate, two: &Candidate) -> Candidate {
    let mut both = one.clone();
    both.overlay.facts.extend(two.overlay.facts.iter().cloned());
    both.overlay.refuted.extend(two.overlay.refuted.iter().cloned());
    both.overlay.undone.extend(two.overlay.undone.iter().cloned());
    both.assignments.extend(two.assignments.iter().cloned());
    both
}
