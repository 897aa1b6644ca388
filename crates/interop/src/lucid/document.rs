//! Documents for Lucid's Standard Import: a zip with one JSON file.

use std::io::{Cursor, Read as _, Write as _};

use serde_json::{Value as Json, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::OWN;
use super::write::KIND;
use crate::draft::{Draft, Entry, Section, one_line};
use crate::drawn::{Line, Role, Shape, Sheet, role_of_stencil};
use crate::export::{ExportError, Outgoing};
use crate::kept::rest;
use crate::onto::{Changes, apply, json as spans, rewritten};
use crate::read::{items, list, text, without_tags};
use crate::zones::Area;
use crate::{Format, ImportError, Imported, limits};

/// The file in the zip that says everything.
const DOCUMENT: &str = "document.json";
/// Most files in the zip.
const MOST_FILES: usize = 10_000;

/// Reads a document.
///
/// # Errors
/// The bytes are no such zip, or exceed the limits.
pub(super) fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let file = limits::json(unpacked(bytes)?.as_bytes())?;
    let pages = items(&file, "pages");
    if pages.is_empty() {
        return Err(ImportError::NotTheFormat("it has no `pages`, which every document of Lucid has".to_owned()));
    }
    let title = |page: &Json| one_line(&text(page, "title"));
    let mut draft = Draft::new(&pages.first().filter(|_| pages.len() == 1).map(title).unwrap_or_default());
    for (number, page) in pages.iter().enumerate() {
        let shown = sheet(page, number, &mut draft).into_draft(&mut draft)?;
        if pages.len() > 1 && !shown.is_empty() {
            let id = draft.id_for_name(Section::Diagrams, &title(page), "page");
            draft.add(Section::Diagrams, &id, Entry::new().text("title", &title(page)).list("show", shown));
        }
        for (key, value) in rest(page, &["id", "title", "shapes", "lines", "settings"]) {
            let count = value.as_array().map_or(1, Vec::len);
            draft.dropped(format!("{count} of `{key}`"), format!("pages[{number}]"));
        }
    }
    Ok(draft.finish())
}

/// The document in the zip as text.
fn unpacked(bytes: &[u8]) -> Result<String, ImportError> {
    if bytes.len() > limits::MAX_FILE_BYTES {
        return Err(ImportError::TooLarge { size: bytes.len() });
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| ImportError::Syntax(format!("it is no zip: {error}")))?;
    if archive.len() > MOST_FILES {
        return Err(ImportError::TooMuch { what: "files in the zip", limit: MOST_FILES });
    }
    let file = archive.by_name(DOCUMENT);
    let file = file.map_err(|_| ImportError::NotTheFormat(format!("the zip has no `{DOCUMENT}`, which every document of Lucid has")))?;
    let mut out = Vec::new();
    let most = u64::try_from(limits::MAX_FILE_BYTES).unwrap_or(u64::MAX);
    let read = file.take(most.saturating_add(1)).read_to_end(&mut out);
    read.map_err(|error| ImportError::Syntax(format!("`{DOCUMENT}` cannot be unpacked: {error}")))?;
    Ok(limits::text(&out)?.to_owned())
}

fn sheet(page: &Json, number: usize, draft: &mut Draft) -> Sheet {
    let mut sheet = Sheet::new(OWN);
    sheet.page = number;
    for (at, thing) in items(page, "shapes").iter().enumerate() {
        let place = format!("pages[{number}].shapes[{at}]");
        let (id, stencil) = (text(thing, "id").into_owned(), text(thing, "type").into_owned());
        let label = one_line(&without_tags(&text(thing, "text")));
        if id.is_empty() || sheet.shapes.iter().any(|shape| shape.key == id) {
            draft.dangling(format!("the shape \"{label}\" without an id of its own"), place);
        } else if matches!(stencil.as_str(), "text" | "stickyNote" | "hotspot" | "note") {
            draft.dropped(format!("the text \"{label}\""), place);
        } else {
            sheet.shapes.push(shape(thing, &id, &stencil, &label, place));
        }
    }
    for (at, thing) in items(page, "lines").iter().enumerate() {
        sheet.lines.push(line(thing, format!("pages[{number}].lines[{at}]"), draft));
    }
    sheet
}

fn shape(thing: &Json, id: &str, stencil: &str, label: &str, place: String) -> Shape {
    let stated = items(thing, "customData").iter().find(|pair| text(pair, "key") == KIND).map(|pair| text(pair, "value").into_owned());
    let role = match stated.as_deref() {
        Some("actor") => Role::Said("actor"),
        Some("external") => Role::Said("external"),
        Some("process") => Role::Said("process"),
        Some("store") => Role::Said("store"),
        _ if stencil == "database" => Role::Said("store"),
        _ => role_of_stencil(stencil, label),
    };
    let mut shape = Shape::new(id, if label.is_empty() { stencil } else { label }, role, place);
    let bounds = thing.get("boundingBox").unwrap_or(&Json::Null);
    let number = |key: &str| bounds.get(key).and_then(Json::as_f64).filter(|number| number.is_finite());
    if let (Some(x), Some(y), Some(width), Some(height)) = (number("x"), number("y"), number("w"), number("h")) {
        shape.area = Some(Area::new(x, y, width, height));
        shape.kept.insert("at".to_owned(), json!({"x": x, "y": y, "width": width, "height": height}));
    }
    let written = text(thing, "text");
    let read: &[&str] = if written == label { &["boundingBox", "text"] } else { &["boundingBox"] };
    shape.kept.extend(rest(thing, read));
    shape
}

fn line(thing: &Json, place: String, draft: &mut Draft) -> Line {
    let end = |key: &str| thing.get(key).unwrap_or(&Json::Null);
    let shape = |key: &str| Some(text(end(key), "shapeId").into_owned()).filter(|id| !id.is_empty());
    let arrow = |key: &str| !matches!(text(end(key), "style").as_ref(), "" | "none");
    let label = label_of(thing);
    let mut line = Line { from: shape("endpoint1"), to: shape("endpoint2"), label, ..Line::default() };
    match (arrow("endpoint1"), arrow("endpoint2")) {
        (true, true) => line.both_ways = true,
        (true, false) => std::mem::swap(&mut line.from, &mut line.to),
        (false, false) => draft.guessed("the direction of a line without arrows: the one in which it was drawn", &place),
        (false, true) => {}
    }
    line.kept = rest(thing, &[]);
    line.place = place;
    line
}

/// What is written on a line.
pub(super) fn label_of(thing: &Json) -> String {
    let texts: Vec<String> = items(thing, "text").iter().map(|text_of| one_line(&without_tags(&text(text_of, "text")))).collect();
    if texts.iter().all(String::is_empty) { list(thing, "text").join(", ") } else { texts.join(", ") }
}

/// Writes changes into a document: its JSON is edited, and other files in the zip stay.
///
/// # Errors
/// The zip cannot be read or written.
pub(crate) fn onto(bytes: &[u8], changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Result<Vec<u8>, ExportError> {
    let text = unpacked(bytes).map_err(ExportError::Original)?;
    let broken = || ExportError::Impossible("the document cannot be read".to_owned());
    let root = spans::parse(&text).ok_or_else(broken)?;
    let document = |model: &Json| -> Result<Json, ExportError> {
        let file = rewritten::file(Format::Lucid, model, outgoing)?;
        let text = unpacked(&file).map_err(ExportError::Original)?;
        serde_json::from_str(&text).map_err(|_| broken())
    };
    let mut edits = Vec::new();
    rewritten::walk(&text, &root, &document(changes.before)?, &document(changes.after)?, &mut edits);
    let edited = apply(&text, edits);
    rezipped(bytes, edited.as_bytes()).map_err(|error| ExportError::Impossible(error.to_string()))
}

fn rezipped(bytes: &[u8], document: &[u8]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let file = archive.by_index_raw(at)?;
        if file.name()? == DOCUMENT {
            out.start_file(DOCUMENT, SimpleFileOptions::default())?;
            out.write_all(document)?;
        } else {
            out.raw_copy_file(file)?;
        }
    }
    Ok(out.finish()?.into_inner())
}
