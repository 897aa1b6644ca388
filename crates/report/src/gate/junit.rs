//! JUnit XML: a suite for each model, a case for each threat and each fault of the model.

use std::io::Write;

use super::{CheckReport, CheckResult, CheckedModel, Verdict};

/// Writes a report as JUnit XML.
///
/// # Errors
/// When `out` does not take it.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> std::io::Result<()> {
    let counts: Vec<Counts> = report.models.iter().map(Counts::of).collect();
    let total = counts.iter().fold(Counts::default(), |sum, one| sum.plus(one));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"redan\" {}>", total.attributes())?;
    for (model, counts) in report.models.iter().zip(&counts) {
        suite(out, model, counts)?;
    }
    writeln!(out, "</testsuites>")
}

#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of(model: &CheckedModel) -> Self {
        let invalid = model.verdict == Verdict::Invalid;
        Self {
            tests: model.results.len() + 1,
            failures: if invalid { 0 } else { model.results.iter().filter(|result| result.fails).count() },
            errors: if invalid { model.results.iter().filter(|result| result.fails).count() + 1 } else { 0 },
            skipped: model.results.iter().filter(|result| is_skipped(result)).count(),
        }
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
        }
    }

    fn attributes(&self) -> String {
        let Self { tests, failures, errors, skipped } = self;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
    }
}

fn is_skipped(result: &CheckResult) -> bool {
    result.settled.is_some() && !result.fails
}

fn suite(out: &mut dyn Write, model: &CheckedModel, counts: &Counts) -> std::io::Result<()> {
    let (file, id) = (attribute(&model.file), attribute(&model.id));
    writeln!(out, "  <testsuite name=\"{file}\" {}>", counts.attributes())?;
    let valid = format!("    <testcase classname=\"{id}\" name=\"the model can be read\" file=\"{file}\"");
    match model.verdict {
        Verdict::Invalid => writeln!(out, "{valid}><error message=\"not valid\">{}</error></testcase>", text(&model.summary))?,
        Verdict::Passed | Verdict::Failed => writeln!(out, "{valid}/>")?,
    }
    for result in &model.results {
        case(out, model, result)?;
    }
    writeln!(out, "  </testsuite>")
}

fn case(out: &mut dyn Write, model: &CheckedModel, result: &CheckResult) -> std::io::Result<()> {
    let (file, at) = result.located(model);
    let line = at.map(|(line, _)| format!(" line=\"{line}\"")).unwrap_or_default();
    let name = attribute(result.identity.as_str());
    write!(out, "    <testcase classname=\"{}\" name=\"{name}\" file=\"{}\"{line}", attribute(&model.id), attribute(file))?;
    let message = attribute(&result.message);
    let more = result.help.as_deref().map(text).unwrap_or_default();
    if result.fails {
        let tag = if model.verdict == Verdict::Invalid { "error" } else { "failure" };
        writeln!(out, "><{tag} type=\"{}\" message=\"{message}\">{more}</{tag}></testcase>", attribute(&result.rule))
    } else if let Some(settled) = &result.settled {
        writeln!(out, "><skipped message=\"{}: {}\"/></testcase>", settled.status, attribute(&settled.because))
    } else {
        writeln!(out, "><system-out>{}</system-out></testcase>", text(&result.message))
    }
}

/// Text between tags. Characters that XML cannot hold are replaced.
fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn attribute(raw: &str) -> String {
    text(raw).replace('\n', "&#10;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{report, result};
    use super::super::{CheckResult, Settled};
    use super::*;

    fn xml(report: &CheckReport) -> String {
        let mut out = Vec::new();
        write(&mut out, report).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_fails_is_a_failure_and_what_is_accepted_is_skipped() {
        let settled = Some(Settled { status: "accepted", because: "too costly".to_owned() });
        let xml = xml(&report(vec![result("T1", 20), CheckResult { settled, fails: false, ..result("T2", 9) }]));
        assert!(xml.contains("<testsuite name=\"a b/shop.tm.yaml\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\">"), "{xml}");
        assert!(xml.contains("message=\"T1 is open &amp; &lt;critical&gt;\""), "{xml}");
        assert!(xml.contains("<skipped message=\"accepted: too costly\"/>"), "{xml}");
    }

    #[test]
    fn an_invalid_model_is_an_error() {
        let mut report = report(vec![result("unknown-key", 0)]);
        report.models[0].verdict = Verdict::Invalid;
        let xml = xml(&report);
        assert!(xml.contains("failures=\"0\" errors=\"2\"") && xml.contains("<error message=\"not valid\">"), "{xml}");
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_replaced() {
        assert_eq!(text("a\u{0}b\u{1b}c"), "a\u{fffd}b\u{fffd}c");
    }
}
