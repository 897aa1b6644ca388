//! A model as a document for Lucid's Standard Import: a zip with one JSON file.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use redan_model::lang::ElementKind;
use redan_model::{ElementIx, Thing, ZoneIx};
use serde_json::{Value as Json, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::OWN;
use crate::drawn::out::{Drawn, losses};
use crate::export::{ExportError, Exported, Outgoing, pretty};
use crate::zones::Area;

/// Writes a document.
///
/// # Errors
/// The zip cannot be made, which memory alone decides.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let drawn = Drawn::of(outgoing.model);
    let areas = drawn.layout();
    // Ids have at most 36 characters there, so they are numbers.
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut shapes = Vec::new();
    zones(&drawn, &areas, None, &mut ids, &mut shapes);
    for ix in (0_u32..).map(ElementIx).take(outgoing.model.elements.len()) {
        let thing = Thing::Element(ix);
        let kind = match drawn.kind(ix) {
            ElementKind::Process => "circle",
            ElementKind::Store => "database",
            ElementKind::Actor | ElementKind::External => "rectangle",
        };
        add(&drawn, &areas, thing, kind, &mut ids, &mut shapes);
    }
    let end = |id: Option<&String>, style: &str, x: f64| json!({"type": "shapeEndpoint", "style": style, "shapeId": id, "position": {"x": x, "y": 0.5}});
    let lines: Vec<Json> = drawn
        .arrows()
        .iter()
        .map(|arrow| {
            let start = if arrow.both_ways { "arrow" } else { "none" };
            let text = if arrow.label.is_empty() { json!([]) } else { json!([{"text": arrow.label, "position": 0.5, "side": "middle"}]) };
            json!({"id": arrow.id, "lineType": "elbow", "endpoint1": end(ids.get(&arrow.from), start, 1.0), "endpoint2": end(ids.get(&arrow.to), "arrow", 0.0), "text": text})
        })
        .collect();
    let title = outgoing.json.get("name").and_then(Json::as_str).unwrap_or("Model");
    let document = json!({"version": 1, "pages": [{"id": "page1", "title": title, "shapes": shapes, "lines": lines}]});
    let bytes = zipped(&pretty(&document)).map_err(|error| ExportError::Impossible(error.to_string()))?;
    Ok(Exported { bytes, loss: losses(outgoing, OWN, &["kind", "name", "zone"], &["from", "to", "both-ways", "label"]) })
}

fn zipped(document: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("document.json", SimpleFileOptions::default())?;
    zip.write_all(document)?;
    Ok(zip.finish()?.into_inner())
}

/// Zones first, the outer ones before the inner ones, so that nothing is covered.
fn zones(
    drawn: &Drawn<'_>,
    areas: &BTreeMap<Thing, Area>,
    zone: Option<ZoneIx>,
    ids: &mut BTreeMap<String, String>,
    shapes: &mut Vec<Json>,
) {
    for inner in drawn.zones_in(zone) {
        add(drawn, areas, Thing::Zone(inner), "rectangleContainer", ids, shapes);
        zones(drawn, areas, Some(inner), ids, shapes);
    }
}

fn add(
    drawn: &Drawn<'_>,
    areas: &BTreeMap<Thing, Area>,
    thing: Thing,
    kind: &str,
    ids: &mut BTreeMap<String, String>,
    shapes: &mut Vec<Json>,
) {
    let Some(area) = areas.get(&thing) else { return };
    let id = format!("s{}", shapes.len());
    let area = json!({"x": area.left, "y": area.top, "w": area.right - area.left, "h": area.bottom - area.top});
    shapes.push(json!({"id": id, "type": kind, "boundingBox": area, "text": drawn.name(thing)}));
    ids.insert(drawn.id(thing).to_owned(), id);
}
