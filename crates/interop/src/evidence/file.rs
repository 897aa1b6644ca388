//! The small file beside a model that keeps evidence: JSON, version 1, the same bytes for the same reports.

use redan_model::evidence::{
    ActiveRule, Finding, FindingSeverity, FindingStatus, Outcome, Report, ReportKind, Scope, Statement, StatementState, TestOutcome,
    TestResult,
};
use serde_json::{Value as Json, json};

use super::MAX_ITEMS;
use super::gather::{finding, line, some};
use super::text;
use crate::read::{items, list, scalar, text as field};
use crate::{ImportError, limits};

/// Adds reports to others: one that is there already keeps its name and day, and a later run of the same file takes the
/// place of an earlier one.
pub fn merge(known: Vec<Report>, more: Vec<Report>) -> Vec<Report> {
    let mut all = known;
    for report in more {
        // What was kept of a report is less than what it says.
        if let Some(one) = all.iter_mut().find(|one| one.kind == report.kind && one.digest == report.digest) {
            *one = Report { name: std::mem::take(&mut one.name), taken: one.taken, taken_from_file: one.taken_from_file, ..report };
            continue;
        }
        match all.iter_mut().find(|one| one.kind == report.kind && one.name == report.name) {
            Some(one) => *one = report,
            None => all.push(report),
        }
    }
    all.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    all
}

/// The text of the file.
pub fn write(reports: &[Report]) -> String {
    let document = json!({"redan-evidence": 1, "reports": reports.iter().map(report_json).collect::<Vec<_>>()});
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// Reads the file.
///
/// # Errors
/// The bytes are not such a file, or exceed a limit.
pub fn read(bytes: &[u8]) -> Result<Vec<Report>, ImportError> {
    let value = limits::json(bytes)?;
    match field(&value, "redan-evidence").as_ref() {
        "1" => {}
        "" => return Err(ImportError::NotTheFormat("it has no `\"redan-evidence\": 1`".to_owned())),
        other => return Err(ImportError::NotTheFormat(format!("it is of version {other}, which is later than this redan"))),
    }
    items(&value, "reports").iter().map(report).collect()
}

fn report_json(report: &Report) -> Json {
    let (outcome, why) = match &report.outcome {
        Outcome::Ran => ("ran", None),
        Outcome::Empty => ("empty", None),
        Outcome::Errored(why) => ("errored", Some(why)),
    };
    let (scope, rules): (&str, &[ActiveRule]) = match &report.scope {
        Scope::Unsaid => ("unsaid", &[]),
        Scope::Rules(rules) => ("rules", rules),
        Scope::Everything => ("everything", &[]),
    };
    without_nulls(json!({
        "kind": report.kind.as_str(),
        "file": report.name,
        "digest": report.digest,
        "tool": report.tool,
        "version": report.version,
        "at": report.taken.map(stamp),
        "at-of-file": report.taken_from_file.then_some(true),
        "commit": report.commit,
        "outcome": outcome,
        "why": why,
        "items": report.items,
        "tests-in-report": report.test_count,
        "scope": scope,
        "rules": rules.iter().map(|rule| json!({"id": rule.id, "cwe": rule.cwe})).collect::<Vec<_>>(),
        "tests": report.tests.iter().map(test_json).collect::<Vec<_>>(),
        "findings": report.findings.iter().map(finding_json).collect::<Vec<_>>(),
        "statements": report.statements.iter().map(statement_json).collect::<Vec<_>>(),
    }))
}

/// A time in the usual form.
fn stamp(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|stamp| stamp.to_string()).unwrap_or_default()
}

/// An object without fields that say nothing.
fn without_nulls(value: Json) -> Json {
    let Json::Object(object) = value else { return value };
    let says = |value: &Json| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
    Json::Object(object.into_iter().filter(|(_, value)| says(value)).collect())
}

fn test_json(test: &TestResult) -> Json {
    without_nulls(json!({"id": test.id, "aliases": test.aliases, "outcome": test.outcome.as_str(), "at": test.taken.map(stamp)}))
}

fn finding_json(one: &Finding) -> Json {
    without_nulls(json!({
        "key": one.key,
        "rule": one.rule,
        "title": one.title,
        "severity": one.severity.as_str(),
        "cwe": one.cwe,
        "ids": one.ids,
        "path": one.path,
        "line": one.line,
        "url": one.url,
        "package": one.package,
        "version": one.version,
        "threat": one.threat,
        "status": one.status.as_str(),
        "because": one.because,
        "occurrences": one.occurrences,
    }))
}

fn statement_json(one: &Statement) -> Json {
    without_nulls(json!({"ids": one.ids, "products": one.products, "state": one.state.as_str(), "because": one.because}))
}

fn wrong(key: &str, stated: &str) -> ImportError {
    ImportError::NotTheFormat(format!("`{key}` is `{}`, which is not known", text::short(stated)))
}

fn number(value: &Json, key: &str) -> usize {
    value.get(key).and_then(Json::as_u64).and_then(|number| usize::try_from(number).ok()).unwrap_or(0)
}

fn report(value: &Json) -> Result<Report, ImportError> {
    let kind = field(value, "kind");
    let outcome = match field(value, "outcome").as_ref() {
        "ran" => Outcome::Ran,
        "empty" => Outcome::Empty,
        "errored" => Outcome::Errored(field(value, "why").into_owned()),
        other => return Err(wrong("outcome", other)),
    };
    let active = |rule: &Json| ActiveRule { id: field(rule, "id").into_owned(), cwe: cwe(rule) };
    let scope = match field(value, "scope").as_ref() {
        "everything" => Scope::Everything,
        "rules" => Scope::Rules(bounded(value, "rules")?.iter().map(active).collect()),
        _ => Scope::Unsaid,
    };
    Ok(Report {
        kind: ReportKind::from_word(&kind).ok_or_else(|| wrong("kind", &kind))?,
        name: field(value, "file").into_owned(),
        digest: field(value, "digest").into_owned(),
        tool: text::short(&field(value, "tool")),
        version: some(&field(value, "version")),
        taken: text::time(&field(value, "at")),
        taken_from_file: value.get("at-of-file").and_then(Json::as_bool).unwrap_or(false),
        commit: some(&field(value, "commit")),
        outcome,
        items: number(value, "items"),
        test_count: number(value, "tests-in-report"),
        scope,
        findings: bounded(value, "findings")?.iter().map(found).collect::<Result<_, _>>()?,
        tests: bounded(value, "tests")?.iter().map(test).collect::<Result<_, _>>()?,
        statements: bounded(value, "statements")?.iter().map(statement).collect::<Result<_, _>>()?,
    })
}

/// A list that is not too long.
fn bounded<'a>(value: &'a Json, key: &str) -> Result<&'a [Json], ImportError> {
    let list = items(value, key);
    if list.len() > MAX_ITEMS { Err(ImportError::TooMuch { what: "entries", limit: MAX_ITEMS }) } else { Ok(list) }
}

fn cwe(value: &Json) -> Vec<u32> {
    let mut numbers = Vec::new();
    items(value, "cwe").iter().for_each(|number| text::add(&mut numbers, scalar(number).parse().ok()));
    numbers
}

fn test(value: &Json) -> Result<TestResult, ImportError> {
    let stated = field(value, "outcome");
    let outcome = TestOutcome::ALL.into_iter().find(|known| known.as_str() == stated).ok_or_else(|| wrong("outcome", &stated))?;
    Ok(TestResult { id: field(value, "id").into_owned(), aliases: list(value, "aliases"), outcome, taken: text::time(&field(value, "at")) })
}

fn found(value: &Json) -> Result<Finding, ImportError> {
    let (stated, status) = (field(value, "severity"), field(value, "status"));
    let severity = FindingSeverity::ALL.into_iter().find(|known| known.as_str() == stated).ok_or_else(|| wrong("severity", &stated))?;
    let mut one = finding(&field(value, "rule"), &field(value, "title"), severity);
    one.status = FindingStatus::ALL.into_iter().find(|known| known.as_str() == status).ok_or_else(|| wrong("status", &status))?;
    one.key = field(value, "key").into_owned();
    (one.cwe, one.ids) = (cwe(value), list(value, "ids"));
    (one.path, one.line, one.url) = (some(&field(value, "path")), line(&field(value, "line")), some(&field(value, "url")));
    (one.package, one.version) = (some(&field(value, "package")), some(&field(value, "version")));
    (one.threat, one.because) = (some(&field(value, "threat")), some(&field(value, "because")));
    one.occurrences = number(value, "occurrences").max(1);
    Ok(one)
}

fn statement(value: &Json) -> Result<Statement, ImportError> {
    let stated = field(value, "state");
    let state = StatementState::ALL.into_iter().find(|known| known.as_str() == stated).ok_or_else(|| wrong("state", &stated))?;
    Ok(Statement { ids: list(value, "ids"), products: list(value, "products"), state, because: some(&field(value, "because")) })
}
