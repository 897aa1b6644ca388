//! Zero-suppressed diagrams: families of sets, here the minimal sets of steps that reach a goal.

use super::bdd::{BOTTOM, Bdd, Edge, FALSE, TRUE, hash3};

/// A family: the place of a node.
pub(super) type Family = u32;

/// The family without sets.
pub(super) const NONE: Family = 0;
/// The family of the empty set alone.
pub(super) const EMPTY_SET: Family = 1;

const FREE: u32 = u32::MAX;

/// Most results that are remembered; a power of two.
const MOST_CACHED: usize = 1 << 22;

/// The sets with the variable of the level (`high`, without it) and those without (`low`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) level: u32,
    pub(super) high: Family,
    pub(super) low: Family,
}

/// Families that share their nodes.
pub(super) struct Zdd {
    nodes: Vec<Split>,
    unique: Vec<u32>,
    cache: Vec<(Family, Family, Family)>,
    limit: usize,
}

impl Zdd {
    /// Room for so many nodes.
    pub(super) fn new(limit: usize) -> Self {
        let end = |which| Split { level: BOTTOM, high: which, low: which };
        Self { nodes: vec![end(0), end(1)], unique: vec![FREE; 1 << 9], cache: vec![(FREE, FREE, FREE); 1 << 9], limit: limit.min(1 << 30) }
    }

    /// The node of a family.
    pub(super) fn split(&self, family: Family) -> Split {
        self.nodes[family as usize]
    }

    fn node(&mut self, level: u32, high: Family, low: Family) -> Option<Family> {
        if high == NONE {
            return Some(low);
        }
        let node = Split { level, high, low };
        let mask = self.unique.len() - 1;
        let mut slot = hash3(level, high, low) & mask;
        loop {
            let at = self.unique[slot];
            if at == FREE {
                break;
            }
            if self.nodes[at as usize] == node {
                return Some(at);
            }
            slot = (slot + 1) & mask;
        }
        if self.nodes.len() >= self.limit {
            return None;
        }
        let at = u32::try_from(self.nodes.len()).ok()?;
        self.nodes.push(node);
        self.unique[slot] = at;
        if self.nodes.len() * 3 > self.unique.len() * 2 {
            self.grow();
        }
        Some(at)
    }

    fn grow(&mut self) {
        let size = self.unique.len() * 2;
        let mask = size - 1;
        let mut unique = vec![FREE; size];
        for (at, node) in self.nodes.iter().enumerate().skip(2) {
            let mut slot = hash3(node.level, node.high, node.low) & mask;
            while unique[slot] != FREE {
                slot = (slot + 1) & mask;
            }
            unique[slot] = u32::try_from(at).expect("nodes are below their limit");
        }
        self.unique = unique;
        let room = size.min(MOST_CACHED);
        if room == self.cache.len() {
            return;
        }
        let old = std::mem::replace(&mut self.cache, vec![(FREE, FREE, FREE); room]);
        for entry in old {
            if entry.0 != FREE {
                self.cache[hash3(0, entry.0, entry.1) & (room - 1)] = entry;
            }
        }
    }

    /// The minimal sets of variables that make a function hold when all others do not; nothing if there is no room.
    pub(super) fn minimal(&mut self, bdd: &Bdd, root: Edge) -> Option<Family> {
        let mut done = vec![FREE; bdd.len() * 2];
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
        if known != FREE {
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
        let key = hash3(0, from, what);
        let entry = self.cache[key & (self.cache.len() - 1)];
        if entry.0 == from && entry.1 == what {
            return Some(entry.2);
        }
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
        let slot = key & (self.cache.len() - 1);
        self.cache[slot] = (from, what, result);
        Some(result)
    }

    /// The nodes of a family, each after the nodes that it leads to, without the ends.
    pub(super) fn below(&self, root: Family) -> Vec<Family> {
        let mut marked = vec![false; self.nodes.len()];
        let mut stack = vec![root];
        let mut found = Vec::new();
        while let Some(at) = stack.pop() {
            if at <= EMPTY_SET || std::mem::replace(&mut marked[at as usize], true) {
                continue;
            }
            found.push(at);
            stack.extend([self.nodes[at as usize].high, self.nodes[at as usize].low]);
        }
        found.sort_unstable();
        found
    }

    /// The nodes of a family under numbers of their own: the ends are 0 and 1, a node comes after those that it leads to.
    pub(super) fn extract(&self, root: Family) -> Vec<Split> {
        let below = self.below(root);
        let mut places = vec![0_u32; self.nodes.len().min(root as usize + 2).max(2)];
        places[1] = 1;
        let mut out = vec![self.nodes[0], self.nodes[1]];
        for at in below {
            let node = self.nodes[at as usize];
            places[at as usize] = u32::try_from(out.len()).expect("nodes are below their limit");
            out.push(Split { level: node.level, high: places[node.high as usize], low: places[node.low as usize] });
        }
        out
    }
}
