//! Threats with what was decided and what is done about them.

use std::fmt;

use super::cells::{self, Cell};
use super::{Maker, OWN};
use crate::borrowed::Raw;
use crate::draft::{Entry, Section, clean, one_line};
use crate::kept::keep;
use crate::vocabulary::headline;

/// Whether a field is read, or means nothing in a file.
fn is_read(key: &str) -> bool {
    matches!(key, "title" | "description" | "status" | "severity" | "mitigation" | "new")
}

/// Where a threat stands in the file, which is written out only where something is said about it.
#[derive(Clone, Copy)]
struct Place {
    cell: cells::Place,
    at: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.threats[{}]", self.cell, self.at)
    }
}

impl Maker {
    /// The threats of a cell, on things of the model.
    pub(super) fn threats(&mut self, cell: &Cell<'_>, diagram: &Raw<'_>, on: &[String]) {
        for (at, threat) in cell.threats().iter().enumerate() {
            self.threat(threat, diagram, on, Place { cell: cell.place, at });
        }
    }

    fn threat(&mut self, threat: &Raw<'_>, diagram: &Raw<'_>, on: &[String], place: Place) {
        let title = one_line(&threat.text("title"));
        let id = self.draft.id_for_name(Section::Threats, &title, "threat");
        let mut entry = Entry::new().text("title", if title.is_empty() { "A threat without a title" } else { &title }).list("on", on);
        let mut method = threat.text("modelType");
        if method.is_empty() {
            method = diagram.text("diagramType");
        }
        let kind = threat.text("type");
        let (stride, linddun) = self.labels.categories(&method, &kind);
        entry = entry.list("stride", stride).list("linddun", linddun).text("description", &threat.text("description"));
        let severity = threat.text("severity").to_lowercase();
        if matches!(severity.as_str(), "low" | "medium" | "high" | "critical") {
            entry = entry.text("severity", &severity);
        }
        let score = threat.text("score");
        let vector = score.starts_with("CVSS:").then(|| score.clone().into_owned());
        if let Some(vector) = &vector {
            entry = entry.value("scores", serde_json::json!({"cvss": vector}));
        }
        entry = self.decided(entry, threat, place);
        let mut kept = threat.rest(is_read);
        if vector.is_some() {
            kept.remove("score");
        }
        for (key, said) in [("severity", threat.text("severity")), ("status", threat.text("status"))] {
            let word = word_of(&said);
            let plain = match key {
                "severity" => matches!(word.as_str(), "low" | "medium" | "high" | "critical" | ""),
                _ => matches!(word.as_str(), "open" | "mitigated" | "notapplicable" | "na" | "accepted" | "transferred" | "avoided" | ""),
            };
            if !plain {
                kept.put(key, said.into_owned());
            }
        }
        // Version 1 has another word for the id.
        if let Some(old) = kept.remove("threatId").filter(|_| kept.get("id").is_none()) {
            kept.put("id", old);
        }
        kept.remove("hasOpenThreats");
        kept.remove("$$hashKey");
        let entry = keep(&mut self.draft, entry, OWN, kept, place);
        self.draft.add(Section::Threats, &id, entry);
    }

    /// The status, and the one text that is a mitigation, or a reason where nothing is done.
    fn decided(&mut self, entry: Entry, threat: &Raw<'_>, place: Place) -> Entry {
        let said = threat.text("status");
        let mitigation = clean(&threat.text("mitigation"));
        let status = match word_of(&said).as_str() {
            "mitigated" => "mitigated",
            "notapplicable" | "na" => "not-applicable",
            "accepted" => "accepted",
            "transferred" => "transferred",
            "avoided" | "eliminated" => "avoided",
            "open" | "" => "open",
            _ => {
                self.draft.changed(format!("the status `{said}`, which is not known, to open"), place.to_string());
                "open"
            }
        };
        let entry = if status == "open" { entry } else { entry.text("status", status) };
        if mitigation.is_empty() {
            return entry;
        }
        if !matches!(status, "open" | "mitigated") {
            return entry.text("because", &mitigation);
        }
        let (title, more) = headline(&mitigation);
        let id = self.draft.id_for_name(Section::Mitigations, &title, "mitigation");
        let done = if status == "mitigated" { "implemented" } else { "proposed" };
        let described =
            Entry::with_room(3).text("title", &title).text("description", if more { &mitigation } else { "" }).text("status", done);
        self.draft.add(Section::Mitigations, &id, described);
        entry.list("mitigations", [id])
    }
}

/// A word of the tool in the one spelling in which it is looked up.
fn word_of(said: &str) -> String {
    let mut word = said.to_lowercase();
    word.retain(|c| !matches!(c, ' ' | '_' | '-' | '/'));
    word
}
