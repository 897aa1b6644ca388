//! The one way in which a model's text is laid out: sections in the order of the reference, two spaces a level, quotes
//! only where they are needed, comments where they belong.
//!
//! What is written over several lines on purpose (texts, long lists in brackets) keeps its lines. The result is read
//! again: it means the same and holds every comment, or nothing is changed.

mod json;
mod written;
mod yaml;

pub use written::{write_parts, written};

use crate::edit::{EditError, Parts, Plain};

/// More passes than any text that a person wrote needs; nearly all need one, and a second one to see that it is done.
const MAX_PASSES: usize = 8;

/// Lays a model's text out; `name` is the file's name, whose ending says how the text is written.
///
/// What is handed out is what a further call would hand out too: a text that one pass leaves unfinished, such as a
/// comment in an odd place that first has to move, is laid out until nothing changes any more.
///
/// # Errors
/// The text has errors, or holds something that cannot be laid out anew without losing it.
pub fn format(name: &str, text: &str) -> Result<String, EditError> {
    let mut text = text.to_owned();
    for _ in 0..MAX_PASSES {
        let next = pass(name, &text)?;
        if next == text {
            return Ok(next);
        }
        text = next;
    }
    Err(EditError::Refused("no layout of the text stays as it is; write it more simply by hand".to_owned()))
}

/// The text laid out once.
fn pass(name: &str, text: &str) -> Result<String, EditError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text of `length` of these pieces that can be read is laid out in one pass; a second one changes nothing.
    fn one_pass_is_enough(pieces: &[&str], length: u32) {
        let mut readable = 0;
        for number in 0..pieces.len().pow(length) {
            let text: String = (0..length).map(|digit| pieces[number / pieces.len().pow(digit) % pieces.len()]).collect();
            if Parts::read("m.yaml", &text).is_err() {
                continue;
            }
            readable += 1;
            let once = pass("m.yaml", &text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            let twice = pass("m.yaml", &once).unwrap_or_else(|error| panic!("{text:?} -> {once:?}: {error}"));
            assert_eq!(once, twice, "{text:?}");
        }
        assert!(readable > 1_000, "only {readable} texts can be read");
    }

    #[test]
    fn signs_in_any_order_are_laid_out_once_and_for_all() {
        one_pass_is_enough(&["? ", "A", ": ", " ", "\n", "#c", "-", "&x ", "'q'", "[", "]", ",", "{", "}", "\n  ", ">"], 3);
    }

    #[test]
    fn lines_in_any_order_are_laid_out_once_and_for_all() {
        let lines = [
            "a:\n",
            "  b: 1\n",
            "  - x\n",
            "# c\n",
            "  # c\n",
            "    # c\n",
            "- y\n",
            "  d: |\n",
            "    t\n",
            "\n",
            "? k\n",
            ": v\n",
            "  e: &x\n",
            "b: [1,\n",
            "  2]\n",
            "a: v # c\n",
            "      z\n",
            "c: |2 # c\n",
        ];
        one_pass_is_enough(&lines, 3);
    }

    #[test]
    fn quotes_stay_in_fields_of_others_and_go_from_ours() {
        let laid_out = |text: &str| format("m.yaml", text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            laid_out("name: \"12\"\nx-a: {n: \"1\", of: [\"no\", yes]}\nx-b:\n  - \"2\"\nversion: '1.10'\n"),
            "name: 12\nversion: 1.10\nx-a: {n: \"1\", of: [\"no\", yes]}\n\nx-b:\n  - \"2\"\n"
        );
        assert_eq!(laid_out("elements: {a: {name: \"1\", x-c: '2'}}\n"), "elements: {a: {name: 1, x-c: \"2\"}}\n");
    }

    #[test]
    fn an_explicit_key_loses_its_sign_and_keeps_its_comments() {
        let laid_out = |text: &str| format("m.yaml", text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(laid_out("? A #"), "A: #\n");
        assert_eq!(laid_out("? # above\n  a # key\n: # colon\n  b # value\n"), "# above\na: # key\n  # colon\n  b # value\n");
        assert_eq!(laid_out("? a # key\n# about b\n? b\n"), "a: # key\n# about b\nb:\n");
    }
}
