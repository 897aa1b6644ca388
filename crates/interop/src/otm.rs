//! Models in the Open Threat Model format, 0.1 and 0.2: JSON or YAML.
//!
//! Threats are defined once and stand on things in a state, with mitigations that have a state there. A definition
//! becomes one threat on all its things; where its things are in different states, one for each state. A mitigation
//! that is in different states in different places becomes one mitigation for each state.

mod things;
mod threats;
mod write;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Entries;

use serde_json::{Map, Value as Json};

use crate::draft::{Draft, Entry, Section, one_line};
use crate::kept::{bounded, keep, rest};
use crate::read::{items, list, text};
use crate::vocabulary::is_opaque;
use crate::{ImportError, Imported, limits};

pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-otm";
/// The zone that the writer puts things into that are in none, since the format wants one.
const NO_ZONE: &str = "redan-no-zone";
/// The type of components that are built with nothing that is known.
const GENERIC: &str = "generic";

/// Reads a model.
///
/// # Errors
/// The bytes are no such model, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let file = limits::json_or_yaml(bytes)?;
    if text(&file, "otmVersion").is_empty() {
        return Err(ImportError::NotTheFormat("it has no `otmVersion`, which every Open Threat Model has".to_owned()));
    }
    if !file.get("project").is_some_and(Json::is_object) {
        return Err(ImportError::NotTheFormat("it has no `project`, which every Open Threat Model has".to_owned()));
    }
    let mut maker = Maker::new(&file);
    maker.head();
    maker.assets();
    maker.name_things();
    maker.zones();
    maker.components();
    maker.flows();
    maker.threats();
    Ok(maker.draft.finish())
}

/// A model in the making; things are named by their ids in the file.
struct Maker<'f> {
    file: &'f Json,
    draft: Draft,
    assets: BTreeMap<String, String>,
    zones: BTreeMap<String, String>,
    elements: BTreeMap<String, String>,
    /// Where threats stand, in the order of the file.
    instances: Vec<threats::Instance<'f>>,
}

impl<'f> Maker<'f> {
    fn new(file: &'f Json) -> Self {
        let name = file.get("project").map(|project| one_line(&text(project, "name"))).unwrap_or_default();
        let (assets, zones, elements) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { file, draft: Draft::new(&name), assets, zones, elements, instances: Vec::new() }
    }

    fn head(&mut self) {
        let project = self.file.get("project").unwrap_or(&Json::Null);
        let id = text(project, "id");
        if redan_model::lang::is_id(&id) {
            self.draft.set("id", id.as_ref());
        }
        self.draft.set("description", text(project, "description").as_ref());
        let (owner, contact) = (one_line(&text(project, "owner")), one_line(&text(project, "ownerContact")));
        if !owner.is_empty() && !contact.is_empty() {
            let person = self.draft.id_for_name(Section::People, &owner, "owner");
            self.draft.add(Section::People, &person, Entry::new().named(&person, &owner).text("contact", &contact));
            self.draft.set("owner", person);
        } else {
            self.draft.set("owner", owner.as_str());
        }
        self.draft.set("tags", list(project, "tags"));
        let read = ["otmVersion", "project", "assets", "trustZones", "components", "dataflows", "threats", "mitigations"];
        let mut kept = rest(self.file, &read);
        let mut aside = rest(project, &["name", "description", "owner", "tags"]);
        if redan_model::lang::is_id(&id) {
            aside.remove("id");
        }
        if !owner.is_empty() {
            aside.remove("ownerContact");
        }
        if !aside.is_empty() {
            kept.insert("project".to_owned(), aside.into());
        }
        kept.insert("version".to_owned(), text(self.file, "otmVersion").as_ref().into());
        match bounded(kept.into(), 0) {
            Some(kept) => self.draft.set(OWN, kept),
            None => self.draft.dropped("data that is nested too deep", "the top of the file"),
        }
    }

    fn assets(&mut self) {
        for (at, asset) in items(self.file, "assets").iter().enumerate() {
            let (foreign, name, place) = (text(asset, "id"), one_line(&text(asset, "name")), format!("assets[{at}]"));
            let id = self.id_for(Section::Assets, &foreign, &name, "asset");
            let mut entry = Entry::new().named(&id, &name).text("description", &text(asset, "description"));
            let risk = asset.get("risk").unwrap_or(&Json::Null);
            for key in ["confidentiality", "integrity", "availability"] {
                if let Some(number) = risk.get(key).and_then(Json::as_f64) {
                    entry = entry.text(key, level(number));
                }
            }
            let mut kept = rest(asset, &["id", "name", "description"]);
            own_id(&mut kept, &foreign, &id);
            let entry = keep(&mut self.draft, entry, OWN, kept, &place);
            self.draft.add(Section::Assets, &id, entry);
            self.claim(foreign.into_owned(), id, |maker| &mut maker.assets, &place);
        }
    }

    /// Our id of a thing: its own, unless that says nothing to people.
    fn id_for(&mut self, section: Section, foreign: &str, name: &str, otherwise: &str) -> String {
        if is_opaque(foreign) || !redan_model::lang::is_id(foreign) || foreign.len() > limits::MAX_ID_LENGTH {
            self.draft.id_for_name(section, name, otherwise)
        } else {
            self.draft.keep_id(section, foreign, otherwise)
        }
    }

    /// Notes our id of a foreign one; a second thing with the same id is a loss.
    fn claim(&mut self, foreign: String, id: String, map: fn(&mut Self) -> &mut BTreeMap<String, String>, place: &str) {
        // What has no id cannot be named by others.
        if foreign.is_empty() {
            return;
        }
        let mut second = None;
        match map(self).entry(foreign) {
            Entries::Vacant(slot) => {
                slot.insert(id);
            }
            Entries::Occupied(known) => second = Some(known.key().clone()),
        }
        if let Some(foreign) = second {
            self.draft.dangling(format!("a second thing with the id `{foreign}`"), place);
        }
    }

    /// Our ids of assets that a list names.
    fn assets_of(&mut self, names: Vec<String>, place: &str) -> Vec<String> {
        let mut ids = Vec::new();
        for name in names {
            match self.assets.get(&name) {
                Some(id) if !ids.contains(id) => ids.push(id.clone()),
                Some(_) => {}
                None => self.draft.dangling(format!("the asset `{name}`"), place),
            }
        }
        ids
    }
}

/// A number from 0 to 100 as a level.
fn level(number: f64) -> &'static str {
    match number {
        n if n <= 0.0 => "none",
        n if n <= 25.0 => "low",
        n if n <= 50.0 => "medium",
        n if n <= 75.0 => "high",
        _ => "critical",
    }
}

/// Keeps a foreign id that is not the id of ours.
fn own_id(kept: &mut Map<String, Json>, foreign: &str, id: &str) {
    kept.remove("id");
    if foreign != id && !foreign.is_empty() {
        kept.insert("id".to_owned(), foreign.into());
    }
}

#[cfg(test)]
mod tests;
