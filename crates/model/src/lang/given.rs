//! What the language is read from: a node of a text, or a value that a program made.
//!
//! Either is opened level by level while it is read. What a node says is copied, since the text stays; what a program
//! made moves into the model, so that a large import has neither a second tree nor a second copy of its texts.

use std::borrow::Cow;
use std::{slice, vec};

use serde_json::Value as Json;

use crate::halves;
use crate::long::{self, Long};
use crate::source::Span;
use crate::tree::{Entry, Kind, Node, Style, Value};

/// Where a value stands and what it is: all that a message about it needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The value's own text, without the key before it.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    style: Style,
    aliased: bool,
}

impl Place {
    /// The place of a part of a scalar, or the whole scalar where escapes make offsets meaningless.
    pub(super) fn part(self, text: &str, start: usize, end: usize) -> Span {
        let length = self.span.range().len();
        let offset = match self.style {
            _ if self.aliased => return self.span,
            Style::Plain if length == text.len() => 0,
            Style::Quoted if length == text.len() + 2 => 1,
            _ => return self.span,
        };
        let base = self.span.start as usize + offset;
        Span::new(self.span.source, base + start, base + end)
    }
}

/// A value to be read.
#[derive(Debug, Clone)]
pub struct Given<'n> {
    /// Where it stands.
    pub place: Place,
    value: Holds<'n>,
}

#[derive(Debug, Clone)]
enum Holds<'n> {
    Node(&'n Node),
    Made(Long<'static>),
}

/// A key and what stands under it.
#[derive(Debug, Clone)]
pub struct Keyed<'n> {
    /// The key's text.
    pub key: Cow<'n, str>,
    /// Where the key is.
    pub key_span: Span,
    /// What it leads to.
    pub value: Given<'n>,
}

impl<'n> Given<'n> {
    /// A node of a text.
    pub fn node(node: &'n Node) -> Self {
        let place = Place { span: node.span, kind: node.kind(), style: node.style, aliased: node.aliased };
        Self { place, value: Holds::Node(node) }
    }

    /// A value that a program made, everything in it at one place.
    pub fn made(value: Long<'static>, span: Span) -> Self {
        let kind = match value {
            Long::Null => Kind::Nothing,
            Long::Bool(_) | Long::Number(_) | Long::Text(_) => Kind::Scalar,
            Long::List(_) => Kind::List,
            Long::Map(_) => Kind::Map,
            Long::Elsewhere(value) => return Self::made(value.clone(), span),
        };
        Self { place: Place { span, kind, style: Style::Flow, aliased: false }, value: Holds::Made(value) }
    }

    /// What the value is.
    pub fn kind(&self) -> Kind {
        self.place.kind
    }

    /// The text of a scalar.
    pub fn text(self) -> Option<Cow<'n, str>> {
        match self.value {
            Holds::Node(node) => node.as_str().map(Cow::Borrowed),
            Holds::Made(Long::Text(text)) => Some(text),
            Holds::Made(Long::Bool(truth)) => Some(if truth { "true" } else { "false" }.into()),
            Holds::Made(Long::Number(number)) => Some(number.to_string().into()),
            Holds::Made(Long::Null | Long::List(_) | Long::Map(_) | Long::Elsewhere(_)) => None,
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(self) -> Items<'n> {
        match self.value {
            Holds::Node(Node { value: Value::List(items), .. }) => Items::Nodes(items.iter()),
            Holds::Made(Long::List(items)) => Items::Made(items.into_iter(), self.place.span),
            Holds::Node(_) | Holds::Made(_) => Items::Nodes([].iter()),
        }
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(self) -> Entries<'n> {
        match self.value {
            Holds::Node(Node { value: Value::Map(entries), .. }) => Entries::Nodes(entries.iter()),
            Holds::Made(Long::Map(entries)) => Entries::Made(entries.into_iter(), self.place.span),
            Holds::Node(_) | Holds::Made(_) => Entries::Nodes([].iter()),
        }
    }

    /// The value as it stands, scalars that JSON has types for as those types.
    pub fn verbatim(self) -> Long<'static> {
        match self.value {
            Holds::Node(node) => verbatim(node),
            Holds::Made(value) => value,
        }
    }
}

/// The items of a list, each opened when it is asked for.
#[derive(Debug, Clone)]
pub enum Items<'n> {
    /// Of a text.
    Nodes(slice::Iter<'n, Node>),
    /// Made by a program, and where all of them stand.
    Made(vec::IntoIter<Long<'static>>, Span),
}

impl<'n> Iterator for Items<'n> {
    type Item = Given<'n>;

    fn next(&mut self) -> Option<Given<'n>> {
        match self {
            Self::Nodes(nodes) => nodes.next().map(Given::node),
            Self::Made(values, span) => values.next().map(|value| Given::made(value, *span)),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Nodes(nodes) => nodes.size_hint(),
            Self::Made(values, _) => values.size_hint(),
        }
    }
}

impl ExactSizeIterator for Items<'_> {}

/// The entries of a mapping, each opened when it is asked for.
#[derive(Debug, Clone)]
pub enum Entries<'n> {
    /// Of a text.
    Nodes(slice::Iter<'n, Entry>),
    /// Made by a program, and where all of them stand.
    Made(vec::IntoIter<long::Entry<'static>>, Span),
}

impl Entries<'_> {
    /// The halves of many entries; few are all in the first one.
    pub(super) fn halves(self) -> (Self, Self) {
        match self {
            Self::Nodes(nodes) => {
                let nodes = nodes.as_slice();
                let (first, second) = nodes.split_at(halves::middle(nodes.len()));
                (Self::Nodes(first.iter()), Self::Nodes(second.iter()))
            }
            Self::Made(entries, span) => {
                let mut first: Vec<_> = entries.collect();
                let second = first.split_off(halves::middle(first.len()));
                (Self::Made(first.into_iter(), span), Self::Made(second.into_iter(), span))
            }
        }
    }
}

impl<'n> Iterator for Entries<'n> {
    type Item = Keyed<'n>;

    fn next(&mut self) -> Option<Keyed<'n>> {
        match self {
            Self::Nodes(nodes) => nodes.next().map(|entry| Keyed {
                key: Cow::Borrowed(&entry.key),
                key_span: entry.key_span,
                value: Given::node(&entry.value),
            }),
            Self::Made(entries, span) => {
                entries.next().map(|(key, value)| Keyed { key, key_span: *span, value: Given::made(value, *span) })
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Nodes(nodes) => nodes.size_hint(),
            Self::Made(entries, _) => entries.size_hint(),
        }
    }
}

impl ExactSizeIterator for Entries<'_> {}

fn verbatim(node: &Node) -> Long<'static> {
    match &node.value {
        Value::Null => Long::Null,
        Value::Scalar(text) if node.style == Style::Plain => plain_scalar(text),
        Value::Scalar(text) => Long::from(text.clone()),
        Value::List(items) => Long::List(items.iter().map(verbatim).collect()),
        Value::Map(entries) => Long::Map(entries.iter().map(|entry| (entry.key.clone().into(), verbatim(&entry.value))).collect()),
    }
}

fn plain_scalar(text: &str) -> Long<'static> {
    let literal = text.trim_start().starts_with(['-', 't', 'f', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    match literal.then(|| serde_json::from_str::<Json>(text)) {
        Some(Ok(Json::Bool(truth))) => Long::Bool(truth),
        Some(Ok(Json::Number(number))) => Long::Number(number),
        _ => Long::from(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::SourceId;

    fn nowhere() -> Span {
        Span::new(SourceId(0), 0, 0)
    }

    /// Everything that a reader can see of a value.
    fn seen(given: &Given<'_>) -> Json {
        match given.kind() {
            Kind::Nothing => Json::Null,
            Kind::Scalar => given.clone().text().unwrap_or_default().as_ref().into(),
            Kind::List => given.clone().items().map(|item| seen(&item)).collect(),
            Kind::Map => given.clone().entries().map(|entry| (entry.key.into_owned(), seen(&entry.value))).collect(),
        }
    }

    #[test]
    fn a_value_shows_what_the_node_of_its_text_shows() {
        let value = json!({"a": [1, -2.5, 1e300, true, false, null, "x", "", "null", "12"], "b": {"c": {}, "d": []}, "e": u64::MAX});
        let tree = crate::tree::parse_text(&value.to_string(), SourceId(0), 0, &mut Vec::new()).root;
        let (node, made) = (Given::node(&tree), Given::made(value.clone().into(), nowhere()));
        assert_eq!(seen(&node), seen(&made));
        assert_eq!([node.verbatim().to_json(), made.verbatim().to_json()], [value.clone(), value]);
    }

    #[test]
    fn what_is_no_list_has_no_items_and_what_is_no_mapping_no_entries() {
        for (value, items, entries) in [(json!([1, 2]), 2, 0), (json!({"a": 1}), 0, 1), (json!("a"), 0, 0), (json!(null), 0, 0)] {
            let given = Given::made(value.into(), nowhere());
            assert_eq!((given.clone().items().len(), given.clone().entries().len()), (items, entries));
            assert_eq!(given.kind() == Kind::Scalar, given.text().is_some());
        }
    }

    #[test]
    fn halves_have_all_entries_in_order() {
        for length in [3, 5_000] {
            let entries: serde_json::Map<String, Json> = (0..length).map(|n| (format!("k{n}"), n.into())).collect();
            let (first, second) = Given::made(entries.into(), nowhere()).entries().halves();
            assert_eq!(second.len() > 0, length == 5_000);
            let keys: Vec<String> = first.chain(second).map(|entry| entry.key.into_owned()).collect();
            assert_eq!(keys, (0..length).map(|n| format!("k{n}")).collect::<Vec<_>>());
        }
    }
}
