//! The plainest arrangement: rows of nodes and boxes in their box. It holds for any scene and takes no search.

use super::geometry::{Point, Rect};
use super::graph::{End, Graph};
use super::layout::{Layout, Route, Style, add_loops};
use super::measure::{Measured, ZoneAs};
use super::place::{GAP, PADDING};

/// Nodes, zones and a straight line for each edge.
pub(crate) fn layout(measured: &Measured) -> Layout {
    let (nodes, zones, routes) = arrange(measured);
    let mut edges: Vec<Route> = routes.into_iter().map(|points| Route { points: points.to_vec(), label: None }).collect();
    add_loops(&measured.graph, &nodes, &mut edges);
    Layout { left_to_right: true, style: Style::Angular, nodes, zones, edges, ..Layout::default() }
}

fn arrange(measured: &Measured) -> (Vec<Rect>, Vec<Rect>, Vec<[Point; 2]>) {
    let graph = &measured.graph;
    let mut rows = Rows::of(graph);
    rows.place();
    let slots: Vec<Rect> = graph.slots.iter().zip(&rows.slots).map(|(slot, at)| slot.body_in(at)).collect();
    let zones = measured.zones.iter().map(|zone| match zone {
        ZoneAs::Frame(ix) => rows.frames[*ix],
        ZoneAs::Slot(ix) => slots[*ix],
    });
    let rect = |end| match end {
        End::Node(ix) => slots[ix],
        End::Zone(ix) => rows.frames[ix],
    };
    let edges = graph.links.iter().map(|link| line(&rect(link.from), &rect(link.to))).collect();
    let empty = measured.zones.iter().filter(|zone| matches!(zone, ZoneAs::Slot(_))).count();
    (slots[..slots.len() - empty].to_vec(), zones.collect(), edges)
}

/// From border to border, on the line between the middles.
fn line(from: &Rect, to: &Rect) -> [Point; 2] {
    let (a, b) = (from.centre(), to.centre());
    [border(from, a, b), border(to, b, a)]
}

fn border(rect: &Rect, middle: Point, towards: Point) -> Point {
    let (dx, dy) = (towards.x - middle.x, towards.y - middle.y);
    let part = |half: f64, d: f64| if d.abs() < 1e-9 { f64::INFINITY } else { half / d.abs() };
    let scale = part(rect.w / 2.0, dx).min(part(rect.h / 2.0, dy));
    let scale = if scale.is_finite() { scale } else { 0.0 };
    Point { x: middle.x + dx * scale, y: middle.y + dy * scale }
}

/// What is in each box, and where it is: first inside its box, at last in the picture.
struct Rows<'a> {
    graph: &'a Graph,
    slots: Vec<Rect>,
    frames: Vec<Rect>,
}

#[derive(Clone, Copy)]
enum Part {
    Slot(usize),
    Frame(usize),
}

impl<'a> Rows<'a> {
    fn of(graph: &'a Graph) -> Self {
        let slots = graph.slots.iter().map(|slot| Rect { w: slot.size.w, h: slot.size.h, ..Rect::default() });
        Self { graph, slots: slots.collect(), frames: vec![Rect::default(); graph.frames.len()] }
    }

    /// Inner boxes first, so that the size of what is in a box is known; then everything moves with its box.
    fn place(&mut self) {
        let parts = self.parts();
        for frame in (0..self.frames.len()).rev() {
            let title = self.graph.frames[frame].title;
            let size = self.pack(&parts[frame], Point { x: PADDING, y: title.h + 10.0 });
            (self.frames[frame].w, self.frames[frame].h) = ((size.x + PADDING).max(title.w + 24.0), size.y + PADDING);
        }
        self.pack(&parts[self.frames.len()], Point::default());
        for frame in 0..self.frames.len() {
            if let Some(parent) = self.graph.frames[frame].parent {
                self.frames[frame] = moved(&self.frames[frame], &self.frames[parent]);
            }
        }
        for (slot, rect) in self.graph.slots.iter().zip(&mut self.slots) {
            if let Some(parent) = slot.parent {
                *rect = moved(rect, &self.frames[parent]);
            }
        }
    }

    /// What is directly in each box; last what is in none.
    fn parts(&self) -> Vec<Vec<Part>> {
        let outside = self.frames.len();
        let mut parts = vec![Vec::new(); outside + 1];
        for (ix, slot) in self.graph.slots.iter().enumerate() {
            parts[slot.parent.unwrap_or(outside)].push(Part::Slot(ix));
        }
        for (ix, frame) in self.graph.frames.iter().enumerate() {
            parts[frame.parent.unwrap_or(outside)].push(Part::Frame(ix));
        }
        parts
    }

    fn rect(&mut self, part: Part) -> &mut Rect {
        match part {
            Part::Slot(ix) => &mut self.slots[ix],
            Part::Frame(ix) => &mut self.frames[ix],
        }
    }

    /// Fills rows from the left, about as wide as high in all; gives the far corner.
    fn pack(&mut self, parts: &[Part], start: Point) -> Point {
        let area: f64 = parts.iter().map(|&part| self.rect(part).grown(GAP / 2.0)).map(|r| r.w * r.h).sum();
        let width = (area * 1.6).sqrt();
        let (mut at, mut row, mut end) = (start, 0.0_f64, start);
        for &part in parts {
            let rect = self.rect(part);
            if at.x > start.x && at.x + rect.w - start.x > width {
                at = Point { x: start.x, y: at.y + row + GAP };
                row = 0.0;
            }
            (rect.x, rect.y) = (at.x, at.y);
            row = row.max(rect.h);
            end = Point { x: end.x.max(at.x + rect.w), y: end.y.max(at.y + rect.h) };
            at.x += rect.w + GAP;
        }
        end
    }
}

fn moved(rect: &Rect, outer: &Rect) -> Rect {
    Rect { x: rect.x + outer.x, y: rect.y + outer.y, ..*rect }
}
