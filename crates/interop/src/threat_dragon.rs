//! Models of OWASP Threat Dragon, versions 1 and 2: JSON with one drawing or several.
//!
//! The drawing is the model: boxes contain by geometry, and only the shape of a cell says what it is. A trust boundary
//! that is drawn as a line encloses nothing, so it is reported and never made into a zone. A box that is not ticked
//! says nothing here, since that is how every box starts. What has no word in our language stays under
//! `x-threat-dragon` and is written back.

mod cells;
mod drawing;
mod labels;
mod more;
mod threats;
mod write;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::borrowed::{Raw, parse};
use crate::draft::{Draft, Entry, Section, one_line};
use crate::kept::{bounded, keep};
use crate::{ImportError, Imported};
use cells::Cell;

pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-threat-dragon";
/// Keys whose values only draw: most of a large file is ports, markup and tools of cells.
const DRAWN: [&str; 4] = ["groups", "markup", "tools", "labelBody"];
/// What stands for a reason where something is out of scope without one.
const NO_REASON: &str = "out of scope in Threat Dragon";

/// Reads a model of either version, all its diagrams as one.
///
/// # Errors
/// The bytes are no such model, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let file = parse(bytes, &DRAWN)?;
    check(&file)?;
    let mut maker = Maker::new(&file);
    maker.head();
    for number in 0..maker.detail().items("diagrams").len() {
        maker.diagram(number)?;
    }
    Ok(maker.draft.finish())
}

/// What every model has, whatever else is wrong with it.
fn check(file: &Raw<'_>) -> Result<(), ImportError> {
    let missing = |what: &str| Err(ImportError::NotTheFormat(format!("it has no {what}, which every Threat Dragon model has")));
    match (file.get("summary"), file.get("detail")) {
        (Some(Raw::Object(_)), Some(detail @ Raw::Object(_))) => match detail.get("diagrams") {
            Some(Raw::List(_)) => Ok(()),
            _ => missing("list `detail.diagrams`"),
        },
        (Some(Raw::Object(_)), _) => missing("`detail`"),
        _ => missing("`summary`"),
    }
}

/// A model in the making.
struct Maker<'f> {
    file: &'f Raw<'f>,
    draft: Draft,
    /// Ids of elements by the ids of their cells.
    elements: BTreeMap<String, String>,
}

impl<'f> Maker<'f> {
    fn new(file: &'f Raw<'f>) -> Self {
        let name = file.get("summary").map(|summary| one_line(&summary.text("title"))).unwrap_or_default();
        Self { file, draft: Draft::new(&name), elements: BTreeMap::new() }
    }

    fn summary(&self) -> &'f Raw<'f> {
        self.file.get("summary").unwrap_or(&Raw::Null)
    }

    fn detail(&self) -> &'f Raw<'f> {
        self.file.get("detail").unwrap_or(&Raw::Null)
    }

    fn head(&mut self) {
        let (summary, detail) = (self.summary(), self.detail());
        self.draft.set("description", summary.text("description").as_ref());
        self.draft.set("owner", one_line(&summary.text("owner")));
        let contributors = detail.items("contributors").iter().map(|contributor| one_line(&contributor.text("name")));
        let authors: Vec<Json> = contributors.filter(|name| !name.is_empty()).map(Json::from).collect();
        self.draft.set("authors", authors);
        for reviewer in detail.list("reviewer") {
            let id = self.draft.id_for_name(Section::People, &reviewer, "reviewer");
            self.draft.add(Section::People, &id, Entry::new().named(&id, &reviewer).text("reviewer", "yes"));
        }
        let mut kept = self.file.rest(&["summary", "detail"]);
        let mut aside = |key: &str, data: Map<String, Json>| {
            if !data.is_empty() {
                kept.insert(key.to_owned(), data.into());
            }
        };
        aside("summary", summary.rest(&["title", "description", "owner"]));
        aside("detail", detail.rest(&["contributors", "reviewer", "diagrams"]));
        match bounded(kept.into(), 0) {
            Some(kept) => self.draft.set(OWN, kept),
            None => self.draft.dropped("data that is nested too deep", "the top of the file"),
        }
    }

    /// A diagram: its zones, elements, flows and threats, and what else is drawn in it.
    fn diagram(&mut self, number: usize) -> Result<(), ImportError> {
        let Some(diagram) = self.detail().items("diagrams").get(number) else { return Ok(()) };
        let place = format!("detail.diagrams[{number}]");
        let all = match diagram.items("cells") {
            [] => diagram.get("diagramJson").map(|old| old.items("cells")).unwrap_or_default(),
            cells => cells,
        };
        let cells: Vec<Cell<'f>> = all.iter().enumerate().map(|(at, raw)| Cell::of(raw, format!("{place}.cells[{at}]"))).collect();
        let title = one_line(&diagram.text("title"));
        let (shown, drawn) = drawing::Drawing::new(self, &cells, diagram, number).read()?;
        let id = self.draft.id_for_name(Section::Diagrams, &title, "diagram");
        let mut entry = Entry::new().text("title", &title);
        if self.detail().items("diagrams").len() > 1 {
            entry = entry.list("show", shown);
        }
        let mut kept = diagram.rest(&["title", "cells", "diagramJson", "thumbnail", "version", "$$hashKey", "size"]);
        kept.insert("number".to_owned(), number.into());
        if !drawn.is_empty() {
            kept.insert("drawn".to_owned(), drawn.into());
        }
        let entry = keep(&mut self.draft, entry, OWN, kept, &place);
        self.draft.add(Section::Diagrams, &id, entry);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
