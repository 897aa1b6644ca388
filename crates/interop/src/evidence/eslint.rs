//! ESLint's JSON. A message without a rule is a file that could not be read, which is an error of the run.

use redan_model::evidence::{FindingSeverity, Report, ReportKind};
use serde_json::Value as Json;

use super::gather::{Gather, finding};
use super::text;
use crate::ImportError;
use crate::read::{entries, items, text as field};

/// Which weakness a rule of a plugin looks for, by the end of the rule's id.
const WEAKNESSES: [(&str, u32); 19] = [
    ("detect-eval-with-expression", 95),
    ("no-eval", 95),
    ("no-implied-eval", 95),
    ("no-new-func", 95),
    ("no-script-url", 79),
    ("no-danger", 79),
    ("detect-disable-mustache-escape", 79),
    ("detect-child-process", 78),
    ("detect-non-literal-fs-filename", 22),
    ("detect-non-literal-require", 98),
    ("detect-non-literal-regexp", 1333),
    ("detect-unsafe-regex", 1333),
    ("detect-object-injection", 915),
    ("detect-possible-timing-attacks", 208),
    ("detect-pseudorandombytes", 338),
    ("detect-no-csrf-before-method-override", 352),
    ("detect-buffer-noassert", 119),
    ("jsx-no-target-blank", 1022),
    ("no-secrets", 798),
];

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let files = value.as_array().map_or_else(|| items(value, "results"), Vec::as_slice);
    let known = value.is_array() || value.get("results").is_some();
    if !known || files.iter().any(|file| file.get("filePath").is_none()) {
        return Err(ImportError::NotTheFormat("its entries have no `filePath`".to_owned()));
    }
    let mut out = Gather::new(ReportKind::Eslint, "ESLint");
    for (rule, _) in value.get("metadata").into_iter().flat_map(|metadata| entries(metadata, "rulesMeta")) {
        out.rule(rule, weakness(rule).into_iter().collect());
    }
    let mut unread = 0_usize;
    for file in files {
        for message in items(file, "messages") {
            out.item()?;
            if field(message, "ruleId").is_empty() { unread += 1 } else { add(file, message, &mut out) }
        }
    }
    if unread > 0 {
        out.errored(&format!("ESLint could not read {unread} files"));
    }
    let empty = files.is_empty();
    Ok(out.ran_unless(empty))
}

fn add(file: &Json, message: &Json, out: &mut Gather) {
    let rule = field(message, "ruleId");
    let severity = if field(message, "severity") == "2" { FindingSeverity::Medium } else { FindingSeverity::Low };
    // Rules about secrets quote what they found.
    let said = field(message, "message");
    let title = if text::is_about_secrets(&rule) { rule.as_ref() } else { said.as_ref() };
    let mut found = finding(&rule, title, severity);
    found.cwe = weakness(&rule).into_iter().collect();
    found.path = text::path(&field(file, "filePath"));
    found.line = super::gather::line(&field(message, "line"));
    let source = field(file, "source");
    let code = found.line.and_then(|line| source.lines().nth(line as usize - 1)).unwrap_or_default();
    let column = field(message, "column");
    let place = if code.is_empty() {
        format!("{}:{column}", found.line.unwrap_or_default())
    } else {
        format!("{}:{column}", text::hash(&[code.trim()]))
    };
    let path = found.path.clone().unwrap_or_default();
    out.add(&["eslint", &rule, &path, &place], found);
}

fn weakness(rule: &str) -> Option<u32> {
    let name = rule.rsplit('/').next().unwrap_or(rule).to_ascii_lowercase();
    let listed = WEAKNESSES.iter().find(|(known, _)| *known == name).map(|(_, number)| *number);
    listed.or_else(|| rule.starts_with("no-unsanitized/").then_some(79))
}
