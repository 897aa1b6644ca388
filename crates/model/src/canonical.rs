//! A model in its one long form: no short forms, no comments, no choice of quoting.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use crate::lang::Root;
use crate::lang::syntax::Syntax;
use crate::source::SourceId;

pub use crate::long::Long;

/// The long form of everything that a model states itself, as JSON; what used files give is not repeated.
pub fn to_json(root: &Root) -> Json {
    own(root).write().to_json()
}

/// The long forms of two versions of a model, without the fields and the entries of sections that both have.
pub fn beyond_each_other(old: &Root, new: &Root) -> (Json, Json) {
    let (old, new) = (own(old), own(new));
    let (old, new) = (old.write(), new.write());
    (beyond(&old, &new, 2), beyond(&new, &old, 2))
}

/// A mapping without what another has too, down to a depth.
fn beyond(long: &Long<'_>, other: &Long<'_>, depth: u8) -> Json {
    let (Long::Map(entries), Long::Map(others), true) = (long, other, depth > 0) else { return long.to_json() };
    let known: FxHashMap<&str, &Long<'_>> = others.iter().map(|(key, value)| (key.as_ref(), value)).collect();
    let own = entries.iter().filter_map(|(key, value)| match known.get(key.as_ref()) {
        Some(other) if *other == value => None,
        Some(other) => Some((key.as_ref().to_owned(), beyond(value, other, depth - 1))),
        None => Some((key.as_ref().to_owned(), value.to_json())),
    });
    Json::Object(own.collect())
}

/// What a model states itself, to be written in its long form.
///
/// The model's own file is the one that states `redan`, without which no model is valid.
pub fn own(root: &Root) -> Cow<'_, Root> {
    let file = root.redan.as_ref().map(|version| version.span.source);
    let Some(file) = file.filter(|file| !is_alone(root, *file)) else { return Cow::Borrowed(root) };
    let mut own = root.clone();
    own.assumptions.entries.retain(|_, entry| entry.key_span.source == file);
    for set in [&mut own.traits, &mut own.controls] {
        set.entries.retain(|_, entry| entry.key_span.source == file);
        set.span = set.span.filter(|span| span.source == file);
    }
    Cow::Owned(own)
}

/// The long form of all that a record holds.
pub fn long(root: &Root) -> Long<'_> {
    root.write()
}

/// Whether nothing in a model comes from a file that it uses.
fn is_alone(root: &Root, file: SourceId) -> bool {
    let facts = [&root.traits, &root.controls].into_iter().flat_map(|set| set.entries.values().map(|entry| entry.key_span).chain(set.span));
    root.assumptions.entries.values().map(|entry| entry.key_span).chain(facts).all(|span| span.source == file)
}
