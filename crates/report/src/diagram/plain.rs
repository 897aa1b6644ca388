//! Rows of nodes and boxes in their box, to and fro, in the order of the flows. It holds for any scene, takes no search,
//! and wraps long chains that would make a picture too wide to read.

use super::geometry::{Point, Rect};
use super::graph::Graph;
use super::layered;
use super::layout::Layout;
use super::measure::Measured;
use super::pins;
use super::place::PADDING;

/// Room for arrows and labels between rows, and the least between things in a row.
const GAP: f64 = 60.0;
/// The most room between things in a row.
const WIDEST_GAP: f64 = 170.0;

/// Rows of nodes with arrows around them.
pub(crate) fn layout(measured: &Measured) -> Layout {
    let graph = &measured.graph;
    let mut rows = Rows::of(graph);
    rows.place();
    // Boxes are drawn around their nodes once more, as they are wherever places are given.
    pins::around(measured, graph.slots.iter().zip(&rows.slots).map(|(slot, at)| slot.body_in(at)).collect())
}

/// What is in each box, and where it is: first inside its box, at last in the picture.
struct Rows<'a> {
    graph: &'a Graph,
    /// Where each slot comes in the order of the flows.
    ranks: Vec<usize>,
    /// Room between things in a row.
    gap: f64,
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
        let widest = graph.links.iter().map(|link| link.label.w + 30.0).fold(GAP, f64::max).min(WIDEST_GAP);
        let frames = vec![Rect::default(); graph.frames.len()];
        Self { graph, ranks: layered::ranks_of(graph), gap: widest, slots: slots.collect(), frames }
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
        for list in &mut parts {
            list.sort_by_cached_key(|&part| self.rank(part));
        }
        parts
    }

    /// The rank of a slot; of a box, the middle one of what is in it.
    fn rank(&self, part: Part) -> usize {
        let Part::Frame(frame) = part else {
            return match part {
                Part::Slot(ix) => self.ranks[ix],
                Part::Frame(_) => 0,
            };
        };
        let inside = |slot: &usize| self.graph.lineage(self.graph.slots[*slot].parent).any(|up| up == frame);
        let mut ranks: Vec<usize> = (0..self.graph.slots.len()).filter(inside).map(|slot| self.ranks[slot]).collect();
        ranks.sort_unstable();
        ranks.get(ranks.len() / 2).copied().unwrap_or(0)
    }

    fn rect(&mut self, part: Part) -> &mut Rect {
        match part {
            Part::Slot(ix) => &mut self.slots[ix],
            Part::Frame(ix) => &mut self.frames[ix],
        }
    }

    /// Fills rows, every other one from the right, about as wide as high in all; gives the far corner.
    fn pack(&mut self, parts: &[Part], start: Point) -> Point {
        const SHAPE: f64 = 1.7;
        let gap = self.gap;
        let area: f64 = parts.iter().map(|&part| *self.rect(part)).map(|r| (r.w + gap) * (r.h + GAP)).sum();
        let widest = parts.iter().map(|&part| self.rect(part).w).fold(0.0, f64::max);
        let width = (area * SHAPE).sqrt().max(widest);
        let mut rows: Vec<Vec<Part>> = vec![Vec::new()];
        let mut used = 0.0;
        for &part in parts {
            let w = self.rect(part).w;
            if used > 0.0 && used + w > width {
                rows.push(Vec::new());
                used = 0.0;
            }
            used += w + gap;
            rows.last_mut().expect("there is a row").push(part);
        }
        let mut end = start;
        let mut y = start.y;
        for (number, row) in rows.iter_mut().enumerate() {
            if number % 2 == 1 {
                row.reverse();
            }
            let total: f64 = row.iter().map(|&part| self.rect(part).w + gap).sum::<f64>() - gap;
            let high = row.iter().map(|&part| self.rect(part).h).fold(0.0, f64::max);
            let mut x = if number % 2 == 1 { (end.x - total).max(start.x) } else { start.x };
            for &part in row.iter() {
                let rect = self.rect(part);
                (rect.x, rect.y) = (x, y + (high - rect.h) / 2.0);
                x += rect.w + gap;
            }
            end = Point { x: end.x.max(x - gap), y: y + high };
            y += high + GAP;
        }
        end
    }
}

fn moved(rect: &Rect, outer: &Rect) -> Rect {
    Rect { x: rect.x + outer.x, y: rect.y + outer.y, ..*rect }
}
