//! A flow seen from its other end: what either end may open is judged in both directions.

use std::ops::ControlFlow;

use redan_model::{AssetIx, FlowIx, Thing};

use super::Facts;
use crate::expr::{Field, Tri, Value, World};
use crate::fact::{BaseFact, UsedFact};

/// The facts of a model with one flow turned round.
#[derive(Debug)]
pub(crate) struct Flipped<'a, 'm> {
    pub(crate) facts: &'a Facts<'m>,
    pub(crate) flow: FlowIx,
}

impl Flipped<'_, '_> {
    fn turned(&self, thing: Thing, field: Field) -> Field {
        if thing != Thing::Flow(self.flow) {
            return field;
        }
        match field {
            Field::Source => Field::Target,
            Field::Target => Field::Source,
            Field::Carries => Field::Returns,
            Field::Returns => Field::Carries,
            Field::Enters => Field::Leaves,
            Field::Leaves => Field::Enters,
            other => other,
        }
    }
}

impl World for Flipped<'_, '_> {
    fn value(&self, thing: Thing, field: Field) -> Value<'_> {
        self.facts.value(thing, self.turned(thing, field))
    }

    fn flag(&self, thing: Thing, field: Field) -> Tri {
        self.facts.flag(thing, self.turned(thing, field))
    }

    fn unknown_facts(&self, thing: Thing, field: Field, out: &mut Vec<BaseFact>) {
        self.facts.unknown_facts(thing, self.turned(thing, field), out);
    }

    fn used_facts(&self, thing: Thing, field: Field, out: &mut Vec<UsedFact>) {
        self.facts.used_facts(thing, self.turned(thing, field), out);
    }

    // `holding` is not passed on: what is kept for lists of zones and of the model was found with the flow as it is drawn.
    fn reaches(&self, thing: Thing, field: Field, key: &str, predicate: &mut dyn FnMut(Thing) -> Tri) -> Tri {
        self.facts.reaches(thing, field, key, predicate)
    }

    fn each(&self, thing: Thing, field: Field, visit: &mut dyn FnMut(Thing, Tri) -> ControlFlow<()>) -> bool {
        self.facts.each(thing, self.turned(thing, field), visit)
    }

    fn assets_on(&self, thing: Thing) -> Option<&[AssetIx]> {
        self.facts.assets_on(thing)
    }
}
