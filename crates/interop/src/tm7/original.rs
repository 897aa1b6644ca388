//! The file itself, kept inside the model that was made from it: where things stand, properties that our language has
//! no word for, and the template come back when the model is written as a file again.
//!
//! It is compressed and written as text. The names of those who changed threats or wrote notes are taken out first,
//! unless they were asked for.

use flate2::Compression;
use serde_json::Value as Json;

use crate::export::{ExportError, Exported, Outgoing};
use crate::onto::{self, Edit, Original, apply, xml};
use crate::packed::{pack, unpack};
use crate::{Format, ImportError, Imported, Loss, LossKind, limits};

use super::document::MAX_BYTES;

/// The key at the top of a model.
const KEY: &str = "x-tmt-original";

/// Reads a model with the threats that it stores, and keeps the file inside.
///
/// # Errors
/// The bytes are no such model, or exceed the limits.
pub fn read_kept(bytes: &[u8], keep_names: bool) -> Result<Imported, ImportError> {
    let mut imported = super::read(bytes)?;
    let text = limits::text(bytes)?;
    let text = if keep_names { text.to_owned() } else { without_names(text) };
    if let Some(packed) = pack(&text, Compression::fast()) {
        imported.model.tree_mut().put(KEY, packed);
        let kept = ["DrawingSurfaceList", "KnowledgeBase"];
        let is_kept = |place: &str| kept.contains(&place) || (keep_names && place.starts_with("ThreatInstances,"));
        imported.loss.retain(|loss| !is_kept(&loss.place));
    }
    Ok(imported)
}

/// What the file that a model has inside says; nothing if it has none, or a damaged one.
pub fn imported_before(model: &Json) -> Option<Imported> {
    let packed = model.get(KEY).and_then(Json::as_str)?;
    super::read(unpack(packed, MAX_BYTES)?.as_bytes()).ok()
}

/// The file that a model has inside, with what was changed in the model; nothing if it has none.
pub(super) fn of(outgoing: &Outgoing<'_>) -> Option<Result<Exported, ExportError>> {
    let packed = outgoing.json.get(KEY).and_then(Json::as_str)?;
    Some(write(packed, outgoing))
}

fn write(packed: &str, outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let broken = || ExportError::Impossible(format!("`{KEY}` is damaged; take it out to write a file without it"));
    let text = unpack(packed, MAX_BYTES).ok_or_else(broken)?;
    let bare = if outgoing.keep_names { text.clone() } else { without_names(&text) };
    let imported = super::read(bare.as_bytes()).map_err(ExportError::Original)?;
    let mut exported = onto::onto(Format::Tm7, Original { bytes: bare.as_bytes(), imported: &imported }, outgoing)?;
    if bare != text {
        let what = "the names of those who changed threats or wrote notes".to_owned();
        exported.loss.push(Loss { kind: LossKind::Dropped, what, place: "ThreatInstances, Notes".to_owned() });
    }
    Ok(exported)
}

/// The text without the names of those who changed threats or wrote notes.
fn without_names(text: &str) -> String {
    let Some(root) = xml::parse(text) else { return text.to_owned() };
    let named = |list: &str, value: Option<&'static str>, name: &str| -> Vec<Edit> {
        let items = root.items(list).iter().filter_map(|item| value.map_or(Some(item), |value| item.child(value)));
        let named = items.filter_map(|item| item.child(name)).filter(|node| !node.content(text).is_empty());
        named.map(|node| Edit::remove(node.tag.end..node.tag.end + node.content(text).len())).collect()
    };
    apply(text, [named("ThreatInstances", Some("Value"), "ChangedBy"), named("Notes", None, "AddedBy")].concat())
}
