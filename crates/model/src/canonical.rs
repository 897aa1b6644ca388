//! A model in its one long form, as JSON: no short forms, no comments, no choice of quoting.

use serde_json::Value as Json;

use crate::lang::Root;
use crate::lang::syntax::Syntax;

/// The long form of everything that a model states itself; what used files give is not repeated.
///
/// The model's own file is the one that states `redan`, without which no model is valid.
pub fn to_json(root: &Root) -> Json {
    let Some(file) = root.redan.as_ref().map(|version| version.span.source) else {
        return root.write();
    };
    let mut own = root.clone();
    own.assumptions.entries.retain(|_, entry| entry.key_span.source == file);
    for set in [&mut own.traits, &mut own.controls] {
        set.entries.retain(|_, entry| entry.key_span.source == file);
        set.span = set.span.filter(|span| span.source == file);
    }
    own.write()
}
