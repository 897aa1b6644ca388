//! Boxes and lines, whatever drew them: what several drawing formats have in common, and how it becomes a model.
//!
//! A reader of a drawing format fills a [`Sheet`] with shapes and lines. A shape that holds others is a zone; one that
//! holds others and is itself the end of a line is an element with its parts in it. What only geometry says is found
//! here too: which box a shape lies in, and which shapes a line without ends touches. A line that stays without ends is
//! reported and never made into anything.

mod kinds;
pub(crate) mod out;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use crate::draft::{Draft, Entry, Section, clean, one_line, slug};
use crate::kept::keep;
use crate::zones::{Area, circles};
use crate::{ImportError, limits};
pub(crate) use kinds::{kind_of_words, role_of_stencil};

/// Most shapes of one file.
const MOST_SHAPES: usize = 50_000;
/// Most shapes for which containment and ends of lines are looked for by geometry; it costs their square.
const MOST_BY_GEOMETRY: usize = 3_000;
/// How far from a shape a line may end that belongs to it, in units of the drawing.
const NEAR: f64 = 12.0;

/// What a shape is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The file says the kind.
    Said(&'static str),
    /// Something the file does not say the kind of; the most likely one, if there is one, for this reason.
    Likely(&'static str, &'static str),
    /// Nothing is known but its name.
    Unknown,
    /// A box around others.
    Zone,
}

/// A shape of a drawing.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// What lines and other shapes call it; unique.
    pub(crate) key: String,
    /// What is written on it.
    pub(crate) label: String,
    /// What it is.
    pub(crate) role: Role,
    /// The shape that it is in, if the file says so.
    pub(crate) parent: Option<String>,
    /// Where it lies, for formats that say so.
    pub(crate) area: Option<Area>,
    /// What the file says about it beyond its name.
    pub(crate) description: String,
    /// A technology in words of the file; empty if none.
    pub(crate) tech: String,
    /// Ids of assets that it keeps.
    pub(crate) holds: Vec<String>,
    /// What is kept for a writer.
    pub(crate) kept: Map<String, Json>,
    /// Where it stands in the file.
    pub(crate) place: String,
}

impl Shape {
    pub(crate) fn new(key: impl Into<String>, label: &str, role: Role, place: impl Into<String>) -> Self {
        let (label, place) = (one_line(label), place.into());
        let (description, tech) = (String::new(), String::new());
        Self { key: key.into(), label, role, parent: None, area: None, description, tech, holds: Vec::new(), kept: Map::new(), place }
    }
}

/// A line of a drawing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    /// The shape where it starts, if the file says so.
    pub(crate) from: Option<String>,
    /// The shape where it ends, if the file says so.
    pub(crate) to: Option<String>,
    /// Where it starts and ends on the sheet.
    pub(crate) points: Option<((f64, f64), (f64, f64))>,
    /// What is written on it.
    pub(crate) label: String,
    /// The protocol, in words of the file; empty if none.
    pub(crate) protocol: String,
    /// Whether it has arrows at both ends.
    pub(crate) both_ways: bool,
    /// Whether it is drawn as a trust boundary.
    pub(crate) boundary: bool,
    /// What is kept for a writer.
    pub(crate) kept: Map<String, Json>,
    /// Where it stands in the file.
    pub(crate) place: String,
}

/// One page of a drawing.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) shapes: Vec<Shape>,
    pub(crate) lines: Vec<Line>,
    /// The key under which what is kept stands, such as `x-drawio`.
    pub(crate) own: &'static str,
    /// Which page of the file it is, from 0.
    pub(crate) page: usize,
    /// What each shape is in, once that is settled.
    parents: BTreeMap<String, String>,
}

impl Sheet {
    pub(crate) fn new(own: &'static str) -> Self {
        Self { own, ..Self::default() }
    }

    /// Whether there is neither a shape nor a line.
    pub(crate) fn is_empty(&self) -> bool {
        self.shapes.is_empty() && self.lines.is_empty()
    }

    /// Adds everything to a model. Gives the ids of the elements, in the order of the drawing.
    ///
    /// # Errors
    /// There are too many shapes or lines.
    pub(crate) fn into_draft(mut self, draft: &mut Draft) -> Result<Vec<String>, ImportError> {
        if self.shapes.len() > MOST_SHAPES || self.lines.len() > MOST_SHAPES {
            return Err(ImportError::TooMuch { what: "shapes or lines", limit: MOST_SHAPES });
        }
        self.mend_parents(draft);
        self.contain_by_geometry(draft);
        self.attach_by_geometry(draft);
        let ends: BTreeSet<String> = self.lines.iter().flat_map(|line| [&line.from, &line.to]).flatten().cloned().collect();
        self.roles_of_holders(&ends);
        self.parents = self.shapes.iter().filter_map(|shape| Some((shape.key.clone(), shape.parent.clone()?))).collect();
        let mut ids: BTreeMap<String, (Section, String)> = BTreeMap::new();
        for shape in &self.shapes {
            let (section, otherwise) = if shape.role == Role::Zone { (Section::Zones, "zone") } else { (Section::Elements, "element") };
            let id = draft.id_for_name(section, &shape.label, otherwise);
            ids.insert(shape.key.clone(), (section, id));
        }
        let mut elements = Vec::new();
        for shape in &self.shapes {
            if let Some(id) = self.shape(shape, &ids, draft) {
                elements.push(id);
            }
        }
        for line in &self.lines {
            self.line(line, &ids, draft);
        }
        Ok(elements)
    }

    /// Parents that are not there, and circles of them.
    fn mend_parents(&mut self, draft: &mut Draft) {
        let keys: BTreeSet<String> = self.shapes.iter().map(|shape| shape.key.clone()).collect();
        for shape in &mut self.shapes {
            if let Some(parent) = shape.parent.take_if(|parent| !keys.contains(parent)) {
                draft.dangling(format!("`{parent}`, which \"{}\" is in", shape.label), &shape.place);
            }
        }
        let parents: BTreeMap<String, String> =
            self.shapes.iter().filter_map(|shape| Some((shape.key.clone(), shape.parent.clone()?))).collect();
        let circling = circles(&parents);
        for shape in self.shapes.iter_mut().filter(|shape| circling.contains(&shape.key)) {
            draft.dangling(format!("that \"{}\" is inside itself", shape.label), &shape.place);
            shape.parent = None;
        }
        let mut deep: BTreeSet<String> = BTreeSet::new();
        for shape in &self.shapes {
            let steps = std::iter::successors(Some(&shape.key), |key| parents.get(*key)).take(limits::MAX_DEPTH + 1).count();
            if steps > limits::MAX_DEPTH / 4 && !circling.contains(&shape.key) {
                deep.insert(shape.key.clone());
            }
        }
        for shape in self.shapes.iter_mut().filter(|shape| deep.contains(&shape.key)) {
            draft.dropped(format!("what \"{}\" is in: it is nested too deep", shape.label), &shape.place);
            shape.parent = None;
        }
    }

    /// Shapes that lie in a zone without the file saying so.
    fn contain_by_geometry(&mut self, draft: &mut Draft) {
        if self.shapes.len() > MOST_BY_GEOMETRY {
            draft.dropped(format!("what only geometry says: there are more than {MOST_BY_GEOMETRY} shapes"), "");
            return;
        }
        let boxes: Vec<(usize, Area)> = (0..)
            .zip(&self.shapes)
            .filter(|(_, shape)| shape.role == Role::Zone)
            .filter_map(|(ix, shape)| Some((ix, shape.area?)))
            .collect();
        let size = |area: &Area| (area.right - area.left) * (area.bottom - area.top);
        for ix in 0..self.shapes.len() {
            let Some(shape) = self.shapes.get(ix) else { continue };
            let (None, Some(area)) = (&shape.parent, shape.area) else { continue };
            let around = boxes
                .iter()
                .filter(|(other, outer)| *other != ix && outer.contains(&area) && (size(outer) > size(&area) || shape.role != Role::Zone));
            let smallest = around.min_by(|a, b| size(&a.1).total_cmp(&size(&b.1))).map(|(other, _)| *other);
            let key = smallest.and_then(|other| self.shapes.get(other)).map(|shape| shape.key.clone());
            if let Some(shape) = self.shapes.get_mut(ix) {
                shape.parent = key;
            }
        }
        // A zone that the file puts into a shape which geometry puts into that zone: the file counts.
        let parents: BTreeMap<String, String> =
            self.shapes.iter().filter_map(|shape| Some((shape.key.clone(), shape.parent.clone()?))).collect();
        let circling = circles(&parents);
        self.shapes.iter_mut().filter(|shape| circling.contains(&shape.key)).for_each(|shape| shape.parent = None);
    }

    /// Lines that touch shapes without the file saying that they are attached.
    fn attach_by_geometry(&mut self, draft: &mut Draft) {
        let open = self.lines.iter().filter(|line| line.from.is_none() || line.to.is_none()).count();
        if open == 0 || self.shapes.len().saturating_mul(open) > MOST_BY_GEOMETRY * MOST_BY_GEOMETRY {
            return;
        }
        let areas: Vec<(&str, Area)> = self
            .shapes
            .iter()
            .filter(|shape| shape.role != Role::Zone)
            .filter_map(|shape| Some((shape.key.as_str(), shape.area?)))
            .collect();
        let nearest = |point: (f64, f64)| {
            let touched = areas.iter().filter(|(_, area)| area.touches(point, NEAR));
            let distance = |area: &Area| {
                let (x, y) = area.centre();
                (x - point.0).hypot(y - point.1)
            };
            touched.min_by(|a, b| distance(&a.1).total_cmp(&distance(&b.1))).map(|(key, _)| (*key).to_owned())
        };
        for line in self.lines.iter_mut().filter(|line| !line.boundary && (line.from.is_none() || line.to.is_none())) {
            let Some((start, end)) = line.points else { continue };
            let from = line.from.clone().or_else(|| nearest(start));
            let to = line.to.clone().or_else(|| nearest(end));
            let attached = line.from.is_some() || line.to.is_some();
            if let (Some(from), Some(to)) = (from, to)
                && (from != to || attached)
            {
                draft.guessed(format!("which shapes the line {} joins: it is drawn close to them", named(&line.label)), &line.place);
                (line.from, line.to) = (Some(from), Some(to));
            }
        }
    }

    /// A box around others is a zone, unless lines end at it: then it is an element that has parts.
    fn roles_of_holders(&mut self, ends: &BTreeSet<String>) {
        let holders: BTreeSet<String> = self.shapes.iter().filter_map(|shape| shape.parent.clone()).collect();
        for shape in &mut self.shapes {
            let end = ends.contains(&shape.key);
            match shape.role {
                Role::Zone if end => shape.role = Role::Likely("process", "a box that a line ends at"),
                Role::Unknown | Role::Likely(..) if holders.contains(&shape.key) && !end => shape.role = Role::Zone,
                _ => {}
            }
        }
    }

    fn shape(&self, shape: &Shape, ids: &BTreeMap<String, (Section, String)>, draft: &mut Draft) -> Option<String> {
        let (section, id) = ids.get(&shape.key)?;
        draft.made_from(*section, id, format!("{}\n{}", self.page, shape.key));
        let around = shape.parent.as_ref().and_then(|parent| ids.get(parent));
        let mut entry = Entry::new().named(id, &shape.label);
        if *section == Section::Zones {
            let outer = self.zone_around(shape, ids);
            if outer.is_none() && around.is_some() {
                draft.changed(format!("the box \"{}\" is inside an element, which no zone can be", shape.label), &shape.place);
            }
            entry = entry.text("in", outer.as_deref().unwrap_or_default()).text("description", &shape.description);
            let entry = keep(draft, entry, self.own, shape.kept.clone(), &shape.place);
            draft.add(Section::Zones, id, entry);
            return None;
        }
        let kind = self.kind(shape, draft);
        entry = entry.text("kind", kind).text("tech", &shape.tech);
        match around {
            Some((Section::Elements, outer)) => entry = entry.text("in", outer),
            Some((_, outer)) => entry = entry.list("zone", [outer]),
            None => {}
        }
        entry = entry.text("description", &shape.description).list("holds", &shape.holds);
        let entry = keep(draft, entry, self.own, shape.kept.clone(), &shape.place);
        draft.add(Section::Elements, id, entry);
        Some(id.clone())
    }

    /// The innermost zone around a zone; elements around it are passed over.
    fn zone_around(&self, shape: &Shape, ids: &BTreeMap<String, (Section, String)>) -> Option<String> {
        let mut at = shape.parent.as_ref();
        for _ in 0..limits::MAX_DEPTH {
            let key = at?;
            match ids.get(key) {
                Some((Section::Zones, id)) => return Some(id.clone()),
                _ => at = self.parents.get(key),
            }
        }
        None
    }

    fn kind(&self, shape: &Shape, draft: &mut Draft) -> &'static str {
        let (kind, reason) = match shape.role {
            Role::Said(kind) => return kind,
            Role::Likely(kind, reason) => (kind, reason),
            Role::Unknown | Role::Zone => kinds::guess(&shape.label),
        };
        draft.guessed(format!("that {} is of the kind {kind} ({reason})", named(&shape.label)), &shape.place);
        kind
    }

    fn line(&self, line: &Line, ids: &BTreeMap<String, (Section, String)>, draft: &mut Draft) {
        let end = |key: &Option<String>| {
            key.as_ref().and_then(|key| ids.get(key)).filter(|(section, _)| *section == Section::Elements).map(|(_, id)| id.clone())
        };
        if line.boundary {
            draft.dropped(
                format!("the trust boundary {}: a line encloses nothing, so it cannot be said what is inside", named(&line.label)),
                &line.place,
            );
            return;
        }
        let (Some(from), Some(to)) = (end(&line.from), end(&line.to)) else {
            match (&line.from, &line.to) {
                (Some(from), _) if !ids.contains_key(from) => {
                    draft.dangling(format!("`{from}`, where the line {} starts", named(&line.label)), &line.place)
                }
                (_, Some(to)) if !ids.contains_key(to) => {
                    draft.dangling(format!("`{to}`, where the line {} ends", named(&line.label)), &line.place)
                }
                _ => draft.dangling(format!("an end of the line {}, which does not join two shapes", named(&line.label)), &line.place),
            }
            return;
        };
        let label = clean(&line.label);
        let words = if line.protocol.is_empty() {
            redan_model::mermaid::protocol(&label).unwrap_or_default()
        } else {
            crate::vocabulary::protocol(&line.protocol, true)
        };
        let wanted = if slug(&label).is_empty() { format!("{from}-to-{to}") } else { label.clone() };
        let id = draft.id_for_name(Section::Flows, &wanted, "flow");
        if let Some(key) = line.kept.get("id").and_then(Json::as_str) {
            draft.made_from(Section::Flows, &id, format!("{}\n{key}", self.page));
        }
        let entry = Entry::new()
            .text("from", &from)
            .text("to", &to)
            .text("both-ways", if line.both_ways { "yes" } else { "" })
            .text("protocol", &words)
            .text("label", &label);
        let entry = keep(draft, entry, self.own, line.kept.clone(), &line.place);
        draft.add(Section::Flows, &id, entry);
    }
}

/// A label in quotes, or words that say there is none.
fn named(label: &str) -> String {
    let label = one_line(label);
    if label.is_empty() { "without a label".to_owned() } else { format!("\"{label}\"") }
}

/// A finite number of an attribute; 0 if it is none.
pub(crate) fn number(text: Option<&str>) -> f64 {
    text.and_then(|text| text.trim().parse::<f64>().ok()).filter(|number| number.is_finite()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
