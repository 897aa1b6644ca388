//! Whether a layout can be shown: the checks that decide whether another one has to be tried.

use super::geometry::Rect;
use super::layout::Layout;
use super::scene::Scene;

/// The longest side of a picture; browsers and image readers have trouble beyond.
const LONGEST: f64 = 30_000.0;

/// Whether all coordinates are finite and inside the picture, nothing overlaps, and every box is around exactly what is
/// in it.
pub(crate) fn is_sound(scene: &Scene, layout: &Layout) -> bool {
    is_bounded(layout) && are_apart(layout) && boxes_hold(scene, layout)
}

fn is_bounded(layout: &Layout) -> bool {
    let page = Rect { x: 0.0, y: 0.0, w: layout.width, h: layout.height };
    let inside = |r: &Rect| [r.x, r.y, r.w, r.h].iter().all(|at| at.is_finite()) && r.w >= 0.0 && r.h >= 0.0 && page.contains(r);
    let labels = layout.edges.iter().filter_map(|route| route.label.as_ref());
    let mut points = layout.edges.iter().flat_map(|route| &route.points).map(|p| Rect { x: p.x, y: p.y, w: 0.0, h: 0.0 });
    layout.width <= LONGEST
        && layout.height <= LONGEST
        && layout.nodes.iter().chain(&layout.zones).chain(labels).all(inside)
        && points.all(|point| inside(&point))
        && layout.edges.iter().all(|route| route.points.len() >= 2)
}

fn are_apart(layout: &Layout) -> bool {
    let mut all: Vec<&Rect> = layout.nodes.iter().chain(layout.edges.iter().filter_map(|route| route.label.as_ref())).collect();
    all.sort_by(|a, b| a.x.total_cmp(&b.x));
    all.iter().enumerate().all(|(ix, first)| {
        let mut beside = all[ix + 1..].iter().take_while(|second| second.x < first.x + first.w);
        !beside.any(|second| first.overlaps(second))
    })
}

fn boxes_hold(scene: &Scene, layout: &Layout) -> bool {
    layout.zones.iter().enumerate().all(|(ix, outer)| {
        let right = |is_in: bool, inner: &Rect| if is_in { outer.contains(inner) } else { !outer.overlaps(inner) };
        let nodes = scene.nodes.iter().zip(&layout.nodes).all(|(node, r)| right(scene.is_within(node.zone, ix), r));
        let mut others = layout.zones.iter().enumerate().filter(|(other, _)| !scene.is_within(Some(ix), *other));
        nodes && others.all(|(other, r)| right(scene.is_within(Some(other), ix), r))
    })
}
