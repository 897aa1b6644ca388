//! Everything that is asked of one attack tree, in one pass.

use super::likelihood::Bounds;
use super::model::{Role, Tree};
use super::rank::MinimalSet;
use super::{
    Budget, DefencePoint, HarmPoint, Importance, Least, Method, Natural, Simulated, Solution, cost_damage, defence_attack, easiest,
    quickest, simulate,
};

/// What a mitigation without an estimate counts as, in days.
pub const DAYS_WITHOUT_ESTIMATE: f64 = 1.0;

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// How much work it may be.
    pub budget: Budget,
    /// How many of the likeliest attacks are listed.
    pub first: usize,
    /// Trials of a simulation; 0 for none.
    pub trials: u64,
    /// The seed of the simulation.
    pub seed: u64,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { budget: Budget::default(), first: 5, trials: 0, seed: 1 }
    }
}

/// The answers. Numbers that the tree does not state give no answer that rests on them.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The probability of the goal.
    pub probability: Bounds,
    /// Whether the probability is exact.
    pub exact: bool,
    /// How many minimal sets of steps reach the goal.
    pub minimal_sets: Option<Natural>,
    /// The likeliest of them, with their probabilities.
    pub likeliest: Vec<MinimalSet>,
    /// The cheapest one, with its cost.
    pub cheapest: Option<MinimalSet>,
    /// The one that is least likely to be noticed, with the probability that it is.
    pub stealthiest: Option<MinimalSet>,
    /// The attack that is over first, in hours.
    pub quickest: Option<Least>,
    /// The attack that takes the least skill.
    pub easiest: Option<Least>,
    /// The measures of each leaf.
    pub importance: Option<Vec<Importance>>,
    /// Leaves by how much they matter, the one that matters most first; those that do not matter are left out.
    pub ranking: Vec<usize>,
    /// For more and more money, the harm that an attack can do.
    pub harm: Option<Vec<HarmPoint>>,
    /// For more and more defence, what the cheapest attack costs.
    pub defence: Option<Vec<DefencePoint>>,
    /// The simulation, if one was asked for.
    pub simulated: Option<Simulated>,
    /// Steps that no mitigation stands against.
    pub uncovered: Vec<usize>,
    /// Steps that say no probability and count as certain.
    pub certain: Vec<usize>,
}

/// Answers everything about a tree.
pub fn assess(tree: &Tree, wanted: &Wanted) -> Assessment {
    let p = tree.probabilities();
    let solution = Solution::of(&tree.structure, &p, wanted.budget);
    let importance = solution.importance(&p, Method::Exact);
    let steps = |keep: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..tree.leaves.len()).filter(|leaf| tree.leaves[*leaf].role == Role::Step && keep(*leaf)).collect()
    };
    let states =
        |of: &dyn Fn(&super::model::Leaf) -> Option<f64>| tree.leaves.iter().any(|leaf| leaf.role == Role::Step && of(leaf).is_some());
    let first = |weights: &[f64]| solution.lightest(weights, 1).and_then(|sets| sets.into_iter().next());
    let costs: Vec<f64> = tree
        .leaves
        .iter()
        .map(|leaf| leaf.cost.unwrap_or(if leaf.role == Role::Mitigation { DAYS_WITHOUT_ESTIMATE } else { 0.0 }))
        .collect();
    let has_cost = states(&|leaf| leaf.cost);
    let has_defence = tree.leaves.iter().any(|leaf| leaf.role != Role::Step);
    Assessment {
        probability: solution.probability(&p),
        exact: solution.is_exact(),
        minimal_sets: solution.count(),
        likeliest: solution.likeliest(&p, wanted.first).unwrap_or_default(),
        cheapest: if has_cost { first(&costs) } else { None },
        stealthiest: if states(&|leaf| leaf.detectability) { first(&hidden(tree)).map(noticed) } else { None },
        quickest: if states(&|leaf| leaf.time) { quickest(&tree.structure, &tree.numbers(|leaf| leaf.time, 0.0)) } else { None },
        easiest: if states(&|leaf| leaf.skill) { easiest(&tree.structure, &tree.numbers(|leaf| leaf.skill, 0.0)) } else { None },
        ranking: importance.as_deref().map(|measures| ranking(tree, measures)).unwrap_or_default(),
        importance,
        harm: tree.damages.iter().any(|damage| *damage > 0.0).then(|| harm(tree, &costs)).flatten(),
        defence: (has_cost && has_defence).then(|| defence_attack(&tree.structure, &costs)).flatten(),
        simulated: (wanted.trials > 0).then(|| simulate(&tree.structure, &p, wanted.trials, wanted.seed)),
        uncovered: steps(&|leaf| tree.leaves[leaf].mitigations.is_empty() && !tree.leaves[leaf].stopped),
        certain: steps(&|leaf| tree.leaves[leaf].probability.is_none()),
    }
}

/// The harm front of the tree as if nothing stood in the way.
fn harm(tree: &Tree, costs: &[f64]) -> Option<Vec<HarmPoint>> {
    cost_damage(&tree.structure, costs, &tree.damages)
}

/// Weights that add up as chances not to be noticed multiply.
fn hidden(tree: &Tree) -> Vec<f64> {
    tree.leaves.iter().map(|leaf| -(1.0 - leaf.detectability.unwrap_or(0.0)).max(0.0).ln()).map(|weight| weight.max(0.0)).collect()
}

fn noticed(mut set: MinimalSet) -> MinimalSet {
    set.weight = 1.0 - (-set.weight).exp();
    set
}

fn ranking(tree: &Tree, measures: &[Importance]) -> Vec<usize> {
    let weight = |leaf: &usize| measures[*leaf].criticality.abs();
    let mut leaves: Vec<usize> = (0..measures.len()).filter(|leaf| tree.leaves[*leaf].role == Role::Step && weight(leaf) > 0.0).collect();
    leaves.sort_by(|one, other| weight(other).total_cmp(&weight(one)).then(one.cmp(other)));
    leaves
}
