//! What threats are named after: ids of things, what things are called in a sentence, and where they stand.

use redan_model::{Span, Thing};

use super::Extent;
use crate::facts::{Facts, narrow32};
use crate::packed::Packed;

/// The names of all things of a model, packed: a threat of each rule names nearly every thing, rule after rule.
#[derive(Debug)]
pub(crate) struct Names<'a, 'm> {
    facts: &'a Facts<'m>,
    ids: Packed,
    spoken: Packed,
    places: Vec<Span>,
}

impl<'a, 'm> Names<'a, 'm> {
    /// The names of a model; what things are called only where titles are wanted.
    pub(crate) fn of(facts: &'a Facts<'m>, extent: Extent) -> Self {
        let model = facts.model;
        let spoken = model.things().filter(|_| extent == Extent::Whole).map(|thing| model.spoken(thing));
        let places = model.things().map(|thing| super::raised::location(model, thing));
        Self { facts, ids: model.things().map(|thing| model.id_of(thing)).collect(), spoken: spoken.collect(), places: places.collect() }
    }

    /// The id of a thing.
    pub(crate) fn id(&self, thing: Thing) -> &str {
        self.ids.get(narrow32(self.facts.slot(thing)))
    }

    /// What a thing is called in a sentence, as [`redan_model::Model::spoken`].
    pub(crate) fn spoken(&self, thing: Thing) -> &str {
        self.spoken.get(narrow32(self.facts.slot(thing)))
    }

    /// Where a reader finds a thing, as [`super::raised::location`].
    pub(crate) fn place(&self, thing: Thing) -> Span {
        self.places[self.facts.slot(thing)]
    }
}
