//! Threats, and the controls against them.

use serde_json::{Map, Value as Json};

use super::syntax::{Block, Body};
use super::{Maker, OWN, attribute};
use crate::draft::{Entry, Section, one_line};
use crate::kept::{keep, rest};
use crate::read::{list, scalar};
use crate::vocabulary::{headline, stride};

impl Maker {
    pub(super) fn threats(&mut self, body: &Body) {
        for block in body.blocks.iter().filter(|block| block.kind == "threat") {
            self.threat(block);
        }
    }

    fn threat(&mut self, block: &Block) {
        let body = Json::Object(block.body.attributes.clone());
        let description = attribute(&block.body, "description");
        // Before names were asked for, a threat had only its description.
        let title = if block.label.trim().is_empty() { headline(&description).0 } else { one_line(&block.label) };
        let id = self.draft.id_for_name(Section::Threats, &title, "threat");
        let mut assets = Vec::new();
        for name in list(&body, "information_asset_refs") {
            match self.assets.get(&(self.model.clone(), name.clone())) {
                Some(asset) => assets.push(asset.clone()),
                None => self.draft.dangling(format!("the asset `{name}`"), &block.place),
            }
        }
        let mut categories = Vec::new();
        for word in list(&body, "stride") {
            match stride(&word) {
                Some(category) => categories.push(category),
                None => self.draft.dropped(format!("the category `{word}`, which STRIDE does not have"), &block.place),
            }
        }
        categories.dedup();
        let mitigations = self.controls(block);
        // The format asks for a description; one that repeats the name says nothing.
        let description = if one_line(&description) == title { String::new() } else { description };
        let mut entry =
            Entry::new().text("title", &title).list("stride", categories).text("description", &description).list("assets", assets);
        let mut kept = rest(&body, &["description", "stride", "information_asset_refs", "control"]);
        if let Some(risk) = block.body.blocks.iter().find(|inner| inner.kind == "risk") {
            entry = self.risk(entry, risk, &mut kept);
        }
        if self.many {
            kept.insert("model".to_owned(), self.model.as_str().into());
        }
        let entry = keep(&mut self.draft, entry.list("mitigations", mitigations), OWN, kept, &block.place);
        self.draft.add(Section::Threats, &id, entry);
    }

    fn risk(&mut self, mut entry: Entry, risk: &Block, kept: &mut Map<String, Json>) -> Entry {
        for key in ["likelihood", "impact"] {
            let said = attribute(&risk.body, key);
            match level(&said) {
                Some(number) => entry = entry.value(key, number.into()),
                None if said.is_empty() => {}
                None => self.draft.dropped(format!("the {key} `{said}`, which is no level"), &risk.place),
            }
        }
        let severity = attribute(&risk.body, "severity").to_lowercase();
        match severity.as_str() {
            "low" | "medium" | "high" | "critical" => entry = entry.text("severity", &severity),
            "" => {}
            _ => self.draft.dropped(format!("the severity `{severity}`"), &risk.place),
        }
        let more = rest(&Json::Object(risk.body.attributes.clone()), &["likelihood", "impact", "severity"]);
        if !more.is_empty() {
            kept.insert("risk".to_owned(), more.into());
        }
        entry
    }

    /// Controls in each of the forms that the format has had.
    fn controls(&mut self, threat: &Block) -> Vec<String> {
        let mut ids = Vec::new();
        for block in &threat.body.blocks {
            match block.kind.as_str() {
                "control" | "expanded_control" | "proposed_control" => ids.push(self.control(block)),
                "risk" => {}
                other => self.draft.dropped(format!("the block `{other}`"), format!("{}, {}", threat.place, block.place)),
            }
        }
        let text = threat.body.attributes.get("control").map(scalar).unwrap_or_default();
        if !text.is_empty() {
            let (title, more) = headline(&text);
            let id = self.draft.id_for_name(Section::Mitigations, &title, "control");
            let entry = Entry::new().text("title", &title).text("description", if more { text.as_ref() } else { "" });
            let entry = keep(&mut self.draft, entry, OWN, Map::from_iter([("kind".to_owned(), "text".into())]), &threat.place);
            self.draft.add(Section::Mitigations, &id, entry);
            ids.push(id);
        }
        for import in list(&Json::Object(threat.body.attributes.clone()), "control_imports") {
            self.draft.dangling(format!("the control `{import}` of another file"), &threat.place);
        }
        ids
    }

    fn control(&mut self, block: &Block) -> String {
        let description = attribute(&block.body, "description");
        let title = if block.label.is_empty() { headline(&description).0 } else { one_line(&block.label) };
        let id = self.draft.id_for_name(Section::Mitigations, &title, "control");
        let implemented = matches!(attribute(&block.body, "implemented").as_str(), "true");
        let title = if title.is_empty() { "Control".to_owned() } else { title };
        let more = if description.trim() == title { String::new() } else { description };
        let mut entry =
            Entry::new().text("title", &title).text("description", &more).text("status", if implemented { "implemented" } else { "" });
        if let Some(reduction) = block.body.attributes.get("risk_reduction").and_then(Json::as_f64) {
            entry = entry.text("strength", super::strength(&reduction.into()));
            self.draft.changed(format!("a risk reduction of {reduction} to a word"), &block.place);
        }
        let mut kept = rest(&Json::Object(block.body.attributes.clone()), &["description", "implemented"]);
        if block.kind != "control" {
            kept.insert("kind".to_owned(), block.kind.as_str().into());
        }
        for inner in block.body.blocks.iter().filter(|inner| inner.kind == "attribute") {
            kept.insert(format!("attribute {}", inner.label), inner.body.attributes.clone().into());
        }
        let entry = keep(&mut self.draft, entry, OWN, kept, &block.place);
        self.draft.add(Section::Mitigations, &id, entry);
        id
    }

    /// A control of a library: a mitigation that no threat asks for yet.
    pub(super) fn component(&mut self, block: &Block) {
        if block.label != "control" {
            self.draft.dropped(format!("the component `{}`", block.label), &block.place);
            return;
        }
        let name = block.more.first().cloned().unwrap_or_default();
        let id = self.draft.keep_id(Section::Mitigations, &name, "control");
        let (title, more) = headline(&attribute(&block.body, "description"));
        let title = if title.is_empty() { name } else { title };
        let description = if more { attribute(&block.body, "description") } else { String::new() };
        let entry = Entry::new().text("title", &title).text("description", &description);
        let entry = self.kept(entry, &block.body, &["description"], &block.place);
        self.draft.add(Section::Mitigations, &id, entry);
    }
}

/// A level as a number from 1 to 5.
fn level(word: &str) -> Option<u8> {
    match word.to_lowercase().replace(['-', ' '], "_").as_str() {
        "very_low" | "1" => Some(1),
        "low" | "2" => Some(2),
        "medium" | "3" => Some(3),
        "high" | "4" => Some(4),
        "very_high" | "5" => Some(5),
        _ => None,
    }
}
