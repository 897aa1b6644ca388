//! A picture from ranks and orders: places on the axes of the flows, turned into pixels.

use super::geometry::{Point, Rect};
use super::graph::{Graph, Size};
use super::layout::{Layout, Route, Style};
use super::measure::Measured;
use super::place::{Area, Engine, Margins, PADDING, Placement, Span, place};
use super::route::{Spot, route};

/// Lays out with an engine, flows running to the right or down; nothing where the engine gives up.
pub(crate) fn layout(measured: &Measured, engine: Engine, left_to_right: bool) -> Option<Layout> {
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
    let rects = |areas: &[Area]| areas.iter().map(rect).collect::<Vec<Rect>>();
    let (nodes, zones) = measured.placed(&rects(&placed.nodes), &rects(&placed.zones));
    let point = |spot: &Spot| if left_to_right { Point { x: spot.along, y: spot.across } } else { Point { x: spot.across, y: spot.along } };
    let edges: Vec<Route> = routes
        .iter()
        .zip(&placed.stops)
        .map(|(spots, stops)| Route {
            points: spots.iter().map(point).collect(),
            label: stops.iter().find(|stop| stop.is_label).map(|stop| rect(&stop.area)),
            angular: false,
        })
        .collect();
    Layout { left_to_right, style: Style::Curved, nodes, zones, edges, ..Layout::default() }
}
