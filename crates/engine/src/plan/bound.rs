//! What no choice can beat: bounds by Lagrangian relaxation, sound for every value of the multipliers.
//!
//! A risk loses at most what is left of it, and at most the sum of the weights of what is chosen. Multipliers weigh the two
//! against each other for each risk; what remains is a knapsack whose linear relaxation is solved by sorting. For the
//! cheapest way to a target the multipliers price how far each risk is above it.

use super::problem::{Problem, TINY};

/// What has been decided about each mitigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Free,
    In,
    Out,
}

/// The part of a problem that is still open, as the relaxation sees it.
pub(crate) struct Relaxed {
    /// Sum of the risks with what is in place.
    pub(crate) left: f64,
    /// Cost of what is in place.
    pub(crate) cost: u64,
    /// Open mitigations.
    pub(crate) free: Vec<usize>,
    costs: Vec<f64>,
    /// Risks that can still be lowered: by how much at most, the place of the risk, and the weights of open mitigations.
    rows: Vec<Row>,
    /// Whether the limit can still be met.
    pub(crate) reachable: bool,
    /// Whether what is in place meets the limit.
    pub(crate) met: bool,
}

struct Row {
    term: usize,
    most: f64,
    /// How far it is above the limit.
    above: f64,
    weights: Vec<(usize, f64)>,
}

/// A bound with what it says of each open mitigation.
pub(crate) struct Bound {
    pub(crate) value: f64,
    /// By how much the bound moves when the open mitigation is decided against its sign: positive ones want to be in.
    pub(crate) reduced: Vec<f64>,
    /// How often each was chosen by the relaxation, 0 to 1.
    pub(crate) lean: Vec<f64>,
}

/// The way up to the best bound: steps get shorter while nothing gets better.
struct Climb {
    /// The multipliers of the best bound so far.
    kept: Vec<f64>,
    step: f64,
    stalled: u32,
}

impl Climb {
    fn from(start: &[f64]) -> Self {
        Self { kept: start.to_vec(), step: 1.0, stalled: 0 }
    }

    /// Takes over a better bound; after eight that are not, half the step, from the best multipliers.
    fn note(&mut self, value: f64, reduced: Vec<f64>, best: &mut Bound, now: &mut Vec<f64>) {
        if value > best.value + 1e-9 {
            best.value = value;
            best.reduced = reduced;
            self.kept.clone_from(now);
            self.stalled = 0;
            return;
        }
        self.stalled += 1;
        if self.stalled >= 8 {
            self.step /= 2.0;
            self.stalled = 0;
            now.clone_from(&self.kept);
        }
    }
}

impl Relaxed {
    pub(crate) fn new(problem: &Problem<'_>, states: &[State], limit: Option<f64>) -> Self {
        let chosen: Vec<bool> = states.iter().map(|state| *state == State::In).collect();
        let possible: Vec<bool> = states.iter().map(|state| *state != State::Out).collect();
        let free: Vec<usize> = (0..states.len()).filter(|at| states[*at] == State::Free).collect();
        let mut place = vec![usize::MAX; states.len()];
        free.iter().enumerate().for_each(|(at, mitigation)| place[*mitigation] = at);
        let mut relaxed = Self {
            left: 0.0,
            cost: problem.cost(&chosen),
            costs: free.iter().map(|at| problem.costs[*at] as f64).collect(),
            free,
            rows: Vec::new(),
            reachable: true,
            met: true,
        };
        for (at, term) in problem.terms.iter().enumerate() {
            let now = term.best(&chosen);
            relaxed.left += now;
            let above = limit.filter(|_| term.limited).map_or(0.0, |limit| (now - limit).max(0.0));
            relaxed.met &= above <= TINY;
            let most = now - term.best(&possible);
            relaxed.reachable &= above <= most + TINY;
            if most <= TINY {
                continue;
            }
            let fresh = !term.relevant.iter().any(|m| chosen[*m]);
            let open = term.relevant.iter().zip(term.most(fresh)).filter(|(m, _)| place[**m] != usize::MAX);
            let weights = open.map(|(m, weight)| (place[*m], weight.min(most))).filter(|(_, weight)| *weight > 0.0).collect();
            relaxed.rows.push(Row { term: at, most, above, weights });
        }
        relaxed
    }

    /// How much work one round of the relaxation is.
    pub(crate) fn size(&self) -> usize {
        self.rows.iter().map(|row| row.weights.len() + 1).sum::<usize>() + 8 * self.free.len()
    }

    /// The least risk that can be left within a budget. `multipliers` has one number a risk and is improved in place; `known`
    /// is what a choice that is known leaves.
    pub(crate) fn least_left(&self, budget: u64, known: f64, multipliers: &mut [f32], rounds: usize) -> Bound {
        let room = budget.saturating_sub(self.cost) as f64;
        let mut now: Vec<f64> = self.rows.iter().map(|row| f64::from(multipliers[row.term])).collect();
        let mut best = Bound { value: f64::NEG_INFINITY, reduced: vec![0.0; self.free.len()], lean: vec![0.0; self.free.len()] };
        let mut climb = Climb::from(&now);
        let mut lean = vec![0.0; self.free.len()];
        for round in 0..rounds {
            let mut profits = vec![0.0; self.free.len()];
            let mut outside = 0.0;
            for (row, multiplier) in self.rows.iter().zip(&now) {
                outside += (1.0 - multiplier) * row.most;
                row.weights.iter().for_each(|(at, weight)| profits[*at] += multiplier * weight);
            }
            let (price, shares) = knapsack(&profits, &self.costs, room);
            let reduced: Vec<f64> = profits.iter().zip(&self.costs).map(|(profit, cost)| profit - price * cost).collect();
            let taken = outside + price * room + reduced.iter().map(|r| r.max(0.0)).sum::<f64>();
            let value = self.left - taken;
            lean.iter_mut().zip(&shares).for_each(|(lean, share)| *lean += share);
            climb.note(value, reduced, &mut best, &mut now);
            if best.value >= known - TINY || round + 1 == rounds {
                break;
            }
            let slopes: Vec<f64> =
                self.rows.iter().map(|row| row.weights.iter().map(|(at, weight)| weight * shares[*at]).sum::<f64>() - row.most).collect();
            // A multiplier at its end that is pushed further does not move, so its slope does not count.
            let moves = |(slope, multiplier): (&f64, &f64)| !(*slope < 0.0 && *multiplier >= 1.0 || *slope > 0.0 && *multiplier <= 0.0);
            let norm: f64 = slopes.iter().zip(&now).filter(|pair| moves(*pair)).map(|(slope, _)| slope * slope).sum();
            if norm <= TINY {
                break;
            }
            let length = climb.step * (known - value).max(1e-6) / norm;
            now.iter_mut().zip(&slopes).for_each(|(multiplier, slope)| *multiplier = (*multiplier - length * slope).clamp(0.0, 1.0));
        }
        let rounds = lean.iter().copied().fold(1.0, f64::max);
        best.lean = lean.into_iter().map(|lean| lean / rounds).collect();
        self.rows.iter().zip(&climb.kept).for_each(|(row, multiplier)| multipliers[row.term] = *multiplier as f32);
        best
    }

    /// The least cost at which no limited risk is above the limit; `known` is the cost of a choice that is known.
    pub(crate) fn least_cost(&self, known: f64, multipliers: &mut [f32], rounds: usize) -> Bound {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| row.above > TINY).collect();
        let mut now: Vec<f64> = rows.iter().map(|row| f64::from(multipliers[row.term])).collect();
        let mut best = Bound { value: f64::NEG_INFINITY, reduced: vec![0.0; self.free.len()], lean: vec![0.0; self.free.len()] };
        let mut climb = Climb::from(&now);
        let mut lean = vec![0.0; self.free.len()];
        for _ in 0..rounds {
            let mut value = self.cost as f64;
            let mut reduced: Vec<f64> = self.costs.iter().map(|cost| -cost).collect();
            for (row, multiplier) in rows.iter().zip(&now) {
                value += multiplier * row.above;
                row.weights.iter().for_each(|(at, weight)| reduced[*at] += multiplier * weight.min(row.above));
            }
            value -= reduced.iter().map(|r| r.max(0.0)).sum::<f64>();
            let shares: Vec<f64> = reduced.iter().map(|r| f64::from(u8::from(*r > 0.0))).collect();
            lean.iter_mut().zip(&shares).for_each(|(lean, share)| *lean += share / rounds as f64);
            climb.note(value, reduced, &mut best, &mut now);
            if best.value >= known - TINY {
                break;
            }
            let covered = |row: &Row| row.weights.iter().map(|(at, weight)| weight.min(row.above) * shares[*at]).sum::<f64>();
            let slopes: Vec<f64> = rows.iter().map(|row| row.above - covered(row)).collect();
            let norm: f64 = slopes.iter().zip(&now).filter(|(slope, m)| **slope > 0.0 || **m > 0.0).map(|(slope, _)| slope * slope).sum();
            if norm <= TINY {
                break;
            }
            let length = climb.step * (known - value).max(1e-6) / norm;
            now.iter_mut().zip(&slopes).for_each(|(multiplier, slope)| *multiplier = (*multiplier + length * slope).max(0.0));
        }
        best.lean = lean;
        rows.iter().zip(&climb.kept).for_each(|(row, multiplier)| multipliers[row.term] = *multiplier as f32);
        best
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
