//! What holds of everything that a reader of another tool's files gives.

use redan_interop::{ImportError, Imported};
use redan_model::{Vocabulary, load_value};

/// Fails if a file was read as something that the language does not accept.
///
/// # Panics
/// There is a fault.
pub fn is_a_model(read: Result<Imported, ImportError>) {
    let Ok(imported) = read else { return };
    let tree = imported.model.into_tree();
    let loaded = load_value("m.tm.json", || tree.clone(), &Vocabulary::default(), |_| {});
    // An acceptance without an end gets one from who knows the day.
    let fault = loaded.diagnostics.iter().find(|fault| fault.is_error() && fault.code != "missing-until");
    assert!(fault.is_none(), "{fault:?}");
}
