//! The diagram for `PlantUML`. What users wrote is data there: every sign that `PlantUML`'s preprocessor, links, pictures
//! or markup would act on is written by its number.

use std::fmt::Write as _;

use super::graph::End;
use super::scene::{Scene, Shape};

/// Writes a scene as a component diagram.
pub(crate) fn render(scene: &Scene) -> String {
    let mut out = String::from("@startuml\n");
    let _ = writeln!(out, "title {}\nleft to right direction", shown(&scene.title));
    contents(scene, None, 0, &mut out);
    for edge in &scene.edges {
        let arrow = if edge.both_ways { "<-->" } else { "-->" };
        let grey = if edge.out_of_scope { arrow.replacen("--", "-[#gray]-", 1) } else { arrow.to_owned() };
        let lock = if edge.encrypted { "\\n(encrypted)" } else { "" };
        let text = if edge.label.lines.is_empty() { String::new() } else { format!(" : {}{lock}", shown(&edge.label.text("\n"))) };
        let _ = writeln!(out, "{} {grey} {}{text}", name(edge.from), name(edge.to));
    }
    out.push_str("@enduml\n");
    out
}

fn contents(scene: &Scene, zone: Option<usize>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for (ix, node) in scene.nodes.iter().enumerate().filter(|(_, node)| node.zone == zone) {
        let (word, kind) = match node.shape {
            Shape::Person => ("actor", ""),
            Shape::External => ("rectangle", " <<external>>"),
            Shape::Process => ("component", ""),
            Shape::Store => ("database", ""),
        };
        let grey = if node.out_of_scope { " #line:gray;text:gray" } else { "" };
        let _ = writeln!(out, "{indent}{word} \"{}\" as {}{kind}{grey}", shown(&node.name), name(End::Node(ix)));
    }
    for (ix, inner) in scene.zones.iter().enumerate().filter(|(_, inner)| inner.parent == zone) {
        let title = inner.trust.as_ref().map_or_else(|| inner.name.clone(), |trust| format!("{} ({trust})", inner.name));
        let style = if inner.is_group { "" } else { " #line.dashed" };
        let _ = writeln!(out, "{indent}rectangle \"{}\" as {}{style} {{", shown(&title), name(End::Zone(ix)));
        contents(scene, Some(ix), depth + 1, out);
        let _ = writeln!(out, "{indent}}}");
    }
}

/// Ids of ours may hold signs that names in `PlantUML` must not.
fn name(end: End) -> String {
    match end {
        End::Node(ix) => format!("n{ix}"),
        End::Zone(ix) => format!("z{ix}"),
    }
}

fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = '\0';
    for c in text.chars() {
        let repeats = c == last && matches!(c, '-' | '_' | '/' | '.');
        if c == '\n' {
            out.push_str("\\n");
        } else if c.is_control() {
            out.push(' ');
        } else if repeats || (c.is_ascii_punctuation() && !matches!(c, '-' | '_' | '/' | '.' | ',' | ':' | '(' | ')' | '?' | '+')) {
            let _ = write!(out, "<U+{:04X}>", u32::from(c));
        } else {
            out.push(c);
        }
        last = c;
    }
    out
}
