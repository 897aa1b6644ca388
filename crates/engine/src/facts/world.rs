//! Facts as expressions read them: one value for every field of [`crate::expr::schema::FIELDS`].

use std::ops::ControlFlow;
use std::rc::Rc;

use redan_model::lang::YesNo;
use redan_model::{AssetIx, ElementIx, FlowIx, Spanned, Thing, ZoneIx};

use super::Facts;
use crate::expr::{Field, Holding, Range, Things, Tri, Value, World};
use crate::fact::{BaseFact, FactKey, Property, UsedFact};

impl World for Facts<'_> {
    fn value(&self, thing: Thing, field: Field) -> Value<'_> {
        match field {
            Field::Trait(ix) => return Value::Tri(self.has(thing, FactKey::Trait(ix))),
            Field::Control(ix) => return Value::Tri(self.has(thing, FactKey::Control(ix))),
            Field::Id => return Value::Text(Some(self.model.id_of(thing))),
            Field::Name => return Value::Text(Some(self.model.name_of(thing))),
            Field::Tags => return self.tags(thing),
            Field::Owner => return Value::Text(Some(self.owner(thing))),
            Field::InScope => return Value::Tri(Tri::known(self.model.out_of_scope(thing).is_none())),
            _ => {}
        }
        match thing {
            Thing::Model => self.list_value(thing, field),
            Thing::Zone(ix) => self.zone_value(ix, field),
            Thing::Element(ix) => self.element_value(ix, field),
            Thing::Flow(ix) => self.flow_value(ix, field),
            Thing::Asset(ix) => self.asset_value(ix, field),
        }
    }

    fn flag(&self, thing: Thing, field: Field) -> Tri {
        match field {
            Field::Trait(ix) => self.has(thing, FactKey::Trait(ix)),
            Field::Control(ix) => self.has(thing, FactKey::Control(ix)),
            _ => match self.value(thing, field) {
                Value::Tri(value) => value,
                _ => Tri::Unknown,
            },
        }
    }

    fn unknown_facts(&self, thing: Thing, field: Field, out: &mut Vec<BaseFact>) {
        match field {
            Field::Trait(ix) => self.ask_state(thing, FactKey::Trait(ix), out),
            Field::Control(ix) => self.ask_state(thing, FactKey::Control(ix), out),
            _ => match thing {
                Thing::Element(ix) => self.ask_element(ix, field, out),
                Thing::Flow(ix) => self.ask_flow(ix, field, out),
                Thing::Zone(ix) => self.ask_zone(ix, field, out),
                Thing::Asset(ix) => self.ask_asset(ix, field, out),
                Thing::Model => {}
            },
        }
    }

    fn used_facts(&self, thing: Thing, field: Field, out: &mut Vec<UsedFact>) {
        self.use_facts(thing, field, out);
    }

    fn reaches(&self, thing: Thing, field: Field, key: &str, predicate: &mut dyn FnMut(Thing) -> Tri) -> Tri {
        let Thing::Element(ix) = thing else { return Tri::No };
        let kept = self.memo.borrow().get(&field).and_then(|kept| kept.get(key)).cloned();
        let spread = kept.unwrap_or_else(|| {
            // Not held while the predicate runs: it may ask about reach itself.
            let spread = Rc::new(self.spread(field, &mut |element| predicate(Thing::Element(element))));
            self.memo.borrow_mut().entry(field).or_default().insert(key.to_owned(), Rc::clone(&spread));
            spread
        });
        spread[ix.index()]
    }

    fn holding(&self, thing: Thing, field: Field, key: &str, predicate: &mut dyn FnMut(Thing) -> Tri) -> Rc<Holding> {
        let kept = self.holdings.borrow().get(&(thing, field)).and_then(|kept| kept.get(key)).cloned();
        kept.unwrap_or_else(|| {
            // Not held while the predicate runs: it may ask about lists itself.
            let found = Rc::new(Holding::of(&self.things(thing, field), predicate));
            self.holdings.borrow_mut().entry((thing, field)).or_default().insert(key.to_owned(), Rc::clone(&found));
            found
        })
    }

    fn each(&self, thing: Thing, field: Field, visit: &mut dyn FnMut(Thing, Tri) -> ControlFlow<()>) -> bool {
        self.each_listed(thing, field, visit).unwrap_or_else(|| {
            let things = self.things(thing, field);
            // Who breaks off wants no more members.
            let _ = things.members.iter().try_for_each(|(member, belongs)| visit(*member, *belongs));
            things.open
        })
    }

    fn assets_on(&self, thing: Thing) -> Option<&[AssetIx]> {
        match thing {
            Thing::Element(ix) => Some(self.services(ix)),
            _ => Some(&[]),
        }
    }
}

/// A list whose members are all known.
fn closed(members: impl Iterator<Item = Thing>) -> Value<'static> {
    Value::Things(Things { members: members.map(|thing| (thing, Tri::Yes)).collect(), open: false })
}

fn texts<'t>(items: impl Iterator<Item = &'t str>, open: bool) -> Value<'t> {
    Value::Texts { items: items.collect(), open }
}

fn text(value: Option<&Spanned<String>>) -> Value<'_> {
    Value::Text(Some(value.map_or("", |value| value.value.as_str())))
}

impl Facts<'_> {
    fn ask_state(&self, thing: Thing, key: FactKey, out: &mut Vec<BaseFact>) {
        if self.has(thing, key).is_unknown() {
            out.push(self.ask(thing, key));
        }
    }

    fn tags(&self, thing: Thing) -> Value<'_> {
        let tags = match thing {
            Thing::Model => &self.model.root.tags,
            Thing::Zone(ix) => &self.model[ix].stated.tags,
            Thing::Element(ix) => &self.model[ix].stated.tags,
            Thing::Flow(ix) => &self.model[ix].stated.tags,
            Thing::Asset(ix) => &self.model[ix].stated.tags,
        };
        texts(tags.values().map(String::as_str), false)
    }

    fn owner(&self, thing: Thing) -> &str {
        let owner = match thing {
            Thing::Model => &self.model.root.owner,
            Thing::Zone(ix) => &self.model[ix].stated.owner,
            Thing::Element(ix) => &self.model[ix].stated.owner,
            Thing::Flow(ix) => &self.model[ix].stated.owner,
            Thing::Asset(ix) => &self.model[ix].stated.owner,
        };
        owner.as_ref().map_or("", |owner| owner.value.as_str())
    }

    fn zone_value(&self, ix: ZoneIx, field: Field) -> Value<'_> {
        match field {
            Field::Kind => Value::Text(Some(self.model[ix].kind.as_str())),
            Field::Trust => Value::Number(self.zone_trust(ix).map_or(Range { low: 0, high: 100 }, |trust| Range::known(trust.into()))),
            _ => self.list_value(Thing::Zone(ix), field),
        }
    }

    fn element_value(&self, ix: ElementIx, field: Field) -> Value<'_> {
        match field {
            Field::Kind => Value::Text(Some(self.kind(ix).as_str())),
            Field::Tech => Value::Text(self.tech_id(ix)),
            Field::Trust => Value::Number(self.trust(ix)),
            Field::Handles => Value::Things(self.handles(ix)),
            Field::EntryPoints => self.entry_points(ix),
            Field::Exposed => Value::Tri(self.exposed(ix)),
            Field::ReachedFrom | Field::InfluencedFrom => closed(self.reaching(ix, field).into_iter().map(Thing::Element)),
            _ => self.list_value(Thing::Element(ix), field),
        }
    }

    fn tech_id(&self, ix: ElementIx) -> Option<&str> {
        let entry = self.knowledge.catalogue.technologies.get_index(self.tech(ix)?.into())?;
        Some(entry.0)
    }

    fn handles(&self, ix: ElementIx) -> Things {
        let (held, mut known) = self.held(ix);
        let mut members: Vec<AssetIx> = held.to_vec();
        for flow in self.touching(ix) {
            let (assets, complete) = self.moved(flow);
            members.extend(assets);
            known &= complete;
        }
        members.sort_unstable();
        members.dedup();
        Things { members: members.into_iter().map(|asset| (Thing::Asset(asset), Tri::Yes)).collect(), open: !known }
    }

    /// A list of things. What a field of another kind of thing would give is unknown; the checker of expressions never
    /// lets one through.
    fn list_value(&self, thing: Thing, field: Field) -> Value<'_> {
        self.listed(thing, field).map_or(Value::Tri(Tri::Unknown), Value::Things)
    }

    /// Whether a flow arrives from a less trusted place, or an entry point is stated.
    pub(crate) fn exposed(&self, ix: ElementIx) -> Tri {
        self.exposures[ix.index()]
    }

    pub(super) fn find_exposure(&self, ix: ElementIx) -> Tri {
        if !self.model[ix].stated.entry_points.items.is_empty() {
            return Tri::Yes;
        }
        self.arriving(ix).map(|flow| self.comes_from_below(flow, ix)).fold(Tri::No, Tri::or)
    }

    /// Whether a flow that arrives at an element comes from a less trusted place.
    pub(crate) fn comes_from_below(&self, flow: FlowIx, element: ElementIx) -> Tri {
        let source = self.trust(self.far_end(flow, element));
        let target = self.trust(element);
        if source.high < target.low {
            Tri::Yes
        } else if source.low >= target.high || self.crosses(flow).is_no() {
            Tri::No
        } else {
            Tri::Unknown
        }
    }

    fn entry_points(&self, ix: ElementIx) -> Value<'_> {
        let stated = self.model[ix].stated.entry_points.values().map(String::as_str);
        let flows = self.arriving(ix).filter(|flow| self.comes_from_below(*flow, ix).is_yes());
        let named = flows.map(|flow| self.model.name_of(Thing::Flow(flow)));
        Value::Texts { items: stated.chain(named).collect(), open: false }
    }

    fn flow_value(&self, ix: FlowIx, field: Field) -> Value<'_> {
        let ends = self.ends(ix);
        match field {
            Field::Protocol => Value::Text(self.protocol_id(ix)),
            Field::Label => text(self.model[ix].stated.label.as_ref()),
            Field::Source => Value::Thing(Thing::Element(ends.source)),
            Field::Target => Value::Thing(Thing::Element(ends.target)),
            Field::Crosses => Value::Tri(self.crosses(ix)),
            Field::Enters => Value::Things(self.entered(ix)),
            Field::Leaves => Value::Things(self.left(ix)),
            Field::Crossed => {
                let (mut entered, left) = (self.entered(ix), self.left(ix));
                entered.members.extend(left.members);
                Value::Things(Things { members: entered.members, open: entered.open || left.open })
            }
            Field::BothWays => Value::Tri(Tri::known(ends.both_ways)),
            _ => self.list_value(Thing::Flow(ix), field),
        }
    }

    fn protocol_id(&self, ix: FlowIx) -> Option<&str> {
        let entry = self.knowledge.catalogue.protocols.get_index(self.protocol(ix)?.into())?;
        Some(entry.0)
    }

    /// The zones that a flow enters.
    pub(crate) fn entered(&self, ix: FlowIx) -> Things {
        let crossing = self.crossing(ix);
        let members = crossing.enters.iter().map(|(zone, tri)| (Thing::Zone(*zone), *tri)).collect();
        Things { members, open: crossing.enters_open }
    }

    /// The zones that a flow leaves.
    pub(crate) fn left(&self, ix: FlowIx) -> Things {
        let crossing = self.crossing(ix);
        let members = crossing.leaves.iter().map(|(zone, tri)| (Thing::Zone(*zone), *tri)).collect();
        Things { members, open: crossing.leaves_open }
    }

    fn asset_value(&self, ix: AssetIx, field: Field) -> Value<'_> {
        let asset = &self.model[ix];
        match field {
            Field::Kind => Value::Text(Some(asset.kind.as_str())),
            Field::Data => match self.written_elsewhere(Thing::Asset(ix), FactKey::Data) {
                Some(text) => texts(super::placement::split_list(text), false),
                None => texts(asset.stated.data.values().map(String::as_str), self.silent_about_data(ix)),
            },
            Field::Confidentiality => self.level_value(ix, Property::Confidentiality),
            Field::Integrity => self.level_value(ix, Property::Integrity),
            Field::Availability => self.level_value(ix, Property::Availability),
            Field::Privacy => self.level_value(ix, Property::Privacy),
            Field::Top => Value::Tri(Tri::known(asset.stated.top.as_ref().is_some_and(|top| top.value == YesNo::Yes))),
            _ => self.list_value(Thing::Asset(ix), field),
        }
    }

    /// Whether nobody says which classes of data are in an asset that may have some; uptime and reputation have none.
    fn silent_about_data(&self, ix: AssetIx) -> bool {
        use redan_model::lang::AssetKind;
        let asset = &self.model[ix];
        let written = asset.stated.data.is_written() || self.written_elsewhere(Thing::Asset(ix), FactKey::Data).is_some();
        !written && !matches!(asset.kind, AssetKind::Service | AssetKind::Reputation)
    }

    fn level_value(&self, ix: AssetIx, property: Property) -> Value<'_> {
        Value::Number(self.level(ix, property).map_or(Range { low: 0, high: 4 }, |level| Range::known(level as i64)))
    }

    /// A store that does not say what it holds.
    pub(crate) fn silent_store(&self, ix: ElementIx) -> bool {
        self.model[ix].kind == redan_model::lang::ElementKind::Store && !self.holds[ix.index()].known && !self.model[ix].is_group
    }

    /// The elements and flows that an asset is known to be at.
    pub(crate) fn asset_places(&self, ix: AssetIx) -> (&[ElementIx], &[FlowIx]) {
        (&self.holders[ix.index()], &self.carriers[ix.index()])
    }

    fn ask_placement(&self, ix: ElementIx, out: &mut Vec<BaseFact>) {
        if !self.placement(ix).known {
            out.push(BaseFact { thing: Thing::Element(ix), key: FactKey::Zone });
        }
    }

    fn ask_trust(&self, ix: ElementIx, out: &mut Vec<BaseFact>) {
        self.ask_placement(ix, out);
        if self.trust(ix).is_known() {
            return;
        }
        let silent = self.placement(ix).inner.iter().filter(|zone| self.zone_trust(**zone).is_none());
        out.extend(silent.map(|zone| BaseFact { thing: Thing::Zone(*zone), key: FactKey::Trust }));
    }

    fn ask_moves(&self, flow: FlowIx, out: &mut Vec<BaseFact>) {
        if !self.moves[flow.index()].known {
            out.push(BaseFact { thing: Thing::Flow(flow), key: FactKey::Carries });
        }
    }

    fn ask_holds(&self, ix: ElementIx, out: &mut Vec<BaseFact>) {
        if !self.holds[ix.index()].known {
            out.push(BaseFact { thing: Thing::Element(ix), key: FactKey::Holds });
        }
    }

    fn ask_element(&self, ix: ElementIx, field: Field, out: &mut Vec<BaseFact>) {
        match field {
            Field::Tech if self.tech(ix).is_none() => out.push(BaseFact { thing: Thing::Element(ix), key: FactKey::Tech }),
            Field::Trust => self.ask_trust(ix, out),
            Field::Zones => self.ask_placement(ix, out),
            Field::Holds => self.ask_holds(ix, out),
            Field::Handles => {
                self.ask_holds(ix, out);
                self.touching(ix).for_each(|flow| self.ask_moves(flow, out));
            }
            Field::Exposed | Field::EntryPoints if self.exposed(ix).is_unknown() => {
                for flow in self.arriving(ix).filter(|flow| self.comes_from_below(*flow, ix).is_unknown()) {
                    self.ask_trust(self.far_end(flow, ix), out);
                }
                self.ask_trust(ix, out);
            }
            _ => {}
        }
    }

    fn ask_flow(&self, ix: FlowIx, field: Field, out: &mut Vec<BaseFact>) {
        match field {
            Field::Protocol if self.protocol(ix).is_none() => {
                out.push(BaseFact { thing: Thing::Flow(ix), key: FactKey::Protocol });
            }
            Field::Carries | Field::Returns | Field::Moves => self.ask_moves(ix, out),
            Field::Crosses | Field::Enters | Field::Leaves | Field::Crossed => {
                self.ask_placement(self.model[ix].source, out);
                self.ask_placement(self.model[ix].target, out);
            }
            _ => {}
        }
    }

    fn ask_zone(&self, ix: ZoneIx, field: Field, out: &mut Vec<BaseFact>) {
        match field {
            Field::Trust if self.zone_trust(ix).is_none() => out.push(BaseFact { thing: Thing::Zone(ix), key: FactKey::Trust }),
            Field::Inside | Field::Entering | Field::Leaving => self.unplaced.iter().for_each(|element| self.ask_placement(*element, out)),
            _ => {}
        }
    }

    fn ask_asset(&self, ix: AssetIx, field: Field, out: &mut Vec<BaseFact>) {
        let level = match field {
            Field::Confidentiality => Property::Confidentiality,
            Field::Integrity => Property::Integrity,
            Field::Availability => Property::Availability,
            Field::Privacy => Property::Privacy,
            Field::Data => {
                if self.silent_about_data(ix) {
                    out.push(BaseFact { thing: Thing::Asset(ix), key: FactKey::Data });
                }
                return;
            }
            Field::Holders => return self.silent_stores.iter().for_each(|element| self.ask_holds(*element, out)),
            _ => return,
        };
        if self.level(ix, level).is_none() {
            out.push(BaseFact { thing: Thing::Asset(ix), key: FactKey::Level(level) });
        }
    }
}
