//! Changes of a tree, written into a file that is there: names where they stand; in bundles of STIX also which steps there
//! are, what leads to what, and whether one or all of those before are needed. The builder's own file keeps its lines.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::led::{Flow, Kind};
use super::object;
use crate::draft::one_line;
use crate::export::Outgoing;
use crate::onto::{Changes, Edit, json as places};
use crate::steps_onto;

/// The lists of an object that lead to what comes after it.
const LEADS: [&str; 3] = ["effect_refs", "on_true_refs", "on_false_refs"];

/// Writes the changes of a tree into a file.
pub(crate) fn onto(text: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Vec<Edit> {
    let Some(root) = places::parse(text) else { return Vec::new() };
    let mut edits = names(&root, changes);
    if root.get("schema").is_none()
        && let Some(objects) = root.get("objects")
        && let [pair] = &steps_onto::pairs(changes)[..]
    {
        let renamed: BTreeMap<String, String> = steps_onto::renamed(changes).into_iter().collect();
        let mut old = Flow::of(&pair.old.0, pair.old.1, &|name| renamed.get(name).cloned().unwrap_or_else(|| name.to_owned()));
        let mut new = Flow::of(&pair.new.0, pair.new.1, &str::to_owned);
        let back: BTreeMap<&str, &str> = renamed.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
        if old != new
            && let Some(file) = File::of(objects, &mut old, &mut new, &back)
        {
            edits.extend(file.edits(text, &old, &new, &outgoing.day));
        }
    }
    edits
}

/// What its steps and its goal are called.
fn names(root: &places::Node, changes: &Changes<'_>) -> Vec<Edit> {
    let objects = root.get("objects").map(places::Node::items).unwrap_or_default();
    let mut named: BTreeMap<String, Vec<&places::Node>> = BTreeMap::new();
    for object in objects {
        let kind = object.get("type").or_else(|| object.get("id")).and_then(places::Node::as_str).unwrap_or_default();
        let key = if kind.ends_with("condition") { "description" } else { "name" };
        let of_the_builder = object.get("properties").map(places::Node::items).unwrap_or_default();
        let pair = of_the_builder.iter().map(places::Node::items).find(|pair| pair.first().and_then(places::Node::as_str) == Some(key));
        let place = pair.and_then(|pair| pair.get(1)).or_else(|| object.get(key));
        let taking_part = ["attack-flow", "attack-action", "attack-condition", "flow", "action", "condition"].contains(&kind);
        if let Some((place, name)) = place.filter(|_| taking_part).and_then(|place| Some((place, place.as_str()?))) {
            named.entry(one_line(name)).or_default().push(place);
        }
    }
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for (name, edited) in steps_onto::renamed(changes) {
        renamed.insert(name, edited);
    }
    let found = renamed.iter().filter_map(|(name, new)| match named.get(name)?[..] {
        [only] => Some(Edit::replace(only.span.clone(), Json::from(new.as_str()).to_string())),
        _ => None,
    });
    found.collect()
}

/// The objects of a bundle that take part in a flow.
struct File<'n> {
    objects: &'n places::Node,
    /// The place among the objects, by what a thing of the flow is known by.
    places: BTreeMap<String, usize>,
}

impl<'n> File<'n> {
    /// Finds the objects that a flow was read from; nothing if one cannot be told from another. `back` says what the file
    /// calls things that have another name now. Several things of which one is enough may lead on without an operator; then
    /// neither flow has one.
    fn of(objects: &'n places::Node, flow: &mut Flow, new: &mut Flow, back: &BTreeMap<&str, &str>) -> Option<Self> {
        let mut file = File { objects, places: BTreeMap::new() };
        for (key, _) in flow.things.iter().filter(|(_, kind)| **kind == Kind::Thing) {
            let called = back.get(key.as_str()).copied().unwrap_or(key);
            let is_it = |object: &places::Node| {
                let field = if file.kind(object) == "attack-condition" { "description" } else { "name" };
                let taking_part = ["attack-action", "attack-condition"].contains(&file.kind(object));
                let name = one_line(object.get(field).and_then(places::Node::as_str).unwrap_or_default());
                taking_part && (name == called || name.is_empty() && called == "Unnamed step")
            };
            let found: Vec<usize> = objects.items().iter().enumerate().filter(|(_, object)| is_it(object)).map(|(at, _)| at).collect();
            let [only] = found[..] else { return None };
            file.places.insert(key.clone(), only);
        }
        // From the end backwards, so that what an operator leads to is known.
        for key in flow.operators() {
            match file.operator(flow, &key) {
                Some(place) => drop(file.places.insert(key, place)),
                None if flow.things.get(&key) == Some(&Kind::Or) && flow.after(&key).next().is_some() => {
                    if new.things.get(&key) == Some(&Kind::Or) {
                        new.without(&key);
                    }
                    flow.without(&key);
                }
                None => return None,
            }
        }
        Some(file)
    }

    fn kind(&self, object: &'n places::Node) -> &'n str {
        object.get("type").and_then(places::Node::as_str).unwrap_or_default()
    }

    fn id(&self, key: &str) -> Option<&'n str> {
        self.objects.items().get(*self.places.get(key)?)?.get("id")?.as_str()
    }

    /// What an object leads to.
    fn leads(object: &'n places::Node) -> impl Iterator<Item = &'n str> {
        LEADS.iter().filter_map(|key| object.get(key)).flat_map(places::Node::items).filter_map(places::Node::as_str)
    }

    /// The operator of the file that has the same things before and after it.
    fn operator(&self, flow: &Flow, key: &str) -> Option<usize> {
        let after: Vec<&str> = flow.after(key).filter_map(|key| self.id(key)).collect();
        let before: Vec<&str> = flow.before(key).filter_map(|key| self.id(key)).collect();
        let word = flow.things.get(key).and_then(|kind| kind.operator());
        let is_step = |id: &&str| ["attack-action", "attack-condition", "attack-operator"].iter().any(|kind| id.starts_with(kind));
        let fits = |object: &'n places::Node| {
            let id = object.get("id").and_then(places::Node::as_str).unwrap_or_default();
            let leads: Vec<&str> = Self::leads(object).filter(is_step).collect();
            let led = |before: &str| {
                let object = self.objects.items().iter().find(|object| object.get("id").and_then(places::Node::as_str) == Some(before));
                object.is_some_and(|object| Self::leads(object).any(|to| to == id))
            };
            self.kind(object) == "attack-operator"
                && (object.get("operator").and_then(places::Node::as_str) == Some("AND")) == (word == Some("AND"))
                && leads.len() == after.len()
                && after.iter().all(|to| leads.contains(to))
                && before.iter().all(|before| led(before))
        };
        let found: Vec<usize> = self.objects.items().iter().enumerate().filter(|(_, object)| fits(object)).map(|(at, _)| at).collect();
        let left: Vec<usize> = found.into_iter().filter(|at| !self.places.values().any(|taken| taken == at)).collect();
        if let [only] = left[..] { Some(only) } else { None }
    }

    fn edits(&self, text: &str, old: &Flow, new: &Flow, day: &str) -> Vec<Edit> {
        let added: BTreeMap<&str, Json> = new
            .things
            .iter()
            .filter(|(key, _)| !old.things.contains_key(*key))
            .map(|(key, kind)| (key.as_str(), made(key, *kind, day)))
            .collect();
        let id = |key: &str| self.id(key).or_else(|| added.get(key)?.get("id")?.as_str()).unwrap_or_default().to_owned();
        let gone: Vec<&String> = old.things.keys().filter(|key| !new.things.contains_key(*key)).collect();
        let mut edits = Vec::new();
        for (key, kind) in new.things.iter().filter(|(key, _)| old.things.contains_key(*key)) {
            let Some(object) = self.places.get(key).and_then(|at| self.objects.items().get(*at)) else { continue };
            if let Some(word) = kind.operator().filter(|_| old.things.get(key) != Some(kind)) {
                edits.extend(places::set(text, object, "operator", &word.into()));
            }
            let (was, is): (BTreeSet<&str>, BTreeSet<&str>) = (old.after(key).collect(), new.after(key).collect());
            let fewer: Vec<String> = was.difference(&is).map(|key| id(key)).collect();
            let more: Vec<String> = is.difference(&was).map(|key| id(key)).collect();
            edits.extend(self.led_otherwise(text, object, &fewer, &more));
        }
        let lost: Vec<String> = gone.iter().map(|key| id(key)).collect();
        let starts: Vec<String> = added.keys().filter(|key| new.before(key).next().is_none()).map(|key| id(key)).collect();
        edits.extend(self.start(text, &lost, &starts));
        let gone: Vec<usize> = gone.iter().filter_map(|key| self.places.get(*key).copied()).collect();
        edits.extend(places::remove_items(self.objects, &gone).into_iter().filter(|_| !gone.is_empty()));
        for (key, mut object) in added.clone() {
            let leads: Vec<Json> = new.after(key).map(|key| id(key).into()).collect();
            if let Some(object) = object.as_object_mut().filter(|_| !leads.is_empty()) {
                object.insert("effect_refs".to_owned(), leads.into());
            }
            edits.extend(places::push(text, self.objects, &object));
        }
        edits
    }

    /// Other items in the lists of an object that lead on.
    fn led_otherwise(&self, text: &str, object: &'n places::Node, fewer: &[String], more: &[String]) -> Vec<Edit> {
        if fewer.is_empty() && more.is_empty() {
            return Vec::new();
        }
        let own = if self.kind(object) == "attack-condition" { "on_true_refs" } else { "effect_refs" };
        let mut edits = Vec::new();
        for key in LEADS.iter().filter(|key| **key == own || object.get(key).is_some()) {
            let ids: Vec<&str> =
                object.get(key).map(places::Node::items).unwrap_or_default().iter().filter_map(places::Node::as_str).collect();
            let kept = ids.iter().filter(|id| !fewer.iter().any(|gone| gone == *id)).map(|id| Json::from(*id));
            let list: Vec<Json> = kept.chain(more.iter().filter(|_| *key == own).map(|id| Json::from(id.as_str()))).collect();
            let same = list.len() == ids.len() && list.iter().zip(&ids).all(|(new, old)| new.as_str() == Some(old));
            match object.get(key) {
                _ if same => {}
                Some(_) if list.is_empty() => edits.extend(places::remove_member(object, key)),
                Some(place) => edits.push(places::fill(text, place, list)),
                None => edits.extend(places::set(text, object, key, &list.into())),
            }
        }
        edits
    }

    /// What the flow starts with.
    fn start(&self, text: &str, lost: &[String], added: &[String]) -> Option<Edit> {
        let flow = self.objects.items().iter().find(|object| self.kind(object) == "attack-flow")?;
        let place = flow.get("start_refs")?;
        let ids = place.items().iter().filter_map(places::Node::as_str);
        let list: Vec<&str> = ids.filter(|id| !lost.iter().any(|gone| gone == id)).chain(added.iter().map(String::as_str)).collect();
        let changed = !added.is_empty() || list.len() != place.items().len();
        changed.then(|| places::fill(text, place, list.into_iter().map(Json::from).collect()))
    }
}

/// A thing that the file does not have.
fn made(key: &str, kind: Kind, day: &str) -> Json {
    match kind.operator() {
        Some(word) => object("attack-operator", key, day, json!({"operator": word})),
        None => object("attack-action", key, day, json!({"name": key})),
    }
}

#[cfg(test)]
mod tests {
    use redan_model::{Vocabulary, load_text};

    use super::super::read;
    use super::*;
    use crate::Origins;
    use crate::onto::{apply, long_form};

    const FILE: &str = r#"{"type": "bundle", "objects": [
  {"type": "attack-flow", "id": "attack-flow--1", "name": "Theft", "start_refs": ["attack-action--a", "attack-action--b"]},
  {"type": "attack-action", "id": "attack-action--a", "name": "Phish", "effect_refs": ["attack-operator--o"]},
  {"type": "attack-action", "id": "attack-action--b", "name": "Scan", "effect_refs": ["attack-operator--o", "asset--x"]},
  {"type": "attack-operator", "id": "attack-operator--o", "operator": "AND", "effect_refs": ["attack-action--c"]},
  {"type": "attack-action", "id": "attack-action--c", "name": "Copy data"},
  {"type": "malware", "id": "malware--m"}
]}
"#;

    /// The file after a change of its tree; what it is read as must be what was asked for.
    fn changed(change: impl FnOnce(&mut Json)) -> String {
        let model = Json::from(read(FILE.as_bytes()).unwrap().model);
        let mut wanted = model.clone();
        change(&mut wanted["attack-trees"]["theft"]);
        let (before, after) = (long_form(&model), long_form(&wanted));
        let loaded = load_text("m.tm.json", &wanted.to_string(), &Vocabulary::default());
        let mut outgoing = Outgoing::new(&loaded.model, Vocabulary::default());
        outgoing.day = "2026-01-31".to_owned();
        let origins = Origins::default();
        let text = apply(FILE, onto(FILE, &Changes::between(&before, &after, &origins), &outgoing));
        let again = read(text.as_bytes()).unwrap().model;
        assert_eq!(long_form(&again)["attack-trees"], after["attack-trees"], "{text}");
        text
    }

    #[test]
    fn without_a_change_there_is_no_edit() {
        assert_eq!(changed(|_| {}), FILE);
    }

    #[test]
    fn an_operator_becomes_the_other_one() {
        let text = changed(|tree| {
            let before = &mut tree["any"][0]["seq"][0];
            *before = json!({"any": before["all"].take()});
        });
        // One of several is what stands before an action without an operator, too: both are read alike.
        assert_eq!(text, FILE.replace("\"AND\"", "\"OR\""));
    }

    #[test]
    fn actions_come_and_go_with_what_they_lead_to() {
        let text = changed(|tree| {
            let all = tree["any"][0]["seq"][0]["all"].as_array_mut().unwrap();
            all.remove(1);
            all.push(json!({"do": "Bribe"}));
            all.push(json!({"do": "Steal a badge"}));
        });
        assert!(!text.contains("Scan") && !text.contains("attack-action--b\"") && text.contains("\"Bribe\""), "{text}");
        assert!(text.contains("\"malware--m\""), "{text}");
    }

    #[test]
    fn another_end_of_the_flow_is_a_new_action() {
        let text = changed(|tree| tree["any"].as_array_mut().unwrap().push(json!({"do": "Burn it down"})));
        assert!(text.contains("\"Burn it down\"") && text.starts_with(&FILE[..20]), "{text}");
    }
}
