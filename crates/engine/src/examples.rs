//! The examples inside rules, run as tests: what they say of their rule must come true.
//!
//! An example is a complete model. Its first line may name the threat that it is about, as in
//! `# raises: <rule>@<subject>`; without one it is about every threat of its rule.

use redan_model::load_text;

use crate::analysis::Status;
use crate::rule::{Examples, Rule};
use crate::{Analysis, Context, Knowledge, Policy, analyse};

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// The threat is open.
    Raises,
    /// It waits for a fact that nobody has stated.
    Asks,
    /// It is mitigated or absent.
    Quiet,
}

impl Shows {
    /// Every kind of example.
    pub const ALL: [Self; 3] = [Self::Raises, Self::Asks, Self::Quiet];

    /// The word in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raises => "raises",
            Self::Asks => "asks",
            Self::Quiet => "quiet",
        }
    }

    /// The examples of a rule that show it.
    pub fn of(self, examples: &Examples) -> &[String] {
        match self {
            Self::Raises => &examples.raises,
            Self::Asks => &examples.asks,
            Self::Quiet => &examples.quiet,
        }
    }
}

/// How many examples a rule has.
pub fn count(rule: &Rule) -> usize {
    Shows::ALL.iter().map(|shows| shows.of(&rule.examples).len()).sum()
}

/// What is wrong with the examples of a rule: missing kinds, models that do not load, threats that stand otherwise.
pub fn failures(knowledge: &Knowledge, rule: &Rule, context: &Context) -> Vec<String> {
    let mut found = Vec::new();
    for shows in Shows::ALL {
        let texts = shows.of(&rule.examples);
        if texts.is_empty() {
            found.push(format!("{}: there is no such example", shows.as_str()));
        }
        let why = texts.iter().filter_map(|text| fails(knowledge, rule, shows, text, context));
        found.extend(why.map(|why| format!("{}: {why}", shows.as_str())));
    }
    found
}

/// Why an example does not show what it should, if it does not.
pub fn fails(knowledge: &Knowledge, rule: &Rule, shows: Shows, text: &str, context: &Context) -> Option<String> {
    let loaded = load_text(&format!("{}.{}.yaml", rule.id, shows.as_str()), text, &knowledge.vocabulary());
    if let Some(error) = loaded.diagnostics.iter().find(|d| d.is_error()) {
        return Some(format!("the model is not valid: {}", error.message));
    }
    let id = named(text, shows);
    if let Some(id) = id
        && id.split('@').next() != Some(rule.id.as_str())
    {
        return Some(format!("the first line names `{id}`, which is a threat of another rule"));
    }
    let analysis = analyse(&loaded.model, knowledge, &Policy::default(), context);
    let statuses = statuses(&analysis, rule, id);
    let is = match statuses.as_slice() {
        [] => "absent".to_owned(),
        some => some.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", "),
    };
    let shown = |status| statuses.contains(&status);
    match shows {
        Shows::Raises if !shown(Status::Open) => Some(format!("the threat is {is}, not open")),
        Shows::Asks if !shown(Status::Question) => Some(format!("the threat is {is}, not a question")),
        Shows::Asks if !is_asked(&analysis, rule, id) => Some("no question settles the threat".to_owned()),
        Shows::Quiet if shown(Status::Open) || shown(Status::Question) => Some(format!("the threat is {is}, not mitigated or absent")),
        _ => None,
    }
}

/// The threat that the first line names.
fn named(text: &str, shows: Shows) -> Option<&str> {
    let line = text.trim_start().lines().next()?.strip_prefix('#')?.trim();
    line.strip_prefix(shows.as_str())?.strip_prefix(':').map(str::trim)
}

fn is_meant(rule: &Rule, id: Option<&str>, threat: &str) -> bool {
    id.map_or_else(|| threat.split('@').next() == Some(rule.id.as_str()), |id| threat == id)
}

fn statuses(analysis: &Analysis, rule: &Rule, id: Option<&str>) -> Vec<Status> {
    analysis.threats.iter().filter(|threat| is_meant(rule, id, &threat.id)).map(|threat| threat.status).collect()
}

fn is_asked(analysis: &Analysis, rule: &Rule, id: Option<&str>) -> bool {
    analysis.threats.iter().any(|threat| is_meant(rule, id, &threat.id) && !threat.questions.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_may_name_the_threat() {
        assert_eq!(named("# raises: a@b\nredan: 1\n", Shows::Raises), Some("a@b"));
        assert_eq!(named("# raises: a@b\nredan: 1\n", Shows::Quiet), None);
        assert_eq!(named("redan: 1\n", Shows::Raises), None);
    }
}
