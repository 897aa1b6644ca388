//! A model in its one long form: no short forms, no comments, no choice of quoting.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::lang::Root;
use crate::lang::syntax::Syntax;
use crate::source::SourceId;

pub use crate::long::Long;

/// The long form of everything that a model states itself, as JSON; what used files give is not repeated.
pub fn to_json(root: &Root) -> Json {
    own(root).write().to_json()
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
