//! Places and courses from ELK's layered algorithm: arrows that bend at right angles, and never through a node.
//!
//! Its containers take their title band from a label that is measured here. Sizes are all finite and above zero, its
//! seed is never zero, and its work is counted, so that it ends whatever it is asked.

use merman_layout_elk as elk;

use super::geometry::{Point, Rect};
use super::graph::{End, Graph, Size};
use super::layout::{Layout, Route, Style};
use super::measure::Measured;

/// One way to ask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Request {
    /// Whether flows run from left to right.
    pub(crate) left_to_right: bool,
    /// How its nodes are pulled straight.
    pub(crate) balanced: bool,
    /// Room around labels and nodes, as a share of the usual.
    pub(crate) room: f64,
}

/// A layout as ELK sees it, if it can.
pub(crate) fn layout(measured: &Measured, request: Request) -> Option<Layout> {
    let graph = &measured.graph;
    let depth = (0..graph.frames.len()).map(|frame| graph.lineage(Some(frame)).count()).max().unwrap_or(0);
    if graph.slots.is_empty() || depth > DEEPEST {
        return None;
    }
    let input = input(graph, request);
    let output = elk::layout_with_work_control(&input, &mut Budget(WORK)).ok()?;
    read(measured, &output, request.left_to_right)
}

/// Containers are laid out one in another by recursion.
const DEEPEST: usize = 40;
/// Units of work, of its own counting, that it may take; the largest pictures that it is good for take a tenth.
const WORK: usize = 400_000_000;

/// What is left of the work that may be done.
struct Budget(usize);

impl elk::WorkControl for Budget {
    fn check(&mut self, units: usize) -> Result<(), elk::WorkError> {
        if units <= self.0 { Ok(()) } else { Err(elk::WorkError::ArithmeticOverflow) }
    }

    fn charge(&mut self, units: usize) -> Result<(), elk::WorkError> {
        self.check(units)?;
        self.0 -= units;
        Ok(())
    }
}

fn input(graph: &Graph, request: Request) -> elk::Graph {
    let mut input = elk::Graph {
        id: "dfd".to_owned(),
        direction: if request.left_to_right { elk::Direction::Right } else { elk::Direction::Down },
        ..elk::Graph::default()
    };
    input.spacing.node_node = 34.0 * request.room;
    input.spacing.layer_layer = 46.0 * request.room;
    let alignment = if request.balanced { elk::NodePlacementAlignment::Balanced } else { elk::NodePlacementAlignment::None };
    input.options.layered.node_placement = elk::NodePlacementStrategy::BrandesKoepf;
    input.options.layered.node_placement_alignment = alignment;
    input.options.container.node_placement_alignment = alignment;
    input.options.layered.merge_hierarchy_edges = false;
    for (ix, frame) in graph.frames.iter().enumerate() {
        let label = elk::Label { width: frame.title.w, height: frame.title.h };
        input.nodes.push(node(format!("z{ix}"), elk::NodeKind::Group, Size::default(), frame.parent, Some(label)));
    }
    let widths = widths(graph);
    for (ix, slot) in graph.slots.iter().enumerate() {
        let size = Size::new(widths[ix], slot.size.h);
        input.nodes.push(node(format!("n{ix}"), elk::NodeKind::Leaf, size, slot.parent, None));
    }
    for (ix, link) in graph.links.iter().enumerate().filter(|(_, link)| link.from != link.to) {
        let label = (link.label.h > 0.0).then_some(elk::Label { width: link.label.w, height: link.label.h });
        input.edges.push(edge(format!("e{ix}"), name(link.from), name(link.to), label));
    }
    for (ix, (above, below)) in graph.columns().into_iter().enumerate() {
        input.edges.push(edge(format!("column {ix}"), format!("n{above}"), format!("n{below}"), None));
    }
    input
}

/// Widths of the nodes, so that each box is wide enough for its title whatever is beside what.
fn widths(graph: &Graph) -> Vec<f64> {
    const PADDING: f64 = 24.0;
    let mut widths: Vec<f64> = graph.slots.iter().map(|slot| slot.size.w).collect();
    for (frame, record) in graph.frames.iter().enumerate() {
        let depth = |slot: usize| graph.lineage(graph.slots[slot].parent).position(|up| up == frame).map(|depth| depth as f64 + 1.0);
        let inside = (0..graph.slots.len()).filter_map(|slot| Some((slot, depth(slot)?)));
        let widest = inside.max_by(|a, b| (widths[a.0] + a.1 * 2.0 * PADDING).total_cmp(&(widths[b.0] + b.1 * 2.0 * PADDING)));
        if let Some((slot, depth)) = widest {
            widths[slot] = widths[slot].max(record.title.w + 30.0 - depth * 2.0 * PADDING);
        }
    }
    widths
}

fn node(id: String, kind: elk::NodeKind, size: Size, parent: Option<usize>, label: Option<elk::Label>) -> elk::Node {
    elk::Node {
        id,
        kind,
        label_text: None,
        container: elk::ContainerNodeOptions { algorithm: None, padding: 24.0 },
        width: size.w,
        height: size.h,
        parent: parent.map(|parent| format!("z{parent}")),
        direction: None,
        hierarchy_handling: None,
        layer_constraint: None,
        port_alignment: None,
        label,
    }
}

fn edge(id: String, source: String, target: String, label: Option<elk::Label>) -> elk::Edge {
    elk::Edge { id, source, target, label, terminal_labels: Vec::new(), minlen: 1, inside_self_loops_yo: false }
}

fn name(end: End) -> String {
    match end {
        End::Node(ix) => format!("n{ix}"),
        End::Zone(ix) => format!("z{ix}"),
    }
}

fn read(measured: &Measured, output: &elk::LayoutResult, left_to_right: bool) -> Option<Layout> {
    let graph = &measured.graph;
    let mut slots = vec![None; graph.slots.len()];
    let mut frames = vec![None; graph.frames.len()];
    for found in &output.nodes {
        let (kind, ix) = found.id.split_at_checked(1)?;
        let list = if kind == "n" { &mut slots } else { &mut frames };
        *list.get_mut(ix.parse::<usize>().ok()?)? = Some(rect(found.x, found.y, found.width, found.height));
    }
    let slots: Vec<Rect> = slots.into_iter().collect::<Option<_>>()?;
    let frames: Vec<Rect> = frames.into_iter().collect::<Option<_>>()?;
    let bodies: Vec<Rect> = graph.slots.iter().zip(&slots).map(|(slot, at)| slot.body_in(at)).collect();
    let mut edges = vec![Route::default(); graph.links.len()];
    for found in output.edges.iter().filter(|found| found.id.starts_with('e')) {
        let ix: usize = found.id[1..].parse().ok()?;
        let link = graph.links.get(ix)?;
        let mut points: Vec<Point> = found.points.iter().map(|p| Point { x: p.x, y: p.y }).collect();
        if points.len() < 2 {
            return None;
        }
        for (end, is_end) in [(link.from, false), (link.to, true)] {
            if let End::Node(node) = end {
                reach(&mut points, is_end, &bodies[node], graph.slots[node].round);
            }
        }
        let label = found.labels.iter().find(|label| label.terminal.is_none());
        let label = label.map(|label| rect(label.x, label.y, label.width, label.height));
        edges[ix] = Route { points, label, angular: false };
    }
    let (nodes, zones) = measured.placed(&bodies, &frames);
    Some(Layout { left_to_right, style: Style::Angular, nodes, zones, edges, ..Layout::default() })
}

fn rect(x: f64, y: f64, w: f64, h: f64) -> Rect {
    Rect { x: x - w / 2.0, y: y - h / 2.0, w, h }
}

/// Draws the last piece of an arrow on to what is drawn of its node, which may be less than the room that it has.
fn reach(points: &mut [Point], is_end: bool, body: &Rect, round: bool) {
    let count = points.len();
    let (tip, before) = if is_end { (count - 1, count - 2) } else { (0, 1) };
    let vertical = (points[tip].x - points[before].x).abs() < (points[tip].y - points[before].y).abs();
    let centre = body.centre();
    let (at, half_across, half_along, mid_across, mid_along) = if vertical {
        (points[tip].x, body.w / 2.0, body.h / 2.0, centre.x, centre.y)
    } else {
        (points[tip].y, body.h / 2.0, body.w / 2.0, centre.y, centre.x)
    };
    let share = ((at - mid_across) / half_across.max(1.0)).clamp(-1.0, 1.0);
    let depth = if round { half_along * (1.0 - share * share).sqrt() } else { half_along };
    let from = if vertical { points[before].y } else { points[before].x };
    let on_border = if from < mid_along { mid_along - depth } else { mid_along + depth };
    if vertical { points[tip].y = on_border } else { points[tip].x = on_border }
}
