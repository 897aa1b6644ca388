//! What leads to the goal: steps and gates over them, shared where they are used more than once.

use std::fmt;

/// A step or a gate, as it is or negated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal(pub(super) u32);

impl Literal {
    pub(super) fn new(node: u32, negated: bool) -> Self {
        Self(node << 1 | u32::from(negated))
    }

    /// The place of the node among the nodes of its structure.
    pub fn node(self) -> usize {
        (self.0 >> 1) as usize
    }

    /// Whether it holds when the node does not.
    pub fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    /// The opposite.
    #[must_use]
    pub fn negate(self) -> Self {
        Self(self.0 ^ 1)
    }
}

impl fmt::Debug for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_negated() { "!" } else { "" }, self.0 >> 1)
    }
}

/// How the inputs of a gate make it hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Every input holds. Without inputs it always does.
    All,
    /// Every input holds, one after the other. Only time tells it from [`Self::All`].
    Seq,
    /// An input holds. Without inputs it never does.
    Any,
    /// At least so many inputs hold; an input that is listed twice counts twice.
    AtLeast(u32),
    /// An odd number of inputs holds.
    Odd,
}

/// A leaf or a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A step, by its place among the leaves.
    Leaf(usize),
    /// A gate and its inputs, which stand before it.
    Gate(Gate, Vec<Literal>),
}

/// A structure function: when the goal is reached, as a function of the leaves. It has no cycles, for a gate is made of
/// what was there before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Structure {
    nodes: Vec<Node>,
    leaves: usize,
    goal: Option<Literal>,
}

impl Structure {
    /// A structure without nodes, whose goal is never reached.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a leaf; leaves are counted from 0.
    pub fn leaf(&mut self) -> Literal {
        self.leaves += 1;
        self.push(Node::Leaf(self.leaves - 1))
    }

    /// Adds a gate.
    ///
    /// # Panics
    /// An input comes from another structure and is not in this one.
    pub fn gate(&mut self, gate: Gate, inputs: Vec<Literal>) -> Literal {
        assert!(inputs.iter().all(|input| input.node() < self.nodes.len()), "the inputs of a gate stand before it");
        self.push(Node::Gate(gate, inputs))
    }

    fn push(&mut self, node: Node) -> Literal {
        let at = u32::try_from(self.nodes.len()).expect("a structure has less than two thousand million nodes");
        self.nodes.push(node);
        Literal::new(at, false)
    }

    /// Sets the goal.
    pub fn set_goal(&mut self, goal: Literal) {
        self.goal = Some(goal);
    }

    /// The goal, if one was set.
    pub fn goal(&self) -> Option<Literal> {
        self.goal
    }

    /// Every node; inputs stand before the gates that they lead to.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// How many leaves there are.
    pub fn leaves(&self) -> usize {
        self.leaves
    }

    /// Whether the goal is reached when exactly these leaves hold.
    pub fn holds(&self, leaves: &[bool]) -> bool {
        let mut values: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let value = match node {
                Node::Leaf(leaf) => leaves.get(*leaf).copied().unwrap_or(false),
                Node::Gate(gate, inputs) => gate.value(inputs.iter().map(|input| values[input.node()] != input.is_negated())),
            };
            values.push(value);
        }
        self.goal.is_some_and(|goal| values[goal.node()] != goal.is_negated())
    }

    /// For every leaf whether it can help to reach the goal, and whether it can stand in its way. Where a negation is
    /// above it, both may hold.
    pub fn directions(&self) -> Vec<Direction> {
        let mut nodes = vec![Direction::default(); self.nodes.len()];
        if let Some(goal) = self.goal {
            nodes[goal.node()].add(Direction { helps: true, hinders: false }, goal.is_negated());
        }
        let mut leaves = vec![Direction::default(); self.leaves];
        for (at, node) in self.nodes.iter().enumerate().rev() {
            let own = nodes[at];
            match node {
                Node::Leaf(leaf) => leaves[*leaf] = own,
                Node::Gate(Gate::Odd, inputs) => {
                    for input in inputs {
                        nodes[input.node()].add(own, false);
                        nodes[input.node()].add(own, true);
                    }
                }
                Node::Gate(_, inputs) => inputs.iter().for_each(|input| nodes[input.node()].add(own, input.is_negated())),
            }
        }
        leaves
    }
}

/// What a leaf does to the goal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Direction {
    /// It can help to reach it.
    pub helps: bool,
    /// It can stand in its way.
    pub hinders: bool,
}

impl Direction {
    fn add(&mut self, above: Self, negated: bool) {
        self.helps |= if negated { above.hinders } else { above.helps };
        self.hinders |= if negated { above.helps } else { above.hinders };
    }
}

impl Gate {
    fn value(self, inputs: impl Iterator<Item = bool>) -> bool {
        let mut count = 0;
        let mut all = 0;
        for input in inputs {
            all += 1;
            count += usize::from(input);
        }
        self.holds_with(count, all)
    }

    /// Whether it holds when so many of its inputs do.
    pub(super) fn holds_with(self, count: usize, all: usize) -> bool {
        match self {
            Self::All | Self::Seq => count == all,
            Self::Any => count > 0,
            Self::AtLeast(least) => count >= least as usize,
            Self::Odd => count % 2 == 1,
        }
    }
}
