//! Attack Flow of the Center for Threat-Informed Defense: a STIX bundle, or the builder's own `.afb`.
//!
//! A flow says what led to what. Read backwards from where it ends, that is a tree: an action works after one of those
//! before it has worked, or after all of them where an AND stands between.

mod asked;
mod led;
mod onto;
mod paired;

use std::collections::BTreeMap;

use redan_model::Model;
use serde_json::{Map, Value as Json, json};

use crate::draft::Draft;
use crate::read::{items, list, scalar, text};
use crate::steps::{How, Step, Steps};
use crate::{ImportError, Imported, Loss, LossKind, limits, steps_out};

pub(crate) use asked::as_asked;
pub(crate) use onto::onto;

/// The extension of STIX that flows are written in.
const EXTENSION: &str = "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4";

/// Reads a file.
///
/// # Errors
/// The bytes are no such file, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let graph = drawn(&limits::json(bytes)?);
    if graph.things.is_empty() {
        return Err(ImportError::NotTheFormat("it has no actions of an attack flow".to_owned()));
    }
    let mut draft = Draft::new(&graph.name);
    draft.set("description", graph.description.as_str());
    for (kind, count) in &graph.others {
        draft.dropped(format!("{count} of {kind}"), "objects");
    }
    graph.write(&mut draft);
    Ok(draft.finish())
}

/// What a file draws, whichever of the two it is.
fn drawn(file: &Json) -> Graph {
    if file.get("schema").is_some() { builder(file) } else { bundle(file) }
}

/// A thing that takes part in a flow.
struct Thing {
    kind: Kind,
    name: String,
    fields: Map<String, Json>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Action,
    Condition,
    /// All of those before are needed.
    And,
    /// One of those before is needed.
    Or,
}

impl Kind {
    /// The word of an operator.
    fn operator(self) -> Option<&'static str> {
        match self {
            Self::Action | Self::Condition => None,
            Self::And => Some("AND"),
            Self::Or => Some("OR"),
        }
    }
}

#[derive(Default)]
struct Graph {
    name: String,
    description: String,
    /// By id; `order` keeps the order of the file.
    things: BTreeMap<String, Thing>,
    order: Vec<String>,
    edges: Vec<(String, String)>,
    others: BTreeMap<String, usize>,
}

impl Graph {
    fn add(&mut self, id: &str, thing: Thing) {
        if self.things.insert(id.to_owned(), thing).is_none() {
            self.order.push(id.to_owned());
        }
    }

    fn write(self, draft: &mut Draft) {
        let (mut steps, top) = self.steps(draft);
        steps.write(draft, self.goal(), top);
    }

    fn goal(&self) -> &str {
        if self.name.is_empty() { "Goal" } else { &self.name }
    }

    /// The steps that a flow is read as, and the one that is its goal. Each thing is the step that has its number in the
    /// order of the file; steps after those stand for nothing in it, or once more for a thing that comes after others.
    fn steps(&self, draft: &mut Draft) -> (Steps, usize) {
        let mut steps = Steps::default();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for id in &self.order {
            let Some(thing) = self.things.get(id) else { continue };
            let how = match thing.kind {
                Kind::And => How::All,
                Kind::Or => How::Any,
                Kind::Action | Kind::Condition => How::Leaf,
            };
            let mut step = Step::new(&thing.name, how);
            if !thing.fields.is_empty() {
                step.fields.push(("x-attack-flow", thing.fields.clone().into()));
            }
            places.insert(id, steps.add(step));
        }
        let mut before: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut leads = vec![false; steps.all.len()];
        for (from, to) in &self.edges {
            match (places.get(from.as_str()), places.get(to.as_str())) {
                (Some(from), Some(to)) if !before.get(to).is_some_and(|known| known.contains(from)) => {
                    before.entry(*to).or_default().push(*from);
                    leads[*from] = true;
                }
                (Some(_), Some(_)) => {}
                (_, None) => draft.dangling(format!("`{to}`"), from),
                (None, _) => draft.dangling(format!("`{from}`"), to),
            }
        }
        for (to, from) in before {
            match steps.all[to].how {
                How::Leaf => after(&mut steps, to, from),
                _ => steps.all[to].below = from,
            }
        }
        let ends: Vec<usize> = (0..leads.len()).filter(|at| !leads[*at]).collect();
        if ends.len() != 1 {
            draft.guessed(format!("the goal: any of the {} ends of the flow", ends.len()), "");
        }
        let top = steps.add(Step { below: ends, ..Step::new(self.goal(), How::Any) });
        (steps, top)
    }
}

/// Makes a leaf a step that comes after others: its own doing moves into a leaf below it.
fn after(steps: &mut Steps, at: usize, from: Vec<usize>) {
    let own = steps.all[at].clone();
    let name = own.name.clone();
    let own = steps.add(own);
    let first = match from[..] {
        [only] => only,
        _ => steps.add(Step { below: from, ..Step::new("", How::Any) }),
    };
    steps.all[at] = Step { below: vec![first, own], ..Step::new(&name, How::Seq) };
}

fn bundle(file: &Json) -> Graph {
    let mut graph = Graph::default();
    for object in items(file, "objects") {
        let id = text(object, "id").into_owned();
        let kind = match text(object, "type").as_ref() {
            "attack-flow" => {
                graph.name = text(object, "name").into_owned();
                graph.description = text(object, "description").into_owned();
                continue;
            }
            "attack-action" => Kind::Action,
            "attack-condition" => Kind::Condition,
            "attack-operator" if text(object, "operator") == "AND" => Kind::And,
            "attack-operator" => Kind::Or,
            "extension-definition" => continue,
            other => {
                *graph.others.entry(other.to_owned()).or_default() += 1;
                continue;
            }
        };
        for key in ["effect_refs", "on_true_refs", "on_false_refs"] {
            // Effects on assets are no steps; they stay among what is left out.
            let steps = list(object, key)
                .into_iter()
                .filter(|to| to.starts_with("attack-action") || to.starts_with("attack-condition") || to.starts_with("attack-operator"));
            graph.edges.extend(steps.map(|to| (id.clone(), to)));
        }
        let thing = thing(kind, &|key| text(object, key).into_owned());
        graph.add(&id, thing);
    }
    graph
}

fn thing(kind: Kind, of: &dyn Fn(&str) -> String) -> Thing {
    let mut fields = Map::new();
    for key in ["technique_id", "tactic_id", "description", "confidence"] {
        let value = of(key);
        if !value.is_empty() {
            fields.insert(key.to_owned(), value.into());
        }
    }
    let name = match kind {
        Kind::Action => of("name"),
        Kind::Condition => fields.remove("description").map(|text| scalar(&text).into_owned()).unwrap_or_default(),
        Kind::And | Kind::Or => String::new(),
    };
    let name = if name.is_empty() && matches!(kind, Kind::Action | Kind::Condition) { "Unnamed step".to_owned() } else { name };
    Thing { kind, name, fields }
}

/// The builder's own file: nodes have anchors, anchors have latches, and lines run from latch to latch.
fn builder(file: &Json) -> Graph {
    let mut graph = Graph::default();
    let mut holder: BTreeMap<String, String> = BTreeMap::new();
    let mut latches: BTreeMap<String, String> = BTreeMap::new();
    let mut lines = Vec::new();
    for object in items(file, "objects") {
        let instance = text(object, "instance").into_owned();
        for anchor in object.get("anchors").and_then(Json::as_object).into_iter().flatten() {
            holder.insert(scalar(anchor.1).into_owned(), instance.clone());
        }
        for latch in list(object, "latches") {
            latches.insert(latch, instance.clone());
        }
        let property = |key: &str| property(object, key);
        let kind = match text(object, "id").as_ref() {
            "flow" => {
                graph.name = property("name");
                graph.description = property("description");
                continue;
            }
            "action" => Kind::Action,
            "condition" => Kind::Condition,
            "AND_operator" => Kind::And,
            "OR_operator" => Kind::Or,
            "dynamic_line" => {
                lines.push((text(object, "source").into_owned(), text(object, "target").into_owned()));
                continue;
            }
            word if word.ends_with("_anchor") || word.starts_with("generic_") || word.ends_with("_line") => continue,
            other => {
                *graph.others.entry(other.to_owned()).or_default() += 1;
                continue;
            }
        };
        graph.add(&instance, thing(kind, &property));
    }
    for (source, target) in lines {
        let end = |latch: &String| latches.get(latch).and_then(|anchor| holder.get(anchor));
        if let (Some(from), Some(to)) = (end(&source), end(&target))
            && graph.things.contains_key(from)
            && graph.things.contains_key(to)
        {
            graph.edges.push((from.clone(), to.clone()));
        }
    }
    graph
}

/// A property: pairs of a name and a value.
fn property(object: &Json, key: &str) -> String {
    let pairs = items(object, "properties").iter().filter_map(Json::as_array);
    let found = pairs.filter(|pair| pair.first().and_then(Json::as_str) == Some(key)).find_map(|pair| pair.get(1));
    found.map(|value| scalar(value).into_owned()).unwrap_or_default()
}

/// Writes the first attack tree of a model as a bundle of STIX, dated with a day such as `2026-01-31`. A bundle holds one
/// flow. Ids come from what is in the model, so that the same model gives the same file.
pub fn export(model: &Model, day: &str) -> (String, Vec<Loss>) {
    let mut loss = Vec::new();
    let mut trees = model.root.attack_trees.entries.iter();
    let mut writer = FlowWriter { objects: Vec::new(), made: BTreeMap::new(), loss: &mut loss, day, id: "" };
    let mut flow = Json::Null;
    if let Some((id, entry)) = trees.next() {
        writer.id = id;
        let (steps, top) = steps_out::of_tree(id, &entry.value);
        writer.step(&steps, top, 0);
        let led: Vec<Json> = writer.objects.iter().flat_map(|object| following(object).to_vec()).collect();
        let starts: Vec<Json> =
            writer.objects.iter().filter_map(|object| object.get("id")).filter(|id| !led.contains(id)).cloned().collect();
        flow = writer.object("attack-flow", "flow", json!({"name": steps.all[top].name, "scope": "attack-tree", "start_refs": starts}));
    }
    let mut objects = std::mem::take(&mut writer.objects);
    if flow != Json::Null {
        objects.insert(0, flow);
    }
    for (id, _) in trees {
        loss.push(steps_out::lost(LossKind::Dropped, format!("the attack tree {id}: a bundle holds one flow"), id));
    }
    let bundle = json!({"type": "bundle", "id": format!("bundle--{}", uuid(&format!("{}", objects.len()))), "objects": objects});
    (format!("{bundle:#}\n"), loss)
}

fn following(object: &Json) -> &[Json] {
    ["effect_refs", "on_true_refs"].iter().find_map(|key| object.get(key).and_then(Json::as_array)).map(Vec::as_slice).unwrap_or_default()
}

struct FlowWriter<'w> {
    objects: Vec<Json>,
    /// The object that stands for the end of each step.
    made: BTreeMap<usize, String>,
    loss: &'w mut Vec<Loss>,
    day: &'w str,
    id: &'w str,
}

impl FlowWriter<'_> {
    fn object(&self, kind: &str, place: &str, more: Json) -> Json {
        object(kind, &format!("{}/{place}", self.id), self.day, more)
    }

    fn push(&mut self, kind: &str, place: &str, more: Json) -> String {
        let object = self.object(kind, place, more);
        let id = text(&object, "id").into_owned();
        self.objects.push(object);
        id
    }

    /// That one thing leads to another.
    fn lead(&mut self, from: &str, to: &str) {
        let key = if from.starts_with("attack-condition") { "on_true_refs" } else { "effect_refs" };
        if let Some(Json::Object(object)) = self.objects.iter_mut().find(|object| text(object, "id") == from)
            && let Some(list) = object.entry(key).or_insert_with(|| json!([])).as_array_mut()
        {
            list.push(to.into());
        }
    }

    /// Writes a step and what is below it, once; gives the object at its end. Deeper than models go, nothing is written.
    fn step(&mut self, steps: &Steps, at: usize, depth: usize) -> String {
        if let Some(made) = self.made.get(&at) {
            return made.clone();
        }
        let step = &steps.all[at];
        if !step.unless.is_empty() || step.how == How::Not || depth > limits::MAX_DEPTH {
            self.loss.push(steps_out::lost(LossKind::Dropped, format!("what stops {}", step.name), self.id));
        }
        let place = at.to_string();
        let end = match step.how {
            How::Leaf | How::Not => self.push("attack-action", &place, json!({"name": step.name})),
            _ if depth > limits::MAX_DEPTH => self.push("attack-action", &place, json!({"name": step.name})),
            How::Seq => self.sequence(steps, at, depth),
            How::Any | How::All | How::AtLeast(..) => {
                let ends: Vec<String> = step.below.iter().map(|below| self.step(steps, *below, depth + 1)).collect();
                let operator = if step.how == How::All { "AND" } else { "OR" };
                if matches!(step.how, How::AtLeast(..)) {
                    self.loss.push(steps_out::lost(LossKind::Changed, format!("how many steps of {} are needed", step.name), self.id));
                }
                self.join(&place, operator, &ends)
            }
        };
        let end = if step.how != How::Leaf && step.how != How::Not && !step.name.is_empty() {
            let named = self.push("attack-condition", &format!("{place}/name"), json!({"description": step.name}));
            self.lead(&end, &named);
            named
        } else {
            end
        };
        self.made.insert(at, end.clone());
        end
    }

    fn join(&mut self, place: &str, operator: &str, ends: &[String]) -> String {
        let joined = self.push("attack-operator", &format!("{place}/join"), json!({"operator": operator}));
        ends.iter().for_each(|end| self.lead(end, &joined));
        joined
    }

    /// One step after the other; where a later one is no single action, both are joined.
    fn sequence(&mut self, steps: &Steps, at: usize, depth: usize) -> String {
        let mut last: Option<String> = None;
        for (number, below) in steps.all[at].below.iter().enumerate() {
            let fresh = !self.made.contains_key(below);
            let end = self.step(steps, *below, depth + 1);
            last = Some(match last {
                None => end,
                Some(before) if fresh && steps.all[*below].how == How::Leaf => {
                    self.lead(&before, &end);
                    end
                }
                Some(before) => self.join(&format!("{at}/{number}"), "AND", &[before, end]),
            });
        }
        last.unwrap_or_else(|| self.join(&at.to_string(), "AND", &[]))
    }
}

/// An object of a bundle; its id comes from where it is in the model.
fn object(kind: &str, place: &str, day: &str, more: Json) -> Json {
    let time = format!("{day}T00:00:00.000Z");
    let id = format!("{kind}--{}", uuid(place));
    let mut object = json!({"type": kind, "spec_version": "2.1", "id": id, "created": time, "modified": time});
    if let (Some(object), Json::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
        object.insert("extensions".to_owned(), json!({EXTENSION: {"extension_type": "new-sdo"}}));
    }
    object
}

/// A UUID of the form that is free to choose (version 8), from a text.
fn uuid(text: &str) -> String {
    let hash = |seed: u64| text.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let (one, two) = (hash(0xcbf2_9ce4_8422_2325), hash(0x9e37_79b9_7f4a_7c15));
    let digits = format!("{one:016x}{two:016x}");
    format!("{}-{}-8{}-a{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..32])
}

#[cfg(test)]
mod tests {
    use redan_model::{Vocabulary, load_text};

    use super::*;

    #[test]
    fn a_flow_is_read_backwards_from_its_end() {
        let file = br#"{"type": "bundle", "objects": [
            {"type": "attack-flow", "id": "attack-flow--1", "name": "Theft"},
            {"type": "attack-action", "id": "attack-action--a", "name": "Phish", "technique_id": "T1566", "effect_refs": ["attack-operator--o"]},
            {"type": "attack-action", "id": "attack-action--b", "name": "Scan", "effect_refs": ["attack-operator--o", "asset--x"]},
            {"type": "attack-operator", "id": "attack-operator--o", "operator": "AND", "effect_refs": ["attack-action--c"]},
            {"type": "attack-action", "id": "attack-action--c", "name": "Copy data"},
            {"type": "malware", "id": "malware--m"}]}"#;
        let imported = read(file).unwrap();
        let tree = &imported.model["attack-trees"]["theft"];
        assert_eq!(tree["any"][0]["seq"][0]["all"][0]["do"], "Phish");
        assert_eq!(tree["any"][0]["seq"][0]["all"][0]["x-attack-flow"]["technique_id"], "T1566");
        assert_eq!(tree["any"][0]["seq"][1]["do"], "Copy data");
        assert_eq!(imported.loss.len(), 1);
    }

    #[test]
    fn what_is_written_means_the_same_when_it_is_read() {
        let text = "redan: 1\nattack-trees:\n  t:\n    goal: Top\n    any: [{all: [{do: A}, {do: B}]}, {seq: [{do: C}, {do: D}]}]\n";
        let loaded = load_text("t.tm.yaml", text, &Vocabulary::default());
        let (file, loss) = export(&loaded.model, "2026-01-31");
        assert_eq!(loss, Vec::new());
        let again = read(file.as_bytes()).unwrap();
        assert_eq!((again.loss, again.model["name"].as_str()), (Vec::new(), Some("Top")));
        let tree = again.model["attack-trees"]["top"].to_string();
        assert!(tree.contains(r#"{"all":[{"do":"A"},{"do":"B"}]}"#) && tree.contains(r#"[{"do":"C"},{"do":"D"}]"#), "{tree}");
    }
}
