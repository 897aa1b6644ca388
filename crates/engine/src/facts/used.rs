//! The facts behind a value, with where each comes from, for explanations.

use redan_model::lang::State;
use redan_model::{AssetIx, ElementIx, FlowIx, Span, Thing, ZoneIx};

use super::{By, Facts, Resolved, Via};
use crate::expr::Field;
use crate::fact::{BaseFact, FactKey, Origin, Property, UsedFact};

impl Facts<'_> {
    /// A trait or control as an explanation shows it.
    pub(crate) fn used_state(&self, thing: Thing, key: FactKey) -> UsedFact {
        let resolved = self.resolve(thing, key);
        let unknown = resolved.state == State::Unknown;
        let span = self.span_of(thing, resolved).or_else(|| self.entry_span(thing));
        UsedFact { fact: BaseFact { thing, key }, value: resolved.state.as_str().to_owned(), origin: origin(resolved, unknown), span }
    }

    /// Where a fact of a thing would be stated.
    pub(crate) fn entry_span(&self, thing: Thing) -> Option<Span> {
        self.model.identity(thing).map(|identity| identity.id_span)
    }

    pub(super) fn use_facts(&self, thing: Thing, field: Field, out: &mut Vec<UsedFact>) {
        match (thing, field) {
            (_, Field::Trait(ix)) => out.push(self.used_state(thing, FactKey::Trait(ix))),
            (_, Field::Control(ix)) => out.push(self.used_state(thing, FactKey::Control(ix))),
            (Thing::Element(ix), _) => self.use_element(ix, field, out),
            (Thing::Flow(ix), _) => self.use_flow(ix, field, out),
            (Thing::Zone(ix), Field::Trust) => out.push(self.used_zone_trust(ix)),
            (Thing::Asset(ix), _) => self.use_asset(ix, field, out),
            (Thing::Zone(_) | Thing::Model, _) => {}
        }
    }

    fn use_element(&self, ix: ElementIx, field: Field, out: &mut Vec<UsedFact>) {
        match field {
            Field::Tech => {
                let catalogue = &self.knowledge.catalogue;
                let id = self.tech(ix).and_then(|tech| catalogue.technologies.get_index(tech.into())).map(|entry| entry.0.clone());
                let span = self.model[ix].stated.tech.as_ref().map(|tech| tech.span);
                out.push(self.plain(Thing::Element(ix), FactKey::Tech, id, span));
            }
            Field::Trust | Field::Exposed | Field::EntryPoints => {
                out.push(self.used_placement(ix));
                out.extend(self.placement(ix).inner.iter().map(|zone| self.used_zone_trust(*zone)));
                if field != Field::Trust {
                    let below = self.arriving(ix).filter(|flow| !self.comes_from_below(*flow, ix).is_no());
                    below.for_each(|flow| self.use_element(self.far_end(flow, ix), Field::Trust, out));
                }
            }
            Field::Zones => out.push(self.used_placement(ix)),
            Field::Holds => out.push(self.used_holds(ix)),
            Field::Handles => {
                out.push(self.used_holds(ix));
                self.touching(ix).for_each(|flow| out.push(self.used_moves(flow)));
            }
            _ => {}
        }
    }

    fn use_flow(&self, ix: FlowIx, field: Field, out: &mut Vec<UsedFact>) {
        match field {
            Field::Protocol => {
                let catalogue = &self.knowledge.catalogue;
                let id = self.protocol(ix).and_then(|protocol| catalogue.protocols.get_index(protocol.into()));
                let span = self.model[ix].stated.protocol.as_ref().map(|protocol| protocol.span);
                out.push(self.plain(Thing::Flow(ix), FactKey::Protocol, id.map(|entry| entry.0.clone()), span));
            }
            Field::Carries | Field::Returns | Field::Moves => out.push(self.used_moves(ix)),
            Field::Crosses | Field::Enters | Field::Leaves | Field::Crossed => {
                out.push(self.used_placement(self.model[ix].source));
                out.push(self.used_placement(self.model[ix].target));
            }
            _ => {}
        }
    }

    fn use_asset(&self, ix: AssetIx, field: Field, out: &mut Vec<UsedFact>) {
        let property = match field {
            Field::Confidentiality => Property::Confidentiality,
            Field::Integrity => Property::Integrity,
            Field::Availability => Property::Availability,
            Field::Privacy => Property::Privacy,
            Field::Data => {
                let data = &self.model[ix].stated.data;
                let words: Vec<&str> = data.values().map(String::as_str).collect();
                out.push(self.plain(Thing::Asset(ix), FactKey::Data, data.is_written().then(|| listed(&words)), data.span));
                return;
            }
            _ => return,
        };
        let span = self.stated_level(ix, property).map(|level| level.span);
        let level = self.level(ix, property).map(|level| level.as_str().to_owned());
        out.push(self.plain(Thing::Asset(ix), FactKey::Level(property), level, span));
    }

    fn used_placement(&self, ix: ElementIx) -> UsedFact {
        let placement = self.placement(ix);
        let ids: Vec<&str> = placement.inner.iter().map(|zone| self.model.id_of(Thing::Zone(*zone))).collect();
        let stated_by = self.around(ix).find(|place| self.model[*place].stated.zone.is_written());
        let span = stated_by.and_then(|place| self.model[place].stated.zone.span);
        let mut used = self.plain(Thing::Element(ix), FactKey::Zone, placement.known.then(|| listed(&ids)), span);
        if let Some(place) = stated_by.filter(|place| *place != ix && used.origin == Origin::Stated) {
            used.origin = Origin::Inherited(Thing::Element(place));
        }
        used
    }

    fn used_zone_trust(&self, ix: ZoneIx) -> UsedFact {
        let trust = self.zone_trust(ix).map(|trust| trust.to_string());
        let stated_by = std::iter::once(ix).chain(self.outer_zones(ix)).find(|zone| self.model[*zone].stated.trust.is_some());
        let span = stated_by.and_then(|zone| self.model[zone].stated.trust.as_ref()).map(|trust| trust.span);
        let mut used = self.plain(Thing::Zone(ix), FactKey::Trust, trust, span);
        if let Some(zone) = stated_by.filter(|zone| *zone != ix && used.origin == Origin::Stated) {
            used.origin = Origin::Inherited(Thing::Zone(zone));
        }
        used
    }

    fn used_holds(&self, ix: ElementIx) -> UsedFact {
        let (assets, known) = self.held(ix);
        let ids: Vec<&str> = assets.iter().map(|asset| self.model.id_of(Thing::Asset(*asset))).collect();
        self.plain(Thing::Element(ix), FactKey::Holds, known.then(|| listed(&ids)), self.model[ix].stated.holds.span)
    }

    fn used_moves(&self, ix: FlowIx) -> UsedFact {
        let (assets, known) = self.moved(ix);
        let ids: Vec<&str> = assets.map(|asset| self.model.id_of(Thing::Asset(asset))).collect();
        let stated = &self.model[ix].stated;
        let span = stated.carries.span.or(stated.returns.span);
        self.plain(Thing::Flow(ix), FactKey::Carries, known.then(|| listed(&ids)), span)
    }

    /// A fact that is not a trait or control: stated on the thing, or by an assumption or a mitigation.
    fn plain(&self, thing: Thing, key: FactKey, value: Option<String>, span: Option<Span>) -> UsedFact {
        let elsewhere = self.own(thing, key);
        let origin = match (&value, elsewhere) {
            (None, _) => Origin::Unknown,
            (Some(_), Some(statement)) => said_by(statement.by).unwrap_or(Origin::Stated),
            (Some(_), None) => Origin::Stated,
        };
        let span = elsewhere.and_then(|statement| statement.span).or(span).or_else(|| self.entry_span(thing));
        UsedFact { fact: BaseFact { thing, key }, value: value.unwrap_or_else(|| "unknown".to_owned()), origin, span }
    }

    /// Whether any fact behind a field rests on an assumption that nobody has confirmed; those are added.
    pub(crate) fn unconfirmed(used: &[UsedFact], out: &mut Vec<String>) {
        for fact in used {
            if let Origin::Assumed { assumption, confirmed: false } = &fact.origin
                && !out.contains(assumption)
            {
                out.push(assumption.clone());
            }
        }
    }
}

fn listed(ids: &[&str]) -> String {
    if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
}

fn said_by(by: By<'_>) -> Option<Origin> {
    match by {
        By::Entry => None,
        By::Assumption(id, confirmed) => Some(Origin::Assumed { assumption: id.to_owned(), confirmed }),
        By::Mitigation(id) => Some(Origin::Mitigation(id.to_owned())),
    }
}

fn origin(resolved: Resolved<'_>, unknown: bool) -> Origin {
    match resolved.via {
        Via::Own(by) => said_by(by).unwrap_or(if unknown { Origin::Unknown } else { Origin::Stated }),
        Via::Target(thing, by) => said_by(by).unwrap_or(Origin::Target(thing)),
        Via::Inherited(thing, by) => said_by(by).unwrap_or(Origin::Inherited(thing)),
        Via::Implied(id) => Origin::Implied(id.to_owned()),
        Via::Model(by) => said_by(by).unwrap_or(Origin::Model),
        Via::Drawn(thing) => Origin::Drawn(thing),
        Via::Star(thing) => Origin::Star(thing),
        Via::Structure => Origin::Structure,
        Via::Nowhere => Origin::Unknown,
    }
}
