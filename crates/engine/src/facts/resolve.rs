//! The six steps that find the value of a trait or a control.
//!
//! Stated on the thing (for controls of flows and their targets also on the target), stated on what it is in, implied
//! by technology or protocol, stated on the model, `"*"` in the same order, unknown. The first value ends the search.

use redan_model::lang::{FactEntry, State};
use redan_model::{ElementIx, FlowIx, Place, Span, Thing, ZoneIx};

use super::Facts;
use super::statements::{By, Statement, fact_sets};
use crate::catalogue::Catalogue;
use crate::expr::Tri;
use crate::fact::{BaseFact, FactKey};

/// Where a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via<'m> {
    /// On the thing itself.
    Own(By<'m>),
    /// On the target of the flow.
    Target(Thing, By<'m>),
    /// On something that it is in.
    Inherited(Thing, By<'m>),
    /// Technology or protocol.
    Implied(&'m str),
    /// On the model.
    Model(By<'m>),
    /// An element that is drawn.
    Drawn(Thing),
    /// A `"*"`.
    Star(Thing),
    /// The fact makes no sense for this kind of thing.
    Structure,
    /// Nowhere.
    Nowhere,
}

/// The value of a trait or control with where it was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolved<'m> {
    pub(crate) state: State,
    pub(crate) via: Via<'m>,
    /// Where it is stated; see [`Facts::span_of`] for what is implied.
    span: Option<Span>,
}

/// The kinds of things on which a trait or control may stand.
#[derive(Debug, Clone, Copy, Default)]
struct Sites(u16);

impl Sites {
    fn of(places: &[Place]) -> Self {
        Self(places.iter().fold(0, |all, place| all | 1 << (*place as u16)))
    }

    fn has(self, place: Place) -> bool {
        self.0 & 1 << (place as u16) != 0
    }

    /// What guards an edge only is not handed down to what is inside.
    fn are_handed_down(self) -> bool {
        self.0 & !(1 << (Place::Zone as u16)) != 0
    }
}

/// The sites of all traits and controls, by index.
#[derive(Debug)]
pub(super) struct AllSites {
    traits: Vec<Sites>,
    controls: Vec<Sites>,
}

impl AllSites {
    /// Those of a catalogue.
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        Self {
            traits: catalogue.traits.values().map(|one| Sites::of(&one.of)).collect(),
            controls: catalogue.controls.values().map(|one| Sites::of(&one.of)).collect(),
        }
    }
}

/// Whether something in a state is there, in full or in part.
fn present(state: State) -> Tri {
    match state {
        State::Yes | State::Partial => Tri::Yes,
        State::No => Tri::No,
        State::Unknown => Tri::Unknown,
    }
}

impl<'m> Facts<'m> {
    /// The statement about a fact on the thing itself.
    pub(super) fn own(&self, thing: Thing, key: FactKey) -> Option<&Statement<'m>> {
        let slot = self.slot(thing);
        let at = self.said_of.list(slot).iter().position(|known| *known == key)?;
        self.said.list(slot).get(at)
    }

    /// The value of a control of a flow as seen from its target's side: what the source states counts, since that end
    /// is called back.
    pub(crate) fn state_turned(&self, flow: FlowIx, key: FactKey) -> State {
        let (thing, source) = (Thing::Flow(flow), Thing::Element(self.ends(flow).source));
        if self.own(thing, key).is_none() && self.places(key).has(Place::Target) {
            return self.state(source, key);
        }
        self.state(thing, key)
    }

    /// Where a trait or control may stand.
    fn places(&self, key: FactKey) -> Sites {
        let of = |sites: &[Sites], ix: u16| sites.get(usize::from(ix)).copied().unwrap_or_default();
        match key {
            FactKey::Control(ix) => of(&self.sites.controls, ix.0),
            FactKey::Trait(ix) => of(&self.sites.traits, ix.0),
            _ => Sites::default(),
        }
    }

    /// What is known of a trait or control of a thing: the state of [`Facts::resolve`], which rules ask for most.
    pub(crate) fn state(&self, thing: Thing, key: FactKey) -> State {
        self.recent.state(self.slot(thing), key, || self.resolve(thing, key).state)
    }

    /// Whether a thing has a trait or control, in full or in part.
    pub(crate) fn has(&self, thing: Thing, key: FactKey) -> Tri {
        present(self.state(thing, key))
    }

    /// The value of a trait or control of a thing.
    pub(crate) fn resolve(&self, thing: Thing, key: FactKey) -> Resolved<'m> {
        let places = self.places(key);
        if !may_stand(self, thing, places) {
            return Resolved { state: State::No, via: Via::Structure, span: None };
        }
        self.stated(thing, key, places)
            .or_else(|| self.implied(thing, key))
            .or_else(|| self.on_model(thing, key))
            .or_else(|| if self.has_stars { self.starred(thing, key, places) } else { None })
            .unwrap_or(Resolved { state: State::Unknown, via: Via::Nowhere, span: None })
    }

    /// Steps one and two.
    fn stated(&self, thing: Thing, key: FactKey, places: Sites) -> Option<Resolved<'m>> {
        if let Some(statement) = self.own(thing, key) {
            return Some(found(statement, Via::Own(statement.by)));
        }
        if let Thing::Flow(ix) = thing
            && places.has(Place::Target)
        {
            let target = Thing::Element(self.ends(ix).target);
            if let Some(statement) = self.own(target, key) {
                return Some(found(statement, Via::Target(target, statement.by)));
            }
        }
        if !places.are_handed_down() {
            return None;
        }
        self.first_around(thing, |place| self.own(place, key).map(|statement| found(statement, Via::Inherited(place, statement.by))))
    }

    /// Step three.
    fn implied(&self, thing: Thing, key: FactKey) -> Option<Resolved<'m>> {
        let catalogue = &self.knowledge.catalogue;
        let (id, traits, controls) = match thing {
            Thing::Element(ix) => {
                let (id, tech) = catalogue.technologies.get_index(self.tech(ix)?.into())?;
                (id, &tech.traits, &tech.controls)
            }
            Thing::Flow(ix) => {
                let (id, protocol) = catalogue.protocols.get_index(self.protocol(ix)?.into())?;
                (id, &protocol.traits, &protocol.controls)
            }
            Thing::Model | Thing::Zone(_) | Thing::Asset(_) => return None,
        };
        let state = match key {
            FactKey::Trait(ix) => traits.get(ix).unwrap_or(State::No),
            FactKey::Control(ix) => controls.get(ix)?,
            _ => return None,
        };
        // What a technology may have is not a value: the search goes on.
        (state != State::Unknown).then_some(Resolved { state, via: Via::Implied(id), span: None })
    }

    /// Where a value that was found for a thing is stated, or the technology or protocol that implies it.
    pub(crate) fn span_of(&self, thing: Thing, resolved: Resolved<'_>) -> Option<Span> {
        let thing = match resolved.via {
            Via::Implied(_) => thing,
            Via::Drawn(element) => element,
            _ => return resolved.span,
        };
        match thing {
            Thing::Element(ix) => self.model[ix].stated.tech.as_ref().map(|tech| tech.span),
            Thing::Flow(ix) => self.model[ix].stated.protocol.as_ref().map(|protocol| protocol.span),
            Thing::Model | Thing::Zone(_) | Thing::Asset(_) => None,
        }
    }

    /// Step four.
    fn on_model(&self, thing: Thing, key: FactKey) -> Option<Resolved<'m>> {
        if thing != Thing::Model
            && let Some(statement) = self.own(Thing::Model, key)
        {
            return Some(found(statement, Via::Model(statement.by)));
        }
        let FactKey::Control(control) = key else { return None };
        let (_, element) = self.drawn.iter().find(|(given, _)| *given == control)?;
        let element = Thing::Element(*element);
        Some(Resolved { state: State::Yes, via: Via::Drawn(element), span: None })
    }

    /// Step five.
    fn starred(&self, thing: Thing, key: FactKey, places: Sites) -> Option<Resolved<'m>> {
        let star = |place: Thing| {
            let entry = star_of(self, place, key)?;
            Some(Resolved { state: entry.state, via: Via::Star(place), span: Some(entry.span) })
        };
        let target = match thing {
            Thing::Flow(ix) if places.has(Place::Target) => Some(Thing::Element(self.ends(ix).target)),
            _ => None,
        };
        star(thing)
            .or_else(|| target.and_then(star))
            .or_else(|| if places.are_handed_down() { self.first_around(thing, star) } else { None })
            .or_else(|| star(Thing::Model))
    }

    /// The first answer of the things around a thing: parents, then zones from the innermost outwards.
    fn first_around<R>(&self, thing: Thing, mut ask: impl FnMut(Thing) -> Option<R>) -> Option<R> {
        match thing {
            Thing::Element(ix) => {
                let parents = self.around(ix).skip(1).find_map(|parent| ask(Thing::Element(parent)));
                parents.or_else(|| self.placement(ix).all.iter().find_map(|zone| ask(Thing::Zone(*zone))))
            }
            Thing::Flow(ix) => self.shared_zones(ix).find_map(|zone| ask(Thing::Zone(zone))),
            Thing::Zone(ix) => self.outer_zones(ix).find_map(|zone| ask(Thing::Zone(zone))),
            Thing::Model | Thing::Asset(_) => None,
        }
    }

    /// The zones that both ends of a flow are in, innermost first.
    fn shared_zones(&self, flow: FlowIx) -> impl Iterator<Item = ZoneIx> + '_ {
        let ends = self.ends(flow);
        let target = &self.placement(ends.target).all;
        self.placement(ends.source).all.iter().copied().filter(move |zone| target.contains(zone))
    }

    /// The zones around a zone, nearest first.
    pub(crate) fn outer_zones(&self, zone: ZoneIx) -> impl Iterator<Item = ZoneIx> + '_ {
        std::iter::successors(self.model[zone].parent, |ix| self.model[*ix].parent).take(self.model.zones.len())
    }

    /// Every thing whose statement could reach a fact of this thing, nearest first, itself and the model included.
    pub(crate) fn sources_of(&self, thing: Thing, key: FactKey) -> Vec<Thing> {
        let places = self.places(key);
        let mut sources = vec![thing];
        if let Thing::Flow(ix) = thing
            && places.has(Place::Target)
        {
            sources.push(Thing::Element(self.ends(ix).target));
        }
        if places.are_handed_down() {
            self.first_around(thing, |place| {
                sources.push(place);
                None::<()>
            });
        }
        sources.push(Thing::Model);
        sources
    }

    /// The fact to state when a trait or control of a thing is unknown.
    pub(crate) fn ask(&self, thing: Thing, key: FactKey) -> BaseFact {
        if self.own(thing, key).is_some() {
            return BaseFact { thing, key };
        }
        match (thing, key) {
            (Thing::Element(ix), FactKey::Trait(_)) if self.asks_tech(ix) => BaseFact { thing, key: FactKey::Tech },
            (Thing::Flow(ix), FactKey::Trait(_)) if self.protocol(ix).is_none() => BaseFact { thing, key: FactKey::Protocol },
            (Thing::Flow(ix), FactKey::Control(_)) if self.asks_target(ix, key) => {
                BaseFact { thing: Thing::Element(self.ends(ix).target), key }
            }
            _ => BaseFact { thing, key },
        }
    }

    /// People are not built with a technology, so their traits are asked one by one.
    fn asks_tech(&self, element: ElementIx) -> bool {
        self.tech(element).is_none() && self.kind(element) != redan_model::lang::ElementKind::Actor
    }

    /// One answer on the target settles all flows that arrive there, unless it is another file's.
    fn asks_target(&self, flow: FlowIx, key: FactKey) -> bool {
        let target = &self.model[self.ends(flow).target];
        self.places(key).has(Place::Target) && target.identity.provided_by.is_none()
    }
}

fn star_of<'m>(facts: &Facts<'m>, place: Thing, key: FactKey) -> Option<&'m FactEntry> {
    let (traits, controls) = fact_sets(facts.model, place);
    match key {
        FactKey::Trait(_) => traits.star.as_deref(),
        FactKey::Control(_) => controls.star.as_deref(),
        _ => None,
    }
}

fn found<'m>(statement: &Statement<'m>, via: Via<'m>) -> Resolved<'m> {
    Resolved { state: statement.state, via, span: statement.span }
}

fn may_stand(facts: &Facts<'_>, thing: Thing, places: Sites) -> bool {
    use redan_model::lang::ElementKind;
    let kind = |ix: ElementIx| match facts.kind(ix) {
        ElementKind::Actor => Place::Actor,
        ElementKind::External => Place::External,
        ElementKind::Process => Place::Process,
        ElementKind::Store => Place::Store,
    };
    match thing {
        Thing::Model => true,
        Thing::Zone(_) => places.has(Place::Zone),
        Thing::Element(ix) => places.has(Place::Element) || places.has(Place::Target) || places.has(kind(ix)),
        Thing::Flow(_) => places.has(Place::Flow) || places.has(Place::Target),
        Thing::Asset(_) => places.has(Place::Asset),
    }
}
