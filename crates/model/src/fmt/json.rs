//! JSON, laid out with two spaces a level.

use super::rank;
use crate::edit::{EditError, Part, quoted};
use crate::tree::{Node, Style, Value};

/// The part laid out; JSON with comments is not JSON and is left alone.
pub(super) fn format(part: &Part) -> Result<String, EditError> {
    if !part.document.comments.is_empty() {
        return Err(EditError::Refused("JSON cannot hold comments".to_owned()));
    }
    let mut out = String::new();
    node(&part.document.root, 0, &mut out);
    out.push('\n');
    Ok(out)
}

fn node(value: &Node, depth: usize, out: &mut String) {
    match &value.value {
        Value::Null => out.push_str("null"),
        Value::Scalar(scalar) if value.style == Style::Plain => out.push_str(scalar),
        Value::Scalar(scalar) => out.push_str(&quoted(scalar)),
        Value::List(items) => lines(items, ['[', ']'], depth, out, |item, out| node(item, depth + 1, out)),
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            if depth == 0 {
                entries.sort_by_key(|entry| rank(&entry.key));
            }
            lines(&entries, ['{', '}'], depth, out, |entry, out| {
                out.push_str(&quoted(&entry.key));
                out.push_str(": ");
                node(&entry.value, depth + 1, out);
            });
        }
    }
}

fn lines<T>(items: &[T], brackets: [char; 2], depth: usize, out: &mut String, mut write: impl FnMut(&T, &mut String)) {
    out.push(brackets[0]);
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        write(item, out);
    }
    if !items.is_empty() {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(brackets[1]);
}
