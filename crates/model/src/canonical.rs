//! A model in its one long form, as JSON: no short forms, no comments, no choice of quoting.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::lang::Root;
use crate::lang::syntax::{Syntax, write_fields};
use crate::source::SourceId;

/// The long form of everything that a model states itself; what used files give is not repeated.
///
/// The model's own file is the one that states `redan`, without which no model is valid.
pub fn to_json(root: &Root) -> Json {
    own(root).write()
}

/// The long forms of two versions of a model, without the entries that both have.
pub fn beyond_each_other(old: &Root, new: &Root) -> (Json, Json) {
    let (old, new) = (own(old), own(new));
    let beyond = |root: &Root, other: &Root| write_fields(root, |field| (field.write_beyond)(root, other));
    (beyond(&old, &new), beyond(&new, &old))
}

/// What a model states itself.
fn own(root: &Root) -> Cow<'_, Root> {
    let Some(file) = root.redan.as_ref().map(|version| version.span.source) else { return Cow::Borrowed(root) };
    if is_alone(root, file) {
        return Cow::Borrowed(root);
    }
    let mut own = root.clone();
    own.assumptions.entries.retain(|_, entry| entry.key_span.source == file);
    for set in [&mut own.traits, &mut own.controls] {
        set.entries.retain(|_, entry| entry.key_span.source == file);
        set.span = set.span.filter(|span| span.source == file);
    }
    Cow::Owned(own)
}

/// Whether nothing in a model comes from a file that it uses.
fn is_alone(root: &Root, file: SourceId) -> bool {
    let facts = [&root.traits, &root.controls].into_iter().flat_map(|set| set.entries.values().map(|entry| entry.key_span).chain(set.span));
    root.assumptions.entries.values().map(|entry| entry.key_span).chain(facts).all(|span| span.source == file)
}
