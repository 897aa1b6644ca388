//! What is wrong with a picture, counted: the rules that every picture must keep.

use super::geometry::{Point, Rect, meets};
use super::graph::End;
use super::layout::Layout;
use super::scene::Scene;

/// The longest side of a picture; browsers and image readers have trouble beyond.
const LONGEST: f64 = 30_000.0;

/// Breaches of each rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Pairs of nodes that overlap.
    pub nodes: u32,
    /// Nodes and boxes that are inside a box that they do not belong to, or outside one that they do.
    pub boxes: u32,
    /// Arrows that run through a node that is not at their ends.
    pub through: u32,
    /// Labels that overlap another label or a node.
    pub labels: u32,
    /// Labels that are not at their arrow.
    pub astray: u32,
    /// Arrows that have something to say and no label.
    pub unlabelled: u32,
    /// Things outside the picture, arrows without a course, and a picture that is too large.
    pub outside: u32,
}

impl Faults {
    /// Counts what is wrong with a layout of a scene.
    pub fn of(scene: &Scene, layout: &Layout) -> Self {
        Self {
            nodes: overlaps(&layout.nodes, &[]),
            boxes: boxes(scene, layout),
            through: through(scene, layout),
            labels: labels(layout),
            astray: astray(scene, layout),
            unlabelled: unlabelled(scene, layout),
            outside: outside(layout),
        }
    }

    /// What makes a picture wrong, and not only hard to read.
    pub fn serious(&self) -> u32 {
        self.nodes + self.boxes + self.through + self.outside
    }

    /// All of them.
    pub fn total(&self) -> u32 {
        self.serious() + self.labels + self.astray + self.unlabelled
    }
}

/// Overlapping pairs in one list, or of one list with things of another.
fn overlaps(things: &[Rect], others: &[Rect]) -> u32 {
    let mut order: Vec<(&Rect, bool)> = things.iter().map(|r| (r, true)).chain(others.iter().map(|r| (r, false))).collect();
    order.sort_by(|a, b| a.0.x.total_cmp(&b.0.x));
    let mut count = 0;
    for (ix, (first, own)) in order.iter().enumerate() {
        let beside = order[ix + 1..].iter().take_while(|(second, _)| second.x < first.x + first.w);
        count += beside.filter(|(second, other)| (*own || *other) && first.overlaps(second)).map(|_| 1).sum::<u32>();
    }
    count
}

fn labels(layout: &Layout) -> u32 {
    let labels: Vec<Rect> = layout.edges.iter().filter_map(|route| route.label).collect();
    overlaps(&labels, &layout.nodes)
}

fn astray(scene: &Scene, layout: &Layout) -> u32 {
    const NEAR: f64 = 16.0;
    let is_far = |ix: &usize| {
        let own = scene.edges[*ix].from == scene.edges[*ix].to;
        let near = layout.edges[*ix].label.map(|label| label.grown(NEAR));
        !own && near.is_some_and(|near| !layout.traced(*ix).windows(2).any(|p| meets(p[0], p[1], &near)))
    };
    (0..layout.edges.len()).filter(is_far).map(|_| 1).sum()
}

fn boxes(scene: &Scene, layout: &Layout) -> u32 {
    let mut count = 0;
    for (ix, outer) in layout.zones.iter().enumerate() {
        let wrong = |is_in: bool, inner: &Rect| if is_in { !outer.contains(inner) } else { outer.overlaps(inner) };
        for (node, r) in scene.nodes.iter().zip(&layout.nodes) {
            count += u32::from(wrong(scene.is_within(node.zone, ix), r));
        }
        for (other, r) in layout.zones.iter().enumerate().filter(|(other, _)| !scene.is_within(Some(ix), *other)) {
            count += u32::from(wrong(scene.is_within(Some(other), ix), r));
        }
    }
    count
}

fn through(scene: &Scene, layout: &Layout) -> u32 {
    let mut count = 0;
    for (ix, edge) in scene.edges.iter().enumerate() {
        let course = layout.traced(ix);
        let extent = extent(&course);
        for (node, r) in layout.nodes.iter().enumerate() {
            let own = edge.from == End::Node(node) || edge.to == End::Node(node);
            let inner = r.grown(-1.0);
            if !own && extent.overlaps(&inner) && course.windows(2).any(|p| meets(p[0], p[1], &inner)) {
                count += 1;
            }
        }
    }
    count
}

/// The smallest box around a course, at least a pixel wide and high.
pub(crate) fn extent(course: &[Point]) -> Rect {
    let points = course.iter().map(|p| Rect { x: p.x - 0.5, y: p.y - 0.5, w: 1.0, h: 1.0 });
    points.reduce(|a, b| a.around(&b)).unwrap_or_default()
}

/// An arrow between a box and the only thing in it has no room for a label.
fn unlabelled(scene: &Scene, layout: &Layout) -> u32 {
    let lone = |a: End, b: End| matches!((a, b), (End::Zone(zone), End::Node(node)) if scene.members(zone) == [node]);
    let mut count = 0;
    for (edge, route) in scene.edges.iter().zip(&layout.edges) {
        let bare = route.label.is_none() && !edge.label.lines.is_empty();
        count += u32::from(bare && !lone(edge.from, edge.to) && !lone(edge.to, edge.from));
    }
    count
}

fn outside(layout: &Layout) -> u32 {
    let page = Rect { x: 0.0, y: 0.0, w: layout.width, h: layout.height };
    let is_in = |r: &Rect| [r.x, r.y, r.w, r.h].iter().all(|at| at.is_finite()) && r.w >= 0.0 && r.h >= 0.0 && page.contains(r);
    let labels = layout.edges.iter().filter_map(|route| route.label);
    let points = layout.edges.iter().flat_map(|route| &route.points).map(|p| Rect { x: p.x, y: p.y, w: 0.0, h: 0.0 });
    let things = layout.nodes.iter().chain(&layout.zones).copied().chain(labels).chain(points);
    let lost = things.filter(|thing| !is_in(thing)).map(|_| 1).sum::<u32>();
    let too_large = u32::from(layout.width > LONGEST || layout.height > LONGEST);
    let without = layout.edges.iter().filter(|route| route.points.len() < 2).map(|_| 1).sum::<u32>();
    lost + too_large + without
}
