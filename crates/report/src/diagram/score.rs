//! How good a picture is: few crossings, titles that no arrow strikes through, compact, shaped like a screen, and
//! like the picture that it follows. Lower is better.

use super::faults::extent;
use super::geometry::{Point, Rect, meets};
use super::layout::Layout;
use super::measure::title_in;
use super::previous::movement;
use super::scene::Scene;

/// Up to this width a picture can be read on an upright page.
const PAGE: f64 = 1200.0;
/// Pictures of more nodes are wider in any case.
const READABLE: usize = 40;

/// Scores a layout.
pub(crate) fn of(scene: &Scene, layout: &Layout) -> f64 {
    const SCREEN: f64 = 16.0 / 9.0;
    // A picture is shown as large as the page allows: what counts is how far it has to shrink.
    let shrink = (layout.width / SCREEN).max(layout.height);
    let courses: Vec<Course> = (0..layout.edges.len()).map(|edge| Course::of(layout, edge)).collect();
    let mean = courses.iter().map(|course| course.length()).sum::<f64>() / courses.len().max(1) as f64;
    let crossings = f64::from(crossings(&courses));
    let striking = f64::from(titles_struck(scene, layout, &courses)) * 60.0 + f64::from(labels_struck(layout, &courses)) * 60.0;
    // Beyond the shape of any page a reader scrolls along one side and has nothing on the other.
    let (w, h) = (layout.width.max(1.0), layout.height.max(1.0));
    let slim = ((w / h).max(h / w) - 3.5).max(0.0) * 150.0;
    // On paper, and beside other text, the words of a wide picture are too small.
    let wide = if scene.nodes.len() <= READABLE { (w - PAGE).max(0.0) * 1.5 } else { 0.0 };
    shrink + slim + wide + mean + crossings * 25.0 + striking + borders(layout) * 20.0 + bends(layout) * 3.0 + movement(scene, layout)
}

/// An arrow as it is drawn, with the box around it.
struct Course {
    points: Vec<Point>,
    extent: Rect,
}

impl Course {
    fn of(layout: &Layout, edge: usize) -> Self {
        let points = layout.traced(edge);
        let extent = extent(&points);
        Self { points, extent }
    }

    fn length(&self) -> f64 {
        self.points.windows(2).map(|p| (p[0].x - p[1].x).abs() + (p[0].y - p[1].y).abs()).sum()
    }

    fn runs_through(&self, r: &Rect) -> bool {
        self.extent.overlaps(r) && self.points.windows(2).any(|p| meets(p[0], p[1], r))
    }
}

/// How many arrows run through titles of boxes.
fn titles_struck(scene: &Scene, layout: &Layout, courses: &[Course]) -> u32 {
    let titles = scene.zones.iter().zip(&layout.zones).map(|(zone, at)| title_in(zone, at));
    titles.map(|title| courses.iter().map(|course| u32::from(course.runs_through(&title))).sum::<u32>()).sum()
}

/// How many arrows run through the label of another.
fn labels_struck(layout: &Layout, courses: &[Course]) -> u32 {
    let labels = layout.edges.iter().enumerate().filter_map(|(ix, route)| Some((ix, route.label?.grown(-1.0))));
    let struck = |(of, label): (usize, Rect)| {
        let others = courses.iter().enumerate().filter(|(ix, _)| *ix != of);
        others.map(|(_, course)| u32::from(course.runs_through(&label))).sum::<u32>()
    };
    labels.map(struck).sum()
}

/// How many labels lie on the border of a box.
fn borders(layout: &Layout) -> f64 {
    let labels = layout.edges.iter().filter_map(|route| route.label);
    labels.map(|r| layout.zones.iter().filter(|zone| zone.overlaps(&r) && !zone.contains(&r)).count() as f64).sum()
}

fn bends(layout: &Layout) -> f64 {
    layout.edges.iter().map(|route| route.points.len().saturating_sub(2)).sum::<usize>() as f64
}

/// How many pairs of arrows cross.
pub(crate) fn crossings_of(layout: &Layout) -> u32 {
    crossings(&(0..layout.edges.len()).map(|edge| Course::of(layout, edge)).collect::<Vec<_>>())
}

fn crossings(courses: &[Course]) -> u32 {
    let mut count = 0;
    for (ix, a) in courses.iter().enumerate() {
        let near = courses[ix + 1..].iter().filter(|b| a.extent.overlaps(&b.extent));
        count += near.map(|b| u32::from(a.points.windows(2).any(|p| b.points.windows(2).any(|q| cross(p, q))))).sum::<u32>();
    }
    count
}

fn cross(p: &[Point], q: &[Point]) -> bool {
    let side = |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    let apart = |a: f64, b: f64, c: f64, d: f64| a.max(b) < c.min(d) || c.max(d) < a.min(b);
    if apart(p[0].x, p[1].x, q[0].x, q[1].x) || apart(p[0].y, p[1].y, q[0].y, q[1].y) {
        return false;
    }
    side(p[0], p[1], q[0]) * side(p[0], p[1], q[1]) < 0.0 && side(q[0], q[1], p[0]) * side(q[0], q[1], p[1]) < 0.0
}
