//! A model as boxes and lines, for the writers of drawing formats: safe ids, nesting, labels, and a plain layout.

use std::collections::BTreeMap;

use redan_model::lang::ElementKind;
use redan_model::{ElementIx, Model, Thing, ZoneIx};

use crate::export::{Outgoing, Picture};
use crate::losses::Says;
use crate::zones::Area;
use crate::{Loss, Losses};

/// Size of an element that is drawn.
const SIZE: (f64, f64) = (140.0, 70.0);
/// Room around and between what is drawn.
const ROOM: f64 = 50.0;
/// Elements side by side.
const COLUMNS: usize = 3;

/// A model in the words of drawings.
pub(crate) struct Drawn<'m> {
    model: &'m Model,
    ids: BTreeMap<Thing, String>,
}

/// A flow to draw.
pub(crate) struct Arrow {
    /// The flow in the model.
    pub(crate) flow: String,
    pub(crate) id: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) label: String,
    pub(crate) both_ways: bool,
}

impl<'m> Drawn<'m> {
    /// Ids are letters, digits and underscores, each its own, and begin with a letter.
    pub(crate) fn of(model: &'m Model) -> Self {
        let zones = (0_u32..).map(ZoneIx).map(Thing::Zone).take(model.zones.len());
        let elements = (0_u32..).map(ElementIx).map(Thing::Element).take(model.elements.len());
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        let mut ids = BTreeMap::new();
        for thing in zones.chain(elements) {
            let plain: String = model.id_of(thing).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            let id = format!("{}_{plain}", if matches!(thing, Thing::Zone(_)) { "z" } else { "e" });
            let count = used.entry(id.clone()).or_default();
            *count += 1;
            let id = if *count > 1 { format!("{id}__{count}") } else { id };
            ids.insert(thing, id);
        }
        Self { model, ids }
    }

    pub(crate) fn id(&self, thing: Thing) -> &str {
        self.ids.get(&thing).map(String::as_str).unwrap_or_default()
    }

    pub(crate) fn name(&self, thing: Thing) -> &'m str {
        self.model.name_of(thing)
    }

    pub(crate) fn kind(&self, ix: ElementIx) -> ElementKind {
        self.model.elements.get(ix.0 as usize).map_or(ElementKind::Process, |element| element.kind)
    }

    /// The elements whose box is drawn directly in a zone.
    pub(crate) fn elements_in(&self, zone: Option<ZoneIx>) -> Vec<ElementIx> {
        let all = (0_u32..).map(ElementIx).zip(&self.model.elements);
        all.filter(|(_, element)| element.zones.first().copied() == zone).map(|(ix, _)| ix).collect()
    }

    pub(crate) fn zones_in(&self, zone: Option<ZoneIx>) -> Vec<ZoneIx> {
        (0_u32..).map(ZoneIx).zip(&self.model.zones).filter(|(_, inner)| inner.parent == zone).map(|(ix, _)| ix).collect()
    }

    pub(crate) fn arrows(&self) -> Vec<Arrow> {
        let text = |field: Option<&redan_model::Spanned<String>>| field.map(|text| text.value.clone()).unwrap_or_default();
        let flows = self.model.flows.iter().enumerate().map(|(ix, flow)| {
            let (label, protocol) = (text(flow.stated.label.as_ref()), text(flow.stated.protocol.as_ref()));
            Arrow {
                flow: flow.identity.id.clone(),
                id: format!("f_{ix}"),
                from: self.id(Thing::Element(flow.source)).to_owned(),
                to: self.id(Thing::Element(flow.target)).to_owned(),
                label: if label.is_empty() { protocol } else { label },
                both_ways: flow.both_ways,
            }
        });
        flows.collect()
    }

    /// Where everything lies: elements in rows, the zones in a zone below its elements, side by side.
    pub(crate) fn layout(&self) -> BTreeMap<Thing, Area> {
        let mut areas = BTreeMap::new();
        self.lay(None, (0.0, 0.0), &mut areas);
        areas
    }

    /// Where everything lies: where the file had it that the model came from, as far as that still says what is in what.
    /// What has no such place stands in its zone, or to the right of everything.
    ///
    /// Only some things count where a drawing has several pages.
    pub(crate) fn places(&self, outgoing: &Outgoing<'_>, own: &str, counts: &dyn Fn(Thing) -> bool) -> BTreeMap<Thing, Area> {
        let kept = |thing: &Thing| {
            let section = if matches!(thing, Thing::Zone(_)) { "zones" } else { "elements" };
            let at = outgoing.entry(section, self.model.id_of(*thing)).get(own)?.get("at")?.clone();
            let number = |key: &str| at.get(key).and_then(serde_json::Value::as_f64).filter(|number| number.is_finite());
            Some(Area::new(number("x")?, number("y")?, number("width")?, number("height")?))
        };
        let known: BTreeMap<Thing, Area> =
            self.ids.keys().filter(|thing| counts(**thing)).filter_map(|thing| Some((*thing, kept(thing)?))).collect();
        if known.is_empty() {
            let picture = outgoing.picture.as_ref().and_then(|picture| self.pictured(picture));
            return picture.unwrap_or_else(|| self.layout());
        }
        let mut edge = known.values().map(|area| area.right).fold(0.0, f64::max) + ROOM;
        let mut areas: BTreeMap<Thing, Area> = BTreeMap::new();
        let mut steps: BTreeMap<Thing, f64> = BTreeMap::new();
        // Zones from the outside, then elements, each within what holds it.
        let mut order: Vec<Thing> = Vec::new();
        let mut open: Vec<Option<ZoneIx>> = vec![None];
        while let Some(zone) = open.pop() {
            for inner in self.zones_in(zone) {
                order.push(Thing::Zone(inner));
                open.push(Some(inner));
            }
        }
        order.extend((0_u32..).map(ElementIx).map(Thing::Element).take(self.model.elements.len()));
        order.retain(|thing| counts(*thing));
        for thing in order {
            let around = match thing {
                Thing::Zone(ix) => self.model.zones.get(ix.0 as usize).and_then(|zone| zone.parent),
                Thing::Element(ix) => self.model.elements.get(ix.0 as usize).and_then(|element| element.zones.first().copied()),
                _ => None,
            };
            let holder = around.and_then(|zone| areas.get(&Thing::Zone(zone)).copied());
            let fits = |area: &Area| holder.is_none_or(|holder| holder.contains(area)) && !self.is_in_another(*area, around, &known, thing);
            let area = known.get(&thing).copied().filter(fits).unwrap_or_else(|| {
                let size = known.get(&thing).map_or(SIZE, |area| (area.right - area.left, area.bottom - area.top));
                match (holder, around) {
                    (Some(holder), Some(zone)) => {
                        let step = steps.entry(Thing::Zone(zone)).or_insert(0.0);
                        *step = (*step + 1.0) % 5.0;
                        let (width, height) = (holder.right - holder.left, holder.bottom - holder.top);
                        let (w, h) = (size.0.min(width / 2.0), size.1.min(height / 2.0));
                        Area::new(holder.left + *step * width / 12.0, holder.top + *step * height / 12.0, w, h)
                    }
                    _ => {
                        let area = Area::new(edge, ROOM, size.0, size.1);
                        edge += size.0 + ROOM;
                        area
                    }
                }
            });
            areas.insert(thing, area);
        }
        areas
    }

    /// Whether everything lies where a picture has it.
    pub(crate) fn is_pictured(&self, picture: &Picture, areas: &BTreeMap<Thing, Area>) -> bool {
        self.pictured(picture).is_some_and(|pictured| pictured == *areas)
    }

    /// Where a picture has everything.
    fn pictured(&self, picture: &Picture) -> Option<BTreeMap<Thing, Area>> {
        let area = |thing: &Thing| picture.areas.get(thing).map(|[x, y, w, h]| (*thing, Area::new(*x, *y, *w, *h)));
        self.ids.keys().map(area).collect()
    }

    /// Whether an area lies in a box that is no zone around the thing.
    fn is_in_another(&self, area: Area, around: Option<ZoneIx>, known: &BTreeMap<Thing, Area>, thing: Thing) -> bool {
        let outwards: Vec<ZoneIx> =
            std::iter::successors(around, |zone| self.model.zones.get(zone.0 as usize).and_then(|zone| zone.parent)).take(99).collect();
        let size = |area: &Area| (area.right - area.left) * (area.bottom - area.top);
        known.iter().any(|(other, bounds)| match other {
            Thing::Zone(zone) if *other != thing => !outwards.contains(zone) && bounds.contains(&area) && size(bounds) > size(&area),
            _ => false,
        })
    }

    /// Lays out what is in a zone, its corner being given; tells how large it is.
    fn lay(&self, zone: Option<ZoneIx>, corner: (f64, f64), areas: &mut BTreeMap<Thing, Area>) -> (f64, f64) {
        let (mut width, mut bottom) = (SIZE.0 + 2.0 * ROOM, corner.1 + ROOM);
        for row in self.elements_in(zone).chunks(COLUMNS) {
            let mut x = corner.0 + ROOM;
            for ix in row {
                areas.insert(Thing::Element(*ix), Area::new(x, bottom, SIZE.0, SIZE.1));
                x += SIZE.0 + ROOM;
            }
            width = width.max(x - corner.0);
            bottom += SIZE.1 + ROOM;
        }
        let (mut x, mut tallest) = (corner.0 + ROOM, 0.0_f64);
        for inner in self.zones_in(zone) {
            let (w, h) = self.lay(Some(inner), (x, bottom), areas);
            areas.insert(Thing::Zone(inner), Area::new(x, bottom, w, h));
            x += w + ROOM;
            tallest = tallest.max(h + ROOM);
        }
        width = width.max(x - corner.0);
        (width, (bottom + tallest - corner.1).max(2.0 * ROOM))
    }
}

/// What a drawing does not say of a model.
pub(crate) fn losses(outgoing: &Outgoing<'_>, own: &str, elements: &'static [&'static str], flows: &'static [&'static str]) -> Vec<Loss> {
    let mut losses = Losses::default();
    let says = [Says("", &["name"]), Says("elements", elements), Says("zones", &["name", "in"]), Says("flows", flows)];
    losses.unsaid(&outgoing.json, own, &says);
    for (id, flow) in &outgoing.model.root.flows.entries {
        if flow.value.protocol.is_some() && flow.value.label.is_none() && !flows.contains(&"protocol") {
            losses.changed("the protocol is the label", format!("flows.{id}"));
        }
    }
    for element in outgoing.model.elements.iter().filter(|element| element.zones.len() > 1) {
        losses.dropped("zones beyond the first", format!("elements.{}", element.identity.id));
    }
    losses.finish()
}

/// A text inside an attribute of XML.
pub(crate) fn escaped(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\n', "&#10;")
}
