//! Three versions of a model become one: what either side changed, with the comments of both.
//!
//! The meaning is merged first, field by field, so that two people can work on one entry. The text follows the meaning:
//! entries that one side alone touched are taken over as they are written. What comes out is read again and must mean
//! exactly what both sides asked for; otherwise there is no text, and the caller merges lines instead.

mod meaning;
mod text;

use crate::edit::{EditError, Parts, Plain};

/// A field that both sides changed in different ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Its path, such as `elements.auth.controls.mfa`.
    pub path: String,
    /// What it was.
    pub base: Option<String>,
    /// What our side made of it; nothing when it was removed.
    pub ours: Option<String>,
    /// What their side made of it; nothing when it was removed.
    pub theirs: Option<String>,
}

/// What came out of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text, with marks around every conflict; nothing when the versions have to be merged line by line.
    pub text: Option<String>,
    /// What both sides changed in different ways, in the order of the text.
    pub conflicts: Vec<Conflict>,
}

/// Merges what two sides made of one text; `name` is the file's name, whose ending says how it is written.
///
/// # Errors
/// One of the texts has errors that must be repaired first.
pub fn merge(name: &str, base: &str, ours: &str, theirs: &str) -> Result<Merged, EditError> {
    let sides = [Parts::read(name, base)?, Parts::read(name, ours)?, Parts::read(name, theirs)?];
    let counts = sides.each_ref().map(|side| side.parts.len());
    if counts[0] != counts[1] || counts[0] != counts[2] {
        return Ok(Merged { text: None, conflicts: Vec::new() });
    }
    let meanings = sides.each_ref().map(Parts::meaning);
    let parts: Vec<meaning::Outcome> =
        (0..counts[0]).map(|at| meaning::merge([&meanings[0][at], &meanings[1][at], &meanings[2][at]])).collect();
    let text = text::write(&sides, &parts);
    Ok(Merged { text, conflicts: parts.into_iter().flat_map(|part| part.conflicts).collect() })
}

/// A value in a few words, for the message about a conflict.
fn shown(value: &Plain) -> String {
    match value {
        Plain::Null => "nothing".to_owned(),
        Plain::Text(text) => text.clone(),
        Plain::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Plain::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key}: {}", shown(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
