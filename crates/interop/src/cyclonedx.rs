//! Threat models in CycloneDX 2.0, whose specification is not final: blueprints, threats, risks and controls.
//!
//! What the specification forbids is an error here, so that a wrong file is not taken for a poor one. Experimental:
//! the reader follows the specification as it moves.

mod blueprint;
mod check;
mod threats;
mod trees;
mod write;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::draft::{Draft, Section, one_line};
use crate::kept::{bounded, rest};
use crate::read::{items, text};
use crate::vocabulary::is_opaque;
use crate::{ImportError, Imported, limits};

pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-cyclonedx";
/// What the names of properties of ours begin with.
const PROPERTY: &str = "redan:";
/// The property of a flow that is known to carry no data.
const NOTHING: &str = "nothing";

/// Reads a model.
///
/// # Errors
/// The bytes are no such model, break the specification, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let file = limits::json(bytes)?;
    let version = text(&file, "specVersion");
    if text(&file, "specFormat") != "CycloneDX" || !version.starts_with("2.") {
        return Err(ImportError::NotTheFormat("it is not CycloneDX 2 (`specFormat` and `specVersion` say so)".to_owned()));
    }
    check::check(&file)?;
    let mut maker = Maker::new(&file);
    maker.head();
    for number in 0..items(&file, "blueprints").len() {
        maker.name_blueprint(number);
    }
    for number in 0..items(&file, "blueprints").len() {
        maker.blueprint(number);
    }
    maker.controls();
    maker.trees();
    maker.threats();
    Ok(maker.draft.finish())
}

/// A model in the making; everything is named by its `bom-ref`, which is unique in a file.
struct Maker<'f> {
    file: &'f Json,
    draft: Draft,
    zones: BTreeMap<String, String>,
    elements: BTreeMap<String, String>,
    /// Elements that stand for all of a zone at which flows end, by the zone's `bom-ref`.
    wholes: BTreeMap<String, String>,
    assets: BTreeMap<String, String>,
    flows: BTreeMap<String, String>,
    /// Ids of assets by what a flow calls its data.
    data: BTreeMap<String, String>,
    mitigations: BTreeMap<String, String>,
    threats: BTreeMap<String, String>,
    /// What is encrypted where: by stores, the data sets and whether each is encrypted there.
    placed: BTreeMap<String, Vec<(String, Option<bool>)>>,
    /// Components, parties and requirements by their `bom-ref`.
    others: BTreeMap<String, &'f Json>,
}

impl<'f> Maker<'f> {
    fn new(file: &'f Json) -> Self {
        let subject =
            file.get("metadata").and_then(|metadata| metadata.get("component")).map(|component| one_line(&text(component, "name")));
        let first = items(file, "blueprints").first().map(|blueprint| one_line(&text(blueprint, "name")));
        let mut others = BTreeMap::new();
        let lists = [("", "components"), ("", "parties"), ("", "services"), ("definitions", "requirements")];
        for (holder, key) in lists {
            let holder = if holder.is_empty() { Some(file) } else { file.get(holder) };
            for thing in holder.map(|holder| items(holder, key)).unwrap_or_default() {
                others.insert(text(thing, "bom-ref").into_owned(), thing);
            }
        }
        Self {
            file,
            draft: Draft::new(&subject.or(first).unwrap_or_default()),
            zones: BTreeMap::new(),
            elements: BTreeMap::new(),
            wholes: BTreeMap::new(),
            assets: BTreeMap::new(),
            flows: BTreeMap::new(),
            data: BTreeMap::new(),
            mitigations: BTreeMap::new(),
            threats: BTreeMap::new(),
            placed: BTreeMap::new(),
            others,
        }
    }

    fn head(&mut self) {
        let described = items(self.file, "blueprints").first().map(|blueprint| text(blueprint, "description")).unwrap_or_default();
        self.draft.set("description", described.as_ref());
        let mut kept = rest(self.file, &["blueprints", "controls", "threats", "specFormat", "specVersion"]);
        let blueprints: Vec<Json> = items(self.file, "blueprints")
            .iter()
            .map(|blueprint| {
                let read = ["zones", "assets", "actors", "dataStores", "dataSets", "flows", "assumptions"];
                Json::Object(rest(blueprint, &read))
            })
            .collect();
        if !blueprints.is_empty() {
            kept.insert("blueprints".to_owned(), blueprints.into());
        }
        let threats = self.file.get("threats").map(|threats| rest(threats, &["threats", "attackTrees"])).unwrap_or_default();
        if !threats.is_empty() {
            kept.insert("threats".to_owned(), threats.into());
        }
        match bounded(kept.into(), 0) {
            Some(kept) => self.draft.set(OWN, kept),
            None => self.draft.dropped("data that is nested too deep", "the top of the file"),
        }
    }

    /// Our id of a thing: its reference, unless that says nothing to people.
    fn id_for(&mut self, section: Section, reference: &str, name: &str, otherwise: &str) -> String {
        if is_opaque(reference) || !redan_model::lang::is_id(reference) || reference.len() > limits::MAX_ID_LENGTH {
            self.draft.id_for_name(section, name, otherwise)
        } else {
            self.draft.keep_id(section, reference, otherwise)
        }
    }
}

/// The name of a party: a person, a persona, an organisation, or one that is named by a reference.
fn party(value: &Json, others: &BTreeMap<String, &Json>) -> String {
    let found = value.as_str().map_or(value, |reference| others.get(reference).copied().unwrap_or(value));
    if let Some(reference) = found.as_str() {
        return one_line(reference);
    }
    let named = [("person", "name"), ("persona", "archetype"), ("persona", "name"), ("organization", "name"), ("system", "name")];
    let parts = named.iter().filter_map(|(part, key)| found.get(*part).map(|part| one_line(&text(part, key))));
    parts.chain([one_line(&text(found, "name"))]).find(|name| !name.is_empty()).unwrap_or_default()
}

/// Keeps a reference that is not our id.
fn own(mut kept: Map<String, Json>, reference: &str, id: &str) -> Map<String, Json> {
    if reference == id {
        kept.shift_remove("bom-ref");
    }
    kept
}

#[cfg(test)]
mod tests;
