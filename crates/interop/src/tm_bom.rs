//! Models of the OWASP Threat Model Library, also called TM-BOM, up to 1.0.2.
//!
//! Threats have no state there: controls have one, and say which threats they are against. Risks rate threats; the
//! riskiest of them rates a threat here. Published models have references that lead nowhere, which are reported.

mod things;
mod threats;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use crate::draft::{Draft, Entry, Section, one_line};
use crate::kept::{bounded, keep, rest};
use crate::read::{items, text};
use crate::{ImportError, Imported, limits};

pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-tm-bom";
/// The zone that the writer puts things into that are in none, since the format wants one.
const NO_ZONE: &str = "redan-no-zone";
/// The sections that every model has.
const REQUIRED: [&str; 8] = ["trust_zones", "trust_boundaries", "actors", "components", "data_stores", "data_sets", "data_flows", "scope"];

/// Reads a model.
///
/// # Errors
/// The bytes are no such model, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let file = limits::json(bytes)?;
    for key in REQUIRED {
        match file.get(key) {
            Some(Json::Object(_)) if key == "scope" => {}
            Some(Json::Array(_)) if key != "scope" => {}
            Some(_) => return Err(ImportError::NotTheFormat(format!("`{key}` is not what the threat model library says"))),
            None => return Err(ImportError::NotTheFormat(format!("it has no `{key}`, which every model of the library has"))),
        }
    }
    let mut maker = Maker { file: &file, draft: Draft::new(&one_line(&text(&file["scope"], "title"))), ids: Ids::default() };
    maker.head();
    maker.name_things();
    maker.zones();
    maker.data_sets();
    maker.elements();
    maker.flows();
    maker.assumptions();
    maker.personas();
    maker.controls();
    maker.threats();
    Ok(maker.draft.finish())
}

/// Our ids by symbolic names of the file, each kind of thing for itself.
#[derive(Default)]
struct Ids {
    zones: BTreeMap<String, String>,
    actors: BTreeMap<String, String>,
    components: BTreeMap<String, String>,
    stores: BTreeMap<String, String>,
    assets: BTreeMap<String, String>,
    personas: BTreeMap<String, String>,
    controls: BTreeMap<String, String>,
}

/// A model in the making.
struct Maker<'f> {
    file: &'f Json,
    draft: Draft,
    ids: Ids,
}

impl Maker<'_> {
    fn head(&mut self) {
        let scope = self.file.get("scope").unwrap_or(&Json::Null);
        self.draft.set("version", text(self.file, "version").as_ref());
        self.draft.set("description", text(self.file, "description").as_ref());
        let target = text(scope, "description");
        if !target.is_empty() {
            self.draft.set("scope", json!({"target": target}));
        }
        let read = [
            "$schema",
            "version",
            "scope",
            "description",
            "trust_zones",
            "actors",
            "components",
            "data_stores",
            "data_sets",
            "data_flows",
            "assumptions",
            "threat_personas",
            "threats",
            "controls",
        ];
        let mut kept = rest(self.file, &read);
        let more = rest(scope, &["title", "description"]);
        if !more.is_empty() {
            kept.insert("scope".to_owned(), more.into());
        }
        let zones: BTreeSet<String> = items(self.file, "trust_zones").iter().map(|zone| text(zone, "symbolic_name").into_owned()).collect();
        for (at, boundary) in items(self.file, "trust_boundaries").iter().enumerate() {
            for key in ["trust_zone_a", "trust_zone_b"] {
                let zone = text(boundary, key);
                if !zones.contains(zone.as_ref()) {
                    self.draft.dangling(format!("the zone `{zone}`"), format!("trust_boundaries[{at}].{key}"));
                }
            }
        }
        match bounded(kept.into(), 0) {
            Some(kept) => self.draft.set(OWN, kept),
            None => self.draft.dropped("data that is nested too deep", "the top of the file"),
        }
    }

    fn assumptions(&mut self) {
        for (at, assumption) in items(self.file, "assumptions").iter().enumerate() {
            let said = text(assumption, "description");
            let id = self.draft.id_for_name(Section::Assumptions, &said, "assumption");
            let status = match text(assumption, "validity").as_ref() {
                "confirmed" => "confirmed",
                "rejected" => "refuted",
                _ => "unconfirmed",
            };
            let entry =
                Entry::new().text("text", if said.is_empty() { "An assumption without a text" } else { &said }).text("status", status);
            let entry = keep(&mut self.draft, entry, OWN, rest(assumption, &["description", "validity"]), format!("assumptions[{at}]"));
            self.draft.add(Section::Assumptions, &id, entry);
        }
    }

    fn personas(&mut self) {
        for (at, persona) in items(self.file, "threat_personas").iter().enumerate() {
            let (name, title) = (text(persona, "symbolic_name").into_owned(), one_line(&text(persona, "title")));
            let id = self.draft.keep_id(Section::Attackers, &name, "attacker");
            let skill = match text(persona, "skill_level").as_ref() {
                "script_kid" => Some(1),
                "insider" => Some(2),
                "engineer" => Some(3),
                "expert_engineer" | "oc_sponsored" => Some(4),
                "state_sponsored" => Some(5),
                _ => None,
            };
            let mut entry = Entry::new().named(&id, &title).text("description", &text(persona, "description"));
            if let Some(skill) = skill {
                entry = entry.value("skill", json!(skill));
            }
            if text(persona, "skill_level") == "insider" {
                entry = entry.text("insider", "yes");
            }
            let kept = own(rest(persona, &["title", "description"]), &name, &id);
            let entry = keep(&mut self.draft, entry, OWN, kept, format!("threat_personas[{at}]"));
            self.draft.add(Section::Attackers, &id, entry);
            self.ids.personas.insert(name, id);
        }
    }
}

/// Keeps a symbolic name that is not our id.
fn own(mut kept: Map<String, Json>, name: &str, id: &str) -> Map<String, Json> {
    if name == id {
        kept.shift_remove("symbolic_name");
    }
    kept
}

#[cfg(test)]
mod tests;
