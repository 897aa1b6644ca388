//! Binary decision diagrams: one way of writing each Boolean function, for one order of its variables.
//!
//! An edge is the place of a node and whether it is negated. The upper edge (`high`) of a node is never negated, so that
//! a function and its negation share their nodes. Nodes are never freed: a diagram that outgrows its budget is given up.

use super::nodes::{BOTTOM, Decision, Nodes};

/// An edge: twice the place of a node, plus one if negated.
pub(super) type Edge = u32;

/// What always holds.
pub(super) const TRUE: Edge = 0;
/// What never holds.
pub(super) const FALSE: Edge = 1;

/// Diagrams over one order, which share their nodes.
pub(super) struct Bdd {
    nodes: Nodes,
}

impl Bdd {
    /// Room for so many nodes.
    pub(super) fn new(limit: usize) -> Self {
        Self { nodes: Nodes::new(&[Decision { level: BOTTOM, high: TRUE, low: TRUE }], limit) }
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.all().len()
    }

    pub(super) fn set_limit(&mut self, limit: usize) {
        self.nodes.set_limit(limit);
    }

    pub(super) fn level(&self, edge: Edge) -> u32 {
        self.nodes.at(edge >> 1).level
    }

    /// The node of an edge, with the negation of the edge applied.
    pub(super) fn decision(&self, edge: Edge) -> Decision {
        let node = self.nodes.at(edge >> 1);
        let negated = edge & 1;
        Decision { level: node.level, high: node.high ^ negated, low: node.low ^ negated }
    }

    /// The variable of a level.
    pub(super) fn variable(&mut self, level: u32) -> Option<Edge> {
        self.node(level, TRUE, FALSE)
    }

    /// A decision in its one form; nothing if there is no room.
    pub(super) fn node(&mut self, level: u32, high: Edge, low: Edge) -> Option<Edge> {
        if high == low {
            return Some(high);
        }
        let negated = high & 1;
        let at = self.nodes.place(Decision { level, high: high ^ negated, low: low ^ negated })?;
        Some(at << 1 | negated)
    }

    /// Both hold; nothing if there is no room.
    pub(super) fn and(&mut self, left: Edge, right: Edge) -> Option<Edge> {
        if left == right || right == TRUE {
            return Some(left);
        }
        if left == TRUE {
            return Some(right);
        }
        if left == FALSE || right == FALSE || left ^ right == 1 {
            return Some(FALSE);
        }
        let (left, right) = if left < right { (left, right) } else { (right, left) };
        let key = match self.nodes.recall(left, right) {
            Ok(known) => return Some(known),
            Err(key) => key,
        };
        let (f, g) = (self.decision(left), self.decision(right));
        let level = f.level.min(g.level);
        let (f1, f0) = if f.level == level { (f.high, f.low) } else { (left, left) };
        let (g1, g0) = if g.level == level { (g.high, g.low) } else { (right, right) };
        let high = self.and(f1, g1)?;
        let low = self.and(f0, g0)?;
        let result = self.node(level, high, low)?;
        self.nodes.remember(key, left, right, result);
        Some(result)
    }

    /// One of them holds; nothing if there is no room.
    pub(super) fn or(&mut self, left: Edge, right: Edge) -> Option<Edge> {
        self.and(left ^ 1, right ^ 1).map(|edge| edge ^ 1)
    }

    /// The nodes of an edge, each after the nodes that it leads to, without the constant.
    pub(super) fn below(&self, roots: &[Edge]) -> Vec<u32> {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut stack: Vec<u32> = roots.iter().map(|edge| edge >> 1).collect();
        let mut found = Vec::new();
        while let Some(at) = stack.pop() {
            if at == 0 || !seen.insert(at) {
                continue;
            }
            found.push(at);
            let node = self.nodes.at(at);
            stack.push(node.high >> 1);
            stack.push(node.low >> 1);
        }
        // A node is made after those that it leads to.
        found.sort_unstable();
        found
    }

    /// The node at a place.
    pub(super) fn at(&self, place: u32) -> Decision {
        self.nodes.at(place)
    }

    /// Whether an edge needs no more than so many nodes.
    pub(super) fn is_within(&self, edge: Edge, size: usize) -> bool {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut stack = vec![edge >> 1];
        while let Some(at) = stack.pop() {
            if at != 0 && seen.insert(at) {
                if seen.len() > size {
                    return false;
                }
                stack.extend([self.nodes.at(at).high >> 1, self.nodes.at(at).low >> 1]);
            }
        }
        true
    }

    /// The nodes alone, in their places.
    pub(super) fn into_nodes(self) -> Vec<Decision> {
        self.nodes.into_all()
    }

    /// Keeps what the roots need and forgets the rest; the roots are renumbered.
    pub(super) fn keep(&mut self, roots: &mut [Edge]) {
        let below = self.below(roots);
        let mut places = vec![0_u32; self.len()];
        let mut kept = Self::new(usize::MAX);
        for at in below {
            let node = self.nodes.at(at);
            let moved = |edge: Edge| places[(edge >> 1) as usize] ^ (edge & 1);
            let (high, low) = (moved(node.high), moved(node.low));
            places[at as usize] = kept.node(node.level, high, low).expect("there is room for what was there");
        }
        for root in roots.iter_mut() {
            *root = places[(*root >> 1) as usize] ^ (*root & 1);
        }
        kept.set_limit(self.nodes.limit());
        *self = kept;
    }
}
