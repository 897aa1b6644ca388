//! The diagram for D2: everything that users wrote stands in quotes, where only quotes, backslashes and the sign of
//! substitutions mean something.

use std::fmt::Write as _;

use super::graph::End;
use super::scene::{Scene, Shape};
use super::view::Notation;

/// Writes a scene.
pub(crate) fn render(scene: &Scene) -> String {
    let mut out = String::from("direction: right\n");
    let _ = writeln!(out, "title: {} {{near: top-center; shape: text; style.font-size: 24}}", quoted(&scene.title));
    contents(scene, None, 0, &mut out);
    for edge in &scene.edges {
        let arrow = if edge.both_ways { "<->" } else { "->" };
        let _ = write!(out, "{} {arrow} {}", path(scene, edge.from), path(scene, edge.to));
        if !edge.label.lines.is_empty() {
            let _ = write!(out, ": {}", quoted(&edge.label.text("\n")));
        }
        out.push_str(if edge.out_of_scope { " {style.stroke: gray}\n" } else { "\n" });
    }
    out
}

fn contents(scene: &Scene, zone: Option<usize>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for (ix, node) in scene.nodes.iter().enumerate().filter(|(_, node)| node.zone == zone) {
        let shape = match (scene.notation, node.shape) {
            (Notation::Guide, Shape::Person) => "person",
            (Notation::Guide, Shape::Store) => "cylinder",
            (Notation::Classic, Shape::Store) => "stored_data",
            (Notation::Classic, Shape::Process) => "oval",
            (_, Shape::External | Shape::Person) => "rectangle",
            (Notation::Guide, Shape::Process) => "rectangle; style.border-radius: 8",
        };
        let grey = if node.out_of_scope { "; style.stroke: gray; style.font-color: gray" } else { "" };
        let _ = writeln!(out, "{indent}n{ix}: {} {{shape: {shape}{grey}}}", quoted(&node.name));
    }
    for (ix, inner) in scene.zones.iter().enumerate().filter(|(_, inner)| inner.parent == zone) {
        let title = inner.trust.as_ref().map_or_else(|| inner.name.clone(), |trust| format!("{} ({trust})", inner.name));
        let _ = writeln!(out, "{indent}z{ix}: {} {{", quoted(&title));
        if !inner.is_group {
            let _ = writeln!(out, "{indent}  style.stroke-dash: 4");
        }
        contents(scene, Some(ix), depth + 1, out);
        let _ = writeln!(out, "{indent}}}");
    }
}

/// The way to a thing through the boxes around it.
fn path(scene: &Scene, end: End) -> String {
    let (own, mut zone) = match end {
        End::Node(ix) => (format!("n{ix}"), scene.nodes[ix].zone),
        End::Zone(ix) => (format!("z{ix}"), scene.zones[ix].parent),
    };
    let mut parts = vec![own];
    while let Some(ix) = zone {
        parts.push(format!("z{ix}"));
        zone = scene.zones[ix].parent;
    }
    parts.reverse();
    parts.join(".")
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '$' => out.push_str("\\$"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
