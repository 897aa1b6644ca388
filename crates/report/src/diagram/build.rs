//! From a model and a view to a scene: which elements are shown, which are folded into their parents, which flows
//! share an arrow, and what is written where.

use indexmap::{IndexMap, IndexSet};
use redan_engine::Knowledge;
use redan_model::lang::{ElementKind, State};
use redan_model::{AssetIx, Element, ElementIx, Flow, FlowIx, Model, Thing, ZoneIx, naming};

use super::graph::End;
use super::notes::marks_of;
use super::scene::{Edge, Label, Line, LineRole, Mark, Node, Scene, Shape, ZoneBox};
use super::text;
use super::view::View;
use crate::Input;

impl Scene {
    /// What a view of the model shows.
    pub fn of(input: &Input<'_>, view: &View) -> Self {
        let mut builder = Builder::drawn(input.model, input.knowledge, view);
        builder.add_badges(input.analysis);
        builder.scene
    }

    /// What a view of a model shows, where there is no analysis yet.
    pub fn of_model(model: &Model, knowledge: &Knowledge, view: &View) -> Self {
        Builder::drawn(model, knowledge, view).scene
    }
}

pub(super) struct Builder<'a> {
    pub(super) model: &'a Model,
    knowledge: &'a Knowledge,
    pub(super) view: &'a View,
    /// The elements that are drawn, as nodes or as opened boxes.
    shown: IndexSet<ElementIx>,
    pub(super) zone_box: IndexMap<ZoneIx, usize>,
    pub(super) end: IndexMap<ElementIx, End>,
    /// The flows in each edge of the scene.
    pub(super) bundled: Vec<Vec<FlowIx>>,
    pub(super) scene: Scene,
}

impl<'a> Builder<'a> {
    fn drawn(model: &'a Model, knowledge: &'a Knowledge, view: &'a View) -> Self {
        let mut builder = Self::new(model, knowledge, view);
        builder.add_zones();
        builder.add_groups();
        builder.add_elsewhere();
        builder.add_nodes();
        builder.add_edges();
        builder.add_pins();
        builder.add_emphasis();
        builder
    }

    fn new(model: &'a Model, knowledge: &'a Knowledge, view: &'a View) -> Self {
        let title = view.title.clone().unwrap_or_else(|| model.name_of(Thing::Model).to_owned());
        let scene = Scene { title, notation: view.notation, ..Scene::default() };
        let mut builder = Self {
            model,
            knowledge,
            view,
            shown: IndexSet::new(),
            zone_box: IndexMap::new(),
            end: IndexMap::new(),
            bundled: Vec::new(),
            scene,
        };
        builder.shown = builder.select();
        builder
    }

    /// The drawn stand-ins of all elements that the view asks for.
    fn select(&self) -> IndexSet<ElementIx> {
        let all = (0..self.model.elements.len()).map(|ix| ElementIx(u32::try_from(ix).unwrap_or(u32::MAX)));
        if !self.view.flows.is_empty() {
            let ends = self.view.flows.iter().map(|&flow| &self.model[flow]).flat_map(|flow| [flow.source, flow.target]);
            return ends.map(|ix| self.stand_in(ix)).collect();
        }
        if !self.view.around.is_empty() {
            return self.neighbourhood();
        }
        if !self.view.show.is_empty() {
            return all.filter(|&ix| self.is_asked_for(ix, &self.view.show)).map(|ix| self.stand_in(ix)).collect();
        }
        if self.view.of.is_empty() {
            return all.map(|ix| self.stand_in(ix)).collect();
        }
        let near: IndexSet<ElementIx> = all.filter(|&ix| self.is_near(ix)).map(|ix| self.stand_in(ix)).collect();
        near
    }

    /// What is at most some flows away from the elements that the picture is about, parts of these included.
    fn neighbourhood(&self) -> IndexSet<ElementIx> {
        let all = (0..self.model.elements.len()).map(|ix| ElementIx(u32::try_from(ix).unwrap_or(u32::MAX)));
        let mut near: IndexSet<ElementIx> = all.filter(|&ix| self.is_asked_for(ix, &self.view.around)).collect();
        for _ in 0..self.view.hops {
            let flows = self.model.flows.iter().filter(|flow| near.contains(&flow.source) || near.contains(&flow.target));
            let ends: Vec<ElementIx> = flows.flat_map(|flow| [flow.source, flow.target]).collect();
            near.extend(ends);
        }
        near.sort_unstable();
        near.into_iter().map(|ix| self.stand_in(ix)).collect()
    }

    fn is_asked_for(&self, ix: ElementIx, list: &[ElementIx]) -> bool {
        self.lineage(ix).any(|up| list.contains(&up))
    }

    /// Whether an element is one that the view is of, a part of it, or at the other end of a flow of these.
    fn is_near(&self, ix: ElementIx) -> bool {
        let of = &self.view.of;
        let element = &self.model[ix];
        let mut neighbours =
            element.outgoing.iter().map(|&f| self.model[f].target).chain(element.incoming.iter().map(|&f| self.model[f].source));
        self.is_asked_for(ix, of) || neighbours.any(|other| self.is_asked_for(other, of))
    }

    /// The element, its parent, the parent's parent…
    pub(super) fn lineage(&self, ix: ElementIx) -> impl Iterator<Item = ElementIx> + '_ {
        std::iter::successors(Some(ix), |&at| self.model[at].parent)
    }

    fn is_open(&self, ix: ElementIx) -> bool {
        let of = &self.view.of;
        let named = of.is_empty() || self.is_asked_for(ix, of) || of.iter().any(|&inner| self.lineage(inner).any(|up| up == ix));
        self.view.level > 0 && named && !self.model[ix].children.is_empty()
    }

    /// The outermost ancestor that is not opened, or the element itself.
    pub(super) fn stand_in(&self, ix: ElementIx) -> ElementIx {
        let mut result = ix;
        for up in self.lineage(ix) {
            if up != ix && !self.is_open(up) {
                result = up;
            }
        }
        result
    }

    fn zone_of(&self, element: &Element) -> Option<ZoneIx> {
        let Some(kind) = self.view.by else { return element.zones.first().copied() };
        let mut around = element.zones.iter().flat_map(|&zone| self.zone_lineage(zone));
        around.find(|&zone| self.model[zone].kind == kind)
    }

    /// A box lies in one other box, an element may be in several zones: the picture says which ones it does not show.
    fn add_elsewhere(&mut self) {
        const MOST: usize = 4;
        if self.view.by.is_some() {
            return;
        }
        let mut said = Vec::new();
        for &ix in &self.shown {
            let element = &self.model[ix];
            let around: Vec<ZoneIx> = self.zone_of(element).into_iter().flat_map(|zone| self.zone_lineage(zone)).collect();
            let names: Vec<String> =
                element.zones.iter().filter(|zone| !around.contains(zone)).map(|zone| self.display(Thing::Zone(*zone))).collect();
            if let Some((last, others)) = names.split_last() {
                let names = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
                said.push(format!("{} is also in {names}.", self.display(Thing::Element(ix))));
            }
        }
        let more = said.len().saturating_sub(MOST);
        said.truncate(MOST);
        said.extend((more > 0).then(|| format!("{more} more elements are in several zones.")));
        self.scene.elsewhere = said;
    }

    fn zone_lineage(&self, zone: ZoneIx) -> impl Iterator<Item = ZoneIx> + '_ {
        std::iter::successors(Some(zone), |&at| self.model[at].parent)
    }

    fn add_zones(&mut self) {
        let mut wanted: IndexSet<ZoneIx> = IndexSet::new();
        for &element in &self.shown {
            if let Some(zone) = self.zone_of(&self.model[element]) {
                wanted.extend(self.zone_lineage(zone));
            }
        }
        for ix in (0..self.model.zones.len()).map(|ix| ZoneIx(u32::try_from(ix).unwrap_or(u32::MAX))) {
            let view = self.view;
            let whole = view.show.is_empty() && view.of.is_empty() && view.around.is_empty() && view.flows.is_empty();
            let zone = &self.model[ix];
            if whole && zone.members.is_empty() && zone.children.is_empty() {
                wanted.extend(self.zone_lineage(ix));
            }
        }
        let by = self.view.by;
        wanted.retain(|&zone| by.is_none_or(|kind| self.model[zone].kind == kind));
        wanted.sort_by_key(|&zone| (self.zone_lineage(zone).count(), zone));
        for zone in wanted {
            self.add_zone(zone);
        }
    }

    fn add_zone(&mut self, ix: ZoneIx) {
        let zone = &self.model[ix];
        let parent = self.zone_lineage(ix).skip(1).find_map(|up| self.zone_box.get(&up).copied());
        let trust = zone.stated.trust.as_ref().map(|trust| match trust.value.word {
            Some(word) => word.as_str().to_owned(),
            None => format!("trust {}", trust.value.value),
        });
        self.zone_box.insert(ix, self.scene.zones.len());
        self.scene.zones.push(ZoneBox {
            id: zone.identity.id.clone(),
            name: self.display(Thing::Zone(ix)),
            trust,
            trust_value: zone.trust.map(|(value, _)| value),
            is_group: false,
            parent,
            out_of_scope: zone.out_of_scope.is_some(),
            threats: None,
        });
    }

    /// Opened parents become boxes, where their parts share their zone; else they stay nodes beside their parts.
    fn add_groups(&mut self) {
        let mut opened: Vec<ElementIx> = self.shown.iter().copied().filter(|&ix| self.is_open(ix)).collect();
        for &ix in &self.shown {
            opened.extend(self.lineage(ix).skip(1));
        }
        opened.sort_by_key(|&ix| (self.lineage(ix).count(), ix));
        opened.dedup();
        for ix in opened {
            self.add_group(ix);
        }
    }

    fn add_group(&mut self, ix: ElementIx) {
        let element = &self.model[ix];
        let zone = self.zone_of(element);
        let mut parts = self.shown.iter().filter(|&&part| part != ix && self.lineage(part).any(|up| up == ix)).peekable();
        if parts.peek().is_none() || parts.any(|&part| self.zone_of(&self.model[part]) != zone) {
            return;
        }
        let parent = self.box_around(ix);
        self.shown.shift_remove(&ix);
        self.end.insert(ix, End::Zone(self.scene.zones.len()));
        self.scene.zones.push(ZoneBox {
            id: element.identity.id.clone(),
            name: self.display(Thing::Element(ix)),
            trust: None,
            trust_value: None,
            is_group: true,
            parent,
            out_of_scope: element.out_of_scope.is_some(),
            threats: None,
        });
    }

    /// The innermost box around an element: that of the nearest drawn parent, else that of its zone.
    fn box_around(&self, ix: ElementIx) -> Option<usize> {
        let group = self.lineage(ix).skip(1).find_map(|up| match self.end.get(&up) {
            Some(End::Zone(group)) => Some(*group),
            _ => None,
        });
        group.or_else(|| self.zone_of(&self.model[ix]).and_then(|zone| self.zone_box.get(&zone).copied()))
    }

    fn add_nodes(&mut self) {
        let shown: Vec<ElementIx> = self.shown.iter().copied().collect();
        for ix in shown {
            let element = &self.model[ix];
            // A group that could not be drawn as a box is only worth a node when something is attached to it.
            if self.is_open(ix) && element.is_group && element.incoming.is_empty() && element.outgoing.is_empty() {
                continue;
            }
            self.end.insert(ix, End::Node(self.scene.nodes.len()));
            let node = Node {
                id: element.identity.id.clone(),
                name: self.display(Thing::Element(ix)),
                detail: self.technology(element),
                shape: shape(element.kind),
                zone: self.box_around(ix),
                out_of_scope: element.out_of_scope.is_some(),
                ..Node::default()
            };
            self.scene.nodes.push(node);
        }
    }

    fn technology(&self, element: &Element) -> Option<String> {
        let tech = &element.stated.tech.as_ref()?.value;
        let known = self.knowledge.catalogue.technologies.get(tech);
        let aliased = || self.knowledge.catalogue.technologies.values().find(|t| t.aliases.contains(tech));
        Some(known.or_else(aliased).map_or_else(|| tech.clone(), |technology| technology.name.clone()))
    }

    fn add_edges(&mut self) {
        let mut bundles: IndexMap<(End, End, usize), Vec<FlowIx>> = IndexMap::new();
        for number in 0..self.model.flows.len() {
            let ix = FlowIx(u32::try_from(number).unwrap_or(u32::MAX));
            let flow = &self.model[ix];
            if !self.view.flows.is_empty() && !self.view.flows.contains(&ix) {
                continue;
            }
            let (source, target) = (self.stand_in(flow.source), self.stand_in(flow.target));
            let (Some(&from), Some(&to)) = (self.end.get(&source), self.end.get(&target)) else { continue };
            let folded = source != flow.source || target != flow.target;
            if from == to && folded {
                continue;
            }
            let shared = self.view.level == 0 || folded;
            bundles.entry((from, to, if shared { 0 } else { number + 1 })).or_default().push(ix);
        }
        for ((from, to, _), flows) in bundles {
            let edge = self.edge(from, to, &flows);
            self.scene.edges.push(edge);
            self.bundled.push(flows);
        }
    }

    fn edge(&self, from: End, to: End, flows: &[FlowIx]) -> Edge {
        let all = || flows.iter().map(|&ix| &self.model[ix]);
        Edge {
            id: self.model[flows[0]].identity.id.clone(),
            flows: all().map(|flow| flow.identity.id.clone()).collect(),
            from,
            to,
            label: if flows.len() == 1 { self.label(&self.model[flows[0]]) } else { self.bundle_label(flows) },
            both_ways: all().any(|flow| flow.both_ways),
            encrypted: all().all(|flow| self.is_encrypted(flow)),
            out_of_scope: all().all(|flow| flow.out_of_scope.is_some()),
            ..Edge::default()
        }
    }

    fn label(&self, flow: &Flow) -> Label {
        let mut lines = Vec::new();
        if let Some(label) = &flow.stated.label {
            wrap_into(&mut lines, &label.value, LineRole::Name, Vec::new());
        }
        self.add_data(&mut lines, &flow.carries, LineRole::Data);
        self.add_data(&mut lines, &flow.returns, LineRole::Returned);
        lines.extend(self.protocol(flow).map(|text| Line { text, role: LineRole::Protocol, marks: Vec::new() }));
        if lines.is_empty() {
            wrap_into(&mut lines, &naming::words_of(&flow.identity.id), LineRole::Name, Vec::new());
        }
        Label { lines }
    }

    /// What several flows that share an arrow are called, what they move, each thing once, and the protocols.
    fn bundle_label(&self, flows: &[FlowIx]) -> Label {
        let mut lines = Vec::new();
        let all = || flows.iter().map(|&ix| &self.model[ix]);
        let named: IndexSet<String> = flows.iter().map(|&ix| self.flow_name(ix)).collect();
        wrap_into(&mut lines, &shortened(named.into_iter().collect()), LineRole::Name, Vec::new());
        let carried: IndexSet<AssetIx> = all().flat_map(|flow| flow.carries.iter().copied()).collect();
        let returned: IndexSet<AssetIx> = all().flat_map(|flow| flow.returns.iter().copied()).collect();
        self.add_data(&mut lines, &carried.into_iter().collect::<Vec<_>>(), LineRole::Data);
        self.add_data(&mut lines, &returned.into_iter().collect::<Vec<_>>(), LineRole::Returned);
        let protocols: IndexSet<String> = flows.iter().filter_map(|&ix| self.protocol(&self.model[ix])).collect();
        if !protocols.is_empty() {
            wrap_into(&mut lines, &shortened(protocols.into_iter().collect()), LineRole::Protocol, Vec::new());
        }
        Label { lines }
    }

    fn flow_name(&self, ix: FlowIx) -> String {
        self.model[ix].stated.label.as_ref().map_or_else(|| naming::words_of(&self.model[ix].identity.id), |label| label.value.clone())
    }

    fn add_data(&self, lines: &mut Vec<Line>, assets: &[AssetIx], role: LineRole) {
        if assets.is_empty() {
            return;
        }
        let names = assets.iter().map(|&ix| {
            let stated = self.model[ix].stated.name.as_ref();
            stated.map_or_else(|| naming::words_of(&self.model[ix].identity.id), |name| name.value.clone())
        });
        let mut marks: Vec<Mark> = assets.iter().flat_map(|&ix| marks_of(self.model, ix)).collect();
        marks.extend((role == LineRole::Returned).then_some(Mark::Returned));
        marks.sort_unstable();
        marks.dedup();
        wrap_into(lines, &shortened(names.collect()), role, marks);
    }

    fn protocol(&self, flow: &Flow) -> Option<String> {
        let stated = &flow.stated.protocol.as_ref()?.value;
        let known = self.known_protocol(stated);
        Some(known.map_or_else(|| stated.to_uppercase(), |protocol| protocol.name.clone()))
    }

    fn known_protocol(&self, stated: &String) -> Option<&redan_engine::catalogue::Protocol> {
        let protocols = &self.knowledge.catalogue.protocols;
        protocols.get(stated).or_else(|| protocols.values().find(|p| p.aliases.contains(stated)))
    }

    fn is_encrypted(&self, flow: &Flow) -> bool {
        const CONTROL: &str = "encryption-in-transit";
        if let Some(entry) = flow.stated.controls.entries.get(CONTROL) {
            return entry.state == State::Yes;
        }
        let control = self.knowledge.catalogue.controls.get_index_of(CONTROL);
        let protocol = flow.stated.protocol.as_ref().and_then(|stated| self.known_protocol(&stated.value));
        let implied = protocol.into_iter().flat_map(|protocol| protocol.controls.iter());
        let mut of_control = implied.filter(|(ix, _)| Some(usize::from(ix.0)) == control);
        of_control.any(|(_, state)| state == State::Yes)
    }

    fn display(&self, thing: Thing) -> String {
        let name = self.model.name_of(thing);
        if name == self.model.id_of(thing) { naming::title_of(name) } else { name.to_owned() }
    }
}

/// The shape of an element of a kind.
pub(super) fn shape(kind: ElementKind) -> Shape {
    match kind {
        ElementKind::Actor => Shape::Person,
        ElementKind::External => Shape::External,
        ElementKind::Process => Shape::Process,
        ElementKind::Store => Shape::Store,
    }
}

/// The first three, and how many there are besides.
fn shortened(mut names: Vec<String>) -> String {
    const MOST: usize = 3;
    if names.len() > MOST + 1 {
        let more = names.len() - MOST;
        names.truncate(MOST);
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

/// Adds the text in lines of about the same length, the marks before the first.
fn wrap_into(lines: &mut Vec<Line>, text: &str, role: LineRole, marks: Vec<Mark>) {
    const WIDTH: u32 = 150;
    const MOST: usize = 3;
    let wrapped = |width: u32| text::wrap(text, text::LABEL, f64::from(width), MOST);
    let count = wrapped(WIDTH).len();
    let narrow = (60..WIDTH).step_by(10).find(|&width| {
        let lines = wrapped(width);
        lines.len() == count && lines.last().is_none_or(|last| !last.ends_with('\u{2026}'))
    });
    let mut marks = Some(marks);
    let added = wrapped(narrow.unwrap_or(WIDTH)).into_iter();
    lines.extend(added.map(|text| Line { text, role, marks: marks.take().unwrap_or_default() }));
}
