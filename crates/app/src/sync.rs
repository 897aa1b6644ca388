//! Trackers as a command meets them: which one is meant, with which token, over which connection, and the file beside a
//! model that remembers its issues.
//!
//! What has to be said to a tracker is decided in `redan-tracker`, which opens no connection.

mod http;
mod links;
mod place;

pub(crate) use http::Http;
pub(crate) use links::{keep, links_beside, stored};
pub(crate) use place::{Asked, Place, choose};
