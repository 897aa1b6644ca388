//! Changes of a model in a drawing that exists: cells are changed where they stand, new ones are drawn beside the rest.
//!
//! A page that is packed is unpacked, edited and packed again; pages without a change stay as they are.

mod page;

use std::collections::BTreeMap;
use std::ops::Range;

use super::file::{Packing, plain_models, unpack};
use crate::export::{ExportError, Outgoing};
use crate::limits;
use crate::onto::xml::{self, Node};
use crate::onto::{Changes, Edit, apply};
use page::Page;

/// Makes the edits.
///
/// # Errors
/// The file is a library of shapes, or cannot be read.
pub(crate) fn onto(text: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Result<Vec<Edit>, ExportError> {
    let impossible = |why: &str| ExportError::Impossible(why.to_owned());
    let root = xml::parse(text).ok_or_else(|| impossible("the drawing cannot be read"))?;
    let mut edits = Vec::new();
    let packed = match root.name {
        "mxGraphModel" => vec![Packed { text: text.to_owned(), span: 0..text.len(), packing: Packing::Plain }],
        "mxfile" => packed_pages(text, &root, changes, &mut edits)?,
        _ => return Err(impossible("changes are not written into libraries of shapes")),
    };
    let texts: Vec<&str> = packed.iter().map(|page| page.text.as_str()).collect();
    let parsed: Vec<Option<Node<'_>>> = texts.iter().map(|text| xml::parse(text)).collect();
    let pages = texts.iter().zip(&parsed).filter_map(|(text, node)| Some(Page::of(text, node.as_ref()?)));
    let mut pages: Vec<Page<'_>> = pages.collect();
    if pages.len() != packed.len() {
        return Err(impossible("a page of the drawing cannot be read"));
    }
    let mut writer = Writer { changes, outgoing, places: BTreeMap::new() };
    writer.run(&mut pages);
    for (page, packed) in pages.into_iter().zip(&packed) {
        let made = page.finish();
        match packed.packing {
            _ if made.is_empty() => {}
            Packing::Plain => edits.extend(made.into_iter().map(|edit| {
                let range = edit.range.start + packed.span.start..edit.range.end + packed.span.start;
                Edit::replace(range, edit.text)
            })),
            packing => edits.push(Edit::replace(packed.span.clone(), packing.pack(&apply(&packed.text, made)))),
        }
    }
    Ok(edits)
}

/// A page: its text, where it stands in the file, and how.
struct Packed {
    text: String,
    span: Range<usize>,
    packing: Packing,
}

/// The pages as the reader counts them, and edits of their names.
fn packed_pages(text: &str, root: &Node<'_>, changes: &Changes<'_>, edits: &mut Vec<Edit>) -> Result<Vec<Packed>, ExportError> {
    let mut budget = limits::MAX_FILE_BYTES;
    let mut pages = Vec::new();
    let mut plain = plain_models(text);
    for diagram in root.children.iter().filter(|node| node.name == "diagram") {
        let inside = diagram.text(text);
        if diagram.child("mxGraphModel").is_some() {
            let model = plain.next().unwrap_or_default();
            let start = (model.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            pages.push(Packed { text: model.to_owned(), span: start..start + model.len(), packing: Packing::Plain });
        } else if inside.is_empty() {
            continue;
        } else {
            let unpacked = unpack(&inside, &mut budget).map_err(ExportError::Original)?;
            let span = diagram.tag.end..diagram.tag.end + diagram.content(text).len();
            pages.push(Packed { text: unpacked, span, packing: Packing::of(&inside) });
        }
        edits.extend(title(changes, pages.len() - 1).map(|title| xml::set_attribute(text, diagram, "name", title)));
    }
    // The name of a drawing with one page is the name of the page.
    if let ([diagram], Some(name)) = (root.children.as_slice(), changes.list.iter().find(|change| change.path == ["name"]))
        && edits.is_empty()
        && !name.text().is_empty()
    {
        edits.push(xml::set_attribute(text, diagram, "name", name.text()));
    }
    Ok(pages)
}

/// The title that a page gets, if it gets one.
fn title<'m>(changes: &Changes<'m>, page: usize) -> Option<&'m str> {
    let place = format!("{page}\n");
    let named = changes
        .list
        .iter()
        .find(|change| change.section() == "diagrams" && change.field() == Some("title") && changes.place(change) == Some(place.as_str()));
    named.map(super::super::onto::Change::text)
}

/// Writes changes into pages.
struct Writer<'w, 'm> {
    changes: &'w Changes<'m>,
    outgoing: &'w Outgoing<'w>,
    /// Page and cell of things that were drawn just now.
    places: BTreeMap<String, (usize, String)>,
}

impl Writer<'_, '_> {
    fn run(&mut self, pages: &mut [Page<'_>]) {
        let changes = self.changes;
        for section in ["zones", "elements"] {
            for (id, entry) in changes.added(section) {
                let number = self.page_for(id);
                let Some(page) = pages.get_mut(number) else { continue };
                let kind =
                    if section == "zones" { "zone" } else { entry.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default() };
                let name = self.name(section, id, entry);
                let cell = page.draw(id, &name, kind);
                self.places.insert(id.to_owned(), (number, cell));
            }
        }
        for (id, _) in changes.added("zones").chain(changes.added("elements")) {
            self.place(pages, id);
        }
        for change in changes.list.iter().filter(|change| change.field().is_some()) {
            let (Some(id), Some(field)) = (change.id(), change.field()) else { continue };
            let Some((number, cell)) = self.found(change.section(), id) else { continue };
            match (change.section(), field) {
                ("elements" | "zones", "name") => {
                    let name = self.name(change.section(), id, &self.entry(change.section(), id));
                    if let Some(page) = pages.get_mut(number) {
                        page.label(&cell, &name);
                    }
                }
                ("elements", "kind") => {
                    if let Some(page) = pages.get_mut(number) {
                        page.kind(&cell, change.text());
                    }
                }
                ("elements", "zone" | "in") | ("zones", "in") => self.place(pages, id),
                ("flows", "label") => {
                    if let Some(page) = pages.get_mut(number) {
                        page.label_of_line(&cell, change.text());
                    }
                }
                ("flows", "both-ways") => {
                    if let Some(page) = pages.get_mut(number) {
                        page.both_ways(&cell, change.text() == "yes");
                    }
                }
                ("flows", "from" | "to") => {
                    let end = self.found("elements", change.text()).filter(|(other, _)| *other == number).map(|(_, cell)| cell);
                    if let (Some(end), Some(page)) = (end, pages.get_mut(number)) {
                        page.end(&cell, field == "from", &end);
                    }
                }
                _ => {}
            }
        }
        for section in ["flows", "elements", "zones"] {
            for id in changes.removed(section) {
                let Some((number, cell)) = self.found(section, id) else { continue };
                if let Some(page) = pages.get_mut(number) {
                    page.remove(&cell);
                }
            }
        }
        for (id, flow) in changes.added("flows") {
            let end = |key: &str| self.found("elements", flow.get(key)?.as_str()?);
            let (Some((number, from)), Some((other, to))) = (end("from"), end("to")) else { continue };
            // A line joins what is on one page.
            if let Some(page) = pages.get_mut(number).filter(|_| number == other) {
                let text = |key: &str| flow.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
                let label = if text("label").is_empty() { text("protocol") } else { text("label") };
                page.draw_line(id, &label, (&from, &to), text("both-ways") == "yes");
            }
        }
    }

    fn entry(&self, section: &str, id: &str) -> serde_json::Value {
        self.outgoing.entry(section, id).clone()
    }

    /// The name of a thing; one that the file knows by its id alone goes by that.
    fn name(&self, _section: &str, id: &str, entry: &serde_json::Value) -> String {
        crate::write::own_name(self.outgoing, super::OWN, id, entry)
    }

    /// Page and cell of a thing.
    fn found(&self, section: &str, id: &str) -> Option<(usize, String)> {
        if let Some(drawn) = self.places.get(id) {
            return Some(drawn.clone());
        }
        let (page, cell) = self.changes.place_of(section, id)?.split_once('\n')?;
        Some((page.parse().ok()?, cell.to_owned()))
    }

    /// What an element or a zone is in.
    fn around(&self, id: &str) -> Option<(&'static str, String)> {
        let element = self.outgoing.entry("elements", id);
        let first = |value: &serde_json::Value| value.as_str().or_else(|| value.get(0)?.as_str()).map(str::to_owned);
        if let Some(outer) = element.get("in").and_then(first) {
            return Some(("elements", outer));
        }
        if let Some(zone) = element.get("zone").and_then(first) {
            return Some(("zones", zone));
        }
        self.outgoing.entry("zones", id).get("in").and_then(first).map(|zone| ("zones", zone))
    }

    /// The page on which a new thing is drawn: that of what it is in, of what a flow joins it with, or the first.
    fn page_for(&self, id: &str) -> usize {
        if let Some((number, _)) = self.around(id).and_then(|(section, outer)| self.found(section, &outer)) {
            return number;
        }
        let flows = self.outgoing.json.get("flows").and_then(serde_json::Value::as_object).into_iter().flatten();
        let ends = flows.filter_map(|(_, flow)| Some((flow.get("from")?.as_str()?, flow.get("to")?.as_str()?)));
        let other = ends.filter_map(|(from, to)| if from == id { Some(to) } else { (to == id).then_some(from) });
        other.filter_map(|other| self.found("elements", other)).map(|(number, _)| number).next().unwrap_or_default()
    }

    /// Moves a thing to where it belongs now.
    fn place(&self, pages: &mut [Page<'_>], id: &str) {
        let section = if self.outgoing.entry("zones", id).is_null() { "elements" } else { "zones" };
        let Some((number, cell)) = self.found(section, id) else { return };
        let around = self.around(id).and_then(|(section, outer)| self.found(section, &outer));
        let Some(page) = pages.get_mut(number) else { return };
        match around {
            Some((other, outer)) if other == number => page.put_into(&cell, &outer),
            Some(_) => {}
            None => page.put_outside(&cell),
        }
    }
}
