//! What was found about a model, in the shape of the formats of continuous integration.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use redan_engine::analysis::{Status, Threat};
use redan_engine::gate::fault_key;
use redan_engine::lint::LINTS;
use redan_engine::{Analysis, Knowledge};
use redan_model::lang::Band;
use redan_model::naming::sentence_of;
use redan_model::{Diagnostic, Severity, Span, Thing};
use redan_report::gate::{CheckResult, CheckedModel, Identity, Level, ResultPlace, Settled, Verdict};

use super::gate::{EXPIRED, Failed};
use super::{Checked, exit_of, faults, human};
use crate::exit::Exit;

/// Reasons that are about a threat as it stands, so that the threat itself is the result.
const OF_THREATS: [&str; 3] = ["open-threat", "unanswered-question", EXPIRED];

/// One model with everything that was found in it; paths count from the root of its project.
pub(super) fn model(checked: &Checked, cwd: &Path) -> CheckedModel {
    let loaded = &checked.model.loaded;
    let found = Found { checked, cwd };
    let mut results: Vec<CheckResult> = faults(checked).filter_map(|fault| found.fault(fault)).collect();
    if let Some(analysis) = checked.analysis.as_deref() {
        results.extend(found.threats(analysis));
    }
    let apart = |failed: &&Failed| failed.reason != "lint" && !OF_THREATS.contains(&failed.reason);
    results.extend(checked.failures.iter().filter(apart).map(|failed| found.failure(failed, true)));
    results.extend(checked.warned.iter().map(|failed| found.failure(failed, false)));
    CheckedModel {
        id: loaded.model.id.clone(),
        name: loaded.model.name_of(Thing::Model).to_owned(),
        file: found.file(&checked.model.shown),
        verdict: match exit_of(checked) {
            Exit::Fine => Verdict::Passed,
            Exit::GateFailed => Verdict::Failed,
            Exit::Invalid => Verdict::Invalid,
        },
        summary: checked.counts.as_ref().map_or_else(|| human::errors(&loaded.diagnostics), |counts| counts.summary.clone()),
        waiting: checked.counts.as_ref().map_or(0, |counts| counts.waiting),
        known: checked.known.len(),
        results,
    }
}

struct Found<'a> {
    checked: &'a Checked,
    cwd: &'a Path,
}

impl Found<'_> {
    /// A fault of the text or of the model. Acceptances that have run out are results of their threats.
    fn fault(&self, fault: &Diagnostic) -> Option<CheckResult> {
        if fault.code == EXPIRED {
            return None;
        }
        let key = fault_key(fault);
        let invalid = self.checked.analysis.is_none() && fault.is_error();
        let fails = invalid || self.checked.failures.iter().any(|failed| failed.reason == "lint" && failed.key == key);
        let level = match fault.severity {
            _ if fails => Level::Error,
            Severity::Error | Severity::Warning => Level::Warning,
            Severity::Hint => Level::Note,
        };
        let spec = LINTS.iter().find(|lint| lint.code == fault.code);
        Some(CheckResult {
            rule: fault.code.to_owned(),
            rule_title: spec.map_or_else(|| sentence_of(fault.code), |spec| spec.title.to_owned()),
            help: fault.help.clone().or_else(|| spec.map(|spec| spec.fix.to_owned())),
            identity: Identity::Fault(key),
            level,
            band: None,
            risk: 0,
            fails,
            message: fault.message.clone(),
            place: fault.primary.map(|span| self.place(span)),
            settled: None,
        })
    }

    /// Threats that are open or that somebody decided to live with, and those that fail for another reason.
    fn threats(&self, analysis: &Analysis) -> Vec<CheckResult> {
        let of_threats = self.checked.failures.iter().filter(|failed| OF_THREATS.contains(&failed.reason));
        let failures: BTreeMap<&str, &Failed> = of_threats.map(|failed| (failed.key.as_str(), failed)).collect();
        let result = |threat| self.threat(threat, failures.get(threat_id(threat)).copied());
        analysis.threats.iter().filter_map(result).collect()
    }

    fn threat(&self, threat: &Threat, failed: Option<&Failed>) -> Option<CheckResult> {
        let knowledge: &Knowledge = &self.checked.model.knowledge;
        let band = threat.band();
        let expired = threat.answer.as_ref().is_some_and(|answer| answer.expired);
        let settled = match threat.status {
            Status::Accepted if expired => None,
            Status::Accepted | Status::Transferred | Status::FalsePositive => Some(settled(threat)),
            Status::Open => None,
            _ if failed.is_some() => None,
            _ => return None,
        };
        let rule = threat.rules(knowledge).first().map(|rule| rule.id.clone());
        let word = band.map_or_else(String::new, |band| format!(" and {band}"));
        let status = if expired { "accepted until a day that has passed" } else { threat.status.as_str() };
        Some(CheckResult {
            rule_title: rule.as_deref().map_or_else(|| "A threat that the model states".to_owned(), sentence_of),
            rule: rule.unwrap_or_else(|| "stated-threat".to_owned()),
            help: Some(threat.fix(knowledge).trim().to_owned()).filter(|fix| !fix.is_empty()),
            identity: Identity::Threat(threat.id.clone()),
            level: match band {
                _ if failed.is_some() => Level::Error,
                Some(Band::Critical | Band::High) => Level::Warning,
                _ => Level::Note,
            },
            band,
            risk: threat.rating.risk.unwrap_or(0),
            fails: failed.is_some(),
            message: failed.map_or_else(|| format!("{} is {status}{word}: {}", threat.id, threat.title), |failed| failed.message.clone()),
            place: Some(self.place(threat.answer.as_ref().filter(|_| expired).map_or(threat.location, |answer| answer.span))),
            settled,
        })
    }

    fn failure(&self, failed: &Failed, fails: bool) -> CheckResult {
        CheckResult {
            rule: failed.reason.to_owned(),
            rule_title: sentence_of(failed.reason),
            help: None,
            identity: Identity::Fault(failed.key.clone()),
            level: if fails { Level::Error } else { Level::Warning },
            band: failed.band,
            risk: 0,
            fails,
            message: failed.message.clone(),
            place: failed.at.map(|span| self.place(span)),
            settled: None,
        }
    }

    /// A model of another tool is read in translation, so its lines are not those of its file.
    fn place(&self, span: Span) -> ResultPlace {
        if self.checked.model.foreign.is_some() {
            return ResultPlace { file: self.file(&self.checked.model.shown), at: None };
        }
        let at = self.checked.model.loaded.sources.locate(span);
        ResultPlace { file: self.file(&at.file), at: Some((at.line, at.column)) }
    }

    /// A shown path, counted from the root of the project.
    fn file(&self, shown: &str) -> String {
        let mut full = PathBuf::new();
        for part in self.cwd.join(shown).components() {
            match part {
                Component::ParentDir => drop(full.pop()),
                Component::CurDir => {}
                part => full.push(part),
            }
        }
        let below = full.strip_prefix(&self.checked.model.project.root);
        below.map_or_else(|_| shown.to_owned(), |below| below.to_string_lossy().replace('\\', "/"))
    }
}

fn threat_id(threat: &Threat) -> &str {
    &threat.id
}

fn settled(threat: &Threat) -> Settled {
    let answer = threat.answer.as_ref();
    let because = answer.and_then(|answer| answer.because.clone()).unwrap_or_else(|| "no reason is written".to_owned());
    let owner = answer.and_then(|answer| answer.owner.as_deref()).map(|owner| format!(" (owner: {owner})")).unwrap_or_default();
    let until = answer.and_then(|answer| answer.until).map(|until| format!(", until {until}")).unwrap_or_default();
    Settled { status: threat.status.as_str(), because: format!("{because}{owner}{until}") }
}
