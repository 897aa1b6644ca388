//! A model as a plain draw.io file: a page, or one for each page that the model was read from; zones as dashed boxes,
//! elements in the shapes of data flow diagrams. What was read from a drawing keeps its ids, styles, data and places.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use redan_model::lang::ElementKind;
use redan_model::{ElementIx, Thing, ZoneIx};
use serde_json::Value as Json;

use super::OWN;
use super::course;
use super::style::Style;
use crate::drawn::Role;
use crate::drawn::out::{Arrow, Drawn, escaped, losses};
use crate::export::{ExportError, Exported, Outgoing, Picture};
use crate::kept::of;
use crate::read::{entries, list, text};
use crate::write::own_name;
use crate::zones::Area;
use crate::{Loss, LossKind};

/// How zones are drawn.
pub(super) const STYLE_OF_ZONE: &str =
    "container=1;collapsible=0;dashed=1;fillColor=none;verticalAlign=top;align=left;spacingLeft=8;whiteSpace=wrap;html=0;";

/// How elements of a kind are drawn.
pub(super) fn style_of(kind: &str) -> &'static str {
    match kind {
        "actor" => "shape=umlActor;verticalLabelPosition=bottom;verticalAlign=top;html=0;",
        "external" => "shape=mxgraph.dfd.externalEntity;whiteSpace=wrap;html=0;",
        "store" => "shape=partialRectangle;right=0;left=0;whiteSpace=wrap;html=0;",
        _ => "ellipse;whiteSpace=wrap;html=0;",
    }
}

/// Writes a drawing.
///
/// # Errors
/// None: a model without elements is an empty page.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let drawn = Drawn::of(outgoing.model);
    let mut writer = Writer { areas: BTreeMap::new(), picture: None, drawn, outgoing, cells: BTreeMap::new() };
    let elements = (0_u32..).map(ElementIx).map(Thing::Element).take(outgoing.model.elements.len());
    writer.cells = elements.map(|thing| (writer.drawn.id(thing).to_owned(), escaped(&writer.cell(thing)))).collect();
    let arrows = writer.drawn.arrows();
    let (mut out, mut on_a_page) = (String::from("<mxfile>"), BTreeSet::new());
    let pages = writer.pages();
    for (number, page) in pages.iter().enumerate() {
        writer.areas = writer.drawn.places(outgoing, OWN, &|thing| page.has(thing));
        writer.picture = outgoing.picture.as_ref().filter(|picture| writer.drawn.is_pictured(picture, &writer.areas));
        writer.draw_figures();
        let id = if number == 0 { "page".to_owned() } else { format!("page{}", number + 1) };
        let _ = write!(
            out,
            "<diagram id=\"{id}\" name=\"{}\"><mxGraphModel><root>\n<mxCell id=\"0\"/>\n<mxCell id=\"1\" parent=\"0\"/>\n",
            escaped(&page.title)
        );
        writer.inside(page, None, "1", &mut out);
        let shown: BTreeSet<&str> = page.elements.iter().map(|ix| writer.drawn.id(Thing::Element(*ix))).collect();
        for arrow in arrows.iter().filter(|arrow| shown.contains(arrow.from.as_str()) && shown.contains(arrow.to.as_str())) {
            on_a_page.insert(arrow.flow.clone());
            writer.line(arrow, &mut out);
        }
        out.push_str("</root></mxGraphModel></diagram>");
    }
    out.push_str("</mxfile>\n");
    let mut loss = losses(outgoing, OWN, &["kind", "name", "zone"], &["from", "to", "both-ways", "label"]);
    if pages.len() > 1 || pages.first().is_some_and(|page| page.is_diagram) {
        loss.retain(|loss| loss.place != "diagrams");
    }
    if of(&outgoing.json, OWN).get("library").is_some() {
        loss.push(Loss { kind: LossKind::Changed, what: "the library of shapes, to a drawing of them".to_owned(), place: OWN.to_owned() });
    }
    for arrow in arrows.iter().filter(|arrow| !on_a_page.contains(&arrow.flow)) {
        let (what, place) = ("a flow between what is drawn on two pages".to_owned(), format!("flows.{}", arrow.flow));
        loss.push(Loss { kind: LossKind::Dropped, what, place });
    }
    Ok(Exported { bytes: out.into_bytes(), loss })
}

/// A page to draw.
struct Page {
    title: String,
    is_diagram: bool,
    elements: BTreeSet<ElementIx>,
    zones: BTreeSet<ZoneIx>,
}

impl Page {
    fn has(&self, thing: Thing) -> bool {
        match thing {
            Thing::Element(ix) => self.elements.contains(&ix),
            Thing::Zone(ix) => self.zones.contains(&ix),
            _ => false,
        }
    }
}

struct Writer<'o> {
    drawn: Drawn<'o>,
    /// Where things lie on the page that is written.
    areas: BTreeMap<Thing, Area>,
    outgoing: &'o Outgoing<'o>,
    /// The picture that the page shows, if nobody has drawn it yet.
    picture: Option<&'o Picture>,
    /// The cells of elements, by their drawn ids.
    cells: BTreeMap<String, String>,
}

impl Writer<'_> {
    /// One page for each diagram that a drawing had, if each element is on one of them; else one page.
    fn pages(&self) -> Vec<Page> {
        let model = self.outgoing.model;
        let all: BTreeSet<ElementIx> = (0_u32..).map(ElementIx).take(model.elements.len()).collect();
        let diagrams: Vec<(String, BTreeSet<ElementIx>)> = entries(&self.outgoing.json, "diagrams")
            .map(|(id, diagram)| {
                let title = text(diagram, "title");
                let shown = list(diagram, "show").into_iter().filter_map(|id| match model.names.get(id.as_str()) {
                    Some(Thing::Element(ix)) => Some(*ix),
                    _ => None,
                });
                (if title.is_empty() { id.to_owned() } else { title.into_owned() }, shown.collect())
            })
            .collect();
        let shown: usize = diagrams.iter().map(|(_, shown)| shown.len()).sum();
        let apart = diagrams.len() > 1
            && shown == all.len()
            && diagrams.iter().flat_map(|(_, shown)| shown).collect::<BTreeSet<_>>().len() == shown;
        if apart {
            let pages = diagrams.into_iter().enumerate();
            return pages.map(|(number, (title, elements))| self.page(title, true, elements, number == 0)).collect();
        }
        let name = text(&self.outgoing.json, "name");
        let title = match diagrams.as_slice() {
            [(title, shown)] if shown.is_empty() && name.is_empty() => title.clone(),
            _ if name.is_empty() => "Page-1".to_owned(),
            _ => name.into_owned(),
        };
        let is_diagram = matches!(diagrams.as_slice(), [(only, shown)] if shown.is_empty() && *only == title);
        vec![self.page(title, is_diagram, all, true)]
    }

    /// A page with the zones of its elements; those with nothing in them are on the first one.
    fn page(&self, title: String, is_diagram: bool, elements: BTreeSet<ElementIx>, first: bool) -> Page {
        let model = self.outgoing.model;
        let outwards = |zone: ZoneIx| std::iter::successors(Some(zone), |zone| model[*zone].parent).take(99);
        let all = |ix: ElementIx| model[ix].zones.first().copied().map(outwards).into_iter().flatten();
        let used: BTreeSet<ZoneIx> = (0_u32..).map(ElementIx).take(model.elements.len()).flat_map(all).collect();
        let mut zones: BTreeSet<ZoneIx> = elements.iter().flat_map(|ix| all(*ix)).collect();
        let empty = (0_u32..).map(ZoneIx).take(model.zones.len()).filter(|zone| first && !used.contains(zone));
        zones.extend(empty.flat_map(outwards).collect::<Vec<_>>());
        Page { title, is_diagram, elements, zones }
    }

    /// A figure as wide as its name would be no person.
    fn draw_figures(&mut self) {
        if self.picture.is_none() {
            return;
        }
        for (thing, area) in &mut self.areas {
            if matches!(thing, Thing::Element(ix) if self.drawn.kind(*ix) == ElementKind::Actor) {
                *area = course::figure(*area);
            }
        }
    }

    /// How an arrow runs in the picture: what is added to its style, and what is inside its geometry.
    fn course(&self, arrow: &Arrow) -> Option<(String, String)> {
        let picture = self.picture?;
        let course = picture.courses.get(&arrow.flow).filter(|course| course.points.len() > 1)?;
        let flow = self.outgoing.model.flows.iter().find(|flow| flow.identity.id == arrow.flow)?;
        let [from, to] = [flow.source, flow.target].map(|ix| self.areas.get(&Thing::Element(ix)).copied());
        let look = if picture.is_curved { "curved=1;" } else { "rounded=1;" };
        Some((format!("{look}{}labelBackgroundColor=#FFFFFF;", course::ends(course, from?, to?)), course::bends(course)))
    }

    fn entry(&self, thing: Thing) -> &Json {
        let section = if matches!(thing, Thing::Zone(_)) { "zones" } else { "elements" };
        self.outgoing.entry(section, self.outgoing.model.id_of(thing))
    }

    /// The id of a cell: the one that it had, or one of ours.
    fn cell(&self, thing: Thing) -> String {
        crate::write::foreign_id(self.entry(thing), OWN, "id", || self.drawn.id(thing).to_owned())
    }

    fn inside(&self, page: &Page, zone: Option<ZoneIx>, parent: &str, out: &mut String) {
        let origin = zone.and_then(|zone| self.areas.get(&Thing::Zone(zone))).map_or((0.0, 0.0), |area| (area.left, area.top));
        for ix in self.drawn.elements_in(zone).into_iter().filter(|ix| page.elements.contains(ix)) {
            let kind = match self.drawn.kind(ix) {
                ElementKind::Actor => "actor",
                ElementKind::External => "external",
                ElementKind::Process => "process",
                ElementKind::Store => "store",
            };
            self.vertex(Thing::Element(ix), style_of(kind), kind, (parent, origin), out);
        }
        let zones: Vec<ZoneIx> = self.drawn.zones_in(zone).into_iter().filter(|zone| page.zones.contains(zone)).collect();
        for inner in &zones {
            self.vertex(Thing::Zone(*inner), STYLE_OF_ZONE, "zone", (parent, origin), out);
        }
        for inner in zones {
            self.inside(page, Some(inner), &self.cell(Thing::Zone(inner)), out);
        }
    }

    fn vertex(&self, thing: Thing, style: &str, kind: &str, (parent, origin): (&str, (f64, f64)), out: &mut String) {
        let Some(area) = self.areas.get(&thing) else { return };
        let entry = self.entry(thing);
        let kept = of(entry, OWN);
        let name = own_name(self.outgoing, OWN, self.outgoing.model.id_of(thing), entry);
        let stated = text(kept, "style");
        let style = if says(&stated, kind, &name) && !stated.is_empty() { stated.as_ref() } else { style };
        let label = if Style::of(style).get("html") == "1" { crate::onto::xml::escaped(&name) } else { name };
        let (id, label, style) = (escaped(&self.cell(thing)), escaped(&label), escaped(style));
        let geometry = format!(
            "<mxGeometry x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" as=\"geometry\"/>",
            area.left - origin.0,
            area.top - origin.1,
            area.right - area.left,
            area.bottom - area.top
        );
        let parent = escaped(parent);
        let cell = format!("style=\"{style}\" vertex=\"1\" parent=\"{parent}\">{geometry}</mxCell>");
        let mut kept = kept.clone();
        if let Some(shown) = kept.get_mut("data").and_then(|data| data.get_mut(super::cells::C4_NAME)) {
            *shown = own_name(self.outgoing, OWN, self.outgoing.model.id_of(thing), entry).into();
        }
        let _ = match wrapper(&kept) {
            Some(data) => writeln!(out, "<object label=\"{label}\"{data} id=\"{id}\"><mxCell {cell}</object>"),
            None => writeln!(out, "<mxCell id=\"{id}\" value=\"{label}\" {cell}"),
        };
    }

    fn line(&self, arrow: &Arrow, out: &mut String) {
        let entry = self.outgoing.entry("flows", &arrow.flow);
        let kept = of(entry, OWN);
        let id = crate::write::foreign_id(entry, OWN, "id", || arrow.id.clone());
        let start = if arrow.both_ways { "startArrow=classic;" } else { "" };
        let (look, inside) = self.course(arrow).unwrap_or_else(|| ("edgeStyle=orthogonalEdgeStyle;".to_owned(), String::new()));
        let ours = format!("{look}html=0;endArrow=classic;{start}");
        let stated = text(kept, "style");
        let known = Style::of(&stated);
        // A line that was drawn against its flow is drawn along it, and is dashed no longer.
        // One without arrows was taken to lead the way in which it was drawn, and stays as it was.
        let as_drawn = known.arrows() == (arrow.both_ways, true) || known.arrows() == (false, false) && !arrow.both_ways;
        let stands = !stated.is_empty() && as_drawn;
        let style = if stands { stated.as_ref() } else { &ours };
        let stated_label = text(entry, "label");
        let label = if kept.is_null() || !stated_label.is_empty() { arrow.label.clone() } else { String::new() };
        let label = if Style::of(style).get("html") == "1" { crate::onto::xml::escaped(&label) } else { label };
        let end = |drawn: &str| self.cells.get(drawn).cloned().unwrap_or_default();
        let (id, label) = (escaped(&id), escaped(&label));
        let geometry = match inside.as_str() {
            "" => "<mxGeometry relative=\"1\" as=\"geometry\"/>".to_owned(),
            inside => format!("<mxGeometry relative=\"1\" as=\"geometry\">{inside}</mxGeometry>"),
        };
        let cell = format!(
            "style=\"{}\" edge=\"1\" parent=\"1\" source=\"{}\" target=\"{}\">{geometry}</mxCell>",
            escaped(style),
            end(&arrow.from),
            end(&arrow.to)
        );
        let _ = match wrapper(kept) {
            Some(data) => writeln!(out, "<object label=\"{label}\"{data} id=\"{id}\"><mxCell {cell}</object>"),
            None => writeln!(out, "<mxCell id=\"{id}\" value=\"{label}\" {cell}"),
        };
    }
}

/// Whether a style says the kind still.
fn says(style: &str, kind: &str, name: &str) -> bool {
    let style = Style::of(style);
    match style.role(name, true) {
        Role::Said(said) => said == kind,
        Role::Likely(said, _) => said == kind,
        Role::Zone => kind == "zone",
        // A shape that says nothing was taken for what it is by its name or by what is in it.
        Role::Unknown => kind == "zone" || crate::drawn::kind_of_words(name).unwrap_or("process") == kind,
    }
}

/// The attributes of the wrapper around a cell that has data.
fn wrapper(kept: &Json) -> Option<String> {
    let data = kept.get("data")?.as_object()?;
    let is_name = |key: &str| {
        key.starts_with(|c: char| c.is_alphabetic() || c == '_') && key.chars().all(|c| c.is_alphanumeric() || "_-.:".contains(c))
    };
    let pairs = data.iter().filter(|(key, _)| is_name(key) && !matches!(key.as_str(), "id" | "label"));
    Some(pairs.map(|(key, value)| format!(" {key}=\"{}\"", escaped(&crate::read::scalar(value)))).collect())
}
