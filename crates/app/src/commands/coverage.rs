//! `redan coverage`: which elements were looked at for which STRIDE category, and what came of it.

mod against;

use clap::Args;
use redan_engine::Analysis;
use redan_engine::analysis::{Cell as Coverage, CoverageRow};
use redan_report::json::{self, CoverageJson, ModelJson};
use serde::Serialize;

use crate::args::{ListFormat, Models};
use crate::exit::{Exit, Outcome};
use crate::human;
use crate::session::{Kept, Opened, Session};
use crate::table::Table;

/// Arguments of `coverage`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan coverage
  redan coverage --on web-app,user-db --format md
  redan coverage --against owasp-top-10     every entry: covered, not applicable, or not considered
  redan coverage --against cwe-top-25 --format csv")]
pub(crate) struct CoverageArgs {
    #[command(flatten)]
    models: Models,
    /// Compare with a public list instead: owasp-top-10, owasp-api-top-10, owasp-llm-top-10, cwe-top-25, stride or linddun
    #[arg(long, value_name = "TAXONOMY", conflicts_with = "on")]
    against: Option<String>,
    /// Only these elements, flows and zones
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    on: Vec<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    format: ListFormat,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    coverage: Vec<CoverageJson<'a>>,
}

/// Runs `coverage`.
pub(crate) fn run(args: &CoverageArgs, session: &mut Session<'_>) -> Outcome {
    let models = session.open(&args.models.models)?;
    if let Some(taxonomy) = &args.against {
        return against::run(taxonomy, args.format, &models, session);
    }
    crate::filter::Filters { on: args.on.clone(), ..Default::default() }.check(&models)?;
    let analysed: Vec<(&Opened, Kept<Analysis>)> = models.iter().map(|model| (model, model.analyse())).collect();
    match args.format {
        ListFormat::Human => {
            for (model, analysis) in &analysed {
                human::heading(model, session.terminal)?;
                let (width, color) = (session.terminal.width, session.terminal.color);
                table(args, &[(model, analysis)]).human(session.terminal.out(), width, color)?;
            }
            writeln!(session.terminal.out(), "\n3! open, 2? to answer, 1+ answered, ok looked at and quiet, - no rule looks at it")?;
        }
        ListFormat::Json => {
            let inputs: Vec<_> = analysed.iter().map(|(model, analysis)| (*model, model.input(analysis))).collect();
            let documents: Vec<Document<'_>> = inputs
                .iter()
                .map(|(model, input)| Document {
                    version: 1,
                    model: ModelJson::of(input.model, input.sources),
                    coverage: rows(args, model, input.analysis).map(|row| CoverageJson::of(input, row)).collect(),
                })
                .collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
        ListFormat::Csv => table(args, &analysed.iter().map(|(m, a)| (*m, &**a)).collect::<Vec<_>>()).csv(session.terminal.out())?,
        ListFormat::Md => table(args, &analysed.iter().map(|(m, a)| (*m, &**a)).collect::<Vec<_>>()).markdown(session.terminal.out())?,
    }
    Ok(Exit::Fine)
}

fn rows<'a>(args: &'a CoverageArgs, model: &'a Opened, analysis: &'a Analysis) -> impl Iterator<Item = &'a CoverageRow> {
    let wanted = |row: &&CoverageRow| args.on.is_empty() || args.on.iter().any(|id| id == model.loaded.model.id_of(row.thing));
    analysis.coverage.iter().filter(wanted)
}

fn table(args: &CoverageArgs, analysed: &[(&Opened, &Analysis)]) -> Table {
    let headers = ["id", "spoofing", "tampering", "repudiation", "information-disclosure", "denial-of-service", "elevation-of-privilege"];
    let mut table = Table::new(&headers);
    for (model, analysis) in analysed {
        for row in rows(args, model, analysis) {
            let id = model.loaded.model.id_of(row.thing).to_owned();
            table.row(std::iter::once(id).chain(row.cells.iter().map(words)).map(Into::into));
        }
    }
    table
}

/// A cell in signs that need no colour.
fn words(cell: &Coverage) -> String {
    let counts = [(cell.open, '!'), (cell.questions, '?'), (cell.answered, '+')];
    let parts: Vec<String> = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, sign)| format!("{count}{sign}")).collect();
    match (parts.is_empty(), cell.considered) {
        (false, _) => parts.join(" "),
        (true, 0) => "-".to_owned(),
        (true, _) => "ok".to_owned(),
    }
}
