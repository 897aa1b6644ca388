//! What leads to what in a tree, as a flow draws it: things with what comes after each, and operators between them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::Kind;
use crate::limits;
use crate::steps::{How, Step, Steps};

/// A flow.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Flow {
    /// What takes part in it, by numbers in the order in which it is drawn: what is led to stands before what leads to it,
    /// unless that leads to something else first.
    pub(super) things: BTreeMap<usize, Thing>,
    /// From what to what, by their numbers.
    edges: BTreeSet<(usize, usize)>,
    /// The same from what is led to.
    back: BTreeSet<(usize, usize)>,
    /// Whether the tree is deeper than flows are drawn, so that some of it is missing.
    pub(super) cut: bool,
}

/// What takes part in a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thing {
    pub(super) kind: Kind,
    /// What it is called; nothing for operators.
    pub(super) name: String,
    /// The step of the tree that it stands for.
    pub(super) step: usize,
}

/// How a tree is read as a flow.
#[derive(Default)]
pub(super) struct Reading<'r> {
    /// Steps that only their id in the tree names, so that what they are made of stands for them.
    pub(super) unnamed: BTreeSet<&'r str>,
    /// What steps were called before, and what they are called now. A thing that comes after others is two steps in a tree,
    /// of which it is enough to rename one.
    pub(super) renamed: BTreeSet<(&'r str, &'r str)>,
}

impl Reading<'_> {
    /// What a sequence and its last step are called if they are one thing.
    fn one(&self, step: &Step, own: &Step) -> Option<String> {
        let (name, last) = (step.name.as_str(), own.name.as_str());
        if name.is_empty() || name == last || self.unnamed.contains(name) || self.renamed.contains(&(name, last)) {
            Some(last.to_owned())
        } else {
            self.renamed.contains(&(last, name)).then(|| name.to_owned())
        }
    }

    fn has_name(&self, step: &Step) -> bool {
        !step.name.is_empty() && !self.unnamed.contains(step.name.as_str())
    }
}

/// The ids of steps in a tree that say nothing else about what they are.
pub(super) fn unnamed(tree: &Json) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let nodes = tree.get("nodes").and_then(Json::as_object).into_iter().flatten();
    nodes.for_each(|(id, step)| look_for_unnamed(id, step, 0, &mut found));
    look_for_unnamed("", tree, 0, &mut found);
    found
}

fn look_for_unnamed<'t>(id: &'t str, step: &'t Json, depth: usize, found: &mut BTreeSet<&'t str>) {
    let id = step.get("id").and_then(Json::as_str).unwrap_or(id);
    let lists = ["any", "all", "seq", "of", "unless"].map(|key| step.get(key).and_then(Json::as_array));
    if !id.is_empty() && !["do", "threat"].iter().any(|key| step.get(key).is_some()) && lists.iter().any(Option::is_some) {
        found.insert(id);
    }
    if depth <= limits::MAX_DEPTH {
        lists.into_iter().flatten().flatten().for_each(|step| look_for_unnamed("", step, depth + 1, found));
    }
}

impl Flow {
    /// The flow that a tree draws.
    pub(super) fn of(steps: &Steps, top: usize, reading: &Reading<'_>) -> Self {
        let mut maker = Maker { steps, reading, flow: Self::default(), drawn: BTreeMap::new() };
        match steps.all.get(top) {
            Some(goal) if goal.how == How::Any => goal.below.iter().for_each(|end| maker.step(*end, None, 0)),
            Some(_) => maker.step(top, None, 0),
            None => {}
        }
        maker.flow
    }

    /// Whether both draw the same, whatever steps stand for it.
    pub(super) fn looks_like(&self, other: &Self) -> bool {
        let same = |(one, other): (&Thing, &Thing)| one.kind.operator() == other.kind.operator() && one.name == other.name;
        self.things.len() == other.things.len() && self.things.values().zip(other.things.values()).all(same) && self.edges == other.edges
    }

    /// From what to what.
    pub(super) fn edges(&self) -> impl Iterator<Item = (usize, usize)> {
        self.edges.iter().copied()
    }

    /// What a thing leads to.
    pub(super) fn after(&self, at: usize) -> impl Iterator<Item = usize> {
        self.edges.range((at, 0)..=(at, usize::MAX)).map(|(_, to)| *to)
    }

    /// What leads to a thing.
    pub(super) fn before(&self, at: usize) -> impl Iterator<Item = usize> {
        self.back.range((at, 0)..=(at, usize::MAX)).map(|(_, from)| *from)
    }

    /// Takes an operator out: what led to it leads to what it led to.
    pub(super) fn without(&mut self, at: usize) {
        let (before, after): (Vec<usize>, Vec<usize>) = (self.before(at).collect(), self.after(at).collect());
        self.things.remove(&at);
        before.iter().for_each(|from| self.part(*from, at));
        after.iter().for_each(|to| self.part(at, *to));
        before.iter().for_each(|from| after.iter().for_each(|to| self.lead(*from, Some(*to))));
    }

    fn part(&mut self, from: usize, to: usize) {
        self.edges.remove(&(from, to));
        self.back.remove(&(to, from));
    }

    fn add(&mut self, thing: Thing, to: Option<usize>) -> usize {
        let at = self.things.len();
        self.things.insert(at, thing);
        self.lead(at, to);
        at
    }

    fn lead(&mut self, from: usize, to: Option<usize>) {
        if let Some(to) = to {
            self.edges.insert((from, to));
            self.back.insert((to, from));
        }
    }
}

struct Maker<'s> {
    steps: &'s Steps,
    reading: &'s Reading<'s>,
    flow: Flow,
    /// What stands for steps that were drawn; nothing for sequences that are being drawn. No step is drawn twice, however
    /// often it is referred to.
    drawn: BTreeMap<usize, Option<usize>>,
}

impl Maker<'_> {
    /// Draws a step that leads to something, or is an end.
    fn step(&mut self, at: usize, to: Option<usize>, depth: usize) {
        self.flow.cut |= depth > limits::MAX_DEPTH;
        let Some(step) = self.steps.all.get(at).filter(|_| depth <= limits::MAX_DEPTH) else { return };
        if let Some(drawn) = self.drawn.get(&at).copied() {
            drawn.into_iter().for_each(|drawn| self.flow.lead(drawn, to));
            return;
        }
        let own = step.below.last().and_then(|last| self.steps.all.get(*last)).filter(|own| own.how == How::Leaf);
        match (step.how, own.and_then(|own| self.reading.one(step, own))) {
            (How::Leaf, _) => {
                let drawn = self.thing(Kind::Action, &step.name, at, to);
                self.drawn.insert(at, Some(drawn));
            }
            // What comes after others stands last in its own sequence.
            (How::Seq, Some(name)) => {
                let drawn = self.thing(Kind::Action, &name, at, to);
                self.drawn.insert(at, Some(drawn));
                let before = step.below.split_last().map_or(&[][..], |(_, before)| before);
                self.chain(before, Some(drawn), depth);
            }
            (How::Seq, None) => {
                let named = self.reading.has_name(step).then(|| self.thing(Kind::Condition, &step.name, at, to));
                self.drawn.insert(at, named);
                let last = self.chain(&step.below, named.or(to), depth);
                self.drawn.insert(at, named.or(last));
            }
            (How::Any | How::All | How::AtLeast(..) | How::Not, _) => {
                let named = self.reading.has_name(step).then(|| self.thing(Kind::Condition, &step.name, at, to));
                let kind = if step.how == How::All { Kind::And } else { Kind::Or };
                let joined = self.thing(kind, "", at, named.or(to));
                self.drawn.insert(at, named.or(Some(joined)));
                step.below.iter().for_each(|below| self.step(*below, Some(joined), depth + 1));
            }
        }
    }

    /// Steps one after the other, the last of which leads to something; gives what stands for that one. Where a later one is
    /// no single action, it and those before it are joined: else those would be read as other ways to where it leads.
    fn chain(&mut self, several: &[usize], to: Option<usize>, depth: usize) -> Option<usize> {
        let (mut to, mut end) = (to, None);
        for (number, at) in several.iter().enumerate().rev() {
            let single = self.steps.all.get(*at).is_some_and(|step| step.how == How::Leaf) && !self.drawn.contains_key(at);
            if number > 0 && !single {
                to = Some(self.thing(Kind::And, "", *at, to));
                end = end.or(to);
                self.step(*at, to, depth + 1);
            } else {
                self.step(*at, to, depth + 1);
                to = self.drawn.get(at).copied().flatten();
                end = end.or(to);
            }
        }
        end
    }

    fn thing(&mut self, kind: Kind, name: &str, step: usize, to: Option<usize>) -> usize {
        self.flow.add(Thing { kind, name: name.to_owned(), step }, to)
    }
}
