//! Changes of a tree, written into a file that is there: names where they stand, which steps there are, what leads to what,
//! and whether one or all of those before are needed.
//!
//! The file is read as a flow, as are the tree of before and the one of now. Things of the file are those of the tree of
//! before, in the order in which both are drawn, and what the two trees differ in becomes a [`Plan`], which a [`Canvas`] turns
//! into edits. Where the file is not what its tree was read from, or things cannot be told apart, only names are written.

mod builder;
mod bundle;
mod made;
mod pen;
mod room;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::led::{Flow, Reading, unnamed};
use super::paired::Paired;
use super::{Kind, drawn};
use crate::draft::{Draft, one_line};
use crate::export::Outgoing;
use crate::limits;
use crate::onto::{Changes, Edit, json as places};
use crate::steps_onto;

/// What an object that holds a whole flow is called, in both kinds of files.
const FLOWS: [&str; 2] = ["attack-flow", "flow"];
/// What steps are called, in both kinds of files.
const STEPS: [&str; 4] = ["attack-action", "attack-condition", "action", "condition"];

/// A file with a flow in it, of one of the two kinds.
trait Canvas {
    /// The ids of all that is in it.
    fn ids(&self) -> BTreeSet<String>;

    /// The id of something that comes, made of a text.
    fn id(&self, kind: Kind, text: &str) -> String;

    /// The edits that carry out a plan.
    fn edits(&self, plan: &Plan, ids: &mut Ids) -> Vec<Edit>;
}

/// What is to be done to a file, by the ids of things in it.
#[derive(Debug, Default)]
struct Plan {
    /// What the whole flow was called, and what it is called now.
    goal: Option<(String, String)>,
    /// Things that are called otherwise now.
    renamed: BTreeMap<String, String>,
    /// Operators that are the other one now.
    turned: BTreeMap<String, Kind>,
    gone: BTreeSet<String>,
    /// Things that come; what they lead to mostly stands before them.
    come: Vec<Come>,
    /// What no longer leads to what; also what leads to things that go, or comes after them.
    fewer: BTreeSet<(String, String)>,
    /// What leads to what from now on, in the order of the tree.
    more: Vec<(String, String)>,
}

/// A thing that comes.
#[derive(Debug)]
struct Come {
    id: String,
    kind: Kind,
    name: String,
}

/// Ids that nothing else in a file has.
#[derive(Debug)]
struct Ids {
    taken: BTreeSet<String>,
    numbers: BTreeMap<String, usize>,
}

impl Ids {
    /// An id from a text, or from that text with a number if the id is taken.
    fn free(&mut self, text: &str, make: &dyn Fn(&str) -> String) -> String {
        let number = self.numbers.entry(text.to_owned()).or_default();
        loop {
            *number += 1;
            let id = if *number == 1 { make(text) } else { make(&format!("{text} {number}")) };
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// Writes the changes of a tree into a file.
pub(crate) fn onto(text: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Vec<Edit> {
    let Some(root) = places::parse(text) else { return Vec::new() };
    let renamed = steps_onto::renamed(changes);
    let canvas: Option<Box<dyn Canvas + '_>> = if root.get("schema").is_some() {
        builder::Builder::of(text, &root).map(|canvas| Box::new(canvas) as _)
    } else {
        bundle::Bundle::of(text, &root, &outgoing.day).map(|canvas| Box::new(canvas) as _)
    };
    if let Some(canvas) = canvas {
        let mut ids = Ids { taken: canvas.ids(), numbers: BTreeMap::new() };
        if let Some(plan) = plan(text, changes, &renamed, canvas.as_ref(), &mut ids) {
            let goal: Vec<(String, String)> = plan.goal.iter().cloned().collect();
            let mut edits = names(&root, &goal, &FLOWS);
            edits.extend(canvas.edits(&plan, &mut ids));
            return edits;
        }
    }
    names(&root, &renamed, &[FLOWS.as_slice(), &STEPS].concat())
}

/// What objects of some kinds are called now, if no two of them have one name.
fn names(root: &places::Node, renamed: &[(String, String)], kinds: &[&str]) -> Vec<Edit> {
    let mut named: BTreeMap<String, Vec<&places::Node>> = BTreeMap::new();
    for object in root.get("objects").map(places::Node::items).unwrap_or_default() {
        let kind = text_of(object, "type").or_else(|| text_of(object, "id")).unwrap_or_default();
        let key = if kind.ends_with("condition") { "description" } else { "name" };
        let place = property(object, key).or_else(|| object.get(key)).filter(|_| kinds.contains(&kind));
        if let Some((place, name)) = place.and_then(|place| Some((place, place.as_str()?))) {
            named.entry(one_line(name)).or_default().push(place);
        }
    }
    let renamed: BTreeMap<&String, &String> = renamed.iter().map(|(name, new)| (name, new)).collect();
    let found = renamed.into_iter().filter_map(|(name, new)| match named.get(name)?[..] {
        [only] => Some(Edit::replace(only.span.clone(), Json::from(new.as_str()).to_string())),
        _ => None,
    });
    found.collect()
}

fn text_of<'n>(object: &'n places::Node, key: &str) -> Option<&'n str> {
    object.get(key).and_then(places::Node::as_str)
}

/// The value of a property in a file of the builder.
fn property<'n>(object: &'n places::Node, key: &str) -> Option<&'n places::Node> {
    let mut pairs = object.get("properties").map(places::Node::items).unwrap_or_default().iter().map(places::Node::items);
    pairs.find(|pair| pair.first().and_then(places::Node::as_str) == Some(key))?.get(1)
}

/// What is to be done to a file; nothing if the flow in it cannot be found again in the trees.
fn plan(text: &str, changes: &Changes<'_>, renamed: &[(String, String)], canvas: &dyn Canvas, ids: &mut Ids) -> Option<Plan> {
    let [pair] = &steps_onto::pairs(changes)[..] else { return None };
    let (trees_before, trees) = (changes.before.get("attack-trees")?, changes.after.get("attack-trees")?);
    let (tree_before, tree) = trees.as_object()?.iter().find_map(|(id, tree)| Some((trees_before.get(id)?, tree)))?;
    let renamed: BTreeSet<(&str, &str)> = renamed.iter().map(|(was, is)| (was.as_str(), is.as_str())).collect();
    let mut old = Flow::of(&pair.old.0, pair.old.1, &Reading { unnamed: unnamed(tree_before), ..Reading::default() });
    let mut new = Flow::of(&pair.new.0, pair.new.1, &Reading { unnamed: unnamed(tree), renamed: renamed.clone() });
    let found = found(text, &old)?;
    // What is missing in one of the two would come, or worse, go.
    if old.cut || new.cut || !found.values().all(|id| ids.taken.contains(id)) {
        return None;
    }
    let mut paired = Paired::of(&old, &new, &renamed)?;
    without_operators_between_the_lines(&mut old, &mut new, &mut paired, &found);
    let goal = |steps: &crate::steps::Steps, top: usize| steps.all.get(top).map(|goal| goal.name.clone());
    let mut plan = compared(&old, &new, &paired, &found, &mut |kind, text| ids.free(text, &|text| canvas.id(kind, text)));
    plan.goal = goal(&pair.old.0, pair.old.1).zip(goal(&pair.new.0, pair.new.1)).filter(|(was, is)| was != is);
    Some(plan)
}

/// The ids of the things of a flow in the file that it was read from, by drawing the file as well.
fn found(text: &str, flow: &Flow) -> Option<BTreeMap<usize, String>> {
    let graph = drawn(&limits::json(text.as_bytes()).ok()?);
    let mut draft = Draft::new("");
    let (mut steps, top) = graph.steps(&mut draft);
    steps.without_circles(&mut draft, top);
    let file = Flow::of(&steps, top, &Reading::default());
    let ids = file.things.iter().filter_map(|(at, thing)| Some((*at, graph.order.get(thing.step)?.clone())));
    file.looks_like(flow).then(|| ids.collect())
}

/// Several things of which one is enough may lead on without an operator in the file; then neither flow has one.
fn without_operators_between_the_lines(old: &mut Flow, new: &mut Flow, paired: &mut Paired, found: &BTreeMap<usize, String>) {
    let missing: Vec<usize> = old.things.keys().copied().filter(|at| !found.contains_key(at)).collect();
    for at in missing {
        let now = paired.now(at).filter(|now| new.things.get(now).is_some_and(|thing| thing.kind == Kind::Or));
        // One thing alone leads on without an operator anyway, so that this one would be gone in the file.
        if let Some(now) = now.filter(|now| new.before(*now).nth(1).is_some()) {
            new.without(now);
        }
        paired.part(at);
        old.without(at);
    }
}

/// What is to be done to make one flow the other.
fn compared(old: &Flow, new: &Flow, paired: &Paired, found: &BTreeMap<usize, String>, free: &mut dyn FnMut(Kind, &str) -> String) -> Plan {
    let mut plan = Plan::default();
    let mut ids: BTreeMap<usize, String> = BTreeMap::new();
    for (at, thing) in &new.things {
        let known = paired.before(*at).and_then(|was| Some((old.things.get(&was)?, found.get(&was)?)));
        let Some((was, id)) = known else {
            let text = match thing.kind.operator() {
                Some(word) => format!("{word} before {}", new.after(*at).find_map(|to| ids.get(&to)).map_or("", String::as_str)),
                None => thing.name.clone(),
            };
            let id = free(thing.kind, &text);
            ids.insert(*at, id.clone());
            plan.come.push(Come { id, kind: thing.kind, name: thing.name.clone() });
            continue;
        };
        if was.kind.operator() != thing.kind.operator() {
            plan.turned.insert(id.clone(), thing.kind);
        }
        if was.name != thing.name {
            plan.renamed.insert(id.clone(), thing.name.clone());
        }
        ids.insert(*at, id.clone());
    }
    plan.gone = old.things.keys().filter(|at| paired.now(**at).is_none()).filter_map(|at| found.get(at).cloned()).collect();
    let lines = |flow: &Flow, ids: &BTreeMap<usize, String>| -> Vec<(String, String)> {
        flow.edges().filter_map(|(from, to)| Some((ids.get(&from)?.clone(), ids.get(&to)?.clone()))).collect()
    };
    let (were, are) = (lines(old, found), lines(new, &ids));
    let (known, kept): (BTreeSet<_>, BTreeSet<_>) = (were.iter().collect(), are.iter().collect());
    plan.more = are.iter().filter(|line| !known.contains(line)).cloned().collect();
    plan.fewer = were.iter().filter(|line| !kept.contains(line)).cloned().collect();
    plan
}

#[cfg(test)]
mod tests;
