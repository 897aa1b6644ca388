//! What a knowledge file says, as a tree with places, and the reading of records from it.
//!
//! Files on disk (YAML) and the embedded text (JSON) give the same tree, so there is one way to read it; only the
//! places are missing in the embedded one. Reading collects faults and goes on.

use std::borrow::Cow;

use indexmap::IndexMap;
use redan_model::suggest::nearest;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::KnowledgeError;

/// A value and where it is.
pub(super) type Node = Placed<Tree>;

/// A key and where it is.
pub(super) type Key = Placed<Cow<'static, str>>;

/// A value and where it was written. The reader's own `Spanned` keeps two places of 40 bytes each, and there are ten
/// thousand values in the tree that every run reads.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed<T> {
    /// What was written.
    pub(super) value: T,
    at: At,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Spanned::<T>::deserialize(deserializer)?;
        Ok(Self { value: read.value, at: read.referenced.into() })
    }
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    /// Nothing.
    Null,
    /// A text, or a scalar that is not a number or truth value.
    Text(Cow<'static, str>),
    /// A number or truth value, as text.
    Bare(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in order.
    Map(Vec<(Key, Node)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bare(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Bare(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Bare(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Bare(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::Text(Cow::Owned(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Tree::Map(map))
    }
}

/// A node of the embedded text, which has no places; it borrows the texts that need no unescaping.
#[derive(Debug)]
pub(super) struct Embedded(pub(super) Node);

impl Deserialize<'static> for Embedded {
    fn deserialize<D: Deserializer<'static>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EmbeddedVisitor)
    }
}

struct EmbeddedVisitor;

impl Embedded {
    fn of(tree: Tree) -> Self {
        Self(nowhere(tree))
    }
}

impl Visitor<'static> for EmbeddedVisitor {
    type Value = Embedded;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Embedded, E> {
        Ok(Embedded::of(Tree::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Embedded, E> {
        Ok(Embedded::of(Tree::Bare(value.to_string())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Embedded, E> {
        Ok(Embedded::of(Tree::Bare(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Embedded, E> {
        Ok(Embedded::of(Tree::Bare(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Embedded, E> {
        Ok(Embedded::of(Tree::Bare(value.to_string())))
    }

    fn visit_str<E>(self, value: &str) -> Result<Embedded, E> {
        Ok(Embedded::of(Tree::Text(Cow::Owned(value.to_owned()))))
    }

    fn visit_borrowed_str<E>(self, value: &'static str) -> Result<Embedded, E> {
        Ok(Embedded::of(Tree::Text(Cow::Borrowed(value))))
    }

    fn visit_seq<A: SeqAccess<'static>>(self, mut items: A) -> Result<Embedded, A::Error> {
        let mut list = Vec::new();
        while let Some(Embedded(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Embedded::of(Tree::List(list)))
    }

    fn visit_map<A: MapAccess<'static>>(self, mut entries: A) -> Result<Embedded, A::Error> {
        let mut map = Vec::new();
        while let Some((key, Embedded(value))) = entries.next_entry::<&'static str, Embedded>()? {
            map.push((nowhere(Cow::Borrowed(key)), value));
        }
        Ok(Embedded::of(Tree::Map(map)))
    }
}

fn nowhere<T>(value: T) -> Placed<T> {
    Placed { value, at: At::default() }
}

/// Line and column of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct At {
    pub(super) line: u32,
    pub(super) column: u32,
    /// The byte of the text, counted from 1; 0 where it is not known.
    pub(super) next_byte: u32,
}

impl At {
    /// The byte of the text.
    pub(super) fn offset(self) -> Option<usize> {
        (self.next_byte as usize).checked_sub(1)
    }
}

impl From<Location> for At {
    fn from(location: Location) -> Self {
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let next_byte = location.span().byte_offset().map_or(0, |byte| number(byte).saturating_add(1));
        Self { line: number(location.line()), column: number(location.column()), next_byte }
    }
}

/// Where a value was written.
pub(super) fn at<T>(placed: &Placed<T>) -> At {
    placed.at
}

/// A scalar's text.
pub(super) fn scalar(node: &Node) -> Option<&str> {
    match &node.value {
        Tree::Text(text) => Some(text),
        Tree::Bare(text) => Some(text),
        Tree::Null | Tree::List(_) | Tree::Map(_) => None,
    }
}

/// The faults found in one file.
#[derive(Debug)]
pub(super) struct Faults<'t> {
    pub(super) file: &'t str,
    /// The text, where there is one: how a scalar was quoted is not part of the tree.
    pub(super) text: Option<&'t str>,
    pub(super) errors: &'t mut Vec<KnowledgeError>,
}

impl Faults<'_> {
    /// Notes a fault.
    pub(super) fn push(&mut self, at: At, message: impl Into<String>) {
        self.errors.push(KnowledgeError {
            file: self.file.to_owned(),
            line: at.line.max(1),
            column: at.column.max(1),
            message: message.into(),
        });
    }

    /// Notes a name that does not exist, with the nearest that does.
    pub(super) fn unknown<'a>(&mut self, at: At, what: &str, given: &str, allowed: impl IntoIterator<Item = &'a str>) {
        let hint = nearest(given, allowed).map_or(String::new(), |name| format!("; did you mean `{name}`?"));
        self.push(at, format!("there is no {what} `{given}`{hint}"));
    }
}

/// One mapping whose keys are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'n> {
    at: At,
    entries: &'n [(Key, Node)],
}

impl<'n> Record<'n> {
    /// Reads a mapping; unknown keys are faults.
    pub(super) fn open(node: &'n Node, place: At, what: &str, allowed: &[&str], faults: &mut Faults<'_>) -> Option<Self> {
        let Tree::Map(entries) = &node.value else {
            faults.push(at(node), format!("{what} is a mapping with the keys {}", allowed.join(", ")));
            return None;
        };
        for (key, _) in entries.iter().filter(|(key, _)| !allowed.contains(&&*key.value)) {
            faults.unknown(at(key), &format!("key of {what}"), &key.value, allowed.iter().copied());
        }
        Some(Self { at: place, entries })
    }

    /// Where the record is.
    pub(super) fn at(&self) -> At {
        self.at
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(name, _)| name.value == key).map(|(_, node)| node)
    }

    /// The value of a key that has to be there.
    pub(super) fn need(&self, key: &str, faults: &mut Faults<'_>) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() {
            faults.push(self.at, format!("the key `{key}` is missing"));
        }
        found
    }

    /// A text that may be left out; empty where it is.
    pub(super) fn text_if_any(&self, key: &str, faults: &mut Faults<'_>) -> String {
        if self.get(key).is_some() { self.text(key, faults) } else { String::new() }
    }

    /// A text that has to be there and not be empty.
    pub(super) fn text(&self, key: &str, faults: &mut Faults<'_>) -> String {
        let Some(node) = self.need(key, faults) else { return String::new() };
        match scalar(node).map(str::trim) {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => {
                faults.push(at(node), format!("`{key}` is a text"));
                String::new()
            }
        }
    }

    /// A list of scalars; nothing when the key is not there.
    pub(super) fn texts(&self, key: &str, faults: &mut Faults<'_>) -> Vec<(String, At)> {
        self.get(key).map_or_else(Vec::new, |node| texts(node, key, faults))
    }

    /// A list of words of a fixed vocabulary.
    pub(super) fn words<T: Copy>(&self, key: &str, all: &[T], name: fn(T) -> &'static str, faults: &mut Faults<'_>) -> Vec<T> {
        let mut found = Vec::new();
        for (word, place) in self.texts(key, faults) {
            found.extend(parse_word(&word, place, key, all, name, faults));
        }
        found
    }

    /// One word of a fixed vocabulary.
    pub(super) fn word<T: Copy>(&self, key: &str, all: &[T], name: fn(T) -> &'static str, faults: &mut Faults<'_>) -> Option<T> {
        let node = self.get(key)?;
        match scalar(node) {
            Some(word) => parse_word(word, at(node), key, all, name, faults),
            None => {
                faults.push(at(node), format!("`{key}` is one of {}", all.iter().map(|t| name(*t)).collect::<Vec<_>>().join(", ")));
                None
            }
        }
    }

    /// `references`: ids by list.
    pub(super) fn references(&self, faults: &mut Faults<'_>) -> IndexMap<String, Vec<String>> {
        let Some(node) = self.get("references") else { return IndexMap::new() };
        let Tree::Map(lists) = &node.value else {
            faults.push(at(node), "`references` is a mapping from the name of a public list to a list of its ids");
            return IndexMap::new();
        };
        let ids = |node, faults: &mut Faults<'_>| texts(node, "references", faults).into_iter().map(|(id, _)| id).collect();
        lists.iter().map(|(list, node)| (list.value.to_string(), ids(node, faults))).collect()
    }
}

fn parse_word<T: Copy>(word: &str, place: At, key: &str, all: &[T], name: fn(T) -> &'static str, faults: &mut Faults<'_>) -> Option<T> {
    let found = all.iter().copied().find(|t| name(*t) == word);
    if found.is_none() {
        faults.unknown(place, &format!("word of `{key}`"), word, all.iter().map(|t| name(*t)));
    }
    found
}

/// A list of scalars with their places.
pub(super) fn texts(node: &Node, key: &str, faults: &mut Faults<'_>) -> Vec<(String, At)> {
    let Tree::List(items) = &node.value else {
        faults.push(at(node), format!("`{key}` is a list"));
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in items {
        match scalar(item) {
            Some(text) => found.push((text.to_owned(), at(item))),
            None => faults.push(at(item), format!("an item of `{key}` is a single word or text")),
        }
    }
    found
}

/// Whether an id may be used: kebab-case, starting with a letter.
pub(super) fn is_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-')
        && !id.contains("--")
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
