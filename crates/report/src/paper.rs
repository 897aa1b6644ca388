//! A document as a sequence of blocks: what every renderer of pages writes down, whatever its format.
//!
//! [`Document`] says what is true of a model; this says what is on the page for whom. Renderers only lay out and
//! escape, so that Markdown, DOCX, PDF and the views for one audience say the same.

mod auditor;
pub(crate) mod budget;
mod developer;
mod full;
pub(crate) mod history;
pub(crate) mod losses;
mod manager;
pub(crate) mod numbers;
mod parts;
pub(crate) mod paths;

use redan_model::lang::Band;

use crate::Input;
use crate::document::{Document, Field};

pub(crate) use paths::pointed_out;

/// For whom a document is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Audience {
    /// Everything: the guide's ten sections.
    #[default]
    Everybody,
    /// What to build, where, and how it is tested.
    Developer,
    /// Two pages: where we stand, what it takes, what to decide.
    Manager,
    /// How it was found, what proves it, who carries what.
    Auditor,
}

/// What a project puts on its documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branding {
    /// A picture as a data URI, and what it shows.
    pub logo: Option<Logo>,
    /// The colour of headings as `#rrggbb`.
    pub colour: Option<String>,
    /// Who may read it; on each page.
    pub classification: Option<String>,
}

/// A logo that was read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Whether it is SVG; PNG if not.
    pub svg: bool,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

/// A whole document.
#[derive(Debug, Clone)]
pub struct Paper {
    /// What it is, above the name: "Threat model".
    pub kicker: &'static str,
    /// The name of the system.
    pub name: String,
    /// The system in a sentence.
    pub lead: Vec<Run>,
    /// The facts of the title page.
    pub facts: Vec<(&'static str, Vec<Run>)>,
    /// The sections.
    pub sections: Vec<Section>,
}

/// A numbered part.
#[derive(Debug, Clone)]
pub struct Section {
    /// Fragment identifier.
    pub anchor: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What is in it.
    pub blocks: Vec<Block>,
}

/// One piece of a page.
#[derive(Debug, Clone)]
pub enum Block {
    /// A title inside a section: level 3 or 4, with an anchor if something points to it.
    Heading(u8, String, Option<String>),
    /// A paragraph.
    Text(Vec<Run>),
    /// A list; numbered if the order matters.
    List(bool, Vec<Vec<Run>>),
    /// Steps with their depth, as a tree is listed.
    Steps(Vec<(usize, Vec<Run>)>),
    /// A table.
    Table(Table),
    /// A picture.
    Picture(Picture),
    /// Text of a file, in its language.
    Code(&'static str, String),
    /// What most readers skip, under a title.
    Folded(String, Vec<Block>),
}

/// A table with a head; never without rows.
#[derive(Debug, Clone)]
pub struct Table {
    /// Titles of columns, with the share of the width that each should have.
    pub head: Vec<(&'static str, u8)>,
    /// The rows; the first cell heads its row.
    pub rows: Vec<Vec<Vec<Run>>>,
}

/// A picture with what stands under it.
#[derive(Debug, Clone)]
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// The SVG element.
    pub svg: String,
    /// The same as Mermaid text, where it is a diagram.
    pub mermaid: Option<String>,
}

/// A piece of text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// As it is.
    Plain(String),
    /// Important.
    Strong(String),
    /// Less important.
    Quiet(String),
    /// An id, a path, a place.
    Code(String),
    /// What is not recorded, with the path at which it would be.
    Missing(String),
    /// A band; always in words.
    Band(Band),
    /// What should worry the reader.
    Alarm(String),
    /// What should reassure the reader.
    Good(String),
    /// A way to another place of the document: anchor and text.
    Link(String, String),
}

impl Run {
    /// The words, without style.
    pub fn words(&self) -> String {
        match self {
            Self::Plain(t) | Self::Strong(t) | Self::Quiet(t) | Self::Code(t) | Self::Alarm(t) | Self::Good(t) | Self::Link(_, t) => {
                t.clone()
            }
            Self::Missing(path) if path.is_empty() => "not recorded".to_owned(),
            Self::Missing(path) => format!("not recorded ({path})"),
            Self::Band(band) => band.as_str().to_owned(),
        }
    }

    /// The run as a narrow cell shows it: row and column say where a missing value would be recorded.
    pub fn in_cell(&self) -> Self {
        match self {
            Self::Missing(_) => Self::Missing(String::new()),
            run => run.clone(),
        }
    }
}

impl Paper {
    /// The document for an audience.
    pub fn of(input: &Input<'_>, audience: Audience) -> Self {
        let doc = Document::of(input);
        match audience {
            Audience::Everybody => full::paper(input, &doc),
            Audience::Developer => developer::paper(input, &doc),
            Audience::Manager => manager::paper(input, &doc),
            Audience::Auditor => auditor::paper(input, &doc),
        }
    }

    /// Every anchor that something can point to; links to others are shown as text.
    pub fn anchors(&self) -> std::collections::BTreeSet<&str> {
        let mut all: std::collections::BTreeSet<&str> = self.sections.iter().map(|s| s.anchor).collect();
        self.sections.iter().for_each(|s| collect(&s.blocks, &mut all));
        all
    }
}

fn collect<'a>(blocks: &'a [Block], all: &mut std::collections::BTreeSet<&'a str>) {
    for block in blocks {
        match block {
            Block::Heading(_, _, Some(anchor)) => {
                all.insert(anchor);
            }
            Block::Folded(_, inner) => collect(inner, all),
            _ => {}
        }
    }
}

/// A plain run.
pub(crate) fn plain(text: impl Into<String>) -> Run {
    Run::Plain(text.into())
}

/// A text in which backticks stand around code. Where a piece is not like code, a name has backticks of its own, and
/// the text is shown as it is.
pub(crate) fn ticked(text: &str) -> Vec<Run> {
    let parts: Vec<&str> = text.split('`').collect();
    let like_code = |part: &&&str| part.len() <= 60 && !part.contains(['<', '|', '\n']);
    if parts.len().is_multiple_of(2) || !parts.iter().skip(1).step_by(2).all(|part| like_code(&part)) {
        return words(text);
    }
    let parts = parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty());
    parts.map(|(ix, part)| if ix % 2 == 1 { Run::Code(part.to_owned()) } else { Run::Plain(part.to_owned()) }).collect()
}

/// One plain run as a cell or paragraph.
pub(crate) fn words(text: impl Into<String>) -> Vec<Run> {
    vec![Run::Plain(text.into())]
}

/// What a field says, or where it would say it.
pub(crate) fn field(field: &Field) -> Vec<Run> {
    vec![field.text.as_ref().map_or_else(|| Run::Missing(field.path.clone()), |text| Run::Plain(text.clone()))]
}

/// A number with its band.
pub(crate) fn risk(risk: Option<u8>, band: Option<Band>) -> Vec<Run> {
    let number = risk.map_or_else(|| "\u{2013}".to_owned(), |r| r.to_string());
    let mut runs = words(if band.is_some() { format!("{number} ") } else { number });
    runs.extend(band.map(Run::Band));
    runs
}

/// A table, or the word that nothing is recorded.
pub(crate) fn table(head: &[(&'static str, u8)], rows: Vec<Vec<Vec<Run>>>, path: &str) -> Block {
    if rows.is_empty() {
        return Block::Text(vec![Run::Missing(path.to_owned())]);
    }
    Block::Table(Table { head: head.to_vec(), rows })
}

/// A heading that nothing points to.
pub(crate) fn heading(text: impl Into<String>) -> Block {
    Block::Heading(3, text.into(), None)
}

/// A paragraph of plain text.
pub(crate) fn text(text: impl Into<String>) -> Block {
    Block::Text(words(text))
}
