//! `redan ask`: the questions one by one, each answer written into the model at once.
//!
//! It can be stopped at any question and started again: what was answered is in the file, and only there.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::PathBuf;

use clap::Args;
use redan_engine::Analysis;
use redan_engine::analysis::Question;
use redan_engine::fact::FactKey;
use redan_model::edit::Edit;
use redan_model::{Thing, ZoneIx};

use crate::args::PlainFormat;
use crate::exit::{Exit, Outcome};
use crate::session::{Opened, Session};
use crate::terminal::Terminal;
use crate::{atomic, edits, human};

use super::questions;

/// Arguments of `ask`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Answers: y(es), n(o), p(artly), u(nknown), s(kip), q(uit), or a value such as https.

Examples:
  redan ask
  printf 'y\\nn\\nq\\n' | redan ask shop.tm.yaml
  redan ask --format json            the questions, without asking them")]
pub(crate) struct AskArgs {
    /// The model; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Ask on the terminal, or print the questions as JSON
    #[arg(long, value_enum, default_value_t = PlainFormat::Human)]
    format: PlainFormat,
}

/// What somebody answered.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Value(String),
    Skip,
    Quit,
}

/// Runs `ask`.
pub(crate) fn run(args: &AskArgs, session: &mut Session<'_>) -> Outcome {
    let mut opened = session.open_one(args.model.as_deref())?;
    if args.format == PlainFormat::Json {
        return questions::json_of(&opened, session);
    }
    opened.own()?;
    let mut skipped = BTreeSet::new();
    loop {
        let analysis = opened.analyse();
        let Some(question) = analysis.questions.iter().find(|question| !skipped.contains(&question.id)) else {
            writeln!(session.terminal.out(), "\n{}", human::summary(&analysis))?;
            session.terminal.note("Nothing is left to ask.");
            return Ok(Exit::Fine);
        };
        match ask(&analysis, question, session)? {
            Answer::Quit => {
                writeln!(session.terminal.out(), "\n{}", human::summary(&analysis))?;
                return Ok(Exit::Fine);
            }
            Answer::Skip => {
                skipped.insert(question.id.clone());
            }
            Answer::Value(value) => {
                let mut ids = vec![question.id.clone()];
                ids.extend(same_for(&opened, &analysis, question, &value, session)?);
                if value == "unknown" {
                    skipped.extend(ids.iter().cloned());
                }
                if let Some(changed) = write(&opened, &ids, &value, session)? {
                    opened = changed;
                }
            }
        }
    }
}

fn ask(analysis: &Analysis, question: &Question, session: &mut Session<'_>) -> anyhow::Result<Answer> {
    let out = session.terminal.out();
    let settles = question.settles.len();
    writeln!(out, "\n{}", question.text)?;
    writeln!(out, "  {}", question.hint)?;
    let waiting = analysis.count(redan_engine::Status::Question);
    writeln!(out, "  {} = ?   risk at stake {}, settles {settles} of {waiting} waiting threats", question.id, question.risk)?;
    loop {
        let choices = if is_state(question) { "y/n/partly/unknown/skip/quit" } else { "a value/unknown/skip/quit" };
        match read_answer(&format!("[{choices}] "), session.terminal)? {
            None => return Ok(Answer::Quit),
            Some(line) => match understand(question, &line) {
                Some(answer) => return Ok(answer),
                None => session.terminal.note("Please answer with one of the words in brackets."),
            },
        }
    }
}

/// One line, or nothing when there are no more.
fn read_answer(prompt: &str, terminal: &mut Terminal) -> anyhow::Result<Option<String>> {
    write!(terminal.out(), "{prompt}")?;
    terminal.out().flush()?;
    let mut line = String::new();
    let read = Terminal::input().read_line(&mut line)?;
    if !terminal.interactive {
        writeln!(terminal.out(), "{}", line.trim())?;
    }
    Ok((read > 0).then(|| line.trim().to_owned()))
}

fn is_state(question: &Question) -> bool {
    matches!(question.fact.key, FactKey::Control(_) | FactKey::Trait(_))
}

fn understand(question: &Question, line: &str) -> Option<Answer> {
    let word = line.to_lowercase();
    let value = |value: &str| Some(Answer::Value(value.to_owned()));
    match word.as_str() {
        "q" | "quit" => Some(Answer::Quit),
        "" | "s" | "skip" => Some(Answer::Skip),
        "u" | "unknown" | "?" => value("unknown"),
        "y" | "yes" | "true" if is_state(question) => value("yes"),
        "n" | "no" | "false" if is_state(question) => value("no"),
        "p" | "partly" | "partial" if matches!(question.fact.key, FactKey::Control(_)) => value("partial"),
        _ if is_state(question) => None,
        _ => value(line),
    }
}

/// The same question about other things in the same zone, if one answer is to hold for all of them.
fn same_for(
    opened: &Opened,
    analysis: &Analysis,
    question: &Question,
    value: &str,
    session: &mut Session<'_>,
) -> anyhow::Result<Vec<String>> {
    let Some(zone) = zone_of(opened, question.fact.thing).filter(|_| is_state(question)) else { return Ok(Vec::new()) };
    let others: Vec<&Question> = analysis
        .questions
        .iter()
        .filter(|other| other.id != question.id && other.path == question.path && zone_of(opened, other.fact.thing) == Some(zone))
        .collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let model = &opened.loaded.model;
    let names: Vec<&str> = others.iter().map(|other| model.id_of(other.fact.thing)).collect();
    let zone = model.id_of(Thing::Zone(zone));
    let prompt = format!("  {value} for the {} others in zone {zone} as well ({})? [y/n] ", others.len(), names.join(", "));
    let same = read_answer(&prompt, session.terminal)?.is_some_and(|line| ["y", "yes"].contains(&line.to_lowercase().as_str()));
    Ok(if same { others.into_iter().map(|other| other.id.clone()).collect() } else { Vec::new() })
}

fn zone_of(opened: &Opened, thing: Thing) -> Option<ZoneIx> {
    match thing {
        Thing::Element(ix) => opened.loaded.model[ix].zones.first().copied(),
        _ => None,
    }
}

/// Writes an answer; an answer that breaks the model is shown, not written, and asked for again.
fn write(opened: &Opened, ids: &[String], value: &str, session: &mut Session<'_>) -> anyhow::Result<Option<Opened>> {
    let changes: Vec<Edit> = ids.iter().map(|id| Edit::Set { path: id.clone(), value: value.to_owned() }).collect();
    let edited = match edits::make(opened, &changes) {
        Ok(edited) => edited,
        Err(error) => {
            session.terminal.note_error(&format!("{error:#}"));
            return Ok(None);
        }
    };
    let errors = edited.new_errors(opened);
    if !errors.is_empty() {
        for error in errors {
            session.show_diagnostics(std::slice::from_ref(error), &edited.model.loaded.sources);
        }
        return Ok(None);
    }
    atomic::write(&opened.path, edited.new.as_bytes())?;
    Ok(Some(edited.model))
}
