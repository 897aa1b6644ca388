//! A model that a program made, in the layout that [`super::format`] gives a text of it, written at once.

use std::borrow::Cow;
use std::convert::Infallible;

use super::rank;
use crate::canonical::{Part, Stated};
use crate::edit::{Context, push_key, push_quoted, push_scalar};
use crate::every_byte;
use crate::long::{Entry, Long};

/// How long a piece of a text becomes before it is handed on, in bytes.
const PIECE: usize = 1 << 16;

/// The text of a `.tm.yaml` file that means what the value means: one field a line, entries in blocks, lists in brackets,
/// texts of several lines as they are.
pub fn written(model: &Long<'_>) -> String {
    let mut entries: Vec<&Entry<'_>> = model.entries().iter().collect();
    entries.sort_by_key(|(key, _)| rank(key));
    let parts = entries.into_iter().map(|(key, value)| (Cow::Borrowed(key.as_ref()), value.borrowed().into()));
    let mut out = String::new();
    let Ok(()) = write_parts(parts, |piece| {
        out.push_str(piece);
        Ok::<(), Infallible>(())
    });
    out
}

/// Hands on the same text piece by piece: as a whole it would take memory for nothing. The parts are written in the order
/// in which they come.
///
/// # Errors
/// What `take` fails with; the text then ends there.
pub fn write_parts<'m, E>(parts: impl IntoIterator<Item = Part<'m>>, take: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let mut pieces = Pieces { text: String::with_capacity(2 * PIECE), take };
    let mut after_block = None;
    for (key, stated) in parts {
        let block = matches!(stated, Stated::Entries(_));
        if after_block.is_some_and(|after| after || block) {
            pieces.text.push('\n');
        }
        after_block = Some(block);
        let top = Place { depth: 0, foreign: false };
        match stated {
            Stated::Entries(mut entries) => {
                let inside = opened(&key, top, &mut pieces.text);
                entries.try_for_each(|(key, value)| pieces.entry(&key, &value, inside))?;
            }
            Stated::Value(value) => pieces.entry(&key, &value, top)?,
        }
    }
    (pieces.take)(&pieces.text)
}

/// A text that is handed on whenever a piece of it is done.
struct Pieces<F> {
    text: String,
    take: F,
}

impl<E, F: FnMut(&str) -> Result<(), E>> Pieces<F> {
    fn entry(&mut self, key: &str, value: &Long<'_>, place: Place) -> Result<(), E> {
        entry(key, value, place, &mut self.text);
        if self.text.len() >= PIECE {
            (self.take)(&self.text)?;
            self.text.clear();
        }
        Ok(())
    }
}

/// Where something is written.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// Inside an `x-…` field, where a number is no text.
    foreign: bool,
}

fn entry(key: &str, value: &Long<'_>, place: Place, out: &mut String) {
    if is_block(value) {
        let inside = opened(key, place, out);
        for (key, value) in value.entries() {
            entry(key, value, inside, out);
        }
        return;
    }
    let inside = keyed(key, place, out);
    match value.itself() {
        Long::Text(text) if is_long(text) => long(text, inside.depth, out),
        other => {
            out.push(' ');
            single(other, inside.foreign, out);
        }
    }
    out.push('\n');
}

/// A key with its colon; gives where what it leads to is written.
fn keyed(key: &str, place: Place, out: &mut String) -> Place {
    indent(place.depth, out);
    push_key(key, Context::Block, out);
    out.push(':');
    Place { depth: place.depth + 1, foreign: place.foreign || key.starts_with("x-") }
}

/// The same of a key whose entries follow.
fn opened(key: &str, place: Place, out: &mut String) -> Place {
    let inside = keyed(key, place, out);
    out.push('\n');
    inside
}

fn is_block(value: &Long<'_>) -> bool {
    !value.entries().is_empty()
}

fn indent(depth: usize, out: &mut String) {
    const SPACES: &str = "                                ";
    match SPACES.get(..2 * depth) {
        Some(spaces) => out.push_str(spaces),
        None => (0..depth).for_each(|_| out.push_str("  ")),
    }
}

/// Whether a text is easier to read over several lines, and comes back as it was.
fn is_long(text: &str) -> bool {
    let plain = |line: &str| line == line.trim() && !line.chars().any(char::is_control);
    !every_byte(text, |byte| byte != b'\n') && text.split('\n').all(plain) && !text.starts_with('\n') && !text.ends_with('\n')
}

fn long(text: &str, depth: usize, out: &mut String) {
    out.push_str(" |-");
    for line in text.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            indent(depth, out);
            out.push_str(line);
        }
    }
}

/// A value on one line.
fn single(value: &Long<'_>, foreign: bool, out: &mut String) {
    match value.itself() {
        Long::Text(text) => push_text(text, foreign, Context::Block, out),
        // What could be an anchor, an alias or a comment stays in quotes.
        Long::List(_) if has_sign(value) => quoted(value, out),
        other => bracketed(other, foreign, out),
    }
}

fn push_text(text: &str, foreign: bool, context: Context, out: &mut String) {
    if foreign { push_quoted(text, out) } else { push_scalar(text, context, out) }
}

fn has_sign(value: &Long<'_>) -> bool {
    let sign = |text: &str| !every_byte(text, |byte| !matches!(byte, b'&' | b'*' | b'#'));
    match value {
        Long::Elsewhere(value) => has_sign(value),
        Long::Text(text) => sign(text),
        Long::List(items) => items.iter().any(has_sign),
        Long::Map(entries) => entries.iter().any(|(key, value)| sign(key) || has_sign(value)),
        Long::Null | Long::Bool(_) | Long::Number(_) => false,
    }
}

/// Lists and mappings in brackets, with quotes where they are needed.
fn bracketed(value: &Long<'_>, foreign: bool, out: &mut String) {
    match value {
        Long::Elsewhere(value) => bracketed(value, foreign, out),
        Long::Text(text) => push_text(text, foreign, Context::Flow, out),
        Long::List(items) => list(items, out, |item, out| match item {
            Long::Null => out.push('~'),
            item => bracketed(item, foreign, out),
        }),
        Long::Map(entries) => mapping(entries, out, |(key, value), out| {
            push_key(key, Context::Flow, out);
            out.push_str(": ");
            match value {
                Long::Null => out.push('~'),
                value => bracketed(value, foreign || key.starts_with("x-"), out),
            }
        }),
        other => other.push_json(out),
    }
}

/// Lists and mappings in brackets, with every text in quotes: JSON's strings are YAML's.
fn quoted(value: &Long<'_>, out: &mut String) {
    match value {
        Long::Elsewhere(value) => quoted(value, out),
        Long::List(items) => list(items, out, quoted),
        Long::Map(entries) => mapping(entries, out, |(key, value), out| {
            Long::from(key.as_ref()).push_json(out);
            out.push_str(": ");
            quoted(value, out);
        }),
        other => other.push_json(out),
    }
}

fn list(items: &[Long<'_>], out: &mut String, write: impl FnMut(&Long<'_>, &mut String)) {
    out.push('[');
    parted(items.iter(), out, write);
    out.push(']');
}

fn mapping<'m>(entries: &'m [Entry<'m>], out: &mut String, write: impl FnMut(&'m Entry<'m>, &mut String)) {
    out.push('{');
    parted(entries.iter(), out, write);
    out.push('}');
}

fn parted<T>(items: impl Iterator<Item = T>, out: &mut String, mut write: impl FnMut(T, &mut String)) {
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write(item, out);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value as Json, json};

    use super::*;
    use crate::fmt::format;

    /// A text that needs no thought, from which the layout is made in the slow way.
    fn plain(value: &Json) -> String {
        fn entry(key: &str, value: &Json, depth: usize, out: &mut String) {
            out.push_str(&format!("{}{}:", "  ".repeat(depth), Json::from(key)));
            match value {
                Json::Object(entries) if !entries.is_empty() => {
                    out.push('\n');
                    entries.iter().for_each(|(key, value)| entry(key, value, depth + 1, out));
                }
                Json::String(text) if is_long(text) => {
                    let lines = text.split('\n').map(|line| if line.is_empty() { String::new() } else { "  ".repeat(depth + 1) + line });
                    out.push_str(&format!(" |-\n{}\n", lines.collect::<Vec<_>>().join("\n")));
                }
                other => {
                    out.push(' ');
                    quoted(&Long::of(other), out);
                    out.push('\n');
                }
            }
        }
        let mut out = String::new();
        value.as_object().into_iter().flatten().for_each(|(key, value)| entry(key, value, 0, &mut out));
        out
    }

    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-z0-9 ]{0,5}",
            2 => "[-:#,&*!|>%@`'\"\\\\?{}=~<\\[\\]./_]{1,2} ?",
            1 => Just("\n".to_owned()),
            1 => proptest::sample::select(vec!["null", "true", "no", "1.0", "é", "\t", ": ", " #", "...", "- ", "\u{a0}", "\r\n"]).prop_map(str::to_owned),
        ];
        proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
    }

    fn key() -> impl Strategy<Value = String> {
        prop_oneof![4 => "[a-z]{1,6}", 2 => "x-[a-z]{1,3}", 1 => text(), 1 => proptest::sample::select(vec!["<<", "redan", "elements", "name", "", "a: b", "~"]).prop_map(str::to_owned)]
    }

    fn value() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            6 => text().prop_map(Json::from),
            1 => any::<bool>().prop_map(Json::from),
            1 => any::<i32>().prop_map(Json::from),
            1 => (-1e6_f64..1e6).prop_map(Json::from),
            1 => Just(Json::Null),
        ];
        leaf.prop_recursive(4, 24, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                proptest::collection::vec((key(), inner), 0..4).prop_map(|entries| entries.into_iter().collect::<Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_layout_is_that_of_a_text_that_was_laid_out(entries in proptest::collection::vec((key(), value()), 1..5)) {
            let model: Json = entries.into_iter().collect::<Map<_, _>>().into();
            if let Ok(laid_out) = format("m.tm.yaml", &plain(&model)) {
                prop_assert_eq!(written(&Long::of(&model)), laid_out);
            }
        }
    }

    #[test]
    fn sections_stand_apart_and_quotes_are_where_they_are_needed() {
        let model = json!({"elements": {"app": {"kind": "process", "x-own": {"number": "2.0", "list": ["1", 1]}}}, "redan": 1, "name": "A: b",
            "description": "one\n\n- two #", "authors": ["x, y", "no"], "tags": ["a #b", "c"]});
        assert_eq!(
            written(&Long::of(&model)),
            "redan: 1\nname: \"A: b\"\ndescription: |-\n  one\n\n  - two #\nauthors: [\"x, y\", no]\n\nelements:\n  app:\n    kind: process\n    x-own:\n      number: \"2.0\"\n      list: [\"1\", 1]\n\ntags: [\"a #b\", \"c\"]\n"
        );
    }
}
