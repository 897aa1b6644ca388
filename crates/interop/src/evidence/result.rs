//! The form of our own, for scripts, penetration tests and people: results of checks, and findings.
//!
//! `{"redan-result": 1, "tool": …, "at": …, "results": [{"id", "result"}], "findings": [{"rule", "title", "severity"}]}`

use redan_model::evidence::{Finding, FindingSeverity, FindingStatus, Report, ReportKind, TestOutcome, TestResult};
use redan_model::suggest::nearest;
use serde_json::Value as Json;

use super::gather::{Gather, finding, line, some};
use super::text;
use crate::ImportError;
use crate::read::{items, list, text as field};

/// Reads a report. What is written by hand is checked strictly.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let version = field(value, "redan-result");
    if version != "1" {
        return Err(ImportError::NotTheFormat("it has no `\"redan-result\": 1`".to_owned()));
    }
    let tool = some(&field(value, "tool")).unwrap_or_else(|| "script".to_owned());
    let mut out = Gather::new(ReportKind::Result, &tool);
    out.report.commit = some(&field(value, "commit"));
    out.taken(time(value)?);
    for result in items(value, "results") {
        out.item()?;
        test(result, &mut out)?;
    }
    for one in items(value, "findings") {
        out.item()?;
        add(one, &mut out)?;
    }
    if let Some(why) = value.get("error").and_then(Json::as_str) {
        out.errored(why);
    }
    let empty = out.report.items == 0;
    Ok(out.ran_unless(empty))
}

fn wrong(what: String) -> ImportError {
    ImportError::NotTheFormat(what)
}

fn time(value: &Json) -> Result<Option<i64>, ImportError> {
    let stated = field(value, "at");
    if stated.is_empty() {
        return Ok(None);
    }
    let day = || text::time(&format!("{stated}T00:00:00Z"));
    text::time(&stated)
        .or_else(day)
        .map(Some)
        .ok_or_else(|| wrong(format!("`at` is `{}`, not a time such as 2026-03-01T10:00:00Z", text::short(&stated))))
}

/// A word out of a list, or what is allowed.
fn word<'w>(key: &str, stated: &str, allowed: &[&'w str]) -> Result<&'w str, ImportError> {
    allowed.iter().copied().find(|word| *word == stated).ok_or_else(|| {
        let near = nearest(stated, allowed.iter().copied()).map(|word| format!("; did you mean `{word}`?")).unwrap_or_default();
        wrong(format!("`{key}` is `{}`; allowed: {}{near}", text::short(stated), allowed.join(", ")))
    })
}

fn test(result: &Json, out: &mut Gather) -> Result<(), ImportError> {
    let id = some(&field(result, "id")).ok_or_else(|| wrong("a result has no `id`".to_owned()))?;
    let outcome = match word("result", &field(result, "result"), &["passed", "failed", "skipped", "errored"])? {
        "passed" => TestOutcome::Passed,
        "failed" => TestOutcome::Failed,
        "skipped" => TestOutcome::Skipped,
        _ => TestOutcome::Errored,
    };
    let taken = time(result)?;
    out.taken(taken);
    out.test(TestResult { id, aliases: list(result, "aliases"), outcome, taken });
    Ok(())
}

fn add(one: &Json, out: &mut Gather) -> Result<(), ImportError> {
    let rule = some(&field(one, "rule")).ok_or_else(|| wrong("a finding has no `rule`".to_owned()))?;
    let severity = word("severity", &field(one, "severity"), &["critical", "high", "medium", "low", "info"])?;
    let severity = FindingSeverity::from_word(severity).unwrap_or(FindingSeverity::Medium);
    let mut found: Finding = finding(&rule, &field(one, "title"), severity);
    for number in list(one, "cwe") {
        let before = found.cwe.len();
        text::add(&mut found.cwe, number.parse().ok());
        if found.cwe.len() == before {
            text::cwe(&number).into_iter().for_each(|number| text::add(&mut found.cwe, Some(number)));
        }
    }
    found.ids = list(one, "ids");
    found.ids.truncate(20);
    (found.path, found.line, found.url) = (text::path(&field(one, "path")), line(&field(one, "line")), text::address(&field(one, "url")));
    (found.package, found.version, found.threat) =
        (some(&field(one, "package")), some(&field(one, "version")), some(&field(one, "threat")));
    let stated = field(one, "status");
    if !stated.is_empty() {
        let allowed = FindingStatus::ALL.map(FindingStatus::as_str);
        let status = word("status", &stated, &allowed)?;
        found.status = FindingStatus::ALL.into_iter().find(|known| known.as_str() == status).unwrap_or(FindingStatus::Open);
        found.because = some(&text::short(&field(one, "because")));
    }
    let place = [found.path.clone(), found.url.clone(), found.package.clone()].into_iter().flatten().collect::<Vec<_>>().join("\n");
    let title = found.title.clone();
    out.add(&["result", &rule, &title, &place], found);
    Ok(())
}
