//! OSV-Scanner: vulnerabilities come under several names, and groups say which names are one.

use redan_model::evidence::{FindingSeverity, Report, ReportKind, Scope};
use serde_json::Value as Json;

use super::gather::{Gather, finding, some};
use super::text;
use crate::ImportError;
use crate::read::{items, list, text as field};

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let results =
        value.get("results").and_then(Json::as_array).ok_or_else(|| ImportError::NotTheFormat("it has no `results`".to_owned()))?;
    if results.iter().any(|result| result.get("packages").is_none()) {
        return Err(ImportError::NotTheFormat("its results have no `packages`".to_owned()));
    }
    let mut out = Gather::new(ReportKind::Osv, "OSV-Scanner");
    for result in results {
        let path = result.get("source").and_then(|source| text::path(&field(source, "path")));
        for package in items(result, "packages") {
            add_package(package, path.as_deref(), &mut out)?;
        }
    }
    if !results.is_empty() {
        out.report.scope = Scope::Everything;
    }
    let empty = results.is_empty();
    Ok(out.ran_unless(empty))
}

fn add_package(package: &Json, path: Option<&str>, out: &mut Gather) -> Result<(), ImportError> {
    let all = items(package, "vulnerabilities");
    for _ in all {
        out.item()?;
    }
    let nothing = Json::Null;
    let about = package.get("package").unwrap_or(&nothing);
    let groups = items(package, "groups");
    let mut grouped: Vec<&str> = Vec::new();
    for group in groups {
        let ids = list(group, "ids");
        let members: Vec<&Json> = all.iter().filter(|one| ids.iter().any(|id| field(one, "id") == *id)).collect();
        grouped.extend(members.iter().filter_map(|one| one.get("id").and_then(Json::as_str)));
        add(about, path, &members, Some(group), out);
    }
    for alone in all.iter().filter(|one| one.get("id").and_then(Json::as_str).is_none_or(|id| !grouped.contains(&id))) {
        add(about, path, &[alone], None, out);
    }
    Ok(())
}

/// Adds one vulnerability, which may be there under several names.
fn add(about: &Json, path: Option<&str>, members: &[&Json], group: Option<&Json>, out: &mut Gather) {
    let Some(first) = members.first() else { return };
    let mut ids: Vec<String> = members.iter().map(|one| field(one, "id").into_owned()).collect();
    ids.extend(members.iter().flat_map(|one| list(one, "aliases")));
    ids.extend(group.map(|group| list(group, "aliases")).unwrap_or_default());
    ids.sort();
    ids.dedup();
    let rule = field(first, "id").into_owned();
    let stated = group.and_then(|group| field(group, "max_severity").parse::<f64>().ok()).map(FindingSeverity::of_score);
    let severity = if ids.iter().any(|id| id.starts_with("MAL-")) {
        FindingSeverity::Critical
    } else {
        stated.or_else(|| members.iter().filter_map(|one| severity(one)).max()).unwrap_or(FindingSeverity::Medium)
    };
    let title = members.iter().map(|one| field(one, "summary")).find(|summary| !summary.is_empty()).unwrap_or_default();
    let mut found = finding(&rule, &title, severity);
    for one in members {
        let of_database = one.get("database_specific").map(|specific| list(specific, "cwe_ids")).unwrap_or_default();
        let of_affected = items(one, "affected").iter().filter_map(|affected| affected.get("database_specific"));
        let of_affected = of_affected.flat_map(|specific| items(specific, "cwes")).map(|cwe| field(cwe, "cweId").into_owned());
        for word in of_database.into_iter().chain(of_affected) {
            text::cwe(&word).into_iter().for_each(|number| text::add(&mut found.cwe, Some(number)));
        }
    }
    let (name, version) = (field(about, "name"), field(about, "version"));
    (found.package, found.version, found.path) = (some(&name), some(&version), path.map(str::to_owned));
    found.occurrences = members.len();
    let identity = ids.first().cloned().unwrap_or_default();
    found.ids = ids.into_iter().take(20).collect();
    out.add_once(&["osv", &identity, &name, &version, path.unwrap_or_default()], found);
}

fn severity(one: &Json) -> Option<FindingSeverity> {
    let vectors = items(one, "severity").iter().filter_map(|entry| text::score(&field(entry, "score")));
    let scored = vectors.map(FindingSeverity::of_score).max();
    scored.or_else(|| FindingSeverity::from_word(&field(one.get("database_specific")?, "severity")))
}
