//! The lists of things that expressions walk, member by member: most walks end early or need no list of their own.

use std::ops::ControlFlow;
use std::rc::Rc;

use redan_model::{ById, FlowIx, Thing, ZoneIx};
use rustc_hash::FxHashMap;

use super::Facts;
use super::placement::narrow32;
use crate::expr::{Field, Holding, Things, Tri};

/// Where predicates that do not depend on where they are asked can hold, by list and predicate.
pub(super) type Holdings = FxHashMap<(Thing, Field), ById<Rc<Holding>>>;

/// What is called with a member and whether it belongs.
type Visit<'v> = dyn FnMut(Thing, Tri) -> ControlFlow<()> + 'v;

impl Facts<'_> {
    /// A list with all its members; nothing where the thing has no such list.
    pub(crate) fn listed(&self, thing: Thing, field: Field) -> Option<Things> {
        let mut members = Vec::new();
        let open = self.each_listed(thing, field, &mut |member, belongs| {
            members.push((member, belongs));
            ControlFlow::Continue(())
        })?;
        Some(Things { members, open })
    }

    /// Visits the members of a list until the visit breaks off; whether there may be members that nobody has stated, or
    /// nothing where the thing has no such list.
    pub(super) fn each_listed(&self, thing: Thing, field: Field, visit: &mut Visit<'_>) -> Option<bool> {
        let mut open = false;
        // Who breaks off wants no more members.
        let _ = match thing {
            Thing::Model => self.each_of_model(field, visit)?,
            Thing::Zone(ix) => self.each_of_zone(ix, field, visit)?,
            Thing::Element(ix) => match field {
                Field::Incoming => sure(self.arriving(ix).map(Thing::Flow), visit),
                Field::Outgoing => sure(self.departing(ix).map(Thing::Flow), visit),
                Field::Flows => sure(self.touching(ix).map(Thing::Flow), visit),
                Field::Children => sure(self.model[ix].children.iter().map(|child| Thing::Element(*child)), visit),
                Field::Parents => sure(self.around(ix).skip(1).map(Thing::Element), visit),
                Field::Zones => {
                    open = !self.placement(ix).known;
                    sure(self.placement(ix).all.iter().map(|zone| Thing::Zone(*zone)), visit)
                }
                Field::Holds => {
                    let (assets, known) = self.held(ix);
                    open = !known;
                    sure(assets.iter().map(|asset| Thing::Asset(*asset)), visit)
                }
                _ => return None,
            },
            Thing::Flow(ix) => {
                let moves = &self.moves[ix.index()];
                open = !moves.known;
                match field {
                    Field::Carries => sure(moves.carries.iter().map(|asset| Thing::Asset(*asset)), visit),
                    Field::Returns => sure(moves.returns.iter().map(|asset| Thing::Asset(*asset)), visit),
                    Field::Moves => sure(self.moved(ix).0.map(Thing::Asset), visit),
                    _ => return None,
                }
            }
            Thing::Asset(ix) => match field {
                Field::On => sure(self.model[ix].on.iter().map(|element| Thing::Element(*element)), visit),
                // A store that does not say what it holds may be one.
                Field::Holders => sure_then_maybe(&self.holders[ix.index()], &self.silent_stores, Thing::Element, visit),
                Field::StatedCarriers => sure(self.carriers[ix.index()].iter().map(|flow| Thing::Flow(*flow)), visit),
                _ => return None,
            },
        };
        Some(open)
    }

    fn each_of_model(&self, field: Field, visit: &mut Visit<'_>) -> Option<ControlFlow<()>> {
        Some(match field {
            Field::Elements => sure(self.element_ixs().map(Thing::Element), visit),
            Field::AllFlows => sure(self.flow_ixs().map(Thing::Flow), visit),
            Field::Assets => sure(self.asset_ixs().map(Thing::Asset), visit),
            Field::AllZones => sure((0..self.inside.len()).map(|ix| Thing::Zone(ZoneIx(narrow32(ix)))), visit),
            _ => return None,
        })
    }

    fn each_of_zone(&self, ix: ZoneIx, field: Field, visit: &mut Visit<'_>) -> Option<ControlFlow<()>> {
        Some(match field {
            Field::Zones => sure(self.outer_zones(ix).map(Thing::Zone), visit),
            Field::Children => sure(self.model[ix].children.iter().map(|zone| Thing::Zone(*zone)), visit),
            // An element whose zones nobody states may be inside.
            Field::Inside => sure_then_maybe(self.elements_inside(ix), &self.unplaced, Thing::Element, visit),
            Field::Entering => self.each_crossing(ix, &self.entering[ix.index()], true, visit),
            Field::Leaving => self.each_crossing(ix, &self.leaving[ix.index()], false, visit),
            _ => return None,
        })
    }

    fn each_crossing(&self, ix: ZoneIx, certain: &[FlowIx], entering: bool, visit: &mut Visit<'_>) -> ControlFlow<()> {
        sure(certain.iter().map(|flow| Thing::Flow(*flow)), visit)?;
        for flow in &self.loose_flows {
            let crossing = self.crossing(*flow);
            let (known, open) = if entering { (&crossing.enters, crossing.enters_open) } else { (&crossing.leaves, crossing.leaves_open) };
            let tri = known.iter().find(|(zone, _)| *zone == ix).map(|(_, tri)| *tri);
            let far = if entering { &crossing.leaves } else { &crossing.enters };
            // The far end is certainly inside too where it leaves the zone or shares it.
            let possible = open && !far.iter().any(|(zone, _)| *zone == ix) && !self.shares(*flow, ix);
            if let Some(tri) = tri.or(possible.then_some(Tri::Unknown)) {
                visit(Thing::Flow(*flow), tri)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn shares(&self, flow: FlowIx, zone: ZoneIx) -> bool {
        let inside = |element| self.placement(element).all.contains(&zone);
        inside(self.ends(flow).source) && inside(self.ends(flow).target)
    }
}

fn sure(mut members: impl Iterator<Item = Thing>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    members.try_for_each(|member| visit(member, Tri::Yes))
}

fn sure_then_maybe<T: Copy>(known: &[T], maybe: &[T], thing: impl Fn(T) -> Thing, visit: &mut Visit<'_>) -> ControlFlow<()> {
    known.iter().try_for_each(|one| visit(thing(*one), Tri::Yes))?;
    maybe.iter().try_for_each(|one| visit(thing(*one), Tri::Unknown))
}
