//! A value that a program made, as a tree without places: the way around writing it as a text and reading that.

use super::{Entry, Node, Style, Value, json};
use crate::long::{self, Long};
use crate::source::Span;
use crate::{halves, limits};

/// The tree of a value, everything in it at one place; and whether the value could be written as JSON and read again,
/// within all limits, to that tree.
pub(crate) fn of(value: Long<'_>, at: Span) -> (Node, bool) {
    let mut maker = Maker::new(at);
    let tree = maker.node(value, 0);
    let Maker { nodes, bytes, fits, .. } = maker;
    (tree, fits && nodes <= limits::MAX_NODES && bytes <= limits::MAX_FILE_BYTES / 4)
}

/// How deep the entries of a section are in a model.
const OF_SECTIONS: usize = 2;

/// Makes nodes of values, and counts what there are limits for.
struct Maker {
    at: Span,
    nodes: usize,
    bytes: usize,
    fits: bool,
}

impl Maker {
    fn new(at: Span) -> Self {
        Self { at, nodes: 0, bytes: 0, fits: true }
    }

    fn node(&mut self, value: Long<'_>, depth: usize) -> Node {
        let (style, value) = match value {
            Long::Text(text) => {
                self.text(&text);
                (Style::Quoted, Value::Scalar(text.into_owned()))
            }
            Long::List(items) => {
                self.inner(depth);
                (Style::Flow, Value::List(items.into_iter().map(|item| self.node(item, depth + 1)).collect()))
            }
            Long::Map(entries) => {
                self.inner(depth);
                (Style::Flow, Value::Map(self.entries(entries, depth + 1)))
            }
            Long::Null => self.plain(Value::Null),
            Long::Bool(truth) => self.plain(Value::Scalar(truth.to_string())),
            Long::Number(number) => self.plain(Value::Scalar(number.to_string())),
        };
        Node { span: self.at, style, value, aliased: false }
    }

    fn plain(&mut self, value: Value) -> (Style, Value) {
        self.take(0);
        (Style::Plain, value)
    }

    /// Entries, on two cores where they are many, as those of sections can be.
    fn entries(&mut self, mut entries: Vec<long::Entry<'_>>, depth: usize) -> Vec<Entry> {
        let mut made = Vec::with_capacity(entries.len());
        let middle = if depth == OF_SECTIONS { halves::middle(entries.len()) } else { entries.len() };
        let rest = entries.split_off(middle);
        let mut other = Self::new(self.at);
        let apart = !rest.is_empty();
        let first = || made.extend(entries.into_iter().map(|entry| self.entry(entry, depth)));
        let second = || rest.into_iter().map(|entry| other.entry(entry, depth)).collect::<Vec<_>>();
        let ((), second) = halves::both(apart, first, second);
        made.extend(second);
        self.nodes += other.nodes;
        self.bytes += other.bytes;
        self.fits &= other.fits;
        made
    }

    fn entry(&mut self, (key, value): long::Entry<'_>, depth: usize) -> Entry {
        self.fits &= key.len() <= json::LONGEST_KEY;
        self.text(&key);
        Entry { key: key.into_owned(), key_span: self.at, value: self.node(value, depth) }
    }

    fn inner(&mut self, depth: usize) {
        self.fits &= depth < limits::MAX_DEPTH;
        self.take(0);
    }

    fn text(&mut self, text: &str) {
        self.fits &= !json::is_odd(text);
        self.take(text.len());
    }

    fn take(&mut self, bytes: usize) {
        self.nodes += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

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
        let (tree, fits) = of(value.clone().into(), Span::new(SourceId(0), 0, 0));
        assert!(fits);
        assert_eq!(bare(read(&value)), tree);
        assert_eq!(verbatim(&tree).to_json(), value);
    }

    #[test]
    fn entries_of_a_long_section_stay_in_order_and_count_as_all_others_do() {
        let at = Span::new(SourceId(0), 0, 0);
        let section = |last: &str| -> Json { (0..5_000).map(|n| (format!("k{n}"), json!(if n == 4_999 { last } else { "x" }))).collect() };
        let value = json!({"zones": section("y")});
        let (tree, fits) = of(value.clone().into(), at);
        assert!(fits);
        assert_eq!(verbatim(&tree).to_json(), value);
        assert!(!of(json!({"zones": section("\u{feff}")}).into(), at).1);
        assert!(!of(json!({"zones": section(&"x".repeat(limits::MAX_FILE_BYTES / 4))}).into(), at).1);
    }

    #[test]
    fn what_could_not_be_read_again_does_not_fit() {
        let fits = |value: &Json| of(value.clone().into(), Span::new(SourceId(0), 0, 0)).1;
        assert!(fits(&json!({"a": [[["ü\n"]]]})));
        let deep = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!([deep(limits::MAX_DEPTH), deep(limits::MAX_DEPTH + 1)].map(|value| fits(&value)), [true, false]);
        assert!(!fits(&json!({"k".repeat(2_000): 1})));
        assert!(!fits(&json!(["\u{feff}"])));
        assert!(!fits(&json!("x".repeat(limits::MAX_FILE_BYTES))));
    }
}
