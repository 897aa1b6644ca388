//! The first minimal sets by a weight: the most likely, the cheapest, the hardest to notice.
//!
//! A best-first walk over the diagrams. What is still to be chosen is estimated by the least that it can weigh, so the
//! sets come out in order and nothing is listed that was not asked for.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use super::solve::{Input, Sets, Solution};
use super::zdd::{EMPTY_SET, NONE};

/// Most steps of a walk for each set that is asked for; a set costs a few for each of its leaves.
const STEPS: usize = 200_000;

/// A set of leaves that together reach the goal, none of which can be left out.
#[derive(Debug, Clone, PartialEq)]
pub struct MinimalSet {
    /// The leaves, in their order.
    pub leaves: Vec<usize>,
    /// The sum of their weights.
    pub weight: f64,
}

/// A walk that has come to a node, with what it chose and what is left to do.
struct State {
    /// The least that the whole set can weigh, as [`key`].
    key: u64,
    /// Later states come first among equals: one set is finished before the next one like it is begun.
    number: usize,
    chosen: f64,
    leaves: Option<Rc<Chosen>>,
    part: usize,
    node: u32,
    left: Option<Rc<Left>>,
}

struct Chosen {
    leaf: usize,
    before: Option<Rc<Chosen>>,
}

/// A place to go on from once a part is done.
struct Left {
    part: usize,
    node: u32,
    least: f64,
    then: Option<Rc<Left>>,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for State {}

impl PartialOrd for State {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for State {
    /// The heap gives the greatest first, which is to be the lightest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key).then(self.number.cmp(&other.number))
    }
}

impl Solution {
    /// The first `most` minimal sets, lightest first, by the sum of the weights of their leaves, which are not negative
    /// and may be infinite for leaves that are out of reach. Nothing if the minimal sets are not known.
    pub fn lightest(&self, weights: &[f64], most: usize) -> Option<Vec<MinimalSet>> {
        let sets: Option<Vec<&Sets>> = self.parts.iter().map(|part| part.sets.as_ref()).collect();
        let mut walk = Walk { solution: self, sets: sets?, weights, least: Vec::new(), heap: BinaryHeap::new(), number: 0 };
        walk.estimate();
        Some(walk.run(most))
    }

    /// The first `most` minimal sets, most likely first; the weight is the probability that all leaves of the set hold.
    pub fn likeliest(&self, probabilities: &[f64], most: usize) -> Option<Vec<MinimalSet>> {
        let weights: Vec<f64> = probabilities.iter().map(|p| -p.ln()).collect();
        let mut sets = self.lightest(&weights, most)?;
        for set in &mut sets {
            set.weight = set.leaves.iter().map(|leaf| probabilities.get(*leaf).copied().unwrap_or(0.0)).product();
        }
        Some(sets)
    }
}

struct Walk<'s> {
    solution: &'s Solution,
    sets: Vec<&'s Sets>,
    weights: &'s [f64],
    /// For every part the least weight from each of its nodes.
    least: Vec<Vec<f64>>,
    heap: BinaryHeap<State>,
    number: usize,
}

impl Walk<'_> {
    fn estimate(&mut self) {
        for (at, sets) in self.sets.iter().enumerate() {
            let order = &self.solution.parts[at].order;
            let mut least = vec![f64::INFINITY, 0.0];
            for node in sets.nodes.iter().skip(2) {
                let own = match order[node.level as usize] {
                    Input::Leaf(leaf) => self.weights.get(leaf).copied().unwrap_or(0.0),
                    Input::Part(part) => self.least[part][self.sets[part].root as usize],
                };
                least.push(least[node.low as usize].min(own + least[node.high as usize]));
            }
            self.least.push(least);
        }
    }

    fn run(&mut self, most: usize) -> Vec<MinimalSet> {
        let mut found = Vec::new();
        let Some(goal) = self.sets.len().checked_sub(1) else { return found };
        self.push(0.0, None, goal, self.sets[goal].root, None);
        for _ in 0..STEPS.saturating_mul(most.max(1)) {
            let Some(state) = self.heap.pop() else { break };
            if found.len() == most {
                break;
            }
            if state.node == EMPTY_SET {
                match &state.left {
                    None => found.push(set(&state)),
                    Some(left) => {
                        let left = Rc::clone(left);
                        self.push(state.chosen, state.leaves, left.part, left.node, left.then.clone());
                    }
                }
                continue;
            }
            self.split(&state);
        }
        found
    }

    fn split(&mut self, state: &State) {
        let node = self.sets[state.part].nodes[state.node as usize];
        self.push(state.chosen, state.leaves.clone(), state.part, node.low, state.left.clone());
        match self.solution.parts[state.part].order[node.level as usize] {
            Input::Leaf(leaf) => {
                let leaves = Some(Rc::new(Chosen { leaf, before: state.leaves.clone() }));
                let chosen = state.chosen + self.weights.get(leaf).copied().unwrap_or(0.0);
                self.push(chosen, leaves, state.part, node.high, state.left.clone());
            }
            Input::Part(part) => {
                let rest = state.left.as_ref().map_or(0.0, |left| left.least);
                let least = self.least[state.part][node.high as usize] + rest;
                let left = Some(Rc::new(Left { part: state.part, node: node.high, least, then: state.left.clone() }));
                self.push(state.chosen, state.leaves.clone(), part, self.sets[part].root, left);
            }
        }
    }

    fn push(&mut self, chosen: f64, leaves: Option<Rc<Chosen>>, part: usize, node: u32, left: Option<Rc<Left>>) {
        let least = chosen + self.least[part][node as usize] + left.as_ref().map_or(0.0, |left| left.least);
        if node == NONE || least == f64::INFINITY {
            return;
        }
        self.number += 1;
        self.heap.push(State { key: key(least), number: self.number, chosen, leaves, part, node, left });
    }
}

/// A weight as a number that has the same order. The last digits are left out, for they hang on the order of additions
/// alone, and would send the walk from one of many equal sets to the next.
fn key(weight: f64) -> u64 {
    weight.max(0.0).to_bits() >> 12
}

fn set(state: &State) -> MinimalSet {
    let mut leaves = Vec::new();
    let mut at = state.leaves.as_deref();
    while let Some(chosen) = at {
        leaves.push(chosen.leaf);
        at = chosen.before.as_deref();
    }
    leaves.sort_unstable();
    MinimalSet { leaves, weight: state.chosen }
}
