//! `redan rename`: another id for a thing, everywhere it is used.

use clap::Args;
use redan_model::edit::Edit;

use crate::edits::{self, EditOptions};
use crate::exit::{Outcome, usage};
use crate::models;
#[cfg(feature = "sync")]
use crate::session::Opened;
use crate::session::Session;
#[cfg(feature = "sync")]
use crate::sync;

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
    let done = edits::run(session, &opened, &[Edit::Rename { old: old.clone(), new: new.to_owned() }], &args.options)?;
    #[cfg(feature = "sync")]
    if !args.options.dry_run {
        follow(&opened, old, new, session)?;
    }
    Ok(done)
}

/// Names the tasks of the thing anew in the file of issues beside the model, if that has any.
#[cfg(feature = "sync")]
fn follow(opened: &Opened, old: &str, new: &str, session: &mut Session<'_>) -> anyhow::Result<()> {
    let (section, old) = old.split_once('.').map_or((None, old), |(section, id)| (Some(section), id));
    let mut known = sync::stored(opened)?;
    let count = known.rename(&opened.loaded.model, section, old, new);
    if count > 0 && sync::keep(opened, &known)? {
        session.terminal.note(&format!("wrote {} ({count} of its issues)", sync::links_beside(&opened.below)));
    }
    Ok(())
}
