//! Sections 7 to 9: who does what by when, how it is checked, and what remains.

use redan_engine::Status;
use redan_model::lang::{Mitigation, MitigationStatus, Passed, Verify};

use super::{Field, anchor, mitigation_title};
use crate::Input;

/// One check of one criterion.
#[derive(Debug, Clone)]
pub struct Check {
    /// The mitigation.
    pub mitigation: String,
    /// When it counts as done.
    pub criterion: String,
    /// How that is checked, and where.
    pub how: Field,
    /// How it went.
    pub result: Field,
}

/// One mitigation.
#[derive(Debug, Clone)]
pub struct PlannedMitigation {
    /// Stable fragment identifier.
    pub anchor: String,
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Ids of the threats that it answers.
    pub threats: Vec<String>,
    /// Who.
    pub owner: Field,
    /// When.
    pub due: Field,
    /// How much work.
    pub estimate: Field,
    /// How far it has come.
    pub status: MitigationStatus,
    /// Whether its date has passed and it is not in place.
    pub overdue: bool,
    /// Criteria in one line.
    pub acceptance: Field,
    /// How they are checked, in one line.
    pub verification: Field,
}

/// A decision to live with a threat.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// The threat.
    pub threat: String,
    /// Its title.
    pub title: String,
    /// accepted or transferred.
    pub status: &'static str,
    /// Risk that is carried.
    pub risk: Option<u8>,
    /// Who carries it.
    pub owner: Field,
    /// Why.
    pub because: Field,
    /// Until when.
    pub until: Field,
    /// Whether that has passed.
    pub expired: bool,
}

/// What is done, how it is checked, what remains.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Mitigations in source order.
    pub mitigations: Vec<PlannedMitigation>,
    /// Checks of all criteria.
    pub checks: Vec<Check>,
    /// Risks that somebody carries.
    pub acceptances: Vec<Acceptance>,
}

impl Plan {
    pub(super) fn of(input: &Input<'_>) -> Self {
        let entries = &input.model.root.mitigations.entries;
        Self {
            mitigations: entries.iter().map(|(id, entry)| mitigation(input, id, &entry.value)).collect(),
            checks: entries.iter().flat_map(|(id, entry)| checks(input, id, &entry.value)).collect(),
            acceptances: acceptances(input),
        }
    }
}

fn mitigation(input: &Input<'_>, id: &str, stated: &Mitigation) -> PlannedMitigation {
    let status = stated.status.as_ref().map_or(MitigationStatus::Proposed, |s| s.value);
    let done = matches!(status, MitigationStatus::Implemented | MitigationStatus::Rejected);
    let criteria: Vec<String> = stated.acceptance.values().filter_map(|a| a.text.as_ref().map(|t| t.value.clone())).collect();
    PlannedMitigation {
        anchor: anchor("mitigation", id),
        id: id.to_owned(),
        title: mitigation_title(input, id),
        threats: input.analysis.threats.iter().filter(|t| t.mitigations.iter().any(|m| m == id)).map(|t| t.id.clone()).collect(),
        owner: Field::new(stated.owner.as_ref().map(|o| o.value.clone()), format!("mitigations.{id}.owner")),
        due: Field::new(stated.due.as_ref().map(|d| d.value.to_string()), format!("mitigations.{id}.due")),
        estimate: Field::new(stated.estimate.as_ref().map(|e| effort(e.value)), format!("mitigations.{id}.estimate")),
        status,
        overdue: !done && stated.due.as_ref().is_some_and(|d| d.value < input.today),
        acceptance: Field::new((!criteria.is_empty()).then(|| criteria.join("; ")), format!("mitigations.{id}.acceptance")),
        verification: Field::new(
            super::joined(stated.acceptance.values().flat_map(|a| a.verify.values()).chain(stated.verify.values()).map(how)),
            format!("mitigations.{id}.acceptance.verify"),
        ),
    }
}

/// An estimate in the unit in which it was written.
fn effort(effort: redan_model::lang::Effort) -> String {
    let hours = match effort.unit {
        'w' => 40,
        'd' => 8,
        _ => 1,
    };
    format!("{}{}", effort.hours / hours, effort.unit)
}

fn checks(input: &Input<'_>, id: &str, stated: &Mitigation) -> Vec<Check> {
    let missing = |what: &str| format!("mitigations.{id}.{what}");
    if stated.acceptance.items.is_empty() {
        return vec![Check {
            mitigation: mitigation_title(input, id),
            criterion: String::new(),
            how: Field::new(None, missing("acceptance")),
            result: Field::new(None, missing("acceptance")),
        }];
    }
    let mut out = Vec::new();
    let known = input.analysis.evidence.as_ref().and_then(|evidence| evidence.mitigations.get(id));
    for (at, acceptance) in stated.acceptance.values().enumerate() {
        let criterion = acceptance.text.as_ref().map_or(String::new(), |t| t.value.clone());
        let known = known.and_then(|known| known.criteria.get(at));
        // The short form states the checks beside the one criterion.
        let verify: Vec<&Verify> = acceptance.verify.values().chain(stated.verify.values()).collect();
        if verify.is_empty() {
            out.push(Check {
                mitigation: mitigation_title(input, id),
                criterion: criterion.clone(),
                how: Field::new(None, missing("acceptance.verify")),
                result: Field::new(None, missing("acceptance.verify.result")),
            });
        }
        for (at, check) in verify.into_iter().enumerate() {
            let proven = known.and_then(|known| known.checks.get(at)).map(|known| format!("{}: {}", known.state.as_str(), known.reason));
            out.push(Check {
                mitigation: mitigation_title(input, id),
                criterion: criterion.clone(),
                how: Field::new(Some(how(check)), ""),
                result: proven.map_or_else(|| result(id, check), |proven| Field::new(Some(proven), "")),
            });
        }
    }
    out
}

fn how(check: &Verify) -> String {
    let at = check.at.as_ref().map_or(String::new(), |at| format!(", at {}", at.value));
    format!("{}: {}{at}", check.method.value, check.what.value)
}

fn result(id: &str, check: &Verify) -> Field {
    let text = check.result.as_ref().and_then(|result| {
        let word = match result.value.passed.as_ref()?.value {
            Passed::Yes => "passed",
            Passed::No => "failed",
            Passed::Unknown => return None,
        };
        let mut parts = vec![word.to_owned()];
        parts.extend(result.value.on.as_ref().map(|d| d.value.to_string()));
        parts.extend(result.value.by.as_ref().map(|b| b.value.clone()));
        parts.extend(result.value.evidence.as_ref().map(|e| e.value.clone()));
        Some(parts.join(", "))
    });
    Field::new(text, format!("mitigations.{id}.acceptance.verify.result"))
}

fn acceptances(input: &Input<'_>) -> Vec<Acceptance> {
    let carried = input.analysis.threats.iter().filter(|t| matches!(t.status, Status::Accepted | Status::Transferred));
    carried
        .map(|t| {
            let answer = t.answer.as_ref();
            let path = |field: &str| format!("threats.{}.{field}", answer.map_or(t.id.as_str(), |a| a.key.as_str()));
            Acceptance {
                threat: t.id.clone(),
                title: t.title.clone(),
                status: t.status.as_str(),
                risk: t.rating.risk,
                owner: Field::new(answer.and_then(|a| a.owner.clone()), path("owner")),
                because: Field::new(answer.and_then(|a| a.because.clone()), path("because")),
                until: Field::new(answer.and_then(|a| a.until).map(|d| d.to_string()), path("until")),
                expired: answer.is_some_and(|a| a.expired),
            }
        })
        .collect()
}
