//! Guarded edits of a model file: made in memory, checked, shown or written.
//!
//! A file is written only when the edited model has no error that it did not have before, or when that is asked for.

use redan_model::edit::{Edit, EditError, apply};
use redan_model::{Diagnostic, Sources, codes};
use redan_report::json::{self, DiagnosticJson};
use serde::Serialize;

use crate::args::PlainFormat;
use crate::exit::{Exit, Failure, Outcome, usage};
use crate::project::read_text;
use crate::session::{Opened, Session};
use crate::{atomic, diagnostics, diff};

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
    /// A command that makes the change without errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<&'a str>,
}

/// The edits made one after the other, in memory.
pub(crate) fn make(opened: &Opened, edits: &[Edit]) -> anyhow::Result<Edited> {
    let old = match opened.foreign {
        Some(_) => opened.loaded.sources.get(opened.loaded.model.file).text().to_owned(),
        None => read_text(&opened.path, &opened.shown).map_err(usage)?,
    };
    let mut new = old.clone();
    for edit in edits {
        new = apply(&opened.below, &new, edit).map_err(|error| refused(opened, edit, &new, &error))?;
    }
    let model = opened.with_text(&new);
    Ok(Edited { old, new, model })
}

/// What the model is to say of the facts that a mitigation makes true, once it is implemented.
///
/// Parts of other files cannot be edited here, and what they say stays.
pub(crate) fn makes_true(opened: &Opened, mitigation: &str) -> Vec<Edit> {
    let Some(entry) = opened.loaded.model.root.mitigations.entries.get(mitigation) else { return Vec::new() };
    let own = entry.value.states.items.iter().filter(|fact| !fact.path.value.thing.contains('/'));
    own.map(|fact| Edit::Set { path: fact.path.value.to_string(), value: fact.value.value.clone() }).collect()
}

/// The edits with those of the facts that their implemented mitigations contradict, if that is all that is wrong.
fn together(opened: &Opened, edits: &[Edit]) -> Option<Vec<Edit>> {
    let is_fine = |edits: &[Edit]| make(opened, edits).is_ok_and(|edited| edited.new_errors(opened).is_empty());
    let implemented = edits.iter().filter_map(|edit| match edit {
        Edit::Set { path, value } if value == "implemented" => path.strip_prefix("mitigations.")?.strip_suffix(".status"),
        _ => None,
    });
    let mut needed: Vec<Edit> = implemented.flat_map(|id| makes_true(opened, id)).take(MOST_FACTS).collect();
    let all = |needed: &[Edit]| needed.iter().chain(edits).cloned().collect::<Vec<_>>();
    if needed.is_empty() || !is_fine(&all(&needed)) {
        return None;
    }
    for at in (0..needed.len()).rev() {
        let mut fewer = needed.clone();
        fewer.remove(at);
        if is_fine(&all(&fewer)) {
            needed = fewer;
        }
    }
    Some(all(&needed))
}

/// Every fact of an offer is tried once, so there are not many.
const MOST_FACTS: usize = 16;

/// The command line that makes edits of values.
fn command(opened: &Opened, edits: &[Edit]) -> String {
    let words = edits.iter().filter_map(|edit| match edit {
        Edit::Set { path, value } => Some(for_shell(&format!("{path}={value}"))),
        Edit::Add { .. } | Edit::Remove { .. } | Edit::Rename { .. } => None,
    });
    let words: Vec<String> = words.collect();
    format!("redan set {} {}", for_shell(&opened.shown), words.join(" "))
}

/// A word as a shell takes it, quoted where that is needed.
fn for_shell(word: &str) -> String {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,@+%".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Makes edits and writes them, unless only a look is wanted or they break the model.
pub(crate) fn run(session: &mut Session<'_>, opened: &Opened, edits: &[Edit], options: &EditOptions) -> Outcome {
    let edited = make(opened, edits)?;
    let errors = edited.new_errors(opened);
    let together = if errors.iter().any(|error| error.code == codes::CONFLICTING_FACTS) { together(opened, edits) } else { None };
    let together = together.map(|edits| command(opened, &edits));
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
            if let Some(command) = &together {
                session.terminal.note(&format!("to change what it makes true as well: {command}"));
            }
        }
        PlainFormat::Json => {
            let diagnostics = errors.iter().map(|error| DiagnosticJson::of(&edited.model.loaded.sources, error)).collect();
            let diff = diff::unified(&opened.shown, &edited.old, &edited.new, false);
            let suggestion = together.as_deref();
            let document = Document { version: 1, file: &opened.shown, changed, written, diff, diagnostics, suggestion };
            json::write(session.terminal.out(), &document)?;
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

fn refused(opened: &Opened, edit: &Edit, text: &str, error: &EditError) -> anyhow::Error {
    let what = match edit {
        Edit::Set { path, .. } => format!("cannot set `{path}`"),
        Edit::Add { section, id, .. } => format!("cannot add `{id}` to {section}"),
        Edit::Remove { path } => format!("cannot remove `{path}`"),
        Edit::Rename { old, .. } => format!("cannot rename `{old}`"),
    };
    let mut faults = String::new();
    if let EditError::Unreadable(diagnostics) = error {
        let mut sources = Sources::default();
        sources.add(opened.shown.as_str(), text);
        diagnostics.iter().for_each(|fault| faults.push_str(&format!("\n  {}", diagnostics::line(fault, &sources))));
    }
    usage(format!("{what} in {}: {error}{faults}", opened.shown))
}
