//! Edits of a model's text that keep everything they are not about: comments, order, quoting, line ends.
//!
//! An edit is a few splices at places that the parser reported, so YAML, JSON and the blocks of a Markdown model are
//! edited alike. No result is handed out unchecked: it is read again and must mean exactly what the old text with the
//! requested change means, and no comment outside of what was removed may be missing. Otherwise the edit is refused.

mod expand;
mod list;
mod parts;
mod path;
mod plain;
mod put;
mod rename;
mod render;
mod splice;
mod write;

use std::fmt;

pub(crate) use expand::is_fact_set;
pub(crate) use parts::{Part, Parts};
pub(crate) use path::ROOT_FIELDS;
pub(crate) use plain::Plain;
pub use put::{Comments, Put, put, put_all};
pub use rename::rename_all;
pub(crate) use render::{Context, key, push_key, push_quoted, push_scalar, quoted, scalar};
pub(crate) use write::{remove as remove_at, set as set_at};

use crate::diagnostic::Diagnostic;

/// A change of a model.
///
/// A path is `<thing>.<field>…` for elements, flows, zones and assets, `<section>.<id>.<field>…` for every section,
/// and `model.<field>` or the field alone for what stands at the top. A part of a path that holds dots is quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Gives a field, fact or entry a value; `[…]` and `{…}` are lists and mappings, everything else is text.
    Set {
        /// What is set.
        path: String,
        /// Its value.
        value: String,
    },
    /// Adds an entry to a section, or an item to `authors`, `tags` or a list of the scope.
    Add {
        /// The section, such as `elements`, or the list, such as `scope.in`.
        section: String,
        /// The entry's id, or the item.
        id: String,
        /// Its value: `{…}`, or a short form; of an item of `scope.out` the reason, of other items nothing.
        value: String,
    },
    /// Removes a field, fact, list item or entry.
    Remove {
        /// What is removed.
        path: String,
    },
    /// Gives an entry another id, and changes everything that refers to it.
    Rename {
        /// The id as it is, with `<section>.` before it where that is needed to tell two apart.
        old: String,
        /// The id as it will be.
        new: String,
    },
}

/// Why a text was not changed.
#[derive(Debug, Clone, PartialEq)]
pub enum EditError {
    /// The text is broken; it is repaired by hand first.
    Unreadable(Vec<Diagnostic>),
    /// The path leads nowhere.
    Unknown {
        /// What was looked for.
        name: String,
        /// The known name nearest to it.
        nearest: Option<String>,
    },
    /// The id is taken.
    Taken(String),
    /// The value or id is not well formed.
    Malformed(String),
    /// The name is used in several sections.
    Ambiguous {
        /// The name.
        name: String,
        /// The sections that have it.
        sections: Vec<String>,
    },
    /// The change cannot be made without touching something else, in words.
    Refused(String),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(_) => f.write_str("the text has errors that must be repaired first"),
            Self::Unknown { name, nearest: Some(nearest) } => write!(f, "there is no `{name}`; did you mean `{nearest}`?"),
            Self::Unknown { name, nearest: None } => write!(f, "there is no `{name}`"),
            Self::Taken(name) => write!(f, "`{name}` is already used"),
            Self::Malformed(why) | Self::Refused(why) => f.write_str(why),
            Self::Ambiguous { name, sections } => {
                write!(f, "`{name}` is in several sections; write one of ")?;
                let paths: Vec<String> = sections.iter().map(|section| format!("`{section}.{name}`")).collect();
                f.write_str(&paths.join(", "))
            }
        }
    }
}

impl std::error::Error for EditError {}

/// Makes an edit; `name` is the file's name, whose ending says how the text is written.
///
/// # Errors
/// The reason why the text cannot be, or must not be, changed in this way. The text is then as it was.
pub fn apply(name: &str, text: &str, edit: &Edit) -> Result<String, EditError> {
    let parts = Parts::read(name, text)?;
    match edit {
        Edit::Set { path, value } => {
            let keys = path::resolve(&parts, path)?;
            write::set(parts, &keys, &plain::Plain::of_argument(value)?)
        }
        Edit::Add { section, id, value } if path::LISTS.contains(&section.as_str()) => {
            let keys: Vec<String> = section.split('.').map(str::to_owned).collect();
            list::add(parts, &keys, id, value)
        }
        Edit::Add { section, id, value } => {
            let keys = path::addition(&parts, section, id)?;
            write::set(parts, &keys, &plain::Plain::of_argument(value)?)
        }
        Edit::Remove { path } => {
            let keys = path::resolve(&parts, path)?;
            write::remove(parts, &keys)
        }
        Edit::Rename { old, new } => rename::rename(parts, old, new),
    }
}
