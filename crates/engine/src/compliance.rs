//! A model seen from a framework of requirements: requirement -> control -> where it is in place, unknown or missing.
//!
//! A framework is what `references` of controls name it: `asvs`, `nist-800-53`, `iso-27001`, `cis`, `pci`, `gdpr`.
//! Only requirements that controls refer to are listed; the others are not redan's to judge.

use std::cmp::Ordering;

use redan_model::lang::State;
use redan_model::{Model, Span, Thing};
use rustc_hash::FxHashSet;

use crate::Knowledge;
use crate::analysis::Analysis;
use crate::catalogue::ControlIx;
use crate::fact::FactKey;
use crate::facts::{By, Facts, Overlay, Resolved, Stage, Via, fact_sets, narrow};

/// The frameworks, with the names that people know.
pub const FRAMEWORKS: [(&str, &str); 6] = [
    ("asvs", "OWASP ASVS 5.0"),
    ("nist-800-53", "NIST SP 800-53 Rev. 5"),
    ("iso-27001", "ISO/IEC 27001:2022 Annex A"),
    ("cis", "CIS Controls 8"),
    ("pci", "PCI DSS 4.0"),
    ("gdpr", "GDPR"),
];

/// How far a requirement is met by the controls that refer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// A control is missing, or there only in part, somewhere it is needed.
    Missing,
    /// Nothing is missing, but something is not known.
    Unknown,
    /// Every control is in place wherever it is needed.
    InPlace,
    /// Nothing in the model needs any of its controls.
    NotNeeded,
}

impl Met {
    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::InPlace => "in-place",
            Self::NotNeeded => "not-needed",
        }
    }
}

/// One control at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// Where it is needed or stated.
    pub place: Thing,
    /// What is known of it.
    pub state: State,
    /// What the model cites as evidence, or the mitigation or assumption that says so.
    pub evidence: Option<String>,
    /// The text that says so.
    pub span: Option<Span>,
}

/// One control that refers to a requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Which control.
    pub control: ControlIx,
    /// Every place where a threat looked for it or a statement names it, in the order of the model.
    pub places: Vec<At>,
}

/// One requirement of a framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement<'k> {
    /// Its id in the framework.
    pub id: &'k str,
    /// How far it is met.
    pub met: Met,
    /// The controls that refer to it, in catalogue order.
    pub controls: Vec<Coverage>,
}

/// Every requirement that controls refer to, by id (numbers by their value).
pub fn requirements<'k>(model: &Model, knowledge: &'k Knowledge, analysis: &Analysis, framework: &str) -> Vec<Requirement<'k>> {
    let nothing = Overlay::default();
    let facts = Facts::new(model, knowledge, Stage::Current, &nothing);
    let needed = analysis.threats.iter().flat_map(|threat| &threat.counters).map(|used| (used.control, used.place)).collect();
    let mut found: Vec<Requirement<'k>> = Vec::new();
    for (ix, control) in knowledge.catalogue.controls.values().enumerate() {
        let Some(ids) = control.references.get(framework) else { continue };
        let control = ControlIx(narrow(ix));
        let places = places(&facts, &needed, control);
        for id in ids {
            let coverage = Coverage { control, places: places.clone() };
            match found.iter_mut().find(|known| known.id == id) {
                Some(known) => known.controls.push(coverage),
                None => found.push(Requirement { id, met: Met::NotNeeded, controls: vec![coverage] }),
            }
        }
    }
    for requirement in &mut found {
        requirement.met = met(&requirement.controls);
    }
    found.sort_by(|a, b| by_number(a.id, b.id));
    found
}

/// Where a control is needed, because a threat looks for it there, or stated.
fn places(facts: &Facts<'_>, needed: &FxHashSet<(ControlIx, Thing)>, control: ControlIx) -> Vec<At> {
    let at = |thing: Thing| {
        let resolved = facts.resolve(thing, FactKey::Control(control));
        let stated = matches!(resolved.via, Via::Own(_)) && resolved.state != State::Unknown;
        let evidence = || evidence(facts, thing, control, resolved);
        (stated || needed.contains(&(control, thing))).then(|| At {
            place: thing,
            state: resolved.state,
            evidence: evidence(),
            span: facts.span_of(thing, resolved),
        })
    };
    facts.model.things().filter_map(at).collect()
}

/// What the model cites for a control.
fn evidence(facts: &Facts<'_>, thing: Thing, control: ControlIx, resolved: Resolved<'_>) -> Option<String> {
    let (place, by) = match resolved.via {
        Via::Own(by) => (thing, by),
        Via::Target(place, by) | Via::Inherited(place, by) => (place, by),
        Via::Model(by) => (Thing::Model, by),
        Via::Implied(id) => return Some(format!("comes with {id}")),
        Via::Drawn(place) => return Some(format!("{} is drawn", facts.model.id_of(place))),
        Via::Star(_) | Via::Structure | Via::Nowhere => return None,
    };
    match by {
        By::Entry => {
            let (id, _) = facts.knowledge.catalogue.controls.get_index(control.0.into())?;
            let (_, controls) = fact_sets(facts.model, place);
            let entry = controls.entries.get(id)?;
            let text = |field: &redan_model::lang::Opt<String>| field.as_ref().map(|text| text.value.clone());
            text(&entry.evidence).or_else(|| text(&entry.because))
        }
        By::Assumption(id, true) => Some(format!("assumption {id}, confirmed")),
        By::Assumption(id, false) => Some(format!("assumption {id}, not confirmed")),
        By::Mitigation(id) => Some(format!("mitigation {id}")),
    }
}

/// The worst of all places; nothing needed where there are none.
fn met(controls: &[Coverage]) -> Met {
    let of = |at: &At| match at.state {
        State::Yes => Met::InPlace,
        State::Unknown => Met::Unknown,
        State::No | State::Partial => Met::Missing,
    };
    controls.iter().flat_map(|coverage| &coverage.places).map(of).min().unwrap_or(Met::NotNeeded)
}

/// Compares ids so that `V6.3` comes before `V12.1`.
fn by_number(a: &str, b: &str) -> Ordering {
    fn parts(id: &str) -> Vec<(u64, &str)> {
        let mut parts = Vec::new();
        let mut rest = id;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let end = if digits > 0 { digits } else { rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len()) };
            let (part, after) = rest.split_at(end);
            parts.push((if digits > 0 { part.parse().unwrap_or(u64::MAX) } else { 0 }, if digits > 0 { "" } else { part }));
            rest = after;
        }
        parts
    }
    parts(a).cmp(&parts(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_by_their_numbers() {
        let mut ids = ["V12.1", "V6.10", "V6.3", "AC-10", "AC-2", "Art. 32"];
        ids.sort_by(|a, b| by_number(a, b));
        assert_eq!(ids, ["AC-2", "AC-10", "Art. 32", "V6.3", "V6.10", "V12.1"]);
    }
}
