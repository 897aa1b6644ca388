//! Three-valued values: what is known, what is not, and what is known within bounds.

use indexmap::IndexMap;
use redan_model::Thing;
use rustc_hash::FxBuildHasher;

/// Kleene's three truth values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tri {
    /// False.
    No,
    /// True.
    Yes,
    /// Not known.
    Unknown,
}

impl Tri {
    /// A known truth value.
    pub fn known(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }

    /// Conjunction: false if either is, true if both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }

    /// Disjunction: true if either is, false if both are.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// Negation; unknown stays unknown.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "reads in line with `and` and `or`")]
    pub fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Yes => Self::No,
            Self::Unknown => Self::Unknown,
        }
    }

    /// Whether it is certainly true.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }

    /// Whether it is certainly false.
    pub fn is_no(self) -> bool {
        self == Self::No
    }

    /// Whether it is not known.
    pub fn is_unknown(self) -> bool {
        self == Self::Unknown
    }
}

/// A whole number between two bounds, both included; known when they are equal. Levels are 0 (none) to 4 (critical).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Smallest possible value.
    pub low: i64,
    /// Largest possible value; `i64::MAX` when there is no bound.
    pub high: i64,
}

impl Range {
    /// A known number.
    pub fn known(value: i64) -> Self {
        Self { low: value, high: value }
    }

    /// Whether there is only one possible value.
    pub fn is_known(self) -> bool {
        self.low == self.high
    }
}

/// A list of things, some of which may or may not belong to it, and which may have more members than are known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Things {
    /// The members with whether they belong; never `No`.
    pub members: Vec<(Thing, Tri)>,
    /// Whether there may be members that nobody has stated.
    pub open: bool,
}

impl Things {
    /// A list of things, each once; one that is named twice belongs if either says so.
    pub fn of(things: impl Iterator<Item = (Thing, Tri)>, open: bool) -> Self {
        let mut members: IndexMap<Thing, Tri, FxBuildHasher> = IndexMap::default();
        for (thing, belongs) in things.filter(|(_, belongs)| !belongs.is_no()) {
            members.entry(thing).and_modify(|known| *known = known.or(belongs)).or_insert(belongs);
        }
        Self { members: members.into_iter().collect(), open }
    }
}

/// The value of an expression or a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'m> {
    /// A truth value.
    Tri(Tri),
    /// A number or a level.
    Number(Range),
    /// A text; `None` while it is not known.
    Text(Option<&'m str>),
    /// A single thing; always known.
    Thing(Thing),
    /// A list of things.
    Things(Things),
    /// A list of texts; `open` while there may be more.
    Texts {
        /// The texts.
        items: Vec<&'m str>,
        /// Whether there may be more.
        open: bool,
    },
}

/// Where a predicate can hold among the members of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holding {
    /// The members for which it is not false, with whether they belong. Incomplete once two are certain.
    pub members: Vec<(Thing, Tri)>,
    /// Up to two members that certainly belong and for which it is true.
    pub certain: Vec<Thing>,
    /// Whether there may be members that nobody has stated.
    pub open: bool,
}

impl Holding {
    /// Asks about the members of a list.
    pub fn of(things: &Things, predicate: &mut dyn FnMut(Thing) -> Tri) -> Self {
        let mut found = Self { members: Vec::new(), certain: Vec::new(), open: things.open };
        for (thing, belongs) in &things.members {
            let holds = predicate(*thing);
            if !holds.is_no() {
                found.members.push((*thing, *belongs));
            }
            if holds.and(*belongs).is_yes() && !found.certain.contains(thing) {
                found.certain.push(*thing);
            }
            // One of them is there whatever is left out.
            if found.certain.len() > 1 {
                break;
            }
        }
        found
    }

    /// Whether it holds for a member other than one that is left out.
    pub fn some_but(&self, left_out: Option<Thing>) -> Tri {
        let other = |thing: &Thing| Some(*thing) != left_out;
        if self.certain.iter().any(other) {
            Tri::Yes
        } else if self.open || self.members.iter().any(|(thing, _)| other(thing)) {
            Tri::Unknown
        } else {
            Tri::No
        }
    }
}
