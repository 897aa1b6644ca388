//! A model as a component diagram that `PlantUML` draws without any library.

use std::fmt::Write as _;

use redan_model::lang::ElementKind;
use redan_model::{Thing, ZoneIx};

use super::OWN;
use crate::drawn::out::{Drawn, losses};
use crate::export::{ExportError, Exported, Outgoing};

/// Writes a diagram.
///
/// # Errors
/// None: what the format has no place for is a loss.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let drawn = Drawn::of(outgoing.model);
    let mut out = String::from("@startuml\n");
    if let Some(name) = outgoing.json.get("name").and_then(serde_json::Value::as_str) {
        let _ = writeln!(out, "title {}", plain(name));
    }
    inside(&drawn, None, 0, &mut out);
    for arrow in drawn.arrows() {
        let shaft = if arrow.both_ways { "<-->" } else { "-->" };
        let label = if arrow.label.is_empty() { String::new() } else { format!(" : {}", plain(&arrow.label)) };
        let _ = writeln!(out, "{} {shaft} {}{label}", arrow.from, arrow.to);
    }
    out.push_str("@enduml\n");
    Ok(Exported { bytes: out.into_bytes(), loss: losses(outgoing, OWN, &["kind", "name", "zone"], &["from", "to", "both-ways", "label"]) })
}

fn inside(drawn: &Drawn<'_>, zone: Option<ZoneIx>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for ix in drawn.elements_in(zone) {
        let (keyword, more) = match drawn.kind(ix) {
            ElementKind::Actor => ("actor", ""),
            ElementKind::External => ("rectangle", " <<external>>"),
            ElementKind::Process => ("rectangle", " <<process>>"),
            ElementKind::Store => ("database", ""),
        };
        let thing = Thing::Element(ix);
        let _ = writeln!(out, "{indent}{keyword} \"{}\" as {}{more}", plain(drawn.name(thing)), drawn.id(thing));
    }
    for inner in drawn.zones_in(zone) {
        let thing = Thing::Zone(inner);
        let _ = writeln!(out, "{indent}frame \"{}\" as {} {{", plain(drawn.name(thing)), drawn.id(thing));
        inside(drawn, Some(inner), depth + 1, out);
        let _ = writeln!(out, "{indent}}}");
    }
}

/// A text on one line without what would end it.
fn plain(text: &str) -> String {
    crate::draft::one_line(text).replace('"', "'")
}
