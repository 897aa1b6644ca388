//! Moves things across the flows until nothing overlaps, as little as the constraints allow.
//!
//! Pushing everything down satisfies all constraints, and so does pushing everything up; they are linear, hence the
//! mean of the two does as well, and it moves neither way more than the other.

use super::place::{EDGE_GAP, GAP, Item, Margins, PADDING, Role, Span};

/// Which neighbours an item is pulled to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sweep {
    /// Those before it along the flows, already moved themselves.
    Forward,
    /// Those after it.
    Backward,
    /// All of them.
    Both,
}

/// Which items are neighbours on an edge, with the weight of that piece of edge.
pub(crate) struct Neighbours {
    /// Items by their place along.
    order: Vec<usize>,
    before: Vec<Vec<(usize, f64)>>,
    after: Vec<Vec<(usize, f64)>>,
}

impl Neighbours {
    /// From the items that each edge runs through, from end to end.
    pub(crate) fn of(chains: &[Vec<usize>], items: &[Item]) -> Self {
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by(|&a, &b| items[a].area.along.mid().total_cmp(&items[b].area.along.mid()).then(a.cmp(&b)));
        let mut found = Self { order, before: vec![Vec::new(); items.len()], after: vec![Vec::new(); items.len()] };
        for pair in chains.iter().flat_map(|chain| chain.windows(2)) {
            let ahead = items[pair[0]].area.along.mid() <= items[pair[1]].area.along.mid();
            let (first, second) = if ahead { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            // What is elsewhere pulls less, or the things in a box would scatter and the box would grow.
            let elsewhere = if items[first].parent == items[second].parent { 1.0 } else { ELSEWHERE };
            let weight = weight(&items[first]) * weight(&items[second]) * elsewhere;
            found.after[first].push((second, weight));
            found.before[second].push((first, weight));
        }
        found
    }
}

/// How much less things in different boxes pull each other.
const ELSEWHERE: f64 = 0.25;

/// Pulls every item towards its neighbours on the edges that run through it.
pub(crate) fn straighten(neighbours: &Neighbours, sweep: Sweep, items: &mut [Item]) {
    const HOME: f64 = 0.5;
    const MIDDLE: f64 = 0.25;
    let middle = middle(items);
    let homes = Homes::of(items);
    let mut move_one = |ix: usize| {
        let (before, after) = (&neighbours.before[ix], &neighbours.after[ix]);
        let all: Vec<(usize, f64)> = match sweep {
            Sweep::Forward => before.clone(),
            Sweep::Backward => after.clone(),
            Sweep::Both => before.iter().chain(after).copied().collect(),
        };
        // A slight pull to the things in the same box keeps boxes small where the arrows leave a choice.
        let home = homes.get(items[ix].parent).filter(|_| sweep == Sweep::Both && matches!(items[ix].role, Role::Node(_)));
        // What no arrow holds would be left behind where the rest moves away from it.
        let loose = before.is_empty() && after.is_empty() && matches!(items[ix].role, Role::Node(_));
        let middle = middle.filter(|_| loose && sweep == Sweep::Both);
        let total: f64 = all.iter().map(|(_, weight)| weight).sum::<f64>() + home.map_or(0.0, |_| HOME) + middle.map_or(0.0, |_| MIDDLE);
        if total > 0.0 {
            let mean = all.iter().map(|&(other, weight)| weight * items[other].area.across.mid()).sum::<f64>();
            let mean = (mean + home.map_or(0.0, |home| home * HOME) + middle.map_or(0.0, |middle| middle * MIDDLE)) / total;
            let half = (items[ix].area.across.hi - items[ix].area.across.lo) / 2.0;
            items[ix].area.across = Span { lo: mean - half, hi: mean + half };
        }
    };
    match sweep {
        Sweep::Backward => neighbours.order.iter().rev().for_each(|&ix| move_one(ix)),
        Sweep::Forward | Sweep::Both => neighbours.order.iter().for_each(|&ix| move_one(ix)),
    }
}

/// The mean position of all nodes.
fn middle(items: &[Item]) -> Option<f64> {
    let nodes = || items.iter().filter(|item| matches!(item.role, Role::Node(_))).map(|item| item.area.across.mid());
    let count = nodes().count();
    (count > 0).then(|| nodes().sum::<f64>() / count as f64)
}

/// The mean position of the nodes in each box, and of those outside all boxes.
struct Homes(Vec<(Option<usize>, f64, f64)>);

impl Homes {
    fn of(items: &[Item]) -> Self {
        let mut homes: Vec<(Option<usize>, f64, f64)> = Vec::new();
        for item in items.iter().filter(|item| matches!(item.role, Role::Node(_)) && item.parent.is_some()) {
            let at = homes.iter().position(|(parent, ..)| *parent == item.parent).unwrap_or(homes.len());
            if at == homes.len() {
                homes.push((item.parent, 0.0, 0.0));
            }
            homes[at].1 += item.area.across.mid();
            homes[at].2 += 1.0;
        }
        Self(homes)
    }

    fn get(&self, parent: Option<usize>) -> Option<f64> {
        self.0.iter().find(|(of, ..)| *of == parent).map(|(_, sum, count)| sum / count)
    }
}

/// Long edges are to be straight rather than short ones.
fn weight(item: &Item) -> f64 {
    if matches!(item.role, Role::Stop(..)) { 2.0 } else { 1.0 }
}

/// Makes room: siblings that share a stretch along get apart, boxes go around what is in them.
pub(crate) fn separate(margins: &[Margins], items: &mut [Item]) {
    let children = Children::of(items, margins.len());
    let down = Pass { items, margins, children: &children, mirrored: false }.run();
    let up = Pass { items, margins, children: &children, mirrored: true }.run();
    for ((item, down), up) in items.iter_mut().zip(down).zip(up) {
        item.area.across = Span { lo: f64::midpoint(down.lo, up.lo), hi: f64::midpoint(down.hi, up.hi) };
    }
    tighten(margins, &children, items);
}

/// Boxes shrink to what is in them; inner ones first.
fn tighten(margins: &[Margins], children: &Children, items: &mut [Item]) {
    for frame in (0..margins.len()).rev() {
        let hull = children.in_frame[frame].iter().map(|&child| items[child].area.across).reduce(Span::hull);
        let Some(hull) = hull else { continue };
        let (lo, hi) = (hull.lo - margins[frame].across_lo, hull.hi + PADDING);
        let item = &mut items[children.frames[frame]];
        let missing = (margins[frame].least_across - (hi - lo)).max(0.0);
        // The pass reserved the missing part on its far side, and what it reserved must not be exceeded.
        item.area.across = Span { lo, hi: hi + missing };
    }
}

struct Children {
    roots: Vec<usize>,
    in_frame: Vec<Vec<usize>>,
    /// The item of each box.
    frames: Vec<usize>,
}

impl Children {
    fn of(items: &[Item], frames: usize) -> Self {
        let mut children = Self { roots: Vec::new(), in_frame: vec![Vec::new(); frames], frames: vec![0; frames] };
        for (ix, item) in items.iter().enumerate() {
            match item.parent {
                Some(parent) => children.in_frame[parent].push(ix),
                None => children.roots.push(ix),
            }
            if let Role::Zone(frame) = item.role {
                children.frames[frame] = ix;
            }
        }
        let key = |ix: &usize| items[*ix].order;
        children.roots.sort_by(|a, b| key(a).total_cmp(&key(b)).then(a.cmp(b)));
        for list in &mut children.in_frame {
            list.sort_by(|a, b| key(a).total_cmp(&key(b)).then(a.cmp(b)));
        }
        children
    }
}

/// One pass that moves things in one direction only.
struct Pass<'a> {
    items: &'a [Item],
    margins: &'a [Margins],
    children: &'a Children,
    mirrored: bool,
}

impl Pass<'_> {
    fn run(&self) -> Vec<Span> {
        let mut placed = vec![Span::default(); self.items.len()];
        self.siblings(&self.children.roots, f64::NEG_INFINITY, &mut placed);
        if self.mirrored {
            for span in &mut placed {
                *span = Span { lo: -span.hi, hi: -span.lo };
            }
        }
        placed
    }

    fn siblings(&self, list: &[usize], floor: f64, placed: &mut [Span]) {
        let ordered: Vec<usize> = if self.mirrored { list.iter().rev().copied().collect() } else { list.to_vec() };
        for (at, &ix) in ordered.iter().enumerate() {
            let before = ordered[..at].iter().filter(|&&other| self.items[other].area.along.shares(self.items[ix].area.along));
            let least = before.map(|&other| placed[other].hi + gap(&self.items[other], &self.items[ix])).fold(floor, f64::max);
            placed[ix] = self.one(ix, least, placed);
        }
    }

    fn one(&self, ix: usize, least: f64, placed: &mut [Span]) -> Span {
        let wanted = self.wanted(ix);
        let lo = wanted.lo.max(least);
        let Role::Zone(frame) = self.items[ix].role else { return Span { lo, hi: lo + (wanted.hi - wanted.lo) } };
        let margins = &self.margins[frame];
        let (before, after) = if self.mirrored { (PADDING, margins.across_lo) } else { (margins.across_lo, PADDING) };
        let inner = &self.children.in_frame[frame];
        let room = (margins.least_across - self.content(inner) - before - after).max(0.0);
        // Where the title needs more than the content gives, the room is on the far side, whichever way the pass goes.
        let before = if self.mirrored { before + room } else { before };
        let after = if self.mirrored { after } else { after + room };
        let first = inner.iter().map(|&child| self.wanted_inner(child).lo).fold(f64::INFINITY, f64::min) - before;
        let lo = if least.is_finite() { first.max(least) } else { first };
        self.siblings(inner, lo + before, placed);
        let hi = inner.iter().map(|&child| placed[child].hi).fold(lo + before, f64::max) + after;
        Span { lo, hi }
    }

    fn wanted(&self, ix: usize) -> Span {
        let across = self.items[ix].area.across;
        if self.mirrored { Span { lo: -across.hi, hi: -across.lo } } else { across }
    }

    /// Where something wants to be; for a box, as its content wants it.
    fn wanted_inner(&self, ix: usize) -> Span {
        let Role::Zone(frame) = self.items[ix].role else { return self.wanted(ix) };
        let hull = self.children.in_frame[frame].iter().map(|&child| self.wanted_inner(child)).reduce(Span::hull);
        let (before, after) = (self.margins[frame].across_lo, PADDING);
        let (before, after) = if self.mirrored { (after, before) } else { (before, after) };
        hull.map_or_else(|| self.wanted(ix), |hull| Span { lo: hull.lo - before, hi: hull.hi + after })
    }

    /// The least that the content of a box takes up, however its parts move.
    fn content(&self, inner: &[usize]) -> f64 {
        inner.iter().map(|&child| self.least_size(child)).fold(0.0, f64::max)
    }

    fn least_size(&self, ix: usize) -> f64 {
        let Role::Zone(frame) = self.items[ix].role else {
            let across = self.items[ix].area.across;
            return across.hi - across.lo;
        };
        let margins = &self.margins[frame];
        (self.content(&self.children.in_frame[frame]) + margins.across_lo + PADDING).max(margins.least_across)
    }
}

fn gap(a: &Item, b: &Item) -> f64 {
    let edge = |item: &Item| matches!(item.role, Role::Stop(..));
    if edge(a) || edge(b) { EDGE_GAP } else { GAP }
}
