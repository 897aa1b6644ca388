//! Diagnostics for people: the lines that are wrong, with what is wrong drawn under them.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use redan_model::{Diagnostic, Severity, Sources, Span};

/// Larger excerpts help nobody (a whole section, a line of a megabyte); then only the place is named.
const LARGEST_EXCERPT: usize = 2_000;

/// One diagnostic as text, without a line end after it.
pub(crate) fn render(diagnostic: &Diagnostic, sources: &Sources, color: bool) -> String {
    let level = level(diagnostic.severity);
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let mut group = Group::with_title(title);
    if let Some(primary) = diagnostic.primary {
        group = place(group, sources, primary, AnnotationKind::Primary, None);
    }
    for label in &diagnostic.labels {
        group = place(group, sources, label.span, AnnotationKind::Context, Some(&label.message));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// A diagnostic as one line: `file:line:column: error: message [code]`.
pub(crate) fn line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = diagnostic.primary.map(|span| sources.locate(span)).map(|at| format!("{}:{}:{}: ", at.file, at.line, at.column));
    format!("{}{}: {} [{}]", place.unwrap_or_default(), diagnostic.severity.as_str(), diagnostic.message, diagnostic.code)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::INFO.with_name("hint"),
    }
}

fn place<'a>(group: Group<'a>, sources: &'a Sources, span: Span, kind: AnnotationKind, label: Option<&'a str>) -> Group<'a> {
    let source = sources.get(span.source);
    let window = lines_around(source.text(), span.range());
    let (line, column) = source.line_column(span.start);
    let Some(excerpt) = source.text().get(window.clone()).filter(|text| text.len() <= LARGEST_EXCERPT) else {
        return group.element(Origin::path(source.name()).line(line as usize).char_column(column as usize));
    };
    let first_line = source.line_column(u32::try_from(window.start).unwrap_or(u32::MAX)).0;
    let start = (span.start as usize).clamp(window.start, window.end) - window.start;
    let end = (span.end as usize).clamp(window.start, window.end) - window.start;
    let annotation = kind.span(start..end.max(start)).label(label);
    group.element(Snippet::source(excerpt).path(source.name()).line_start(first_line as usize).annotation(annotation))
}

/// The whole lines that a range touches; of a range of many lines, the first.
fn lines_around(text: &str, range: Range<usize>) -> Range<usize> {
    let at = range.start.min(text.len());
    let start = text.as_bytes()[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    let last = if text.get(range.clone()).is_some_and(|t| t.matches('\n').count() <= 4) { range.end.min(text.len()) } else { at };
    let end = text.as_bytes()[last.max(at)..].iter().position(|b| *b == b'\n').map_or(text.len(), |i| last.max(at) + i);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, range: Range<usize>) -> String {
        let mut sources = Sources::default();
        let id = sources.add("shop.tm.yaml", text);
        let diagnostic =
            Diagnostic::error("unknown-key", Span::new(id, range.start, range.end), "unknown key `naem`").help("did you mean `name`?");
        render(&diagnostic, &sources, false)
    }

    #[test]
    fn the_line_is_shown_with_its_number() {
        insta::assert_snapshot!(shown("redan: 1\nnaem: Shop\n", 9..13), @r"
        error[unknown-key]: unknown key `naem`
         --> shop.tm.yaml:2:1
          |
        2 | naem: Shop
          | ^^^^
          |
          = help: did you mean `name`?
        ");
    }

    #[test]
    fn a_line_without_end_is_named_and_not_printed() {
        let text = ".".repeat(100_000);
        let shown = shown(&text, 50_000..50_001);
        assert!(shown.len() < 300 && shown.contains("shop.tm.yaml:1:50001"), "{}", &shown[..200]);
    }

    #[test]
    fn a_place_past_the_end_is_the_end() {
        assert!(shown("a", 7..9).contains("shop.tm.yaml:1:2"));
    }
}
