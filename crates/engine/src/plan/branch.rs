//! Which mitigation a part of the search is split by: the one whose decision moved the bound most, both ways, where it was
//! decided before.

use super::bound::{Bound, Relaxed};
use super::frame::State;

/// Smaller moves of the bound are taken for this, so that a side that does not move leaves the other one its say.
const LEAST: f64 = 1e-4;

/// What deciding each mitigation has done to the bound so far.
pub(crate) struct Learned {
    /// Sum and number of the moves a unit, out and in.
    moves: Vec<[(f64, f64); 2]>,
    all: [(f64, f64); 2],
}

impl Learned {
    pub(crate) fn new(count: usize) -> Self {
        Self { moves: vec![[(0.0, 0.0); 2]; count], all: [(0.0, 0.0); 2] }
    }

    /// Notes that the bound moved by so much when a mitigation that was chosen by this share was decided.
    pub(crate) fn note(&mut self, mitigation: usize, state: State, share: f64, moved: f64) {
        let side = usize::from(state == State::In);
        let way = if side == 1 { 1.0 - share } else { share };
        let unit = moved.max(0.0) / way.max(0.05);
        for known in [&mut self.moves[mitigation][side], &mut self.all[side]] {
            *known = (known.0 + unit, known.1 + 1.0);
        }
    }

    /// How often a mitigation was decided, on the side where that was seldom.
    pub(crate) fn known(&self, mitigation: usize) -> f64 {
        self.moves[mitigation][0].1.min(self.moves[mitigation][1].1)
    }

    fn expected(&self, mitigation: usize, side: usize, way: f64) -> f64 {
        let (sum, count) = self.moves[mitigation][side];
        let average = if self.all[side].1 > 0.0 { self.all[side].0 / self.all[side].1 } else { 1.0 };
        // As if it had moved once as others do.
        (sum + average) / (count + 1.0) * way
    }

    /// Open mitigations by what deciding them is expected to do, the most first; places in `relaxed.free`.
    pub(crate) fn order(&self, relaxed: &Relaxed, found: &Bound) -> Vec<usize> {
        let score = |at: usize| {
            let (mitigation, share) = (relaxed.free[at], found.lean[at].clamp(0.02, 0.98));
            self.expected(mitigation, 0, share).max(LEAST) * self.expected(mitigation, 1, 1.0 - share).max(LEAST)
        };
        let scores: Vec<f64> = (0..relaxed.free.len()).map(score).collect();
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
        order
    }
}
