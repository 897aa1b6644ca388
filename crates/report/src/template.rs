//! Documents from a template of the project's own: Jinja syntax, the report's JSON as what it may say.
//!
//! A template is somebody's file and may be hostile: it reads nothing, runs nothing, and has so much work at most. Names
//! that are not there are errors, so that a slip does not become an empty page.

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};

use crate::Input;
use crate::document::Document;
use crate::json::ReportJson;

/// The largest template, in bytes.
pub const MAX_TEMPLATE: usize = 1024 * 1024;
/// How much work a template may make; a page over a thousand threats takes a fiftieth of it.
const FUEL: u64 = 5_000_000;
/// The most that a template may write, in bytes.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;
/// How deep macros and blocks may call each other.
const MAX_DEPTH: usize = 64;

/// The names that a template may say.
pub const NAMES: [&str; 18] = [
    "version",
    "model",
    "date",
    "title",
    "summary",
    "threats",
    "questions",
    "lints",
    "counts",
    "assets",
    "mitigations",
    "coverage",
    "trees",
    "paths",
    "plan",
    "losses",
    "history",
    "canonical",
];

/// What is wrong with a template, and where.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// In words.
    pub message: String,
    /// The line, from 1.
    pub line: Option<usize>,
}

/// Renders a template; what ends in `.html`, `.htm` or `.xml` (also before `.j2` or `.jinja`) is escaped for it.
///
/// # Errors
/// When the template cannot be read as one, names what is not there, or takes too much.
pub fn render(input: &Input<'_>, name: &str, source: &str) -> Result<String, TemplateError> {
    if source.len() > MAX_TEMPLATE {
        return Err(TemplateError { message: format!("it is larger than {} KiB", MAX_TEMPLATE / 1024), line: None });
    }
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(MAX_DEPTH);
    environment.set_auto_escape_callback(|name| if is_markup(name) { AutoEscape::Html } else { AutoEscape::None });
    environment.add_template(name, source).map_err(|error| said(&error))?;
    let template = environment.get_template(name).map_err(|error| said(&error))?;
    let mut out = Bounded(Vec::new());
    template.render_captured_to(context(input), &mut out).map_err(|error| said(&error))?;
    String::from_utf8(out.0).map_err(|_| TemplateError { message: "it writes something that is not text".to_owned(), line: None })
}

/// Whether what a template writes is markup.
fn is_markup(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".j2").or_else(|| name.strip_suffix(".jinja")).unwrap_or(&name);
    [".html", ".htm", ".xml"].iter().any(|end| name.ends_with(end))
}

fn said(error: &minijinja::Error) -> TemplateError {
    let message = match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "it takes too much work; bound its loops".to_owned(),
        (ErrorKind::WriteFailure, _) => format!("it writes more than {} MiB", MAX_OUTPUT / 1024 / 1024),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
        (kind, None) => kind.to_string(),
    };
    TemplateError { message, line: error.line() }
}

/// The report's JSON, with the summary and the title page beside it.
fn context(input: &Input<'_>) -> Value {
    let doc = Document::of(input);
    let mut report = serde_json::to_value(ReportJson::of(input)).unwrap_or_default();
    let title = &doc.title;
    let summary = &doc.summary;
    let top: Vec<serde_json::Value> = summary
        .top
        .iter()
        .map(|risk| {
            serde_json::json!({
                "id": risk.id, "title": risk.title, "band": risk.band.map(|b| b.as_str()), "numbers": risk.numbers, "what": risk.what, "plan": risk.plan,
            })
        })
        .collect();
    if let Some(map) = report.as_object_mut() {
        map.insert(
            "title".to_owned(),
            serde_json::json!({
                "name": title.name, "version": title.version.text, "date": title.date, "authors": title.authors.text, "session": title.session.text,
                "review": title.review.text, "target": title.target.text, "approved": title.approved.text, "goals": title.goals,
                "in_scope": title.included, "out_of_scope": title.excluded.iter().map(|(item, _)| item).collect::<Vec<_>>(),
            }),
        );
        map.insert(
            "summary".to_owned(),
            serde_json::json!({
                "verdict": summary.verdict, "remains": summary.remains, "recommendations": summary.recommendations, "top": top,
                "open": summary.open, "to_answer": summary.waiting, "mitigated": summary.mitigated, "decided": summary.decided,
            }),
        );
    }
    Value::from(Serde(report))
}

/// A buffer that a template cannot fill without end.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT {
            return Err(std::io::Error::other("too much"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
