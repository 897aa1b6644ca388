//! Which kind of report a file is, by what is in it.

use redan_model::evidence::ReportKind;
use serde_json::Value as Json;

use super::{git_secrets, text};
use crate::detect::Sniff;

/// The kind of a report, if it can be told.
pub fn detect(name: &str, bytes: &[u8]) -> Option<ReportKind> {
    let text = text::decode(bytes).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim();
    match text.chars().next()? {
        '<' => xml(Sniff::of(name, after_declarations(text).as_bytes()).xml_root()?),
        '{' | '[' => match serde_json::from_str::<Json>(text) {
            Ok(value) => json(&value),
            Err(_) => lines(text),
        },
        _ => lines(text),
    }
}

/// What follows a document type with declarations of its own.
fn after_declarations(text: &str) -> &str {
    let declared = text.find("<!DOCTYPE").filter(|at| *at < 4_096).and_then(|at| text.get(at..));
    let rest = declared.and_then(|rest| rest.split_once("]>")).map(|(_, rest)| rest.trim_start());
    rest.filter(|rest| rest.starts_with('<')).unwrap_or(text)
}

fn xml(root: &str) -> Option<ReportKind> {
    match root {
        "testsuites" | "testsuite" | "testcase" => Some(ReportKind::Junit),
        "OWASPZAPReport" => Some(ReportKind::Zap),
        "issues" => Some(ReportKind::Burp),
        _ => None,
    }
}

/// Reports that are lines: objects of JSON, or text.
fn lines(text: &str) -> Option<ReportKind> {
    if text.contains(git_secrets::END) {
        return Some(ReportKind::GitSecrets);
    }
    let first = text.lines().find(|line| line.trim_start().starts_with('{'))?;
    let value: Json = serde_json::from_str(first).ok()?;
    ["SourceMetadata", "DetectorName", "stringsFound"].iter().any(|key| value.get(key).is_some()).then_some(ReportKind::Trufflehog)
}

/// Whether a value has all of the keys of one of the alternatives.
fn has(value: &Json, alternatives: &[&[&str]]) -> bool {
    alternatives.iter().any(|keys| keys.iter().all(|key| value.get(key).is_some()))
}

fn json(value: &Json) -> Option<ReportKind> {
    if let Some(entries) = value.as_array() {
        return list(entries.first()?);
    }
    let first = value.get("results").and_then(Json::as_array).and_then(|results| results.first());
    let first_has = |key: &str| first.is_some_and(|first| first.get(key).is_some());
    let table: [(ReportKind, bool); 13] = [
        (ReportKind::Result, has(value, &[&["redan-result"]])),
        (ReportKind::Sarif, value.get("runs").is_some_and(Json::is_array)),
        (ReportKind::Zap, has(value, &[&["site", "@version"], &["site", "@programName"], &["site", "@generated"]])),
        (ReportKind::Vex, has(value, &[&["bomFormat"], &["@context", "statements"]])),
        (ReportKind::Vex, value.get("document").is_some_and(|document| document.get("csaf_version").is_some())),
        (ReportKind::NpmAudit, has(value, &[&["auditReportVersion"], &["advisories"]])),
        (ReportKind::NpmAudit, value.get("error").is_some_and(|error| has(error, &[&["code", "summary"]]))),
        (ReportKind::CargoAudit, has(value, &[&["vulnerabilities", "lockfile"], &["vulnerabilities", "database"]])),
        (ReportKind::Trivy, has(value, &[&["SchemaVersion"], &["ArtifactName"], &["ClusterName"]])),
        (ReportKind::Semgrep, first_has("check_id") || has(value, &[&["results", "errors"], &["results", "paths"]])),
        (ReportKind::Eslint, first_has("filePath")),
        (ReportKind::Osv, first_has("packages") || has(value, &[&["results", "experimental_config"]])),
        (ReportKind::Trufflehog, has(value, &[&["SourceMetadata"], &["DetectorName"], &["stringsFound"]])),
    ];
    let found = table.into_iter().find(|(_, fits)| *fits).map(|(kind, _)| kind);
    found.or_else(|| list(value)).or_else(|| contains_alerts(value, 16).then_some(ReportKind::Dependabot))
}

/// What a list is made of, by its first entry; some tools write one entry without the list.
fn list(first: &Json) -> Option<ReportKind> {
    if let Some(page) = first.as_array() {
        return page.first().filter(|inner| !inner.is_array()).and_then(list);
    }
    let table: [(ReportKind, bool); 6] = [
        (ReportKind::Eslint, has(first, &[&["filePath", "messages"]])),
        (ReportKind::Gitleaks, has(first, &[&["RuleID"], &["offender"], &["lineNumber", "rule"]])),
        (ReportKind::Trufflehog, has(first, &[&["stringsFound"], &["SourceMetadata"], &["rule", "secret", "path"]])),
        (ReportKind::Dependabot, has(first, &[&["security_advisory"], &["rule", "most_recent_instance"], &["secret_type", "html_url"]])),
        (
            ReportKind::Snyk,
            has(first, &[&["infrastructureAsCodeIssues"], &["vulnerabilities", "dependencyCount"], &["vulnerabilities", "ok"]]),
        ),
        (ReportKind::Trivy, has(first, &[&["Target"]])),
    ];
    table.into_iter().find(|(_, fits)| *fits).map(|(kind, _)| kind)
}

fn contains_alerts(value: &Json, depth: usize) -> bool {
    match value {
        _ if depth == 0 => false,
        Json::Object(object) => {
            object.contains_key("vulnerabilityAlerts") || object.values().any(|inner| contains_alerts(inner, depth - 1))
        }
        Json::Array(list) => list.iter().any(|inner| contains_alerts(inner, depth - 1)),
        _ => false,
    }
}
