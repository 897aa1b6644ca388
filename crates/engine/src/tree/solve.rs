//! From a structure to its solved modules.

use super::bdd::Edge;
use super::bounds;
use super::diagram::{self, Built};
use super::likelihood::{self, Bounds};
use super::modules::{self, Module};
use super::natural::Natural;
use super::net::{Kind, Net};
use super::nodes::Decision;
use super::simplify::simplify;
use super::structure::{Literal, Structure};
use super::zdd::{Family, NONE};

/// How much work a solution may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Nodes of one diagram. A million takes some 40 MB and about a second.
    pub nodes: usize,
    /// Whether minimal sets are wanted; without them nothing is counted or listed.
    pub sets: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { nodes: 8_000_000, sets: true }
    }
}

/// What a variable of a part stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// A leaf of the structure.
    Leaf(usize),
    /// A part that stands before this one.
    Part(usize),
}

/// The minimal sets of a part.
#[derive(Debug, Clone)]
pub(super) struct Sets {
    /// Nodes; the first two are the ends, a node comes after those that it leads to.
    pub(super) nodes: Vec<Decision>,
    pub(super) root: Family,
}

/// A solved module.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The variable of each level.
    pub(super) order: Vec<Input>,
    /// Nodes; the first is the constant, a node comes after those that it leads to.
    pub(super) nodes: Vec<Decision>,
    /// A function that is never above the part, and one that is never below it. Of an exact part both are the part.
    pub(super) low: Edge,
    pub(super) high: Edge,
    pub(super) sets: Option<Sets>,
}

/// A structure, solved.
#[derive(Debug, Clone)]
pub struct Solution {
    pub(super) parts: Vec<Part>,
    pub(super) leaves: usize,
    nodes: usize,
}

impl Solution {
    /// Solves a structure. The probabilities of the leaves decide which parts of an oversized function matter most;
    /// nothing else depends on them.
    pub fn of(structure: &Structure, probabilities: &[f64], budget: Budget) -> Self {
        let net = modules::group(&simplify(&Net::of(structure)));
        let mut solver = Solver { net: &net, budget, place: vec![None; net.cells.len()], polarity: vec![false; net.cells.len()] };
        let mut solution = Self { parts: Vec::new(), leaves: structure.leaves(), nodes: 0 };
        let mut values = Vec::new();
        for module in solver.modules() {
            let part = solver.part(&module, &values, probabilities);
            values.push(likelihood::of_part(&part, &values, probabilities));
            solution.nodes += part.nodes.len() + part.sets.as_ref().map_or(0, |sets| sets.nodes.len());
            solver.place[module.root.node()] = Some(solution.parts.len());
            solution.parts.push(part);
        }
        solution
    }

    /// Whether every diagram fitted into the budget, so that the probability is exact.
    pub fn is_exact(&self) -> bool {
        self.parts.iter().all(|part| part.low == part.high)
    }

    /// Whether the minimal sets are known.
    pub fn has_sets(&self) -> bool {
        self.parts.iter().all(|part| part.sets.is_some())
    }

    /// How many nodes the diagrams have.
    pub fn size(&self) -> usize {
        self.nodes
    }

    /// How many modules there are.
    pub fn modules(&self) -> usize {
        self.parts.len()
    }

    /// The probability that the goal is reached, for independent leaves. Both bounds are the same if it is exact.
    pub fn probability(&self, probabilities: &[f64]) -> Bounds {
        let mut values = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            values.push(likelihood::of_part(part, &values, probabilities));
        }
        values.pop().unwrap_or(Bounds::exact(0.0))
    }

    /// How many minimal sets of leaves reach the goal while no other leaf holds. They are counted without being listed.
    pub fn count(&self) -> Option<Natural> {
        let mut counts: Vec<Natural> = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let sets = part.sets.as_ref()?;
            counts.push(small_count(part, sets, &counts).map_or_else(|| large_count(part, sets, &counts), Natural::from));
        }
        counts.pop()
    }
}

/// The number of sets of a part, if it and all on the way to it are below 2^128.
fn small_count(part: &Part, sets: &Sets, counts: &[Natural]) -> Option<u128> {
    let below: Option<Vec<u128>> = counts.iter().map(Natural::to_u128).collect();
    let below = below?;
    let mut numbers: Vec<u128> = vec![0, 1];
    for node in sets.nodes.iter().skip(2) {
        let times = match part.order[node.level as usize] {
            Input::Leaf(_) => 1,
            Input::Part(at) => below[at],
        };
        let with = numbers[node.high as usize].checked_mul(times)?;
        numbers.push(with.checked_add(numbers[node.low as usize])?);
    }
    numbers.get(sets.root as usize).copied()
}

fn large_count(part: &Part, sets: &Sets, counts: &[Natural]) -> Natural {
    let mut numbers = vec![Natural::zero(), Natural::one()];
    for node in sets.nodes.iter().skip(2) {
        let with = &numbers[node.high as usize];
        let with = match part.order[node.level as usize] {
            Input::Leaf(_) => with.clone(),
            Input::Part(at) => with.times(&counts[at]),
        };
        numbers.push(with.plus(&numbers[node.low as usize]));
    }
    numbers.get(sets.root as usize).cloned().unwrap_or_default()
}

struct Solver<'n> {
    net: &'n Net,
    budget: Budget,
    /// The part that a cell is the root of.
    place: Vec<Option<usize>>,
    /// Whether the variable of a cell stands for its negation.
    polarity: Vec<bool>,
}

impl Solver<'_> {
    fn modules(&mut self) -> Vec<Module> {
        let mut modules = modules::modules(self.net);
        if modules.last().is_none_or(|module| module.root.node() != self.net.goal.node()) {
            modules.push(single(self.net.goal));
        }
        for module in &modules {
            self.polarity[module.root.node()] = module.gates.contains(&module.root.node()) && module.root.is_negated();
        }
        modules
    }

    fn part(&self, module: &Module, values: &[Bounds], probabilities: &[f64]) -> Part {
        if let Some(built) = diagram::build(self.net, module, &self.polarity, self.budget.nodes, self.budget.sets) {
            return self.exact(built);
        }
        let likely = |cell: usize| match self.input(cell) {
            Input::Leaf(leaf) => probabilities.get(leaf).copied().unwrap_or(0.0),
            Input::Part(at) => values[at].middle(),
        };
        let between = bounds::between(self.net, module, &self.polarity, &likely, self.budget.nodes);
        let order = between.order.iter().map(|cell| self.input(*cell)).collect();
        Part { order, nodes: between.nodes, low: between.low, high: between.high, sets: None }
    }

    fn exact(&self, mut built: Built) -> Part {
        let mut roots = [built.root];
        built.bdd.keep(&mut roots);
        let sets = built.sets.map(|(zdd, family)| {
            let nodes = zdd.extract(family);
            let last = Family::try_from(nodes.len() - 1).unwrap_or(NONE);
            Sets { root: if family < 2 { family } else { last }, nodes }
        });
        Part {
            order: built.order.iter().map(|cell| self.input(*cell)).collect(),
            nodes: built.bdd.into_nodes(),
            low: roots[0],
            high: roots[0],
            sets,
        }
    }

    fn input(&self, cell: usize) -> Input {
        match (self.place[cell], self.net.cells[cell].kind) {
            (Some(part), _) => Input::Part(part),
            (None, Kind::Leaf(leaf)) => Input::Leaf(leaf),
            // A variable is a leaf or a part that was solved before.
            (None, _) => Input::Leaf(usize::MAX),
        }
    }
}

/// The module of a goal that is a leaf or a constant.
fn single(goal: Literal) -> Module {
    let inputs = if goal.node() == 0 { Vec::new() } else { vec![goal.node()] };
    Module { root: goal, gates: Vec::new(), inputs }
}
