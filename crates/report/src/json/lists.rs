//! `assets`, `mitigations` and `coverage` as JSON.

use redan_engine::analysis::{Cell, CoverageRow};
use redan_model::lang::{LevelValue, MapEntry, Mitigation, MitigationStatus, Opt, StatedLevel, Stride};
use redan_model::{Asset, Sources};
use serde::Serialize;

use super::PlaceJson;
use crate::Input;
use crate::csv::level_word;

/// One asset, as in the guide's array.
#[derive(Debug, Serialize)]
pub struct AssetJson<'a> {
    asset: &'a str,
    owner: Option<&'a str>,
    confidentiality: &'static str,
    integrity: &'static str,
    availability: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    privacy: Option<&'static str>,
}

impl<'a> AssetJson<'a> {
    /// An asset as the format has it.
    pub fn of(asset: &'a Asset) -> Self {
        let stated = &asset.stated;
        Self {
            asset: &asset.identity.id,
            owner: stated.owner.as_ref().map(|owner| owner.value.as_str()),
            confidentiality: level_word(&stated.confidentiality),
            integrity: level_word(&stated.integrity),
            availability: level_word(&stated.availability),
            privacy: given(&stated.privacy),
        }
    }
}

fn given(level: &Opt<LevelValue>) -> Option<&'static str> {
    level.as_ref().map(|level| match level.value.is {
        StatedLevel::Is(level) => level.as_str(),
        StatedLevel::Unknown => "unknown",
        StatedLevel::Depends => "depends",
    })
}

/// One mitigation.
#[derive(Debug, Serialize)]
pub struct MitigationJson<'a> {
    id: &'a str,
    title: String,
    status: &'static str,
    owner: Option<&'a str>,
    due: Option<String>,
    estimate: Option<String>,
    strength: Option<&'static str>,
    states: Vec<String>,
    acceptance: Vec<AcceptanceJson<'a>>,
    threats: Vec<&'a str>,
    /// What reports of tests and scanners say about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<VerificationJson<'a>>,
    location: PlaceJson<'a>,
}

#[derive(Debug, Serialize)]
struct VerificationJson<'a> {
    state: &'static str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct AcceptanceJson<'a> {
    text: &'a str,
    verify: Vec<VerifyJson<'a>>,
}

#[derive(Debug, Serialize)]
struct VerifyJson<'a> {
    method: &'static str,
    what: &'a str,
    at: Option<&'a str>,
    passed: Option<&'static str>,
}

impl<'a> MitigationJson<'a> {
    /// A mitigation as the format has it.
    pub fn of(input: &'a Input<'_>, id: &'a str, entry: &'a MapEntry<Mitigation>) -> Self {
        let mitigation = &entry.value;
        let text = |field: &'a Opt<String>| field.as_ref().map(|field| field.value.as_str());
        Self {
            id,
            title: crate::document::mitigation_title(input, id),
            status: mitigation.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value).as_str(),
            owner: text(&mitigation.owner),
            due: mitigation.due.as_ref().map(|due| due.value.to_string()),
            estimate: mitigation.estimate.as_ref().map(|effort| input.sources.slice(effort.span).to_owned()),
            strength: mitigation.strength.as_ref().map(|strength| strength.value.as_str()),
            states: mitigation.states.items.iter().map(|fact| format!("{}={}", fact.path.value, fact.value.value)).collect(),
            acceptance: mitigation.acceptance.values().map(AcceptanceJson::of).collect(),
            threats: input.analysis.threats.iter().filter(|t| t.mitigations.iter().any(|m| m == id)).map(|t| t.id.as_str()).collect(),
            verification: input
                .analysis
                .evidence
                .as_ref()
                .and_then(|evidence| evidence.mitigations.get(id))
                .map(|known| VerificationJson { state: known.state.as_str(), reason: &known.reason }),
            location: place(input.sources, entry),
        }
    }
}

fn place<'a>(sources: &'a Sources, entry: &MapEntry<Mitigation>) -> PlaceJson<'a> {
    PlaceJson::of(sources, entry.key_span)
}

impl<'a> AcceptanceJson<'a> {
    fn of(acceptance: &'a redan_model::lang::Acceptance) -> Self {
        let verify = acceptance.verify.values().map(|check| VerifyJson {
            method: check.method.value.as_str(),
            what: &check.what.value,
            at: check.at.as_ref().map(|at| at.value.as_str()),
            passed: check.result.as_ref().and_then(|result| result.value.passed.as_ref()).map(|passed| passed.value.as_str()),
        });
        Self { text: acceptance.text.as_ref().map_or("", |text| text.value.as_str()), verify: verify.collect() }
    }
}

/// One row of the coverage table.
#[derive(Debug, Serialize)]
pub struct CoverageJson<'a> {
    subject: &'a str,
    name: &'a str,
    cells: Vec<CellJson>,
}

#[derive(Debug, Serialize)]
struct CellJson {
    category: &'static str,
    considered: u32,
    open: u32,
    question: u32,
    answered: u32,
}

impl<'a> CoverageJson<'a> {
    /// A row as the format has it.
    pub fn of(input: &'a Input<'_>, row: &CoverageRow) -> Self {
        let cell = |(category, cell): (&Stride, &Cell)| {
            let Cell { considered, open, questions, answered } = *cell;
            CellJson { category: category.as_str(), considered, open, question: questions, answered }
        };
        Self {
            subject: input.model.id_of(row.thing),
            name: input.model.name_of(row.thing),
            cells: Stride::ALL.iter().zip(&row.cells).map(cell).collect(),
        }
    }
}
