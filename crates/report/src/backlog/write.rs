//! Tasks as Markdown and as rows of comma-separated values.

use std::fmt::Write;

use super::{Picture, Task};

/// The columns of the backlog. They are part of the interface: none is added, moved or renamed.
pub const COLUMNS: [&str; 11] =
    ["threat_id", "type", "title", "priority", "estimate", "owner", "definition_of_done", "acceptance", "tests", "due", "link"];

/// A task as a row of the backlog; its threats are in one cell, worst first.
pub fn row(task: &Task) -> [String; 11] {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        task.threats.iter().map(|threat| threat.id.as_str()).collect::<Vec<_>>().join("; "),
        task.kind.as_str().to_owned(),
        task.title.clone(),
        task.priority.to_owned(),
        or_empty(&task.estimate),
        or_empty(&task.owner),
        task.definition_of_done.clone(),
        task.acceptance.join("; "),
        task.tests.join("; "),
        or_empty(&task.due),
        task.link.clone(),
    ]
}

/// A task as Markdown, as it is pasted into a tracker.
pub fn markdown(task: &Task) -> String {
    let mut out = format!("## {}\n\n", text(&task.title));
    if !task.how.is_empty() {
        let _ = writeln!(out, "{}\n", text(&task.how));
    }
    out.push_str("**Threats**\n\n");
    for threat in &task.threats {
        let risk = threat.risk.map(|risk| format!(" {risk}")).unwrap_or_default();
        let _ = writeln!(out, "- {} {} ({}{risk}): {}", code(&threat.id), text(&threat.title), threat.band, link(&threat.link));
    }
    out.push('\n');
    picture(&mut out, &task.picture);
    list(&mut out, "Acceptance", &task.acceptance, "not written yet: say in the model under `acceptance` when this is done");
    list(&mut out, "Tests", &task.tests, "none named yet: say in the model under `verify` how each criterion is checked");
    let said = |value: &Option<String>| value.as_deref().map_or_else(|| "not recorded".to_owned(), text);
    let _ = writeln!(out, "- Estimate: {}", said(&task.estimate));
    let _ = writeln!(out, "- Owner: {}", said(&task.owner));
    let _ = writeln!(out, "- Due: {}", said(&task.due));
    let _ = writeln!(out, "- Definition of done: {}", text_with_code(&task.definition_of_done));
    let _ = writeln!(out, "- In the model: {}\n", link(&task.link));
    out
}

fn list(out: &mut String, title: &str, items: &[String], empty: &str) {
    let _ = writeln!(out, "**{title}**\n");
    if items.is_empty() {
        let _ = writeln!(out, "- {empty}");
    }
    for item in items {
        let _ = writeln!(out, "- [ ] {}", text_with_code(item));
    }
    out.push('\n');
}

/// The piece of the diagram, which forges draw from its text.
fn picture(out: &mut String, picture: &Picture) {
    if picture.elements.is_empty() {
        return;
    }
    out.push_str("**Where**\n\n```mermaid\nflowchart LR\n");
    let node = |id: &str| picture.elements.iter().position(|(known, _)| known == id).unwrap_or_default();
    for (at, (_, name)) in picture.elements.iter().enumerate() {
        let _ = writeln!(out, "  e{at}[\"{}\"]", label(name));
    }
    for (from, to, name) in &picture.flows {
        let _ = writeln!(out, "  e{} -->|\"{}\"| e{}", node(from), label(name), node(to));
    }
    out.push_str("```\n\n");
    if picture.more > 0 {
        let _ = writeln!(out, "{} other flows are left out.\n", picture.more);
    }
}

/// A label of a Mermaid picture: letters, digits and harmless signs stay, the rest is written by number.
fn label(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() || " .,:/+_-()".contains(c) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

/// A path or an address as a link.
fn link(to: &str) -> String {
    let target: String = to
        .chars()
        .map(|c| match c {
            ' ' => "%20".to_owned(),
            '<' => "%3C".to_owned(),
            '>' => "%3E".to_owned(),
            c if c.is_control() => String::new(),
            c => c.to_string(),
        })
        .collect();
    format!("[{}](<{target}>)", text(to))
}

fn code(id: &str) -> String {
    format!("`{}`", id.replace('`', "'"))
}

/// Words of a model in Markdown: signs that would become markup are plain.
fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A name that a forge would notify.
            '@' => out.push_str("&#64;"),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// As [`text`], with what stands between backticks as code.
fn text_with_code(words: &str) -> String {
    if words.matches('`').count() % 2 == 1 {
        return text(words);
    }
    let part = |(at, part): (usize, &str)| if at % 2 == 1 { code(part) } else { text(part) };
    words.split('`').enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_model_never_become_markup() {
        assert_eq!(text("[x](y) <b> @ana `c`"), "\\[x\\](y) &lt;b&gt; &#64;ana \\`c\\`");
        assert_eq!(label("a\"]; b"), "a#34;#93;#59; b");
        assert_eq!(link("a b.yaml#L1"), "[a b.yaml\\#L1](<a%20b.yaml#L1>)");
    }

    #[test]
    fn code_in_our_own_sentences_stays_code() {
        assert_eq!(text_with_code("do `a_b` *now*"), "do `a_b` \\*now\\*");
        assert_eq!(text_with_code("one ` only"), "one \\` only");
    }
}
