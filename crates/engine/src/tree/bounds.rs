//! Bounds for a module whose diagram is too large: one function that is never above it, and one that is never below it.
//!
//! Gates are combined from the leaves up, each as a pair of diagrams. A diagram that grows beyond a size is cut: the
//! branches that carry the least probability become "never" in the lower one and "always" in the upper one. This is done
//! with one size after another, and each result is intersected with those before it, so that more budget never gives
//! wider bounds.

use rustc_hash::FxHashMap;

use super::bdd::{Bdd, Edge, FALSE, TRUE};
use super::diagram::Edges;
use super::modules::Module;
use super::net::{Kind, Net};
use super::nodes::Decision;
use super::order::{self, Heuristic};

/// The smallest size to which diagrams are cut, and how much larger each one is than that before it.
const FIRST: usize = 250;
const STEP: usize = 4;

/// How many times the size of a diagram its intermediate results may have before they are cut.
const ROOM: usize = 25;

/// How many times the size of a diagram the budget has to be: there are many gates, and each is cut.
const WORK: usize = 2_000;

/// Two functions with the module between them.
pub(super) struct Between {
    /// The variable of each level.
    pub(super) order: Vec<usize>,
    pub(super) nodes: Vec<Decision>,
    pub(super) low: Edge,
    pub(super) high: Edge,
}

/// Bounds of a module, given how likely its variables are.
pub(super) fn between(net: &Net, module: &Module, polarity: &[bool], likely: &dyn Fn(usize) -> f64, nodes: usize) -> Between {
    let order = order::order(net, module, Heuristic::Weight);
    let weights: Vec<f64> = order.iter().map(|cell| likely(*cell)).collect();
    let mut best = Pair { low: FALSE, high: TRUE };
    let mut kept = Bdd::new(usize::MAX);
    // Deeper than this, the recursion over levels would take more stack than there is.
    let mut size = if module.inputs.len() > super::diagram::MOST_VARIABLES { usize::MAX } else { FIRST };
    while size.saturating_mul(WORK) <= nodes {
        let mut cutter = Cutter { bdd: kept, weights: &weights, size, best };
        let pair = cutter.module(net, module, polarity, &order);
        best = cutter.both(best, pair);
        kept = cutter.bdd;
        let mut roots = [best.low, best.high];
        kept.keep(&mut roots);
        best = Pair { low: roots[0], high: roots[1] };
        size *= STEP;
    }
    let mut roots = [best.low, best.high];
    kept.keep(&mut roots);
    Between { order, nodes: kept.into_nodes(), low: roots[0], high: roots[1] }
}

/// A lower and an upper function.
#[derive(Debug, Clone, Copy)]
struct Pair {
    low: Edge,
    high: Edge,
}

struct Cutter<'w> {
    bdd: Bdd,
    weights: &'w [f64],
    size: usize,
    best: Pair,
}

impl Cutter<'_> {
    fn module(&mut self, net: &Net, module: &Module, polarity: &[bool], order: &[usize]) -> Pair {
        let (mut low, mut high) = (Edges::of(module, polarity), Edges::of(module, polarity));
        let mut last_use: FxHashMap<usize, usize> = FxHashMap::default();
        for (at, gate) in module.gates.iter().enumerate() {
            last_use.extend(net.cells[*gate].inputs.iter().map(|input| (input.node(), at)));
        }
        self.bdd.set_limit(usize::MAX);
        for (level, input) in order.iter().enumerate() {
            let edge = u32::try_from(level).ok().and_then(|level| self.bdd.variable(level)).unwrap_or(FALSE);
            low.set_input(*input, edge);
            high.set_input(*input, edge);
        }
        for (at, gate) in module.gates.iter().enumerate() {
            let cell = &net.cells[*gate];
            let pairs: Vec<Pair> = cell.inputs.iter().map(|input| pair(&low, &high, *input)).collect();
            let made = self.gate(cell.kind, pairs);
            low.set_gate(*gate, made.low);
            high.set_gate(*gate, made.high);
            let live = |gate: usize| last_use.get(&gate).is_some_and(|last| *last > at) || gate == module.root.node();
            self.tidy(module, at, &live, &mut low, &mut high);
        }
        pair(&low, &high, module.root)
    }

    /// Forgets nodes that nothing needs any longer, once there are many.
    fn tidy(&mut self, module: &Module, at: usize, live: &dyn Fn(usize) -> bool, low: &mut Edges<'_>, high: &mut Edges<'_>) {
        if self.bdd.len() < self.size * ROOM * 2 {
            return;
        }
        let gates: Vec<usize> = module.gates[..=at].iter().copied().filter(|gate| live(*gate)).collect();
        let mut roots = vec![self.best.low, self.best.high];
        roots.extend(low.all_inputs().iter().chain(high.all_inputs()));
        gates.iter().for_each(|gate| roots.extend([low.of_gate(*gate), high.of_gate(*gate)]));
        self.bdd.keep(&mut roots);
        self.best = Pair { low: roots[0], high: roots[1] };
        let inputs = low.all_inputs().len();
        low.replace_inputs(&roots[2..2 + inputs]);
        high.replace_inputs(&roots[2 + inputs..2 + 2 * inputs]);
        for (gate, pair) in gates.iter().zip(roots[2 + 2 * inputs..].chunks(2)) {
            low.set_gate(*gate, pair[0]);
            high.set_gate(*gate, pair[1]);
        }
    }

    fn gate(&mut self, kind: Kind, mut pairs: Vec<Pair>) -> Pair {
        pairs.sort_by_key(|pair| (std::cmp::Reverse(self.bdd.level(pair.low)), pair.low, pair.high));
        match kind {
            Kind::True | Kind::Leaf(_) => Pair { low: TRUE, high: TRUE },
            Kind::And => pairs.into_iter().fold(Pair { low: TRUE, high: TRUE }, |all, pair| self.and(pair, all)),
            Kind::Odd => pairs.into_iter().fold(Pair { low: FALSE, high: FALSE }, |odd, pair| {
                let one = self.and(pair, not(odd));
                let other = self.and(not(pair), odd);
                self.or(one, other)
            }),
            Kind::AtLeast(least) => {
                let mut reached = vec![Pair { low: FALSE, high: FALSE }; least as usize + 1];
                reached[0] = Pair { low: TRUE, high: TRUE };
                for pair in pairs {
                    for count in (1..reached.len()).rev() {
                        let with = self.and(pair, reached[count - 1]);
                        reached[count] = self.or(reached[count], with);
                    }
                }
                reached[least as usize]
            }
        }
    }

    fn or(&mut self, one: Pair, other: Pair) -> Pair {
        not(self.and(not(one), not(other)))
    }

    fn and(&mut self, one: Pair, other: Pair) -> Pair {
        let low = self.and_within(one.low, other.low, true);
        let exact = one.low == one.high && other.low == other.high;
        if exact {
            let size = self.size;
            if self.bdd.is_within(low, size) {
                return Pair { low, high: low };
            }
        }
        let high = if exact && low == FALSE { FALSE } else { self.and_within(one.high, other.high, false) };
        Pair { low: self.cut(low, self.size, true), high: self.cut(high, self.size, false) }
    }

    /// A conjunction, of smaller and smaller functions until it fits.
    fn and_within(&mut self, mut one: Edge, mut other: Edge, below: bool) -> Edge {
        let mut size = self.size;
        loop {
            self.bdd.set_limit(self.bdd.len() + self.size * ROOM);
            let made = self.bdd.and(one, other);
            self.bdd.set_limit(usize::MAX);
            if let Some(made) = made {
                return made;
            }
            size /= 2;
            one = self.cut(one, size, below);
            other = self.cut(other, size, below);
        }
    }

    /// What lies between two pairs at once.
    fn both(&mut self, one: Pair, other: Pair) -> Pair {
        self.bdd.set_limit(usize::MAX);
        let (one_low, one_high) = self.masses(one);
        let (other_low, other_high) = self.masses(other);
        // The tighter one of each side; combining them could be as large as both together.
        Pair { low: if other_low > one_low { other.low } else { one.low }, high: if other_high < one_high { other.high } else { one.high } }
    }

    fn masses(&self, pair: Pair) -> (f64, f64) {
        let values = self.values(&[pair.low, pair.high]);
        (mass(&values, pair.low), mass(&values, pair.high))
    }

    /// The probability of each node that a root needs; those of all others mean nothing.
    fn values(&self, roots: &[Edge]) -> FxHashMap<u32, f64> {
        let mut values = FxHashMap::default();
        values.insert(0, 1.0);
        for at in self.bdd.below(roots) {
            let node = self.bdd.at(at);
            let weight = self.weights[node.level as usize];
            let value = weight * mass(&values, node.high) + (1.0 - weight) * mass(&values, node.low);
            values.insert(at, value);
        }
        values
    }

    /// A function of about a size that is never above (`below`) or never below another.
    fn cut(&mut self, edge: Edge, size: usize, below: bool) -> Edge {
        if self.bdd.is_within(edge, size) {
            return edge;
        }
        let turned = edge ^ Edge::from(!below);
        let kept = self.heaviest(turned, size);
        let mut done = FxHashMap::default();
        self.without_light(turned, &kept, &mut done) ^ Edge::from(!below)
    }

    /// The edges that carry most of the probability of a function: how likely it is to come to them, and from there to
    /// what always holds.
    fn heaviest(&self, root: Edge, size: usize) -> FxHashMap<Edge, ()> {
        let values = self.values(&[root]);
        let mut reach: FxHashMap<Edge, f64> = FxHashMap::default();
        reach.insert(root, 1.0);
        let mut loads: Vec<(f64, Edge)> = Vec::new();
        for at in self.bdd.below(&[root]).into_iter().rev() {
            for edge in [at << 1, at << 1 | 1] {
                let Some(reached) = reach.get(&edge).copied() else { continue };
                loads.push((reached * mass(&values, edge), edge));
                let node = self.bdd.decision(edge);
                let weight = self.weights[node.level as usize];
                *reach.entry(node.high).or_default() += reached * weight;
                *reach.entry(node.low).or_default() += reached * (1.0 - weight);
            }
        }
        loads.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        loads.truncate(size);
        loads.into_iter().map(|(_, edge)| (edge, ())).collect()
    }

    fn without_light(&mut self, edge: Edge, kept: &FxHashMap<Edge, ()>, done: &mut FxHashMap<Edge, Edge>) -> Edge {
        if edge == TRUE || edge == FALSE {
            return edge;
        }
        if !kept.contains_key(&edge) {
            return FALSE;
        }
        if let Some(done) = done.get(&edge) {
            return *done;
        }
        let node = self.bdd.decision(edge);
        let high = self.without_light(node.high, kept, done);
        let low = self.without_light(node.low, kept, done);
        // Nodes have no limit here, so there always is one; what never holds is below everything.
        let made = self.bdd.node(node.level, high, low).unwrap_or(FALSE);
        done.insert(edge, made);
        made
    }
}

fn pair(low: &Edges<'_>, high: &Edges<'_>, literal: super::structure::Literal) -> Pair {
    let (one, other) = (low.get(literal), high.get(literal));
    // What is below a function is above its negation.
    let turned = low.is_turned(literal);
    if turned { Pair { low: other, high: one } } else { Pair { low: one, high: other } }
}

fn not(pair: Pair) -> Pair {
    Pair { low: pair.high ^ 1, high: pair.low ^ 1 }
}

fn mass(values: &FxHashMap<u32, f64>, edge: Edge) -> f64 {
    let value = values.get(&(edge >> 1)).copied().unwrap_or(0.0);
    if edge & 1 == 1 { 1.0 - value } else { value }
}
