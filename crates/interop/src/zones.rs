//! Boxes of a drawing as zones: what is inside what, by geometry alone.
//!
//! A thing is in a box when it lies wholly inside. Our language allows one chain of zones of each kind, so boxes that
//! share a thing without one being inside the other get different kinds.

use std::collections::{BTreeMap, BTreeSet};

/// Most boxes around one thing that are looked at, the smallest first.
const MOST_AROUND: usize = 32;

/// The kinds of zones, the most likely first.
pub(crate) const KINDS: [&str; 7] = ["network", "runtime", "process", "tenant", "organisation", "physical", "device"];

/// A rectangle: left, top, right, bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    /// Left edge.
    pub(crate) left: f64,
    /// Upper edge.
    pub(crate) top: f64,
    /// Right edge.
    pub(crate) right: f64,
    /// Lower edge.
    pub(crate) bottom: f64,
}

impl Area {
    /// A rectangle by its upper left corner and its size.
    pub(crate) fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { left: x, top: y, right: x + width, bottom: y + height }
    }

    /// Whether another one lies wholly inside.
    pub(crate) fn contains(&self, inner: &Self) -> bool {
        self.left <= inner.left && self.top <= inner.top && self.right >= inner.right && self.bottom >= inner.bottom
    }

    /// Whether a point lies inside or close by.
    pub(crate) fn touches(&self, (x, y): (f64, f64), margin: f64) -> bool {
        x >= self.left - margin && x <= self.right + margin && y >= self.top - margin && y <= self.bottom + margin
    }

    /// The middle.
    pub(crate) fn centre(&self) -> (f64, f64) {
        (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }

    fn size(&self) -> f64 {
        (self.right - self.left) * (self.bottom - self.top)
    }
}

/// How boxes nest, which kind each gets, and in which ones each thing is.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Nesting {
    /// For each box the smallest one around it.
    pub(crate) parents: Vec<Option<usize>>,
    /// For each box its kind.
    pub(crate) kinds: Vec<&'static str>,
    /// For each thing the innermost boxes around it, the smallest first.
    pub(crate) places: Vec<Vec<usize>>,
    /// Pairs of a thing and a box around it that no kind of zone was left for.
    pub(crate) left_out: Vec<(usize, usize)>,
}

/// Finds out how boxes and things lie in each other.
pub(crate) fn nest(boxes: &[Area], things: &[Option<Area>]) -> Nesting {
    let mut order: Vec<usize> = (0..boxes.len()).collect();
    order.sort_by(|a, b| boxes[*a].size().total_cmp(&boxes[*b].size()).then(a.cmp(b)));
    let rank: BTreeMap<usize, usize> = order.iter().enumerate().map(|(rank, ix)| (*ix, rank)).collect();
    let around = |area: &Area, above: Option<usize>| -> Vec<usize> {
        let larger = order.iter().skip(above.map_or(0, |ix| rank[&ix] + 1));
        larger.copied().filter(|ix| boxes[*ix].contains(area)).take(MOST_AROUND).collect()
    };
    let parents: Vec<Option<usize>> = boxes.iter().enumerate().map(|(ix, area)| around(area, Some(ix)).first().copied()).collect();
    let mut nesting = Nesting { kinds: vec![KINDS[0]; boxes.len()], parents, ..Nesting::default() };
    let all: Vec<Vec<usize>> = things.iter().map(|area| area.as_ref().map(|area| around(area, None)).unwrap_or_default()).collect();
    nesting.choose_kinds(&all);
    for (thing, around) in all.iter().enumerate() {
        let innermost: Vec<usize> =
            around.iter().copied().filter(|ix| !around.iter().any(|other| nesting.is_inside(*other, *ix))).collect();
        let mut place: Vec<usize> = Vec::new();
        for ix in innermost {
            if place.len() < KINDS.len() && !place.iter().any(|other| nesting.clash(*other, ix)) {
                place.push(ix);
            } else {
                nesting.left_out.push((thing, ix));
            }
        }
        nesting.places.push(place);
    }
    nesting
}

impl Nesting {
    /// A box and those around it, from the inside.
    fn outwards(&self, ix: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(ix), |ix| self.parents[*ix])
    }

    /// Whether a box is inside another one.
    fn is_inside(&self, inner: usize, outer: usize) -> bool {
        inner != outer && self.outwards(inner).any(|ix| ix == outer)
    }

    /// Gives boxes that share a thing, and are not in each other, kinds of their own where there are enough.
    fn choose_kinds(&mut self, all: &[Vec<usize>]) {
        let mut apart: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for around in all.iter().filter(|around| around.len() > 1) {
            for (at, first) in around.iter().enumerate() {
                for second in &around[at + 1..] {
                    if !self.is_inside(*first, *second) && !self.is_inside(*second, *first) {
                        apart.entry(*first).or_default().insert(*second);
                        apart.entry(*second).or_default().insert(*first);
                    }
                }
            }
        }
        let mut done: BTreeSet<usize> = BTreeSet::new();
        for (ix, others) in &apart {
            let taken: BTreeSet<&str> = others.iter().filter(|other| done.contains(other)).map(|other| self.kinds[*other]).collect();
            self.kinds[*ix] = KINDS.into_iter().find(|kind| !taken.contains(kind)).unwrap_or(KINDS[0]);
            done.insert(*ix);
        }
    }

    /// Whether a thing may not be in both: the nearest zones of a kind are different and not in each other.
    fn clash(&self, first: usize, second: usize) -> bool {
        let nearest = |ix: usize, kind: &str| self.outwards(ix).find(|ix| self.kinds[*ix] == kind);
        KINDS.iter().any(|kind| match (nearest(first, kind), nearest(second, kind)) {
            (Some(a), Some(b)) => a != b && !self.is_inside(a, b) && !self.is_inside(b, a),
            _ => false,
        })
    }
}

/// The things that are inside themselves, by what says where each is: all that lie on a circle.
pub(crate) fn circles(parents: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut walk_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for (walk, start) in parents.keys().enumerate() {
        let mut at = start.as_str();
        while !at.is_empty() && !walk_of.contains_key(at) {
            walk_of.insert(at, walk);
            at = parents.get(at).map_or("", String::as_str);
        }
        // Back on this very walk: the way round from here is a circle.
        if walk_of.get(at) == Some(&walk) && !found.contains(at) {
            let first = at;
            loop {
                found.insert(at.to_owned());
                at = parents.get(at).map_or("", String::as_str);
                if at == first || at.is_empty() {
                    break;
                }
            }
        }
    }
    found
}

/// Whether two paths cross an odd number of times, so that the ends of one are on different sides of the other.
pub(crate) fn separates(line: &[(f64, f64)], path: &[(f64, f64)]) -> bool {
    let crossings = line.windows(2).map(|a| path.windows(2).filter(|b| cross(a, b)).count()).sum::<usize>();
    crossings % 2 == 1
}

fn cross(a: &[(f64, f64)], b: &[(f64, f64)]) -> bool {
    let ([p, q], [r, s]) = (a, b) else { return false };
    let side = |a: &(f64, f64), b: &(f64, f64), c: &(f64, f64)| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0) > 0.0;
    side(p, q, r) != side(p, q, s) && side(r, s, p) != side(r, s, q)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(x: f64, y: f64, width: f64, height: f64) -> Area {
        Area::new(x, y, width, height)
    }

    #[test]
    fn boxes_nest_and_a_thing_is_in_the_innermost_one() {
        let boxes = [area(0.0, 0.0, 100.0, 100.0), area(10.0, 10.0, 50.0, 50.0)];
        let things = [Some(area(20.0, 20.0, 5.0, 5.0)), Some(area(80.0, 80.0, 5.0, 5.0)), Some(area(90.0, 90.0, 20.0, 5.0)), None];
        let nesting = nest(&boxes, &things);
        assert_eq!(nesting.parents, [None, Some(0)]);
        assert_eq!(nesting.kinds, ["network", "network"]);
        assert_eq!(nesting.places, [vec![1], vec![0], vec![], vec![]]);
    }

    #[test]
    fn boxes_that_overlap_get_different_kinds() {
        let boxes = [area(0.0, 0.0, 60.0, 60.0), area(30.0, 30.0, 60.0, 70.0)];
        let nesting = nest(&boxes, &[Some(area(40.0, 40.0, 5.0, 5.0))]);
        assert_eq!((nesting.kinds, nesting.places, nesting.left_out), (vec!["network", "runtime"], vec![vec![0, 1]], vec![]));
    }

    #[test]
    fn two_boxes_of_one_place_are_in_each_other() {
        let boxes = [area(0.0, 0.0, 60.0, 60.0), area(0.0, 0.0, 60.0, 60.0)];
        let nesting = nest(&boxes, &[Some(area(40.0, 40.0, 5.0, 5.0))]);
        assert_eq!((nesting.parents, nesting.places), (vec![Some(1), None], vec![vec![0]]));
    }

    #[test]
    fn what_lies_on_a_circle_is_found_and_what_leads_to_one_is_not() {
        let parents = [("a", "b"), ("b", "c"), ("c", "b"), ("d", ""), ("e", "e"), ("f", "nowhere")];
        let parents = parents.map(|(thing, parent)| (thing.to_owned(), parent.to_owned())).into_iter().collect();
        assert_eq!(circles(&parents).into_iter().collect::<Vec<_>>(), ["b", "c", "e"]);
    }

    #[test]
    fn a_line_separates_the_ends_of_a_path_that_crosses_it_once() {
        let line = [(0.0, -10.0), (0.0, 10.0)];
        assert!(separates(&line, &[(-5.0, 0.0), (5.0, 1.0)]));
        assert!(!separates(&line, &[(-5.0, 0.0), (5.0, 1.0), (-5.0, 2.0)]));
        assert!(!separates(&line, &[(-5.0, 20.0), (5.0, 21.0)]));
    }
}
