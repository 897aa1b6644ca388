//! Steps towards the best multipliers, and the knapsack that the relaxation leaves.

use super::problem::TINY;

/// How much of the last direction the next one keeps, so that the way up does not go to and fro.
const DEFLECTION: f64 = 0.85;

/// The way up to the best multipliers.
pub(crate) struct Way {
    pub(crate) slopes: Vec<f64>,
    direction: Vec<f64>,
    /// The least that each multiplier may be.
    least: Vec<f64>,
}

impl Way {
    pub(crate) fn new(least: Vec<f64>) -> Self {
        Self { slopes: vec![0.0; least.len()], direction: vec![0.0; least.len()], least }
    }

    /// Goes among so many multipliers; those that come to the others may be anything.
    pub(crate) fn extend(&mut self, count: usize) {
        self.slopes.resize(count, 0.0);
        self.direction.resize(count, 0.0);
        self.least.resize(count, f64::NEG_INFINITY);
    }

    /// Goes a step; false where there is no way up.
    pub(crate) fn step(&mut self, now: &mut [f64], length: f64) -> bool {
        let mut norm = 0.0;
        for (((slope, direction), multiplier), least) in self.slopes.iter().zip(&mut self.direction).zip(&*now).zip(&self.least) {
            *direction = slope + DEFLECTION * *direction;
            if *direction < 0.0 && *multiplier <= *least {
                *direction = 0.0;
            }
            norm += *direction * *direction;
        }
        if norm <= TINY {
            return false;
        }
        for ((multiplier, direction), least) in now.iter_mut().zip(&self.direction).zip(&self.least) {
            *multiplier = (*multiplier + length / norm * direction).max(*least);
        }
        true
    }
}

/// The linear relaxation of a knapsack: the price of an hour, and which share of each is taken.
pub(crate) fn knapsack(profits: &[f64], costs: &[f64], room: f64) -> (f64, Vec<f64>) {
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
