//! Setting and removing: where in the text a change goes, by how its surroundings are written.

use std::ops::Range;

use super::expand;
use super::parts::{Part, Parts};
use super::path::{ROOT_FIELDS, child};
use super::plain::{Plain, unknown};
use super::render::{self, Context};
use super::splice::{Splice, apply, checked, entangled};
use super::{EditError, list, plain};
use crate::tree::{Entry, Node, Style, Value};

/// More expansions than any path can need.
const MAX_STEPS: usize = 8;

/// Gives what `keys` lead to a value.
pub(crate) fn set(mut parts: Parts, keys: &[String], value: &Plain) -> Result<String, EditError> {
    let at = parts.home(keys).ok_or_else(|| EditError::Refused("the text has no block for models that could take it".to_owned()))?;
    let mut expected = parts.meaning();
    if let Some(splice) = append_to_list(&parts, at, keys, value) {
        let (key, path) = keys.split_last().ok_or_else(entangled)?;
        expected[at].push(path, key);
        return checked(apply(&parts, vec![splice], &[])?, expected);
    }
    expected[at].set(keys, 0, value)?;
    for _ in 0..MAX_STEPS {
        match step(&parts, at, keys, value)? {
            Step::Last(splices, removed) => return checked(apply(&parts, splices, &[removed])?, expected),
            Step::Again(splices, removed) => parts = apply(&parts, splices, &[removed])?,
        }
    }
    Err(entangled())
}

/// Makes several changes at once: gives what keys lead to a value, or takes it out where there is none. Changes that need
/// each other, or more than one step, are not made so.
pub(crate) fn all(parts: &Parts, changes: &[(&[String], Option<Plain>)]) -> Result<String, EditError> {
    let mut expected = parts.meaning();
    let (mut splices, mut removed) = (Vec::new(), Vec::new());
    for (keys, value) in changes {
        let at = parts.home(keys).ok_or_else(entangled)?;
        let Some(value) = value else {
            expected[at].remove(keys, 0)?;
            let (splice, gone) = removal(parts, at, keys)?;
            splices.push(splice);
            removed.push(gone);
            continue;
        };
        expected[at].set(keys, 0, value)?;
        match step(parts, at, keys, value)? {
            Step::Last(own, gone) if append_to_list(parts, at, keys, value).is_none() => {
                splices.extend(own);
                removed.push(gone);
            }
            Step::Last(..) | Step::Again(..) => return Err(entangled()),
        }
    }
    checked(apply(parts, splices, &removed)?, expected)
}

/// One change of the text on the way to the value.
enum Step {
    Last(Vec<Splice>, Range<usize>),
    /// A short form was written out; the path is followed anew.
    Again(Vec<Splice>, Range<usize>),
}

/// `yes` for a control that a list of controls does not have yet is one more item.
fn append_to_list(parts: &Parts, at: usize, keys: &[String], value: &Plain) -> Option<Splice> {
    let (key, path) = keys.split_last()?;
    let node = path.iter().try_fold(&parts.parts[at].document.root, |node, key| child(node, key))?;
    let Value::List(items) = &node.value else { return None };
    items.last().filter(|last| !last.aliased && !node.aliased)?;
    if !expand::is_fact_set(path) || *value != Plain::text("yes") || items.iter().any(|item| item.as_str() == Some(key)) {
        return None;
    }
    list::appended(parts, at, node, key)
}

fn step(parts: &Parts, at: usize, keys: &[String], value: &Plain) -> Result<Step, EditError> {
    let part = &parts.parts[at];
    let mut node = &part.document.root;
    let mut entry: Option<&Entry> = None;
    let mut flow = part.json;
    for (depth, key) in keys.iter().enumerate() {
        if node.aliased {
            return Err(EditError::Refused("the value stands behind an alias; change it where it is defined".to_owned()));
        }
        // A mapping is no short form of anything.
        if !matches!(node.value, Value::Map(_))
            && let Some(longer) = expand::long_form(&Plain::of(node), &keys[..depth], key)
        {
            return Ok(written_out(parts, part, node, &longer, flow));
        }
        flow |= node.style == Style::Flow;
        let next = match &node.value {
            Value::Map(entries) => match entries.iter().find(|entry| entry.key == *key) {
                Some(found) => {
                    entry = Some(found);
                    &found.value
                }
                None => return Ok(Step::Last(vec![insertion(parts, part, node, &keys[depth..], value, depth)], 0..0)),
            },
            Value::Null if depth == 0 => {
                let text = block_section(keys, value);
                return Ok(Step::Last(vec![at_end(parts, &part.range, &text)], 0..0));
            }
            Value::Null => {
                let nested = Plain::nested(&keys[depth..], value);
                return Ok(Step::Last(vec![replacement(parts, entry, node, &nested, part.context(flow))], node.span.range()));
            }
            Value::List(items) => {
                entry = None;
                let item = key.parse().ok().and_then(|at: usize| items.get(at));
                item.ok_or_else(|| unknown(key))?
            }
            Value::Scalar(_) => return Err(entangled()),
        };
        node = next;
    }
    if node.aliased {
        return Ok(Step::Last(vec![replacement(parts, entry, node, value, part.context(flow))], 0..0));
    }
    Ok(Step::Last(vec![replacement(parts, entry, node, value, part.context(flow))], node.span.range()))
}

/// Turns a list of facts into a mapping item by item, so that comments stay; other short forms are replaced.
fn written_out(parts: &Parts, part: &Part, node: &Node, longer: &Plain, flow: bool) -> Step {
    let whole = node.span.range();
    let Value::List(items) = &node.value else {
        let text = render::value(longer, part.context(flow));
        return Step::Again(vec![Splice::new(whole, text)], 0..0);
    };
    let yes = if part.json { ": \"yes\"" } else { ": yes" };
    let mut splices: Vec<Splice> = items.iter().map(|item| Splice::new(item.span.range().end..item.span.range().end, yes)).collect();
    if node.style == Style::Flow {
        splices.push(Splice::new(whole.start..whole.start + 1, "{"));
        splices.push(Splice::new(whole.end - 1..whole.end, "}"));
    } else {
        for item in items {
            let before = &parts.text[..item.span.range().start];
            if let Some(dash) = before.rfind('-') {
                splices.push(Splice::new(dash..dash + 1, " "));
            }
        }
    }
    Step::Again(splices, 0..0)
}

/// The splice that puts a value in the place of another.
fn replacement(parts: &Parts, entry: Option<&Entry>, node: &Node, value: &Plain, context: Context) -> Splice {
    let text = render::value(value, context);
    let range = node.span.range();
    if range.is_empty() {
        let start = entry.map_or(range.start, |entry| after_colon(&parts.text, entry));
        let lead = if parts.text[..start].ends_with([' ', '\n']) { "" } else { " " };
        let colon = if entry.is_some() && !parts.text[..start].ends_with([':', ' ']) { ":" } else { "" };
        return Splice::new(start..start, format!("{colon}{lead}{text}"));
    }
    let block = node.style == Style::Plain && matches!(node.value, Value::List(_) | Value::Map(_));
    if let Some(entry) = entry.filter(|_| block) {
        let start = after_colon(&parts.text, entry);
        if parts.text[start..range.start].trim().is_empty() {
            return Splice::new(start..range.end, format!(" {text}"));
        }
    }
    Splice::new(range, text)
}

/// The place after an entry's colon, or after its key if it has none.
fn after_colon(text: &str, entry: &Entry) -> usize {
    let end = entry.key_span.range().end;
    let rest = &text[end..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if rest[blank..].starts_with(':') { end + blank + 1 } else { end }
}

/// The splice that adds the first of `keys` to a mapping.
fn insertion(parts: &Parts, part: &Part, node: &Node, keys: &[String], value: &Plain, depth: usize) -> Splice {
    let Value::Map(entries) = &node.value else { return Splice::new(0..0, "") };
    let rest = Plain::nested(&keys[1..], value);
    let flow = node.style == Style::Flow;
    let context = part.context(flow);
    let Some(last) = entries.last() else {
        // An empty mapping is always written with braces.
        let text = format!("{{{}: {}}}", render::key(&keys[0], part.context(true)), render::value(&rest, part.context(true)));
        return Splice::new(node.span.range(), text);
    };
    let text = format!("{}: {}", render::key(&keys[0], context), render::value(&rest, context));
    if flow {
        let end = entry_end(last);
        let key = last.key_span.range().start;
        let lead = indentation(&parts.text, key);
        let separator = lead.map_or(", ".to_owned(), |lead| format!(",\n{lead}"));
        return Splice::new(end..end, format!("{separator}{text}"));
    }
    let (after, text) = if depth == 0 { (section_before(entries, &keys[0]), block_section(keys, value)) } else { (Some(last), text) };
    let column = column(&parts.text, entries[0].key_span.range().start);
    let indent = " ".repeat(column);
    let text = text.replace('\n', &format!("\n{indent}"));
    match after {
        Some(entry) => {
            let end = line_end(&parts.text, entry_end(entry));
            let gap = if depth == 0 && keys.len() > 1 { "\n" } else { "" };
            Splice::new(end..end, format!("\n{gap}{indent}{text}"))
        }
        None => {
            let start = entries[0].key_span.range().start;
            Splice::new(start..start, format!("{text}\n{indent}"))
        }
    }
}

/// The section after which a new one is written; `None` for the top.
fn section_before<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Entry> {
    let rank = |key: &str| ROOT_FIELDS.iter().position(|field| *field == key).unwrap_or(ROOT_FIELDS.len());
    let wanted = rank(key);
    let before = entries.iter().rfind(|entry| rank(&entry.key) <= wanted && rank(&entry.key) < ROOT_FIELDS.len());
    before.or(if wanted == ROOT_FIELDS.len() { entries.last() } else { None })
}

/// A top-level field in block style, down to the entry.
fn block_section(keys: &[String], value: &Plain) -> String {
    let name = render::key(&keys[0], Context::Block);
    match keys {
        [_, id, rest @ ..] => {
            let inner = render::value(&Plain::nested(rest, value), Context::Block);
            format!("{name}:\n  {}: {inner}", render::key(id, Context::Block))
        }
        _ => format!("{name}: {}", render::value(value, Context::Block)),
    }
}

/// Text for the end of a part that holds nothing but comments.
fn at_end(parts: &Parts, range: &Range<usize>, text: &str) -> Splice {
    let lead = if range.is_empty() || parts.text[range.clone()].ends_with('\n') { "" } else { "\n" };
    Splice::new(range.end..range.end, format!("{lead}{text}\n"))
}

/// Removes what `keys` lead to.
pub(crate) fn remove(parts: Parts, keys: &[String]) -> Result<String, EditError> {
    let at = parts.home(keys).ok_or_else(|| unknown(&keys.join(".")))?;
    let mut expected = parts.meaning();
    expected[at].remove(keys, 0).map_err(|_| unknown(&keys.join(".")))?;
    let (splice, removed) = removal(&parts, at, keys)?;
    checked(apply(&parts, vec![splice], &[removed])?, expected)
}

fn removal(parts: &Parts, at: usize, keys: &[String]) -> Result<(Splice, Range<usize>), EditError> {
    let part = &parts.parts[at];
    let (key, path) = keys.split_last().ok_or_else(|| unknown(""))?;
    let mut node = &part.document.root;
    let mut holder: Option<&Entry> = None;
    for key in path {
        if let Value::Map(entries) = &node.value {
            holder = entries.iter().find(|entry| entry.key == *key);
        } else {
            holder = None;
        }
        node = child(node, key).ok_or_else(|| unknown(key))?;
    }
    if node.aliased {
        return Err(EditError::Refused("the value stands behind an alias; change it where it is defined".to_owned()));
    }
    let (ranges, index): (Vec<Range<usize>>, _) = match &node.value {
        Value::Map(entries) => (
            entries.iter().map(|entry| entry.key_span.range().start..entry_end(entry)).collect(),
            entries.iter().position(|entry| entry.key == *key),
        ),
        Value::List(items) => {
            let index = plain::item_at(items.len(), key, |at| items[at].as_str() == Some(key));
            (items.iter().map(|item| item.span.range()).collect(), index)
        }
        Value::Null | Value::Scalar(_) => (Vec::new(), None),
    };
    let index = index.ok_or_else(|| unknown(key))?;
    let own = ranges[index].clone();
    let removed = own.start..line_end(&parts.text, own.end);
    if ranges.len() == 1 {
        if path.len() == 1 && matches!(node.value, Value::Map(_)) {
            return Ok((removal(parts, at, path)?.0, removed));
        }
        let empty = if matches!(node.value, Value::Map(_)) { Plain::Map(Vec::new()) } else { Plain::List(Vec::new()) };
        return Ok((replacement(parts, holder, node, &empty, part.context(true)), removed));
    }
    if node.style == Style::Flow {
        let range = if index + 1 < ranges.len() { own.start..ranges[index + 1].start } else { ranges[index - 1].end..own.end };
        return Ok((Splice::new(range, ""), own));
    }
    let list = matches!(node.value, Value::List(_));
    Ok((Splice::new(whole_lines(&parts.text, &own, list, ranges.get(index + 1)).ok_or_else(entangled)?, ""), removed))
}

/// The lines of a block entry, or up to the next one where it shares its first line with a `-`.
fn whole_lines(text: &str, own: &Range<usize>, list: bool, next: Option<&Range<usize>>) -> Option<Range<usize>> {
    let line = text[..own.start].rfind('\n').map_or(0, |at| at + 1);
    let lead = text[line..own.start].trim();
    let end = line_end(text, own.end);
    if lead.is_empty() || (list && lead == "-") {
        let after = (end + 1).min(text.len());
        // Of the empty lines on both sides, one side stays.
        let apart = text[..line].ends_with("\n\n") && (text[after..].starts_with('\n') || after == text.len());
        let start = if apart { line - 1 } else { line };
        return Some(if after > end || line == 0 { start..after } else { line - 1..end });
    }
    if list { None } else { next.map(|next| own.start..next.start) }
}

fn entry_end(entry: &Entry) -> usize {
    (entry.value.span.range().end).max(entry.key_span.range().end)
}

pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    if text[at..end].ends_with('\r') { end - 1 } else { end }
}

fn column(text: &str, at: usize) -> usize {
    let line = text[..at].rfind('\n').map_or(0, |found| found + 1);
    text[line..at].chars().count()
}

/// The white space before a place, if nothing else is before it on its line.
fn indentation(text: &str, at: usize) -> Option<&str> {
    let line = text[..at].rfind('\n')? + 1;
    let lead = &text[line..at];
    lead.trim().is_empty().then_some(lead)
}
