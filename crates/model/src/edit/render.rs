//! Values as YAML or JSON text on one line, quoted only where a reader would otherwise see something else.

use std::fmt::Write as _;

use super::plain::Plain;
use crate::every_byte;

/// Where a text will stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// After `key: ` or `- ` on a line of its own.
    Block,
    /// Inside brackets or braces.
    Flow,
    /// In JSON.
    Json,
}

/// A scalar as it is written in a context.
pub(crate) fn scalar(text: &str, context: Context) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_scalar(text, context, &mut out);
    out
}

/// Writes a scalar as it is written in a context.
pub(crate) fn push_scalar(text: &str, context: Context, out: &mut String) {
    let plain = match context {
        Context::Json => is_json_literal(text),
        Context::Flow => is_word(text) || is_plain(text) && !text.bytes().any(is_bracket),
        Context::Block => is_word(text) || is_plain(text),
    };
    if plain { out.push_str(text) } else { push_quoted(text, out) }
}

/// A key as it is written in a context; JSON knows only quoted ones.
pub(crate) fn key(text: &str, context: Context) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_key(text, context, &mut out);
    out
}

/// Writes a key as it is written in a context.
pub(crate) fn push_key(text: &str, context: Context, out: &mut String) {
    let no_sign = |text: &str| is_plain(text) && !text.bytes().any(|byte| is_bracket(byte) || byte == b':') && text != "<<";
    let plain = context != Context::Json && (is_word(text) || no_sign(text));
    if plain { out.push_str(text) } else { push_quoted(text, out) }
}

fn is_bracket(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

/// A value on one line.
pub(super) fn value(plain: &Plain, context: Context) -> String {
    let inner = if context == Context::Json { Context::Json } else { Context::Flow };
    match plain {
        Plain::Null if context == Context::Json => "null".to_owned(),
        Plain::Null => "~".to_owned(),
        Plain::Text(text) => scalar(text, context),
        Plain::List(items) => format!("[{}]", items.iter().map(|item| value(item, inner)).collect::<Vec<_>>().join(", ")),
        Plain::Map(entries) => {
            let entries = entries.iter().map(|(name, entry)| format!("{}: {}", key(name, inner), value(entry, inner)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text in double quotes, as both YAML and JSON read it.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(text, &mut out);
    out
}

/// Writes a text in double quotes.
pub(crate) fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    if every_byte(text, |byte| matches!(byte, b' '..=b'~') & (byte != b'"') & (byte != b'\\')) {
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}') => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Whether a text is letters, digits and dashes, as nearly every key and id is: nothing that YAML could see more in.
fn is_word(text: &str) -> bool {
    // Ranges as differences: many bytes are compared with one instruction each.
    let in_words = |byte: u8| ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10) | (byte == b'-');
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && every_byte(text, in_words) && text != "null"
}

/// Whether YAML reads the text as it stands, as this very text.
fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let indicator = matches!(
        first,
        ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' | '-' | '?' | ':' | '=' | ' '
    );
    let dashed = first == '-' && text.chars().nth(1).is_some_and(char::is_alphanumeric);
    let odd_char = |c: char| c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{a0}' | '\u{fffe}' | '\u{ffff}');
    // Nearly every text is ASCII, of which only the control characters are odd.
    let odd = !every_byte(text, |byte| matches!(byte, b' '..=b'~')) && text.chars().any(odd_char);
    let is_sign = |(at, byte): (usize, u8)| match byte {
        b':' => text.as_bytes().get(at + 1) == Some(&b' '),
        b'#' => at > 0 && text.as_bytes().get(at - 1) == Some(&b' '),
        _ => false,
    };
    let has_sign = !every_byte(text, |byte| (byte != b':') & (byte != b'#')) && text.bytes().enumerate().any(is_sign);
    (!indicator || dashed) && !odd && !text.ends_with([' ', ':']) && !has_sign && !text.starts_with("...") && !matches!(text, "~" | "null")
}

/// Numbers and truth values, which JSON writes without quotes.
fn is_json_literal(text: &str) -> bool {
    matches!(text, "true" | "false") || serde_json::from_str::<serde_json::Number>(text).is_ok_and(|number| number.to_string() == text)
}
