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
    let frames = frames(graph, &bodies, |_| true);
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
    let (nodes, zones) = measured.placed(&bodies, &frames);
    Layout { left_to_right: true, style: Style::Angular, nodes, zones, edges, ..Layout::default() }
}

/// Inner boxes first: each as large as what is in it, its padding and its title need.
fn frames(graph: &Graph, bodies: &[Rect], counts: impl Fn(usize) -> bool) -> Vec<Rect> {
    let mut frames: Vec<Rect> = vec![Rect::default(); graph.frames.len()];
    for ix in (0..graph.frames.len()).rev() {
        let inside = (0..graph.slots.len()).filter(|&slot| graph.slots[slot].parent == Some(ix) && counts(slot));
        // Loops stand above their node.
        let slots = inside.map(|slot| {
            let (body, loops) = (bodies[slot], graph.slots[slot].size.h - graph.slots[slot].body.h);
            Rect { y: body.y - loops, h: body.h + loops, ..body }
        });
        let inner = graph.frames.iter().zip(&frames).filter(|(frame, _)| frame.parent == Some(ix)).map(|(_, r)| *r);
        let inner = inner.filter(|r| r.w > 0.0);
        let Some(hull) = slots.chain(inner).reduce(|a, b| a.around(&b)) else { continue };
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
    let mut bodies: Vec<Rect> = (0..start.len()).map(|ix| moved(graph, &start, &pins, ix)).collect();
    let mut settled: Vec<usize> = Vec::new();
    for (ix, pin) in pins.iter().enumerate() {
        if let Some(pin) = pin {
            (bodies[ix].x, bodies[ix].y) = (pin.x, pin.y);
            settled.push(ix);
        }
    }
    for ix in 0..bodies.len() {
        if pins[ix].is_none() {
            let boxes = frames(graph, &bodies, |slot| settled.contains(&slot));
            let is_foreign = |frame: &usize| boxes[*frame].w > 0.0 && !graph.lineage(graph.slots[ix].parent).any(|up| up == *frame);
            let mut taken: Vec<Rect> = (0..boxes.len()).filter(is_foreign).map(|frame| boxes[frame].grown(ROOM / 2.0)).collect();
            taken.extend(settled.iter().map(|&other| bodies[other].grown(ROOM)));
            bodies[ix] = free_place(&taken, &bodies[ix]);
            settled.push(ix);
        }
    }
    bodies
}

/// Where a node would be if it went with those of its box, or of the nearest box around it, that have chosen places.
fn moved(graph: &Graph, start: &[Rect], pins: &[Option<Point>], slot: usize) -> Rect {
    let within =
        |frame: Option<usize>, other: usize| frame.is_none_or(|frame| graph.lineage(graph.slots[other].parent).any(|up| up == frame));
    let frames = graph.lineage(graph.slots[slot].parent).map(Some).chain([None]);
    let mean = |frame: Option<usize>| {
        let near = (0..start.len()).filter(|&other| within(frame, other));
        let shifts: Vec<(f64, f64)> =
            near.filter_map(|other| pins[other].map(|pin| (pin.x - start[other].x, pin.y - start[other].y))).collect();
        let count = shifts.len() as f64;
        let sum = shifts.iter().fold((0.0, 0.0), |sum, shift| (sum.0 + shift.0, sum.1 + shift.1));
        (!shifts.is_empty()).then(|| (sum.0 / count, sum.1 / count))
    };
    let (dx, dy) = frames.into_iter().find_map(mean).unwrap_or_default();
    Rect { x: start[slot].x + dx, y: start[slot].y + dy, ..start[slot] }
}

fn start(measured: &Measured, base: &Layout, slot: usize) -> Rect {
    let zone = || measured.zones.iter().position(|zone| *zone == ZoneAs::Slot(slot));
    base.nodes.get(slot).copied().or_else(|| zone().map(|zone| base.zones[zone])).unwrap_or_default()
}

/// The nearest place around the wanted one that is not taken.
fn free_place(taken: &[Rect], wanted: &Rect) -> Rect {
    const STEP: f64 = 20.0;
    const RINGS: i32 = 60;
    let free = |r: &Rect| !taken.iter().any(|other| other.overlaps(r));
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
