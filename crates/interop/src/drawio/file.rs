//! The pages of a file, however they are packed.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use crate::draft::one_line;
use crate::read::text;
use crate::{ImportError, limits, xml};

/// Most pages of one file.
const MOST_PAGES: usize = 500;

/// A page: the text of its `mxGraphModel`.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) name: String,
    pub(super) text: String,
}

/// How a page stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// As XML.
    Plain,
    /// As XML in the form of text.
    Escaped,
    /// As XML with every odd character by its number.
    Encoded,
    /// The same, deflated, in base 64.
    Deflated,
    /// As XML, deflated, in base 64.
    DeflatedPlain,
}

impl Packing {
    /// How the text inside a page is packed.
    pub(super) fn of(packed: &str) -> Self {
        let mut budget = limits::MAX_FILE_BYTES;
        match packed.chars().next() {
            Some('<') => Self::Escaped,
            Some('%') => Self::Encoded,
            _ if inflate(packed, &mut budget).is_ok_and(|text| text.trim_start().starts_with('<')) => Self::DeflatedPlain,
            _ => Self::Deflated,
        }
    }

    /// A page in the form in which it stood in the file.
    pub(super) fn pack(self, text: &str) -> String {
        let encoded = || percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        match self {
            Self::Plain => text.to_owned(),
            Self::Escaped => crate::onto::xml::escaped(text),
            Self::Encoded => encoded(),
            Self::Deflated => deflated(&encoded()),
            Self::DeflatedPlain => deflated(text),
        }
    }
}

fn deflated(text: &str) -> String {
    use std::io::Write as _;
    let mut out = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing into memory does not fail.
    let written = out.write_all(text.as_bytes()).and_then(|()| out.finish());
    STANDARD.encode(written.unwrap_or_default())
}

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) name: String,
    pub(super) list: Vec<Page>,
    /// Whether it is a library of shapes.
    pub(super) library: bool,
    /// What is not read.
    pub(super) dropped: Vec<String>,
}

/// Unpacks a file.
pub(super) fn pages(bytes: &[u8]) -> Result<Pages, ImportError> {
    let whole = limits::text(bytes)?;
    let root = xml::parse(bytes)?;
    let mut budget = limits::MAX_FILE_BYTES;
    let mut pages = Pages::default();
    match root.name {
        "mxGraphModel" => pages.list.push(Page { name: String::new(), text: whole.to_owned() }),
        "mxlibrary" => library(root.trimmed(), &mut pages, &mut budget)?,
        "mxfile" => {
            let diagrams: Vec<_> = root.all("diagram").collect();
            if diagrams.is_empty() {
                return Err(ImportError::NotTheFormat("it has no page, which every draw.io file has".to_owned()));
            }
            let mut plain = plain_models(whole);
            for (at, diagram) in diagrams.into_iter().enumerate() {
                let name = one_line(diagram.attribute("name").unwrap_or_default());
                let text = if diagram.child("mxGraphModel").is_some() {
                    plain.next().unwrap_or_default().to_owned()
                } else if diagram.trimmed().is_empty() {
                    pages.dropped.push(format!("page {}, which is empty", at + 1));
                    continue;
                } else {
                    unpack(diagram.trimmed(), &mut budget)?
                };
                pages.list.push(Page { name, text });
            }
        }
        other => {
            return Err(ImportError::NotTheFormat(format!(
                "its root is `{other}`, and that of a draw.io file is `mxfile` or `mxGraphModel`"
            )));
        }
    }
    if pages.list.len() > MOST_PAGES {
        return Err(ImportError::TooMuch { what: "pages", limit: MOST_PAGES });
    }
    Ok(pages)
}

/// The texts of the models that stand in a file as they are.
pub(super) fn plain_models(whole: &str) -> impl Iterator<Item = &str> {
    let mut rest = whole;
    std::iter::from_fn(move || {
        let from = rest.find("<mxGraphModel")?;
        let after = rest.get(from..)?;
        let tag = after.find('>')?;
        let close = "</mxGraphModel>";
        let end = if after.get(..tag)?.ends_with('/') { tag + 1 } else { after.find(close)? + close.len() };
        let model = after.get(..end)?;
        rest = after.get(end..).unwrap_or_default();
        Some(model)
    })
}

/// A packed page: percent-encoded XML, deflated without a header, in base 64; or XML as text.
pub(super) fn unpack(packed: &str, budget: &mut usize) -> Result<String, ImportError> {
    if packed.starts_with('<') {
        return Ok(packed.to_owned());
    }
    let encoded = if packed.starts_with('%') { packed.to_owned() } else { inflate(packed, budget)? };
    if encoded.trim_start().starts_with('<') {
        return Ok(encoded);
    }
    let text = percent_encoding::percent_decode_str(&encoded).decode_utf8();
    text.map(|text| text.into_owned()).map_err(|_| broken("its text is not UTF-8"))
}

fn inflate(packed: &str, budget: &mut usize) -> Result<String, ImportError> {
    let compact: String = packed.split_whitespace().collect();
    let bytes = STANDARD.decode(compact).map_err(|_| broken("it is no base 64"))?;
    let mut out = Vec::new();
    let most = u64::try_from(*budget).unwrap_or(u64::MAX).saturating_add(1);
    flate2::read::DeflateDecoder::new(bytes.as_slice()).take(most).read_to_end(&mut out).map_err(|_| broken("it cannot be inflated"))?;
    *budget = budget.checked_sub(out.len()).ok_or(ImportError::TooLarge { size: limits::MAX_FILE_BYTES + 1 })?;
    String::from_utf8(out).map_err(|_| broken("its text is not UTF-8"))
}

fn broken(why: &str) -> ImportError {
    ImportError::Syntax(format!("a compressed page cannot be read: {why}"))
}

/// A library: a list of shapes, each a small model of its own.
fn library(list: &str, pages: &mut Pages, budget: &mut usize) -> Result<(), ImportError> {
    let items: Json = serde_json::from_str(list).map_err(|error| ImportError::Syntax(format!("the list of shapes: {error}")))?;
    pages.library = true;
    pages.dropped.push("that it is a library of shapes and no drawing: each shape is taken for an element".to_owned());
    for (at, item) in items.as_array().into_iter().flatten().enumerate() {
        let name = one_line(&text(item, "title"));
        match text(item, "xml") {
            packed if packed.is_empty() => pages.dropped.push(format!("shape {} of the library, which is only a picture", at + 1)),
            packed => pages.list.push(Page { name, text: unpack(packed.trim(), budget)? }),
        }
    }
    Ok(())
}
