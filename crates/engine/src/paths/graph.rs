//! The graph of positions, and how far each is from the starts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use redan_model::{ElementIx, FlowIx};

/// A distance that nothing has.
pub(super) const FAR: u64 = u64::MAX;

/// Parts of a natural logarithm in a unit of distance, above the bits that count steps.
const PARTS: f64 = 1_000_000.0;
const STEP_BITS: u32 = 20;

/// A step between two positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) threat: Option<u32>,
    pub(super) flow: Option<FlowIx>,
    pub(super) back: bool,
}

/// Something to take out of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Cut {
    Element(ElementIx),
    Flow(FlowIx),
    Threat(u32),
}

/// Positions and steps. Position 0 is before every start.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) edges: Vec<Edge>,
    /// The unlikelier the step, the longer; of equally likely ways the one with fewer steps is shorter.
    pub(super) lengths: Vec<u64>,
    /// The element of each position.
    pub(super) elements: Vec<Option<ElementIx>>,
    out: Vec<Vec<u32>>,
    pub(super) incoming: Vec<Vec<u32>>,
}

impl Graph {
    /// A graph of edges, each once, where `chances` has the probability of each threat.
    pub(super) fn new(edges: Vec<Edge>, elements: Vec<Option<ElementIx>>, chances: &[f64]) -> Self {
        let mut graph = Self {
            lengths: edges.iter().map(|edge| length(edge.threat.map_or(1.0, |threat| chances[threat as usize]))).collect(),
            out: vec![Vec::new(); elements.len()],
            incoming: vec![Vec::new(); elements.len()],
            edges,
            elements,
        };
        for (at, edge) in (0_u32..).zip(&graph.edges) {
            graph.out[edge.from as usize].push(at);
            graph.incoming[edge.to as usize].push(at);
        }
        graph
    }

    /// The length of the likeliest way to each position.
    pub(super) fn distances(&self) -> Vec<u64> {
        let mut distances = vec![FAR; self.elements.len()];
        distances[0] = 0;
        let mut heap = BinaryHeap::from([Reverse((0_u64, 0_u32))]);
        while let Some(Reverse((distance, node))) = heap.pop() {
            if distance > distances[node as usize] {
                continue;
            }
            for edge in &self.out[node as usize] {
                let to = self.edges[*edge as usize].to;
                let next = distance.saturating_add(self.lengths[*edge as usize]);
                if next < distances[to as usize] {
                    distances[to as usize] = next;
                    heap.push(Reverse((next, to)));
                }
            }
        }
        distances
    }

    /// Which positions can still be reached when something is taken out.
    pub(super) fn reached_without(&self, cut: Cut) -> Vec<bool> {
        let mut reached = vec![false; self.elements.len()];
        reached[0] = true;
        let mut stack = vec![0_u32];
        while let Some(node) = stack.pop() {
            for edge in &self.out[node as usize] {
                let edge = self.edges[*edge as usize];
                let is_cut = match cut {
                    Cut::Element(element) => self.elements[edge.to as usize] == Some(element),
                    Cut::Flow(flow) => edge.flow == Some(flow),
                    Cut::Threat(threat) => edge.threat == Some(threat),
                };
                if !is_cut && !std::mem::replace(&mut reached[edge.to as usize], true) {
                    stack.push(edge.to);
                }
            }
        }
        reached
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a chance is at least 0.02, so that its logarithm is small")]
fn length(chance: f64) -> u64 {
    let whole = (-chance.max(1e-9).ln() * PARTS).round().max(0.0) as u64;
    (whole << STEP_BITS) + 1
}
