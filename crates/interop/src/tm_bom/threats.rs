//! Threats, what they are rated, and the controls against them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::{Maker, OWN, own};
use crate::draft::{Entry, Section, one_line};
use crate::kept::{keep, rest};
use crate::read::{items, list, text};

impl Maker<'_> {
    pub(super) fn controls(&mut self) {
        for (at, control) in items(self.file, "controls").iter().enumerate() {
            let name = text(control, "symbolic_name").into_owned();
            let id = self.draft.keep_id(Section::Mitigations, &name, "control");
            let title = one_line(&text(control, "title"));
            let said = text(control, "status");
            let entry = Entry::new().text("title", if title.is_empty() { &name } else { &title });
            let entry = entry.text("description", &text(control, "description")).text("status", status(&said));
            let mut kept = own(rest(control, &["title", "description", "threats", "status"]), &name, &id);
            if word(status(&said)) != said {
                kept.insert("status".to_owned(), said.as_ref().into());
            }
            let entry = keep(&mut self.draft, entry, OWN, kept, format!("controls[{at}]"));
            self.draft.add(Section::Mitigations, &id, entry);
            self.ids.controls.insert(name, id);
        }
    }

    pub(super) fn threats(&mut self) {
        let known: BTreeSet<String> = items(self.file, "threats").iter().map(|threat| text(threat, "symbolic_name").into_owned()).collect();
        let mut against: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (at, control) in items(self.file, "controls").iter().enumerate() {
            let Some(id) = self.ids.controls.get(text(control, "symbolic_name").as_ref()).cloned() else { continue };
            for threat in list(control, "threats") {
                if known.contains(&threat) {
                    against.entry(threat).or_default().push(id.clone());
                } else {
                    self.draft.dangling(format!("the threat `{threat}`"), format!("controls[{at}].threats"));
                }
            }
        }
        let mut risks: BTreeMap<String, &Json> = BTreeMap::new();
        for (at, risk) in items(self.file, "risks").iter().enumerate() {
            for threat in list(risk, "threats") {
                if !known.contains(&threat) {
                    self.draft.dangling(format!("the threat `{threat}`"), format!("risks[{at}].threats"));
                    continue;
                }
                let score = |risk: &Json| risk.get("score").and_then(Json::as_i64).unwrap_or_default();
                match risks.get(&threat) {
                    Some(before) if score(before) >= score(risk) => {}
                    _ => {
                        risks.insert(threat, risk);
                    }
                }
            }
        }
        for (at, threat) in items(self.file, "threats").iter().enumerate() {
            let name = text(threat, "symbolic_name").into_owned();
            let controls = against.remove(&name).unwrap_or_default();
            self.threat(threat, &name, controls, risks.get(&name).copied(), &format!("threats[{at}]"));
        }
    }

    fn threat(&mut self, threat: &Json, name: &str, controls: Vec<String>, risk: Option<&Json>, place: &str) {
        let id = self.draft.keep_id(Section::Threats, name, "threat");
        let title = one_line(&text(threat, "title"));
        let mut on = Vec::new();
        for thing in list(threat, "components_affected") {
            let ids = [&self.ids.components, &self.ids.stores, &self.ids.actors];
            match ids.iter().find_map(|ids| ids.get(&thing)) {
                Some(id) => on.push(id.clone()),
                None => self.draft.dangling(format!("the component `{thing}`"), format!("{place}.components_affected")),
            }
        }
        let persona = text(threat, "threat_persona");
        if !persona.is_empty() && !self.ids.personas.contains_key(persona.as_ref()) {
            self.draft.dangling(format!("the persona `{persona}`"), format!("{place}.threat_persona"));
        }
        let mut entry = Entry::new().text("title", if title.is_empty() { name } else { &title }).list("on", on);
        entry = entry.text("description", &text(threat, "description")).text("source", &persona).text("action", &text(threat, "event"));
        if let Some(risk) = risk {
            for (key, words) in [("likelihood", LIKELIHOOD), ("impact", IMPACT)] {
                if let Some(rating) = words.iter().position(|word| *word == text(risk, key)) {
                    entry = entry.value(key, json!(rating + 1));
                }
            }
            let level = text(risk, "level");
            entry = entry.text("severity", band(&level));
        }
        entry = entry.list("mitigations", controls);
        let mut references = Map::new();
        for (key, id, list) in [("weaknesses", "cwe_id", "cwe"), ("attack_mechanisms", "capec_id", "capec")] {
            let ids: Vec<i64> = items(threat, key).iter().filter_map(|item| item.get(id)?.as_i64()).collect();
            if !ids.is_empty() {
                references.insert(list.to_owned(), ids.into());
            }
        }
        if !references.is_empty() {
            entry = entry.value("references", references.into());
        }
        let kept = own(rest(threat, &["title", "description", "event", "threat_persona", "components_affected"]), name, &id);
        let entry = keep(&mut self.draft, entry, OWN, kept, place);
        self.draft.add(Section::Threats, &id, entry);
    }
}

/// Words for a likelihood, from 1 to 5.
pub(super) const LIKELIHOOD: [&str; 5] = ["rare", "unlikely", "possible", "likely", "certain"];
/// Words for an impact, from 1 to 5.
pub(super) const IMPACT: [&str; 5] = ["negligible", "minor", "moderate", "major", "severe"];

/// The state of a mitigation for that of a control. One that is assumed counts as there, as assumptions do.
pub(super) fn status(word: &str) -> &'static str {
    match word {
        "active" | "assumed" => "implemented",
        "approved" | "scheduled" => "planned",
        "retired" | "wont_do" => "rejected",
        _ => "proposed",
    }
}

/// The state of a control for that of a mitigation.
pub(super) fn word(status: &str) -> &'static str {
    match status {
        "implemented" => "active",
        "planned" => "approved",
        "in-progress" => "scheduled",
        "rejected" => "wont_do",
        _ => "suggested",
    }
}

fn band(level: &str) -> &'static str {
    match level {
        "very_low" | "low" => "low",
        "medium" => "medium",
        "high" => "high",
        "very_high" | "critical" => "critical",
        _ => "",
    }
}
