//! Adding items to lists, whichever way these are written.

use super::EditError;
use super::parts::Parts;
use super::path::child;
use super::plain::Plain;
use super::render;
use super::splice::{Splice, apply, checked, entangled};
use super::write::{line_end, set};
use crate::tree::{Node, Style, Value};

/// Adds `item` to the list at `keys`; a reason makes it an entry of a mapping.
pub(super) fn add(parts: Parts, keys: &[String], item: &str, reason: &str) -> Result<String, EditError> {
    if item.trim().is_empty() || item.contains('\n') {
        return Err(EditError::Malformed("a text on one line is needed".to_owned()));
    }
    let with_reasons = keys.last().is_some_and(|key| key == "out");
    if !with_reasons && !reason.is_empty() {
        return Err(EditError::Malformed(format!("an item of `{}` is one text", keys.join("."))));
    }
    let at = parts.home(keys).ok_or_else(|| EditError::Refused("the text has no block for models that could take it".to_owned()))?;
    let node = keys.iter().try_fold(&parts.parts[at].document.root, |node, key| child(node, key));
    let entry: Vec<String> = keys.iter().cloned().chain([item.to_owned()]).collect();
    let text = Plain::text(reason);
    let value = if reason.is_empty() { &Plain::Null } else { &text };
    match node.map(|node| &node.value) {
        Some(Value::Map(entries)) if with_reasons => {
            if entries.iter().any(|entry| entry.key == item) {
                return Err(EditError::Taken(item.to_owned()));
            }
            set(parts, &entry, value)
        }
        None | Some(Value::Null) if !reason.is_empty() => set(parts, &entry, value),
        None | Some(Value::Null) => set(parts, keys, &Plain::List(vec![Plain::text(item)])),
        Some(Value::List(_) | Value::Scalar(_)) if !reason.is_empty() => {
            let message = format!("`{}` is a list, and its items have no reasons; write it as `item: reason` first", keys.join("."));
            Err(EditError::Refused(message))
        }
        Some(Value::Scalar(first)) => {
            let both = Plain::List(vec![Plain::text(first), Plain::text(item)]);
            set(parts, keys, &both)
        }
        Some(Value::List(items)) => {
            if items.iter().any(|known| known.as_str() == Some(item)) {
                return Err(EditError::Taken(item.to_owned()));
            }
            append(&parts, at, keys, item)
        }
        Some(Value::Map(_)) => Err(entangled()),
    }
}

fn append(parts: &Parts, at: usize, keys: &[String], item: &str) -> Result<String, EditError> {
    let node = keys.iter().try_fold(&parts.parts[at].document.root, |node, key| child(node, key)).ok_or_else(entangled)?;
    if node.aliased {
        return Err(EditError::Refused("the list stands behind an alias; change it where it is defined".to_owned()));
    }
    let mut expected = parts.meaning();
    expected[at].push(keys, item);
    let splice = appended(parts, at, node, item).ok_or_else(entangled)?;
    checked(apply(parts, vec![splice], &[])?, expected)
}

/// The splice that writes one more item behind the last.
pub(super) fn appended(parts: &Parts, at: usize, node: &Node, item: &str) -> Option<Splice> {
    let Value::List(items) = &node.value else { return None };
    let flow = node.style == Style::Flow;
    let text = render::scalar(item, parts.parts[at].context(flow));
    let Some(last) = items.last() else {
        let end = node.span.range().end.checked_sub(1)?;
        return Some(Splice::new(end..end, text));
    };
    let last = last.span.range();
    if flow {
        return Some(Splice::new(last.end..last.end, format!(", {text}")));
    }
    let line = parts.text[..last.start].rfind('\n')? + 1;
    let lead = parts.text.get(line..last.start).filter(|lead| lead.trim() == "-")?;
    let end = line_end(&parts.text, last.end);
    Some(Splice::new(end..end, format!("\n{lead}{text}")))
}
