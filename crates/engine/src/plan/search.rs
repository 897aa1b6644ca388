//! Branch and bound: the choice that leaves least within a budget, and the cheapest choice that reaches a target.
//!
//! The most promising part of the tree is opened first, so the smallest bound among the parts that are still closed is what
//! no choice can beat. Work is counted in steps and never in time: the same model gives the same plan on every machine.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use super::bound::{Bound, Relaxed};
use super::branch::Learned;
use super::frame::{Aim, Frame, State};
use super::improve::Maker;
use super::problem::{Goal, Problem, TINY};
use super::shape::{Shape, Shaping};
use super::{anneal, cover, split};

/// Rounds of the relaxation for the whole problem, for a part of it, and for a side that is only tried.
const ROUNDS: (usize, usize, usize) = (4_000, 64, 20);
/// The first step in a part, whose multipliers are near the best ones already.
const SHORT: f64 = 0.1;
/// After so many parts, a bound that is further below the best choice than this share of it is worth a shape; and the shape is
/// worth keeping if it lifts the bound by this share of what is missing.
const PLAIN: u32 = 100;
const FAR: f64 = 0.004;
const LIFTED: f64 = 0.3;
/// The share of the work that goes into a shape, and the fewest and the most rounds.
const SHAPED: u64 = 2;
const SHAPING: (usize, usize) = (100, 4_000);
/// Rounds of the relaxation for the whole problem with a shape, and their first step.
const WITH_SHAPE: (usize, f64) = (400, 0.3);
/// How many are tried at most before a part is split, and how often each.
const TRIED: usize = 6;
const WELL_KNOWN: f64 = 2.0;
/// Parts whose suggestions are completed: the first ones, and then one of so many.
const FIRST_PARTS: u64 = 32;
const SELDOM: u64 = 16;
/// The share of the work that goes into bettering the first choice.
const SHAKEN: u64 = 8;
/// The share of what is left for trying again where the bound stays far from the choice.
const AGAIN: u64 = 2;
/// Steps of trying for each open mitigation and each risk of each mitigation.
const ENOUGH: u64 = 150;
/// Steps of work for the main question.
pub(crate) const WORK: u64 = 700_000_000;

/// A choice with what is proven about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// For each mitigation whether it is chosen.
    pub chosen: Vec<bool>,
    /// What it costs, in hours.
    pub cost: u64,
    /// The risk that it leaves.
    pub left: f64,
    /// No choice does better than this: leaves less, or costs less where the cost was asked for.
    pub bound: f64,
    /// Whether the bound is reached.
    pub proven: bool,
}

/// The choice that leaves least within the budget and meets the limit; none where nothing does.
pub fn least_left(problem: &Problem<'_>, goal: Goal, work: u64) -> Option<Choice> {
    least_left_from(problem, goal, work, None)
}

/// The same, from a choice that is known.
pub(crate) fn least_left_from(problem: &Problem<'_>, goal: Goal, work: u64, known: Option<&Choice>) -> Option<Choice> {
    let frame = Frame::new(problem, goal.limit, Aim::Left);
    Search::new(problem, &frame, goal, work, vec![State::Free; problem.costs.len()]).with(known).run().choice
}

/// The cheapest choice that meets the limit and the budget; none where nothing does.
pub fn least_cost(problem: &Problem<'_>, goal: Goal, work: u64) -> Option<Choice> {
    let frame = Frame::new(problem, goal.limit, Aim::Cost);
    if frame.exact {
        return split::least_cost(problem, &frame, goal, work);
    }
    Search::new(problem, &frame, goal, work, vec![State::Free; problem.costs.len()]).run().choice
}

/// A part of the tree that is still closed.
struct Part {
    bound: f64,
    number: u64,
    states: Vec<State>,
    multipliers: Rc<[f32]>,
    /// What was decided last, and by which share it was chosen before.
    last: Option<(usize, State, f64)>,
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Part {}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Part {
    /// The heap gives the greatest first, which is the smallest bound, and of these the part that was made last.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then(self.number.cmp(&other.number))
    }
}

/// What a search has found.
pub(crate) struct Found {
    pub(crate) choice: Option<Choice>,
    /// The work that was not needed.
    pub(crate) unused: u64,
    /// The multipliers of the whole problem, from which a search in a similar one may start.
    pub(crate) multipliers: Vec<f32>,
}

/// A search for the best choice with what is decided at its start.
pub(crate) struct Search<'p, 'a> {
    problem: &'p Problem<'a>,
    frame: &'p Frame,
    goal: Goal,
    make: Maker<'p, 'a>,
    /// What the relaxation is made from where the bound of the whole problem is far from the best choice.
    shape: Option<Shape>,
    work: u64,
    best: Option<(f64, Vec<bool>)>,
    /// Values of the aim are this far from `base` or several times as far, where it is not 0.
    grain: f64,
    base: f64,
}

impl<'p, 'a> Search<'p, 'a> {
    pub(crate) fn new(problem: &'p Problem<'a>, frame: &'p Frame, goal: Goal, work: u64, start: Vec<State>) -> Self {
        let (grain, base) = match frame.aim {
            Aim::Left => (f64::from(u8::from(problem.whole)), 0.0),
            Aim::Cost => grain(problem, &start),
        };
        Self { problem, frame, goal, make: Maker { problem, frame, goal, start }, shape: None, work, best: None, grain, base }
    }

    /// Starts from a choice that is known.
    pub(crate) fn with(mut self, known: Option<&Choice>) -> Self {
        known.into_iter().for_each(|known| self.offer(known.chosen.clone()));
        self
    }

    /// Finds the best choice.
    pub(crate) fn run(mut self) -> Found {
        let mut heap = BinaryHeap::new();
        let mut learned = self.frame.start.clone();
        let mut moves = Learned::new(self.problem.costs.len());
        let mut number = 0;
        // The bound of the part that was given up because the work is done.
        let mut open = f64::INFINITY;
        self.first();
        let states = self.make.start.clone();
        heap.push(Part { bound: f64::NEG_INFINITY, number, states, multipliers: self.frame.start.as_slice().into(), last: None });
        // The whole problem with what its own bound decides, and how many parts were looked at.
        let mut whole = (Vec::new(), Vec::new());
        let mut looked = 0;
        while let Some(Part { bound, number: this, mut states, multipliers, last }) = heap.pop() {
            if self.is_beaten(bound) {
                break;
            }
            looked += 1;
            if looked == PLAIN
                && let Some(lifted) = self.lifted(bound, &whole)
            {
                heap = lifted.into();
                continue;
            }
            if self.work == 0 {
                open = bound;
                break;
            }
            let mut multipliers = multipliers.to_vec();
            let (rounds, length) = if this == 0 { (ROUNDS.0, 1.0) } else { (ROUNDS.1, SHORT) };
            let thorough = this < FIRST_PARTS || this.is_multiple_of(SELDOM);
            let narrowed = self.narrow(&mut states, &mut multipliers, rounds, length, thorough);
            if this == 0 {
                learned.clone_from(&multipliers);
                whole = (states.clone(), multipliers.clone());
            }
            let value = narrowed.as_ref().map(|(_, found)| found.value).or(self.best.as_ref().map(|(value, _)| *value));
            if let Some(((mitigation, state, share), value)) = last.zip(value) {
                moves.note(mitigation, state, share, value - bound);
            }
            let Some((relaxed, found)) = narrowed else { continue };
            let bound = found.value.max(bound);
            if self.is_beaten(bound) {
                continue;
            }
            let Some(at) = self.branch(&mut moves, &relaxed, &found, &states, &multipliers) else { continue };
            let (branch, share) = (relaxed.free[at], found.lean[at]);
            let multipliers: Rc<[f32]> = multipliers.into();
            for state in [State::Out, State::In] {
                let mut states = states.clone();
                if decide(self.problem, &mut states, branch, state) {
                    number += 1;
                    let last = Some((branch, state, share));
                    heap.push(Part { bound, number, states, multipliers: Rc::clone(&multipliers), last });
                }
            }
        }
        Found { unused: self.work, choice: self.choice(open), multipliers: learned }
    }

    /// The best choice that was found, with the bound of what was not looked at.
    fn choice(mut self, open: f64) -> Option<Choice> {
        let (value, mut chosen) = self.best.take()?;
        self.make.trim(&mut chosen);
        let bound = self.rounded(open).min(value);
        let (cost, left) = (self.problem.cost(&chosen), self.problem.left(&chosen));
        Some(Choice { chosen, cost, left, bound, proven: bound >= value - TINY })
    }

    /// The first choices, bettered by trying.
    fn first(&mut self) {
        let chosen: Vec<bool> = self.make.start.iter().map(|state| *state == State::In).collect();
        self.offer(chosen.clone());
        let made = self.make.complete(chosen);
        self.offer(made);
        let Some((_, start)) = self.best.clone() else { return };
        let share = (self.work / SHAKEN).min(self.enough());
        let (made, done) = match self.frame.aim {
            Aim::Left => anneal::annealed(self.problem, self.frame, self.goal, &self.make.start, (start, 2), share),
            Aim::Cost if self.frame.exact => cover::covered(self.problem, self.frame, &self.make.start, start, share),
            Aim::Cost => self.make.shaken(start, share),
        };
        self.work = self.work.saturating_sub(done);
        self.offer(made);
    }

    /// Betters the best choice by trying once more, with other random numbers.
    fn try_again(&mut self) {
        let Some((_, known)) = self.best.clone() else { return };
        let (made, done) = anneal::annealed(self.problem, self.frame, self.goal, &self.make.start, (known, 3), self.work / AGAIN);
        self.work = self.work.saturating_sub(done);
        self.offer(made);
    }

    /// What to look at instead of all parts that are open: the whole problem with a shape, or nothing where that leaves nothing
    /// open. None where the `bound` of the open parts is near the best choice, or a shape does not lift it.
    fn lifted(&mut self, bound: f64, (states, multipliers): &(Vec<State>, Vec<f32>)) -> Option<Vec<Part>> {
        let (value, _) = self.best.as_ref()?;
        let gap = value - bound;
        if self.frame.aim == Aim::Cost || gap <= FAR * value {
            return None;
        }
        let (mut states, mut multipliers) = (states.clone(), multipliers.clone());
        self.shape = Some(self.find_shape(*value, &states, &mut multipliers)?);
        let Some((_, found)) = self.narrow(&mut states, &mut multipliers, WITH_SHAPE.0, WITH_SHAPE.1, true) else {
            return Some(Vec::new());
        };
        if found.value < bound + LIFTED * gap {
            self.shape = None;
            return None;
        }
        self.try_again();
        Some(vec![Part { bound: found.value, number: FIRST_PARTS, states, multipliers: multipliers.into(), last: None }])
    }

    /// The shape for what is open, from multipliers that it makes suit it; none where there is not enough work left for it.
    fn find_shape(&mut self, known: f64, states: &[State], multipliers: &mut [f32]) -> Option<Shape> {
        let shaping = Shaping::new(self.problem, self.frame, states);
        let share = (self.work / SHAPED) as usize;
        let rounds = (share.saturating_sub(shaping.proof()) / shaping.size()).min(SHAPING.1);
        if rounds < SHAPING.0 {
            return None;
        }
        self.work = self.work.saturating_sub((rounds * shaping.size() + shaping.proof()) as u64);
        let spent: u64 = (0..states.len()).filter(|m| states[*m] == State::In).map(|m| self.problem.costs[m]).sum();
        let room = self.goal.budget.saturating_sub(spent) as f64;
        shaping.run(self.problem, room, known, multipliers, rounds)
    }

    /// Steps after which trying is not expected to better a choice of this problem.
    fn enough(&self) -> u64 {
        let open = self.make.start.iter().filter(|state| **state == State::Free).count();
        let rows: usize = self.frame.rows.iter().map(|row| row.members.len()).sum();
        let links: usize = self.problem.of.iter().map(Vec::len).sum();
        ENOUGH * (open * (rows + links)) as u64
    }

    /// Bounds a part, decides what the bound leaves no choice about, and tries the choices that it suggests.
    fn narrow(
        &mut self,
        states: &mut [State],
        multipliers: &mut [f32],
        mut rounds: usize,
        mut length: f64,
        mut thorough: bool,
    ) -> Option<(Relaxed, Bound)> {
        loop {
            if !propagate(self.problem, self.frame, states) {
                return None;
            }
            let relaxed = Relaxed::new(self.problem, self.frame, self.shape.as_ref(), states);
            rounds = rounds.min(1 + self.work as usize / relaxed.size().max(1));
            self.work = self.work.saturating_sub((relaxed.size() * (rounds + 2)) as u64);
            if relaxed.spent > self.goal.budget {
                return None;
            }
            let (budget, known) = self.range(states);
            let found = relaxed.bound(budget, known, multipliers, rounds, length);
            self.suggested(states, &relaxed, &found, thorough);
            let heavy = 4 * self.problem.heavy.0;
            self.work = self.work.saturating_sub(heavy);
            if thorough {
                let count = states.len() as u64;
                self.work = self.work.saturating_sub(count * count + count * self.problem.heavy.1);
            }
            thorough = false;
            (rounds, length) = (ROUNDS.1, SHORT);
            if self.is_beaten(found.value) {
                return None;
            }
            let mut decided = false;
            for (at, mitigation) in relaxed.free.iter().enumerate() {
                let reduced = found.reduced[at];
                let fits = relaxed.spent + self.problem.costs[*mitigation] <= self.goal.budget;
                if states[*mitigation] != State::Free || fits && !self.is_beaten(found.value + reduced.abs()) {
                    continue;
                }
                let state = if fits && reduced > 0.0 { State::In } else { State::Out };
                if !decide(self.problem, states, *mitigation, state) {
                    return None;
                }
                decided = true;
            }
            if !decided {
                return Some((relaxed, found));
            }
        }
    }

    /// The place of the mitigation to decide next. Both sides of those that are not well known yet are tried for a moment.
    fn branch(&mut self, moves: &mut Learned, relaxed: &Relaxed, found: &Bound, states: &[State], multipliers: &[f32]) -> Option<usize> {
        let order = moves.order(relaxed, found);
        for at in order.iter().take(TRIED) {
            let mitigation = relaxed.free[*at];
            if moves.known(mitigation) >= WELL_KNOWN || self.work == 0 {
                continue;
            }
            for state in [State::Out, State::In] {
                let mut states = states.to_vec();
                if !decide(self.problem, &mut states, mitigation, state) || !propagate(self.problem, self.frame, &mut states) {
                    continue;
                }
                let part = Relaxed::new(self.problem, self.frame, self.shape.as_ref(), &states);
                let (budget, known) = self.range(&states);
                let value = part.bound(budget, known, &mut multipliers.to_vec(), ROUNDS.2, SHORT).value;
                self.work = self.work.saturating_sub((part.size() * (ROUNDS.2 + 2)) as u64 + 2 * self.problem.heavy.0);
                moves.note(mitigation, state, found.lean[*at], value - found.value);
            }
        }
        moves.order(relaxed, found).first().copied()
    }

    /// The budget that the bound keeps to, and the value that it need not exceed.
    fn range(&self, states: &[State]) -> (Option<u64>, f64) {
        let (budget, worst) = match self.frame.aim {
            Aim::Left => (Some(self.goal.budget), self.problem.left(&vec![false; states.len()])),
            Aim::Cost => (None, self.problem.costs.iter().sum::<u64>() as f64),
        };
        (budget, self.best.as_ref().map_or(worst, |(value, _)| *value))
    }

    /// A bound as the next value that can be.
    fn rounded(&self, bound: f64) -> f64 {
        if self.grain > 0.0 && bound.is_finite() {
            self.base + ((bound - self.base - 1e-6) / self.grain).ceil() * self.grain
        } else {
            // What additions may have rounded up stays out of what is proven.
            bound - 1e-9 * bound.abs()
        }
    }

    /// Whether nothing in a part with this bound is better than what is known.
    fn is_beaten(&self, bound: f64) -> bool {
        self.best.as_ref().is_some_and(|(value, _)| self.rounded(bound) >= value - TINY)
    }

    /// Keeps a choice if it is allowed and better.
    fn offer(&mut self, chosen: Vec<bool>) {
        if self.problem.cost(&chosen) > self.goal.budget {
            return;
        }
        let value = self.make.value(&chosen);
        let is_better = self.best.as_ref().is_none_or(|(best, _)| value < best - TINY);
        if is_better && self.make.meets(&chosen) {
            self.best = Some((value, chosen));
        }
    }

    /// What is decided, alone and with what the relaxation takes; completed and trimmed where that is worth the work.
    fn suggested(&mut self, states: &[State], relaxed: &Relaxed, found: &Bound, thorough: bool) {
        let mut chosen: Vec<bool> = states.iter().map(|state| *state == State::In).collect();
        self.offer(chosen.clone());
        let mut order: Vec<usize> = (0..relaxed.free.len()).filter(|at| found.reduced.get(*at).is_some_and(|r| *r > TINY)).collect();
        order.sort_by(|a, b| found.lean[*b].total_cmp(&found.lean[*a]).then(a.cmp(b)));
        for at in order {
            self.make.add(&mut chosen, relaxed.free[at]);
        }
        let made = if thorough { self.make.complete(chosen) } else { chosen };
        self.offer(made);
    }
}

/// What all costs of open mitigations are multiples of, and what the others cost.
fn grain(problem: &Problem<'_>, start: &[State]) -> (f64, f64) {
    let of = |state: State| (0..start.len()).filter(move |m| start[*m] == state).map(|m| problem.costs[m]);
    let divisor = of(State::Free).fold(0, |mut one, mut other| {
        while other > 0 {
            (one, other) = (other, one % other);
        }
        one
    });
    (divisor.max(1) as f64, of(State::In).sum::<u64>() as f64)
}

/// Decides one mitigation and those that it needs, or that need it; false where that contradicts what is decided.
pub(crate) fn decide(problem: &Problem<'_>, states: &mut [State], mitigation: usize, state: State) -> bool {
    let (others, against) = match state {
        State::In => (&problem.closure[mitigation], State::Out),
        State::Out | State::Free => (&problem.dependants[mitigation], State::In),
    };
    if others.iter().any(|other| states[*other] == against) {
        return false;
    }
    others.iter().for_each(|other| states[*other] = state);
    true
}

/// Decides what the rows leave no choice about; false where one cannot be fulfilled.
pub(crate) fn propagate(problem: &Problem<'_>, frame: &Frame, states: &mut [State]) -> bool {
    loop {
        let mut decided = false;
        for row in &frame.rows {
            let (mut inside, mut open) = (0.0, 0.0);
            for (mitigation, weight) in &row.members {
                match states[*mitigation] {
                    State::In => inside += weight,
                    State::Free => open += weight,
                    State::Out => {}
                }
            }
            let spare = inside + open - row.least;
            if spare < -TINY {
                return false;
            }
            if inside >= row.least - TINY {
                continue;
            }
            for (mitigation, weight) in &row.members {
                if states[*mitigation] == State::Free && *weight > spare + TINY {
                    if !decide(problem, states, *mitigation, State::In) {
                        return false;
                    }
                    decided = true;
                }
            }
        }
        if !decided {
            return true;
        }
    }
}
