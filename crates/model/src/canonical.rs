//! A model in its one long form, as JSON: no short forms, no comments, no choice of quoting.

use serde_json::Value as Json;

use crate::lang::Root;
use crate::lang::syntax::Syntax;
use crate::source::SourceId;

/// The long form of everything that a model states itself; what used files give is not repeated.
///
/// The model's own file is the one that states `redan`, without which no model is valid.
pub fn to_json(root: &Root) -> Json {
    let Some(file) = root.redan.as_ref().map(|version| version.span.source) else {
        return root.write();
    };
    if is_alone(root, file) {
        return root.write();
    }
    let mut own = root.clone();
    own.assumptions.entries.retain(|_, entry| entry.key_span.source == file);
    for set in [&mut own.traits, &mut own.controls] {
        set.entries.retain(|_, entry| entry.key_span.source == file);
        set.span = set.span.filter(|span| span.source == file);
    }
    own.write()
}

/// Whether nothing in a model comes from a file that it uses.
fn is_alone(root: &Root, file: SourceId) -> bool {
    let facts = [&root.traits, &root.controls].into_iter().flat_map(|set| set.entries.values().map(|entry| entry.key_span).chain(set.span));
    root.assumptions.entries.values().map(|entry| entry.key_span).chain(facts).all(|span| span.source == file)
}
