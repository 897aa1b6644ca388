//! What the layout needs to know, and nothing else: sizes, nesting and links. Can be made by hand in tests.

use indexmap::IndexMap;

use super::geometry::Rect;

/// What a link ends at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// A node, by index.
    Node(usize),
    /// A box as a whole, by index.
    Zone(usize),
}

impl Default for End {
    fn default() -> Self {
        Self::Node(0)
    }
}

/// Width and height.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Size {
    pub(crate) w: f64,
    pub(crate) h: f64,
}

impl Size {
    pub(crate) fn new(w: f64, h: f64) -> Self {
        Self { w, h }
    }

    pub(crate) fn transposed(self) -> Self {
        Self { w: self.h, h: self.w }
    }
}

/// A node.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Slot {
    pub(crate) size: Size,
    /// The part of it that edges end at, centred in the slot but for the offset.
    pub(crate) body: Size,
    /// How far the middle of the body is from the middle of the slot.
    pub(crate) offset: Size,
    /// Whether the body is an ellipse.
    pub(crate) round: bool,
    /// The box that it is in.
    pub(crate) parent: Option<usize>,
}

impl Slot {
    /// The part that edges end at, where the slot is at a place.
    pub(crate) fn body_in(&self, at: &Rect) -> Rect {
        let centre = at.centre();
        let (x, y) = (centre.x + self.offset.w - self.body.w / 2.0, centre.y + self.offset.h - self.body.h / 2.0);
        Rect { x, y, w: self.body.w, h: self.body.h }
    }
}

/// A box; its parent has a smaller index.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Frame {
    pub(crate) parent: Option<usize>,
    /// Size of the title.
    pub(crate) title: Size,
}

/// An edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Link {
    pub(crate) from: End,
    pub(crate) to: End,
    /// Size of the label; zero for none.
    pub(crate) label: Size,
}

/// The input of the layout.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Graph {
    pub(crate) slots: Vec<Slot>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) links: Vec<Link>,
}

impl Graph {
    /// The boxes around a box, itself first.
    pub(crate) fn lineage(&self, frame: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(frame, |&at| self.frames[at].parent)
    }

    /// The innermost box that is around both.
    pub(crate) fn common(&self, a: Option<usize>, b: Option<usize>) -> Option<usize> {
        self.lineage(a).find(|&outer| self.lineage(b).any(|other| other == outer))
    }

    /// A node in a box, to stand for the box where the layout needs a node.
    pub(crate) fn representative(&self, frame: usize) -> Option<usize> {
        (0..self.slots.len()).find(|&slot| self.lineage(self.slots[slot].parent).any(|up| up == frame))
    }

    /// The nodes that a link runs between, a box being represented by a node in it that is not the other end; none for
    /// a loop.
    pub(crate) fn ends(&self, link: &Link) -> Option<(usize, usize)> {
        let node = |end, other| match end {
            End::Node(ix) => Some(ix),
            End::Zone(ix) => {
                let mut inside = (0..self.slots.len()).filter(|&slot| self.lineage(self.slots[slot].parent).any(|up| up == ix));
                inside.find(|&slot| End::Node(slot) != other)
            }
        };
        let (from, to) = (node(link.from, link.to)?, node(link.to, link.from)?);
        (from != to).then_some((from, to))
    }

    /// Nodes without flows, each with the one that goes below it, so that they stand in a square and not in one rank.
    pub(crate) fn columns(&self) -> Vec<(usize, usize)> {
        let mut linked = vec![false; self.slots.len()];
        for (from, to) in self.links.iter().filter_map(|link| self.ends(link)) {
            (linked[from], linked[to]) = (true, true);
        }
        let mut groups: IndexMap<Option<usize>, Vec<usize>> = IndexMap::new();
        for (ix, slot) in self.slots.iter().enumerate().filter(|(ix, _)| !linked[*ix]) {
            groups.entry(slot.parent).or_default().push(ix);
        }
        let mut columns = Vec::new();
        for group in groups.values() {
            let across = (1..).find(|width| width * width >= group.len()).unwrap_or(1);
            columns.extend(group.iter().zip(group.iter().skip(across)).map(|(&above, &below)| (above, below)));
        }
        columns
    }
}
