//! Three-valued values: what is known, what is not, and what is known within bounds.

use redan_model::Thing;

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
    /// Adds a member; one that is there already belongs if either says so.
    pub fn add(&mut self, thing: Thing, belongs: Tri) {
        match self.members.iter_mut().find(|(member, _)| *member == thing) {
            Some((_, known)) => *known = known.or(belongs),
            None if belongs.is_no() => {}
            None => self.members.push((thing, belongs)),
        }
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

/// Whether a predicate holds for a member: unknown, unless a member decides it, while there may be more members.
pub fn any_member(things: &Things, predicate: &mut dyn FnMut(Thing) -> Tri) -> Tri {
    let mut found = if things.open { Tri::Unknown } else { Tri::No };
    for (thing, belongs) in &things.members {
        found = found.or(belongs.and(predicate(*thing)));
        if found.is_yes() {
            break;
        }
    }
    found
}
