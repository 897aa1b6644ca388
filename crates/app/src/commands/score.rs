//! `redan score`: what a CVSS vector is worth, and what its metrics say.

use std::io::{BufRead, Read};

use anstyle::Style;
use clap::Args;
use redan_engine::score::cvss::{self, Score};
use redan_engine::score::cvss_band;
use redan_model::lang::cvss::Vector;
use redan_report::json::{self, VectorJson};
use redan_report::pictures::scores;
use serde::Serialize;

use crate::exit::{Exit, Outcome, usage};
use crate::session::Session;
use crate::table::Table;
use crate::terminal::{Terminal, paint};

/// A longer line is no vector.
const MOST_BYTES: u64 = 64 * 1024;

/// Arguments of `score`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan score CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
  redan score AV:N/AC:L/Au:N/C:P/I:P/A:P --format json
  redan score AV:N/AC:L/Au:N/C:P/I:P/A:P --format svg -o score.svg
  redan score --stdin < vectors.txt                one score a line

The score is the environmental one where such metrics are given, else that with threat metrics, else the base score.")]
pub(crate) struct ScoreArgs {
    /// CVSS vectors of version 2.0, 3.0, 3.1 or 4.0
    #[arg(value_name = "VECTOR", required_unless_present = "stdin", conflicts_with = "stdin")]
    vectors: Vec<String>,
    /// Read one vector a line from standard input, and print one score a line
    #[arg(long)]
    stdin: bool,
    /// How to show them
    #[arg(long, value_enum, default_value_t = ScoreFormat::Human)]
    format: ScoreFormat,
}

/// How scores can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ScoreFormat {
    /// Text for people
    Human,
    /// JSON, version 1
    Json,
    /// A picture of the scores on their scale
    Svg,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    vectors: Vec<VectorJson<'a>>,
}

/// Runs `score`.
pub(crate) fn run(args: &ScoreArgs, session: &mut Session<'_>) -> Outcome {
    if args.stdin {
        if args.format == ScoreFormat::Svg {
            return Err(usage("a picture shows vectors of the command line; leave out --stdin"));
        }
        return stream(args.format, session.terminal);
    }
    let scored: Vec<(Vector, Score)> = args.vectors.iter().map(|text| scored(text)).collect::<anyhow::Result<_>>()?;
    match args.format {
        ScoreFormat::Json => {
            let vectors = scored.iter().map(|(vector, score)| VectorJson::of(vector, score)).collect();
            json::write(session.terminal.out(), &Document { version: 1, vectors })?;
        }
        ScoreFormat::Svg => {
            let shown: Vec<(&str, &Score)> = scored.iter().map(|(vector, score)| (vector.text.as_str(), score)).collect();
            writeln!(session.terminal.out(), "{}", scores(&shown))?;
        }
        ScoreFormat::Human => {
            for (at, (vector, score)) in scored.iter().enumerate() {
                if at > 0 {
                    writeln!(session.terminal.out())?;
                }
                show(vector, score, session.terminal)?;
            }
        }
    }
    Ok(Exit::Fine)
}

fn scored(text: &str) -> anyhow::Result<(Vector, Score)> {
    let vector = Vector::parse(text).map_err(|fault| usage(fault.to_string()))?;
    let score = cvss::score(&vector).map_err(|fault| usage(fault.to_string()))?;
    Ok((vector, score))
}

/// One line in, one line out. A line that is no vector is named on standard error, and the others are still scored.
fn stream(format: ScoreFormat, terminal: &mut Terminal) -> Outcome {
    let mut input = Terminal::input();
    let mut line = Vec::new();
    let mut exit = Exit::Fine;
    for number in 1_usize.. {
        line.clear();
        if (&mut input).take(MOST_BYTES).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.last() != Some(&b'\n') && line.len() as u64 == MOST_BYTES {
            return Err(usage(format!("line {number}: longer than any vector")));
        }
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            continue;
        }
        if let Err(fault) = one(&text, format, terminal)? {
            terminal.note_error(&format!("line {number}: {fault}"));
            exit = Exit::Invalid;
        }
    }
    Ok(exit)
}

/// Scores one line; the inner error is what is wrong with it.
fn one(text: &str, format: ScoreFormat, terminal: &mut Terminal) -> anyhow::Result<Result<(), String>> {
    let vector = match Vector::parse(text) {
        Ok(vector) => vector,
        Err(fault) => return Ok(Err(fault.to_string())),
    };
    match format {
        ScoreFormat::Human | ScoreFormat::Svg => match cvss::value(&vector) {
            Ok(value) => writeln!(terminal.out(), "{value:.1}")?,
            Err(fault) => return Ok(Err(fault.to_string())),
        },
        ScoreFormat::Json => match cvss::score(&vector) {
            Ok(score) => {
                serde_json::to_writer(terminal.out(), &VectorJson::of(&vector, &score))?;
                writeln!(terminal.out())?;
            }
            Err(fault) => return Ok(Err(fault.to_string())),
        },
    }
    Ok(Ok(()))
}

fn show(vector: &Vector, score: &Score, terminal: &mut Terminal) -> anyhow::Result<()> {
    let (width, color) = (terminal.width, terminal.color);
    let out = terminal.out();
    writeln!(out, "{}", paint(color, Style::new().bold(), &vector.text))?;
    let mut parts = vec![format!("base {:.1}", score.base)];
    let threat = if vector.version == redan_model::lang::cvss::Version::V40 { "threat" } else { "temporal" };
    parts.extend(score.stated_threat().map(|value| format!("{threat} {value:.1}")));
    parts.extend(score.stated_environmental().map(|value| format!("environmental {value:.1}")));
    writeln!(out, "CVSS {}: {:.1} {} ({})\n", vector.version.as_str(), score.value(), cvss_band(score.value()), parts.join(", "))?;
    let mut table = Table::new(&["metric", "what it is", "value", "what it says"]);
    for chosen in &vector.metrics {
        table.row([chosen.metric.key.into(), chosen.metric.name.into(), chosen.value.into(), chosen.words.into()]);
    }
    table.human(out, width, color)?;
    Ok(())
}
