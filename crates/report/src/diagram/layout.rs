//! Where everything goes: coordinates, and what holds for all of them.
//!
//! Nodes, labels and boxes do not overlap, no arrow runs through a node that it does not belong to, a box contains
//! exactly what is in it, and the title of a box has a band of its own.

use super::geometry::{Point, Rect};
use super::graph::{End, Graph};
use super::measure::{LOOP, loop_width, measure};
use super::route::{Spot, on_curve};
use super::scene::Scene;
use super::tournament;

/// How the points of arrows are joined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// By curves that leave and arrive in the direction of the flows.
    #[default]
    Curved,
    /// By straight pieces with round corners.
    Angular,
}

/// A picture's coordinates, in the order of the scene's lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// Width of the picture.
    pub width: f64,
    /// Height of the picture.
    pub height: f64,
    /// Whether the flows run from left to right, not from top to bottom.
    pub left_to_right: bool,
    /// How the points of arrows are joined.
    pub style: Style,
    /// The nodes.
    pub nodes: Vec<Rect>,
    /// The boxes.
    pub zones: Vec<Rect>,
    /// The edges.
    pub edges: Vec<Route>,
}

/// The course of an edge.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Route {
    /// From the border of the source to the border of the target.
    pub points: Vec<Point>,
    /// Where the label is.
    pub label: Option<Rect>,
    /// Whether it has straight pieces, whatever the style of the picture.
    pub angular: bool,
}

/// Room around the picture.
const MARGIN: f64 = 20.0;

/// Lays out a scene: the best of several pictures.
pub fn layout(scene: &Scene) -> Layout {
    tournament::best(scene, &measure(scene))
}

/// Loops go up and down again on top of their node, the label above.
pub(crate) fn add_loops(graph: &Graph, nodes: &[Rect], edges: &mut [Route]) {
    let mut used = vec![0.0; nodes.len()];
    for (link, route) in graph.links.iter().zip(edges) {
        let End::Node(ix) = link.from else { continue };
        if link.from != link.to || ix >= nodes.len() {
            continue;
        }
        let width = loop_width(link.label);
        let total: f64 =
            graph.links.iter().filter(|other| other.from == link.from && other.to == link.to).map(|other| loop_width(other.label)).sum();
        let middle = nodes[ix].centre().x - total / 2.0 + used[ix] + width / 2.0;
        used[ix] += width;
        let (top, high) = (nodes[ix].y, nodes[ix].y - LOOP + 4.0);
        route.points = [(-12.0, top), (-12.0, high), (12.0, high), (12.0, top)].map(|(dx, y)| Point { x: middle + dx, y }).to_vec();
        let label = Rect { x: middle - link.label.w / 2.0, y: high - link.label.h, w: link.label.w, h: link.label.h };
        route.label = (link.label.h > 0.0).then_some(label);
    }
}

/// Leaves everything where it is, if that is on a page; the page ends after what is on it.
pub(crate) fn on_page(layout: Layout) -> Layout {
    let labels = layout.edges.iter().filter_map(|route| route.label);
    let points = layout.edges.iter().flat_map(|route| &route.points).map(|p| Rect { x: p.x, y: p.y, w: 0.0, h: 0.0 });
    let all = layout.nodes.iter().copied().chain(layout.zones.iter().copied()).chain(labels).chain(points);
    let bounds = all.reduce(|a, b| a.around(&b)).unwrap_or_default();
    if bounds.x < 0.0 || bounds.y < 0.0 {
        return settled(layout);
    }
    Layout { width: (bounds.x + bounds.w + MARGIN).ceil(), height: (bounds.y + bounds.h + MARGIN).ceil(), ..layout }
}

/// Moves everything to positive, whole coordinates.
pub(crate) fn settled(mut layout: Layout) -> Layout {
    let labels = layout.edges.iter().filter_map(|route| route.label);
    let points = layout.edges.iter().flat_map(|route| &route.points).map(|p| Rect { x: p.x, y: p.y, w: 0.0, h: 0.0 });
    let all = layout.nodes.iter().copied().chain(layout.zones.iter().copied()).chain(labels).chain(points);
    let bounds = all.reduce(|a, b| a.around(&b)).unwrap_or_default();
    let (dx, dy) = (MARGIN - bounds.x, MARGIN - bounds.y);
    let round = |at: f64| (at * 10.0).round() / 10.0;
    let shift = |rect: &mut Rect| {
        let (right, bottom) = (round(rect.x + rect.w + dx), round(rect.y + rect.h + dy));
        let (x, y) = (round(rect.x + dx), round(rect.y + dy));
        *rect = Rect { x, y, w: round(right - x), h: round(bottom - y) };
    };
    layout.nodes.iter_mut().chain(&mut layout.zones).for_each(shift);
    for route in &mut layout.edges {
        route.label.iter_mut().for_each(shift);
        for point in &mut route.points {
            *point = Point { x: round(point.x + dx), y: round(point.y + dy) };
        }
    }
    (layout.width, layout.height) = ((bounds.w + 2.0 * MARGIN).ceil(), (bounds.h + 2.0 * MARGIN).ceil());
    layout
}

impl Layout {
    /// The points of an edge for programs that draw a curve through the middles of the pieces between them: the ends of a
    /// curve of ours with its handles, which keep it as far from everything as it is here.
    pub fn handles(&self, edge: usize) -> Vec<Point> {
        let points = &self.edges[edge].points;
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
        if self.style == Style::Angular || self.edges[edge].angular {
            return points.clone();
        }
        let mut handles = vec![*first];
        // Where a curve of ours ends inside an edge it is straight: the point itself keeps the next one from starting early.
        let add = |handles: &mut Vec<Point>, point: Point| {
            if handles.last() != Some(&point) {
                handles.push(point);
            }
        };
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let across = if self.left_to_right { a.y - b.y } else { a.x - b.x };
            if across.abs() < 0.5 {
                continue;
            }
            let (x, y) = (f64::midpoint(a.x, b.x), f64::midpoint(a.y, b.y));
            let bent =
                if self.left_to_right { [Point { x, y: a.y }, Point { x, y: b.y }] } else { [Point { x: a.x, y }, Point { x: b.x, y }] };
            [a, bent[0], bent[1], b].into_iter().for_each(|point| add(&mut handles, point));
        }
        add(&mut handles, *last);
        handles
    }

    /// An edge as a chain of straight pieces, as it is drawn.
    pub fn traced(&self, edge: usize) -> Vec<Point> {
        const PIECE: f64 = 24.0;
        let points = &self.edges[edge].points;
        if self.style == Style::Angular || self.edges[edge].angular {
            return points.clone();
        }
        let spot = |p: &Point| if self.left_to_right { Spot { along: p.x, across: p.y } } else { Spot { along: p.y, across: p.x } };
        let mut traced: Vec<Point> = points.first().copied().into_iter().collect();
        for pair in points.windows(2) {
            let length = (pair[0].x - pair[1].x).abs() + (pair[0].y - pair[1].y).abs();
            let steps = (length / PIECE).clamp(6.0, 60.0).ceil();
            for step in std::iter::successors(Some(1.0), |step| Some(step + 1.0)).take_while(|&step| step <= steps) {
                let at = on_curve(spot(&pair[0]), spot(&pair[1]), step / steps);
                traced.push(if self.left_to_right { Point { x: at.along, y: at.across } } else { Point { x: at.across, y: at.along } });
            }
        }
        traced
    }
}
