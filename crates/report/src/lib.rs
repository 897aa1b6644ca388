//! Documents and pictures from a model and its analysis: one module an output, each a pure function to bytes.

pub mod attack_tree;
pub mod backlog;
pub mod brand;
pub mod csv;
pub mod diagram;
pub mod document;
pub mod docx;
pub mod fact;
pub mod gate;
pub mod history;
pub mod html;
pub mod json;
pub mod markdown;
pub mod merged;
pub mod paper;
pub mod pasta;
pub mod pictures;
pub mod plan;
pub mod regions;
pub mod telling;
pub mod template;
pub mod xlsx;

use jiff::civil::Date;
use redan_engine::depth::Depth;
use redan_engine::{Analysis, Knowledge, Policy};
use redan_model::{Model, Sources};

/// What every output is made from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The model.
    pub model: &'a Model,
    /// The texts that it was read from, to show places.
    pub sources: &'a Sources,
    /// What the analysis was made with.
    pub knowledge: &'a Knowledge,
    /// What the project has decided.
    pub policy: &'a Policy,
    /// The analysis of that model.
    pub analysis: &'a Analysis,
    /// The day that the document is dated with.
    pub today: Date,
    /// What was worked out beyond the analysis.
    pub more: More<'a>,
}

/// What documents show if somebody worked it out, and leave out if nobody did.
#[derive(Clone, Copy, Default)]
pub struct More<'a> {
    /// Attack trees, attack paths and what to do first.
    pub depth: Option<&'a Depth>,
    /// Numbers over the history of the model.
    pub history: Option<&'a history::History>,
}
