//! `redan backlog`: what is to be done about open threats, as tasks for a tracker.

#[cfg(feature = "sync")]
mod sync;

use clap::Args;
use redan_engine::Analysis;
use redan_model::lang::Band;
use redan_report::backlog::{COLUMNS, Task, markdown, row, tasks};
use redan_report::json::{self, ModelJson};
use serde::Serialize;

use crate::args::{BacklogFormat, Models};
use crate::exit::{Exit, Outcome, usage};
use crate::session::{Kept, Opened, Session};
use crate::table::markdown_text;

/// Arguments of `backlog`.
#[derive(Debug, Clone, Args)]
#[cfg_attr(feature = "sync", command(args_conflicts_with_subcommands = true))]
#[command(after_help = "\
Examples:
  redan backlog
  redan backlog --priority P0,P1,P2 --format csv -o backlog.csv
  redan backlog --base-url https://git.example.org/shop/blob/main
  redan backlog sync --github acme/shop                    the same tasks as issues; see redan backlog sync --help")]
pub(crate) struct BacklogArgs {
    #[cfg(feature = "sync")]
    #[command(subcommand)]
    command: Option<BacklogCommand>,
    #[command(flatten)]
    models: Models,
    /// Only tasks of these priorities: P0, P1, P2, P3
    #[arg(long, value_name = "PRIORITY", value_delimiter = ',', default_value = "P0,P1")]
    priority: Vec<String>,
    /// What stands before the path of a file in every link
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// How to write them
    #[arg(long, value_enum, default_value_t = BacklogFormat::Md)]
    format: BacklogFormat,
}

#[cfg(feature = "sync")]
#[derive(Debug, Clone, clap::Subcommand)]
enum BacklogCommand {
    /// Make the tasks issues of a tracker and keep them up to date, or take their status into the model
    Sync(Box<sync::SyncArgs>),
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    tasks: &'a [Task],
}

/// Runs `backlog`.
pub(crate) fn run(args: &BacklogArgs, session: &mut Session<'_>) -> Outcome {
    #[cfg(feature = "sync")]
    if let Some(BacklogCommand::Sync(args)) = &args.command {
        return sync::run(args, session);
    }
    let bands = bands(&args.priority)?;
    let models = session.open(&args.models.models)?;
    let analysed: Vec<(&Opened, Kept<Analysis>)> = models.iter().map(|model| (model, model.analyse())).collect();
    let backlog: Vec<(&Opened, Vec<Task>)> =
        analysed.iter().map(|(model, analysis)| (*model, tasks(&model.input(analysis), &bands, args.base_url.as_deref()))).collect();
    let out = session.terminal.out();
    match args.format {
        BacklogFormat::Md => {
            for (model, tasks) in &backlog {
                let name = model.loaded.model.name_of(redan_model::Thing::Model);
                writeln!(out, "# Security backlog of {}\n", markdown_text(name))?;
                if tasks.is_empty() {
                    writeln!(out, "No open threat of these priorities.\n")?;
                }
                for task in tasks {
                    write!(out, "{}", markdown(task))?;
                }
            }
        }
        BacklogFormat::Csv => redan_report::csv::write(out, &COLUMNS, backlog.iter().flat_map(|(_, tasks)| tasks).map(row))?,
        BacklogFormat::Json => {
            let document = |(model, tasks)| -> Document<'_> {
                let (model, tasks): (&Opened, &Vec<Task>) = (model, tasks);
                Document { version: 1, model: ModelJson::of(&model.loaded.model, &model.loaded.sources), tasks }
            };
            let documents: Vec<Document<'_>> = backlog.iter().map(|(model, tasks)| document((*model, tasks))).collect();
            json::write_each(out, &documents)?;
        }
    }
    Ok(Exit::Fine)
}

fn bands(words: &[String]) -> anyhow::Result<Vec<Band>> {
    let find = |word: &String| match word.to_ascii_uppercase().as_str() {
        "P0" => Ok(Band::Critical),
        "P1" => Ok(Band::High),
        "P2" => Ok(Band::Medium),
        "P3" => Ok(Band::Low),
        _ => Err(usage(format!("`{word}` is not a priority; allowed: P0, P1, P2, P3"))),
    };
    words.iter().map(find).collect()
}
