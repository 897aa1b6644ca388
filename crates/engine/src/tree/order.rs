//! Orders of the variables of a module. The size of a diagram hangs on the order, and no rule finds the best one, so
//! several are tried.

use super::modules::Module;
use super::net::Net;
use super::structure::Literal;

/// A way of ordering variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heuristic {
    /// Depth first, small inputs first.
    Small,
    /// Depth first, as written.
    Written,
    /// Depth first, inputs with much-used variables first.
    Shared,
    /// Depth first, large inputs first.
    Large,
    /// By the weight that flows down from the root.
    Weight,
    /// Neighbours in gates pull each other together.
    Force,
}

/// Every way, the one that wins most often first.
pub(super) const ALL: [Heuristic; 6] =
    [Heuristic::Weight, Heuristic::Written, Heuristic::Force, Heuristic::Small, Heuristic::Large, Heuristic::Shared];

/// The inputs of a module in the order of a heuristic.
pub(super) fn order(net: &Net, module: &Module, heuristic: Heuristic) -> Vec<usize> {
    let local = Local::of(net, module);
    match heuristic {
        Heuristic::Small => local.depth_first(&|cell| (local.sizes[cell], 0)),
        Heuristic::Written => local.depth_first(&|cell| (0, cell)),
        Heuristic::Shared => local.depth_first(&|cell| (u64::MAX - local.shared(cell), 0)),
        Heuristic::Large => local.depth_first(&|cell| (u64::MAX - local.sizes[cell], 0)),
        Heuristic::Weight => local.weighted(),
        Heuristic::Force => local.force(),
    }
}

/// A module with its cells numbered from 0: inputs, then gates with the root last.
struct Local<'m> {
    module: &'m Module,
    gates: Vec<Vec<usize>>,
    sizes: Vec<u64>,
    uses: Vec<u64>,
}

impl<'m> Local<'m> {
    fn of(net: &Net, module: &'m Module) -> Self {
        let inputs = module.inputs.len();
        let place = |literal: &Literal| match module.gates.binary_search(&literal.node()) {
            Ok(at) => inputs + at,
            Err(_) => module.inputs.binary_search(&literal.node()).unwrap_or(0),
        };
        let gates: Vec<Vec<usize>> = module.gates.iter().map(|gate| net.cells[*gate].inputs.iter().map(place).collect()).collect();
        let mut sizes = vec![1_u64; inputs];
        let mut uses = vec![0_u64; inputs + gates.len()];
        for below in &gates {
            sizes.push(below.iter().fold(0, |sum: u64, cell| sum.saturating_add(sizes[*cell])));
            below.iter().for_each(|cell| uses[*cell] += 1);
        }
        Self { module, gates, sizes, uses }
    }

    fn shared(&self, cell: usize) -> u64 {
        self.uses[cell]
    }

    fn depth_first(&self, key: &dyn Fn(usize) -> (u64, usize)) -> Vec<usize> {
        let inputs = self.module.inputs.len();
        let mut seen = vec![false; inputs + self.gates.len()];
        let mut order = Vec::with_capacity(inputs);
        let mut stack: Vec<usize> = (inputs + self.gates.len()).checked_sub(1).into_iter().collect();
        while let Some(at) = stack.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            if at < inputs {
                order.push(self.module.inputs[at]);
                continue;
            }
            let mut below = self.gates[at - inputs].clone();
            below.sort_by_key(|cell| (key(*cell), *cell));
            stack.extend(below.into_iter().rev());
        }
        order
    }

    /// Variables by the weight that arrives at them when every gate shares its own among its inputs.
    fn weighted(&self) -> Vec<usize> {
        let inputs = self.module.inputs.len();
        let mut weights = vec![0.0_f64; inputs + self.gates.len()];
        if let Some(root) = weights.last_mut() {
            *root = 1.0;
        }
        for (at, below) in self.gates.iter().enumerate().rev() {
            let share = weights[inputs + at] / usize_f64(below.len().max(1));
            below.iter().for_each(|cell| weights[*cell] += share);
        }
        // Weights are not negative, where the order of the bits is the order of the numbers.
        self.depth_first(&|cell| (u64::MAX - weights[cell].to_bits(), 0))
    }

    /// Repeatedly moves every cell to the middle of the gates that it is part of.
    fn force(&self) -> Vec<usize> {
        const ROUNDS: usize = 40;
        let inputs = self.module.inputs.len();
        let count = inputs + self.gates.len();
        let start = self.depth_first(&|cell| (self.sizes[cell], 0));
        let mut places = vec![0.0_f64; count];
        for (place, cell) in start.iter().enumerate() {
            places[self.module.inputs.binary_search(cell).unwrap_or(0)] = usize_f64(place);
        }
        for (at, below) in self.gates.iter().enumerate() {
            places[inputs + at] = middle(&places, below);
        }
        for _ in 0..ROUNDS {
            let mut pull = vec![(0.0_f64, 0.0_f64); count];
            for (at, below) in self.gates.iter().enumerate() {
                let centre = (middle(&places, below) * usize_f64(below.len()) + places[inputs + at]) / usize_f64(below.len() + 1);
                for cell in below.iter().copied().chain([inputs + at]) {
                    pull[cell].0 += centre;
                    pull[cell].1 += 1.0;
                }
            }
            let mut ranks: Vec<usize> = (0..count).collect();
            let goal: Vec<f64> = pull.iter().map(|(sum, count)| sum / count.max(1.0)).collect();
            ranks.sort_by(|one, other| goal[*one].total_cmp(&goal[*other]).then(one.cmp(other)));
            ranks.iter().enumerate().for_each(|(rank, cell)| places[*cell] = usize_f64(rank));
        }
        let mut order: Vec<usize> = (0..inputs).collect();
        order.sort_by(|one, other| places[*one].total_cmp(&places[*other]).then(one.cmp(other)));
        order.into_iter().map(|at| self.module.inputs[at]).collect()
    }
}

fn middle(places: &[f64], cells: &[usize]) -> f64 {
    cells.iter().map(|cell| places[*cell]).sum::<f64>() / usize_f64(cells.len().max(1))
}

/// Counts of cells are far below what a float holds exactly.
fn usize_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
