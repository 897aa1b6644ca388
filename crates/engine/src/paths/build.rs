//! From a model and its analysis to the graph of positions, by the table in the head of [`super`].

use redan_model::lang::{Band, ElementKind, Level, Stride, YesNo};
use redan_model::{AssetIx, ElementIx, FlowIx, Model, Thing};

use super::graph::{Edge, Graph};
use super::{Attacker, Position, Request, chance};
use crate::analysis::{Status, Threat};
use crate::fact::Property;
use crate::facts::{Facts, Overlay, Stage};
use crate::{Analysis, Knowledge};

/// Properties of assets that a path can break.
const PROPERTIES: [Property; 3] = [Property::Confidentiality, Property::Integrity, Property::Availability];

/// Everything that the search needs.
pub(super) struct Built {
    pub(super) graph: Graph,
    pub(super) attackers: Vec<Attacker>,
    /// The attacker who starts at each element, the first one that does.
    pub(super) starters: Vec<Option<usize>>,
    /// Each goal with its position in the graph and its value.
    pub(super) goals: Vec<(Position, u32, u8)>,
    /// The probability of each threat.
    pub(super) chances: Vec<f64>,
}

pub(super) fn build(model: &Model, knowledge: &Knowledge, analysis: &Analysis, request: &Request) -> Built {
    let overlay = Overlay::default();
    let facts = Facts::new(model, knowledge, Stage::Current, &overlay);
    let attackers = attackers(&facts, request);
    let mut starters = vec![None; model.elements.len()];
    for (at, attacker) in attackers.iter().enumerate() {
        for start in &attacker.starts {
            starters[start.index()].get_or_insert(at);
        }
    }
    let chances: Vec<f64> = analysis.threats.iter().map(probability).collect();
    let mut maker = Maker { at: assets_at(&facts), facts: &facts, edges: Vec::new(), properties: reached_goals(&facts) };
    maker.structure(&starters);
    for (at, threat) in (0_u32..).zip(&analysis.threats) {
        if is_usable(threat, request) {
            maker.threat(at, threat);
        }
    }
    let goals = goals(&facts, &maker, &starters, request);
    let mut seen = rustc_hash::FxHashSet::default();
    let mut edges = maker.edges;
    edges.retain(|edge| edge.from != edge.to && seen.insert(*edge));
    let nodes = 1 + 3 * model.elements.len() + 3 * model.assets.len();
    let element = |node: usize| (1..=3 * model.elements.len()).contains(&node).then(|| ElementIx(narrow32((node - 1) / 3)));
    let elements: Vec<Option<ElementIx>> = (0..nodes).map(element).collect();
    Built { graph: Graph::new(edges, elements, &chances), attackers, starters, goals, chances }
}

/// The position in the model of a node of the graph.
pub(super) fn position(model: &Model, node: u32) -> Option<Position> {
    let (elements, at) = (narrow32(model.elements.len()) * 3, node.checked_sub(1)?);
    if at < elements {
        let element = ElementIx(at / 3);
        return Some(match at % 3 {
            0 => Position::Reaches(element),
            1 => Position::Controls(element),
            _ => Position::Starts(element),
        });
    }
    let at = at - elements;
    Some(Position::Harms(AssetIx(at / 3), PROPERTIES[(at % 3) as usize]))
}

fn narrow32(count: usize) -> u32 {
    u32::try_from(count).expect("a file has less than four thousand million things")
}

fn reaches(element: ElementIx) -> u32 {
    1 + 3 * element.0
}

fn controls(element: ElementIx) -> u32 {
    2 + 3 * element.0
}

/// The attacker uses flows of the element: from its start, or because it controls the element or a part of it.
fn acts(element: ElementIx) -> u32 {
    3 + 3 * element.0
}

fn is_usable(threat: &Threat, request: &Request) -> bool {
    match threat.status {
        Status::Open | Status::Accepted | Status::Transferred => true,
        Status::Question => request.questions,
        Status::Mitigated | Status::Avoided | Status::FalsePositive | Status::NotApplicable => false,
    }
}

/// The probability of a threat. One that has only a band is as likely as the band is bad; one without either is in the
/// middle.
fn probability(threat: &Threat) -> f64 {
    let Some(likelihood) = threat.rating.likelihood else {
        let band = threat.band();
        return chance(match band {
            Some(Band::Critical) => 5,
            Some(Band::High) => 4,
            Some(Band::Medium) | None => 3,
            Some(Band::Low) => 2,
        });
    };
    let left = threat.residual.current.zip(threat.rating.impact).map(|(risk, impact)| risk.div_ceil(impact.max(1)));
    chance(left.filter(|left| *left > 0).unwrap_or(likelihood).min(likelihood))
}

fn attackers(facts: &Facts<'_>, request: &Request) -> Vec<Attacker> {
    let model = facts.model;
    let stated = &model.root.attackers.entries;
    let known = |id: &str| {
        let attacker = &stated.get(id)?.value;
        let mut starts: Vec<ElementIx> =
            attacker.from.values().filter_map(|from| model.find(from)).flat_map(|at| inside(facts, at)).collect();
        starts.sort_unstable();
        starts.dedup();
        Some(Attacker {
            id: id.to_owned(),
            name: attacker.name.as_ref().map_or_else(|| redan_model::naming::sentence_of(id), |name| name.value.clone()),
            skill: attacker.skill.as_ref().map(|skill| skill.value.is),
            insider: attacker.insider.as_ref().is_some_and(|insider| insider.value == YesNo::Yes),
            starts,
        })
    };
    let place = |thing: Thing| Attacker {
        id: model.id_of(thing).to_owned(),
        name: format!("somebody in {}", model.name_of(thing)),
        skill: None,
        insider: false,
        starts: inside(facts, thing),
    };
    if !request.from.is_empty() {
        return request.from.iter().filter_map(|id| known(id).or_else(|| model.find(id).map(place))).collect();
    }
    if !stated.is_empty() {
        return stated.keys().filter_map(|id| known(id)).collect();
    }
    let zones = (0..narrow32(model.zones.len())).map(redan_model::ZoneIx);
    zones
        .filter(|zone| facts.zone_trust(*zone) == Some(0))
        .map(|zone| place(Thing::Zone(zone)))
        .filter(|one| !one.starts.is_empty())
        .collect()
}

/// The elements at a place where somebody starts.
fn inside(facts: &Facts<'_>, place: Thing) -> Vec<ElementIx> {
    match place {
        Thing::Element(element) => vec![element],
        Thing::Zone(zone) => facts.elements_inside(zone).to_vec(),
        Thing::Model | Thing::Flow(_) | Thing::Asset(_) => Vec::new(),
    }
}

/// The assets at each element: held, moved by its flows, and services about it.
fn assets_at(facts: &Facts<'_>) -> Vec<Vec<AssetIx>> {
    let of = |element: ElementIx| {
        let own = facts.model[element].incoming.iter().chain(&facts.model[element].outgoing);
        let moved = own.flat_map(|flow| facts.moved(*flow).0);
        let mut all: Vec<AssetIx> = facts.held(element).0.iter().chain(facts.services(element)).copied().chain(moved).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    facts.element_ixs().map(of).collect()
}

/// The value of each property of each asset; 0 where it does not matter. What is not known counts as medium.
fn reached_goals(facts: &Facts<'_>) -> Vec<[u8; 3]> {
    let value = |asset, property| match facts.level(asset, property) {
        Some(Level::None) => 0,
        Some(Level::Low) => 1,
        Some(Level::Medium) | None => 2,
        Some(Level::High) => 3,
        Some(Level::Critical) => 4,
    };
    facts.asset_ixs().map(|asset| PROPERTIES.map(|property| value(asset, property))).collect()
}

/// What the request wants. Control of an element where an attacker starts is no goal unless it is asked for.
fn goals(facts: &Facts<'_>, maker: &Maker<'_>, starters: &[Option<usize>], request: &Request) -> Vec<(Position, u32, u8)> {
    let wants = |thing: Thing| request.to.is_empty() || request.to.contains(&thing);
    let mut goals = Vec::new();
    for asset in facts.asset_ixs().filter(|asset| wants(Thing::Asset(*asset))) {
        for (at, property) in PROPERTIES.into_iter().enumerate() {
            let value = maker.properties[asset.index()][at];
            if value > 0 {
                goals.push((Position::Harms(asset, property), maker.harms(asset, at), value));
            }
        }
    }
    for element in facts.element_ixs().filter(|element| wants(Thing::Element(*element))) {
        if starters[element.index()].is_some() && request.to.is_empty() {
            continue;
        }
        let assets = maker.at[element.index()].iter();
        let value = assets.flat_map(|asset| maker.properties[asset.index()]).max().unwrap_or(1).max(1);
        goals.push((Position::Controls(element), controls(element), value));
    }
    goals
}

struct Maker<'m> {
    facts: &'m Facts<'m>,
    at: Vec<Vec<AssetIx>>,
    properties: Vec<[u8; 3]>,
    edges: Vec<Edge>,
}

impl Maker<'_> {
    fn harms(&self, asset: AssetIx, property: usize) -> u32 {
        1 + 3 * narrow32(self.facts.model.elements.len()) + 3 * asset.0 + narrow32(property)
    }

    fn edge(&mut self, from: u32, to: u32, flow: Option<(FlowIx, bool)>, threat: Option<u32>) {
        let (flow, back) = flow.map_or((None, false), |(flow, back)| (Some(flow), back));
        self.edges.push(Edge { from, to, threat, flow, back });
    }

    /// What needs no threat.
    fn structure(&mut self, starters: &[Option<usize>]) {
        let model = self.facts.model;
        for element in self.facts.element_ixs() {
            if starters[element.index()].is_some() {
                self.edge(0, acts(element), None, None);
                self.edge(0, reaches(element), None, None);
            }
            self.edge(controls(element), acts(element), None, None);
            if let Some(parent) = model[element].parent {
                self.edge(acts(element), acts(parent), None, None);
                self.edge(reaches(parent), reaches(element), None, None);
            }
            for asset in self.at[element.index()].clone() {
                for property in 0..3 {
                    self.harm(controls(element), asset, property, None, None);
                }
            }
        }
        for flow in self.facts.flow_ixs() {
            let (source, target) = (model[flow].source, model[flow].target);
            self.edge(acts(source), reaches(target), Some((flow, false)), None);
            if model[flow].both_ways || answers(model, flow) {
                self.edge(acts(target), reaches(source), Some((flow, true)), None);
            }
        }
    }

    fn harm(&mut self, from: u32, asset: AssetIx, property: usize, flow: Option<FlowIx>, threat: Option<u32>) {
        if self.properties[asset.index()][property] > 0 {
            let to = self.harms(asset, property);
            self.edge(from, to, flow.map(|flow| (flow, false)), threat);
        }
    }

    fn threat(&mut self, at: u32, threat: &Threat) {
        for subject in threat.subjects.iter() {
            match *subject {
                Thing::Element(element) => self.on_element(at, threat, element),
                Thing::Flow(flow) => self.on_flow(at, threat, flow),
                Thing::Model | Thing::Zone(_) | Thing::Asset(_) => {}
            }
        }
    }

    fn on_element(&mut self, at: u32, threat: &Threat, element: ElementIx) {
        let model = self.facts.model;
        if takes_control(threat) {
            self.edge(reaches(element), controls(element), None, Some(at));
        }
        let stranger = matches!(model[element].kind, ElementKind::Actor | ElementKind::External);
        if stranger && threat.stride.contains(&Stride::Spoofing) {
            for flow in model[element].outgoing.clone() {
                self.edge(reaches(model[flow].target), controls(element), Some((flow, true)), Some(at));
            }
        }
        let assets = self.at[element.index()].clone();
        self.harms_of(at, threat, &[reaches(element)], &assets, None);
    }

    fn on_flow(&mut self, at: u32, threat: &Threat, flow: FlowIx) {
        let model = self.facts.model;
        let (source, target) = (model[flow].source, model[flow].target);
        let near = [acts(source), acts(target), reaches(source)];
        for from in near {
            if takes_control(threat) {
                self.edge(from, controls(target), Some((flow, false)), Some(at));
            }
            if threat.stride.contains(&Stride::Tampering) {
                self.edge(from, reaches(target), Some((flow, false)), Some(at));
                if answers(model, flow) {
                    self.edge(from, reaches(source), Some((flow, true)), Some(at));
                }
            }
        }
        let assets: Vec<AssetIx> = self.facts.moved(flow).0.collect();
        self.harms_of(at, threat, &near, &assets, Some(flow));
    }

    /// What a threat does to assets directly; to the one that it is about, if there is one.
    fn harms_of(&mut self, at: u32, threat: &Threat, near: &[u32], assets: &[AssetIx], flow: Option<FlowIx>) {
        let kinds = [Stride::InformationDisclosure, Stride::Tampering, Stride::DenialOfService];
        for (property, kind) in kinds.iter().enumerate() {
            if !threat.stride.contains(kind) {
                continue;
            }
            for asset in assets.iter().filter(|asset| threat.with.is_none_or(|with| with == **asset)) {
                for from in near {
                    self.harm(*from, *asset, property, flow, Some(at));
                }
            }
        }
    }
}

fn takes_control(threat: &Threat) -> bool {
    threat.stride.contains(&Stride::Spoofing) || threat.stride.contains(&Stride::ElevationOfPrivilege)
}

/// Data comes back along a flow unless the model says that nothing does.
fn answers(model: &Model, flow: FlowIx) -> bool {
    !(model[flow].stated.returns.is_written() && model[flow].returns.is_empty())
}
