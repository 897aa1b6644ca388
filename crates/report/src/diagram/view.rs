//! Which part of a model a diagram shows, and with which shapes.

use redan_model::lang::{self, ZoneKind};
use redan_model::{ElementIx, Model, Thing};

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
            notation: Notation::default(),
        }
    }
}
