//! Elements, flows and assets: their nesting, their zones, and what moves between them.

use std::sync::Arc;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::{ElementIx, Flow, FlowIx, Identity, Model, OutOfScope, Thing, ZoneIx, lang};

use super::names::{Wanted, index, unique};
use super::zones::{chain, circles, handed_down, outermost_first, provided};
use super::{Part, Resolver};

/// An element that knows no neighbours yet.
pub(super) fn unlinked(identity: Identity, stated: &Arc<lang::Element>) -> crate::Element {
    crate::Element {
        identity,
        stated: Arc::clone(stated),
        kind: stated.kind.as_ref().map_or(lang::ElementKind::Process, |kind| kind.value),
        parent: None,
        children: Vec::new(),
        zones: Vec::new(),
        zones_known: stated.zone.is_written(),
        is_group: false,
        holds: Vec::new(),
        incoming: Vec::new(),
        outgoing: Vec::new(),
        out_of_scope: None,
    }
}

impl Resolver<'_> {
    /// Links elements with their parents and zones.
    pub(super) fn link_elements(&mut self, parts: &[Part]) {
        for part in parts {
            for (id, entry) in &part.root.elements.entries {
                let stated = &entry.value;
                let parent = stated.r#in.as_ref().and_then(|name| self.element(part, name));
                let zones: Vec<(ZoneIx, &Spanned<String>)> =
                    stated.zone.items.iter().filter_map(|name| Some((self.zone(part, name)?, name))).collect();
                self.check_chains(&zones);
                // An element whose id is taken is not part of the model; what it refers to was looked at all the same.
                let Some(Thing::Element(ix)) = self.own(part, id) else { continue };
                let element = &mut self.model.elements[ix.index()];
                element.parent = parent;
                element.zones = unique(zones.iter().map(|(zone, _)| *zone).collect());
            }
        }
        let parents: Vec<Option<usize>> = self.model.elements.iter().map(|element| element.parent.map(ElementIx::index)).collect();
        for at in circles(&parents) {
            let identity = &self.model.elements[at].identity;
            let message = format!("element `{}` is part of itself", identity.id);
            let span = self.model.elements[at].stated.r#in.as_ref().map_or(identity.id_span, |name| name.span);
            let diagnostic =
                Diagnostic::error(codes::CYCLE, span, message).help(chain(&parents, at, |i| &self.model.elements[i].identity.id));
            self.names.report(diagnostic);
            self.model.elements[at].parent = None;
        }
        self.hand_down_to_elements();
    }

    /// Reports two zones of one kind that are not inside each other.
    fn check_chains(&mut self, listed: &[(ZoneIx, &Spanned<String>)]) {
        for (later, (zone, name)) in listed.iter().enumerate() {
            let earlier = listed[..later].iter().take(MOST_ZONES).find(|(other, _)| {
                lang::ZoneKind::ALL.iter().any(|kind| match (self.of_kind(*zone, *kind), self.of_kind(*other, *kind)) {
                    (Some(a), Some(b)) => !self.around(a, b) && !self.around(b, a),
                    _ => false,
                })
            });
            if let Some((_, first)) = earlier {
                let message = format!("`{}` and `{}` are zones of the same kind, and neither is inside the other", first.value, name.value);
                let diagnostic = Diagnostic::error(codes::ZONE_CONFLICT, name.span, message)
                    .label(first.span, "listed first")
                    .help("an element is in at most one chain of zones of each kind; nest the zones, or give one another `kind`");
                self.names.report(diagnostic);
                return;
            }
        }
    }

    /// The nearest zone of a kind, from `zone` outwards.
    fn of_kind(&self, zone: ZoneIx, kind: lang::ZoneKind) -> Option<ZoneIx> {
        outwards(&self.model, zone).find(|ix| self.model[*ix].kind == kind)
    }

    /// Whether `outer` is `inner` or around it.
    fn around(&self, outer: ZoneIx, inner: ZoneIx) -> bool {
        outwards(&self.model, inner).any(|ix| ix == outer)
    }

    fn hand_down_to_elements(&mut self) {
        let parents: Vec<Option<usize>> = self.model.elements.iter().map(|element| element.parent.map(ElementIx::index)).collect();
        for at in outermost_first(&parents) {
            let ix = ElementIx(index(at));
            if let Some(parent) = self.model.elements[at].parent {
                self.model.elements[parent.index()].children.push(ix);
                if !self.model.elements[at].zones_known {
                    let parent = &self.model[parent];
                    let (zones, known) = (parent.zones.clone(), parent.zones_known);
                    (self.model.elements[at].zones, self.model.elements[at].zones_known) = (zones, known);
                }
            }
            let zones = innermost(&self.model, &self.model.elements[at].zones);
            for zone in &zones {
                self.model.zones[zone.index()].members.push(ix);
            }
            let out = self.why_out(ix, &zones);
            let element = &mut self.model.elements[at];
            (element.zones, element.out_of_scope) = (zones, out);
        }
        self.model.zones.iter_mut().for_each(|zone| zone.members.sort());
        for element in &mut self.model.elements {
            element.children.sort();
            let stated = &element.stated;
            element.is_group =
                !element.children.is_empty() && stated.tech.is_none() && !stated.code.is_written() && !stated.holds.is_written();
        }
    }

    fn why_out(&self, ix: ElementIx, zones: &[ZoneIx]) -> Option<OutOfScope> {
        let element = &self.model[ix];
        if let Some(reason) = &element.stated.out_of_scope {
            return Some(OutOfScope { reason: reason.value.clone(), said_by: Thing::Element(ix) });
        }
        if let Some(name) = &element.identity.provided_by {
            return Some(provided(name));
        }
        let parent = element.parent.and_then(|parent| handed_down(self.model[parent].out_of_scope.as_ref()));
        parent.or_else(|| zones.iter().find_map(|zone| handed_down(self.model[*zone].out_of_scope.as_ref())))
    }

    /// Links assets with the elements that keep them or that they are about.
    pub(super) fn link_assets(&mut self, parts: &[Part]) {
        for part in parts {
            for (id, entry) in &part.root.assets.entries {
                let on = entry.value.on.items.iter().filter_map(|name| self.element(part, name)).collect();
                let Some(Thing::Asset(ix)) = self.own(part, id) else { continue };
                self.model.assets[ix.index()].on = unique(on);
            }
            for (id, entry) in &part.root.elements.entries {
                let holds = self.assets(part, &entry.value.holds);
                let Some(Thing::Element(ix)) = self.own(part, id) else { continue };
                holds.iter().for_each(|asset| self.model.assets[asset.index()].holders.push(ix));
                self.model.elements[ix.index()].holds = holds;
            }
        }
    }

    /// Makes flows; one without both ends is reported and left out.
    pub(super) fn link_flows(&mut self, parts: &[Part]) {
        let Some(part) = parts.first() else { return };
        for (id, entry) in &part.root.flows.entries {
            let stated = &entry.value;
            let next = Thing::Flow(FlowIx(index(self.model.flows.len())));
            let source = stated.from.as_ref().and_then(|name| self.end(part, name));
            let target = stated.to.as_ref().and_then(|name| self.end(part, name));
            let (carries, returns) = (self.assets(part, &stated.carries), self.assets(part, &stated.returns));
            let (Some(source), Some(target)) = (source, target) else {
                self.names.left_out.insert(id.clone());
                continue;
            };
            let Some(identity) = self.name(part, id, entry.key_span, entry.span, next) else { continue };
            self.add_flow(Flow {
                identity,
                stated: Arc::clone(stated),
                source,
                target,
                both_ways: stated.both_ways.as_ref().is_some_and(|both| both.value.is_yes()),
                carries,
                returns,
                moves_known: stated.carries.is_written() || stated.returns.is_written(),
                out_of_scope: None,
            });
        }
    }

    fn end(&mut self, part: &Part, name: &Spanned<String>) -> Option<ElementIx> {
        match self.thing(part, name, Wanted::Element)? {
            Thing::Element(ix) => Some(ix),
            _ => None,
        }
    }

    fn add_flow(&mut self, flow: Flow) {
        let ix = FlowIx(index(self.model.flows.len()));
        self.model.elements[flow.source.index()].outgoing.push(ix);
        self.model.elements[flow.target.index()].incoming.push(ix);
        for asset in unique(flow.carries.iter().chain(&flow.returns).copied().collect()) {
            self.model.assets[asset.index()].carriers.push(ix);
        }
        self.model.flows.push(flow);
    }

    /// Flows are out of scope when they say so or when both ends are.
    pub(super) fn settle_scope(&mut self) {
        for at in 0..self.model.flows.len() {
            let flow = &self.model.flows[at];
            let stated = flow.stated.out_of_scope.as_ref();
            let said = stated.map(|reason| OutOfScope { reason: reason.value.clone(), said_by: Thing::Flow(FlowIx(index(at))) });
            let ends = || {
                let source = self.model[flow.source].out_of_scope.clone()?;
                self.model[flow.target].out_of_scope.as_ref().map(|_| source)
            };
            let out = said.or_else(ends);
            self.model.flows[at].out_of_scope = out;
        }
    }
}

/// Zones compared for one element; more are a mistake that the first comparison shows.
const MOST_ZONES: usize = 16;

/// A zone and the zones around it, innermost first.
pub(super) fn outwards(model: &Model, zone: ZoneIx) -> impl Iterator<Item = ZoneIx> + '_ {
    std::iter::successors(Some(zone), |ix| model[*ix].parent)
}

/// The zones of a list that are not around another of the list.
fn innermost(model: &Model, zones: &[ZoneIx]) -> Vec<ZoneIx> {
    if zones.len() < 2 {
        return zones.to_vec();
    }
    let around: rustc_hash::FxHashSet<ZoneIx> = zones.iter().flat_map(|zone| outwards(model, *zone).skip(1)).collect();
    zones.iter().copied().filter(|zone| !around.contains(zone)).collect()
}
