//! The code quality report of GitLab: a list of what is wrong and where.

use std::collections::BTreeMap;
use std::io::Write;

use redan_model::lang::Band;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{CheckReport, CheckResult, CheckedModel, Level, Verdict};

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Writes a report for GitLab, worst first. What people decided to live with is left out, since the format has no word for it.
///
/// # Errors
/// When `out` does not take it.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> std::io::Result<()> {
    let mut seen: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut issues = Vec::new();
    for (model, result) in report.worst_first() {
        if result.settled.is_some() && !result.fails {
            continue;
        }
        let count = seen.entry((&model.file, &result.rule, result.identity.as_str())).or_insert(0);
        issues.push(issue(model, result, *count));
        *count += 1;
    }
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

fn issue<'a>(model: &'a CheckedModel, result: &'a CheckResult, count: usize) -> Issue<'a> {
    let (file, at) = result.located(model);
    Issue {
        description: &result.message,
        check_name: &result.rule,
        fingerprint: fingerprint(&[&model.id, &result.rule, result.identity.as_str(), &count.to_string()]),
        severity: severity(model, result),
        location: Location { path: file.strip_prefix("./").unwrap_or(file), lines: Lines { begin: at.map_or(1, |(line, _)| line) } },
    }
}

fn severity(model: &CheckedModel, result: &CheckResult) -> &'static str {
    match (result.fails, result.level) {
        (true, _) if model.verdict == Verdict::Invalid || result.band == Some(Band::Critical) => "blocker",
        (true, _) => "critical",
        (false, Level::Error | Level::Warning) if result.band >= Some(Band::High) => "major",
        (false, Level::Error | Level::Warning) => "minor",
        (false, Level::Note) => "info",
    }
}

/// The same for the same parts, on every machine; a line has no part in it.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{report, result};
    use super::super::{CheckResult, ResultPlace};
    use super::*;

    fn issues(results: Vec<CheckResult>) -> Vec<serde_json::Value> {
        let mut out = Vec::new();
        write(&mut out, &report(results)).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn an_issue_has_what_gitlab_wants() {
        let found = issues(vec![result("T1", 20)]);
        assert_eq!(found[0]["severity"], "blocker");
        assert_eq!(found[0]["location"]["path"], "a b/shop.tm.yaml");
        assert_eq!(found[0]["location"]["lines"]["begin"], 3);
        assert_eq!(found[0]["check_name"], "missing-audit-log");
    }

    #[test]
    fn a_fingerprint_survives_moving_lines_and_is_never_given_twice() {
        let moved = CheckResult { place: Some(ResultPlace { file: "a b/shop.tm.yaml".to_owned(), at: Some((90, 1)) }), ..result("T1", 20) };
        assert_eq!(issues(vec![result("T1", 20)])[0]["fingerprint"], issues(vec![moved.clone()])[0]["fingerprint"]);
        let twice = issues(vec![result("T1", 20), moved]);
        assert_ne!(twice[0]["fingerprint"], twice[1]["fingerprint"]);
    }
}
