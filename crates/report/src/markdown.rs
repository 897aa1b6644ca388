//! A document as GitHub-flavoured Markdown, with diagrams as Mermaid blocks.
//!
//! Text of the model is escaped so that it cannot make tables, links, HTML or headings of its own.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::paper::{Block, Paper, Run, Table};

/// Renders a document; `classification` says who may read it.
pub fn render(paper: &Paper, classification: Option<&str>) -> String {
    let mut page = Page { anchors: paper.anchors(), out: String::new() };
    let _ = writeln!(page.out, "# {}: {}\n", paper.kicker, escape(&paper.name));
    if let Some(label) = classification {
        let _ = writeln!(page.out, "**{}**\n", escape(label));
    }
    let lead = page.runs(&paper.lead);
    let _ = writeln!(page.out, "{lead}\n");
    let facts: Vec<Vec<String>> = paper.facts.iter().map(|(name, value)| vec![(*name).to_owned(), page.runs(value)]).collect();
    page.rows(&["", ""], &facts);
    for (ix, section) in paper.sections.iter().enumerate() {
        let _ = writeln!(page.out, "\n## {}. {}\n", ix + 1, section.title);
        page.blocks(&section.blocks);
    }
    page.out
}

/// Blocks alone, as a region of another document holds them.
pub fn blocks(blocks: &[Block]) -> String {
    let mut page = Page { anchors: BTreeSet::new(), out: String::new() };
    page.blocks(blocks);
    page.out
}

struct Page<'a> {
    anchors: BTreeSet<&'a str>,
    out: String,
}

impl Page<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        for (ix, block) in blocks.iter().enumerate() {
            if ix > 0 && !self.out.ends_with("\n\n") {
                self.out.push('\n');
            }
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(level, text, anchor) => {
                if let Some(anchor) = anchor {
                    let _ = writeln!(self.out, "<a id=\"{anchor}\"></a>\n");
                }
                let _ = writeln!(self.out, "{} {}", "#".repeat(usize::from(*level)), escape(text));
            }
            Block::Text(runs) => {
                let text = self.runs(runs);
                let _ = writeln!(self.out, "{text}");
            }
            Block::List(numbered, items) => {
                for (ix, item) in items.iter().enumerate() {
                    let mark = if *numbered { format!("{}.", ix + 1) } else { "-".to_owned() };
                    let text = self.runs(item);
                    let _ = writeln!(self.out, "{mark} {text}");
                }
            }
            Block::Steps(steps) => {
                for (depth, step) in steps {
                    let text = self.runs(step);
                    let _ = writeln!(self.out, "{}- {text}", "  ".repeat(*depth));
                }
            }
            Block::Table(table) => self.table(table),
            Block::Picture(picture) => {
                let title = escape(&picture.title);
                let _ = match &picture.mermaid {
                    Some(mermaid) => writeln!(self.out, "{title}\n\n```mermaid\n{}\n```", mermaid.trim_end()),
                    // The steps of a tree are listed below it.
                    None if picture.svg.contains("class=\"redan-tree\"") => Ok(()),
                    None => writeln!(self.out, "{title}: {}", inline(&described(&picture.svg))),
                };
            }
            Block::Code(language, text) => {
                let fence = fence(text);
                let _ = writeln!(self.out, "{fence}{language}\n{}\n{fence}", text.trim_end());
            }
            Block::Folded(title, inner) => {
                let _ = writeln!(self.out, "<details><summary>{}</summary>\n", escape(title));
                self.blocks(inner);
                self.out.push_str("\n</details>\n");
            }
        }
    }

    fn table(&mut self, table: &Table) {
        let head: Vec<&str> = table.head.iter().map(|(title, _)| *title).collect();
        let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(|cell| self.runs(cell)).collect()).collect();
        self.rows(&head, &rows);
    }

    fn rows(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let _ = writeln!(self.out, "| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()));
        for row in rows {
            let _ = writeln!(self.out, "| {} |", row.join(" | "));
        }
    }

    fn runs(&self, runs: &[Run]) -> String {
        let mut out = String::new();
        for run in runs {
            // Spaces at the ends of a run belong between runs, not inside their marks.
            let words = run.words();
            let lead = if words.starts_with(' ') { " " } else { "" };
            let tail = if words.trim_end().len() < words.len() && words.trim().len() < words.len() - lead.len() { " " } else { "" };
            let inner = self.run(run, out.is_empty());
            let _ = write!(out, "{lead}{inner}{tail}");
        }
        out
    }

    fn run(&self, run: &Run, first: bool) -> String {
        let escape = |text: &str| if first { escape(text) } else { inline(text) };
        match run {
            Run::Plain(text) | Run::Quiet(text) => escape(text),
            Run::Good(text) => format!("({})", inline(text)),
            Run::Strong(text) => format!("**{}**", inline(text)),
            Run::Alarm(text) => format!("(**{}**)", inline(text)),
            Run::Code(text) => code(text),
            Run::Missing(path) if path.is_empty() => "*not recorded*".to_owned(),
            Run::Missing(path) => format!("*not recorded* ({})", code(path)),
            Run::Band(band) => format!("({band})"),
            Run::Link(anchor, text) if self.anchors.contains(anchor.as_str()) => format!("[{}](#{anchor})", inline(text)),
            Run::Link(_, text) => escape(text),
        }
    }
}

/// What a picture says in words, for those who do not see it.
fn described(svg: &str) -> String {
    let text = svg.split("<desc").nth(1).and_then(|rest| rest.split_once('>')).and_then(|(_, rest)| rest.split("</desc>").next());
    text.unwrap_or_default().replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// A fence that the text cannot close.
fn fence(text: &str) -> String {
    let mut longest = 0;
    let mut current = 0;
    for c in text.chars() {
        current = if c == '`' { current + 1 } else { 0 };
        longest = longest.max(current);
    }
    "`".repeat((longest + 1).max(3))
}

/// Text in a code span, which cannot end it early and cannot end a table cell.
pub(crate) fn code(text: &str) -> String {
    let safe = text.replace('`', "'").replace(['\n', '\r'], " ").replace('|', "\\|");
    format!("`{safe}`")
}

/// Text inside a line.
pub(crate) fn inline(text: &str) -> String {
    escaped(text, false)
}

/// Backslash-escapes what Markdown gives a meaning, turns line breaks into spaces, and neutralises HTML.
fn escape(text: &str) -> String {
    escaped(text, true)
}

fn escaped(text: &str, starts_line: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let text = text.trim();
    // Only at the start of a line do these make lists, rules and headings.
    let digits = if starts_line { text.chars().take_while(char::is_ascii_digit).count() } else { 0 };
    for (ix, c) in text.chars().enumerate() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' => out.extend(['\\', c]),
            '-' | '+' | '=' if ix == 0 && starts_line => out.extend(['\\', c]),
            '.' | ')' if digits > 0 && ix == digits => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::plain;

    #[test]
    fn model_text_cannot_make_markup() {
        assert_eq!(escape("<b>|x|</b>\n# [a](b)"), "&lt;b&gt;\\|x\\|&lt;/b&gt; \\# \\[a\\](b)");
    }

    #[test]
    fn what_is_missing_names_the_place_to_record_it() {
        assert_eq!(blocks(&[Block::Text(vec![Run::Missing("scope.target".to_owned())])]), "*not recorded* (`scope.target`)\n");
    }

    #[test]
    fn spaces_stay_between_runs_and_outside_of_marks() {
        let runs = vec![Run::Strong("Who: ".to_owned()), plain("Ana "), Run::Quiet(" now".to_owned())];
        assert_eq!(blocks(&[Block::Text(runs)]), "**Who:** Ana  now\n");
    }

    #[test]
    fn a_code_block_cannot_be_closed_from_inside() {
        let out = blocks(&[Block::Code("json", "a\n```\nb".to_owned())]);
        assert!(out.starts_with("````json\n") && out.ends_with("\n````\n"), "{out}");
    }
}
