//! A plan for a tracker as text and as JSON.

use anyhow::Result;
use redan_report::json::{self, ModelJson};
use redan_tracker::{Action, Done, Step};
use serde::Serialize;

use super::{SyncArgs, Synced};
use crate::args::PlainFormat;
use crate::session::Session;
use crate::sync::{Place, links_beside};
use crate::table::Table;

const ACTIONS: [Action; 6] = [Action::Create, Action::Update, Action::Close, Action::Reopen, Action::Nothing, Action::Conflict];

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    tracker: &'static str,
    project: &'a str,
    applied: bool,
    counts: serde_json::Map<String, serde_json::Value>,
    steps: Vec<StepJson<'a>>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    action: &'static str,
    task: &'a str,
    title: &'a str,
    issue: Option<&'a str>,
    url: Option<&'a str>,
    reason: &'a str,
    written: bool,
}

/// Shows what is to be done, or what was done.
pub(super) fn show(args: &SyncArgs, session: &mut Session<'_>, place: &Place, synced: &[Synced<'_>]) -> Result<()> {
    match args.format {
        PlainFormat::Human => synced.iter().try_for_each(|one| human(session, place, one))?,
        PlainFormat::Json => {
            let documents: Vec<Document<'_>> = synced.iter().map(|one| document(args, place, one)).collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
    }
    let all = || synced.iter().flat_map(|one| &one.steps);
    let planned = all().filter(|(step, _)| step.write.is_some()).count();
    let written = all().filter(|(_, done)| is_written(done.as_ref())).count();
    session.terminal.note(&match (args.apply, planned) {
        (false, 0) => "nothing to write".to_owned(),
        (false, _) => "not written: this is only the plan; --apply carries it out".to_owned(),
        (true, _) => format!("{written} of {planned} steps written"),
    });
    if all().any(|(_, done)| *done == Some(Done::Overtaken)) {
        session.terminal.note("some issues were changed by somebody at the same time and left alone; run the same command again");
    }
    Ok(())
}

fn is_written(done: Option<&Done>) -> bool {
    matches!(done, Some(Done::Made(_) | Done::Changed))
}

fn human(session: &mut Session<'_>, place: &Place, one: &Synced<'_>) -> Result<()> {
    let count = |action: &Action| one.steps.iter().filter(|(step, _)| step.action == *action).count();
    let counts: Vec<String> = ACTIONS
        .iter()
        .filter(|action| count(action) > 0)
        .map(|action| format!("{} {}", count(action), if *action == Action::Nothing { "as they are" } else { action.as_str() }))
        .collect();
    let counts = if counts.is_empty() { "nothing to do".to_owned() } else { counts.join(", ") };
    let mut table = Table::new(&["step", "issue", "title", "why"]);
    for (step, done) in one.steps.iter().filter(|(step, _)| step.notable) {
        let word = match (step.action, done) {
            (Action::Nothing, _) => "leave",
            (_, Some(Done::Overtaken)) => "overtaken",
            (action, _) => action.as_str(),
        };
        table.row([word.into(), issue(step, done.as_ref()).into(), step.title.clone().into(), step.reason.clone().into()]);
    }
    let (width, color) = (session.terminal.width, session.terminal.color);
    let out = session.terminal.out();
    writeln!(out, "{} in {} {}: {counts}", one.model.loaded.model.id, place.kind, place.project)?;
    if !table.is_empty() {
        writeln!(out)?;
        table.human(out, width, color)?;
        writeln!(out)?;
    }
    if one.steps.iter().any(|(_, done)| is_written(done.as_ref())) {
        session.terminal.note(&format!("issues are remembered in {}", links_beside(&one.model.shown)));
    }
    Ok(())
}

/// The issue of a step, also of one that was just made.
fn issue(step: &Step, done: Option<&Done>) -> String {
    match (done, &step.issue) {
        (Some(Done::Made(made)), _) => made.key.clone(),
        (_, issue) => issue.clone().unwrap_or_default(),
    }
}

fn document<'a>(args: &SyncArgs, place: &'a Place, one: &'a Synced<'_>) -> Document<'a> {
    let count = |action: &Action| one.steps.iter().filter(|(step, _)| step.action == *action).count();
    let step = |(step, done): &'a (Step, Option<Done>)| {
        let made = match done {
            Some(Done::Made(made)) => Some(made),
            _ => None,
        };
        StepJson {
            action: step.action.as_str(),
            task: &step.task,
            title: &step.title,
            issue: made.map(|made| made.key.as_str()).or(step.issue.as_deref()),
            url: made.map(|made| made.url.as_str()).or(step.url.as_deref()),
            reason: &step.reason,
            written: is_written(done.as_ref()),
        }
    };
    Document {
        version: 1,
        model: ModelJson::of(&one.model.loaded.model, &one.model.loaded.sources),
        tracker: place.kind,
        project: &place.project,
        applied: args.apply,
        counts: ACTIONS.iter().map(|action| (action.as_str().to_owned(), count(action).into())).collect(),
        steps: one.steps.iter().map(step).collect(),
    }
}
