//! What stands at the top of the file, and what has no place in our language.

use serde_json::{Map, Value as Json, json};

use super::{Maker, kept};
use crate::read::{entries, flag, items, list, text, without_tags};

/// Sections that are kept as they are.
const KEPT: &[&str] = &[
    "abuse_cases",
    "security_requirements",
    "business_criticality",
    "date",
    "threagile_version",
    "risk_tracking",
    "author",
    "contributors",
];

/// What describes the system, in the order of our description.
pub(super) const OVERVIEWS: [&str; 4] =
    ["application_description", "business_overview", "technical_overview", "management_summary_comment"];

/// The text of a part that describes the system.
pub(super) fn overview(file: &Json, key: &str) -> String {
    match file.get(key) {
        Some(Json::String(comment)) => without_tags(comment),
        Some(part) => without_tags(&text(part, "description")),
        None => String::new(),
    }
}

impl Maker<'_> {
    /// Descriptions, authors, questions and the like.
    pub(super) fn head(&mut self) {
        let file = self.file;
        let mut parts: Vec<String> = OVERVIEWS.iter().map(|key| overview(file, key)).collect();
        parts.retain(|part| !part.is_empty());
        let overviews: Map<String, Json> = OVERVIEWS.iter().filter_map(|key| Some(((*key).to_owned(), file.get(*key)?.clone()))).collect();
        self.draft.set("description", parts.join("\n\n"));
        let authors = file.get("author").into_iter().chain(items(file, "contributors"));
        let names: Vec<String> = authors.map(|author| text(author, "name").into_owned()).filter(|name| !name.is_empty()).collect();
        self.draft.set("authors", names);
        self.questions();
        let mut rest: Map<String, Json> = KEPT.iter().filter_map(|key| Some(((*key).to_owned(), kept(file.get(*key)?)?))).collect();
        if let Some(answered) = self.answered() {
            rest.insert("questions".to_owned(), answered);
        }
        if !overviews.is_empty() {
            rest.insert("overviews".to_owned(), overviews.into());
        }
        self.draft.set("x-threagile", Json::Object(rest));
        self.left_out();
    }

    /// Questions without an answer are still open; the others are kept.
    fn questions(&mut self) {
        let open: Vec<&str> = entries(self.file, "questions")
            .filter(|(_, answer)| answer.as_str().unwrap_or_default().trim().is_empty())
            .map(|(question, _)| question)
            .collect();
        if !open.is_empty() {
            self.draft.set("scope", json!({"questions": open}));
        }
    }

    fn answered(&self) -> Option<Json> {
        let answered: Map<String, Json> =
            entries(self.file, "questions").filter_map(|(question, answer)| Some((question.to_owned(), kept(answer)?))).collect();
        if answered.is_empty() { None } else { Some(Json::Object(answered)) }
    }

    fn left_out(&mut self) {
        let file = self.file;
        for path in list(file, "includes") {
            self.draft.dropped(format!("what is in `{path}`, for other files are not read"), "includes");
        }
        let tweaks: Vec<&str> =
            file.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).filter(|key| key.starts_with("diagram_tweak")).collect();
        for key in tweaks {
            if kept(file.get(key).unwrap_or(&Json::Null)).is_some() || flag(file, key) {
                self.draft.dropped("hints for the layout of the diagram", key);
            }
        }
    }
}
