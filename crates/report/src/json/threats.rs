//! `threats --format json`, also inside the report's JSON.

use std::cell::Cell;

use indexmap::IndexMap;
use redan_engine::analysis::{Question, Threat};
use redan_engine::policy::priority;
use redan_model::lang::{Linddun, Stride};
use serde::{Serialize, Serializer};

use super::{DiagnosticJson, ModelJson, PlaceJson, Selection};
use crate::{Input, merged};

/// The document.
pub struct ThreatsJson<'a> {
    input: &'a Input<'a>,
    selection: &'a Selection<'a>,
}

impl<'a> ThreatsJson<'a> {
    /// The selected part of an analysis.
    pub fn of(input: &'a Input<'a>, selection: &'a Selection<'a>) -> Self {
        Self { input, selection }
    }
}

impl Serialize for ThreatsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { input, selection } = *self;
        let lints = if selection.lints { &input.analysis.lints[..] } else { &[] };
        Document {
            version: 1,
            model: ModelJson::of(input.model, input.sources),
            threats: each(selection.threats.iter().map(|threat| ThreatJson::of(input, threat))),
            questions: each(selection.questions.iter().map(|question| QuestionJson::of(input, question))),
            lints: each(lints.iter().map(|lint| DiagnosticJson::of(input.sources, lint))),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct Document<'a, T: Serialize, Q: Serialize, L: Serialize> {
    version: u8,
    model: ModelJson<'a>,
    threats: T,
    questions: Q,
    lints: L,
}

/// A list that makes its items while it is written, once.
struct Each<I>(Cell<Option<I>>);

fn each<I: Iterator<Item: Serialize>>(items: I) -> Each<I> {
    Each(Cell::new(Some(items)))
}

impl<I: Iterator<Item: Serialize>> Serialize for Each<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.take().into_iter().flatten())
    }
}

/// One threat.
#[derive(Debug, Serialize)]
pub struct ThreatJson<'a> {
    id: &'a str,
    rule: Option<&'a str>,
    subject: Option<&'a str>,
    subjects: Vec<&'a str>,
    title: &'a str,
    description: Option<String>,
    categories: Categories,
    status: &'static str,
    likelihood: Option<u8>,
    impact: Option<u8>,
    risk: Option<u8>,
    band: Option<&'static str>,
    priority: Option<&'static str>,
    residual: ResidualJson,
    range: Option<(u8, u8)>,
    rating_reasons: &'a [String],
    mitigations: &'a [String],
    references: IndexMap<&'a str, Vec<ReferenceJson<'a>>>,
    counterparts: Vec<&'a str>,
    assumptions: &'a [String],
    questions: Vec<&'a str>,
    answer: Option<AnswerJson<'a>>,
    merged: &'a [String],
    /// What identifies the threat in a model of the Microsoft Threat Modeling Tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    tmt_key: Option<&'a str>,
    location: PlaceJson<'a>,
}

#[derive(Debug, Serialize)]
struct Categories {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stride: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    linddun: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct ResidualJson {
    inherent: Option<u8>,
    current: Option<u8>,
    target: Option<u8>,
}

/// Numbers of public lists are numbers, such as CWE 307; everything else is text.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ReferenceJson<'a> {
    Number(u32),
    Text(&'a str),
}

#[derive(Debug, Serialize)]
struct AnswerJson<'a> {
    key: &'a str,
    because: Option<&'a str>,
    owner: Option<&'a str>,
    until: Option<String>,
    expired: bool,
}

impl<'a> ThreatJson<'a> {
    /// A threat as the format has it.
    pub fn of(input: &'a Input<'_>, threat: &'a Threat) -> Self {
        let band = threat.rating.band;
        Self {
            id: &threat.id,
            rule: threat.rule.map(|rule| input.knowledge.rules[usize::from(rule.0)].id.as_str()),
            subject: threat.subject.map(|thing| input.model.id_of(thing)),
            subjects: threat.subjects.iter().map(|thing| input.model.id_of(*thing)).collect(),
            title: &threat.title,
            description: Some(threat.description(input.knowledge)).filter(|text| !text.is_empty()).map(crate::csv::one_line),
            categories: Categories {
                stride: threat.stride.iter().copied().map(Stride::as_str).collect(),
                linddun: threat.linddun.iter().copied().map(Linddun::as_str).collect(),
            },
            status: threat.status.as_str(),
            likelihood: threat.rating.likelihood,
            impact: threat.rating.impact,
            risk: threat.rating.risk,
            band: band.map(redan_model::lang::Band::as_str),
            priority: band.map(priority),
            residual: ResidualJson { inherent: threat.residual.inherent, current: threat.residual.current, target: threat.residual.target },
            range: threat.range,
            rating_reasons: &threat.rating_reasons,
            mitigations: &threat.mitigations,
            references: merged::references(input, threat)
                .into_iter()
                .map(|(list, ids)| (list, ids.into_iter().map(ReferenceJson::of).collect()))
                .collect(),
            counterparts: merged::counterparts(input, threat),
            assumptions: &threat.assumptions,
            questions: threat.questions.iter().map(|ix| input.analysis.questions[ix.0 as usize].id.as_str()).collect(),
            answer: threat.answer.as_ref().map(AnswerJson::of),
            merged: &threat.merged,
            tmt_key: tmt_key(input, threat),
            location: PlaceJson::of(input.sources, threat.location),
        }
    }
}

/// The key that an imported threat keeps.
fn tmt_key<'a>(input: &'a Input<'_>, threat: &Threat) -> Option<&'a str> {
    let extras = &input.model.root.threats.entries.get(&threat.id)?.value.extras.0;
    extras.iter().find(|(key, _)| key == "x-tmt-key").and_then(|(_, node)| node.as_str())
}

impl<'a> ReferenceJson<'a> {
    fn of(id: &'a str) -> Self {
        match id.parse::<u32>() {
            Ok(number) if number.to_string() == id => Self::Number(number),
            _ => Self::Text(id),
        }
    }
}

impl<'a> AnswerJson<'a> {
    fn of(answer: &'a redan_engine::analysis::Answer) -> Self {
        Self {
            key: &answer.key,
            because: answer.because.as_deref(),
            owner: answer.owner.as_deref(),
            until: answer.until.map(|date| date.to_string()),
            expired: answer.expired,
        }
    }
}

/// One question.
#[derive(Debug, Serialize)]
pub struct QuestionJson<'a> {
    id: &'a str,
    subject: &'a str,
    fact: &'a str,
    text: &'a str,
    safe: Option<&'static str>,
    r#unsafe: Option<&'static str>,
    settles: Vec<&'a str>,
    rates: Vec<&'a str>,
    risk: u8,
    hint: &'a str,
}

impl<'a> QuestionJson<'a> {
    /// A question as the format has it.
    pub fn of(input: &'a Input<'_>, question: &'a Question) -> Self {
        let ids = |list: &[redan_engine::analysis::ThreatIx]| -> Vec<&'a str> {
            list.iter().map(|ix| input.analysis.threats[ix.0 as usize].id.as_str()).collect()
        };
        Self {
            id: &question.id,
            subject: input.model.id_of(question.fact.thing),
            fact: &question.path,
            text: &question.text,
            safe: question.safe,
            r#unsafe: question.unsafe_,
            settles: ids(&question.settles),
            rates: ids(&question.rates),
            risk: question.risk,
            hint: &question.hint,
        }
    }
}
