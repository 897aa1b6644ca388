//! Trivy: vulnerabilities, faults of configuration and secrets, of an image, a folder or a cluster, in three layouts.

use redan_model::evidence::{FindingSeverity, FindingStatus, Report, ReportKind, Scope};
use serde_json::Value as Json;

use super::gather::{Gather, finding, line, some};
use super::text;
use crate::ImportError;
use crate::read::{items, list, text as field};

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let cluster = ["Resources", "Vulnerabilities", "Misconfigurations", "Findings"].into_iter().flat_map(|key| items(value, key));
    let results: Vec<&Json> = match value {
        Json::Array(results) => results.iter().collect(),
        _ => items(value, "Results").iter().chain(cluster.flat_map(|resource| items(resource, "Results"))).collect(),
    };
    let known = value.is_array() || ["SchemaVersion", "ArtifactName", "ClusterName"].iter().any(|key| value.get(key).is_some());
    if !known || results.iter().any(|result| result.get("Target").is_none()) {
        return Err(ImportError::NotTheFormat("it has neither `ArtifactName` nor results with a `Target`".to_owned()));
    }
    let mut out = Gather::new(ReportKind::Trivy, "Trivy");
    out.taken(text::time(&field(value, "CreatedAt")));
    for result in &results {
        let target = field(result, "Target");
        for one in items(result, "Vulnerabilities") {
            out.item()?;
            vulnerability(&target, one, &mut out);
        }
        for one in items(result, "Misconfigurations") {
            out.item()?;
            configuration(&target, one, &mut out);
        }
        for one in items(result, "Secrets") {
            out.item()?;
            secret(&target, one, &mut out);
        }
    }
    if !results.is_empty() {
        out.report.scope = Scope::Everything;
    }
    let empty = value.is_array() && results.is_empty();
    Ok(out.ran_unless(empty))
}

fn severity(one: &Json) -> FindingSeverity {
    FindingSeverity::from_word(&field(one, "Severity")).unwrap_or(FindingSeverity::Low)
}

fn vulnerability(target: &str, one: &Json, out: &mut Gather) {
    let (id, name, version) = (field(one, "VulnerabilityID"), field(one, "PkgName"), field(one, "InstalledVersion"));
    let mut found = finding(&id, &field(one, "Title"), severity(one));
    for word in list(one, "CweIDs") {
        text::cwe(&word).into_iter().for_each(|number| text::add(&mut found.cwe, Some(number)));
    }
    found.ids = list(one, "VendorIDs");
    found.ids.truncate(20);
    (found.package, found.version, found.path) = (some(&name), some(&version), text::path(target));
    out.add(&["trivy", &id, &name, &version, target], found);
}

fn configuration(target: &str, one: &Json, out: &mut Gather) {
    let status = field(one, "Status");
    if status == "PASS" {
        return;
    }
    let id = field(one, "ID");
    let mut found = finding(&id, &field(one, "Title"), severity(one));
    found.ids = some(&field(one, "AVDID")).into_iter().collect();
    found.path = text::path(target);
    found.line = one.get("CauseMetadata").and_then(|cause| line(&field(cause, "StartLine")));
    if status == "EXCEPTION" {
        (found.status, found.because) = (FindingStatus::Suppressed, Some("an exception in Trivy".to_owned()));
    }
    out.add(&["trivy", &id, target, &text::hash(&[field(one, "Message").as_ref()])], found);
}

fn secret(target: &str, one: &Json, out: &mut Gather) {
    let id = field(one, "RuleID");
    let mut found = finding(&id, &field(one, "Title"), severity(one));
    found.cwe = vec![798];
    (found.path, found.line) = (text::path(target), line(&field(one, "StartLine")));
    out.add(&["secret", &id, target, &text::hash(&[field(one, "Match").as_ref()])], found);
}
