//! Issues as every tracker has them, and what a tracker can be asked to do.

use redan_report::backlog::Task;
use serde_json::Value;

use crate::error::Error;
use crate::mark::Mark;
use crate::wire::Wire;

/// An issue that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What the tracker calls it: a number or `SHOP-12`.
    pub key: String,
    /// Where people look at it.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Whether it is open.
    pub open: bool,
    /// How it was closed, if it is.
    pub closing: Closing,
    /// Whether the tracker says that somebody works on it.
    pub started: bool,
    /// Our mark.
    pub mark: Option<Mark>,
    /// The hash of our part as it stands there; empty without one.
    pub hash: String,
    /// The description as the tracker has it.
    pub body: Value,
    /// The version that a change has to name, where a tracker counts versions.
    pub revision: u64,
}

/// How an issue was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// It is done.
    Done,
    /// It will not be done.
    Dropped,
}

/// Our part of a description, in the form that a tracker takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// A text, or nodes.
    pub content: Value,
    /// Its hash.
    pub hash: String,
}

/// An issue to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct New {
    /// Its title.
    pub title: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Our part of its description.
    pub section: Section,
    /// Our mark.
    pub mark: Mark,
}

/// What changes in an issue.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Another title.
    pub title: Option<String>,
    /// Another content of our part; the old one stays if there is none.
    pub section: Option<Section>,
    /// Our mark afterwards.
    pub mark: Mark,
    /// Labels that come.
    pub add: Vec<String>,
    /// Labels that go.
    pub remove: Vec<String>,
    /// Where it is to go.
    pub goal: Option<Goal>,
}

/// Where an issue is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// It is open again.
    Open,
    /// It is closed.
    Closed(Closing),
}

/// An issue that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What the tracker calls it.
    pub key: String,
    /// Where people look at it.
    pub url: String,
}

/// A tracker: where the issues of one project are.
pub trait Tracker {
    /// A task as our part of a description.
    fn section(&self, task: &Task) -> Section;

    /// All issues with our label, open and closed, page by page.
    ///
    /// # Errors
    /// The tracker cannot be read.
    fn find(&self, wire: &mut Wire<'_>) -> Result<Vec<Found>, Error>;

    /// One issue, or nothing if there is none.
    ///
    /// # Errors
    /// The tracker cannot be read.
    fn get(&self, wire: &mut Wire<'_>, key: &str) -> Result<Option<Found>, Error>;

    /// Makes an issue.
    ///
    /// # Errors
    /// The tracker cannot be written.
    fn create(&self, wire: &mut Wire<'_>, new: &New) -> Result<Made, Error>;

    /// Changes an issue that was just read.
    ///
    /// # Errors
    /// The tracker cannot be written.
    fn change(&self, wire: &mut Wire<'_>, found: &Found, change: &Change) -> Result<(), Error>;
}

/// The labels of an issue after a change.
pub(crate) fn labels_after(found: &Found, change: &Change) -> Vec<String> {
    let stays = |label: &&String| !change.remove.contains(label);
    found.labels.iter().filter(stays).chain(&change.add).cloned().collect()
}

/// A text of an answer; empty if it is none.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A number or a text of an answer, as text.
pub(crate) fn key_of(value: &Value) -> Option<String> {
    value.as_u64().map(|number| number.to_string()).or_else(|| value.as_str().map(str::to_owned)).filter(|key| !key.is_empty())
}

/// The list of an answer.
pub(crate) fn list<'v>(value: &'v Value, what: &str) -> Result<&'v [Value], Error> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| unexpected(what, "it holds no list"))
}

/// An answer that is not what the interface promises.
pub(crate) fn unexpected(what: &str, why: &str) -> Error {
    Error::Unexpected { what: what.to_owned(), why: why.to_owned() }
}
