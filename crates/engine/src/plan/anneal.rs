//! Good choices within a budget, without proof: some are exchanged at random, and what is worse is kept ever more seldom.
//!
//! Each exchange looks only at the risks of what is exchanged, so hundreds of thousands are tried in a blink. All numbers
//! come from a seeded stream and plain arithmetic, so the same problem is walked through in the same way everywhere.

use super::frame::{Frame, State};
use super::problem::{Goal, Problem, TINY};
use crate::score::random::Random;

/// Exchanges between two looks at the temperature.
const LEG: u32 = 256;
/// The first and the last temperature as shares of what a chosen mitigation takes away.
const WARM: f64 = 0.35;
const COLD: f64 = 0.02;

/// A choice with what has to be known to change it quickly.
struct Walk<'p, 'a> {
    problem: &'p Problem<'a>,
    frame: &'p Frame,
    goal: Goal,
    start: &'p [State],
    chosen: Vec<bool>,
    cost: u64,
    left: f64,
    /// What each risk is, and for tabulated ones which of its mitigations are chosen.
    risks: Vec<f64>,
    masks: Vec<usize>,
    /// What the members of each row that are chosen add up to, and how many rows fall short.
    there: Vec<f64>,
    short: usize,
    /// The flips of the exchange that is being tried.
    flips: Vec<usize>,
    work: u64,
}

/// A choice that leaves at most as much as `first`, which has to be allowed, and how much work that was. Another `seed` takes
/// another walk.
pub(crate) fn annealed(
    problem: &Problem<'_>,
    frame: &Frame,
    goal: Goal,
    start: &[State],
    (first, seed): (Vec<bool>, u64),
    work: u64,
) -> (Vec<bool>, u64) {
    let mut walk = Walk::new(problem, frame, goal, start, first);
    let open: Vec<usize> = (0..start.len()).filter(|m| start[*m] == State::Free).collect();
    if walk.short > 0 || open.len() < 2 {
        return (walk.chosen, walk.work);
    }
    let mut random = Random::new(seed);
    let mut best = (walk.left, walk.chosen.clone());
    let average = walk.average(&open);
    let mut heat = WARM * average;
    while walk.work < work && average > 0.0 {
        for _ in 0..LEG {
            let before = walk.left;
            walk.exchange(&open, &mut random);
            let worse = walk.left - before;
            if walk.short > 0 || worse > TINY && worse > heat * surprise(&mut random) {
                walk.undo();
                continue;
            }
            walk.flips.clear();
            if walk.left < best.0 - TINY && (frame.exact || problem.meets(goal.limit, &walk.chosen)) {
                best = (walk.left, walk.chosen.clone());
            }
        }
        // Evenly from warm to cold as the work is done.
        let done = walk.work as f64 / work as f64;
        heat = average * (WARM + (COLD - WARM) * done.min(1.0).sqrt());
    }
    (best.1, walk.work)
}

/// A random number that is rarely large, as the logarithm of one between 0 and 1 is, from plain arithmetic.
fn surprise(random: &mut Random) -> f64 {
    let bits = random.bits() | 1;
    let zeros = bits.leading_zeros();
    let rest = (bits << zeros) << 1;
    0.693 * (f64::from(zeros) + 1.0 - (rest >> 11) as f64 / 9_007_199_254_740_992.0)
}

impl<'p, 'a> Walk<'p, 'a> {
    fn new(problem: &'p Problem<'a>, frame: &'p Frame, goal: Goal, start: &'p [State], chosen: Vec<bool>) -> Self {
        let masks = problem.terms.iter().map(|term| term.mask(&chosen)).collect();
        let risks: Vec<f64> = problem.terms.iter().map(|term| term.left(&chosen)).collect();
        let sum = |row: &super::rows::Row| row.members.iter().filter(|(m, _)| chosen[*m]).map(|(_, weight)| weight).sum();
        let there: Vec<f64> = frame.rows.iter().map(sum).collect();
        let short = frame.rows.iter().zip(&there).filter(|(row, there)| **there < row.least - TINY).count();
        let (cost, left) = (problem.cost(&chosen), risks.iter().sum());
        Self { problem, frame, goal, start, chosen, cost, left, risks, masks, there, short, flips: Vec::new(), work: 0 }
    }

    /// What the mitigations that are chosen, or that may be if none is, take away each.
    fn average(&self, open: &[usize]) -> f64 {
        let inside: Vec<usize> = open.iter().copied().filter(|m| self.chosen[*m]).collect();
        let of = if inside.is_empty() { open } else { &inside };
        let gain = |m: &usize| {
            let mut chosen = self.chosen.clone();
            chosen[*m] = false;
            self.problem.gain(&mut chosen, &[*m]).max(0.0)
        };
        of.iter().map(gain).sum::<f64>() / of.len() as f64
    }

    /// Takes out one or two, mostly, and puts in what fits of a few others.
    fn exchange(&mut self, open: &[usize], random: &mut Random) {
        self.work += 8;
        let bits = random.bits();
        let pick = |bits: u64| open[(((bits & 0xffff_ffff) * open.len() as u64) >> 32) as usize];
        let (out, tries) = ([0, 1, 1, 1, 1, 1, 2, 2][(bits >> 61) as usize], 1 + usize::from((bits >> 60) & 1 == 1));
        for _ in 0..out {
            if let Some(m) = (0..8).map(|_| pick(random.bits())).find(|m| self.chosen[*m]) {
                self.take_out(m);
            }
        }
        for _ in 0..tries {
            if let Some(m) = (0..8).map(|_| pick(random.bits())).find(|m| !self.chosen[*m] && !self.flips.contains(m)) {
                self.put_in(m);
            }
        }
    }

    fn take_out(&mut self, mitigation: usize) {
        let problem = self.problem;
        if problem.dependants[mitigation].iter().any(|m| self.chosen[*m] && self.start[*m] == State::In) {
            return;
        }
        for m in &problem.dependants[mitigation] {
            if self.chosen[*m] {
                self.flip(*m);
                self.flips.push(*m);
            }
        }
    }

    fn put_in(&mut self, mitigation: usize) {
        let problem = self.problem;
        let more = || problem.closure[mitigation].iter().copied();
        let cost: u64 = more().filter(|m| !self.chosen[*m]).map(|m| problem.costs[m]).sum();
        if self.cost + cost > self.goal.budget || more().any(|m| !self.chosen[m] && self.start[m] == State::Out) {
            return;
        }
        for m in more() {
            if !self.chosen[m] {
                self.flip(m);
                self.flips.push(m);
            }
        }
    }

    fn undo(&mut self) {
        while let Some(m) = self.flips.pop() {
            self.flip(m);
        }
    }

    /// Chooses a mitigation or no longer does, and keeps all sums right.
    fn flip(&mut self, mitigation: usize) {
        let inside = !self.chosen[mitigation];
        self.chosen[mitigation] = inside;
        let cost = self.problem.costs[mitigation];
        self.cost = if inside { self.cost + cost } else { self.cost - cost };
        for (at, place) in &self.problem.of[mitigation] {
            let term = &self.problem.terms[*at];
            self.masks[*at] ^= 1 << (place & 63);
            let now = term.left_at(self.masks[*at], &self.chosen);
            self.left += now - self.risks[*at];
            self.risks[*at] = now;
            self.work += term.effort;
        }
        for (row, weight) in &self.frame.rows_of[mitigation] {
            let least = self.frame.rows[*row].least - TINY;
            let before = self.there[*row];
            let now = if inside { before + weight } else { before - weight };
            self.there[*row] = now;
            self.short = self.short + usize::from(now < least) - usize::from(before < least);
        }
        self.work += self.frame.rows_of[mitigation].len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_random_numbers_are_small_and_their_mean_is_one() {
        let mut random = Random::new(5);
        let numbers: Vec<f64> = (0..100_000).map(|_| surprise(&mut random)).collect();
        let mean = numbers.iter().sum::<f64>() / 1e5;
        assert!(numbers.iter().all(|number| *number >= 0.0) && (mean - 1.0).abs() < 0.1, "{mean}");
        assert!(numbers.iter().filter(|number| **number > 2.0).count() < 20_000);
    }
}
