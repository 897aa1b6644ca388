//! Models of Threagile, as its releases up to 0.9.1 and its later versions write them: YAML, or the same as JSON.
//!
//! The format lists everything: each fact about an asset or a link has a value, and what is not drawn is not there.
//! So facts become traits and controls, `no` included, and few questions are left. `includes` are never followed.

mod elements;
mod facts;
mod links;
mod onto;
mod rest;
mod risks;
mod words;
mod write;
mod zones;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::draft::{Draft, Entry, Section};
use crate::read::{entries, list, text, without_tags};
use crate::{ImportError, Imported, limits};

pub(crate) use onto::onto;
pub use write::write;

/// The name of the tool in the counterparts of rules.
const TOOL: &str = "threagile";

/// Reads a model with the risks that were found by hand and what was decided about the others.
///
/// # Errors
/// The bytes are no such model, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let file = limits::yaml(bytes)?;
    let parts = ["technical_assets", "data_assets", "trust_boundaries", "threagile_version", "includes"];
    if !parts.iter().any(|part| file.get(part).is_some()) {
        return Err(ImportError::NotTheFormat("it has none of the sections of a Threagile model, such as `technical_assets`".to_owned()));
    }
    let mut maker = Maker::new(&file);
    maker.head();
    maker.data_assets();
    maker.name_things();
    maker.zones();
    maker.elements();
    maker.flows();
    maker.absences();
    maker.risks();
    maker.decisions();
    Ok(maker.draft.finish())
}

/// A model in the making, and what the file names by ids of its own.
struct Maker<'f> {
    file: &'f Json,
    draft: Draft,
    /// Ids of assets by their id in the file.
    data: BTreeMap<String, String>,
    /// Ids of elements by their id in the file.
    elements: BTreeMap<String, String>,
    /// Technical assets by their id in the file.
    assets: BTreeMap<String, &'f Json>,
    /// Titles of technical assets by their id in the file.
    titles: BTreeMap<String, &'f str>,
    /// Ids of zones by their id in the file.
    zones: BTreeMap<String, String>,
    /// Zones of an element, by its id in the file; the first is the box that is drawn.
    places: BTreeMap<String, Vec<String>>,
    /// Links in the order of the file.
    links: Vec<links::Link<'f>>,
}

impl<'f> Maker<'f> {
    fn new(file: &'f Json) -> Self {
        Self {
            file,
            draft: Draft::new(&without_tags(&text(file, "title"))),
            data: BTreeMap::new(),
            elements: BTreeMap::new(),
            assets: BTreeMap::new(),
            titles: BTreeMap::new(),
            zones: BTreeMap::new(),
            places: BTreeMap::new(),
            links: Vec::new(),
        }
    }

    fn data_assets(&mut self) {
        let file = self.file;
        for (title, asset) in entries(file, "data_assets") {
            let foreign = id_of(asset, title);
            let id = self.draft.keep_id(Section::Assets, &foreign, "data");
            let description = without_tags(&text(asset, "description"));
            let classes = words::classes(&format!("{title} {description}"));
            let what = if classes.is_empty() { "nothing that its words hint at".to_owned() } else { classes.join(", ") };
            self.draft.guessed(format!("what kind of data {title} is: {what}"), format!("data_assets.{title}.description"));
            let mut entry =
                described(Entry::new().named(&id, title), asset).text("owner", &text(asset, "owner")).value("data", classes.into());
            entry = self.level(entry, asset, "confidentiality", title);
            entry = self.level(entry, asset, "integrity", title);
            entry = self.level(entry, asset, "availability", title);
            entry = extras(entry.list("tags", tags(asset)), asset, &["usage", "origin", "quantity", "justification_cia_rating"]);
            self.draft.add(Section::Assets, &id, entry);
            self.draft.made_from(Section::Assets, &id, format!("data_assets\n{title}"));
            self.data.insert(foreign, id);
        }
    }

    fn level(&mut self, entry: Entry, asset: &Json, key: &'static str, title: &str) -> Entry {
        let word = text(asset, key);
        let level = if key == "confidentiality" { words::confidentiality(&word) } else { words::criticality(&word) };
        match level {
            Some(level) => entry.text(key, level),
            None => {
                if !word.is_empty() {
                    self.draft.dropped(format!("`{word}`, which is no level of {key}"), format!("data_assets.{title}.{key}"));
                }
                entry
            }
        }
    }

    /// Gives every technical asset, link and boundary its id, so that they can name each other.
    fn name_things(&mut self) {
        let file = self.file;
        for (title, asset) in entries(file, "technical_assets") {
            let foreign = id_of(asset, title);
            let id = self.draft.keep_id(Section::Elements, &foreign, "asset");
            self.elements.insert(foreign.clone(), id);
            self.titles.insert(foreign.clone(), title);
            self.assets.insert(foreign, asset);
        }
        for (title, asset) in entries(file, "technical_assets") {
            self.name_links(&id_of(asset, title), asset);
        }
        for (title, boundary) in entries(file, "trust_boundaries") {
            let foreign = id_of(boundary, title);
            let id = self.draft.keep_id(Section::Zones, &foreign, "zone");
            self.zones.insert(foreign, id);
        }
    }

    /// Our ids of data that a list of the file names; what is not in the file is a loss.
    fn assets_of(&mut self, holder: &Json, key: &str, place: &str) -> Vec<String> {
        let mut ids = Vec::new();
        for name in list(holder, key) {
            match self.data.get(&name) {
                Some(id) if !ids.contains(id) => ids.push(id.clone()),
                Some(_) => {}
                None => self.draft.dangling(format!("data `{name}`"), format!("{place}.{key}")),
            }
        }
        ids
    }

    /// Our id of a technical asset. Names in boundaries are in lower case whatever the asset's are.
    fn element(&self, foreign: &str) -> Option<(&str, &str)> {
        let exact = self.elements.get_key_value(foreign);
        let found = exact.or_else(|| self.elements.iter().find(|(known, _)| known.eq_ignore_ascii_case(foreign)));
        found.map(|(foreign, id)| (foreign.as_str(), id.as_str()))
    }

    /// Whether an asset with one of these technologies is drawn.
    fn draws(&self, technologies: &[&str]) -> bool {
        self.assets.values().any(|asset| technologies_of(asset).iter().any(|tech| technologies.contains(&tech.as_str())))
    }
}

/// The id of a thing in the file, or its title.
fn id_of(thing: &Json, title: &str) -> String {
    let id = text(thing, "id");
    if id.is_empty() { title.trim().to_owned() } else { id.into_owned() }
}

/// The technologies of an asset in the spelling of either version.
fn technologies_of(asset: &Json) -> Vec<String> {
    let mut all = list(asset, "technology");
    all.extend(list(asset, "technologies"));
    all.retain(|tech| tech != "unknown-technology");
    all
}

fn tags(thing: &Json) -> Vec<String> {
    list(thing, "tags").into_iter().map(|tag| tag.to_lowercase()).collect()
}

/// The description of a thing, unless it only repeats its name.
fn described(entry: Entry, thing: &Json) -> Entry {
    entry.text("description", &without_tags(&text(thing, "description")))
}

/// What has no field in our language and is kept as it is.
fn extras(entry: Entry, thing: &Json, keys: &[&str]) -> Entry {
    let kept: Map<String, Json> = keys.iter().filter_map(|key| Some(((*key).to_owned(), kept(thing.get(*key)?)?))).collect();
    if kept.is_empty() { entry } else { entry.value("x-threagile", kept.into()) }
}

fn kept(value: &Json) -> Option<Json> {
    match value {
        Json::Null | Json::Bool(false) => None,
        Json::String(text) => Some(without_tags(text)).filter(|text| !text.is_empty()).map(Json::from),
        Json::Array(items) if items.is_empty() => None,
        Json::Object(entries) if entries.is_empty() => None,
        other => Some(other.clone()),
    }
}

#[cfg(test)]
mod tests;
