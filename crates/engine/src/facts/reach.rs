//! What leads where: reach along flows, and how near an attacker's start is.
//!
//! Everything here is a breadth-first search over the whole model, linear in elements and flows and safe on cycles.

use std::collections::VecDeque;

use redan_model::lang::YesNo;
use redan_model::{ById, ElementIx, FlowIx, Thing};
use rustc_hash::FxHashMap;

use super::Facts;
use crate::expr::{Field, Tri};

/// Results of reach queries that do not depend on where they are asked, by the kind of reach and the query's key.
pub(crate) type ReachMemo = FxHashMap<Field, ById<std::rc::Rc<Vec<Tri>>>>;

/// How near each element is to where attackers start.
#[derive(Debug)]
pub(crate) struct Distances {
    /// Fewest boundaries from an outsider's start, unknown boundaries not counted; `u32::MAX` when there is no way.
    pub(crate) low: Vec<u32>,
    /// The same with every unknown boundary counted.
    pub(crate) high: Vec<u32>,
    /// How the element is reached on a way with the fewest boundaries.
    pub(crate) came: Vec<Option<(ElementIx, FlowIx)>>,
    /// Reached from an insider's start.
    pub(crate) insider: Vec<bool>,
    /// Whether there is any outsider's start, any start at all.
    pub(crate) has_start: bool,
}

/// No way leads there.
pub(crate) const NO_WAY: u32 = u32::MAX;

impl Facts<'_> {
    /// Elements from which flows lead to an element: along `from -> to`, or also back along returns.
    pub(crate) fn reaching(&self, element: ElementIx, field: Field) -> Vec<ElementIx> {
        let mut seen = vec![false; self.model.elements.len()];
        let mut queue = VecDeque::from([element]);
        let mut found = Vec::new();
        while let Some(here) = queue.pop_front() {
            self.for_each_before(here, field, &mut |before| {
                if !std::mem::replace(&mut seen[before.index()], true) {
                    found.push(before);
                    queue.push_back(before);
                }
            });
        }
        found.sort_unstable();
        found
    }

    /// For every element, whether some element for which `holds` is true leads to it.
    pub(crate) fn spread(&self, field: Field, holds: &mut dyn FnMut(ElementIx) -> Tri) -> Vec<Tri> {
        let origin: Vec<Tri> = self.element_ixs().map(holds).collect();
        let yes = self.flood(field, |ix| origin[ix.index()] == Tri::Yes);
        let maybe = self.flood(field, |ix| origin[ix.index()] != Tri::No);
        let merge = |(yes, maybe)| match (yes, maybe) {
            (true, _) => Tri::Yes,
            (false, true) => Tri::Unknown,
            (false, false) => Tri::No,
        };
        yes.into_iter().zip(maybe).map(merge).collect()
    }

    fn flood(&self, field: Field, start: impl Fn(ElementIx) -> bool) -> Vec<bool> {
        let mut reached = vec![false; self.model.elements.len()];
        let mut queued: Vec<bool> = self.element_ixs().map(&start).collect();
        let mut queue: VecDeque<ElementIx> = self.element_ixs().filter(|ix| queued[ix.index()]).collect();
        while let Some(here) = queue.pop_front() {
            self.for_each_after(here, field, &mut |after| {
                reached[after.index()] = true;
                if !std::mem::replace(&mut queued[after.index()], true) {
                    queue.push_back(after);
                }
            });
        }
        reached
    }

    fn for_each_before(&self, here: ElementIx, field: Field, visit: &mut dyn FnMut(ElementIx)) {
        for flow in self.arriving(here) {
            self.with_parts(self.far_end(flow, here), visit);
        }
        if field == Field::InfluencedFrom {
            for flow in self.departing(here).filter(|flow| self.answers(*flow)) {
                self.with_parts(self.far_end(flow, here), visit);
            }
        }
    }

    fn for_each_after(&self, here: ElementIx, field: Field, visit: &mut dyn FnMut(ElementIx)) {
        for flow in self.departing(here) {
            self.with_parts(self.far_end(flow, here), visit);
        }
        if field == Field::InfluencedFrom {
            for flow in self.arriving(here).filter(|flow| self.answers(*flow)) {
                self.with_parts(self.far_end(flow, here), visit);
            }
        }
    }

    /// Data comes back along a flow unless the model says that nothing does.
    fn answers(&self, flow: FlowIx) -> bool {
        self.graph.ends(flow).answers
    }

    /// The end of a flow that is not `here` (nor what `here` is part of).
    pub(crate) fn far_end(&self, flow: FlowIx, here: ElementIx) -> ElementIx {
        let ends = self.graph.ends(flow);
        if self.around(here).any(|ix| ix == ends.target) { ends.source } else { ends.target }
    }

    /// A flow to or from a parent stands for its parts.
    fn with_parts(&self, element: ElementIx, visit: &mut dyn FnMut(ElementIx)) {
        if self.graph.children(element).is_empty() {
            return visit(element);
        }
        let mut stack = vec![element];
        let mut budget = self.model.elements.len();
        while let Some(ix) = stack.pop() {
            visit(ix);
            if budget == 0 {
                break;
            }
            budget -= 1;
            stack.extend(self.graph.children(ix).iter().rev());
        }
    }

    /// How near each element is to where attackers start.
    pub(crate) fn distances(&self) -> Distances {
        let (outside, inside) = self.starts();
        let has_outside = outside.contains(&true);
        let none = vec![None; self.model.elements.len()];
        let mut came = none.clone();
        let high = self.walk(|ix| outside[ix.index()], 1, &mut came);
        let low = self.walk(|ix| outside[ix.index()] || !self.placement(ix).known, 0, &mut none.clone());
        let from_inside = self.walk(|ix| inside[ix.index()], 1, &mut none.clone());
        let insider: Vec<bool> = from_inside.iter().map(|distance| *distance != NO_WAY).collect();
        Distances { low, high, came, has_start: has_outside || inside.contains(&true), insider }
    }

    /// Where outsiders and insiders start: where the model's attackers are, or in every zone that nobody vouches for.
    fn starts(&self) -> (Vec<bool>, Vec<bool>) {
        let count = self.model.elements.len();
        let (mut outside, mut inside) = (vec![false; count], vec![false; count]);
        let attackers = &self.model.root.attackers.entries;
        for attacker in attackers.values().map(|entry| &entry.value) {
            let insider = attacker.insider.as_ref().is_some_and(|insider| insider.value == YesNo::Yes);
            let list = if insider { &mut inside } else { &mut outside };
            for from in attacker.from.values() {
                match self.model.find(from) {
                    Some(Thing::Element(ix)) => list[ix.index()] = true,
                    Some(Thing::Zone(zone)) => self.elements_inside(zone).iter().for_each(|ix| list[ix.index()] = true),
                    _ => {}
                }
            }
        }
        if attackers.is_empty() {
            for ix in self.element_ixs() {
                let placement = self.placement(ix);
                outside[ix.index()] = placement.known && placement.inner.iter().any(|zone| self.zone_trust(*zone) == Some(0));
            }
        }
        (outside, inside)
    }

    /// 0-1 breadth-first search: a flow that enters or leaves a zone costs one boundary.
    fn walk(&self, start: impl Fn(ElementIx) -> bool, unknown: u32, came: &mut [Option<(ElementIx, FlowIx)>]) -> Vec<u32> {
        let mut distance = vec![NO_WAY; self.model.elements.len()];
        let mut queue = VecDeque::new();
        for ix in self.element_ixs().filter(|ix| start(*ix)) {
            distance[ix.index()] = 0;
            queue.push_back((0, ix));
        }
        while let Some((so_far, here)) = queue.pop_front() {
            if so_far > distance[here.index()] {
                continue;
            }
            for flow in self.departing(here) {
                let cost = match self.crosses(flow) {
                    Tri::Yes => 1,
                    Tri::No => 0,
                    Tri::Unknown => unknown,
                };
                self.with_parts(self.far_end(flow, here), &mut |there| {
                    if so_far + cost < distance[there.index()] {
                        distance[there.index()] = so_far + cost;
                        came[there.index()] = Some((here, flow));
                        if cost == 0 { queue.push_front((so_far, there)) } else { queue.push_back((so_far + cost, there)) }
                    }
                });
            }
        }
        distance
    }

    /// Whether a flow enters or leaves a zone.
    pub(crate) fn crosses(&self, flow: FlowIx) -> Tri {
        let crossing = self.crossing(flow);
        let certain = crossing.enters.iter().chain(&crossing.leaves).any(|(_, tri)| tri.is_yes());
        match (certain, crossing.enters_open || crossing.leaves_open) {
            (true, _) => Tri::Yes,
            (false, true) => Tri::Unknown,
            (false, false) => Tri::No,
        }
    }
}
