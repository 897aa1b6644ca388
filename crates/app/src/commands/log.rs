//! `redan log`: who changed a model, when and why, and what that meant for its threats.

use std::io;
use std::path::PathBuf;

use clap::Args;
use redan_engine::change::{Change, EntryChange, ThreatMove, What};
use redan_model::Thing;
use redan_report::json;
use serde::Serialize;

use crate::args::StateFormat;
use crate::exit::{Exit, Outcome};
use crate::git::{Commit, Git, day_of};
use crate::session::{Opened, Session};
use crate::table::Table;

use super::diff::difference;

/// Arguments of `log`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan log
  redan log shop.tm.yaml --limit 5
  redan log --format md -o CHANGES.md")]
pub(crate) struct LogArgs {
    /// The model
    #[arg(value_name = "MODEL")]
    model: Option<PathBuf>,
    /// How many changes to go back
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 20)]
    limit: usize,
    /// How to show it
    #[arg(long, value_enum, default_value_t = StateFormat::Human)]
    format: StateFormat,
}

#[derive(Serialize)]
struct Document {
    version: u8,
    changes: Vec<Row>,
}

/// One change of the model.
#[derive(Serialize)]
struct Row {
    version: Option<String>,
    on: String,
    by: String,
    why: String,
    commit: Option<String>,
    what: Option<String>,
    residual: Option<u64>,
}

/// Runs `log`.
pub(crate) fn run(args: &LogArgs, session: &mut Session<'_>) -> Outcome {
    let opened = session.open_one(args.model.as_deref())?;
    let git = Git::at(&opened.project.root);
    let commits = match &git {
        Some(git) => git.log(&opened.below, args.limit).unwrap_or_default(),
        None => Vec::new(),
    };
    let mut rows = Vec::new();
    match &git {
        Some(git) if !commits.is_empty() => {
            for (at, commit) in commits.iter().enumerate() {
                rows.push(of_commit(git, commit, commits.get(at + 1), session)?);
            }
        }
        _ => rows = stated(&opened, args.limit),
    }
    match args.format {
        StateFormat::Json => json::write(session.terminal.out(), &Document { version: 1, changes: rows })?,
        StateFormat::Human => show(&rows, &opened, false, session)?,
        StateFormat::Md => show(&rows, &opened, true, session)?,
    }
    Ok(Exit::Fine)
}

/// What a commit did to the model; nothing is said of versions that cannot be read.
fn of_commit(git: &Git, commit: &Commit, before: Option<&Commit>, session: &mut Session<'_>) -> anyhow::Result<Row> {
    let mut row = Row {
        version: None,
        on: day_of(commit.time).map_or_else(String::new, |day| day.to_string()),
        by: commit.author.clone(),
        why: commit.subject.clone(),
        commit: Some(commit.id.clone()),
        what: None,
        residual: None,
    };
    if !git.has(&commit.id, &commit.path) {
        row.what = Some("the model is not there".to_owned());
        return Ok(row);
    }
    let Some(after) = session.try_open_at(git, &commit.id, &commit.path)? else {
        row.what = Some("the model has errors".to_owned());
        return Ok(row);
    };
    row.version = after.loaded.model.root.version.as_ref().map(|version| version.value.clone());
    let before = match before.filter(|before| git.has(&before.id, &before.path)) {
        Some(before) => session.try_open_at(git, &before.id, &before.path)?,
        None => Some(session.open_empty(&after)?),
    };
    if let Some(before) = before {
        let change = difference(&before, &after);
        row.what = Some(summary(&change));
        row.residual = Some(change.after.residual);
    }
    Ok(row)
}

/// The changelog that the model itself keeps.
fn stated(opened: &Opened, limit: usize) -> Vec<Row> {
    let entries = opened.loaded.model.root.changelog.entries.iter().rev().take(limit);
    let row = |(version, entry): (&String, &redan_model::lang::MapEntry<redan_model::lang::Change>)| Row {
        version: Some(version.clone()),
        on: entry.value.on.as_ref().map_or_else(String::new, |on| on.value.to_string()),
        by: entry.value.by.as_ref().map_or_else(String::new, |by| by.value.clone()),
        why: entry.value.why.as_ref().map_or_else(String::new, |why| why.value.clone()),
        commit: None,
        what: None,
        residual: None,
    };
    entries.map(row).collect()
}

/// "2 elements and 1 flow added, 3 fields changed; 4 threats new, 1 gone; residual risk 90 -> 120".
fn summary(change: &Change) -> String {
    let mut parts = Vec::new();
    let count = |what: fn(&EntryChange) -> usize| change.entries.iter().map(what).sum::<usize>();
    let mut say = |number: usize, one: &str, many: &str| {
        if number > 0 {
            parts.push(format!("{number} {}", if number == 1 { one } else { many }));
        }
    };
    say(count(|entry| usize::from(entry.what == What::Added)), "entry added", "entries added");
    say(count(|entry| usize::from(entry.what == What::Removed)), "entry removed", "entries removed");
    let fields = |entry: &EntryChange| if let What::Changed(fields) = &entry.what { fields.len() } else { 0 };
    say(count(fields), "field changed", "fields changed");
    let moved = |kind| change.threats.iter().filter(|threat| threat.kind() == kind).count();
    say(moved(ThreatMove::New), "threat new", "threats new");
    say(moved(ThreatMove::Gone), "threat gone", "threats gone");
    say(moved(ThreatMove::Settled), "threat settled otherwise", "threats settled otherwise");
    say(moved(ThreatMove::Rerated), "threat rated otherwise", "threats rated otherwise");
    say(change.controls.iter().filter(|control| control.is_loss()).count(), "control lost", "controls lost");
    let (before, after) = (change.before.residual, change.after.residual);
    if before != after {
        parts.push(format!("residual risk {before} -> {after}"));
    }
    if parts.is_empty() { "nothing but layout and comments".to_owned() } else { parts.join(", ") }
}

fn show(rows: &[Row], opened: &Opened, markdown: bool, session: &mut Session<'_>) -> io::Result<()> {
    let mut table = Table::new(&["on", "by", "why", "version", "what changed"]);
    for row in rows {
        let version = row.version.clone().unwrap_or_else(|| "-".to_owned());
        let what = row.what.clone().unwrap_or_else(|| "-".to_owned());
        table.row([row.on.clone().into(), row.by.clone().into(), row.why.clone().into(), version.into(), what.into()]);
    }
    let name = opened.loaded.model.name_of(Thing::Model).to_owned();
    let (width, color) = (session.terminal.width, session.terminal.color);
    let out = session.terminal.out();
    if table.is_empty() {
        return writeln!(out, "Nothing is recorded for {name}: it is in no commit yet and has no changelog.");
    }
    if markdown {
        writeln!(out, "## History\n")?;
        table.markdown(out)
    } else {
        writeln!(out, "{name} ({})", opened.shown)?;
        table.human(out, width, color)
    }
}
