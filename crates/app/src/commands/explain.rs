//! `redan explain`: why a threat is what it is, and what would change that.

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::Style;
use clap::Args;
use redan_engine::analysis::{Status, Threat};
use redan_engine::explain::{Change, Explanation};
use redan_engine::expr::Tri;
use redan_engine::fact::UsedFact;
use redan_model::{Span, Thing};
use redan_report::fact::{fact_id, origin_words};
use redan_report::json::{self, ExplanationJson};
use redan_report::{Input, merged};

use crate::args::PlainFormat;
use crate::evidence::where_it_is;
use crate::exit::{Exit, Outcome, usage};
use crate::filter::suggestion;
use crate::models;
use crate::session::Session;
use crate::table::wrap;
use crate::terminal::{Terminal, paint};

/// Facts behind one condition that are shown at once.
const FACTS_SHOWN: usize = 4;
/// Findings that are shown of one threat.
const FINDINGS_SHOWN: usize = 10;

/// Arguments of `explain`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan explain T1
  redan explain shop.tm.yaml sql-injection@user-db
  redan explain credential-brute-force@auth --format json")]
pub(crate) struct ExplainArgs {
    /// The threat's id, and the model if there are several
    #[arg(value_name = "[MODEL] ID", required = true, num_args = 1..=2)]
    words: Vec<String>,
    /// The model
    #[arg(short, long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = PlainFormat::Human)]
    format: PlainFormat,
}

/// Runs `explain`.
pub(crate) fn run(args: &ExplainArgs, session: &mut Session<'_>) -> Outcome {
    let (model, ids) = models::split_one(&args.words)?;
    let [id] = &ids[..] else { return Err(usage("name the threat to explain; `redan threats` lists them")) };
    let opened = session.open_one(args.model.as_deref().or(model.as_deref()))?;
    let analysis = opened.analyse();
    let input = opened.input(&analysis);
    let found = redan_engine::explain(input.model, input.knowledge, input.policy, &opened.context(), &analysis, id);
    let (Some(explanation), Some(threat)) = (found, analysis.threat(id)) else {
        let near = suggestion(id, analysis.threats.iter().map(|threat| threat.id.as_str()));
        return Err(usage(format!("there is no threat `{id}` in {}{near}", opened.shown)));
    };
    match args.format {
        PlainFormat::Human => show(&input, threat, &explanation, session.common.verbose, session.terminal)?,
        PlainFormat::Json => json::write(session.terminal.out(), &ExplanationJson::of(&input, &explanation))?,
    }
    Ok(Exit::Fine)
}

fn show(input: &Input<'_>, threat: &Threat, explanation: &Explanation, verbose: bool, terminal: &mut Terminal) -> io::Result<()> {
    let (width, color) = (terminal.width.unwrap_or(100).min(100), terminal.color);
    let bold = |text: &str| paint(color, Style::new().bold(), text);
    let out = terminal.out();
    writeln!(out, "{}  {}", bold(&threat.id), threat.title)?;
    writeln!(out, "{}; {}; {}", status_words(threat.status), rating(threat), place(input, Some(threat.location)))?;
    let why = merged::description(input, threat);
    if !why.is_empty() {
        writeln!(out)?;
        paragraphs(out, why, width)?;
    }
    conditions(input, explanation, verbose, out, &bold)?;
    if !explanation.chain.is_empty() {
        writeln!(out, "\n{}\n  {}", bold("How an attacker gets there"), way(input, &explanation.chain))?;
    }
    if !threat.rating_reasons.is_empty() {
        writeln!(out, "\n{}\n  {}", bold("Why it is rated so"), threat.rating_reasons.join("\n  "))?;
    }
    found(input, threat, out, &bold)?;
    decision(threat, out, &bold)?;
    changes(input, threat, explanation, out, &bold)?;
    for rule in merged::rules(input, threat).take(1) {
        writeln!(out, "\n{}", bold("What to do"))?;
        paragraphs(out, &rule.fix, width)?;
    }
    Ok(())
}

/// A way through the system: `User Browser -- visit --> Web App`.
fn way(input: &Input<'_>, chain: &[Thing]) -> String {
    let step = |thing: &Thing| match thing {
        Thing::Flow(_) => format!(" -- {} --> ", input.model.name_of(*thing)),
        _ => input.model.name_of(*thing).to_owned(),
    };
    chain.iter().map(step).collect()
}

fn status_words(status: Status) -> &'static str {
    match status {
        Status::Question => "waits for an answer",
        other => other.as_str(),
    }
}

fn rating(threat: &Threat) -> String {
    let rating = &threat.rating;
    match (rating.likelihood, rating.impact, rating.risk, rating.band) {
        (Some(likelihood), Some(impact), Some(risk), Some(band)) => {
            format!("likelihood {likelihood} x impact {impact} = risk {risk}, {band}")
        }
        (.., Some(band)) => format!("{band}, as stated, without numbers"),
        _ => "not rated".to_owned(),
    }
}

fn conditions(
    input: &Input<'_>,
    explanation: &Explanation,
    verbose: bool,
    out: &mut dyn Write,
    bold: &dyn Fn(&str) -> String,
) -> io::Result<()> {
    if !explanation.atoms.is_empty() {
        writeln!(out, "\n{}", bold("What makes it possible"))?;
    }
    for atom in &explanation.atoms {
        writeln!(out, "  {:<7}  {}", tri_answer(atom.value), atom.sentence)?;
        if verbose {
            writeln!(out, "           rule: {}", atom.text)?;
        }
        let shown = if verbose { usize::MAX } else { FACTS_SHOWN };
        for fact in atom.facts.iter().take(shown) {
            fact_line(input, fact, out)?;
        }
        if atom.facts.len() > shown {
            writeln!(out, "           and {} more facts; -v shows them", atom.facts.len() - shown)?;
        }
    }
    if !explanation.counters.is_empty() {
        writeln!(out, "\n{}", bold("What would counter it"))?;
    }
    for counter in &explanation.counters {
        writeln!(out, "  {:<7}  {} on {}", counter.fact.value, control_name(input, &counter.control), input.model.spoken(counter.place))?;
        fact_line(input, &counter.fact, out)?;
    }
    Ok(())
}

fn fact_line(input: &Input<'_>, used: &UsedFact, out: &mut dyn Write) -> io::Result<()> {
    let id = fact_id(input.model, input.knowledge, used.fact);
    let origin = origin_words(input.model, &used.origin);
    writeln!(out, "           {id} = {} ({origin}) {}", used.value, place(input, used.span))
}

/// What tests and scanners found of it.
fn found(input: &Input<'_>, threat: &Threat, out: &mut dyn Write, bold: &dyn Fn(&str) -> String) -> io::Result<()> {
    let findings: Vec<_> = input.analysis.evidence.iter().flat_map(|evidence| evidence.of_threat(&threat.id)).collect();
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", bold("What was found of it"))?;
    for linked in findings.iter().take(FINDINGS_SHOWN) {
        let one = &linked.finding;
        let because = one.because.as_deref().map(|because| format!(", {because}")).unwrap_or_default();
        writeln!(out, "  {} ({}, {}{because}) {}", one.rule, one.severity.as_str(), one.status.as_str(), where_it_is(linked))?;
    }
    if findings.len() > FINDINGS_SHOWN {
        writeln!(out, "  and {} more: redan verify", findings.len() - FINDINGS_SHOWN)?;
    }
    Ok(())
}

fn decision(threat: &Threat, out: &mut dyn Write, bold: &dyn Fn(&str) -> String) -> io::Result<()> {
    let Some(answer) = threat.answer.as_ref().filter(|answer| answer.because.is_some() || answer.until.is_some()) else { return Ok(()) };
    writeln!(out, "\n{}", bold("What has been decided"))?;
    let because = answer.because.as_deref().unwrap_or("no reason recorded");
    let owner = answer.owner.as_deref().map(|owner| format!(", by {owner}")).unwrap_or_default();
    let until = answer.until.map(|day| format!(", until {day}{}", if answer.expired { " (expired)" } else { "" })).unwrap_or_default();
    writeln!(out, "  {}: {because}{owner}{until}", threat.status.as_str())
}

fn changes(
    input: &Input<'_>,
    threat: &Threat,
    explanation: &Explanation,
    out: &mut dyn Write,
    bold: &dyn Fn(&str) -> String,
) -> io::Result<()> {
    if explanation.changes.is_empty() {
        return Ok(());
    }
    let (opens, clears): (Vec<&Change>, Vec<&Change>) = explanation.changes.iter().partition(|change| change.status == Some(Status::Open));
    for (title, list) in [("What would clear it", clears), ("What would make it certain", opens)] {
        if !list.is_empty() {
            writeln!(out, "\n{}", bold(title))?;
        }
        for change in list {
            writeln!(out, "  {}: {}  {}", change.sentence, outcome(threat, change), place(input, change.span))?;
            writeln!(out, "           redan set {}", change.assignments.join(" "))?;
        }
    }
    Ok(())
}

/// What a change makes of the threat and of its risk.
fn outcome(threat: &Threat, change: &Change) -> String {
    let risk = match (threat.residual.current, change.risk) {
        (Some(now), Some(then)) if now == then => format!(", risk {then}"),
        (Some(now), Some(then)) => format!(", risk {now} becomes {then}"),
        (None, Some(then)) => format!(", risk {then}"),
        (_, None) => String::new(),
    };
    match change.status {
        None => "then it does not exist".to_owned(),
        Some(status) => format!("then it is {}{risk}", status.as_str()),
    }
}

/// Whether a condition holds, as an answer.
fn tri_answer(value: Tri) -> &'static str {
    match value {
        Tri::Yes => "yes",
        Tri::No => "no",
        Tri::Unknown => "unknown",
    }
}

fn control_name<'a>(input: &'a Input<'_>, id: &'a str) -> &'a str {
    input.knowledge.catalogue.controls.get(id).map_or(id, |control| control.name.as_str())
}

fn place(input: &Input<'_>, span: Option<Span>) -> String {
    span.map(|span| input.sources.locate(span)).map_or_else(String::new, |at| format!("{}:{}:{}", at.file, at.line, at.column))
}

fn paragraphs(out: &mut dyn Write, text: &str, width: usize) -> io::Result<()> {
    for (i, paragraph) in text.trim().split("\n\n").enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        for line in wrap(paragraph, width.saturating_sub(2)) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}
