//! The ids that a document repeats, each kind in one text: a list of threats names its things, questions and other
//! threats hundreds of thousands of times, and following a pointer to each would cost more than writing it.

use redan_engine::Analysis;
use redan_engine::analysis::{QuestionIx, ThreatIx};
use redan_engine::packed::Packed;
use redan_model::{Model, Thing};

use crate::Input;

/// Ids of things, threats and questions by index.
#[derive(Debug)]
pub struct Ids {
    zones: Packed,
    elements: Packed,
    flows: Packed,
    assets: Packed,
    threats: Packed,
    questions: Packed,
}

impl Ids {
    /// The ids of a model and of what was found in it.
    pub fn of(input: &Input<'_>) -> Self {
        let Model { zones, elements, flows, assets, .. } = input.model;
        let Analysis { threats, questions, .. } = input.analysis;
        Self {
            zones: zones.iter().map(|zone| &*zone.identity.id).collect(),
            elements: elements.iter().map(|element| &*element.identity.id).collect(),
            flows: flows.iter().map(|flow| &*flow.identity.id).collect(),
            assets: assets.iter().map(|asset| &*asset.identity.id).collect(),
            threats: threats.iter().map(|threat| &*threat.id).collect(),
            questions: questions.iter().map(|question| &*question.id).collect(),
        }
    }

    /// The id of a thing; `model` for the model, as [`Model::id_of`].
    pub(super) fn thing(&self, thing: Thing) -> &str {
        match thing {
            Thing::Model => "model",
            Thing::Zone(ix) => self.zones.get(ix.0),
            Thing::Element(ix) => self.elements.get(ix.0),
            Thing::Flow(ix) => self.flows.get(ix.0),
            Thing::Asset(ix) => self.assets.get(ix.0),
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
}
