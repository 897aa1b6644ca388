//! A document for office programs: the same blocks as every other format, as XML in a zip.
//!
//! Pictures are SVG, which Word has drawn since 2016, and the same in pixels for every program that draws none. Nothing in
//! the file depends on the clock.

mod body;
mod contents;
mod parts;
mod pixels;

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::paper::{Branding, Paper};

/// The file's bytes; `today` is the day that it says it was made on.
///
/// # Errors
/// When the file would be larger than a zip can be.
pub fn render(paper: &Paper, branding: &Branding, today: jiff::civil::Date) -> zip::result::ZipResult<Vec<u8>> {
    let body = body::Body::of(paper, branding);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut part = |name: &str, bytes: &[u8]| -> zip::result::ZipResult<()> {
        zip.start_file(name, options)?;
        zip.write_all(bytes)?;
        Ok(())
    };
    part("[Content_Types].xml", parts::CONTENT_TYPES.as_bytes())?;
    part("_rels/.rels", parts::RELATIONS.as_bytes())?;
    part("docProps/core.xml", parts::core(paper, today).as_bytes())?;
    part("word/styles.xml", parts::styles(branding.colour.as_deref()).as_bytes())?;
    part("word/settings.xml", parts::SETTINGS.as_bytes())?;
    part("word/numbering.xml", parts::numbering(body.numbered).as_bytes())?;
    part("word/header1.xml", parts::header(branding.classification.as_deref()).as_bytes())?;
    part("word/footer1.xml", parts::footer(paper).as_bytes())?;
    part("word/_rels/document.xml.rels", body.relations().as_bytes())?;
    part("word/document.xml", body.document().as_bytes())?;
    part("word/media/note.png", parts::NOTE_PNG)?;
    for (name, bytes) in &body.media {
        part(&format!("word/media/{name}"), bytes)?;
    }
    for (name, bytes) in pixels::drawn(&body.drawings) {
        part(&format!("word/media/{name}"), &bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Text that can stand anywhere in XML, also in an attribute.
fn escaped(text: &str) -> String {
    crate::diagram::svg::escaped(text)
}
