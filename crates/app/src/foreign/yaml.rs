//! A model's JSON as YAML that people read; the usual layout is given to it afterwards.

use redan_model::fmt::format;
use serde_json::Value as Json;

/// The model as the text of a `.tm.yaml` file.
pub(crate) fn render(model: &Json) -> String {
    let mut text = String::new();
    if let Json::Object(entries) = model {
        for (key, value) in entries {
            entry(key, value, 0, &mut text);
        }
    }
    // What cannot be laid out better is a valid model all the same.
    format("model.tm.yaml", &text).unwrap_or(text)
}

fn entry(key: &str, value: &Json, depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(&quoted(key));
    out.push(':');
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            out.push('\n');
            for (key, value) in entries {
                entry(key, value, depth + 1, out);
            }
        }
        Json::String(text) if is_block(text) => block(text, depth + 1, out),
        other => {
            out.push(' ');
            out.push_str(&inline(other));
            out.push('\n');
        }
    }
}

/// Lists and single values on one line.
fn inline(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{}: {}", quoted(key), inline(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Json::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// Whether a text is easier to read over several lines, and comes back as it was.
fn is_block(text: &str) -> bool {
    let plain = |line: &str| line == line.trim() && !line.chars().any(char::is_control);
    text.contains('\n') && text.split('\n').all(plain) && !text.starts_with('\n') && !text.ends_with('\n')
}

fn block(text: &str, depth: usize, out: &mut String) {
    out.push_str(" |-\n");
    for line in text.split('\n') {
        if !line.is_empty() {
            out.push_str(&"  ".repeat(depth));
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// A text that needs no thought: JSON's strings are YAML's.
fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use redan_model::{Vocabulary, canonical, load_text};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_text_means_what_the_json_means_and_quotes_only_what_it_must() {
        let model = json!({"redan": 1, "name": "A: b", "description": "one\n\n- two #", "authors": ["x, y", "no"],
            "elements": {"app": {"kind": "process", "x-own": {"a b": "c: d", "number": "2.0", "list": ["1", 1, {"is": "true"}]}}}});
        let text = render(&model);
        assert!(text.contains("kind: process\n") && text.contains("description: |-\n"), "{text}");
        let loaded = load_text("m.tm.yaml", &text, &Vocabulary::default());
        assert_eq!(loaded.diagnostics, []);
        let direct = load_text("m.tm.json", &model.to_string(), &Vocabulary::default());
        assert_eq!(canonical::to_json(&loaded.model.root), canonical::to_json(&direct.model.root));
    }
}
