//! A model in its one long form: no short forms, no comments, no choice of quoting.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::ById;
use crate::lang::syntax::{Record as _, key};
use crate::lang::{FactSet, Root};
use crate::source::SourceId;

pub use crate::long::{Entry, Long, push_entry};

/// The long form of everything that a model states itself; what used files give is not repeated.
///
/// The model's own file is the one that states `redan`, without which no model is valid.
pub fn long(root: &Root) -> Long<'_> {
    let whole = |(key, stated)| match stated {
        Stated::Value(value) => (key, value),
        Stated::Entries(entries) => (key, Long::Map(entries.collect())),
    };
    Long::Map(parts(root).map(whole).collect())
}

/// A key at the top of the long form, and what stands under it.
pub type Part<'m> = (Cow<'m, str>, Stated<'m>);

/// What stands under a key at the top.
pub enum Stated<'m> {
    /// A mapping that is not empty, each entry made when it is asked for: all those of a long section would take memory for
    /// nothing.
    Entries(Box<dyn Iterator<Item = Entry<'m>> + 'm>),
    /// Anything else.
    Value(Long<'m>),
}

impl<'m> From<Long<'m>> for Stated<'m> {
    fn from(value: Long<'m>) -> Self {
        match value {
            Long::Map(entries) if !entries.is_empty() => Self::Entries(Box::new(entries.into_iter())),
            Long::Elsewhere(value) if !value.entries().is_empty() => {
                Self::Entries(Box::new(value.entries().iter().map(|(key, value)| (Cow::Borrowed(key.as_ref()), value.borrowed()))))
            }
            value => Self::Value(value),
        }
    }
}

/// The long form part by part, in the order in which models are written.
pub fn parts(root: &Root) -> impl Iterator<Item = Part<'_>> {
    let file = root.redan.as_ref().map(|version| version.span.source);
    let fields = Root::FIELDS.iter().filter_map(move |field| {
        let key = key(field.name);
        let value = || (field.write)(root);
        let said = match (key.as_ref(), file) {
            ("assumptions", Some(file)) => {
                let is_own = |id: &str| root.assumptions.entries.get(id).is_none_or(|entry| entry.key_span.source == file);
                only(value()?, is_own).into()
            }
            ("traits", Some(file)) => facts_of(file, &root.traits, value()?)?.into(),
            ("controls", Some(file)) => facts_of(file, &root.controls, value()?)?.into(),
            _ => match (field.entries)(root) {
                Some(entries) => Stated::Entries(entries),
                None => value()?.into(),
            },
        };
        Some((key, said))
    });
    fields.chain(root.extras.write().map(|(key, value)| (key, value.into())))
}

/// The same as JSON.
pub fn to_json(root: &Root) -> Json {
    long(root).to_json()
}

fn only<'m>(mut section: Long<'m>, is_own: impl Fn(&str) -> bool) -> Long<'m> {
    if let Long::Map(entries) = &mut section {
        entries.retain(|(id, _)| is_own(id));
    }
    section
}

/// What a file says of a set of facts; `None` where it says nothing.
fn facts_of<'m>(file: SourceId, facts: &FactSet, section: Long<'m>) -> Option<Long<'m>> {
    facts.span.filter(|span| span.source == file)?;
    Some(only(section, |name| facts.entries.get(name).is_none_or(|entry| entry.key_span.source == file)))
}

/// The long forms of two versions of a model, without the fields and the entries of sections that both have.
pub fn beyond_each_other(old: &Long<'_>, new: &Long<'_>) -> (Json, Json) {
    (beyond(old, new, 2), beyond(new, old, 2))
}

/// A mapping without what another has too, down to a depth.
fn beyond(long: &Long<'_>, other: &Long<'_>, depth: u8) -> Json {
    let (Long::Map(entries), Long::Map(others), true) = (long.itself(), other.itself(), depth > 0) else { return long.to_json() };
    let known: ById<&Long<'_>, &str> = others.iter().map(|(key, value)| (key.as_ref(), value)).collect();
    let own = entries.iter().filter_map(|(key, value)| match known.get(key.as_ref()) {
        Some(other) if *other == value => None,
        Some(other) => Some((key.as_ref().to_owned(), beyond(value, other, depth - 1))),
        None => Some((key.as_ref().to_owned(), value.to_json())),
    });
    Json::Object(own.collect())
}
