//! How large things are: from a scene to the graph that the layout works on.

use super::geometry::Rect;
use super::graph::{End, Frame, Graph, Link, Size, Slot};
use super::scene::{Edge, Line, LineRole, Node, Scene, Shape, ZoneBox};
use super::text::{self, DETAIL, LABEL, NAME, TITLE};
use super::view::Notation;

/// Width and height of the figure of a person.
pub(crate) const FIGURE: f64 = 30.0;
/// Height of the ellipse at the top of a cylinder.
pub(crate) const CAP: f64 = 7.0;
/// Height of a loop above its node, without its label.
pub(crate) const LOOP: f64 = 26.0;
/// Width of the lock on the protocol of an encrypted flow, with the gap after it.
pub(crate) const LOCK: f64 = 12.0;

/// Width of a sign before a line, with the gap after it.
pub(crate) const MARK: f64 = 13.0;
/// Width of the badge of an arrow, with the gap after it.
pub(crate) const BADGE: f64 = 22.0;

/// What a zone of the scene is in the graph: a box around things, or, when empty, a thing itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ZoneAs {
    Frame(usize),
    Slot(usize),
}

/// The graph of a scene and what its parts stand for. The first slots are the nodes of the scene.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    pub(crate) graph: Graph,
    pub(crate) zones: Vec<ZoneAs>,
}

impl Measured {
    /// The nodes and zones of the scene, of the places that slots and frames have.
    pub(crate) fn placed(&self, slots: &[Rect], frames: &[Rect]) -> (Vec<Rect>, Vec<Rect>) {
        let zone = |zone: &ZoneAs| match zone {
            ZoneAs::Frame(ix) => frames[*ix],
            ZoneAs::Slot(ix) => slots[*ix],
        };
        let empty = self.zones.iter().filter(|zone| matches!(zone, ZoneAs::Slot(_))).count();
        (slots[..slots.len() - empty].to_vec(), self.zones.iter().map(zone).collect())
    }
}

/// Measures everything in a scene; sizes are as in the picture, whatever the direction of the flows.
pub(crate) fn measure(scene: &Scene) -> Measured {
    let mut measured = Measured::default();
    let mut frames: Vec<Option<usize>> = Vec::new();
    let mut empty = 0;
    for (ix, zone) in scene.zones.iter().enumerate() {
        let parent = zone.parent.and_then(|parent| frames[parent]);
        let title = title_size(zone);
        let has_content = scene.nodes.iter().any(|node| node.zone == Some(ix)) || scene.zones.iter().any(|inner| inner.parent == Some(ix));
        if has_content {
            frames.push(Some(measured.graph.frames.len()));
            measured.zones.push(ZoneAs::Frame(measured.graph.frames.len()));
            measured.graph.frames.push(Frame { parent, title });
        } else {
            frames.push(None);
            measured.zones.push(ZoneAs::Slot(scene.nodes.len() + empty));
            empty += 1;
        }
    }
    for (ix, node) in scene.nodes.iter().enumerate() {
        let parent = node.zone.and_then(|zone| frames[zone]);
        measured.graph.slots.push(with_loops(scene, ix, node_size(scene.notation, node), parent));
    }
    for (zone, _) in scene.zones.iter().zip(&measured.zones).filter(|(_, place)| matches!(place, ZoneAs::Slot(_))) {
        let title = title_size(zone);
        let size = Size::new(title.w + 24.0, title.h + 30.0);
        let parent = zone.parent.and_then(|parent| frames[parent]);
        measured.graph.slots.push(Slot { size, body: size, parent, ..Slot::default() });
    }
    for edge in &scene.edges {
        let end = |end| match end {
            End::Zone(zone) => match measured.zones[zone] {
                ZoneAs::Frame(frame) => End::Zone(frame),
                ZoneAs::Slot(slot) => End::Node(slot),
            },
            End::Node(node) => End::Node(node),
        };
        measured.graph.links.push(Link { from: end(edge.from), to: end(edge.to), label: label_size(edge) });
    }
    measured
}

/// Loops stand side by side on top of their node, which gets wide enough to carry them.
fn with_loops(scene: &Scene, node: usize, body: Size, parent: Option<usize>) -> Slot {
    let own = scene.edges.iter().filter(|edge| edge.from == End::Node(node) && edge.to == End::Node(node));
    let (mut width, mut height) = (0.0_f64, 0.0_f64);
    for label in own.map(label_size) {
        width += loop_width(label);
        height = height.max(label.h + LOOP);
    }
    let body = Size::new(body.w.max(width), body.h);
    let round = scene.notation == Notation::Classic && scene.nodes[node].shape == Shape::Process;
    Slot { size: Size::new(body.w, body.h + height), body, offset: Size::new(0.0, height / 2.0), round, parent }
}

/// Room for one loop on top of a node.
pub(crate) fn loop_width(label: Size) -> f64 {
    label.w.max(36.0) + 8.0
}

/// The lines of a node's name.
pub(crate) fn name_lines(node: &Node) -> Vec<String> {
    text::wrap(&node.name, NAME, 132.0, 4)
}

/// The second line of a node, cut if it is long.
pub(crate) fn detail_line(node: &Node) -> Option<String> {
    node.detail.as_ref().and_then(|detail| text::wrap(detail, DETAIL, 140.0, 1).pop())
}

fn node_size(notation: Notation, node: &Node) -> Size {
    let lines = name_lines(node);
    let detail = detail_line(node);
    let widest = lines.iter().map(|line| NAME.width(line)).fold(0.0, f64::max).max(detail.as_ref().map_or(0.0, |line| DETAIL.width(line)));
    let text = lines.len() as f64 * NAME.line() + detail.map_or(0.0, |_| DETAIL.line());
    let size = match (notation, node.shape) {
        (Notation::Guide, Shape::Person) => Size::new((widest + 20.0).max(84.0), text + FIGURE + 20.0),
        (Notation::Guide, Shape::Store) => Size::new((widest + 28.0).max(92.0), text + 18.0 + 2.0 * CAP),
        (Notation::Classic, Shape::Process) => Size::new((widest * 1.25 + 28.0).max(96.0), (text * 1.3 + 28.0).max(64.0)),
        _ => Size::new((widest + 28.0).max(92.0), (text + 20.0).max(42.0)),
    };
    Size::new(size.w.ceil(), size.h.ceil())
}

/// The title of a box: its name, and how far it is trusted, on the same line where that stays short.
pub(crate) fn title_lines(zone: &ZoneBox) -> (Vec<String>, Option<String>, bool) {
    let names = text::wrap(&zone.name, TITLE, 190.0, 2);
    let joined = zone.trust.as_ref().is_some_and(|trust| names.len() == 1 && TITLE.width(&names[0]) + LABEL.width(trust) + 18.0 <= 210.0);
    (names, zone.trust.clone(), joined)
}

/// Size of the title of a box, with room around it.
pub(crate) fn title_size(zone: &ZoneBox) -> Size {
    let (names, trust, joined) = title_lines(zone);
    let name = names.iter().map(|line| TITLE.width(line)).fold(0.0, f64::max);
    let trust_width = trust.as_ref().map_or(0.0, |trust| LABEL.width(trust));
    let lines = names.len() + usize::from(trust.is_some() && !joined);
    let width = if joined { name + trust_width + 18.0 } else { name.max(trust_width) };
    Size::new(width.ceil(), lines as f64 * TITLE.line() + 8.0)
}

/// Where the title of a box is written when the box is there.
pub(crate) fn title_in(zone: &ZoneBox, at: &Rect) -> Rect {
    let size = title_size(zone);
    Rect { x: at.x + 8.0, y: at.y + 2.0, w: size.w + 6.0, h: size.h }
}

/// Width of a line of a label with the signs before it; `locked` where the lock stands on it.
pub(crate) fn line_width(line: &Line, locked: bool) -> f64 {
    LABEL.width(&line.text) + line.marks.len() as f64 * MARK + if locked { LOCK } else { 0.0 }
}

/// The line of a label that the lock stands on: the protocol, else the last.
pub(crate) fn locked_line(edge: &Edge) -> Option<usize> {
    let lines = &edge.label.lines;
    let protocol = lines.iter().position(|line| line.role == LineRole::Protocol);
    edge.encrypted.then(|| protocol.or(lines.len().checked_sub(1))).flatten()
}

fn label_size(edge: &Edge) -> Size {
    let lines = &edge.label.lines;
    if lines.is_empty() {
        return Size::default();
    }
    let locked = locked_line(edge);
    let width = lines.iter().enumerate().map(|(ix, line)| line_width(line, locked == Some(ix))).fold(0.0, f64::max);
    let badge = if edge.threats.is_some() { BADGE } else { 0.0 };
    let height = (lines.len() as f64 * LABEL.line() + 4.0).max(if edge.threats.is_some() { 20.0 } else { 0.0 });
    Size::new((width + badge + 8.0).ceil(), height)
}
