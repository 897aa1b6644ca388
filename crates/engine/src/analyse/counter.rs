//! Whether a threat is countered: two bits, *some* and *full*, for every control at every place that a rule names.

use redan_model::lang::State;
use redan_model::{FlowIx, Thing};

use crate::analysis::CounterUse;
use crate::catalogue::ControlIx;
use crate::expr::{Field, Things, Tri, World};
use crate::fact::{BaseFact, FactKey};
use crate::facts::Facts;
use crate::rule::{Counter, CounterRole};

/// More alternatives than anybody reads.
const MOST_SETS: usize = 16;

/// How far something is countered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bits {
    /// At least in part.
    pub(crate) some: Tri,
    /// In full.
    pub(crate) full: Tri,
}

impl Bits {
    const NONE: Self = Self { some: Tri::No, full: Tri::No };
    const ALL: Self = Self { some: Tri::Yes, full: Tri::Yes };
    const UNKNOWN: Self = Self { some: Tri::Unknown, full: Tri::Unknown };

    fn of(state: State) -> Self {
        match state {
            State::Yes => Self::ALL,
            State::Partial => Self { some: Tri::Yes, full: Tri::No },
            State::No => Self::NONE,
            State::Unknown => Self::UNKNOWN,
        }
    }

    fn and(self, other: Self) -> Self {
        Self { some: self.some.and(other.some), full: self.full.and(other.full) }
    }

    fn or(self, other: Self) -> Self {
        Self { some: self.some.or(other.some), full: self.full.or(other.full) }
    }
}

/// The subject of a rule as counters see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight<'a, 'm> {
    pub(crate) facts: &'a Facts<'m>,
    pub(crate) subject: Thing,
    /// A flow seen from its other end.
    pub(crate) turned: bool,
}

/// The things at which a counter is looked up.
struct Places {
    things: Things,
    /// All of them need it; else one is enough.
    all: bool,
    /// The field that gave the list, to ask for its unknown members.
    list: Option<Field>,
}

impl Sight<'_, '_> {
    /// How far the subject is countered.
    pub(crate) fn bits(&self, counter: &Counter) -> Bits {
        match counter {
            Counter::Control { role, control } => self.control(*role, *control),
            Counter::Any(list) => list.iter().map(|one| self.bits(one)).fold(Bits::NONE, Bits::or),
            Counter::All(list) => list.iter().map(|one| self.bits(one)).reduce(Bits::and).unwrap_or(Bits::NONE),
        }
    }

    /// The facts that an unknown outcome waits for.
    pub(crate) fn unknown(&self, counter: &Counter, out: &mut Vec<BaseFact>) {
        if !self.bits(counter).full.is_unknown() {
            return;
        }
        match counter {
            Counter::Any(list) | Counter::All(list) => list.iter().for_each(|one| self.unknown(one, out)),
            Counter::Control { role, control } => {
                if let Some(place) = self.single(*role) {
                    return push(out, self.ask(place, *control));
                }
                let places = self.places(*role);
                for (place, tri) in &places.things.members {
                    if self.state(*place, *control) == State::Unknown {
                        push(out, self.ask(*place, *control));
                    }
                    if tri.is_unknown()
                        && let Some(field) = places.list
                    {
                        self.ask_members(field, out);
                    }
                }
                if places.things.open
                    && let Some(field) = places.list
                {
                    self.ask_members(field, out);
                }
            }
        }
    }

    fn ask_members(&self, field: Field, out: &mut Vec<BaseFact>) {
        let mut asked = Vec::new();
        self.facts.unknown_facts(self.subject, field, &mut asked);
        asked.into_iter().for_each(|fact| push(out, fact));
    }

    /// Every control at every place, in the order of the rule.
    pub(crate) fn uses(&self, counter: &Counter, out: &mut Vec<CounterUse>) {
        match counter {
            Counter::Any(list) | Counter::All(list) => list.iter().for_each(|one| self.uses(one, out)),
            Counter::Control { role, control } => {
                if let Some(place) = self.single(*role) {
                    return out.push(CounterUse { control: *control, place, state: self.state(place, *control) });
                }
                for (place, _) in self.places(*role).things.members {
                    out.push(CounterUse { control: *control, place, state: self.state(place, *control) });
                }
            }
        }
    }

    /// The smallest sets of places and controls that, set to yes, would counter it in full (or, turned to no, would
    /// no longer do so).
    pub(crate) fn sets(&self, counter: &Counter, clear: bool) -> Vec<Vec<(Thing, ControlIx)>> {
        let full = self.bits(counter).full;
        if clear && full.is_yes() || !clear && full.is_no() {
            return vec![Vec::new()];
        }
        match counter {
            Counter::Control { role, control } => self.leaf_sets(*role, *control, clear),
            Counter::Any(list) if clear => list.iter().flat_map(|one| self.sets(one, clear)).take(MOST_SETS).collect(),
            Counter::All(list) if !clear => list.iter().flat_map(|one| self.sets(one, clear)).take(MOST_SETS).collect(),
            Counter::Any(list) | Counter::All(list) => {
                let product = |sets: Vec<Vec<_>>, one: &Counter| {
                    let more = self.sets(one, clear);
                    let joined = sets.iter().flat_map(|set| more.iter().map(move |extra| [set.as_slice(), extra.as_slice()].concat()));
                    joined.take(MOST_SETS).collect()
                };
                if list.is_empty() { Vec::new() } else { list.iter().fold(vec![Vec::new()], product) }
            }
        }
    }

    fn leaf_sets(&self, role: CounterRole, control: ControlIx, clear: bool) -> Vec<Vec<(Thing, ControlIx)>> {
        let places = self.places(role);
        let wrong = |state: State| if clear { state != State::Yes } else { matches!(state, State::Yes | State::Unknown) };
        let members = places.things.members.iter().map(|(place, _)| *place);
        let wanting: Vec<_> = members.filter(|place| wrong(self.state(*place, control))).map(|place| (place, control)).collect();
        if wanting.is_empty() {
            Vec::new()
        } else if places.all == clear {
            vec![wanting]
        } else {
            wanting.into_iter().map(|one| vec![one]).take(MOST_SETS).collect()
        }
    }

    /// The fact to state so that a place has, or has not, a control.
    pub(crate) fn lever(&self, place: Thing, control: ControlIx) -> BaseFact {
        self.ask(place, control)
    }

    fn control(&self, role: CounterRole, control: ControlIx) -> Bits {
        if let Some(place) = self.single(role) {
            return Bits::of(self.state(place, control));
        }
        let places = self.places(role);
        let (sure, unsure): (Vec<_>, Vec<_>) = places.things.members.iter().partition(|(_, tri)| tri.is_yes());
        let at = |place: &(Thing, Tri)| Bits::of(self.state(place.0, control));
        if places.all {
            let known = sure.into_iter().map(at).reduce(Bits::and);
            let open = places.things.open.then_some(Bits::UNKNOWN);
            let maybe = unsure.into_iter().map(|place| at(place).or(Bits::UNKNOWN));
            return known.into_iter().chain(maybe).chain(open).reduce(Bits::and).unwrap_or(Bits::NONE);
        }
        let open = if places.things.open { Bits::UNKNOWN } else { Bits::NONE };
        let maybe = unsure.into_iter().map(|place| at(place).and(Bits::UNKNOWN));
        sure.into_iter().map(at).chain(maybe).fold(open, Bits::or)
    }

    /// What is known of a control at a place.
    pub(crate) fn state(&self, place: Thing, control: ControlIx) -> State {
        let key = FactKey::Control(control);
        match place {
            Thing::Flow(ix) if self.turned && place == self.subject => self.facts.state_turned(ix, key),
            _ => self.facts.state(place, key),
        }
    }

    fn ask(&self, place: Thing, control: ControlIx) -> BaseFact {
        let key = FactKey::Control(control);
        if self.turned && place == self.subject { BaseFact { thing: place, key } } else { self.facts.ask(place, key) }
    }

    /// The place of a role that is one thing, as most are.
    fn single(&self, role: CounterRole) -> Option<Thing> {
        match (role, self.subject) {
            (CounterRole::Source, Thing::Flow(ix)) => Some(Thing::Element(self.end(ix, !self.turned))),
            (CounterRole::Target, Thing::Flow(ix)) => Some(Thing::Element(self.end(ix, self.turned))),
            (CounterRole::Model, _) => Some(Thing::Model),
            (CounterRole::Subject | CounterRole::Source | CounterRole::Target, subject) => Some(subject),
            (CounterRole::Entry | CounterRole::Exit | CounterRole::Incoming | CounterRole::Inside | CounterRole::Holders, _) => None,
        }
    }

    fn places(&self, role: CounterRole) -> Places {
        let list = |field, all| Places { things: self.facts.things(self.subject, field).into_owned(), all, list: Some(field) };
        match role {
            // Whoever goes through several zones is stopped by the guard of any one of them.
            CounterRole::Entry => list(if self.turned { Field::Leaves } else { Field::Enters }, false),
            CounterRole::Exit => list(if self.turned { Field::Enters } else { Field::Leaves }, false),
            CounterRole::Incoming => list(Field::Incoming, true),
            CounterRole::Inside => list(Field::Inside, true),
            CounterRole::Holders => list(Field::Holders, true),
            CounterRole::Subject | CounterRole::Source | CounterRole::Target | CounterRole::Model => Places {
                things: Things { members: self.single(role).map(|thing| (thing, Tri::Yes)).into_iter().collect(), open: false },
                all: false,
                list: None,
            },
        }
    }

    fn end(&self, flow: FlowIx, source: bool) -> redan_model::ElementIx {
        let ends = self.facts.ends(flow);
        if source { ends.source } else { ends.target }
    }
}

fn push(out: &mut Vec<BaseFact>, fact: BaseFact) {
    if !out.contains(&fact) {
        out.push(fact);
    }
}
