//! One page of a drawing whose cells are changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::drawio::cells::C4_NAME;
use crate::drawio::style::Style;
use crate::drawio::write::{STYLE_OF_ZONE, style_of};
use crate::limits;
use crate::onto::Edit;
use crate::onto::xml::{Node, escaped, remove_attribute, set_attribute};

/// Size of what is drawn: an element, a zone.
const SIZES: [(f64, f64); 2] = [(140.0, 70.0), (300.0, 200.0)];
/// Room around what is drawn.
const ROOM: f64 = 30.0;

/// A cell: the element that has its id and its label, and the `mxCell`, which is the same unless the cell is wrapped.
#[derive(Clone, Copy)]
struct Cell<'t> {
    outer: &'t Node<'t>,
    inner: &'t Node<'t>,
}

/// A cell that was drawn just now.
struct New {
    id: String,
    /// The cell without its place: everything before `parent`.
    head: String,
    parent: String,
    corner: (f64, f64),
    size: (f64, f64),
}

/// A page.
pub(super) struct Page<'t> {
    text: &'t str,
    root: Option<&'t Node<'t>>,
    cells: BTreeMap<String, Cell<'t>>,
    edits: Vec<Edit>,
    drawn: Vec<New>,
    lines: Vec<String>,
    gone: BTreeSet<String>,
    /// Where the next thing outside of everything is drawn, and how many things were put into each box.
    edge: f64,
    filled: BTreeMap<String, u32>,
}

impl<'t> Page<'t> {
    pub(super) fn of(text: &'t str, model: &'t Node<'t>) -> Self {
        let root = model.child("root");
        let mut cells = BTreeMap::new();
        for outer in root.map(|root| root.children.as_slice()).unwrap_or_default() {
            let inner = if outer.name == "mxCell" { Some(outer) } else { outer.child("mxCell") };
            let id = outer.attribute(text, "id").or_else(|| inner?.attribute(text, "id"));
            if let (Some(inner), Some(id)) = (inner, id) {
                cells.entry(plain(id)).or_insert(Cell { outer, inner });
            }
        }
        let mut page = Self {
            text,
            root,
            cells,
            edits: Vec::new(),
            drawn: Vec::new(),
            lines: Vec::new(),
            gone: BTreeSet::new(),
            edge: 0.0,
            filled: BTreeMap::new(),
        };
        page.edge = page.cells.keys().map(|id| page.corner(id).0 + page.size(id).0).fold(0.0, f64::max) + 2.0 * ROOM;
        page
    }

    /// The edits, new cells last in the page.
    pub(super) fn finish(mut self) -> Vec<Edit> {
        let mut more = String::new();
        for new in &self.drawn {
            let ((x, y), (width, height)) = (new.corner, new.size);
            more.push_str(&format!(
                "{} vertex=\"1\" parent=\"{}\"><mxGeometry x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" as=\"geometry\"/></mxCell>\n",
                new.head,
                attribute(&new.parent)
            ));
        }
        more.extend(self.lines.iter().map(String::as_str));
        if let Some(root) = self.root.filter(|_| !more.is_empty()) {
            self.edits.push(crate::onto::xml::append(self.text, root, &more));
        }
        // What goes wholly needs no other edit.
        let whole: Vec<_> = self.gone.iter().filter_map(|id| self.cells.get(id)).map(|cell| cell.outer.span.clone()).collect();
        self.edits
            .retain(|edit| !whole.iter().any(|gone| gone.start <= edit.range.start && edit.range.end <= gone.end && *gone != edit.range));
        self.edits
    }

    fn style(&self, id: &str) -> String {
        self.cells.get(id).and_then(|cell| cell.inner.attribute(self.text, "style")).map(plain).unwrap_or_default()
    }

    /// Gives a shape another name.
    pub(super) fn label(&mut self, id: &str, name: &str) {
        let Some(cell) = self.cells.get(id).copied() else { return };
        let html = Style::of(&self.style(id)).get("html") == "1";
        let shows_c4 = cell.outer.attribute(self.text, C4_NAME).is_some_and(|name| !name.is_empty());
        let name = if html && !shows_c4 { escaped(name) } else { name.to_owned() };
        let key = match cell.outer.name {
            "mxCell" => "value",
            _ if shows_c4 => C4_NAME,
            _ => "label",
        };
        self.edits.push(set_attribute(self.text, cell.outer, key, &name));
    }

    /// Gives a line another label; labels that hang on it go.
    pub(super) fn label_of_line(&mut self, id: &str, label: &str) {
        self.label(id, label);
        let hanging: Vec<String> = self.children(id);
        hanging.iter().for_each(|child| self.remove(child));
    }

    /// Draws a shape as those of another kind are drawn, in its own colours.
    pub(super) fn kind(&mut self, id: &str, kind: &str) {
        let Some(cell) = self.cells.get(id).copied() else { return };
        let before = self.style(id);
        let style = Style::of(&before);
        let kept = ["fillColor", "strokeColor", "fontColor", "fontSize", "fontStyle", "opacity", "strokeWidth"];
        let kept: String = kept
            .iter()
            .map(|key| (key, style.get(key)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{key}={value};"))
            .collect();
        let html = if style.get("html") == "1" { "html=1;" } else { "html=0;" };
        let style = format!("{}{kept}", style_of(kind).replace("html=0;", html));
        self.edits.push(set_attribute(self.text, cell.inner, "style", &style));
    }

    /// Gives a line arrows at both ends, or at its end alone.
    pub(super) fn both_ways(&mut self, id: &str, both: bool) {
        let Some(cell) = self.cells.get(id).copied() else { return };
        let before = self.style(id);
        let parts = before.split(';').filter(|part| !part.is_empty() && !part.starts_with("startArrow=") && !part.starts_with("endArrow="));
        let mut style: String = parts.map(|part| format!("{part};")).collect();
        style.push_str(if both {
            "startArrow=classic;endArrow=classic;"
        } else if self.runs_backwards(id) {
            "startArrow=classic;endArrow=none;"
        } else {
            "endArrow=classic;"
        });
        self.edits.push(set_attribute(self.text, cell.inner, "style", &style));
    }

    /// Whether a line has an arrow at its start alone, so that it flows from where it ends.
    fn runs_backwards(&self, id: &str) -> bool {
        let style = self.style(id);
        Style::of(&style).arrows() == (true, false)
    }

    /// Joins an end of a line with another shape.
    pub(super) fn end(&mut self, id: &str, start: bool, shape: &str) {
        let Some(cell) = self.cells.get(id).copied() else { return };
        let key = if start != self.runs_backwards(id) { "source" } else { "target" };
        self.edits.push(set_attribute(self.text, cell.inner, key, shape));
    }

    /// Takes a cell out, with what hangs on it: labels, and parts that are no thing of the model.
    pub(super) fn remove(&mut self, id: &str) {
        let Some(cell) = self.cells.get(id).copied() else { return };
        if !self.gone.insert(id.to_owned()) {
            return;
        }
        self.edits.push(Edit::remove(cell.outer.span.clone()));
        for child in self.children(id) {
            let moved = self.edits.iter().any(|edit| self.cells.get(&child).is_some_and(|cell| within(&cell.inner.tag, &edit.range)));
            if !moved {
                self.remove(&child);
            }
        }
        // Lines that the model does not have keep their other end.
        let lines: Vec<Cell<'t>> = self.cells.iter().filter(|(line, _)| !self.gone.contains(*line)).map(|(_, cell)| *cell).collect();
        for key in ["source", "target"] {
            let ended = lines.iter().filter(|cell| cell.inner.attribute(self.text, key).map(plain).as_deref() == Some(id));
            let more: Vec<Edit> = ended.filter_map(|cell| remove_attribute(self.text, cell.inner, key)).collect();
            let known: Vec<Edit> =
                more.into_iter().filter(|edit| !self.edits.iter().any(|other| within(&edit.range, &other.range))).collect();
            self.edits.extend(known);
        }
    }

    fn children(&self, id: &str) -> Vec<String> {
        let of = |cell: &Cell<'_>| cell.inner.attribute(self.text, "parent").map(plain);
        self.cells.iter().filter(|(_, cell)| of(cell).as_deref() == Some(id)).map(|(child, _)| child.clone()).collect()
    }

    /// Draws a shape outside of everything, and gives its id.
    pub(super) fn draw(&mut self, id: &str, name: &str, kind: &str) -> String {
        let zone = kind == "zone";
        let cell = self.free(&format!("{}_{}", if zone { "z" } else { "e" }, id.replace(|c: char| !c.is_ascii_alphanumeric(), "_")));
        let style = if zone { STYLE_OF_ZONE } else { style_of(kind) };
        let head = format!("<mxCell id=\"{cell}\" value=\"{}\" style=\"{style}\"", attribute(name));
        let size = if zone { SIZES[1] } else { SIZES[0] };
        self.drawn.push(New { id: cell.clone(), head, parent: self.layer(), corner: (self.edge, ROOM), size });
        cell
    }

    /// Draws a line between two shapes.
    pub(super) fn draw_line(&mut self, id: &str, label: &str, (from, to): (&str, &str), both: bool) {
        let cell = self.free(&format!("f_{}", id.replace(|c: char| !c.is_ascii_alphanumeric(), "_")));
        let start = if both { "startArrow=classic;" } else { "" };
        self.lines.push(format!(
            "<mxCell id=\"{cell}\" value=\"{}\" style=\"edgeStyle=orthogonalEdgeStyle;html=0;endArrow=classic;{start}\" edge=\"1\" parent=\"{}\" source=\"{}\" target=\"{}\"><mxGeometry relative=\"1\" as=\"geometry\"/></mxCell>\n",
            attribute(label),
            attribute(&self.layer()),
            attribute(from),
            attribute(to)
        ));
    }

    /// An id that no cell has.
    fn free(&self, wanted: &str) -> String {
        let taken = |id: &str| {
            self.cells.contains_key(id)
                || self.drawn.iter().any(|new| new.id == id)
                || self.lines.iter().any(|line| line.contains(&format!("id=\"{id}\"")))
        };
        let mut id = wanted.to_owned();
        for number in 2..10_000 {
            if !taken(&id) {
                break;
            }
            id = format!("{wanted}__{number}");
        }
        id
    }

    /// The layer that things are drawn on: the last of the cells that every page begins with.
    fn layer(&self) -> String {
        let top = self.cells.iter().find(|(_, cell)| cell.inner.attribute(self.text, "parent").is_none()).map(|(id, _)| id.clone());
        let top = top.unwrap_or_else(|| "0".to_owned());
        let plain_cell = |cell: &Cell<'_>| ["vertex", "edge"].iter().all(|key| cell.inner.attribute(self.text, key).is_none());
        self.children(&top).into_iter().find(|id| self.cells.get(id).is_some_and(plain_cell)).unwrap_or(top)
    }

    /// Puts a shape into another one.
    pub(super) fn put_into(&mut self, id: &str, outer: &str) {
        let count = self.filled.entry(outer.to_owned()).or_default();
        *count += 1;
        // The places side by side begin anew where they would lead out of most boxes.
        let step = f64::from(*count % 5);
        self.put(id, outer, (ROOM * (1.0 + step), ROOM * (1.0 + step)));
    }

    /// Puts a shape outside of all others.
    pub(super) fn put_outside(&mut self, id: &str) {
        let layer = self.layer();
        let width = self.size(id).0.max(SIZES[0].0);
        let corner = (self.edge, ROOM);
        self.edge += width + ROOM;
        self.put(id, &layer, corner);
    }

    fn put(&mut self, id: &str, parent: &str, (x, y): (f64, f64)) {
        if let Some(new) = self.drawn.iter_mut().find(|new| new.id == id) {
            new.parent = parent.to_owned();
            new.corner = (x, y);
            return;
        }
        let Some(cell) = self.cells.get(id).copied() else { return };
        self.edits.push(set_attribute(self.text, cell.inner, "parent", parent));
        if let Some(geometry) = cell.inner.child("mxGeometry") {
            self.edits.push(set_attribute(self.text, geometry, "x", &x.to_string()));
            self.edits.push(set_attribute(self.text, geometry, "y", &y.to_string()));
        }
    }

    fn number(&self, id: &str, key: &str) -> f64 {
        let geometry = self
            .cells
            .get(id)
            .filter(|cell| cell.inner.attribute(self.text, "vertex") == Some("1"))
            .and_then(|cell| cell.inner.child("mxGeometry"));
        crate::drawn::number(geometry.and_then(|geometry| geometry.attribute(self.text, key)))
    }

    fn size(&self, id: &str) -> (f64, f64) {
        (self.number(id, "width"), self.number(id, "height"))
    }

    /// Where a shape lies on the page.
    fn corner(&self, id: &str) -> (f64, f64) {
        let (mut x, mut y) = (0.0, 0.0);
        let mut at = Some(id.to_owned());
        for _ in 0..limits::MAX_DEPTH {
            let Some(cell) = at.as_deref().and_then(|id| self.cells.get(id)) else { break };
            let id = at.clone().unwrap_or_default();
            x += self.number(&id, "x");
            y += self.number(&id, "y");
            at = cell.inner.attribute(self.text, "parent").map(plain);
        }
        (x, y)
    }
}

fn within(outer: &std::ops::Range<usize>, inner: &std::ops::Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The value of an attribute without the escapes of XML.
fn plain(value: &str) -> String {
    quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), |text| text.into_owned())
}

fn attribute(text: &str) -> String {
    escaped(text).replace('\n', "&#10;")
}
