//! What is written beside the system itself: open threats, classes of data, paths that are pointed out, and the places
//! that people chose.

use indexmap::IndexSet;
use redan_engine::{Analysis, Status, Threat};
use redan_model::canonical::Long;
use redan_model::lang::{Level, StatedLevel};
use redan_model::{AssetIx, ElementIx, FlowIx, Model, Thing};

use super::build::Builder;
use super::geometry::Point;
use super::graph::End;
use super::scene::{Badge, Emphasis, Mark};
use crate::document::anchor;

/// The signs of an asset's classes; data without a class that must stay secret has one of its own.
pub(super) fn marks_of(model: &Model, ix: AssetIx) -> Vec<Mark> {
    let stated = &model[ix].stated;
    let mut marks: Vec<Mark> = stated.data.values().filter_map(|class| mark(class)).collect();
    let secret =
        stated.confidentiality.as_ref().is_some_and(|level| matches!(level.value.is, StatedLevel::Is(Level::High | Level::Critical)));
    if marks.is_empty() && secret {
        marks.push(Mark::Secret);
    }
    marks
}

fn mark(class: &str) -> Option<Mark> {
    match class {
        "credentials" | "keys" => Some(Mark::Key),
        "pii" | "biometric" | "children" | "location" | "usage" | "pseudonymous" => Some(Mark::People),
        "phi" => Some(Mark::Health),
        "payment" | "financial" => Some(Mark::Money),
        "ip" => Some(Mark::Secret),
        _ => None,
    }
}

impl Builder<'_> {
    /// Counts the open threats on everything that is drawn, those of folded parts and bundled flows included.
    pub(super) fn add_badges(&mut self, analysis: &Analysis) {
        let open: Vec<&Threat> = analysis.threats.iter().filter(|threat| threat.status == Status::Open).collect();
        let mut on_nodes: Vec<Vec<&Threat>> = vec![Vec::new(); self.scene.nodes.len()];
        let mut on_zones: Vec<Vec<&Threat>> = vec![Vec::new(); self.scene.zones.len()];
        let mut on_edges: Vec<Vec<&Threat>> = vec![Vec::new(); self.scene.edges.len()];
        for threat in open {
            let mut places: IndexSet<(u8, usize)> = IndexSet::new();
            for &subject in threat.subjects.iter() {
                places.extend(self.place_of(subject));
            }
            for (kind, ix) in places {
                let list = [&mut on_nodes, &mut on_zones, &mut on_edges].into_iter().nth(usize::from(kind));
                if let Some(threats) = list.and_then(|list| list.get_mut(ix)) {
                    threats.push(threat);
                }
            }
        }
        let links = self.view.links.as_deref();
        self.scene.nodes.iter_mut().zip(on_nodes).for_each(|(node, threats)| node.threats = badge(threats, links));
        self.scene.zones.iter_mut().zip(on_zones).for_each(|(zone, threats)| zone.threats = badge(threats, links));
        self.scene.edges.iter_mut().zip(on_edges).for_each(|(edge, threats)| edge.threats = badge(threats, links));
        self.scene.shows_threats = true;
    }

    /// Where a thing is drawn: a node, a box or an edge, by number.
    fn place_of(&self, subject: Thing) -> Option<(u8, usize)> {
        match subject {
            Thing::Element(ix) => match self.end.get(&self.stand_in(ix))? {
                End::Node(node) => Some((0, *node)),
                End::Zone(zone) => Some((1, *zone)),
            },
            Thing::Zone(ix) => self.zone_box.get(&ix).map(|&zone| (1, zone)),
            Thing::Flow(ix) => self.bundled.iter().position(|flows| flows.contains(&ix)).map(|edge| (2, edge)),
            Thing::Asset(_) | Thing::Model => None,
        }
    }

    /// Points out what the view asks for, and fades the rest.
    pub(super) fn add_emphasis(&mut self) {
        if self.view.highlight.is_empty() {
            return;
        }
        let elements: IndexSet<ElementIx> = self
            .view
            .highlight
            .iter()
            .filter_map(|&thing| match thing {
                Thing::Element(ix) => Some(ix),
                _ => None,
            })
            .collect();
        let flows: IndexSet<FlowIx> = self
            .view
            .highlight
            .iter()
            .filter_map(|&thing| match thing {
                Thing::Flow(ix) => Some(ix),
                _ => None,
            })
            .collect();
        // Two elements that are named one after the other stand for the flows between them.
        let named: Vec<ElementIx> = elements.iter().copied().collect();
        let is_step =
            |a: ElementIx, b: ElementIx| named.windows(2).any(|pair| (pair[0], pair[1]) == (a, b) || (pair[1], pair[0]) == (a, b));
        let on_path = |ix: &FlowIx| flows.contains(ix) || is_step(self.model[*ix].source, self.model[*ix].target);
        let strong: Vec<bool> = self.bundled.iter().map(|bundle| bundle.iter().any(on_path)).collect();
        let mut nodes = vec![false; self.scene.nodes.len()];
        for ix in elements.iter().map(|&ix| self.stand_in(ix)).chain(elements.iter().copied()) {
            if let Some(End::Node(node)) = self.end.get(&ix) {
                nodes[*node] = true;
            }
        }
        for (edge, _) in self.scene.edges.iter().zip(&strong).filter(|(_, strong)| **strong) {
            for end in [edge.from, edge.to] {
                if let End::Node(node) = end {
                    nodes[node] = true;
                }
            }
        }
        let emphasis = |strong: bool| if strong { Emphasis::Strong } else { Emphasis::Faded };
        self.scene.nodes.iter_mut().zip(nodes).for_each(|(node, strong)| node.emphasis = emphasis(strong));
        self.scene.edges.iter_mut().zip(strong).for_each(|(edge, strong)| edge.emphasis = emphasis(strong));
    }

    /// The places that the model keeps under `layout`: `id: [x, y]` or `id: {x:, y:}`, of the top-left corner in pixels.
    pub(super) fn add_pins(&mut self) {
        let Some(layout) = &self.model.root.layout else { return };
        for node in &mut self.scene.nodes {
            node.pin = layout.value.0.get(&node.id).and_then(point);
        }
    }
}

/// A place as people write it; what is no place, or far outside any picture, is none.
fn point(place: &Long<'_>) -> Option<Point> {
    const FARTHEST: f64 = 20_000.0;
    let number = |value: &Long<'_>| {
        let number = if let Long::Number(number) = value { number.as_f64() } else { value.as_str()?.parse().ok() };
        number.filter(|at: &f64| at.is_finite() && at.abs() <= FARTHEST)
    };
    let pair = match place {
        Long::List(items) => (items.first().and_then(number), items.get(1).and_then(number)),
        _ => (place.get("x").and_then(number), place.get("y").and_then(number)),
    };
    Some(Point { x: pair.0?, y: pair.1? })
}

fn badge(mut threats: Vec<&Threat>, links: Option<&str>) -> Option<Badge> {
    const TITLES: usize = 5;
    // The sort is stable: of equals the first in the list of threats leads.
    threats.sort_by_key(|threat| std::cmp::Reverse((threat.rating.band, threat.rating.risk)));
    let worst = threats.first()?;
    let titles = threats.iter().take(TITLES).map(|threat| match threat.rating.band {
        Some(band) => format!("{} ({})", threat.title, band.as_str()),
        None => threat.title.clone(),
    });
    Some(Badge {
        band: worst.rating.band,
        count: threats.len(),
        titles: titles.collect(),
        link: links.map(|document| format!("{document}#{}", anchor("threat", &worst.id))),
    })
}
