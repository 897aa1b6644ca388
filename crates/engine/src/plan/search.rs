//! Branch and bound: the choice that leaves least within a budget, and the cheapest choice that reaches a target.
//!
//! The most promising part of the tree is opened first, so the smallest bound among the parts that are still closed is what
//! no choice can beat. Work is counted in steps and never in time: the same model gives the same plan on every machine.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use super::bound::{Bound, Relaxed, State};
use super::problem::{Goal, Problem, TINY};

/// Rounds of the relaxation for the whole problem and for a part of it.
const ROUNDS: (usize, usize) = (400, 12);
/// Parts whose suggestions are completed: the first ones, and then one of so many.
const FIRST_PARTS: u64 = 32;
const SELDOM: u64 = 16;
/// Steps of work for the main question.
pub(crate) const WORK: u64 = 200_000_000;

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

/// What is made as small as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    Left,
    Cost,
}

/// The choice that leaves least within the budget and meets the limit; none where nothing does.
pub fn least_left(problem: &Problem<'_>, goal: Goal, work: u64) -> Option<Choice> {
    Search::new(problem, goal, Aim::Left, work).run()
}

/// The cheapest choice that meets the limit and the budget; none where nothing does.
pub fn least_cost(problem: &Problem<'_>, goal: Goal, work: u64) -> Option<Choice> {
    Search::new(problem, goal, Aim::Cost, work).run()
}

/// A part of the tree that is still closed.
struct Part {
    bound: f64,
    number: u64,
    states: Vec<State>,
    multipliers: Rc<[f32]>,
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

struct Search<'p, 'a> {
    problem: &'p Problem<'a>,
    goal: Goal,
    aim: Aim,
    work: u64,
    best: Option<(f64, Vec<bool>)>,
    /// Values of the aim are multiples of this, where it is not 0.
    grain: f64,
}

impl<'p, 'a> Search<'p, 'a> {
    fn new(problem: &'p Problem<'a>, goal: Goal, aim: Aim, work: u64) -> Self {
        let grain = if aim == Aim::Cost || problem.whole { 1.0 } else { 0.0 };
        Self { problem, goal, aim, work, best: None, grain }
    }

    fn run(mut self) -> Option<Choice> {
        let count = self.problem.costs.len();
        let mut heap = BinaryHeap::new();
        let (mut number, mut left) = (0, self.work);
        // Bounds of parts that were given up because the work is done.
        let mut open = f64::INFINITY;
        self.offer(vec![false; count]);
        self.greedy(vec![false; count]);
        let start: Vec<f32> = match self.aim {
            Aim::Left => vec![1.0; self.problem.terms.len()],
            Aim::Cost => vec![0.0; self.problem.terms.len()],
        };
        heap.push(Part { bound: f64::NEG_INFINITY, number, states: vec![State::Free; count], multipliers: start.into() });
        while let Some(Part { bound, number: this, mut states, multipliers }) = heap.pop() {
            if self.is_beaten(bound) {
                break;
            }
            if left == 0 {
                open = bound;
                break;
            }
            let mut multipliers = multipliers.to_vec();
            let rounds = if this == 0 { ROUNDS.0 } else { ROUNDS.1 };
            let thorough = this < FIRST_PARTS || this.is_multiple_of(SELDOM);
            let Some((relaxed, found)) = self.narrow(&mut states, &mut multipliers, rounds, thorough, &mut left) else { continue };
            let bound = found.value.max(bound);
            if self.is_beaten(bound) {
                continue;
            }
            let multipliers: Rc<[f32]> = multipliers.into();
            let Some(branch) = branch(&relaxed, &found) else { continue };
            for state in [State::Out, State::In] {
                let mut states = states.clone();
                if self.decide(&mut states, branch, state) {
                    number += 1;
                    heap.push(Part { bound, number, states, multipliers: Rc::clone(&multipliers) });
                }
            }
        }
        let (value, mut chosen) = self.best.clone()?;
        self.trim(&mut chosen);
        let bound = self.rounded(open).min(value);
        let (cost, remains) = (self.problem.cost(&chosen), self.problem.left(&chosen));
        Some(Choice { chosen, cost, left: remains, bound, proven: bound >= value - TINY })
    }

    /// Bounds a part, decides what the bound leaves no choice about, and tries the choices that it suggests.
    fn narrow(
        &mut self,
        states: &mut [State],
        multipliers: &mut [f32],
        rounds: usize,
        mut thorough: bool,
        left: &mut u64,
    ) -> Option<(Relaxed, Bound)> {
        loop {
            let relaxed = Relaxed::new(self.problem, states, self.goal.limit);
            *left = left.saturating_sub((relaxed.size() * rounds) as u64);
            if !relaxed.reachable || relaxed.cost > self.goal.budget {
                return None;
            }
            let known = self.best.as_ref().map(|(value, _)| *value);
            let found = match self.aim {
                Aim::Left => {
                    let known = known.unwrap_or_else(|| self.problem.left(&vec![false; states.len()]));
                    relaxed.least_left(self.goal.budget, known, multipliers, rounds)
                }
                Aim::Cost => {
                    let known = known.unwrap_or_else(|| self.problem.costs.iter().sum::<u64>() as f64);
                    relaxed.least_cost(known, multipliers, rounds)
                }
            };
            self.suggested(states, &relaxed, &found, thorough);
            if thorough {
                *left = left.saturating_sub((states.len() * states.len()) as u64);
            }
            thorough = false;
            if self.is_beaten(found.value) {
                return None;
            }
            let mut decided = false;
            for (at, mitigation) in relaxed.free.iter().enumerate() {
                let reduced = found.reduced[at];
                let fits = relaxed.cost + self.problem.costs[*mitigation] <= self.goal.budget;
                if states[*mitigation] != State::Free || fits && !self.is_beaten(found.value + reduced.abs()) {
                    continue;
                }
                let state = if fits && reduced > 0.0 { State::In } else { State::Out };
                if !self.decide(states, *mitigation, state) {
                    return None;
                }
                decided = true;
            }
            if !decided {
                return Some((relaxed, found));
            }
        }
    }

    /// Decides one mitigation and those that it needs, or that need it; false where that contradicts what is decided.
    fn decide(&self, states: &mut [State], mitigation: usize, state: State) -> bool {
        let (others, against) = match state {
            State::In => (&self.problem.closure[mitigation], State::Out),
            State::Out | State::Free => (&self.problem.dependants[mitigation], State::In),
        };
        if others.iter().any(|other| states[*other] == against) {
            return false;
        }
        others.iter().for_each(|other| states[*other] = state);
        true
    }

    /// A bound as the next value that can be.
    fn rounded(&self, bound: f64) -> f64 {
        if self.grain > 0.0 && bound.is_finite() { (bound - 1e-6).ceil() } else { bound }
    }

    /// Whether nothing in a part with this bound is better than what is known.
    fn is_beaten(&self, bound: f64) -> bool {
        self.best.as_ref().is_some_and(|(value, _)| self.rounded(bound) >= value - TINY)
    }

    /// Keeps a choice if it is allowed and better.
    fn offer(&mut self, chosen: Vec<bool>) {
        let cost = self.problem.cost(&chosen);
        if cost > self.goal.budget {
            return;
        }
        let value = match self.aim {
            Aim::Left => self.problem.left(&chosen),
            Aim::Cost => cost as f64,
        };
        let is_better = self.best.as_ref().is_none_or(|(best, _)| value < best - TINY);
        if is_better && self.problem.meets(self.goal.limit, &chosen) {
            self.best = Some((value, chosen));
        }
    }

    /// What is decided, alone and with what the relaxation takes; completed and trimmed where that is worth the work.
    fn suggested(&mut self, states: &[State], relaxed: &Relaxed, found: &Bound, thorough: bool) {
        let mut chosen: Vec<bool> = states.iter().map(|state| *state == State::In).collect();
        self.offer(chosen.clone());
        let mut order: Vec<usize> = (0..relaxed.free.len()).filter(|at| found.reduced[*at] > TINY).collect();
        order.sort_by(|a, b| found.lean[*b].total_cmp(&found.lean[*a]).then(a.cmp(b)));
        for at in order {
            self.add(&mut chosen, relaxed.free[at]);
        }
        if thorough { self.greedy(chosen) } else { self.offer(chosen) }
    }

    /// Adds a mitigation with what it needs, if the budget allows.
    fn add(&self, chosen: &mut [bool], mitigation: usize) -> bool {
        let more: Vec<usize> = self.problem.closure[mitigation].iter().copied().filter(|m| !chosen[*m]).collect();
        let cost: u64 = more.iter().map(|m| self.problem.costs[*m]).sum();
        let fits = self.problem.cost(chosen) + cost <= self.goal.budget;
        if fits {
            more.iter().for_each(|m| chosen[*m] = true);
        }
        fits
    }

    /// Completes a choice with what helps most for its cost, then leaves out what is not needed.
    fn greedy(&mut self, mut chosen: Vec<bool>) {
        loop {
            if self.aim == Aim::Cost && self.problem.meets(self.goal.limit, &chosen) {
                break;
            }
            let room = self.goal.budget.saturating_sub(self.problem.cost(&chosen));
            let mut best: Option<(f64, usize)> = None;
            for mitigation in 0..chosen.len() {
                if chosen[mitigation] {
                    continue;
                }
                let more: Vec<usize> = self.problem.closure[mitigation].iter().copied().filter(|m| !chosen[*m]).collect();
                let cost: u64 = more.iter().map(|m| self.problem.costs[*m]).sum();
                if cost > room {
                    continue;
                }
                let gain = self.worth(&mut chosen, &more);
                let value = gain / (cost as f64).max(1e-3);
                if gain > TINY && best.is_none_or(|(known, _)| value > known) {
                    best = Some((value, mitigation));
                }
            }
            let Some((_, mitigation)) = best else { break };
            self.add(&mut chosen, mitigation);
        }
        self.trim(&mut chosen);
        self.offer(chosen);
    }

    /// What more mitigations are worth: what they take away; while that is nothing or a target counts, what they may.
    fn worth(&self, chosen: &mut [bool], more: &[usize]) -> f64 {
        let Some(limit) = self.goal.limit.filter(|_| self.aim == Aim::Cost) else { return self.problem.gain(chosen, more) };
        let mut worth = 0.0;
        for mitigation in more {
            for (term, place) in &self.problem.of[*mitigation] {
                let term = &self.problem.terms[*term];
                let above = if term.limited { term.left(chosen) - limit } else { 0.0 };
                worth += if above > TINY { term.most(true)[*place].min(above) } else { 0.0 };
            }
        }
        worth
    }

    /// Leaves out, dearest first, what changes nothing about the aim.
    fn trim(&self, chosen: &mut [bool]) {
        trim(self.problem, chosen, |chosen, problem, before| match self.aim {
            Aim::Left => problem.left(chosen) <= before + TINY && problem.meets(self.goal.limit, chosen),
            Aim::Cost => problem.meets(self.goal.limit, chosen),
        });
    }
}

/// Leaves out, dearest first, what is not needed: for which `fine` still holds without it.
pub(crate) fn trim(problem: &Problem<'_>, chosen: &mut [bool], fine: impl Fn(&[bool], &Problem<'_>, f64) -> bool) {
    let before = problem.left(chosen);
    if !fine(chosen, problem, before) {
        return;
    }
    let mut order: Vec<usize> = (0..chosen.len()).filter(|m| chosen[*m]).collect();
    order.sort_by_key(|m| (std::cmp::Reverse(problem.costs[*m]), *m));
    for mitigation in order {
        let needed = problem.dependants[mitigation].iter().any(|other| *other != mitigation && chosen[*other]);
        if needed {
            continue;
        }
        chosen[mitigation] = false;
        if !fine(chosen, problem, before) {
            chosen[mitigation] = true;
        }
    }
}

/// The mitigation about which the relaxation is least sure.
fn branch(relaxed: &Relaxed, found: &Bound) -> Option<usize> {
    let doubt = |at: &usize| (found.lean[*at] - 0.5).abs();
    let order = |a: &usize, b: &usize| {
        doubt(a).total_cmp(&doubt(b)).then(found.reduced[*a].abs().total_cmp(&found.reduced[*b].abs())).then(a.cmp(b))
    };
    (0..relaxed.free.len()).min_by(order).map(|at| relaxed.free[at])
}
