//! What the model says outright: statements on things, by assumptions, by mitigations and by an overlay.
//!
//! Every thing has a short list sorted by key; the first statement of a key is the one that counts.

use redan_model::lang::{AssumptionStatus, FactSet, FactValue, MitigationStatus, State};
use redan_model::{Model, Span, Thing};

use super::{Overlay, Stage};
use crate::Knowledge;
use crate::catalogue::{ControlIx, TraitIx};
use crate::fact::FactKey;

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By<'m> {
    /// The thing's own entry.
    Entry,
    /// An assumption, and whether somebody has confirmed (or refuted) it.
    Assumption(&'m str, bool),
    /// A mitigation.
    Mitigation(&'m str),
}

/// One statement about one fact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement<'m> {
    pub(crate) key: FactKey,
    /// For traits and controls.
    pub(crate) state: State,
    /// For every other fact: the value as written.
    pub(crate) text: &'m str,
    pub(crate) by: By<'m>,
    pub(crate) span: Option<Span>,
    /// Smaller wins among statements of one key.
    rank: u8,
}

/// The `traits` and `controls` of a thing.
pub(crate) fn fact_sets(model: &Model, thing: Thing) -> (&FactSet, &FactSet) {
    match thing {
        Thing::Model => (&model.root.traits, &model.root.controls),
        Thing::Zone(ix) => (&model[ix].stated.traits, &model[ix].stated.controls),
        Thing::Element(ix) => (&model[ix].stated.traits, &model[ix].stated.controls),
        Thing::Flow(ix) => (&model[ix].stated.traits, &model[ix].stated.controls),
        Thing::Asset(ix) => (&model[ix].stated.traits, &model[ix].stated.controls),
    }
}

/// Whether any thing says something of all facts at once.
pub(super) fn has_stars(model: &Model) -> bool {
    model.things().any(|thing| {
        let (traits, controls) = fact_sets(model, thing);
        traits.star.is_some() || controls.star.is_some()
    })
}

/// Every statement of the model, by slot and key.
pub(super) fn collect<'m>(model: &'m Model, knowledge: &'m Knowledge, stage: Stage, overlay: &'m Overlay) -> Vec<Vec<Statement<'m>>> {
    let mut said: Vec<Vec<Statement<'m>>> = model.things().map(|thing| own(model, knowledge, thing)).collect();
    for (fact, text) in &overlay.facts {
        let state = State::from_word(text).unwrap_or(State::Unknown);
        said[model.slot(fact.thing)].push(Statement { key: fact.key, state, text, by: By::Entry, span: None, rank: 0 });
    }
    let mut add = |value: &'m FactValue, by: By<'m>, rank: u8, refuted: bool| {
        let Some(thing) = model.find(&value.path.value.thing) else { return };
        let Some(key) = FactKey::parse(&value.path.value.fact, &knowledge.catalogue) else { return };
        let Some(state) = stated(value, key, refuted) else { return };
        let rank = if state == State::Unknown && key.is_state() { 4 } else { rank };
        said[model.slot(thing)].push(Statement { key, state, text: &value.value.value, by, span: Some(value.value.span), rank });
    };
    for (id, entry) in &model.root.assumptions.entries {
        let status = entry.value.status.as_ref().map_or(AssumptionStatus::Unconfirmed, |status| status.value);
        let refuted = status == AssumptionStatus::Refuted || overlay.refuted.contains(id);
        for value in &entry.value.assumes.items {
            add(value, By::Assumption(id, status != AssumptionStatus::Unconfirmed), 3, refuted);
        }
    }
    for (id, entry) in &model.root.mitigations.entries {
        let stated = entry.value.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value);
        let status = match () {
            () if overlay.undone.contains(id) => MitigationStatus::Rejected,
            () if overlay.implemented.contains(id) => MitigationStatus::Implemented,
            () => stated,
        };
        let Some(rank) = mitigation_rank(status, stage) else { continue };
        for value in &entry.value.states.items {
            add(value, By::Mitigation(id), rank, false);
        }
    }
    for list in &mut said {
        list.sort_by_key(|statement| (statement.key, statement.rank));
        list.dedup_by_key(|statement| statement.key);
    }
    said
}

/// What a mitigation counts for: planned ones only in the target model, where they replace what is written today.
fn mitigation_rank(status: MitigationStatus, stage: Stage) -> Option<u8> {
    match (status, stage) {
        (MitigationStatus::Implemented, _) => Some(3),
        (MitigationStatus::Rejected, _) | (_, Stage::Current) => None,
        (_, Stage::Target) => Some(1),
    }
}

/// The state that an assumption or a mitigation states; a refuted assumption states the opposite, where there is one.
fn stated(value: &FactValue, key: FactKey, refuted: bool) -> Option<State> {
    if !key.is_state() {
        return (!refuted).then_some(State::Unknown);
    }
    match (value.state()?, refuted) {
        (state, false) => Some(state),
        (State::Yes | State::Partial, true) => Some(State::No),
        (State::No, true) => Some(State::Yes),
        (State::Unknown, true) => None,
    }
}

fn own<'m>(model: &'m Model, knowledge: &'m Knowledge, thing: Thing) -> Vec<Statement<'m>> {
    let (traits, controls) = fact_sets(model, thing);
    let catalogue = &knowledge.catalogue;
    let mut list = Vec::with_capacity(traits.entries.len() + controls.entries.len());
    for (name, entry) in &traits.entries {
        let Some(ix) = catalogue.traits.get_index_of(name.as_str()) else { continue };
        list.push(from_entry(FactKey::Trait(TraitIx(narrow(ix))), entry));
    }
    for (name, entry) in &controls.entries {
        let Some(ix) = catalogue.controls.get_index_of(name.as_str()) else { continue };
        list.push(from_entry(FactKey::Control(ControlIx(narrow(ix))), entry));
    }
    list
}

fn from_entry(key: FactKey, entry: &redan_model::lang::FactEntry) -> Statement<'_> {
    // A definite statement of an assumption or a mitigation is worth more than an `unknown` of the entry.
    let rank = if entry.state == State::Unknown { 4 } else { 2 };
    Statement { key, state: entry.state, text: "", by: By::Entry, span: Some(entry.span), rank }
}

/// Catalogues have far fewer than 65,536 entries; the loader of knowledge refuses more.
pub(crate) fn narrow(ix: usize) -> u16 {
    u16::try_from(ix).unwrap_or(u16::MAX)
}
