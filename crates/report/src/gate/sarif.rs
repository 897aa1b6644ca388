//! SARIF 2.1.0: one run over all models, for code scanning.
//!
//! A result is the same result as long as its threat is the same one, wherever the lines of the model are. What people
//! decided to live with is a suppressed result. Services cut long runs, so the worst results are kept and the rest is
//! counted.

use std::collections::BTreeMap;
use std::io::Write;

use indexmap::IndexMap;
use serde::Serialize;

use super::{CheckReport, CheckResult, CheckedModel, Identity, Verdict};

/// Results of one run; services show no more.
pub const MAX_RESULTS: usize = 5_000;
/// Longest message and justification, in characters, so that a run stays far below what services take.
const MAX_TEXT: usize = 1_000;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    automation_details: Details,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<ResultJson<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Details {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'a str,
    rules: Vec<RuleJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleJson<'a> {
    id: &'a str,
    short_description: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Text<'a>>,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct RuleProperties {
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<String>,
    tags: &'static [&'static str],
}

#[derive(Serialize)]
struct Text<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text<'static>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultJson<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Text<'a>,
    locations: [LocationJson; 1],
    partial_fingerprints: BTreeMap<&'static str, &'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
    properties: ResultProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultProperties<'a> {
    model: &'a str,
    fails: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    band: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LocationJson {
    physical_location: Physical,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: std::borrow::Cow<'a, str>,
}

/// Writes a report as SARIF.
///
/// # Errors
/// When `out` does not take it.
pub fn write(out: &mut dyn Write, report: &CheckReport, version: &str) -> std::io::Result<()> {
    let all = report.worst_first();
    let shown = &all[..all.len().min(MAX_RESULTS)];
    let mut rules: IndexMap<&str, (&CheckResult, u8)> = IndexMap::new();
    for (_, result) in shown {
        let known = rules.entry(&result.rule).or_insert((result, 0));
        known.1 = known.1.max(result.risk);
    }
    let results = shown.iter().map(|(model, result)| result_of(model, result, rules.get_index_of(result.rule.as_str()).unwrap_or(0)));
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            results: results.collect(),
            tool: Tool { driver: Driver { name: "redan", semantic_version: version, rules: rules.iter().map(rule_of).collect() } },
            automation_details: Details { id: "redan/" },
            invocations: [invocation(report, all.len() - shown.len())],
            column_kind: "unicodeCodePoints",
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule_of<'a>((id, (first, risk)): (&&'a str, &(&'a CheckResult, u8))) -> RuleJson<'a> {
    RuleJson {
        id,
        short_description: Text { text: cut(&first.rule_title) },
        help: first.help.as_deref().map(|help| Text { text: cut(help) }),
        properties: RuleProperties {
            // Risks reach 25, the scale of services 10.
            security_severity: (*risk > 0).then(|| format!("{:.1}", f64::from(*risk) / 2.5)),
            tags: if matches!(first.identity, Identity::Threat(_)) { &["security", "threat-model"] } else { &["threat-model"] },
        },
    }
}

fn result_of<'a>(model: &'a CheckedModel, result: &'a CheckResult, rule_index: usize) -> ResultJson<'a> {
    let (file, at) = result.located(model);
    let identity = match &result.identity {
        Identity::Threat(id) => ("redanThreatId/v1", id.as_str()),
        Identity::Fault(id) => ("redanFaultId/v1", id.as_str()),
    };
    let suppression =
        |settled: &'a super::Settled| Suppression { kind: "inSource", status: "accepted", justification: cut(&settled.because) };
    ResultJson {
        rule_id: &result.rule,
        rule_index,
        level: result.level.as_str(),
        message: Text { text: cut(&result.message) },
        locations: [LocationJson {
            physical_location: Physical {
                artifact_location: Artifact { uri: uri(file) },
                region: at.map(|(start_line, start_column)| Region { start_line, start_column }),
            },
        }],
        partial_fingerprints: BTreeMap::from([identity, ("redanModelId/v1", model.id.as_str())]),
        suppressions: result.settled.iter().map(suppression).collect(),
        properties: ResultProperties {
            model: &model.name,
            fails: result.fails,
            band: result.band.map(redan_model::lang::Band::as_str),
            risk: (result.risk > 0).then_some(result.risk),
        },
    }
}

fn invocation(report: &CheckReport, left_out: usize) -> Invocation {
    let mut notes = Vec::new();
    let mut note = |level, text: String| notes.push(Notification { level, message: Text { text: text.into() } });
    if left_out > 0 {
        note("warning", format!("{left_out} more results are left out; these are the {MAX_RESULTS} worst"));
    }
    for model in &report.models {
        match model.verdict {
            Verdict::Invalid => note("error", format!("{} is not valid, so its threats are not known", model.file)),
            Verdict::Failed => note("error", format!("the gate failed for {}: {}", model.file, model.summary)),
            Verdict::Passed => {}
        }
        if model.waiting > 0 {
            note("note", format!("{} threats of {} wait for answers", model.waiting, model.file));
        }
        if model.known > 0 {
            note("note", format!("{} failures of {} were there before and do not count", model.known, model.file));
        }
    }
    Invocation { execution_successful: report.verdict() != Verdict::Invalid, tool_execution_notifications: notes }
}

/// A text that is not longer than services like.
fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::super::testing::{report, result};
    use super::super::{CheckResult, Settled};
    use super::*;

    fn json(report: &CheckReport) -> Json {
        let mut out = Vec::new();
        write(&mut out, report, "1.0.0").unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn a_result_has_place_fingerprint_and_severity() {
        let json = json(&report(vec![result("missing-audit-log@web", 20)]));
        let result = &json["runs"][0]["results"][0];
        assert_eq!(result["partialFingerprints"]["redanThreatId/v1"], "missing-audit-log@web");
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b/shop.tm.yaml");
        assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
        assert_eq!(json["runs"][0]["tool"]["driver"]["rules"][0]["properties"]["security-severity"], "8.0");
        assert!(result.get("suppressions").is_none());
    }

    #[test]
    fn what_is_accepted_is_suppressed() {
        let settled = Some(Settled { status: "accepted", because: "too costly".to_owned() });
        let json = json(&report(vec![CheckResult { settled, fails: false, ..result("T1", 20) }]));
        assert_eq!(json["runs"][0]["results"][0]["suppressions"][0]["justification"], "too costly");
    }

    #[test]
    fn beyond_five_thousand_results_the_worst_are_kept_and_the_rest_is_counted() {
        let mut results: Vec<CheckResult> = (0..5_003).map(|number| result(&format!("T{number}"), 5)).collect();
        results.push(result("worst", 25));
        let json = json(&report(results));
        let run = &json["runs"][0];
        assert_eq!(run["results"].as_array().unwrap().len(), MAX_RESULTS);
        assert_eq!(run["results"][0]["partialFingerprints"]["redanThreatId/v1"], "worst");
        assert!(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap().starts_with("4 more results"));
    }

    #[test]
    fn a_run_over_an_invalid_model_is_not_successful() {
        let mut report = report(Vec::new());
        report.models[0].verdict = Verdict::Invalid;
        assert_eq!(json(&report)["runs"][0]["invocations"][0]["executionSuccessful"], false);
    }
}
