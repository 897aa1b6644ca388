//! `redan export` and `redan convert`: a model as a file of another tool, with what got lost on the way.

use std::path::{Path, PathBuf};

use clap::Args;
use redan_engine::Context;
use redan_interop::export::WRITTEN;
use redan_interop::{ExportError, Exported, Format, Loss, Original, Outgoing};

use crate::args::PlainFormat;
use crate::exit::{Exit, Outcome, usage};
use crate::foreign;
use crate::project::read_limited;
use crate::session::{Opened, Reading, Session};

use super::import::one_of;

/// Arguments of `export`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan export shop.tm.yaml --to tm7 -o shop.tm7
  redan export --to guide-csv -o threats.csv
  redan export shop.tm.yaml --to tm7 --onto shop.tm7 -o shop.tm7

With --onto, what differs between the model and the other file is written into a copy of that file, and everything else
in it stays as it is. What the file cannot say is listed on standard error, as JSON with --format json.")]
pub(crate) struct ExportArgs {
    /// The model; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Write the changes of the model into this file of the other tool
    #[arg(long, value_name = "ORIGINAL")]
    onto: Option<PathBuf>,
    /// What both commands understand
    #[command(flatten)]
    target: Target,
}

/// Arguments of `convert`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan convert shop.tm7 --to threagile -o threagile.yaml
  redan convert threagile.yaml --to json

What the second file does not say as the first one does is listed on standard error, as JSON with --format json.")]
pub(crate) struct ConvertArgs {
    /// The file of the other tool
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Read it as this format, whatever it looks like
    #[arg(long, value_name = "FORMAT", value_parser = super::import::format_of)]
    from: Option<Format>,
    /// What both commands understand
    #[command(flatten)]
    target: Target,
}

/// What is to be written.
#[derive(Debug, Clone, Args)]
struct Target {
    /// The format to write
    #[arg(long, value_name = "FORMAT", value_parser = written)]
    to: Format,
    /// Exit with code 1 if anything got lost
    #[arg(long)]
    strict: bool,
    /// Write the names of people where the format has a place for who changed something
    #[arg(long)]
    keep_names: bool,
    /// How to list what got lost
    #[arg(long, value_enum, default_value_t = PlainFormat::Human)]
    format: PlainFormat,
}

/// Runs `export`.
pub(crate) fn run(args: &ExportArgs, session: &mut Session<'_>) -> Outcome {
    let opened = session.open_as(args.model.as_deref(), Reading::Stored(None))?;
    write(&opened, &args.target, args.onto.as_deref(), session)
}

/// Runs `convert`.
pub(crate) fn run_convert(args: &ConvertArgs, session: &mut Session<'_>) -> Outcome {
    let opened = session.open_as(Some(&args.file), Reading::Stored(args.from))?;
    write(&opened, &args.target, None, session)
}

fn write(opened: &Opened, target: &Target, onto: Option<&Path>, session: &mut Session<'_>) -> Outcome {
    let analysis = opened.analyse();
    let mut outgoing = foreign::outgoing::of(opened, &analysis, &opened.context(), target.keep_names);
    if onto.is_none() && matches!(target.to, Format::Drawio | Format::Lucid) {
        outgoing.picture = foreign::outgoing::picture(&opened.loaded.model);
    }
    let written = match onto {
        None => redan_interop::export(target.to, &outgoing),
        Some(original) => written_onto(opened, target.to, original, &outgoing)?,
    };
    let Exported { bytes, loss } = written.map_err(|error| usage(format!("{} cannot be written: {error}", opened.shown)))?;
    session.terminal.out().write_all(&bytes)?;
    // What the first step lost is lost all the same.
    let losses: Vec<Loss> = opened.loss.iter().filter(|_| onto.is_none()).cloned().chain(loss).collect();
    foreign::losses::report(&losses, target.format, session)?;
    Ok(if target.strict && !losses.is_empty() { Exit::GateFailed } else { Exit::Fine })
}

/// The original with the changes of the model in it.
fn written_onto(
    opened: &Opened,
    format: Format,
    original: &Path,
    outgoing: &Outgoing<'_>,
) -> anyhow::Result<Result<Exported, ExportError>> {
    let shown = original.to_string_lossy().replace('\\', "/");
    let bytes = read_limited(original).map_err(|why| usage(format!("cannot read `{shown}`: {why}")))?;
    let mut imported =
        redan_interop::import(format, &bytes).map_err(|error| usage(format!("cannot read `{shown}` as {}: {error}", format.as_str())))?;
    foreign::settle(&mut imported, &opened.knowledge, &Context::on(opened.today));
    Ok(redan_interop::onto(format, Original { bytes: &bytes, imported: &imported }, outgoing))
}

fn written(word: &str) -> Result<Format, String> {
    one_of(word, WRITTEN).map_err(|which| format!("`{word}` cannot be written{which}"))
}
