//! The course of edges between things that have their places, on the axes of the layout.
//!
//! An edge runs straight past everything in its ranks and bends only in the gaps between them, so it never runs
//! through a node; bends that turn out to be needless are taken out again.

use super::graph::{End, Graph};
use super::place::{Area, Placement, Span, Stop};

/// A place on the axes of the layout.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Spot {
    pub(crate) along: f64,
    pub(crate) across: f64,
}

/// Routes all links that are no loops; the list of a loop is empty.
pub(crate) fn route(graph: &Graph, placed: &Placement) -> Vec<Vec<Spot>> {
    let obstacles = Obstacles::of(placed);
    let mut kept = placed.clone();
    let first = ports(graph, placed);
    for (link, ports) in first.iter().enumerate() {
        let course = ports.map(|ports| Course::of(graph, placed, link, ports));
        kept.stops[link] = course.map_or_else(Vec::new, |course| course.kept(&placed.stops[link], &obstacles));
    }
    // Ports follow the stops, so they are found once more when needless stops are gone.
    let second = ports(graph, &kept);
    let courses = second.iter().enumerate().map(|(link, ports)| ports.map(|ports| Course::of(graph, &kept, link, ports)));
    courses.zip(&kept.stops).map(|(course, stops)| course.map_or_else(Vec::new, |course| course.spots(stops, &obstacles))).collect()
}

/// Room that edges keep to nodes and to the labels of others.
const NODE_ROOM: f64 = 6.0;
const LABEL_ROOM: f64 = 2.0;

/// What an edge must not run through.
struct Obstacles {
    nodes: Vec<Area>,
    /// Labels, each with its link.
    labels: Vec<(usize, Area)>,
}

impl Obstacles {
    fn of(placed: &Placement) -> Self {
        let labels =
            placed.stops.iter().enumerate().flat_map(|(link, stops)| stops.iter().filter(|s| s.is_label).map(move |s| (link, s.area)));
        Self { nodes: placed.nodes.clone(), labels: labels.collect() }
    }

    fn block(&self, link: usize, a: Spot, b: Spot) -> bool {
        self.first(link, a, b).is_some()
    }

    /// Something that a piece of an edge would run through.
    fn first(&self, link: usize, a: Spot, b: Spot) -> Option<Area> {
        let node = self.nodes.iter().find(|area| hits(a, b, area, NODE_ROOM));
        let label = || self.labels.iter().find(|(of, area)| *of != link && hits(a, b, area, LABEL_ROOM)).map(|(_, area)| area);
        node.or_else(label).copied()
    }

    fn of_nodes(&self) -> Self {
        Self { nodes: self.nodes.clone(), labels: Vec::new() }
    }

    /// Spots between two, so that the way past everything is free; it never runs back.
    fn detour(&self, link: usize, a: Spot, b: Spot, depth: u32, tries: &mut u32) -> Option<Vec<Spot>> {
        let Some(area) = self.first(link, a, b) else { return Some(Vec::new()) };
        let (lo, hi) = (a.along.min(b.along), a.along.max(b.along));
        let room = NODE_ROOM + 3.0;
        let (near, far) = ((area.along.lo - room).clamp(lo, hi), (area.along.hi + room).clamp(lo, hi));
        let (near, far) = if a.along <= b.along { (near, far) } else { (far, near) };
        if depth == 0 || *tries == 0 {
            return None;
        }
        *tries -= 1;
        let mut sides = [area.across.lo - room, area.across.hi + room];
        let cost = |across: f64| (across - a.across).abs() + (across - b.across).abs();
        if cost(sides[1]) < cost(sides[0]) {
            sides.reverse();
        }
        sides.into_iter().find_map(|across| {
            let (p, q) = (Spot { along: near, across }, Spot { along: far, across });
            if self.block(link, p, q) {
                return None;
            }
            let mut spots = self.detour(link, a, p, depth - 1, tries)?;
            spots.extend([p, q]);
            spots.extend(self.detour(link, q, b, depth - 1, tries)?);
            Some(spots)
        })
    }
}

/// An edge between its ports.
struct Course {
    link: usize,
    start: Spot,
    end: Spot,
    /// Where the ranks of start and end are left and reached, so that wider neighbours are passed straight.
    leads: (Spot, Spot),
    forward: bool,
}

impl Course {
    fn of(graph: &Graph, placed: &Placement, link: usize, (start, end): (Spot, Spot)) -> Self {
        let forward = end.along >= start.along;
        let lead = |at: End, spot: Spot, far: bool| match at {
            End::Node(ix) if far => Spot { along: placed.ranks[ix].hi.max(spot.along), ..spot },
            End::Node(ix) => Spot { along: placed.ranks[ix].lo.min(spot.along), ..spot },
            End::Zone(_) => spot,
        };
        let leads = (lead(graph.links[link].from, start, forward), lead(graph.links[link].to, end, !forward));
        Self { link, start, end, leads, forward }
    }

    /// The stops without those that the edge can do without.
    fn kept(&self, stops: &[Stop], obstacles: &Obstacles) -> Vec<Stop> {
        let (lo, hi) = (self.start.along.min(self.end.along), self.start.along.max(self.end.along));
        let between = |stop: &&Stop| lo < stop.area.along.mid() && stop.area.along.mid() < hi;
        let mut kept: Vec<Stop> = stops.iter().filter(between).copied().collect();
        let mut at = 0;
        while at < kept.len() {
            let before = at.checked_sub(1).map_or(self.leads.0, |before| edges(&kept[before], self.forward).1);
            let after = kept.get(at + 1).map_or(self.leads.1, |after| edges(after, self.forward).0);
            let ahead = (after.along > before.along) == self.forward;
            if !kept[at].is_label && ahead && !obstacles.block(self.link, before, after) {
                kept.remove(at);
            } else {
                at += 1;
            }
        }
        kept
    }

    fn spots(&self, stops: &[Stop], obstacles: &Obstacles) -> Vec<Spot> {
        let mut spots = vec![self.start];
        let first = stops.first().map_or(self.leads.1, |stop| corners(stop, self.forward).0);
        let last = stops.last().map_or(self.leads.0, |stop| corners(stop, self.forward).1);
        let useful = |lead: Spot, other: Spot| (lead.along < other.along) == self.forward;
        if useful(self.leads.0, first) && obstacles.block(self.link, self.start, first) {
            spots.push(self.leads.0);
        }
        for (at, stop) in stops.iter().enumerate() {
            let (first, second) = corners(stop, self.forward);
            let (enter, leave) = edges(stop, self.forward);
            let next = stops.get(at + 1).map_or(self.leads.1, |next| edges(next, self.forward).0);
            // A label that is smaller than its rank must not be reached across the things beside it.
            if enter != first && spots.last().is_some_and(|&last| useful(last, enter) && obstacles.block(self.link, last, first)) {
                spots.push(enter);
            }
            spots.extend([first, second]);
            if leave != second && useful(leave, next) && obstacles.block(self.link, second, next) {
                spots.push(leave);
            }
        }
        if useful(last, self.leads.1) && obstacles.block(self.link, last, self.end) {
            spots.push(self.leads.1);
        }
        spots.push(self.end);
        self.around(&spots, obstacles)
    }

    /// The same course with detours where something is in its way.
    fn around(&self, spots: &[Spot], obstacles: &Obstacles) -> Vec<Spot> {
        const DEEPEST: u32 = 4;
        let mut result = vec![self.start];
        for pair in spots.windows(2) {
            let mut tries = 200;
            match obstacles.detour(self.link, pair[0], pair[1], DEEPEST, &mut tries) {
                Some(between) => result.extend(between),
                // Where no way is free, nodes matter more than labels.
                None => result.extend(obstacles.of_nodes().detour(self.link, pair[0], pair[1], DEEPEST, &mut 200).into_iter().flatten()),
            }
            result.push(pair[1]);
        }
        result
    }
}

fn corners(stop: &Stop, forward: bool) -> (Spot, Spot) {
    let across = stop.area.across.mid();
    let (lo, hi) = (Spot { along: stop.area.along.lo, across }, Spot { along: stop.area.along.hi, across });
    if forward { (lo, hi) } else { (hi, lo) }
}

/// Where the rank of a stop is reached and left.
fn edges(stop: &Stop, forward: bool) -> (Spot, Spot) {
    let across = stop.area.across.mid();
    let (lo, hi) = (Spot { along: stop.rank.lo, across }, Spot { along: stop.rank.hi, across });
    if forward { (lo, hi) } else { (hi, lo) }
}

/// A place on the curve that is drawn between two spots: it leaves and arrives along the flow.
pub(crate) fn on_curve(a: Spot, b: Spot, t: f64) -> Spot {
    let middle = f64::midpoint(a.along, b.along);
    let (u, v) = (1.0 - t, t);
    let (c0, c1, c2, c3) = (u * u * u, 3.0 * u * u * v, 3.0 * u * v * v, v * v * v);
    Spot { along: c0 * a.along + (c1 + c2) * middle + c3 * b.along, across: (c0 + c1) * a.across + (c2 + c3) * b.across }
}

fn hits(a: Spot, b: Spot, area: &Area, room: f64) -> bool {
    let beyond = |x: f64, y: f64, span: Span| x.max(y) < span.lo - room || x.min(y) > span.hi + room;
    if beyond(a.along, b.along, area.along) || beyond(a.across, b.across, area.across) {
        return false;
    }
    // At its ends an edge touches its own nodes, where it needs no room.
    let room = if touches(a, area) || touches(b, area) { -1.0 } else { room };
    let within = |at: f64, span: Span| at > span.lo - room && at < span.hi + room;
    // Steps are shorter than anything that could be in the way, however long the curve is.
    let length = (a.along - b.along).abs() + (a.across - b.across).abs();
    let steps = (length / 16.0).clamp(14.0, 2_000.0).ceil();
    std::iter::successors(Some(1.0), |step| Some(step + 1.0))
        .take_while(|&step| step < steps)
        .map(|step| on_curve(a, b, step / steps))
        .any(|spot| within(spot.along, area.along) && within(spot.across, area.across))
}

fn touches(spot: Spot, area: &Area) -> bool {
    let near = |at: f64, span: Span| at >= span.lo - 0.5 && at <= span.hi + 0.5;
    near(spot.along, area.along) && near(spot.across, area.across)
}

/// One end of a link at one side of a thing.
struct Port {
    link: usize,
    is_end: bool,
    /// The thing's area, and whether it is round.
    body: (Area, bool),
    /// Groups ports: the thing, and whether it is the far side along.
    side: (End, bool),
    /// Where the edge goes on.
    towards: f64,
}

/// Start and end of every link; things that several edges meet spread them over their side in the order in which the
/// edges go on, so that they do not cross at the border.
fn ports(graph: &Graph, placed: &Placement) -> Vec<Option<(Spot, Spot)>> {
    let mut ports: Vec<Port> = (0..graph.links.len()).flat_map(|link| pair(graph, placed, link)).flatten().collect();
    let rank = |end: End| match end {
        End::Node(ix) => (0, ix),
        End::Zone(ix) => (1, ix),
    };
    let key = |port: &Port| (rank(port.side.0), port.side.1);
    ports.sort_by(|a, b| key(a).cmp(&key(b)).then(a.towards.total_cmp(&b.towards)).then(a.link.cmp(&b.link)));
    let mut result: Vec<Option<(Spot, Spot)>> = vec![None; graph.links.len()];
    for group in ports.chunk_by(|a, b| a.side == b.side) {
        for (port, across) in group.iter().zip(spread(group)) {
            let along = border(port.body, port.side.1, across);
            let entry = result[port.link].get_or_insert_default();
            let spot = Spot { along, across };
            if port.is_end { entry.1 = spot } else { entry.0 = spot }
        }
    }
    result
}

fn pair(graph: &Graph, placed: &Placement, link: usize) -> [Option<Port>; 2] {
    let ends = [graph.links[link].from, graph.links[link].to];
    if ends[0] == ends[1] {
        return [None, None];
    }
    let body = |end| match end {
        End::Node(ix) => (placed.nodes[ix], graph.slots[ix].round),
        End::Zone(ix) => (placed.zones[ix], false),
    };
    let (from, to) = (body(ends[0]), body(ends[1]));
    let stops = &placed.stops[link];
    let outside = |area: Area| stops.iter().filter(move |stop| !within(area, stop.area));
    let after = outside(from.0).next().map_or(to.0, |stop| stop.area);
    let before = outside(to.0).next_back().map_or(from.0, |stop| stop.area);
    let port = |is_end, body: (Area, bool), next: Area| {
        let end = ends[usize::from(is_end)];
        // An edge between a box and something in it leaves the box's near side inwards.
        let far = next.along.mid() > body.0.along.mid();
        Some(Port { link, is_end, body, side: (end, far), towards: next.across.mid() })
    };
    [port(false, from, after), port(true, to, before)]
}

fn within(outer: Area, inner: Area) -> bool {
    let mid = (inner.along.mid(), inner.across.mid());
    mid.0 > outer.along.lo && mid.0 < outer.along.hi && mid.1 > outer.across.lo && mid.1 < outer.across.hi
}

/// Positions along the side: as near to where the edges go as order and distance allow.
fn spread(group: &[Port]) -> Vec<f64> {
    let (Area { across, .. }, round) = group[0].body;
    let size = across.hi - across.lo;
    let edge = if round { size * 0.22 } else { (size * 0.2).min(14.0) };
    let (lo, hi) = (across.lo + edge, across.hi - edge);
    let gap = ((hi - lo) / (group.len().max(2) - 1) as f64).min(14.0);
    let wanted: Vec<f64> = group.iter().map(|port| port.towards.clamp(lo, hi)).collect();
    let mut down = wanted.clone();
    for ix in 1..down.len() {
        down[ix] = down[ix].max(down[ix - 1] + gap);
    }
    let over = (down[down.len() - 1] - hi).max(0.0);
    let mut up = wanted;
    for ix in (0..up.len() - 1).rev() {
        up[ix] = up[ix].min(up[ix + 1] - gap);
    }
    let under = (lo - up[0]).max(0.0);
    let mean: Vec<f64> = down.iter().zip(&up).map(|(down, up)| f64::midpoint(*down, *up)).collect();
    let (first, last) = (mean[0], mean[mean.len() - 1]);
    let shift = if over > 0.0 && last > hi {
        hi - last
    } else if under > 0.0 && first < lo {
        lo - first
    } else {
        0.0
    };
    mean.into_iter().map(|at| (at + shift).clamp(lo, hi)).collect()
}

fn border((area, round): (Area, bool), far: bool, across: f64) -> f64 {
    let straight = if far { area.along.hi } else { area.along.lo };
    if !round {
        return straight;
    }
    let radius = (area.across.hi - area.across.lo) / 2.0;
    let off = ((across - area.across.mid()) / radius).clamp(-1.0, 1.0);
    area.along.mid() + (straight - area.along.mid()) * (1.0 - off * off).sqrt()
}
