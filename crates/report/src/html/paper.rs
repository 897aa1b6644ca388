//! A document for one audience as HTML: the same style as the full report, from the same blocks as every other format.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::paper::{Block, Paper, Run, Table};

/// The sections, each with its number.
pub(super) fn body(paper: &Paper) -> String {
    let mut page = Body { anchors: paper.anchors(), level: 2, out: String::new() };
    for (ix, section) in paper.sections.iter().enumerate() {
        let _ = write!(
            page.out,
            "<section id=\"{}\">\n<h2><span class=\"no\">{}</span> {}</h2>\n",
            section.anchor,
            ix + 1,
            escaped(section.title)
        );
        page.level = 2;
        page.blocks(&section.blocks);
        page.out.push_str("</section>\n\n");
    }
    page.out
}

/// Runs alone, for the title page.
pub(super) fn inline(paper: &Paper, runs: &[Run]) -> String {
    let mut page = Body { anchors: paper.anchors(), level: 2, out: String::new() };
    page.runs(runs);
    page.out
}

/// Blocks alone, below a heading of a level, in a page that has these anchors.
pub(super) fn fragment(blocks: &[Block], level: u8, anchors: &BTreeSet<&str>) -> String {
    let mut page = Body { anchors: anchors.clone(), level, out: String::new() };
    page.blocks(blocks);
    page.out
}

struct Body<'a> {
    anchors: BTreeSet<&'a str>,
    /// The level of the last heading.
    level: u8,
    out: String,
}

impl Body<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(level, text, anchor) => {
                // None is left out on the way down.
                let level = (*level).min(self.level + 1);
                self.level = level;
                let id = anchor.as_ref().map_or(String::new(), |anchor| format!(" id=\"{anchor}\""));
                let _ = writeln!(self.out, "<h{level}{id}>{}</h{level}>", escaped(text));
            }
            Block::Text(runs) => self.wrapped("p", "", runs),
            Block::List(numbered, items) => {
                let tag = if *numbered { "ol" } else { "ul" };
                let _ = writeln!(self.out, "<{tag}>");
                items.iter().for_each(|item| self.wrapped("li", "", item));
                let _ = writeln!(self.out, "</{tag}>");
            }
            Block::Steps(steps) => {
                self.out.push_str("<ul class=\"tree\">\n");
                for (depth, step) in steps {
                    self.wrapped("li", &format!(" style=\"--depth:{depth}\""), step);
                }
                self.out.push_str("</ul>\n");
            }
            Block::Table(table) => self.table(table),
            Block::Picture(picture) => {
                let title = escaped(&picture.title);
                let [figure, caption, links] = sizes(&picture.svg);
                let _ = writeln!(
                    self.out,
                    "<figure{figure}><div class=\"picture\" tabindex=\"0\" role=\"group\" aria-label=\"{title}\">{}</div><figcaption{caption}>{title}{links}</figcaption></figure>",
                    picture.svg,
                );
            }
            Block::Code(_, text) => {
                let _ = writeln!(self.out, "<pre tabindex=\"0\">{}</pre>", escaped(text));
            }
            Block::Folded(title, inner) => {
                let _ = writeln!(self.out, "<details class=\"bulk\"><summary>{}</summary>", escaped(title));
                self.blocks(inner);
                self.out.push_str("</details>\n");
            }
        }
    }

    fn wrapped(&mut self, tag: &str, attributes: &str, runs: &[Run]) {
        let _ = write!(self.out, "<{tag}{attributes}>");
        self.runs(runs);
        let _ = writeln!(self.out, "</{tag}>");
    }

    fn table(&mut self, table: &Table) {
        let shares = || table.head.iter().map(|(_, share)| u32::from(*share));
        let lead = if shares().next().unwrap_or(0) * 2 >= shares().sum::<u32>() { " lead" } else { "" };
        let _ = write!(self.out, "<div class=\"scroll\"><table class=\"rows{lead}\">\n<thead><tr>");
        for (title, _) in &table.head {
            let _ = write!(self.out, "<th scope=\"col\">{}</th>", escaped(title));
        }
        self.out.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            self.out.push_str("<tr>");
            for (ix, cell) in row.iter().enumerate() {
                let head = table.head.get(ix).map_or("", |(title, _)| *title);
                let (open, close) = match ix {
                    0 => ("<th scope=\"row\">".to_owned(), "</th>"),
                    _ => (format!("<td data-head=\"{}\">", escaped(head)), "</td>"),
                };
                self.out.push_str(&open);
                cell.iter().for_each(|run| self.cell(run));
                self.out.push_str(close);
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody></table></div>\n");
    }

    fn runs(&mut self, runs: &[Run]) {
        runs.iter().for_each(|run| self.run(run));
    }

    /// In a table, row and column say where it would be recorded.
    fn cell(&mut self, run: &Run) {
        match run {
            Run::Missing(path) if !path.is_empty() => {
                let _ = write!(self.out, "<span class=\"missing\" title=\"{}\">not recorded</span>", escaped(path));
            }
            run => self.run(run),
        }
    }

    fn run(&mut self, run: &Run) {
        let out = &mut self.out;
        let _ = match run {
            Run::Plain(text) if is_short(text) => write!(out, "<span class=\"nb\">{}</span>", escaped(text)),
            Run::Plain(text) => write!(out, "{}", escaped(text)),
            Run::Strong(text) => write!(out, "<b>{}</b>", escaped(text)),
            Run::Quiet(text) => write!(out, "<span class=\"quiet\">{}</span>", escaped(text)),
            Run::Code(text) => write!(out, "<code>{}</code>", escaped(text)),
            Run::Alarm(text) => write!(out, "<span class=\"uncovered\">{}</span>", escaped(text)),
            Run::Good(text) => write!(out, "<span class=\"covered\">{}</span>", escaped(text)),
            Run::Band(band) => write!(out, "<span class=\"band {band}\">{band}</span>"),
            Run::Missing(path) if path.is_empty() => write!(out, "<span class=\"missing\">not recorded</span>"),
            Run::Missing(path) => write!(out, "<span class=\"missing\">not recorded <code>{}</code></span>", escaped(path)),
            Run::Link(anchor, text) if self.anchors.contains(anchor.as_str()) => {
                write!(out, "<a href=\"#{anchor}\">{}</a>", escaped(text))
            }
            Run::Link(_, text) => write!(out, "{}", escaped(text)),
        };
    }
}

/// Dates, numbers with their unit, and single words: narrow columns must not break them.
fn is_short(text: &str) -> bool {
    let is_word = || text.len() <= 9 && !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic());
    text.len() <= 12 && text.starts_with(|c: char| c.is_ascii_digit()) || is_word()
}

/// Text that can stand anywhere in HTML, also in an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// What lets a reader open a data flow diagram at its full size, without scripts: the ids of its figure and its caption, and
/// the links to them.
fn sizes(svg: &str) -> [String; 3] {
    let id = svg.split_once("aria-labelledby=\"").and_then(|(_, rest)| rest.split([' ', '"']).next());
    match id.filter(|_| svg.contains("class=\"redan-dfd\"")) {
        None => [String::new(), String::new(), String::new()],
        Some(id) => {
            let links =
                format!("<a class=\"full\" href=\"#figure-{id}\">Full size</a><a class=\"fit\" href=\"#caption-{id}\">Fit to the page</a>");
            [format!(" id=\"figure-{id}\""), format!(" id=\"caption-{id}\""), format!(" <span class=\"noprint\">{links}</span>")]
        }
    }
}
