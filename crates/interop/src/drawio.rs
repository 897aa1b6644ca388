//! Drawings of draw.io (diagrams.net): plain and compressed files, bare pages and libraries of shapes.
//!
//! The drawing says little about meaning: shapes of data flow diagrams say their kind, everything else is guessed from
//! pictures and words, and each guess is listed. A trust boundary that is a box holds what lies in it; one that is a
//! free line is reported. Labels on lines are the lines' labels.

mod cells;
mod course;
mod file;
mod onto;
mod style;
mod write;

use serde_json::Value as Json;

use crate::draft::{Draft, Entry, Section};
use crate::{ImportError, Imported};

pub(crate) use onto::onto;
pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-drawio";

/// Reads a drawing, all its pages as one model.
///
/// # Errors
/// The bytes are no drawing, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let pages = file::pages(bytes)?;
    let mut draft = Draft::new(pages.name.as_str());
    for what in &pages.dropped {
        draft.dropped(what, "the file");
    }
    let many = pages.list.len() > 1;
    if let [page] = pages.list.as_slice()
        && !page.name.starts_with("Page-")
    {
        draft.set("name", page.name.as_str());
    }
    let mut drawn = false;
    for (number, page) in pages.list.iter().enumerate() {
        let mut sheet = cells::sheet(page, &mut draft)?;
        sheet.page = number;
        drawn |= !sheet.is_empty();
        let shown = sheet.into_draft(&mut draft)?;
        let id = draft.id_for_name(Section::Diagrams, &page.name, "page");
        draft.made_from(Section::Diagrams, &id, format!("{number}\n"));
        let mut entry = Entry::new().text("title", &page.name);
        if many && !shown.is_empty() {
            entry = entry.list("show", shown);
        }
        if !entry.is_empty() {
            draft.add(Section::Diagrams, &id, entry);
        }
    }
    if !drawn {
        draft.dropped("nothing is drawn in it", "the file");
    }
    if pages.library {
        draft.set(OWN, Json::from_iter([("library", true)]));
    }
    Ok(draft.finish())
}

#[cfg(test)]
mod tests;
