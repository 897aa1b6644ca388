//! What evidence adds to the gate: failed tests of what matters, grave findings, and tools that did not come to an end.

use redan_engine::Analysis;
use redan_engine::analysis::Threat;
use redan_engine::evidence::{Assessment, LinkedFinding, State};
use redan_engine::policy::priority;
use redan_model::evidence::{Evidence, FindingSeverity, Outcome};
use redan_model::lang::Band;

/// One reason of evidence for the gate to fail.
pub(crate) struct Fails {
    /// `failed-test`, `finding` or `errored-report`.
    pub(crate) reason: &'static str,
    /// What names it in every run.
    pub(crate) key: String,
    /// How grave it is, where that is known.
    pub(crate) band: Option<Band>,
    /// In a sentence.
    pub(crate) message: String,
}

/// Everything in the evidence that keeps a model from passing.
pub(crate) fn failures(evidence: &Evidence, analysis: &Analysis) -> Vec<Fails> {
    let Some(assessment) = &analysis.evidence else { return Vec::new() };
    let mut all = tests(assessment, analysis);
    all.extend(findings(evidence, assessment));
    let broken = evidence.reports.iter().filter_map(|report| match &report.outcome {
        Outcome::Errored(why) => {
            let message = format!("{} proves nothing: {why}", report.name);
            Some(Fails { reason: "errored-report", key: report.name.clone(), band: None, message })
        }
        Outcome::Ran | Outcome::Empty => None,
    });
    all.extend(broken);
    all
}

fn tests(assessment: &Assessment, analysis: &Analysis) -> Vec<Fails> {
    let mut all = Vec::new();
    for (id, known) in assessment.mitigations.iter().filter(|(_, known)| known.state == State::Failed) {
        let weighty = |threat: &&Threat| threat.mitigations.contains(id) && threat.band() >= Some(Band::High);
        let threats: Vec<&Threat> = analysis.threats.iter().filter(weighty).collect();
        if let Some(worst) = threats.iter().filter_map(|threat| threat.band()).max() {
            let names: Vec<&str> = threats.iter().take(3).map(|threat| threat.id.as_str()).collect();
            let message = format!("`{id}` ({}, against {}) does not pass its checks: {}", priority(worst), names.join(", "), known.reason);
            all.push(Fails { reason: "failed-test", key: id.clone(), band: Some(worst), message });
        }
    }
    all
}

fn findings(evidence: &Evidence, assessment: &Assessment) -> Vec<Fails> {
    let mut grave: Vec<&LinkedFinding> = assessment.findings.iter().filter(|linked| linked.is_grave()).collect();
    grave.sort_by_key(|linked| std::cmp::Reverse(linked.finding.severity));
    let fails = |linked: &LinkedFinding| Fails {
        reason: "finding",
        key: linked.finding.key.clone(),
        band: Some(if linked.finding.severity > FindingSeverity::High { Band::Critical } else { Band::High }),
        message: sentence(evidence, linked),
    };
    grave.into_iter().map(fails).collect()
}

fn sentence(evidence: &Evidence, linked: &LinkedFinding) -> String {
    let one = &linked.finding;
    let tool = evidence.reports.get(linked.report).map_or("", |report| report.tool.as_str());
    let threats = if linked.threats.is_empty() {
        "no threat covers it".to_owned()
    } else {
        let shown: Vec<&str> = linked.threats.iter().take(3).map(String::as_str).collect();
        format!("it realises {}", shown.join(", "))
    };
    format!("{tool} found {} ({}{}): {}; {threats}", one.rule, one.severity.as_str(), place(linked), one.title)
}

/// Where a finding is, after a comma.
fn place(linked: &LinkedFinding) -> String {
    let at = where_it_is(linked);
    if at.is_empty() { at } else { format!(", {at}") }
}

/// Where a finding is: file and line, package, or address.
pub(crate) fn where_it_is(linked: &LinkedFinding) -> String {
    let one = &linked.finding;
    let version = one.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    match (&one.package, &one.path, &one.url) {
        (Some(package), _, _) => format!("{package}{version}"),
        (None, Some(path), _) => one.line.map_or_else(|| path.clone(), |line| format!("{path}:{line}")),
        (None, None, Some(url)) => url.clone(),
        (None, None, None) => String::new(),
    }
}
