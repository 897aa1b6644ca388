//! What is inside of which boundary. The tool stores no containment; it is in the drawing alone.
//!
//! A box contains the elements whose middle lies in it. A line contains nothing by itself: elements that flows connect
//! without crossing it are on one side, a flow that crosses it leads to the other side, and the side that the line
//! bends around is taken for the inside.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::document::{Line, Point, Rect, Shape, Stencil, Surface, Thing};

/// Most boundaries of each kind that are looked at in one diagram.
pub const MAX_BOUNDARIES: usize = 100;

/// A boundary with what is in it; numbers are places in [`Surface::stencils`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Zone<'d> {
    /// The boundary.
    pub(super) thing: &'d Thing,
    /// Its box, if it has one.
    pub(super) rect: Option<Rect>,
    /// Whether it is a line, so that its inside is a guess.
    pub(super) line: bool,
    /// The elements inside.
    pub(super) members: BTreeSet<usize>,
    /// The zone that it is in, as a place in the list of zones.
    pub(super) parent: Option<usize>,
}

/// The zones of a diagram, outer ones before inner ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Zones<'d> {
    /// The zones.
    pub(super) zones: Vec<Zone<'d>>,
    /// Lines that no flow crosses, or that flows cross in a way that has no inside.
    pub(super) without_inside: Vec<&'d Thing>,
    /// Boundaries beyond the limit.
    pub(super) beyond: usize,
}

impl Zones<'_> {
    /// The innermost zone around an element.
    pub(super) fn of(&self, element: usize) -> Option<usize> {
        self.zones.iter().rposition(|zone| zone.members.contains(&element))
    }

    /// A zone and every zone around it.
    pub(super) fn around(&self, zone: Option<usize>) -> BTreeSet<usize> {
        std::iter::successors(zone, |zone| self.zones.get(*zone).and_then(|zone| zone.parent)).collect()
    }
}

/// Finds the zones of a diagram.
pub(super) fn zones(surface: &Surface) -> Zones<'_> {
    let elements: BTreeMap<usize, Point> = surface
        .stencils
        .iter()
        .enumerate()
        .filter(|(_, stencil)| is_element(stencil))
        .filter_map(|(ix, stencil)| Some((ix, stencil.rect?.centre())))
        .collect();
    let mut found = Zones::default();
    let borders: Vec<&Stencil> = surface.stencils.iter().filter(|stencil| stencil.shape == Shape::Border).collect();
    let lines: Vec<&Line> = surface.lines.iter().filter(|line| line.boundary).collect();
    found.beyond = borders.len().saturating_sub(MAX_BOUNDARIES) + lines.len().saturating_sub(MAX_BOUNDARIES);
    for border in borders.into_iter().take(MAX_BOUNDARIES) {
        let inside = |point: Point| border.rect.is_some_and(|rect| rect.contains(point));
        let members = elements.iter().filter(|(_, centre)| inside(**centre)).map(|(ix, _)| *ix).collect();
        found.zones.push(Zone { thing: &border.thing, rect: border.rect, line: false, members, parent: None });
    }
    let links = Links::of(surface, &elements);
    for line in lines.into_iter().take(MAX_BOUNDARIES) {
        match inside_of(line, &links, &elements) {
            Some(members) => found.zones.push(Zone { thing: &line.thing, rect: None, line: true, members, parent: None }),
            None => found.without_inside.push(&line.thing),
        }
    }
    nest(&mut found.zones);
    found
}

/// Whether something with a box is part of the system.
pub(super) fn is_element(stencil: &Stencil) -> bool {
    !matches!(stencil.shape, Shape::Border | Shape::Annotation)
}

/// Puts outer zones before inner ones and says which is in which.
fn nest(zones: &mut [Zone<'_>]) {
    let area = |zone: &Zone<'_>| zone.rect.map_or(0.0, |rect| rect.width * rect.height);
    zones.sort_by(|a, b| b.members.len().cmp(&a.members.len()).then(area(b).total_cmp(&area(a))));
    for inner in 0..zones.len() {
        let (before, rest) = zones.split_at_mut(inner);
        if let Some(zone) = rest.first_mut() {
            zone.parent = before.iter().rposition(|outer| holds(outer, zone));
        }
    }
}

fn holds(outer: &Zone<'_>, inner: &Zone<'_>) -> bool {
    match (outer.rect, inner.rect) {
        (Some(outer), Some(inner)) => {
            let corner = Point { x: inner.left + inner.width, y: inner.top + inner.height };
            outer.contains(Point { x: inner.left, y: inner.top }) && outer.contains(corner)
        }
        _ => !inner.members.is_empty() && inner.members.is_subset(&outer.members),
    }
}

/// Which elements flows connect.
struct Links<'d> {
    flows: Vec<&'d Line>,
    /// For every element that has a flow: the elements at the other ends, with the flow as a place in the list.
    of: BTreeMap<usize, Vec<(usize, usize)>>,
}

impl<'d> Links<'d> {
    fn of(surface: &'d Surface, elements: &BTreeMap<usize, Point>) -> Self {
        let guid = |ix: &usize| surface.stencils.get(*ix).map(|stencil| (stencil.thing.guid.as_str(), *ix));
        let by_guid: BTreeMap<&str, usize> = elements.keys().filter_map(guid).collect();
        let mut links = Self { flows: Vec::new(), of: BTreeMap::new() };
        for flow in surface.lines.iter().filter(|flow| !flow.boundary) {
            let (Some(&source), Some(&target)) = (by_guid.get(flow.source.as_str()), by_guid.get(flow.target.as_str())) else { continue };
            links.of.entry(source).or_default().push((target, links.flows.len()));
            links.of.entry(target).or_default().push((source, links.flows.len()));
            links.flows.push(flow);
        }
        links
    }
}

/// The elements on the inner side of a line, if it has one.
fn inside_of(line: &Line, links: &Links<'_>, elements: &BTreeMap<usize, Point>) -> Option<BTreeSet<usize>> {
    let crossing: Vec<bool> = links.flows.iter().map(|flow| crosses(line, flow)).collect();
    if !crossing.contains(&true) {
        return None;
    }
    let mut inside = BTreeSet::new();
    let mut side: BTreeMap<usize, bool> = BTreeMap::new();
    for &start in links.of.keys() {
        if !side.contains_key(&start) {
            let sides = two_sides(start, links, &crossing, &mut side)?;
            inside.extend(inner_of(line, &sides, elements).unwrap_or_default());
        }
    }
    (!inside.is_empty()).then_some(inside)
}

/// Everything that flows connect to an element, by the side of the line; `None` where the sides contradict each other.
fn two_sides(start: usize, links: &Links<'_>, crossing: &[bool], side: &mut BTreeMap<usize, bool>) -> Option<[Vec<usize>; 2]> {
    let mut sides = [vec![start], Vec::new()];
    side.insert(start, false);
    let mut queue = VecDeque::from([(start, false)]);
    while let Some((element, here)) = queue.pop_front() {
        for &(other, flow) in links.of.get(&element).into_iter().flatten() {
            let there = here != crossing.get(flow).copied().unwrap_or_default();
            match side.get(&other) {
                Some(known) if *known != there => return None,
                Some(_) => {}
                None => {
                    side.insert(other, there);
                    sides[usize::from(there)].push(other);
                    queue.push_back((other, there));
                }
            }
        }
    }
    Some(sides)
}

/// The side that a line bends around; the smaller one if it is straight.
fn inner_of(line: &Line, sides: &[Vec<usize>; 2], elements: &BTreeMap<usize, Point>) -> Option<Vec<usize>> {
    let [one, other] = sides;
    if one.is_empty() || other.is_empty() {
        return None;
    }
    let bend = Point { x: (line.from.x + line.to.x) / 2.0 - line.handle.x, y: (line.from.y + line.to.y) / 2.0 - line.handle.y };
    let share = |side: &[usize]| {
        let centres = side.iter().filter_map(|ix| elements.get(ix));
        let inner = centres.filter(|centre| (centre.x - line.handle.x) * bend.x + (centre.y - line.handle.y) * bend.y > 0.0).count();
        inner as f64 / side.len() as f64
    };
    let smaller = if other.len() <= one.len() { other } else { one };
    let straight = bend.x.abs() + bend.y.abs() < 4.0;
    Some(match share(one).total_cmp(&share(other)) {
        _ if straight => smaller.clone(),
        std::cmp::Ordering::Greater => one.clone(),
        std::cmp::Ordering::Less => other.clone(),
        std::cmp::Ordering::Equal => smaller.clone(),
    })
}

/// Whether a flow crosses a line, which is taken as two straight pieces: good enough to tell sides apart.
fn crosses(line: &Line, flow: &Line) -> bool {
    let turn = |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    let meet = |a: Point, b: Point, c: Point, d: Point| turn(a, b, c) * turn(a, b, d) <= 0.0 && turn(c, d, a) * turn(c, d, b) <= 0.0;
    meet(line.from, line.handle, flow.from, flow.to) || meet(line.handle, line.to, flow.from, flow.to)
}
