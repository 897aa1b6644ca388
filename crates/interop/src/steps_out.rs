//! Our attack trees on their way into other tools: the same steps as on the way in, each once.

use std::collections::BTreeMap;

use redan_model::lang::{AttackTree, List, Number, Opt, TreeNode};
use serde_json::json;

use crate::steps::{How, Ids, Step, Steps};
use crate::{Loss, LossKind};

/// The steps of a tree, and the one that is its goal.
pub(crate) fn of_tree(id: &str, tree: &AttackTree) -> (Steps, usize) {
    let mut maker = Maker { steps: Steps::default(), named: BTreeMap::new() };
    for (name, _) in &tree.nodes.entries {
        let at = maker.steps.add(Step::new(name, How::Leaf));
        maker.named.insert(name, at);
    }
    for list in [&tree.any, &tree.all, &tree.seq, &tree.of, &tree.unless] {
        maker.names(list);
    }
    for (name, entry) in &tree.nodes.entries {
        for list in lists(&entry.value) {
            maker.names(list);
        }
        let step = maker.step(&entry.value, name);
        let at = maker.named[name.as_str()];
        maker.steps.all[at] = step;
    }
    let goal = tree.goal.as_ref().map_or(id, |goal| goal.value.as_str());
    let mut top = Step::new(goal, How::All);
    let limits = (tree.at_least.as_ref().map(|n| n.value), tree.at_most.as_ref().map(|n| n.value));
    maker.fill(&mut top, [&tree.any, &tree.all, &tree.seq, &tree.of, &tree.unless], limits);
    let top = maker.steps.add(top);
    (maker.steps, top)
}

fn lists(node: &TreeNode) -> [&List<TreeNode>; 5] {
    [&node.any, &node.all, &node.seq, &node.of, &node.unless]
}

struct Maker<'m> {
    steps: Steps,
    named: BTreeMap<&'m str, usize>,
}

impl<'m> Maker<'m> {
    /// Gives steps that have an id inside the tree their place, so that references find them wherever they stand.
    fn names(&mut self, list: &'m List<TreeNode>) {
        for node in list.values() {
            if let Some(id) = &node.id
                && !self.named.contains_key(id.value.as_str())
            {
                let at = self.steps.add(Step::new(&id.value, How::Leaf));
                self.named.insert(&id.value, at);
            }
            lists(node).into_iter().for_each(|list| self.names(list));
        }
    }

    fn reached(&mut self, node: &'m TreeNode) -> usize {
        if let Some(name) = &node.r#ref {
            return self.named.get(name.value.as_str()).copied().unwrap_or_else(|| self.steps.add(Step::new(&name.value, How::Leaf)));
        }
        let name = node.id.as_ref().map_or("", |id| id.value.as_str());
        let step = self.step(node, name);
        match self.named.get(name) {
            Some(at) => {
                self.steps.all[*at] = step;
                *at
            }
            None => self.steps.add(step),
        }
    }

    fn step(&mut self, node: &'m TreeNode, id: &str) -> Step {
        let name = node.r#do.as_ref().or(node.threat.as_ref()).map_or(id, |text| text.value.as_str());
        let mut step = Step::new(name, How::Leaf);
        let limits = (node.at_least.as_ref().map(|n| n.value), node.at_most.as_ref().map(|n| n.value));
        self.fill(&mut step, lists(node), limits);
        if step.how == How::Leaf && node.r#do.is_none() && node.threat.is_none() && !step.unless.is_empty() {
            step.how = How::Not;
            step.below = std::mem::take(&mut step.unless);
        }
        let numbers: [(&'static str, &Opt<Number>); 5] = [
            ("probability", &node.probability),
            ("cost", &node.cost),
            ("time", &node.time),
            ("detectability", &node.detectability),
            ("damage", &node.damage),
        ];
        for (key, number) in numbers {
            step.fields.extend(number.as_ref().map(|number| (key, json!(number.value.0))));
        }
        step.fields.extend(node.skill.as_ref().map(|skill| ("skill", json!(skill.value.is))));
        step
    }

    fn fill(&mut self, step: &mut Step, lists: [&'m List<TreeNode>; 5], (least, most): (Option<u32>, Option<u32>)) {
        let [any, all, seq, of, unless] = lists;
        for (list, how) in [(any, How::Any), (all, How::All), (seq, How::Seq), (of, How::AtLeast(least.unwrap_or(0), most))] {
            if list.is_written() {
                step.how = how;
                step.below = list.values().map(|node| self.reached(node)).collect();
            }
        }
        step.unless = unless.values().map(|node| self.reached(node)).collect();
    }
}

/// Names of steps that are apart from each other, in the order in which the goal needs them, and nothing else.
pub(crate) fn named(steps: &Steps, top: usize, ids: &mut Ids) -> (Vec<usize>, BTreeMap<usize, String>) {
    let (mut order, mut names, mut stack) = (Vec::new(), BTreeMap::new(), vec![top]);
    while let Some(at) = stack.pop() {
        if names.contains_key(&at) {
            continue;
        }
        let name: &str = if steps.all[at].name.is_empty() { "gate" } else { &steps.all[at].name };
        names.insert(at, ids.id(name));
        order.push(at);
        stack.extend(steps.all[at].unless.iter().rev().chain(steps.all[at].below.iter().rev()));
    }
    (order, names)
}

/// A loss of a writer.
pub(crate) fn lost(kind: LossKind, what: String, place: &str) -> Loss {
    Loss { kind, what, place: place.to_owned() }
}
