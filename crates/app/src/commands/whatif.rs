//! `redan whatif`: what would change if facts were different or mitigations were in place. Nothing is written.

use std::io;
use std::path::PathBuf;

use clap::Args;
use redan_engine::Analysis;
use redan_engine::analysis::{Status, Threat};
use redan_model::edit::Edit;
use redan_report::json::{self, CountsJson, ModelJson};
use serde::Serialize;

use crate::args::PlainFormat;
use crate::edits;
use crate::exit::{Exit, Failure, Outcome, usage};
use crate::filter::suggestion;
use crate::human;
use crate::models;
use crate::session::{Opened, Session};
use crate::table::Table;

use super::set::assignment;

/// Arguments of `whatif`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan whatif web-app.controls.rate-limiting=yes
  redan whatif rate-limit-login adaptive-mfa         as if these mitigations were in place
  redan whatif shop.tm.yaml visit.protocol=http --format json")]
pub(crate) struct WhatifArgs {
    /// Facts with other values, and mitigations that would be in place; the model if there are several
    #[arg(value_name = "FACT=VALUE|MITIGATION", required = true)]
    words: Vec<String>,
    /// The model
    #[arg(short, long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = PlainFormat::Human)]
    format: PlainFormat,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    before: CountsJson,
    after: CountsJson,
    /// The sum of the risks that are left.
    residual: ResidualJson,
    changes: Vec<ChangedJson<'a>>,
}

#[derive(Serialize)]
struct ResidualJson {
    before: u32,
    after: u32,
}

#[derive(Serialize)]
struct ChangedJson<'a> {
    id: &'a str,
    title: &'a str,
    before: Option<SideJson>,
    after: Option<SideJson>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct SideJson {
    status: &'static str,
    risk: Option<u8>,
    band: Option<&'static str>,
    residual: Option<u8>,
}

impl SideJson {
    fn of(threat: &Threat) -> Self {
        let band = threat.rating.band.map(redan_model::lang::Band::as_str);
        Self { status: threat.status.as_str(), risk: threat.rating.risk, band, residual: threat.residual.current }
    }

    fn words(&self) -> String {
        match (self.risk, self.band) {
            (Some(risk), Some(_)) if self.residual.is_some_and(|left| left != risk) => {
                format!("{}, {} of {risk} left", self.status, self.residual.unwrap_or_default())
            }
            (Some(risk), Some(band)) => format!("{}, {risk} {band}", self.status),
            (None, Some(band)) => format!("{}, {band}", self.status),
            _ => self.status.to_owned(),
        }
    }
}

/// Runs `whatif`.
pub(crate) fn run(args: &WhatifArgs, session: &mut Session<'_>) -> Outcome {
    let (model, words) = models::split_one(&args.words)?;
    let opened = session.open_one(args.model.as_deref().or(model.as_deref()))?;
    let changes: Vec<Edit> = words.iter().map(|word| wanted(&opened, word)).collect::<anyhow::Result<Vec<_>>>()?.concat();
    if changes.is_empty() {
        return Err(usage("say what would be different, such as web-app.controls.rate-limiting=yes"));
    }
    let edited = edits::make(&opened, &changes)?;
    if !edited.model.loaded.is_valid() {
        session.show_diagnostics(&edited.model.loaded.diagnostics, &edited.model.loaded.sources);
        return Err(Failure::Reported.into());
    }
    let (before, after) = (opened.analyse(), edited.model.analyse());
    let document = Document {
        version: 1,
        model: ModelJson::of(&opened.loaded.model, &opened.loaded.sources),
        before: CountsJson::of(&before),
        after: CountsJson::of(&after),
        residual: ResidualJson { before: left(&before), after: left(&after) },
        changes: changed(&before, &after),
    };
    match args.format {
        PlainFormat::Human => show(&document, &before, &after, session)?,
        PlainFormat::Json => json::write(session.terminal.out(), &document)?,
    }
    Ok(Exit::Fine)
}

/// A fact with a value, or a mitigation as if it were in place.
///
/// What the mitigation makes true replaces what the model says of it today, because both at once would be a conflict.
fn wanted(opened: &Opened, word: &str) -> anyhow::Result<Vec<Edit>> {
    if word.contains('=') {
        return Ok(vec![assignment(word)?]);
    }
    let known = &opened.loaded.model.root.mitigations.entries;
    if known.contains_key(word) {
        let done = Edit::Set { path: format!("mitigations.{word}.status"), value: "implemented".to_owned() };
        return Ok(edits::makes_true(opened, word).into_iter().chain([done]).collect());
    }
    Err(usage(format!("`{word}` is neither FACT=VALUE nor a mitigation{}", suggestion(word, known.keys().map(String::as_str)))))
}

/// The risk that is left of everything that is known to exist, as `redan plan` counts it.
fn left(analysis: &Analysis) -> u32 {
    let known = analysis.threats.iter().filter(|threat| matches!(threat.status, Status::Open | Status::Mitigated));
    known.filter_map(|threat| threat.residual.current).map(u32::from).sum()
}

fn changed<'a>(before: &'a Analysis, after: &'a Analysis) -> Vec<ChangedJson<'a>> {
    let find = |analysis: &'a Analysis, id: &str| analysis.threats.iter().find(|threat| threat.id == id);
    let kept = before.threats.iter().map(|threat| (threat, Some(SideJson::of(threat)), find(after, &threat.id).map(SideJson::of)));
    let new =
        after.threats.iter().filter(|threat| find(before, &threat.id).is_none()).map(|threat| (threat, None, Some(SideJson::of(threat))));
    let different = kept.chain(new).filter(|(_, before, after)| before != after);
    different.map(|(threat, before, after)| ChangedJson { id: &threat.id, title: &threat.title, before, after }).collect()
}

fn show(document: &Document<'_>, before: &Analysis, after: &Analysis, session: &mut Session<'_>) -> io::Result<()> {
    let mut table = Table::new(&["threat", "now", "then", "id"]);
    for change in &document.changes {
        let words = |side: &Option<SideJson>| side.as_ref().map_or_else(|| "not there".to_owned(), SideJson::words);
        table.row([change.title.into(), words(&change.before).into(), words(&change.after).into(), change.id.into()]);
    }
    if table.is_empty() {
        writeln!(session.terminal.out(), "Nothing would change: {}", human::summary(before))?;
        return Ok(());
    }
    let (width, color) = (session.terminal.width, session.terminal.color);
    table.human(session.terminal.out(), width, color)?;
    let ResidualJson { before: now, after: then } = document.residual;
    let (before, after) = (human::summary(before), human::summary(after));
    writeln!(session.terminal.out(), "\nnow   {before}; risk left {now}\nthen  {after}; risk left {then}")
}
