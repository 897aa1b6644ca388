//! Edits of a text by spans.

use std::ops::Range;

/// One edit: what stands in a range is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go; empty to add something.
    pub range: Range<usize>,
    /// What comes in their place.
    pub text: String,
}

impl Edit {
    /// Replaces a range.
    pub fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    /// Adds a text before a place.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { range: at..at, text: text.into() }
    }

    /// Takes a range out.
    pub fn remove(range: Range<usize>) -> Self {
        Self { range, text: String::new() }
    }
}

/// Makes edits. Additions at one place come in the order in which they are given; an edit that overlaps with an earlier
/// one, or that is not within the text, is left out.
pub fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut out = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut done = 0;
    for edit in edits {
        let Some(kept) = text.get(done..edit.range.start).filter(|_| text.is_char_boundary(edit.range.end.min(text.len()))) else {
            continue;
        };
        out.push_str(kept);
        out.push_str(&edit.text);
        done = edit.range.end.min(text.len());
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_made_in_the_order_of_the_text() {
        let edits = vec![Edit::replace(4..5, "E"), Edit::insert(2, "x"), Edit::insert(2, "y"), Edit::remove(0..1)];
        assert_eq!(apply("abcdef", edits), "bxycdEf");
    }

    #[test]
    fn an_edit_that_overlaps_or_lies_outside_is_left_out() {
        assert_eq!(apply("abcd", vec![Edit::remove(0..3), Edit::replace(1..2, "X"), Edit::replace(9..12, "Y")]), "d");
    }
}
