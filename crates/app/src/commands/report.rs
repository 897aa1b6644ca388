//! `redan report`: the document, with everything that the guide's structure asks for.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use redan_report::json::{self, ReportJson};
use redan_report::{html, markdown};

use crate::exit::{Exit, Outcome};
use crate::session::Session;

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan report -o report.html
  redan report shop.tm.yaml --format md -o THREATS.md
  redan report --format json --today 2026-03-01")]
pub(crate) struct ReportArgs {
    /// The model; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "MODEL")]
    model: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = ReportFormat::Html)]
    format: ReportFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// One self-contained file
    Html,
    /// Markdown, as code hosts show it
    Md,
    /// JSON, version 1
    Json,
}

/// Runs `report`.
pub(crate) fn run(args: &ReportArgs, session: &mut Session<'_>) -> Outcome {
    let opened = session.open_one(args.model.as_deref())?;
    let analysis = opened.analyse();
    let input = opened.input(&analysis);
    match args.format {
        ReportFormat::Html => session.terminal.out().write_all(html::render(&input, &html::attachments(&input)?)?.as_bytes())?,
        ReportFormat::Md => session.terminal.out().write_all(markdown::render(&input, &markdown::diagrams(&input)).as_bytes())?,
        ReportFormat::Json => json::write(session.terminal.out(), &ReportJson::of(&input))?,
    }
    Ok(Exit::Fine)
}
