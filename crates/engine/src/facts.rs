//! The facts of a model: what is known of every thing, where it comes from, and what is not known.
//!
//! [`Facts`] is the one place where the six steps of the language ("where a fact comes from") are walked. It is built
//! once per analysis, never changes afterwards, and answers the questions of expressions as their [`World`].

mod assets;
mod flipped;
mod graph;
mod lists;
mod placement;
mod reach;
mod recent;
mod resolve;
mod statements;
mod used;
mod world;

use redan_model::lang::Level;
use redan_model::{AssetIx, ElementIx, FlowIx, Model, Thing, ZoneIx};

use crate::Knowledge;
use crate::fact::{BaseFact, FactKey, Property};
use crate::packed::Lists;

pub(crate) use flipped::Flipped;
pub(crate) use placement::{Placement, narrow32};
pub(crate) use reach::{Distances, NO_WAY, ReachMemo};
pub(crate) use resolve::{Resolved, Via};
pub(crate) use statements::{By, Statement, fact_sets, narrow};

/// Statements that are taken to be made on top of a model, to see what would follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    /// Each fact with its value, as a model would write it.
    pub facts: Vec<(BaseFact, String)>,
    /// Assumptions that turn out to be false.
    pub refuted: Vec<String>,
    /// Mitigations that are in place.
    pub implemented: Vec<String>,
    /// Mitigations that are not in place, whatever the model says.
    pub undone: Vec<String>,
}

/// Which of the models that one file describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// As it stands: implemented mitigations count.
    Current,
    /// With everything in place that is planned and not rejected.
    Target,
}

/// Every fact of a model at one stage.
#[derive(Debug)]
pub struct Facts<'m> {
    pub(crate) model: &'m Model,
    pub(crate) knowledge: &'m Knowledge,
    /// Statements by the slot of their thing, sorted by key.
    said: Lists<Statement<'m>>,
    /// The keys of these statements: most searches end without one, and this is all that they read.
    said_of: Lists<FactKey>,
    /// Whether any `"*"` is written at all.
    has_stars: bool,
    /// Where traits and controls may stand.
    sites: resolve::AllSites,
    graph: graph::Graph,
    techs: Vec<Option<u16>>,
    protocols: Vec<Option<u16>>,
    placements: Vec<Placement>,
    trusts: Vec<Option<u8>>,
    /// How far elements are trusted.
    element_trusts: Vec<crate::expr::Range>,
    moves: Vec<assets::Moves>,
    holds: Vec<assets::Holds>,
    holders: Vec<Vec<ElementIx>>,
    /// By element the assets whose `on` names it.
    services: Vec<Vec<AssetIx>>,
    carriers: Vec<Vec<FlowIx>>,
    levels: Vec<[Option<Level>; 4]>,
    inside: Vec<Vec<ElementIx>>,
    unplaced: Vec<ElementIx>,
    crossings: Vec<placement::Crossing>,
    entering: Vec<Vec<FlowIx>>,
    leaving: Vec<Vec<FlowIx>>,
    loose_flows: Vec<FlowIx>,
    /// Stores that do not say what they hold.
    silent_stores: Vec<ElementIx>,
    drawn: Vec<(crate::catalogue::ControlIx, ElementIx)>,
    /// Whether elements are exposed.
    exposures: Vec<crate::expr::Tri>,
    recent: recent::Recent,
    memo: std::cell::RefCell<ReachMemo>,
    holdings: std::cell::RefCell<lists::Holdings>,
}

impl<'m> Facts<'m> {
    /// The facts of a model at a stage, with an overlay on top.
    pub fn new(model: &'m Model, knowledge: &'m Knowledge, stage: Stage, overlay: &'m Overlay) -> Self {
        let mut facts = Self::empty(model, knowledge);
        let said = statements::collect(model, knowledge, stage, overlay);
        facts.said_of = Lists::of(said.iter().map(|list| list.iter().map(|statement| statement.key).collect::<Vec<_>>()));
        facts.said = Lists::of(said.into_iter());
        facts.has_stars = statements::has_stars(model);
        facts.choose_technologies();
        facts.place();
        facts.exposures = facts.element_ixs().map(|ix| facts.find_exposure(ix)).collect();
        facts.locate_assets();
        facts
    }

    fn empty(model: &'m Model, knowledge: &'m Knowledge) -> Self {
        Self {
            model,
            knowledge,
            said: Lists::default(),
            said_of: Lists::default(),
            has_stars: false,
            sites: resolve::AllSites::of(&knowledge.catalogue),
            graph: graph::Graph::of(model),
            techs: Vec::new(),
            protocols: Vec::new(),
            placements: Vec::new(),
            trusts: Vec::new(),
            element_trusts: Vec::new(),
            moves: Vec::new(),
            holds: Vec::new(),
            holders: Vec::new(),
            services: Vec::new(),
            carriers: Vec::new(),
            levels: Vec::new(),
            inside: Vec::new(),
            unplaced: Vec::new(),
            crossings: Vec::new(),
            entering: Vec::new(),
            leaving: Vec::new(),
            loose_flows: Vec::new(),
            silent_stores: Vec::new(),
            drawn: Vec::new(),
            exposures: Vec::new(),
            recent: recent::Recent::default(),
            memo: std::cell::RefCell::default(),
            holdings: std::cell::RefCell::default(),
        }
    }

    /// The kind of an element.
    pub(crate) fn kind(&self, element: ElementIx) -> redan_model::lang::ElementKind {
        self.graph.kind(element)
    }

    /// The ends of a flow.
    pub(crate) fn ends(&self, flow: FlowIx) -> graph::Ends {
        self.graph.ends(flow)
    }

    /// The technology of an element, as an index of the catalogue.
    pub(crate) fn tech(&self, element: ElementIx) -> Option<u16> {
        self.techs[element.index()]
    }

    /// The protocol of a flow, as an index of the catalogue.
    pub(crate) fn protocol(&self, flow: FlowIx) -> Option<u16> {
        self.protocols[flow.index()]
    }

    /// The zones of an element.
    pub(crate) fn placement(&self, element: ElementIx) -> &Placement {
        &self.placements[element.index()]
    }

    /// The trust of a zone.
    pub(crate) fn zone_trust(&self, zone: ZoneIx) -> Option<u8> {
        self.trusts[zone.index()]
    }

    /// The level of a property of an asset.
    pub(crate) fn level(&self, asset: AssetIx, property: Property) -> Option<Level> {
        self.levels[asset.index()][property as usize]
    }

    /// The assets of a flow, either way, and whether the list is complete.
    pub(crate) fn moved(&self, flow: FlowIx) -> (impl Iterator<Item = AssetIx> + '_, bool) {
        let moves = &self.moves[flow.index()];
        let back = moves.returns.iter().copied().filter(|asset| !moves.carries.contains(asset));
        (moves.carries.iter().copied().chain(back), moves.known)
    }

    /// The assets that an element keeps, and whether the list is complete.
    pub(crate) fn held(&self, element: ElementIx) -> (&[AssetIx], bool) {
        let holds = &self.holds[element.index()];
        (&holds.assets, holds.known)
    }

    /// The assets that say that they are about an element.
    pub(crate) fn services(&self, element: ElementIx) -> &[AssetIx] {
        &self.services[element.index()]
    }

    /// Elements anywhere inside a zone.
    pub(crate) fn elements_inside(&self, zone: ZoneIx) -> &[ElementIx] {
        &self.inside[zone.index()]
    }

    /// Flows that arrive at an element, at what it is part of, or that it may be called back through.
    pub(crate) fn arriving(&self, element: ElementIx) -> impl Iterator<Item = FlowIx> + '_ {
        self.around(element).flat_map(move |ix| {
            let back = self.graph.outgoing(ix).iter().filter(|flow| self.graph.ends(**flow).both_ways);
            self.graph.incoming(ix).iter().chain(back).copied()
        })
    }

    /// Flows that an element, or what it is part of, opens or may open.
    pub(crate) fn departing(&self, element: ElementIx) -> impl Iterator<Item = FlowIx> + '_ {
        self.around(element).flat_map(move |ix| {
            let back = self.graph.incoming(ix).iter().filter(|flow| self.graph.ends(**flow).both_ways);
            self.graph.outgoing(ix).iter().chain(back).copied()
        })
    }

    /// Every flow of an element, once each.
    pub(crate) fn touching(&self, element: ElementIx) -> impl Iterator<Item = FlowIx> + '_ {
        self.around(element).flat_map(move |ix| {
            let out = self.graph.outgoing(ix).iter().filter(move |flow| self.graph.ends(**flow).target != ix);
            self.graph.incoming(ix).iter().chain(out).copied()
        })
    }

    /// An element and the elements that it is part of, nearest first.
    pub(crate) fn around(&self, element: ElementIx) -> impl Iterator<Item = ElementIx> + '_ {
        let limit = self.model.elements.len();
        std::iter::successors(Some(element), |ix| self.graph.parent(*ix)).take(limit.max(1))
    }

    /// Where a thing stands in tables over all things.
    pub(crate) fn slot(&self, thing: Thing) -> usize {
        self.model.slot(thing)
    }
}
