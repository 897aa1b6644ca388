//! Foreign data that our language has no word for: kept under one key of an entry, as it was, and written back.

use std::fmt;

use indexmap::IndexMap;
use redan_model::canonical::Long;
use redan_model::every_byte;
use serde_json::{Map, Value as Json};

use crate::draft::{Draft, Entry, clean};

/// Deepest nesting of kept data; models are bounded too, and what is kept stands some levels down in one.
const DEEPEST: usize = 40;
/// Longest name of an entry that nobody chose for a model, in bytes; YAML has none of more than 1,024 characters.
pub(crate) const LONGEST_NAME: usize = 1_000;

/// The fields of a thing of the file that are not among those that were read.
pub(crate) fn rest(thing: &Json, read: &[&str]) -> Map<String, Json> {
    let all = thing.as_object().into_iter().flatten();
    all.filter(|(key, value)| !read.contains(&key.as_str()) && is_something(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Some fields of a thing of the file.
pub(crate) fn some(thing: &Json, wanted: &[&str]) -> Map<String, Json> {
    let found = wanted.iter().filter_map(|key| thing.get(*key).map(|value| ((*key).to_owned(), value.clone())));
    found.filter(|(_, value)| is_something(value)).collect()
}

/// Puts data aside under a key of an entry. What is nested too deep to be kept is a loss, and so are names that are too long.
pub(crate) fn keep(draft: &mut Draft, entry: Entry, key: &'static str, data: impl Into<Long<'static>>, place: impl fmt::Display) -> Entry {
    let data = data.into();
    if data.entries().is_empty() {
        return entry;
    }
    match bounded_tree(data, 0) {
        Some(data) => entry.put(key, data),
        None => {
            let what = format!("data that is nested more than {DEEPEST} levels deep, or has a name of more than {LONGEST_NAME} bytes");
            draft.dropped(what, place.to_string());
            entry
        }
    }
}

/// Data without control characters, if it is not too deep and no name in it is too long.
pub(crate) fn bounded(value: Json, depth: usize) -> Option<Json> {
    bounded_tree(value.into(), depth).map(Long::into_json)
}

/// The same of a tree.
pub(crate) fn bounded_tree(value: Long<'static>, depth: usize) -> Option<Long<'static>> {
    if depth > DEEPEST {
        return None;
    }
    if is_bounded(&value, depth) {
        return Some(value);
    }
    Some(match value {
        Long::Text(text) => {
            if has_control(&text) {
                clean(&text).into()
            } else {
                Long::Text(text)
            }
        }
        Long::List(items) => Long::List(items.into_iter().map(|item| bounded_tree(item, depth + 1)).collect::<Option<_>>()?),
        Long::Map(entries) => {
            // Two keys may be one when they are clean.
            let entries = entries.into_iter().map(|(key, value)| {
                let key = Some(clean(&key)).filter(|key| key.len() <= LONGEST_NAME)?;
                Some((key, bounded_tree(value, depth + 1)?))
            });
            let entries = entries.collect::<Option<IndexMap<_, _>>>()?;
            Long::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
        }
        Long::Elsewhere(value) => bounded_tree(value.clone(), depth)?,
        other => other,
    })
}

/// Whether there is nothing to change in data.
fn is_bounded(value: &Long<'_>, depth: usize) -> bool {
    let is_name = |key: &str| key.len() <= LONGEST_NAME && every_byte(key, |byte| matches!(byte, b'!'..=b'~'));
    depth <= DEEPEST
        && match value {
            Long::Text(text) => !has_control(text),
            Long::List(items) => items.iter().all(|item| is_bounded(item, depth + 1)),
            Long::Map(entries) => entries.iter().all(|(key, value)| is_name(key) && is_bounded(value, depth + 1)),
            Long::Null | Long::Bool(_) | Long::Number(_) => true,
            Long::Elsewhere(value) => is_bounded(value, depth),
        }
}

/// Whether a text has a control character.
fn has_control(text: &str) -> bool {
    let plain = every_byte(text, |byte| matches!(byte, b' '..=b'~'));
    !plain && text.chars().any(char::is_control)
}

/// What the reader of a format kept of an entry.
pub(crate) fn of<'e>(entry: &'e Json, key: &str) -> &'e Json {
    entry.get(key).unwrap_or(&Json::Null)
}

/// Adds what was kept to an object that is written, except what it has already.
pub(crate) fn give_back(object: &mut Map<String, Json>, kept: &Json, own: &[&str]) {
    for (key, value) in kept.as_object().into_iter().flatten() {
        if !own.contains(&key.as_str()) && !object.contains_key(key) {
            object.insert(key.clone(), value.clone());
        }
    }
}

/// Whether a value says anything.
pub(crate) fn is_something(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(entries) => !entries.is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_not_read_and_says_something_is_kept() {
        let thing = json!({"name": "a", "colour": "red", "empty": "", "none": null, "no": false});
        assert_eq!(Json::from(rest(&thing, &["name"])), json!({"colour": "red", "no": false}));
    }

    #[test]
    fn data_that_is_too_deep_or_has_a_name_that_is_too_long_is_a_loss() {
        let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
        for data in [json!({"b": deep}), json!({"b": {"k".repeat(1_001): 1}}), json!({"é".repeat(501): 1})] {
            let mut draft = Draft::new("");
            let entry = keep(&mut draft, Entry::new(), "x-a", data, "c");
            assert!(entry.is_empty());
            assert_eq!(draft.finish().loss.len(), 1);
        }
    }
}
