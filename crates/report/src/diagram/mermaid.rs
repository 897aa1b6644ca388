//! The diagram as a Mermaid flowchart in the guide's shapes: rectangles for entities, rounded boxes for processes,
//! cylinders for stores, subgraphs for boundaries.

use std::fmt::Write as _;

use super::graph::End;
use super::scene::{Emphasis, Scene, Shape};
use super::view::Notation;

/// Writes a scene as a flowchart.
pub(crate) fn render(scene: &Scene) -> String {
    let mut out = String::from("flowchart LR\n");
    contents(scene, None, 1, &mut out);
    for edge in &scene.edges {
        let arrow = if edge.both_ways { "<-->" } else { "-->" };
        let (from, to) = (name(scene, edge.from), name(scene, edge.to));
        let _ = writeln!(out, "  {from} {arrow}|{}| {to}", quoted(&edge.label.text("\n")));
    }
    out.push_str("  classDef outOfScope stroke-dasharray:3 3,color:#777,stroke:#999,fill:#eee\n");
    for (ix, _) in scene.nodes.iter().enumerate().filter(|(_, node)| node.out_of_scope) {
        let _ = writeln!(out, "  class {} outOfScope", name(scene, End::Node(ix)));
    }
    path(scene, &mut out);
    for (ix, _) in scene.zones.iter().enumerate().filter(|(_, zone)| !zone.is_group) {
        let _ = writeln!(out, "  style {} stroke-dasharray:6 4", name(scene, End::Zone(ix)));
    }
    out
}

/// Thick lines for what the picture points out.
fn path(scene: &Scene, out: &mut String) {
    let strong = |emphasis: Emphasis| emphasis == Emphasis::Strong;
    let nodes: Vec<usize> = (0..scene.nodes.len()).filter(|ix| strong(scene.nodes[*ix].emphasis)).collect();
    if !nodes.is_empty() {
        out.push_str("  classDef onPath stroke:#6d28d9,stroke-width:4px\n");
    }
    for ix in nodes {
        let _ = writeln!(out, "  class {} onPath", name(scene, End::Node(ix)));
    }
    for (ix, _) in scene.edges.iter().enumerate().filter(|(_, edge)| strong(edge.emphasis)) {
        let _ = writeln!(out, "  linkStyle {ix} stroke:#6d28d9,stroke-width:4px");
    }
}

fn contents(scene: &Scene, zone: Option<usize>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for (ix, node) in scene.nodes.iter().enumerate().filter(|(_, node)| node.zone == zone) {
        let (open, close) = brackets(scene.notation, node.shape);
        let _ = writeln!(out, "{indent}{}{open}{}{close}", name(scene, End::Node(ix)), quoted(&node.name));
    }
    for (ix, inner) in scene.zones.iter().enumerate().filter(|(_, inner)| inner.parent == zone) {
        let title = inner.trust.as_ref().map_or_else(|| inner.name.clone(), |trust| format!("{} ({trust})", inner.name));
        let _ = writeln!(out, "{indent}subgraph {}[{}]", name(scene, End::Zone(ix)), quoted(&title));
        contents(scene, Some(ix), depth + 1, out);
        let _ = writeln!(out, "{indent}end");
    }
}

fn brackets(notation: Notation, shape: Shape) -> (&'static str, &'static str) {
    match (notation, shape) {
        (_, Shape::Person | Shape::External) => ("[", "]"),
        (Notation::Guide, Shape::Process) => ("(", ")"),
        (Notation::Classic, Shape::Process) => ("((", "))"),
        (_, Shape::Store) => ("[(", ")]"),
    }
}

/// An id that no keyword of Mermaid (`end`, `graph`, `style`…) can collide with only where it has to differ.
fn name(scene: &Scene, end: End) -> String {
    const KEYWORDS: [&str; 12] =
        ["end", "graph", "flowchart", "subgraph", "style", "class", "classDef", "click", "linkStyle", "default", "direction", "call"];
    let id = scene.id_of(end).replace('/', "__");
    // A leading `o` or `x` after an arrow would be read as the arrow's head, but the space before it prevents that.
    if KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(&id)) { format!("{id}_") } else { id }
}

/// Text in quotes. What Mermaid would act on, directives and Markdown in backticks included, is written by its number.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\n' => out.push_str("<br/>"),
            '"' => out.push_str("#quot;"),
            '&' => out.push_str("#amp;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '#' | '%' | '`' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
