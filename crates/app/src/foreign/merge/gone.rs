//! Entries that a file has no longer: which of them the model can do without.

use std::collections::BTreeSet;

use redan_model::lang::SECTIONS;
use serde_json::Value as Json;

use super::{Change, Merge, What, put};

/// Fields that are prose: a word in them is no reference.
const PROSE: [&str; 12] = ["name", "title", "description", "label", "because", "text", "reason", "note", "what", "why", "test", "lessons"];

/// What stands between the words of a path, or of a threat on something.
const SIGNS: [char; 3] = ['@', '.', ' '];

/// Takes entries out that nothing else in the model needs; the others stay and are named.
pub(super) fn settle(merge: &mut Merge, worked_on: &dyn Fn(&str, &str) -> Option<String>) {
    let (mut leaving, rest): (Vec<Change>, Vec<Change>) = std::mem::take(&mut merge.changes).into_iter().partition(is_entry_that_goes);
    merge.changes = rest;
    for change in &mut leaving {
        if let Some(why) = worked_on(&change.path[0], &change.path[1]) {
            change.what = What::Gone;
            change.why = why;
        }
    }
    for change in leaving.iter().filter(|change| change.what == What::Removed) {
        put(&mut merge.merged, &change.path, None);
    }
    // What stays may refer to what would go, which then stays too.
    loop {
        let mut words = BTreeSet::new();
        all_words(&merge.merged, &mut words);
        let needed: Vec<(usize, String)> = leaving
            .iter()
            .enumerate()
            .filter(|(_, change)| change.what == What::Removed && words.contains(change.path[1].as_str()))
            .filter_map(|(at, change)| Some((at, who_needs(&merge.merged, &change.path[1])?)))
            .collect();
        if needed.is_empty() {
            break;
        }
        for (at, why) in needed {
            let change = &mut leaving[at];
            change.what = What::Gone;
            change.why = why;
            put(&mut merge.merged, &change.path, change.before.as_ref());
        }
    }
    // Whatever refers to something is taken out before it.
    leaving.sort_by_key(|change| std::cmp::Reverse(SECTIONS.iter().position(|section| *section == change.path[0])));
    merge.changes.extend(leaving);
    for section in SECTIONS {
        if merge.merged.get(section).and_then(Json::as_object).is_some_and(serde_json::Map::is_empty) {
            put(&mut merge.merged, &[section.to_owned()], None);
        }
    }
}

fn is_entry_that_goes(change: &Change) -> bool {
    change.what == What::Removed && change.path.len() == 2 && SECTIONS.contains(&change.path[0].as_str())
}

/// Every word of a model that could be an id, so that only what is among them has to be looked for.
fn all_words<'m>(value: &'m Json, words: &mut BTreeSet<&'m str>) {
    let mut take = |text: &'m str| {
        words.insert(text);
        words.extend(text.split(SIGNS));
    };
    match value {
        Json::String(text) => take(text),
        Json::Array(items) => items.iter().for_each(|item| all_words(item, words)),
        Json::Object(entries) => {
            entries.keys().for_each(|key| take(key));
            entries.values().for_each(|value| all_words(value, words));
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// The first place that refers to an entry, in words.
fn who_needs(model: &Json, id: &str) -> Option<String> {
    let mut path = Vec::new();
    found(model, id, &mut path).map(|place| format!("{place} refers to it"))
}

fn found(value: &Json, id: &str, path: &mut Vec<String>) -> Option<String> {
    match value {
        Json::String(text) => names(text, id).then(|| path.join(".")),
        Json::Array(items) => items.iter().find_map(|item| found(item, id, path)),
        Json::Object(entries) => entries.iter().find_map(|(key, value)| {
            if key.starts_with("x-")
                || (path.len() > 1 && PROSE.contains(&key.as_str()))
                || (path.is_empty() && !SECTIONS.contains(&key.as_str()))
            {
                return None;
            }
            path.push(key.clone());
            // An answer says in its key what it is about.
            let place = if path.len() == 2 && key.contains('@') && names(key, id) && key != id {
                Some(path.join("."))
            } else {
                found(value, id, path)
            };
            path.pop();
            place
        }),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    }
}

/// Whether a text is an id, a path that begins with it, or a threat on it.
fn names(text: &str, id: &str) -> bool {
    text == id || text.split(SIGNS).any(|part| part == id)
}
