//! A model as a document for Lucid's Standard Import: a zip with one JSON file.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use redan_model::lang::ElementKind;
use redan_model::{ElementIx, Thing, ZoneIx};
use serde_json::{Map, Value as Json, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::OWN;
use super::document::label_of;
use crate::draft::one_line;
use crate::drawn::out::{Arrow, Drawn, losses};
use crate::drawn::{Role, role_of_stencil};
use crate::export::{ExportError, Exported, Outgoing, pretty};
use crate::kept::{give_back, of};
use crate::read::{items, text, without_tags};
use crate::write::{foreign_id, own_name, uuid};
use crate::zones::Area;

/// The data field that says the kind of a shape.
pub(super) const KIND: &str = "kind";

/// Writes a document.
///
/// # Errors
/// The zip cannot be made, which memory alone decides.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let drawn = Drawn::of(outgoing.model);
    let mut writer = Writer { areas: drawn.places(outgoing, OWN, &|_| true), drawn, outgoing, ids: BTreeMap::new(), shapes: Vec::new() };
    writer.zones(None);
    for ix in (0_u32..).map(ElementIx).take(outgoing.model.elements.len()) {
        let (stencil, kind) = match writer.drawn.kind(ix) {
            ElementKind::Process => ("circle", "process"),
            ElementKind::Store => ("database", "store"),
            ElementKind::Actor => ("rectangle", "actor"),
            ElementKind::External => ("rectangle", "external"),
        };
        writer.shape(Thing::Element(ix), stencil, kind);
    }
    let lines: Vec<Json> = writer.drawn.arrows().iter().map(|arrow| writer.line(arrow)).collect();
    let title = outgoing.json.get("name").and_then(Json::as_str).unwrap_or("Model");
    let document = json!({"version": 1, "pages": [{"id": "page1", "title": title, "shapes": writer.shapes, "lines": lines}]});
    let bytes = zipped(&pretty(&document)).map_err(|error| ExportError::Impossible(error.to_string()))?;
    Ok(Exported { bytes, loss: losses(outgoing, OWN, &["kind", "name", "zone"], &["from", "to", "both-ways", "label"]) })
}

fn zipped(document: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("document.json", SimpleFileOptions::default())?;
    zip.write_all(document)?;
    Ok(zip.finish()?.into_inner())
}

struct Writer<'o> {
    drawn: Drawn<'o>,
    areas: BTreeMap<Thing, Area>,
    outgoing: &'o Outgoing<'o>,
    /// Ids there by drawn ids. They have at most 36 characters, so ours are made as UUIDs.
    ids: BTreeMap<String, String>,
    shapes: Vec<Json>,
}

impl Writer<'_> {
    /// Zones first, the outer ones before the inner ones, so that nothing is covered.
    fn zones(&mut self, zone: Option<ZoneIx>) {
        for inner in self.drawn.zones_in(zone) {
            self.shape(Thing::Zone(inner), "rectangleContainer", "zone");
            self.zones(Some(inner));
        }
    }

    fn shape(&mut self, thing: Thing, stencil: &str, kind: &str) {
        let Some(area) = self.areas.get(&thing) else { return };
        let section = if kind == "zone" { "zones" } else { "elements" };
        let own = self.outgoing.model.id_of(thing);
        let entry = self.outgoing.entry(section, own);
        let kept = of(entry, OWN);
        let id = foreign_id(entry, OWN, "id", || uuid(section, own));
        let name = own_name(self.outgoing, OWN, own, entry);
        let stated = text(kept, "type");
        let mut shape = Map::new();
        shape.insert("id".to_owned(), id.as_str().into());
        let stands = !stated.is_empty() && is_drawn_as(&stated, kind, &name);
        shape.insert("type".to_owned(), if stands { stated.as_ref() } else { stencil }.into());
        let bounds = json!({"x": area.left, "y": area.top, "w": area.right - area.left, "h": area.bottom - area.top});
        shape.insert("boundingBox".to_owned(), bounds);
        let before = text(kept, "text");
        let same = !before.is_empty() && one_line(&without_tags(&before)) == name;
        shape.insert("text".to_owned(), if same { before.into_owned().into() } else { name.into() });
        let mut data: Vec<Json> = items(kept, "customData").iter().filter(|pair| text(pair, "key") != KIND).cloned().collect();
        if kind != "zone" && !(stands && items(kept, "customData").is_empty()) {
            data.push(json!({"key": KIND, "value": kind}));
        }
        if !data.is_empty() {
            shape.insert("customData".to_owned(), data.into());
        }
        give_back(&mut shape, kept, &["at", "customData", "shape"]);
        self.shapes.push(shape.into());
        self.ids.insert(self.drawn.id(thing).to_owned(), id);
    }

    fn line(&self, arrow: &Arrow) -> Json {
        let entry = self.outgoing.entry("flows", &arrow.flow);
        let kept = of(entry, OWN);
        let end = |key: &str, id: &str, style: &str, x: f64| {
            let mut end = Map::new();
            end.insert("type".to_owned(), "shapeEndpoint".into());
            let before = kept.get(key).unwrap_or(&Json::Null);
            // The form of an arrow stays as long as there is one.
            let same = (text(before, "style") == "none") == (style == "none") && before.get("style").is_some();
            end.insert("style".to_owned(), if same { text(before, "style").into_owned().into() } else { style.into() });
            end.insert("shapeId".to_owned(), self.ids.get(id).cloned().into());
            let place = before.get("position").filter(|_| before.get("shapeId").is_some_and(|shape| Some(shape) == end.get("shapeId")));
            end.insert("position".to_owned(), place.cloned().unwrap_or_else(|| json!({"x": x, "y": 0.5})));
            give_back(&mut end, before, &["type"]);
            Json::Object(end)
        };
        let start = if arrow.both_ways { "arrow" } else { "none" };
        let mut line = Map::new();
        line.insert("id".to_owned(), foreign_id(entry, OWN, "id", || uuid("flows", &arrow.flow)).into());
        line.insert("lineType".to_owned(), kept.get("lineType").cloned().unwrap_or_else(|| "elbow".into()));
        line.insert("endpoint1".to_owned(), end("endpoint1", &arrow.from, start, 1.0));
        line.insert("endpoint2".to_owned(), end("endpoint2", &arrow.to, "arrow", 0.0));
        let texts = match kept.get("text") {
            Some(before) if label_of(kept) == arrow.label => before.clone(),
            _ if arrow.label.is_empty() => json!([]),
            _ => json!([{"text": arrow.label, "position": 0.5, "side": "middle"}]),
        };
        line.insert("text".to_owned(), texts);
        give_back(&mut line, kept, &[]);
        line.into()
    }
}

/// Whether a shape of a kind is drawn so.
fn is_drawn_as(stencil: &str, kind: &str, name: &str) -> bool {
    match role_of_stencil(stencil, name) {
        _ if stencil == "database" => kind == "store",
        Role::Zone => kind == "zone",
        Role::Said(said) | Role::Likely(said, _) => said == kind,
        Role::Unknown => kind != "zone",
    }
}
