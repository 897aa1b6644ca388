//! Attack trees: steps that nothing in the model stands against.

use redan_model::Model;
use redan_model::lang::{AttackTree, TreeNode};
use redan_model::limits::MAX_TREE_DEPTH;
use redan_model::{Span, Spanned};

use super::{Linter, named};

pub(super) fn check(linter: &mut Linter<'_>) {
    for (id, entry) in &linter.model.root.attack_trees.entries {
        let uncovered: Vec<(&str, Span)> = leaves(&entry.value).into_iter().filter(|(node, _)| !is_covered(node)).map(name).collect();
        if let Some((_, span)) = uncovered.first() {
            let steps: Vec<&str> = uncovered.iter().map(|(name, _)| *name).collect();
            let message = format!("no threat and no mitigation stands against these steps of `{id}`: {}", named(&steps));
            let mut diagnostic = linter.found("uncovered-leaf", *span, message).about(id);
            for (_, span) in uncovered[1..].iter().take(super::MAX_NAMED - 1) {
                diagnostic = diagnostic.label(*span, "and this");
            }
            linter.report(diagnostic);
        }
    }
}

/// Whether a step of any attack tree names a mitigation.
pub(super) fn uses_mitigation(model: &Model, id: &str) -> bool {
    let mut trees = model.root.attack_trees.entries.values();
    trees.any(|tree| leaves(&tree.value).iter().any(|(node, _)| node.mitigations.values().any(|other| other == id)))
}

fn is_covered(node: &TreeNode) -> bool {
    node.threat.is_some() || !node.mitigations.items.is_empty() || !node.unless.items.is_empty()
}

fn name((node, span): (&TreeNode, Span)) -> (&str, Span) {
    let stated = node.r#do.as_ref().or(node.id.as_ref());
    (stated.map_or("step", |stated| stated.value.as_str()), stated.map_or(span, |stated| stated.span))
}

/// Every step that is not made of steps and does not only refer to one.
fn leaves(tree: &AttackTree) -> Vec<(&TreeNode, Span)> {
    let mut out = Vec::new();
    for nodes in [&tree.any, &tree.all, &tree.seq, &tree.of] {
        collect(&nodes.items, 0, &mut out);
    }
    for entry in tree.nodes.entries.values() {
        walk(&entry.value, entry.span, 0, &mut out);
    }
    out
}

fn collect<'t>(nodes: &'t [Spanned<TreeNode>], depth: usize, out: &mut Vec<(&'t TreeNode, Span)>) {
    for node in nodes {
        walk(&node.value, node.span, depth, out);
    }
}

fn walk<'t>(node: &'t TreeNode, span: Span, depth: usize, out: &mut Vec<(&'t TreeNode, Span)>) {
    let below = [&node.any, &node.all, &node.seq, &node.of];
    if below.iter().all(|nodes| nodes.items.is_empty()) {
        if node.r#ref.is_none() {
            out.push((node, span));
        }
    } else if depth < MAX_TREE_DEPTH {
        below.into_iter().for_each(|nodes| collect(&nodes.items, depth + 1, out));
    }
}
