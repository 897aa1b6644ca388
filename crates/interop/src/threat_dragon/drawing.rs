//! One drawing: boxes as zones, cells as elements, edges as flows.

use std::cell::OnceCell;

use redan_model::ById;
use redan_model::canonical::Long;
use serde_json::{Value as Json, json};

use super::cells::{Cell, End, Shape};
use super::more::{self, Ticked};
use super::threats::{self, Threat};
use super::{Maker, NO_REASON, OWN};
use crate::draft::{Entry, Section};
use crate::kept::{bounded_tree, keep};
use crate::zones::{Nesting, nest, separates};
use crate::{ImportError, vocabulary};

/// Most trust boundaries of one drawing.
const MOST_BOUNDARIES: usize = 2_000;
/// Most pairs of a line and a flow that are looked at for crossings.
const MOST_PAIRS: usize = 1_000_000;
/// Most cells of a drawing in which loose ends are followed to what they lie on.
const MOST_SEARCHED: usize = 5_000;
/// How far from an element the loose end of a flow still belongs to it.
const NEAR: f64 = 12.0;

/// Whether a field of a cell is drawn anew or read.
fn is_of_cell(key: &str) -> bool {
    matches!(
        key,
        "id" | "shape"
            | "data"
            | "attrs"
            | "ports"
            | "tools"
            | "position"
            | "size"
            | "zIndex"
            | "z"
            | "visible"
            | "angle"
            | "labels"
            | "source"
            | "target"
            | "vertices"
            | "connector"
            | "width"
            | "height"
            | "smooth"
            | "type"
            | "threats"
            | "$$hashKey"
            | "router"
            | "markup"
            | "hasOpenThreats"
            | "outOfScope"
            | "reasonOutOfScope"
            | "description"
    )
}

/// Whether a property is read, or follows from others.
fn is_property(key: &str) -> bool {
    matches!(
        key,
        "name"
            | "type"
            | "description"
            | "outOfScope"
            | "reasonOutOfScope"
            | "hasOpenThreats"
            | "threats"
            | "isTrustBoundary"
            | "containedElements"
            | "crossingFlows"
            | "trustBoundaryIds"
            | "threatFrequency"
            | "isEncrypted"
            | "isBidirectional"
            | "isALog"
            | "storesCredentials"
            | "isWebApplication"
            | "handlesCardPayment"
            | "handlesGoodsOrServices"
            | more::KEY
    )
}

/// A drawing that is being read.
pub(super) struct Drawing<'m, 'f> {
    maker: &'m mut Maker,
    cells: &'m [Cell<'f>],
    /// The threats of each cell, until they are in the model.
    threats: Vec<Vec<Threat>>,
    number: usize,
    /// Places in `cells` by the ids of cells.
    by_id: ById<usize, &'m str>,
    /// The flows with their paths, which every line is compared with.
    paths: OnceCell<Vec<(&'m Cell<'f>, Path)>>,
}

/// The points of an edge from one end to the other.
type Path = Vec<(f64, f64)>;

impl<'m, 'f> Drawing<'m, 'f> {
    pub(super) fn new(maker: &'m mut Maker, cells: &'m [Cell<'f>], threats: Vec<Vec<Threat>>, number: usize) -> Self {
        let mut by_id = ById::default();
        for (at, cell) in cells.iter().enumerate() {
            by_id.entry(cell.id.as_ref()).or_insert(at);
        }
        Self { maker, cells, threats, number, by_id, paths: OnceCell::new() }
    }

    /// Reads everything that is drawn; gives the ids of elements, and the cells that are no part of a model.
    pub(super) fn read(mut self) -> Result<(Vec<String>, Vec<Long<'static>>), ImportError> {
        let borders: Vec<&'m Cell<'f>> = self.cells.iter().filter(|cell| cell.shape == Shape::Border).collect();
        if borders.len() > MOST_BOUNDARIES {
            return Err(ImportError::TooMuch { what: "trust boundaries in one diagram", limit: MOST_BOUNDARIES });
        }
        let elements: Vec<&'m Cell<'f>> = self.cells.iter().filter(|cell| cell.is_element()).collect();
        let ids: Vec<String> = elements.iter().map(|cell| self.name_element(cell)).collect();
        let boxes: Vec<_> = borders.iter().map(|cell| cell.area.unwrap_or_else(|| crate::zones::Area::new(0.0, 0.0, 0.0, 0.0))).collect();
        let nesting = nest(&boxes, &elements.iter().map(|cell| cell.area).collect::<Vec<_>>());
        let zones = self.zones(&borders, &nesting);
        for (at, (cell, id)) in elements.iter().zip(&ids).enumerate() {
            let place = nesting.places.get(at).map(|place| place.iter().filter_map(|ix| zones.get(*ix).cloned()).collect::<Vec<_>>());
            self.element(cell, id, place.filter(|_| !borders.is_empty()));
        }
        for (thing, zone) in &nesting.left_out {
            if let (Some(cell), Some(zone)) = (elements.get(*thing), borders.get(*zone)) {
                let what = format!("that {} is in {}: it is in too many boxes that are not in each other", cell.called(), zone.called());
                self.maker.draft.dropped(what, cell.place.to_string());
            }
        }
        let mut drawn = Vec::new();
        for cell in self.cells {
            let taken = match cell.shape {
                Shape::Flow => self.flow(cell),
                Shape::Curve => {
                    self.curve(cell);
                    false
                }
                Shape::Text => false,
                Shape::Unknown => {
                    let what = format!("a cell of the shape `{}`, which is kept as it is", cell.raw.text("shape"));
                    self.maker.draft.changed(what, cell.place.to_string());
                    false
                }
                Shape::Actor | Shape::Process | Shape::Store | Shape::Border => true,
            };
            if !taken {
                drawn.extend(bounded_tree(cell.raw.to_tree(), 4));
            }
        }
        Ok((ids, drawn))
    }

    fn name_element(&mut self, cell: &Cell<'f>) -> String {
        let otherwise = match cell.shape {
            Shape::Actor => "actor",
            Shape::Store => "store",
            _ => "process",
        };
        let id = self.maker.draft.id_for_name(Section::Elements, &cell.name, otherwise);
        if !cell.id.is_empty() && self.maker.elements.insert(cell.id.to_string(), id.clone()).is_some() {
            self.maker.draft.dangling(format!("a second cell with the id `{}`", cell.id), cell.place.to_string());
        }
        id
    }

    /// The boxes as zones; gives their ids.
    fn zones(&mut self, borders: &[&Cell<'f>], nesting: &Nesting) -> Vec<String> {
        let name = |cell: &Cell<'f>| self.maker.draft.id_for_name(Section::Zones, &cell.name, "zone");
        let ids: Vec<String> = borders.iter().copied().map(name).collect();
        for (at, (cell, id)) in borders.iter().zip(&ids).enumerate() {
            let mut entry = Entry::new().named(id, &cell.name).text("description", &cell.data.text("description"));
            entry = entry.text("kind", nesting.kinds.get(at).copied().unwrap_or("network"));
            let outside = vocabulary::is_outside(&cell.name);
            if outside {
                entry = entry.text("trust", "untrusted");
            }
            if let Some(outer) = nesting.parents.get(at).copied().flatten().and_then(|ix| ids.get(ix)) {
                entry = entry.text("in", outer);
            }
            let kept = self.kept(cell);
            let entry = keep(&mut self.maker.draft, entry, OWN, kept, cell.place);
            self.maker.draft.add(Section::Zones, id, entry);
        }
        ids
    }

    fn element(&mut self, cell: &Cell<'f>, id: &str, zones: Option<Vec<String>>) {
        let kind = match cell.shape {
            Shape::Actor => more::kind(cell.data).unwrap_or_else(|| kind_of_actor(&cell.name)),
            Shape::Store => "store",
            _ => "process",
        };
        let mut entry = Entry::new().text("kind", kind).named(id, &cell.name).text("description", &cell.data.text("description"));
        if let Some(zones) = zones {
            entry = entry.value("zone", zones.into());
        }
        let data = cell.data;
        let ticked = |key: &str| data.flag(key);
        let boxes: Vec<Ticked> = match kind {
            "process" => vec![
                ("tech", "web-application", ticked("isWebApplication")),
                ("traits", "handles-payments", ticked("handlesCardPayment")),
                ("traits", "sells-goods", ticked("handlesGoodsOrServices")),
            ],
            "store" => vec![
                ("traits", "stores-logs", ticked("isALog")),
                ("traits", "stores-passwords", ticked("storesCredentials")),
                ("controls", "encryption-at-rest", ticked("isEncrypted")),
            ],
            _ => Vec::new(),
        };
        if boxes.first().is_some_and(|(set, _, ticked)| *set == "tech" && *ticked) {
            entry = entry.text("tech", "web-application");
        }
        entry = more::take(entry, data, &boxes);
        let entry = out_of_scope(entry, cell);
        let kept = self.kept(cell);
        let entry = keep(&mut self.maker.draft, entry, OWN, kept, cell.place);
        self.maker.draft.add(Section::Elements, id, entry);
        self.threats(cell, &[id]);
    }

    /// Reads a flow; false if it does not lead from one element to another.
    fn flow(&mut self, cell: &Cell<'f>) -> bool {
        let ends = ["source", "target"].map(|key| self.element_at(cell, key));
        let [Some(from), Some(to)] = &ends else {
            let known: Vec<String> = ends.into_iter().flatten().collect();
            let which = if known.is_empty() { "that is fastened to nothing" } else { "with a loose end" };
            let what = format!("the flow `{}` {which}, which is kept in the drawing and is no flow of the model", cell.called());
            self.maker.draft.dangling(what, cell.place.to_string());
            self.threats(cell, &known);
            return false;
        };
        let otherwise = format!("{from}-to-{to}");
        let id = self.maker.draft.id_for_name(Section::Flows, if cell.name.is_empty() { &otherwise } else { &cell.name }, "flow");
        let mut entry = Entry::new().text("from", from).text("to", to);
        if cell.data.flag("isBidirectional") {
            entry = entry.text("both-ways", "yes");
        }
        entry = entry.text("protocol", &vocabulary::protocol(&cell.data.text("protocol"), cell.data.flag("isEncrypted")));
        entry = entry.text("label", &cell.name).text("description", &cell.data.text("description"));
        entry = more::take(entry, cell.data, &[("controls", "encryption-in-transit", cell.data.flag("isEncrypted"))]);
        let entry = out_of_scope(entry, cell);
        let mut kept = self.kept(cell);
        let via: Vec<Json> = cell.corners().into_iter().map(|(x, y)| json!([round(x), round(y)])).collect();
        if !via.is_empty() {
            kept.put("via", Json::from(via));
        }
        let sides = ["source", "target"].map(|key| self.side(cell, key));
        if sides.iter().any(Option::is_some) {
            kept.put("sides", Json::from(sides.map(Option::unwrap_or_default).to_vec()));
        }
        let entry = keep(&mut self.maker.draft, entry, OWN, kept, cell.place);
        self.maker.draft.add(Section::Flows, &id, entry);
        self.threats(cell, &[id]);
        true
    }

    /// Puts the threats of a cell on things of the model.
    fn threats(&mut self, cell: &Cell<'f>, on: &[impl AsRef<str>]) {
        let threats = self.threats.get_mut(cell.place.cell).map(std::mem::take).unwrap_or_default();
        for (at, threat) in threats.into_iter().enumerate() {
            self.maker.threat(threat, on, threats::Place { cell: cell.place, at });
        }
    }

    /// Our id of the element at an end of a flow: the cell that is named, or the one that the end lies on.
    fn element_at(&mut self, flow: &Cell<'f>, key: &str) -> Option<String> {
        match flow.end(key) {
            End::Cell(cell) => {
                let at = self.by_id.get(cell.as_ref()).copied()?;
                self.cells.get(at).filter(|cell| cell.is_element())?;
                self.maker.elements.get(cell.as_ref()).cloned()
            }
            End::Point(point) if self.cells.len() <= MOST_SEARCHED => {
                let near = self.cells.iter().filter(|cell| cell.is_element() && cell.area.is_some_and(|area| area.touches(point, NEAR)));
                let found: Vec<&Cell<'f>> = near.take(2).collect();
                let [only] = found[..] else { return None };
                let id = self.maker.elements.get(only.id.as_ref()).cloned()?;
                self.maker.draft.guessed(
                    format!("that `{}` is fastened to {}, on which it ends", flow.called(), only.called()),
                    flow.place.to_string(),
                );
                Some(id)
            }
            End::Point(_) | End::Nowhere => None,
        }
    }

    fn side(&self, flow: &Cell<'f>, key: &str) -> Option<&'f str> {
        let End::Cell(cell) = flow.end(key) else { return None };
        self.by_id.get(cell.as_ref()).and_then(|at| self.cells.get(*at))?.side(flow.raw.get(key))
    }

    /// A trust boundary that is a line: what it separates is said, and nothing is made of it.
    fn curve(&mut self, curve: &Cell<'f>) {
        let Some(line) = self.path(curve) else {
            self.maker.draft.dangling(format!("the trust boundary line `{}`, which has no ends", curve.called()), curve.place.to_string());
            return;
        };
        let paths = || {
            let flows = self.cells.iter().filter(|cell| cell.shape == Shape::Flow);
            flows.filter_map(|flow| Some((flow, self.path(flow)?))).collect()
        };
        let crossed: Vec<&str> = if self.cells.len() > MOST_PAIRS / self.cells.len().max(1) {
            Vec::new()
        } else {
            let flows = self.paths.get_or_init(paths).iter();
            flows.filter(|(_, path)| separates(&line, path)).map(|(flow, _)| flow.called()).take(12).collect()
        };
        let name = if curve.name.is_empty() { "without a name".to_owned() } else { format!("`{}`", curve.name) };
        let what = if crossed.is_empty() {
            format!(
                "the trust boundary line {name}, which encloses nothing and crosses no flow, to a part of the drawing alone; write a zone for what it stands for"
            )
        } else {
            format!(
                "the trust boundary line {name}, which encloses nothing, to a part of the drawing alone; write a zone for one of its sides; flows that cross it: {}",
                crossed.join(", ")
            )
        };
        self.maker.draft.changed(what, curve.place.to_string());
    }

    /// The path of an edge through the middles of what it is fastened to.
    fn path(&self, edge: &Cell<'f>) -> Option<Path> {
        let at = |key: &str| match edge.end(key) {
            End::Point(point) => Some(point),
            End::Cell(cell) => self.by_id.get(cell.as_ref()).and_then(|at| self.cells.get(*at)?.area).map(|area| area.centre()),
            End::Nowhere => None,
        };
        let (from, to) = (at("source")?, at("target")?);
        Some(std::iter::once(from).chain(edge.corners()).chain([to]).collect())
    }

    /// What is written back: the id, the place, and properties that have no word here.
    fn kept(&self, cell: &Cell<'f>) -> Long<'static> {
        let mut kept = Long::Map(Vec::with_capacity(7));
        if !cell.id.is_empty() {
            kept.put("id", cell.id.to_string());
        }
        kept.put("diagram", Long::Number(self.number.into()));
        if let Some(area) = cell.area.filter(|_| cell.shape != Shape::Flow) {
            let sides = [area.left, area.top, area.right - area.left, area.bottom - area.top];
            kept.put("at", Long::List(sides.map(|side| round(side).into()).into()));
        }
        let in_cell = std::ptr::eq(cell.raw, cell.data);
        let mut data = if in_cell { cell.raw.rest(|key| is_of_cell(key) || is_property(key)) } else { cell.data.rest(is_property) };
        if let Some(data) = data.entries_mut() {
            data.retain(|(_, value)| *value != Long::Bool(false));
        }
        if !data.entries().is_empty() {
            kept.put("data", data);
        }
        if !in_cell {
            let more = cell.raw.rest(is_of_cell);
            if !more.entries().is_empty() {
                kept.put("cell", more);
            }
        }
        kept
    }
}

/// A coordinate without the noise of dragging: a whole number, or two decimals.
pub(super) fn round(number: f64) -> Json {
    let rounded = (number * 100.0).round() / 100.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
    if rounded.fract() == 0.0 && rounded.abs() < 1e9 { (rounded as i64).into() } else { rounded.into() }
}

/// What an actor is by its name: a person, or a system of somebody else.
pub(super) fn kind_of_actor(name: &str) -> &'static str {
    if vocabulary::is_system(name) { "external" } else { "actor" }
}

fn out_of_scope(entry: Entry, cell: &Cell<'_>) -> Entry {
    let reason = cell.data.text("reasonOutOfScope");
    if !cell.data.flag("outOfScope") {
        return entry;
    }
    entry.text("out-of-scope", if reason.is_empty() { NO_REASON } else { &reason })
}
