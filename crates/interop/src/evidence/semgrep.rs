//! Semgrep's own JSON. It names the rules that ran only where it was asked to measure their time.

use redan_model::evidence::{FindingSeverity, FindingStatus, Report, ReportKind};
use serde_json::Value as Json;

use super::gather::{Gather, finding, some};
use super::text;
use crate::ImportError;
use crate::read::{flag, items, list, text as field};

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let results =
        value.get("results").and_then(Json::as_array).ok_or_else(|| ImportError::NotTheFormat("it has no `results`".to_owned()))?;
    if results.first().is_some_and(|first| first.get("check_id").is_none()) {
        return Err(ImportError::NotTheFormat("its results have no `check_id`".to_owned()));
    }
    let mut out = Gather::new(ReportKind::Semgrep, "Semgrep");
    out.report.version = some(&field(value, "version"));
    let errors = items(value, "errors").iter().filter(|error| !matches!(field(error, "level").as_ref(), "warn" | "info")).count();
    if errors > 0 {
        out.errored(&format!("Semgrep reports {errors} errors of its own"));
    }
    for rule in value.get("time").map(|time| items(time, "rules")).unwrap_or_default() {
        let id = if rule.is_object() { field(rule, "id") } else { crate::read::scalar(rule) };
        out.rule(&id, Vec::new());
    }
    for result in results {
        out.item()?;
        add(result, &mut out);
    }
    let scanned = value.get("paths").and_then(|paths| paths.get("scanned")).and_then(Json::as_array);
    let empty = results.is_empty() && scanned.is_none_or(Vec::is_empty);
    Ok(out.ran_unless(empty))
}

fn add(result: &Json, out: &mut Gather) {
    let nothing = Json::Null;
    let extra = result.get("extra").unwrap_or(&nothing);
    let metadata = extra.get("metadata").unwrap_or(&nothing);
    let rule = field(result, "check_id");
    let message = field(extra, "message");
    // Rules about secrets quote what they found.
    let title =
        if text::is_about_secrets(&rule) { rule.rsplit('.').next().unwrap_or_default().replace('-', " ") } else { message.into_owned() };
    let mut found = finding(&rule, &title, severity(&field(extra, "severity")));
    for word in list(metadata, "cwe") {
        text::cwe(&word).into_iter().for_each(|number| text::add(&mut found.cwe, Some(number)));
    }
    found.path = text::path(&field(result, "path"));
    found.line = result.get("start").and_then(|start| super::gather::line(&field(start, "line")));
    if flag(extra, "is_ignored") {
        (found.status, found.because) = (FindingStatus::Suppressed, Some("suppressed by a comment in the code".to_owned()));
    }
    let print = field(extra, "fingerprint");
    let lines = field(extra, "lines").split_whitespace().collect::<Vec<_>>().join(" ");
    let identity = if print.is_empty() || print == "requires login" {
        let place = if lines.is_empty() || lines == "requires login" { found.line.unwrap_or_default().to_string() } else { lines };
        text::hash(&[place])
    } else {
        print.into_owned()
    };
    let path = found.path.clone().unwrap_or_default();
    out.add(&["semgrep", &rule, &path, &identity], found);
}

fn severity(word: &str) -> FindingSeverity {
    match word {
        "ERROR" => FindingSeverity::High,
        "WARNING" => FindingSeverity::Medium,
        "INFO" | "INVENTORY" | "EXPERIMENT" => FindingSeverity::Low,
        other => FindingSeverity::from_word(other).unwrap_or(FindingSeverity::Medium),
    }
}
