//! Zero-suppressed diagrams: families of sets, here the minimal sets of steps that reach a goal.

use super::bdd::{Bdd, Edge, FALSE, TRUE};
use super::nodes::{BOTTOM, Decision, Nodes};

/// A family: the place of a node. Its sets with the variable of the level are in `high`, without it; those without in
/// `low`.
pub(super) type Family = u32;

/// The family without sets.
pub(super) const NONE: Family = 0;
/// The family of the empty set alone.
pub(super) const EMPTY_SET: Family = 1;

/// What is not worked out yet.
const UNKNOWN: Family = Family::MAX;

/// Families that share their nodes.
pub(super) struct Zdd {
    nodes: Nodes,
}

impl Zdd {
    /// Room for so many nodes.
    pub(super) fn new(limit: usize) -> Self {
        let end = |which| Decision { level: BOTTOM, high: which, low: which };
        Self { nodes: Nodes::new(&[end(0), end(1)], limit) }
    }

    /// The node of a family.
    pub(super) fn split(&self, family: Family) -> Decision {
        self.nodes.at(family)
    }

    fn node(&mut self, level: u32, high: Family, low: Family) -> Option<Family> {
        if high == NONE {
            return Some(low);
        }
        self.nodes.place(Decision { level, high, low })
    }

    /// The minimal sets of variables that make a function hold when all others do not; nothing if there is no room.
    pub(super) fn minimal(&mut self, bdd: &Bdd, root: Edge) -> Option<Family> {
        let mut done = vec![UNKNOWN; bdd.len() * 2];
        self.minimal_of(bdd, root, &mut done)
    }

    fn minimal_of(&mut self, bdd: &Bdd, edge: Edge, done: &mut [Family]) -> Option<Family> {
        if edge == FALSE {
            return Some(NONE);
        }
        if edge == TRUE {
            return Some(EMPTY_SET);
        }
        let known = done[edge as usize];
        if known != UNKNOWN {
            return Some(known);
        }
        let node = bdd.decision(edge);
        let low = self.minimal_of(bdd, node.low, done)?;
        let high = self.minimal_of(bdd, node.high, done)?;
        let high = self.without(high, low)?;
        let family = self.node(node.level, high, low)?;
        done[edge as usize] = family;
        Some(family)
    }

    /// The sets of the first family that contain no set of the second.
    fn without(&mut self, from: Family, what: Family) -> Option<Family> {
        if from == NONE || what == EMPTY_SET || from == what {
            return Some(NONE);
        }
        if what == NONE || from == EMPTY_SET {
            return Some(from);
        }
        let key = match self.nodes.recall(from, what) {
            Ok(known) => return Some(known),
            Err(key) => key,
        };
        let (f, w) = (self.split(from), self.split(what));
        let result = if f.level > w.level {
            self.without(from, w.low)?
        } else {
            let mut high = f.high;
            if f.level == w.level {
                high = self.without(high, w.high)?;
            }
            let rest = if f.level == w.level { w.low } else { what };
            let high = self.without(high, rest)?;
            let low = self.without(f.low, rest)?;
            self.node(f.level, high, low)?
        };
        self.nodes.remember(key, from, what, result);
        Some(result)
    }

    /// The nodes of a family, each after the nodes that it leads to, without the ends.
    pub(super) fn below(&self, root: Family) -> Vec<Family> {
        let mut marked = vec![false; self.nodes.all().len()];
        let mut stack = vec![root];
        let mut found = Vec::new();
        while let Some(at) = stack.pop() {
            if at <= EMPTY_SET || std::mem::replace(&mut marked[at as usize], true) {
                continue;
            }
            found.push(at);
            let node = self.nodes.at(at);
            stack.extend([node.high, node.low]);
        }
        found.sort_unstable();
        found
    }

    /// The nodes of a family under numbers of their own: the ends are 0 and 1, a node comes after those that it leads to.
    pub(super) fn extract(&self, root: Family) -> Vec<Decision> {
        let below = self.below(root);
        let mut places = vec![0_u32; self.nodes.all().len().min(root as usize + 2).max(2)];
        places[1] = 1;
        let mut out = self.nodes.all()[..2].to_vec();
        for at in below {
            let node = self.nodes.at(at);
            places[at as usize] = u32::try_from(out.len()).expect("nodes are below their limit");
            out.push(Decision { level: node.level, high: places[node.high as usize], low: places[node.low as usize] });
        }
        out
    }
}
