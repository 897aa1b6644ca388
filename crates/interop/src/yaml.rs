//! A document as YAML that people read: blocks, and quotes where they are needed.

use serde_json::Value as Json;

/// The text of a document.
pub(crate) fn render(document: &Json) -> String {
    let mut out = String::new();
    if let Json::Object(entries) = document {
        for (key, value) in entries {
            entry(key, value, 0, &mut out);
        }
    }
    out
}

fn entry(key: &str, value: &Json, depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(&scalar(key));
    out.push(':');
    block(value, depth, out);
}

/// A value after `key:`, on the same line or below it.
fn block(value: &Json, depth: usize, out: &mut String) {
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            out.push('\n');
            for (key, value) in entries {
                entry(key, value, depth + 1, out);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                out.push_str(&"  ".repeat(depth + 1));
                out.push('-');
                match item {
                    Json::Object(entries) if !entries.is_empty() => nested(entries, depth + 1, out),
                    other => {
                        out.push(' ');
                        out.push_str(&inline(other));
                        out.push('\n');
                    }
                }
            }
        }
        other => {
            out.push(' ');
            out.push_str(&inline(other));
            out.push('\n');
        }
    }
}

/// A mapping that begins on the line of its hyphen.
fn nested(entries: &serde_json::Map<String, Json>, depth: usize, out: &mut String) {
    for (at, (key, value)) in entries.iter().enumerate() {
        if at == 0 {
            out.push(' ');
            out.push_str(&scalar(key));
            out.push(':');
            block(value, depth + 1, out);
        } else {
            entry(key, value, depth + 1, out);
        }
    }
}

/// A value on one line.
pub(crate) fn inline(value: &Json) -> String {
    match value {
        Json::String(text) => scalar(text),
        Json::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{}: {}", scalar(key), inline(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// A text as it is where nobody can take it for something else, else in quotes: JSON's strings are YAML's.
pub(crate) fn scalar(text: &str) -> String {
    const OTHERS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan"];
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '/' | '.' | '(' | ')' | '+');
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(word) && text.trim() == text;
    if plain && !OTHERS.contains(&text.to_ascii_lowercase().as_str()) { text.to_owned() } else { Json::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_text_means_what_the_document_says() {
        let document = json!({"a b": {"c": [], "d": [1, "no", {"e": "x: y", "f": {"g": ["h"]}}, []], "i": "1.0"}, "yes": "-", "k": {}, "l": "two\nlines", "m": null});
        let text = render(&document);
        assert_eq!(crate::limits::yaml(text.as_bytes()).unwrap(), document, "{text}");
    }
}
