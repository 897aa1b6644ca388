//! npm audit: `advisories` up to npm 6, `vulnerabilities` since npm 7, where only objects in `via` are advisories.

use redan_model::evidence::{FindingSeverity, Report, ReportKind, Scope};
use serde_json::Value as Json;

use super::gather::{Gather, finding, some};
use super::text;
use crate::ImportError;
use crate::read::{entries, items, list, text as field};

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let mut out = Gather::new(ReportKind::NpmAudit, "npm audit");
    if let Some(error) = value.get("error") {
        let said = ["summary", "detail", "code"].into_iter().find_map(|key| some(&field(error, key)));
        out.errored(&format!("npm audit failed: {}", said.unwrap_or_else(|| field(value, "message").into_owned())));
        return Ok(out.ran_unless(false));
    }
    let is_map = |key: &str| value.get(key).is_some_and(Json::is_object);
    if !is_map("advisories") && !is_map("vulnerabilities") {
        return Err(ImportError::NotTheFormat("it has no `advisories` or `vulnerabilities`".to_owned()));
    }
    for (_, advisory) in entries(value, "advisories") {
        out.item()?;
        old(advisory, &mut out);
    }
    for (name, node) in entries(value, "vulnerabilities") {
        out.item()?;
        for via in items(node, "via").iter().filter(|via| via.is_object()) {
            present(name, via, &mut out);
        }
    }
    if value.get("metadata").is_some() {
        out.report.scope = Scope::Everything;
    }
    Ok(out.ran_unless(false))
}

fn old(advisory: &Json, out: &mut Gather) {
    let name = field(advisory, "module_name");
    let id = field(advisory, "id");
    let severity = FindingSeverity::from_word(&field(advisory, "severity")).unwrap_or(FindingSeverity::Medium);
    let mut found = finding(&id, &field(advisory, "title"), severity);
    for word in list(advisory, "cwe") {
        text::cwe(&word).into_iter().for_each(|number| text::add(&mut found.cwe, Some(number)));
    }
    found.ids = list(advisory, "cves");
    found.ids.extend(some(&field(advisory, "github_advisory_id")));
    found.ids.truncate(20);
    found.package = some(&name);
    found.version = items(advisory, "findings").first().and_then(|first| some(&field(first, "version")));
    found.url = text::address(&field(advisory, "url"));
    out.add_once(&["npm", &id, &name], found);
}

fn present(node: &str, via: &Json, out: &mut Gather) {
    let url = field(via, "url");
    let advisory = url.rsplit('/').next().filter(|id| id.starts_with("GHSA-"));
    let source = field(via, "source");
    let id = advisory.unwrap_or(source.as_ref());
    let severity = FindingSeverity::from_word(&field(via, "severity")).unwrap_or(FindingSeverity::Medium);
    let mut found = finding(id, &field(via, "title"), severity);
    for word in list(via, "cwe") {
        text::cwe(&word).into_iter().for_each(|number| text::add(&mut found.cwe, Some(number)));
    }
    found.ids = advisory.map(str::to_owned).into_iter().chain(some(&source)).collect();
    found.package = some(node);
    found.url = text::address(&url);
    out.add_once(&["npm", id, node], found);
}
