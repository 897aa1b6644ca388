//! `explain --format json`.

use redan_engine::explain::{Change, Explanation};
use redan_engine::expr::Tri;
use redan_engine::fact::{Origin, UsedFact};
use redan_model::Sources;
use serde::Serialize;

use super::shared::Phrases;
use super::{PlaceJson, RealisedJson};
use crate::Input;
use crate::fact::{fact_id, origin_words};

/// The derivation of one threat.
#[derive(Debug, Serialize)]
pub struct ExplanationJson<'a> {
    version: u8,
    id: &'a str,
    status: Option<&'static str>,
    rule: Option<&'a str>,
    conditions: Vec<ConditionJson<'a>>,
    counters: Vec<CounterJson<'a>>,
    chain: Vec<&'a str>,
    /// What tests and scanners found of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<RealisedJson<'a>>,
    rating_reasons: Phrases<'a>,
    changes: Vec<ChangeJson<'a>>,
}

#[derive(Debug, Serialize)]
struct ConditionJson<'a> {
    text: &'a str,
    sentence: &'a str,
    value: &'static str,
    facts: Vec<FactJson<'a>>,
}

#[derive(Debug, Serialize)]
struct CounterJson<'a> {
    control: &'a str,
    place: &'a str,
    fact: FactJson<'a>,
}

#[derive(Debug, Serialize)]
struct FactJson<'a> {
    id: String,
    value: &'a str,
    origin: &'static str,
    because: String,
    location: Option<PlaceJson<'a>>,
}

/// A change of facts and what it would do.
#[derive(Debug, Serialize)]
pub struct ChangeJson<'a> {
    sentence: &'a str,
    assignments: &'a [String],
    status: Option<&'static str>,
    risk: Option<u8>,
    location: Option<PlaceJson<'a>>,
}

impl<'a> ExplanationJson<'a> {
    /// An explanation as the format has it.
    pub fn of(input: &'a Input<'_>, explanation: &'a Explanation) -> Self {
        let threat = input.analysis.threat(&explanation.id);
        Self {
            version: 1,
            id: &explanation.id,
            status: threat.map(|threat| threat.status.as_str()),
            rule: threat.and_then(|threat| threat.rule).map(|rule| input.knowledge.rules[usize::from(rule.0)].id.as_str()),
            conditions: explanation
                .atoms
                .iter()
                .map(|atom| ConditionJson {
                    text: &atom.text,
                    sentence: &atom.sentence,
                    value: tri_word(atom.value),
                    facts: atom.facts.iter().map(|fact| FactJson::of(input, fact)).collect(),
                })
                .collect(),
            counters: explanation
                .counters
                .iter()
                .map(|counter| CounterJson {
                    control: &counter.control,
                    place: input.model.id_of(counter.place),
                    fact: FactJson::of(input, &counter.fact),
                })
                .collect(),
            chain: explanation.chain.iter().map(|thing| input.model.id_of(*thing)).collect(),
            findings: RealisedJson::of_threat(
                input.analysis.evidence.as_deref(),
                threat.map_or(explanation.id.as_str(), |threat| &threat.id),
            ),
            rating_reasons: Phrases(threat.map(|threat| &threat.rating_reasons[..]).unwrap_or_default()),
            changes: explanation.changes.iter().map(|change| ChangeJson::of(input.sources, change)).collect(),
        }
    }
}

impl<'a> FactJson<'a> {
    fn of(input: &'a Input<'_>, used: &'a UsedFact) -> Self {
        Self {
            id: fact_id(input.model, input.knowledge, used.fact),
            value: &used.value,
            origin: origin_word(&used.origin),
            because: origin_words(input.model, &used.origin),
            location: used.span.map(|span| PlaceJson::of(input.sources, span)),
        }
    }
}

impl<'a> ChangeJson<'a> {
    /// A change as the format has it.
    pub fn of(sources: &'a Sources, change: &'a Change) -> Self {
        Self {
            sentence: &change.sentence,
            assignments: &change.assignments,
            status: change.status.map(redan_engine::Status::as_str),
            risk: change.risk,
            location: change.span.map(|span| PlaceJson::of(sources, span)),
        }
    }
}

/// The three truth values in words.
pub fn tri_word(value: Tri) -> &'static str {
    match value {
        Tri::Yes => "true",
        Tri::No => "false",
        Tri::Unknown => "unknown",
    }
}

fn origin_word(origin: &Origin) -> &'static str {
    match origin {
        Origin::Stated => "stated",
        Origin::Assumed { .. } => "assumed",
        Origin::Mitigation(_) => "mitigation",
        Origin::Target(_) => "target",
        Origin::Inherited(_) => "inherited",
        Origin::Implied(_) => "implied",
        Origin::Model => "model",
        Origin::Drawn(_) => "drawn",
        Origin::Star(_) => "star",
        Origin::Structure => "structure",
        Origin::Unknown => "unknown",
    }
}
