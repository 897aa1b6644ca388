//! What reports of tests and scanners say about a model: which mitigations are proven, and which threats came true.
//!
//! A mitigation is verified only by proof: every check of every criterion ran and passed, after the code changed last.
//! A report that is missing, empty, old or broken, or that does not say that it looked, proves nothing.

mod keep;
mod links;
mod matching;
mod proof;
mod raise;
mod statements;
mod states;
mod suggest;

use indexmap::IndexMap;
use redan_model::evidence::{Evidence, Finding, FindingSeverity, FindingStatus};
use redan_model::{ById, ElementIx, Model};

use crate::Knowledge;
use crate::analysis::Threat;

pub use keep::kept;
pub use suggest::{Suggestion, suggestions};

pub(crate) use raise::raise;

/// What is known of a check, a criterion or a mitigation. The order is that of weight: the first that holds for any
/// part holds for the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It ran and failed, or what it looks for was found.
    Failed,
    /// The tool did not come to its end.
    Errored,
    /// There is no report, or nothing in it.
    Missing,
    /// The tool ran, and nothing shows that it looked for this.
    Inactive,
    /// It passed before the code changed last.
    Stale,
    /// It was skipped.
    NotRun,
    /// A person has to do it, and nobody has written down when it passed.
    Manual,
    /// It ran and passed.
    Verified,
}

impl State {
    /// Every state, in order of weight.
    pub const ALL: [Self; 8] =
        [Self::Failed, Self::Errored, Self::Missing, Self::Inactive, Self::Stale, Self::NotRun, Self::Manual, Self::Verified];

    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Missing => "missing",
            Self::Inactive => "inactive",
            Self::Stale => "stale",
            Self::NotRun => "not-run",
            Self::Manual => "manual",
            Self::Verified => "verified",
        }
    }
}

/// One piece of a report that a check rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Index of the report in the evidence.
    pub report: usize,
    /// The test, rule or finding.
    pub what: String,
    /// How it went.
    pub outcome: &'static str,
}

/// What is known of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckState {
    /// By what it is checked, as the language says it.
    pub method: &'static str,
    /// What exactly.
    pub what: String,
    /// Where it runs.
    pub at: Option<String>,
    /// Its state.
    pub state: State,
    /// Why, in a sentence without a full stop.
    pub reason: String,
    /// What it rests on, the first few.
    pub proofs: Vec<Proof>,
}

/// What is known of one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionState {
    /// The criterion.
    pub text: String,
    /// Its state.
    pub state: State,
    /// Why.
    pub reason: String,
    /// Its checks, in source order.
    pub checks: Vec<CheckState>,
}

/// What is known of one mitigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MitigationState {
    /// Its state.
    pub state: State,
    /// Why.
    pub reason: String,
    /// Its criteria, in source order.
    pub criteria: Vec<CriterionState>,
}

/// A finding with its place in the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedFinding {
    /// What was found; its status takes statements about vulnerabilities into account.
    pub finding: Finding,
    /// Index of the report in the evidence.
    pub report: usize,
    /// The elements whose code or entry point it is in.
    pub elements: Vec<ElementIx>,
    /// Ids of the threats that it realises, in the order of the analysis.
    pub threats: Vec<String>,
}

impl LinkedFinding {
    /// Whether it stands.
    pub fn is_open(&self) -> bool {
        self.finding.status == FindingStatus::Open
    }

    /// Whether it stands and is critical or high.
    pub fn is_grave(&self) -> bool {
        self.is_open() && self.finding.severity >= FindingSeverity::High
    }
}

/// What the evidence says about a model.
#[derive(Debug, Clone, Default)]
pub struct Assessment {
    /// The state of every mitigation that is not rejected, in source order.
    pub mitigations: IndexMap<String, MitigationState>,
    /// Every finding once, in the order of the reports.
    pub findings: Vec<LinkedFinding>,
    of_threat: ById<Vec<usize>>,
}

impl Assessment {
    /// The findings that realise a threat.
    pub fn of_threat<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a LinkedFinding> {
        self.of_threat.get(id).into_iter().flatten().filter_map(|at| self.findings.get(*at))
    }
}

/// Compares evidence with a model and its threats.
pub fn assess(model: &Model, knowledge: &Knowledge, evidence: &Evidence, threats: &[Threat]) -> Assessment {
    let mut findings = statements::findings(evidence);
    links::link(model, knowledge, evidence, threats, &mut findings);
    let mut of_threat: ById<Vec<usize>> = ById::default();
    for (at, linked) in findings.iter().enumerate() {
        for threat in &linked.threats {
            of_threat.entry(threat.clone()).or_default().push(at);
        }
    }
    let mitigations = states::states(model, evidence, threats, &findings);
    Assessment { mitigations, findings, of_threat }
}

/// The elements whose code each path is in, by the globs that they state.
pub fn elements_of(model: &Model, paths: &[String]) -> Vec<Vec<ElementIx>> {
    let code = matching::Code::of(model);
    paths.iter().map(|path| code.elements(path)).collect()
}
