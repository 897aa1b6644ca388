//! The cells of a page as shapes and lines.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::OWN;
use super::file::Page;
use super::style::Style;
use crate::draft::{Draft, one_line};
use crate::drawn::{Line, Role, Shape, Sheet, number};
use crate::read::without_tags;
use crate::xml::{self, Element};
use crate::zones::Area;
use crate::{ImportError, limits};

/// A cell with what its wrapper says.
struct Cell<'e> {
    id: &'e str,
    label: String,
    style: Style<'e>,
    cell: &'e Element<'e>,
    /// What stands on the wrapper beside id and label.
    data: Vec<(&'e str, &'e str)>,
}

impl Cell<'_> {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.cell.attribute(name).filter(|value| !value.is_empty())
    }

    fn is_vertex(&self) -> bool {
        self.attribute("vertex") == Some("1")
    }

    fn is_edge(&self) -> bool {
        self.attribute("edge") == Some("1")
    }

    fn geometry(&self) -> Option<&Element<'_>> {
        self.cell.child("mxGeometry")
    }

    fn place(&self, page: &str) -> String {
        if page.is_empty() { format!("cell {}", self.id) } else { format!("page \"{page}\", cell {}", self.id) }
    }
}

/// Reads a page.
pub(super) fn sheet(page: &Page, draft: &mut Draft) -> Result<Sheet, ImportError> {
    let model = xml::parse(page.text.as_bytes())?;
    let root = match (model.name, model.child("root")) {
        ("mxGraphModel", Some(root)) => root,
        ("mxGraphModel", None) if model.children.is_empty() => return Ok(Sheet::new(OWN)),
        ("mxGraphModel", None) => return Err(ImportError::NotTheFormat("a page has no `root`, in which its cells stand".to_owned())),
        (other, _) => return Err(ImportError::NotTheFormat(format!("a page begins with `{other}`, and a drawing with `mxGraphModel`"))),
    };
    let cells: Vec<Cell<'_>> = root.children.iter().filter_map(cell).collect();
    let reader = Reader { page: &page.name, by_id: (0..).zip(&cells).map(|(ix, cell)| (cell.id, ix)).collect(), cells: &cells };
    Ok(reader.read(draft))
}

/// The attribute in which shapes of C4 have their name; their label only shows it.
pub(super) const C4_NAME: &str = "c4Name";

fn cell<'e>(element: &'e Element<'e>) -> Option<Cell<'e>> {
    let inner = match element.name {
        "mxCell" => element,
        "object" | "UserObject" => element.child("mxCell")?,
        _ => return None,
    };
    let wrapped = element.name != "mxCell";
    let written = if wrapped { element.attribute("label") } else { element.attribute("value") };
    let data =
        element.attributes.iter().filter(|(key, value)| wrapped && !matches!(*key, "id" | "label" | "placeholders") && !value.is_empty());
    let style = Style::of(inner.attribute("style").unwrap_or_default());
    let written = written.unwrap_or_default();
    let filled;
    let written = match element.attribute(C4_NAME).filter(|name| wrapped && !name.is_empty()) {
        Some(name) => name,
        None if wrapped && element.attribute("placeholders") == Some("1") => {
            filled = with_values(written, element);
            &filled
        }
        None => written,
    };
    Some(Cell {
        id: element.attribute("id").or_else(|| inner.attribute("id")).unwrap_or_default(),
        label: if style.get("html") == "1" { plain(written) } else { written.trim().to_owned() },
        style,
        cell: inner,
        data: data.map(|(key, value)| (*key, value.as_ref())).collect(),
    })
}

/// A label in which `%name%` stands for an attribute of the wrapper; what has no value stays as it is.
fn with_values(label: &str, wrapper: &Element<'_>) -> String {
    let (mut out, mut rest) = (String::new(), label);
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let value = after.split_once('%').and_then(|(name, behind)| Some((wrapper.attribute(name)?, behind)));
        match value {
            Some((value, behind)) => {
                out.push_str(value);
                rest = behind;
            }
            None => {
                out.push('%');
                rest = after;
            }
        }
    }
    out + rest
}

/// A label without tags and the entities of HTML.
fn plain(label: &str) -> String {
    let mut text = label.to_owned();
    if text.contains('<') {
        for end in ["</p>", "</div>", "</tr>", "</td>", "</li>", "<hr"] {
            text = text.replace(end, &format!("\n{end}"));
        }
        text = without_tags(&text);
    }
    let text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&amp;", "&").replace('\u{a0}', " ").trim().to_owned()
}

struct Reader<'r> {
    page: &'r str,
    by_id: BTreeMap<&'r str, usize>,
    cells: &'r [Cell<'r>],
}

impl<'r> Reader<'r> {
    fn get(&self, id: &str) -> Option<&'r Cell<'r>> {
        self.by_id.get(id).and_then(|ix| self.cells.get(*ix))
    }

    fn read(&self, draft: &mut Draft) -> Sheet {
        let mut sheet = Sheet::new(OWN);
        let in_dfd = self
            .cells
            .iter()
            .any(|cell| cell.is_vertex() && matches!(cell.style.role(&cell.label, false), Role::Said("process" | "store")));
        let mut labels: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let ends: BTreeSet<&str> = self
            .cells
            .iter()
            .filter(|cell| cell.is_edge())
            .flat_map(|cell| [cell.attribute("source"), cell.attribute("target")])
            .flatten()
            .collect();
        for cell in self.cells.iter().filter(|cell| cell.is_vertex() && self.get(cell.id).is_some_and(|same| std::ptr::eq(same, *cell))) {
            let on_edge = cell.attribute("parent").and_then(|parent| self.get(parent)).filter(|parent| parent.is_edge());
            if let Some(edge) = on_edge {
                labels.entry(edge.id).or_default().push(one_line(&cell.label));
            } else if cell.style.is_text() && !ends.contains(cell.id) {
                let what = if cell.label.is_empty() {
                    "a text that is empty".to_owned()
                } else {
                    format!("the text \"{}\"", one_line(&cell.label))
                };
                draft.dropped(what, cell.place(self.page));
            } else if cell.style.is_group() && cell.label.is_empty() && !ends.contains(cell.id) {
                draft.dropped("a group without a name: its parts stand where it stands", cell.place(self.page));
            } else {
                sheet.shapes.push(self.shape(cell, in_dfd));
            }
        }
        let twice = self.cells.iter().filter(|cell| cell.is_vertex() && !self.get(cell.id).is_some_and(|same| std::ptr::eq(same, *cell)));
        twice.for_each(|cell| draft.dangling(format!("a second shape with the id {}", cell.id), cell.place(self.page)));
        for cell in self.cells.iter().filter(|cell| cell.is_edge()) {
            let line = self.line(cell, labels.remove(cell.id).unwrap_or_default(), draft);
            sheet.lines.push(line);
        }
        sheet
    }

    fn shape(&self, cell: &'r Cell<'r>, in_dfd: bool) -> Shape {
        let mut lines = cell.label.lines().map(str::trim).filter(|line| !line.is_empty());
        let long = cell.label.chars().count() > 80;
        let (name, more) = match (lines.next(), long) {
            (Some(first), true) => (first.to_owned(), lines.collect::<Vec<_>>().join("\n")),
            _ => (one_line(&cell.label), String::new()),
        };
        let name = if name.is_empty() { cell.style.pictures().pop().unwrap_or_default() } else { name };
        let mut shape = Shape::new(cell.id, &name, cell.style.role(&name, in_dfd), cell.place(self.page));
        shape.description = more;
        let said = |key: &str| cell.data.iter().find(|(known, _)| *known == key).map(|(_, value)| *value).unwrap_or_default();
        if !said(C4_NAME).is_empty() {
            one_line(said("c4Description")).clone_into(&mut shape.description);
        }
        match said("c4Type") {
            "Person" => shape.role = Role::Said("actor"),
            word if word.ends_with("ScopeBoundary") => shape.role = Role::Zone,
            _ => {}
        }
        shape.parent = self.holder(cell);
        shape.area = self.area(cell);
        shape.kept = kept(cell);
        if let Some(Area { left, top, right, bottom }) = shape.area {
            shape.kept.insert("at".to_owned(), json!({"x": left, "y": top, "width": right - left, "height": bottom - top}));
        }
        shape
    }

    /// The shape that a cell is in: layers and groups without a name are passed over.
    fn holder(&self, cell: &Cell<'_>) -> Option<String> {
        let mut at = cell.attribute("parent").map(str::to_owned);
        for _ in 0..limits::MAX_DEPTH {
            let parent = self.get(at.as_deref()?)?;
            if parent.is_vertex() && !(parent.style.is_group() && parent.label.is_empty()) {
                return Some(parent.id.to_owned());
            }
            at = parent.attribute("parent").map(str::to_owned);
        }
        None
    }

    /// Where the coordinates of what is in a cell begin.
    fn origin(&self, cell: &Cell<'_>) -> (f64, f64) {
        let (mut x, mut y) = (0.0, 0.0);
        let mut at = cell.attribute("parent").map(str::to_owned);
        for _ in 0..limits::MAX_DEPTH {
            let Some(parent) = at.as_deref().and_then(|id| self.get(id)) else { break };
            if let Some(geometry) = parent.geometry().filter(|_| parent.is_vertex()) {
                x += number(geometry.attribute("x"));
                y += number(geometry.attribute("y"));
            }
            at = parent.attribute("parent").map(str::to_owned);
        }
        (x, y)
    }

    fn area(&self, cell: &Cell<'_>) -> Option<Area> {
        let geometry = cell.geometry()?;
        let of = |name: &str| number(geometry.attribute(name));
        let (x, y) = self.origin(cell);
        (of("width") > 0.0 && of("height") > 0.0).then(|| Area::new(x + of("x"), y + of("y"), of("width"), of("height")))
    }

    fn line(&self, cell: &Cell<'_>, more: Vec<String>, draft: &mut Draft) -> Line {
        let end = |name: &str| cell.attribute(name).map(str::to_owned);
        let (from, to) = (end("source"), end("target"));
        let mut words = vec![one_line(&cell.label)];
        words.extend(more);
        words.retain(|word| !word.is_empty());
        let (mut line, place) = (Line { from, to, label: words.join(", "), ..Line::default() }, cell.place(self.page));
        line.points = self.points(cell);
        line.boundary = cell.style.is_boundary_line() && (line.from.is_none() || line.to.is_none());
        match cell.style.arrows() {
            (true, true) => line.both_ways = true,
            (true, false) => {
                std::mem::swap(&mut line.from, &mut line.to);
                line.points = line.points.map(|(start, end)| (end, start));
            }
            (false, false) if line.from.is_some() && line.to.is_some() => {
                draft.guessed("the direction of a line without arrows: the one in which it was drawn", &place);
            }
            _ => {}
        }
        line.kept = kept(cell);
        line.place = place;
        line
    }

    /// Where a line starts and ends, as far as the file says so; an end that is attached needs no point.
    fn points(&self, cell: &Cell<'_>) -> Option<((f64, f64), (f64, f64))> {
        let geometry = cell.geometry()?;
        let (x, y) = self.origin(cell);
        let point = |which: &str| {
            let point = geometry.all("mxPoint").find(|point| point.attribute("as") == Some(which))?;
            Some((x + number(point.attribute("x")), y + number(point.attribute("y"))))
        };
        match (point("sourcePoint"), point("targetPoint")) {
            (Some(start), Some(end)) => Some((start, end)),
            (Some(start), None) if cell.attribute("target").is_some() => Some((start, start)),
            (None, Some(end)) if cell.attribute("source").is_some() => Some((end, end)),
            _ => None,
        }
    }
}

/// What is kept of a cell: its id, its style and the data on its wrapper.
fn kept(cell: &Cell<'_>) -> Map<String, Json> {
    let mut kept = Map::new();
    kept.insert("id".to_owned(), cell.id.into());
    if let Some(style) = cell.attribute("style") {
        kept.insert("style".to_owned(), style.into());
    }
    if !cell.data.is_empty() {
        let data: Map<String, Json> = cell.data.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
        kept.insert("data".to_owned(), data.into());
    }
    kept
}
