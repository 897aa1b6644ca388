//! How much each leaf matters to the goal.

use super::likelihood::{self, Bounds};
use super::solve::{Input, Solution};

/// From what the measures are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// From the exact probability.
    Exact,
    /// From the sum of the probabilities of all minimal sets, as the tables of older tools are.
    RareEvent,
}

/// Measures of one leaf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Importance {
    /// Birnbaum: how much more likely the goal is when the leaf holds than when it does not.
    pub birnbaum: f64,
    /// Criticality: Birnbaum, weighted by the probability of the leaf among that of the goal.
    pub criticality: f64,
    /// Diagnosis: how likely the leaf was part of it, once the goal is reached.
    pub diagnostic: f64,
    /// Fussell-Vesely: the part of all minimal sets, by probability, in which the leaf is.
    pub fussell_vesely: Option<f64>,
    /// Risk achievement worth: how many times likelier the goal is when the leaf holds.
    pub achievement: f64,
    /// Risk reduction worth: how many times less likely the goal is when the leaf does not hold.
    pub reduction: f64,
}

impl Solution {
    /// The measures of every leaf; nothing if the probability is not exact, or for [`Method::RareEvent`] if the minimal
    /// sets are not known.
    pub fn importance(&self, probabilities: &[f64], method: Method) -> Option<Vec<Importance>> {
        let rare = self.rare_event(probabilities);
        let (total, slopes) = match method {
            Method::Exact => self.exact_slopes(probabilities)?,
            Method::RareEvent => rare.clone()?,
        };
        let measure = |leaf: usize| {
            let (p, slope) = (probabilities.get(leaf).copied().unwrap_or(0.0), slopes[leaf]);
            let (with, without) = (total + (1.0 - p) * slope, total - p * slope);
            let fussell_vesely = rare.as_ref().map(|(sum, slopes)| ratio(p * slopes[leaf], *sum));
            Importance {
                birnbaum: slope,
                criticality: ratio(slope * p, total),
                diagnostic: ratio(p * with, total),
                fussell_vesely,
                achievement: ratio(with, total),
                reduction: if total == 0.0 { 1.0 } else { total / without.max(0.0) },
            }
        };
        Some((0..self.leaves).map(measure).collect())
    }

    /// The probability of the goal, and how fast it grows with that of each leaf.
    fn exact_slopes(&self, probabilities: &[f64]) -> Option<(f64, Vec<f64>)> {
        if !self.is_exact() {
            return None;
        }
        let mut values: Vec<Bounds> = Vec::new();
        let mut nodes: Vec<Vec<Bounds>> = Vec::new();
        for part in &self.parts {
            let of_nodes = likelihood::of_nodes(part, &values, probabilities);
            values.push(likelihood::of_edge(&of_nodes, part.low));
            nodes.push(of_nodes);
        }
        let mut slopes = Slopes::new(self);
        for (at, part) in self.parts.iter().enumerate().rev() {
            let mut flow = vec![0.0; part.nodes.len()];
            flow[(part.low >> 1) as usize] = sign(part.low) * slopes.parts[at];
            for (place, node) in part.nodes.iter().enumerate().skip(1).rev() {
                let input = part.order[node.level as usize];
                let p = likelihood::of_input(input, &values, probabilities).low;
                let value = |edge| likelihood::of_edge(&nodes[at], edge).low;
                slopes.add(input, flow[place] * (value(node.high) - value(node.low)));
                let own = flow[place];
                flow[(node.high >> 1) as usize] += sign(node.high) * p * own;
                flow[(node.low >> 1) as usize] += sign(node.low) * (1.0 - p) * own;
            }
        }
        Some((values.last().map_or(0.0, |value| value.low), slopes.leaves))
    }

    /// The sum of the probabilities of all minimal sets, and how fast it grows with that of each leaf.
    fn rare_event(&self, probabilities: &[f64]) -> Option<(f64, Vec<f64>)> {
        let mut values: Vec<f64> = Vec::new();
        let mut nodes: Vec<Vec<f64>> = Vec::new();
        let of = |input: Input, values: &[f64]| match input {
            Input::Leaf(leaf) => probabilities.get(leaf).copied().unwrap_or(0.0),
            Input::Part(at) => values[at],
        };
        for part in &self.parts {
            let sets = part.sets.as_ref()?;
            let mut sums = vec![0.0, 1.0];
            for node in sets.nodes.iter().skip(2) {
                let p = of(part.order[node.level as usize], &values);
                sums.push(p * sums[node.high as usize] + sums[node.low as usize]);
            }
            values.push(sums[sets.root as usize]);
            nodes.push(sums);
        }
        let mut slopes = Slopes::new(self);
        for (at, part) in self.parts.iter().enumerate().rev() {
            let sets = part.sets.as_ref()?;
            let mut flow = vec![0.0; sets.nodes.len()];
            flow[sets.root as usize] = slopes.parts[at];
            for (place, node) in sets.nodes.iter().enumerate().skip(2).rev() {
                let input = part.order[node.level as usize];
                slopes.add(input, flow[place] * nodes[at][node.high as usize]);
                let own = flow[place];
                flow[node.high as usize] += own * of(input, &values);
                flow[node.low as usize] += own;
            }
        }
        Some((values.last().copied().unwrap_or(0.0), slopes.leaves))
    }
}

/// How fast the goal grows with parts and leaves, from the goal down.
struct Slopes {
    parts: Vec<f64>,
    leaves: Vec<f64>,
}

impl Slopes {
    fn new(solution: &Solution) -> Self {
        let mut parts = vec![0.0; solution.parts.len()];
        if let Some(goal) = parts.last_mut() {
            *goal = 1.0;
        }
        Self { parts, leaves: vec![0.0; solution.leaves] }
    }

    fn add(&mut self, input: Input, slope: f64) {
        match input {
            Input::Part(at) => self.parts[at] += slope,
            Input::Leaf(leaf) => self.leaves[leaf] += slope,
        }
    }
}

fn sign(edge: u32) -> f64 {
    if edge & 1 == 1 { -1.0 } else { 1.0 }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}
