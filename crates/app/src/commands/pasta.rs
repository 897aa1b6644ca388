//! `redan pasta`: the model as the seven stages of PASTA, each with what it can use and what it lacks.

use std::io;

use anstyle::{AnsiColor, Style};
use clap::Args;
use redan_report::json::{self, ModelJson, StageJson};
use redan_report::pasta::{Given, Lack, Stage, stages};
use serde::Serialize;

use crate::args::{Models, StateFormat};
use crate::exit::{Exit, Outcome};
use crate::human;
use crate::session::{Opened, Session};
use crate::terminal::paint;

/// Ids and fields of one kind in a line; `-v` shows all.
const SHOWN: usize = 6;

/// Arguments of `pasta`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan pasta
  redan pasta -v                     every id and every missing field
  redan pasta --format json")]
pub(crate) struct PastaArgs {
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
    stages: Vec<StageJson<'a>>,
}

/// Runs `pasta`.
pub(crate) fn run(args: &PastaArgs, session: &mut Session<'_>) -> Outcome {
    let models = session.open(&args.models.models)?;
    let all: Vec<(&Opened, [Stage; 7])> = models.iter().map(|model| (model, stages(&model.input(&model.analyse())))).collect();
    match args.format {
        StateFormat::Human => all.iter().try_for_each(|(model, stages)| show(model, stages, session))?,
        StateFormat::Json => {
            let documents: Vec<Document<'_>> = all
                .iter()
                .map(|(model, stages)| Document {
                    version: 1,
                    model: ModelJson::of(&model.loaded.model, &model.loaded.sources),
                    stages: stages.iter().map(StageJson::of).collect(),
                })
                .collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
        StateFormat::Md => all.iter().try_for_each(|(model, stages)| markdown(model, stages, session))?,
    }
    Ok(Exit::Fine)
}

fn show(model: &Opened, stages: &[Stage], session: &mut Session<'_>) -> io::Result<()> {
    human::heading(model, session.terminal)?;
    let color = session.terminal.color;
    let shown = if session.common.verbose { usize::MAX } else { SHOWN };
    let out = session.terminal.out();
    for stage in stages {
        let word = format!("{:<8}", stage.state());
        writeln!(out, "\n  {}  {}. {}", paint(color, style(stage.state()), &word), stage.number, stage.name)?;
        for (kind, ids) in by_kind(&stage.inputs) {
            writeln!(out, "            {kind}: {}", some(&ids, shown))?;
        }
        for (what, fields) in by_what(&stage.missing) {
            writeln!(out, "            missing: {} ({what})", some(&fields, shown))?;
        }
    }
    writeln!(out)
}

fn style(state: &str) -> Style {
    match state {
        "done" => AnsiColor::Green.on_default(),
        "partial" => AnsiColor::Yellow.on_default(),
        _ => AnsiColor::Red.on_default(),
    }
}

/// Ids under their kind, in the order in which kinds come up.
fn by_kind(inputs: &[Given]) -> Vec<(&'static str, Vec<&str>)> {
    grouped(inputs.iter().map(|given| (given.kind, given.id.as_str())))
}

fn by_what(missing: &[Lack]) -> Vec<(&'static str, Vec<&str>)> {
    grouped(missing.iter().map(|lack| (lack.what, lack.field.as_str())))
}

fn grouped<'a>(pairs: impl Iterator<Item = (&'static str, &'a str)>) -> Vec<(&'static str, Vec<&'a str>)> {
    let mut groups: Vec<(&'static str, Vec<&'a str>)> = Vec::new();
    for (name, item) in pairs {
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, items)) => items.push(item),
            None => groups.push((name, vec![item])),
        }
    }
    groups
}

/// The first few of a list, and how many more there are.
fn some(items: &[&str], most: usize) -> String {
    let first = items.iter().take(most).copied().collect::<Vec<_>>().join(", ");
    if items.len() > most { format!("{first} and {} more", items.len() - most) } else { first }
}

fn markdown(model: &Opened, stages: &[Stage], session: &mut Session<'_>) -> io::Result<()> {
    let name = model.loaded.model.name_of(redan_model::Thing::Model);
    let out = session.terminal.out();
    writeln!(out, "## PASTA: {name}")?;
    for stage in stages {
        writeln!(out, "\n### {}. {} ({})\n", stage.number, stage.name, stage.state())?;
        for (kind, ids) in by_kind(&stage.inputs) {
            writeln!(out, "- {kind}: {}", ids.iter().map(|id| code(id)).collect::<Vec<_>>().join(", "))?;
        }
        for (what, fields) in by_what(&stage.missing) {
            writeln!(out, "- **missing**, {what}: {}", fields.iter().map(|field| code(field)).collect::<Vec<_>>().join(", "))?;
        }
    }
    writeln!(out)
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', ""))
}
