//! Values that come from a program: put at a place that is known key by key.
//!
//! Foreign data under `x-` keys keeps its types, which the language itself does not have: it is written as JSON, which
//! is YAML too.

use serde_json::Value as Json;

use super::parts::Parts;
use super::plain::Plain;
use super::write;
use super::{EditError, render};
use crate::tree::{Entry, Node, Value};

/// Gives what `keys` lead to a value, or takes it out where there is none; `name` is the file's name, whose ending says
/// how the text is written.
///
/// # Errors
/// The reason why the text cannot be, or must not be, changed in this way.
pub fn put(name: &str, text: &str, keys: &[String], value: Option<&Json>) -> Result<String, EditError> {
    let parts = Parts::read(name, text)?;
    let Some(value) = value else { return write::remove(parts, keys) };
    let mut foreign = Foreign { mark: unused(text), values: Vec::new() };
    let inside = keys.iter().any(|key| key.starts_with("x-"));
    let plain = foreign.plain(value, inside);
    let mut written = write::set(parts, keys, &plain)?;
    for (at, value) in foreign.values.iter().enumerate() {
        let mark = foreign.mark_of(at);
        let quoted = render::quoted(&mark);
        let found = if written.contains(&quoted) { quoted } else { mark };
        written = written.replacen(&found, &in_line(value), 1);
    }
    Parts::read(name, &written)?;
    Ok(written)
}

/// The comments in an entry and right before it, in order.
///
/// # Errors
/// The text has errors that must be repaired first.
pub fn comments_of(name: &str, text: &str, section: &str, id: &str) -> Result<Vec<String>, EditError> {
    let parts = Parts::read(name, text)?;
    let mut found = Vec::new();
    for part in &parts.parts {
        let Some(entry) = part.document.root.get(section).and_then(|section| entry_of(section, id)) else { continue };
        let (start, end) = (entry.key_span.range().start, entry.value.span.range().end.max(entry.key_span.range().end));
        let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
        let start = with_lines_above(text, start);
        let inside = parts.comments().filter(|comment| comment.start >= start && comment.end <= end);
        found.extend(inside.filter_map(|comment| Some(text.get(comment)?.trim().to_owned())));
    }
    Ok(found)
}

fn entry_of<'a>(section: &'a Node, id: &str) -> Option<&'a Entry> {
    match &section.value {
        Value::Map(entries) => entries.iter().find(|entry| entry.key == id),
        Value::Null | Value::Scalar(_) | Value::List(_) => None,
    }
}

/// The start of the lines of comments that lead to a place, without a blank line between.
fn with_lines_above(text: &str, at: usize) -> usize {
    let mut start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    while let Some(above) = text[..start].strip_suffix('\n') {
        let line = above.rfind('\n').map_or(0, |found| found + 1);
        if !text[line..start].trim_start().starts_with('#') {
            break;
        }
        start = line;
    }
    start
}

/// A word that a text does not have.
fn unused(text: &str) -> String {
    let mut word = "foreign".to_owned();
    while text.contains(&word) {
        word.push('n');
    }
    word
}

/// A value on one line, as both YAML and JSON read it.
fn in_line(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(in_line).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", render::quoted(key), in_line(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Json::String(text) => render::quoted(text),
        Json::Null | Json::Bool(_) | Json::Number(_) => value.to_string(),
    }
}

/// Foreign values that stand behind marks while the text around them is written.
struct Foreign {
    mark: String,
    values: Vec<Json>,
}

impl Foreign {
    fn mark_of(&self, at: usize) -> String {
        format!("{}-{at}-", self.mark)
    }

    fn plain(&mut self, value: &Json, foreign: bool) -> Plain {
        if foreign {
            self.values.push(value.clone());
            return Plain::Text(self.mark_of(self.values.len() - 1));
        }
        match value {
            Json::Null => Plain::Null,
            Json::Bool(_) | Json::Number(_) => Plain::Text(value.to_string()),
            Json::String(text) => Plain::Text(text.clone()),
            Json::Array(items) => Plain::List(items.iter().map(|item| self.plain(item, false)).collect()),
            Json::Object(entries) => {
                Plain::Map(entries.iter().map(|(key, value)| (key.clone(), self.plain(value, key.starts_with("x-")))).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(path: &str) -> Vec<String> {
        path.split('/').map(str::to_owned).collect()
    }

    #[test]
    fn foreign_data_keeps_its_types_and_text_may_look_like_a_list() {
        let text = "redan: 1\nelements:\n  a: {kind: store} # ours\n";
        let value = json!({"id": "5", "at": [1, 2.5], "on": true, "text": "a\nb"});
        let text = put("m.tm.yaml", text, &keys("elements/a/x-tool"), Some(&value)).unwrap();
        let text = put("m.tm.yaml", &text, &keys("elements/a/description"), Some(&json!("[not a list]"))).unwrap();
        assert_eq!(
            text,
            "redan: 1\nelements:\n  a: {kind: store, x-tool: {\"id\": \"5\", \"at\": [1, 2.5], \"on\": true, \"text\": \"a\\nb\"}, description: \"[not a list]\"} # ours\n"
        );
        let text = put("m.tm.yaml", &text, &keys("elements/a/x-tool"), None).unwrap();
        assert!(!text.contains("x-tool") && text.contains("# ours"));
    }

    #[test]
    fn comments_in_an_entry_and_right_above_it_are_its_own() {
        let text = "elements:\n  # of b?\n\n  # about a\n  a:\n    kind: store # why\n  b: {kind: store}\n";
        assert_eq!(comments_of("m.tm.yaml", text, "elements", "a").unwrap(), ["# about a", "# why"]);
        assert!(comments_of("m.tm.yaml", text, "elements", "b").unwrap().is_empty());
    }
}
