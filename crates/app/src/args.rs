//! The command line as types: what every command shares, and the list of commands.
//!
//! The arguments of one command stand in the file of that command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::commands::*;

/// Threat modelling as code: a text model in; threats, questions, risk and a report out.
#[derive(Debug, Parser)]
#[command(name = "redan", version, propagate_version = true, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "\
Start here:
  redan init --template web-app      a first model, with comments that explain it
  redan threats                      what may go wrong, worst first
  redan ask                          answer what the model does not say yet

Without MODEL, models are found through `redan.toml` or under `security/threat-models/`.
Exit codes: 0 fine, 1 the gate failed, 2 invalid input or usage, 3 nothing to check.")]
pub(crate) struct Cli {
    /// What every command understands.
    #[command(flatten)]
    pub(crate) common: Common,
    /// The command.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Write data to FILE instead of standard output (`-`)
    #[arg(short, long, value_name = "FILE", global = true)]
    pub(crate) output: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, global = true)]
    pub(crate) color: Color,
    /// Say only what is asked for, and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more: every threat of a group, every hint
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Use this `redan.toml` instead of the nearest one
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Work as if it were this day, so that a run can be repeated exactly
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, global = true)]
    pub(crate) today: Option<Date>,
    /// Rule packs to use: ids and `.tb7` templates with commas between them, `embedded` for all that redan brings, or `none`
    #[arg(long, value_name = "PACKS", global = true)]
    pub(crate) packs: Option<String>,
}

impl Common {
    /// The stated day, else the clock's. The clock is read here and nowhere else.
    pub(crate) fn day(&self) -> Date {
        self.today.unwrap_or_else(|| jiff::Zoned::now().date())
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Formats of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// Tables for people
    Human,
    /// JSON, version 1
    Json,
    /// Comma-separated values
    Csv,
    /// Markdown tables
    Md,
}

/// Formats of answers that are not lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// Text for people
    Human,
    /// JSON, version 1
    Json,
}

/// Formats of documents about the state of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateFormat {
    /// Text for people
    Human,
    /// JSON, version 1
    Json,
    /// Markdown
    Md,
}

/// Formats of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BacklogFormat {
    /// Markdown, a section a task
    Md,
    /// Comma-separated values
    Csv,
    /// JSON, version 1
    Json,
}

/// Formats of numbers over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MetricsFormat {
    /// Text for people
    Human,
    /// Markdown, as the report has them
    Md,
    /// JSON, version 1
    Json,
    /// Comma-separated values, a row a state
    Csv,
    /// The last numbers, in the text format that monitoring systems read
    Openmetrics,
}

/// Which models to work on.
#[derive(Debug, Clone, Args)]
pub(crate) struct Models {
    /// Model files; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "MODEL")]
    pub(crate) models: Vec<PathBuf>,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a first model, a `redan.toml` and a step for continuous integration
    Init(init::InitArgs),
    /// Add an element, flow, threat, mitigation… to a model
    Add(add::AddArgs),
    /// State facts: write values at paths of a model
    Set(set::SetArgs),
    /// Take an entry or a field out of a model
    Remove(remove::RemoveArgs),
    /// Give a thing another id, everywhere it is used
    Rename(rename::RenameArgs),
    /// Say what is wrong with models, and whether they pass the gate
    Check(check::CheckArgs),
    /// List what may go wrong, worst first
    Threats(threats::ThreatsArgs),
    /// List the facts that the model does not say yet and that decide something
    Questions(questions::QuestionsArgs),
    /// Answer the questions one by one; every answer is written into the model at once
    Ask(ask::AskArgs),
    /// Show what would change if facts were different or mitigations were in place
    Whatif(whatif::WhatifArgs),
    /// Compare mitigations with what tests and scanners report
    Verify(Box<verify::VerifyArgs>),
    /// Show why a threat is what it is, and what would change that
    Explain(explain::ExplainArgs),
    /// List what is done about threats
    Mitigations(mitigations::MitigationsArgs),
    /// Write tasks for a tracker: what is still to be done about open threats
    Backlog(backlog::BacklogArgs),
    /// List what is worth protecting
    Assets(assets::AssetsArgs),
    /// Work out attack trees: how likely, how cheap, which step matters, and what nothing stands against
    Tree(tree::TreeArgs),
    /// Show how an attacker gets to what is worth protecting, and what all ways have in common
    Paths(paths::PathsArgs),
    /// List where an attacker can come in
    Surface(surface::SurfaceArgs),
    /// List requirements of a framework with the controls that refer to them
    Compliance(compliance::ComplianceArgs),
    /// Show which elements were looked at for which STRIDE category, or compare with a public list of risks
    Coverage(coverage::CoverageArgs),
    /// Choose mitigations: the best for a budget, or the cheapest that reach a target, and in which order
    Plan(plan::PlanArgs),
    /// Score CVSS vectors, and say what their metrics mean
    Score(score::ScoreArgs),
    /// Draw the data flow diagram
    Diagram(diagram::DiagramArgs),
    /// Write the document
    Report(report::ReportArgs),
    /// Compare a model with the ten points of the guide's checklist
    Checklist(checklist::ChecklistArgs),
    /// Show the model as the seven stages of PASTA: what each can use, and what it lacks
    Pasta(pasta::PastaArgs),
    /// Refresh generated regions of Markdown files
    Render(render::RenderArgs),
    /// Take over another tool's model, and say what got lost
    Import(import::ImportArgs),
    /// Show what changed between two versions of a model, and what that means for its threats
    Diff(diff::DiffArgs),
    /// Show who changed a model, when and why
    Log(log::LogArgs),
    /// Count threats over the history of a model: open, closed, overdue, and how long it takes
    Metrics(metrics::MetricsArgs),
    /// Show what changed since the last review of a model, and print the sheet for the next one
    Review(review::ReviewArgs),
    /// Show which threats a change of the code touches, and who must look
    Impact(impact::ImpactArgs),
    /// Make git merge and compare models by meaning
    GitSetup(git_setup::GitSetupArgs),
    /// Merge three versions of a model; git calls it
    #[command(hide = true)]
    MergeDriver(git_setup::MergeDriverArgs),
    /// Compare two versions of a model; git calls it
    #[command(hide = true)]
    DiffDriver(git_setup::DiffDriverArgs),
    /// Write a model as another tool's file, or its changes into one, and say what got lost
    Export(export::ExportArgs),
    /// Turn one tool's file into another's, and say what got lost
    Convert(export::ConvertArgs),
    /// Put models in their usual order and layout; comments stay
    Fmt(fmt::FmtArgs),
    /// Print the JSON Schema of the model language
    Schema(schema::SchemaArgs),
    /// List, show and test rules
    Rules(rules::RulesArgs),
    /// Add, update, verify and list rule packs of your own
    Pack(pack::PackArgs),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page, or write one page a command into a folder
    Man(man::ManArgs),
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("`{text}` is not a day; write it as YYYY-MM-DD, such as 2026-03-01"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("redan "), "`{}` has no example", command.get_name());
        }
    }

    #[test]
    fn a_day_that_is_none_is_refused() {
        assert!(day("2026-02-30").unwrap_err().contains("YYYY-MM-DD"));
    }
}
