//! Positions on two axes: *along* the flows, where ranks decide, and *across* them, where order decides.
//!
//! Ranks and order come from a layered layout, of which there are two (see [`Engine`]). Its boxes are only as wide as their borders happen to be, so
//! that positions across are computed once more here, under constraints that make overlaps impossible: siblings that
//! share a stretch along keep their order and a distance, and a box starts before and ends after what is in it.

use super::graph::{End, Graph};
use super::separate::{Neighbours, Sweep, separate, straighten};
use super::{dagre, layered};

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
    /// The stretch along that its rank takes up.
    pub(crate) rank: Span,
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
pub(crate) const RANK_GAP: f64 = 64.0;

/// What decides ranks and order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Dagre: the best to read, but it loses nodes where boxes and long edges contradict each other.
    Dagre,
    /// The layers of this crate, which hold for every graph.
    Layered,
}

/// Places a graph whose flows run down the *along* axis: `w` of sizes is across, `h` along. Nothing where the engine
/// gives up, or where there is so much to place that the picture would take seconds.
pub(crate) fn place(graph: &Graph, margins: &[Margins], engine: Engine) -> Option<Placement> {
    // Between two ranks there may be the band of a title, beside which arrows need room to bend.
    let band = margins.iter().map(|margins| margins.along_lo - PADDING).fold(0.0, f64::max);
    let mut items = match engine {
        Engine::Dagre => dagre::ranked(graph)?,
        Engine::Layered => layered::ranked(graph, RANK_GAP / 2.0 + band, MOST_ITEMS)?,
    };
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
    Some(collect(graph, &items))
}

/// Nodes and stops that can be placed within a second or two.
const MOST_ITEMS: usize = 20_000;

const ROUNDS: usize = 16;

/// Adds the boxes, whose stretch along follows from their nodes.
fn add_frames(graph: &Graph, margins: &[Margins], items: &mut Vec<Item>) {
    assign_owners(graph, items);
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

/// Gives every stop the box that it passes through; only the stretches along have to be known.
pub(crate) fn assign_owners(graph: &Graph, items: &mut [Item]) {
    let cores: Vec<Option<Span>> = (0..graph.frames.len()).map(|frame| core(graph, items, frame)).collect();
    for item in items.iter_mut() {
        if let Role::Stop(link, _) = item.role {
            item.parent = owner(graph, &cores, link, item.area.along.mid());
        }
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
        // Nodes are the first items, in the order of the graph.
        if let (Some((from, to)), false) = (graph.ends(link), chain.is_empty()) {
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
    let ranks = rank_spans(items);
    for (item, &rank) in items.iter().zip(&ranks) {
        match item.role {
            Role::Node(ix) => (result.nodes[ix], result.ranks[ix]) = (item.area, rank),
            Role::Zone(ix) => result.zones[ix] = item.area,
            Role::Stop(link, is_label) => result.stops[link].push(Stop { area: item.area, rank, is_label }),
        }
    }
    result
}

/// For each item the stretch that the nodes and stops with the same middle take up together.
fn rank_spans(items: &[Item]) -> Vec<Span> {
    let mut spans: Vec<Span> = items.iter().map(|item| item.area.along).collect();
    let mut order: Vec<usize> = (0..items.len()).filter(|&ix| !matches!(items[ix].role, Role::Zone(_))).collect();
    order.sort_by(|&a, &b| spans[a].mid().total_cmp(&spans[b].mid()).then(a.cmp(&b)));
    for rank in order.chunk_by(|&a, &b| items[b].area.along.mid() - items[a].area.along.mid() < 0.5) {
        let hull = rank.iter().map(|&ix| items[ix].area.along).reduce(Span::hull).unwrap_or_default();
        rank.iter().for_each(|&ix| spans[ix] = hull);
    }
    spans
}
