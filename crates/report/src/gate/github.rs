//! Annotations of GitHub Actions: workflow commands, at most as many as a step may show.

use std::io::Write;

use super::{CheckReport, Level};

/// Annotations of one step; GitHub shows no more.
pub const MAX_ANNOTATIONS: usize = 10;

/// Writes the worst results as workflow commands, and counts the rest in a line of the log.
///
/// # Errors
/// When `out` does not take it.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> std::io::Result<()> {
    let all = report.worst_first();
    let worth: Vec<_> = all.iter().filter(|(_, result)| result.fails || (result.settled.is_none() && result.level > Level::Note)).collect();
    for (model, result) in worth.iter().take(MAX_ANNOTATIONS) {
        let kind = if result.fails || result.level == Level::Error { "error" } else { "warning" };
        let (file, at) = result.located(model);
        let file = property(file.strip_prefix("./").unwrap_or(file));
        let at = at.map(|(line, column)| format!("line={line},col={column},")).unwrap_or_default();
        writeln!(out, "::{kind} file={file},{at}title={}::{}", property(&result.rule), data(&result.message))?;
    }
    let more = worth.len().saturating_sub(MAX_ANNOTATIONS);
    if more > 0 {
        writeln!(out, "{more} more results are in the summary of this step and in the other formats")?;
    }
    for model in &report.models {
        // A line that begins with `::` would be a command.
        writeln!(out, "redan: {}: {}; {}", line(&model.file), model.verdict.as_str(), line(&model.summary))?;
    }
    Ok(())
}

fn line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{report, result};
    use super::super::{CheckResult, ResultPlace};
    use super::*;

    fn lines(results: Vec<CheckResult>) -> Vec<String> {
        let mut out = Vec::new();
        write(&mut out, &report(results)).unwrap();
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn thirty_results_give_ten_annotations_worst_first() {
        let lines = lines((1..=30).map(|risk| result(&format!("T{risk}"), risk)).collect());
        let annotations: Vec<&String> = lines.iter().filter(|line| line.starts_with("::")).collect();
        assert_eq!(annotations.len(), MAX_ANNOTATIONS);
        assert!(annotations[0].contains("T30 is open"), "{annotations:?}");
        assert!(lines[10].starts_with("20 more results"), "{lines:?}");
    }

    #[test]
    fn annotations_escape_what_would_end_them() {
        let place = Some(ResultPlace { file: "a,b:c.yaml".to_owned(), at: None });
        let lines = lines(vec![CheckResult { message: "50 %\n::error::of it".to_owned(), place, ..result("T1", 20) }]);
        assert_eq!(lines[0], "::error file=a%2Cb%3Ac.yaml,title=missing-audit-log::50 %25%0A::error::of it");
    }
}
