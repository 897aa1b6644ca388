//! Titles of raised threats: the rule's template with the names of what it is about.

use std::borrow::Cow;

use redan_model::naming::capitalised;
use redan_model::{AssetIx, Model, Thing};

use crate::facts::Facts;

/// Fills the placeholders of a title; one that does not apply becomes "it".
pub(crate) fn fill(template: &str, facts: &Facts<'_>, subject: Thing, asset: Option<AssetIx>, turned: bool) -> String {
    let about = About { model: facts.model, subject, asset, turned };
    about.fill(template, |thing| facts.model.spoken(thing), || zone_of(facts, subject))
}

/// What a title is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'m> {
    pub(crate) model: &'m Model,
    pub(crate) subject: Thing,
    pub(crate) asset: Option<AssetIx>,
    /// Whether a flow is seen from its target.
    pub(crate) turned: bool,
}

impl About<'_> {
    /// Fills the placeholders of a title with names that are at hand; the zone of the subject is found where it is named.
    pub(crate) fn fill<'n>(self, template: &str, spoken: impl Fn(Thing) -> Cow<'n, str>, zone: impl Fn() -> Option<Thing>) -> String {
        let mut title = String::with_capacity(template.len() + 24);
        self.fill_into(&mut title, template, spoken, zone);
        title
    }

    /// The same in a text that is empty.
    pub(crate) fn fill_into<'n>(
        self,
        title: &mut String,
        template: &str,
        spoken: impl Fn(Thing) -> Cow<'n, str>,
        zone: impl Fn() -> Option<Thing>,
    ) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else { break };
            title.push_str(before);
            let named = self.thing(name, &zone).map_or(Cow::Borrowed("it"), &spoken);
            // A stated name stays as it is written; our own "the flow …" starts a sentence with a capital.
            if title.is_empty() && named.starts_with("the ") {
                title.push_str(&capitalised(&named))
            } else {
                title.push_str(&named)
            }
            rest = behind;
        }
        title.push_str(rest);
    }

    fn thing(self, name: &str, zone: &dyn Fn() -> Option<Thing>) -> Option<Thing> {
        let Self { model, subject, asset, turned } = self;
        match (name, subject) {
            ("subject" | "flow" | "element" | "model", _) => Some(subject),
            ("asset", Thing::Asset(_)) => Some(subject),
            ("asset", _) => asset.map(Thing::Asset),
            ("source", Thing::Flow(ix)) => Some(Thing::Element(if turned { model[ix].target } else { model[ix].source })),
            ("target", Thing::Flow(ix)) => Some(Thing::Element(if turned { model[ix].source } else { model[ix].target })),
            ("zone", _) => zone(),
            _ => None,
        }
    }
}

/// The zone that a title names: the one itself, the first that a flow enters or leaves, or the innermost around an element.
pub(crate) fn zone_of(facts: &Facts<'_>, subject: Thing) -> Option<Thing> {
    match subject {
        Thing::Zone(_) => Some(subject),
        Thing::Flow(ix) => {
            let crossing = facts.crossing(ix);
            crossing.enters.first().or(crossing.leaves.first()).map(|(zone, _)| Thing::Zone(*zone))
        }
        Thing::Element(ix) => facts.placement(ix).inner.first().map(|zone| Thing::Zone(*zone)),
        Thing::Model | Thing::Asset(_) => None,
    }
}
