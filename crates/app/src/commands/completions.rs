//! `redan completions`: completions for a shell.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::exit::{Exit, Outcome};
use crate::session::Session;

/// Arguments of `completions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan completions bash > /etc/bash_completion.d/redan
  redan completions zsh > ~/.zfunc/_redan")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs `completions`.
pub(crate) fn run(args: &CompletionsArgs, session: &mut Session<'_>) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "redan", &mut text);
    session.terminal.out().write_all(&text)?;
    Ok(Exit::Fine)
}
