//! Positions on two axes: *along* the flows, where ranks decide, and *across* them, where order decides.
//!
//! Ranks and order come from a layered layout (dagre). Its boxes are only as wide as their borders happen to be, so
//! that positions across are computed once more here, under constraints that make overlaps impossible: siblings that
//! share a stretch along keep their order and a distance, and a box starts before and ends after what is in it.

use dugong::graphlib::{Graph as DagreGraph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel};

use super::graph::{End, Graph};
use super::separate::{Neighbours, Sweep, separate, straighten};

/// Room between the border of a box and what is in it.
pub(crate) const PADDING: f64 = 16.0;

/// A stretch of an axis.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Span {
    pub(crate) lo: f64,
    pub(crate) hi: f64,
}

impl Span {
    pub(crate) fn about(centre: f64, size: f64) -> Self {
        Self { lo: centre - size / 2.0, hi: centre + size / 2.0 }
    }

    pub(crate) fn mid(self) -> f64 {
        f64::midpoint(self.lo, self.hi)
    }

    pub(crate) fn shares(self, other: Self) -> bool {
        self.lo < other.hi && other.lo < self.hi
    }

    pub(crate) fn hull(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }
}

/// A box of the picture as stretches of the two axes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Area {
    pub(crate) along: Span,
    pub(crate) across: Span,
}

/// What an area belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Node(usize),
    Zone(usize),
    /// A place that an edge passes; the label, if `true`.
    Stop(usize, bool),
}

/// Something with a position across, in a tree by `parent`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    pub(crate) role: Role,
    pub(crate) parent: Option<usize>,
    pub(crate) area: Area,
    /// Decides which of two siblings comes first; fixed, so that moving things never makes edges cross.
    pub(crate) order: f64,
}

/// A place that an edge passes: the label or a gap between nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stop {
    pub(crate) area: Area,
    pub(crate) is_label: bool,
}

/// The result, in the order of the graph's lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placement {
    pub(crate) nodes: Vec<Area>,
    /// For each node the stretch along that its rank takes up.
    pub(crate) ranks: Vec<Span>,
    pub(crate) zones: Vec<Area>,
    /// For each link, from its start to its end.
    pub(crate) stops: Vec<Vec<Stop>>,
}

/// The band that a box keeps free for its title, before and after what is in it, on each axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Margins {
    pub(crate) along_lo: f64,
    pub(crate) across_lo: f64,
    /// Least size of a box, so that its title fits.
    pub(crate) least_along: f64,
    pub(crate) least_across: f64,
}

/// Distances between things.
pub(crate) const GAP: f64 = 22.0;
pub(crate) const EDGE_GAP: f64 = 12.0;
const RANK_GAP: f64 = 64.0;

/// Places a graph whose flows run down the *along* axis: `w` of sizes is across, `h` along.
pub(crate) fn place(graph: &Graph, margins: &[Margins]) -> Placement {
    let mut items = ranked(graph);
    add_frames(graph, margins, &mut items);
    separate(margins, &mut items);
    let neighbours = Neighbours::of(&chains(graph, &items), &items);
    // Sweeps carry a position from one end of the picture to the other; what is left is evened out at the end.
    for round in 0..ROUNDS {
        let sweep = if round >= ROUNDS / 2 {
            Sweep::Both
        } else if round % 2 == 0 {
            Sweep::Backward
        } else {
            Sweep::Forward
        };
        straighten(&neighbours, sweep, &mut items);
        separate(margins, &mut items);
    }
    collect(graph, &items)
}

const ROUNDS: usize = 16;

/// Nodes and stops as the layered layout puts them.
fn ranked(graph: &Graph) -> Vec<Item> {
    let mut dagre = dagre_graph(graph);
    // The layout refuses only what exceeds its work budget; then everything goes into one rank.
    let done = dugong::layout(&mut dagre).is_ok();
    let mut items: Vec<Item> = graph
        .slots
        .iter()
        .enumerate()
        .map(|(ix, slot)| {
            let label = dagre.node(&format!("n{ix}")).filter(|_| done);
            let (x, y) = label.and_then(|n| Some((n.x?, n.y?))).unwrap_or((ix as f64, 0.0));
            let area = Area { along: Span::about(y, slot.size.h), across: Span::about(x, slot.size.w) };
            Item { role: Role::Node(ix), parent: slot.parent, area, order: x }
        })
        .collect();
    let layers = layers(&items, graph, &dagre);
    for (ix, link) in graph.links.iter().enumerate() {
        let Some((v, w)) = ends(graph, ix).filter(|_| done) else { continue };
        let Some(edge) = dagre.edge(&v, &w, Some(&ix.to_string())) else { continue };
        let middle = edge.points.len().saturating_sub(1);
        for point in edge.points.get(1..middle).unwrap_or_default() {
            let is_label = link.label.h > 0.0 && edge.y.is_some_and(|y| (y - point.y).abs() < 0.5);
            let size = if is_label { link.label.w } else { 0.0 };
            let along = if is_label { Span::about(point.y, link.label.h) } else { layer_at(&layers, point.y) };
            let across = if is_label { edge.x.unwrap_or(point.x) } else { point.x };
            items.push(Item {
                role: Role::Stop(ix, is_label),
                parent: None,
                area: Area { along, across: Span::about(across, size) },
                order: across,
            });
        }
    }
    items
}

fn dagre_graph(graph: &Graph) -> DagreGraph<NodeLabel, EdgeLabel, GraphLabel> {
    let mut dagre = DagreGraph::new(GraphOptions { multigraph: true, compound: true, directed: true });
    dagre.set_graph(GraphLabel { nodesep: GAP, edgesep: EDGE_GAP, ranksep: RANK_GAP, ..GraphLabel::default() });
    for (ix, slot) in graph.slots.iter().enumerate() {
        dagre.set_node(format!("n{ix}"), NodeLabel { width: slot.size.w, height: slot.size.h, ..NodeLabel::default() });
    }
    for (ix, _) in graph.frames.iter().enumerate().filter(|(ix, _)| graph.representative(*ix).is_some()) {
        dagre.set_node(format!("z{ix}"), NodeLabel::default());
    }
    for (ix, frame) in graph.frames.iter().enumerate().filter(|(ix, _)| graph.representative(*ix).is_some()) {
        if let Some(parent) = frame.parent {
            dagre.set_parent(format!("z{ix}"), format!("z{parent}"));
        }
    }
    for (ix, slot) in graph.slots.iter().enumerate() {
        if let Some(parent) = slot.parent {
            dagre.set_parent(format!("n{ix}"), format!("z{parent}"));
        }
    }
    for (ix, link) in graph.links.iter().enumerate() {
        let Some((v, w)) = ends(graph, ix) else { continue };
        let label = EdgeLabel { width: link.label.w, height: link.label.h, weight: 1.0, ..EdgeLabel::default() };
        dagre.set_edge_named(v, w, Some(ix.to_string()), Some(label));
    }
    dagre
}

/// The nodes that a link runs between for the layered layout; none for a loop.
fn ends(graph: &Graph, link: usize) -> Option<(String, String)> {
    let node = |end| match end {
        End::Node(ix) => Some(ix),
        End::Zone(ix) => graph.representative(ix),
    };
    let (from, to) = (node(graph.links[link].from)?, node(graph.links[link].to)?);
    (from != to).then(|| (format!("n{from}"), format!("n{to}")))
}

/// The stretches along that ranks take up.
fn layers(items: &[Item], graph: &Graph, dagre: &DagreGraph<NodeLabel, EdgeLabel, GraphLabel>) -> Vec<Span> {
    let mut spans: Vec<Span> = items.iter().map(|item| item.area.along).collect();
    for (ix, link) in graph.links.iter().enumerate().filter(|(_, link)| link.label.h > 0.0) {
        let label = ends(graph, ix).and_then(|(v, w)| dagre.edge(&v, &w, Some(&ix.to_string())));
        spans.extend(label.and_then(|edge| edge.y).map(|y| Span::about(y, link.label.h)));
    }
    spans.sort_by(|a, b| a.mid().total_cmp(&b.mid()));
    let mut layers: Vec<Span> = Vec::new();
    for span in spans {
        match layers.last_mut().filter(|last| (last.mid() - span.mid()).abs() < 0.5) {
            Some(last) => *last = last.hull(span),
            None => layers.push(span),
        }
    }
    layers
}

fn layer_at(layers: &[Span], along: f64) -> Span {
    layers.iter().copied().find(|layer| (layer.mid() - along).abs() < 0.5).unwrap_or(Span { lo: along, hi: along })
}

/// Adds the boxes, whose stretch along follows from their nodes, and gives every stop the box that it passes through.
fn add_frames(graph: &Graph, margins: &[Margins], items: &mut Vec<Item>) {
    let cores: Vec<Option<Span>> = (0..graph.frames.len()).map(|frame| core(graph, items, frame)).collect();
    for item in items.iter_mut() {
        if let Role::Stop(link, _) = item.role {
            item.parent = owner(graph, &cores, link, item.area.along.mid());
        }
    }
    let mut along: Vec<Option<Span>> = vec![None; graph.frames.len()];
    for frame in (0..graph.frames.len()).rev() {
        let inner = items.iter().filter(|item| item.parent == Some(frame)).map(|item| item.area.along);
        let boxes = (0..graph.frames.len()).filter(|&other| graph.frames[other].parent == Some(frame)).filter_map(|other| along[other]);
        let hull = inner.chain(boxes).reduce(Span::hull);
        along[frame] = hull.map(|hull| widened(hull, &margins[frame]));
    }
    for (frame, span) in along.into_iter().enumerate() {
        // A box with nothing in it is represented by a node of its own, so that there always is a stretch.
        let across = Span { lo: f64::NAN, hi: f64::NAN };
        let area = Area { along: span.unwrap_or_default(), across };
        items.push(Item { role: Role::Zone(frame), parent: graph.frames[frame].parent, area, order: 0.0 });
    }
    for frame in (0..graph.frames.len()).rev() {
        let across = hull_across(items, frame).unwrap_or_default();
        set_across(items, frame, Span { lo: across.lo - margins[frame].across_lo, hi: across.hi + PADDING });
    }
}

fn widened(hull: Span, margins: &Margins) -> Span {
    let span = Span { lo: hull.lo - margins.along_lo, hi: hull.hi + PADDING };
    let missing = (margins.least_along - (span.hi - span.lo)).max(0.0);
    Span { lo: span.lo, hi: span.hi + missing }
}

fn core(graph: &Graph, items: &[Item], frame: usize) -> Option<Span> {
    let inside = |item: &&Item| matches!(item.role, Role::Node(_)) && graph.lineage(item.parent).any(|up| up == frame);
    items.iter().filter(inside).map(|item| item.area.along).reduce(Span::hull)
}

/// The innermost box at an end of the link that spans a position along, or what is around both ends.
fn owner(graph: &Graph, cores: &[Option<Span>], link: usize, along: f64) -> Option<usize> {
    let (a, b) = (inside(graph, graph.links[link].from), inside(graph, graph.links[link].to));
    let common = graph.common(a, b);
    let spans = |frame: &usize| cores[*frame].is_some_and(|core| core.lo <= along && along <= core.hi);
    let from_end = |end| graph.lineage(end).take_while(|&up| Some(up) != common).find(spans);
    from_end(a).or_else(|| from_end(b)).or(common)
}

fn inside(graph: &Graph, end: End) -> Option<usize> {
    match end {
        End::Node(ix) => graph.slots[ix].parent,
        End::Zone(ix) => Some(ix),
    }
}

fn hull_across(items: &[Item], frame: usize) -> Option<Span> {
    items
        .iter()
        .filter(|item| item.parent == Some(frame) && item.area.across.lo.is_finite())
        .map(|item| item.area.across)
        .reduce(Span::hull)
}

fn set_across(items: &mut [Item], frame: usize, across: Span) {
    for item in items.iter_mut().filter(|item| item.role == Role::Zone(frame)) {
        item.area.across = across;
        item.order = across.mid();
    }
}

/// For each link the items that it runs through, from end to end.
fn chains(graph: &Graph, items: &[Item]) -> Vec<Vec<usize>> {
    let mut chains: Vec<Vec<usize>> = vec![Vec::new(); graph.links.len()];
    for (ix, item) in items.iter().enumerate() {
        if let Role::Stop(link, _) = item.role {
            chains[link].push(ix);
        }
    }
    for (link, chain) in graph.links.iter().zip(&mut chains) {
        let node = |end| match end {
            End::Node(ix) => Some(ix),
            End::Zone(ix) => graph.representative(ix),
        };
        // Nodes are the first items, in the order of the graph.
        if let (Some(from), Some(to), false) = (node(link.from), node(link.to), chain.is_empty()) {
            chain.insert(0, from);
            chain.push(to);
        }
    }
    chains
}

fn collect(graph: &Graph, items: &[Item]) -> Placement {
    let mut result = Placement {
        nodes: vec![Area::default(); graph.slots.len()],
        ranks: vec![Span::default(); graph.slots.len()],
        zones: vec![Area::default(); graph.frames.len()],
        stops: vec![Vec::new(); graph.links.len()],
    };
    let nodes: Vec<Item> = items.iter().filter(|item| matches!(item.role, Role::Node(_))).copied().collect();
    for item in items {
        match item.role {
            Role::Node(ix) => {
                result.nodes[ix] = item.area;
                let peers = nodes.iter().map(|peer| peer.area.along).filter(|along| (along.mid() - item.area.along.mid()).abs() < 0.5);
                result.ranks[ix] = peers.fold(item.area.along, Span::hull);
            }
            Role::Zone(ix) => result.zones[ix] = item.area,
            Role::Stop(link, is_label) => result.stops[link].push(Stop { area: item.area, is_label }),
        }
    }
    result
}
