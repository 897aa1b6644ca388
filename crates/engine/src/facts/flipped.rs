//! A flow seen from its other end: what either end may open is judged in both directions.

use redan_model::{AssetIx, FlowIx, Thing};

use super::Facts;
use crate::expr::value::any_member;
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

    fn unknown_facts(&self, thing: Thing, field: Field, out: &mut Vec<BaseFact>) {
        self.facts.unknown_facts(thing, self.turned(thing, field), out);
    }

    fn used_facts(&self, thing: Thing, field: Field, out: &mut Vec<UsedFact>) {
        self.facts.used_facts(thing, self.turned(thing, field), out);
    }

    fn reaches(&self, thing: Thing, field: Field, key: &str, predicate: &mut dyn FnMut(Thing) -> Tri) -> Tri {
        // What is kept for lists of the model was found with the flow as it is drawn.
        if thing == Thing::Model {
            return any_member(&self.things(thing, field), predicate);
        }
        self.facts.reaches(thing, field, key, predicate)
    }

    fn assets_on(&self, thing: Thing) -> Option<&[AssetIx]> {
        self.facts.assets_on(thing)
    }
}
