//! Drawings of Visio, and drawings that Lucidchart writes for it: a zip with one XML file for each page.
//!
//! Connections say which shapes a line joins. Lucidchart writes none, so there the ends of lines are found by where
//! they lie. Only the few files that are needed are unpacked, each within limits, and nothing is written anywhere.

mod package;
mod page;

use crate::draft::{Draft, Entry, Section};
use crate::{ImportError, Imported};

/// The key of what was kept.
const OWN: &str = "x-vsdx";

/// Reads a drawing, all its pages as one model.
///
/// # Errors
/// The bytes are no such drawing, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let package = package::open(bytes)?;
    let mut draft = Draft::new("");
    let many = package.pages.len() > 1;
    for page in &package.pages {
        let sheet = page::sheet(page, &package.masters, &mut draft)?;
        let shown = sheet.into_draft(&mut draft)?;
        if shown.is_empty() && many {
            draft.dropped(format!("the page \"{}\", which has no shape", page.name), page.file.as_str());
            continue;
        }
        let id = draft.id_for_name(Section::Diagrams, &page.name, "page");
        let entry = Entry::new().text("title", &page.name);
        let entry = if many { entry.list("show", shown) } else { entry };
        if !entry.is_empty() {
            draft.add(Section::Diagrams, &id, entry);
        }
    }
    Ok(draft.finish())
}

#[cfg(test)]
mod tests;
