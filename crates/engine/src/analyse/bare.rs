//! Raised threats until all of them are there: what is known of them without their names, in a third of the memory.

use std::sync::Arc;

use redan_model::{AssetIx, Span, Thing};

use crate::Knowledge;
use crate::analysis::{CounterUse, Rating, Residual, Status, Threat};
use crate::few::{Few, Seldom};
use crate::rule::RuleIx;

/// A raised threat that has no id yet.
#[derive(Debug)]
pub(crate) enum Bare {
    /// One like nearly all: the model says nothing of it by itself.
    Plain(Plain),
    /// One with an answer, mitigations, assumptions, elements that it reaches, or a title of its own.
    Whole(Box<Threat>),
}

/// What does not follow from the rule and the subject of a threat alone.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) rule: RuleIx,
    pub(crate) subject: Thing,
    pub(crate) with: Option<AssetIx>,
    pub(crate) status: Status,
    pub(crate) rating: Rating,
    pub(crate) rating_reasons: Arc<[Arc<str>]>,
    pub(crate) range: Option<(u8, u8)>,
    pub(crate) residual: Residual,
    pub(crate) counters: Box<[CounterUse]>,
    pub(crate) partly_countered: bool,
}

impl Bare {
    /// The rating, for what an answer to a question would move.
    pub(crate) fn rating(&self) -> Rating {
        match self {
            Self::Plain(plain) => plain.rating,
            Self::Whole(threat) => threat.rating,
        }
    }

    /// The threat, still without an id and without the title that its rule gives it; `locate` says where its subject is.
    pub(crate) fn threat(self, knowledge: &Knowledge, locate: impl FnOnce(Thing) -> Span) -> Threat {
        match self {
            Self::Plain(plain) => plain.threat(knowledge, locate),
            Self::Whole(threat) => *threat,
        }
    }
}

impl Plain {
    /// The same as [`Bare::threat`].
    pub(crate) fn threat(self, knowledge: &Knowledge, locate: impl FnOnce(Thing) -> Span) -> Threat {
        let rule = &knowledge.rules[usize::from(self.rule.0)];
        Threat {
            id: String::new(),
            rule: Some(self.rule),
            subject: Some(self.subject),
            subjects: Few::of(&[self.subject]),
            affected: Seldom::default(),
            with: self.with,
            title: String::new(),
            stride: Few::of(&rule.stride),
            linddun: Few::of(&rule.linddun),
            status: self.status,
            rating: self.rating,
            rating_reasons: self.rating_reasons,
            range: self.range,
            residual: self.residual,
            mitigations: Seldom::default(),
            counters: self.counters,
            partly_countered: self.partly_countered,
            assumptions: Seldom::default(),
            questions: Few::default(),
            answer: None,
            merged: Seldom::default(),
            location: locate(self.subject),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bare;
    use crate::analysis::Threat;

    #[test]
    fn a_threat_without_its_names_takes_a_third_of_the_memory() {
        assert!(3 * size_of::<Bare>() <= size_of::<Threat>(), "{} of {}", size_of::<Bare>(), size_of::<Threat>());
    }
}
