//! Diagrams of D2: shapes, boxes in boxes, and connections.
//!
//! What a file imports is named and never read; variables, classes, globs, layers and how it looks are passed over.

mod syntax;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use crate::draft::Draft;
use crate::drawn::{Line, Role, Shape, Sheet, kind_of_words};
use crate::{ImportError, Imported, limits};
use syntax::{Item, Key};

pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-d2";
/// Most shapes and connections.
const MOST: usize = 50_000;
/// Words that say how something looks, or that mean something to D2 itself.
const RESERVED: [&str; 34] = [
    "style",
    "shape",
    "label",
    "icon",
    "tooltip",
    "link",
    "near",
    "width",
    "height",
    "direction",
    "class",
    "classes",
    "vars",
    "constraint",
    "grid-rows",
    "grid-columns",
    "grid-gap",
    "vertical-gap",
    "horizontal-gap",
    "top",
    "left",
    "source-arrowhead",
    "target-arrowhead",
    "desc",
    "layers",
    "scenarios",
    "steps",
    "fill",
    "stroke",
    "opacity",
    "font-size",
    "animated",
    "title-style",
    "legend",
];

/// Reads a diagram.
///
/// # Errors
/// The bytes are no such text, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let items = syntax::parse(limits::text(bytes)?)?;
    let mut reader = Reader { sheet: Sheet::new(OWN), draft: Draft::new(""), ..Reader::default() };
    reader.items(&items, "")?;
    reader.texts();
    if reader.sheet.is_empty() {
        return Err(ImportError::NotTheFormat("it has neither a shape nor a connection".to_owned()));
    }
    let Reader { sheet, name, mut draft, .. } = reader;
    draft.set("name", name);
    sheet.into_draft(&mut draft)?;
    Ok(draft.finish())
}

#[derive(Default)]
struct Reader {
    sheet: Sheet,
    name: String,
    variables: BTreeMap<String, String>,
    /// Shapes that classes give, by the name of the class in lower case.
    class_shapes: BTreeMap<String, String>,
    /// Tables, by their full keys in lower case.
    tables: BTreeSet<String>,
    /// Shapes that are blocks of text, with their places.
    texts: Vec<(String, String)>,
    /// Places of shapes by their full keys in lower case, since D2 does not tell cases apart.
    known: BTreeMap<String, usize>,
    draft: Draft,
}

impl Reader {
    fn items(&mut self, items: &[Item], around: &str) -> Result<(), ImportError> {
        for item in items {
            let place = format!("line {}", item.line);
            if item.keys.iter().flatten().any(|part| part.contains('*')) {
                self.draft.dropped("a pattern with `*`", place);
            } else if item.import {
                // A shape whose inside stands in another file is a shape all the same.
                if let Some(key) = item.keys.first().filter(|key| !key.is_empty() && item.keys.len() == 1) {
                    self.declare(key, around, &place);
                }
                self.draft.dropped("an import: other files are never read", place);
            } else if item.keys.len() > 1 {
                self.connection(item, around, &place);
            } else if let Some(key) = item.keys.first() {
                self.shape_or_field(item, key, around, &place)?;
            }
            if self.sheet.shapes.len() > MOST || self.sheet.lines.len() > MOST {
                return Err(ImportError::TooMuch { what: "shapes or connections", limit: MOST });
            }
        }
        Ok(())
    }

    fn shape_or_field(&mut self, item: &Item, key: &Key, around: &str, place: &str) -> Result<(), ImportError> {
        let reserved = |part: &str| RESERVED.contains(&part.to_lowercase().as_str());
        if around.is_empty() && self.is_title(item) {
            self.name = crate::draft::one_line(self.filled(&item.value).trim_start().trim_start_matches('#'));
            return Ok(());
        }
        let Some(at) = key.iter().position(|part| reserved(part)) else {
            let Some(full) = self.declare(key, around, place) else { return Ok(()) };
            if item.block {
                self.texts.push((full.clone(), place.to_owned()));
            }
            self.label(&full, &item.value);
            let is_table = |inner: &Item| single(inner) == Some("shape") && matches!(inner.value.trim(), "sql_table" | "class");
            if item.inner.iter().any(is_table) {
                // What else stands in a table are its columns.
                self.tables.insert(full.to_lowercase());
                return item.inner.iter().filter(|inner| single(inner).is_some_and(reserved)).try_for_each(|inner| {
                    let key = inner.keys.first().cloned().unwrap_or_default();
                    self.shape_or_field(inner, &key, &full, place)
                });
            }
            return self.items(&item.inner, &full);
        };
        let word = key.get(at).map(|part| part.to_lowercase()).unwrap_or_default();
        match word.as_str() {
            "vars" if around.is_empty() => self.variables(item, key.get(at + 1..).unwrap_or_default().join(".")),
            "classes" if around.is_empty() => self.classes(item),
            _ => {}
        }
        if matches!(word.as_str(), "layers" | "scenarios" | "steps") && !item.inner.is_empty() {
            self.draft.dropped(format!("the {word}, which are other diagrams"), place);
            return Ok(());
        }
        let owner = if at == 0 {
            (!around.is_empty()).then(|| around.to_owned())
        } else {
            key.get(..at).and_then(|path| self.declare(path, around, place))
        };
        let Some(owner) = owner else { return Ok(()) };
        match word.as_str() {
            "shape" => self.role(&owner, &item.value),
            "label" => self.label(&owner, &item.value),
            "class" => self.class(&owner, &item.value),
            _ => {}
        }
        Ok(())
    }

    /// Variables by their full names.
    fn variables(&mut self, item: &Item, name: String) {
        if !item.value.is_empty() && !name.is_empty() && self.variables.len() < MOST {
            self.variables.insert(name.clone(), item.value.clone());
        }
        for inner in item.inner.iter().filter(|inner| inner.keys.len() == 1) {
            let parts = inner.keys.iter().flatten().map(String::as_str);
            let full: Vec<&str> = Some(name.as_str()).filter(|name| !name.is_empty()).into_iter().chain(parts).collect();
            self.variables(inner, full.join("."));
        }
    }

    /// The shapes that classes give.
    fn classes(&mut self, item: &Item) {
        for class in &item.inner {
            let Some(name) = single(class) else { continue };
            let shape = class.inner.iter().find(|inner| single(inner) == Some("shape"));
            if let Some(shape) = shape {
                self.class_shapes.insert(name.to_lowercase(), shape.value.clone());
            }
        }
    }

    /// A text with the variables of the file in it; what a variable holds is not looked through again.
    fn filled(&self, text: &str) -> String {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, behind)) = after.split_once('}') else { break };
            out.push_str(before);
            match self.variables.get(name.trim()) {
                Some(value) => out.push_str(value),
                None => out.push_str(&format!("${{{name}}}")),
            }
            rest = behind;
        }
        out + rest
    }

    /// A block of text at which no connection ends and in which nothing is only stands there.
    fn texts(&mut self) {
        for (full, place) in std::mem::take(&mut self.texts) {
            let joined = self.sheet.lines.iter().any(|line| [&line.from, &line.to].into_iter().flatten().any(|end| *end == full));
            let around = self.sheet.shapes.iter().any(|shape| shape.parent.as_ref() == Some(&full));
            let Some(at) = self.sheet.shapes.iter().position(|shape| shape.key == full).filter(|_| !joined && !around) else { continue };
            let (start, _) = crate::vocabulary::headline(&self.sheet.shapes.remove(at).label);
            self.draft.dropped(format!("the text \"{start}\""), place);
        }
    }

    /// Whether it is a text that stands above the drawing: the first one is what the drawing is called.
    fn is_title(&self, item: &Item) -> bool {
        let above = |inner: &Item| single(inner) == Some("near") && ["top-center", "top-left", "top-right"].contains(&inner.value.trim());
        self.name.is_empty() && !item.value.trim().is_empty() && item.inner.iter().any(above)
    }

    /// The full key of a shape; it and what is around it are made if they are not there.
    fn declare(&mut self, key: &[String], around: &str, place: &str) -> Option<String> {
        let mut path: Vec<&str> = if around.is_empty() { Vec::new() } else { around.split('\u{1}').collect() };
        for part in key {
            if part == "_" {
                path.pop();
            } else {
                path.push(part);
            }
        }
        if path.is_empty() || path.len() > limits::MAX_DEPTH / 4 {
            return None;
        }
        let mut parent: Option<String> = None;
        for depth in 1..=path.len() {
            let full = path.get(..depth)?.join("\u{1}");
            let known = self.known.get(&full.to_lowercase()).and_then(|ix| self.sheet.shapes.get(*ix)).map(|shape| shape.key.clone());
            let key = match known {
                // A column of a table stands for the table.
                _ if parent.as_ref().is_some_and(|parent| self.tables.contains(&parent.to_lowercase())) => break,
                Some(key) => key,
                None => {
                    let mut shape = Shape::new(full.clone(), path.get(depth - 1)?, Role::Unknown, place);
                    shape.parent = parent.clone();
                    self.known.insert(full.to_lowercase(), self.sheet.shapes.len());
                    self.sheet.shapes.push(shape);
                    full
                }
            };
            parent = Some(key);
        }
        parent
    }

    fn get(&mut self, full: &str) -> Option<&mut Shape> {
        let ix = self.known.get(&full.to_lowercase()).copied()?;
        self.sheet.shapes.get_mut(ix)
    }

    fn label(&mut self, full: &str, label: &str) {
        let label = crate::draft::one_line(&self.filled(label));
        if let Some(shape) = self.get(full).filter(|_| !label.is_empty()) {
            shape.label = label;
        }
    }

    fn role(&mut self, full: &str, word: &str) {
        self.role_of_shape(full, word);
        if let Some(shape) = self.get(full) {
            shape.kept.insert("shape".to_owned(), word.trim().to_lowercase().into());
        }
    }

    fn role_of_shape(&mut self, full: &str, word: &str) {
        let word = word.trim().to_lowercase();
        let Some(shape) = self.get(full) else { return };
        shape.role = match word.as_str() {
            "cylinder" | "queue" | "stored_data" | "sql_table" => Role::Said("store"),
            "person" | "c4-person" => Role::Said("actor"),
            "circle" | "oval" if kind_of_words(&shape.label).is_none() => Role::Likely("process", "a circle"),
            _ => shape.role,
        };
    }

    /// Classes with the names of kinds say the kind.
    fn class(&mut self, full: &str, word: &str) {
        let word = word.trim().to_lowercase();
        let Some(shape) = self.get(full) else { return };
        match word.as_str() {
            "actor" => shape.role = Role::Said("actor"),
            "external" => shape.role = Role::Said("external"),
            "process" => shape.role = Role::Said("process"),
            "store" => shape.role = Role::Said("store"),
            "zone" => shape.role = Role::Zone,
            _ => {
                shape.kept.insert("class".to_owned(), word.clone().into());
                if let Some(given) = self.class_shapes.get(&word).cloned() {
                    self.role_of_shape(full, &given);
                }
                return;
            }
        }
        shape.kept.insert("class".to_owned(), word.into());
    }

    /// `a -> b <-> c: label` is one connection for each arrow.
    fn connection(&mut self, item: &Item, around: &str, place: &str) {
        let ends: Vec<Option<String>> = item.keys.iter().map(|key| self.declare(key, around, place)).collect();
        let inner = item
            .inner
            .iter()
            .find(|inner| inner.keys.first().is_some_and(|key| key.len() == 1 && key.first().is_some_and(|part| part == "label")));
        let label = inner.map_or(item.value.as_str(), |inner| inner.value.as_str());
        for (two, arrow) in ends.windows(2).zip(&item.arrows) {
            let [from, to] = two else { continue };
            let (from, to) = if arrow == "<-" { (to, from) } else { (from, to) };
            if arrow == "--" {
                self.draft.guessed("the direction of a line without arrows: the one in which it was drawn", place);
            }
            let line = Line {
                from: from.clone(),
                to: to.clone(),
                label: self.filled(label),
                both_ways: arrow == "<->",
                place: place.to_owned(),
                ..Line::default()
            };
            self.sheet.lines.push(line);
        }
    }
}

/// The key of an item that is one word.
fn single(item: &Item) -> Option<&str> {
    let [key] = item.keys.as_slice() else { return None };
    let [part] = key.as_slice() else { return None };
    Some(part)
}

#[cfg(test)]
mod tests;
