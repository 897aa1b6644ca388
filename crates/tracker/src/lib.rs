//! Issues of trackers: what has to change there so that they say what the model says, and how each tracker is told.
//!
//! Tasks of the backlog and the issues that were found go into [`plan()`], which says what is to be done and why. It knows
//! no tracker. An adapter, one module a tracker, turns requests into issues and steps into requests. Nothing here opens a
//! connection: requests leave through the trait [`Transport`], which the face brings.
//!
//! An issue belongs to a task because of a mark in its description; see [`mark`]. What people write outside of our part
//! of the description is never touched.

mod azure;
mod blocks;
mod error;
mod github;
mod gitlab;
mod issue;
mod jira;
mod links;
pub mod mark;
mod part;
mod patience;
mod plan;
mod pull;
mod run;
mod wanted;
mod wire;

pub use azure::Azure;
pub use error::Error;
pub use github::GitHub;
pub use gitlab::GitLab;
pub use issue::{Change, Closing, Found, Goal, Made, New, Section, Tracker};
pub use jira::Jira;
pub use links::{LinkError, Links};
pub use plan::{Action, Rules, Step, Write, plan};
pub use pull::{Pulled, Verdict, pull};
pub use run::{Done, carry_out, read_linked};
pub use wanted::{Fate, Wanted, fate, is_of, key, wanted};
pub use wire::{Method, Request, Response, Secret, Transport, Wire, base64};
