//! Decisions about threats: acceptances that have run out, and decisions without a reason or a name.

use redan_model::Severity;
use redan_model::lang::ThreatStatus;

use super::{Found, Linter};
use crate::analysis::Status;

pub(super) fn check(linter: &mut Linter<'_>) {
    expired(linter);
    unexplained(linter);
}

fn expired(linter: &mut Linter<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for threat in linter.analysis.threats.iter().filter(|threat| threat.status == Status::Accepted) {
        let Some(answer) = threat.answer.as_ref().filter(|answer| answer.expired) else { continue };
        let fails = linter.policy.fail_on_expired.zip(threat.rating.band).is_some_and(|(least, band)| band >= least);
        let ids: Vec<&str> =
            linter.analysis.threats.iter().filter(|other| other.answer.as_ref() == Some(answer)).map(|t| t.id.as_str()).collect();
        if !fails && seen.contains(&answer.key.as_str()) {
            continue;
        }
        seen.push(&answer.key);
        let until = answer.until.map_or_else(String::new, |until| format!(" on {until}"));
        let message = format!("the acceptance of {} ended{until}", super::named(&ids));
        let mut diagnostic = linter.found("expired-acceptance", answer.span, message).about(&answer.key);
        diagnostic.severity = if fails { Severity::Error } else { Severity::Warning };
        if !linter.out.contains(&diagnostic) {
            linter.report(diagnostic);
        }
    }
}

fn unexplained(linter: &mut Linter<'_>) {
    let entries = &linter.model.root.threats.entries;
    let decided = |status: ThreatStatus| !matches!(status, ThreatStatus::Open | ThreatStatus::Mitigated);
    let mut unreasoned = Vec::new();
    let mut unowned = Vec::new();
    for (key, entry) in entries {
        let Some(status) = entry.value.status.as_ref().map(|status| status.value).filter(|status| decided(*status)) else { continue };
        if entry.value.because.is_none() {
            unreasoned.push(Found { subject: key.clone(), span: entry.key_span });
        }
        if status == ThreatStatus::Accepted && entry.value.owner.is_none() {
            unowned.push(Found { subject: key.clone(), span: entry.key_span });
        }
    }
    linter.report_all(
        "decision-without-reason",
        unreasoned,
        |key| format!("the decision about `{key}` gives no reason"),
        |count, keys| format!("{count} decisions about threats give no reason: {keys}"),
    );
    linter.report_all(
        "acceptance-without-owner",
        unowned,
        |key| format!("nobody is named who carries the accepted risk of `{key}`"),
        |count, keys| format!("nobody is named who carries the accepted risk of {count} threats: {keys}"),
    );
}
