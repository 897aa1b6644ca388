//! Filters over small numbers: names are looked up once a template and once a thing, never while a filter is evaluated.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::filter::{Filter, Subject};
use super::{Boundary, ElementType, Properties};

/// Most ancestors of a type that are followed; a longer chain is a circle.
const MAX_ANCESTORS: usize = 64;

/// Every name of a template, each with a number, and for every type its parent.
#[derive(Debug, Clone, Default)]
pub(super) struct Interner {
    names: IndexSet<String, FxBuildHasher>,
    /// For the names of types, by their number: the number of the parent.
    parents: Vec<Option<u32>>,
}

impl Interner {
    pub(super) fn with_types(types: &[ElementType]) -> Self {
        let mut interner = Self::default();
        for kind in types {
            let (id, parent) = (interner.number(&kind.id), interner.number(&kind.parent));
            interner.parents.resize(interner.names.len(), None);
            if let Some(slot) = interner.parents.get_mut(id as usize) {
                *slot = Some(parent);
            }
        }
        interner
    }

    fn number(&mut self, name: &str) -> u32 {
        let ix = match self.names.get_index_of(name) {
            Some(ix) => ix,
            None => self.names.insert_full(name.to_owned()).0,
        };
        u32::try_from(ix).unwrap_or(u32::MAX)
    }

    /// The number of a name that a filter or a type says; nothing can be told of any other.
    fn known(&self, name: &str) -> Option<u32> {
        self.names.get_index_of(name).and_then(|ix| u32::try_from(ix).ok())
    }

    /// The numbers of types and of all that they descend from; `ROOT` is nobody's type.
    fn lineage<'t>(&self, types: impl Iterator<Item = &'t String>) -> Vec<u32> {
        let root = self.known("ROOT");
        let mut all = Vec::new();
        for kind in types {
            let mut next = self.known(kind).filter(|kind| Some(*kind) != root);
            while let Some(kind) = next.filter(|kind| !all.contains(kind) && all.len() < MAX_ANCESTORS) {
                all.push(kind);
                next = self.parents.get(kind as usize).copied().flatten().filter(|parent| Some(*parent) != root);
            }
        }
        all
    }
}

/// A flow with its two ends, as filters see it.
pub(super) struct Interaction {
    lineages: [Vec<u32>; 3],
    values: [Vec<(u32, u32)>; 3],
    crossed: Vec<u32>,
}

impl Interaction {
    pub(super) fn new<'d>(names: &Interner, things: [&Properties; 3], crossed: impl Iterator<Item = &'d Boundary>) -> Self {
        let values = |thing: &Properties| {
            let pair = |(key, value): &(String, String)| names.known(&key_name(key)).zip(names.known(value));
            thing.values.iter().filter_map(pair).collect()
        };
        let mut all = Vec::new();
        for boundary in crossed {
            all.extend(names.lineage(boundary.types.iter()));
        }
        Self { lineages: things.map(|thing| names.lineage(thing.types.iter())), values: things.map(values), crossed: all }
    }
}

/// A filter over numbers.
#[derive(Debug, Clone)]
enum Test {
    Is(usize, u32),
    Has(usize, u32, u32),
    Crosses(u32),
    Not(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
}

/// The two filters of a threat type.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    include: Option<Test>,
    exclude: Option<Test>,
}

impl Compiled {
    pub(super) fn new(include: &Filter, exclude: Option<&Filter>, names: &mut Interner) -> Self {
        Self { include: Some(test(include, names)), exclude: exclude.map(|filter| test(filter, names)) }
    }

    /// A threat type that is never raised.
    pub(super) fn never() -> Self {
        Self { include: None, exclude: None }
    }

    pub(super) fn holds(&self, interaction: &Interaction) -> bool {
        let holds = |test: &Option<Test>| test.as_ref().is_some_and(|test| test.holds(interaction));
        holds(&self.include) && !holds(&self.exclude)
    }
}

/// Keys are compared without their case.
fn key_name(key: &str) -> String {
    key.to_ascii_lowercase()
}

fn test(filter: &Filter, names: &mut Interner) -> Test {
    let which = |subject: &Subject| match subject {
        Subject::Source => 0,
        Subject::Target => 1,
        Subject::Flow => 2,
    };
    let several = |operands: &[Filter], names: &mut Interner| operands.iter().map(|inner| test(inner, names)).collect();
    match filter {
        Filter::Is(subject, kind) => Test::Is(which(subject), names.number(kind)),
        Filter::Has(subject, key, value) => Test::Has(which(subject), names.number(&key_name(key)), names.number(value)),
        Filter::Crosses(kind) => Test::Crosses(names.number(kind)),
        Filter::Not(inner) => Test::Not(Box::new(test(inner, names))),
        Filter::All(operands) => Test::All(several(operands, names)),
        Filter::Any(operands) => Test::Any(several(operands, names)),
    }
}

impl Test {
    fn holds(&self, seen: &Interaction) -> bool {
        match self {
            Self::Is(which, kind) => seen.lineages[*which].contains(kind),
            Self::Has(which, key, value) => seen.values[*which].contains(&(*key, *value)),
            Self::Crosses(kind) => seen.crossed.contains(kind),
            Self::Not(inner) => !inner.holds(seen),
            Self::All(operands) => operands.iter().all(|inner| inner.holds(seen)),
            Self::Any(operands) => operands.iter().any(|inner| inner.holds(seen)),
        }
    }
}
