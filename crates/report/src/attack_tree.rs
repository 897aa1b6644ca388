//! Attack trees as SVG: the goal at the left, the steps to the right of what they lead to.
//!
//! Each node is right of everything that leads to it and has rows of its own, so that boxes never overlap; a shared
//! step is drawn once. What no mitigation stands against is marked by a word and a shape, not only by a colour.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::diagram::svg::escaped;
use crate::diagram::svg::style::theme;
use crate::diagram::text::{Font, wrap};
use crate::document::{TreeStep, TreeView};

const TEXT: Font = Font { size: 12.5, bold: true };
const NOTE: Font = Font { size: 11.0, bold: false };
const WIDTH: f64 = 196.0;
const GATE_WIDTH: f64 = 62.0;
const COLUMN_GAP: f64 = 46.0;
const ROW_GAP: f64 = 14.0;
const PAD: f64 = 10.0;

struct Node {
    lines: Vec<String>,
    notes: Vec<String>,
    gate: String,
    leaf: bool,
    covered: bool,
    title: String,
    children: Vec<(usize, Option<usize>)>,
    column: usize,
    y: f64,
}

impl Node {
    fn goal(tree: &TreeView) -> Self {
        Self {
            lines: wrap(&tree.goal, TEXT, WIDTH - 2.0 * PAD, 4),
            notes: Vec::new(),
            gate: tree.short_gate.clone(),
            leaf: false,
            covered: false,
            title: format!("Goal: {}", tree.goal),
            children: Vec::new(),
            column: 0,
            y: 0.0,
        }
    }

    fn step(step: &TreeStep) -> Self {
        let covered = !step.covered_by.is_empty();
        let note = match (step.leaf, covered) {
            (false, _) => String::new(),
            (true, false) => "no mitigation".to_owned(),
            (true, true) => format!("against it: {}", step.covered_by.join(", ")),
        };
        // Room for the triangle or the tick in front of the note.
        let notes = wrap(&note, NOTE, WIDTH - 2.0 * PAD - 14.0, 2);
        let lines = step.name.as_ref().map_or_else(Vec::new, |name| wrap(name, TEXT, WIDTH - 2.0 * PAD, 4));
        Self {
            lines,
            notes,
            gate: step.gate.clone(),
            leaf: step.leaf,
            covered,
            title: step.text.clone(),
            children: Vec::new(),
            column: 0,
            y: 0.0,
        }
    }

    /// A gate without a name is a pill with its word.
    fn bare_gate(&self) -> bool {
        self.lines.is_empty() && !self.gate.is_empty()
    }

    fn width(&self) -> f64 {
        if self.bare_gate() { GATE_WIDTH } else { WIDTH }
    }

    fn height(&self) -> f64 {
        if self.bare_gate() {
            return 26.0;
        }
        let gate = if self.gate.is_empty() { 0.0 } else { NOTE.line() };
        self.lines.len().max(1) as f64 * TEXT.line() + self.notes.len() as f64 * NOTE.line() + gate + 14.0
    }
}

/// An attack tree of a model as an SVG document, by its id.
pub fn svg_of(input: &crate::Input<'_>, id: &str) -> Option<String> {
    crate::document::trees::one(input, id).map(|tree| svg(&tree))
}

/// The likeliest ways to a goal of attackers as an SVG document.
pub fn svg_of_goal(input: &crate::Input<'_>, goal: &redan_engine::paths::Goal, most: usize) -> String {
    svg(&crate::document::of_goal(input, goal, most))
}

/// The tree as an SVG element; its id starts with the anchor of the tree.
pub fn svg(tree: &TreeView) -> String {
    let mut nodes = graph(tree);
    columns(&mut nodes);
    let slot = nodes.iter().map(Node::height).fold(26.0, f64::max) + ROW_GAP;
    let mut next = slot / 2.0 + 6.0;
    place(&mut nodes, 0, slot, &mut next, &mut vec![false; 0]);
    let x = column_starts(&nodes);
    let width = nodes.iter().map(|n| x[n.column] + n.width()).fold(0.0, f64::max) + 8.0;
    let height = next - slot / 2.0 + 6.0;
    let mut out = head(tree, width, height);
    nodes.iter().for_each(|node| edges(node, &nodes, &x, &mut out));
    nodes.iter().enumerate().for_each(|(ix, node)| boxed(node, ix == 0, x[node.column], &mut out));
    out.push_str("</svg>\n");
    out
}

/// Steps as a graph in which a shared step is one node, however often it is listed.
fn graph(tree: &TreeView) -> Vec<Node> {
    let mut nodes = vec![Node::goal(tree)];
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    let mut above: Vec<usize> = vec![0];
    let mut repeated: Option<usize> = None;
    for step in &tree.steps {
        if repeated.is_some_and(|depth| step.depth > depth) {
            continue;
        }
        repeated = None;
        above.truncate(step.depth + 1);
        let parent = above.last().copied().unwrap_or(0);
        let known = step.shared.as_deref().and_then(|id| shared.get(id).copied());
        let ix = known.unwrap_or(nodes.len());
        // A step that leads to itself is a fault that `check` reports; the picture leaves that line out.
        if !above.contains(&ix) {
            nodes[parent].children.push((ix, step.number));
        }
        if known.is_some() {
            repeated = Some(step.depth);
            continue;
        }
        shared.extend(step.shared.as_deref().map(|id| (id, ix)));
        nodes.push(Node::step(step));
        above.push(ix);
    }
    nodes
}

/// The longest way from the goal decides the column. Shared steps may be listed before what leads to them.
fn columns(nodes: &mut [Node]) {
    for _ in 0..nodes.len() {
        let mut moved = false;
        for ix in 0..nodes.len() {
            for (child, _) in nodes[ix].children.clone() {
                if nodes[child].column <= nodes[ix].column && nodes[ix].column + 1 < nodes.len() {
                    nodes[child].column = nodes[ix].column + 1;
                    moved = true;
                }
            }
        }
        if !moved {
            break;
        }
    }
}

/// Gives leaves rows from the top and puts each node in the middle of the rows that are its own.
fn place(nodes: &mut [Node], ix: usize, slot: f64, next: &mut f64, placed: &mut Vec<bool>) {
    placed.resize(nodes.len(), false);
    placed[ix] = true;
    let first = *next;
    for (child, _) in nodes[ix].children.clone() {
        if !placed[child] {
            place(nodes, child, slot, next, placed);
        }
    }
    if *next <= first {
        *next += slot;
    }
    nodes[ix].y = f64::midpoint(first, *next - slot);
}

fn column_starts(nodes: &[Node]) -> Vec<f64> {
    let count = nodes.iter().map(|n| n.column).max().unwrap_or(0) + 1;
    let mut starts = Vec::with_capacity(count);
    let mut x = 8.0;
    for column in 0..count {
        starts.push(x);
        x += nodes.iter().filter(|n| n.column == column).map(Node::width).fold(0.0, f64::max) + COLUMN_GAP;
    }
    starts
}

fn head(tree: &TreeView, width: f64, height: f64) -> String {
    let id = escaped(&tree.anchor);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="redan-tree" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{}</title><desc id="{id}-desc">{} of {} leaves have a mitigation. The list after the picture says the same in text.</desc><style>{}{RULES}</style>"#,
        escaped(&format!("Attack tree: {}", tree.goal)),
        tree.covered,
        tree.leaves,
        theme("redan-tree"),
    )
}

fn edges(node: &Node, nodes: &[Node], x: &[f64], out: &mut String) {
    let from = x[node.column] + node.width();
    for (child, number) in &node.children {
        let child = &nodes[*child];
        let to = x[child.column];
        let middle = to - COLUMN_GAP / 2.0;
        let _ = write!(
            out,
            r#"<path class="edge" d="M{from:.1} {:.1}C{middle:.1} {:.1} {middle:.1} {:.1} {to:.1} {:.1}"/>"#,
            node.y, node.y, child.y, child.y
        );
        if let Some(number) = number {
            // The line comes from above or from below: the number stands on the other side of it.
            let y = child.y + if child.y > node.y + 1.0 { 13.0 } else { -5.0 };
            let _ = write!(out, r#"<text class="note number" x="{:.1}" y="{y:.1}">{number}.</text>"#, to - 6.0);
        }
    }
}

fn boxed(node: &Node, goal: bool, x: f64, out: &mut String) {
    let (w, h) = (node.width(), node.height());
    let top = node.y - h / 2.0;
    let class = match (goal, node.leaf, node.covered) {
        (true, ..) => "goal",
        (_, false, _) => "gate",
        (_, true, true) => "leaf covered",
        (_, true, false) => "leaf uncovered",
    };
    let radius = if node.leaf { 3.0 } else { 12.0 };
    let _ = write!(
        out,
        r#"<g class="{class}"><title>{}</title><rect x="{x:.1}" y="{top:.1}" width="{w:.1}" height="{h:.1}" rx="{radius}"/>"#,
        escaped(&node.title)
    );
    let mut y = top + 7.0;
    for line in &node.lines {
        y += TEXT.line();
        let _ = write!(out, r#"<text class="name" x="{:.1}" y="{:.1}">{}</text>"#, x + PAD, y - 4.0, escaped(line));
    }
    if node.bare_gate() {
        let _ = write!(out, r#"<text class="word middle" x="{:.1}" y="{:.1}">{}</text>"#, x + w / 2.0, node.y + 4.0, escaped(&node.gate));
    } else if !node.gate.is_empty() {
        let _ = write!(out, r#"<text class="word" x="{:.1}" y="{:.1}">{}</text>"#, x + PAD, y + NOTE.line() - 3.0, escaped(&node.gate));
    }
    notes(node, x, y, out);
    out.push_str("</g>");
}

fn notes(node: &Node, x: f64, mut y: f64, out: &mut String) {
    if !node.notes.is_empty() {
        let (left, base) = (x + PAD, y + NOTE.line() - 3.0);
        let mark = if node.covered { tick(left, base) } else { triangle(left, base) };
        out.push_str(&mark);
    }
    for line in &node.notes {
        y += NOTE.line();
        let _ = write!(out, r#"<text class="note" x="{:.1}" y="{:.1}">{}</text>"#, x + PAD + 14.0, y - 3.0, escaped(line));
    }
}

fn tick(x: f64, y: f64) -> String {
    format!(r#"<path class="mark" d="M{:.1} {:.1}l3 3 6-7"/>"#, x, y - 4.0)
}

fn triangle(x: f64, y: f64) -> String {
    format!(r#"<path class="mark" d="M{x:.1} {y:.1}h10l-5-9z"/>"#)
}

const RULES: &str = ".redan-tree{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;max-width:100%;height:auto}\
    .redan-tree text{fill:var(--dfd-text)}\
    .redan-tree .name{font-size:12.5px;font-weight:700}\
    .redan-tree .note{font-size:11px}\
    .redan-tree .number{text-anchor:end;fill:var(--dfd-muted);paint-order:stroke;stroke:var(--dfd-page);stroke-width:4px}\
    .redan-tree .word{font-size:11px;font-weight:700;letter-spacing:.04em;fill:var(--dfd-muted)}\
    .redan-tree .middle{text-anchor:middle}\
    .redan-tree .edge{fill:none;stroke:var(--dfd-line);stroke-width:1.3}\
    .redan-tree rect{stroke-width:1.4}\
    .redan-tree .goal rect{fill:var(--dfd-low);stroke:var(--dfd-text);stroke-width:2}\
    .redan-tree .gate rect{fill:var(--dfd-entity);stroke:var(--dfd-entity-line)}\
    .redan-tree .covered rect{fill:var(--dfd-process);stroke:var(--dfd-process-line)}\
    .redan-tree .covered .mark{fill:none;stroke:var(--dfd-process-line);stroke-width:1.8}\
    .redan-tree .uncovered rect{fill:var(--dfd-low);stroke:var(--dfd-boundary);stroke-width:2}\
    .redan-tree .uncovered .mark{fill:var(--dfd-boundary)}\
    .redan-tree .uncovered .note{fill:var(--dfd-boundary);font-weight:700}";
