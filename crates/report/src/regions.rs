//! Generated regions of Markdown files: from `<!-- redan:begin NAME -->` to `<!-- redan:end -->`.
//!
//! What stands between the two lines is replaced by what the model says now; everything else stays as it is, byte for
//! byte. Rendering twice changes nothing the second time.

use std::ops::Range;

use redan_engine::Status;
use redan_model::markdown::fragments;
use redan_model::suggest::nearest;

use crate::Input;
use crate::document::{Document, plural};
use crate::markdown::blocks;
use crate::paper::{Block, Paper, Run, Section, text};

/// What a region can hold, with what it shows.
pub const REGIONS: [(&str, &str); 11] = [
    ("summary", "the state in a sentence, the top risks and what to do next"),
    ("scope", "what is looked at and what is not"),
    ("diagram", "the data flow diagrams as Mermaid blocks"),
    ("elements", "elements, trust boundaries and flows"),
    ("assets", "assets with their security properties"),
    ("threats", "the threat inventory"),
    ("questions", "questions that decide about threats, most risk first"),
    ("mitigations", "who does what by when, and how it is checked"),
    ("tests", "every check of every criterion, with its result"),
    ("residual", "what remains of the open threats, and who carries what"),
    ("risk", "known threats by band: without any control, today, after the plan"),
];

/// A region that cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRegion {
    /// The name that it has.
    pub name: String,
    /// Where it is written, in bytes.
    pub at: Range<usize>,
    /// The name that was meant, as far as one can tell.
    pub near: Option<&'static str>,
}

/// The text with its regions as the model has them now; those with unknown names are the error.
///
/// # Errors
/// When a region has a name that is not in [`REGIONS`].
pub fn render(input: &Input<'_>, markdown: &str) -> Result<String, Vec<BadRegion>> {
    let found = fragments(markdown).regions;
    let bad: Vec<BadRegion> =
        found.iter().filter(|region| !is_known(&region.name)).map(|region| bad(markdown, &region.name, &region.range)).collect();
    if !bad.is_empty() {
        return Err(bad);
    }
    if found.is_empty() {
        return Ok(markdown.to_owned());
    }
    let doc = Document::of(input);
    let paper = Paper::of(input, crate::paper::Audience::Everybody);
    // A file with DOS line ends keeps them.
    let end = if markdown.contains("\r\n") { "\r\n" } else { "\n" };
    let mut out = String::with_capacity(markdown.len());
    let mut from = 0;
    for region in found {
        out.push_str(&markdown[from..region.range.start]);
        let body = format!("\n{}\n", blocks(&content(&region.name, &doc, &paper)).trim_end());
        out.push_str(&body.replace('\n', end));
        out.push_str(end);
        from = region.range.end;
    }
    out.push_str(&markdown[from..]);
    Ok(out)
}

fn is_known(name: &str) -> bool {
    REGIONS.iter().any(|(known, _)| *known == name)
}

fn bad(markdown: &str, name: &str, range: &Range<usize>) -> BadRegion {
    let line = markdown[..range.start].trim_end_matches(['\r', '\n']).rfind('\n').map_or(0, |at| at + 1);
    let near = nearest(name, REGIONS.iter().map(|(known, _)| *known));
    let near = near.and_then(|near| REGIONS.iter().map(|(known, _)| *known).find(|known| *known == near));
    BadRegion { name: name.to_owned(), at: line..range.start, near }
}

fn content(name: &str, doc: &Document, paper: &Paper) -> Vec<Block> {
    let section = |anchor: &str| -> &[Block] { paper.sections.iter().find(|s: &&Section| s.anchor == anchor).map_or(&[], |s| &s.blocks) };
    match name {
        "summary" => section("summary").iter().take_while(|b| !is_headed(b, "Residual risk")).cloned().collect(),
        "risk" => section("summary").iter().filter(|b| matches!(b, Block::Table(_))).cloned().collect(),
        "diagram" => section("system").iter().filter(|b| matches!(b, Block::Picture(_))).cloned().collect(),
        "elements" => section("system").iter().filter(|b| !matches!(b, Block::Picture(_))).cloned().collect(),
        "threats" => threats(doc, section("threats")),
        "questions" => questions(section("threats")),
        "mitigations" => section("plan").to_vec(),
        other => section(other).to_vec(),
    }
}

fn is_headed(block: &Block, title: &str) -> bool {
    matches!(block, Block::Heading(_, text, _) if text.starts_with(title))
}

/// The table of the inventory, with how many wait for answers.
fn threats(doc: &Document, section: &[Block]) -> Vec<Block> {
    let mut out: Vec<Block> = section.iter().take(1).cloned().collect();
    let waiting = doc.inventory.threats.iter().filter(|t| t.status == Status::Question).count();
    if waiting > 0 {
        let questions = plural(doc.inventory.questions.len(), "question", "questions");
        out.push(text(format!("{} on {questions} that nobody has answered yet.", plural(waiting, "more depends", "more depend"))));
    }
    out
}

/// The questions to ask first, and how many more there are.
fn questions(section: &[Block]) -> Vec<Block> {
    let from = section.iter().position(|b| is_headed(b, "Questions")).map_or(section.len(), |at| at + 1);
    let mut out: Vec<Block> = section[from..].iter().take(1).cloned().collect();
    if let Some(Block::Folded(title, _)) =
        section.get(from + 1).filter(|b| matches!(b, Block::Folded(title, _) if title.ends_with("questions")))
    {
        out.push(Block::Text(vec![Run::Plain(format!("And {title}: ")), Run::Code("redan questions".to_owned())]));
    }
    out
}
