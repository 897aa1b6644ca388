//! JSON, version 1: what scripts, editors and pages build on.
//!
//! The structs of this module are the format. They are frozen copies of what the engine says: fields are added and
//! never changed, and no internal type is serialised by itself. Lists are written one by one, so that a large model
//! is never in memory twice.

mod answers;
mod change;
mod diagnostic;
mod evidence;
mod history;
mod ids;
mod lists;
mod pasta;
mod paths;
mod pretty;
mod report;
mod rules;
mod scores;
mod shared;
mod standards;
mod state;
mod threats;
mod tree;
mod write;

use redan_engine::Analysis;
use redan_engine::analysis::{Question, Status, Threat};
use redan_model::{Model, Sources, Span};
use serde::Serialize;

pub use answers::{ChangeJson, ExplanationJson, tri_word};
pub use change::DifferenceJson;
pub use diagnostic::DiagnosticJson;
pub use evidence::{EvidenceJson, FindingJson, RealisedJson};
pub use history::HistoryJson;
pub use ids::Ids;
pub use lists::{AssetJson, CoverageJson, MitigationJson};
pub use pasta::StageJson;
pub use paths::PathsJson;
pub use report::ReportJson;
pub use rules::{RuleJson, subject_word};
pub use scores::VectorJson;
pub use standards::{RequirementJson, TaxonomyEntryJson};
pub use state::{ChecklistItemJson, EntryPointJson};
pub use threats::{QuestionJson, ThreatsJson};
pub use tree::TreeJson;
pub(crate) use tree::role_word;
pub use write::{write, write_each};

/// What of an analysis is shown.
#[derive(Debug, Clone)]
pub struct Selection<'a> {
    /// Threats, in the order in which they are shown.
    pub threats: Vec<&'a Threat>,
    /// Questions, in the order in which they are shown.
    pub questions: Vec<&'a Question>,
    /// Whether the faults of the model are shown as well.
    pub lints: bool,
}

impl<'a> Selection<'a> {
    /// Everything.
    pub fn all(analysis: &'a Analysis) -> Self {
        Self { threats: analysis.threats.iter().collect(), questions: analysis.questions.iter().collect(), lints: true }
    }
}

/// Which model a document is about.
#[derive(Debug, Clone, Serialize)]
pub struct ModelJson<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name, else its id.
    pub name: &'a str,
    /// Its version, if it has one.
    pub version: Option<&'a str>,
    /// Its file.
    pub file: &'a str,
}

impl<'a> ModelJson<'a> {
    /// The model as documents name it.
    pub fn of(model: &'a Model, sources: &'a Sources) -> Self {
        Self {
            id: &model.id,
            name: model.name_of(redan_model::Thing::Model),
            version: model.root.version.as_ref().map(|version| version.value.as_str()),
            file: sources.get(model.file).name(),
        }
    }
}

/// Where to look.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PlaceJson<'a> {
    /// The file.
    pub file: &'a str,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl<'a> PlaceJson<'a> {
    /// The start of a span.
    pub fn of(sources: &'a Sources, span: Span) -> Self {
        let source = sources.get(span.source);
        let (line, column) = source.line_column(span.start);
        Self { file: source.name(), line, column }
    }
}

/// How many threats have which status.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct CountsJson {
    /// Nothing counters them.
    pub open: usize,
    /// They wait for facts.
    pub question: usize,
    /// Something counters them.
    pub mitigated: usize,
    /// Every other answer.
    pub answered: usize,
    /// Questions to ask.
    pub questions: usize,
    /// Faults of the model.
    pub lints: usize,
}

impl CountsJson {
    /// Counts an analysis.
    pub fn of(analysis: &Analysis) -> Self {
        Self::with(analysis, analysis.questions.len())
    }

    /// Counts an analysis whose questions were only counted.
    pub fn with(analysis: &Analysis, questions: usize) -> Self {
        let [open, question, mitigated] = [Status::Open, Status::Question, Status::Mitigated].map(|status| analysis.count(status));
        Self {
            open,
            question,
            mitigated,
            answered: analysis.threats.len() - open - question - mitigated,
            questions,
            lints: analysis.lints.len(),
        }
    }
}
