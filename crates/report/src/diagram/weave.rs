//! Arrows between things whose places are given, whatever these places are: the cheapest way along the lines of a grid,
//! in right angles, around every node; then a free place for the label.
//!
//! The lines of the grid pass beside every node and through its middle, so that there always are ways around it. What is
//! already drawn makes a way dearer, never impossible.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::geometry::{Point, Rect, meets};
use super::graph::Size;
use super::layout::Route;

/// What is drawn before the arrows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ground {
    /// What no arrow may run through.
    pub(crate) nodes: Vec<Rect>,
    /// What no arrow should strike through and no label may cover: titles of boxes.
    pub(crate) titles: Vec<Rect>,
}

/// An arrow to draw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thread {
    pub(crate) from: Rect,
    pub(crate) to: Rect,
    pub(crate) label: Size,
}

/// Draws threads on a ground on which some arrows are drawn already; nothing for one that has no way.
pub(crate) fn weave(ground: &Ground, drawn: &[Route], threads: &[Thread]) -> Vec<Option<Route>> {
    let mut loom = Loom::new(ground, drawn, threads);
    let mut order: Vec<usize> = (0..threads.len()).collect();
    let span = |thread: &Thread| {
        let (a, b) = (thread.from.centre(), thread.to.centre());
        (a.x - b.x).abs() + (a.y - b.y).abs()
    };
    order.sort_by(|&a, &b| span(&threads[a]).total_cmp(&span(&threads[b])).then(a.cmp(&b)));
    let mut routes = vec![None; threads.len()];
    for ix in order {
        routes[ix] = loom.draw(&threads[ix]);
    }
    routes
}

/// Distance of the lines from the nodes that they pass.
const CLEAR: f64 = 9.0;
/// Lines closer than this are one.
const MERGE: f64 = 3.0;
/// Costs, in tenths of a pixel.
const BEND: u32 = 240;
const SHARED: u32 = 400;
const CROSSED: u32 = 120;
const COVERED: u32 = 900;
/// More nodes than this get fewer lines, so that the search stays short.
const MANY: usize = 120;

struct Loom<'a> {
    ground: &'a Ground,
    xs: Vec<f64>,
    ys: Vec<f64>,
    blocked: Vec<bool>,
    /// How often an arrow runs along each point, sideways and upright.
    used: [Vec<u16>; 2],
    covered: Vec<bool>,
    routes: Vec<Route>,
    labels: Vec<Rect>,
    search: Search,
}

/// What the search knows of each state; cleared after each search where it was touched.
struct Search {
    best: Vec<u32>,
    before: Vec<usize>,
    touched: Vec<usize>,
}

impl Search {
    fn new(states: usize) -> Self {
        Self { best: vec![u32::MAX; states], before: vec![usize::MAX; states], touched: Vec::new() }
    }

    fn reach(&mut self, state: usize, cost: u32, before: usize) -> bool {
        if cost >= self.best[state] {
            return false;
        }
        (self.best[state], self.before[state]) = (cost, before);
        self.touched.push(state);
        true
    }

    fn clear(&mut self) {
        for state in self.touched.drain(..) {
            (self.best[state], self.before[state]) = (u32::MAX, usize::MAX);
        }
    }
}

impl<'a> Loom<'a> {
    fn new(ground: &'a Ground, drawn: &[Route], threads: &[Thread]) -> Self {
        let ends = threads.iter().flat_map(|thread| [thread.from, thread.to]);
        let shapes: Vec<Rect> = ground.nodes.iter().copied().chain(ends).collect();
        let few = shapes.len() > MANY * 3;
        let (xs, ys) = (lines(shapes.iter().map(|r| (r.x, r.w)), few), lines(shapes.iter().map(|r| (r.y, r.h)), few));
        let count = xs.len() * ys.len();
        let mut loom = Self {
            ground,
            xs,
            ys,
            blocked: vec![false; count],
            used: [vec![0; count], vec![0; count]],
            covered: vec![false; count],
            routes: Vec::new(),
            labels: Vec::new(),
            search: Search::new(count * 2),
        };
        for r in &ground.nodes {
            loom.points_in(&r.grown(CLEAR / 2.0)).for_each(|at| loom.blocked[at] = true);
        }
        for r in &ground.titles {
            loom.points_in(r).for_each(|at| loom.covered[at] = true);
        }
        drawn.iter().for_each(|route| loom.keep(route));
        loom
    }

    /// The points of the grid inside a box.
    fn points_in(&self, r: &Rect) -> impl Iterator<Item = usize> + use<> {
        let range = |lines: &[f64], lo: f64, hi: f64| lines.partition_point(|&at| at <= lo)..lines.partition_point(|&at| at < hi);
        let (columns, rows, width) = (range(&self.xs, r.x, r.x + r.w), range(&self.ys, r.y, r.y + r.h), self.xs.len());
        rows.flat_map(move |row| columns.clone().map(move |column| row * width + column))
    }

    /// Remembers what is drawn.
    fn keep(&mut self, route: &Route) {
        for pair in route.points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let upright = (a.x - b.x).abs() < (a.y - b.y).abs();
            let around = Rect { x: a.x.min(b.x), y: a.y.min(b.y), w: (a.x - b.x).abs(), h: (a.y - b.y).abs() }.grown(MERGE);
            let points: Vec<usize> = self.points_in(&around).collect();
            points.into_iter().for_each(|at| self.used[usize::from(upright)][at] = self.used[usize::from(upright)][at].saturating_add(1));
        }
        if let Some(label) = route.label {
            let points: Vec<usize> = self.points_in(&label.grown(3.0)).collect();
            points.into_iter().for_each(|at| self.covered[at] = true);
            self.labels.push(label);
        }
        self.routes.push(route.clone());
    }

    fn draw(&mut self, thread: &Thread) -> Option<Route> {
        let mut search = std::mem::replace(&mut self.search, Search::new(0));
        let points = self.way(&thread.from, &thread.to, &mut search);
        search.clear();
        self.search = search;
        let points = points?;
        let label = if thread.label.h > 0.0 { self.place_label(&points, thread.label) } else { None };
        let route = Route { points, label, angular: false };
        self.keep(&route);
        Some(route)
    }

    /// Points beside a shape where an arrow may leave it: the place on the grid, the place on the border.
    fn ports(&self, r: &Rect) -> Vec<(usize, Point)> {
        const INSET: f64 = 7.0;
        let width = self.xs.len();
        let mut ports = Vec::new();
        let beside = |lines: &[f64], lo: f64, hi: f64| {
            let before = lines.partition_point(|&at| at < lo - CLEAR / 2.0).checked_sub(1);
            let after = lines.partition_point(|&at| at <= hi + CLEAR / 2.0);
            (before, (after < lines.len()).then_some(after))
        };
        let inside = |lines: &[f64], lo: f64, hi: f64| {
            lines
                .iter()
                .enumerate()
                .filter(move |(_, at)| **at >= lo + INSET && **at <= hi - INSET)
                .map(|(ix, &at)| (ix, at))
                .collect::<Vec<_>>()
        };
        let (left, right) = beside(&self.xs, r.x, r.x + r.w);
        for (row, y) in inside(&self.ys, r.y, r.y + r.h) {
            ports.extend(left.map(|column| (row * width + column, Point { x: r.x, y })));
            ports.extend(right.map(|column| (row * width + column, Point { x: r.x + r.w, y })));
        }
        let (above, below) = beside(&self.ys, r.y, r.y + r.h);
        for (column, x) in inside(&self.xs, r.x, r.x + r.w) {
            ports.extend(above.map(|row| (row * width + column, Point { x, y: r.y })));
            ports.extend(below.map(|row| (row * width + column, Point { x, y: r.y + r.h })));
        }
        ports.retain(|(at, _)| !self.blocked[*at]);
        ports
    }

    fn point(&self, at: usize) -> Point {
        Point { x: self.xs[at % self.xs.len()], y: self.ys[at / self.xs.len()] }
    }

    /// The cheapest way, as the corners that it has. A state is a point of the grid and the direction in which it was
    /// reached.
    fn way(&self, from: &Rect, to: &Rect, search: &mut Search) -> Option<Vec<Point>> {
        let (starts, ends) = (self.ports(from), self.ports(to));
        let target = to.centre();
        let mut queue = BinaryHeap::new();
        let guess = |at: usize| {
            let p = self.point(at);
            tenths((p.x - target.x).abs() + (p.y - target.y).abs())
        };
        for (at, border) in &starts {
            let p = self.point(*at);
            let upright = usize::from((p.x - border.x).abs() < (p.y - border.y).abs());
            let state = at * 2 + upright;
            // The middle of a side is where people expect an arrow.
            let off = if upright == 1 { (border.x - from.centre().x).abs() } else { (border.y - from.centre().y).abs() };
            let cost = tenths(off) / 2 + u32::from(self.used[upright][*at]) * SHARED * 2;
            if search.reach(state, cost, usize::MAX) {
                queue.push(Reverse((cost + guess(*at), state)));
            }
        }
        let mut goals: Vec<(usize, u32)> = Vec::new();
        for (at, border) in &ends {
            let p = self.point(*at);
            let upright = usize::from((p.x - border.x).abs() < (p.y - border.y).abs());
            let off = if upright == 1 { (border.x - to.centre().x).abs() } else { (border.y - to.centre().y).abs() };
            goals.push((at * 2 + upright, tenths(off) / 2 + u32::from(self.used[upright][*at]) * SHARED * 2));
        }
        goals.sort_unstable();
        let mut found: Option<(u32, usize)> = None;
        while let Some(Reverse((estimate, state))) = queue.pop() {
            if found.is_some_and(|(cost, _)| estimate >= cost) {
                break;
            }
            let cost = search.best[state];
            if estimate > cost + guess(state / 2) {
                continue;
            }
            // An arrow may arrive in either direction, at the price of a bend.
            for turned in [state, state ^ 1] {
                if let Ok(ix) = goals.binary_search_by(|goal| goal.0.cmp(&turned)) {
                    let total = cost + goals[ix].1 + if turned == state { 0 } else { BEND };
                    if found.is_none_or(|(least, _)| total < least) {
                        found = Some((total, state));
                    }
                }
            }
            for (next, step) in self.steps(state) {
                let total = cost.saturating_add(step);
                if search.reach(next, total, state) {
                    queue.push(Reverse((total.saturating_add(guess(next / 2)), next)));
                }
            }
        }
        let (_, last) = found?;
        let mut chain: Vec<usize> =
            std::iter::successors(Some(last), |&state| Some(search.before[state]).filter(|&state| state != usize::MAX))
                .map(|state| state / 2)
                .collect();
        chain.reverse();
        let start = border(&starts, chain[0], from.centre())?;
        let end = border(&ends, chain[chain.len() - 1], target)?;
        let points = std::iter::once(start).chain(chain.into_iter().map(|at| self.point(at))).chain([end]);
        Some(straightened(points.collect()))
    }

    /// The states beside a state with what it costs to get there.
    fn steps(&self, state: usize) -> impl Iterator<Item = (usize, u32)> + '_ {
        let (at, upright) = (state / 2, state % 2);
        let width = self.xs.len();
        let (column, row) = (at % width, at / width);
        let neighbours = [
            (column > 0).then(|| (at - 1, 0)),
            (column + 1 < width).then(|| (at + 1, 0)),
            (row > 0).then(|| (at - width, 1)),
            (row + 1 < self.ys.len()).then(|| (at + width, 1)),
        ];
        neighbours.into_iter().flatten().filter(|(next, _)| !self.blocked[*next]).map(move |(next, direction)| {
            let (a, b) = (self.point(at), self.point(next));
            let length = tenths((a.x - b.x).abs() + (a.y - b.y).abs());
            let shared = if self.used[direction][at] > 0 { u32::from(self.used[direction][next]) * SHARED } else { 0 };
            let crossed = u32::from(self.used[1 - direction][next]) * CROSSED;
            let covered = if self.covered[next] { COVERED } else { 0 };
            let bend = if direction == upright { 0 } else { BEND };
            (next * 2 + direction, length + bend + shared + crossed + covered)
        })
    }

    /// A free place for a label on the way, else beside it; the nearer to its middle the better.
    fn place_label(&self, points: &[Point], size: Size) -> Option<Rect> {
        let total: f64 = points.windows(2).map(|p| (p[0].x - p[1].x).abs() + (p[0].y - p[1].y).abs()).sum();
        let mut best: Option<(f64, Rect)> = None;
        let mut walked = 0.0;
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let length = (a.x - b.x).abs() + (a.y - b.y).abs();
            for share in [0.5, 0.35, 0.65, 0.2, 0.8] {
                let at = Point { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
                let upright = (a.x - b.x).abs() < (a.y - b.y).abs();
                let needed = if upright { size.h } else { size.w } + 12.0;
                let off = (walked + length * share - total / 2.0).abs() + if length < needed { 60.0 } else { 0.0 };
                let side = if upright { (size.w / 2.0 + 4.0, 0.0) } else { (0.0, size.h / 2.0 + 4.0) };
                for (shift, dearer) in [(0.0, 0.0), (1.0, 25.0), (-1.0, 25.0), (2.2, 70.0), (-2.2, 70.0)] {
                    let (x, y) = (at.x + side.0 * shift, at.y + side.1 * shift);
                    let r = Rect { x: x - size.w / 2.0, y: y - size.h / 2.0, w: size.w, h: size.h };
                    let cost = off + dearer;
                    if best.as_ref().is_none_or(|(least, _)| cost < *least) && self.is_free(&r) {
                        let cost = cost + 90.0 * f64::from(self.struck(&r));
                        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                            best = Some((cost, r));
                        }
                    }
                }
            }
            walked += length;
        }
        best.map(|(_, r)| r)
    }

    fn is_free(&self, r: &Rect) -> bool {
        let near = r.grown(2.0);
        !self.ground.nodes.iter().chain(&self.labels).chain(&self.ground.titles).any(|other| near.overlaps(other))
    }

    /// How many drawn arrows run through a place.
    fn struck(&self, r: &Rect) -> u32 {
        self.routes.iter().map(|route| u32::from(route.points.windows(2).any(|p| meets(p[0], p[1], r)))).sum()
    }
}

fn tenths(length: f64) -> u32 {
    (length * 10.0).clamp(0.0, 1e8) as u32
}

/// The lines along one axis for shapes that start and reach somewhere on it.
fn lines(shapes: impl Iterator<Item = (f64, f64)>, few: bool) -> Vec<f64> {
    let mut lines = Vec::new();
    for (at, size) in shapes {
        lines.extend([at - CLEAR, at + size / 2.0, at + size + CLEAR]);
        if !few {
            lines.extend([at - 2.0 * CLEAR, at + size + 2.0 * CLEAR, at + size / 2.0 - 12.0, at + size / 2.0 + 12.0]);
        }
    }
    lines.retain(|at| at.is_finite());
    lines.sort_by(f64::total_cmp);
    let (first, last) = (lines.first().copied().unwrap_or(0.0), lines.last().copied().unwrap_or(0.0));
    lines.extend([last + 14.0, last + 28.0]);
    let mut kept = vec![first - 28.0, first - 14.0];
    for at in lines {
        if kept.last().is_none_or(|&before| at - before >= MERGE) {
            kept.push(at);
        }
    }
    kept
}

/// Where a way that begins at a point of the grid meets the shape.
fn border(ports: &[(usize, Point)], at: usize, centre: Point) -> Option<Point> {
    let near = |p: &Point| (p.x - centre.x).abs() + (p.y - centre.y).abs();
    ports.iter().filter(|(port, _)| *port == at).map(|(_, p)| *p).min_by(|a, b| near(a).total_cmp(&near(b)))
}

/// The same way without points on straight pieces.
fn straightened(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for p in points {
        if let [.., a, b] = kept[..]
            && (((a.x - b.x).abs() < 0.05 && (b.x - p.x).abs() < 0.05) || ((a.y - b.y).abs() < 0.05 && (b.y - p.y).abs() < 0.05))
        {
            kept.pop();
        }
        if kept.last().is_none_or(|last| (last.x - p.x).abs() + (last.y - p.y).abs() > 0.05) {
            kept.push(p);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(x: f64, y: f64) -> Rect {
        Rect { x, y, w: 80.0, h: 40.0 }
    }

    #[test]
    fn a_way_leads_around_what_is_between() {
        let nodes = vec![node(0.0, 0.0), node(200.0, 0.0), node(400.0, 0.0)];
        let ground = Ground { nodes: nodes.clone(), titles: Vec::new() };
        let thread = Thread { from: nodes[0], to: nodes[2], label: Size::new(60.0, 14.0) };
        let route = weave(&ground, &[], &[thread])[0].clone().expect("there is a way");
        assert!(route.points.windows(2).all(|p| !meets(p[0], p[1], &nodes[1])), "{route:?}");
        assert!(route.points.windows(2).all(|p| p[0].x == p[1].x || p[0].y == p[1].y), "right angles: {route:?}");
        let label = route.label.expect("there is room for the label");
        assert!(nodes.iter().all(|node| !node.overlaps(&label)));
    }

    #[test]
    fn two_arrows_between_the_same_things_do_not_lie_on_each_other() {
        let ground = Ground { nodes: vec![node(0.0, 0.0), node(200.0, 0.0)], titles: Vec::new() };
        let thread = Thread { from: ground.nodes[0], to: ground.nodes[1], label: Size::default() };
        let routes: Vec<Route> = weave(&ground, &[], &[thread, thread]).into_iter().flatten().collect();
        assert_eq!(routes.len(), 2);
        assert_ne!(routes[0].points, routes[1].points);
    }
}
