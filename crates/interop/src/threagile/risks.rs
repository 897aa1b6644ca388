//! Risks that were found by hand as threats, and what was decided about those that the tool found.

use serde_json::Value as Json;

use super::{Maker, TOOL, id_of, words};
use crate::Decision;
use crate::draft::{Entry, Section};
use crate::read::{entries, items, text, without_tags};

/// The things that a risk may be about, in the order in which they stand in its id.
pub(super) const ABOUT: [&str; 5] = [
    "most_relevant_data_asset",
    "most_relevant_technical_asset",
    "most_relevant_communication_link",
    "most_relevant_trust_boundary",
    "most_relevant_shared_runtime",
];

impl Maker<'_> {
    /// Categories and risks that the team added. Earlier versions have a mapping by title, later ones a list.
    pub(super) fn risks(&mut self) {
        let file = self.file;
        for key in ["individual_risk_categories", "custom_risk_categories"] {
            for (title, category) in entries(file, key) {
                self.category(key, title, category);
            }
            for category in items(file, key) {
                let title = text(category, "title").into_owned();
                self.category(key, &title, category);
            }
        }
    }

    fn category(&mut self, key: &str, title: &str, category: &Json) {
        let id = id_of(category, title);
        let mitigation = self.mitigation(&id, category);
        for (risk_title, risk) in entries(category, "risks_identified") {
            self.risk([key, &id, title, risk_title], category, risk, mitigation.as_deref());
        }
    }

    /// What the category says is to be done.
    fn mitigation(&mut self, category: &str, said: &Json) -> Option<String> {
        let (action, how, check) = (text(said, "action"), text(said, "mitigation"), text(said, "check"));
        let title = [action.as_ref(), how.as_ref()].into_iter().find(|text| !text.is_empty()).map(without_tags)?;
        let id = self.draft.keep_id(Section::Mitigations, category, "mitigation");
        let entry = Entry::new().text("title", &title).text("description", &without_tags(&how)).text("acceptance", &without_tags(&check));
        self.draft.add(Section::Mitigations, &id, entry.text("status", "proposed"));
        Some(id)
    }

    fn risk(&mut self, [key, category, category_title, title]: [&str; 4], said: &Json, risk: &Json, mitigation: Option<&str>) {
        let keys = [key, category_title, "risks_identified", title].join("\n");
        let place = keys.replace('\n', ".");
        let mut about = Vec::new();
        let mut parts = Vec::new();
        for key in ABOUT {
            let foreign = text(risk, key);
            if foreign.is_empty() {
                continue;
            }
            parts.push(foreign.clone().into_owned());
            match self.ours(&foreign) {
                Some(id) => about.push(id),
                None => self.draft.dangling(format!("`{foreign}`, which a risk is about"), format!("{place}.{key}")),
            }
        }
        let subject = about.first().cloned().unwrap_or_default();
        let id = self.draft.id_for_name(Section::Threats, &format!("{category}-{subject}"), "risk");
        let severity = text(risk, "severity");
        if severity == "elevated" {
            self.draft.changed("the severity `elevated`, which is between medium and high, to high", format!("{place}.severity"));
        }
        let mut entry = Entry::new().text("title", &without_tags(title)).list("on", about).list("stride", stride(&text(said, "stride")));
        entry = entry.text("description", &without_tags(&text(said, "description"))).text("effect", &without_tags(&text(said, "impact")));
        entry = entry.value("likelihood", words::likelihood(&text(risk, "exploitation_likelihood")).into());
        entry = entry.value("impact", words::impact(&text(risk, "exploitation_impact")).into());
        entry = entry.text("severity", words::band(&severity)).list("mitigations", mitigation);
        entry = self.tracked(entry, category, &parts);
        if let Ok(cwe) = text(said, "cwe").parse::<u32>() {
            entry = entry.value("references", serde_json::json!({"cwe": [cwe]}));
        }
        entry = entry.list("tags", [format!("{TOOL}:{category}")]).value("x-threagile", as_it_is(category_title, title, said, risk));
        self.draft.made_from(Section::Threats, &id, keys);
        self.draft.add(Section::Threats, &id, entry);
    }

    /// What was decided about a risk that was found by hand.
    fn tracked(&self, entry: Entry, category: &str, parts: &[String]) -> Entry {
        let synthetic = format!("{category}@{}", parts.join("@"));
        let tracking = entries(self.file, "risk_tracking").filter(|(key, _)| fits(key, &synthetic));
        let Some((_, said)) = tracking.max_by_key(|(key, _)| key.chars().filter(|c| *c != '*').count()) else { return entry };
        let Some(status) = words::status(&text(said, "status")) else { return entry };
        let entry = entry.text("status", status).text("because", &because(said)).text("owner", &text(said, "checked_by"));
        if status == "accepted" { entry.text("until", &year_after(&text(said, "date"))) } else { entry }
    }

    /// The id in our model of something that the file names.
    fn ours(&self, foreign: &str) -> Option<String> {
        let link = self.links.iter().find(|link| link.foreign == foreign).map(|link| link.id.clone());
        let element = || self.element(foreign).map(|(_, id)| id.to_owned());
        link.or_else(element).or_else(|| self.zones.get(foreign).cloned()).or_else(|| self.data.get(foreign).cloned())
    }

    /// What was decided about risks that the tool found.
    pub(super) fn decisions(&mut self) {
        let by_hand: Vec<String> = self.categories();
        let file = self.file;
        for (key, said) in entries(file, "risk_tracking") {
            let (rule, about) = key.split_once('@').unwrap_or((key, ""));
            let place = format!("risk_tracking.{key}");
            if by_hand.iter().any(|category| category == rule) {
                continue;
            }
            let Some(status) = words::status(&text(said, "status")) else {
                if text(said, "status") != "unchecked" {
                    self.draft.dropped(format!("the status `{}`", text(said, "status")), place);
                }
                continue;
            };
            let parts = about.split('@').filter(|part| !part.is_empty()).map(|part| self.part(part)).collect();
            let until = if status == "accepted" { year_after(&text(said, "date")) } else { String::new() };
            if status == "accepted" {
                self.draft.guessed("that the acceptance holds for one year", place);
            }
            let owner = text(said, "checked_by").into_owned();
            let (rule, key) = (rule.to_owned(), key.to_owned());
            self.draft.decided(Decision { tool: TOOL, rule, parts, key, status, because: because(said), owner, until });
        }
    }

    /// A part of a risk's id with our id, or as a pattern over our ids.
    fn part(&self, part: &str) -> String {
        if part.contains('*') { part.replace('>', "-") } else { self.ours(part).unwrap_or_else(|| part.to_owned()) }
    }

    fn categories(&self) -> Vec<String> {
        let mapped = entries(self.file, "individual_risk_categories").map(|(title, category)| id_of(category, title));
        let listed = items(self.file, "custom_risk_categories").iter().map(|category| id_of(category, ""));
        let mapped: Vec<String> =
            mapped.chain(entries(self.file, "custom_risk_categories").map(|(title, category)| id_of(category, title))).collect();
        let old = items(self.file, "individual_risk_categories").iter().map(|category| id_of(category, ""));
        mapped.into_iter().chain(listed).chain(old).collect()
    }
}

/// A risk with its category in the words of the file, for what our language has no words for.
fn as_it_is(category_title: &str, title: &str, said: &Json, risk: &Json) -> Json {
    let mut category = said.as_object().cloned().unwrap_or_default();
    category.remove("risks_identified");
    category.insert("title".to_owned(), category_title.into());
    let risk: serde_json::Map<String, Json> = risk
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| crate::kept::is_something(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    serde_json::json!({"category": category, "title": title, "risk": risk})
}

/// Whether the id of a risk fits one that may have `*` for anything but `@`.
fn fits(pattern: &str, id: &str) -> bool {
    let (patterns, parts): (Vec<&str>, Vec<&str>) = (pattern.split('@').collect(), id.split('@').collect());
    patterns.len() == parts.len() && patterns.iter().zip(&parts).all(|(pattern, part)| *pattern == "*" || pattern == part)
}

/// The reason for a decision, with its ticket and day.
pub(super) fn because(said: &Json) -> String {
    let mut reason = without_tags(&text(said, "justification"));
    if reason.is_empty() {
        reason = format!("{} in Threagile", text(said, "status"));
    }
    let (ticket, date) = (text(said, "ticket"), text(said, "date"));
    let notes: Vec<String> =
        [("in progress", text(said, "status") == "in-progress"), ("in discussion", text(said, "status") == "in-discussion")]
            .into_iter()
            .filter(|(_, is)| *is)
            .map(|(word, _)| word.to_owned())
            .chain([ticket, date].into_iter().filter(|text| !text.is_empty()).map(std::borrow::Cow::into_owned))
            .collect();
    if notes.is_empty() { reason } else { format!("{reason} ({})", notes.join(", ")) }
}

/// The day one year later; nothing if it is no day.
fn year_after(date: &str) -> String {
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts[..] else { return String::new() };
    let numbers = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    let Ok(next) = year.parse::<u32>().map(|year| year + 1) else { return String::new() };
    if !numbers(year, 4) || !numbers(month, 2) || !numbers(day, 2) || next > 9999 {
        return String::new();
    }
    let day = if (month, day) == ("02", "29") { "28" } else { day };
    format!("{next:04}-{month}-{day}")
}

fn stride(word: &str) -> Option<&str> {
    let known = ["spoofing", "tampering", "repudiation", "information-disclosure", "denial-of-service", "elevation-of-privilege"];
    known.contains(&word).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acceptance_ends_one_year_later() {
        assert_eq!(["2024-02-29", "2020-01-04", "", "2020-1-4", "soon"].map(year_after), ["2025-02-28", "2021-01-04", "", "", ""]);
    }

    #[test]
    fn a_star_stands_for_one_part() {
        assert!(fits("a@*@c", "a@b@c") && !fits("a@*", "a@b@c") && !fits("a@b", "a@c"));
    }
}
