//! Fields that every entry of a section must have.

use redan_model::lang::syntax::{Record, key_of};
use redan_model::lang::{
    Asset, Assumption, AttackTree, Attacker, Change, Diagram, Element, Flow, Incident, Map, Mitigation, Person, Review, Root, SECTIONS,
    ThreatEntry, Zone,
};
use redan_model::{Model, Span, canonical};
use serde_json::Value as Json;

use super::{Breach, Consequence, Required};

/// The sections whose entries may have required fields; `model` is the top of the file.
pub fn sections() -> impl Iterator<Item = &'static str> {
    ["model"].into_iter().chain(SECTIONS)
}

/// The fields of a section's entries.
pub fn fields_of(section: &str) -> Vec<String> {
    fn of<R: Record>() -> Vec<String> {
        R::NAMES.iter().map(|name| key_of(name)).collect()
    }
    match section {
        "model" => of::<Root>(),
        "people" => of::<Person>(),
        "assumptions" => of::<Assumption>(),
        "assets" => of::<Asset>(),
        "attackers" => of::<Attacker>(),
        "zones" => of::<Zone>(),
        "elements" => of::<Element>(),
        "flows" => of::<Flow>(),
        "threats" => of::<ThreatEntry>(),
        "mitigations" => of::<Mitigation>(),
        "attack-trees" => of::<AttackTree>(),
        "diagrams" => of::<Diagram>(),
        "reviews" => of::<Review>(),
        "incidents" => of::<Incident>(),
        "changelog" => of::<Change>(),
        _ => Vec::new(),
    }
}

/// The entries that lack a required field.
pub(super) fn missing(model: &Model, required: &[Required]) -> Vec<Breach> {
    if required.is_empty() {
        return Vec::new();
    }
    let written = canonical::to_json(&model.root);
    required.iter().flat_map(|required| missing_one(model, &written, required)).collect()
}

fn missing_one(model: &Model, written: &Json, required: &Required) -> Vec<Breach> {
    let Required { section, field } = required;
    if section == "model" {
        return if has(written, field) {
            Vec::new()
        } else {
            vec![breach(field.clone(), format!("the model does not say `{field}`"), None)]
        };
    }
    let Some(Json::Object(entries)) = written.get(section) else { return Vec::new() };
    let lacking = entries.iter().filter(|(_, entry)| !has(entry, field));
    let breach = |id: &String| {
        let path = format!("{section}.{id}.{field}");
        breach(path.clone(), format!("`{path}` is not written, and the policy requires it"), place(&model.root, section, id))
    };
    lacking.map(|(id, _)| breach(id)).collect()
}

fn breach(key: String, message: String, at: Option<Span>) -> Breach {
    Breach { reason: "missing-field", key, threat: None, weight: 0, message, at, consequence: Consequence::Fail }
}

/// Whether something is written at a path.
fn has(entry: &Json, path: &str) -> bool {
    let found = path.split('.').try_fold(entry, |at, key| at.get(key));
    match found {
        None | Some(Json::Null) => false,
        Some(Json::String(text)) => !text.trim().is_empty(),
        Some(Json::Array(items)) => !items.is_empty(),
        Some(Json::Object(entries)) => !entries.is_empty(),
        Some(Json::Bool(_) | Json::Number(_)) => true,
    }
}

/// Where an entry's key is.
fn place(root: &Root, section: &str, id: &str) -> Option<Span> {
    fn of<T>(map: &Map<T>, id: &str) -> Option<Span> {
        map.entries.get(id).map(|entry| entry.key_span)
    }
    match section {
        "people" => of(&root.people, id),
        "assumptions" => of(&root.assumptions, id),
        "assets" => of(&root.assets, id),
        "attackers" => of(&root.attackers, id),
        "zones" => of(&root.zones, id),
        "elements" => of(&root.elements, id),
        "flows" => of(&root.flows, id),
        "threats" => of(&root.threats, id),
        "mitigations" => of(&root.mitigations, id),
        "attack-trees" => of(&root.attack_trees, id),
        "diagrams" => of(&root.diagrams, id),
        "reviews" => of(&root.reviews, id),
        "incidents" => of(&root.incidents, id),
        "changelog" => of(&root.changelog, id),
        _ => None,
    }
}
