//! The canonical JSON of a model: the language's own sections in their long form, with nothing lost.
//!
//! `"redan": 1` is its version; what a later version adds stands beside what there is.

use crate::export::{ExportError, Exported, Outgoing, pretty};
use crate::{ImportError, Imported, limits};

/// Reads a model of ours that is written as JSON.
///
/// # Errors
/// The bytes are no JSON object with `redan`.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let model = limits::json(bytes)?;
    if model.get("redan").is_none() {
        return Err(ImportError::NotTheFormat("a canonical model has `\"redan\": 1` at its top".to_owned()));
    }
    Ok(Imported { model: model.into(), ..Imported::default() })
}

/// Writes a model in its long form.
///
/// # Errors
/// None: the language says everything that a model says.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    Ok(Exported { bytes: pretty(&outgoing.json), loss: Vec::new() })
}
