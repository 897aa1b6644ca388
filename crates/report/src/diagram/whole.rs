//! A model as one flat drawing for other tools, which know no opened elements: each element is a node, also one that
//! others are part of, and each flow an arrow of its own.

use std::collections::BTreeMap;

use redan_model::lang::ElementKind;
use redan_model::{ElementIx, Model, Thing, ZoneIx};

use super::build::shape;
use super::geometry::{Point, Rect};
use super::graph::End;
use super::layout::{Style, layout};
use super::scene::{Edge, Label, Line, Node, Scene, ZoneBox};
use super::view::Notation;

/// Beyond this many elements the drawing takes too long, and nobody reads it.
const MOST: usize = 150;

/// Where everything of a model is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Whole {
    /// Elements and zones.
    pub areas: BTreeMap<Thing, Rect>,
    /// The flows, in the order of the model.
    pub courses: Vec<Course>,
    /// Whether the arrows are curved.
    pub is_curved: bool,
}

/// How an arrow runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Course {
    /// From the border of the source to the border of the target.
    pub points: Vec<Point>,
    /// The middle of its label.
    pub label: Option<Point>,
}

/// Draws a whole model; nothing for one that is empty or too large.
pub fn whole(model: &Model) -> Option<Whole> {
    if model.elements.is_empty() || model.elements.len() > MOST {
        return None;
    }
    let zones = outer_first(model);
    let scene = scene(model, &zones);
    let layout = layout(&scene);
    let of_zones = zones.iter().map(|zone| Thing::Zone(*zone)).zip(layout.zones.iter().copied());
    let of_elements = (0_u32..).map(|ix| Thing::Element(ElementIx(ix))).zip(layout.nodes.iter().copied());
    let course = |edge: usize| Course { points: layout.handles(edge), label: layout.edges[edge].label.map(|label| label.centre()) };
    Some(Whole {
        areas: of_zones.chain(of_elements).collect(),
        courses: (0..layout.edges.len()).map(course).collect(),
        is_curved: layout.style == Style::Curved,
    })
}

/// A box comes after the one that it is in.
fn outer_first(model: &Model) -> Vec<ZoneIx> {
    let depth = |zone: &ZoneIx| std::iter::successors(Some(*zone), |zone| model[*zone].parent).take(99).count();
    let mut zones: Vec<ZoneIx> = (0_u32..).map(ZoneIx).take(model.zones.len()).collect();
    zones.sort_by_key(depth);
    zones
}

fn scene(model: &Model, zones: &[ZoneIx]) -> Scene {
    let place = |zone: ZoneIx| zones.iter().position(|known| *known == zone);
    let node = |(ix, element): (u32, &redan_model::Element)| Node {
        id: format!("node-{ix}"),
        name: model.name_of(Thing::Element(ElementIx(ix))).to_owned(),
        // A figure stands above its name.
        detail: (element.kind == ElementKind::Actor).then(|| "person".to_owned()),
        shape: shape(element.kind),
        zone: element.zones.first().copied().and_then(place),
        ..Node::default()
    };
    let zone_box = |zone: &ZoneIx| ZoneBox {
        id: format!("zone-{}", zone.0),
        name: model.name_of(Thing::Zone(*zone)).to_owned(),
        parent: model[*zone].parent.and_then(place),
        ..ZoneBox::default()
    };
    let edge = |(ix, flow): (usize, &redan_model::Flow)| Edge {
        id: format!("flow-{ix}"),
        from: End::Node(flow.source.0 as usize),
        to: End::Node(flow.target.0 as usize),
        label: label(flow),
        both_ways: flow.both_ways,
        ..Edge::default()
    };
    Scene {
        notation: Notation::Classic,
        nodes: (0_u32..).zip(&model.elements).map(node).collect(),
        zones: zones.iter().map(zone_box).collect(),
        edges: model.flows.iter().enumerate().map(edge).collect(),
        ..Scene::default()
    }
}

/// What writers put on an arrow: its name, or its protocol.
fn label(flow: &redan_model::Flow) -> Label {
    let text = flow.stated.label.as_ref().or(flow.stated.protocol.as_ref()).map(|text| text.value.clone());
    let lines = text.into_iter().flat_map(|text| text.split('\n').map(str::to_owned).collect::<Vec<_>>());
    Label { lines: lines.filter(|line| !line.is_empty()).map(|text| Line { text, ..Line::default() }).collect() }
}
