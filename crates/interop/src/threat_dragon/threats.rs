//! Threats with what was decided and what is done about them.

use std::fmt;

use redan_model::canonical::Long;
use redan_model::lang::cvss::Vector;

use super::labels::Labels;
use super::{Maker, OWN, cells};
use crate::borrowed::Raw;
use crate::draft::{Entry, Section, clean, one_line, wish};
use crate::kept::keep;
use crate::vocabulary::headline;

/// Whether a field is read, or means nothing in a file.
fn is_read(key: &str) -> bool {
    matches!(key, "title" | "description" | "status" | "severity" | "mitigation" | "new")
}

/// Where a threat stands in the file, which is written out only where something is said about it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) cell: cells::Place,
    pub(super) at: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.threats[{}]", self.cell, self.at)
    }
}

/// A threat with everything but ids, which depend on those that were given before.
pub(super) struct Threat {
    said: Wished,
    /// What is done about it.
    mitigation: Option<Wished>,
    /// What has no word in our language.
    kept: Long<'static>,
    /// What is not taken over as it is said.
    changed: Vec<String>,
}

/// An entry, and the id that it wishes for.
struct Wished {
    id: String,
    entry: Entry,
}

impl Threat {
    /// Reads a threat of a diagram that is of a method.
    pub(super) fn read(threat: &Raw<'_>, method: &str, labels: &mut Labels) -> Self {
        let title = one_line(&threat.text("title"));
        let mut entry = Entry::with_room(8).text("title", if title.is_empty() { "A threat without a title" } else { &title });
        let own_method = threat.text("modelType");
        let method = if own_method.is_empty() { method } else { &own_method };
        let (stride, linddun) = labels.categories(method, &threat.text("type"));
        entry = entry.list("stride", stride).list("linddun", linddun).text("description", &threat.text("description"));
        let severity = threat.text("severity").to_lowercase();
        if matches!(severity.as_str(), "low" | "medium" | "high" | "critical") {
            entry = entry.text("severity", &severity);
        }
        let score = threat.text("score");
        let mut changed = Vec::new();
        let vector = score.starts_with("CVSS:").then(|| Vector::parse(&score));
        match &vector {
            Some(Ok(_)) => entry = entry.value("scores", serde_json::json!({"cvss": score})),
            Some(Err(fault)) => changed.push(format!(
                "the score `{score}`, which cannot be read as a vector ({}), to what is kept for Threat Dragon",
                fault.message
            )),
            None => {}
        }
        let said = threat.text("status");
        let status = status(&said);
        if status.is_none() {
            changed.push(format!("the status `{said}`, which is not known, to open"));
        }
        let (entry, mitigation) = decided(entry, status.unwrap_or("open"), &clean(&threat.text("mitigation")));
        Self {
            said: Wished { id: wish(&title, "threat"), entry },
            mitigation,
            kept: kept(threat, vector.is_some_and(|vector| vector.is_ok())),
            changed,
        }
    }
}

impl Maker {
    /// Puts a threat on things of the model.
    pub(super) fn threat(&mut self, threat: Threat, on: &[impl AsRef<str>], place: Place) {
        let Threat { said: Wished { id, mut entry }, mitigation, kept, changed } = threat;
        let id = self.draft.id_for_wish(Section::Threats, id);
        entry = entry.list("on", on);
        for what in changed {
            self.draft.changed(what, place.to_string());
        }
        if let Some(Wished { id, entry: described }) = mitigation {
            let id = self.draft.id_for_wish(Section::Mitigations, id);
            self.draft.add(Section::Mitigations, &id, described);
            entry = entry.list("mitigations", [id]);
        }
        let entry = keep(&mut self.draft, entry, OWN, kept, place);
        self.draft.add(Section::Threats, &id, entry);
    }
}

/// The status that a word of the tool stands for, if it is known.
fn status(said: &str) -> Option<&'static str> {
    Some(match word_of(said).as_str() {
        "mitigated" => "mitigated",
        "notapplicable" | "na" => "not-applicable",
        "accepted" => "accepted",
        "transferred" => "transferred",
        "avoided" | "eliminated" => "avoided",
        "open" | "" => "open",
        _ => return None,
    })
}

/// The status, and the one text that is a mitigation, or a reason where nothing is done.
fn decided(entry: Entry, status: &str, mitigation: &str) -> (Entry, Option<Wished>) {
    let entry = if status == "open" { entry } else { entry.text("status", status) };
    if !matches!(status, "open" | "mitigated") {
        return (entry.text("because", mitigation), None);
    }
    if mitigation.is_empty() {
        return (entry, None);
    }
    let (title, more) = headline(mitigation);
    let done = if status == "mitigated" { "implemented" } else { "proposed" };
    let described = Entry::with_room(3).text("title", &title).text("description", if more { mitigation } else { "" }).text("status", done);
    (entry, Some(Wished { id: wish(&title, "mitigation"), entry: described }))
}

/// What has no word in our language.
fn kept(threat: &Raw<'_>, score_is_read: bool) -> Long<'static> {
    let mut kept = threat.rest(is_read);
    if score_is_read {
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
    kept
}

/// A word of the tool in the one spelling in which it is looked up.
fn word_of(said: &str) -> String {
    let mut word = said.to_lowercase();
    word.retain(|c| !matches!(c, ' ' | '_' | '-' | '/'));
    word
}
