//! How good a picture is: few crossings, titles that no arrow strikes through, compact, shaped like a screen. Lower is
//! better.

use super::geometry::{Point, Rect};
use super::layout::Layout;
use super::measure::title_size;
use super::scene::Scene;

/// Scores a layout.
pub(crate) fn of(scene: &Scene, layout: &Layout) -> f64 {
    const SCREEN: f64 = 16.0 / 9.0;
    // A picture is shown as large as the page allows: what counts is how far it has to shrink.
    let shrink = (layout.width / SCREEN).max(layout.height);
    let lengths = (0..layout.edges.len())
        .map(|edge| layout.traced(edge).windows(2).map(|p| (p[0].x - p[1].x).abs() + (p[0].y - p[1].y).abs()).sum::<f64>());
    let mean = lengths.sum::<f64>() / layout.edges.len().max(1) as f64;
    shrink + mean + f64::from(crossings(layout)) * 25.0 + f64::from(struck(scene, layout)) * 60.0
}

/// How many arrows run through titles of boxes.
fn struck(scene: &Scene, layout: &Layout) -> u32 {
    let sizes = scene.zones.iter().map(title_size);
    let titles = layout.zones.iter().zip(sizes).map(|(zone, size)| Rect { x: zone.x + 8.0, y: zone.y + 2.0, w: size.w + 6.0, h: size.h });
    let titles: Vec<Rect> = titles.collect();
    let mut count = 0;
    for edge in 0..layout.edges.len() {
        let course = layout.traced(edge);
        count += titles.iter().map(|title| u32::from(course.iter().any(|&p| title.holds(p)))).sum::<u32>();
    }
    count
}

fn crossings(layout: &Layout) -> u32 {
    let traced: Vec<Vec<Point>> = (0..layout.edges.len()).map(|edge| layout.traced(edge)).collect();
    let mut count = 0;
    for (ix, a) in traced.iter().enumerate() {
        for b in &traced[ix + 1..] {
            count += u32::from(a.windows(2).any(|p| b.windows(2).any(|q| cross(p, q))));
        }
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
