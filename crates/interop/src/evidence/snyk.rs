//! Snyk's JSON: one project or a list of them, one row for every way on which a package comes in.

use redan_model::evidence::{FindingSeverity, FindingStatus, Report, ReportKind, Scope};
use serde_json::Value as Json;

use super::gather::{Gather, finding, line, some};
use super::text;
use crate::ImportError;
use crate::read::{flag, items, list, text as field};

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let projects = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
    let known = |project: &Json| project.get("vulnerabilities").is_some() || project.get("infrastructureAsCodeIssues").is_some();
    if !projects.iter().all(|project| known(project) || project.get("error").is_some()) {
        return Err(ImportError::NotTheFormat("it has no `vulnerabilities`".to_owned()));
    }
    let mut out = Gather::new(ReportKind::Snyk, "Snyk");
    for project in projects {
        if project.get("error").is_some() {
            out.errored(&field(project, "error"));
        }
        for issue in items(project, "vulnerabilities") {
            out.item()?;
            package(project, issue, &mut out);
        }
        for issue in items(project, "infrastructureAsCodeIssues") {
            out.item()?;
            configuration(project, issue, &mut out);
        }
    }
    if projects.iter().any(|project| project.get("dependencyCount").is_some()) {
        out.report.scope = Scope::Everything;
    }
    let empty = projects.is_empty();
    Ok(out.ran_unless(empty))
}

fn target(project: &Json) -> Option<String> {
    ["displayTargetFile", "targetFile"].into_iter().find_map(|key| text::path(&field(project, key)))
}

fn package(project: &Json, issue: &Json, out: &mut Gather) {
    let (id, name, version) = (field(issue, "id"), field(issue, "packageName"), field(issue, "version"));
    let severity = FindingSeverity::from_word(&field(issue, "severity")).unwrap_or(FindingSeverity::Medium);
    let mut found = finding(&id, &field(issue, "title"), severity);
    let identifiers = issue.get("identifiers").unwrap_or(&Json::Null);
    for word in list(identifiers, "CWE") {
        text::cwe(&word).into_iter().for_each(|number| text::add(&mut found.cwe, Some(number)));
    }
    found.ids = [list(identifiers, "CVE"), list(identifiers, "GHSA")].concat();
    found.ids.truncate(20);
    let name = if name.is_empty() { field(issue, "name") } else { name };
    (found.package, found.version, found.path) = (some(&name), some(&version), target(project));
    if flag(issue, "isIgnored") {
        (found.status, found.because) = (FindingStatus::Suppressed, Some("ignored in Snyk".to_owned()));
    }
    out.add_once(&["snyk", &id, &name, &version], found);
}

fn configuration(project: &Json, issue: &Json, out: &mut Gather) {
    let id = field(issue, "id");
    let severity = FindingSeverity::from_word(&field(issue, "severity")).unwrap_or(FindingSeverity::Medium);
    let mut found = finding(&id, &field(issue, "title"), severity);
    (found.path, found.line) = (target(project), line(&field(issue, "lineNumber")));
    if flag(issue, "isIgnored") {
        (found.status, found.because) = (FindingStatus::Suppressed, Some("ignored in Snyk".to_owned()));
    }
    let place = list(issue, "path").join("/");
    let path = found.path.clone().unwrap_or_default();
    out.add(&["snyk", &id, &path, &place], found);
}
