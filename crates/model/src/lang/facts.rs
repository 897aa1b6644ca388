//! Facts that a model states about traits and controls, and facts stated by path.

use super::{Extras, Opt, YesNo};
use crate::ById;
use crate::source::{Span, Spanned};

words! {
    /// What a model says of one trait or control.
    pub enum State {
        /// It is there.
        Yes = "yes",
        /// It is not there.
        No = "no",
        /// It is there for some of the cases it should cover (controls only).
        Partial = "partial",
        /// Nobody knows yet; ends the search for a value.
        Unknown = "unknown",
    }
}

/// One trait or control with what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct FactEntry {
    /// Where its name is.
    pub key_span: Span,
    /// Where its state is; the name itself in a list.
    pub span: Span,
    /// What is said.
    pub state: State,
    /// Where the proof is, in free words or a path.
    pub evidence: Opt<String>,
    /// Why it is so.
    pub because: Opt<String>,
}

/// `traits:` or `controls:`; a list says `yes` to all its names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FactSet {
    /// Where it is, if it was written.
    pub span: Option<Span>,
    /// The named facts, in source order.
    pub entries: ById<FactEntry>,
    /// What `"*"` says of every other one.
    pub star: Option<Box<FactEntry>>,
    /// Keys that start with `x-`.
    pub extras: Extras,
}

/// The address of a fact: `<thing>.<field>`, `<thing>.controls.<control>`, `model.controls.<control>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactPath {
    /// An element, flow, zone or asset, or `model`.
    pub thing: String,
    /// The path below it, such as `controls.mfa` or `tech`.
    pub fact: String,
}

impl std::fmt::Display for FactPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.thing, self.fact)
    }
}

/// The value that an assumption or a mitigation gives to a fact, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct FactValue {
    /// The fact.
    pub path: Spanned<FactPath>,
    /// Its value as text, such as `yes` or `https`; lists are joined with `, `.
    pub value: Spanned<String>,
}

impl FactValue {
    /// The value as a state, where the fact is a trait or a control.
    pub fn state(&self) -> Option<State> {
        let value = self.value.value.as_str();
        State::from_word(value).or_else(|| match YesNo::from_word(value)? {
            YesNo::Yes => Some(State::Yes),
            YesNo::No => Some(State::No),
        })
    }
}

/// Facts by path, in source order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FactValues {
    /// Where the mapping is, if it was written.
    pub span: Option<Span>,
    /// The facts.
    pub items: Vec<FactValue>,
}
