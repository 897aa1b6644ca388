//! Zones, actors, components, stores, data sets and flows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Maker, NO_ZONE, OWN, own};
use crate::draft::{Entry, Section, one_line};
use crate::kept::{bounded, keep, rest};
use crate::read::{flag, items, list, text};
use crate::vocabulary::is_outside;
use crate::zones::circles;

/// One of the maps of ids.
type Which = fn(&mut super::Ids) -> &mut BTreeMap<String, String>;

impl Maker<'_> {
    /// Gives everything its id, so that things can name each other.
    pub(super) fn name_things(&mut self) {
        let rows: [(&str, Section, Which); 5] = [
            ("trust_zones", Section::Zones, |ids| &mut ids.zones),
            ("actors", Section::Elements, |ids| &mut ids.actors),
            ("components", Section::Elements, |ids| &mut ids.components),
            ("data_stores", Section::Elements, |ids| &mut ids.stores),
            ("data_sets", Section::Assets, |ids| &mut ids.assets),
        ];
        for (key, section, map) in rows {
            for (at, thing) in items(self.file, key).iter().enumerate() {
                let name = text(thing, "symbolic_name").into_owned();
                if name == NO_ZONE {
                    continue;
                }
                let id = self.draft.keep_id(section, &name, "thing");
                if map(&mut self.ids).insert(name.clone(), id).is_some() {
                    self.draft.dangling(format!("a second thing with the name `{name}`"), format!("{key}[{at}]"));
                }
            }
        }
    }

    pub(super) fn zones(&mut self) {
        for (at, zone) in items(self.file, "trust_zones").iter().enumerate() {
            let name = text(zone, "symbolic_name").into_owned();
            let Some(id) = self.ids.zones.get(&name).cloned() else { continue };
            let title = one_line(&text(zone, "title"));
            let mut entry = Entry::new().named(&id, &title).text("description", &text(zone, "description"));
            if is_outside(&title) {
                entry = entry.text("trust", "untrusted");
            }
            let entry =
                keep(&mut self.draft, entry, OWN, own(rest(zone, &["title", "description"]), &name, &id), format!("trust_zones[{at}]"));
            self.draft.add(Section::Zones, &id, entry);
        }
    }

    pub(super) fn data_sets(&mut self) {
        for (at, set) in items(self.file, "data_sets").iter().enumerate() {
            let name = text(set, "symbolic_name").into_owned();
            let Some(id) = self.ids.assets.get(&name).cloned() else { continue };
            let place = format!("data_sets[{at}]");
            let classes: Vec<&str> = list(set, "data_sensitivity").iter().filter_map(|word| class(word)).collect();
            let entry = Entry::new().named(&id, &one_line(&text(set, "title"))).text("description", &text(set, "description"));
            let entry = entry.list("data", classes);
            for placement in items(set, "placements") {
                let store = text(placement, "data_store");
                if !self.ids.stores.contains_key(store.as_ref()) {
                    self.draft.dangling(format!("the data store `{store}`"), format!("{place}.placements"));
                }
            }
            let entry = keep(&mut self.draft, entry, OWN, own(rest(set, &["title", "description"]), &name, &id), &place);
            self.draft.add(Section::Assets, &id, entry);
        }
    }

    pub(super) fn elements(&mut self) {
        let parents: BTreeMap<String, String> = items(self.file, "components")
            .iter()
            .map(|component| (text(component, "symbolic_name").into_owned(), text(component, "parent_component").into_owned()))
            .collect();
        let round = circles(&parents);
        let kept = self.kept_in_stores();
        for (key, otherwise) in [("actors", "actor"), ("components", "process"), ("data_stores", "store")] {
            for (at, thing) in items(self.file, key).iter().enumerate() {
                let (name, place) = (text(thing, "symbolic_name").into_owned(), format!("{key}[{at}]"));
                let ids = match key {
                    "actors" => &self.ids.actors,
                    "components" => &self.ids.components,
                    _ => &self.ids.stores,
                };
                let Some(id) = ids.get(&name).cloned() else { continue };
                let role = text(thing, "type");
                let kind = if key == "actors" && matches!(role.as_ref(), "system" | "third_party") { "external" } else { otherwise };
                let mut entry = Entry::new().text("kind", kind).named(&id, &one_line(&text(thing, "title")));
                entry = entry.text("description", &text(thing, "description"));
                if let Some(zone) = self.zone(thing, &place) {
                    entry = entry.list("zone", [zone]);
                }
                if kind == "actor" && matches!(role.as_ref(), "administrator" | "engineer" | "power_user") {
                    entry = entry.fact("traits", "privileged", "yes");
                }
                if key == "components" {
                    entry = self.inside(entry, thing, &round, &place);
                }
                if key == "data_stores" {
                    entry = stored(entry.text("tech", technology(&role)), kept.get(&name));
                }
                let kept = own(rest(thing, &["title", "description", "trust_zone", "parent_component"]), &name, &id);
                let entry = keep(&mut self.draft, entry, OWN, kept, &place);
                self.draft.add(Section::Elements, &id, entry);
            }
        }
    }

    fn zone(&mut self, thing: &Json, place: &str) -> Option<String> {
        let zone = text(thing, "trust_zone");
        let found = self.ids.zones.get(zone.as_ref()).cloned();
        if found.is_none() && !zone.is_empty() && zone != NO_ZONE {
            self.draft.dangling(format!("the zone `{zone}`"), format!("{place}.trust_zone"));
        }
        found
    }

    fn inside(&mut self, entry: Entry, component: &Json, round: &BTreeSet<String>, place: &str) -> Entry {
        let parent = text(component, "parent_component");
        if parent.is_empty() {
            return entry;
        }
        if round.contains(text(component, "symbolic_name").as_ref()) {
            self.draft.dangling(format!("the component `{parent}`, which is in this one"), place);
            return entry;
        }
        match self.ids.components.get(parent.as_ref()) {
            Some(id) => entry.text("in", id),
            None => {
                self.draft.dangling(format!("the component `{parent}`"), format!("{place}.parent_component"));
                entry
            }
        }
    }

    /// By the names of stores: the assets in each, and whether each is encrypted there.
    fn kept_in_stores(&self) -> BTreeMap<String, Vec<(String, Option<bool>)>> {
        let mut stores: BTreeMap<String, Vec<(String, Option<bool>)>> = BTreeMap::new();
        for set in items(self.file, "data_sets") {
            let Some(id) = self.ids.assets.get(text(set, "symbolic_name").as_ref()) else { continue };
            for placement in items(set, "placements") {
                let encrypted = placement.get("encrypted").and_then(Json::as_bool);
                stores.entry(text(placement, "data_store").into_owned()).or_default().push((id.clone(), encrypted));
            }
        }
        stores
    }

    pub(super) fn flows(&mut self) {
        let mut loose = Vec::new();
        for (at, flow) in items(self.file, "data_flows").iter().enumerate() {
            let (name, title, place) = (text(flow, "symbolic_name"), one_line(&text(flow, "title")), format!("data_flows[{at}]"));
            let ends = ["source", "destination"].map(|key| self.end(flow.get(key).unwrap_or(&Json::Null), &format!("{place}.{key}")));
            let [Some(from), Some(to)] = ends else {
                loose.push(flow.clone());
                continue;
            };
            let id = self.draft.keep_id(Section::Flows, &name, "flow");
            let mut entry = Entry::new().text("from", &from).text("to", &to).text("label", &title);
            entry = entry.text("description", &text(flow, "description"));
            if flow.get("encrypted").is_some_and(Json::is_boolean) {
                entry = entry.fact("controls", "encryption-in-transit", if flag(flow, "encrypted") { "yes" } else { "no" });
            }
            let kept = own(rest(flow, &["title", "description", "source", "destination", "encrypted"]), &name, &id);
            let entry = keep(&mut self.draft, entry, OWN, kept, &place);
            self.draft.add(Section::Flows, &id, entry);
        }
        if let Some(loose) = bounded(loose.into(), 2) {
            self.draft.set("x-tm-bom-data-flows", loose);
        }
    }

    /// Our id of what a flow leads from or to. The type beside the name is wrong in some files.
    fn end(&mut self, end: &Json, place: &str) -> Option<String> {
        let (kind, name) = (text(end, "type"), text(end, "object"));
        let all = [("actor", &self.ids.actors), ("component", &self.ids.components), ("data_store", &self.ids.stores)];
        let right = all.iter().filter(|(known, _)| *known == kind).chain(all.iter()).find_map(|(_, ids)| ids.get(name.as_ref()));
        let found = right.cloned();
        if found.is_none() {
            self.draft.dangling(format!("the {} `{name}`, so that the flow is no flow of the model", kind.replace('_', " ")), place);
        }
        found
    }
}

/// What a store keeps, and whether all of it is encrypted there.
fn stored(entry: Entry, kept: Option<&Vec<(String, Option<bool>)>>) -> Entry {
    let Some(kept) = kept else { return entry };
    let held: BTreeSet<&str> = kept.iter().map(|(id, _)| id.as_str()).collect();
    let entry = entry.list("holds", held);
    let says = |wanted: bool| kept.iter().any(|(_, encrypted)| *encrypted == Some(wanted));
    match (says(true), says(false)) {
        (true, true) => entry.fact("controls", "encryption-at-rest", "partial"),
        (true, false) => entry.fact("controls", "encryption-at-rest", "yes"),
        (false, true) => entry.fact("controls", "encryption-at-rest", "no"),
        (false, false) => entry,
    }
}

/// Our class of data for a word of the format.
pub(super) fn class(word: &str) -> Option<&'static str> {
    match word {
        "pii" => Some("pii"),
        "phi" => Some("phi"),
        "fin" => Some("financial"),
        "ip" => Some("ip"),
        "cred" => Some("credentials"),
        "pci" => Some("payment"),
        _ => None,
    }
}

fn technology(kind: &str) -> &'static str {
    match kind {
        "sql" => "sql-database",
        "key_value" | "document" => "nosql-database",
        "object" => "object-storage",
        "graph" => "graph-database",
        "time_series" => "time-series-database",
        _ => "",
    }
}
