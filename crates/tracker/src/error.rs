//! Why a tracker could not be read or written, in words for the person who runs the command.

/// Why the tracker could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer.
    #[error("cannot reach {server}: {why}")]
    Unreachable {
        /// Whom.
        server: String,
        /// Why not.
        why: String,
    },
    /// The token is missing or not valid.
    #[error("{server} does not know the token, or it has ended; {hint}")]
    Unauthorized {
        /// Who.
        server: String,
        /// Where the token comes from.
        hint: &'static str,
    },
    /// The token may not do that.
    #[error("the token may not do that: {what} ({said})")]
    Forbidden {
        /// Method and path.
        what: String,
        /// The server's words.
        said: String,
    },
    /// Nothing there.
    #[error("{what}: not there, or the token may not see it ({said})")]
    NotFound {
        /// Method and path.
        what: String,
        /// The server's words.
        said: String,
    },
    /// It is somewhere else now.
    #[error("{what}: it is somewhere else now; name the place where it is")]
    Moved {
        /// Method and path.
        what: String,
    },
    /// The server wants us to wait longer than we may.
    #[error("{server} asks to wait {seconds} s before the next request, and {left} s are left to wait; run the same command again later")]
    TooBusy {
        /// Who.
        server: String,
        /// How long.
        seconds: u64,
        /// How long we may.
        left: u64,
    },
    /// The issue is not what it was when it was read.
    #[error("somebody changed it at the same time; run the same command again")]
    Changed,
    /// Any other answer that is not a success.
    #[error("{what} was answered with {status} ({said})")]
    Refused {
        /// Method and path.
        what: String,
        /// The number.
        status: u16,
        /// The server's words.
        said: String,
    },
    /// The answer is not what the tracker's interface promises.
    #[error("{what} was answered with something unexpected: {why}")]
    Unexpected {
        /// Method and path.
        what: String,
        /// What is wrong with it.
        why: String,
    },
}
