//! Places that people chose hold; the other nodes keep their places from the best picture, as near as that goes, boxes
//! go around what is in them, and the arrows are drawn anew.

use super::faults::Faults;
use super::geometry::{Point, Rect};
use super::graph::{End, Graph};
use super::layout::{Layout, Route, Style, add_loops, on_page};
use super::measure::{Measured, ZoneAs};
use super::place::PADDING;
use super::scene::Scene;
use super::weave::{Ground, Thread, weave};

/// The most nodes around which ways are searched; beyond, arrows are straight lines.
const MOST_WOVEN: usize = 400;
/// Room between nodes.
const ROOM: f64 = 24.0;

/// The picture with the chosen places, starting from another one; nothing where no place was chosen, or where the
/// chosen places and the boxes contradict each other.
pub(crate) fn respected(scene: &Scene, measured: &Measured, base: &Layout) -> Option<Layout> {
    if scene.nodes.iter().all(|node| node.pin.is_none()) {
        return None;
    }
    let slots = places(scene, measured, base);
    let layout = on_page(around(measured, slots));
    (Faults::of(scene, &layout).serious() == 0).then_some(layout)
}

/// Boxes around slots whose bodies have their places, and arrows between them.
pub(crate) fn around(measured: &Measured, bodies: Vec<Rect>) -> Layout {
    let graph = &measured.graph;
    let frames = frames(graph, &bodies);
    let titles =
        frames.iter().zip(&graph.frames).map(|(r, frame)| Rect { x: r.x + 6.0, y: r.y, w: frame.title.w + 10.0, h: frame.title.h + 4.0 });
    let ground = Ground { nodes: bodies.clone(), titles: titles.collect() };
    let place = |end: End| match end {
        End::Node(ix) => bodies[ix],
        End::Zone(ix) => frames[ix],
    };
    let straight: Vec<usize> = (0..graph.links.len()).filter(|&ix| graph.links[ix].from != graph.links[ix].to).collect();
    let threads: Vec<Thread> = straight
        .iter()
        .map(|&ix| &graph.links[ix])
        .map(|link| Thread { from: place(link.from), to: place(link.to), label: link.label })
        .collect();
    let mut edges = vec![Route::default(); graph.links.len()];
    let woven = if bodies.len() <= MOST_WOVEN { weave(&ground, &[], &threads) } else { vec![None; threads.len()] };
    for ((ix, thread), route) in straight.into_iter().zip(&threads).zip(woven) {
        let line = || Route { points: vec![thread.from.centre(), thread.to.centre()], label: None, angular: false };
        edges[ix] = route.unwrap_or_else(line);
    }
    add_loops(graph, &bodies, &mut edges);
    let zones = measured.zones.iter().map(|zone| match zone {
        ZoneAs::Frame(ix) => frames[*ix],
        ZoneAs::Slot(ix) => bodies[*ix],
    });
    let empty = measured.zones.iter().filter(|zone| matches!(zone, ZoneAs::Slot(_))).count();
    let zones = zones.collect();
    let nodes = bodies[..bodies.len() - empty].to_vec();
    Layout { left_to_right: true, style: Style::Angular, nodes, zones, edges, ..Layout::default() }
}

/// Inner boxes first: each as large as what is in it, its padding and its title need.
fn frames(graph: &Graph, bodies: &[Rect]) -> Vec<Rect> {
    let mut frames: Vec<Rect> = vec![Rect::default(); graph.frames.len()];
    for ix in (0..graph.frames.len()).rev() {
        let slots = graph.slots.iter().zip(bodies).filter(|(slot, _)| slot.parent == Some(ix)).map(|(slot, body)| Rect {
            // Loops stand above their node.
            y: body.y - (slot.size.h - slot.body.h),
            h: body.h + slot.size.h - slot.body.h,
            ..*body
        });
        let inner = graph.frames.iter().zip(&frames).filter(|(frame, _)| frame.parent == Some(ix)).map(|(_, r)| *r);
        let hull = slots.chain(inner).reduce(|a, b| a.around(&b)).unwrap_or_default();
        let title = graph.frames[ix].title;
        let (x, y) = (hull.x - PADDING, hull.y - title.h - 10.0);
        frames[ix] = Rect { x, y, w: (hull.w + 2.0 * PADDING).max(title.w + 24.0), h: hull.y + hull.h + PADDING - y };
    }
    frames
}

/// Places of all bodies: those that were chosen, then each other one as near to its place as there is room.
fn places(scene: &Scene, measured: &Measured, base: &Layout) -> Vec<Rect> {
    let graph = &measured.graph;
    let pins: Vec<Option<Point>> = graph.slots.iter().enumerate().map(|(ix, _)| scene.nodes.get(ix).and_then(|node| node.pin)).collect();
    let start: Vec<Rect> = (0..graph.slots.len()).map(|ix| start(measured, base, ix)).collect();
    let chosen: Vec<(Rect, Point)> = pins.iter().zip(&start).filter_map(|(pin, r)| Some((*r, (*pin)?))).collect();
    let count = chosen.len().max(1) as f64;
    let dx = chosen.iter().map(|(r, pin)| pin.x - r.x).sum::<f64>() / count;
    let dy = chosen.iter().map(|(r, pin)| pin.y - r.y).sum::<f64>() / count;
    let mut bodies: Vec<Rect> = start.iter().map(|r| Rect { x: r.x + dx, y: r.y + dy, ..*r }).collect();
    let mut settled: Vec<usize> = Vec::new();
    for (ix, pin) in pins.iter().enumerate() {
        if let Some(pin) = pin {
            (bodies[ix].x, bodies[ix].y) = (pin.x, pin.y);
            settled.push(ix);
        }
    }
    for ix in 0..bodies.len() {
        if pins[ix].is_none() {
            bodies[ix] = free_place(&bodies, &settled, &bodies[ix]);
            settled.push(ix);
        }
    }
    bodies
}

fn start(measured: &Measured, base: &Layout, slot: usize) -> Rect {
    let zone = || measured.zones.iter().position(|zone| *zone == ZoneAs::Slot(slot));
    base.nodes.get(slot).copied().or_else(|| zone().map(|zone| base.zones[zone])).unwrap_or_default()
}

/// The nearest place around the wanted one that keeps its distance from everything that has its place.
fn free_place(bodies: &[Rect], settled: &[usize], wanted: &Rect) -> Rect {
    const STEP: f64 = 20.0;
    const RINGS: i32 = 60;
    let free = |r: &Rect| !settled.iter().any(|&other| bodies[other].grown(ROOM).overlaps(r));
    for ring in 0..RINGS {
        for dy in -ring..=ring {
            let edge = dy.abs() == ring;
            let step = if edge { 1 } else { (2 * ring).max(1) };
            let mut dx = -ring;
            while dx <= ring {
                let r = Rect { x: wanted.x + f64::from(dx) * STEP, y: wanted.y + f64::from(dy) * STEP, ..*wanted };
                if free(&r) {
                    return r;
                }
                dx += step;
            }
        }
    }
    *wanted
}
