//! What leads to what in a tree, as a flow draws it: things with what comes after each, and operators between them.

use std::collections::{BTreeMap, BTreeSet};

use crate::limits;
use crate::steps::{How, Steps};

/// What takes part in a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An action or a condition.
    Thing,
    /// All of those before are needed.
    And,
    /// One of those before is needed.
    Or,
}

impl Kind {
    /// The word of an operator.
    pub(super) fn operator(self) -> Option<&'static str> {
        match self {
            Self::Thing => None,
            Self::And => Some("AND"),
            Self::Or => Some("OR"),
        }
    }
}

/// A flow. Things are known by what they are called, operators by what they lead to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Flow {
    pub(super) things: BTreeMap<String, Kind>,
    /// From what to what.
    pub(super) edges: BTreeSet<(String, String)>,
}

impl Flow {
    /// The flow that a tree draws, with the names that steps have now.
    pub(super) fn of(steps: &Steps, top: usize, name: &dyn Fn(&str) -> String) -> Self {
        let mut maker = Maker { steps, name, flow: Flow::default(), drawn: BTreeMap::new() };
        match steps.all.get(top) {
            Some(goal) if goal.how == How::Any => goal.below.iter().for_each(|end| maker.step(*end, "", 0)),
            Some(_) => maker.step(top, "", 0),
            None => {}
        }
        maker.flow
    }

    /// What a thing leads to.
    pub(super) fn after<'f>(&'f self, key: &'f str) -> impl Iterator<Item = &'f str> {
        self.edges.iter().filter(move |(from, _)| from == key).map(|(_, to)| to.as_str())
    }

    /// What leads to a thing.
    pub(super) fn before<'f>(&'f self, key: &'f str) -> impl Iterator<Item = &'f str> {
        self.edges.iter().filter(move |(_, to)| to == key).map(|(from, _)| from.as_str())
    }

    /// Takes an operator out: what led to it leads to what it led to.
    pub(super) fn without(&mut self, key: &str) {
        let joined: Vec<(String, String)> =
            self.before(key).flat_map(|from| self.after(key).map(move |to| (from.to_owned(), to.to_owned()))).collect();
        self.things.remove(key);
        self.edges.retain(|(from, to)| from != key && to != key);
        self.edges.extend(joined);
    }

    /// The operators, those that lead to others after those.
    pub(super) fn operators(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.things.iter().filter(|(_, kind)| **kind != Kind::Thing).map(|(key, _)| key.clone()).collect();
        keys.sort_by_key(|key| key.matches(BEFORE).count());
        keys
    }
}

/// Stands before what an operator leads to in what it is known by; no name has it.
const BEFORE: char = '\u{0}';

struct Maker<'s> {
    steps: &'s Steps,
    name: &'s dyn Fn(&str) -> String,
    flow: Flow,
    /// What stands for steps that were drawn.
    drawn: BTreeMap<usize, String>,
}

impl Maker<'_> {
    /// Draws a step that leads to something, or is an end.
    fn step(&mut self, at: usize, to: &str, depth: usize) {
        let Some(step) = self.steps.all.get(at).filter(|_| depth <= limits::MAX_DEPTH) else { return };
        if let Some(key) = self.drawn.get(&at).cloned() {
            self.lead(&key, to);
            return;
        }
        let own = step.below.last().and_then(|last| self.steps.all.get(*last)).filter(|own| own.how == How::Leaf);
        match (step.how, own) {
            (How::Leaf, _) => {
                let key = self.thing(&step.name, to);
                self.drawn.insert(at, key);
            }
            // What comes after others stands last in its own sequence.
            (How::Seq, Some(own)) if step.name.is_empty() || own.name == step.name => {
                let key = self.thing(&own.name, to);
                self.drawn.insert(at, key.clone());
                self.chain(step.below.get(..step.below.len() - 1).unwrap_or_default(), &key, depth);
            }
            (How::Seq, _) => self.chain(&step.below, to, depth),
            (How::Any | How::All | How::AtLeast(..) | How::Not, _) => {
                let named = if step.name.is_empty() { to.to_owned() } else { self.thing(&step.name, to) };
                let key = self.operator(if step.how == How::All { Kind::And } else { Kind::Or }, &named);
                self.drawn.insert(at, if step.name.is_empty() { key.clone() } else { named });
                step.below.iter().for_each(|below| self.step(*below, &key, depth + 1));
            }
        }
    }

    /// Steps one after the other, the last of which leads to something.
    fn chain(&mut self, several: &[usize], to: &str, depth: usize) {
        let mut to = to.to_owned();
        for at in several.iter().rev() {
            self.step(*at, &to, depth + 1);
            to = self.drawn.get(at).cloned().unwrap_or_default();
        }
    }

    fn thing(&mut self, name: &str, to: &str) -> String {
        let key = (self.name)(name);
        self.put(key, Kind::Thing, to)
    }

    fn operator(&mut self, kind: Kind, to: &str) -> String {
        let mut key = format!("{BEFORE}{to}");
        while self.flow.things.contains_key(&key) {
            key.push('\'');
        }
        self.put(key, kind, to)
    }

    fn put(&mut self, key: String, kind: Kind, to: &str) -> String {
        self.flow.things.insert(key.clone(), kind);
        self.lead(&key, to);
        key
    }

    fn lead(&mut self, from: &str, to: &str) {
        if !to.is_empty() {
            self.flow.edges.insert((from.to_owned(), to.to_owned()));
        }
    }
}
