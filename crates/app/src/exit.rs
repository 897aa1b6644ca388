//! What a run ended with, and the exit codes that scripts rely on.
//!
//! The output format never changes the code.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use crate::terminal::Terminal;

/// How a command ended when nothing kept it from its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Everything is fine.
    Fine = 0,
    /// The gate failed.
    GateFailed = 1,
    /// The input is not valid; what is wrong has been shown already.
    Invalid = 2,
}

/// What keeps a command from its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line asks for something that cannot be done.
    #[error("{0}")]
    Usage(String),
    /// There is no model to work on.
    #[error("{0}")]
    NothingToCheck(String),
    /// What is wrong with the input has been shown already.
    #[error("the input is not valid")]
    Reported,
}

/// Either an exit or the reason why there is none.
pub(crate) type Outcome = anyhow::Result<Exit>;

/// A usage error with this message.
pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
    Failure::Usage(message.into()).into()
}

/// Shows a failure, if there is one, and gives the exit code.
pub(crate) fn code(outcome: Outcome, terminal: &mut Terminal) -> ExitCode {
    let error = match outcome {
        Ok(exit) => return ExitCode::from(exit as u8),
        Err(error) => error,
    };
    if is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    match error.downcast_ref::<Failure>() {
        Some(Failure::Reported) => ExitCode::from(2),
        Some(Failure::NothingToCheck(_)) => {
            terminal.note_error(&format!("{error:#}"));
            ExitCode::from(3)
        }
        Some(Failure::Usage(_)) | None => {
            terminal.note_error(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// The reader of our output went away, as `head` does; that is its right.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(is_broken_pipe_cause)
}

fn is_broken_pipe_cause(cause: &(dyn Error + 'static)) -> bool {
    let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
    let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    let csv = cause.downcast_ref::<csv::Error>().and_then(|e| match e.kind() {
        csv::ErrorKind::Io(io) => Some(io.kind()),
        _ => None,
    });
    [io, json, csv].contains(&Some(ErrorKind::BrokenPipe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_pipe_is_recognised_below_other_causes() {
        let error = anyhow::Error::from(io::Error::from(ErrorKind::BrokenPipe)).context("while writing the list");
        assert!(is_broken_pipe(&error));
        assert!(!is_broken_pipe(&usage("no")));
    }
}
