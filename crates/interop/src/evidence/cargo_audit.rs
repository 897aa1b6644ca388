//! cargo audit: vulnerabilities with a CVSS vector or without, and warnings about crates that nobody looks after.

use redan_model::evidence::{FindingSeverity, Report, ReportKind, Scope};
use serde_json::Value as Json;

use super::gather::{Gather, finding, some};
use super::text;
use crate::ImportError;
use crate::read::{entries, items, list, text as field};

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let vulnerabilities = value.get("vulnerabilities").filter(|list| list.get("list").is_some());
    let vulnerabilities = vulnerabilities.ok_or_else(|| ImportError::NotTheFormat("it has no `vulnerabilities.list`".to_owned()))?;
    let mut out = Gather::new(ReportKind::CargoAudit, "cargo audit");
    for one in items(vulnerabilities, "list") {
        out.item()?;
        add(one, None, &mut out);
    }
    for (kind, of_kind) in entries(value, "warnings") {
        for one in of_kind.as_array().map(Vec::as_slice).unwrap_or_default() {
            out.item()?;
            add(one, Some(kind), &mut out);
        }
    }
    // Older versions write one list, with the kind at each entry.
    for one in items(value, "warnings") {
        out.item()?;
        add(one, Some(field(one, "kind").as_ref()), &mut out);
    }
    let seen = value.get("lockfile").map(|lock| field(lock, "dependency-count").into_owned()).unwrap_or_default();
    if seen.parse::<u64>().is_ok_and(|count| count > 0) {
        out.report.scope = Scope::Everything;
    }
    Ok(out.ran_unless(false))
}

fn add(one: &Json, warning: Option<&str>, out: &mut Gather) {
    let nothing = Json::Null;
    let advisory = one.get("advisory").unwrap_or(&nothing);
    let package = one.get("package").unwrap_or(&nothing);
    let (name, version) = (field(package, "name"), field(package, "version"));
    let stated = field(advisory, "id");
    let id = if stated.is_empty() { warning.unwrap_or("yanked") } else { stated.as_ref() };
    let severity = match (warning, text::score(&field(advisory, "cvss"))) {
        (None, Some(score)) => FindingSeverity::of_score(score),
        (None, None) => FindingSeverity::Medium,
        (Some("unsound"), _) => FindingSeverity::Low,
        (Some(_), _) => FindingSeverity::Info,
    };
    let summary = field(advisory, "title");
    let title = if summary.is_empty() { format!("{name} {version}: {}", warning.unwrap_or("vulnerable")) } else { summary.into_owned() };
    let mut found = finding(id, &title, severity);
    found.ids = list(advisory, "aliases");
    found.ids.truncate(20);
    (found.package, found.version, found.path) = (some(&name), some(&version), Some("Cargo.lock".to_owned()));
    out.add_once(&["cargo", id, &name, &version], found);
}
