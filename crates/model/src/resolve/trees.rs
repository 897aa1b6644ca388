//! Attack trees: that every step is one thing, that references lead somewhere, and that nothing leads to itself.

use indexmap::IndexMap;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lang::{AttackTree, List, TreeNode, is_id};
use crate::limits::MAX_TREE_DEPTH;
use crate::source::{Span, Spanned};
use crate::{Model, Thing};

use super::names::{Names, Wanted, find};
use super::sections;

/// Checks all attack trees.
pub(super) fn check(model: &Model, names: &mut Names<'_>) {
    for (id, entry) in &model.root.attack_trees.entries {
        let tree = &entry.value;
        if let Some(asset) = &tree.asset {
            let _: Option<Thing> = find(model, names, None, asset, Wanted::Asset);
        }
        let mut checker = Checker { model, names, ids: IndexMap::new(), steps: Vec::new() };
        checker.collect(tree);
        checker.top(id, entry.key_span, tree);
        checker.references();
        checker.cycles();
    }
}

/// A step with the places that the checks need, and the steps right below it.
struct Step<'m> {
    node: &'m TreeNode,
    span: Span,
    below: Vec<usize>,
}

struct Checker<'m, 'n, 'd> {
    model: &'m Model,
    names: &'n mut Names<'d>,
    ids: IndexMap<&'m str, (usize, Span)>,
    steps: Vec<Step<'m>>,
}

impl<'m> Checker<'m, '_, '_> {
    fn collect(&mut self, tree: &'m AttackTree) {
        for (id, entry) in &tree.nodes.entries {
            let at = self.step(&entry.value, entry.span, 1);
            self.claim(id, entry.key_span, at);
        }
        for list in [&tree.any, &tree.all, &tree.seq, &tree.of, &tree.unless] {
            list.items.iter().for_each(|node| {
                self.step(&node.value, node.span, 1);
            });
        }
    }

    fn claim(&mut self, id: &'m str, span: Span, at: usize) {
        if let Some((_, first)) = self.ids.get(id) {
            let message = format!("two steps have the id `{id}`");
            let diagnostic = Diagnostic::error(codes::DUPLICATE_ID, span, message).label(*first, "first used here");
            self.names.report(diagnostic);
            return;
        }
        self.ids.insert(id, (at, span));
    }

    fn step(&mut self, node: &'m TreeNode, span: Span, depth: usize) -> usize {
        let at = self.steps.len();
        self.steps.push(Step { node, span, below: Vec::new() });
        if let Some(id) = &node.id {
            if is_id(id) {
                self.claim(&id.value, id.span, at);
            } else {
                let message = format!("`{}` cannot be an id", crate::lang::syntax::shown(id));
                self.names.report(Diagnostic::error(codes::BAD_ID, id.span, message));
            }
        }
        if depth > MAX_TREE_DEPTH {
            let message = format!("the attack tree is deeper than {MAX_TREE_DEPTH} steps");
            self.names.report(Diagnostic::error(codes::BAD_TREE_NODE, span, message));
            return at;
        }
        for list in [&node.any, &node.all, &node.seq, &node.of, &node.unless] {
            for child in &list.items {
                let below = self.step(&child.value, child.span, depth + 1);
                self.steps[at].below.push(below);
            }
        }
        at
    }

    fn top(&mut self, id: &str, span: Span, tree: &AttackTree) {
        let gates = [&tree.any, &tree.all, &tree.seq, &tree.of];
        let only_stopped = written(&gates) == 0 && tree.unless.is_written();
        if written(&gates) != 1 && !only_stopped {
            let message = format!("attack tree `{id}` needs exactly one of `any`, `all`, `seq` or `at-least` with `of`");
            self.names.report(Diagnostic::error(codes::BAD_TREE_NODE, span, message));
        }
        self.at_least(tree.at_least.as_ref(), tree.at_most.as_ref(), &tree.of);
    }

    fn references(&mut self) {
        for at in 0..self.steps.len() {
            let Step { node, span, .. } = self.steps[at];
            self.form(node, span);
            self.at_least(node.at_least.as_ref(), node.at_most.as_ref(), &node.of);
            if let Some(name) = &node.r#ref {
                match self.ids.get(name.value.as_str()) {
                    Some((target, _)) => self.steps[at].below.push(*target),
                    None => self.names.unknown(codes::UNKNOWN_REFERENCE, name, "step", self.ids.keys().copied()),
                }
            }
            if let Some(name) = &node.threat {
                sections::threat(self.model, self.names, name);
            }
            sections::mitigations(self.model, self.names, &node.mitigations);
        }
    }

    fn form(&mut self, node: &TreeNode, span: Span) {
        let gates = written(&[&node.any, &node.all, &node.seq, &node.of]);
        let stopped = node.unless.is_written();
        let problem = match (node.r#ref.is_some(), gates) {
            (true, 0) if node.r#do.is_none() && !stopped => return,
            (true, _) => "a step with `ref` is only that",
            (false, 0) if node.r#do.is_none() && node.threat.is_none() && !stopped => "a step needs `do`, `ref`, or steps below it",
            (false, 0 | 1) => return,
            (false, _) => "a step has one of `any`, `all`, `seq` and `of`, not several",
        };
        self.names.report(
            Diagnostic::error(codes::BAD_TREE_NODE, span, problem)
                .help("write `{do: …}`, `{ref: <id>}`, or one of `any`, `all`, `seq`, `at-least` with `of`"),
        );
    }

    fn at_least(&mut self, count: Option<&Spanned<u32>>, most: Option<&Spanned<u32>>, of: &List<TreeNode>) {
        let least = count.map_or(1, |count| count.value);
        if let Some(most) = most.filter(|most| most.value < least || of.span.is_none()) {
            let problem = if of.span.is_none() { "`at-most` needs `of`" } else { "`at-most` is below `at-least`" };
            self.names.report(Diagnostic::error(codes::BAD_TREE_NODE, most.span, problem));
            return;
        }
        let problem = match (count, of.span) {
            (Some(count), None) => (count.span, "`at-least` needs `of`".to_owned()),
            (None, Some(span)) if most.is_none() => (span, "`of` needs `at-least`".to_owned()),
            (Some(count), Some(_)) if count.value as usize > of.items.len() => {
                (count.span, format!("`at-least` asks for {} of {} steps", count.value, of.items.len()))
            }
            _ => return,
        };
        self.names.report(Diagnostic::error(codes::BAD_TREE_NODE, problem.0, problem.1));
    }

    /// Walks every step once; a step that is met again while it is still open closes a circle.
    fn cycles(&mut self) {
        let mut state = vec![State::New; self.steps.len()];
        for start in 0..self.steps.len() {
            let mut stack = vec![(start, 0)];
            while let Some((at, next)) = stack.pop() {
                state[at] = State::Open;
                let Some(below) = self.steps[at].below.get(next).copied() else {
                    state[at] = State::Done;
                    continue;
                };
                stack.push((at, next + 1));
                match state[below] {
                    State::New => stack.push((below, 0)),
                    State::Open => self.report_cycle(at),
                    State::Done => {}
                }
            }
        }
    }

    fn report_cycle(&mut self, at: usize) {
        let step = &self.steps[at];
        let (span, name) = step.node.r#ref.as_ref().map_or((step.span, ""), |name| (name.span, name.value.as_str()));
        self.names.report(Diagnostic::error(codes::CYCLE, span, format!("the attack tree leads back to `{name}` from below it")));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

fn written(gates: &[&List<TreeNode>]) -> usize {
    gates.iter().filter(|list| list.is_written()).count()
}
