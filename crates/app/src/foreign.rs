//! Other tools' models: read, judged by the rules of their own tool where it has some, and handed on as a model of ours.

pub(crate) mod decisions;
pub(crate) mod losses;
pub(crate) mod merge;
pub(crate) mod outgoing;
mod tmt;
pub(crate) mod yaml;

use redan_interop::{Format, ImportError, Imported};

pub(crate) use tmt::Templates;

/// Reads a file of another tool for an analysis: what its own template raises is among the threats.
pub(crate) fn read(format: Format, bytes: &[u8], templates: &Templates) -> Result<Imported, ImportError> {
    match format {
        Format::Tm7 => tmt::read(bytes, templates),
        _ => redan_interop::import(format, bytes),
    }
}

/// Reads a file of another tool to take it over: only what it stores, and for formats that say more than a model of
/// ours, the file itself inside the model.
pub(crate) fn stored(format: Format, bytes: &[u8], keep_names: bool) -> Result<Imported, ImportError> {
    match format {
        Format::Tm7 => redan_interop::tm7::read_kept(bytes, keep_names),
        _ => redan_interop::import(format, bytes),
    }
}

/// The text through which a model is loaded.
pub(crate) fn text(imported: &Imported) -> String {
    let mut text = serde_json::to_string_pretty(&imported.model).unwrap_or_default();
    text.push('\n');
    text
}
