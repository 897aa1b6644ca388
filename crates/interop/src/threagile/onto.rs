//! Changes of a model as edits of the file that it came from: values are replaced where they stand, comments stay.
//!
//! Technical assets, links, data and boundaries that are new are written as the writer of whole files writes them.

use serde_json::{Value as Json, json};

use super::words;
use crate::export::Outgoing;
use crate::limits;
use crate::onto::yaml::Yaml;
use crate::onto::{Change, Changes, Edit};

/// Makes the edits.
pub(crate) fn onto(text: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Vec<Edit> {
    let yaml = Yaml::parse(text);
    let later = text.contains("custom_risk_categories") || text.contains("\n    technologies:");
    let whole = super::write(outgoing, later).ok().and_then(|file| limits::yaml(&file.bytes).ok()).unwrap_or_default();
    let mut edits: Vec<Option<Edit>> = Vec::new();
    for change in &changes.list {
        match change.path[..] {
            ["name"] => edits.push(yaml.set(&yaml.root, "title", &change.text().into())),
            [section, id, _] => edits.extend(field(&yaml, changes, change, section, id, &whole)),
            [section, id] if change.after.is_none() => edits.push(removed(&yaml, changes, section, id)),
            [section, id] => edits.push(added(&yaml, changes, section, id, &whole)),
            _ => {}
        }
    }
    let decided = |change: &&Change<'_>| change.section() == "threats" && matches!(change.field(), Some("status" | "because" | "owner"));
    if changes.list.iter().any(|change| decided(&change)) {
        edits.extend(tracking(&yaml, &whole));
    }
    let mut edits: Vec<Edit> = edits.into_iter().flatten().collect();
    // Several fields of ours may be one of the file.
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    edits.dedup();
    edits
}

/// What is decided now about risks: an entry that says otherwise gets another state and reason, and one that is not there
/// is added.
fn tracking(yaml: &Yaml<'_>, whole: &Json) -> Vec<Option<Edit>> {
    let entries = whole.get("risk_tracking").and_then(Json::as_object).into_iter().flatten();
    let mut edits = Vec::new();
    let mut added = serde_json::Map::new();
    for (key, said) in entries {
        let word = |field: &str| said.get(field).and_then(Json::as_str).unwrap_or_default();
        let Some(node) = yaml.at(&["risk_tracking", key]) else {
            added.insert(key.clone(), said.clone());
            continue;
        };
        let before = yaml.at(&["risk_tracking", key, "status"]).and_then(|node| node.as_str().map(str::to_owned)).unwrap_or_default();
        if words::status(&before) != words::status(word("status")) {
            let fields = ["status", "justification"].into_iter();
            let changed = fields.filter(|field| node.get(field).and_then(|node| node.as_str()) != Some(word(field)));
            edits.extend(changed.map(|field| yaml.set(node, field, &word(field).into())));
        }
    }
    match yaml.at(&["risk_tracking"]) {
        Some(node) => edits.extend(added.iter().map(|(key, value)| yaml.add_block(node, key, value))),
        None if !added.is_empty() => edits.push(yaml.add_block(&yaml.root, "risk_tracking", &added.into())),
        None => {}
    }
    edits
}

/// One field of an entry that both have.
fn field(yaml: &Yaml<'_>, changes: &Changes<'_>, change: &Change<'_>, section: &str, id: &str, whole: &Json) -> Vec<Option<Edit>> {
    let Some(place) = changes.place_of(section, id) else { return Vec::new() };
    let keys: Vec<&str> = place.split('\n').collect();
    let Some(node) = yaml.at(&keys) else { return Vec::new() };
    let set = |key: &str, value: Json| vec![yaml.set(node, key, &value)];
    let written =
        |key: &str| written(whole, section, id).and_then(|entry| entry.get(key)).cloned().map(|value| set(key, value)).unwrap_or_default();
    let text = change.text();
    match (section, change.field().unwrap_or_default()) {
        (_, "description" | "owner") if section != "threats" => set(change.field().unwrap_or_default(), text.into()),
        (_, "tags") if section != "threats" => {
            let tags: Vec<Json> = change
                .after
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
                .filter(|tag| !matches!(tag.as_str(), Some("cloud" | "cloud-segment")))
                .cloned()
                .collect();
            let mut edits = set("tags", tags.into());
            // Threagile knows only tags that are listed.
            if let Some(known) = whole.get("tags_available") {
                edits.push(yaml.set(&yaml.root, "tags_available", known));
            }
            edits
        }
        ("elements" | "zones" | "assets", "name") | ("flows", "label") => renamed(yaml, &keys, text, id),
        ("elements", "out-of-scope") => {
            [set("out_of_scope", change.after.is_some().into()), set("justification_out_of_scope", text.into())].concat()
        }
        ("elements", "tech") => [written("technology"), written("technologies")].concat(),
        ("elements", "holds") => written("data_assets_stored"),
        ("elements", "traits" | "controls") => {
            ["multi_tenant", "redundant", "custom_developed_parts", "encryption", "machine", "data_formats_accepted"]
                .iter()
                .flat_map(|key| if differs(yaml, &keys, key, whole, section, id) { written(key) } else { Vec::new() })
                .collect()
        }
        ("elements", "kind") => [written("type"), written("used_as_client_by_human")].concat(),
        ("flows", "protocol") => written("protocol"),
        ("flows", "carries") => written("data_assets_sent"),
        ("flows", "returns") => written("data_assets_received"),
        ("flows", "to") => written("target"),
        ("flows", "controls") => {
            if differs(yaml, &keys, "authentication", whole, section, id) {
                written("authentication")
            } else {
                Vec::new()
            }
        }
        ("assets", key @ ("confidentiality" | "integrity" | "availability")) => {
            let level = change.after.and_then(|level| level.get("is").unwrap_or(level).as_str()).unwrap_or_default();
            let word = if key == "confidentiality" { words::confidentiality_of(level) } else { words::criticality_of(level) };
            word.map(|word| set(key, word.into())).unwrap_or_default()
        }
        ("threats", "likelihood") => {
            number(change).map(|number| set("exploitation_likelihood", words::likelihood_of(number).into())).unwrap_or_default()
        }
        ("threats", "impact") => {
            number(change).map(|number| set("exploitation_impact", words::impact_of(number).into())).unwrap_or_default()
        }
        ("threats", "severity") => set("severity", text.into()),
        _ => Vec::new(),
    }
}

fn number(change: &Change<'_>) -> Option<u8> {
    let value = change.after?;
    u8::try_from(value.get("is").unwrap_or(value).as_u64()?).ok()
}

/// A title is a key; the text of the key is replaced.
fn renamed(yaml: &Yaml<'_>, keys: &[&str], name: &str, id: &str) -> Vec<Option<Edit>> {
    let Some((title, around)) = keys.split_last() else { return Vec::new() };
    let Some(redan_model::tree::Value::Map(entries)) = yaml.at(around).map(|node| &node.value) else { return Vec::new() };
    let entry = entries.iter().find(|entry| entry.key == *title);
    let name = if name.is_empty() { id } else { name };
    vec![entry.map(|entry| Edit::replace(entry.key_span.range(), crate::yaml::scalar(name)))]
}

/// Whether the file says otherwise than the model would be written; what says the same in other words stays.
fn differs(yaml: &Yaml<'_>, keys: &[&str], key: &str, whole: &Json, section: &str, id: &str) -> bool {
    let found = yaml.at(keys).and_then(|node| node.get(key)).and_then(|node| node.as_str()).unwrap_or_default();
    let wanted = written(whole, section, id).and_then(|entry| entry.get(key));
    match wanted {
        Some(Json::Bool(flag)) => (found == "true") != *flag,
        Some(Json::String(word)) => word != found,
        Some(Json::Array(_)) => true,
        _ => false,
    }
}

/// What the writer of whole files says of an entry.
fn written<'w>(whole: &'w Json, section: &str, id: &str) -> Option<&'w Json> {
    let list = |key: &str| whole.get(key).and_then(Json::as_object).into_iter().flatten().map(|(_, entry)| entry);
    let own = id.to_lowercase().replace(['_', '/', '>'], "-");
    let by_id = |entry: &&Json| entry.get("id").and_then(Json::as_str) == Some(own.as_str());
    match section {
        "elements" => list("technical_assets").find(by_id),
        "assets" => list("data_assets").find(by_id),
        "zones" => list("trust_boundaries").chain(list("shared_runtimes")).find(by_id),
        _ => None,
    }
}

fn section_of(section: &str) -> Option<&'static str> {
    match section {
        "elements" => Some("technical_assets"),
        "assets" => Some("data_assets"),
        "zones" => Some("trust_boundaries"),
        _ => None,
    }
}

fn added(yaml: &Yaml<'_>, changes: &Changes<'_>, section: &str, id: &str, whole: &Json) -> Option<Edit> {
    if section == "flows" {
        let entry = changes.after.get("flows")?.get(id)?;
        let from = changes.place_of("elements", entry.get("from")?.as_str()?)?;
        let keys: Vec<&str> = from.split('\n').collect();
        let (title, link) = whole_link(whole, changes, id)?;
        let holder = yaml.at(&keys)?;
        let links = holder.get("communication_links").filter(|links| matches!(links.value, redan_model::tree::Value::Map(_)));
        return match links {
            Some(links) => yaml.add_block(links, &title, &link),
            None => yaml.set(holder, "communication_links", &json!({title: link})),
        };
    }
    let list = section_of(section)?;
    let entries = whole.get(list)?.as_object()?;
    let own = id.to_lowercase().replace(['_', '/', '>'], "-");
    let (title, entry) = entries.iter().find(|(_, entry)| entry.get("id").and_then(Json::as_str) == Some(own.as_str()))?;
    yaml.add_block(yaml.at(&[list])?, title, entry)
}

/// The link that the writer of whole files makes of a flow.
fn whole_link(whole: &Json, changes: &Changes<'_>, id: &str) -> Option<(String, Json)> {
    let entry = changes.after.get("flows")?.get(id)?;
    let from = entry.get("from")?.as_str()?;
    let source = written(whole, "elements", from)?;
    let name = entry.get("label").and_then(Json::as_str).map_or_else(|| redan_model::naming::sentence_of(id), str::to_owned);
    let links = source.get("communication_links")?.as_object()?;
    let found = links.iter().find(|(title, _)| **title == name || title.ends_with(&format!("({id})")))?;
    Some((found.0.clone(), found.1.clone()))
}

fn removed(yaml: &Yaml<'_>, changes: &Changes<'_>, section: &str, id: &str) -> Option<Edit> {
    let place = changes.place_of(section, id)?;
    let keys: Vec<&str> = place.split('\n').collect();
    let (title, around) = keys.split_last()?;
    yaml.remove(yaml.at(around)?, title)
}
