//! The `redan` command: reads arguments, runs one command, turns its outcome into an exit code.
//!
//! Data goes to standard output, everything else to standard error, and nothing below this file prints by itself.

mod args;
mod atomic;
mod commands;
mod diagnostics;
mod diff;
mod edits;
mod evidence;
mod exit;
mod filter;
mod foreign;
mod git;
mod guarded;
mod human;
mod knowledge;
mod memory;
mod models;
mod packs;
mod project;
#[cfg(test)]
mod ready;
#[cfg(test)]
mod reference;
mod session;
#[cfg(feature = "sync")]
mod sync;
mod table;
mod terminal;
mod threads;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    memory::small_pages();
    let cli = Cli::parse();
    let mut terminal = Terminal::of_process(&cli.common);
    let outcome = commands::run(&cli, &mut terminal).and_then(|exit| terminal.finish().map(|()| exit));
    exit::code(outcome, &mut terminal)
}
