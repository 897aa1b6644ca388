//! `redan report`: the document, with everything that the guide's structure asks for.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use redan_model::suggest::nearest;
use redan_report::json::{self, ReportJson};
use redan_report::paper::{self, Branding, Paper};
use redan_report::{Input, More, docx, html, markdown, template, xlsx};

use super::metrics;
use super::plan::positive_effort;
use crate::exit::{Exit, Outcome, usage};
use crate::project::read_limited;
use crate::session::{Opened, Session};

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan report -o report.html
  redan report shop.tm.yaml --format docx -o report.docx
  redan report --audience manager -o summary.html
  redan report --history -o report.html        with charts of the time before, from git
  redan report --template letter.html.j2 -o letter.html
  redan report --sprint 5d -o report.xlsx
  redan report --format json --today 2026-03-01

The format follows from the name of the output file if it is not given.")]
pub(crate) struct ReportArgs {
    /// The model; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "MODEL")]
    model: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum)]
    format: Option<ReportFormat>,
    /// For whom: a part of the document, in the words of that part
    #[arg(long, value_enum)]
    audience: Option<Audience>,
    /// Also show numbers over the history of the model, from git: open, new, closed, overdue, time to remediate
    #[arg(long)]
    history: bool,
    /// The work of one sprint in the plan, such as 5d
    #[arg(long, value_name = "EFFORT", default_value = "10d", value_parser = positive_effort)]
    sprint: u64,
    /// A template of your own (Jinja syntax), which gets what `--format json` writes
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "audience"])]
    template: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// One self-contained file
    Html,
    /// Markdown, as code hosts show it
    Md,
    /// PDF, tagged and for archives
    Pdf,
    /// A document for office programs
    Docx,
    /// A workbook with the tables
    Xlsx,
    /// JSON, version 1
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Audience {
    /// Per element: what may go wrong, how to mend it, which tests must pass
    Developer,
    /// Two pages: where we stand, what it takes, what to decide
    Manager,
    /// Method, evidence, acceptances, compliance and changes
    Auditor,
}

/// Runs `report`.
pub(crate) fn run(args: &ReportArgs, session: &mut Session<'_>) -> Outcome {
    let format = args.format.or_else(|| by_name(session.common.output.as_deref())).unwrap_or(ReportFormat::Html);
    if args.audience.is_some() && matches!(format, ReportFormat::Xlsx | ReportFormat::Json) {
        return Err(usage("a workbook and JSON hold everything; `--audience` is for html, md, pdf and docx"));
    }
    if format == ReportFormat::Pdf && args.template.is_none() {
        available()?;
    }
    let opened = session.open_one(args.model.as_deref())?;
    let branding = opened.project.branding()?;
    let analysis = opened.analyse();
    let history = if args.history { Some(metrics::history(&opened, session)?) } else { None };
    let mut depth = opened.depth(&analysis);
    if let Some(plan) = &mut depth.plan {
        plan.divide_into_sprints(args.sprint);
    }
    let input = Input { more: More { depth: Some(&depth), history: history.as_ref() }, ..opened.input(&analysis) };
    let bytes = match &args.template {
        Some(path) => from_template(path, &input)?.into_bytes(),
        None => rendered(args, format, &input, &branding, (&opened, session))?,
    };
    session.terminal.out().write_all(&bytes)?;
    Ok(Exit::Fine)
}

fn rendered(
    args: &ReportArgs,
    format: ReportFormat,
    input: &Input<'_>,
    branding: &Branding,
    (opened, session): (&Opened, &mut Session<'_>),
) -> anyhow::Result<Vec<u8>> {
    let audience = match args.audience {
        None => paper::Audience::Everybody,
        Some(Audience::Developer) => paper::Audience::Developer,
        Some(Audience::Manager) => paper::Audience::Manager,
        Some(Audience::Auditor) => paper::Audience::Auditor,
    };
    let paper = || Paper::of(input, audience);
    Ok(match format {
        ReportFormat::Html => html::render(input, audience, branding)?.into_bytes(),
        ReportFormat::Md => markdown::render(&paper(), branding.classification.as_deref()).into_bytes(),
        ReportFormat::Docx => docx::render(&paper(), branding, opened.today)?,
        ReportFormat::Xlsx => xlsx::render(input, branding)?,
        ReportFormat::Pdf => pdf(&paper(), branding, opened, session)?,
        ReportFormat::Json => {
            let mut bytes = Vec::new();
            json::write(&mut bytes, &ReportJson::of(input))?;
            bytes
        }
    })
}

/// The format that a file's name says.
fn by_name(output: Option<&Path>) -> Option<ReportFormat> {
    let ending = output?.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "html" | "htm" => Some(ReportFormat::Html),
        "md" | "markdown" => Some(ReportFormat::Md),
        "pdf" => Some(ReportFormat::Pdf),
        "docx" => Some(ReportFormat::Docx),
        "xlsx" => Some(ReportFormat::Xlsx),
        "json" => Some(ReportFormat::Json),
        _ => None,
    }
}

fn from_template(path: &Path, input: &Input<'_>) -> anyhow::Result<String> {
    let shown = path.to_string_lossy().replace('\\', "/");
    let bytes = read_limited(path).map_err(|why| usage(format!("cannot read `{shown}`: {why}")))?;
    let source = String::from_utf8(bytes).map_err(|_| usage(format!("cannot read `{shown}`: it is not text in UTF-8")))?;
    let name =
        path.file_name().map(|name| name.to_string_lossy().into_owned()).with_context(|| format!("`{shown}` does not name a file"))?;
    template::render(input, &name, &source).map_err(|error| {
        let place = error.line.map_or_else(|| shown.clone(), |line| format!("{shown}:{line}"));
        let near = error.message.split(['\'', '`', '"']).nth(1).and_then(|name| nearest(name, template::NAMES.iter().copied()));
        let help = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        usage(format!("{place}: {error}{help}"))
    })
}

#[cfg(feature = "pdf")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature it fails")]
fn available() -> anyhow::Result<()> {
    Ok(())
}

#[cfg(not(feature = "pdf"))]
fn available() -> anyhow::Result<()> {
    Err(usage(
        "this redan was built without PDF; build it with `cargo install --path crates/app --features pdf`, or print the HTML report from a browser, \
         which is made for paper too",
    ))
}

#[cfg(feature = "pdf")]
fn pdf(paper: &Paper, branding: &Branding, opened: &Opened, session: &mut Session<'_>) -> anyhow::Result<Vec<u8>> {
    let missing = redan_pdf::undrawn(paper);
    if !missing.is_empty() {
        let some: String = missing.iter().take(12).collect();
        let more = if missing.len() > 12 { "\u{2026}" } else { "" };
        session.terminal.note(&format!(
            "warning: the PDF has a question mark for {} letters that its fonts do not have: {some}{more}; HTML and DOCX show them",
            missing.len()
        ));
    }
    redan_pdf::render(paper, branding, opened.today).map_err(|why| anyhow::anyhow!("writing the PDF: {why}"))
}

#[cfg(not(feature = "pdf"))]
fn pdf(_: &Paper, _: &Branding, _: &Opened, _: &mut Session<'_>) -> anyhow::Result<Vec<u8>> {
    available().map(|()| Vec::new())
}
