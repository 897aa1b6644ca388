//! A model as a diagram of D2: zones as boxes, kinds as classes and shapes.

use std::collections::BTreeMap;
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
    let mut out = String::from(
        "classes: {\n  actor: {shape: person}\n  external: {shape: rectangle}\n  process: {shape: oval}\n  store: {shape: cylinder}\n  zone: {style.stroke-dash: 4}\n}\n",
    );
    let title = outgoing.model.root.name.as_ref().map_or("", |name| name.value.as_str());
    if !title.is_empty() {
        // No id has a space in it, so this is never the key of an element.
        let _ = writeln!(out, "\"the title\": {} {{shape: text; near: top-center}}", quoted(title));
    }
    let mut paths = BTreeMap::new();
    inside(&drawn, None, "", 0, &mut out, &mut paths);
    for arrow in drawn.arrows() {
        let (Some(from), Some(to)) = (paths.get(&arrow.from), paths.get(&arrow.to)) else { continue };
        let shaft = if arrow.both_ways { "<->" } else { "->" };
        let label = if arrow.label.is_empty() { String::new() } else { format!(": {}", quoted(&arrow.label)) };
        let _ = writeln!(out, "{from} {shaft} {to}{label}");
    }
    Ok(Exported { bytes: out.into_bytes(), loss: losses(outgoing, OWN, &["kind", "name", "zone"], &["from", "to", "both-ways", "label"]) })
}

fn inside(drawn: &Drawn<'_>, zone: Option<ZoneIx>, path: &str, depth: usize, out: &mut String, paths: &mut BTreeMap<String, String>) {
    let indent = "  ".repeat(depth);
    for ix in drawn.elements_in(zone) {
        let thing = Thing::Element(ix);
        let kind = match drawn.kind(ix) {
            ElementKind::Actor => "actor",
            ElementKind::External => "external",
            ElementKind::Process => "process",
            ElementKind::Store => "store",
        };
        let id = drawn.id(thing);
        let _ = writeln!(out, "{indent}{id}: {} {{class: {kind}}}", quoted(drawn.name(thing)));
        paths.insert(id.to_owned(), format!("{path}{id}"));
    }
    for inner in drawn.zones_in(zone) {
        let thing = Thing::Zone(inner);
        let id = drawn.id(thing);
        let _ = writeln!(out, "{indent}{id}: {} {{\n{indent}  class: zone", quoted(drawn.name(thing)));
        inside(drawn, Some(inner), &format!("{path}{id}."), depth + 1, out, paths);
        let _ = writeln!(out, "{indent}}}");
    }
}

fn quoted(text: &str) -> String {
    let plain = crate::draft::one_line(text).replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$ {");
    format!("\"{plain}\"")
}
