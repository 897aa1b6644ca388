//! Models of the Microsoft Threat Modeling Tool (`.tm7`): several diagrams, a template, and the threats that it raised.
//!
//! Reading has two steps. [`parse`] gives everything that the file says as a [`Document`]; [`model`] says it in our
//! language, with the threats that it is given. A plain import takes the threats that the file stores; an analysis
//! applies the template first and gives what it raises.

mod document;
mod kinds;
mod layout;
mod model;
mod onto;
mod original;
mod pieces;
mod stored;
mod template;
mod text;
mod write;
mod zones;

pub use document::{Choice, Document, Line, MAX_BYTES, Meta, Point, Rect, Shape, Stencil, Surface, Thing, parse};
pub use kinds::catalogue_names;
pub use model::model;
pub(crate) use onto::onto;
pub use original::{imported_before, read_kept};
pub use stored::{State, Threat};
pub use write::write;
pub use zones::MAX_BOUNDARIES;

use crate::{ImportError, Imported};

/// Reads a model with the threats that it stores.
///
/// # Errors
/// The bytes are no such model, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let document = parse(bytes)?;
    Ok(model(&document, &document.threats, Vec::new()))
}
