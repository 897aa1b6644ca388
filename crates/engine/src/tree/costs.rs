//! The least time and the least skill that an attacker needs.
//!
//! Both combine by the larger of two numbers, which does not mind a step that is used twice, so they are exact on shared
//! steps as well. What negations stand for (defences) is taken not to be in the way.

use super::structure::{Gate, Literal, Node, Structure};

/// A least value, with the leaves that reach it.
#[derive(Debug, Clone, PartialEq)]
pub struct Least {
    /// The value.
    pub value: f64,
    /// The leaves, in their order.
    pub leaves: Vec<usize>,
}

/// The attack that is over first. Steps that do not wait for each other run side by side, so a gate takes as long as its
/// longest input; the inputs of a sequence are added. A step in two places takes its time in both.
pub fn quickest(structure: &Structure, times: &[f64]) -> Option<Least> {
    least(structure, times, true)
}

/// The attack whose hardest step is the easiest.
pub fn easiest(structure: &Structure, skills: &[f64]) -> Option<Least> {
    least(structure, skills, false)
}

fn least(structure: &Structure, values: &[f64], adds: bool) -> Option<Least> {
    let goal = structure.goal().filter(|goal| !goal.is_negated())?;
    let mut best: Vec<f64> = Vec::with_capacity(structure.nodes().len());
    for node in structure.nodes() {
        best.push(match node {
            Node::Leaf(leaf) => values.get(*leaf).copied().unwrap_or(0.0),
            Node::Gate(gate, inputs) => combine(*gate, inputs, &best, adds),
        });
    }
    let value = best[goal.node()];
    value.is_finite().then(|| Least { value, leaves: chosen(structure, &best, goal) })
}

/// What a negated input costs: nothing, for it is taken not to be there.
fn of(input: Literal, best: &[f64]) -> f64 {
    if input.is_negated() { 0.0 } else { best[input.node()] }
}

fn combine(gate: Gate, inputs: &[Literal], best: &[f64], adds: bool) -> f64 {
    let mut values: Vec<f64> = inputs.iter().map(|input| of(*input, best)).collect();
    match gate {
        Gate::Seq if adds => values.iter().sum(),
        Gate::All | Gate::Seq => values.into_iter().fold(0.0, f64::max),
        Gate::Any | Gate::Odd => values.into_iter().fold(f64::INFINITY, f64::min),
        Gate::AtLeast(least) => {
            values.sort_by(f64::total_cmp);
            match (least as usize).checked_sub(1) {
                None => 0.0,
                Some(last) => values.get(last).copied().unwrap_or(f64::INFINITY),
            }
        }
    }
}

fn chosen(structure: &Structure, best: &[f64], goal: Literal) -> Vec<usize> {
    let mut seen = vec![false; structure.nodes().len()];
    let mut leaves = Vec::new();
    let mut stack = vec![goal];
    while let Some(at) = stack.pop() {
        if at.is_negated() || std::mem::replace(&mut seen[at.node()], true) {
            continue;
        }
        let (gate, inputs) = match &structure.nodes()[at.node()] {
            Node::Leaf(leaf) => {
                leaves.push(*leaf);
                continue;
            }
            Node::Gate(gate, inputs) => (*gate, inputs),
        };
        let mut sorted = inputs.clone();
        sorted.sort_by(|one, other| of(*one, best).total_cmp(&of(*other, best)));
        let needed = match gate {
            Gate::All | Gate::Seq => sorted.len(),
            Gate::Any | Gate::Odd => 1,
            Gate::AtLeast(least) => least as usize,
        };
        stack.extend(sorted.into_iter().take(needed));
    }
    leaves.sort_unstable();
    leaves
}
