//! Diagnostics and lints.

use redan_model::{Diagnostic, Location, Sources};
use serde::Serialize;

/// One diagnostic.
#[derive(Debug, Serialize)]
pub struct DiagnosticJson<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    location: Option<LocationJson>,
    help: Option<&'a str>,
    fix: Option<FixJson<'a>>,
    labels: Vec<LabelJson<'a>>,
    subject: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct LocationJson {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Debug, Serialize)]
struct FixJson<'a> {
    title: &'a str,
    location: LocationJson,
    replacement: &'a str,
}

#[derive(Debug, Serialize)]
struct LabelJson<'a> {
    message: &'a str,
    location: LocationJson,
}

impl<'a> DiagnosticJson<'a> {
    /// A diagnostic as the format has it.
    pub fn of(sources: &Sources, diagnostic: &'a Diagnostic) -> Self {
        let Diagnostic { code, severity, message, primary, labels, help, fix, subject } = diagnostic;
        let place = |span| LocationJson::from(sources.locate(span));
        Self {
            code,
            severity: severity.as_str(),
            message,
            location: primary.map(place),
            help: help.as_deref(),
            fix: fix.as_ref().map(|fix| FixJson { title: &fix.title, location: place(fix.span), replacement: &fix.replacement }),
            labels: labels.iter().map(|label| LabelJson { message: &label.message, location: place(label.span) }).collect(),
            subject: subject.as_deref(),
        }
    }
}

impl From<Location> for LocationJson {
    fn from(location: Location) -> Self {
        let Location { file, line, column, end_line, end_column } = location;
        Self { file, line, column, end_line, end_column }
    }
}
