//! Boxes that grow to their left where an arrow would strike through their title and nothing is in the way.
//!
//! In an upright picture arrows come in through the top of a box, which is where its title is. The title starts at the
//! left border, so a border that is further left takes it out of the arrow's way.

use super::geometry::{Point, Rect, meets};
use super::graph::End;
use super::layout::{Layout, settled};
use super::measure::title_in;
use super::scene::Scene;

/// The most that a box grows by.
const MOST: f64 = 160.0;
/// Room between a title and an arrow, and between a box and what is beside it.
const GAP: f64 = 8.0;

/// The layout with boxes that are wide enough for their title and the arrow beside it.
pub(crate) fn widened(scene: &Scene, mut layout: Layout) -> Layout {
    let courses: Vec<Vec<Point>> = (0..layout.edges.len()).map(|edge| layout.traced(edge)).collect();
    let at_ends = |zone| scene.edges.iter().any(|edge| edge.from == End::Zone(zone) || edge.to == End::Zone(zone));
    let mut order: Vec<usize> = (0..layout.zones.len()).filter(|zone| !at_ends(*zone)).collect();
    // A box that has grown leaves room for those inside.
    order.sort_by_key(|zone| std::iter::successors(scene.zones[*zone].parent, |up| scene.zones[*up].parent).count());
    let mut grew = false;
    for zone in order {
        let old = layout.zones[zone];
        let title = title_in(&scene.zones[zone], &old);
        let Some(arrow) = first_through(&title, &courses) else { continue };
        let by = title.x + title.w + GAP - arrow;
        let grown = Rect { x: old.x - by, w: old.w + by, ..old };
        let is_clear = by <= MOST && first_through(&Rect { x: title.x - by, ..title }, &courses).is_none();
        if is_clear && is_free(scene, &layout, zone, &Rect { x: grown.x - GAP, y: old.y, w: by + GAP, h: old.h }, &courses) {
            layout.zones[zone] = grown;
            grew = true;
        }
    }
    if grew { settled(layout) } else { layout }
}

/// Where the leftmost of the arrows is that strike through a title.
fn first_through(title: &Rect, courses: &[Vec<Point>]) -> Option<f64> {
    let pieces = courses.iter().flat_map(|course| course.windows(2)).filter(|p| meets(p[0], p[1], title));
    pieces.map(|p| p[0].x.min(p[1].x)).reduce(f64::min)
}

/// Whether nothing is in a strip beside a box that the box does not belong in.
fn is_free(scene: &Scene, layout: &Layout, zone: usize, strip: &Rect, courses: &[Vec<Point>]) -> bool {
    let around = |other: usize| scene.is_within(Some(zone), other);
    let boxes =
        layout.zones.iter().enumerate().all(|(other, rect)| {
            if other != zone && around(other) { rect.contains(strip) } else { other == zone || !rect.overlaps(strip) }
        });
    let mut labels = layout.edges.iter().filter_map(|route| route.label);
    boxes
        && !layout.nodes.iter().any(|node| node.overlaps(strip))
        && !labels.any(|label| label.overlaps(strip))
        && !courses.iter().any(|course| course.windows(2).any(|p| meets(p[0], p[1], strip)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leftmost_arrow_through_a_title_counts() {
        let title = Rect { x: 100.0, y: 10.0, w: 80.0, h: 20.0 };
        let down = |x: f64| vec![Point { x, y: 0.0 }, Point { x, y: 90.0 }];
        assert_eq!(first_through(&title, &[down(160.0), down(140.0), down(90.0)]), Some(140.0));
        assert_eq!(first_through(&title, &[down(190.0), down(90.0)]), None);
    }
}
