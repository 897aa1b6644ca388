//! A model as a plain draw.io file: one page, zones as dashed boxes, elements in the shapes of data flow diagrams.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use redan_model::lang::ElementKind;
use redan_model::{Thing, ZoneIx};

use super::OWN;
use crate::drawn::out::{Drawn, escaped, losses};
use crate::export::{ExportError, Exported, Outgoing};
use crate::zones::Area;

/// Writes a drawing.
///
/// # Errors
/// None: a model without elements is an empty page.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let drawn = Drawn::of(outgoing.model);
    let name = outgoing.json.get("name").and_then(serde_json::Value::as_str).unwrap_or("Model");
    let mut out = format!(
        "<mxfile><diagram id=\"page\" name=\"{}\"><mxGraphModel><root>\n<mxCell id=\"0\"/>\n<mxCell id=\"1\" parent=\"0\"/>\n",
        escaped(name)
    );
    let areas = drawn.layout();
    inside(&drawn, &areas, None, "1", &mut out);
    for arrow in drawn.arrows() {
        let start = if arrow.both_ways { "startArrow=classic;" } else { "" };
        let _ = writeln!(
            out,
            "<mxCell id=\"{}\" value=\"{}\" style=\"edgeStyle=orthogonalEdgeStyle;html=0;endArrow=classic;{start}\" edge=\"1\" parent=\"1\" source=\"{}\" target=\"{}\"><mxGeometry relative=\"1\" as=\"geometry\"/></mxCell>",
            arrow.id,
            escaped(&arrow.label),
            arrow.from,
            arrow.to
        );
    }
    out.push_str("</root></mxGraphModel></diagram></mxfile>\n");
    let loss = losses(outgoing, OWN, &["kind", "name", "zone"], &["from", "to", "both-ways", "label"]);
    Ok(Exported { bytes: out.into_bytes(), loss })
}

fn inside(drawn: &Drawn<'_>, areas: &BTreeMap<Thing, Area>, zone: Option<ZoneIx>, parent: &str, out: &mut String) {
    let origin = zone.and_then(|zone| areas.get(&Thing::Zone(zone))).map_or((0.0, 0.0), |area| (area.left, area.top));
    let mut vertex = |thing: Thing, style: &str| {
        let Some(area) = areas.get(&thing) else { return };
        let _ = writeln!(
            out,
            "<mxCell id=\"{}\" value=\"{}\" style=\"{style}\" vertex=\"1\" parent=\"{parent}\"><mxGeometry x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" as=\"geometry\"/></mxCell>",
            drawn.id(thing),
            escaped(drawn.name(thing)),
            area.left - origin.0,
            area.top - origin.1,
            area.right - area.left,
            area.bottom - area.top
        );
    };
    for ix in drawn.elements_in(zone) {
        let style = match drawn.kind(ix) {
            ElementKind::Actor => "shape=umlActor;verticalLabelPosition=bottom;verticalAlign=top;html=0;",
            ElementKind::External => "shape=mxgraph.dfd.externalEntity;whiteSpace=wrap;html=0;",
            ElementKind::Process => "ellipse;whiteSpace=wrap;html=0;",
            ElementKind::Store => "shape=partialRectangle;right=0;left=0;whiteSpace=wrap;html=0;",
        };
        vertex(Thing::Element(ix), style);
    }
    let zones = drawn.zones_in(zone);
    for inner in &zones {
        vertex(
            Thing::Zone(*inner),
            "container=1;collapsible=0;dashed=1;fillColor=none;verticalAlign=top;align=left;spacingLeft=8;whiteSpace=wrap;html=0;",
        );
    }
    for inner in zones {
        self::inside(drawn, areas, Some(inner), drawn.id(Thing::Zone(inner)), out);
    }
}
