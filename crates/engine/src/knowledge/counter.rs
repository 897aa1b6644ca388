//! Reading of `countered-by`.
//!
//! Every name leads to a control that can stand at the place where it is looked up; one that cannot would never be
//! found there, and the threat could never be countered.

use redan_model::Place;

use super::catalogue::{index_of, words};
use super::node::{At, Faults, Node, Tree, at, scalar};
use crate::catalogue::{Catalogue, ControlIx};
use crate::rule::{Counter, CounterRole, SubjectKind};

/// Reads the counters of a rule that is on these kinds.
pub(super) fn read(node: Option<&Node>, on: &[SubjectKind], catalogue: &Catalogue, faults: &mut Faults<'_>) -> Counter {
    node.map_or_else(|| Counter::Any(Vec::new()), |node| Reader { on, catalogue }.counter(node, faults))
}

#[derive(Clone, Copy)]
struct Reader<'c> {
    on: &'c [SubjectKind],
    catalogue: &'c Catalogue,
}

impl Reader<'_> {
    fn counter(self, node: &Node, faults: &mut Faults<'_>) -> Counter {
        match &node.value {
            Tree::List(items) => Counter::Any(self.list(items, faults)),
            Tree::Map(entries) => {
                if let [(key, value)] = entries.as_slice()
                    && let Tree::List(items) = &value.value
                {
                    match &*key.value {
                        "any" => return Counter::Any(self.list(items, faults)),
                        "all" => return Counter::All(self.list(items, faults)),
                        _ => {}
                    }
                }
                faults.push(at(node), "a group of counters is {any: […]} or {all: […]}");
                Counter::Any(Vec::new())
            }
            Tree::Text(_) | Tree::Bare(_) => self.name(scalar(node).unwrap_or_default(), at(node), faults),
            Tree::Null => {
                faults.push(at(node), "`countered-by` is a list of controls; `[]` when nothing counters it");
                Counter::Any(Vec::new())
            }
        }
    }

    fn list(self, items: &[Node], faults: &mut Faults<'_>) -> Vec<Counter> {
        items.iter().map(|item| self.counter(item, faults)).collect()
    }

    fn name(self, name: &str, place: At, faults: &mut Faults<'_>) -> Counter {
        let (role, id) = match name.split_once('.') {
            None => (CounterRole::Subject, name),
            Some((word, id)) => match CounterRole::ALL.into_iter().find(|role| role.as_str() == word) {
                Some(role) => (role, id),
                None => {
                    faults.unknown(place, "place of counters", word, CounterRole::ALL.into_iter().map(CounterRole::as_str));
                    return Counter::Any(Vec::new());
                }
            },
        };
        let Some((index, _, control)) = self.catalogue.controls.get_full(id) else {
            faults.unknown(place, "control", id, self.catalogue.controls.keys().map(String::as_str));
            return Counter::Any(Vec::new());
        };
        for kind in self.on {
            match places(role, *kind) {
                None => faults.push(place, format!("{} has no `{}`", article(*kind), role.as_str())),
                Some(allowed) if !control.of.iter().any(|p| allowed.contains(p)) => {
                    let message = format!("`{name}` is looked up on {}, but the control is of {}", words(allowed), words(&control.of));
                    faults.push(place, message + &suggestion(id, *kind, &control.of));
                }
                Some(_) => {}
            }
        }
        Counter::Control { role, control: ControlIx(index_of(index)) }
    }
}

const ANY_ELEMENT: &[Place] = &[Place::Element, Place::Actor, Place::External, Place::Process, Place::Store];
const ANY_TARGET: &[Place] = &[Place::Element, Place::External, Place::Actor, Place::Process, Place::Store, Place::Target];

/// The places at which a control can be found that a subject of this kind looks up in this role; `None` when the kind
/// has no such role.
fn places(role: CounterRole, kind: SubjectKind) -> Option<&'static [Place]> {
    match (role, kind) {
        (CounterRole::Subject, SubjectKind::Actor) => Some(&[Place::Element, Place::Actor]),
        (CounterRole::Subject, SubjectKind::External) => Some(&[Place::Element, Place::External]),
        (CounterRole::Subject, SubjectKind::Process) => Some(&[Place::Element, Place::Process]),
        (CounterRole::Subject, SubjectKind::Store) => Some(&[Place::Element, Place::Store]),
        (CounterRole::Subject, SubjectKind::Flow) => Some(&[Place::Flow]),
        (CounterRole::Subject, SubjectKind::Zone) | (CounterRole::Entry | CounterRole::Exit, SubjectKind::Flow) => Some(&[Place::Zone]),
        (CounterRole::Subject, SubjectKind::Asset) => Some(&[Place::Asset]),
        (CounterRole::Subject, SubjectKind::Model) | (CounterRole::Model, _) => Some(&[Place::Model]),
        (CounterRole::Source, SubjectKind::Flow) => Some(ANY_ELEMENT),
        (CounterRole::Target, SubjectKind::Flow) => Some(ANY_TARGET),
        (CounterRole::Incoming, SubjectKind::Actor | SubjectKind::External | SubjectKind::Process | SubjectKind::Store) => {
            Some(&[Place::Flow])
        }
        (CounterRole::Inside, SubjectKind::Zone) | (CounterRole::Holders, SubjectKind::Asset) => Some(ANY_ELEMENT),
        _ => None,
    }
}

/// The first spelling that would be right.
fn suggestion(id: &str, kind: SubjectKind, of: &[Place]) -> String {
    CounterRole::ALL.into_iter().find(|role| places(*role, kind).is_some_and(|allowed| of.iter().any(|p| allowed.contains(p)))).map_or(
        String::new(),
        |role| match role {
            CounterRole::Subject => format!("; write `{id}`"),
            _ => format!("; write `{}.{id}`", role.as_str()),
        },
    )
}

fn article(kind: SubjectKind) -> String {
    let word = kind.as_str();
    let an = word.starts_with(['a', 'e']);
    format!("{} {word}", if an { "an" } else { "a" })
}
