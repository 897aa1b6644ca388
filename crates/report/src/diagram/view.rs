//! Which part of a model a diagram shows, and with which shapes.

use redan_model::lang::{self, ZoneKind};
use redan_model::{ElementIx, FlowIx, Model, Thing};

/// The shapes of the picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Notation {
    /// Process box, store cylinder, person for people.
    #[default]
    Guide,
    /// The textbook: process circle, store between two lines, external rectangle.
    Classic,
}

/// What to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Title; the model's name if not given.
    pub title: Option<String>,
    /// 0 shows parents in place of their parts, 1 opens them.
    pub level: u32,
    /// The elements whose detail is shown; all if empty.
    pub of: Vec<ElementIx>,
    /// The elements to show; all if empty.
    pub show: Vec<ElementIx>,
    /// The kind of zones to draw; the first zone of each element if not given.
    pub by: Option<ZoneKind>,
    /// The shapes.
    pub notation: Notation,
    /// The elements that the picture is about, with how many flows away others may be; all if empty.
    pub around: Vec<ElementIx>,
    /// How many flows away from these others are still shown.
    pub hops: u32,
    /// The only flows to show, with what they run between; all if empty.
    pub flows: Vec<FlowIx>,
    /// Elements and flows to point out; everything else is faded.
    pub highlight: Vec<Thing>,
    /// The document that says more about threats: nodes link to `<document>#<anchor of the threat>`.
    pub links: Option<String>,
}

impl View {
    /// The whole model at a level: 0 for the architecture, 1 with all parts.
    pub fn level(level: u32) -> Self {
        Self { level, ..Self::default() }
    }

    /// A diagram that the model defines under `diagrams`.
    pub fn named(model: &Model, id: &str) -> Option<Self> {
        model.root.diagrams.entries.get(id).map(|entry| Self::stated(model, &entry.value))
    }

    /// Some elements and what is up to `hops` flows away from them.
    pub fn around(elements: Vec<ElementIx>, hops: u32) -> Self {
        Self { around: elements, hops, level: 1, ..Self::default() }
    }

    /// Some flows with what they run between, and nothing else.
    pub fn flows(flows: Vec<FlowIx>) -> Self {
        Self { flows, level: 1, ..Self::default() }
    }

    /// Whether opening parents changes the picture; a model without parts needs one diagram only.
    pub fn has_levels(model: &Model) -> bool {
        model.elements.iter().any(|element| element.parent.is_some())
    }

    fn stated(model: &Model, stated: &lang::Diagram) -> Self {
        let elements = |list: &lang::List<String>| {
            let found = list.values().filter_map(|id| match model.find(id) {
                Some(Thing::Element(ix)) => Some(ix),
                _ => None,
            });
            found.collect()
        };
        Self {
            title: stated.title.as_ref().map(|title| title.value.clone()),
            level: stated.level.as_ref().map_or(0, |level| level.value),
            of: elements(&stated.of),
            show: elements(&stated.show),
            by: stated.by.as_ref().map(|kind| kind.value),
            ..Self::default()
        }
    }
}
