//! What no choice can beat: bounds by Lagrangian relaxation, sound for every value of the multipliers.
//!
//! Each risk chooses for itself which mitigations lower it and pays a price for each; the mitigations are chosen for what all
//! risks together pay. Other multipliers price the rows of a target and what needs what. What remains of the mitigations
//! is a knapsack, whose linear relaxation is solved by sorting. A risk with many mitigations has one price for all of them.
//!
//! With a [`Shape`], risks have other tables, which pay for pairs of mitigations, and the mitigations have a convex quadratic
//! form that takes these payments back. A tangent of the form is below it wherever it touches, so what remains is a knapsack
//! again, and any point of contact gives a sound bound.

use std::ops::Range;

use super::ascent::{Way, knapsack};
use super::frame::{Aim, Frame, MOST_JOINT, State, joint};
use super::problem::{Problem, TINY, Term};
use super::shape::{Form, Shape};

/// After so many rounds that better nothing the steps become shorter.
const PATIENCE: u32 = 20;
/// Steps that are shorter than this share of the first lead nowhere.
const SHORTEST: f64 = 1e-5;
/// How far the point of contact follows the choice of each round.
const FOLLOW: f64 = 0.002;

/// What one more mitigation takes away each time, if only their number matters and none takes away more than the one before.
fn even(taken: &[f64]) -> Option<Vec<f64>> {
    let of_count = |count: u32| taken[(1_usize << count) - 1];
    if (1..taken.len()).any(|set| (taken[set] - of_count(set.count_ones())).abs() > TINY) {
        return None;
    }
    let steps: Vec<f64> = (0..taken.len().ilog2()).map(|count| of_count(count + 1) - of_count(count)).collect();
    steps.windows(2).all(|pair| pair[0] >= pair[1]).then_some(steps)
}

/// The part of a problem that is still open, as the relaxation sees it. Places are those of open mitigations in `free`.
#[derive(Default)]
pub(crate) struct Relaxed {
    /// What is in place leaves so much, or costs so much.
    base: f64,
    /// Cost of what is in place.
    pub(crate) spent: u64,
    /// Open mitigations.
    pub(crate) free: Vec<usize>,
    costs: Vec<f64>,
    /// What each open mitigation gains, whatever else is chosen.
    gains: Vec<f64>,
    /// Which of all multipliers are in use; the others below are places in this list.
    slots: Vec<usize>,
    /// The least that each multiplier may be.
    least: Vec<f64>,
    pub(crate) joint: Vec<Joint>,
    even: Vec<Even>,
    /// What each set of a joint risk takes away.
    pub(crate) taken: Vec<f64>,
    /// Sets of joint risks that take away more than any set with one less, as bits, with what they take away.
    useful: Vec<(usize, f64)>,
    wide: Vec<Wide>,
    rows: Vec<OpenRow>,
    /// The members of the rows, one row after the other.
    weights: Vec<(usize, f64)>,
    needs: Vec<OpenNeed>,
    pub(crate) form: Form,
    of_shares: usize,
}

/// A risk of which all sets are looked at.
pub(crate) struct Joint {
    /// Its place among all risks.
    pub(crate) term: usize,
    /// The first of its numbers in `taken`.
    pub(crate) first: usize,
    /// Its open mitigations.
    pub(crate) spots: Vec<usize>,
    /// The multiplier of the first of them.
    multiplier: usize,
    /// Its part of `useful`, where adding these up is less work than all sets; else empty.
    useful: Range<usize>,
}

/// A risk to which it only matters how many of its mitigations are chosen, each taking away at most what the one before it
/// did: one price for all of them says as much as one for each.
struct Even {
    /// What the first takes away, the second, and so on: a part of `taken`.
    steps: Range<usize>,
    spots: Vec<usize>,
    multiplier: usize,
    /// The multipliers, among all, that the price stands for.
    slots: Vec<usize>,
}

/// A risk with too many mitigations for that: it loses at most `most`, and at most the sum of the weights.
struct Wide {
    multiplier: usize,
    most: f64,
    weights: Vec<(usize, f64)>,
}

struct OpenRow {
    multiplier: usize,
    least: f64,
    /// Its part of `weights`.
    members: Range<usize>,
}

struct OpenNeed {
    multiplier: usize,
    needing: usize,
    needed: usize,
}

/// A bound with what it says of each open mitigation.
pub(crate) struct Bound {
    pub(crate) value: f64,
    /// By how much the bound moves when the open mitigation is decided against its sign: positive ones want to be in.
    pub(crate) reduced: Vec<f64>,
    /// How often each was chosen by the relaxation, 0 to 1.
    pub(crate) lean: Vec<f64>,
}

impl Relaxed {
    pub(crate) fn new(problem: &Problem<'_>, frame: &Frame, shape: Option<&Shape>, states: &[State]) -> Self {
        let free: Vec<usize> = (0..states.len()).filter(|at| states[*at] == State::Free).collect();
        let mut place = vec![usize::MAX; states.len()];
        free.iter().enumerate().for_each(|(at, mitigation)| place[*mitigation] = at);
        let spent = (0..states.len()).filter(|at| states[*at] == State::In).map(|at| problem.costs[at]).sum();
        let costs: Vec<f64> = free.iter().map(|at| problem.costs[*at] as f64).collect();
        let mut relaxed = Self { spent, gains: vec![0.0; free.len()], free, costs, of_shares: frame.of_shares, ..Self::default() };
        match frame.aim {
            Aim::Cost => {
                relaxed.base = spent as f64;
                relaxed.gains = relaxed.costs.iter().map(|cost| -cost).collect();
            }
            Aim::Left => relaxed.add_terms(problem, frame, shape, states, &place),
        }
        if let Some(shape) = shape {
            relaxed.form = shape.form(states);
        }
        relaxed.add_rows(frame, states, &place);
        relaxed
    }

    fn add_terms(&mut self, problem: &Problem<'_>, frame: &Frame, shape: Option<&Shape>, states: &[State], place: &[usize]) {
        let chosen: Vec<bool> = states.iter().map(|state| *state == State::In).collect();
        let possible: Vec<bool> = states.iter().map(|state| *state != State::Out).collect();
        for (at, (term, first)) in problem.terms.iter().zip(&frame.of_terms).enumerate() {
            if let Some(shape) = shape
                && joint(term).is_some()
            {
                let table = shape.table(at);
                self.base += table[term.mask(&chosen)];
                self.add_joint((at, term), table, *first, states, place, true);
                continue;
            }
            let now = term.best(&chosen);
            self.base += now;
            let most = now - term.best(&possible);
            if most <= TINY {
                continue;
            }
            if let Some(table) = joint(term) {
                self.add_joint((at, term), table, *first, states, place, false);
                continue;
            }
            let fresh = !term.relevant.iter().any(|m| chosen[*m]);
            let open = term.relevant.iter().zip(term.most(fresh)).filter(|(m, _)| place[**m] != usize::MAX);
            let weights = open.map(|(m, weight)| (place[*m], weight.min(most))).filter(|(_, weight)| *weight > 0.0).collect();
            let multiplier = self.slot(*first, 0.0);
            self.wide.push(Wide { multiplier, most, weights });
        }
    }

    /// Adds a risk of which all sets are looked at. In a `shaped` table more mitigations may leave more, so that prices may be
    /// below 0.
    fn add_joint(
        &mut self,
        (at, term): (usize, &Term<'_>),
        table: &[f64],
        multiplier: usize,
        states: &[State],
        place: &[usize],
        shaped: bool,
    ) {
        let mask = |state: State| term.relevant.iter().enumerate().fold(0, |mask, (bit, m)| mask | usize::from(states[*m] == state) << bit);
        let (inside, open) = (mask(State::In), mask(State::Free));
        let first = self.taken.len();
        let mut set = 0_usize;
        loop {
            self.taken.push(table[inside] - table[inside | set]);
            if set == open {
                break;
            }
            set = set.wrapping_sub(open) & open;
        }
        let bits = (0..term.relevant.len()).filter(|bit| open & (1 << bit) != 0);
        let (spots, slots): (Vec<usize>, Vec<usize>) = bits.map(|bit| (place[term.relevant[bit]], multiplier + bit)).unzip();
        // Where each takes away the same whatever the others do, there is nothing to be priced.
        let taken = &self.taken[first..];
        let apart = |set: usize| (0..spots.len()).filter(|bit| set & (1 << bit) != 0).map(|bit| taken[1 << bit]).sum::<f64>();
        if (0..taken.len()).all(|set| (apart(set) - taken[set]).abs() <= TINY) {
            spots.iter().enumerate().for_each(|(bit, place)| self.gains[*place] += taken[1 << bit]);
            self.taken.truncate(first);
        } else if let Some(steps) = even(taken).filter(|_| !shaped) {
            self.taken.truncate(first);
            self.taken.extend(steps);
            let multiplier = self.slot(slots[0], 0.0);
            self.even.push(Even { steps: first..self.taken.len(), spots, multiplier, slots });
        } else {
            let multiplier = self.slots.len();
            let least = if shaped { f64::NEG_INFINITY } else { 0.0 };
            slots.into_iter().for_each(|slot| {
                self.slot(slot, least);
            });
            let useful = if shaped { 0..0 } else { self.add_useful(first) };
            self.joint.push(Joint { term: at, first, spots, multiplier, useful });
        }
    }

    /// The sets of a joint risk that are worth their price to it, if they are few: no price is negative, so one that takes
    /// away no more than without one of its members never is.
    fn add_useful(&mut self, first: usize) -> Range<usize> {
        let (taken, start) = (&self.taken[first..], self.useful.len());
        let bits = |set: usize| (0..taken.len().ilog2()).map(|bit| 1_usize << bit).filter(move |bit| set & bit != 0);
        let is_useful = |set: &usize| bits(*set).all(|bit| taken[set & !bit] < taken[*set]);
        self.useful.extend((1..taken.len()).filter(is_useful).map(|set| (set, taken[set])));
        let work: usize = self.useful[start..].iter().map(|(set, _)| 2 + set.count_ones() as usize).sum();
        if work > taken.len() {
            self.useful.truncate(start);
        }
        start..self.useful.len()
    }

    /// Takes a multiplier into use that is never below `least`.
    fn slot(&mut self, of_all: usize, least: f64) -> usize {
        self.slots.push(of_all);
        self.least.push(least);
        self.slots.len() - 1
    }

    fn add_rows(&mut self, frame: &Frame, states: &[State], place: &[usize]) {
        for (at, row) in frame.rows.iter().enumerate() {
            let there: f64 = row.members.iter().filter(|(m, _)| states[*m] == State::In).map(|(_, weight)| weight).sum();
            let least = row.least - there;
            if least <= TINY {
                continue;
            }
            let first = self.weights.len();
            let open = row.members.iter().filter(|(m, _)| place[*m] != usize::MAX);
            self.weights.extend(open.map(|(m, weight)| (place[*m], weight.min(least))));
            let multiplier = self.slot(frame.of_rows + at, 0.0);
            self.rows.push(OpenRow { multiplier, least, members: first..self.weights.len() });
        }
        for (at, (needing, needed)) in frame.needs.iter().enumerate() {
            let (needing, needed) = (place[*needing], place[*needed]);
            if needing != usize::MAX && needed != usize::MAX {
                let multiplier = self.slot(frame.of_needs + at, 0.0);
                self.needs.push(OpenNeed { multiplier, needing, needed });
            }
        }
    }

    /// How much work one round of the relaxation is.
    pub(crate) fn size(&self) -> usize {
        let wide: usize = self.wide.iter().map(|wide| wide.weights.len()).sum();
        let even: usize = self.even.iter().map(|even| 3 * even.spots.len()).sum();
        let all = |joint: &Joint| 2 << joint.spots.len();
        let few = |joint: &Joint| joint.useful.clone().map(|at| 2 + self.useful[at].0.count_ones() as usize).sum::<usize>();
        let joint = |joint: &Joint| 3 + joint.spots.len() + if joint.useful.is_empty() { all(joint) } else { few(joint) };
        self.joint.iter().map(joint).sum::<usize>()
            + even
            + wide
            + self.slots.len()
            + self.weights.len()
            + self.rows.len()
            + self.needs.len()
            + self.form.size()
            + 8 * self.free.len()
    }

    /// A bound within a budget. `multipliers` is improved in place; `known` is the value of a choice that is known.
    pub(crate) fn bound(&self, budget: Option<u64>, known: f64, multipliers: &mut [f32], rounds: usize, first: f64) -> Bound {
        let room = budget.map(|budget| budget.saturating_sub(self.spent) as f64);
        let (mut now, mut centre) = self.start(multipliers);
        let mut best = Bound { value: f64::NEG_INFINITY, reduced: Vec::new(), lean: vec![0.0; self.free.len()] };
        let mut kept = (now.clone(), centre.clone());
        let (mut length, mut stalled, mut done) = (first, 0, 0.0);
        let mut way = self.way();
        for _ in 0..rounds {
            let round = self.round(room, &now, &centre, &mut way.slopes);
            best.lean.iter_mut().zip(&round.shares).for_each(|(lean, share)| *lean += share);
            done += 1.0;
            if round.value > best.value + 1e-9 {
                best.value = round.value;
                best.reduced = round.reduced;
                kept.clone_from(&(now.clone(), centre.clone()));
                stalled = 0;
            } else {
                stalled += 1;
                if stalled >= PATIENCE {
                    length /= 2.0;
                    stalled = 0;
                    now.clone_from(&kept.0);
                    centre.clone_from(&kept.1);
                }
            }
            if best.value >= known - TINY || length < SHORTEST || !way.step(&mut now, length * (known - round.value).max(1e-6)) {
                break;
            }
            self.form.follow(&mut centre, &round.shares, FOLLOW);
        }
        best.lean.iter_mut().for_each(|lean| *lean /= done);
        self.keep(&kept.0, &kept.1, multipliers);
        best
    }

    /// The multipliers in use and the point of contact, as they are among all.
    pub(crate) fn start(&self, multipliers: &[f32]) -> (Vec<f64>, Vec<f64>) {
        let mut now: Vec<f64> = self.slots.iter().map(|slot| f64::from(multipliers[*slot])).collect();
        for even in &self.even {
            now[even.multiplier] = even.slots.iter().map(|slot| f64::from(multipliers[*slot])).sum::<f64>() / even.slots.len() as f64;
        }
        (now, multipliers[self.of_shares..].iter().map(|share| f64::from(*share)).collect())
    }

    /// The way from there.
    pub(crate) fn way(&self) -> Way {
        Way::new(self.least.clone())
    }

    /// Puts them back.
    pub(crate) fn keep(&self, now: &[f64], centre: &[f64], multipliers: &mut [f32]) {
        self.slots.iter().zip(now).for_each(|(slot, now)| multipliers[*slot] = *now as f32);
        // One price for all of a wide risk is at most the whole of it.
        self.wide.iter().for_each(|wide| multipliers[self.slots[wide.multiplier]] = now[wide.multiplier].min(1.0) as f32);
        for even in &self.even {
            even.slots.iter().for_each(|slot| multipliers[*slot] = now[even.multiplier] as f32);
        }
        multipliers[self.of_shares..].iter_mut().zip(centre).for_each(|(share, centre)| *share = *centre as f32);
    }

    /// The bound for some multipliers and a point of contact, and how it would change with each multiplier.
    pub(crate) fn round(&self, room: Option<f64>, now: &[f64], centre: &[f64], slopes: &mut [f64]) -> Round {
        slopes.fill(0.0);
        let mut profits = self.gains.clone();
        let mut value = self.base;
        let mut sums = [0.0; 1 << MOST_JOINT];
        let mut sets = Vec::with_capacity(self.joint.len());
        for joint in &self.joint {
            let size = 1_usize << joint.spots.len();
            let taken = &self.taken[joint.first..joint.first + size];
            let prices = &now[joint.multiplier..joint.multiplier + joint.spots.len()];
            let (mut most, mut chosen) = (0.0, 0);
            for (set, taken) in &self.useful[joint.useful.clone()] {
                let mut worth = *taken;
                let mut rest = *set;
                while rest != 0 {
                    worth -= prices[rest.trailing_zeros() as usize];
                    rest &= rest - 1;
                }
                if worth > most {
                    (most, chosen) = (worth, *set);
                }
            }
            for set in 1..if joint.useful.is_empty() { size } else { 0 } {
                let low = set.trailing_zeros() as usize;
                let sum = sums[set & (set - 1)] + prices[low];
                sums[set] = sum;
                if taken[set] - sum > most {
                    most = taken[set] - sum;
                    chosen = set;
                }
            }
            value -= most;
            sets.push(chosen);
            for (bit, place) in joint.spots.iter().enumerate() {
                profits[*place] += now[joint.multiplier + bit];
                slopes[joint.multiplier + bit] = f64::from(u8::from(chosen & (1 << bit) != 0));
            }
        }
        for even in &self.even {
            let price = now[even.multiplier];
            for step in self.taken[even.steps.clone()].iter().filter(|step| **step > price) {
                value -= step - price;
                slopes[even.multiplier] += 1.0;
            }
            even.spots.iter().for_each(|place| profits[*place] += price);
        }
        for wide in &self.wide {
            let price = now[wide.multiplier].min(1.0);
            value -= (1.0 - price) * wide.most;
            wide.weights.iter().for_each(|(place, weight)| profits[*place] += price * weight);
        }
        for row in &self.rows {
            value += now[row.multiplier] * row.least;
            let price = now[row.multiplier];
            self.weights[row.members.clone()].iter().for_each(|(place, weight)| profits[*place] += price * weight);
        }
        for need in &self.needs {
            profits[need.needing] -= now[need.multiplier];
            profits[need.needed] += now[need.multiplier];
        }
        value += self.form.tangent(centre, &mut profits);
        let (price, shares) = match room {
            Some(room) => knapsack(&profits, &self.costs, room),
            None => (0.0, profits.iter().map(|profit| f64::from(u8::from(*profit > 0.0))).collect()),
        };
        let reduced: Vec<f64> = profits.iter().zip(&self.costs).map(|(profit, cost)| profit - price * cost).collect();
        value -= price * room.unwrap_or(0.0) + reduced.iter().map(|reduced| reduced.max(0.0)).sum::<f64>();
        self.slopes(&shares, now, slopes);
        Round { value, reduced, shares, sets }
    }

    fn slopes(&self, shares: &[f64], now: &[f64], slopes: &mut [f64]) {
        let sum = |weights: &[(usize, f64)]| weights.iter().map(|(place, weight)| weight * shares[*place]).sum::<f64>();
        for joint in &self.joint {
            joint.spots.iter().enumerate().for_each(|(bit, place)| slopes[joint.multiplier + bit] -= shares[*place]);
        }
        for even in &self.even {
            slopes[even.multiplier] -= even.spots.iter().map(|place| shares[*place]).sum::<f64>();
        }
        for wide in &self.wide {
            let slope = wide.most - sum(&wide.weights);
            slopes[wide.multiplier] = if slope > 0.0 && now[wide.multiplier] >= 1.0 { 0.0 } else { slope };
        }
        self.rows.iter().for_each(|row| slopes[row.multiplier] = row.least - sum(&self.weights[row.members.clone()]));
        self.needs.iter().for_each(|need| slopes[need.multiplier] = shares[need.needing] - shares[need.needed]);
    }
}

/// The bound for some multipliers.
pub(crate) struct Round {
    pub(crate) value: f64,
    pub(crate) reduced: Vec<f64>,
    pub(crate) shares: Vec<f64>,
    /// What each joint risk chose.
    pub(crate) sets: Vec<usize>,
}
