//! `redan explain`: why a threat is what it is, and what would change that.

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::Style;
use clap::Args;
use redan_engine::analysis::Threat;
use redan_engine::explain::{Change, Explanation};
use redan_engine::fact::UsedFact;
use redan_model::Span;
use redan_report::fact::{fact_id, origin_words};
use redan_report::json::{self, ExplanationJson};
use redan_report::{Input, merged};

use crate::args::PlainFormat;
use crate::exit::{Exit, Outcome, usage};
use crate::filter::suggestion;
use crate::models;
use crate::session::Session;
use crate::table::wrap;
use crate::terminal::{Terminal, paint};

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
        PlainFormat::Human => show(&input, threat, &explanation, session.terminal)?,
        PlainFormat::Json => json::write(session.terminal.out(), &ExplanationJson::of(&input, &explanation))?,
    }
    Ok(Exit::Fine)
}

fn show(input: &Input<'_>, threat: &Threat, explanation: &Explanation, terminal: &mut Terminal) -> io::Result<()> {
    let (width, color) = (terminal.width.unwrap_or(100).min(100), terminal.color);
    let bold = |text: &str| paint(color, Style::new().bold(), text);
    let out = terminal.out();
    writeln!(out, "{}  {}", bold(&threat.id), threat.title)?;
    writeln!(out, "{}; {}; {}", threat.status.as_str(), rating(threat), place(input, Some(threat.location)))?;
    let why = merged::description(input, threat);
    if !why.is_empty() {
        writeln!(out)?;
        paragraphs(out, why, width)?;
    }
    conditions(input, explanation, out, &bold)?;
    if !explanation.chain.is_empty() {
        let chain: Vec<&str> = explanation.chain.iter().map(|thing| input.model.id_of(*thing)).collect();
        writeln!(out, "\n{}\n  {}", bold("How an attacker gets there"), chain.join(" > "))?;
    }
    if !threat.rating_reasons.is_empty() {
        writeln!(out, "\n{}\n  {}", bold("Why it is rated so"), threat.rating_reasons.join("\n  "))?;
    }
    decision(threat, out, &bold)?;
    changes(input, explanation, out, &bold)?;
    for rule in merged::rules(input, threat).take(1) {
        writeln!(out, "\n{}", bold("What to do"))?;
        paragraphs(out, &rule.fix, width)?;
    }
    Ok(())
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

fn conditions(input: &Input<'_>, explanation: &Explanation, out: &mut dyn Write, bold: &dyn Fn(&str) -> String) -> io::Result<()> {
    if !explanation.atoms.is_empty() {
        writeln!(out, "\n{}", bold("What makes it possible"))?;
    }
    for atom in &explanation.atoms {
        writeln!(out, "  {:<7}  {}", json::tri_word(atom.value), atom.text)?;
        for fact in &atom.facts {
            fact_line(input, fact, out)?;
        }
    }
    if !explanation.counters.is_empty() {
        writeln!(out, "\n{}", bold("What would counter it"))?;
    }
    for counter in &explanation.counters {
        writeln!(out, "  {:<7}  {} on {}", counter.fact.value, counter.control, input.model.id_of(counter.place))?;
        fact_line(input, &counter.fact, out)?;
    }
    Ok(())
}

fn fact_line(input: &Input<'_>, used: &UsedFact, out: &mut dyn Write) -> io::Result<()> {
    let id = fact_id(input.model, input.knowledge, used.fact);
    let origin = origin_words(input.model, &used.origin);
    writeln!(out, "           {id} = {} ({origin}) {}", used.value, place(input, used.span))
}

fn decision(threat: &Threat, out: &mut dyn Write, bold: &dyn Fn(&str) -> String) -> io::Result<()> {
    let Some(answer) = threat.answer.as_ref().filter(|answer| answer.because.is_some() || answer.until.is_some()) else { return Ok(()) };
    writeln!(out, "\n{}", bold("What has been decided"))?;
    let because = answer.because.as_deref().unwrap_or("no reason recorded");
    let owner = answer.owner.as_deref().map(|owner| format!(", by {owner}")).unwrap_or_default();
    let until = answer.until.map(|day| format!(", until {day}{}", if answer.expired { " (expired)" } else { "" })).unwrap_or_default();
    writeln!(out, "  {}: {because}{owner}{until}", threat.status.as_str())
}

fn changes(input: &Input<'_>, explanation: &Explanation, out: &mut dyn Write, bold: &dyn Fn(&str) -> String) -> io::Result<()> {
    if explanation.changes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", bold("What would change it"))?;
    for change in &explanation.changes {
        writeln!(out, "  redan set {}", change.assignments.join(" "))?;
        writeln!(out, "           {}  {}", outcome(change), place(input, change.span))?;
    }
    Ok(())
}

fn outcome(change: &Change) -> String {
    match (change.status, change.risk) {
        (None, _) => "it would no longer exist".to_owned(),
        (Some(status), Some(risk)) => format!("it would be {}, risk {risk}", status.as_str()),
        (Some(status), None) => format!("it would be {}", status.as_str()),
    }
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
