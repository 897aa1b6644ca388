//! What no choice can beat: bounds by Lagrangian relaxation, sound for every value of the multipliers.
//!
//! Each risk chooses for itself which mitigations lower it and pays a price for each; the mitigations are chosen for what all
//! risks together pay. Other multipliers price the rows of a target and what needs what. What remains of the mitigations
//! is a knapsack, whose linear relaxation is solved by sorting. A risk with many mitigations has one price for all of them.

use std::ops::Range;

use super::problem::{Problem, TINY, Term};
use super::rows::{Row, Rows};

/// Up to so many mitigations, a risk is looked at in all sets of them.
const MOST_JOINT: usize = 6;
/// After so many rounds that better nothing the steps become shorter.
const PATIENCE: u32 = 20;
/// Steps that are shorter than this share of the first lead nowhere.
const SHORTEST: f64 = 1e-5;
/// How much of the last direction the next one keeps, so that the way up does not go to and fro.
const DEFLECTION: f64 = 0.85;

/// What has been decided about each mitigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Free,
    In,
    Out,
}

/// What is made as small as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    Left,
    Cost,
}

/// What is the same in all parts of a problem: the rows of the target, and which multiplier is whose.
pub(crate) struct Frame {
    pub(crate) aim: Aim,
    pub(crate) rows: Vec<Row>,
    /// For each mitigation the rows that it is in, with its weight.
    pub(crate) rows_of: Vec<Vec<(usize, f64)>>,
    /// Whether every choice that fulfils the rows meets the limit.
    pub(crate) exact: bool,
    /// The first multiplier of each risk.
    of_terms: Vec<usize>,
    /// Pairs of which the first needs the second.
    needs: Vec<(usize, usize)>,
    of_rows: usize,
    of_needs: usize,
    /// What the multipliers start from.
    pub(crate) start: Vec<f32>,
}

impl Frame {
    pub(crate) fn new(problem: &Problem<'_>, limit: Option<f64>, aim: Aim) -> Self {
        let Rows { rows, exact } = Rows::new(problem, limit);
        let mut start = Vec::new();
        let mut of_terms = Vec::new();
        for term in &problem.terms {
            of_terms.push(start.len());
            match (aim, joint(term)) {
                (Aim::Cost, _) => {}
                (Aim::Left, Some(_)) => start.extend(term.most(true).iter().map(|weight| *weight as f32)),
                (Aim::Left, None) => start.push(1.0),
            }
        }
        let pairs = problem.needs.iter().enumerate().flat_map(|(at, needs)| needs.iter().map(move |needed| (at, *needed)));
        let of_rows = start.len();
        let frame =
            Self { aim, exact, of_terms, needs: pairs.collect(), of_rows, of_needs: of_rows, start, rows: Vec::new(), rows_of: Vec::new() };
        frame.with(rows, problem.costs.len())
    }

    /// The same with other rows.
    pub(crate) fn with(&self, rows: Vec<Row>, count: usize) -> Self {
        let mut rows_of = vec![Vec::new(); count];
        for (at, row) in rows.iter().enumerate() {
            row.members.iter().for_each(|(m, weight)| rows_of[*m].push((at, *weight)));
        }
        let of_needs = self.of_rows + rows.len();
        let mut start = self.start[..self.of_rows].to_vec();
        start.resize(of_needs + self.needs.len(), 0.0);
        Self { rows, rows_of, of_terms: self.of_terms.clone(), needs: self.needs.clone(), of_needs, start, ..*self }
    }
}

/// What one more mitigation takes away each time, if only their number matters and none takes away more than the one before.
fn even(taken: &[f64]) -> Option<Vec<f64>> {
    let of_count = |count: u32| taken[(1_usize << count) - 1];
    if (1..taken.len()).any(|set| (taken[set] - of_count(set.count_ones())).abs() > TINY) {
        return None;
    }
    let steps: Vec<f64> = (0..taken.len().ilog2()).map(|count| of_count(count + 1) - of_count(count)).collect();
    steps.windows(2).all(|pair| pair[0] >= pair[1]).then_some(steps)
}

/// What a risk leaves for each set of its mitigations, if it is small enough to look at all of them.
fn joint<'t>(term: &'t Term<'_>) -> Option<&'t [f64]> {
    term.table().filter(|_| term.relevant.len() <= MOST_JOINT)
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
    joint: Vec<Joint>,
    even: Vec<Even>,
    /// What each set of a joint risk takes away.
    taken: Vec<f64>,
    /// Sets of joint risks that take away more than any set with one less, as bits, with what they take away.
    useful: Vec<(usize, f64)>,
    wide: Vec<Wide>,
    rows: Vec<OpenRow>,
    /// The members of the rows, one row after the other.
    weights: Vec<(usize, f64)>,
    needs: Vec<OpenNeed>,
}

/// A risk of which all sets are looked at.
struct Joint {
    /// The first of its numbers in `taken`.
    first: usize,
    /// Its open mitigations.
    spots: Vec<usize>,
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
    pub(crate) fn new(problem: &Problem<'_>, frame: &Frame, states: &[State]) -> Self {
        let free: Vec<usize> = (0..states.len()).filter(|at| states[*at] == State::Free).collect();
        let mut place = vec![usize::MAX; states.len()];
        free.iter().enumerate().for_each(|(at, mitigation)| place[*mitigation] = at);
        let spent = (0..states.len()).filter(|at| states[*at] == State::In).map(|at| problem.costs[at]).sum();
        let costs: Vec<f64> = free.iter().map(|at| problem.costs[*at] as f64).collect();
        let mut relaxed = Self { spent, gains: vec![0.0; free.len()], free, costs, ..Self::default() };
        match frame.aim {
            Aim::Cost => {
                relaxed.base = spent as f64;
                relaxed.gains = relaxed.costs.iter().map(|cost| -cost).collect();
            }
            Aim::Left => relaxed.add_terms(problem, frame, states, &place),
        }
        relaxed.add_rows(frame, states, &place);
        relaxed
    }

    fn add_terms(&mut self, problem: &Problem<'_>, frame: &Frame, states: &[State], place: &[usize]) {
        let chosen: Vec<bool> = states.iter().map(|state| *state == State::In).collect();
        let possible: Vec<bool> = states.iter().map(|state| *state != State::Out).collect();
        for (term, first) in problem.terms.iter().zip(&frame.of_terms) {
            let now = term.best(&chosen);
            self.base += now;
            let most = now - term.best(&possible);
            if most <= TINY {
                continue;
            }
            if let Some(table) = joint(term) {
                self.add_joint(term, table, *first, states, place);
                continue;
            }
            let fresh = !term.relevant.iter().any(|m| chosen[*m]);
            let open = term.relevant.iter().zip(term.most(fresh)).filter(|(m, _)| place[**m] != usize::MAX);
            let weights = open.map(|(m, weight)| (place[*m], weight.min(most))).filter(|(_, weight)| *weight > 0.0).collect();
            let multiplier = self.slot(*first);
            self.wide.push(Wide { multiplier, most, weights });
        }
    }

    fn add_joint(&mut self, term: &Term<'_>, table: &[f64], multiplier: usize, states: &[State], place: &[usize]) {
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
        } else if let Some(steps) = even(taken) {
            self.taken.truncate(first);
            self.taken.extend(steps);
            let multiplier = self.slot(slots[0]);
            self.even.push(Even { steps: first..self.taken.len(), spots, multiplier, slots });
        } else {
            let multiplier = self.slots.len();
            self.slots.extend(slots);
            let useful = self.add_useful(first);
            self.joint.push(Joint { first, spots, multiplier, useful });
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

    /// Takes a multiplier into use.
    fn slot(&mut self, of_all: usize) -> usize {
        self.slots.push(of_all);
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
            let multiplier = self.slot(frame.of_rows + at);
            self.rows.push(OpenRow { multiplier, least, members: first..self.weights.len() });
        }
        for (at, (needing, needed)) in frame.needs.iter().enumerate() {
            let (needing, needed) = (place[*needing], place[*needed]);
            if needing != usize::MAX && needed != usize::MAX {
                let multiplier = self.slot(frame.of_needs + at);
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
            + 8 * self.free.len()
    }

    /// A bound within a budget. `multipliers` is improved in place; `known` is the value of a choice that is known.
    pub(crate) fn bound(&self, budget: Option<u64>, known: f64, multipliers: &mut [f32], rounds: usize, first: f64) -> Bound {
        let room = budget.map(|budget| budget.saturating_sub(self.spent) as f64);
        let mut now: Vec<f64> = self.slots.iter().map(|slot| f64::from(multipliers[*slot])).collect();
        for even in &self.even {
            now[even.multiplier] = even.slots.iter().map(|slot| f64::from(multipliers[*slot])).sum::<f64>() / even.slots.len() as f64;
        }
        let mut best = Bound { value: f64::NEG_INFINITY, reduced: Vec::new(), lean: vec![0.0; self.free.len()] };
        let mut kept = now.clone();
        let (mut length, mut stalled, mut done) = (first, 0, 0.0);
        let mut way = Way { slopes: vec![0.0; now.len()], direction: vec![0.0; now.len()] };
        for _ in 0..rounds {
            let round = self.round(room, &now, &mut way.slopes);
            best.lean.iter_mut().zip(&round.shares).for_each(|(lean, share)| *lean += share);
            done += 1.0;
            if round.value > best.value + 1e-9 {
                best.value = round.value;
                best.reduced = round.reduced;
                kept.clone_from(&now);
                stalled = 0;
            } else {
                stalled += 1;
                if stalled >= PATIENCE {
                    length /= 2.0;
                    stalled = 0;
                    now.clone_from(&kept);
                }
            }
            if best.value >= known - TINY || length < SHORTEST || !way.step(&mut now, length * (known - round.value).max(1e-6)) {
                break;
            }
        }
        best.lean.iter_mut().for_each(|lean| *lean /= done);
        // One price for all of a wide risk is at most the whole of it.
        self.wide.iter().for_each(|wide| kept[wide.multiplier] = kept[wide.multiplier].min(1.0));
        self.slots.iter().zip(&kept).for_each(|(slot, kept)| multipliers[*slot] = *kept as f32);
        for even in &self.even {
            even.slots.iter().for_each(|slot| multipliers[*slot] = kept[even.multiplier] as f32);
        }
        best
    }

    /// The bound for some multipliers, and how it would change with each of them.
    fn round(&self, room: Option<f64>, now: &[f64], slopes: &mut [f64]) -> Round {
        slopes.fill(0.0);
        let mut profits = self.gains.clone();
        let mut value = self.base;
        let mut sums = [0.0; 1 << MOST_JOINT];
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
        let (price, shares) = match room {
            Some(room) => knapsack(&profits, &self.costs, room),
            None => (0.0, profits.iter().map(|profit| f64::from(u8::from(*profit > 0.0))).collect()),
        };
        let reduced: Vec<f64> = profits.iter().zip(&self.costs).map(|(profit, cost)| profit - price * cost).collect();
        value -= price * room.unwrap_or(0.0) + reduced.iter().map(|reduced| reduced.max(0.0)).sum::<f64>();
        self.slopes(&shares, now, slopes);
        Round { value, reduced, shares }
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
struct Round {
    value: f64,
    reduced: Vec<f64>,
    shares: Vec<f64>,
}

/// The way up to the best multipliers.
struct Way {
    slopes: Vec<f64>,
    direction: Vec<f64>,
}

impl Way {
    /// Goes a step; false where there is no way up. No multiplier is below 0.
    fn step(&mut self, now: &mut [f64], length: f64) -> bool {
        let mut norm = 0.0;
        for ((slope, direction), multiplier) in self.slopes.iter().zip(&mut self.direction).zip(&*now) {
            *direction = slope + DEFLECTION * *direction;
            if *direction < 0.0 && *multiplier <= 0.0 {
                *direction = 0.0;
            }
            norm += *direction * *direction;
        }
        if norm <= TINY {
            return false;
        }
        for (multiplier, direction) in now.iter_mut().zip(&self.direction) {
            *multiplier = (*multiplier + length / norm * direction).max(0.0);
        }
        true
    }
}

/// The linear relaxation of a knapsack: the price of an hour, and which share of each is taken.
fn knapsack(profits: &[f64], costs: &[f64], room: f64) -> (f64, Vec<f64>) {
    let mut order: Vec<usize> = (0..profits.len()).filter(|at| profits[*at] > 0.0).collect();
    // Cross-multiplied, so that what costs nothing comes first without a division.
    order.sort_unstable_by(|a, b| (profits[*b] * costs[*a]).total_cmp(&(profits[*a] * costs[*b])).then(a.cmp(b)));
    let mut shares = vec![0.0; profits.len()];
    let mut left = room;
    for at in order {
        if costs[at] <= left {
            left -= costs[at];
            shares[at] = 1.0;
        } else {
            shares[at] = left / costs[at];
            return (profits[at] / costs[at], shares);
        }
    }
    (0.0, shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_knapsack_takes_the_best_value_for_its_cost_first() {
        let (price, shares) = knapsack(&[10.0, 6.0, 1.0, 3.0], &[5.0, 2.0, 0.0, 6.0], 5.0);
        assert_eq!((price, shares), (2.0, vec![0.6, 1.0, 1.0, 0.0]));
    }
}
