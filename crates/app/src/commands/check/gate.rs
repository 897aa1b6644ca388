//! What keeps a model from passing the gate of its project.

use jiff::civil::Date;
use redan_engine::Knowledge;
use redan_engine::analysis::{Analysis, Status, Threat};
use redan_engine::gate::{Breach, Consequence, breaches, compile, fault_key};
use redan_engine::policy::{Policy, response};
use redan_model::lang::Band;
use redan_model::{Diagnostic, Model, Severity, Span};
use serde::Serialize;

use crate::evidence::Fails;

/// The lint about acceptances that have run out, and the reason for which the gate fails by them.
pub(super) const EXPIRED: &str = "expired-acceptance";

/// One reason for the gate to fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Failed {
    /// `open-threat`, `unanswered-question`, `expired-acceptance` or `lint`; of a policy `too-many-threats`,
    /// `overdue-threat`, `missing-field`, `policy-rule` or `expired-exemption`; of evidence `failed-test`, `finding` or
    /// `errored-report`.
    pub(super) reason: &'static str,
    /// What names it among those of its reason, wherever it stands in the file.
    pub(super) key: String,
    /// The threat, if it is one.
    pub(super) threat: Option<String>,
    /// In a sentence.
    pub(super) message: String,
    /// How grave it is; only to compare with the same failure at another time.
    #[serde(skip)]
    pub(super) weight: u32,
    /// Its band, if it has one.
    #[serde(skip)]
    pub(super) band: Option<Band>,
    /// Where to look.
    #[serde(skip)]
    pub(super) at: Option<Span>,
}

/// What the gate says about a model.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// What keeps it from passing.
    pub(super) failures: Vec<Failed>,
    /// What the policy only wants to be said.
    pub(super) warned: Vec<Failed>,
}

impl Failed {
    /// A failure that evidence shows.
    pub(super) fn of_evidence(fails: Fails) -> Self {
        let weight = fails.band.map_or(0, rank);
        Self { reason: fails.reason, key: fails.key, threat: None, message: fails.message, weight, band: fails.band, at: None }
    }

    fn of_breach(breach: Breach) -> Self {
        let Breach { reason, key, threat, weight, message, at, consequence: _ } = breach;
        Self { reason, key, threat, message, weight, band: None, at }
    }

    /// What names it among all failures of a model.
    pub(super) fn id(&self) -> String {
        format!("{}:{}", self.reason, self.key)
    }
}

/// Judges a model by the policy of its project.
pub(super) fn judge(model: &Model, knowledge: &Knowledge, policy: &Policy, analysis: &Analysis, today: Date) -> Judged {
    let mut failures = failures(analysis, policy);
    // Rules that cannot be used have ended the run before.
    let rules = compile(&policy.gate, &knowledge.catalogue).unwrap_or_default();
    let found = breaches(model, knowledge, &policy.gate, &rules, analysis, today);
    let (failed, warned): (Vec<Breach>, Vec<Breach>) = found.into_iter().partition(|breach| breach.consequence == Consequence::Fail);
    failures.extend(failed.into_iter().map(Failed::of_breach));
    Judged { failures, warned: warned.into_iter().map(Failed::of_breach).collect() }
}

/// What is wrong with the rules of a policy, at their places in `redan.toml`.
pub(super) fn rule_faults(policy: &Policy, knowledge: &Knowledge) -> Vec<Diagnostic> {
    let Err(errors) = compile(&policy.gate, &knowledge.catalogue) else { return Vec::new() };
    let diagnostic = |(rule, error): (&redan_engine::gate::PolicyRule, redan_engine::expr::ExprError)| {
        let whole = rule.require_at;
        let exact = whole.range().len() == rule.require.len();
        let start = whole.range().start;
        let at = if exact { Span::new(whole.source, start + error.range.start, start + error.range.end) } else { whole };
        let diagnostic = Diagnostic::error("bad-policy-rule", at, format!("policy rule `{}`: {}", rule.id, error.message));
        match error.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    };
    errors.into_iter().map(diagnostic).collect()
}

fn failures(analysis: &Analysis, policy: &Policy) -> Vec<Failed> {
    let threats = analysis.threats.iter().filter_map(|threat| threat_fails(threat, policy));
    let fails = |lint: &&Diagnostic| lint.severity == Severity::Error && lint.code != EXPIRED;
    let lints = analysis.lints.iter().filter(fails).map(|lint| Failed {
        reason: "lint",
        key: fault_key(lint),
        threat: None,
        message: format!("{} [{}]", lint.message, lint.code),
        weight: 0,
        band: None,
        at: lint.primary,
    });
    threats.chain(lints).collect()
}

fn threat_fails(threat: &Threat, policy: &Policy) -> Option<Failed> {
    let band = threat.rating.band?;
    let reaches = |least: Option<Band>| least.is_some_and(|least| band >= least);
    let failed = |reason, message| {
        Some(Failed {
            reason,
            key: threat.id.clone(),
            threat: Some(threat.id.clone()),
            message,
            weight: rank(band) + u32::from(threat.rating.risk.unwrap_or(0)),
            band: Some(band),
            at: Some(threat.location),
        })
    };
    match threat.status {
        Status::Open if reaches(policy.fail_on) => {
            failed("open-threat", format!("{} is open and {band} ({}): {}", threat.id, response(band), threat.title))
        }
        Status::Question if policy.fail_on_questions && reaches(policy.fail_on) => {
            failed("unanswered-question", format!("{} is {band} and waits for an answer: {}", threat.id, threat.title))
        }
        Status::Accepted if threat.answer.as_ref().is_some_and(|answer| answer.expired) && reaches(policy.fail_on_expired) => {
            let until = threat.answer.as_ref().and_then(|answer| answer.until).map_or_else(String::new, |until| format!(" on {until}"));
            failed(EXPIRED, format!("the acceptance of {} ({band}) ended{until}: {}", threat.id, threat.title))
        }
        _ => None,
    }
}

/// Bands as numbers that leave room for the risk.
fn rank(band: Band) -> u32 {
    match band {
        Band::Critical => 400,
        Band::High => 300,
        Band::Medium => 200,
        Band::Low => 100,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lint_that_is_an_error_fails_the_gate() {
        let lint = Diagnostic::unplaced("ambiguous-answer", "two entries answer the same threat");
        let analysis = Analysis { lints: vec![lint], ..Analysis::default() };
        assert_eq!(failures(&analysis, &Policy::default())[0].reason, "lint");
        assert_eq!(Policy::default().fail_on, Some(Band::Critical));
    }
}
