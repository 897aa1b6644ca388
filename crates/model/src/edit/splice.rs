//! Replacing ranges of a text, and the check that nothing else went with them.

use std::ops::Range;

use super::EditError;
use super::parts::Parts;
use super::plain::Plain;

/// A replacement of a range; ranges of one change do not overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

impl Splice {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }
}

/// Makes the replacements and reads the result; comments may go only from what is `removed`.
pub(super) fn apply(parts: &Parts, mut splices: Vec<Splice>, removed: &[Range<usize>]) -> Result<Parts, EditError> {
    splices.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut text = String::with_capacity(parts.text.len() + 64);
    let mut at = 0;
    for splice in &splices {
        let kept = parts.text.get(at..splice.range.start).ok_or_else(entangled)?;
        text.push_str(kept);
        text.push_str(&splice.text);
        at = splice.range.end;
    }
    text.push_str(parts.text.get(at..).ok_or_else(entangled)?);
    let result = Parts::read(&parts.name, &text).map_err(|_| entangled())?;
    let is_removed = |comment: &Range<usize>| removed.iter().any(|gone| gone.start <= comment.start && comment.end <= gone.end);
    let kept = parts.comments().filter(|comment| !is_removed(comment));
    if kept.map(|range| &parts.text[range]).eq(result.comments().map(|range| &result.text[range])) {
        Ok(result)
    } else {
        Err(EditError::Refused("the change would lose a comment; make it by hand".to_owned()))
    }
}

/// Hands the text out if it means what it is to mean.
pub(super) fn checked(result: Parts, expected: Vec<Plain>) -> Result<String, EditError> {
    let sorted = |meaning: Vec<Plain>| meaning.into_iter().map(Plain::sorted).collect::<Vec<_>>();
    if sorted(result.meaning()) == sorted(expected) { Ok(result.text) } else { Err(entangled()) }
}

pub(super) fn entangled() -> EditError {
    EditError::Refused("the change would touch more than it is meant to, because of how the text is written; make it by hand".to_owned())
}
