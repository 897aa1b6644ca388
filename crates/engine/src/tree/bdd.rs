//! Binary decision diagrams: one way of writing each Boolean function, for one order of its variables.
//!
//! An edge is the place of a node and whether it is negated. The upper edge (`high`) of a node is never negated, so that
//! a function and its negation share their nodes. Nodes are never freed: a diagram that outgrows its budget is given up.

/// An edge: twice the place of a node, plus one if negated.
pub(super) type Edge = u32;

/// What always holds.
pub(super) const TRUE: Edge = 0;
/// What never holds.
pub(super) const FALSE: Edge = 1;

/// The level of the constants, below all variables.
pub(super) const BOTTOM: u32 = u32::MAX;

/// No slot is used.
const FREE: u32 = u32::MAX;

/// Most results that are remembered; a power of two.
const MOST_CACHED: usize = 1 << 22;

/// A decision: `high` if the variable of the level holds, else `low`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) level: u32,
    pub(super) high: Edge,
    pub(super) low: Edge,
}

/// Diagrams over one order, which share their nodes.
pub(super) struct Bdd {
    nodes: Vec<Decision>,
    /// Open addressing, by the hash of a node.
    unique: Vec<u32>,
    /// Results of `and`, each where its hash says; a later one takes the place of an earlier one.
    cache: Vec<(Edge, Edge, Edge)>,
    limit: usize,
}

impl Bdd {
    /// Room for so many nodes.
    pub(super) fn new(limit: usize) -> Self {
        let bottom = Decision { level: BOTTOM, high: TRUE, low: TRUE };
        Self { nodes: vec![bottom], unique: vec![FREE; 1 << 9], cache: vec![(FREE, FREE, FREE); 1 << 9], limit: limit.min(1 << 30) }
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(1 << 30);
    }

    pub(super) fn level(&self, edge: Edge) -> u32 {
        self.nodes[(edge >> 1) as usize].level
    }

    /// The node of an edge, with the negation of the edge applied.
    pub(super) fn decision(&self, edge: Edge) -> Decision {
        let node = self.nodes[(edge >> 1) as usize];
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
        let node = Decision { level, high: high ^ negated, low: low ^ negated };
        let mask = self.unique.len() - 1;
        let mut slot = hash3(node.level, node.high, node.low) & mask;
        loop {
            let at = self.unique[slot];
            if at == FREE {
                break;
            }
            if self.nodes[at as usize] == node {
                return Some(at << 1 | negated);
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
        Some(at << 1 | negated)
    }

    fn grow(&mut self) {
        let size = self.unique.len() * 2;
        let mask = size - 1;
        let mut unique = vec![FREE; size];
        for (at, node) in self.nodes.iter().enumerate().skip(1) {
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
        let key = hash3(0, left, right);
        let entry = self.cache[key & (self.cache.len() - 1)];
        if entry.0 == left && entry.1 == right {
            return Some(entry.2);
        }
        let (f, g) = (self.decision(left), self.decision(right));
        let level = f.level.min(g.level);
        let (f1, f0) = if f.level == level { (f.high, f.low) } else { (left, left) };
        let (g1, g0) = if g.level == level { (g.high, g.low) } else { (right, right) };
        let high = self.and(f1, g1)?;
        let low = self.and(f0, g0)?;
        let result = self.node(level, high, low)?;
        let slot = key & (self.cache.len() - 1);
        self.cache[slot] = (left, right, result);
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
            let node = self.nodes[at as usize];
            stack.push(node.high >> 1);
            stack.push(node.low >> 1);
        }
        // A node is made after those that it leads to.
        found.sort_unstable();
        found
    }

    /// The node at a place.
    pub(super) fn at(&self, place: u32) -> Decision {
        self.nodes[place as usize]
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
                stack.extend([self.nodes[at as usize].high >> 1, self.nodes[at as usize].low >> 1]);
            }
        }
        true
    }

    /// The nodes alone, in their places.
    pub(super) fn into_nodes(self) -> Vec<Decision> {
        self.nodes
    }

    /// Keeps what the roots need and forgets the rest; the roots are renumbered.
    pub(super) fn keep(&mut self, roots: &mut [Edge]) {
        let below = self.below(roots);
        let mut places = vec![0_u32; self.nodes.len()];
        let mut kept = Self::new(usize::MAX);
        for at in below {
            let node = self.nodes[at as usize];
            let moved = |edge: Edge| places[(edge >> 1) as usize] ^ (edge & 1);
            let (high, low) = (moved(node.high), moved(node.low));
            places[at as usize] = kept.node(node.level, high, low).expect("there is room for what was there");
        }
        for root in roots.iter_mut() {
            *root = places[(*root >> 1) as usize] ^ (*root & 1);
        }
        kept.limit = self.limit;
        *self = kept;
    }
}

/// A hash that spreads nearby numbers.
pub(super) fn hash3(a: u32, b: u32, c: u32) -> usize {
    let mixed = (u64::from(a).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(u64::from(b).wrapping_mul(0xc2b2_ae3d_27d4_eb4f))
        .wrapping_add(u64::from(c).wrapping_mul(0x1656_67b1_9e37_79f9));
    let mixed = (mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    usize::try_from(mixed >> 28 & 0xffff_ffff).expect("32 bits fit")
}
