//! truffleHog in its three forms: lines of version 3, lines of version 2, and the list that trufflehog3 writes.
//!
//! The secrets themselves are in the report. They are hashed here and go nowhere else.

use redan_model::evidence::{FindingSeverity, Report, ReportKind};
use serde_json::Value as Json;

use super::gather::{Gather, finding, line};
use super::text;
use crate::ImportError;
use crate::read::{flag, list, scalar, text as field};

/// Reads a report.
pub(super) fn read(text: &str) -> Result<Report, ImportError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('[') {
        let value = text::json(text)?;
        let found = value.as_array().map(Vec::as_slice).unwrap_or_default();
        return collect(found.iter().cloned().map(Ok));
    }
    if let Ok(value) = serde_json::from_str::<Json>(text) {
        return if value.get("runs").is_some() { super::sarif::read(&value) } else { collect(std::iter::once(Ok(value))) };
    }
    // What the tool says about itself may be mixed in; it never starts with a brace.
    if !text.lines().any(|line| line.trim_start().starts_with('{')) && !text.contains("TruffleHog") {
        return Err(ImportError::NotTheFormat("none of its lines is a finding of truffleHog".to_owned()));
    }
    let lines = text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with('{'));
    let parsed = lines.map(|(at, line)| {
        serde_json::from_str::<Json>(line).map_err(|error| ImportError::Syntax(format!("line {}: {}", at + 1, error.classify_in_words())))
    });
    collect(parsed)
}

/// Says what is wrong with a line without quoting it, since it may hold a secret.
trait InWords {
    fn classify_in_words(&self) -> &'static str;
}

impl InWords for serde_json::Error {
    fn classify_in_words(&self) -> &'static str {
        if self.is_eof() { "it ends before its object does" } else { "it is not JSON" }
    }
}

fn collect(entries: impl Iterator<Item = Result<Json, ImportError>>) -> Result<Report, ImportError> {
    let mut out = Gather::new(ReportKind::Trufflehog, "truffleHog");
    for entry in entries {
        let entry = entry?;
        if add(&entry, &mut out) {
            out.item()?;
        } else if entry.get("level").is_none() {
            return Err(ImportError::NotTheFormat("one of its entries is not a finding of truffleHog".to_owned()));
        }
    }
    let empty = out.report.items == 0;
    Ok(out.ran_unless(empty))
}

/// Adds a finding of any version; false if it is none.
fn add(entry: &Json, out: &mut Gather) -> bool {
    if entry.get("SourceMetadata").is_some() || entry.get("DetectorName").is_some() {
        third(entry, out);
    } else if entry.get("stringsFound").is_some() {
        second(entry, out);
    } else if entry.get("rule").is_some() && entry.get("secret").is_some() {
        fork(entry, out);
    } else {
        return false;
    }
    true
}

fn third(entry: &Json, out: &mut Gather) {
    let detector = field(entry, "DetectorName");
    let verified = flag(entry, "Verified");
    let severity = if verified { FindingSeverity::Critical } else { FindingSeverity::Medium };
    let note = if verified { "a secret that works" } else { "what looks like a secret" };
    let mut found = finding(&detector, &format!("{detector}: {note}"), severity);
    found.cwe = vec![798];
    let data = entry.get("SourceMetadata").and_then(|source| source.get("Data")).and_then(Json::as_object);
    let place = data.and_then(|data| data.values().next()).unwrap_or(&Json::Null);
    found.path = ["file", "link", "key", "path"].into_iter().find_map(|key| text::path(&field(place, key)));
    found.line = line(&field(place, "line"));
    let raw = ["RawV2", "Raw"].into_iter().map(|key| field(entry, key)).find(|raw| !raw.is_empty()).unwrap_or_default();
    let path = found.path.clone().unwrap_or_default();
    out.add(&["secret", &detector, &path, &text::hash(&[raw.as_ref()])], found);
}

fn second(entry: &Json, out: &mut Gather) {
    let reason = field(entry, "reason");
    let mut found = finding(&reason, &reason, FindingSeverity::Medium);
    found.cwe = vec![798];
    found.path = text::path(&field(entry, "path"));
    let hash = text::hash(&list(entry, "stringsFound"));
    let path = found.path.clone().unwrap_or_default();
    out.add(&["secret", &reason, &path, &hash], found);
}

fn fork(entry: &Json, out: &mut Gather) {
    let nothing = Json::Null;
    let rule = entry.get("rule").unwrap_or(&nothing);
    let id = if rule.is_object() { field(rule, "id") } else { scalar(rule) };
    let severity = FindingSeverity::from_word(&field(rule, "severity")).unwrap_or(FindingSeverity::Medium);
    let mut found = finding(&id, &field(rule, "message"), severity);
    found.cwe = vec![798];
    (found.path, found.line) = (text::path(&field(entry, "path")), line(&field(entry, "line")));
    let path = found.path.clone().unwrap_or_default();
    out.add(&["secret", &id, &path, &text::hash(&[field(entry, "secret").as_ref()])], found);
}
