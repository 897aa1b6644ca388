//! Technologies, protocols, zones, trust and crossings, resolved once for every thing.
//!
//! Zones are compared by what contains what, never by how anything is drawn.

use redan_model::lang::TrustWord;
use redan_model::{ElementIx, FlowIx, Thing, ZoneIx};

use super::Facts;
use crate::expr::{Range, Tri};
use crate::fact::FactKey;

/// The zones of an element.
#[derive(Debug, Default)]
pub(crate) struct Placement {
    /// Whether they are stated.
    pub(crate) known: bool,
    /// The innermost ones, as listed.
    pub(crate) inner: Vec<ZoneIx>,
    /// All of them, innermost first.
    pub(crate) all: Vec<ZoneIx>,
}

/// The zones that a flow enters and leaves, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Crossing {
    /// Zones that the target is in and the source is, or may be, outside of.
    pub(crate) enters: Vec<(ZoneIx, Tri)>,
    /// Zones that the source is in and the target is, or may be, outside of.
    pub(crate) leaves: Vec<(ZoneIx, Tri)>,
    /// Whether the target may be in further zones.
    pub(crate) enters_open: bool,
    /// Whether the source may be in further zones.
    pub(crate) leaves_open: bool,
}

impl<'m> Facts<'m> {
    /// The value that an assumption, a mitigation or the overlay gives to a fact that is not a trait or control.
    pub(super) fn written_elsewhere(&self, thing: Thing, key: FactKey) -> Option<&'m str> {
        self.own(thing, key).map(|statement| statement.text)
    }

    pub(super) fn choose_technologies(&mut self) {
        let catalogue = &self.knowledge.catalogue;
        let tech_of = |ix: ElementIx| {
            let stated = self.model[ix].stated.tech.as_ref().map(|tech| tech.value.as_str());
            catalogue.technology_named(self.written_elsewhere(Thing::Element(ix), FactKey::Tech).or(stated)?)
        };
        let protocol_of = |ix: FlowIx| {
            let stated = self.model[ix].stated.protocol.as_ref().map(|protocol| protocol.value.as_str());
            catalogue.protocol_named(self.written_elsewhere(Thing::Flow(ix), FactKey::Protocol).or(stated)?)
        };
        let chosen: Vec<Option<u16>> = self.element_ixs().map(tech_of).collect();
        self.protocols = self.flow_ixs().map(protocol_of).collect();
        self.techs = chosen;
        self.find_drawn();
    }

    /// Controls that drawn elements give to the model; one that is out of scope is still there.
    fn find_drawn(&mut self) {
        for ix in self.element_ixs() {
            let Some(tech) = self.tech(ix).and_then(|tech| self.knowledge.catalogue.technologies.get_index(tech.into())) else { continue };
            for control in &tech.1.gives_model {
                // The first element that gives a control is the one that is named.
                if !self.drawn.iter().any(|(given, _)| given == control) {
                    self.drawn.push((*control, ix));
                }
            }
        }
    }

    pub(super) fn place(&mut self) {
        self.trusts = (0..self.model.zones.len()).map(|ix| self.find_trust(ZoneIx(narrow32(ix)))).collect();
        self.placements = self.element_ixs().map(|ix| self.find_placement(ix)).collect();
        self.element_trusts = self.element_ixs().map(|ix| self.find_element_trust(ix)).collect();
        self.inside = vec![Vec::new(); self.model.zones.len()];
        for ix in self.element_ixs() {
            if !self.placements[ix.index()].known {
                self.unplaced.push(ix);
            }
            for zone in &self.placements[ix.index()].all {
                self.inside[zone.index()].push(ix);
            }
        }
        self.crossings = self.flow_ixs().map(|ix| self.find_crossing(ix)).collect();
        self.entering = vec![Vec::new(); self.model.zones.len()];
        self.leaving = vec![Vec::new(); self.model.zones.len()];
        for ix in self.flow_ixs() {
            let flow = &self.model[ix];
            if !self.placement(flow.source).known || !self.placement(flow.target).known {
                self.loose_flows.push(ix);
                continue;
            }
            for (zone, _) in &self.crossings[ix.index()].enters {
                self.entering[zone.index()].push(ix);
            }
            for (zone, _) in &self.crossings[ix.index()].leaves {
                self.leaving[zone.index()].push(ix);
            }
        }
    }

    fn find_trust(&self, zone: ZoneIx) -> Option<u8> {
        let limit = self.model.zones.len();
        std::iter::successors(Some(zone), |ix| self.model[*ix].parent).take(limit).find_map(|ix| {
            let elsewhere = self.written_elsewhere(Thing::Zone(ix), FactKey::Trust).and_then(parse_trust);
            elsewhere.or_else(|| self.model[ix].stated.trust.as_ref().map(|trust| trust.value.value))
        })
    }

    fn find_placement(&self, element: ElementIx) -> Placement {
        let elsewhere = self.around(element).find_map(|ix| {
            if let Some(text) = self.written_elsewhere(Thing::Element(ix), FactKey::Zone) {
                return Some(self.parse_zones(text));
            }
            self.model[ix].stated.zone.is_written().then(|| (self.model[ix].zones.clone(), true))
        });
        let (inner, known) = elsewhere.unwrap_or_else(|| (self.model[element].zones.clone(), self.model[element].zones_known));
        let mut all = inner.clone();
        let mut next = 0;
        while next < all.len() {
            if let Some(parent) = self.model[all[next]].parent
                && !all.contains(&parent)
            {
                all.push(parent);
            }
            next += 1;
        }
        Placement { known, inner, all }
    }

    fn parse_zones(&self, text: &str) -> (Vec<ZoneIx>, bool) {
        let named = split_list(text).filter_map(|id| match self.model.find(id) {
            Some(Thing::Zone(ix)) => Some(ix),
            _ => None,
        });
        (named.collect(), text.trim() != "unknown")
    }

    fn find_crossing(&self, flow: FlowIx) -> Crossing {
        let (source, target) = (self.placement(self.model[flow].source), self.placement(self.model[flow].target));
        let outside = |there: &Placement, here: &Placement| {
            let tri = Tri::known(true).and(if here.known { Tri::Yes } else { Tri::Unknown });
            there.all.iter().filter(|zone| !here.all.contains(zone)).map(|zone| (*zone, tri)).collect()
        };
        Crossing {
            enters: outside(target, source),
            leaves: outside(source, target),
            enters_open: !target.known,
            leaves_open: !source.known,
        }
    }

    /// The trust of an element as far as it is known: the lowest of its innermost zones. Nothing vouches for what is
    /// in no zone at all.
    pub(crate) fn trust(&self, element: ElementIx) -> Range {
        self.element_trusts[element.index()]
    }

    fn find_element_trust(&self, element: ElementIx) -> Range {
        let placement = self.placement(element);
        if !placement.known {
            return Range { low: 0, high: 100 };
        }
        let bounds = |zone: &ZoneIx| self.zone_trust(*zone).map_or(Range { low: 0, high: 100 }, |trust| Range::known(trust.into()));
        let lowest = |a: Range, b: Range| Range { low: a.low.min(b.low), high: a.high.min(b.high) };
        placement.inner.iter().map(bounds).reduce(lowest).unwrap_or(Range::known(0))
    }

    /// The zones entered and left by a flow.
    pub(crate) fn crossing(&self, flow: FlowIx) -> &Crossing {
        &self.crossings[flow.index()]
    }

    pub(crate) fn element_ixs(&self) -> impl Iterator<Item = ElementIx> + use<> {
        (0..narrow32(self.model.elements.len())).map(ElementIx)
    }

    pub(crate) fn flow_ixs(&self) -> impl Iterator<Item = FlowIx> + use<> {
        (0..narrow32(self.model.flows.len())).map(FlowIx)
    }
}

/// The limits on models keep every list far below this.
pub(crate) fn narrow32(ix: usize) -> u32 {
    u32::try_from(ix).unwrap_or(u32::MAX)
}

/// A list as assumptions, mitigations and overlays write it: `a, b`, with or without brackets.
pub(super) fn split_list(text: &str) -> impl Iterator<Item = &str> {
    text.trim().trim_start_matches('[').trim_end_matches(']').split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn parse_trust(text: &str) -> Option<u8> {
    let word = TrustWord::from_word(text).map(TrustWord::value);
    word.or_else(|| text.parse().ok().filter(|value| *value <= 100))
}
