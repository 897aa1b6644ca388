//! Why a threat is what it is, and what would change that.

use redan_model::{Span, Thing};

use crate::analysis::Status;
use crate::expr::Tri;
use crate::fact::{BaseFact, UsedFact};

/// One condition of a rule as it was evaluated.
#[derive(Debug, Clone)]
pub struct Atom {
    /// The text of the condition, as in the rule.
    pub text: String,
    /// The same for people, with the names of what it turned on; empty outside of explanations.
    pub sentence: String,
    /// What came out.
    pub value: Tri,
    /// The facts behind it.
    pub facts: Vec<UsedFact>,
}

/// One counter as it was looked up.
#[derive(Debug, Clone)]
pub struct CounterAtom {
    /// The control's id.
    pub control: String,
    /// The thing on which it was looked up.
    pub place: Thing,
    /// The fact, with where its value comes from.
    pub fact: UsedFact,
}

/// A change of facts that would give the threat another status.
#[derive(Debug, Clone)]
pub struct Change {
    /// Each fact with the value to give it, as written in a model.
    pub facts: Vec<(BaseFact, String)>,
    /// The same in words: "Rate limiting is in place at Web App".
    pub sentence: String,
    /// The same as arguments of `redan set` and `redan whatif`: `web-app.controls.rate-limiting=yes`.
    pub assignments: Vec<String>,
    /// Where the first fact is stated now, or the entry where it would be.
    pub span: Option<Span>,
    /// What the threat would be; `None` when it would not exist.
    pub status: Option<Status>,
    /// The risk that would remain.
    pub risk: Option<u8>,
}

/// The derivation of one threat.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The threat's id.
    pub id: String,
    /// The conditions of `when`.
    pub atoms: Vec<Atom>,
    /// The counters.
    pub counters: Vec<CounterAtom>,
    /// One shortest chain of flows from an untrusted start to the subject, as ids of elements and flows in turn.
    pub chain: Vec<Thing>,
    /// The smallest changes that would clear it, and those that would open it; each verified by evaluation.
    pub changes: Vec<Change>,
}
