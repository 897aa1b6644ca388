//! Burp Suite's XML. Every export declares its elements, and most of it is requests and responses, which are left alone.

use redan_model::evidence::{FindingSeverity, FindingStatus, Report, ReportKind};

use super::gather::{Gather, finding, some};
use super::text;
use crate::ImportError;
use crate::xml::{self, Element};

/// Reads a report.
pub(super) fn read(text: &str) -> Result<Report, ImportError> {
    let root = xml::parse_declared(text)?;
    if root.name != "issues" {
        return Err(ImportError::NotTheFormat(format!("its root is `{}`, not `issues`", root.name)));
    }
    let mut out = Gather::new(ReportKind::Burp, "Burp Suite");
    out.report.version = root.attribute("burpVersion").and_then(some);
    out.taken(root.attribute("exportTime").and_then(text::time));
    for issue in root.all("issue") {
        out.item()?;
        add(issue, &mut out);
    }
    let empty = out.report.items == 0;
    Ok(out.ran_unless(empty))
}

fn add(issue: &Element<'_>, out: &mut Gather) {
    let (kind, name, host) = (issue.text_of("type"), issue.text_of("name"), issue.text_of("host"));
    let (path, place) = (issue.text_of("path"), issue.text_of("location"));
    let false_positive = issue.text_of("severity").eq_ignore_ascii_case("false positive");
    let severity = FindingSeverity::from_word(issue.text_of("severity")).unwrap_or(FindingSeverity::Info);
    // Extensions share one number, so that the name is what tells issues apart.
    let mut found = finding(name, name, severity);
    found.ids = some(kind).into_iter().collect();
    found.cwe = text::cwe(issue.text_of("vulnerabilityClassifications"));
    found.url = text::address(&format!("{host}{path}"));
    if false_positive {
        (found.status, found.because) = (FindingStatus::Suppressed, Some("marked as a false positive".to_owned()));
    }
    out.add(&["burp", kind, name, host, path, place], found);
}
