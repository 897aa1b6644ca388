//! A model in its one long form: no short forms, no comments, no choice of quoting.

use serde_json::Value as Json;

use crate::ById;
use crate::lang::syntax::written;
use crate::lang::{FactSet, Root};
use crate::source::SourceId;

pub use crate::long::{Entry, Long, push_entry};

/// The long form of everything that a model states itself; what used files give is not repeated.
///
/// The model's own file is the one that states `redan`, without which no model is valid.
pub fn long(root: &Root) -> Long<'_> {
    Long::Map(entries(root).collect())
}

/// The entries of the long form, each made when it is asked for.
pub fn entries(root: &Root) -> impl Iterator<Item = Entry<'_>> {
    let file = root.redan.as_ref().map(|version| version.span.source);
    written(root).filter_map(move |(name, mut section)| {
        let Some(file) = file else { return Some((name, section)) };
        let stays = match name.as_ref() {
            "assumptions" => {
                keep(&mut section, |id| root.assumptions.entries.get(id).is_none_or(|entry| entry.key_span.source == file));
                true
            }
            "traits" => keep_facts(&mut section, &root.traits, file),
            "controls" => keep_facts(&mut section, &root.controls, file),
            _ => true,
        };
        stays.then_some((name, section))
    })
}

/// The same as JSON.
pub fn to_json(root: &Root) -> Json {
    long(root).to_json()
}

fn keep(section: &mut Long<'_>, is_own: impl Fn(&str) -> bool) {
    if let Long::Map(entries) = section {
        entries.retain(|(id, _)| is_own(id));
    }
}

/// Keeps what a file says of a set of facts; false where it says nothing.
fn keep_facts(section: &mut Long<'_>, facts: &FactSet, file: SourceId) -> bool {
    keep(section, |name| facts.entries.get(name).is_none_or(|entry| entry.key_span.source == file));
    facts.span.is_some_and(|span| span.source == file)
}

/// The long forms of two versions of a model, without the fields and the entries of sections that both have.
pub fn beyond_each_other(old: &Long<'_>, new: &Long<'_>) -> (Json, Json) {
    (beyond(old, new, 2), beyond(new, old, 2))
}

/// A mapping without what another has too, down to a depth.
fn beyond(long: &Long<'_>, other: &Long<'_>, depth: u8) -> Json {
    let (Long::Map(entries), Long::Map(others), true) = (long.itself(), other.itself(), depth > 0) else { return long.to_json() };
    let known: ById<&Long<'_>, &str> = others.iter().map(|(key, value)| (key.as_ref(), value)).collect();
    let own = entries.iter().filter_map(|(key, value)| match known.get(key.as_ref()) {
        Some(other) if *other == value => None,
        Some(other) => Some((key.as_ref().to_owned(), beyond(value, other, depth - 1))),
        None => Some((key.as_ref().to_owned(), value.to_json())),
    });
    Json::Object(own.collect())
}
