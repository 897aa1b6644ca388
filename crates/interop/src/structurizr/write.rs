//! A model as a workspace: people, and one software system for every other element, grouped by zone. What is in an
//! element is a container of it, and what is in that a component. What the reader kept is written back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::{OWN, role};
use crate::drawn::{Role, out::losses};
use crate::export::{ExportError, Exported, Outgoing, pretty};
use crate::kept::{give_back, of};
use crate::read::{items, list, text};
use crate::write::{own_name, put, section};
use crate::{Loss, LossKind};

/// Writes a workspace.
///
/// # Errors
/// None: what the format has no place for is a loss.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let writer = Writer::of(outgoing);
    let (mut people, mut systems, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (id, entry) in section(outgoing, "elements").filter(|(id, _)| writer.parent(id).is_none()) {
        let written = writer.element(id, entry, 0);
        let custom = of(entry, OWN).get("custom").is_some();
        match text(entry, "kind").as_ref() {
            "actor" => people.push(written),
            _ if custom => others.push(written),
            _ => systems.push(written),
        }
    }
    let kept = of(&outgoing.json, OWN);
    let mut model = Map::new();
    model.insert("people".to_owned(), people.into());
    model.insert("softwareSystems".to_owned(), systems.into());
    put(&mut model, "customElements", others);
    give_back(&mut model, of(kept, "model"), &[]);
    let mut file = Map::new();
    let title = outgoing.json.get("name").and_then(Json::as_str).unwrap_or("Model");
    file.insert("name".to_owned(), title.into());
    put(&mut file, "description", text(&outgoing.json, "description").as_ref());
    file.insert("model".to_owned(), model.into());
    give_back(&mut file, kept, &["model"]);
    let mut file = Json::Object(file);
    writer.clean_views(&mut file);
    Ok(Exported { bytes: pretty(&file), loss: writer.losses() })
}

struct Writer<'o> {
    outgoing: &'o Outgoing<'o>,
    /// The numbers of elements and flows there, by their ids here.
    numbers: BTreeMap<&'o str, String>,
}

impl<'o> Writer<'o> {
    fn of(outgoing: &'o Outgoing<'o>) -> Self {
        let things: Vec<(&str, &Json)> = section(outgoing, "elements").chain(section(outgoing, "flows")).collect();
        let kept: BTreeMap<&str, String> = things
            .iter()
            .map(|(id, entry)| (*id, text(of(entry, OWN), "id").into_owned()))
            .filter(|(_, number)| !number.is_empty())
            .collect();
        let mut taken: BTreeSet<String> = kept.values().cloned().collect();
        let (mut numbers, fresh) = (kept.clone(), kept.is_empty());
        for (at, (id, _)) in (1_u64..).zip(&things).filter(|(_, (id, _))| !kept.contains_key(id)) {
            // In a file that exists, a number comes from the id alone, so that no other element has a part in it.
            let mut number = if fresh { at } else { 100_000 + hash(id) % 900_000 };
            while !taken.insert(number.to_string()) {
                number += 1;
            }
            numbers.insert(id, number.to_string());
        }
        Self { outgoing, numbers }
    }

    fn number(&self, id: &str) -> &str {
        self.numbers.get(id).map(String::as_str).unwrap_or_default()
    }

    /// The element that one is in, if that is written as a system or a container with parts.
    fn parent(&self, id: &str) -> Option<&'o str> {
        let entry = self.outgoing.entry("elements", id);
        let around = entry.get("in").and_then(Json::as_str)?;
        // Nothing is in a person, and a person is in nothing.
        let holder = self.outgoing.entry("elements", around);
        (text(holder, "kind") != "actor" && text(entry, "kind") != "actor" && self.depth(id) <= 2).then_some(around)
    }

    fn depth(&self, id: &str) -> usize {
        let around = |id: &&str| self.outgoing.entry("elements", id).get("in").and_then(Json::as_str);
        std::iter::successors(Some(id), around).take(9).count() - 1
    }

    fn element(&self, id: &str, entry: &Json, depth: usize) -> Json {
        let kept = of(entry, OWN);
        let kind = text(entry, "kind").into_owned();
        let shown = own_name(self.outgoing, OWN, id, entry);
        let mut thing = Map::new();
        thing.insert("id".to_owned(), self.number(id).into());
        thing.insert("name".to_owned(), shown.as_str().into());
        put(&mut thing, "description", text(entry, "description").as_ref());
        let (standing, tags) = self.tags(kept, &kind, &shown, depth);
        thing.insert("tags".to_owned(), tags.into());
        let zone = list(entry, "zone").into_iter().next().filter(|_| depth == 0);
        let group = zone.map_or_else(
            || text(kept, "group").into_owned(),
            |zone| own_name(self.outgoing, OWN, &zone, self.outgoing.entry("zones", &zone)),
        );
        put(&mut thing, "group", group);
        let mut relations: Vec<Json> = self.relations(id);
        let there = |relation: &&Json| self.numbers.values().any(|number| *number == text(relation, "destinationId"));
        relations.extend(items(kept, "implied").iter().filter(there).cloned());
        thing.insert("relationships".to_owned(), relations.into());
        let parts = section(self.outgoing, "elements").filter(|(part, _)| self.parent(part) == Some(id));
        let parts: Vec<Json> = parts.map(|(part, entry)| self.element(part, entry, depth + 1)).collect();
        put(&mut thing, if depth == 0 { "containers" } else { "components" }, parts);
        let own: &[&str] = if standing { &["implied", "custom", "group"] } else { &["implied", "custom", "group", "location", "tags"] };
        give_back(&mut thing, kept, own);
        thing.into()
    }

    /// The tags of an element, and whether those that the file had say its kind still.
    fn tags(&self, kept: &Json, kind: &str, shown: &str, depth: usize) -> (bool, String) {
        let said = match role(kept, kind == "actor", shown) {
            Role::Said(said) | Role::Likely(said, _) => said,
            Role::Unknown | Role::Zone => "process",
        };
        let stated = text(kept, "tags");
        if said == kind && !stated.is_empty() {
            return (true, stated.into_owned());
        }
        let level = match (kind, depth) {
            ("actor", _) => "Element,Person",
            (_, 0) => "Element,Software System",
            (_, 1) => "Element,Container",
            _ => "Element,Component",
        };
        let more = match kind {
            "store" => ",Database",
            "external" => ",External",
            _ => "",
        };
        (said == kind, format!("{level}{more}"))
    }

    fn relations(&self, id: &str) -> Vec<Json> {
        let mut relations = Vec::new();
        for (flow, entry) in section(self.outgoing, "flows") {
            let (from, to) = (text(entry, "from"), text(entry, "to"));
            if from == id {
                relations.push(self.relation(flow, entry, self.number(flow), &from, &to));
            }
            if to == id && text(entry, "both-ways") == "yes" {
                let back = format!("{}9", self.number(flow));
                relations.push(self.relation(flow, entry, &back, &to, &from));
            }
        }
        relations
    }

    fn relation(&self, flow: &str, entry: &Json, number: &str, from: &str, to: &str) -> Json {
        let kept = of(entry, OWN);
        let mut relation = Map::new();
        relation.insert("id".to_owned(), number.into());
        relation.insert("sourceId".to_owned(), self.number(from).into());
        relation.insert("destinationId".to_owned(), self.number(to).into());
        let label = text(entry, "label");
        let label = if label.is_empty() && kept.is_null() { redan_model::naming::sentence_of(flow) } else { label.into_owned() };
        put(&mut relation, "description", label);
        let protocol = text(entry, "protocol");
        let technology = text(kept, "technology");
        let stands = redan_model::mermaid::protocol(&technology).unwrap_or_default() == protocol;
        put(&mut relation, "technology", if stands && !technology.is_empty() { technology } else { protocol }.as_ref());
        give_back(&mut relation, kept, &["technology"]);
        relation.into()
    }

    /// Takes out of views what is no longer in the model: the tool does not open a workspace whose views show nothing.
    fn clean_views(&self, file: &mut Json) {
        let known: BTreeSet<&str> = self.numbers.values().map(String::as_str).collect();
        let implied: BTreeSet<String> = section(self.outgoing, "elements")
            .flat_map(|(_, entry)| items(of(entry, OWN), "implied").iter().map(|relation| text(relation, "id").into_owned()))
            .collect();
        let views = file.get_mut("views").and_then(Json::as_object_mut).into_iter().flatten();
        // What deployments are made of has numbers of its own, which their views show.
        let views = views.filter(|(key, _)| key.as_str() != "deploymentViews").filter_map(|(_, views)| views.as_array_mut());
        for view in views.flatten() {
            for key in ["elements", "relationships"] {
                let Some(shown) = view.get_mut(key).and_then(Json::as_array_mut) else { continue };
                shown.retain(|item| {
                    let id = text(item, "id");
                    known.contains(id.as_ref()) || implied.contains(id.as_ref())
                });
            }
        }
    }

    fn losses(&self) -> Vec<Loss> {
        let outgoing = self.outgoing;
        let elements = &["kind", "name", "zone", "in", "description"];
        let mut loss = losses(outgoing, OWN, elements, &["from", "to", "both-ways", "label", "protocol"]);
        let mut lose = |kind: LossKind, what: &str, place: String| loss.push(Loss { kind, what: what.to_owned(), place });
        for zone in outgoing.model.zones.iter().filter(|zone| zone.parent.is_some()) {
            lose(LossKind::Dropped, "the zone around it", format!("zones.{}", zone.identity.id));
        }
        for zone in outgoing.model.zones.iter().filter(|zone| zone.members.is_empty()) {
            lose(LossKind::Dropped, "a zone with nothing in it", format!("zones.{}", zone.identity.id));
        }
        for (id, entry) in section(outgoing, "elements") {
            if entry.get("in").is_some() && self.parent(id).is_none() {
                lose(LossKind::Dropped, "what it is in", format!("elements.{id}"));
            }
            if entry.get("zone").is_some() && self.parent(id).is_some() {
                lose(LossKind::Dropped, "the zone of what is in another element", format!("elements.{id}"));
            }
        }
        for (id, flow) in section(outgoing, "flows") {
            let protocol = text(flow, "protocol");
            if redan_model::mermaid::protocol(&protocol).unwrap_or_default() != protocol {
                lose(LossKind::Changed, "the protocol is a technology among others", format!("flows.{id}"));
            }
        }
        for (id, _) in section(outgoing, "flows").filter(|(_, flow)| text(flow, "both-ways") == "yes") {
            lose(LossKind::Changed, "a flow both ways is two relationships", format!("flows.{id}"));
        }
        loss
    }
}

/// A number that is the same for the same id in every run.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use redan_model::{Vocabulary, load_text};
    use serde_json::json;

    use super::*;

    #[test]
    fn views_show_only_what_is_there() {
        let model = json!({"redan": 1, "elements": {"web": {"kind": "process", OWN: {"id": "1"}}},
            OWN: {"views": {"systemContextViews": [{"key": "k", "elements": [{"id": "1"}, {"id": "2"}], "relationships": [{"id": "9"}]}]}}});
        let loaded = load_text("m.tm.json", &model.to_string(), &Vocabulary::default());
        let written = write(&Outgoing::new(&loaded.model, Vocabulary::default())).unwrap();
        let file: Json = serde_json::from_slice(&written.bytes).unwrap();
        let view = &file["views"]["systemContextViews"][0];
        assert_eq!((&view["elements"], &view["relationships"], &view["key"]), (&json!([{"id": "1"}]), &json!([]), &json!("k")));
    }
}
