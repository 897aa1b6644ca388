//! `redan rename`: another id for a thing, everywhere it is used.

use clap::Args;
use redan_model::edit::Edit;

use crate::edits::{self, EditOptions};
use crate::exit::{Outcome, usage};
use crate::models;
use crate::session::Session;

/// Arguments of `rename`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan rename auth identity
  redan rename mitigations.mfa mitigations.adaptive-mfa --dry-run")]
pub(crate) struct RenameArgs {
    /// The id as it is and as it will be, and the model if there are several
    #[arg(value_name = "OLD NEW", required = true, num_args = 2..=3)]
    words: Vec<String>,
    #[command(flatten)]
    options: EditOptions,
}

/// Runs `rename`.
pub(crate) fn run(args: &RenameArgs, session: &mut Session<'_>) -> Outcome {
    let (model, words) = models::split_one(&args.words)?;
    let [old, new] = &words[..] else { return Err(usage("say which id to change and into what: redan rename OLD NEW")) };
    let opened = session.open_to_edit(args.options.model.as_deref().or(model.as_deref()))?;
    // A section before the old id tells two apart; before the new one it would be a part of the id.
    let section = old.split_once('.').map(|(section, _)| format!("{section}."));
    let new = section.as_deref().and_then(|section| new.strip_prefix(section)).unwrap_or(new);
    edits::run(session, &opened, &[Edit::Rename { old: old.clone(), new: new.to_owned() }], &args.options)
}
