//! Reading issues that only a link knows, and carrying out the steps of a plan, one after the other.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::issue::{Found, Made, Tracker};
use crate::plan::{Step, Write};
use crate::wire::Wire;

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// There was nothing to write.
    Nothing,
    /// An issue was made.
    Made(Made),
    /// An issue was changed.
    Changed,
    /// Somebody changed the issue after it was read; it was left alone.
    Overtaken,
}

/// Adds the issues that links name although they have lost our label.
///
/// # Errors
/// The tracker cannot be read.
pub fn read_linked(
    tracker: &dyn Tracker,
    wire: &mut Wire<'_>,
    links: &BTreeMap<String, String>,
    found: &mut Vec<Found>,
) -> Result<(), Error> {
    for key in links.values() {
        if !found.iter().any(|issue| issue.key == *key) {
            found.extend(tracker.get(wire, key)?);
        }
    }
    Ok(())
}

/// Carries out one step. An issue is read once more before it is changed, so that nobody's words are lost.
///
/// # Errors
/// The tracker cannot be read or written.
pub fn carry_out(tracker: &dyn Tracker, wire: &mut Wire<'_>, step: &Step) -> Result<Done, Error> {
    match &step.write {
        None => Ok(Done::Nothing),
        Some(Write::New(new)) => tracker.create(wire, new).map(Done::Made),
        Some(Write::Change(found, change)) => {
            if tracker.get(wire, &found.key)?.as_ref() != Some(&**found) {
                return Ok(Done::Overtaken);
            }
            match tracker.change(wire, found, change) {
                Ok(()) => Ok(Done::Changed),
                Err(Error::Changed) => Ok(Done::Overtaken),
                Err(error) => Err(error),
            }
        }
    }
}
