//! `redan man`: the manual as man pages.

use std::path::PathBuf;

use clap::{Args, CommandFactory};

use crate::args::Cli;
use crate::atomic;
use crate::exit::{Exit, Outcome};
use crate::session::Session;

/// Arguments of `man`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan man | man -l -
  redan man ~/.local/share/man/man1      one page a command")]
pub(crate) struct ManArgs {
    /// The folder to write one page a command into; the main page goes to standard output if not given
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Runs `man`.
pub(crate) fn run(args: &ManArgs, session: &mut Session<'_>) -> Outcome {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &args.folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        session.terminal.out().write_all(&page)?;
        return Ok(Exit::Fine);
    };
    std::fs::create_dir_all(folder)?;
    write_pages(&command, "redan", folder)?;
    Ok(Exit::Fine)
}

fn write_pages(command: &clap::Command, name: &str, folder: &std::path::Path) -> anyhow::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(name).render(&mut page)?;
    atomic::write(&folder.join(format!("{name}.1")), &page)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        write_pages(sub, &format!("{name}-{}", sub.get_name()), folder)?;
    }
    Ok(())
}
