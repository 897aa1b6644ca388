//! A model in its one long form, as JSON: no short forms, no comments, no choice of quoting.

use serde_json::Value as Json;

use crate::lang::Root;
use crate::lang::syntax::Syntax;

/// The long form of everything that a model states itself; parts of used files are not repeated.
pub fn to_json(root: &Root) -> Json {
    root.write()
}
