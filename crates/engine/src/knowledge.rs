//! Loaded and checked knowledge: catalogues and rule packs.

use redan_model::Vocabulary;

use crate::catalogue::Catalogue;
use crate::rule::Rule;

/// A rule pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Its id, such as `core`.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub licence: String,
    /// What it is about, one sentence.
    pub what: String,
}

/// What is wrong with a rule or catalogue file.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct KnowledgeError {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong, what is allowed, and the nearest name.
    pub message: String,
}

/// Catalogues and rules, checked against each other.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// Controls, traits, technologies, protocols, data classes.
    pub catalogue: Catalogue,
    /// The packs in use, in order.
    pub packs: Vec<Pack>,
    /// Their rules, by pack and then by id.
    pub rules: Vec<Rule>,
}

impl Knowledge {
    /// What is embedded in this binary: all packs of `rules/`, without the examples.
    pub fn embedded() -> Self {
        unimplemented!("contract")
    }

    /// Reads catalogue and pack files given as `(path, text)`: `catalogue/*.yaml`, `rules/<pack>/pack.yaml`,
    /// `rules/<pack>/<rule>.yaml`. Examples are kept.
    ///
    /// # Errors
    /// Everything that is wrong in any of the files.
    pub fn from_files(files: &[(String, String)]) -> Result<Self, Vec<KnowledgeError>> {
        let _ = files;
        unimplemented!("contract")
    }

    /// The names that the reader of models has to know.
    pub fn vocabulary(&self) -> Vocabulary {
        unimplemented!("contract")
    }
}
