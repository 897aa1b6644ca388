//! What a check of models found, in the shape that the formats of continuous integration share.
//!
//! Each format is a pure function from a [`CheckReport`]; none of them decides what passes.

pub mod comment;
pub mod github;
pub mod gitlab;
pub mod junit;
pub mod sarif;

use std::cmp::Reverse;

use redan_model::lang::Band;

/// What a check found in all models.
#[derive(Debug, Clone, Default)]
pub struct CheckReport {
    /// The models, in the order in which they were checked.
    pub models: Vec<CheckedModel>,
}

/// What a check found in one model.
#[derive(Debug, Clone)]
pub struct CheckedModel {
    /// Its id.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// Its file, below the folder that the formats count from.
    pub file: String,
    /// Whether it passed.
    pub verdict: Verdict,
    /// Its numbers in a sentence.
    pub summary: String,
    /// Threats that wait for answers.
    pub waiting: usize,
    /// Failures that do not count, since they were there before.
    pub known: usize,
    /// What was found, in the order of the analysis.
    pub results: Vec<CheckResult>,
}

/// Whether a model passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It did.
    Passed,
    /// Something keeps it from passing.
    Failed,
    /// It cannot be relied on at all.
    Invalid,
}

impl Verdict {
    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "the gate failed",
            Self::Invalid => "not valid",
        }
    }
}

/// How much one result matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Note,
    /// Worth a look.
    Warning,
    /// It has to be dealt with.
    Error,
}

impl Level {
    /// The word of SARIF.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone)]
pub struct CheckResult {
    /// What kind of thing it is: the id of a rule, the code of a lint, or the reason of the gate.
    pub rule: String,
    /// That kind in a few words.
    pub rule_title: String,
    /// What to do, if that is known.
    pub help: Option<String>,
    /// What it is, whatever its place in the file: the id of a threat, or what else it is about.
    pub identity: Identity,
    /// How much it matters.
    pub level: Level,
    /// Its band, if it has one.
    pub band: Option<Band>,
    /// Its risk from 1 to 25, else 0.
    pub risk: u8,
    /// Whether it keeps the model from passing.
    pub fails: bool,
    /// In a sentence.
    pub message: String,
    /// Where to look; the model's file if nothing more is known.
    pub place: Option<ResultPlace>,
    /// The answer that settles it, if somebody decided to live with it.
    pub settled: Option<Settled>,
}

/// What stays the same when lines move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The id of a threat.
    Threat(String),
    /// The code and the subject of a fault of the model, or what else names the result.
    Fault(String),
}

impl Identity {
    /// The text of it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Threat(id) | Self::Fault(id) => id,
        }
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultPlace {
    /// The file.
    pub file: String,
    /// Line and column, from 1; nothing for a file that is not read as it is written.
    pub at: Option<(u32, u32)>,
}

/// A decision to live with something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The word of the decision, such as `accepted`.
    pub status: &'static str,
    /// Why, by whom and until when, in a sentence.
    pub because: String,
}

impl CheckReport {
    /// Every result with its model, worst first: what fails, then by level, risk and order; settled ones come last.
    pub fn worst_first(&self) -> Vec<(&CheckedModel, &CheckResult)> {
        let mut all: Vec<_> = self.models.iter().flat_map(|model| model.results.iter().map(move |result| (model, result))).collect();
        all.sort_by_key(|(_, result)| (result.settled.is_some(), Reverse((result.fails, result.level, result.band, result.risk))));
        all
    }

    /// The worst verdict; a check without models has not failed.
    pub fn verdict(&self) -> Verdict {
        let has = |verdict| self.models.iter().any(|model| model.verdict == verdict);
        match (has(Verdict::Invalid), has(Verdict::Failed)) {
            (true, _) => Verdict::Invalid,
            (_, true) => Verdict::Failed,
            _ => Verdict::Passed,
        }
    }
}

impl CheckedModel {
    /// The results that keep it from passing, worst first.
    pub fn failing(&self) -> Vec<&CheckResult> {
        let mut all: Vec<&CheckResult> = self.results.iter().filter(|result| result.fails).collect();
        all.sort_by_key(|result| Reverse((result.level, result.band, result.risk)));
        all
    }
}

impl CheckResult {
    /// The file and, where they are known, line and column.
    fn located<'a>(&'a self, model: &'a CheckedModel) -> (&'a str, Option<(u32, u32)>) {
        self.place.as_ref().map_or((model.file.as_str(), None), |place| (place.file.as_str(), place.at))
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A result that fails with a risk.
    pub(crate) fn result(id: &str, risk: u8) -> CheckResult {
        CheckResult {
            rule: "missing-audit-log".to_owned(),
            rule_title: "Nobody can tell who did it".to_owned(),
            help: Some("keep a log".to_owned()),
            identity: Identity::Threat(id.to_owned()),
            level: Level::Error,
            band: Some(Band::Critical),
            risk,
            fails: true,
            message: format!("{id} is open & <critical>"),
            place: Some(ResultPlace { file: "a b/shop.tm.yaml".to_owned(), at: Some((3, 5)) }),
            settled: None,
        }
    }

    /// A report about one model with these results.
    pub(crate) fn report(results: Vec<CheckResult>) -> CheckReport {
        let verdict = if results.iter().any(|result| result.fails) { Verdict::Failed } else { Verdict::Passed };
        CheckReport {
            models: vec![CheckedModel {
                id: "shop".to_owned(),
                name: "Shop".to_owned(),
                file: "a b/shop.tm.yaml".to_owned(),
                verdict,
                summary: "1 open".to_owned(),
                waiting: 2,
                known: 0,
                results,
            }],
        }
    }

    #[test]
    fn the_worst_comes_first_and_what_is_settled_last() {
        let settled = CheckResult { settled: Some(Settled { status: "accepted", because: "so be it".to_owned() }), ..result("S", 25) };
        let report = report(vec![settled, result("low", 3), result("high", 20)]);
        let order: Vec<&str> = report.worst_first().iter().map(|(_, result)| result.identity.as_str()).collect();
        assert_eq!(order, ["high", "low", "S"]);
    }
}
