//! Decisions about threats: acceptances that have run out, and decisions without a reason or a name.

use indexmap::IndexMap;
use redan_model::Severity;
use redan_model::lang::ThreatStatus;

use super::{Found, Linter};
use crate::analysis::{Status, Threat};

pub(super) fn check(linter: &mut Linter<'_>) {
    expired(linter);
    unexplained(linter);
}

fn expired(linter: &mut Linter<'_>) {
    let mut ended: IndexMap<&str, Vec<&Threat>> = IndexMap::new();
    for threat in linter.analysis.threats.iter().filter(|threat| threat.status == Status::Accepted) {
        if let Some(answer) = threat.answer.as_ref().filter(|answer| answer.expired) {
            ended.entry(answer.key.as_str()).or_default().push(threat);
        }
    }
    for (key, threats) in ended {
        let Some(answer) = threats.first().and_then(|threat| threat.answer.as_ref()) else { continue };
        let band = threats.iter().filter_map(|threat| threat.rating.band).max();
        let fails = linter.policy.fail_on_expired.zip(band).is_some_and(|(least, band)| band >= least);
        let ids: Vec<&str> = threats.iter().map(|threat| threat.id.as_str()).collect();
        let until = answer.until.map_or_else(String::new, |until| format!(" on {until}"));
        let message = format!("the acceptance of {} ended{until}", super::named(&ids));
        let mut diagnostic = linter.found("expired-acceptance", answer.span, message).about(key);
        diagnostic.severity = if fails { Severity::Error } else { Severity::Warning };
        linter.report(diagnostic);
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
