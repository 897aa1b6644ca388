//! The report as one self-contained HTML file: no script is needed to read it and nothing is loaded from elsewhere.
//!
//! Every text of the model is escaped by the template; pictures are our own SVG and go in as they are.

use askama::Template;
use redan_engine::{Policy, Status};
use redan_model::canonical;
use redan_model::lang::Band;

use crate::diagram::{self, Scene, View};
use crate::document::{Bands, Document, Field, LogLine, QuestionRow, ThreatRow, ThreatView, TreeView};
use crate::{Input, attack_tree, csv};

/// Rows of a long table that are shown at once; the others are one click away.
pub(crate) const SHOWN: usize = 12;

/// A picture of the system, as SVG text.
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// The SVG element.
    pub svg: String,
}

/// What goes into the file beside the document.
#[derive(Default)]
pub struct Attachments {
    /// Data flow diagrams, most general first.
    pub pictures: Vec<Picture>,
    /// The model as canonical JSON.
    pub model_json: String,
    /// The threats as CSV with the guide's columns.
    pub threats_csv: String,
}

/// What belongs to a report: the diagrams, the model and the table of threats.
///
/// # Errors
/// Only if memory cannot be written to.
pub fn attachments(input: &Input<'_>) -> ::csv::Result<Attachments> {
    let mut table = Vec::new();
    csv::write(&mut table, &csv::THREAT_COLUMNS, input.analysis.threats.iter().map(|threat| csv::threat_row(input, threat)))?;
    let picture =
        |(ix, (title, scene)): (usize, (String, Scene))| Picture { title, svg: diagram::svg_inline(&scene, &format!("dfd{ix}-")) };
    Ok(Attachments {
        pictures: scenes(input).into_iter().enumerate().map(picture).collect(),
        model_json: format!("{:#}", canonical::to_json(&input.model.root)),
        threats_csv: String::from_utf8_lossy(&table).into_owned(),
    })
}

/// The diagrams of a report with their titles: the whole model from above and, where parents have parts, in detail.
pub(crate) fn scenes(input: &Input<'_>) -> Vec<(String, Scene)> {
    let levels: &[(u32, &str)] = if View::has_levels(input.model) {
        &[(0, "Data flow diagram, level 0: overview"), (1, "Data flow diagram, level 1: in detail")]
    } else {
        &[(0, "Data flow diagram")]
    };
    levels
        .iter()
        .map(|(level, title)| ((*title).to_owned(), Scene::of(input, &View { links: Some(String::new()), ..View::level(*level) })))
        .collect()
}

/// Renders the report.
///
/// # Errors
/// Only if the template engine fails to write to memory.
pub fn render(input: &Input<'_>, attachments: &Attachments) -> Result<String, askama::Error> {
    let document = Document::of(input);
    Page { doc: &document, attachments, policy: input.policy, glossary: GLOSSARY }.render()
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    doc: &'a Document,
    attachments: &'a Attachments,
    policy: &'a Policy,
    glossary: &'a [(&'a str, &'a str)],
}

impl Page<'_> {
    /// The threats of a row of the inventory, worst first.
    fn threats(&self, row: &ThreatRow) -> Vec<&ThreatView> {
        row.threats.iter().map(|index| &self.doc.inventory.threats[*index]).collect()
    }

    /// The threat whose numbers a row shows.
    fn first(&self, row: &ThreatRow) -> Option<&ThreatView> {
        row.threats.first().map(|index| &self.doc.inventory.threats[*index])
    }

    /// Rows of the inventory under the status that they share.
    fn groups(&self) -> Vec<(&'static str, usize, Vec<&ThreatRow>)> {
        let mut groups: Vec<(&'static str, usize, Vec<&ThreatRow>)> = Vec::new();
        for row in &self.doc.inventory.rows {
            let Some(first) = self.first(row) else { continue };
            let word = status_word(&first.status);
            match groups.last_mut().filter(|(known, ..)| *known == word) {
                Some((_, count, rows)) => {
                    *count += row.threats.len();
                    rows.push(row);
                }
                None => groups.push((word, row.threats.len(), vec![row])),
            }
        }
        groups
    }

    /// Threats of the details: open and decided ones, then mitigated ones, then those that wait.
    fn details(&self) -> [(&'static str, Vec<&ThreatView>); 3] {
        let of = |keep: fn(Status) -> bool| self.doc.inventory.threats.iter().filter(|t| keep(t.status)).collect();
        [
            ("", of(|s| !matches!(s, Status::Mitigated | Status::Question))),
            ("mitigated", of(|s| s == Status::Mitigated)),
            ("to answer", of(|s| s == Status::Question)),
        ]
    }

    fn open(&self) -> Vec<&ThreatView> {
        self.doc.inventory.threats.iter().filter(|t| t.status == Status::Open).collect()
    }

    /// The questions to ask first, and the others.
    fn questions(&self) -> (&[QuestionRow], &[QuestionRow]) {
        let all = &self.doc.inventory.questions;
        all.split_at(all.len().min(SHOWN))
    }

    /// Likelihood, and for each impact from 1 the band of the cell with how many open threats are in it.
    fn matrix(&self) -> Vec<(usize, Vec<(&'static str, usize)>)> {
        let rows = self.doc.inventory.matrix.iter().enumerate();
        rows.map(|(row, cells)| {
            (5 - row, cells.iter().enumerate().map(|(column, cell)| (self.band((5 - row) * (column + 1)), cell.len())).collect())
        })
        .collect()
    }

    fn band(&self, risk: usize) -> &'static str {
        self.policy.band(u8::try_from(risk).unwrap_or(u8::MAX)).as_str()
    }

    /// The logs of the appendix: title, lines, and the section that would hold them.
    fn logs(&self) -> [(&'static str, &[LogLine], &'static str); 3] {
        [
            ("Reviews", &self.doc.reviews, "reviews"),
            ("Incidents", &self.doc.incidents, "incidents"),
            ("Changes", &self.doc.changes, "changelog"),
        ]
    }

    /// Rows of the table of risk before, now and after the plan.
    fn residual(&self) -> [(&'static str, &Bands); 3] {
        let summary = &self.doc.summary;
        [("Without any control", &summary.inherent), ("Today", &summary.current), ("After the plan", &summary.target)]
    }
}

/// The word of a band, or a dash where there is none.
fn band_word(band: &Option<Band>) -> &'static str {
    band.map_or("none", Band::as_str)
}

/// The word of a status for people.
fn status_word(status: &Status) -> &'static str {
    match status {
        Status::Question => "to answer",
        other => other.as_str(),
    }
}

/// The picture of an attack tree.
fn tree_picture(tree: &TreeView) -> String {
    attack_tree::svg(tree)
}

/// A number, or a dash where there is none.
fn number(value: &Option<u8>) -> String {
    value.map_or_else(|| "–".to_owned(), |v| v.to_string())
}

/// What a field holds, for attributes and plain places.
fn recorded(field: &Field) -> bool {
    field.text.is_some()
}

/// The words that the report uses, for readers who meet them for the first time.
pub(crate) const GLOSSARY: &[(&str, &str)] = &[
    ("asset", "what we protect: data, keys, uptime, reputation, things one can touch"),
    ("trust boundary", "a place where the level of trust changes"),
    ("threat", "a potential adverse event"),
    ("likelihood", "how likely it is, 1 to 5"),
    ("impact", "how bad it would be, 1 to 5"),
    ("risk", "likelihood times impact, 1 to 25"),
    ("residual risk", "the risk that remains with the controls that are there, or that are planned"),
    ("mitigation", "what is done about a threat, with an owner, a date and acceptance criteria"),
    ("to answer", "whether the threat exists depends on facts that nobody has stated yet"),
    ("assumption", "something taken to be true without proof"),
    ("STRIDE", "spoofing, tampering, repudiation, information disclosure, denial of service, elevation of privilege"),
];
