//! Several pictures of the same scene, drawn at the same time, of which the best is shown.
//!
//! What must hold decides first, then what is easier to read; of two that are equally good the earlier is kept, so that
//! the choice depends on the scene alone. Whatever the engines say, the plain arrangement is always there.

use std::thread;

#[cfg(feature = "elk")]
use super::elk::{self, Request};
use super::faults::Faults;
use super::layout::{Layout, add_loops, settled};
use super::measure::Measured;
use super::place::Engine;
use super::scene::Scene;
use super::{directed, plain, score};

/// A way to draw a scene.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Candidate {
    Directed(Engine, bool),
    #[cfg(feature = "elk")]
    Elk(Request),
}

/// Up to this size every way is tried.
const SMALL: usize = 60;
/// Up to this size the search for good places ends in time.
#[cfg(feature = "elk")]
const LARGE: usize = 700;

/// The best picture of a scene.
pub(crate) fn best(scene: &Scene, measured: &Measured) -> Layout {
    let size = measured.graph.slots.len() + measured.graph.links.len() / 2;
    let found = all(scene, measured, &candidates(size));
    let (mut chosen, mut least) = (None, f64::INFINITY);
    for (faults, cost, layout) in found.into_iter().flatten() {
        let total = f64::from(faults.serious()) * 1e9 + f64::from(faults.total()) * 1e6 + cost;
        if total < least {
            (chosen, least) = (Some(layout), total);
        }
    }
    let hopeless = chosen.is_none() || least >= 1e9;
    let arranged = || settled(plain::layout(measured));
    if hopeless { arranged() } else { chosen.unwrap_or_else(arranged) }
}

fn candidates(size: usize) -> Vec<Candidate> {
    let mut all = Vec::new();
    if size <= SMALL {
        all.extend([true, false].map(|right| Candidate::Directed(Engine::Dagre, right)));
    }
    #[cfg(feature = "elk")]
    if size <= LARGE {
        all.extend([true, false].map(|left_to_right| Candidate::Elk(Request { left_to_right, balanced: true, room: 1.0 })));
    }
    all.extend([true, false].map(|right| Candidate::Directed(Engine::Layered, right)));
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
        Candidate::Directed(engine, left_to_right) => directed::layout(measured, engine, left_to_right)?,
        #[cfg(feature = "elk")]
        Candidate::Elk(request) => elk::layout(measured, request)?,
    };
    add_loops(&measured.graph, &layout.nodes, &mut layout.edges);
    let layout = settled(layout);
    let faults = Faults::of(scene, &layout);
    let cost = score::of(scene, &layout);
    Some((faults, cost, layout))
}
