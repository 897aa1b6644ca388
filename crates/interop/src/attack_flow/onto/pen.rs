//! Writes into lists and objects of a JSON text as it is laid out: over several lines where it is, in one where it is not.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Serialize;
use serde_json::Value as Json;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::onto::Edit;
use crate::onto::json::{Node, Value};

/// How a text is laid out.
pub(super) struct Pen<'t> {
    text: &'t str,
    /// One level of indentation; nothing in a text without any.
    unit: Option<&'t str>,
    end: &'static str,
}

impl<'t> Pen<'t> {
    /// Looks at a text.
    pub(super) fn of(text: &'t str) -> Self {
        let unit = text
            .lines()
            .find_map(|line| line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).filter(|unit| !unit.is_empty()));
        Self { text, unit, end: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    /// Edits that take parts out of a list or an object, by their numbers, and add others after those that stay. Parts of
    /// an object have a key.
    pub(super) fn parts(&self, node: &Node, gone: &BTreeSet<usize>, added: &[(Option<&str>, Json)]) -> Vec<Edit> {
        let (spans, brackets): (Vec<Range<usize>>, _) = match &node.value {
            Value::Array(items) => (items.iter().map(|item| item.span.clone()).collect(), ["[", "]"]),
            Value::Object(members) => (members.iter().map(|member| member.span.clone()).collect(), ["{", "}"]),
            Value::Text(_) | Value::Plain(_) => return Vec::new(),
        };
        if gone.is_empty() && added.is_empty() {
            return Vec::new();
        }
        let Some(last) = (0..spans.len()).rev().find(|at| !gone.contains(at)) else {
            let indent = self.indent(node.span.start);
            let inner = self.unit.map(|unit| format!("{indent}{unit}"));
            return vec![Edit::replace(node.span.clone(), self.whole(added, brackets, indent, inner.as_deref()))];
        };
        let range = |at: &usize| {
            let own = spans.get(*at)?;
            // What stands before a part that stays goes up to the next one, what stands after all of those from the one before.
            Some(if *at < last { own.start..spans.get(at + 1)?.start } else { spans.get(at.checked_sub(1)?)?.end..own.end })
        };
        let mut edits: Vec<Edit> = gone.iter().filter_map(range).map(Edit::remove).collect();
        if let Some(end) = spans.last().map(|span| span.end).filter(|_| !added.is_empty()) {
            let lines = self.text.get(node.span.clone()).is_some_and(|text| text.contains('\n'));
            let inner = lines.then(|| self.indent(spans.last().map_or(0, |span| span.start)));
            let space = if lines || self.unit.is_none() { "" } else { " " };
            let parts = added.iter().map(|part| match inner {
                Some(inner) => format!(",{}{inner}{}", self.end, self.part(part, Some(inner))),
                None => format!(",{space}{}", self.part(part, None)),
            });
            edits.push(Edit::insert(end, parts.collect::<String>()));
        }
        edits
    }

    fn whole(&self, parts: &[(Option<&str>, Json)], [open, close]: [&str; 2], indent: &str, inner: Option<&str>) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.part(part, inner)).collect();
        match inner.filter(|_| !parts.is_empty()) {
            Some(inner) => {
                let between = format!(",{}{inner}", self.end);
                format!("{open}{}{inner}{}{}{indent}{close}", self.end, parts.join(&between), self.end)
            }
            None => format!("{open}{}{close}", parts.join(",")),
        }
    }

    fn part(&self, (key, value): &(Option<&str>, Json), indent: Option<&str>) -> String {
        let value = self.value(value, indent);
        let space = if self.unit.is_some() { " " } else { "" };
        key.map_or_else(|| value.clone(), |key| format!("{}:{space}{value}", Json::from(key)))
    }

    /// A value, over several lines from its second one on at an indentation, or in one line.
    fn value(&self, value: &Json, indent: Option<&str>) -> String {
        let (Some(indent), Some(unit)) = (indent, self.unit) else { return value.to_string() };
        let mut bytes = Vec::new();
        let written = value.serialize(&mut Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(unit.as_bytes())));
        let text = written.ok().and_then(|()| String::from_utf8(bytes).ok()).unwrap_or_else(|| value.to_string());
        text.replace('\n', &format!("{}{indent}", self.end))
    }

    /// The white space at the beginning of the line of a place.
    fn indent(&self, at: usize) -> &'t str {
        let line = self.text.get(..at).map_or(0, |before| before.rfind('\n').map_or(0, |end| end + 1));
        let line = self.text.get(line..at).unwrap_or_default();
        line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::onto::apply;
    use crate::onto::json::parse;

    fn edited(text: &str, key: &str, gone: &[usize], added: &[(Option<&str>, Json)]) -> String {
        let root = parse(text).unwrap();
        let gone = gone.iter().copied().collect();
        apply(text, Pen::of(text).parts(root.get(key).unwrap(), &gone, added))
    }

    #[test]
    fn what_comes_is_laid_out_as_what_is_there() {
        let text = "{\n  \"list\": [\n    1,\n    2\n  ],\n  \"none\": [],\n  \"short\": [1, 2],\n  \"map\": {\n    \"a\": 1\n  }\n}\n";
        assert_eq!(edited(text, "list", &[1], &[(None, json!([3]))]), text.replace("    2\n", "    [\n      3\n    ]\n"));
        assert_eq!(edited(text, "list", &[0, 1], &[]), text.replace("[\n    1,\n    2\n  ]", "[]"));
        assert_eq!(
            edited(text, "none", &[], &[(None, json!("a")), (None, json!("b"))]),
            text.replace("[]", "[\n    \"a\",\n    \"b\"\n  ]")
        );
        assert_eq!(edited(text, "short", &[0], &[(None, json!(3))]), text.replace("[1, 2]", "[2, 3]"));
        assert_eq!(edited(text, "map", &[0], &[(Some("b"), json!(2))]), text.replace("\"a\": 1", "\"b\": 2"));
    }

    #[test]
    fn a_text_in_one_line_stays_in_one() {
        let text = "{\"list\":[1,2,3],\"map\":{}}";
        assert_eq!(edited(text, "list", &[0, 2], &[(None, json!({"a": [1]}))]), "{\"list\":[2,{\"a\":[1]}],\"map\":{}}");
        assert_eq!(edited(text, "map", &[], &[(Some("a"), json!([1, 2]))]), "{\"list\":[1,2,3],\"map\":{\"a\":[1,2]}}");
    }
}
