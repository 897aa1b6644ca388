//! Gitleaks, versions 7 and 8, which spell the same keys differently. The secret is hashed and goes nowhere else.

use redan_model::evidence::{FindingSeverity, Report, ReportKind};
use serde_json::Value as Json;

use super::gather::{Gather, finding, line, some};
use super::text;
use crate::ImportError;
use crate::read::text as field;

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let entries = value.as_array().ok_or_else(|| ImportError::NotTheFormat("it is not a list".to_owned()))?;
    let known = |entry: &Json| entry.get("RuleID").is_some() || entry.get("rule").is_some() || entry.get("Rule").is_some();
    if !entries.iter().all(known) {
        return Err(ImportError::NotTheFormat("its entries have no `RuleID` or `rule`".to_owned()));
    }
    let mut out = Gather::new(ReportKind::Gitleaks, "Gitleaks");
    for entry in entries {
        out.item()?;
        add(entry, &mut out);
    }
    let empty = entries.is_empty();
    Ok(out.ran_unless(empty))
}

fn add(entry: &Json, out: &mut Gather) {
    let either = |keys: &[&str]| keys.iter().find_map(|key| some(&field(entry, key))).unwrap_or_default();
    let rule = either(&["RuleID", "rule", "Rule"]);
    let mut found = finding(&rule, &either(&["Description"]), FindingSeverity::High);
    found.cwe = vec![798];
    found.path = text::path(&either(&["File", "file"]));
    found.line = line(&either(&["StartLine", "lineNumber"]));
    let secret = ["Secret", "offender", "Match", "line"].iter().map(|key| field(entry, key)).find(|text| !text.is_empty());
    let hash = text::hash(&[secret.unwrap_or_default().as_ref()]);
    let path = found.path.clone().unwrap_or_default();
    out.add(&["secret", &rule, &path, &hash], found);
}
