//! A structure in normal form: conjunctions, thresholds and parities over literals, equal ones only once.
//!
//! A disjunction is the negation of a conjunction of negations. Cell 0 is what always holds. The inputs of a cell stand
//! before it, and every builder keeps that order.

use rustc_hash::FxHashMap;

use super::structure::{Gate, Literal, Node, Structure};

/// What always holds.
pub(super) const TRUE: Literal = Literal(0);
/// What never holds.
pub(super) const FALSE: Literal = Literal(1);

/// What a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    True,
    Leaf(usize),
    And,
    AtLeast(u32),
    /// An odd number of inputs holds; no input is negated.
    Odd,
}

/// A leaf or a gate with sorted inputs.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) kind: Kind,
    pub(super) inputs: Vec<Literal>,
}

/// Cells and the goal.
#[derive(Debug, Clone)]
pub(super) struct Net {
    pub(super) cells: Vec<Cell>,
    pub(super) goal: Literal,
}

/// Makes cells, each once.
pub(super) struct Builder {
    cells: Vec<Cell>,
    known: FxHashMap<(Kind, Vec<Literal>), Literal>,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self { cells: vec![Cell { kind: Kind::True, inputs: Vec::new() }], known: FxHashMap::default() }
    }

    pub(super) fn finish(self, goal: Literal) -> Net {
        Net { cells: self.cells, goal }
    }

    pub(super) fn leaf(&mut self, leaf: usize) -> Literal {
        self.cell(Kind::Leaf(leaf), Vec::new())
    }

    fn cell(&mut self, kind: Kind, inputs: Vec<Literal>) -> Literal {
        let key = (kind, inputs);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let at = u32::try_from(self.cells.len()).expect("cells are fewer than the nodes of a structure allow");
        let literal = Literal::new(at, false);
        self.cells.push(Cell { kind: key.0, inputs: key.1.clone() });
        self.known.insert(key, literal);
        literal
    }

    /// Every input holds.
    pub(super) fn and(&mut self, mut inputs: Vec<Literal>) -> Literal {
        inputs.sort_unstable();
        inputs.dedup();
        inputs.retain(|input| *input != TRUE);
        let contradicts = inputs.windows(2).any(|pair| pair[0].negate() == pair[1]);
        match inputs.first() {
            None => TRUE,
            Some(first) if *first == FALSE || contradicts => FALSE,
            Some(first) if inputs.len() == 1 => *first,
            Some(_) => self.cell(Kind::And, inputs),
        }
    }

    /// An input holds.
    pub(super) fn or(&mut self, inputs: &[Literal]) -> Literal {
        self.and(inputs.iter().map(|input| input.negate()).collect()).negate()
    }

    /// At least so many inputs hold, where one that is listed twice counts twice.
    pub(super) fn at_least(&mut self, least: u32, mut inputs: Vec<Literal>) -> Literal {
        let mut least = i64::from(least);
        inputs.sort_unstable();
        let mut rest: Vec<Literal> = Vec::with_capacity(inputs.len());
        for input in inputs {
            if input == TRUE {
                least -= 1;
            } else if rest.last() == Some(&input.negate()) {
                rest.pop();
                least -= 1;
            } else if input != FALSE {
                rest.push(input);
            }
        }
        let count = i64::try_from(rest.len()).unwrap_or(i64::MAX);
        match u32::try_from(least) {
            Err(_) | Ok(0) => TRUE,
            Ok(_) if least > count => FALSE,
            Ok(1) => self.or(&rest),
            Ok(_) if least == count => self.and(rest),
            Ok(least) => self.cell(Kind::AtLeast(least), rest),
        }
    }

    /// An odd number of inputs holds.
    pub(super) fn odd(&mut self, mut inputs: Vec<Literal>) -> Literal {
        let mut flip = false;
        for input in &mut inputs {
            flip ^= input.is_negated();
            *input = Literal::new(input.0 >> 1, false);
        }
        inputs.sort_unstable();
        let mut rest: Vec<Literal> = Vec::with_capacity(inputs.len());
        for input in inputs {
            if input == TRUE {
                flip = !flip;
            } else if rest.last() == Some(&input) {
                rest.pop();
            } else {
                rest.push(input);
            }
        }
        let literal = match rest[..] {
            [] => FALSE,
            [only] => only,
            _ => self.cell(Kind::Odd, rest),
        };
        if flip { literal.negate() } else { literal }
    }

    /// A cell of a kind over other inputs than it had.
    pub(super) fn again(&mut self, kind: Kind, inputs: Vec<Literal>) -> Literal {
        match kind {
            Kind::True => TRUE,
            Kind::Leaf(leaf) => self.leaf(leaf),
            Kind::And => self.and(inputs),
            Kind::AtLeast(least) => self.at_least(least, inputs),
            Kind::Odd => self.odd(inputs),
        }
    }
}

impl Net {
    /// The normal form of what leads to the goal. Cells are numbered as a walk from the goal finishes them, so that the
    /// order in which the inputs of gates were written lives on in the numbers.
    pub(super) fn of(structure: &Structure) -> Self {
        let mut builder = Builder::new();
        let Some(goal) = structure.goal() else { return builder.finish(FALSE) };
        let nodes = structure.nodes();
        let mut made: Vec<Option<Literal>> = vec![None; nodes.len()];
        let mut stack = vec![(goal.node(), 0_usize)];
        while let Some((at, next)) = stack.pop() {
            if made[at].is_some() {
                continue;
            }
            let (gate, inputs) = match &nodes[at] {
                Node::Leaf(leaf) => {
                    made[at] = Some(builder.leaf(*leaf));
                    continue;
                }
                Node::Gate(gate, inputs) => (*gate, inputs),
            };
            if let Some(input) = inputs.get(next) {
                stack.push((at, next + 1));
                stack.push((input.node(), 0));
                continue;
            }
            let inputs: Vec<Literal> = inputs.iter().filter_map(|input| moved(&made, *input)).collect();
            made[at] = Some(match gate {
                Gate::All | Gate::Seq => builder.and(inputs),
                Gate::Any => builder.or(&inputs),
                Gate::AtLeast(least) => builder.at_least(least, inputs),
                Gate::Odd => builder.odd(inputs),
            });
        }
        let goal = moved(&made, goal).unwrap_or(FALSE);
        builder.finish(goal)
    }

    /// How many inputs of reachable cells, and the goal, lead to each cell; 0 for what is not reachable.
    pub(super) fn uses(&self) -> Vec<u32> {
        let mut uses = vec![0; self.cells.len()];
        uses[self.goal.node()] = 1;
        for at in (0..self.cells.len()).rev() {
            if uses[at] > 0 {
                self.cells[at].inputs.iter().for_each(|input| uses[input.node()] += 1);
            }
        }
        uses
    }

    /// Makes every reachable cell anew; `make` gives the new literal of a cell, given those of the cells before it.
    pub(super) fn rebuild(&self, mut make: impl FnMut(&mut Builder, usize, &dyn Fn(Literal) -> Literal) -> Literal) -> Self {
        let uses = self.uses();
        let mut builder = Builder::new();
        let mut made: Vec<Option<Literal>> = vec![None; self.cells.len()];
        made[0] = Some(TRUE);
        for at in 1..self.cells.len() {
            if uses[at] > 0 {
                let literal = make(&mut builder, at, &|old| moved(&made, old).unwrap_or(FALSE));
                made[at] = Some(literal);
            }
        }
        let goal = moved(&made, self.goal).unwrap_or(FALSE);
        builder.finish(goal)
    }

    /// The number of reachable cells and of their inputs, by which two nets are compared.
    pub(super) fn size(&self) -> (usize, usize) {
        let uses = self.uses();
        let reachable = uses.iter().zip(&self.cells).filter(|(uses, _)| **uses > 0);
        reachable.fold((0, 0), |(cells, inputs), (_, cell)| (cells + 1, inputs + cell.inputs.len()))
    }
}

fn moved(made: &[Option<Literal>], old: Literal) -> Option<Literal> {
    made[old.node()].map(|new| if old.is_negated() { new.negate() } else { new })
}
