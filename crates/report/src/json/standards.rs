//! Models against public lists: `coverage --against` and `compliance` as JSON.

use redan_engine::Knowledge;
use redan_engine::compliance::{At, Coverage, Requirement};
use redan_engine::taxonomy::{Reconciled, Verdict};
use redan_model::{Model, Sources};
use serde::Serialize;

use super::PlaceJson;
use crate::Input;

/// One entry of a taxonomy with what became of it.
#[derive(Debug, Serialize)]
pub struct TaxonomyEntryJson<'a> {
    id: &'a str,
    name: &'a str,
    verdict: &'static str,
    threats: Vec<&'a str>,
    reasons: &'a [String],
}

impl<'a> TaxonomyEntryJson<'a> {
    /// An entry as the format has it.
    pub fn of(input: &'a Input<'_>, entry: &'a Reconciled<'_>) -> Self {
        let (threats, reasons): (Vec<&str>, &[String]) = match &entry.verdict {
            Verdict::Covered(threats) => (threats.iter().map(|ix| input.analysis.threats[ix.0 as usize].id.as_str()).collect(), &[]),
            Verdict::NotApplicable(reasons) => (Vec::new(), reasons),
            Verdict::NotConsidered => (Vec::new(), &[]),
        };
        Self { id: entry.id, name: entry.name, verdict: entry.verdict.as_str(), threats, reasons }
    }
}

/// One requirement of a framework with the controls that refer to it.
#[derive(Debug, Serialize)]
pub struct RequirementJson<'a> {
    id: &'a str,
    met: &'static str,
    controls: Vec<CoverageJson<'a>>,
}

#[derive(Debug, Serialize)]
struct CoverageJson<'a> {
    control: &'a str,
    places: Vec<AtJson<'a>>,
}

#[derive(Debug, Serialize)]
struct AtJson<'a> {
    subject: &'a str,
    state: &'static str,
    evidence: Option<&'a str>,
    location: Option<PlaceJson<'a>>,
}

impl<'a> RequirementJson<'a> {
    /// A requirement as the format has it.
    pub fn of(model: &'a Model, sources: &'a Sources, knowledge: &'a Knowledge, requirement: &'a Requirement<'_>) -> Self {
        let control = |coverage: &'a Coverage| CoverageJson {
            control: knowledge.catalogue.controls.get_index(coverage.control.0.into()).map_or("", |(id, _)| id.as_str()),
            places: coverage.places.iter().map(|at| AtJson::of(model, sources, at)).collect(),
        };
        Self { id: requirement.id, met: requirement.met.as_str(), controls: requirement.controls.iter().map(control).collect() }
    }
}

impl<'a> AtJson<'a> {
    fn of(model: &'a Model, sources: &'a Sources, at: &'a At) -> Self {
        Self {
            subject: model.id_of(at.place),
            state: at.state.as_str(),
            evidence: at.evidence.as_deref(),
            location: at.span.map(|span| PlaceJson::of(sources, span)),
        }
    }
}
