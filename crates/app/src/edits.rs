//! Guarded edits of a model file: made in memory, checked, shown or written.
//!
//! A file is written only when the edited model has no error that it did not have before, or when that is asked for.

use std::fs;

use anyhow::Context;
use redan_model::Diagnostic;
use redan_model::edit::{Edit, EditError, apply};
use redan_report::json::{self, DiagnosticJson};
use serde::Serialize;

use crate::args::PlainFormat;
use crate::exit::{Exit, Failure, Outcome, usage};
use crate::session::{Opened, Session};
use crate::{atomic, diff};

/// What the commands that edit have in common.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct EditOptions {
    /// The model; may also stand before the other words
    #[arg(short, long, value_name = "MODEL")]
    pub(crate) model: Option<std::path::PathBuf>,
    /// Show what would change, and write nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Write even if the model has new errors afterwards
    #[arg(long)]
    pub(crate) force: bool,
    /// How to show what changed
    #[arg(long, value_enum, default_value_t = PlainFormat::Human)]
    pub(crate) format: PlainFormat,
}

/// A model as edits would leave it.
pub(crate) struct Edited {
    /// The text before.
    pub(crate) old: String,
    /// The text after.
    pub(crate) new: String,
    /// The model after.
    pub(crate) model: Opened,
}

impl Edited {
    /// Errors that were not there before.
    pub(crate) fn new_errors(&self, before: &Opened) -> Vec<&Diagnostic> {
        let known = |error: &&Diagnostic| {
            before.loaded.diagnostics.iter().any(|d| d.is_error() && d.code == error.code && d.message == error.message)
        };
        self.model.loaded.diagnostics.iter().filter(|d| d.is_error()).filter(|error| !known(error)).collect()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    file: &'a str,
    changed: bool,
    written: bool,
    diff: String,
    diagnostics: Vec<DiagnosticJson<'a>>,
}

/// The edits made one after the other, in memory.
pub(crate) fn make(opened: &Opened, edits: &[Edit]) -> anyhow::Result<Edited> {
    let old = match opened.foreign {
        Some(_) => opened.loaded.sources.get(opened.loaded.model.file).text().to_owned(),
        None => fs::read_to_string(&opened.path).with_context(|| format!("reading {}", opened.shown))?,
    };
    let mut new = old.clone();
    for edit in edits {
        new = apply(&opened.below, &new, edit).map_err(|error| refused(opened, edit, &error))?;
    }
    let model = opened.with_text(&new);
    Ok(Edited { old, new, model })
}

/// Makes edits and writes them, unless only a look is wanted or they break the model.
pub(crate) fn run(session: &mut Session<'_>, opened: &Opened, edits: &[Edit], options: &EditOptions) -> Outcome {
    let edited = make(opened, edits)?;
    let errors = edited.new_errors(opened);
    let allowed = errors.is_empty() || options.force;
    let changed = edited.old != edited.new;
    let written = changed && allowed && !options.dry_run;
    if written {
        atomic::write(&opened.path, edited.new.as_bytes())?;
    }
    match options.format {
        PlainFormat::Human => {
            for error in &errors {
                session.show_diagnostics(std::slice::from_ref(error), &edited.model.loaded.sources);
            }
            if options.dry_run {
                let text = diff::unified(&opened.shown, &edited.old, &edited.new, session.terminal.color);
                session.terminal.out().write_all(text.as_bytes())?;
            }
            session.terminal.note(&verdict(opened, changed, written, allowed));
        }
        PlainFormat::Json => {
            let diagnostics = errors.iter().map(|error| DiagnosticJson::of(&edited.model.loaded.sources, error)).collect();
            let diff = diff::unified(&opened.shown, &edited.old, &edited.new, false);
            json::write(session.terminal.out(), &Document { version: 1, file: &opened.shown, changed, written, diff, diagnostics })?;
        }
    }
    if allowed { Ok(Exit::Fine) } else { Err(Failure::Reported.into()) }
}

fn verdict(opened: &Opened, changed: bool, written: bool, allowed: bool) -> String {
    match (changed, written, allowed) {
        (false, ..) => format!("{} already says so; nothing changed", opened.shown),
        (true, true, _) => format!("wrote {}", opened.shown),
        (true, false, false) => format!("not written: {} would have errors (--force writes it all the same)", opened.shown),
        (true, false, true) => format!("not written: --dry-run; {} would change as shown", opened.shown),
    }
}

fn refused(opened: &Opened, edit: &Edit, error: &EditError) -> anyhow::Error {
    let what = match edit {
        Edit::Set { path, .. } => format!("cannot set `{path}`"),
        Edit::Add { section, id, .. } => format!("cannot add `{id}` to {section}"),
        Edit::Remove { path } => format!("cannot remove `{path}`"),
        Edit::Rename { old, .. } => format!("cannot rename `{old}`"),
    };
    usage(format!("{what} in {}: {error}", opened.shown))
}
