//! Good choices without proof: what helps most for its cost first, then parts of it taken out and put together again.

use super::frame::{Aim, Frame, State};
use super::problem::{Goal, Problem, TINY};
use crate::score::random::Random;

/// Rounds of taking out and putting together after which nothing better is expected.
const MOST_ROUNDS: u32 = 600;
/// How many are taken out at most, where others come at random.
const MOST_TAKEN: u64 = 6;

/// Makes choices.
pub(crate) struct Maker<'p, 'a> {
    pub(crate) problem: &'p Problem<'a>,
    pub(crate) frame: &'p Frame,
    pub(crate) goal: Goal,
    /// What is decided from the start.
    pub(crate) start: Vec<State>,
}

impl Maker<'_, '_> {
    /// What is to be small.
    pub(crate) fn value(&self, chosen: &[bool]) -> f64 {
        match self.frame.aim {
            Aim::Left => self.problem.left(chosen),
            Aim::Cost => self.problem.cost(chosen) as f64,
        }
    }

    /// Whether the target is met.
    pub(crate) fn meets(&self, chosen: &[bool]) -> bool {
        self.fulfils(chosen) && (self.frame.exact || self.problem.meets(self.goal.limit, chosen))
    }

    fn fulfils(&self, chosen: &[bool]) -> bool {
        self.frame
            .rows
            .iter()
            .all(|row| row.members.iter().filter(|(m, _)| chosen[*m]).map(|(_, weight)| weight).sum::<f64>() >= row.least - TINY)
    }

    /// Adds a mitigation with what it needs, if the budget allows.
    pub(crate) fn add(&self, chosen: &mut [bool], mitigation: usize) -> bool {
        let more = self.more(chosen, mitigation);
        let fits = self.problem.cost(chosen) + self.cost(&more) <= self.goal.budget;
        if fits {
            more.iter().for_each(|m| chosen[*m] = true);
        }
        fits
    }

    fn more(&self, chosen: &[bool], mitigation: usize) -> Vec<usize> {
        self.problem.closure[mitigation].iter().copied().filter(|m| !chosen[*m]).collect()
    }

    fn cost(&self, more: &[usize]) -> u64 {
        more.iter().map(|m| self.problem.costs[*m]).sum()
    }

    /// Completes a choice with what helps most for its cost, then leaves out what is not needed.
    pub(crate) fn complete(&self, chosen: Vec<bool>) -> Vec<bool> {
        self.completed(chosen, &mut |_| 1.0)
    }

    /// The same, with each worth multiplied by what `taste` says of the mitigation.
    fn completed(&self, mut chosen: Vec<bool>, taste: &mut dyn FnMut(usize) -> f64) -> Vec<bool> {
        let tastes: Vec<f64> = (0..chosen.len()).map(taste).collect();
        let mut spent = self.problem.cost(&chosen);
        loop {
            let missing = self.missing(&chosen);
            let by_rows = !missing.is_empty();
            if self.frame.aim == Aim::Cost && !by_rows && self.meets(&chosen) {
                break;
            }
            let mut best: Option<(f64, usize)> = None;
            for mitigation in 0..chosen.len() {
                if chosen[mitigation] || self.start[mitigation] == State::Out {
                    continue;
                }
                let more = self.more(&chosen, mitigation);
                let cost = self.cost(&more);
                if cost > self.goal.budget.saturating_sub(spent) {
                    continue;
                }
                let worth = if by_rows { self.worth_in_rows(&missing, &more) } else { self.worth(&mut chosen, &more) };
                let value = worth / (cost as f64).max(1e-3) * tastes[mitigation];
                if worth > TINY && best.is_none_or(|(known, _)| value > known) {
                    best = Some((value, mitigation));
                }
            }
            let Some((_, mitigation)) = best else { break };
            let more = self.more(&chosen, mitigation);
            spent += self.cost(&more);
            more.iter().for_each(|m| chosen[*m] = true);
        }
        self.trim(&mut chosen);
        chosen
    }

    /// By how much each row falls short; nothing if none does.
    fn missing(&self, chosen: &[bool]) -> Vec<f64> {
        let short = |row: &super::rows::Row| {
            let there: f64 = row.members.iter().filter(|(m, _)| chosen[*m]).map(|(_, weight)| weight).sum();
            if row.least - there > TINY { row.least - there } else { 0.0 }
        };
        let missing: Vec<f64> = self.frame.rows.iter().map(short).collect();
        if missing.iter().all(|missing| *missing == 0.0) { Vec::new() } else { missing }
    }

    fn worth_in_rows(&self, missing: &[f64], more: &[usize]) -> f64 {
        let one = |m: &usize| {
            self.frame.rows_of[*m].iter().map(|(row, weight)| weight.min(missing[*row]) / self.frame.rows[*row].least).sum::<f64>()
        };
        more.iter().map(one).sum()
    }

    /// What more mitigations are worth: what they take away; while that is nothing or a target counts, what they may.
    fn worth(&self, chosen: &mut [bool], more: &[usize]) -> f64 {
        let Some(limit) = self.goal.limit.filter(|_| self.frame.aim == Aim::Cost) else { return self.problem.gain(chosen, more) };
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

    /// Takes a few out of a choice and completes it with another taste, again and again; and how much work that was.
    pub(crate) fn shaken(&self, first: Vec<bool>, work: u64) -> (Vec<bool>, u64) {
        let mut random = Random::new(1);
        let mut best = self.value(&first);
        let mut chosen = first;
        let mut done = 0;
        let sizes: u64 = match self.frame.aim {
            Aim::Cost => self.frame.rows.iter().map(|row| row.members.len() as u64).sum(),
            Aim::Left => self.problem.of.iter().map(|of| 4 * of.len() as u64).sum(),
        };
        for _ in 0..MOST_ROUNDS {
            let before = chosen.iter().filter(|chosen| **chosen).count();
            let mut next = chosen.clone();
            let Some(taken) = self.taken(&chosen, &mut random) else { break };
            for one in taken {
                self.problem.dependants[one].iter().for_each(|m| next[*m] &= self.start[*m] == State::In);
            }
            let mut out: Vec<bool> = next.clone();
            out.iter_mut().zip(&chosen).for_each(|(out, was)| *out = !*out && *was);
            let made = self.completed(next, &mut |m| {
                let taste = 0.7 + 0.6 * random.unit();
                if out[m] { taste * 0.8 } else { taste }
            });
            let after = made.iter().filter(|chosen| **chosen).count();
            done += sizes * (2 + after.abs_diff(before) as u64 + MOST_TAKEN / 2);
            let value = self.value(&made);
            if value <= best + TINY && self.problem.cost(&made) <= self.goal.budget && self.meets(&made) {
                best = value;
                chosen = made;
            }
            if done >= work {
                break;
            }
        }
        (chosen, done)
    }

    /// A few that are to be taken out: one, and others that do the same work or any others.
    fn taken(&self, chosen: &[bool], random: &mut Random) -> Option<Vec<usize>> {
        let inside = |from: &mut dyn Iterator<Item = usize>| -> Vec<usize> {
            from.filter(|m| chosen[*m] && self.start[*m] == State::Free).collect()
        };
        let any = inside(&mut (0..chosen.len()));
        let mut pick = |from: &[usize]| (!from.is_empty()).then(|| from[(random.bits() % from.len() as u64) as usize]);
        let first = pick(&any)?;
        let near = match self.frame.aim {
            Aim::Cost => {
                let rows = self.frame.rows_of[first].iter().map(|(row, _)| &self.frame.rows[*row]);
                inside(&mut rows.flat_map(|row| row.members.iter().map(|(m, _)| *m)))
            }
            Aim::Left => {
                let terms = self.problem.of[first].iter().map(|(term, _)| &self.problem.terms[*term]);
                inside(&mut terms.flat_map(|term| term.relevant.iter().copied()))
            }
        };
        let mut taken = vec![first];
        for at in 0..pick(&[0, 1, 2, 3, 4, 5])? {
            taken.extend(pick(if at % 2 == 0 { &near } else { &any }));
        }
        Some(taken)
    }

    /// Leaves out, dearest first, what changes nothing about the aim.
    pub(crate) fn trim(&self, chosen: &mut [bool]) {
        match self.frame.aim {
            Aim::Cost => trim(self.problem, chosen, |m| self.start[m] == State::Free, |chosen, _, _| self.meets(chosen)),
            Aim::Left => {
                trim(self.problem, chosen, |_| true, |chosen, problem, before| problem.left(chosen) <= before + TINY && self.meets(chosen))
            }
        }
    }
}

/// Leaves out, dearest first, what is not needed: for which `fine` still holds without it.
fn trim(problem: &Problem<'_>, chosen: &mut [bool], open: impl Fn(usize) -> bool, fine: impl Fn(&[bool], &Problem<'_>, f64) -> bool) {
    let before = problem.left(chosen);
    if !fine(chosen, problem, before) {
        return;
    }
    let mut order: Vec<usize> = (0..chosen.len()).filter(|m| chosen[*m] && open(*m)).collect();
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
