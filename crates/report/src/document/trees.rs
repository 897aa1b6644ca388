//! Section 6: attack trees as indented steps, with what stands against each leaf.

use redan_model::lang::{AttackTree, List, Map, TreeNode};

use super::anchor;
use crate::Input;

/// A shared step may be shown in several places, but a tree that refers to itself must end.
const MAX_DEPTH: usize = redan_model::limits::MAX_TREE_DEPTH;

/// One line of a tree.
#[derive(Debug, Clone)]
pub struct TreeStep {
    /// 0 for the steps below the goal.
    pub depth: usize,
    /// What the attacker does, or how the steps below combine.
    pub text: String,
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
    /// How the first steps combine.
    pub gate: String,
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

fn tree(input: &Input<'_>, id: &str, stated: &AttackTree) -> TreeView {
    let mut walk = Walk { input, shared: &stated.nodes, steps: Vec::new() };
    let branches = Branches {
        any: &stated.any,
        all: &stated.all,
        seq: &stated.seq,
        of: &stated.of,
        at_least: stated.at_least.as_ref().map(|n| n.value),
    };
    let gate = branches.gate();
    walk.branches(&branches, 0);
    let leaves = walk.steps.iter().filter(|s| s.leaf).count();
    TreeView {
        anchor: anchor("tree", id),
        id: id.to_owned(),
        goal: stated.goal.as_ref().map_or_else(|| id.to_owned(), |g| g.value.clone()),
        gate,
        covered: walk.steps.iter().filter(|s| s.leaf && !s.covered_by.is_empty()).count(),
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

    fn nodes(&self) -> impl Iterator<Item = &'a TreeNode> {
        [self.any, self.all, self.seq, self.of].into_iter().flat_map(|list| list.values())
    }
}

struct Walk<'a> {
    input: &'a Input<'a>,
    shared: &'a Map<TreeNode>,
    steps: Vec<TreeStep>,
}

impl<'a> Walk<'a> {
    fn branches(&mut self, branches: &Branches<'a>, depth: usize) {
        if depth < MAX_DEPTH {
            branches.nodes().for_each(|node| self.node(node, depth));
        }
    }

    fn node(&mut self, node: &'a TreeNode, depth: usize) {
        let node = node.r#ref.as_ref().and_then(|r| self.shared.entries.get(&r.value)).map_or(node, |shared| &shared.value);
        let branches = Branches::of(node);
        let gate = branches.gate();
        let named = node.r#do.as_ref().or(node.id.as_ref()).or(node.r#ref.as_ref()).map(|t| t.value.clone());
        let text = match (named, gate.as_str()) {
            (Some(name), "") => name,
            (Some(name), gate) => format!("{name}: {gate}"),
            (None, gate) => gate.to_owned(),
        };
        self.steps.push(TreeStep { depth, leaf: gate.is_empty(), covered_by: self.cover(node), text });
        self.branches(&branches, depth + 1);
    }

    fn cover(&self, node: &TreeNode) -> Vec<String> {
        let mut ids: Vec<&str> = node.mitigations.values().map(String::as_str).collect();
        let threat = node.threat.as_ref().and_then(|t| self.input.analysis.threat(&t.value));
        ids.extend(threat.into_iter().flat_map(|t| t.mitigations.iter().map(String::as_str)));
        let entries = &self.input.model.root.mitigations.entries;
        let title = |id: &str| entries.get(id).and_then(|e| e.value.title.as_ref()).map_or_else(|| id.to_owned(), |t| t.value.clone());
        let mut out: Vec<String> = ids.into_iter().map(title).collect();
        out.dedup();
        out
    }
}
