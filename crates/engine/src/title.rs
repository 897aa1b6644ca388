//! Titles of raised threats: the rule's template with the names of what it is about.

use std::borrow::Cow;

use redan_model::naming::capitalised;
use redan_model::{AssetIx, Thing};

use crate::facts::Facts;

/// Fills the placeholders of a title; one that does not apply becomes "it".
pub(crate) fn fill(template: &str, facts: &Facts<'_>, subject: Thing, asset: Option<AssetIx>, turned: bool) -> String {
    fill_with(template, facts, subject, asset, turned, |thing| facts.model.spoken(thing))
}

/// The same with names that are at hand.
pub(crate) fn fill_with<'n>(
    template: &str,
    facts: &Facts<'_>,
    subject: Thing,
    asset: Option<AssetIx>,
    turned: bool,
    spoken: impl Fn(Thing) -> Cow<'n, str>,
) -> String {
    let mut title = String::with_capacity(template.len() + 24);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        title.push_str(before);
        let named = thing(name, facts, subject, asset, turned).map_or(Cow::Borrowed("it"), &spoken);
        // A stated name stays as it is written; our own "the flow …" starts a sentence with a capital.
        if title.is_empty() && named.starts_with("the ") {
            title.push_str(&capitalised(&named))
        } else {
            title.push_str(&named)
        }
        rest = behind;
    }
    title.push_str(rest);
    title
}

fn thing(name: &str, facts: &Facts<'_>, subject: Thing, asset: Option<AssetIx>, turned: bool) -> Option<Thing> {
    match (name, subject) {
        ("subject" | "flow" | "element" | "model", _) => Some(subject),
        ("asset", Thing::Asset(_)) => Some(subject),
        ("asset", _) => asset.map(Thing::Asset),
        ("source", Thing::Flow(ix)) => Some(Thing::Element(if turned { facts.model[ix].target } else { facts.model[ix].source })),
        ("target", Thing::Flow(ix)) => Some(Thing::Element(if turned { facts.model[ix].source } else { facts.model[ix].target })),
        ("zone", Thing::Zone(_)) => Some(subject),
        ("zone", Thing::Flow(ix)) => {
            let crossing = facts.crossing(ix);
            crossing.enters.first().or(crossing.leaves.first()).map(|(zone, _)| Thing::Zone(*zone))
        }
        ("zone", Thing::Element(ix)) => facts.placement(ix).inner.first().map(|zone| Thing::Zone(*zone)),
        _ => None,
    }
}
