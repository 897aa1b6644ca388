//! What the tool has no field for, in a property of its own beside those of the tool, which leaves it alone.
//!
//! Where the tool has a tick box for a fact, the box counts: what stands here is taken only where it says the same.

use serde_json::{Map, Value as Json};

use crate::borrowed::Raw;
use crate::draft::Entry;
use crate::read::text;
use crate::write::said;

/// The property.
pub(super) const KEY: &str = "redan";
/// Lists and words that are carried as they are.
const LISTS: [&str; 2] = ["tags", "code"];
const SETS: [&str; 2] = ["traits", "controls"];
const STATES: [&str; 4] = ["yes", "no", "partial", "unknown"];

/// A fact that the tool has a tick box for: the set, the name, and whether it is ticked.
pub(super) type Ticked = (&'static str, &'static str, bool);

/// Puts what the tool has no field for into the properties of a cell; `guess` is what its name alone would make of an
/// actor.
pub(super) fn put(data: &mut Map<String, Json>, entry: &Json, guess: Option<&str>) {
    let mut more = Map::new();
    let kind = text(entry, "kind");
    if guess.is_some_and(|guess| guess != kind) {
        more.insert("kind".to_owned(), kind.as_ref().into());
    }
    if text(entry, "tech") != "web-application" {
        crate::write::put(&mut more, "tech", text(entry, "tech"));
    }
    for key in SETS.iter().chain(&LISTS) {
        crate::write::put(&mut more, key, entry.get(*key).cloned().unwrap_or(Json::Null));
    }
    if entry.get("carries").and_then(Json::as_array).is_some_and(Vec::is_empty) {
        more.insert("carries".to_owned(), Json::Array(Vec::new()));
    }
    crate::write::put(data, KEY, more);
}

/// The kind that is noted for an actor.
pub(super) fn kind(data: &Raw<'_>) -> Option<&'static str> {
    let noted = data.get(KEY)?.text("kind");
    ["actor", "external"].into_iter().find(|kind| *kind == noted)
}

/// Takes what is noted into an entry; the tick boxes of the tool come first.
pub(super) fn take(mut entry: Entry, data: &Raw<'_>, boxes: &[Ticked]) -> Entry {
    if data.get(KEY).is_none() && !boxes.iter().any(|(.., ticked)| *ticked) {
        return entry;
    }
    let noted = &data.get(KEY).map(|noted| noted.to_tree().into_json()).unwrap_or_default();
    if !boxes.iter().any(|(set, _, ticked)| *set == "tech" && *ticked) {
        entry = entry.text("tech", &text(noted, "tech"));
    }
    for set in SETS {
        let facts: Map<String, Json> = noted
            .get(set)
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(name, fact)| taken(set, name, fact, boxes))
            .collect();
        let mut all = Map::new();
        for (_, name, _) in boxes.iter().filter(|(of, _, ticked)| *of == set && *ticked) {
            all.insert((*name).to_owned(), "yes".into());
        }
        all.extend(facts);
        if !all.is_empty() {
            entry = entry.value(set, all.into());
        }
    }
    for key in LISTS {
        entry = entry.list(key, crate::read::list(noted, key));
    }
    let nothing = noted.get("carries").and_then(Json::as_array).is_some_and(Vec::is_empty);
    if nothing { entry.value("carries", Json::Array(Vec::new())) } else { entry }
}

/// A fact in one of its forms, unless a tick box says otherwise.
fn taken(set: &str, name: &str, fact: &Json, boxes: &[Ticked]) -> Option<(String, Json)> {
    let state = said(fact).into_owned();
    // A trait is there or not; only a control can be there in part.
    if !redan_model::lang::is_id(name) || !STATES.contains(&state.as_str()) || set == "traits" && state == "partial" {
        return None;
    }
    let ticked = boxes.iter().find(|(of, known, _)| *of == set && *known == name).map(|(.., ticked)| *ticked);
    if ticked.is_some_and(|ticked| ticked != (state == "yes")) {
        return None;
    }
    let mut long = Map::new();
    long.insert("is".to_owned(), state.as_str().into());
    crate::write::put(&mut long, "because", text(fact, "because"));
    Some((name.to_owned(), if long.len() > 1 { long.into() } else { state.into() }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::borrowed::parse;

    #[test]
    fn what_is_noted_comes_back_unless_a_tick_box_says_otherwise() {
        let entry = json!({"kind": "external", "tech": "web-api", "tags": ["a"], "carries": [],
            "controls": {"waf": {"is": "yes", "because": "AWS"}, "encryption-at-rest": "yes"}, "traits": {"stores-logs": "no"}});
        let mut data = Map::new();
        put(&mut data, &entry, Some("actor"));
        let text = Json::from(data).to_string();
        let data = parse(text.as_bytes(), &[]).unwrap();
        assert_eq!(kind(&data), Some("external"));
        let boxes = |encrypted| [("controls", "encryption-at-rest", encrypted), ("traits", "stores-logs", false)];
        let back = Json::from(take(Entry::new(), &data, &boxes(true)));
        let mut wanted = entry.clone();
        wanted.as_object_mut().unwrap().remove("kind");
        assert_eq!(back, wanted);
        let back = Json::from(take(Entry::new(), &data, &boxes(false)));
        assert_eq!(back["controls"], json!({"waf": {"is": "yes", "because": "AWS"}}));
    }

    #[test]
    fn what_is_no_fact_is_not_taken() {
        let text =
            json!({"redan": {"controls": {"a b": "yes", "waf": "perhaps", "mfa": {"is": "no", "x": 1}}, "traits": {"redirects": "partial"},
            "tags": "x", "kind": "store"}})
            .to_string();
        let data = parse(text.as_bytes(), &[]).unwrap();
        assert_eq!(kind(&data), None);
        let entry = Json::from(take(Entry::new(), &data, &[]));
        assert_eq!((&entry["controls"], entry.get("traits")), (&json!({"mfa": "no"}), None));
    }
}
