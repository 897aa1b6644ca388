//! The nodes of decision diagrams, each once, and the results of the operation that makes most of them.
//!
//! Nodes are never freed: diagrams that outgrow their limit are given up.

/// No slot is used.
const FREE: u32 = u32::MAX;

/// Most results that are remembered; a power of two.
const MOST_CACHED: usize = 1 << 22;

/// Most nodes under any limit.
const MOST_NODES: usize = 1 << 30;

/// The level of constants, below all variables.
pub(super) const BOTTOM: u32 = u32::MAX;

/// A node: what follows where the variable of the level holds (`high`), and where it does not (`low`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) level: u32,
    pub(super) high: u32,
    pub(super) low: u32,
}

/// Nodes by their places, constants first.
pub(super) struct Nodes {
    all: Vec<Decision>,
    constants: usize,
    /// Open addressing, by the hash of a node.
    unique: Vec<u32>,
    /// Operands and results, each where its hash says; a later one takes the place of an earlier one.
    cache: Vec<(u32, u32, u32)>,
    limit: usize,
}

impl Nodes {
    /// The constants and room for so many nodes.
    pub(super) fn new(constants: &[Decision], limit: usize) -> Self {
        let (unique, cache) = (vec![FREE; 1 << 9], vec![(FREE, FREE, FREE); 1 << 9]);
        Self { all: constants.to_vec(), constants: constants.len(), unique, cache, limit: limit.min(MOST_NODES) }
    }

    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(MOST_NODES);
    }

    /// How many nodes there may be.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// All nodes, in their places.
    pub(super) fn all(&self) -> &[Decision] {
        &self.all
    }

    /// The nodes alone, in their places.
    pub(super) fn into_all(self) -> Vec<Decision> {
        self.all
    }

    /// The node at a place.
    pub(super) fn at(&self, place: u32) -> Decision {
        self.all[place as usize]
    }

    /// The place of a node, which is added if it is not there; nothing if there is no room.
    pub(super) fn place(&mut self, node: Decision) -> Option<u32> {
        let mask = self.unique.len() - 1;
        let mut slot = hash(node.level, node.high, node.low) & mask;
        loop {
            let at = self.unique[slot];
            if at == FREE {
                break;
            }
            if self.all[at as usize] == node {
                return Some(at);
            }
            slot = (slot + 1) & mask;
        }
        if self.all.len() >= self.limit {
            return None;
        }
        let at = u32::try_from(self.all.len()).ok()?;
        self.all.push(node);
        self.unique[slot] = at;
        if self.all.len() * 3 > self.unique.len() * 2 {
            self.grow();
        }
        Some(at)
    }

    fn grow(&mut self) {
        let size = self.unique.len() * 2;
        let mask = size - 1;
        let mut unique = vec![FREE; size];
        for (at, node) in self.all.iter().enumerate().skip(self.constants) {
            let mut slot = hash(node.level, node.high, node.low) & mask;
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
                self.cache[hash(0, entry.0, entry.1) & (room - 1)] = entry;
            }
        }
    }

    /// The result for two operands, or the key under which [`Nodes::remember`] takes it.
    pub(super) fn recall(&self, left: u32, right: u32) -> Result<u32, usize> {
        let key = hash(0, left, right);
        let entry = self.cache[key & (self.cache.len() - 1)];
        if entry.0 == left && entry.1 == right { Ok(entry.2) } else { Err(key) }
    }

    /// Keeps the result for two operands.
    pub(super) fn remember(&mut self, key: usize, left: u32, right: u32, result: u32) {
        let slot = key & (self.cache.len() - 1);
        self.cache[slot] = (left, right, result);
    }
}

/// A hash that spreads nearby numbers.
fn hash(a: u32, b: u32, c: u32) -> usize {
    let mixed = (u64::from(a).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(u64::from(b).wrapping_mul(0xc2b2_ae3d_27d4_eb4f))
        .wrapping_add(u64::from(c).wrapping_mul(0x1656_67b1_9e37_79f9));
    let mixed = (mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    usize::try_from(mixed >> 28 & 0xffff_ffff).expect("32 bits fit")
}
