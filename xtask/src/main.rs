//! Chores of the project: `cargo xtask <chore>`. Each chore is one file.

mod bench;
mod bench_fair;
mod bench_plan;
mod bench_trees;
mod check_programs;
mod check_report;
mod check_sync;
mod codegen;
mod gen_many;
mod gen_model;
mod interop_counts;
mod knowledge;
mod layout_report;
mod mutate_rules;
mod peers;
mod tidy;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Chores of the project", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Write the reference pages and the JSON Schema from the code and the catalogues
    Codegen {
        /// Only say whether they are fresh
        #[arg(long)]
        check: bool,
    },
    /// Check what no compiler checks: crate edges, module heads, sizes, banned words, paths in documents, licences
    Tidy,
    /// Write a valid model of any size, to measure with
    GenModel(gen_model::GenModelArgs),
    /// Write many valid models into one repository, to measure with
    GenModels(gen_many::GenModelsArgs),
    /// Write a repository with one model and a long history, to measure with
    GenHistory(gen_many::GenHistoryArgs),
    /// Measure time and memory of the release build on models of three sizes
    Bench(bench::BenchArgs),
    /// Look at the HTML reports of all examples with html-validate, axe and on printed pages; needs node and a browser
    CheckReport(check_report::CheckReportArgs),
    /// Open what redan makes in the programs that it is made for: draw.io, `LibreOffice`, pre-commit, gitlab-ci-local and others
    CheckPrograms(check_programs::CheckProgramsArgs),
    /// Run `redan backlog sync` against a stand-in for GitHub that others wrote; needs node
    CheckSync,
    /// Measure a million simulated years of losses
    BenchFair,
    /// Measure plans for random models: how near to the best they are proven to be, and how long that takes
    BenchPlan(bench_plan::BenchPlanArgs),
    /// Measure fault trees of the Aralia set against known numbers and against SCRAM
    BenchTrees(bench_trees::BenchTreesArgs),
    /// Count what is in files of other tools without our readers, and compare with what arrives
    InteropCounts(interop_counts::CountsArgs),
    /// Break every rule in every small way and count how often its own examples notice
    MutateRules(mutate_rules::MutateRulesArgs),
    /// Draw about thirty models, count what is wrong with the pictures, and write a page with all of them
    LayoutReport(layout_report::LayoutReportArgs),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().chore {
        Chore::Codegen { check } => codegen::run(check),
        Chore::Tidy => tidy::run(&mut std::io::stdout()),
        Chore::GenModel(args) => gen_model::run(&args, &mut std::io::stdout()),
        Chore::GenModels(args) => gen_many::models(&args).map(drop),
        Chore::GenHistory(args) => gen_many::history(&args),
        Chore::Bench(args) => bench::run(&args, &mut std::io::stdout()),
        Chore::CheckReport(args) => check_report::run(&args, &mut std::io::stdout()),
        Chore::CheckPrograms(args) => check_programs::run(&args, &mut std::io::stdout()),
        Chore::CheckSync => check_sync::run(&mut std::io::stdout()),
        Chore::BenchFair => bench_fair::run(&mut std::io::stdout()),
        Chore::BenchPlan(args) => bench_plan::run(&args, &mut std::io::stdout()),
        Chore::BenchTrees(args) => bench_trees::run(&args, &mut std::io::stdout()),
        Chore::LayoutReport(args) => layout_report::run(&args, &mut std::io::stdout()),
        Chore::InteropCounts(args) => interop_counts::run(&args, &mut std::io::stdout()),
        Chore::MutateRules(args) => mutate_rules::run(&args, &mut std::io::stdout()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
