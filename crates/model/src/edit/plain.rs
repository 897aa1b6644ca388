//! What a tree means, without places and looks, and the requested changes made on that meaning.
//!
//! This is what the result of an edit is compared with; it never looks at the text.

use super::{EditError, expand};
use crate::source::SourceId;
use crate::tree::{self, Node, Value};

/// The meaning of a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Plain {
    /// Nothing.
    Null,
    /// A scalar.
    Text(String),
    /// A list.
    List(Vec<Plain>),
    /// A mapping; its order means nothing.
    Map(Vec<(String, Plain)>),
}

impl Plain {
    pub(super) fn of(node: &Node) -> Self {
        match &node.value {
            Value::Null => Self::Null,
            Value::Scalar(text) => Self::Text(text.clone()),
            Value::List(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Map(entries) => Self::Map(entries.iter().map(|entry| (entry.key.clone(), Self::of(&entry.value))).collect()),
        }
    }

    /// A value as given by a user: brackets and braces are YAML, everything else is text.
    pub(super) fn of_argument(value: &str) -> Result<Self, EditError> {
        let value = value.trim();
        if !value.starts_with(['[', '{']) {
            return Ok(Self::Text(value.to_owned()));
        }
        let mut faults = Vec::new();
        let document = tree::parse_text(value, SourceId(0), 0, &mut faults);
        match faults.first() {
            None if document.comments.is_empty() => Ok(Self::of(&document.root)),
            None => Err(EditError::Malformed("a value cannot hold a comment".to_owned())),
            Some(fault) => Err(EditError::Malformed(format!("the value cannot be read: {}", fault.message))),
        }
    }

    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// `{a: {b: value}}` for the keys `a`, `b`.
    pub(super) fn nested(keys: &[String], value: &Plain) -> Self {
        keys.iter().rev().fold(value.clone(), |inner, key| Self::Map(vec![(key.clone(), inner)]))
    }

    /// The same meaning with all mappings in one order, for comparison.
    pub(crate) fn sorted(self) -> Self {
        match self {
            Self::Null | Self::Text(_) => self,
            Self::List(items) => Self::List(items.into_iter().map(Self::sorted).collect()),
            Self::Map(entries) => {
                let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (key, value.sorted())).collect();
                entries.sort();
                Self::Map(entries)
            }
        }
    }

    /// Sets what `keys[depth..]` lead to; the keys before are where this node is.
    pub(super) fn set(&mut self, keys: &[String], depth: usize, value: &Plain) -> Result<(), EditError> {
        let Some(key) = keys.get(depth) else {
            *self = value.clone();
            return Ok(());
        };
        if let Some(longer) = expand::long_form(self, &keys[..depth], key) {
            *self = longer;
        }
        match self {
            Self::Null => *self = Self::nested(&keys[depth..], value),
            Self::Map(entries) => match entries.iter_mut().find(|(name, _)| name == key) {
                Some((_, entry)) => entry.set(keys, depth + 1, value)?,
                None => entries.push((key.clone(), Self::nested(&keys[depth + 1..], value))),
            },
            Self::List(items) => {
                let item = key.parse().ok().and_then(|at: usize| items.get_mut(at)).ok_or_else(|| unknown(key))?;
                item.set(keys, depth + 1, value)?;
            }
            Self::Text(_) => return Err(EditError::Refused(format!("`{}` is a single value and has no `{key}`", keys[..depth].join(".")))),
        }
        Ok(())
    }

    /// Adds an item to the list at `path`.
    pub(super) fn push(&mut self, path: &[String], item: &str) {
        match (self, path.split_first()) {
            (Self::List(items), None) => items.push(Self::text(item)),
            (Self::Map(entries), Some((key, rest))) => {
                if let Some((_, entry)) = entries.iter_mut().find(|(name, _)| name == key) {
                    entry.push(rest, item);
                }
            }
            (Self::List(items), Some((key, rest))) => {
                if let Some(entry) = key.parse().ok().and_then(|at: usize| items.get_mut(at)) {
                    entry.push(rest, item);
                }
            }
            _ => {}
        }
    }

    /// Removes what `keys` lead to. A section without entries goes as a whole.
    pub(super) fn remove(&mut self, keys: &[String], depth: usize) -> Result<(), EditError> {
        let Some(key) = keys.get(depth) else { return Ok(()) };
        let last = depth + 1 == keys.len();
        match self {
            Self::Map(entries) => {
                let at = entries.iter().position(|(name, _)| name == key).ok_or_else(|| unknown(key))?;
                if !last {
                    entries[at].1.remove(keys, depth + 1)?;
                }
                if last || (depth == 0 && entries[at].1 == Self::Map(Vec::new())) {
                    entries.remove(at);
                }
            }
            Self::List(items) => {
                let at =
                    item_at(items.len(), key, |at| matches!(&items[at], Self::Text(text) if text == key)).ok_or_else(|| unknown(key))?;
                if last {
                    items.remove(at);
                } else {
                    items[at].remove(keys, depth + 1)?;
                }
            }
            Self::Null | Self::Text(_) => return Err(unknown(key)),
        }
        Ok(())
    }
}

/// The item of a list that a part of a path names: by its text, or by its number from 0.
pub(super) fn item_at(length: usize, key: &str, named: impl Fn(usize) -> bool) -> Option<usize> {
    (0..length).find(|at| named(*at)).or_else(|| key.parse().ok().filter(|at| *at < length))
}

pub(super) fn unknown(name: &str) -> EditError {
    EditError::Unknown { name: name.to_owned(), nearest: None }
}
