//! Pictures of ours, which hold the model that they show: SVG in `<metadata>`, PNG in a text chunk.
//!
//! Only the text of the model is read; the picture itself is not looked at. What the model uses from other files is not
//! in the picture, and is said to be missing.

use redan_model::{Vocabulary, canonical, load_text};

use crate::{ImportError, Imported, Loss, LossKind, Origins, limits, xml};

/// The namespace of the element that holds a model.
const NAMESPACE: &str = "urn:redan:model";
/// The keyword of the chunk that holds a model.
const KEYWORD: &[u8] = b"redan-model\0";
/// What every PNG begins with.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The text of a model and the name of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Name of the file, without folders.
    pub name: String,
    /// What was in it.
    pub text: String,
}

/// Whether bytes look like a picture that holds a model.
pub(crate) fn is_picture(bytes: &[u8], head: &str) -> bool {
    bytes.starts_with(SIGNATURE) || (head.contains("<svg") && head.contains(NAMESPACE))
}

/// Reads the model in a picture.
///
/// # Errors
/// The bytes are no such picture, are damaged, or what they hold is no model.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let kept = source(bytes)?;
    let loaded = load_text(&kept.name, &kept.text, &Vocabulary::default());
    let root = &loaded.model.root;
    if root.redan.is_none() {
        return Err(ImportError::NotTheFormat("the text in it is not a model".to_owned()));
    }
    let dangling = root.r#use.entries.keys().map(|name| Loss {
        kind: LossKind::Dangling,
        what: format!("the model uses `{name}` from another file, which is not in the picture"),
        place: "use".to_owned(),
    });
    let loss = dangling.collect();
    Ok(Imported { model: canonical::to_json(root).into(), loss, decisions: Vec::new(), origins: Origins::default() })
}

/// The text of the model in a picture.
///
/// # Errors
/// The bytes are no such picture, or are damaged.
pub fn source(bytes: &[u8]) -> Result<Kept, ImportError> {
    if bytes.len() > limits::MAX_FILE_BYTES {
        return Err(ImportError::TooLarge { size: bytes.len() });
    }
    if bytes.starts_with(SIGNATURE) { png(bytes) } else { svg(bytes) }
}

fn svg(bytes: &[u8]) -> Result<Kept, ImportError> {
    let root = xml::parse(bytes)?;
    let model = root.child("metadata").and_then(|metadata| metadata.child("model")).ok_or_else(none)?;
    Ok(Kept { name: plain_name(model.attribute("name").unwrap_or_default()), text: model.text.as_ref().to_owned() })
}

/// Walks over the chunks: length, kind, data and checksum of each.
fn png(bytes: &[u8]) -> Result<Kept, ImportError> {
    let damaged = || ImportError::Syntax("the picture ends in the middle of a part".to_owned());
    let mut rest = bytes.get(SIGNATURE.len()..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| damaged())?;
        let (kind, after) = after.split_first_chunk::<4>().ok_or_else(damaged)?;
        let (data, after) = after.split_at_checked(length).ok_or_else(damaged)?;
        if kind == b"iTXt" && data.starts_with(KEYWORD) {
            return text_chunk(&data[KEYWORD.len()..]);
        }
        rest = after.get(4..).ok_or_else(damaged)?;
    }
    Err(none())
}

/// What follows the keyword: two bytes about compression, a language, the name of the file, the text.
fn text_chunk(data: &[u8]) -> Result<Kept, ImportError> {
    let packed = || ImportError::NotTheFormat("the model in it is compressed, which no picture of ours is".to_owned());
    let rest = data.strip_prefix(&[0, 0]).ok_or_else(packed)?;
    let mut parts = rest.splitn(3, |&byte| byte == 0);
    let (Some(_), Some(name), Some(text)) = (parts.next(), parts.next(), parts.next()) else { return Err(none()) };
    Ok(Kept { name: plain_name(limits::text(name)?), text: limits::text(text)?.to_owned() })
}

fn none() -> ImportError {
    ImportError::NotTheFormat("there is no model in this picture".to_owned())
}

/// A name without folders, for it comes from the file.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(120).collect();
    if clean.is_empty() || clean.starts_with('.') { "model.tm.yaml".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "redan: 1\nname: \"A & B <x>\"   # kept\n";

    fn svg_of(text: &str) -> Vec<u8> {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        format!(r#"<svg xmlns="http://www.w3.org/2000/svg"><title>t</title><metadata><model xmlns="urn:redan:model" name="../a.tm.yaml">{text}</model></metadata></svg>"#).into_bytes()
    }

    fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        for (kind, data) in chunks {
            bytes.extend(u32::try_from(data.len()).expect("it is short").to_be_bytes());
            bytes.extend(*kind);
            bytes.extend(*data);
            bytes.extend([0; 4]);
        }
        bytes
    }

    #[test]
    fn the_text_of_a_model_comes_back_as_it_was_with_its_comments() {
        assert_eq!(source(&svg_of(MODEL)), Ok(Kept { name: "a.tm.yaml".to_owned(), text: MODEL.to_owned() }));
        let data = [b"redan-model\0\0\0\0a.tm.yaml\0".as_slice(), MODEL.as_bytes()].concat();
        let png = png_of(&[(b"IHDR", &[0; 13]), (b"iTXt", &data)]);
        assert_eq!(source(&png), Ok(Kept { name: "a.tm.yaml".to_owned(), text: MODEL.to_owned() }));
        assert_eq!(read(&png).expect("it holds a model").model["name"], "A & B <x>");
    }

    #[test]
    fn pictures_without_a_model_and_damaged_ones_are_refused() {
        assert!(source(&png_of(&[(b"IHDR", &[0; 13]), (b"IEND", &[])])).is_err());
        let mut cut = png_of(&[(b"iTXt", b"redan-model\0\0\0\0a\0redan: 1")]);
        cut.truncate(cut.len() - 8);
        assert!(source(&cut).is_err());
        assert!(source(&png_of(&[(b"iTXt", b"redan-model\0\x01\0\0a\0x")])).is_err());
        assert!(source(b"<svg><metadata/></svg>").is_err());
        assert!(read(&svg_of("name: no model")).is_err());
    }
}
