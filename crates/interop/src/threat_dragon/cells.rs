//! The cells of a drawing in either version's spelling.

use std::borrow::Cow;
use std::fmt;

use crate::borrowed::Raw;
use crate::draft::one_line;
use crate::zones::Area;

/// What a cell is. Only its shape says so: the type beside it is wrong in some files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Actor,
    Process,
    Store,
    Flow,
    /// A trust boundary that encloses.
    Border,
    /// A trust boundary that is a line.
    Curve,
    Text,
    Unknown,
}

/// Where a flow or a line ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum End<'f> {
    Cell(Cow<'f, str>),
    Point((f64, f64)),
    Nowhere,
}

/// Where a cell stands in the file, which is written out only where something is said about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) diagram: usize,
    pub(super) cell: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "detail.diagrams[{}].cells[{}]", self.diagram, self.cell)
    }
}

/// A cell.
#[derive(Debug)]
pub(super) struct Cell<'f> {
    pub(super) raw: &'f Raw<'f>,
    /// Where its properties are: in the cell itself in version 1.
    pub(super) data: &'f Raw<'f>,
    pub(super) shape: Shape,
    pub(super) id: Cow<'f, str>,
    pub(super) name: String,
    pub(super) area: Option<Area>,
    pub(super) place: Place,
}

impl<'f> Cell<'f> {
    /// Reads a cell.
    pub(super) fn of(raw: &'f Raw<'f>, place: Place) -> Self {
        let data = data(raw);
        let shape = shape(&raw.text("shape"), &data.text("type"));
        Self { raw, data, shape, id: raw.text("id"), name: name(raw, data), area: area(raw), place }
    }

    /// Whether it is an element of the model.
    pub(super) fn is_element(&self) -> bool {
        matches!(self.shape, Shape::Actor | Shape::Process | Shape::Store)
    }

    /// Where one end of it is.
    pub(super) fn end(&self, key: &str) -> End<'f> {
        let Some(end) = self.raw.get(key) else { return End::Nowhere };
        // Ids are texts; other programs that write such files count.
        let cell = ["cell", "id"].iter().filter_map(|key| end.get(key)).map(Raw::scalar).find(|cell| !cell.is_empty());
        match (cell.or_else(|| Some(end.scalar()).filter(|cell| !cell.is_empty())), point(end)) {
            (Some(cell), _) => End::Cell(cell),
            (None, Some(point)) => End::Point(point),
            (None, None) => End::Nowhere,
        }
    }

    /// The corners of its path between its ends.
    pub(super) fn corners(&self) -> Vec<(f64, f64)> {
        self.raw.items("vertices").iter().filter_map(point).collect()
    }

    /// The side of a cell that an end of a flow is fastened to: `top`, `right`, `bottom` or `left`.
    pub(super) fn side(&self, end: Option<&Raw<'_>>) -> Option<&'f str> {
        let port = end?.get("port")?.as_str()?;
        let ports = self.raw.get("ports")?.items("items");
        ports.iter().find(|item| item.text("id") == port)?.get("group")?.as_str()
    }

    /// How it is called where something is said about it.
    pub(super) fn called(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }
}

/// Where the properties of a cell are.
fn data<'r, 'f>(cell: &'r Raw<'f>) -> &'r Raw<'f> {
    cell.get("data").filter(|data| data.is_object()).unwrap_or(cell)
}

/// The threats of a cell; version 1 has them in the cell, and so does the schema of version 2.
pub(super) fn threats<'r, 'f>(cell: &'r Raw<'f>) -> &'r [Raw<'f>] {
    match data(cell).items("threats") {
        [] => cell.items("threats"),
        threats => threats,
    }
}

fn shape(shape: &str, kind: &str) -> Shape {
    match (shape, kind) {
        ("actor", _) | ("", "tm.Actor") => Shape::Actor,
        ("process", _) | ("", "tm.Process") => Shape::Process,
        ("store", _) | ("", "tm.Store") => Shape::Store,
        // Edges that were drawn from a port and never touched again have a shape of their own.
        ("flow" | "edge" | "path", _) | ("", "tm.Flow") => Shape::Flow,
        ("trust-boundary-box", _) | ("", "tm.BoundaryBox") => Shape::Border,
        ("trust-boundary-curve" | "trust-broundary-curve", _) | ("", "tm.Boundary") => Shape::Curve,
        ("td-text-block", _) | ("", "tm.Text") => Shape::Text,
        _ => Shape::Unknown,
    }
}

/// The name in its own field, or what is written on the drawing.
fn name(raw: &Raw<'_>, data: &Raw<'_>) -> String {
    let own = if std::ptr::eq(raw, data) { String::new() } else { one_line(&data.text("name")) };
    if !own.is_empty() {
        return own;
    }
    let attrs = |thing: &Raw<'_>| -> Option<String> {
        let attrs = thing.get("attrs")?;
        let texts = ["labelText", "text", "label"].iter().filter_map(|key| attrs.get(key));
        texts
            .map(|holder| match holder.as_str() {
                Some(text) => text.to_owned(),
                None => holder.text("text").into_owned(),
            })
            .map(|text| one_line(&text))
            .find(|text| !text.is_empty())
    };
    let label = raw.items("labels").first();
    let on_label = || label.and_then(|label| label.as_str().map(one_line).or_else(|| attrs(label)));
    attrs(raw).or_else(on_label).filter(|name| !name.is_empty()).unwrap_or_else(|| one_line(&data.text("name")))
}

fn area(raw: &Raw<'_>) -> Option<Area> {
    let (x, y) = point(raw.get("position")?)?;
    let size = raw.get("size")?;
    Some(Area::new(x, y, number(size.get("width")?)?, number(size.get("height")?)?))
}

fn point(value: &Raw<'_>) -> Option<(f64, f64)> {
    Some((number(value.get("x")?)?, number(value.get("y")?)?))
}

/// A number, which some programs write as a text.
fn number(value: &Raw<'_>) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok().filter(|number: &f64| number.is_finite()))
}
