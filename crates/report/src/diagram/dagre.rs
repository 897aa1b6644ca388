//! Ranks and order from dagre.
//!
//! Its order of nodes under boxes follows constraints that can contradict each other when boxes span many ranks; then
//! it loses nodes and gives up or gives nonsense. That happens from about a hundred nodes on, so that it is only asked
//! about smaller graphs, and what it says is looked at like any other layout.

use dugong::graphlib::{Graph as DagreGraph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel};

use super::graph::{Graph, Link};
use super::place::{Area, EDGE_GAP, GAP, Item, RANK_GAP, Role, Span};

/// The largest graph that it is asked about.
const MOST_SLOTS: usize = 60;

/// Nodes and stops as dagre puts them, if it can.
pub(crate) fn ranked(graph: &Graph) -> Option<Vec<Item>> {
    if graph.slots.len() > MOST_SLOTS {
        return None;
    }
    let mut dagre = dagre_graph(graph);
    dugong::layout(&mut dagre).ok()?;
    let mut items: Vec<Item> = Vec::with_capacity(graph.slots.len() + graph.links.len());
    for (ix, slot) in graph.slots.iter().enumerate() {
        let label = dagre.node(&format!("n{ix}"))?;
        let (x, y) = (label.x.filter(|x| x.is_finite())?, label.y.filter(|y| y.is_finite())?);
        let area = Area { along: Span::about(y, slot.size.h), across: Span::about(x, slot.size.w) };
        items.push(Item { role: Role::Node(ix), parent: slot.parent, area, order: x });
    }
    let layers = layers(&items, graph, &dagre);
    for (ix, link) in graph.links.iter().enumerate() {
        let Some((v, w)) = named_ends(graph, link) else { continue };
        let Some(edge) = dagre.edge(&v, &w, Some(&ix.to_string())) else { continue };
        let middle = edge.points.len().saturating_sub(1);
        for point in edge.points.get(1..middle).unwrap_or_default() {
            let is_label = link.label.h > 0.0 && edge.y.is_some_and(|y| (y - point.y).abs() < 0.5);
            let size = if is_label { link.label.w } else { 0.0 };
            let along = if is_label { Span::about(point.y, link.label.h) } else { layer_at(&layers, point.y) };
            let across = if is_label { edge.x.unwrap_or(point.x) } else { point.x };
            items.push(Item {
                role: Role::Stop(ix, is_label),
                parent: None,
                area: Area { along, across: Span::about(across, size) },
                order: across,
            });
        }
    }
    Some(items)
}

fn dagre_graph(graph: &Graph) -> DagreGraph<NodeLabel, EdgeLabel, GraphLabel> {
    let mut dagre = DagreGraph::new(GraphOptions { multigraph: true, compound: true, directed: true });
    dagre.set_graph(GraphLabel { nodesep: GAP, edgesep: EDGE_GAP, ranksep: RANK_GAP, ..GraphLabel::default() });
    for (ix, slot) in graph.slots.iter().enumerate() {
        dagre.set_node(format!("n{ix}"), NodeLabel { width: slot.size.w, height: slot.size.h, ..NodeLabel::default() });
    }
    for (ix, _) in graph.frames.iter().enumerate().filter(|(ix, _)| graph.representative(*ix).is_some()) {
        dagre.set_node(format!("z{ix}"), NodeLabel::default());
    }
    for (ix, frame) in graph.frames.iter().enumerate().filter(|(ix, _)| graph.representative(*ix).is_some()) {
        if let Some(parent) = frame.parent {
            dagre.set_parent(format!("z{ix}"), format!("z{parent}"));
        }
    }
    for (ix, slot) in graph.slots.iter().enumerate() {
        if let Some(parent) = slot.parent {
            dagre.set_parent(format!("n{ix}"), format!("z{parent}"));
        }
    }
    for (ix, link) in graph.links.iter().enumerate() {
        let Some((v, w)) = named_ends(graph, link) else { continue };
        let label = EdgeLabel { width: link.label.w, height: link.label.h, weight: 1.0, ..EdgeLabel::default() };
        dagre.set_edge_named(v, w, Some(ix.to_string()), Some(label));
    }
    for (ix, (above, below)) in graph.columns().into_iter().enumerate() {
        let label = EdgeLabel { weight: 1.0, ..EdgeLabel::default() };
        dagre.set_edge_named(format!("n{above}"), format!("n{below}"), Some(format!("column {ix}")), Some(label));
    }
    dagre
}

/// The nodes that a link runs between, as dagre knows them; none for a loop.
fn named_ends(graph: &Graph, link: &Link) -> Option<(String, String)> {
    graph.ends(link).map(|(from, to)| (format!("n{from}"), format!("n{to}")))
}

/// The stretches along that ranks take up.
fn layers(items: &[Item], graph: &Graph, dagre: &DagreGraph<NodeLabel, EdgeLabel, GraphLabel>) -> Vec<Span> {
    let mut spans: Vec<Span> = items.iter().map(|item| item.area.along).collect();
    for (ix, link) in graph.links.iter().enumerate().filter(|(_, link)| link.label.h > 0.0) {
        let label = named_ends(graph, link).and_then(|(v, w)| dagre.edge(&v, &w, Some(&ix.to_string())));
        spans.extend(label.and_then(|edge| edge.y).map(|y| Span::about(y, link.label.h)));
    }
    spans.sort_by(|a, b| a.mid().total_cmp(&b.mid()));
    let mut layers: Vec<Span> = Vec::new();
    for span in spans {
        match layers.last_mut().filter(|last| (last.mid() - span.mid()).abs() < 0.5) {
            Some(last) => *last = last.hull(span),
            None => layers.push(span),
        }
    }
    layers
}

fn layer_at(layers: &[Span], along: f64) -> Span {
    layers.iter().copied().find(|layer| (layer.mid() - along).abs() < 0.5).unwrap_or(Span { lo: along, hi: along })
}
