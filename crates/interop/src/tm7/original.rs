//! The file itself, kept inside the model that was made from it: where things stand, properties that our language has
//! no word for, and the template come back when the model is written as a file again.
//!
//! It is compressed and written as text. The names of those who changed threats or wrote notes are taken out first,
//! unless they were asked for.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde_json::Value as Json;

use crate::export::{ExportError, Exported, Outgoing};
use crate::onto::{self, Edit, Original, apply, xml};
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
    if let (Some(model), Some(packed)) = (imported.model.as_object_mut(), pack(&text)) {
        model.insert(KEY.to_owned(), packed.into());
        let kept = ["DrawingSurfaceList", "KnowledgeBase"];
        let is_kept = |place: &str| kept.contains(&place) || (keep_names && place.starts_with("ThreatInstances,"));
        imported.loss.retain(|loss| !is_kept(&loss.place));
    }
    Ok(imported)
}

/// The file that a model has inside, with what was changed in the model; nothing if it has none.
pub(super) fn of(outgoing: &Outgoing<'_>) -> Option<Result<Exported, ExportError>> {
    let packed = outgoing.json.get(KEY).and_then(Json::as_str)?;
    Some(write(packed, outgoing))
}

fn write(packed: &str, outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let broken = || ExportError::Impossible(format!("`{KEY}` is damaged; take it out to write a file without it"));
    let text = unpack(packed).ok_or_else(broken)?;
    let bare = if outgoing.keep_names { text.clone() } else { without_names(&text) };
    let imported = super::read(bare.as_bytes()).map_err(ExportError::Original)?;
    let mut exported = onto::onto(Format::Tm7, Original { bytes: bare.as_bytes(), imported: &imported }, outgoing)?;
    if bare != text {
        let what = "the names of those who changed threats or wrote notes".to_owned();
        exported.loss.push(Loss { kind: LossKind::Dropped, what, place: "ThreatInstances, Notes".to_owned() });
    }
    Ok(exported)
}

fn pack(text: &str) -> Option<String> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(text.len() / 4), Compression::fast());
    encoder.write_all(text.as_bytes()).ok()?;
    Some(STANDARD.encode(encoder.finish().ok()?))
}

fn unpack(packed: &str) -> Option<String> {
    let bytes = STANDARD.decode(packed.split_whitespace().collect::<String>()).ok()?;
    let mut text = String::new();
    // One byte more than allowed tells a file that is too large from one that just fits.
    let read = ZlibDecoder::new(bytes.as_slice()).take(MAX_BYTES as u64 + 1).read_to_string(&mut text).ok()?;
    (read <= MAX_BYTES).then_some(text)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_text_comes_back_and_a_damaged_one_does_not() {
        let text = "<a>ä</a>".repeat(1_000);
        let packed = pack(&text).unwrap();
        assert!(packed.len() < text.len() / 10);
        assert_eq!(unpack(&packed), Some(text));
        assert_eq!(unpack("eJw="), None);
        assert_eq!(unpack("?"), None);
    }

    #[test]
    fn a_text_that_grows_without_end_is_refused() {
        let packed = pack(&" ".repeat(MAX_BYTES + 1)).unwrap();
        assert_eq!(unpack(&packed), None);
    }
}
