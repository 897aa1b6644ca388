//! A stream on which texts of a model cannot command the terminal.
//!
//! Control characters and changes of the writing direction become the replacement character; our own colours pass.

use std::io::{self, Write};

/// Passes text on without what a terminal would obey.
pub(crate) struct Guarded<W> {
    inner: W,
    /// Whether styles are ours to set; they only change how text looks.
    styles: bool,
}

impl<W: Write> Guarded<W> {
    /// Guards a stream.
    pub(crate) fn new(inner: W, styles: bool) -> Self {
        Self { inner, styles }
    }
}

impl<W: Write> Write for Guarded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = if may_command(bytes) { std::str::from_utf8(bytes).ok() } else { None };
        match text {
            Some(text) => self.inner.write_all(tamed(text, self.styles).as_bytes())?,
            None => self.inner.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// Whether a character that is obeyed is in a text. Nearly all text has none, and a document may have a gigabyte.
fn may_command(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    // Without an early exit, a block is compared as a whole.
    let suspicious = |block: &[u8; BLOCK]| block.iter().fold(false, |found, byte| found | starts_obeyed(*byte));
    let commands = |from: usize, to: usize| (from..to).any(|at| is_obeyed_at(&bytes[at..]));
    let found = blocks.iter().enumerate().any(|(at, block)| suspicious(block) && commands(at * BLOCK, (at + 1) * BLOCK));
    found || commands(bytes.len() - rest.len(), bytes.len())
}

/// Whether a character that is obeyed may start with a byte.
fn starts_obeyed(byte: u8) -> bool {
    (byte < b' ' && byte != b'\n' && byte != b'\t') || matches!(byte, 0x7f | 0xc2 | 0xe2)
}

/// The same as [`is_obeyed`] for the character that bytes start with.
fn is_obeyed_at(bytes: &[u8]) -> bool {
    match bytes {
        [0xc2, second, ..] => (0x80..=0x9f).contains(second),
        [0xe2, 0x80, third, ..] => (0xaa..=0xae).contains(third),
        [0xe2, 0x81, third, ..] => (0xa6..=0xa9).contains(third),
        [0xc2 | 0xe2, ..] | [] => false,
        [first, ..] => starts_obeyed(*first),
    }
}

/// Whether a terminal does something else with a character than show it, or shows what follows in another order.
fn is_obeyed(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text without characters that are obeyed, styles left alone if they are ours.
pub(crate) fn tamed(text: &str, styles: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let style = if styles { style_length(rest) } else { 0 };
        let taken = if style > 0 { style } else { c.len_utf8() };
        if style == 0 && is_obeyed(c) {
            out.push('\u{fffd}')
        } else {
            out.push_str(&rest[..taken])
        }
        rest = &rest[taken..];
    }
    out
}

/// How long the style sequence is that a text starts with: `ESC [ digits m`.
fn style_length(text: &str) -> usize {
    let Some(after) = text.strip_prefix("\u{1b}[") else { return 0 };
    let digits = after.bytes().take_while(|b| b.is_ascii_digit() || *b == b';').count();
    if after.as_bytes().get(digits) == Some(&b'm') { digits + 3 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_found_by_its_bytes_wherever_it_stands() {
        for c in (0..=0x3000).filter_map(char::from_u32) {
            for before in [0, BLOCK - 1] {
                let text = format!("{}{c}é–x", "x".repeat(before));
                assert_eq!(may_command(text.as_bytes()), is_obeyed(c), "{c:?} after {before}");
            }
        }
    }

    #[test]
    fn a_stream_passes_plain_text_and_bytes_as_they_are_and_tames_the_rest() {
        let written = |bytes: &[u8]| {
            let mut guarded = Guarded::new(Vec::new(), false);
            guarded.write_all(bytes).unwrap();
            guarded.inner
        };
        assert_eq!(written("“plain”\n".as_bytes()), "“plain”\n".as_bytes());
        assert_eq!(written(b"\xff\x1b"), b"\xff\x1b");
        assert_eq!(written("a\u{1b}b\u{202e}".as_bytes()), "a\u{fffd}b\u{fffd}".as_bytes());
    }

    #[test]
    fn a_terminal_is_not_commanded() {
        assert_eq!(
            tamed("a\u{1b}[2Jb\u{1b}]0;t\u{7}c\rd\u{9b}1m\u{202e}e\n\tf", true),
            "a\u{fffd}[2Jb\u{fffd}]0;t\u{fffd}c\u{fffd}d\u{fffd}1m\u{fffd}e\n\tf"
        );
    }

    #[test]
    fn styles_pass_only_where_colours_are_wanted() {
        assert_eq!(tamed("\u{1b}[1;31mred\u{1b}[0m", true), "\u{1b}[1;31mred\u{1b}[0m");
        assert_eq!(tamed("\u{1b}[1mred", false), "\u{fffd}[1mred");
    }
}
