//! The diagram for Graphviz, with boundaries as clusters.

use std::fmt::Write as _;

use super::graph::End;
use super::scene::{Scene, Shape};
use super::view::Notation;

/// Writes a scene as a `digraph`.
pub(crate) fn render(scene: &Scene) -> String {
    let mut out = String::from("digraph redan {\n  rankdir=LR;\n  compound=true;\n  fontname=\"Helvetica\";\n");
    let _ = writeln!(out, "  label={};\n  labelloc=t;", shown(&scene.title));
    out.push_str("  node [fontname=\"Helvetica\", fontsize=12];\n  edge [fontname=\"Helvetica\", fontsize=10];\n");
    contents(scene, None, 1, &mut out);
    for edge in &scene.edges {
        let (from, to) = (anchor(scene, edge.from), anchor(scene, edge.to));
        let (Some(from), Some(to)) = (from, to) else { continue };
        let _ = write!(out, "  {} -> {} [label={}", quoted(from), quoted(to), shown(&edge.label.text("\n")));
        if let End::Zone(zone) = edge.from {
            let _ = write!(out, ", ltail={}", quoted(&format!("cluster_{}", scene.zones[zone].id)));
        }
        if let End::Zone(zone) = edge.to {
            let _ = write!(out, ", lhead={}", quoted(&format!("cluster_{}", scene.zones[zone].id)));
        }
        out.push_str(if edge.both_ways { ", dir=both" } else { "" });
        out.push_str(if edge.out_of_scope { ", color=grey, fontcolor=grey" } else { "" });
        out.push_str("];\n");
    }
    out.push_str("}\n");
    out
}

fn contents(scene: &Scene, zone: Option<usize>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for node in scene.nodes.iter().filter(|node| node.zone == zone) {
        let grey = if node.out_of_scope { ", color=grey, fontcolor=grey" } else { "" };
        let _ = writeln!(out, "{indent}{} [label={}, {}{grey}];", quoted(&node.id), shown(&node.name), shape(scene.notation, node.shape));
    }
    for (ix, inner) in scene.zones.iter().enumerate().filter(|(_, inner)| inner.parent == zone) {
        let title = inner.trust.as_ref().map_or_else(|| inner.name.clone(), |trust| format!("{} ({trust})", inner.name));
        let style = if inner.is_group { "solid" } else { "dashed" };
        let _ = writeln!(out, "{indent}subgraph {} {{", quoted(&format!("cluster_{}", inner.id)));
        let _ = writeln!(out, "{indent}  label={};\n{indent}  style={style};", shown(&title));
        // A cluster without nodes is not drawn.
        if scene.members(ix).is_empty() {
            let _ = writeln!(out, "{indent}  {} [shape=point, style=invis];", quoted(&format!("{} (empty)", inner.id)));
        }
        contents(scene, Some(ix), depth + 1, out);
        let _ = writeln!(out, "{indent}}}");
    }
}

fn shape(notation: Notation, shape: Shape) -> &'static str {
    match (notation, shape) {
        (_, Shape::Person | Shape::External) => "shape=box",
        (Notation::Guide, Shape::Process) => "shape=box, style=rounded",
        (Notation::Guide, Shape::Store) => "shape=cylinder",
        (Notation::Classic, Shape::Process) => "shape=ellipse",
        (Notation::Classic, Shape::Store) => "shape=underline",
    }
}

fn anchor(scene: &Scene, end: End) -> Option<&str> {
    match end {
        End::Node(ix) => Some(&scene.nodes[ix].id),
        End::Zone(ix) => scene.members(ix).first().map(|&node| scene.nodes[node].id.as_str()),
    }
}

/// An id in quotes.
fn quoted(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// A label in quotes, in which Graphviz would read entities as well.
fn shown(text: &str) -> String {
    quoted(&text.replace('&', "&amp;"))
}
