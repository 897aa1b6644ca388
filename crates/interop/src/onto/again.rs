//! A model that was read again from a file, with the ids that the model at hand has for the same things.
//!
//! Where a format knows no ids of ours, they come from names, and a thing that got another name comes back under another
//! id. What has the same name, or joins the same things, is the same thing.

use std::collections::{BTreeMap, BTreeSet};

use redan_model::naming;
use serde_json::{Map, Value as Json};

use crate::draft::one_line;

/// Sections whose entries are found again by what they are called, and what that is.
const NAMED: [(&str, &str); 8] = [
    ("assets", "name"),
    ("zones", "name"),
    ("elements", "name"),
    ("threats", "title"),
    ("mitigations", "title"),
    ("attack-trees", "goal"),
    ("assumptions", "text"),
    ("diagrams", "title"),
];
/// Fields that name other entries, with the section of those; things of all four sections share their ids.
const REFERENCES: [(&str, &str, &str); 14] = [
    ("zones", "in", "things"),
    ("elements", "in", "things"),
    ("elements", "zone", "things"),
    ("elements", "holds", "things"),
    ("elements", "owner", "things"),
    ("assets", "owner", "things"),
    ("flows", "from", "things"),
    ("flows", "to", "things"),
    ("flows", "carries", "things"),
    ("flows", "returns", "things"),
    ("threats", "on", "things"),
    ("threats", "assets", "things"),
    ("threats", "mitigations", "mitigations"),
    ("diagrams", "show", "things"),
];

/// For each kind of id, the one that an id of the file has in the model.
type Ids = BTreeMap<&'static str, BTreeMap<String, String>>;

/// The model that was read, with ids as in the wanted one.
pub(super) fn aligned(found: &Json, wanted: &Json) -> Json {
    let mut ids = Ids::new();
    for (section, key) in NAMED {
        let called = |id: &str, entry: &Json| name_of(section, key, id, entry);
        let pairs = pairs(found, wanted, section, &called, &called);
        ids.entry(kind(section)).or_default().extend(pairs);
    }
    let end = |flow: &Json, key: &str| flow.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let ours = |id: String| ids.get("things").and_then(|known| known.get(&id)).cloned().unwrap_or(id);
    let label = |flow: &Json| one_line(&end(flow, "label"));
    let of_found = |_: &str, flow: &Json| format!("{}\n{}\n{}", ours(end(flow, "from")), ours(end(flow, "to")), label(flow));
    let of_wanted = |_: &str, flow: &Json| format!("{}\n{}\n{}", end(flow, "from"), end(flow, "to"), label(flow));
    let mut flows = pairs(found, wanted, "flows", &of_found, &of_wanted);
    ends_alone(found, wanted, &mut flows, &ours);
    ids.entry("things").or_default().extend(flows);
    let sections = found.as_object().into_iter().flatten();
    sections.map(|(section, entries)| (section.clone(), renamed(section, entries, wanted, &ids))).collect::<Map<_, _>>().into()
}

/// An attack tree with numbers for the ids that its steps have among themselves, which come from what they are called.
fn plain(tree: &Json) -> Json {
    let mut ids: Vec<String> = Vec::new();
    let mut out = tree.clone();
    let Some(mut nodes) = out.as_object_mut().and_then(|tree| tree.remove("nodes")) else { return out };
    numbered(&mut out, &mut ids);
    let mut steps = Vec::new();
    while let Some(id) = ids.get(steps.len()).cloned() {
        let mut step = nodes.as_object_mut().and_then(|nodes| nodes.remove(&id)).unwrap_or_default();
        // A step without words does what its id says.
        if let Some(step) = step.as_object_mut() {
            step.entry("do").or_insert_with(|| id.into());
        }
        numbered(&mut step, &mut ids);
        steps.push(step);
    }
    Json::Array(vec![out, steps.into(), nodes])
}

/// Puts numbers where steps refer to each other, in the order in which they do. Models are bounded in depth.
fn numbered(step: &mut Json, ids: &mut Vec<String>) {
    match step {
        Json::Object(fields) => {
            if let Some(Json::String(id)) = fields.get("ref") {
                let at = ids.iter().position(|known| known == id).unwrap_or_else(|| {
                    ids.push(id.clone());
                    ids.len() - 1
                });
                fields.insert("ref".to_owned(), at.into());
            }
            for key in ["any", "all", "seq", "of", "unless"] {
                if let Some(steps) = fields.get_mut(key) {
                    numbered(steps, ids);
                }
            }
        }
        Json::Array(steps) => steps.iter_mut().for_each(|step| numbered(step, ids)),
        _ => {}
    }
}

/// A flow that says otherwise what it carries is the one that joins the same things, if nothing else is.
fn ends_alone(found: &Json, wanted: &Json, pairs: &mut Vec<(String, String)>, ours: &dyn Fn(String) -> String) {
    let flows = |model: &Json| model.get("flows").and_then(Json::as_object).cloned().unwrap_or_default();
    let ends = |flow: &Json| ["from", "to"].map(|key| flow.get(key).and_then(Json::as_str).unwrap_or_default().to_owned());
    let (found, wanted) = (flows(found), flows(wanted));
    let known: BTreeSet<String> = pairs.iter().map(|(id, _)| id.clone()).collect();
    let mut taken: BTreeSet<String> = pairs.iter().map(|(_, id)| id.clone()).collect();
    taken.extend(found.keys().filter(|id| wanted.contains_key(*id) && !known.contains(*id)).cloned());
    for (id, flow) in found.iter().filter(|(id, _)| !known.contains(*id) && !wanted.contains_key(*id)) {
        let joined = ends(flow).map(ours);
        if let Some((other, _)) = wanted.iter().find(|(other, flow)| !taken.contains(*other) && ends(flow) == joined) {
            taken.insert(other.clone());
            pairs.push((id.clone(), other.clone()));
        }
    }
}

fn kind(section: &str) -> &'static str {
    match section {
        "assets" | "zones" | "elements" | "flows" => "things",
        "threats" => "threats",
        "mitigations" => "mitigations",
        "attack-trees" => "attack-trees",
        "assumptions" => "assumptions",
        _ => "diagrams",
    }
}

/// What an entry is called, as people read it.
fn name_of(section: &str, key: &str, id: &str, entry: &Json) -> String {
    match entry.get(key).and_then(Json::as_str) {
        Some(stated) => one_line(stated),
        None => spoken(section, id),
    }
}

/// What people call an entry without a name.
pub(crate) fn spoken(section: &str, id: &str) -> String {
    if matches!(section, "assets" | "zones" | "elements") { naming::title_of(id) } else { naming::sentence_of(id) }
}

/// How entries of a section are told apart: by id and what they say.
type Called<'c> = dyn Fn(&str, &Json) -> String + 'c;

/// Ids of the file whose entry has another id in the model.
fn pairs(found: &Json, wanted: &Json, section: &str, of_found: &Called<'_>, of_wanted: &Called<'_>) -> Vec<(String, String)> {
    let entries = |model: &Json| model.get(section).and_then(Json::as_object).cloned().unwrap_or_default();
    let (found, wanted) = (entries(found), entries(wanted));
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<(&String, String)> = Vec::new();
    for (id, entry) in &found {
        let said = of_found(id, entry);
        match wanted.get_key_value(id).filter(|(id, other)| of_wanted(id, other) == said) {
            Some((same, _)) => drop(taken.insert(same)),
            None => open.push((id, said)),
        }
    }
    let mut pairs = Vec::new();
    for (id, said) in open {
        let same = wanted.iter().find(|(other, entry)| !taken.contains(other.as_str()) && of_wanted(other, entry) == said);
        let same = same.or_else(|| wanted.get_key_value(id).filter(|(other, _)| !taken.contains(other.as_str())));
        if let Some((other, _)) = same {
            taken.insert(other);
            if other != id {
                pairs.push((id.clone(), other.clone()));
            }
        }
    }
    pairs
}

fn renamed(section: &str, entries: &Json, wanted: &Json, ids: &Ids) -> Json {
    let Some(entries) = entries.as_object().filter(|_| redan_model::lang::SECTIONS.contains(&section)) else { return entries.clone() };
    let known = NAMED.iter().find(|(named, _)| *named == section).map(|(_, key)| *key).or((section == "flows").then_some("label"));
    let own = ids.get(kind(section)).filter(|_| known.is_some());
    let mut out = Map::new();
    for (id, entry) in entries {
        let ours = own.and_then(|own| own.get(id)).unwrap_or(id);
        let mut entry = entry.clone();
        if let (Some(fields), Some(key)) = (entry.as_object_mut(), known) {
            refer(section, fields, ids);
            let stated = wanted.get(section).and_then(|entries| entries.get(ours)).is_some_and(|entry| entry.get(key).is_some());
            let said = fields.get(key).and_then(Json::as_str).map(str::to_owned);
            // A name that only repeats the id is not written, and one that the id no longer says is.
            let protocol = fields.get("protocol").and_then(Json::as_str);
            match said {
                Some(said) if !stated && (said == spoken(section, ours) || said == *ours || Some(said.as_str()) == protocol) => {
                    drop(fields.remove(key));
                }
                None if stated && section != "flows" => {
                    let name = if matches!(section, "assets" | "zones" | "elements") { id.clone() } else { spoken(section, id) };
                    fields.insert(key.to_owned(), name.into());
                }
                _ => {}
            }
        }
        let same_tree = |wanted: &&Json| section == "attack-trees" && plain(wanted) == plain(&entry);
        if let Some(wanted) = wanted.get(section).and_then(|entries| entries.get(ours)).filter(same_tree) {
            entry = wanted.clone();
        }
        out.insert(ours.clone(), entry);
    }
    out.into()
}

/// Puts the ids of the model where entries name others.
fn refer(section: &str, fields: &mut Map<String, Json>, ids: &Ids) {
    for (_, key, kind) in REFERENCES.iter().filter(|(of, ..)| *of == section) {
        let Some(known) = ids.get(kind) else { continue };
        match fields.get_mut(*key) {
            Some(Json::String(id)) => {
                if let Some(ours) = known.get(id) {
                    *id = ours.clone();
                }
            }
            Some(Json::Array(items)) => {
                for item in items {
                    if let Some(ours) = item.as_str().and_then(|id| known.get(id)) {
                        *item = ours.as_str().into();
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_another_name_comes_back_under_its_id() {
        let wanted = json!({"zones": {"z": {"name": "Cloud"}}, "elements": {"web": {"kind": "process", "name": "Shop", "zone": ["z"]}, "orders": {"kind": "store"}},
            "flows": {"keep": {"from": "web", "to": "orders", "label": "x"}}});
        let found = json!({"zones": {"cloud": {"name": "Cloud"}}, "elements": {"shop": {"kind": "process", "name": "Shop", "zone": ["cloud"]}, "orders": {"kind": "store", "name": "Orders"}},
            "flows": {"x": {"from": "shop", "to": "orders", "label": "x"}}});
        assert_eq!(aligned(&found, &wanted), wanted);
    }

    #[test]
    fn what_differs_stays_different() {
        let wanted = json!({"elements": {"a": {"kind": "store"}}});
        let found = json!({"elements": {"a": {"kind": "process"}, "b": {"kind": "store"}}});
        assert_eq!(aligned(&found, &wanted), found);
    }
}
