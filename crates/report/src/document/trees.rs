//! Section 6: attack trees as indented steps, with what stands against each leaf. The list is as long as the model.

use std::collections::BTreeSet;

use redan_engine::paths::{self, Goal};
use redan_model::lang::{AttackTree, List, Map, TreeNode};
use redan_model::naming;

use super::anchor;
use crate::{Input, telling};

/// Deeper trees do not load; this bounds the recursion whatever the caller made.
const MAX_DEPTH: usize = redan_model::limits::MAX_TREE_DEPTH;

/// One line of a tree.
#[derive(Debug, Clone)]
pub struct TreeStep {
    /// 0 for the steps below the goal.
    pub depth: usize,
    /// What the attacker does, or how the steps below combine.
    pub text: String,
    /// What the attacker does, where it has a name.
    pub name: Option<String>,
    /// How the steps below combine: OR, AND, SEQ or "2 of"; empty for a leaf.
    pub gate: String,
    /// Its number in the steps of a sequence, from 1.
    pub number: Option<usize>,
    /// The id of a step that stands in several places.
    pub shared: Option<String>,
    /// Whether the same shared step was listed before; what is below it is listed there.
    pub repeated: bool,
    /// Whether it is a leaf.
    pub leaf: bool,
    /// Titles of what stands against it, and the threat that it uses.
    pub covered_by: Vec<String>,
}

/// One attack tree.
#[derive(Debug, Clone)]
pub struct TreeView {
    /// Stable fragment identifier.
    pub anchor: String,
    /// Id.
    pub id: String,
    /// What the attacker wants.
    pub goal: String,
    /// How the first steps combine, in words.
    pub gate: String,
    /// The same as the word on a gate: OR, AND, SEQ or "2 of".
    pub short_gate: String,
    /// The steps, parents before children.
    pub steps: Vec<TreeStep>,
    /// Leaves that something stands against.
    pub covered: usize,
    /// All leaves.
    pub leaves: usize,
}

pub(super) fn trees(input: &Input<'_>) -> Vec<TreeView> {
    input.model.root.attack_trees.entries.iter().map(|(id, entry)| tree(input, id, &entry.value)).collect()
}

/// One tree by its id, if the model has it.
pub(crate) fn one(input: &Input<'_>, id: &str) -> Option<TreeView> {
    input.model.root.attack_trees.entries.get(id).map(|entry| tree(input, id, &entry.value))
}

/// The likeliest ways to a goal of attackers as a tree: one of them is enough, and each needs all of its threats.
pub(crate) fn of_goal(input: &Input<'_>, goal: &Goal, most: usize) -> TreeView {
    let ways = ways(goal);
    let mut steps = Vec::new();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    for needs in ways.iter().take(most) {
        let depth = usize::from(needs.len() > 1);
        steps.extend((depth > 0).then(all_of));
        steps.extend(needs.iter().map(|(threat, probability)| {
            let repeated = !seen.insert(*threat);
            TreeStep { depth, repeated, ..uses(input, *threat, *probability) }
        }));
    }
    let said = telling::capital(&telling::done(input.model, goal.target));
    let own = || steps.iter().filter(|step: &&TreeStep| step.leaf && !step.repeated);
    let id = paths::id(input.model, goal.target);
    TreeView {
        anchor: anchor("tree", &id),
        goal: if ways.len() > most { format!("{said} (the {most} likeliest of {} ways)", ways.len()) } else { said },
        gate: "any of".to_owned(),
        short_gate: "OR".to_owned(),
        covered: own().filter(|step| !step.covered_by.is_empty()).count(),
        leaves: own().count(),
        id,
        steps,
    }
}

/// The threats of each way with their probabilities. Ways of different attackers may need the same ones; what needs all
/// threats of another way, and perhaps more, is none of its own.
fn ways(goal: &Goal) -> Vec<Vec<(usize, f64)>> {
    let mut all: Vec<Vec<(usize, f64)>> = Vec::new();
    for path in &goal.paths {
        let mut needs: Vec<(usize, f64)> = Vec::new();
        for (threat, probability) in path.steps.iter().filter_map(|step| Some((step.threat?, step.probability))) {
            if !needs.iter().any(|(known, _)| *known == threat) {
                needs.push((threat, probability));
            }
        }
        all.push(needs);
    }
    let has_all = |way: &[(usize, f64)], other: &[(usize, f64)]| other.iter().all(|(threat, _)| way.iter().any(|(own, _)| own == threat));
    let superfluous = |at: usize| {
        let way = &all[at];
        (0..all.len()).any(|other| other != at && has_all(way, &all[other]) && (all[other].len() < way.len() || other < at))
    };
    let kept: Vec<usize> = (0..all.len()).filter(|at| !superfluous(*at)).collect();
    kept.into_iter().map(|at| all[at].clone()).collect()
}

fn all_of() -> TreeStep {
    TreeStep {
        depth: 0,
        text: "all of".to_owned(),
        name: None,
        gate: "AND".to_owned(),
        number: None,
        shared: None,
        repeated: false,
        leaf: false,
        covered_by: Vec::new(),
    }
}

/// The step that uses a threat.
fn uses(input: &Input<'_>, threat: usize, probability: f64) -> TreeStep {
    let threat = &input.analysis.threats[threat];
    let name = format!("{}, {}", threat.title, telling::percent(probability));
    TreeStep {
        text: name.clone(),
        name: Some(name),
        gate: String::new(),
        shared: Some(threat.id.clone()),
        leaf: true,
        covered_by: threat.mitigations.iter().map(|id| super::mitigation_title(input, id)).collect(),
        ..all_of()
    }
}

fn tree(input: &Input<'_>, id: &str, stated: &AttackTree) -> TreeView {
    let mut walk = Walk { input, shared: &stated.nodes, seen: BTreeSet::new(), steps: Vec::new() };
    let branches = Branches {
        any: &stated.any,
        all: &stated.all,
        seq: &stated.seq,
        of: &stated.of,
        at_least: stated.at_least.as_ref().map(|n| n.value),
    };
    let gate = branches.gate();
    walk.branches(&branches, 0);
    let leaves = walk.steps.iter().filter(|s| s.leaf && !s.repeated).count();
    TreeView {
        anchor: anchor("tree", id),
        id: id.to_owned(),
        goal: stated.goal.as_ref().map_or_else(|| naming::sentence_of(id), |g| g.value.clone()),
        gate,
        short_gate: branches.short_gate(),
        covered: walk.steps.iter().filter(|s| s.leaf && !s.repeated && !s.covered_by.is_empty()).count(),
        leaves,
        steps: walk.steps,
    }
}

/// The ways in which a step can be made of steps.
struct Branches<'a> {
    any: &'a List<TreeNode>,
    all: &'a List<TreeNode>,
    seq: &'a List<TreeNode>,
    of: &'a List<TreeNode>,
    at_least: Option<u32>,
}

impl<'a> Branches<'a> {
    fn of(node: &'a TreeNode) -> Self {
        Self { any: &node.any, all: &node.all, seq: &node.seq, of: &node.of, at_least: node.at_least.as_ref().map(|n| n.value) }
    }

    fn gate(&self) -> String {
        let lists = [(self.any, "any of"), (self.all, "all of"), (self.seq, "in this order")];
        let mut words: Vec<String> = lists.iter().filter(|(list, _)| !list.items.is_empty()).map(|(_, word)| (*word).to_owned()).collect();
        if !self.of.items.is_empty() {
            words.push(format!("at least {} of", self.at_least.unwrap_or(1)));
        }
        words.join(", ")
    }

    fn short_gate(&self) -> String {
        let lists = [(self.any, "OR"), (self.all, "AND"), (self.seq, "SEQ")];
        let mut words: Vec<String> = lists.iter().filter(|(list, _)| !list.items.is_empty()).map(|(_, word)| (*word).to_owned()).collect();
        if !self.of.items.is_empty() {
            words.push(format!("{} of {}", self.at_least.unwrap_or(1), self.of.items.len()));
        }
        words.join(" + ")
    }

    /// The steps, with their number where the order matters.
    fn nodes(&self) -> impl Iterator<Item = (&'a TreeNode, Option<usize>)> {
        let ordered = self.seq.values().enumerate().map(|(ix, node)| (node, Some(ix + 1)));
        let free = |list: &'a List<TreeNode>| list.values().map(|node| (node, None));
        free(self.any).chain(free(self.all)).chain(ordered).chain(free(self.of))
    }
}

struct Walk<'a> {
    input: &'a Input<'a>,
    shared: &'a Map<TreeNode>,
    seen: BTreeSet<String>,
    steps: Vec<TreeStep>,
}

impl<'a> Walk<'a> {
    fn branches(&mut self, branches: &Branches<'a>, depth: usize) {
        if depth < MAX_DEPTH {
            branches.nodes().for_each(|(node, number)| self.node(node, number, depth));
        }
    }

    fn node(&mut self, node: &'a TreeNode, number: Option<usize>, depth: usize) {
        let shared = node.r#ref.as_ref().map(|r| r.value.clone()).filter(|id| self.shared.entries.contains_key(id));
        let node = node.r#ref.as_ref().and_then(|r| self.shared.entries.get(&r.value)).map_or(node, |shared| &shared.value);
        let branches = Branches::of(node);
        let gate = branches.gate();
        let id = node.id.as_ref().or(node.r#ref.as_ref());
        let named = node.r#do.as_ref().map(|t| t.value.clone()).or_else(|| id.map(|id| naming::sentence_of(&id.value)));
        let bare = gate.is_empty() && node.threat.is_none();
        let named = named.or_else(|| bare.then(|| node.unless.values().next().map(|stop| format!("Not: {}", stop_name(stop)))).flatten());
        // Steps below a shared step are listed once: repeating them could double the list at each level.
        let repeated = shared.as_ref().is_some_and(|id| !self.seen.insert(id.clone()));
        let text = match (named.clone(), gate.as_str()) {
            (Some(name), "") => name,
            (Some(name), _) if repeated => format!("{name}, as above"),
            (Some(name), gate) => format!("{name}: {gate}"),
            (None, gate) => gate.to_owned(),
        };
        self.steps.push(TreeStep {
            depth,
            name: named,
            gate: branches.short_gate(),
            number,
            shared,
            repeated,
            leaf: gate.is_empty(),
            covered_by: self.cover(node),
            text,
        });
        if !repeated {
            self.branches(&branches, depth + 1);
        }
    }

    fn cover(&self, node: &TreeNode) -> Vec<String> {
        let mut ids: Vec<&str> = node.mitigations.values().map(String::as_str).collect();
        let threat = node.threat.as_ref().and_then(|t| self.input.analysis.threat(&t.value));
        ids.extend(threat.into_iter().flat_map(|t| t.mitigations.iter().map(String::as_str)));
        let mut out: Vec<String> = ids.into_iter().map(|id| super::mitigation_title(self.input, id)).collect();
        out.extend(node.unless.values().map(stop_name));
        out.dedup();
        out
    }
}

/// What people call something that stops a step.
fn stop_name(stop: &TreeNode) -> String {
    let named = stop.r#do.as_ref().map(|text| text.value.clone());
    let id = stop.r#ref.as_ref().or(stop.id.as_ref());
    named.or_else(|| id.map(|id| naming::sentence_of(&id.value))).unwrap_or_else(|| "what stops it".to_owned())
}
