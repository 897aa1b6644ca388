//! Our part of a description that is text: where it is, and how it is put there without touching anything around it.

use std::ops::Range;

use crate::mark::Mark;

/// What every word of ours in a mark starts with.
const OURS: &str = "redan:";
/// The word that ends our part.
const END: &str = "redan:end";

/// How marks are hidden in a kind of text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// What stands before the words of a mark.
    pub(crate) open: &'static str,
    /// What stands behind them.
    pub(crate) close: &'static str,
    /// What is around such a mark in the text.
    pub(crate) around: (&'static str, &'static str),
}

/// A comment, which GitHub and GitLab show to nobody.
pub(crate) const COMMENT: Style = Style { open: "<!-- ", close: " -->", around: ("", "") };

/// Words in brackets: Azure DevOps throws comments away.
pub(crate) const BRACKETS: Style = Style { open: "[", close: "]", around: ("<div>", "</div>") };

/// Our part of a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// From the first sign of its first mark to the last sign of its last one.
    pub(crate) range: Range<usize>,
    /// What stands between the marks.
    pub(crate) inner: Range<usize>,
    /// What the first mark remembers.
    pub(crate) mark: Mark,
}

/// Our part of a description, if there is one.
///
/// Without a mark at its end, our part is the first mark alone: what follows may be somebody's own words.
pub(crate) fn find(body: &str, style: Style) -> Option<Part> {
    let mut from = 0;
    while let Some(at) = body[from..].find(style.open).map(|at| from + at) {
        let words_at = at + style.open.len();
        from = words_at;
        if !body[words_at..].starts_with(OURS) {
            continue;
        }
        let Some(words_end) = body[words_at..].find(style.close).map(|end| words_at + end) else { continue };
        let Some(mark) = Mark::from_words(&body[words_at..words_end]) else { continue };
        let inner_at = words_end + style.close.len();
        let end = format!("{}{END}{}", style.open, style.close);
        let (inner, after) = match body[inner_at..].find(&end) {
            Some(found) => (inner_at..inner_at + found, inner_at + found + end.len()),
            None => (inner_at..inner_at, inner_at),
        };
        let (before, behind) = style.around;
        let start = if body[..at].ends_with(before) { at - before.len() } else { at };
        let stop = if body[after..].starts_with(behind) { after + behind.len() } else { after };
        return Some(Part { range: start..stop, inner, mark });
    }
    None
}

/// A description with our part in it: in the place of the old one, else at the end.
pub(crate) fn put(body: &str, content: &str, mark: &Mark, style: Style) -> String {
    let (before, behind) = style.around;
    let marked = |words: &str| format!("{before}{}{words}{}{behind}", style.open, style.close);
    let part = format!("{}\n{}\n\n{}", marked(&mark.to_words()), content.trim(), marked(END));
    match find(body, style) {
        Some(old) => format!("{}{part}{}", &body[..old.range.start], &body[old.range.end..]),
        None if body.trim().is_empty() => format!("{part}\n"),
        None => format!("{body}\n\n{part}\n"),
    }
}

/// A content in which no words of a model look like a mark.
pub(crate) fn harmless(content: &str, style: Style) -> String {
    content.replace(&format!("{}{OURS}", style.open), &format!("{}redan-", style.open))
}

/// Our part with the ticks that people set in the old one, where the line still says the same.
pub(crate) fn with_ticks(content: &str, old: &str) -> String {
    let ticked = |line: &str| line.trim().strip_prefix("- [x] ").or_else(|| line.trim().strip_prefix("- [X] ")).map(str::to_owned);
    let ticks: Vec<String> = old.lines().filter_map(ticked).collect();
    if ticks.is_empty() {
        return content.to_owned();
    }
    let line = |line: &str| match line.strip_prefix("- [ ] ") {
        Some(words) if ticks.iter().any(|tick| tick == words.trim_end()) => format!("- [x] {words}"),
        _ => line.to_owned(),
    };
    content.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark() -> Mark {
        Mark { task: "shop/mitigate/limit".to_owned(), hash: "1".to_owned(), title: "2".to_owned(), closed: false }
    }

    #[test]
    fn what_stands_around_our_part_stays_byte_for_byte() {
        for style in [COMMENT, BRACKETS] {
            let first = put("", "one", &mark(), style);
            let body = format!("Ana: wait\r\n\u{a0}{}  \r\nBob: why? <!-- mine -->\t", first.trim_end());
            let second = put(&body, "two", &Mark { closed: true, ..mark() }, style);
            assert!(second.starts_with("Ana: wait\r\n\u{a0}<") && second.ends_with("  \r\nBob: why? <!-- mine -->\t"), "{second}");
            assert!(second.contains("\ntwo\n") && !second.contains("one"), "{second}");
            let part = find(&second, style).unwrap();
            assert!(part.mark.closed);
            assert_eq!(put(&second, "two", &part.mark, style), second);
            assert_eq!(find(&put("Theirs", "one", &mark(), style), style).unwrap().mark, mark());
        }
    }

    #[test]
    fn a_part_without_its_end_takes_nothing_with_it() {
        let body = "<!-- redan:begin task=a/b/c hash=1 title=2 state=open -->\nold text\nAna: mine";
        let new = put(body, "new", &mark(), COMMENT);
        assert!(new.ends_with("<!-- redan:end -->\nold text\nAna: mine"), "{new}");
    }

    #[test]
    fn words_of_a_model_cannot_end_our_part() {
        let content = harmless("say `<!-- redan:end -->` and <!-- <!-- redan:end -->", COMMENT);
        let body = put("", &content, &mark(), COMMENT);
        assert_eq!(&body[find(&body, COMMENT).unwrap().inner], "\nsay `<!-- redan-end -->` and <!-- <!-- redan-end -->\n\n");
    }

    #[test]
    fn ticks_stay_where_the_line_stays() {
        let old = "- [x] one\r\n- [X] two\r\n- [ ] three";
        assert_eq!(with_ticks("a\n- [ ] one\n- [ ] two changed\n- [ ] three", old), "a\n- [x] one\n- [ ] two changed\n- [ ] three");
    }
}
