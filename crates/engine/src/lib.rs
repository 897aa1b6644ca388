//! Rules, facts, risk and questions: one pure function, [`analyse`], from a model to its analysis.
//!
//! No IO, no clock, no randomness, no order of hashing: the same input gives the same bytes. Knowledge arrives as
//! checked data ([`Knowledge`]), decisions of the project as [`Policy`], the day and the evidence as [`Context`].

mod analyse;
pub mod analysis;
pub mod answers;
pub mod catalogue;
pub mod change;
pub mod checklist;
pub mod compliance;
mod coverage;
pub mod depth;
mod derivation;
pub mod evidence;
pub mod examples;
pub mod explain;
pub mod expr;
pub mod fact;
pub mod facts;
pub mod few;
pub mod gate;
pub mod knowledge;
pub mod lint;
pub mod metrics;
pub mod mutate;
pub mod packed;
pub mod paths;
pub mod plan;
pub mod policy;
mod questions;
mod risk;
pub mod rule;
pub mod score;
pub mod surface;
pub mod taxonomy;
mod title;
pub mod tmt;
pub mod tree;

pub use analysis::{Analysis, Question, Status, Threat};
pub use knowledge::{Knowledge, KnowledgeError, Pack};
pub use policy::Policy;

/// What the analysis has to know of the outside.
#[derive(Debug, Clone)]
pub struct Context {
    /// The day on which the analysis is made.
    pub today: jiff::civil::Date,
    /// What tests and scanners reported; shared, since it may be large.
    pub evidence: std::sync::Arc<redan_model::evidence::Evidence>,
}

impl Context {
    /// A day without any evidence.
    pub fn on(today: jiff::civil::Date) -> Self {
        Self { today, evidence: std::sync::Arc::default() }
    }
}

/// Analyses a model: the one function that every face calls.
pub fn analyse(model: &redan_model::Model, knowledge: &Knowledge, policy: &Policy, context: &Context) -> Analysis {
    analyse::analyse(&analyse::Input { model, knowledge, policy, context })
}

/// What a gate judges by.
#[derive(Debug, Clone)]
pub struct Survey {
    /// Threats as they stand, lints and evidence. Questions and coverage are empty, as are the titles of threats that
    /// no gate shows (mitigated ones, and questions unless they fail the gate) and the reasons of ratings.
    pub analysis: Analysis,
    /// How many questions there are, where that was asked.
    pub questions: Option<usize>,
}

/// The same as [`analyse`] for who only judges, in half the time; `ask` also counts the questions.
pub fn survey(model: &redan_model::Model, knowledge: &Knowledge, policy: &Policy, context: &Context, ask: bool) -> Survey {
    analyse::survey(&analyse::Input { model, knowledge, policy, context }, ask)
}

/// Explains a threat of an analysis of the same inputs; `None` when there is no such threat.
pub fn explain(
    model: &redan_model::Model,
    knowledge: &Knowledge,
    policy: &Policy,
    context: &Context,
    analysis: &Analysis,
    id: &str,
) -> Option<explain::Explanation> {
    derivation::explain(&analyse::Input { model, knowledge, policy, context }, analysis, id)
}
