//! Coordinates of the diagram for scripts and other faces; the shape is a published interface.

use serde::Serialize;

use super::layout::Layout;
use super::scene::Scene;

#[derive(Serialize)]
struct Wire<'a> {
    nodes: Vec<WireNode<'a>>,
    zones: Vec<WireZone<'a>>,
    edges: Vec<WireEdge<'a>>,
}

#[derive(Serialize)]
struct WireNode<'a> {
    id: &'a str,
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

#[derive(Serialize)]
struct WireZone<'a> {
    id: &'a str,
    x: f64,
    y: f64,
    w: f64,
    h: f64,
    members: Vec<&'a str>,
}

#[derive(Serialize)]
struct WireEdge<'a> {
    id: &'a str,
    from: &'a str,
    to: &'a str,
    points: Vec<[f64; 2]>,
    label: Option<WireLabel>,
}

#[derive(Serialize)]
struct WireLabel {
    text: String,
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

/// Writes a scene with its layout. Straight lines between the points of an edge are its course. Members of a zone are all nodes inside it, those of inner zones included.
pub(crate) fn render(scene: &Scene, layout: &Layout) -> String {
    let nodes = scene.nodes.iter().zip(&layout.nodes).map(|(node, r)| WireNode { id: &node.id, x: r.x, y: r.y, w: r.w, h: r.h });
    let zones = scene.zones.iter().zip(&layout.zones).enumerate().map(|(ix, (zone, r))| WireZone {
        id: &zone.id,
        x: r.x,
        y: r.y,
        w: r.w,
        h: r.h,
        members: scene.members(ix).into_iter().map(|node| scene.nodes[node].id.as_str()).collect(),
    });
    let edges = scene.edges.iter().zip(&layout.edges).enumerate().map(|(ix, (edge, route))| WireEdge {
        id: &edge.id,
        from: scene.id_of(edge.from),
        to: scene.id_of(edge.to),
        points: layout.traced(ix).iter().map(|p| [(p.x * 10.0).round() / 10.0, (p.y * 10.0).round() / 10.0]).collect(),
        label: route.label.map(|r| WireLabel { text: edge.label.text("\n"), x: r.x, y: r.y, w: r.w, h: r.h }),
    });
    let wire = Wire { nodes: nodes.collect(), zones: zones.collect(), edges: edges.collect() };
    let mut text = serde_json::to_string_pretty(&wire).expect("finite numbers and text always serialise");
    text.push('\n');
    text
}
