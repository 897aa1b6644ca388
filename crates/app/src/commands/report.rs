//! `redan report`: the document, with everything that the guide's structure asks for.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use redan_model::canonical;
use redan_report::diagram::{self, Scene, View};
use redan_report::html::{self, Attachments, Picture};
use redan_report::json::{self, ReportJson};
use redan_report::{Input, csv, markdown};

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
        ReportFormat::Html => session.terminal.out().write_all(html(&input)?.as_bytes())?,
        ReportFormat::Md => {
            let diagrams: Vec<_> = scenes(&input).map(|(title, scene)| (title, diagram::mermaid(&scene))).collect();
            session.terminal.out().write_all(markdown::render(&input, &diagrams).as_bytes())?;
        }
        ReportFormat::Json => json::write(session.terminal.out(), &ReportJson::of(&input))?,
    }
    Ok(Exit::Fine)
}

fn html(input: &Input<'_>) -> anyhow::Result<String> {
    let attachments = Attachments {
        pictures: scenes(input).map(|(title, scene)| Picture { title, svg: diagram::svg(&scene) }).collect(),
        model_json: serde_json::to_string_pretty(&canonical::to_json(&input.model.root))?,
        threats_csv: threats_csv(input)?,
    };
    Ok(html::render(input, &attachments)?)
}

/// The whole model from above and, where parents have parts, in detail.
fn scenes<'a>(input: &'a Input<'_>) -> impl Iterator<Item = (String, Scene)> + 'a {
    let levels: &[(u32, &str)] =
        if View::has_levels(input.model) { &[(0, "Level 0: overview"), (1, "Level 1: in detail")] } else { &[(0, "Data flow diagram")] };
    levels.iter().map(|(level, title)| ((*title).to_owned(), Scene::of(input, &View::level(*level))))
}

fn threats_csv(input: &Input<'_>) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    csv::write(&mut bytes, &csv::THREAT_COLUMNS, input.analysis.threats.iter().map(|threat| csv::threat_row(input, threat)))?;
    Ok(String::from_utf8(bytes)?)
}
