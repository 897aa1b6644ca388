//! Likelihood, impact and risk: the numbers of a threat and the phrases that say where they come from.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use redan_model::lang::{Level, Strength};
use redan_model::{AssetIx, ElementIx, Thing};
use rustc_hash::FxHashMap;

use crate::catalogue::Lowers;
use crate::expr::{Env, Tri, World};
use crate::fact::{BaseFact, FactKey, Property};
use crate::facts::{Distances, Facts, NO_WAY};
use crate::rule::Rule;

/// The base likelihood of a rule on a subject.
#[derive(Debug, Clone, Default)]
pub(crate) struct Likelihood {
    /// The lowest that unknown facts allow.
    pub(crate) low: u8,
    /// The highest that unknown facts allow; threats are rated with it.
    pub(crate) high: u8,
    /// The facts that decide between the two.
    pub(crate) rates: Vec<BaseFact>,
}

impl Likelihood {
    /// The highest level whose condition holds; one whose condition is unknown may. The facts that decide are only
    /// found where they are wanted.
    pub(crate) fn of(rule: &Rule, world: &dyn World, env: Env, asks: bool) -> Self {
        let mut found = Self::default();
        for (level, condition) in &rule.likelihood {
            match condition.eval(world, env) {
                Tri::No => {}
                Tri::Unknown => {
                    found.high = found.high.max(*level);
                    if asks {
                        found.rates.extend(condition.behind_unknown(world, env));
                    }
                }
                Tri::Yes => {
                    found.low = *level;
                    break;
                }
            }
        }
        found.low = found.low.max(1);
        found.high = found.high.max(found.low);
        found
    }
}

/// By how many steps counters lower likelihood and impact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Steps {
    likelihood: u8,
    impact: u8,
}

impl Steps {
    /// Adds a counter.
    pub(crate) fn add(&mut self, strength: Strength, lowers: Lowers) {
        match lowers {
            Lowers::Likelihood => self.likelihood = self.likelihood.saturating_add(strength.steps()),
            Lowers::Impact => self.impact = self.impact.saturating_add(strength.steps()),
        }
    }

    /// Adds what other counters take away.
    pub(crate) fn join(&mut self, other: Steps) {
        self.likelihood = self.likelihood.saturating_add(other.likelihood);
        self.impact = self.impact.saturating_add(other.impact);
    }

    /// The steps that are taken off the likelihood.
    pub(crate) fn of_likelihood(self) -> u8 {
        self.likelihood
    }

    /// The most that these steps take off a risk, whatever others do.
    pub(crate) fn most(self, likelihood: u8, impact: u8) -> f64 {
        f64::from(self.likelihood) * f64::from(impact) + f64::from(self.impact) * f64::from(likelihood)
    }

    /// The risk that is left.
    pub(crate) fn risk(self, likelihood: u8, impact: u8) -> u8 {
        likelihood.saturating_sub(self.likelihood).max(1) * impact.saturating_sub(self.impact).max(1)
    }
}

/// What exposure does to a likelihood, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Exposure {
    /// No further boundary: +1. The element where the attacker starts.
    Direct(Option<ElementIx>),
    /// One boundary.
    One,
    /// Two boundaries or more: -1.
    Far(u32),
    /// No way from an outsider's start: -1.
    Cut,
    /// Only insiders get there: -1.
    Insiders,
    /// Zones on the way are not known.
    Unclear,
    /// The model has no start of an attacker.
    NoStart,
}

impl Exposure {
    /// The steps that it adds to the likelihood.
    pub(crate) fn steps(self) -> i8 {
        match self {
            Self::Direct(_) => 1,
            Self::Far(_) | Self::Cut | Self::Insiders => -1,
            Self::One | Self::Unclear | Self::NoStart => 0,
        }
    }

    /// As a phrase of `rating_reasons`.
    pub(crate) fn reason(self, facts: &Facts<'_>) -> Option<String> {
        Some(match self {
            Self::Direct(Some(start)) => {
                format!("+1 reachable from {} without crossing a boundary", facts.model.name_of(Thing::Element(start)))
            }
            Self::Direct(None) => "+1 reachable from an attacker's start without crossing a boundary".to_owned(),
            Self::One => "+0 one boundary away from where attackers start".to_owned(),
            Self::Far(boundaries) => format!("-1 because attackers start {boundaries} boundaries away"),
            Self::Cut => "-1 no flows lead here from where attackers start".to_owned(),
            Self::Insiders => "-1 only insiders get here".to_owned(),
            Self::Unclear => "+0 zones on the way are not known".to_owned(),
            Self::NoStart => return None,
        })
    }
}

/// The impact of a threat.
#[derive(Debug, Clone, Default)]
pub(crate) struct Impact {
    pub(crate) low: u8,
    pub(crate) now: u8,
    pub(crate) high: u8,
    /// Unstated levels and lists that would move it.
    pub(crate) rates: Vec<BaseFact>,
    /// The property and the asset that decide it.
    pub(crate) because: Option<(Property, AssetIx)>,
}

/// The assets that a threat to a thing would touch.
#[derive(Debug, Default)]
pub(crate) struct Involved {
    assets: Vec<AssetIx>,
    /// Those whose availability alone is at stake.
    availability: Vec<AssetIx>,
    /// Lists that nobody has written and that would name further assets.
    unwritten: Vec<BaseFact>,
}

/// Ratings of one model: searches and lists that many threats share.
#[derive(Debug)]
pub(crate) struct Risk<'a, 'm> {
    facts: &'a Facts<'m>,
    distances: Distances,
    assume: Level,
    involved: RefCell<FxHashMap<Thing, Rc<Involved>>>,
    /// The last answer of [`Risk::exposure`]: all threats to one thing ask the same.
    exposed: Cell<Option<(Thing, Exposure)>>,
    /// The answers of [`Risk::impact`] for the thing that was asked about last: its threats differ in few properties.
    impacts: RefCell<Impacts>,
}

/// What an impact on a thing depends on: an asset that is looked at alone, and the properties in their order.
type ImpactKey = (Option<AssetIx>, u32);

/// Impacts on one thing.
#[derive(Debug)]
struct Impacts {
    thing: Thing,
    kept: Vec<(ImpactKey, Rc<Impact>)>,
}

impl<'a, 'm> Risk<'a, 'm> {
    /// Ratings over the facts of a model.
    pub(crate) fn new(facts: &'a Facts<'m>, assume: Level) -> Self {
        Self {
            facts,
            distances: facts.distances(),
            assume,
            involved: RefCell::default(),
            exposed: Cell::new(None),
            impacts: RefCell::new(Impacts { thing: Thing::Model, kept: Vec::new() }),
        }
    }

    /// How exposed a thing is.
    pub(crate) fn exposure(&self, thing: Thing) -> Exposure {
        if let Some((last, exposure)) = self.exposed.get()
            && last == thing
        {
            return exposure;
        }
        let exposure = self.find_exposure(thing);
        self.exposed.set(Some((thing, exposure)));
        exposure
    }

    fn find_exposure(&self, thing: Thing) -> Exposure {
        if !self.distances.has_start || thing == Thing::Model {
            return Exposure::NoStart;
        }
        let near = |list: &[ElementIx]| list.iter().copied().min_by_key(|ix| (self.distances.high[ix.index()], *ix));
        let low = |list: &[ElementIx]| list.iter().map(|ix| self.distances.low[ix.index()]).min().unwrap_or(NO_WAY);
        let places = self.places(thing);
        let Some(nearest) = near(&places) else { return Exposure::NoStart };
        let (low, high) = (low(&places), self.distances.high[nearest.index()]);
        let insider = places.iter().any(|ix| self.distances.insider[ix.index()]);
        let (certain, possible) = (self.classify(high, nearest, insider), self.classify(low, nearest, insider));
        if certain.steps() == possible.steps() { certain } else { Exposure::Unclear }
    }

    fn classify(&self, boundaries: u32, nearest: ElementIx, insider: bool) -> Exposure {
        match boundaries {
            0 => Exposure::Direct(self.chain_to(nearest).first().map(|step| step.0)),
            1 => Exposure::One,
            NO_WAY if insider => Exposure::Insiders,
            NO_WAY => Exposure::Cut,
            many => Exposure::Far(many),
        }
    }

    /// The elements by which an attacker gets at a thing.
    fn places(&self, thing: Thing) -> Vec<ElementIx> {
        match thing {
            Thing::Model => Vec::new(),
            Thing::Element(ix) => vec![ix],
            Thing::Flow(ix) => vec![self.facts.ends(ix).source, self.facts.ends(ix).target],
            Thing::Zone(ix) => self.facts.elements_inside(ix).to_vec(),
            Thing::Asset(ix) => {
                let (holders, carriers) = self.facts.asset_places(ix);
                let ends = carriers.iter().flat_map(|flow| [self.facts.ends(*flow).source, self.facts.ends(*flow).target]);
                let on = self.facts.model[ix].on.iter().copied();
                holders.iter().copied().chain(ends).chain(on).collect()
            }
        }
    }

    /// One shortest chain of flows from an attacker's start to an element: elements with the flow that leaves them.
    fn chain_to(&self, element: ElementIx) -> Vec<(ElementIx, Option<redan_model::FlowIx>)> {
        let mut chain = vec![(element, None)];
        let mut here = element;
        while let Some((before, flow)) = self.distances.came[here.index()] {
            chain.push((before, Some(flow)));
            here = before;
            if chain.len() > self.facts.model.elements.len() {
                break;
            }
        }
        chain.reverse();
        chain
    }

    /// One shortest chain of flows from an attacker's start to a thing; empty when there is none.
    pub(crate) fn chain(&self, thing: Thing) -> Vec<Thing> {
        let reached = |ix: &ElementIx| self.distances.high[ix.index()] != NO_WAY;
        let places = self.places(thing);
        let nearest = places.iter().copied().filter(reached).min_by_key(|ix| (self.distances.high[ix.index()], *ix));
        let Some(nearest) = nearest else { return Vec::new() };
        let step = |(element, flow): (ElementIx, Option<redan_model::FlowIx>)| {
            std::iter::once(Thing::Element(element)).chain(flow.map(Thing::Flow))
        };
        self.chain_to(nearest).into_iter().flat_map(step).collect()
    }

    /// The assets that a threat to a thing would touch.
    fn involved(&self, thing: Thing) -> Rc<Involved> {
        if let Some(kept) = self.involved.borrow().get(&thing) {
            return Rc::clone(kept);
        }
        let mut found = Involved::default();
        self.collect(thing, &mut found);
        for list in [&mut found.assets, &mut found.availability] {
            list.sort_unstable();
            list.dedup();
        }
        let found = Rc::new(found);
        self.involved.borrow_mut().insert(thing, Rc::clone(&found));
        found
    }

    fn collect(&self, thing: Thing, out: &mut Involved) {
        let facts = self.facts;
        match thing {
            Thing::Model => out.assets.extend(facts.asset_ixs()),
            Thing::Asset(ix) => out.assets.push(ix),
            Thing::Zone(ix) => {
                for element in facts.elements_inside(ix) {
                    let inside = self.involved(Thing::Element(*element));
                    out.assets.extend(&inside.assets);
                }
            }
            Thing::Flow(ix) => {
                self.collect_flow(ix, out);
                let target = facts.ends(ix).target;
                out.availability.extend(facts.held(target).0);
                out.availability.extend(facts.services(target));
            }
            Thing::Element(ix) => {
                let (held, known) = facts.held(ix);
                out.assets.extend(held);
                if !known && facts.silent_store(ix) {
                    out.unwritten.push(BaseFact { thing, key: FactKey::Holds });
                }
                facts.touching(ix).for_each(|flow| self.collect_flow(flow, out));
                out.assets.extend(facts.services(ix));
            }
        }
    }

    fn collect_flow(&self, ix: redan_model::FlowIx, out: &mut Involved) {
        let (assets, known) = self.facts.moved(ix);
        out.assets.extend(assets);
        if !known {
            out.unwritten.push(BaseFact { thing: Thing::Flow(ix), key: FactKey::Carries });
        }
    }

    /// The impact of a threat to properties of what is at a thing, or of one asset.
    pub(crate) fn impact(&self, thing: Thing, with: Option<AssetIx>, properties: &[Property]) -> Rc<Impact> {
        let in_order = properties.iter().fold(0, |key: u32, property| key.wrapping_mul(8).wrapping_add(*property as u32 + 1));
        let mut impacts = self.impacts.borrow_mut();
        if impacts.thing != thing {
            *impacts = Impacts { thing, kept: Vec::new() };
        }
        if let Some((_, impact)) = impacts.kept.iter().find(|(key, _)| *key == (with, in_order)) {
            return Rc::clone(impact);
        }
        let impact = Rc::new(self.find_impact(thing, with, properties));
        impacts.kept.push(((with, in_order), Rc::clone(&impact)));
        impact
    }

    fn find_impact(&self, thing: Thing, with: Option<AssetIx>, properties: &[Property]) -> Impact {
        let involved = self.involved(with.map_or(thing, Thing::Asset));
        let properties = if properties.is_empty() { &Property::ALL[..3] } else { properties };
        let assume = self.assume as u8;
        let mut worst = Worst::default();
        for property in properties {
            let extra: &[AssetIx] = if *property == Property::Availability { &involved.availability } else { &[] };
            for asset in involved.assets.iter().chain(extra) {
                worst.add(*property, *asset, self.facts.level(*asset, *property));
            }
        }
        let nothing = worst.known.is_none() && worst.unknown.is_empty();
        let known = worst.known.map_or(0, |(level, _, _)| level);
        let now = if nothing || !worst.unknown.is_empty() { known.max(assume) } else { known };
        let mut impact = Impact { low: known + 1, now: now + 1, high: now + 1, rates: Vec::new(), because: None };
        impact.because = worst.known.filter(|(level, _, _)| *level == now).map(|(_, property, asset)| (property, asset));
        if known < Level::Critical as u8 {
            let level = |(property, asset): &(Property, AssetIx)| BaseFact { thing: Thing::Asset(*asset), key: FactKey::Level(*property) };
            impact.rates = worst.unknown.iter().map(level).chain(involved.unwritten.iter().copied()).collect();
        }
        if impact.rates.is_empty() {
            impact.low = impact.now;
        } else {
            impact.high = Level::Critical as u8 + 1;
        }
        impact
    }
}

/// The worst known level among assets, and the levels that nobody has stated.
#[derive(Default)]
struct Worst {
    known: Option<(u8, Property, AssetIx)>,
    unknown: Vec<(Property, AssetIx)>,
}

impl Worst {
    fn add(&mut self, property: Property, asset: AssetIx, level: Option<Level>) {
        match level.map(|level| level as u8) {
            Some(level) if self.known.is_none_or(|(known, _, _)| level > known) => self.known = Some((level, property, asset)),
            Some(_) => {}
            None => self.unknown.push((property, asset)),
        }
    }
}
