//! Where everything goes: lays a scene out in several ways and keeps the best picture.
//!
//! What holds for every scene: nodes, labels and boxes do not overlap, a box contains exactly what is in it, and the
//! title of a box has a band of its own.

use super::geometry::{Point, Rect};
use super::graph::{Graph, Size};
use super::measure::{LOOP, Measured, ZoneAs, loop_width, measure};
use super::place::{Area, Engine, Margins, PADDING, Placement, Span, place};
use super::route::{Spot, on_curve, route};
use super::scene::Scene;
use super::{grid, score, sound};

/// A picture's coordinates, in the order of the scene's lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// Width of the picture.
    pub width: f64,
    /// Height of the picture.
    pub height: f64,
    /// Whether the flows run from left to right, not from top to bottom.
    pub left_to_right: bool,
    /// The nodes.
    pub nodes: Vec<Rect>,
    /// The boxes.
    pub zones: Vec<Rect>,
    /// The edges.
    pub edges: Vec<Route>,
}

/// The course of an edge: between two points it leaves and arrives in the direction of the flows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Route {
    /// From the border of the source to the border of the target.
    pub points: Vec<Point>,
    /// Where the label is.
    pub label: Option<Rect>,
}

/// Room around the picture.
const MARGIN: f64 = 20.0;

/// Lays out a scene: of what the engines give, the best that is sound; else a plain arrangement that always is.
pub fn layout(scene: &Scene) -> Layout {
    // Above this size the first that is sound has to do: each further one costs as much again and rarely wins.
    const BOTH: usize = 60;
    let measured = measure(scene);
    let both = measured.graph.slots.len() <= BOTH;
    let tries: &[(Engine, bool)] = match both {
        true => &[(Engine::Dagre, true), (Engine::Dagre, false), (Engine::Layered, true), (Engine::Layered, false)],
        false => &[(Engine::Layered, true), (Engine::Layered, false)],
    };
    let found = tries.iter().filter_map(|&(engine, left_to_right)| directed(&measured, engine, left_to_right));
    let sound = found.filter(|layout| sound::is_sound(scene, layout));
    let mut scored = sound.map(|layout| (if both { score::of(scene, &layout) } else { 0.0 }, layout));
    // Of two that are equally good the first is kept.
    let best = if both { scored.reduce(|best, other| if other.0 < best.0 { other } else { best }) } else { scored.next() };
    best.map_or_else(|| arranged(&measured), |(_, layout)| layout)
}

/// The plain arrangement, with straight arrows and without labels.
fn arranged(measured: &Measured) -> Layout {
    let (nodes, zones, routes) = grid::arrange(measured);
    let mut edges: Vec<Route> = routes.into_iter().map(|points| Route { points: points.to_vec(), label: None }).collect();
    add_loops(&measured.graph, &nodes, &mut edges);
    settled(Layout { width: 0.0, height: 0.0, left_to_right: true, nodes, zones, edges })
}

fn directed(measured: &Measured, engine: Engine, left_to_right: bool) -> Option<Layout> {
    let mut graph = if left_to_right { transposed(&measured.graph) } else { measured.graph.clone() };
    let margins: Vec<Margins> = graph.frames.iter().map(|frame| margins(frame.title, left_to_right)).collect();
    let mut placed = place(&graph, &margins, engine)?;
    if widen(&mut graph, &margins, &placed) {
        placed = place(&graph, &margins, engine)?;
    }
    for (slot, area) in graph.slots.iter().zip(&mut placed.nodes) {
        area.along = about(area.along.mid() + slot.offset.h, slot.body.h);
        area.across = about(area.across.mid() + slot.offset.w, slot.body.w);
    }
    let routes = route(&graph, &placed);
    Some(assemble(measured, &placed, &routes, left_to_right))
}

fn about(centre: f64, size: f64) -> Span {
    Span { lo: centre - size / 2.0, hi: centre + size / 2.0 }
}

fn transposed(graph: &Graph) -> Graph {
    let mut graph = graph.clone();
    for slot in &mut graph.slots {
        (slot.size, slot.body, slot.offset) = (slot.size.transposed(), slot.body.transposed(), slot.offset.transposed());
    }
    for link in &mut graph.links {
        link.label = link.label.transposed();
    }
    graph
}

/// The title is at the top: across the flows where they run to the right, along them where they run down.
fn margins(title: Size, left_to_right: bool) -> Margins {
    let (band, least) = (title.h + 10.0, title.w + 24.0);
    if left_to_right {
        Margins { along_lo: PADDING, across_lo: band, least_along: least, least_across: 0.0 }
    } else {
        Margins { along_lo: band, across_lo: PADDING, least_along: 0.0, least_across: least }
    }
}

/// Makes room in the ranks of boxes that are too short for their title; says whether any was.
fn widen(graph: &mut Graph, margins: &[Margins], placed: &Placement) -> bool {
    let mut changed = false;
    for (frame, margins) in margins.iter().enumerate() {
        let inside = (0..graph.slots.len()).filter(|&slot| graph.lineage(graph.slots[slot].parent).any(|up| up == frame));
        let spans = inside.map(|slot| (slot, placed.nodes[slot].along));
        let Some((widest, _)) = spans.clone().max_by(|a, b| (a.1.hi - a.1.lo).total_cmp(&(b.1.hi - b.1.lo))) else { continue };
        let Some(hull) = spans.map(|(_, span)| span).reduce(Span::hull) else { continue };
        let missing = margins.least_along - (hull.hi - hull.lo) - margins.along_lo - PADDING;
        if missing > 0.0 {
            graph.slots[widest].size.h += missing;
            changed = true;
        }
    }
    changed
}

fn assemble(measured: &Measured, placed: &Placement, routes: &[Vec<Spot>], left_to_right: bool) -> Layout {
    let rect = |area: &Area| {
        let (x, y) = if left_to_right { (area.along, area.across) } else { (area.across, area.along) };
        Rect { x: x.lo, y: y.lo, w: x.hi - x.lo, h: y.hi - y.lo }
    };
    let zones = measured.zones.iter().map(|zone| match zone {
        ZoneAs::Frame(ix) => rect(&placed.zones[*ix]),
        ZoneAs::Slot(ix) => rect(&placed.nodes[*ix]),
    });
    let first_zone = placed.nodes.len() - measured.zones.iter().filter(|zone| matches!(zone, ZoneAs::Slot(_))).count();
    let nodes: Vec<Rect> = placed.nodes[..first_zone].iter().map(rect).collect();
    let point = |spot: &Spot| if left_to_right { Point { x: spot.along, y: spot.across } } else { Point { x: spot.across, y: spot.along } };
    let mut edges: Vec<Route> = routes
        .iter()
        .zip(&placed.stops)
        .map(|(spots, stops)| Route {
            points: spots.iter().map(point).collect(),
            label: stops.iter().find(|stop| stop.is_label).map(|stop| rect(&stop.area)),
        })
        .collect();
    add_loops(&measured.graph, &nodes, &mut edges);
    settled(Layout { width: 0.0, height: 0.0, left_to_right, nodes, zones: zones.collect(), edges })
}

/// Loops go up and down again on top of their node, the label above.
fn add_loops(graph: &Graph, nodes: &[Rect], edges: &mut [Route]) {
    let mut used = vec![0.0; nodes.len()];
    for (link, route) in graph.links.iter().zip(edges) {
        let super::graph::End::Node(ix) = link.from else { continue };
        if link.from != link.to || ix >= nodes.len() {
            continue;
        }
        let width = loop_width(link.label);
        let total: f64 =
            graph.links.iter().filter(|other| other.from == link.from && other.to == link.to).map(|other| loop_width(other.label)).sum();
        let middle = nodes[ix].centre().x - total / 2.0 + used[ix] + width / 2.0;
        used[ix] += width;
        let (top, high) = (nodes[ix].y, nodes[ix].y - LOOP + 4.0);
        route.points = [(-12.0, top), (-12.0, high), (12.0, high), (12.0, top)].map(|(dx, y)| Point { x: middle + dx, y }).to_vec();
        let label = Rect { x: middle - link.label.w / 2.0, y: high - link.label.h, w: link.label.w, h: link.label.h };
        route.label = (link.label.h > 0.0).then_some(label);
    }
}

/// Moves everything to positive, whole coordinates.
fn settled(mut layout: Layout) -> Layout {
    let labels = layout.edges.iter().filter_map(|route| route.label);
    let points = layout.edges.iter().flat_map(|route| &route.points).map(|p| Rect { x: p.x, y: p.y, w: 0.0, h: 0.0 });
    let all = layout.nodes.iter().copied().chain(layout.zones.iter().copied()).chain(labels).chain(points);
    let bounds = all.reduce(|a, b| a.around(&b)).unwrap_or_default();
    let (dx, dy) = (MARGIN - bounds.x, MARGIN - bounds.y);
    let round = |at: f64| (at * 10.0).round() / 10.0;
    let shift = |rect: &mut Rect| {
        let (right, bottom) = (round(rect.x + rect.w + dx), round(rect.y + rect.h + dy));
        let (x, y) = (round(rect.x + dx), round(rect.y + dy));
        *rect = Rect { x, y, w: round(right - x), h: round(bottom - y) };
    };
    layout.nodes.iter_mut().chain(&mut layout.zones).for_each(shift);
    for route in &mut layout.edges {
        route.label.iter_mut().for_each(shift);
        for point in &mut route.points {
            *point = Point { x: round(point.x + dx), y: round(point.y + dy) };
        }
    }
    (layout.width, layout.height) = ((bounds.w + 2.0 * MARGIN).ceil(), (bounds.h + 2.0 * MARGIN).ceil());
    layout
}

impl Layout {
    /// An edge as a chain of short straight pieces, as it is drawn.
    pub(crate) fn traced(&self, edge: usize) -> Vec<Point> {
        const PIECE: f64 = 24.0;
        let points = &self.edges[edge].points;
        let spot = |p: &Point| if self.left_to_right { Spot { along: p.x, across: p.y } } else { Spot { along: p.y, across: p.x } };
        let mut traced: Vec<Point> = points.first().copied().into_iter().collect();
        for pair in points.windows(2) {
            let length = (pair[0].x - pair[1].x).abs() + (pair[0].y - pair[1].y).abs();
            let steps = (length / PIECE).clamp(6.0, 60.0).ceil();
            for step in std::iter::successors(Some(1.0), |step| Some(step + 1.0)).take_while(|&step| step <= steps) {
                let at = on_curve(spot(&pair[0]), spot(&pair[1]), step / steps);
                traced.push(if self.left_to_right { Point { x: at.along, y: at.across } } else { Point { x: at.across, y: at.along } });
            }
        }
        traced
    }
}
