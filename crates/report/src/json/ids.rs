//! The ids that a document repeats, each kind in one text: a list of threats names its things, questions and other
//! threats hundreds of thousands of times, and following a pointer to each would cost more than writing it.

use redan_engine::analysis::{QuestionIx, ThreatIx};
use redan_engine::packed::Packed;
use redan_engine::{Analysis, Question, Threat};
use redan_model::{Identity, Model, Sources, Span, Thing};

use super::PlaceJson;
use crate::Input;

/// How many items of a list are looked at before they are written.
const AHEAD: usize = 64;

/// Ids of things, threats and questions by index, and where things stand.
#[derive(Debug)]
pub struct Ids<'a> {
    sources: &'a Sources,
    zones: Things,
    elements: Things,
    flows: Things,
    assets: Things,
    threats: Packed,
    questions: Packed,
}

/// The things of one kind.
#[derive(Debug)]
struct Things {
    ids: Packed,
    /// The places of ids with their lines and columns.
    places: Vec<(Span, (u32, u32))>,
}

impl Things {
    fn of<'m>(sources: &Sources, identities: impl Iterator<Item = &'m Identity> + Clone) -> Self {
        let place = |span: Span| (span, sources.get(span.source).line_column(span.start));
        Self { ids: identities.clone().map(|known| &known.id).collect(), places: identities.map(|known| place(known.id_span)).collect() }
    }
}

impl<'a> Ids<'a> {
    /// The ids of a model and of what was found in it.
    pub fn of(input: &Input<'a>) -> Self {
        let Model { zones, elements, flows, assets, .. } = input.model;
        let Analysis { threats, questions, .. } = input.analysis;
        let sources = input.sources;
        // By the things that they are about: a threat names questions about its subject, and a question threats to its thing.
        let (slots, slot) = (input.model.slots(), |thing| input.model.slot(thing));
        let about_threat = |at: usize| threats[at].subject.map_or(0, slot);
        let about_question = |at: usize| slot(questions[at].fact.thing);
        Self {
            sources,
            zones: Things::of(sources, zones.iter().map(|zone| &zone.identity)),
            elements: Things::of(sources, elements.iter().map(|element| &element.identity)),
            flows: Things::of(sources, flows.iter().map(|flow| &flow.identity)),
            assets: Things::of(sources, assets.iter().map(|asset| &asset.identity)),
            threats: Packed::grouped(slots, threats.len(), about_threat, |at| &threats[at].id),
            questions: Packed::grouped(slots, questions.len(), about_question, |at| &questions[at].id),
        }
    }

    /// Things of the kind of a thing, and which of them it is; nothing for the model.
    fn things(&self, thing: Thing) -> Option<(&Things, u32)> {
        match thing {
            Thing::Model => None,
            Thing::Zone(ix) => Some((&self.zones, ix.0)),
            Thing::Element(ix) => Some((&self.elements, ix.0)),
            Thing::Flow(ix) => Some((&self.flows, ix.0)),
            Thing::Asset(ix) => Some((&self.assets, ix.0)),
        }
    }

    /// The id of a thing; `model` for the model, as [`Model::id_of`].
    pub(super) fn thing(&self, thing: Thing) -> &str {
        self.things(thing).map_or("model", |(things, at)| things.ids.get(at))
    }

    /// Where a threat stands, which is nearly always where its subject does.
    pub(super) fn place(&self, threat: &Threat) -> PlaceJson<'a> {
        let subject = threat.subject.and_then(|thing| self.things(thing)).map(|(things, at)| things.places[at as usize]);
        match subject {
            Some((span, (line, column))) if span == threat.location => {
                PlaceJson { file: self.sources.get(span.source).name(), line, column }
            }
            _ => PlaceJson::of(self.sources, threat.location),
        }
    }

    /// The id of a threat.
    pub(super) fn threat(&self, ix: ThreatIx) -> &str {
        self.threats.get(ix.0)
    }

    /// The id of a question.
    pub(super) fn question(&self, ix: QuestionIx) -> &str {
        self.questions.get(ix.0)
    }

    /// Threats in their order, with what they name read ahead.
    pub(super) fn threats_ahead<'t>(&'t self, threats: &'t [&'t Threat]) -> impl Iterator<Item = &'t Threat> {
        threats.chunks(AHEAD).flat_map(|next| {
            self.questions.read_ahead(next.iter().flat_map(|threat| threat.questions.iter()).map(|ix| ix.0));
            next.iter().copied()
        })
    }

    /// Questions in their order, with what they name read ahead.
    pub(super) fn questions_ahead<'t>(&'t self, questions: &'t [&'t Question]) -> impl Iterator<Item = &'t Question> {
        questions.chunks(AHEAD).flat_map(|next| {
            let settled = |question: &&'t Question| question.settles.iter().chain(&question.rates).map(|ix| ix.0);
            self.threats.read_ahead(next.iter().flat_map(settled));
            next.iter().copied()
        })
    }
}
