//! Modules: gates whose leaves nothing else uses. Each is solved alone and is one variable of what is above it.

use super::net::{Kind, Net};
use super::structure::Literal;

/// Inputs of one conjunction that are solved together, when they have nothing else in common.
const MOST_INPUTS: usize = 64;

/// A part of a net that is solved alone.
#[derive(Debug, Clone)]
pub(super) struct Module {
    /// Its gate, negated where that makes it not hold when no leaf does.
    pub(super) root: Literal,
    /// Its gates, inputs first, the root last.
    pub(super) gates: Vec<usize>,
    /// Its variables: leaves, and roots of modules that stand before it.
    pub(super) inputs: Vec<usize>,
}

/// Gives inputs of conjunctions that share nothing with the outside a gate of their own.
pub(super) fn group(net: &Net) -> Net {
    let times = Times::of(net);
    net.rebuild(|builder, at, moved| {
        let cell = &net.cells[at];
        if cell.kind != Kind::And || cell.inputs.len() < 3 {
            return builder.again(cell.kind, cell.inputs.iter().map(|input| moved(*input)).collect());
        }
        let (closed, open): (Vec<Literal>, Vec<Literal>) = cell.inputs.iter().partition(|input| times.is_closed(at, input.node()));
        let mut groups: Vec<Literal> = Vec::new();
        for group in times.apart(closed) {
            let inputs = group.into_iter().map(moved).collect();
            groups.push(builder.and(inputs));
        }
        while groups.len() > MOST_INPUTS {
            groups = groups.chunks(MOST_INPUTS).map(|chunk| builder.and(chunk.to_vec())).collect();
        }
        if !open.is_empty() && groups.len() > 1 {
            groups = vec![builder.and(groups)];
        }
        groups.extend(open.into_iter().map(moved));
        builder.and(groups)
    })
}

/// When a walk from the goal comes to the cells.
struct Times {
    first: Vec<u32>,
    done: Vec<u32>,
    /// The earliest and the latest visit of a cell or of anything below it.
    span: Vec<(u32, u32)>,
}

impl Times {
    fn of(net: &Net) -> Self {
        let count = net.cells.len();
        let (mut first, mut done, mut last) = (vec![0_u32; count], vec![0_u32; count], vec![0_u32; count]);
        let mut clock = 0;
        let mut stack = vec![(net.goal.node(), 0_usize)];
        while let Some((at, next)) = stack.pop() {
            if next == 0 {
                clock += 1;
                last[at] = clock;
                if first[at] > 0 {
                    continue;
                }
                first[at] = clock;
            }
            match net.cells[at].inputs.get(next) {
                Some(input) => {
                    stack.push((at, next + 1));
                    stack.push((input.node(), 0));
                }
                None => {
                    clock += 1;
                    done[at] = clock;
                }
            }
        }
        let mut span: Vec<(u32, u32)> = Vec::with_capacity(count);
        for at in 0..count {
            let below = net.cells[at].inputs.iter().map(|input| span[input.node()]);
            span.push(below.fold((first[at], last[at]), |(from, to), (first, last)| (from.min(first), to.max(last))));
        }
        Self { first, done, span }
    }

    /// Whether nothing but a gate leads to an input of it, or to anything below the input.
    fn is_closed(&self, gate: usize, input: usize) -> bool {
        let (from, to) = self.span[input];
        from > self.first[gate] && to < self.done[gate]
    }

    fn is_module(&self, net: &Net, gate: usize) -> bool {
        net.cells[gate].inputs.iter().all(|input| self.is_closed(gate, input.node()))
    }

    /// Groups of inputs, none of which has anything in common with another.
    fn apart(&self, mut inputs: Vec<Literal>) -> Vec<Vec<Literal>> {
        inputs.sort_unstable_by_key(|input| self.span[input.node()]);
        let mut groups: Vec<(u32, Vec<Literal>)> = Vec::new();
        for input in inputs {
            let (from, to) = self.span[input.node()];
            match groups.last_mut() {
                Some((end, group)) if from < *end => {
                    *end = to.max(*end);
                    group.push(input);
                }
                _ => groups.push((to, vec![input])),
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }
}

/// The modules of a net, each after those that are its variables; the last is that of the goal.
pub(super) fn modules(net: &Net) -> Vec<Module> {
    let times = Times::of(net);
    let uses = net.uses();
    let goal = net.goal.node();
    let quiet = quiet(net);
    let is_gate = |at: usize| !matches!(net.cells[at].kind, Kind::Leaf(_) | Kind::True);
    let is_root: Vec<bool> =
        (0..net.cells.len()).map(|at| uses[at] > 0 && is_gate(at) && (at == goal || times.is_module(net, at))).collect();
    let mut modules = Vec::new();
    let mut seen = vec![usize::MAX; net.cells.len()];
    for root in (0..net.cells.len()).filter(|at| is_root[*at]) {
        let (mut gates, mut inputs, mut stack) = (Vec::new(), Vec::new(), vec![root]);
        while let Some(at) = stack.pop() {
            if seen[at] == root {
                continue;
            }
            seen[at] = root;
            if at == root || (is_gate(at) && !is_root[at]) {
                gates.push(at);
                stack.extend(net.cells[at].inputs.iter().map(|input| input.node()));
            } else {
                inputs.push(at);
            }
        }
        gates.sort_unstable();
        inputs.sort_unstable();
        let place = u32::try_from(root).expect("cells have places of 32 bits");
        // The goal stays as it is; nothing counts on it.
        let negated = if root == goal { net.goal.is_negated() } else { quiet[root] };
        modules.push(Module { root: Literal::new(place, negated), gates, inputs });
    }
    modules
}

/// What holds when no leaf does.
fn quiet(net: &Net) -> Vec<bool> {
    let mut values: Vec<bool> = Vec::with_capacity(net.cells.len());
    for cell in &net.cells {
        let count = cell.inputs.iter().filter(|input| values[input.node()] != input.is_negated()).count();
        values.push(match cell.kind {
            Kind::True => true,
            Kind::Leaf(_) => false,
            Kind::And => count == cell.inputs.len(),
            Kind::AtLeast(least) => count >= least as usize,
            Kind::Odd => count % 2 == 1,
        });
    }
    values
}
