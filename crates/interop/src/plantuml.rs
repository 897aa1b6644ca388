//! Diagrams of `PlantUML`: components and the like, and the macros of C4.
//!
//! The text is read line by line; what is no shape, box or arrow is passed over. What a file includes is named and never
//! fetched, and nothing of the preprocessor is run.

mod line;
mod write;

use std::collections::BTreeMap;

use crate::draft::{Draft, one_line};
use crate::drawn::{Line, Role, Shape, Sheet, kind_of_words};
use crate::{ImportError, Imported, limits};
use line::{Arrow, Declared, Statement};

pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-plantuml";
/// Most shapes and arrows.
const MOST: usize = 50_000;

/// Longest declaration of several lines.
const LONGEST: usize = 4_000;

/// Reads a file, all its diagrams as one model.
///
/// # Errors
/// The bytes are no text with a diagram, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let text = limits::text(bytes)?;
    if !text.contains("@startuml") && !text.contains("@startc4") {
        return Err(ImportError::NotTheFormat("it has no `@startuml`, which every PlantUML diagram has".to_owned()));
    }
    let mut reader = Reader::default();
    for (number, line) in (1..).zip(text.lines()) {
        reader.line(line, number)?;
    }
    let mut draft = Draft::new(&reader.title);
    for (what, place) in &reader.dropped {
        draft.dropped(what, place);
    }
    for what in &reader.guessed {
        draft.guessed(what.0.clone(), what.1.clone());
    }
    reader.sheet.own = OWN;
    reader.sheet.into_draft(&mut draft)?;
    Ok(draft.finish())
}

#[derive(Default)]
struct Reader {
    sheet: Sheet,
    title: String,
    /// The boxes that are open; `None` for braces that are no box.
    open: Vec<Option<String>>,
    /// Places of shapes by what arrows call them.
    known: BTreeMap<String, usize>,
    dropped: Vec<(String, String)>,
    guessed: Vec<(String, String)>,
    /// A declaration whose text in brackets goes on over several lines.
    begun: String,
    /// What ends the text that is passed over, such as a note of several lines.
    until: Option<&'static str>,
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) -> Result<(), ImportError> {
        let text = line.trim();
        if let Some(end) = self.until {
            if text.to_lowercase().ends_with(end) {
                self.until = None;
            }
            return Ok(());
        }
        let place = format!("line {number}");
        if !self.begun.is_empty() || line::goes_on(text) {
            let space = if self.begun.is_empty() { "" } else { " " };
            self.begun.push_str(space);
            self.begun.push_str(text);
            if !text.contains(']') && self.begun.len() < LONGEST {
                return Ok(());
            }
        }
        let begun = std::mem::take(&mut self.begun);
        match line::statement(if begun.is_empty() { text } else { &begun }) {
            Statement::Nothing => {}
            Statement::Title(title) => self.title = one_line(&title),
            Statement::Passed(what) => self.dropped.push((what, place)),
            Statement::Until(end, what) => {
                self.until = Some(end);
                if !what.is_empty() {
                    self.dropped.push((what, place));
                }
            }
            Statement::Open => self.open.push(None),
            Statement::Close => {
                self.open.pop();
            }
            Statement::Declared(declared) => {
                let opens = declared.opens;
                let key = self.declare(declared, &place);
                if opens {
                    if self.open.len() >= limits::MAX_DEPTH {
                        return Err(ImportError::TooMuch { what: "levels of boxes", limit: limits::MAX_DEPTH });
                    }
                    self.open.push(Some(key));
                }
            }
            Statement::Arrow(arrow) => self.arrow(arrow, place),
        }
        if self.sheet.shapes.len() > MOST || self.sheet.lines.len() > MOST {
            return Err(ImportError::TooMuch { what: "shapes or arrows", limit: MOST });
        }
        Ok(())
    }

    fn inside(&self) -> Option<String> {
        self.open.iter().rev().flatten().next().cloned()
    }

    fn declare(&mut self, declared: Declared, place: &str) -> String {
        let Declared { alias, label, role, tech, description, .. } = declared;
        let parent = self.inside();
        if let Some(shape) = self.known.get(&alias).and_then(|ix| self.sheet.shapes.get_mut(*ix)) {
            // Drawn by an arrow before it was declared, or named again.
            if shape.role == Role::Unknown {
                shape.role = role;
                shape.label = one_line(&label);
                shape.parent = parent.filter(|parent| *parent != shape.key);
            }
            return shape.key.clone();
        }
        let mut shape = Shape::new(alias.clone(), &label, role, place);
        shape.parent = parent;
        shape.description = description;
        if !tech.is_empty() {
            shape.kept.insert("technology".to_owned(), tech.into());
        }
        self.known.insert(alias.clone(), self.sheet.shapes.len());
        if label != alias {
            self.known.entry(label).or_insert(self.sheet.shapes.len());
        }
        self.sheet.shapes.push(shape);
        alias
    }

    /// The shape at an end of an arrow; `PlantUML` draws one that nothing has declared.
    fn end(&mut self, end: Declared, place: &str) -> String {
        if let Some(shape) = self.known.get(&end.alias).and_then(|ix| self.sheet.shapes.get(*ix)) {
            return shape.key.clone();
        }
        self.declare(end, place)
    }

    fn arrow(&mut self, arrow: Arrow, place: String) {
        let Arrow { from, to, label, tech, both_ways, undirected } = arrow;
        let (from, to) = (self.end(from, &place), self.end(to, &place));
        if undirected {
            self.guessed.push(("the direction of a line without arrows: the one in which it was drawn".to_owned(), place.clone()));
        }
        let mut line = Line { from: Some(from), to: Some(to), label, both_ways, place, ..Line::default() };
        if !tech.is_empty() {
            line.protocol = redan_model::mermaid::protocol(&tech).unwrap_or_default();
            line.kept.insert("technology".to_owned(), tech.into());
        }
        self.sheet.lines.push(line);
    }
}

/// The kind that a keyword of `PlantUML` says.
fn role_of(keyword: &str, label: &str) -> Option<Role> {
    Some(match keyword {
        "actor" | "person" => Role::Said("actor"),
        "database" | "queue" | "storage" | "collections" | "file" | "stack" => Role::Said("store"),
        "package" | "node" | "folder" | "frame" | "cloud" | "rectangle" | "component" | "artifact" | "agent" | "card" | "interface"
        | "usecase" | "entity" | "boundary" | "control" | "participant" | "hexagon" | "process" | "label" | "()" => {
            match kind_of_words(label) {
                Some(kind) => Role::Likely(kind, "by its name"),
                None if keyword == "component" || keyword == "process" => Role::Said("process"),
                None => Role::Unknown,
            }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
