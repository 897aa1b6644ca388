//! `report --format json`: the list of threats with everything that a document says beside it.
//!
//! What was not worked out is `null` or an empty list, so that a template may name it in any case.

use redan_engine::Analysis;
use redan_engine::analysis::Threat;
use redan_engine::depth::{Depth, Worked};
use redan_engine::score::fair::Fair;
use redan_model::canonical;
use serde::Serialize;

use super::history::FoundHistory;
use super::paths::FoundPaths;
use super::scores::FairJson;
use super::tree::FoundInTree;
use super::{AssetJson, CountsJson, CoverageJson, MitigationJson, Selection, ThreatsJson};
use crate::Input;
use crate::paper::losses;
use crate::plan::FoundPlan;

/// The document.
#[derive(Serialize)]
pub struct ReportJson<'a> {
    #[serde(flatten)]
    threats: OwnedThreats<'a>,
    date: String,
    counts: CountsJson,
    assets: Vec<AssetJson<'a>>,
    mitigations: Vec<MitigationJson<'a>>,
    coverage: Vec<CoverageJson<'a>>,
    trees: Vec<FoundInTree<'a>>,
    paths: Option<PathsPart<'a>>,
    plan: Option<FoundPlan<'a>>,
    losses: Vec<LossJson<'a>>,
    history: Option<FoundHistory<'a>>,
    canonical: serde_json::Value,
}

/// Attack paths, and what a document says of them beyond `paths --format json`.
#[derive(Serialize)]
struct PathsPart<'a> {
    #[serde(flatten)]
    found: FoundPaths<'a>,
    /// Whether no open threat leads anywhere and the ways use threats that wait for answers.
    by_questions: bool,
    /// The ways to the first goal as an attack tree.
    first_goal: Option<FoundInTree<'a>>,
}

/// What one threat may cost a year.
#[derive(Serialize)]
struct LossJson<'a> {
    threat: &'a str,
    title: &'a str,
    #[serde(flatten)]
    loss: FairJson<'a>,
}

impl<'a> PathsPart<'a> {
    fn of(input: &'a Input<'a>, depth: &'a Depth) -> Self {
        Self {
            found: FoundPaths::of(input.model, input.knowledge, input.analysis, &depth.paths),
            by_questions: depth.by_questions,
            first_goal: depth.first_goal.as_ref().map(tree),
        }
    }
}

fn tree(worked: &Worked) -> FoundInTree<'_> {
    FoundInTree::of(&worked.tree, &worked.found, 0)
}

fn loss<'a>((threat, found): (&'a Threat, &'a Fair)) -> LossJson<'a> {
    LossJson { threat: &threat.id, title: &threat.title, loss: FairJson::of(found) }
}

/// A selection of everything with its input, so that the list of threats can borrow from both.
struct OwnedThreats<'a> {
    input: &'a Input<'a>,
    selection: Selection<'a>,
}

impl Serialize for OwnedThreats<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ThreatsJson::of(self.input, &self.selection).serialize(serializer)
    }
}

impl<'a> ReportJson<'a> {
    /// Everything about a model.
    pub fn of(input: &'a Input<'a>) -> Self {
        let analysis: &'a Analysis = input.analysis;
        let depth = input.more.depth;
        Self {
            threats: OwnedThreats { input, selection: Selection::all(analysis) },
            date: input.today.to_string(),
            counts: CountsJson::of(analysis),
            assets: input.model.assets.iter().map(AssetJson::of).collect(),
            mitigations: input.model.root.mitigations.entries.iter().map(|(id, entry)| MitigationJson::of(input, id, entry)).collect(),
            coverage: analysis.coverage.iter().map(|row| CoverageJson::of(input, row)).collect(),
            trees: depth.map_or_else(Vec::new, |depth| depth.trees.iter().map(tree).collect()),
            paths: depth.map(|depth| PathsPart::of(input, depth)),
            plan: depth.and_then(|depth| depth.plan.as_ref()).map(FoundPlan::of),
            losses: losses::all(input).into_iter().map(loss).collect(),
            history: input.more.history.map(FoundHistory::of),
            canonical: canonical::to_json(&input.model.root),
        }
    }
}
