//! Workspaces of Structurizr as JSON: people, software systems, their containers and components, and what uses what.
//!
//! A system with containers is an element whose parts are in it. Views, styles and deployments are no part of a threat
//! model; they are kept for the writer, like the relationships that the tool implied from others.

mod write;

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::draft::{Draft, one_line};
use crate::drawn::{Line, Role, Shape, Sheet};
use crate::kept::{bounded, rest};
use crate::read::{items, list, text};
use crate::{ImportError, Imported, limits};

pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-structurizr";

/// Reads a workspace.
///
/// # Errors
/// The bytes are no workspace, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let file = limits::json(bytes)?;
    let Some(model) = file.get("model").filter(|model| model.is_object()) else {
        return Err(ImportError::NotTheFormat("it has no `model`, which every Structurizr workspace has".to_owned()));
    };
    let mut draft = Draft::new(&one_line(&text(&file, "name")));
    draft.set("description", text(&file, "description").as_ref());
    let mut reader = Reader { sheet: Sheet::new(OWN), draft: &mut draft, groups: BTreeSet::new(), seen: BTreeSet::new() };
    for (key, person) in [("people", true), ("softwareSystems", false), ("customElements", false)] {
        for (at, thing) in items(model, key).iter().enumerate() {
            reader.thing(thing, None, person, &format!("model.{key}[{at}]"), 0);
        }
    }
    let sheet = reader.sheet;
    let mut kept = rest(&file, &["name", "description", "model"]);
    let more = rest(model, &["people", "softwareSystems", "customElements"]);
    if !more.is_empty() {
        kept.insert("model".to_owned(), more.into());
    }
    match bounded(kept.into(), 0) {
        Some(kept) => draft.set(OWN, kept),
        None => draft.dropped("views and other data that are nested too deep", "the file"),
    }
    sheet.into_draft(&mut draft)?;
    Ok(draft.finish())
}

struct Reader<'d> {
    sheet: Sheet,
    draft: &'d mut Draft,
    groups: BTreeSet<String>,
    seen: BTreeSet<String>,
}

impl Reader<'_> {
    fn thing(&mut self, thing: &Json, parent: Option<&str>, person: bool, place: &str, depth: usize) {
        if depth > 4 {
            return;
        }
        let key = text(thing, "id").into_owned();
        let name = one_line(&text(thing, "name"));
        if key.is_empty() || !self.seen.insert(key.clone()) {
            self.draft.dangling(format!("\"{name}\" has no id of its own"), place);
            return;
        }
        let role = role(thing, person, &name);
        let group = text(thing, "group").into_owned();
        let zone = (!group.is_empty()).then(|| self.group(&group, parent, place));
        let mut shape = Shape::new(key.clone(), &name, role, place);
        shape.parent = zone.or_else(|| parent.map(str::to_owned));
        shape.description = text(thing, "description").into_owned();
        shape.kept = rest(thing, &["name", "description", "relationships", "containers", "components", "group"]);
        if parent.is_some() && !group.is_empty() {
            shape.kept.insert("group".to_owned(), group.into());
        }
        if place.starts_with("model.custom") {
            shape.kept.insert("custom".to_owned(), true.into());
        }
        let implied: Vec<Json> = items(thing, "relationships").iter().filter(|relation| is_implied(relation)).cloned().collect();
        if !implied.is_empty() {
            shape.kept.insert("implied".to_owned(), implied.into());
        }
        self.sheet.shapes.push(shape);
        self.relations(thing, &key, place);
        for inner in ["containers", "components"] {
            for (at, part) in items(thing, inner).iter().enumerate() {
                self.thing(part, Some(&key), false, &format!("{place}.{inner}[{at}]"), depth + 1);
            }
        }
    }

    /// A group is a box around what names it; one inside a system is not a zone of its own.
    fn group(&mut self, name: &str, parent: Option<&str>, place: &str) -> String {
        if let Some(parent) = parent {
            self.draft.changed(format!("the group \"{name}\" inside a system, which is kept and no zone"), place);
            return parent.to_owned();
        }
        let key = format!("group {name}");
        if self.groups.insert(key.clone()) {
            self.sheet.shapes.push(Shape::new(key.clone(), name, Role::Zone, place));
        }
        key
    }

    fn relations(&mut self, thing: &Json, from: &str, place: &str) {
        for (at, relation) in items(thing, "relationships").iter().enumerate() {
            let place = format!("{place}.relationships[{at}]");
            if is_implied(relation) {
                continue;
            }
            let technology = text(relation, "technology");
            let known = redan_model::mermaid::protocol(&technology).unwrap_or_default();
            let kept = rest(relation, &["sourceId", "destinationId", "description"]);
            let label = list(relation, "description").join(" ");
            let to = Some(text(relation, "destinationId").into_owned()).filter(|id| !id.is_empty());
            self.sheet.lines.push(Line { from: Some(from.to_owned()), to, label, protocol: known, kept, place, ..Line::default() });
        }
    }
}

/// Whether the tool made a relationship from another one, say between the systems around the two ends.
fn is_implied(relation: &Json) -> bool {
    !text(relation, "linkedRelationshipId").is_empty()
}

/// What a thing is, by its tags and where it is.
fn role(thing: &Json, person: bool, name: &str) -> Role {
    let tags = text(thing, "tags").to_lowercase();
    let has = |word: &str| tags.split(',').any(|tag| tag.contains(word));
    if person {
        Role::Said("actor")
    } else if has("database") || has("queue") || has("storage") || has("bucket") || has("datastore") {
        Role::Said("store")
    } else if text(thing, "location") == "External" || has("external") {
        Role::Said("external")
    } else {
        match crate::drawn::kind_of_words(name) {
            Some("store") => Role::Likely("store", "by its name"),
            _ => Role::Said("process"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn systems_hold_their_containers_and_relationships_are_flows() {
        let file = json!({"name": "Shop", "model": {
            "people": [{"id": "1", "name": "Customer", "relationships": [{"id": "9", "sourceId": "1", "destinationId": "3", "description": "Buys", "technology": "HTTPS"},
                {"id": "10", "sourceId": "1", "destinationId": "2", "linkedRelationshipId": "9"}]}],
            "softwareSystems": [{"id": "2", "name": "Shop System", "group": "Us", "containers": [
                {"id": "3", "name": "Web", "technology": "Rust", "relationships": [{"destinationId": "4", "technology": "SQL"}, {"destinationId": "77"}]},
                {"id": "4", "name": "Orders", "tags": "Element,Container,Database"}]},
                {"id": "5", "name": "Bank", "location": "External"}]},
            "views": {"systemContextViews": [{}]}});
        let imported = read(file.to_string().as_bytes()).unwrap();
        let model = &imported.model;
        assert_eq!((&model["elements"]["web"]["in"], &model["elements"]["shop-system"]["zone"]), (&json!("shop-system"), &json!(["us"])));
        let kinds = ["customer", "orders", "bank"].map(|id| model["elements"][id]["kind"].clone());
        assert_eq!(kinds, [json!("actor"), json!("store"), json!("external")]);
        assert_eq!((&model["flows"]["buys"]["to"], &model["flows"]["buys"]["protocol"]), (&json!("web"), &json!("https")));
        assert_eq!(model["flows"].as_object().map(serde_json::Map::len), Some(2));
        assert_eq!(imported.loss.iter().filter(|loss| loss.kind.as_str() == "dangling").count(), 1);
        assert!(read(b"{}").is_err());
    }
}
