//! Several pictures of the same scene, drawn at the same time, of which the best is shown.
//!
//! What must hold decides first, then what is easier to read; of two that are equally good the earlier is kept, so that
//! the choice depends on the scene alone. Whatever the engines say, the plain arrangement is always there.

use std::thread;

#[cfg(feature = "elk")]
use super::elk::{self, Request};
use super::faults::Faults;
use super::geometry::Rect;
use super::graph::End;
use super::layout::{Layout, Route, add_loops, settled};
use super::measure::{Measured, measure, title_size};
use super::place::Engine;
use super::scene::{Edge, Scene};
use super::weave::{Ground, Thread, weave};
use super::widen::widened;
use super::{directed, insert, nudge, pins, plain, score};

/// A way to draw a scene.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Candidate {
    Directed(Engine, bool),
    #[cfg(feature = "elk")]
    Elk(Request),
}

/// Up to this size long pictures are wrapped.
const WRAPPED: usize = 120;
/// Up to this size every way is tried.
const SMALL: usize = 60;
/// Up to this size both directions are tried.
const MIDDLE: usize = 250;
/// Up to this size the search for good places ends in time.
#[cfg(feature = "elk")]
const LARGE: usize = 700;

/// The picture of a scene: with the places that people chose, else the picture of a smaller scene with what was added to
/// it, else the best of several.
pub(crate) fn best(scene: &Scene, measured: &Measured) -> Layout {
    let late = insert::late(scene);
    if late > 0 && scene.nodes.iter().all(|node| node.pin.is_none()) {
        let smaller = insert::without_last(scene, late);
        if let Some(layout) = insert::grown(scene, of_engines(&smaller, &measure(&smaller)), late) {
            return layout;
        }
    }
    let layout = of_engines(scene, measured);
    pins::respected(scene, measured, &layout).unwrap_or(layout)
}

/// A picture in right angles, for what can draw no curves.
pub(crate) fn angular(measured: &Measured, left_to_right: bool) -> Layout {
    #[cfg(feature = "elk")]
    if let Some(mut layout) = elk::layout(measured, Request { left_to_right, balanced: true, room: 0.6 }) {
        add_loops(&measured.graph, &layout.nodes, &mut layout.edges);
        return layout;
    }
    let _ = left_to_right;
    plain::layout(measured)
}

fn of_engines(scene: &Scene, measured: &Measured) -> Layout {
    let size = measured.graph.slots.len() + measured.graph.links.len() / 2;
    let found = all(scene, measured, &candidates(measured.graph.slots.len(), size));
    let (mut chosen, mut least) = (None, f64::INFINITY);
    // In a picture of a hundred things a label that touches another is one of many things that are hard to read.
    let each = if scene.nodes.len() <= SMALL { 1e6 } else { 400.0 };
    let price = |faults: &Faults, cost: f64| f64::from(faults.serious()) * 1e9 + f64::from(faults.total() - faults.serious()) * each + cost;
    for (faults, cost, layout) in found.into_iter().flatten() {
        let total = price(&faults, cost);
        if total < least {
            (chosen, least) = (Some(layout), total);
        }
    }
    let slim = least >= 1e9 || (scene.nodes.len() <= WRAPPED && chosen.as_ref().is_some_and(is_slim));
    let mut last = chosen;
    if slim {
        let rows = settled(plain::layout(measured));
        let faults = Faults::of(scene, &rows);
        let total = price(&faults, score::of(scene, &rows));
        if last.is_none() || total < least {
            last = Some(rows);
        }
    }
    last.unwrap_or_default()
}

/// Whether a picture is so much longer than wide, or wider than high, that rows may be better.
fn is_slim(layout: &Layout) -> bool {
    const SLIM: f64 = 3.5;
    let (w, h) = (layout.width.max(1.0), layout.height.max(1.0));
    (w / h).max(h / w) > SLIM && w.max(h) > 1600.0
}

/// The ways that are worth their time for so many nodes, and so many nodes and arrows.
fn candidates(slots: usize, size: usize) -> Vec<Candidate> {
    let mut all = Vec::new();
    if slots <= SMALL {
        all.extend([true, false].map(|right| Candidate::Directed(Engine::Dagre, right)));
    }
    #[cfg(feature = "elk")]
    if size <= LARGE {
        all.push(Candidate::Elk(Request { left_to_right: true, balanced: true, room: 1.0 }));
        if size <= MIDDLE {
            all.push(Candidate::Elk(Request { left_to_right: false, balanced: true, room: 1.0 }));
        }
    }
    all.push(Candidate::Directed(Engine::Layered, true));
    if size <= MIDDLE {
        all.push(Candidate::Directed(Engine::Layered, false));
    }
    all
}

type Tried = Option<(Faults, f64, Layout)>;

/// Draws all candidates, each on its own thread where the system has one to give.
fn all(scene: &Scene, measured: &Measured, candidates: &[Candidate]) -> Vec<Tried> {
    // Engines follow long chains by recursion.
    const STACK: usize = 64 << 20;
    thread::scope(|scope| {
        let started: Vec<_> = candidates
            .iter()
            .map(|&candidate| {
                let work = move || draw(scene, measured, candidate);
                thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).map_err(|_| candidate)
            })
            .collect();
        let finish = |started: Result<thread::ScopedJoinHandle<'_, Tried>, Candidate>| match started {
            Ok(thread) => thread.join().unwrap_or(None),
            Err(candidate) => draw(scene, measured, candidate),
        };
        started.into_iter().map(finish).collect()
    })
}

fn draw(scene: &Scene, measured: &Measured, candidate: Candidate) -> Tried {
    let mut layout = match candidate {
        Candidate::Directed(engine, left_to_right) => directed_layout(scene, measured, engine, left_to_right)?,
        #[cfg(feature = "elk")]
        Candidate::Elk(request) => elk::layout(measured, request)?,
    };
    add_loops(&measured.graph, &layout.nodes, &mut layout.edges);
    let mut layout = settled(layout);
    nudge::labels(&mut layout);
    let layout = widened(scene, layout);
    let faults = Faults::of(scene, &layout);
    let cost = score::of(scene, &layout);
    Some((faults, cost, layout))
}

/// Ranks know nodes; arrows that end at boxes are woven in afterwards.
fn directed_layout(scene: &Scene, measured: &Measured, engine: Engine, left_to_right: bool) -> Option<Layout> {
    let mut layout = directed::layout(measured, engine, left_to_right)?;
    let is_apart = |zone: usize, other: End| match other {
        End::Node(node) => !scene.is_within(scene.nodes[node].zone, zone),
        End::Zone(inner) => !scene.is_within(Some(inner), zone) && !scene.is_within(Some(zone), inner),
    };
    let at_box = |edge: &Edge| match (edge.from, edge.to) {
        (End::Zone(zone), other) | (other, End::Zone(zone)) => is_apart(zone, other),
        _ => false,
    };
    let ends: Vec<usize> = (0..scene.edges.len()).filter(|&ix| at_box(&scene.edges[ix])).collect();
    if ends.is_empty() || scene.nodes.len() > WRAPPED {
        return Some(layout);
    }
    let rect = |end: End| match end {
        End::Node(ix) => layout.nodes[ix],
        End::Zone(ix) => layout.zones[ix],
    };
    let thread =
        |&ix: &usize| Thread { from: rect(scene.edges[ix].from), to: rect(scene.edges[ix].to), label: measured.graph.links[ix].label };
    let threads: Vec<Thread> = ends.iter().map(thread).collect();
    let ground = Ground { nodes: layout.nodes.clone(), titles: titles(scene, &layout) };
    let others = (0..layout.edges.len()).filter(|ix| !ends.contains(ix) && layout.edges[*ix].points.len() > 1);
    let drawn: Vec<Route> = others.map(|ix| Route { points: layout.traced(ix), ..layout.edges[ix].clone() }).collect();
    for (ix, route) in ends.into_iter().zip(weave(&ground, &drawn, &threads)) {
        layout.edges[ix] = Route { angular: true, ..route? };
    }
    Some(layout)
}

/// The bands that titles of boxes take up.
pub(crate) fn titles(scene: &Scene, layout: &Layout) -> Vec<Rect> {
    let sizes = scene.zones.iter().map(title_size);
    layout.zones.iter().zip(sizes).map(|(zone, size)| Rect { x: zone.x + 6.0, y: zone.y, w: size.w + 10.0, h: size.h + 4.0 }).collect()
}
