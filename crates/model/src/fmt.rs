//! The one way in which a model's text is laid out: sections in the order of the reference, two spaces a level, quotes
//! only where they are needed, comments where they belong.
//!
//! What is written over several lines on purpose (texts, long lists in brackets) keeps its lines. The result is read
//! again: it means the same and holds every comment, or nothing is changed.

mod json;
mod yaml;

use crate::edit::{EditError, Parts, Plain};

/// Lays a model's text out; `name` is the file's name, whose ending says how the text is written.
///
/// # Errors
/// The text has errors, or holds something that cannot be laid out anew without losing it.
pub fn format(name: &str, text: &str) -> Result<String, EditError> {
    let parts = Parts::read(name, text)?;
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for part in &parts.parts {
        out.push_str(&text[at..part.range.start]);
        let whole = part.range.len() == text.len();
        out.push_str(&if part.json { json::format(part)? } else { yaml::format(text, part, whole) });
        at = part.range.end;
    }
    out.push_str(&text[at..]);
    if same(&parts, &out) {
        Ok(out)
    } else {
        Err(EditError::Refused("the text cannot be laid out anew without changing what it says".to_owned()))
    }
}

/// Whether the new text means the same and holds the same comments.
fn same(before: &Parts, text: &str) -> bool {
    let Ok(after) = Parts::read(&before.name, text) else { return false };
    let meaning = |parts: &Parts| parts.meaning().into_iter().map(Plain::sorted).collect::<Vec<_>>();
    let comments = |parts: &Parts| {
        let mut all: Vec<String> = parts.comments().map(|range| parts.text[range].trim_end().to_owned()).collect();
        all.sort();
        all
    };
    meaning(before) == meaning(&after) && comments(before) == comments(&after)
}

/// Where a top-level field stands among the others; unknown ones come last, in their own order.
fn rank(key: &str) -> usize {
    crate::edit::ROOT_FIELDS.iter().position(|field| *field == key).unwrap_or(crate::edit::ROOT_FIELDS.len())
}
