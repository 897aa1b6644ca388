//! `redan checklist`: the ten points of the guide, each computed from the model.

use std::collections::BTreeSet;
use std::io;

use anstyle::{AnsiColor, Style};
use clap::Args;
use redan_engine::checklist::{ChecklistItem, History, ItemState, Surroundings, checklist, issues_of};
use redan_model::Files;
use redan_report::json::{self, ChecklistItemJson, ModelJson};
use serde::Serialize;

use super::review::unversioned;
use crate::args::{Models, StateFormat};
use crate::evidence;
use crate::exit::{Exit, Outcome};
use crate::git::Git;
use crate::human;
use crate::project::FilesBelow;
use crate::session::{Opened, Session};
use crate::terminal::paint;

/// The ending of the file beside a model that remembers which issue stands for which task.
const ISSUES: &str = ".backlog.yaml";
/// Commits that are counted.
const MOST_COMMITS: usize = 1000;

/// Arguments of `checklist`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan checklist
  redan checklist --format md")]
pub(crate) struct ChecklistArgs {
    #[command(flatten)]
    models: Models,
    /// How to show it
    #[arg(long, value_enum, default_value_t = StateFormat::Human)]
    format: StateFormat,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    checklist: Vec<ChecklistItemJson<'a>>,
}

/// Runs `checklist`.
pub(crate) fn run(args: &ChecklistArgs, session: &mut Session<'_>) -> Outcome {
    let models = session.open(&args.models.models)?;
    let mut lists: Vec<(&Opened, [ChecklistItem; 10])> = Vec::new();
    for model in &models {
        let around = Surroundings { history: history(model, session)?, issues: issues(model) };
        lists.push((model, checklist(&model.loaded.model, &model.analyse(), &around)));
    }
    match args.format {
        StateFormat::Human => lists.iter().try_for_each(|(model, items)| show(model, items, session))?,
        StateFormat::Json => {
            let documents: Vec<Document<'_>> = lists
                .iter()
                .map(|(model, items)| Document {
                    version: 1,
                    model: ModelJson::of(&model.loaded.model, &model.loaded.sources),
                    checklist: items.iter().map(ChecklistItemJson::of).collect(),
                })
                .collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
        StateFormat::Md => lists.iter().try_for_each(|(model, items)| markdown(model, items, session))?,
    }
    Ok(Exit::Fine)
}

/// What git knows of a model: its commits, and what changed since it got its version.
fn history(model: &Opened, session: &mut Session<'_>) -> anyhow::Result<Option<History>> {
    let Some(git) = Git::at(&model.project.root) else { return Ok(None) };
    let commits = git.main_line(&model.below, MOST_COMMITS).unwrap_or_default().len();
    let Some(version) = &model.loaded.model.root.version else { return Ok(Some(History { commits, unversioned: Vec::new() })) };
    let text = model.loaded.sources.get(model.loaded.model.file).text();
    let line = text.get(version.span.range()).map(|value| format!("version: {value}"));
    let since = line.filter(|_| !git.is_shallow()).and_then(|line| git.brought(&line, &model.below));
    let unversioned = since.map(|commit| unversioned(model, &git, &commit, session)).transpose()?.unwrap_or_default();
    Ok(Some(History { commits, unversioned }))
}

/// The tasks with an issue, as the file beside the model remembers them.
fn issues(model: &Opened) -> Option<BTreeSet<String>> {
    let beside = evidence::beside(&model.below);
    let path = format!("{}{ISSUES}", beside.strip_suffix(evidence::ENDING)?);
    let bytes = FilesBelow::new(&model.project.root).read(&path).ok()?;
    issues_of(&String::from_utf8_lossy(&bytes))
}

fn show(model: &Opened, items: &[ChecklistItem], session: &mut Session<'_>) -> io::Result<()> {
    human::heading(model, session.terminal)?;
    let color = session.terminal.color;
    let out = session.terminal.out();
    for item in items {
        let word = format!("{:<12}", item.state.as_str());
        writeln!(out, "\n  {}  {}", paint(color, style(item.state), &word), item.title)?;
        for found in &item.found {
            writeln!(out, "                {found}")?;
        }
        for missing in &item.missing {
            writeln!(out, "                missing: {missing}")?;
        }
    }
    let done = items.iter().filter(|item| item.state == ItemState::Done).count();
    writeln!(out, "\n{done} of {} done", items.len())
}

fn style(state: ItemState) -> Style {
    match state {
        ItemState::Done => AnsiColor::Green.on_default(),
        ItemState::Partial => AnsiColor::Yellow.on_default(),
        ItemState::Missing => AnsiColor::Red.on_default(),
        ItemState::NotRecorded => Style::new().dimmed(),
    }
}

fn markdown(model: &Opened, items: &[ChecklistItem], session: &mut Session<'_>) -> io::Result<()> {
    let name = model.loaded.model.name_of(redan_model::Thing::Model);
    let out = session.terminal.out();
    writeln!(out, "## Checklist: {name}\n")?;
    for item in items {
        let mark = if item.state == ItemState::Done { "x" } else { " " };
        let note = if item.state == ItemState::Done { String::new() } else { format!(" ({})", item.state.as_str()) };
        writeln!(out, "- [{mark}] {}{note}", item.title)?;
        for missing in &item.missing {
            writeln!(out, "  - missing: {missing}")?;
        }
    }
    writeln!(out)
}
