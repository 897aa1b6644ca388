//! Failures that were there before: those of a baseline file, or of a git revision.
//!
//! A failure is known by its reason and what it is about, never by its place. It counts again when it got worse, and
//! when there are more of it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::gate::Failed;
use crate::atomic;
use crate::exit::usage;
use crate::project::read_limited;

/// Failures by the path of their model below the root of its project.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    #[serde(rename = "redan-baseline")]
    version: u8,
    models: BTreeMap<String, BTreeMap<String, Entry>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// How many there are.
    count: usize,
    /// How grave the worst of them is.
    worst: u32,
    /// What it is, for people.
    #[serde(default)]
    about: String,
}

impl Known {
    /// Reads a baseline file.
    ///
    /// # Errors
    /// It cannot be read, or is no baseline: then nothing is known of what was there before.
    pub(super) fn read(path: &Path, shown: &Path) -> anyhow::Result<Self> {
        let shown = shown.display();
        let bytes = read_limited(path).map_err(|why| usage(format!("cannot read the baseline `{shown}`: {why}")))?;
        let again = "write it again: redan check --write-baseline";
        let known: Self =
            serde_json::from_slice(&bytes).map_err(|error| usage(format!("`{shown}` is not a baseline: {error}; {again} {shown}")))?;
        match known.version {
            1 => Ok(known),
            other => Err(usage(format!("`{shown}` is a baseline of version {other}, and this redan reads version 1"))),
        }
    }

    /// Writes a baseline file.
    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_vec_pretty(&Self { version: 1, models: self.models.clone() })?;
        text.push(b'\n');
        atomic::write(path, &text)
    }

    /// Adds the failures of a model.
    pub(super) fn add(&mut self, model: &str, failures: &[Failed]) {
        let entries = self.models.entry(model.to_owned()).or_default();
        for failed in failures {
            let entry = entries.entry(failed.id()).or_default();
            entry.count += 1;
            entry.worst = entry.worst.max(failed.weight);
            if entry.about.is_empty() {
                entry.about.clone_from(&failed.message);
            }
        }
    }

    /// How many failures it holds.
    pub(super) fn len(&self) -> usize {
        self.models.values().flat_map(BTreeMap::values).map(|entry| entry.count).sum()
    }

    /// Parts failures into those that are known and those that are not.
    pub(super) fn split(&self, model: &str, failures: Vec<Failed>) -> (Vec<Failed>, Vec<Failed>) {
        let mut left = self.models.get(model).cloned().unwrap_or_default();
        failures.into_iter().partition(|failed| match left.get_mut(&failed.id()) {
            Some(entry) if entry.count > 0 && failed.weight <= entry.worst => {
                entry.count -= 1;
                true
            }
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(key: &str, weight: u32) -> Failed {
        let (key, message) = (key.to_owned(), format!("{key} is open"));
        Failed { reason: "open-threat", key, threat: None, message, weight, band: None, at: None }
    }

    fn known(failures: &[Failed]) -> Known {
        let mut known = Known::default();
        known.add("m.tm.yaml", failures);
        known
    }

    fn new(known: &Known, failures: Vec<Failed>) -> Vec<String> {
        known.split("m.tm.yaml", failures).1.into_iter().map(|failed| failed.key).collect()
    }

    #[test]
    fn what_is_known_counts_again_when_it_got_worse_or_there_is_more_of_it() {
        let known = known(&[failed("T1", 416), failed("T2", 320)]);
        assert!(new(&known, vec![failed("T1", 416), failed("T2", 310)]).is_empty());
        assert_eq!(new(&known, vec![failed("T1", 420), failed("T3", 100)]), ["T1", "T3"]);
        assert_eq!(new(&known, vec![failed("T1", 416), failed("T1", 416)]), ["T1"]);
        assert_eq!(known.split("other.tm.yaml", vec![failed("T1", 416)]).1.len(), 1);
    }

    #[test]
    fn a_baseline_is_read_as_it_was_written_and_nothing_else_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known.json");
        known(&[failed("T1", 416)]).write(&path).unwrap();
        let read = Known::read(&path, &path).unwrap();
        assert_eq!((read.len(), read.models), (1, known(&[failed("T1", 416)]).models));
        for text in ["", "{}", "[]", "{\"redan-baseline\": 2, \"models\": {}}"] {
            std::fs::write(&path, text).unwrap();
            assert!(Known::read(&path, &path).is_err(), "{text}");
        }
    }
}
