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
        match std::str::from_utf8(bytes) {
            Ok(text) if text.chars().any(is_obeyed) => self.inner.write_all(tamed(text, self.styles).as_bytes())?,
            _ => self.inner.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
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
