//! Markdown for people on a code host: a comment on a change, or the summary of a step.

use std::io::Write;

use crate::markdown::{code, inline};

use super::{CheckReport, CheckResult, CheckedModel, Level, Verdict};

/// By which a program finds the comment that it wrote before, to replace it.
pub const MARKER: &str = "<!-- redan:check -->";
/// Comments may have 65,536 characters.
pub const MAX_COMMENT: usize = 60_000;
/// Summaries may have a mebibyte.
pub const MAX_SUMMARY: usize = 900_000;

/// Writes a report as Markdown of at most so many bytes; what does not fit is counted.
///
/// # Errors
/// When `out` does not take it.
pub fn write(out: &mut dyn Write, report: &CheckReport, marked: bool, most: usize) -> std::io::Result<()> {
    let mut text = Text { text: String::new(), most, left_out: 0 };
    if marked {
        text.add(&format!("{MARKER}\n"));
    }
    text.add(&format!("## Threat model check: {}\n\n", verdict(report.verdict())));
    for model in &report.models {
        model_text(&mut text, model);
    }
    if text.left_out > 0 {
        text.text.push_str(&format!("\n{} more lines do not fit here: `redan check`\n", text.left_out));
    }
    out.write_all(text.text.as_bytes())
}

/// Whole lines, as long as they fit.
struct Text {
    text: String,
    most: usize,
    left_out: usize,
}

impl Text {
    fn add(&mut self, line: &str) {
        if self.left_out == 0 && self.text.len() + line.len() <= self.most {
            self.text.push_str(line);
        } else {
            self.left_out += 1;
        }
    }
}

fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Passed => verdict.as_str().to_owned(),
        Verdict::Failed | Verdict::Invalid => format!("**{}**", verdict.as_str()),
    }
}

fn model_text(text: &mut Text, model: &CheckedModel) {
    text.add(&format!("### {}: {}\n\n", inline(&model.name), verdict(model.verdict)));
    text.add(&format!("{} ({})\n", inline(&model.summary), code(&model.file)));
    if model.known > 0 {
        text.add(&format!("\n{} failures were there before and do not count.\n", model.known));
    }
    list(text, "", model, &model.failing());
    let mut other: Vec<&CheckResult> =
        model.results.iter().filter(|result| !result.fails && result.settled.is_none() && result.level > Level::Note).collect();
    other.sort_by_key(|result| std::cmp::Reverse((result.level, result.band, result.risk)));
    list(text, "Also worth a look:\n\n", model, &other);
    text.add("\n");
}

fn list(text: &mut Text, title: &str, model: &CheckedModel, results: &[&CheckResult]) {
    if results.is_empty() {
        return;
    }
    text.add(&format!("\n{title}"));
    for result in results {
        let (file, at) = result.located(model);
        let place = at.map_or_else(|| file.to_owned(), |(line, _)| format!("{file}:{line}"));
        text.add(&format!("- {} ({}, {})\n", inline(&result.message), code(&result.rule), code(&place)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{report, result};
    use super::*;

    fn markdown(report: &CheckReport, marked: bool, most: usize) -> String {
        let mut out = Vec::new();
        write(&mut out, report, marked, most).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_comment_begins_with_its_marker_and_cannot_be_broken_by_titles() {
        let text = markdown(&report(vec![result("T1", 20)]), true, MAX_COMMENT);
        assert!(text.starts_with("<!-- redan:check -->\n## Threat model check: **the gate failed**\n"), "{text}");
        assert!(text.contains("- T1 is open &amp; &lt;critical&gt; (`missing-audit-log`, `a b/shop.tm.yaml:3`)"), "{text}");
    }

    #[test]
    fn thirty_results_are_all_in_a_summary() {
        let text = markdown(&report((1..=30).map(|number| result(&format!("T{number}"), 9)).collect()), false, MAX_SUMMARY);
        assert_eq!(text.lines().filter(|line| line.starts_with("- ")).count(), 30);
        assert!(!text.contains(MARKER));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let text = markdown(&report((0..2_000).map(|number| result(&format!("T{number}"), 9)).collect()), true, MAX_COMMENT);
        assert!(text.len() < MAX_COMMENT + 100);
        assert!(text.trim_end().ends_with("more lines do not fit here: `redan check`"));
    }
}
