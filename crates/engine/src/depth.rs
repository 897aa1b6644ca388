//! What a document says beyond the list of threats: attack trees worked out, the likeliest ways to what is worth
//! protecting, and what to do first.
//!
//! Every part has a bound, so that a report of a large model stays quick. The commands for one part go further.

use redan_model::Model;
use redan_model::lang::{Mitigation, MitigationStatus};

use crate::analyse::Input;
use crate::paths::{self, Paths, Request, paths};
use crate::plan::{self, Plan};
use crate::tree::{Assessment, Budget, Tree, Wanted, assess, trees};
use crate::{Analysis, Context, Knowledge, Policy};

/// Nodes of the diagram of one tree.
const NODES: usize = 200_000;
/// Models with more mitigations than this get no plan here.
const MITIGATIONS: usize = 40;
/// What a mitigation without estimate is taken to cost, in hours.
const HOURS: u64 = 24;

/// An attack tree with what it comes to.
#[derive(Debug, Clone)]
pub struct Worked {
    /// The tree.
    pub tree: Tree,
    /// The answers.
    pub found: Assessment,
}

/// What was worked out.
#[derive(Debug, Clone, Default)]
pub struct Depth {
    /// The attack trees of the model, in its order.
    pub trees: Vec<Worked>,
    /// Attack paths.
    pub paths: Paths,
    /// Whether the paths use threats that wait for answers. They do where no open threat leads anywhere.
    pub by_questions: bool,
    /// The ways to the first goal as an attack tree.
    pub first_goal: Option<Worked>,
    /// What to do first; nothing where nothing is left to do, or too much for a report.
    pub plan: Option<Plan>,
    /// How many mitigations a plan would have to choose from, where there is none because there are too many.
    pub unplanned: usize,
}

/// Works out everything that a document shows, from an analysis of the same inputs.
pub fn depth(model: &Model, knowledge: &Knowledge, policy: &Policy, context: &Context, analysis: &Analysis) -> Depth {
    let (paths, by_questions) = ways(model, knowledge, analysis);
    let open = Paths::default();
    let (plan, unplanned) = work(&Input { model, knowledge, policy, context }, analysis, if by_questions { &open } else { &paths });
    let first_goal = paths.goals.first().filter(|_| !by_questions).map(|goal| worked(paths::tree(model, analysis, goal)));
    Depth { trees: trees(model, analysis).into_iter().map(worked).collect(), first_goal, paths, by_questions, plan, unplanned }
}

fn worked(tree: Tree) -> Worked {
    let wanted = Wanted { budget: Budget { nodes: NODES, sets: true }, ..Wanted::default() };
    Worked { found: assess(&tree, &wanted), tree }
}

fn ways(model: &Model, knowledge: &Knowledge, analysis: &Analysis) -> (Paths, bool) {
    let request = plan::ways(false);
    let found = paths(model, knowledge, analysis, &request);
    if !found.goals.is_empty() {
        return (found, false);
    }
    let guessed = paths(model, knowledge, analysis, &Request { questions: true, ..request });
    let by_questions = !guessed.goals.is_empty();
    (if by_questions { guessed } else { found }, by_questions)
}

/// The plan; `found` are the attack paths by threats that are known to exist.
fn work(input: &Input<'_>, analysis: &Analysis, found: &Paths) -> (Option<Plan>, usize) {
    let is_open = |entry: &Mitigation| {
        let status = entry.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value);
        !matches!(status, MitigationStatus::Implemented | MitigationStatus::Rejected)
    };
    match input.model.root.mitigations.entries.values().filter(|entry| is_open(&entry.value)).count() {
        0 => (None, 0),
        many if many > MITIGATIONS => (None, many),
        _ => {
            let request = plan::Request { budget: None, target: None, default_hours: HOURS, sprint: None, questions: false, goals: true };
            (Some(plan::plan_with(input, analysis, request, found)), 0)
        }
    }
}
