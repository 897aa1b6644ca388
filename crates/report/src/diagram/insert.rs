//! A picture that barely moves when a model grows: elements at the end of the model with one neighbour each are put
//! into the picture of the others, where there is room beside their neighbour.
//!
//! Every eighth of them gives a fresh picture, so that no picture is patched for ever.

use super::faults::Faults;
use super::geometry::{Point, Rect, meets};
use super::graph::{End, Size};
use super::layout::{Layout, Route, Style};
use super::measure::{Measured, measure, title_size};
use super::scene::Scene;
use super::tournament::titles;
use super::weave::{Ground, Thread, weave};

/// Smaller pictures are drawn afresh; they are read at one glance.
const FEWEST: usize = 20;
/// In larger pictures looking for a place takes longer than drawing afresh.
const MOST: usize = 150;
/// How many additions a picture takes before it is drawn afresh.
const ADDITIONS: usize = 8;
/// Room around what is put in.
const ROOM: f64 = 20.0;

/// How many nodes at the end of a scene are to be put into the picture of the others.
pub(crate) fn late(scene: &Scene) -> usize {
    let count = scene.nodes.len();
    let mut run = 0;
    while run < count && is_leaf(scene, count - 1 - run) {
        run += 1;
    }
    if (FEWEST + ADDITIONS..=MOST).contains(&count) { run % ADDITIONS } else { 0 }
}

/// Whether a node has one neighbour among the nodes before it and itself, and a box that others hold open.
fn is_leaf(scene: &Scene, node: usize) -> bool {
    let mut near = scene.edges.iter().filter_map(|edge| match (edge.from, edge.to) {
        (End::Node(a), End::Node(b)) if a == node && b <= node => Some(b),
        (End::Node(a), End::Node(b)) if b == node && a <= node => Some(a),
        _ => None,
    });
    let Some(first) = near.next() else { return false };
    let at_zone = |end: End, other: End| end == End::Node(node) && matches!(other, End::Zone(_));
    let plain = !scene.edges.iter().any(|edge| at_zone(edge.from, edge.to) || at_zone(edge.to, edge.from));
    let held = scene.nodes[node].zone.is_none_or(|zone| scene.nodes[..node].iter().any(|other| other.zone == Some(zone)));
    first != node && near.all(|other| other == first) && plain && held
}

/// The scene without its last nodes.
pub(crate) fn without_last(scene: &Scene, count: usize) -> Scene {
    let kept = scene.nodes.len() - count;
    let stays = |end: End| !matches!(end, End::Node(ix) if ix >= kept);
    let mut smaller = scene.clone();
    smaller.nodes.truncate(kept);
    smaller.edges.retain(|edge| stays(edge.from) && stays(edge.to));
    smaller
}

/// The picture of a scene from that of the scene without its last `count` nodes; nothing where one of them finds no
/// place.
pub(crate) fn grown(scene: &Scene, base: Layout, count: usize) -> Option<Layout> {
    let total = scene.nodes.len();
    let mut layout = base;
    for missing in (0..count).rev() {
        let now = without_last(scene, missing);
        layout = with_last(&now, &measure(&now), layout)?;
    }
    (layout.nodes.len() == total && Faults::of(scene, &layout).total() == 0).then_some(layout)
}

/// Puts the last node of a scene into the picture of the others.
fn with_last(scene: &Scene, measured: &Measured, base: Layout) -> Option<Layout> {
    let node = scene.nodes.len() - 1;
    let size = measured.graph.slots[node].body;
    let hub = scene.edges.iter().find_map(|edge| match (edge.from, edge.to) {
        (End::Node(a), End::Node(b)) if a == node => Some(b),
        (End::Node(a), End::Node(b)) if b == node => Some(a),
        _ => None,
    })?;
    Room::ALL.into_iter().find_map(|room| {
        let base = match room {
            Room::There => base.clone(),
            Room::Beyond(side) => extended(scene, &base, node, size, side)?,
            Room::Between { sideways } => widened(scene, &base, node, size, sideways)?,
        };
        placed(scene, measured, &base, node, hub, size)
    })
}

/// How room is made for a node, the gentler ways first.
#[derive(Clone, Copy)]
enum Room {
    /// There is room.
    There,
    /// Its box, and those around it, grow to where nothing is.
    Beyond(Side),
    /// What is beyond its box moves away.
    Between { sideways: bool },
}

impl Room {
    const ALL: [Self; 7] = [
        Self::There,
        Self::Beyond(Side::Below),
        Self::Beyond(Side::Right),
        Self::Beyond(Side::Above),
        Self::Beyond(Side::Left),
        Self::Between { sideways: false },
        Self::Between { sideways: true },
    ];
}

#[derive(Clone, Copy)]
enum Side {
    Below,
    Right,
    Above,
    Left,
}

/// The node's box grows on one side by the room that the node needs, and the boxes around it with it; nothing moves.
fn extended(scene: &Scene, base: &Layout, node: usize, size: Size, side: Side) -> Option<Layout> {
    const PADDING: f64 = 16.0;
    let (w, h) = (size.w + 2.0 * ROOM + 10.0, size.h + 2.0 * ROOM + 10.0);
    let grow = |r: &Rect| match side {
        Side::Below => Rect { h: r.h + h, ..*r },
        Side::Right => Rect { w: r.w + w, ..*r },
        Side::Above => Rect { y: r.y - h, h: r.h + h, ..*r },
        Side::Left => Rect { x: r.x - w, w: r.w + w, ..*r },
    };
    let mut layout = base.clone();
    let Some(zone) = scene.nodes[node].zone else {
        // Outside of all boxes the page grows.
        return match side {
            Side::Below => Some(Layout { height: base.height + h, ..layout }),
            Side::Right => Some(Layout { width: base.width + w, ..layout }),
            Side::Above | Side::Left => None,
        };
    };
    layout.zones[zone] = grow(&base.zones[zone]);
    let mut inner = zone;
    while let Some(outer) = scene.zones[inner].parent {
        let title = title_size(&scene.zones[outer]).h + 10.0;
        let r = layout.zones[inner];
        let needed = Rect { x: r.x - PADDING, y: r.y - title, w: r.w + 2.0 * PADDING, h: r.h + title + PADDING };
        layout.zones[outer] = layout.zones[outer].around(&needed);
        inner = outer;
    }
    let page = layout.zones.iter().copied().reduce(|a, b| a.around(&b)).unwrap_or_default();
    if page.x < 8.0 || page.y < 8.0 {
        return None;
    }
    layout.width = layout.width.max((page.x + page.w + 20.0).ceil());
    layout.height = layout.height.max((page.y + page.h + 20.0).ceil());
    let smaller = without_last(scene, 1);
    (Faults::of(&smaller, &layout).total() == 0).then_some(layout)
}

fn placed(scene: &Scene, measured: &Measured, base: &Layout, node: usize, hub: usize, size: Size) -> Option<Layout> {
    let mut spots = free_spots(scene, base, node, size, base.nodes[hub].centre());
    spots.truncate(4);
    spots.into_iter().find_map(|rect| {
        let mut nodes = base.nodes.clone();
        nodes.push(rect);
        let ground = Ground { nodes, titles: titles(scene, base) };
        let is_own = |end: End| end == End::Node(node);
        let own: Vec<usize> = (0..scene.edges.len()).filter(|&ix| is_own(scene.edges[ix].from) || is_own(scene.edges[ix].to)).collect();
        let place = |end: End| match end {
            End::Node(ix) => ground.nodes[ix],
            End::Zone(ix) => base.zones[ix],
        };
        let threads: Vec<Thread> = own
            .iter()
            .map(|&ix| Thread { from: place(scene.edges[ix].from), to: place(scene.edges[ix].to), label: measured.graph.links[ix].label })
            .collect();
        let drawn: Vec<Route> = (0..base.edges.len()).map(|ix| Route { points: base.traced(ix), ..base.edges[ix].clone() }).collect();
        let mut fresh = weave(&ground, &drawn, &threads).into_iter();
        let mut old = base.edges.iter();
        let edges: Option<Vec<Route>> = (0..scene.edges.len())
            .map(|ix| if own.contains(&ix) { fresh.next().flatten().map(|route| dressed(route, base)) } else { old.next().cloned() })
            .collect();
        let layout = grown_page(Layout { nodes: ground.nodes.clone(), edges: edges?, ..base.clone() });
        (Faults::of(scene, &layout).total() == 0).then_some(layout)
    })
}

/// An arrow in right angles among curves keeps its right angles.
fn dressed(route: Route, base: &Layout) -> Route {
    if base.style == Style::Angular { route } else { Route { angular: true, ..route } }
}

/// Free places for a node, the nearest to its neighbour first.
fn free_spots(scene: &Scene, layout: &Layout, node: usize, size: Size, near: Point) -> Vec<Rect> {
    const STEP: f64 = 12.0;
    let zone = scene.nodes[node].zone;
    let page = Rect { x: 20.0, y: 20.0, w: layout.width - 40.0, h: layout.height - 40.0 };
    let inner = zone.map_or(page, |zone| {
        let (r, title) = (layout.zones[zone], title_size(&scene.zones[zone]));
        Rect { x: r.x + 16.0, y: r.y + title.h + 8.0, w: r.w - 32.0, h: r.h - title.h - 24.0 }
    });
    let taken: Vec<Rect> = layout.nodes.iter().map(|r| r.grown(ROOM)).collect();
    let labels: Vec<Rect> = layout.edges.iter().filter_map(|route| route.label).map(|r| r.grown(6.0)).collect();
    let foreign = layout.zones.iter().enumerate().filter(|(ix, _)| !scene.is_within(zone, *ix)).map(|(_, r)| r.grown(8.0));
    let obstacles: Vec<Rect> = taken.into_iter().chain(labels).chain(foreign).collect();
    let courses: Vec<Vec<Point>> = (0..layout.edges.len()).map(|ix| layout.traced(ix)).collect();
    let (columns, rows) = (((inner.w - size.w) / STEP).floor(), ((inner.h - size.h) / STEP).floor());
    let mut spots = Vec::new();
    let count = |steps: f64| if steps < 0.0 { 0 } else { steps.min(400.0) as usize + 1 };
    for row in 0..count(rows) {
        for column in 0..count(columns) {
            let r = Rect { x: inner.x + column as f64 * STEP, y: inner.y + row as f64 * STEP, w: size.w, h: size.h };
            if obstacles.iter().any(|other| other.overlaps(&r)) {
                continue;
            }
            let around = r.grown(9.0);
            if !courses.iter().any(|course| course.windows(2).any(|p| meets(p[0], p[1], &around))) {
                spots.push(r);
            }
        }
    }
    let far = |r: &Rect| (r.centre().x - near.x).hypot(r.centre().y - near.y);
    spots.sort_by(|a, b| far(a).total_cmp(&far(b)));
    // Neighbouring places are nearly the same; a few that differ are worth more.
    let mut chosen: Vec<Rect> = Vec::new();
    for spot in spots {
        if !chosen.iter().any(|other| other.grown(30.0).holds(spot.centre())) {
            chosen.push(spot);
        }
    }
    chosen
}

/// Makes room at the far side of the node's box, or of the picture: what is beyond moves away, everything else stays.
fn widened(scene: &Scene, base: &Layout, node: usize, size: Size, sideways: bool) -> Option<Layout> {
    const MOST_MOVED: f64 = 0.4;
    let by = if sideways { size.w + 2.0 * ROOM + 10.0 } else { size.h + 2.0 * ROOM + 10.0 };
    let end = match scene.nodes[node].zone {
        Some(zone) if sideways => base.zones[zone].x + base.zones[zone].w,
        Some(zone) => base.zones[zone].y + base.zones[zone].h,
        None if sideways => base.width - 20.0,
        None => base.height - 20.0,
    };
    let span = |r: &Rect| if sideways { (r.x, r.x + r.w) } else { (r.y, r.y + r.h) };
    let rigid = || base.nodes.iter().copied().chain(base.edges.iter().filter_map(|route| route.label));
    let line = [2.0, 6.0, 10.0, 14.0].map(|back| end - back).into_iter().find(|&line| {
        rigid().all(|r| {
            let (lo, hi) = span(&r);
            hi <= line || lo >= line
        })
    })?;
    let moved = base.nodes.iter().filter(|r| span(r).0 >= line).count();
    if moved as f64 > MOST_MOVED * base.nodes.len() as f64 {
        return None;
    }
    let far = |at: f64| if at > line { at + by } else { at };
    let shift = |r: &Rect| {
        if sideways {
            let (lo, hi) = (far(r.x), far(r.x + r.w));
            Rect { x: lo, w: hi - lo, ..*r }
        } else {
            let (lo, hi) = (far(r.y), far(r.y + r.h));
            Rect { y: lo, h: hi - lo, ..*r }
        }
    };
    let mut layout = base.clone();
    layout.nodes.iter_mut().chain(&mut layout.zones).for_each(|r| *r = shift(r));
    for route in &mut layout.edges {
        route.label = route.label.map(|r| shift(&r));
        for p in &mut route.points {
            *p = if sideways { Point { x: far(p.x), ..*p } } else { Point { y: far(p.y), ..*p } };
        }
    }
    if sideways {
        layout.width += by
    } else {
        layout.height += by
    }
    Some(layout)
}

/// The same picture on a page that holds what was added.
fn grown_page(mut layout: Layout) -> Layout {
    let points = layout.edges.iter().flat_map(|route| &route.points).map(|p| Rect { x: p.x, y: p.y, w: 0.0, h: 0.0 });
    let labels = layout.edges.iter().filter_map(|route| route.label);
    let all = layout.nodes.iter().copied().chain(points).chain(labels).reduce(|a, b| a.around(&b)).unwrap_or_default();
    layout.width = layout.width.max((all.x + all.w + 20.0).ceil());
    layout.height = layout.height.max((all.y + all.h + 20.0).ceil());
    layout
}
