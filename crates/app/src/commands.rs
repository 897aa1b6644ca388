//! The commands, one file each: arguments to request to engine to output.

pub(crate) mod add;
pub(crate) mod ask;
pub(crate) mod assets;
pub(crate) mod backlog;
pub(crate) mod check;
pub(crate) mod checklist;
pub(crate) mod completions;
pub(crate) mod compliance;
pub(crate) mod coverage;
pub(crate) mod diagram;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod fmt;
pub(crate) mod git_setup;
pub(crate) mod impact;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod log;
pub(crate) mod man;
pub(crate) mod metrics;
pub(crate) mod mitigations;
pub(crate) mod pack;
pub(crate) mod pasta;
pub(crate) mod paths;
pub(crate) mod plan;
pub(crate) mod questions;
pub(crate) mod remove;
pub(crate) mod rename;
pub(crate) mod render;
pub(crate) mod report;
pub(crate) mod review;
pub(crate) mod rules;
pub(crate) mod schema;
pub(crate) mod score;
pub(crate) mod set;
pub(crate) mod surface;
pub(crate) mod threats;
pub(crate) mod tree;
pub(crate) mod verify;
pub(crate) mod whatif;

use crate::args::{Cli, Command};
use crate::exit::Outcome;
use crate::session::Session;
use crate::terminal::Terminal;

/// Runs the command of a command line.
pub(crate) fn run(cli: &Cli, terminal: &mut Terminal) -> Outcome {
    let mut session = Session::new(&cli.common, terminal)?;
    match &cli.command {
        Command::Init(args) => init::run(args, &mut session),
        Command::Add(args) => add::run(args, &mut session),
        Command::Set(args) => set::run(args, &mut session),
        Command::Remove(args) => remove::run(args, &mut session),
        Command::Rename(args) => rename::run(args, &mut session),
        Command::Check(args) => check::run(args, &mut session),
        Command::Threats(args) => threats::run(args, &mut session),
        Command::Questions(args) => questions::run(args, &mut session),
        Command::Ask(args) => ask::run(args, &mut session),
        Command::Whatif(args) => whatif::run(args, &mut session),
        Command::Verify(args) => verify::run(args, &mut session),
        Command::Explain(args) => explain::run(args, &mut session),
        Command::Mitigations(args) => mitigations::run(args, &mut session),
        Command::Backlog(args) => backlog::run(args, &mut session),
        Command::Assets(args) => assets::run(args, &mut session),
        Command::Tree(args) => tree::run(args, &mut session),
        Command::Paths(args) => paths::run(args, &mut session),
        Command::Surface(args) => surface::run(args, &mut session),
        Command::Compliance(args) => compliance::run(args, &mut session),
        Command::Coverage(args) => coverage::run(args, &mut session),
        Command::Plan(args) => plan::run(args, &mut session),
        Command::Score(args) => score::run(args, &mut session),
        Command::Diagram(args) => diagram::run(args, &mut session),
        Command::Report(args) => report::run(args, &mut session),
        Command::Checklist(args) => checklist::run(args, &mut session),
        Command::Pasta(args) => pasta::run(args, &mut session),
        Command::Render(args) => render::run(args, &mut session),
        Command::Import(args) => import::run(args, &mut session),
        Command::Diff(args) => diff::run(args, &mut session),
        Command::Log(args) => log::run(args, &mut session),
        Command::Metrics(args) => metrics::run(args, &mut session),
        Command::Review(args) => review::run(args, &mut session),
        Command::Impact(args) => impact::run(args, &mut session),
        Command::GitSetup(args) => git_setup::run(args, &mut session),
        Command::MergeDriver(args) => git_setup::run_merge(args, &mut session),
        Command::DiffDriver(args) => git_setup::run_diff(args, &mut session),
        Command::Export(args) => export::run(args, &mut session),
        Command::Convert(args) => export::run_convert(args, &mut session),
        Command::Fmt(args) => fmt::run(args, &mut session),
        Command::Schema(args) => schema::run(args, &mut session),
        Command::Rules(args) => rules::run(args, &mut session),
        Command::Pack(args) => pack::run(args, &mut session),
        Command::Completions(args) => completions::run(args, &mut session),
        Command::Man(args) => man::run(args, &mut session),
    }
}
