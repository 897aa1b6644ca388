//! A value that a program made, as a tree without places: the way around writing it as a text and reading that.

use serde_json::Value as Json;

use super::{Entry, Node, Style, Value, json};
use crate::limits;
use crate::source::Span;

/// Whether a value could be written as JSON and read again, within all limits, to the tree that [`of`] gives.
pub(crate) fn fits(value: &Json) -> bool {
    Bounds { nodes: limits::MAX_NODES, bytes: limits::MAX_FILE_BYTES / 4 }.hold(value, 0)
}

/// The tree of a value; everything in it stands at one place.
pub(crate) fn of(value: Json, at: Span) -> Node {
    let (style, value) = match value {
        Json::Null => (Style::Plain, Value::Null),
        Json::Bool(truth) => (Style::Plain, Value::Scalar(truth.to_string())),
        Json::Number(number) => (Style::Plain, Value::Scalar(number.to_string())),
        Json::String(text) => (Style::Quoted, Value::Scalar(text)),
        Json::Array(items) => (Style::Flow, Value::List(items.into_iter().map(|item| of(item, at)).collect())),
        Json::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| Entry { key, key_span: at, value: of(value, at) });
            (Style::Flow, Value::Map(entries.collect()))
        }
    };
    Node { span: at, style, value, aliased: false }
}

/// What is left of the limits.
struct Bounds {
    nodes: usize,
    bytes: usize,
}

impl Bounds {
    fn hold(&mut self, value: &Json, depth: usize) -> bool {
        match value {
            Json::Null | Json::Bool(_) | Json::Number(_) => self.take(0),
            Json::String(text) => self.text(text),
            Json::Array(items) => self.take(0) && depth < limits::MAX_DEPTH && items.iter().all(|item| self.hold(item, depth + 1)),
            Json::Object(entries) => {
                let entry =
                    |(key, value): (&String, &Json)| key.len() <= json::LONGEST_KEY && self.text(key) && self.hold(value, depth + 1);
                depth < limits::MAX_DEPTH && entries.iter().all(entry) && self.take(0)
            }
        }
    }

    fn text(&mut self, text: &str) -> bool {
        self.take(text.len()) && !json::is_odd(text)
    }

    fn take(&mut self, bytes: usize) -> bool {
        let left = (self.nodes.checked_sub(1), self.bytes.checked_sub(bytes));
        let (Some(nodes), Some(bytes)) = left else { return false };
        (self.nodes, self.bytes) = (nodes, bytes);
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lang::syntax::verbatim;
    use crate::source::SourceId;

    fn read(value: &Json) -> Node {
        super::super::parse_text(&value.to_string(), SourceId(0), 0, &mut Vec::new()).root
    }

    #[test]
    fn a_value_is_the_tree_of_its_text_but_for_places() {
        let value = json!({"a": [1, -2.5, 1e300, true, null, "x", "", "null", "12"], "b": {"c": {}, "d": []}});
        fn bare(mut node: Node) -> Node {
            node.span = Span::new(SourceId(0), 0, 0);
            match &mut node.value {
                Value::List(items) => items.iter_mut().for_each(|item| *item = bare(item.clone())),
                Value::Map(entries) => entries.iter_mut().for_each(|entry| {
                    entry.key_span = Span::new(SourceId(0), 0, 0);
                    entry.value = bare(entry.value.clone());
                }),
                Value::Null | Value::Scalar(_) => {}
            }
            node
        }
        let tree = of(value.clone(), Span::new(SourceId(0), 0, 0));
        assert_eq!(bare(read(&value)), tree);
        assert_eq!(verbatim(&tree).to_json(), value);
    }

    #[test]
    fn what_could_not_be_read_again_does_not_fit() {
        assert!(fits(&json!({"a": [[["ü\n"]]]})));
        let deep = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!([deep(limits::MAX_DEPTH), deep(limits::MAX_DEPTH + 1)].map(|value| fits(&value)), [true, false]);
        assert!(!fits(&json!({"k".repeat(2_000): 1})));
        assert!(!fits(&json!(["\u{feff}"])));
        assert!(!fits(&json!("x".repeat(limits::MAX_FILE_BYTES))));
    }
}
