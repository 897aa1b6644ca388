//! `redan import`: another tool's model as a model of ours, with what got lost on the way.

mod into;

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use clap::Args;
use redan_engine::{Context, Knowledge};
use redan_interop::{Format, Imported, Origins, before, detect, picture, tb7};
use redan_model::canonical::{self, Long};
use redan_model::lang::Root;
use redan_model::load_value;
use redan_report::json;
use serde::Serialize;

use crate::args::PlainFormat;
use crate::exit::{Exit, Failure, Outcome, usage};
use crate::filter::suggestion;
use crate::foreign;
use crate::foreign::losses::LossJson;
use crate::project::read_limited;
use crate::session::{Kept, Session};
use crate::threads;

/// Arguments of `import`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan import shop.tm7 -o security/threat-models/shop.tm.yaml
  redan import shop.tm7 --format json      the model and what got lost, for scripts
  redan import shop.tm7 --strict -o shop.tm.yaml
  redan import shop.tm7 --into shop.tm.yaml --dry-run    once more, after the file has changed

What is in the file and not in the model is listed on standard error. With --into, what the file has changed since it
was imported last is taken over; what people have changed stays, and is listed where the file says otherwise.")]
pub(crate) struct ImportArgs {
    /// The file of the other tool
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Read it as this format, whatever it looks like
    #[arg(long, value_name = "FORMAT", value_parser = format_of)]
    from: Option<Format>,
    /// Merge it into this model of ours: what people wrote there is kept, and what changed is shown
    #[arg(long, value_name = "MODEL")]
    into: Option<PathBuf>,
    /// With --into, show what would change, and write nothing
    #[arg(short = 'n', long, requires = "into")]
    dry_run: bool,
    /// Exit with code 1 if anything got lost
    #[arg(long)]
    strict: bool,
    /// Keep the names of people who changed something, where the format has them
    #[arg(long)]
    keep_names: bool,
    /// Write a model in YAML, or the model and the losses in JSON; with --into, the changes in words or in JSON
    #[arg(long, value_enum, default_value_t = PlainFormat::Human)]
    format: PlainFormat,
}

#[derive(Serialize)]
struct Document<'a> {
    model: &'a Long<'a>,
    loss: Vec<LossJson<'a>>,
}

/// Runs `import`.
pub(crate) fn run(args: &ImportArgs, session: &mut Session<'_>) -> Outcome {
    let shown = args.file.to_string_lossy().replace('\\', "/");
    let project = session.project_here()?;
    let (knowledge, file) = session.knowledge_beside(&project, || read(args, &shown));
    let File { format, mut imported, length, kept } = file?;
    let knowledge = knowledge?;
    let context = Context::on(session.common.day());
    foreign::settle(&mut imported, &knowledge, &context);
    let model = Cell::new(Some(std::mem::take(&mut imported.model)));
    // The bytes of the file were given back, since memory that is used again need not be had anew.
    let again = || {
        let mut imported = read(args, &shown).map(|file| file.imported).unwrap_or_default();
        foreign::settle(&mut imported, &knowledge, &context);
        imported.model
    };
    let make = || model.take().unwrap_or_else(again).into_tree();
    if args.into.is_none() && args.format == PlainFormat::Human {
        match kept {
            Some(kept) => {
                checked(&shown, make, &knowledge, |_| {}, session)?;
                session.terminal.out().write_all(kept.text.as_bytes())?;
            }
            None => {
                // Models of drawings are about as long as what they were made from, with what they remember of it.
                session.terminal.make_room(length + length / 2);
                written(&shown, format, &imported.origins, make, &knowledge, session)?;
            }
        }
        foreign::losses::show(&imported.loss, session);
    } else {
        let root = &Kept::new(checked(&shown, make, &knowledge, |_| {}, session)?);
        if let Some(into) = &args.into {
            let model = &canonical::to_json(root);
            return into::run(args, into, &into::Source { shown: &shown, format, imported: &imported, model }, session);
        }
        let model = &Kept::new(canonical::long(root));
        json::write(session.terminal.out(), &Document { model, loss: imported.loss.iter().map(LossJson::of).collect() })?;
    }
    Ok(if args.strict && !imported.loss.is_empty() { Exit::GateFailed } else { Exit::Fine })
}

/// Writes the model, and what it remembers of the file, which is packed while references are resolved and the model is
/// written.
fn written(
    shown: &str,
    format: Format,
    origins: &Origins,
    make: impl Fn() -> Long<'static>,
    knowledge: &Knowledge,
    session: &mut Session<'_>,
) -> anyhow::Result<()> {
    let (read, roots) = mpsc::channel::<Arc<Root>>();
    let pack = move || {
        let root = roots.recv().ok().filter(|root| into::remembers(format, root))?;
        before::packed_model(format, &root, origins)
    };
    let write = || {
        // Where not all of it can be read, nothing is packed.
        let root = Kept::new(checked(shown, make, knowledge, |root| read.send(Arc::clone(root)).unwrap_or_default(), session)?);
        drop(read);
        into::write(&root, session.terminal)?;
        anyhow::Ok(())
    };
    let (packed, written) = threads::both(pack, write);
    written?;
    if let Some(packed) = packed {
        into::write_remembered(shown, &packed, session.terminal)?;
    }
    Ok(())
}

/// A file that was read.
struct File {
    format: Format,
    imported: Imported,
    /// Its length in bytes.
    length: usize,
    /// The model that a picture of ours keeps.
    kept: Option<picture::Kept>,
}

fn read(args: &ImportArgs, shown: &str) -> anyhow::Result<File> {
    let bytes = read_limited(&args.file).map_err(|why| usage(format!("cannot read `{shown}`: {why}")))?;
    if tb7::is_template(&bytes) {
        return Err(template(shown));
    }
    let format = args.from.or_else(|| detect(shown, &bytes)).ok_or_else(|| unknown(shown))?;
    let imported = foreign::stored(format, &bytes, args.keep_names);
    let imported = imported.map_err(|error| usage(format!("cannot read `{shown}` as {}: {error}", format.as_str())))?;
    let kept = if format == Format::Picture { picture::source(&bytes).ok() } else { None };
    Ok(File { format, imported, length: bytes.len(), kept })
}

/// The model, after it was read like any other; `read` is given it before it is known what its references lead to.
fn checked(
    shown: &str,
    make: impl Fn() -> Long<'static>,
    knowledge: &Knowledge,
    read: impl FnOnce(&Arc<Root>),
    session: &mut Session<'_>,
) -> anyhow::Result<Arc<Root>> {
    let loaded = load_value(shown, make, &knowledge.vocabulary(), read);
    session.show_diagnostics(&loaded.diagnostics, &loaded.sources);
    // Only what the model says is written.
    if loaded.is_valid() { Ok(loaded.model.root) } else { Err(Failure::Reported.into()) }
}

/// A template says what can go wrong and holds nothing to take over; where it is of use is said instead.
fn template(shown: &str) -> anyhow::Error {
    usage(format!(
        "`{shown}` is a template of the Microsoft Threat Modeling Tool: it says which threats there are, and holds no model. \
         To judge a model by it: redan threats MODEL.tm7 --packs {shown}; \
         for every .tm7 of a project, in redan.toml: [packs] folders = [\"{shown}\"]"
    ))
}

fn unknown(shown: &str) -> anyhow::Error {
    let known: Vec<String> = Format::ALL.iter().map(|format| format!("{} ({})", format.as_str(), format.name())).collect();
    usage(format!("`{shown}` is in no format that can be imported; there are: {}", known.join(", ")))
}

pub(crate) fn format_of(word: &str) -> Result<Format, String> {
    one_of(word, Format::ALL).map_err(|which| format!("there is no format `{word}`{which}"))
}

/// The format that a word names, or which of these could be meant.
pub(crate) fn one_of(word: &str, formats: &[Format]) -> Result<Format, String> {
    let words = || formats.iter().map(|format| format.as_str());
    let found = formats.iter().copied().find(|format| format.as_str() == word);
    found.ok_or_else(|| format!("{}; there are: {}", suggestion(word, words()), words().collect::<Vec<_>>().join(", ")))
}
