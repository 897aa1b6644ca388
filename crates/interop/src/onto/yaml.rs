//! YAML with the place of every value, so that single values are replaced and comments and layout stay.

use std::ops::Range;

use redan_model::source::Sources;
use redan_model::tree::{self, Node, Style, Value};
use serde_json::Value as Json;

use super::Edit;
use crate::yaml::{inline, scalar};

/// A document with its text.
#[derive(Debug, Clone)]
pub struct Yaml<'t> {
    text: &'t str,
    /// The node at the top.
    pub root: Node,
}

impl<'t> Yaml<'t> {
    /// Reads a text that is YAML already; what cannot be read has no places.
    pub fn parse(text: &'t str) -> Self {
        let mut sources = Sources::default();
        let id = sources.add("original.yaml", text);
        Self { text, root: tree::parse(&sources, id, None, &mut Vec::new()).root }
    }

    /// The node under keys, one after the other. What stands there through an alias has no place of its own.
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        let found = keys.iter().try_fold(&self.root, |node, key| node.get(key).filter(|node| !node.aliased));
        found.filter(|node| !node.aliased)
    }

    /// An edit that gives an entry of a mapping a value: the value is replaced, or the entry is added last.
    ///
    /// A value that an anchor gives to several places is never touched; nothing then.
    pub fn set(&self, map: &Node, key: &str, value: &Json) -> Option<Edit> {
        let Value::Map(entries) = &map.value else { return None };
        if let Some(entry) = entries.iter().find(|entry| entry.key == key) {
            return self.replace(entry.key_span.range(), &entry.value, value);
        }
        let written = inline(value);
        let Some(last) = entries.last() else { return self.fill(map, key, &written) };
        if map.style == Style::Flow {
            return Some(Edit::insert(self.content_end(&last.value, last.key_span.range().end), format!(", {}: {written}", scalar(key))));
        }
        let indent = self.indent(last.key_span.range().start)?;
        let end = self.line_end(self.content_end(&last.value, last.key_span.range().end));
        let before = if self.text.get(..end).is_some_and(|text| text.ends_with('\n')) { "" } else { "\n" };
        Some(Edit::insert(end, format!("{before}{indent}{}: {written}\n", scalar(key))))
    }

    /// An edit that adds an entry with a block of lines below its key at the end of a mapping.
    pub fn add_block(&self, map: &Node, key: &str, value: &Json) -> Option<Edit> {
        let Value::Map(entries) = &map.value else { return None };
        let Some(last) = entries.last().filter(|_| map.style != Style::Flow) else { return self.set(map, key, value) };
        let indent = self.indent(last.key_span.range().start)?;
        let end = self.line_end(self.content_end(&last.value, last.key_span.range().end));
        let before = if self.text.get(..end).is_some_and(|text| text.ends_with('\n')) { "" } else { "\n" };
        let single = Json::Object(std::iter::once((key.to_owned(), value.clone())).collect());
        let block: String = crate::yaml::render(&single).lines().map(|line| format!("{indent}{line}\n")).collect();
        Some(Edit::insert(end, format!("{before}{block}")))
    }

    /// An edit that takes an entry out of a mapping, with its lines.
    pub fn remove(&self, map: &Node, key: &str) -> Option<Edit> {
        let Value::Map(entries) = &map.value else { return None };
        let at = entries.iter().position(|entry| entry.key == key)?;
        let entry = entries.get(at)?;
        let start = entry.key_span.range().start;
        let end = self.content_end(&entry.value, entry.key_span.range().end);
        if map.style == Style::Flow {
            let next = entries.get(at + 1).map(|next| next.key_span.range().start);
            let before =
                at.checked_sub(1).and_then(|at| entries.get(at)).map(|before| self.content_end(&before.value, before.key_span.range().end));
            return Some(Edit::remove(match (next, before) {
                (Some(next), _) => start..next,
                (None, Some(before)) => before..end,
                (None, None) => start..end,
            }));
        }
        if entries.len() == 1 {
            // A mapping without entries has to be written as one.
            return Some(Edit::replace(start..end, "{}"));
        }
        Some(Edit::remove(start - self.indent(start)?.len()..self.line_end(end)))
    }

    fn replace(&self, key: Range<usize>, node: &Node, value: &Json) -> Option<Edit> {
        let range = node.span.range();
        // An anchor gives the value to other places too, and an alias takes it from one.
        let between = self.text.get(key.end..range.start.max(key.end)).unwrap_or_default();
        if node.aliased || between.contains('&') {
            return None;
        }
        let written = inline(value);
        let empty = range.is_empty()
            || matches!(node.value, Value::Null) && self.text.get(range.clone()).is_some_and(|text| text.trim().is_empty());
        if empty {
            let colon = key.end + self.text.get(key.end..)?.find(':')? + 1;
            return Some(Edit::insert(colon, format!(" {written}")));
        }
        if range.start < key.end {
            return None;
        }
        let is_block = node.style == Style::Literal || node.style == Style::Plain && !matches!(node.value, Value::Scalar(_) | Value::Null);
        if !is_block {
            return Some(Edit::replace(range, written));
        }
        // A block begins after the key and ends with its last line.
        let colon = key.end + self.text.get(key.end..)?.find(':')? + 1;
        let end = self.content_end(node, range.end);
        Some(Edit::replace(colon..end, format!(" {written}")))
    }

    fn fill(&self, map: &Node, key: &str, written: &str) -> Option<Edit> {
        let range = map.span.range();
        self.text
            .get(range.clone())
            .filter(|text| text.starts_with('{'))
            .map(|_| Edit::replace(range, format!("{{{}: {written}}}", scalar(key))))
    }

    /// The end of what a node says, without white space and comments after it.
    fn content_end(&self, node: &Node, key_end: usize) -> usize {
        match &node.value {
            Value::Map(entries) if node.style != Style::Flow => {
                entries.last().map_or(key_end, |last| self.content_end(&last.value, last.key_span.range().end))
            }
            Value::List(items) if node.style != Style::Flow => items.last().map_or(key_end, |last| self.content_end(last, key_end)),
            _ => {
                let range = node.span.range();
                let end = range.start + self.text.get(range.clone()).map_or(0, |text| text.trim_end().len());
                // An entry without a value ends with the colon after its key.
                let colon =
                    self.text.get(key_end..).map_or(key_end, |rest| key_end + rest.len() - rest.strip_prefix(':').unwrap_or(rest).len());
                end.max(colon)
            }
        }
    }

    /// The end of the line of a place, its line break included.
    fn line_end(&self, at: usize) -> usize {
        self.text.get(at..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |end| at + end + 1)
    }

    /// What stands before a place on its line, if that is white space alone.
    fn indent(&self, at: usize) -> Option<&'t str> {
        let line = self.text.get(..at)?.rsplit('\n').next()?;
        line.trim().is_empty().then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::onto::apply;

    const TEXT: &str = "# top\na: one # note\nb:\n  c: \"two\"   \n  d: [1, 2]\n  e: >\n    long\n    text\n\n  f:\ng: {h: 1, i: 2}\nj: &x {k: 1}\nl: *x\n";

    fn edited(edit: impl Fn(&Yaml<'_>) -> Option<Edit>) -> String {
        let yaml = Yaml::parse(TEXT);
        let edit = edit(&yaml).unwrap();
        apply(TEXT, vec![edit])
    }

    fn value(text: &str) -> Json {
        crate::limits::yaml(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_value_is_replaced_and_comments_stay() {
        assert_eq!(edited(|yaml| yaml.set(&yaml.root, "a", &json!("x: y"))), TEXT.replace("one", "\"x: y\""));
        assert_eq!(edited(|yaml| yaml.set(yaml.at(&["b"])?, "c", &json!("three"))), TEXT.replace("\"two\"", "three"));
        assert_eq!(edited(|yaml| yaml.set(yaml.at(&["g"])?, "i", &json!(3))), TEXT.replace("i: 2", "i: 3"));
        assert_eq!(edited(|yaml| yaml.set(yaml.at(&["b"])?, "f", &json!("x"))), TEXT.replace("f:", "f: x"));
        let folded = edited(|yaml| yaml.set(yaml.at(&["b"])?, "e", &json!("short")));
        assert_eq!(value(&folded)["b"]["e"], "short");
    }

    #[test]
    fn an_entry_is_added_after_the_others() {
        let added = edited(|yaml| yaml.set(yaml.at(&["b"])?, "z", &json!(["q"])));
        assert_eq!(added, TEXT.replace("  f:\n", "  f:\n  z: [q]\n"));
        assert_eq!(edited(|yaml| yaml.set(yaml.at(&["g"])?, "z", &json!(1))), TEXT.replace("i: 2", "i: 2, z: 1"));
        let block = edited(|yaml| yaml.add_block(&yaml.root, "m", &json!({"p": {"o": 1}})));
        assert_eq!(block, format!("{TEXT}m:\n  p:\n    o: 1\n"));
    }

    #[test]
    fn an_entry_goes_with_its_lines() {
        assert_eq!(edited(|yaml| yaml.remove(&yaml.root, "a")), TEXT.replace("a: one # note\n", ""));
        assert_eq!(edited(|yaml| yaml.remove(yaml.at(&["g"])?, "i")), TEXT.replace(", i: 2", ""));
        let block = edited(|yaml| yaml.remove(yaml.at(&["b"])?, "e"));
        assert_eq!(value(&block)["b"], json!({"c": "two", "d": [1, 2], "f": null}));
    }

    #[test]
    fn what_an_anchor_gives_to_several_places_is_not_touched() {
        let yaml = Yaml::parse(TEXT);
        assert_eq!(yaml.set(&yaml.root, "l", &json!(1)), None);
        assert_eq!(yaml.set(&yaml.root, "j", &json!(1)), None);
        assert!(yaml.at(&["l", "k"]).is_none());
    }
}
