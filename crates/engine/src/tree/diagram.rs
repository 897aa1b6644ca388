//! The decision diagram of a module, by the first order of variables that fits into the budget.

use super::bdd::{Bdd, Edge, FALSE, TRUE};
use super::modules::Module;
use super::net::{Kind, Net};
use super::order::{self, Heuristic};
use super::structure::Literal;
use super::zdd::{Family, Zdd};

/// The first budget of nodes, and how much larger each one is than that before it.
const FIRST: usize = 1 << 14;
const STEP: usize = 16;

/// More variables than this in one module would take more stack than there is.
pub(super) const MOST_VARIABLES: usize = 4096;

/// The diagrams of a module.
pub(super) struct Built {
    /// The variable of each level.
    pub(super) order: Vec<usize>,
    pub(super) bdd: Bdd,
    pub(super) root: Edge,
    /// The minimal sets, unless they exceeded the budget.
    pub(super) sets: Option<(Zdd, Family)>,
}

/// Builds the diagrams of a module within a budget of nodes.
pub(super) fn build(net: &Net, module: &Module, polarity: &[bool], nodes: usize, want_sets: bool) -> Option<Built> {
    if module.inputs.len() > MOST_VARIABLES {
        return None;
    }
    let mut limit = FIRST.min(nodes);
    let mut spare: Option<Built> = None;
    loop {
        // While little is allowed, the orders that seldom win are not worth their time.
        let tried = if limit == FIRST && limit < nodes { 3 } else { order::ALL.len() };
        for heuristic in order::ALL.into_iter().take(tried) {
            let Some((order, bdd, root)) = attempt(net, module, polarity, heuristic, limit) else { continue };
            if !want_sets {
                return Some(Built { order, bdd, root, sets: None });
            }
            let mut zdd = Zdd::new(limit);
            let sets = zdd.minimal(&bdd, root).map(|family| (zdd, family));
            let complete = sets.is_some();
            let built = Built { order, bdd, root, sets };
            if complete {
                return Some(built);
            }
            spare.get_or_insert(built);
        }
        if limit >= nodes {
            return spare;
        }
        limit = limit.saturating_mul(STEP).min(nodes);
    }
}

/// The diagram of a module with all defences above everything else.
pub(super) fn defences_first(
    net: &Net,
    module: &Module,
    is_defence: &dyn Fn(usize) -> bool,
    nodes: usize,
) -> Option<(Vec<usize>, Bdd, Edge)> {
    if module.inputs.len() > MOST_VARIABLES {
        return None;
    }
    let polarity = vec![false; net.cells.len()];
    order::ALL.into_iter().find_map(|heuristic| {
        let mut order = order::order(net, module, heuristic);
        order.sort_by_key(|cell| !is_defence(*cell));
        let mut bdd = Bdd::new(nodes);
        let root = diagram(net, module, &polarity, &order, &mut bdd)?;
        Some((order, bdd, root))
    })
}

fn attempt(net: &Net, module: &Module, polarity: &[bool], heuristic: Heuristic, limit: usize) -> Option<(Vec<usize>, Bdd, Edge)> {
    let order = order::order(net, module, heuristic);
    let mut bdd = Bdd::new(limit);
    let root = diagram(net, module, polarity, &order, &mut bdd)?;
    Some((order, bdd, root))
}

fn diagram(net: &Net, module: &Module, polarity: &[bool], order: &[usize], bdd: &mut Bdd) -> Option<Edge> {
    let mut edges = Edges::of(module, polarity);
    for (level, input) in order.iter().enumerate() {
        let edge = bdd.variable(u32::try_from(level).ok()?)?;
        edges.set_input(*input, edge);
    }
    for gate in &module.gates {
        let cell = &net.cells[*gate];
        let below: Vec<Edge> = cell.inputs.iter().map(|input| edges.get(*input)).collect();
        let edge = combine(bdd, cell.kind, below)?;
        edges.set_gate(*gate, edge);
    }
    Some(edges.get(module.root))
}

/// What a gate makes of its inputs.
pub(super) fn combine(bdd: &mut Bdd, kind: Kind, mut below: Vec<Edge>) -> Option<Edge> {
    // From the bottom up, so that each step adds to the top of what is there.
    below.sort_by_key(|edge| (std::cmp::Reverse(bdd.level(*edge)), *edge));
    match kind {
        Kind::True | Kind::Leaf(_) => Some(TRUE),
        Kind::And => below.into_iter().try_fold(TRUE, |all, edge| bdd.and(edge, all)),
        Kind::Odd => below.into_iter().try_fold(FALSE, |odd, edge| {
            let one = bdd.and(edge, odd ^ 1)?;
            let other = bdd.and(edge ^ 1, odd)?;
            bdd.or(one, other)
        }),
        Kind::AtLeast(least) => {
            let least = least as usize;
            let mut reached = vec![FALSE; least + 1];
            reached[0] = TRUE;
            for edge in below {
                for count in (1..=least).rev() {
                    let with = bdd.and(edge, reached[count - 1])?;
                    reached[count] = bdd.or(reached[count], with)?;
                }
            }
            reached.last().copied()
        }
    }
}

/// The edges of the cells of a module.
pub(super) struct Edges<'m> {
    module: &'m Module,
    /// For each cell of the net whether its variable stands for its negation.
    polarity: &'m [bool],
    inputs: Vec<Edge>,
    gates: Vec<Edge>,
}

impl<'m> Edges<'m> {
    pub(super) fn of(module: &'m Module, polarity: &'m [bool]) -> Self {
        Self { module, polarity, inputs: vec![FALSE; module.inputs.len()], gates: vec![FALSE; module.gates.len()] }
    }

    pub(super) fn set_input(&mut self, cell: usize, edge: Edge) {
        if let Ok(at) = self.module.inputs.binary_search(&cell) {
            self.inputs[at] = edge ^ Edge::from(self.polarity[cell]);
        }
    }

    pub(super) fn set_gate(&mut self, cell: usize, edge: Edge) {
        if let Ok(at) = self.module.gates.binary_search(&cell) {
            self.gates[at] = edge;
        }
    }

    pub(super) fn get(&self, literal: Literal) -> Edge {
        let cell = literal.node();
        if cell == 0 {
            return TRUE ^ Edge::from(literal.is_negated());
        }
        let edge = match self.module.gates.binary_search(&cell) {
            Ok(at) => self.gates[at],
            Err(_) => self.module.inputs.binary_search(&cell).map_or(FALSE, |at| self.inputs[at]),
        };
        edge ^ Edge::from(literal.is_negated())
    }

    /// Whether a literal of a gate is negated, so that bounds change sides. Inputs are the same in both bounds.
    pub(super) fn is_turned(&self, literal: Literal) -> bool {
        literal.is_negated()
    }

    pub(super) fn of_gate(&self, cell: usize) -> Edge {
        self.module.gates.binary_search(&cell).map_or(FALSE, |at| self.gates[at])
    }

    pub(super) fn all_inputs(&self) -> &[Edge] {
        &self.inputs
    }

    pub(super) fn replace_inputs(&mut self, edges: &[Edge]) {
        self.inputs.copy_from_slice(edges);
    }
}
