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

use std::sync::mpsc;

use redan_model::ById;
use redan_model::canonical::Long;
use serde_json::Value as Json;

use crate::borrowed::{Part, Raw, parse_parts};
use crate::draft::{Draft, Entry, Section, one_line};
use crate::kept::{bounded_tree, keep};
use crate::{ImportError, Imported};
use cells::{Cell, Place};
use labels::Labels;
use threats::Threat;

pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-threat-dragon";
/// Keys whose values only draw: most of a large file is ports, markup and tools of cells.
const DRAWN: [&str; 4] = ["groups", "markup", "tools", "labelBody"];
/// Where the diagrams are.
const DIAGRAMS: [&str; 2] = ["detail", "diagrams"];
/// What stands for a reason where something is out of scope without one.
const NO_REASON: &str = "out of scope in Threat Dragon";

/// Smallest file whose diagrams are read on one core while another one parses those after them.
const LARGE: usize = 1 << 18;
/// How many diagrams are handed over at once: to be woken for each takes longer than to read it.
const BATCH: usize = 8;
/// Most batches that wait to be read.
const WAITING: usize = 2;

/// Reads a model of either version, all its diagrams as one.
///
/// # Errors
/// The bytes are no such model, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let mut reading = Reading::new();
    let mut labels = Labels::default();
    let mut piece = |part| match part {
        Part::Start => Piece::Start,
        Part::Item(diagram) => Piece::Diagram(Drawn::new(diagram, &mut labels)),
    };
    let file = if bytes.len() < LARGE {
        parse_parts(bytes, &DRAWN, DIAGRAMS, |part| reading.take(&mut piece(part)))
    } else {
        std::thread::scope(|scope| {
            let (batches, parsed) = mpsc::sync_channel(WAITING);
            // What was read goes back to the thread that made it, which has the time to free it.
            let (read, done) = mpsc::channel();
            let parse = move || {
                // Nobody listens only after a panic, which says more than what is lost here.
                let send = |batch| batches.send(batch).unwrap_or_default();
                let mut batch = Vec::new();
                let file = parse_parts(bytes, &DRAWN, DIAGRAMS, |part| {
                    batch.push(piece(part));
                    if batch.len() == BATCH {
                        done.try_iter().for_each(drop);
                        send(std::mem::take(&mut batch));
                    }
                });
                send(batch);
                file
            };
            let parser = scope.spawn(parse);
            for mut batch in parsed {
                batch.iter_mut().for_each(|piece| reading.take(piece));
                // At the end of the file the parser is gone, and what is left is freed here.
                read.send(batch).unwrap_or_default();
            }
            parser.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }?;
    check(&file)?;
    reading.finish(&file)
}

/// What is handed over of a file.
enum Piece<'f> {
    /// The list of diagrams starts; what was in one before is void.
    Start,
    /// The next diagram.
    Diagram(Drawn<'f>),
}

/// A diagram with what can be read of it alone, whatever was read before.
struct Drawn<'f> {
    raw: Raw<'f>,
    /// The threats of each cell.
    threats: Vec<Vec<Threat>>,
}

impl<'f> Drawn<'f> {
    fn new(raw: Raw<'f>, labels: &mut Labels) -> Self {
        let method = raw.text("diagramType");
        let read = |cell| cells::threats(cell).iter().map(|threat| Threat::read(threat, &method, labels)).collect();
        let threats = cells_of(&raw).iter().map(read).collect();
        drop(method);
        Self { raw, threats }
    }
}

/// The cells of a diagram of either version.
fn cells_of<'r, 'f>(diagram: &'r Raw<'f>) -> &'r [Raw<'f>] {
    match diagram.items("cells") {
        [] => diagram.get("diagramJson").map(|old| old.items("cells")).unwrap_or_default(),
        cells => cells,
    }
}

/// What was read of the diagrams so far.
struct Reading(Result<Maker, ImportError>);

impl Reading {
    fn new() -> Self {
        Self(Ok(Maker::default()))
    }

    fn take(&mut self, piece: &mut Piece<'_>) {
        match (piece, &mut self.0) {
            (Piece::Start, _) => *self = Self::new(),
            (Piece::Diagram(drawn), Ok(maker)) => {
                if let Err(error) = maker.diagram(&drawn.raw, std::mem::take(&mut drawn.threats)) {
                    self.0 = Err(error);
                }
            }
            (Piece::Diagram(_), Err(_)) => {}
        }
    }

    fn finish(self, file: &Raw<'_>) -> Result<Imported, ImportError> {
        let mut maker = self.0?;
        maker.head(file);
        maker.list();
        Ok(maker.draft.finish())
    }
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
struct Maker {
    draft: Draft,
    /// Ids of elements by the ids of their cells.
    elements: ById<String>,
    diagrams: Vec<Diagram>,
}

/// A diagram that was read.
struct Diagram {
    id: String,
    title: String,
    shown: Vec<String>,
    /// What has no word in our language.
    kept: Entry,
}

impl Default for Maker {
    fn default() -> Self {
        Self { draft: Draft::new(""), elements: ById::default(), diagrams: Vec::new() }
    }
}

impl Maker {
    /// What stands around the diagrams.
    fn head(&mut self, file: &Raw<'_>) {
        let part = |key: &str| file.get(key).unwrap_or(&Raw::Null);
        let (summary, detail) = (part("summary"), part("detail"));
        self.draft.set("name", one_line(&summary.text("title")));
        self.draft.set("description", summary.text("description").as_ref());
        self.draft.set("owner", one_line(&summary.text("owner")));
        let contributors = detail.items("contributors").iter().map(|contributor| one_line(&contributor.text("name")));
        let authors: Vec<Json> = contributors.filter(|name| !name.is_empty()).map(Json::from).collect();
        self.draft.set("authors", authors);
        for reviewer in detail.list("reviewer") {
            let id = self.draft.id_for_name(Section::People, &reviewer, "reviewer");
            self.draft.add(Section::People, &id, Entry::new().named(&id, &reviewer).text("reviewer", "yes"));
        }
        let mut kept = file.rest(|key| matches!(key, "summary" | "detail"));
        let mut aside = |key: &'static str, data: Long<'static>| {
            if !data.entries().is_empty() {
                kept.put(key, data);
            }
        };
        aside("summary", summary.rest(|key| matches!(key, "title" | "description" | "owner")));
        aside("detail", detail.rest(|key| matches!(key, "contributors" | "reviewer" | "diagrams")));
        match bounded_tree(kept, 0) {
            Some(kept) => self.draft.set(OWN, kept.into_json()),
            None => self.draft.dropped("data that is nested too deep", "the top of the file"),
        }
    }

    /// A diagram: its zones, elements, flows and threats, and what else is drawn in it.
    fn diagram(&mut self, diagram: &Raw<'_>, threats: Vec<Vec<Threat>>) -> Result<(), ImportError> {
        let number = self.diagrams.len();
        let place = format!("detail.diagrams[{number}]");
        let cell = |(cell, raw)| Cell::of(raw, Place { diagram: number, cell });
        let cells: Vec<Cell<'_>> = cells_of(diagram).iter().enumerate().map(cell).collect();
        let title = one_line(&diagram.text("title"));
        let (shown, drawn) = drawing::Drawing::new(self, &cells, threats, number).read()?;
        let id = self.draft.id_for_name(Section::Diagrams, &title, "diagram");
        let mut kept =
            diagram.rest(|key| matches!(key, "title" | "cells" | "diagramJson" | "thumbnail" | "version" | "$$hashKey" | "size"));
        kept.put("number", Long::Number(number.into()));
        if !drawn.is_empty() {
            kept.put("drawn", Long::List(drawn));
        }
        let kept = keep(&mut self.draft, Entry::with_room(1), OWN, kept, &place);
        self.diagrams.push(Diagram { id, title, shown, kept });
        Ok(())
    }

    /// The list of diagrams. One that is alone shows everything.
    fn list(&mut self) {
        let several = self.diagrams.len() > 1;
        for Diagram { id, title, shown, kept } in std::mem::take(&mut self.diagrams) {
            let entry = Entry::new().text("title", &title).list("show", if several { shown } else { Vec::new() });
            self.draft.add(Section::Diagrams, &id, entry.and(kept));
        }
    }
}

#[cfg(test)]
mod tests;
