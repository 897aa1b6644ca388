//! The report as one self-contained HTML file: no script is needed to read it and nothing is loaded from elsewhere.
//!
//! Every text of the model is escaped by the template; pictures are our own SVG and go in as they are.

mod further;
mod paper;

use askama::Template;
use redan_engine::{Policy, Status};
use redan_model::canonical;
use redan_model::lang::Band;

use crate::document::{Bands, Document, Field, LogLine, QuestionRow, ThreatRow, ThreatView, TreeView};
use crate::paper::{Audience, Branding, Paper, Picture};
use crate::{Input, attack_tree, csv, pictures};
use further::Further;

/// Rows of a long table that are shown at once; the others are one click away.
pub(crate) const SHOWN: usize = 12;

/// What goes into the file beside the document.
struct Attachments {
    /// Data flow diagrams, most general first, then how data travels.
    diagrams: Vec<Picture>,
    /// Risk without any control, today, after the plan.
    risk: Option<Picture>,
    /// What was looked at.
    coverage: Option<Picture>,
    /// Where the assets are.
    assets: Option<Picture>,
    /// The model as canonical JSON.
    model_json: String,
    /// The threats as CSV with the guide's columns.
    threats_csv: String,
}

impl Attachments {
    /// Everything, and the diagram with an attack path.
    fn of(input: &Input<'_>) -> (Self, Option<Picture>) {
        let (mut diagrams, path) = pictures::diagrams_and_path(input);
        diagrams.extend(pictures::sequences(input, "pic"));
        let all = Self {
            diagrams,
            risk: pictures::of_risk(input, "pic"),
            coverage: pictures::of_coverage(input, "pic"),
            assets: pictures::of_assets(input, "pic"),
            model_json: model_json(input),
            threats_csv: threats_csv(input),
        };
        (all, path)
    }
}

/// The model as canonical JSON.
pub(crate) fn model_json(input: &Input<'_>) -> String {
    format!("{:#}", canonical::to_json(&input.model.root))
}

/// The threats as CSV with the guide's columns.
pub(crate) fn threats_csv(input: &Input<'_>) -> String {
    let mut table = Vec::new();
    let rows = input.analysis.threats.iter().map(|threat| csv::threat_row(input, threat));
    csv::write(&mut table, &csv::THREAT_COLUMNS, rows).expect("memory can be written to");
    String::from_utf8_lossy(&table).into_owned()
}

/// Renders the report for an audience.
///
/// # Errors
/// Only if the template engine fails to write to memory.
pub fn render(input: &Input<'_>, audience: Audience, branding: &Branding) -> Result<String, askama::Error> {
    if audience != Audience::Everybody {
        return view(&Paper::of(input, audience), audience, branding);
    }
    let document = Document::of(input);
    let (attachments, path) = Attachments::of(input);
    Page {
        further: &Further::of(input, &document, path),
        doc: &document,
        attachments: &attachments,
        policy: input.policy,
        glossary: GLOSSARY,
        logo: branding.logo.as_ref().map(crate::paper::Logo::data_uri),
        classification: branding.classification.as_deref(),
        brand_css: branding.css(),
    }
    .render()
}

/// What one audience reads.
fn view(paper: &Paper, audience: Audience, branding: &Branding) -> Result<String, askama::Error> {
    let inline = |runs: &[crate::paper::Run]| paper::inline(paper, runs);
    View {
        paper,
        class: if audience == Audience::Manager { "brief" } else { "view" },
        lead: inline(&paper.lead),
        facts: paper.facts.iter().map(|(name, value)| (*name, inline(value))).collect(),
        body: paper::body(paper),
        logo: branding.logo.as_ref().map(crate::paper::Logo::data_uri),
        classification: branding.classification.as_deref(),
        brand_css: branding.css(),
    }
    .render()
}

#[derive(Template)]
#[template(path = "paper.html")]
struct View<'a> {
    paper: &'a Paper,
    class: &'static str,
    lead: String,
    facts: Vec<(&'static str, String)>,
    body: String,
    logo: Option<String>,
    classification: Option<&'a str>,
    brand_css: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    doc: &'a Document,
    attachments: &'a Attachments,
    further: &'a Further,
    policy: &'a Policy,
    glossary: &'a [(&'a str, &'a str)],
    logo: Option<String>,
    classification: Option<&'a str>,
    brand_css: String,
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
pub(crate) fn status_word(status: &Status) -> &'static str {
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

/// A text as HTML in which backticks stand around code.
fn ticks(text: &str) -> String {
    let runs = crate::paper::ticked(text);
    runs.iter()
        .map(|run| match run {
            crate::paper::Run::Code(code) => format!("<code>{}</code>", paper::escaped(code)),
            other => paper::escaped(&other.words()),
        })
        .collect()
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
