//! Findings of all reports, each once, with what statements about vulnerabilities say of them.

use redan_model::Ids;
use redan_model::evidence::{Evidence, Finding, FindingStatus, ReportKind, Statement, StatementState};

use super::LinkedFinding;

/// Every finding once, in the order of the reports.
pub(super) fn findings(evidence: &Evidence) -> Vec<LinkedFinding> {
    let mut seen = Ids::default();
    let known: Ids = evidence
        .reports
        .iter()
        .filter(|report| report.kind != ReportKind::Vex)
        .flat_map(|report| &report.findings)
        .flat_map(names)
        .collect();
    let statements = in_order(evidence);
    let mut all = Vec::new();
    for (report, of) in evidence.reports.iter().enumerate() {
        for finding in &of.findings {
            // What a scanner found as well is said by the scanner.
            let said = of.kind == ReportKind::Vex && names(finding).iter().any(|name| known.contains(name));
            if said || !seen.insert(finding.key.as_str()) {
                continue;
            }
            let mut finding = finding.clone();
            apply(&statements, &mut finding);
            all.push(LinkedFinding { finding, report, elements: Vec::new(), threats: Vec::new() });
        }
    }
    all
}

/// The names of a vulnerability, comparable.
fn names(finding: &Finding) -> Vec<String> {
    std::iter::once(&finding.rule).chain(&finding.ids).map(|name| name.to_ascii_uppercase()).collect()
}

/// All statements, the latest last.
fn in_order(evidence: &Evidence) -> Vec<&Statement> {
    let mut reports: Vec<_> = evidence.reports.iter().filter(|report| !report.statements.is_empty()).collect();
    reports.sort_by_key(|report| report.taken);
    reports.into_iter().flat_map(|report| &report.statements).collect()
}

fn apply(statements: &[&Statement], finding: &mut Finding) {
    if finding.status != FindingStatus::Open || statements.is_empty() {
        return;
    }
    let names = names(finding);
    let about =
        |statement: &&&Statement| statement.ids.iter().any(|id| names.contains(&id.to_ascii_uppercase())) && is_about(statement, finding);
    let Some(last) = statements.iter().rev().find(about) else { return };
    let why = last.because.clone().unwrap_or_else(|| "without a reason".to_owned());
    match last.state {
        StatementState::NotAffected => {
            (finding.status, finding.because) = (FindingStatus::NotAffected, Some(format!("stated as not affected: {why}")));
        }
        StatementState::Fixed => (finding.status, finding.because) = (FindingStatus::Fixed, Some(format!("stated as fixed: {why}"))),
        StatementState::Affected | StatementState::InTriage => {}
    }
}

/// Whether a statement is about the package of a finding. A product that is no package is taken to be the system.
fn is_about(statement: &Statement, finding: &Finding) -> bool {
    let Some(package) = &finding.package else { return true };
    let fits = |product: &String| {
        let Some(rest) = product.strip_prefix("pkg:") else { return true };
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        let (path, version) = path.rsplit_once('@').map_or((path, None), |(path, version)| (path, Some(version)));
        let name = path.split_once('/').map_or(path, |(_, name)| name);
        let spelled = |text: &str| text.to_lowercase().replace([':', '/'], "/").replace("%40", "@");
        let last = |text: &str| spelled(text).rsplit('/').next().unwrap_or_default().to_owned();
        let same_name = spelled(name) == spelled(package) || last(name) == last(package);
        let same_version = version.zip(finding.version.as_deref()).is_none_or(|(stated, found)| stated == found);
        same_name && same_version
    };
    statement.products.is_empty() || statement.products.iter().any(fits)
}
