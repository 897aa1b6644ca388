//! `redan fmt`: models in their usual order and layout. Comments stay, and so does the meaning.

use std::fs;
use std::path::Path;

use anyhow::Context;
use clap::Args;
use redan_model::Sources;
use redan_model::edit::EditError;
use redan_model::fmt::format;

use crate::args::Models;
use crate::exit::{Exit, Failure, Outcome, usage};
use crate::session::{Session, not_ours};
use crate::{atomic, diff};

/// Arguments of `fmt`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan fmt
  redan fmt --check                  changes nothing; fails if a model is laid out otherwise
  redan fmt shop.tm.yaml -o -        to standard output instead of into the file")]
pub(crate) struct FmtArgs {
    #[command(flatten)]
    models: Models,
    /// Change nothing, show what would change, and fail if something would
    #[arg(long)]
    check: bool,
}

/// Runs `fmt`.
pub(crate) fn run(args: &FmtArgs, session: &mut Session<'_>) -> Outcome {
    let mut exit = Exit::Fine;
    for path in session.paths(&args.models.models)? {
        let shown = path.to_string_lossy().replace('\\', "/");
        let old = crate::project::read_text(&path, &shown).map_err(usage)?;
        let new = laid_out(&shown, &old, session)?;
        if args.check {
            let text = diff::unified(&shown, &old, &new, session.terminal.color);
            session.terminal.out().write_all(text.as_bytes())?;
            exit = exit.max(if text.is_empty() { Exit::Fine } else { Exit::GateFailed });
        } else if session.common.output.is_some() {
            session.terminal.out().write_all(new.as_bytes())?;
        } else if new != old {
            write(&path, &new, session)?;
        }
    }
    Ok(exit)
}

fn laid_out(shown: &str, old: &str, session: &mut Session<'_>) -> anyhow::Result<String> {
    if let Some(format) = redan_interop::detect(shown, old.as_bytes()) {
        return Err(not_ours(shown, format));
    }
    match format(shown, old) {
        Ok(new) => Ok(new),
        Err(EditError::Unreadable(diagnostics)) => {
            let mut sources = Sources::default();
            sources.add(shown, old);
            session.show_diagnostics(&diagnostics, &sources);
            Err(Failure::Reported.into())
        }
        Err(error) => Err(usage(format!("cannot lay out {shown}: {error}"))),
    }
}

fn write(path: &Path, text: &str, session: &mut Session<'_>) -> anyhow::Result<()> {
    let target = fs::canonicalize(path).with_context(|| format!("writing {}", path.display()))?;
    atomic::write(&target, text.as_bytes())?;
    session.terminal.note(&format!("laid out {}", path.display()));
    Ok(())
}
