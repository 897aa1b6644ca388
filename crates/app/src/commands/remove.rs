//! `redan remove`: entries and fields, out of a model.

use clap::Args;
use redan_model::edit::Edit;

use crate::edits::{self, EditOptions};
use crate::exit::{Outcome, usage};
use crate::models;
use crate::session::Session;

/// Arguments of `remove`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan remove user-db.controls.backup
  redan remove threats.T3 --dry-run
  redan remove shop.tm.yaml pay")]
pub(crate) struct RemoveArgs {
    /// What to remove, and the model if there are several
    #[arg(value_name = "PATH", required = true)]
    words: Vec<String>,
    #[command(flatten)]
    options: EditOptions,
}

/// Runs `remove`.
pub(crate) fn run(args: &RemoveArgs, session: &mut Session<'_>) -> Outcome {
    let (model, paths) = models::split_one(&args.words)?;
    if paths.is_empty() {
        return Err(usage("say what to remove, such as threats.T3"));
    }
    let opened = session.open_to_edit(args.options.model.as_deref().or(model.as_deref()))?;
    let edits: Vec<Edit> = paths.into_iter().map(|path| Edit::Remove { path }).collect();
    edits::run(session, &opened, &edits, &args.options)
}
