//! Models of pytm: the JSON that it reads, and the JSON that it writes with `--json`.
//!
//! Its model is two-valued: a control that is not true is not there, so it becomes `no`. What a class is taken to do
//! without a field that says so, such as reading files by name, is written as `unknown` and asked. Its boundaries say
//! nothing about trust, so only a name such as Internet gives one. Findings are not taken over; rules find them anew.

mod controls;
mod elements;
mod flows;
pub mod python;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use crate::draft::{Draft, Entry, Section};
use crate::read::{flag, items, list, text};
use crate::{ImportError, Imported, limits};

pub(crate) use write::onto;
pub use write::write;

/// Reads a model.
///
/// # Errors
/// The bytes are no such model, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    read_document(&limits::json(bytes)?, |_| {})
}

/// Reads a document; what was lost before it was one is listed first.
fn read_document(file: &Json, before: impl FnOnce(&mut Draft)) -> Result<Imported, ImportError> {
    if !file.is_object() || !["elements", "flows", "boundaries", "actors", "assets"].iter().any(|part| file.get(part).is_some()) {
        return Err(ImportError::NotTheFormat("it has none of the sections of a pytm model, such as `elements`".to_owned()));
    }
    let mut maker =
        Maker { file, draft: Draft::new(&text(file, "name")), zones: BTreeMap::new(), data: BTreeMap::new(), elements: BTreeMap::new() };
    before(&mut maker.draft);
    maker.head();
    maker.name_things();
    maker.boundaries();
    maker.data();
    maker.elements();
    maker.flows();
    Ok(maker.draft.finish())
}

/// A model in the making; things are named by their names in the file.
struct Maker<'f> {
    file: &'f Json,
    draft: Draft,
    zones: BTreeMap<String, String>,
    data: BTreeMap<String, String>,
    elements: BTreeMap<String, String>,
}

impl<'f> Maker<'f> {
    fn head(&mut self) {
        let file = self.file;
        self.draft.set("description", text(file, "description").as_ref());
        for assumption in items(file, "assumptions") {
            let said =
                if assumption.is_object() { text(assumption, "name").into_owned() } else { crate::read::scalar(assumption).into_owned() };
            if !said.is_empty() {
                let id = self.draft.id_for_name(Section::Assumptions, &said, "assumption");
                self.draft.add(Section::Assumptions, &id, Entry::new().text("text", &said));
            }
        }
        if !items(file, "findings").is_empty() {
            self.draft.dropped(format!("{} findings, which rules find anew", items(file, "findings").len()), "findings");
        }
        for key in ["excluded_findings", "threatsExcluded"] {
            if !items(file, key).is_empty() {
                self.draft.dropped(format!("{} findings that were left out", items(file, key).len()), key);
            }
        }
    }

    /// Elements in either form; the output lists actors and assets once more.
    fn all_elements(&self) -> Vec<&'f Json> {
        let file = self.file;
        let mut seen = BTreeSet::new();
        let lists = ["elements", "actors", "assets"].into_iter().flat_map(|key| items(file, key));
        lists.filter(|element| seen.insert(text(element, "name").into_owned())).collect()
    }

    fn name_things(&mut self) {
        for element in self.all_elements() {
            let name = text(element, "name").into_owned();
            let id = self.draft.id_for_name(Section::Elements, &name, "element");
            self.elements.insert(name, id);
        }
        for boundary in items(self.file, "boundaries") {
            let name = text(boundary, "name").into_owned();
            if !self.zones.contains_key(&name) {
                let id = self.draft.id_for_name(Section::Zones, &name, "zone");
                self.zones.insert(name, id);
            }
        }
        for data in items(self.file, "data") {
            let name = text(data, "name").into_owned();
            if !self.data.contains_key(&name) {
                let id = self.draft.id_for_name(Section::Assets, &name, "data");
                self.data.insert(name, id);
            }
        }
    }

    fn boundaries(&mut self) {
        let parents: BTreeMap<String, String> = items(self.file, "boundaries")
            .iter()
            .map(|boundary| (text(boundary, "name").into_owned(), text(boundary, "inBoundary").into_owned()))
            .collect();
        let mut done = BTreeSet::new();
        for boundary in items(self.file, "boundaries") {
            let name = text(boundary, "name").into_owned();
            let Some(id) = self.zones.get(&name).cloned().filter(|id| done.insert(id.clone())) else { continue };
            let parent = text(boundary, "inBoundary");
            let mut entry = Entry::new().named(&id, &name).text("description", &text(boundary, "description")).text("kind", "network");
            if is_outside(&name) {
                self.draft.guessed(format!("how far {name} is trusted: untrusted"), "boundaries");
                entry = entry.text("trust", "untrusted");
            }
            match self.zones.get(parent.as_ref()) {
                Some(outer) if !goes_round(&parents, &name) => entry = entry.text("in", outer),
                Some(_) => self.draft.dropped(format!("that {name} is in {parent}, which is in it"), "boundaries"),
                None if !parent.is_empty() => self.draft.dangling(format!("boundary `{parent}`"), "boundaries"),
                None => {}
            }
            self.draft.add(Section::Zones, &id, entry);
        }
    }

    fn data(&mut self) {
        let mut done = BTreeSet::new();
        for data in items(self.file, "data") {
            let name = text(data, "name").into_owned();
            let Some(id) = self.data.get(&name).cloned() else { continue };
            if !done.insert(id.clone()) {
                self.draft.dropped(format!("a second data named {name}"), "data");
                continue;
            }
            let mut classes = Vec::new();
            if flag(data, "isCredentials")
                || !matches!(word(data, "credentialsLife").as_str(), "" | "NONE")
                || data.get("lifetime").is_some()
            {
                classes.push("credentials");
            }
            if flag(data, "isPII") {
                classes.push("pii");
            }
            let entry = Entry::new().named(&id, &name).text("description", &text(data, "description")).value("data", json!(classes));
            let entry = entry.text("confidentiality", confidentiality(&word(data, "classification")));
            self.draft.add(
                Section::Assets,
                &id,
                extras(
                    entry,
                    data,
                    &["format", "credentialsLife", "lifetime", "isStored", "isDestEncryptedAtRest", "isSourceEncryptedAtRest", "traverses"],
                ),
            );
        }
    }

    /// Our id of a zone by its name; what is not in the file is a loss.
    fn zone(&mut self, name: &str, place: &str) -> Option<String> {
        let found = self.zones.get(name).cloned();
        if found.is_none() && !name.is_empty() {
            self.draft.dangling(format!("boundary `{name}`"), place);
        }
        found
    }

    /// Our ids of the data that a list names.
    fn data_of(&mut self, holder: &Json, place: &str) -> Vec<String> {
        let mut ids = Vec::new();
        for name in list(holder, "data") {
            match self.data.get(&name) {
                Some(id) if !ids.contains(id) => ids.push(id.clone()),
                Some(_) => {}
                None => self.draft.dangling(format!("data `{name}`"), place),
            }
        }
        ids
    }
}

/// A member of an enumeration, which the output writes with its class before it.
fn word(thing: &Json, key: &str) -> String {
    let value = text(thing, key);
    value.rsplit('.').next().unwrap_or_default().to_owned()
}

fn confidentiality(word: &str) -> &'static str {
    match word {
        "PUBLIC" | "1" => "none",
        "RESTRICTED" | "2" => "medium",
        "SENSITIVE" | "3" => "high",
        "SECRET" | "TOP_SECRET" | "4" | "5" => "critical",
        _ => "",
    }
}

fn is_outside(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("internet") || name.contains("untrusted") || name == "public"
}

/// Whether the way up from a boundary comes back to it.
fn goes_round(parents: &BTreeMap<String, String>, name: &str) -> bool {
    let mut at = name;
    for _ in 0..=parents.len() {
        match parents.get(at) {
            Some(parent) if parent == name => return true,
            Some(parent) if !parent.is_empty() => at = parent,
            _ => return false,
        }
    }
    true
}

/// What has no field in our language and is kept as it is.
fn extras(entry: Entry, thing: &Json, keys: &[&str]) -> Entry {
    let worth = |value: &Json| match value {
        Json::Null | Json::Bool(false) => false,
        Json::String(text) => !text.is_empty() && !text.ends_with(".NONE") && !text.ends_with(".UNKNOWN"),
        Json::Number(number) => number.as_i64() != Some(-1),
        Json::Array(items) => !items.is_empty(),
        Json::Object(entries) => !entries.is_empty(),
        Json::Bool(true) => true,
    };
    let kept: Map<String, Json> = keys
        .iter()
        .filter_map(|key| thing.get(*key).filter(|value| worth(value)).map(|value| ((*key).to_owned(), value.clone())))
        .collect();
    if kept.is_empty() { entry } else { entry.value("x-pytm", json!(kept)) }
}

#[cfg(test)]
mod tests;
