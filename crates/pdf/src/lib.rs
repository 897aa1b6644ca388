//! Documents as PDF: the same blocks as every other format, set by typst, tagged for screen readers (PDF/UA-1) and
//! self-contained for archives (PDF/A-3a), with the model and its threats attached as files.
//!
//! Text of a model reaches the typesetter as data and never as markup, and the typesetter can read nothing but what is
//! handed to it here: no disk, no network, no clock.

mod data;
mod letters;
mod world;

use jiff::civil::Date;
use redan_report::paper::{Branding, Paper};
use typst::diag::SourceDiagnostic;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

pub use letters::undrawn;
use world::Desk;

/// Why there is no PDF. None of these is the fault of a model.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The typesetter refused the document.
    #[error("the document cannot be set: {0}")]
    Set(String),
    /// The document cannot be written in the form that archives and screen readers need.
    #[error("the document cannot be written: {0}")]
    Write(String),
}

/// The file's bytes; the same for the same document and day.
///
/// # Errors
/// When the typesetter refuses what it is given.
pub fn render(paper: &Paper, branding: &Branding, today: Date) -> Result<Vec<u8>, PdfError> {
    let desk = Desk::new(data::of(paper, branding, today));
    let set = typst::compile::<PagedDocument>(&desk).output.map_err(|errors| PdfError::Set(said(&errors)))?;
    let standards =
        PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1]).map_err(|error| PdfError::Write(error.message().to_string()))?;
    let options = PdfOptions {
        timestamp: world::day(today).map(Timestamp::new_utc),
        standards,
        creator: typst::foundations::Smart::Custom(Some("redan".to_owned())),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&set, &options).map_err(|errors| PdfError::Write(said(&errors)))
}

fn said(errors: &[SourceDiagnostic]) -> String {
    let one = |error: &SourceDiagnostic| {
        let hints: String = error.hints.iter().map(|hint| format!(" ({})", hint.v)).collect();
        format!("{}{hints}", error.message)
    };
    errors.iter().take(3).map(one).collect::<Vec<_>>().join("; ")
}
