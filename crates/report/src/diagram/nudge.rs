//! Labels that lie on a border, on another arrow or on each other move along their arrow to where nothing is, if such a
//! place is near.

use super::faults::extent;
use super::geometry::{Point, Rect, meets};
use super::layout::{Layout, Style};

/// How far a label may move on each axis, and in which steps.
const FARTHEST: i32 = 14;
const STEP: f64 = 6.0;
/// How near to its arrow it stays.
const NEAR: f64 = 10.0;
/// In larger pictures labels are where the engines put them.
const MOST: usize = 150;

/// Moves the labels of a picture that are in trouble.
pub(crate) fn labels(layout: &mut Layout) {
    if layout.nodes.len() > MOST {
        return;
    }
    let steps = steps();
    let courses: Vec<(Rect, Vec<Point>)> =
        (0..layout.edges.len()).map(|edge| layout.traced(edge)).map(|course| (extent(&course), course)).collect();
    for edge in 0..layout.edges.len() {
        let Some(label) = layout.edges[edge].label else { continue };
        let mut least = trouble(layout, &courses, edge, &label);
        let near = |r: &Rect| courses[edge].1.windows(2).any(|p| meets(p[0], p[1], &r.grown(NEAR)));
        if least == 0 || !near(&label) {
            continue;
        }
        let page = Rect { x: 4.0, y: 4.0, w: layout.width - 8.0, h: layout.height - 8.0 };
        for (dx, dy) in &steps {
            let r = Rect { x: label.x + dx, y: label.y + dy, ..label };
            if !page.contains(&r) || !near(&r) {
                continue;
            }
            let found = trouble(layout, &courses, edge, &r);
            if found < least {
                least = found;
                layout.edges[edge].label = Some(r);
            }
            if least == 0 {
                break;
            }
        }
    }
}

/// Moves on both axes, the shortest first.
fn steps() -> Vec<(f64, f64)> {
    let side = || -FARTHEST..=FARTHEST;
    let mut steps: Vec<(i32, i32)> = side().flat_map(|x| side().map(move |y| (x, y))).collect();
    steps.sort_by_key(|(x, y)| (x * x + y * y, *y, *x));
    steps.into_iter().map(|(x, y)| (f64::from(x) * STEP, f64::from(y) * STEP)).collect()
}

/// How much is wrong with a label at a place: what it covers counts most, then arrows through it, then bends
/// of its own arrow, then borders.
fn trouble(layout: &Layout, courses: &[(Rect, Vec<Point>)], edge: usize, r: &Rect) -> u32 {
    let around = r.grown(2.0);
    let covers = layout.nodes.iter().map(|node| u32::from(node.overlaps(&around))).sum::<u32>();
    let labels = layout.edges.iter().enumerate().filter(|(ix, _)| *ix != edge).filter_map(|(_, route)| route.label);
    let covers = covers + labels.map(|other| u32::from(other.overlaps(r))).sum::<u32>();
    let others = courses.iter().enumerate().filter(|(ix, (extent, _))| *ix != edge && extent.overlaps(r));
    let struck = others.map(|(_, (_, course))| u32::from(course.windows(2).any(|p| meets(p[0], p[1], r)))).sum::<u32>();
    // A label in a gap of its curve is part of the line, and may cross a border as the line does.
    let beside = layout.style == Style::Angular;
    let borders =
        layout.zones.iter().filter(|_| beside).map(|zone| u32::from(zone.overlaps(&around) && !zone.contains(&around))).sum::<u32>();
    let course = &courses[edge].1;
    let bends = course.get(1..course.len().saturating_sub(1)).unwrap_or_default();
    let bent = u32::from(beside && bends.iter().any(|&p| around.holds(p)));
    covers * 100 + struck * 10 + bent * 3 + borders
}
