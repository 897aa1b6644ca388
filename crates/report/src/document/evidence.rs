//! Section 10: what proves what the model says: results of checks, and proof that controls are there.

use redan_engine::Knowledge;
use redan_model::lang::{CheckResult, FactSet};
use redan_model::{AssetIx, ElementIx, FlowIx, Thing, ZoneIx};

use super::{date, mitigation_title};
use crate::Input;

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it is evidence for: a criterion, or a control.
    pub claim: String,
    /// The mitigation or the thing that the claim is about.
    pub about: String,
    /// passed, failed, yes, no, partial.
    pub state: &'static str,
    /// The day, or empty.
    pub on: String,
    /// Who checked, or empty.
    pub by: String,
    /// Where the proof is, or why it is so.
    pub proof: String,
}

/// All evidence, checks first, then controls in the order of the model.
pub(super) fn evidence(input: &Input<'_>) -> Vec<Evidence> {
    let mut out = Vec::new();
    for (id, entry) in &input.model.root.mitigations.entries {
        let title = mitigation_title(input, id);
        for acceptance in entry.value.acceptance.values() {
            let claim = acceptance.text.as_ref().map_or("", |t| t.value.as_str());
            let checks = acceptance.verify.values().chain(entry.value.verify.values());
            out.extend(checks.filter_map(|check| of_check(&title, claim, &check.result.as_ref()?.value)));
        }
    }
    for thing in things(input) {
        let set = match thing {
            Thing::Model => &input.model.root.controls,
            Thing::Zone(ix) => &input.model[ix].stated.controls,
            Thing::Element(ix) => &input.model[ix].stated.controls,
            Thing::Flow(ix) => &input.model[ix].stated.controls,
            Thing::Asset(ix) => &input.model[ix].stated.controls,
        };
        out.extend(of_controls(input.knowledge, input.model.name_of(thing), set));
    }
    out
}

fn of_check(about: &str, claim: &str, result: &CheckResult) -> Option<Evidence> {
    use redan_model::lang::Passed;
    let state = match result.passed.as_ref()?.value {
        Passed::Yes => "passed",
        Passed::No => "failed",
        Passed::Unknown => return None,
    };
    let text = |field: &redan_model::lang::Opt<String>| field.as_ref().map_or(String::new(), |f| f.value.clone());
    Some(Evidence {
        claim: claim.to_owned(),
        about: about.to_owned(),
        state,
        on: date(result.on.as_ref()),
        by: text(&result.by),
        proof: text(&result.evidence),
    })
}

fn of_controls(knowledge: &Knowledge, about: &str, set: &FactSet) -> Vec<Evidence> {
    let named = |id: &str| knowledge.catalogue.controls.get(id).map_or_else(|| id.to_owned(), |control| control.name.clone());
    let proven = set.entries.iter().filter_map(|(id, entry)| {
        let proof = entry.evidence.as_ref().or(entry.because.as_ref())?;
        Some(Evidence {
            claim: named(id),
            about: about.to_owned(),
            state: entry.state.as_str(),
            on: String::new(),
            by: String::new(),
            proof: proof.value.clone(),
        })
    });
    proven.collect()
}

/// Everything that can have controls, in the order of the model.
fn things(input: &Input<'_>) -> Vec<Thing> {
    let index = |ix: usize| u32::try_from(ix).unwrap_or(u32::MAX);
    let model = input.model;
    let mut all = vec![Thing::Model];
    all.extend((0..model.zones.len()).map(|ix| Thing::Zone(ZoneIx(index(ix)))));
    all.extend((0..model.elements.len()).map(|ix| Thing::Element(ElementIx(index(ix)))));
    all.extend((0..model.flows.len()).map(|ix| Thing::Flow(FlowIx(index(ix)))));
    all.extend((0..model.assets.len()).map(|ix| Thing::Asset(AssetIx(index(ix)))));
    all
}
