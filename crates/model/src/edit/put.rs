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

/// What is put at a place, known key by key; nothing takes out what is there.
pub type Put<'p> = (&'p [String], Option<&'p Json>);

/// Gives what `keys` lead to a value, or takes it out where there is none; `name` is the file's name, whose ending says
/// how the text is written.
///
/// # Errors
/// The reason why the text cannot be, or must not be, changed in this way.
pub fn put(name: &str, text: &str, keys: &[String], value: Option<&Json>) -> Result<String, EditError> {
    one(Parts::read(name, text)?, keys, value)
}

fn one(parts: Parts, keys: &[String], value: Option<&Json>) -> Result<String, EditError> {
    let Some(value) = value else { return write::remove(parts, keys) };
    let mut foreign = Foreign::beside(&parts.text);
    let plain = foreign.plain(value, is_foreign(keys));
    let name = parts.name.clone();
    Ok(foreign.fill(&name, &write::set(parts, keys, &plain)?)?.text)
}

/// Makes several changes, as many at once as do not touch each other, in their order. The text comes with what could not
/// be changed: the number of each such change, and why.
///
/// # Errors
/// The text has errors that must be repaired first.
pub fn put_all(name: &str, text: &str, changes: &[Put<'_>]) -> Result<(String, Vec<(usize, EditError)>), EditError> {
    let (mut parts, mut refused) = (Parts::read(name, text)?, Vec::new());
    // Pieces that wait, the first of them last.
    let mut waiting = vec![(0, changes.len())];
    while let Some((start, end)) = waiting.pop() {
        match &changes[start..end] {
            [] => {}
            [(keys, value)] => match put(name, &parts.text, keys, *value) {
                Ok(changed) => parts = Parts::read(name, &changed)?,
                Err(error) => refused.push((start, error)),
            },
            several => match together(&parts, several) {
                Ok(changed) => parts = changed,
                Err(_) => {
                    let middle = start + half(several);
                    waiting.extend([(middle, end), (start, middle)]);
                }
            },
        }
    }
    Ok((parts.text, refused))
}

/// Where changes that do not go together are parted: before what is taken out, since what is put in often goes where
/// something else leaves; or in the middle.
fn half(changes: &[Put<'_>]) -> usize {
    let stays = changes.iter().rposition(|(_, value)| value.is_some()).map_or(0, |last| last + 1);
    if (1..changes.len()).contains(&stays) { stays } else { changes.len() / 2 }
}

fn together(parts: &Parts, changes: &[Put<'_>]) -> Result<Parts, EditError> {
    let mut foreign = Foreign::beside(&parts.text);
    let changes: Vec<(&[String], Option<Plain>)> =
        changes.iter().map(|(keys, value)| (*keys, value.map(|value| foreign.plain(value, is_foreign(keys))))).collect();
    foreign.fill(&parts.name, &write::all(parts, &changes)?)
}

fn is_foreign(keys: &[String]) -> bool {
    keys.iter().any(|key| key.starts_with("x-"))
}

/// The comments of a model's text, by the entries that they are about.
pub struct Comments {
    parts: Parts,
}

impl Comments {
    /// Reads a text; `name` is the file's name.
    ///
    /// # Errors
    /// The text has errors that must be repaired first.
    pub fn read(name: &str, text: &str) -> Result<Self, EditError> {
        Ok(Self { parts: Parts::read(name, text)? })
    }

    /// The comments in an entry and right before it, in order.
    pub fn of(&self, section: &str, id: &str) -> Vec<String> {
        let text = &self.parts.text;
        let mut found = Vec::new();
        for part in &self.parts.parts {
            let Some(entry) = part.document.root.get(section).and_then(|section| entry_of(section, id)) else { continue };
            let (start, end) = (entry.key_span.range().start, entry.value.span.range().end.max(entry.key_span.range().end));
            let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
            let start = with_lines_above(text, start);
            let inside = self.parts.comments().filter(|comment| comment.start >= start && comment.end <= end);
            found.extend(inside.filter_map(|comment| Some(text.get(comment)?.trim().to_owned())));
        }
        found
    }
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
    /// None yet, for what is written into a text.
    fn beside(text: &str) -> Self {
        Self { mark: unused(text), values: Vec::new() }
    }

    /// The text with the values in the places of their marks, if it can be read.
    fn fill(&self, name: &str, written: &str) -> Result<Parts, EditError> {
        let mut out = String::with_capacity(written.len());
        let mut rest = written;
        while let Some(at) = rest.find(&self.mark) {
            let (before, marked) = rest.split_at(at);
            let number: &str = marked.get(self.mark.len() + 1..).and_then(|after| after.split('-').next()).unwrap_or_default();
            let Some((at, value)) = number.parse().ok().and_then(|at: usize| Some((at, self.values.get(at)?))) else { break };
            let after = marked.get(self.mark_of(at).len()..).unwrap_or_default();
            // In JSON a mark is a text in quotes.
            let quotes = before.strip_suffix('"').zip(after.strip_prefix('"'));
            let (before, after) = quotes.unwrap_or((before, after));
            out.push_str(before);
            out.push_str(&in_line(value));
            rest = after;
        }
        out.push_str(rest);
        Parts::read(name, &out)
    }

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
        let comments = Comments::read("m.tm.yaml", text).unwrap();
        assert_eq!(comments.of("elements", "a"), ["# about a", "# why"]);
        assert!(comments.of("elements", "b").is_empty());
    }

    #[test]
    fn changes_at_once_give_what_one_after_the_other_gives() {
        let text = "redan: 1\nelements:\n  # about a\n  a: {kind: store, x-tool: {\"id\": 1}} # ours\n  b:\n    kind: store\n    controls: [waf]\n  c: {kind: store}\nflows:\n  f: a -> b over https # why\n";
        let (one, two, three) = (json!({"id": 2}), json!("text"), json!({"kind": "process", "x-tool": {"number": 1.5}}));
        let yes = json!("yes");
        let asked = [
            ("elements/a/x-tool", Some(&one)),
            ("elements/b/description", Some(&two)),
            ("elements/c", None),
            ("elements/d", Some(&three)),
            ("elements/e", Some(&three)),
            ("elements/b/controls/mfa", Some(&yes)),
            ("elements/nowhere/kind", None),
            ("flows/f/label", Some(&two)),
            ("zones/z/name", Some(&two)),
            ("zones/y/name", Some(&two)),
        ];
        let paths: Vec<Vec<String>> = asked.iter().map(|(path, _)| keys(path)).collect();
        let changes: Vec<Put<'_>> = paths.iter().zip(&asked).map(|(path, (_, value))| (path.as_slice(), *value)).collect();
        let (together, refused) = put_all("m.tm.yaml", text, &changes).unwrap();
        let mut single = text.to_owned();
        for (path, value) in &changes {
            single = put("m.tm.yaml", &single, path, *value).unwrap_or(single);
        }
        assert_eq!(together, single);
        assert_eq!(refused.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [6]);
        assert!(together.contains("# about a") && together.contains("# ours") && together.contains("# why"));
    }

    #[test]
    fn what_is_put_in_goes_where_the_last_one_leaves() {
        let text = "redan: 1\nelements:\n  a: {kind: store}\n  b: {kind: store}\nname: x\n";
        let (added, paths) = (json!({"kind": "process"}), [keys("elements/c"), keys("elements/b")]);
        let changes: [Put<'_>; 2] = [(&paths[0], Some(&added)), (&paths[1], None)];
        assert_eq!(half(&changes), 1);
        let (changed, refused) = put_all("m.tm.yaml", text, &changes).unwrap();
        assert_eq!((changed.as_str(), refused), ("redan: 1\nelements:\n  a: {kind: store}\n  c: {kind: process}\nname: x\n", vec![]));
    }
}
