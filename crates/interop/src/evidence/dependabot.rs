//! Alerts of a code host: Dependabot by REST or by GraphQL, and alerts of code and secret scanning of the same host.

use redan_model::evidence::{Finding, FindingSeverity, FindingStatus, Outcome, Report, ReportKind, Scope};
use serde_json::Value as Json;

use super::gather::{Gather, finding, line, some};
use super::text;
use crate::ImportError;
use crate::read::{items, list, text as field};

/// How deep alerts are looked for in an answer of GraphQL.
const DEPTH: usize = 16;

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let mut out = Gather::new(ReportKind::Dependabot, "Dependabot");
    if let Some(data) = value.get("data") {
        graph(data, DEPTH, &mut out)?;
        if !items(value, "errors").is_empty() {
            out.errored("the code host answered with errors");
        }
        out.report.scope = Scope::Everything;
        return Ok(out.finish(Outcome::Ran));
    }
    let alerts: Vec<&Json> = match value {
        // A list of pages is a list of lists.
        Json::Array(list) => list.iter().flat_map(|one| one.as_array().map_or_else(|| std::slice::from_ref(one), Vec::as_slice)).collect(),
        Json::Object(_) if is_alert(value) => vec![value],
        Json::Object(object) if object.contains_key("message") => {
            out.errored(&format!("the code host answered: {}", field(value, "message")));
            return Ok(out.finish(Outcome::Ran));
        }
        _ => Vec::new(),
    };
    if !value.is_array() && alerts.is_empty() || !alerts.iter().all(|alert| is_alert(alert)) {
        return Err(ImportError::NotTheFormat("its entries are no alerts".to_owned()));
    }
    for alert in &alerts {
        out.item()?;
        rest(alert, &mut out);
    }
    let empty = alerts.is_empty();
    if !empty && alerts.iter().all(|alert| alert.get("rule").is_none()) {
        out.report.scope = Scope::Everything;
    }
    Ok(out.ran_unless(empty))
}

fn is_alert(value: &Json) -> bool {
    ["security_advisory", "security_vulnerability", "most_recent_instance", "secret_type", "rule"]
        .iter()
        .any(|key| value.get(key).is_some())
}

fn rest(alert: &Json, out: &mut Gather) {
    if alert.get("rule").is_some() {
        return code(alert, out);
    }
    if alert.get("secret_type").is_some() {
        return secret(alert, out);
    }
    let nothing = Json::Null;
    let get = |key: &str| alert.get(key).unwrap_or(&nothing);
    let (advisory, vulnerability, dependency) = (get("security_advisory"), get("security_vulnerability"), get("dependency"));
    let name = [dependency, vulnerability].into_iter().find_map(|of| some(&field(of.get("package")?, "name"))).unwrap_or_default();
    let (ghsa, cve) = (field(advisory, "ghsa_id"), field(advisory, "cve_id"));
    let severity = [vulnerability, advisory].into_iter().find_map(|of| FindingSeverity::from_word(&field(of, "severity")));
    let id = [ghsa.as_ref(), cve.as_ref()].into_iter().find(|id| !id.is_empty()).unwrap_or_default();
    let mut found = finding(id, &field(advisory, "summary"), severity.unwrap_or(FindingSeverity::Medium));
    for one in items(advisory, "cwes") {
        text::cwe(&field(one, "cwe_id")).into_iter().for_each(|number| text::add(&mut found.cwe, Some(number)));
    }
    found.ids = [ghsa.as_ref(), cve.as_ref()].into_iter().filter(|id| !id.is_empty()).map(str::to_owned).collect();
    found.path = text::path(&field(dependency, "manifest_path"));
    found.package = some(&name);
    state(alert, &mut found);
    let (path, number) = (found.path.clone().unwrap_or_default(), field(alert, "number"));
    let identity = if id.is_empty() { number.as_ref() } else { id };
    out.add_once(&["dependabot", identity, &name, &path], found);
}

fn code(alert: &Json, out: &mut Gather) {
    let nothing = Json::Null;
    let rule = alert.get("rule").unwrap_or(&nothing);
    let instance = alert.get("most_recent_instance").unwrap_or(&nothing);
    let location = instance.get("location").unwrap_or(&nothing);
    let severity =
        FindingSeverity::from_word(&field(rule, "security_severity_level")).unwrap_or_else(|| match field(rule, "severity").as_ref() {
            "error" => FindingSeverity::High,
            "note" => FindingSeverity::Low,
            "none" => FindingSeverity::Info,
            _ => FindingSeverity::Medium,
        });
    let id = field(rule, "id");
    let mut found = finding(&id, &field(rule, "description"), severity);
    for word in list(rule, "tags") {
        text::cwe(&word).into_iter().for_each(|number| text::add(&mut found.cwe, Some(number)));
    }
    (found.path, found.line) = (text::path(&field(location, "path")), line(&field(location, "start_line")));
    state(alert, &mut found);
    out.add(&["code-scanning", &id, &field(alert, "number"), &field(alert, "url")], found);
}

fn secret(alert: &Json, out: &mut Gather) {
    let kind = field(alert, "secret_type");
    let mut found = finding(&kind, &format!("Secret in the repository: {kind}"), FindingSeverity::High);
    found.cwe = vec![798];
    state(alert, &mut found);
    let hash = text::hash(&[field(alert, "secret").as_ref()]);
    out.add(&["secret-scanning", &kind, &hash, &field(alert, "number")], found);
}

/// Where an alert stands, and why.
fn state(alert: &Json, found: &mut Finding) {
    let state = field(alert, "state").to_ascii_lowercase();
    let reason =
        ["dismissed_reason", "dismissReason", "resolution"].into_iter().find_map(|key| some(&field(alert, key))).unwrap_or_default();
    let dismissed = !matches!(field(alert, "dismissedAt").as_ref(), "" | "None");
    (found.status, found.because) = match state.as_str() {
        "fixed" | "resolved" => (FindingStatus::Fixed, some(&reason)),
        "dismissed" | "auto_dismissed" => {
            let why =
                if reason.is_empty() { "dismissed".to_owned() } else { format!("dismissed: {}", reason.replace('_', " ").to_lowercase()) };
            (FindingStatus::Suppressed, Some(why))
        }
        "" if dismissed => (FindingStatus::Suppressed, Some("dismissed".to_owned())),
        _ => (FindingStatus::Open, None),
    };
}

/// Alerts wherever they are in an answer of GraphQL.
fn graph(value: &Json, depth: usize, out: &mut Gather) -> Result<(), ImportError> {
    if depth == 0 {
        return Ok(());
    }
    match value {
        Json::Object(object) => {
            for (key, inner) in object {
                if key == "vulnerabilityAlerts" {
                    for node in items(inner, "nodes").iter().chain(items(inner, "edges").iter().filter_map(|edge| edge.get("node"))) {
                        out.item()?;
                        add_node(node, out);
                    }
                } else {
                    graph(inner, depth - 1, out)?;
                }
            }
        }
        Json::Array(list) => list.iter().try_for_each(|inner| graph(inner, depth - 1, out))?,
        _ => {}
    }
    Ok(())
}

fn add_node(node: &Json, out: &mut Gather) {
    let nothing = Json::Null;
    let vulnerability = node.get("securityVulnerability").unwrap_or(&nothing);
    let advisory = vulnerability.get("advisory").unwrap_or(&nothing);
    let name = vulnerability.get("package").map(|package| field(package, "name")).unwrap_or_default();
    let ids: Vec<String> = items(advisory, "identifiers").iter().filter_map(|one| some(&field(one, "value"))).take(20).collect();
    let id = ids.first().cloned().unwrap_or_default();
    let severity = FindingSeverity::from_word(&field(vulnerability, "severity")).unwrap_or(FindingSeverity::Medium);
    let mut found = finding(&id, &field(advisory, "summary"), severity);
    for one in advisory.get("cwes").map(|cwes| items(cwes, "nodes")).unwrap_or_default() {
        text::cwe(&field(one, "cweId")).into_iter().for_each(|number| text::add(&mut found.cwe, Some(number)));
    }
    found.ids = ids;
    found.path = ["vulnerableManifestPath", "vulnerableManifestFilename"].into_iter().find_map(|key| text::path(&field(node, key)));
    found.package = some(&name);
    state(node, &mut found);
    let path = found.path.clone().unwrap_or_default();
    out.add(&["dependabot", &id, &name, &path], found);
}
