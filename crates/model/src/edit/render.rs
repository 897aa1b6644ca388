//! Values as YAML or JSON text on one line, quoted only where a reader would otherwise see something else.

use std::fmt::Write as _;

use super::plain::Plain;

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
    let plain = match context {
        Context::Json => is_json_literal(text),
        Context::Flow => is_plain(text) && !text.contains([',', '[', ']', '{', '}']),
        Context::Block => is_plain(text),
    };
    if plain { text.to_owned() } else { quoted(text) }
}

/// A key as it is written in a context; JSON knows only quoted ones.
pub(crate) fn key(text: &str, context: Context) -> String {
    let plain = context != Context::Json && is_plain(text) && !text.contains([',', '[', ']', '{', '}', ':']) && text != "<<";
    if plain { text.to_owned() } else { quoted(text) }
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
    out.push('"');
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
    out
}

/// Whether YAML reads the text as it stands, as this very text.
fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let indicator = matches!(
        first,
        ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' | '-' | '?' | ':' | '=' | ' '
    );
    let dashed = first == '-' && text.chars().nth(1).is_some_and(char::is_alphanumeric);
    let odd =
        text.chars().any(|c| c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{a0}' | '\u{fffe}' | '\u{ffff}'));
    (!indicator || dashed)
        && !odd
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("...")
        && !matches!(text, "~" | "null")
}

/// Numbers and truth values, which JSON writes without quotes.
fn is_json_literal(text: &str) -> bool {
    matches!(text, "true" | "false") || serde_json::from_str::<serde_json::Number>(text).is_ok_and(|number| number.to_string() == text)
}
