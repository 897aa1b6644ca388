//! A page: shapes with the names of their stencils, lines with what they join.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::OWN;
use super::package::{Master, Page};
use crate::ImportError;
use crate::draft::{Draft, one_line};
use crate::drawn::{Line, Shape, Sheet, role_of_stencil};
use crate::xml::{self, Element};
use crate::zones::Area;

/// Units of the drawing in an inch, so that distances are those of other drawings.
const INCH: f64 = 96.0;

/// The number of a cell of a shape.
pub(super) fn cell(shape: &Element<'_>, name: &str) -> Option<f64> {
    let cell = shape.all("Cell").find(|cell| cell.attribute("N") == Some(name))?;
    cell.attribute("V")?.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Reads a page.
pub(super) fn sheet(page: &Page, masters: &BTreeMap<String, Master>, draft: &mut Draft) -> Result<Sheet, ImportError> {
    let root = xml::parse(&page.xml)?;
    let mut reader = Reader { sheet: Sheet::new(OWN), masters, joined: BTreeMap::new(), file: &page.file, draft };
    for connect in root.items("Connects") {
        let of = |name: &str| connect.attribute(name).unwrap_or_default().to_owned();
        let start = of("FromCell").starts_with("Begin");
        reader.joined.insert((of("FromSheet"), start), of("ToSheet"));
    }
    for shape in root.items("Shapes") {
        reader.shape(shape, None, (0.0, 0.0));
    }
    let mut sheet = reader.sheet;
    // A line may be attached to a part of a shape that stands for the whole.
    let parts: BTreeMap<String, String> = sheet
        .shapes
        .iter()
        .flat_map(|shape| {
            let parts = shape.kept.get("parts").and_then(Json::as_array).into_iter().flatten();
            parts.filter_map(Json::as_str).map(|part| (part.to_owned(), shape.key.clone())).collect::<Vec<_>>()
        })
        .collect();
    for line in &mut sheet.lines {
        for end in [&mut line.from, &mut line.to] {
            if let Some(whole) = end.as_ref().and_then(|key| parts.get(key)) {
                *end = Some(whole.clone());
            }
        }
    }
    sheet.shapes.iter_mut().for_each(|shape| drop(shape.kept.remove("parts")));
    Ok(sheet)
}

struct Reader<'r> {
    sheet: Sheet,
    masters: &'r BTreeMap<String, Master>,
    /// What the start (`true`) or the end of a line is attached to.
    joined: BTreeMap<(String, bool), String>,
    file: &'r str,
    draft: &'r mut Draft,
}

impl Reader<'_> {
    fn shape(&mut self, shape: &Element<'_>, parent: Option<&str>, origin: (f64, f64)) {
        let master = shape.attribute("Master").and_then(|id| self.masters.get(id)).cloned().unwrap_or_default();
        let own = shape.attribute("NameU").or_else(|| shape.attribute("Name")).unwrap_or_default();
        let stencil = if master.name.is_empty() {
            own.split('.').take_while(|part| part.parse::<u32>().is_err()).collect::<Vec<_>>().join(".")
        } else {
            master.name.clone()
        };
        let id = shape.attribute("ID").unwrap_or_default();
        let place = format!("{}, shape {id}", self.file);
        let lower = stencil.to_lowercase();
        // What a shape does not say, it has from its stencil.
        let of = |name: &str| cell(shape, name).or_else(|| master.whole.cells.get(name).copied());
        if of("BeginX").is_some() || lower.contains("connector") || lower.ends_with(".line") {
            self.line(shape, &master, (id, &lower), origin, place);
            return;
        }
        let area = of("Width").zip(of("Height")).map(|(width, height)| {
            // A shape of another size than its stencil is held in its middle unless it says otherwise itself.
            let pin = |name: &str, half: f64| cell(shape, name).unwrap_or(half);
            let left = cell(shape, "PinX").unwrap_or_default() - pin("LocPinX", width / 2.0);
            let top = cell(shape, "PinY").unwrap_or_default() - pin("LocPinY", height / 2.0);
            (left, top, width, height)
        });
        let corner = area.map_or(origin, |(left, top, ..)| (origin.0 + left, origin.1 + top));
        let inner = shape.items("Shapes");
        let text = text_of(shape, &master.whole.text);
        // A group that somebody made by hand holds shapes; one from a stencil is one shape with parts.
        let by_hand = !inner.is_empty() && shape.attribute("Master").is_none() && !stencil.starts_with("com.lucidchart");
        if by_hand && text.is_empty() {
            inner.iter().for_each(|part| self.shape(part, parent, corner));
            return;
        }
        let label = if text.is_empty() && !by_hand { texts(inner, &master) } else { text };
        let is_text =
            matches!(lower.as_str(), "text" | "plain text" | "text box" | "com.lucidchart.textblock" | "com.lucidchart.defaulttextblock");
        if is_text && !label.is_empty() {
            self.draft.dropped(format!("the text \"{label}\""), place);
            return;
        }
        let name =
            if label.is_empty() { stencil.rsplit('.').next().unwrap_or_default().trim_end_matches("Block").to_owned() } else { label };
        let mut made = Shape::new(id, &name, role_of_stencil(&stencil, &name), place);
        made.parent = parent.map(str::to_owned);
        made.area = area.map(|(_, _, width, height)| Area::new(corner.0 * INCH, corner.1 * INCH, width * INCH, height * INCH));
        made.kept = kept(shape, &stencil);
        if !by_hand && !inner.is_empty() {
            made.kept.insert("parts".to_owned(), ids(inner).into());
        }
        self.sheet.shapes.push(made);
        if by_hand {
            inner.iter().for_each(|part| self.shape(part, Some(id), corner));
        }
    }

    fn line(&mut self, shape: &Element<'_>, master: &Master, (id, stencil): (&str, &str), origin: (f64, f64), place: String) {
        let mut line = Line {
            from: self.joined.get(&(id.to_owned(), true)).cloned(),
            to: self.joined.get(&(id.to_owned(), false)).cloned(),
            label: text_of(shape, &master.whole.text),
            boundary: stencil.contains("boundary") || stencil.contains("curved panel"),
            ..Line::default()
        };
        let point = |x: &str, y: &str| Some(((origin.0 + cell(shape, x)?) * INCH, (origin.1 + cell(shape, y)?) * INCH));
        line.points = point("BeginX", "BeginY").zip(point("EndX", "EndY"));
        let arrow = |name: &str| cell(shape, name).or_else(|| master.whole.cells.get(name).copied()).is_some_and(|kind| kind > 0.0);
        match (arrow("BeginArrow"), arrow("EndArrow")) {
            (true, true) => line.both_ways = true,
            (true, false) => {
                std::mem::swap(&mut line.from, &mut line.to);
                line.points = line.points.map(|(start, end)| (end, start));
            }
            (false, false) if !line.boundary => {
                self.draft.guessed("the direction of a line whose arrows the file does not state: the one in which it was drawn", &place);
            }
            _ => {}
        }
        line.place = place;
        self.sheet.lines.push(line);
    }
}

/// What is written on a shape: its own text, or that of its stencil where it has none.
fn text_of(shape: &Element<'_>, inherited: &str) -> String {
    if shape.child("Text").is_some() { one_line(shape.text_of("Text")) } else { inherited.to_owned() }
}

/// The texts of parts, as one label.
fn texts(parts: &[Element<'_>], master: &Master) -> String {
    let mut found = Vec::new();
    for part in parts {
        let inherited = part.attribute("MasterShape").and_then(|id| master.parts.get(id)).map(|part| part.text.as_str());
        let text = text_of(part, inherited.unwrap_or_default());
        found.push(if text.is_empty() { self::texts(part.items("Shapes"), master) } else { text });
    }
    found.retain(|text| !text.is_empty());
    found.join(" ")
}

fn ids(parts: &[Element<'_>]) -> Vec<Json> {
    let mut found = Vec::new();
    for part in parts {
        found.extend(part.attribute("ID").map(Json::from));
        found.extend(ids(part.items("Shapes")));
    }
    found
}

/// What is kept: the name of the stencil, and what people wrote into the fields of a shape.
fn kept(shape: &Element<'_>, stencil: &str) -> Map<String, Json> {
    let mut kept = Map::new();
    if !stencil.is_empty() {
        kept.insert("stencil".to_owned(), stencil.into());
    }
    let rows = shape.all("Section").filter(|section| section.attribute("N") == Some("Property")).flat_map(|section| section.all("Row"));
    let mut data = Map::new();
    for row in rows.take(200) {
        let of = |name: &str| {
            row.all("Cell").find(|cell| cell.attribute("N") == Some(name)).and_then(|cell| cell.attribute("V")).unwrap_or_default()
        };
        let key = if of("Label").is_empty() { row.attribute("N").unwrap_or_default() } else { of("Label") };
        if !of("Value").is_empty() && !key.is_empty() {
            data.insert(key.to_owned(), of("Value").into());
        }
    }
    if !data.is_empty() {
        kept.insert("data".to_owned(), data.into());
    }
    kept
}
