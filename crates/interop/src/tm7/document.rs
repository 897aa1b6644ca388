//! What a file says, piece by piece, without any judgement.

use std::collections::BTreeMap;

use crate::tb7::{self, Template};
use crate::xml::{self, Element};
use crate::{ImportError, draft};

use super::stored::{self, Threat};

/// Largest file, in bytes. The largest that is known has under three million, icons included.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The key of the property that takes a thing out of the analysis.
const OUT_OF_SCOPE: [&str; 2] = ["71f3d9aa-b8ef-4e54-8126-607a1d903103", "Out Of Scope"];
/// The key of the property that says why.
const OUT_OF_SCOPE_REASON: [&str; 2] = ["752473b6-52d4-4776-9a24-202153f7d579", "Reason For Out Of Scope"];
/// The key of the property that numbers flows.
const ORDER: [&str; 2] = ["15ccd509-98eb-49ad-b9c2-b4a2926d1780", "Dataflow Order"];

/// A file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// What it says of itself.
    pub meta: Meta,
    /// Its diagrams.
    pub surfaces: Vec<Surface>,
    /// The threats that it stores.
    pub threats: Vec<Threat>,
    /// Texts of its notes; who wrote them is left out.
    pub notes: Vec<String>,
    /// Whether the template is to raise threats.
    pub generates: bool,
    /// The template inside, if it has one.
    pub template: Option<Template>,
    /// Whether people are named as those who changed a threat or wrote a note.
    pub names_people: bool,
}

/// What a file says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the field of that name in the tool")]
pub struct Meta {
    pub name: String,
    pub description: String,
    pub owner: String,
    pub reviewer: String,
    pub contributors: String,
    pub assumptions: String,
    pub dependencies: String,
}

/// One diagram.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Surface {
    /// Its id.
    pub guid: String,
    /// Its title.
    pub name: String,
    /// What has a box: elements, boundaries, remarks.
    pub stencils: Vec<Stencil>,
    /// What goes from one point to another: flows, boundaries.
    pub lines: Vec<Line>,
}

/// What boxes and lines have in common.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thing {
    /// Its id.
    pub guid: String,
    /// The id of its kind.
    pub kind: String,
    /// The id of its general kind.
    pub general: String,
    /// The name of its kind.
    pub kind_name: String,
    /// Its name.
    pub name: String,
    /// Whether it is taken out of the analysis.
    pub out_of_scope: bool,
    /// Why, if the file says so.
    pub reason: String,
    /// The place in the order of flows, if it has one.
    pub order: String,
    /// Properties with the value that is selected.
    pub choices: Vec<Choice>,
    /// Properties in free text that somebody added.
    pub custom: Vec<String>,
    /// The id of ours that it was written with; empty if it comes from the tool.
    pub own_id: String,
}

/// A property with the value that is selected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The key that filters use.
    pub key: String,
    /// The label for people.
    pub label: String,
    /// The value.
    pub value: String,
    /// Whether somebody chose it: it is not the first of the list, and the kind does not fix it.
    pub chosen: bool,
}

/// How something with a box is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// A process.
    Ellipse,
    /// A person or another system.
    #[default]
    Rectangle,
    /// A store.
    ParallelLines,
    /// A trust boundary.
    Border,
    /// A remark, which is no part of the system.
    Annotation,
}

/// Something with a box.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stencil {
    /// What it is.
    pub thing: Thing,
    /// How it is drawn.
    pub shape: Shape,
    /// Where it is, if the file says so.
    pub rect: Option<Rect>,
}

/// A box.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(missing_docs, reason = "what the names say, in pixels, y down")]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    /// Its middle.
    pub fn centre(&self) -> Point {
        Point { x: self.left + self.width / 2.0, y: self.top + self.height / 2.0 }
    }

    /// Whether a point is in it, its edge included.
    pub fn contains(&self, point: Point) -> bool {
        (self.left..=self.left + self.width).contains(&point.x) && (self.top..=self.top + self.height).contains(&point.y)
    }
}

/// A point.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(missing_docs, reason = "what the names say, in pixels, y down")]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// A flow or a boundary that is a line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// What it is.
    pub thing: Thing,
    /// Whether it is a trust boundary.
    pub boundary: bool,
    /// The id of the element where it starts; empty if it is tied to none.
    pub source: String,
    /// The id of the element where it ends; empty if it is tied to none.
    pub target: String,
    /// Where it is drawn from.
    pub from: Point,
    /// The point in its middle through which its curve goes.
    pub handle: Point,
    /// Where it is drawn to.
    pub to: Point,
}

/// Reads a file.
///
/// # Errors
/// The bytes are no such model, or exceed the limits.
pub fn parse(bytes: &[u8]) -> Result<Document, ImportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImportError::TooMuch { what: "bytes", limit: MAX_BYTES });
    }
    let root = xml::parse(bytes)?;
    if root.name != "ThreatModel" {
        return Err(ImportError::NotTheFormat(format!("its root is `{}`, and the root of a model is `ThreatModel`", root.name)));
    }
    let template = root.child("KnowledgeBase").map(tb7::template).filter(|template| !template.kinds.is_empty());
    let shapes = template.as_ref().map(Template::representations).unwrap_or_default();
    let surfaces = root.items("DrawingSurfaceList").iter().map(|surface| read_surface(surface, &shapes)).collect();
    let notes = root.items("Notes");
    let instances = root.items("ThreatInstances");
    let changed = instances.iter().filter_map(|instance| instance.child("Value")).any(|value| !value.text_of("ChangedBy").is_empty());
    Ok(Document {
        meta: root.child("MetaInformation").map(meta).unwrap_or_default(),
        surfaces,
        threats: instances.iter().filter_map(stored::threat).collect(),
        notes: notes.iter().map(|note| draft::clean(note.text_of("Message"))).filter(|text| !text.is_empty()).collect(),
        generates: root.text_of("ThreatGenerationEnabled") != "false",
        template,
        names_people: changed || notes.iter().any(|note| !note.text_of("AddedBy").is_empty()),
    })
}

fn meta(element: &Element<'_>) -> Meta {
    let text = |name: &str| draft::clean(element.text_of(name));
    Meta {
        name: text("ThreatModelName"),
        description: text("HighLevelSystemDescription"),
        owner: text("Owner"),
        reviewer: text("Reviewer"),
        contributors: text("Contributors"),
        assumptions: text("Assumptions"),
        dependencies: text("ExternalDependencies"),
    }
}

fn read_surface(element: &Element<'_>, shapes: &BTreeMap<&str, &str>) -> Surface {
    let mut surface = Surface { guid: element.text_of("Guid").to_owned(), ..Surface::default() };
    let thing = thing(element);
    surface.name = if element.text_of("Header").is_empty() { thing.name } else { draft::clean(element.text_of("Header")) };
    for value in ["Borders", "Lines"].iter().flat_map(|list| element.items(list)).filter_map(|pair| pair.child("Value")) {
        let class = value.attribute("type").unwrap_or_default();
        match class.rsplit(':').next().unwrap_or_default() {
            class @ ("Connector" | "LineBoundary") => surface.lines.push(line(value, class == "LineBoundary")),
            class => surface.stencils.push(stencil(value, class, shapes)),
        }
    }
    surface
}

fn stencil(value: &Element<'_>, class: &str, shapes: &BTreeMap<&str, &str>) -> Stencil {
    let thing = thing(value);
    let number = |name: &str| number(value.text_of(name));
    let corner = number("Left").zip(number("Top"));
    let size = number("Width").zip(number("Height"));
    let rect = corner.zip(size).map(|((left, top), (width, height))| Rect { left, top, width, height });
    Stencil { shape: shape(class, &thing, shapes), thing, rect }
}

/// What the template says of the general kind, else what the class of the drawing says.
fn shape(class: &str, thing: &Thing, shapes: &BTreeMap<&str, &str>) -> Shape {
    if thing.general == "GE.A" || thing.kind == "GE.A" {
        return Shape::Annotation;
    }
    if class == "BorderBoundary" {
        return Shape::Border;
    }
    let known = shapes.get(thing.general.as_str()).or_else(|| shapes.get(thing.kind.as_str()));
    match known.copied().unwrap_or(class) {
        "Ellipse" | "StencilEllipse" => Shape::Ellipse,
        "ParallelLines" | "StencilParallelLines" => Shape::ParallelLines,
        "Annotation" => Shape::Annotation,
        "Rectangle" => Shape::Rectangle,
        _ => match class {
            "StencilEllipse" => Shape::Ellipse,
            "StencilParallelLines" => Shape::ParallelLines,
            _ => Shape::Rectangle,
        },
    }
}

fn line(value: &Element<'_>, boundary: bool) -> Line {
    let point = |x: &str, y: &str| Point { x: number(value.text_of(x)).unwrap_or(0.0), y: number(value.text_of(y)).unwrap_or(0.0) };
    Line {
        thing: thing(value),
        boundary,
        source: end(value.text_of("SourceGuid")),
        target: end(value.text_of("TargetGuid")),
        from: point("SourceX", "SourceY"),
        handle: point("HandleX", "HandleY"),
        to: point("TargetX", "TargetY"),
    }
}

/// The element that an end is tied to; the id of nothing is all zeros.
fn end(guid: &str) -> String {
    if guid.chars().all(|c| matches!(c, '0' | '-')) { String::new() } else { guid.to_owned() }
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

fn thing(value: &Element<'_>) -> Thing {
    let mut thing = Thing {
        guid: value.text_of("Guid").to_owned(),
        kind: value.text_of("TypeId").to_owned(),
        general: value.text_of("GenericTypeId").to_owned(),
        ..Thing::default()
    };
    for property in value.items("Properties") {
        let class = property.attribute("type").unwrap_or_default();
        property_of(&mut thing, class.rsplit(':').next().unwrap_or_default(), property);
    }
    thing
}

fn property_of(thing: &mut Thing, class: &str, property: &Element<'_>) {
    let (label, key) = (property.text_of("DisplayName"), property.text_of("Name"));
    let text = || property.child("Value").map(|value| draft::clean(&value.text)).unwrap_or_default();
    // Files that other programs write leave the key out.
    let is = |names: [&str; 2]| key == names[0] || key.is_empty() && label == names[1];
    match class {
        "HeaderDisplayAttribute" if thing.kind_name.is_empty() => thing.kind_name = draft::clean(label),
        "StringDisplayAttribute" if label == "Name" && key.is_empty() => thing.name = text(),
        "StringDisplayAttribute" if is(OUT_OF_SCOPE_REASON) => thing.reason = text(),
        "StringDisplayAttribute" if is(ORDER) => thing.order = text(),
        "BooleanDisplayAttribute" if is(OUT_OF_SCOPE) => thing.out_of_scope = text().eq_ignore_ascii_case("true"),
        "CustomStringDisplayAttribute" if text().starts_with(super::pieces::OWN_ID) => {
            thing.own_id = text().trim_start_matches(super::pieces::OWN_ID).to_owned();
        }
        "CustomStringDisplayAttribute" => thing.custom.extend(Some(text()).filter(|text| !text.is_empty())),
        "ListDisplayAttribute" | "StaticListDisplayAttribute" => {
            let selected = property.text_of("SelectedIndex");
            let selected = if selected.is_empty() { Some(0) } else { selected.parse::<usize>().ok() };
            let Some(index) = selected else { return };
            let Some(value) = property.items("Value").get(index) else { return };
            // Spaces count when filters compare values; line breaks only come from programs that lay files out anew.
            let value = if value.text.contains('\n') { value.trimmed().to_owned() } else { value.text.clone().into_owned() };
            let chosen = index > 0 && class == "ListDisplayAttribute";
            thing.choices.push(Choice { key: key.to_owned(), label: draft::clean(label), value, chosen });
        }
        _ => {}
    }
}
