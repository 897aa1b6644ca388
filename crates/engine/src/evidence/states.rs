//! The state of every mitigation: that of its worst criterion, which is that of its worst check.

use indexmap::IndexMap;
use redan_model::evidence::Evidence;
use redan_model::lang::{Acceptance, Mitigation, MitigationStatus, Verify};
use redan_model::{ElementIx, Model};

use super::links::places;
use super::proof::{Covered, Prover};
use super::{CriterionState, LinkedFinding, MitigationState, State};
use crate::analysis::Threat;

/// The state of every mitigation that is not rejected.
pub(super) fn states(
    model: &Model,
    evidence: &Evidence,
    threats: &[Threat],
    findings: &[LinkedFinding],
) -> IndexMap<String, MitigationState> {
    let prover = Prover { evidence, findings };
    let live = model
        .root
        .mitigations
        .entries
        .iter()
        .filter(|(_, entry)| entry.value.status.as_ref().is_none_or(|status| status.value != MitigationStatus::Rejected));
    live.map(|(id, entry)| (id.clone(), state(&prover, model, id, &entry.value, threats))).collect()
}

fn state(prover: &Prover<'_>, model: &Model, id: &str, mitigation: &Mitigation, threats: &[Threat]) -> MitigationState {
    let covered = covered(model, id, mitigation, threats);
    let criteria: Vec<CriterionState> = if mitigation.acceptance.items.is_empty() && !mitigation.verify.items.is_empty() {
        let title = mitigation.title.as_ref().map_or(id, |title| title.value.as_str());
        vec![criterion(prover, &covered, title, mitigation.verify.values().collect())]
    } else {
        mitigation.acceptance.values().map(|acceptance| of_acceptance(prover, &covered, acceptance, mitigation)).collect()
    };
    let worst = criteria.iter().min_by_key(|criterion| criterion.state);
    let nothing = || (State::Missing, "no criterion says when it is done".to_owned());
    let (state, reason) = worst.map_or_else(nothing, |worst| (worst.state, worst.reason.clone()));
    MitigationState { state, reason, criteria }
}

/// Checks beside the criteria are the short form for a single one.
fn of_acceptance(prover: &Prover<'_>, covered: &Covered, acceptance: &Acceptance, mitigation: &Mitigation) -> CriterionState {
    let text = acceptance.text.as_ref().map_or("", |text| text.value.as_str());
    criterion(prover, covered, text, acceptance.verify.values().chain(mitigation.verify.values()).collect())
}

fn criterion(prover: &Prover<'_>, covered: &Covered, text: &str, checks: Vec<&Verify>) -> CriterionState {
    let checks: Vec<_> = checks.into_iter().map(|check| prover.check(check, covered)).collect();
    let worst = checks.iter().min_by_key(|check| check.state);
    let nothing = || (State::Missing, "no check is written for it".to_owned());
    let (state, reason) = worst.map_or_else(nothing, |worst| (worst.state, worst.reason.clone()));
    CriterionState { text: text.to_owned(), state, reason, checks }
}

/// The code that a mitigation is in: that of the elements of its facts, and of the threats that it deals with.
fn covered(model: &Model, id: &str, mitigation: &Mitigation, threats: &[Threat]) -> Covered {
    let stated = mitigation.states.items.iter().filter_map(|value| model.find(&value.path.value.thing));
    let dealt = threats
        .iter()
        .filter(|threat| threat.mitigations.iter().any(|other| other == id))
        .flat_map(|threat| threat.subjects.iter().copied());
    let mut elements: Vec<ElementIx> = stated.chain(dealt).flat_map(|thing| places(model, thing)).collect();
    elements.sort_unstable();
    elements.dedup();
    let globs = elements.iter().flat_map(|ix| {
        let element = &model[*ix];
        element.stated.code.values().map(|glob| (element.identity.id.clone(), glob.clone()))
    });
    Covered { globs: globs.collect() }
}
