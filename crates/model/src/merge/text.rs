//! The text of a merge: entries on lines of their own are taken over as they are written, comments included; what both
//! sides touched is ours with guarded edits that bring in theirs.

use std::ops::Range;

use super::meaning::{Change, Outcome};
use crate::edit::{Parts, Plain, is_fact_set, remove_at, set_at};
use crate::tree::{Entry, Node, Style, Value};

const OURS: &str = "<<<<<<< ours\n";
const BETWEEN: &str = "=======\n";
const THEIRS: &str = ">>>>>>> theirs\n";

/// The merged text; nothing when it cannot be made piece by piece.
pub(super) fn write(sides: &[Parts; 3], outcomes: &[Outcome]) -> Option<String> {
    let mut text = String::new();
    let mut late = Vec::new();
    let mut at = [0; 3];
    for (part, outcome) in outcomes.iter().enumerate() {
        let ranges = sides.each_ref().map(|side| side.parts[part].range.clone());
        text.push_str(outside([0, 1, 2].map(|side| &sides[side].text[at[side]..ranges[side].start]))?);
        let mut writer = Writer { sides, outcome, late: Vec::new(), path: Vec::new() };
        text.push_str(&writer.part(part)?);
        late.append(&mut writer.late);
        at = ranges.map(|range| range.end);
    }
    text.push_str(outside([0, 1, 2].map(|side| &sides[side].text[at[side]..]))?);
    if outcomes.iter().any(|outcome| !outcome.conflicts.is_empty()) {
        return Some(text);
    }
    let name = &sides[1].name;
    for change in &late {
        text = apply(name, &text, change)?;
    }
    let text = with_lost_comments(sides, text)?;
    means(name, &text, outcomes).then_some(text)
}

fn apply(name: &str, text: &str, change: &Change) -> Option<String> {
    let parts = Parts::read(name, text).ok()?;
    match &change.value {
        Some(value) => set_at(parts, &change.path, value).ok(),
        None => remove_at(parts, &change.path).ok(),
    }
}

/// Text that is not read as a model: whoever changed it has it.
fn outside([base, ours, theirs]: [&str; 3]) -> Option<&str> {
    if ours == theirs || theirs == base {
        Some(ours)
    } else if ours == base {
        Some(theirs)
    } else {
        None
    }
}

/// Whether a text means what the merge should mean.
fn means(name: &str, text: &str, outcomes: &[Outcome]) -> bool {
    let Ok(parts) = Parts::read(name, text) else { return false };
    let wanted = outcomes.iter().map(|outcome| &outcome.merged);
    let found = parts.meaning();
    found.len() == outcomes.len()
        && found.iter().zip(wanted).all(|(found, wanted)| normal(found, &mut Vec::new()) == normal(wanted, &mut Vec::new()))
}

/// The meaning with facts in their long form, sections without entries left out, and all mappings in one order.
fn normal(value: &Plain, path: &mut Vec<String>) -> Plain {
    match value {
        Plain::Null | Plain::Text(_) => value.clone(),
        Plain::List(items) if is_fact_set(path) && items.iter().all(|item| matches!(item, Plain::Text(_))) => {
            let yes = |item: &Plain| match item {
                Plain::Text(text) => Some((text.clone(), Plain::Text("yes".to_owned()))),
                Plain::Null | Plain::List(_) | Plain::Map(_) => None,
            };
            Plain::Map(items.iter().filter_map(yes).collect()).sorted()
        }
        Plain::List(items) => Plain::List(items.iter().map(|item| normal(item, path)).collect()),
        Plain::Map(entries) => {
            let mut found = Vec::new();
            for (key, value) in entries {
                path.push(key.clone());
                let value = normal(value, path);
                path.pop();
                if !(path.is_empty() && (value == Plain::Map(Vec::new()) || value == Plain::Null)) {
                    found.push((key.clone(), value));
                }
            }
            Plain::Map(found).sorted()
        }
    }
}

/// Adds the comments at the end that a side wrote and that found no place.
fn with_lost_comments(sides: &[Parts; 3], mut text: String) -> Option<String> {
    let comments = |parts: &Parts| parts.comments().map(|range| parts.text[range].trim_end().to_owned()).collect::<Vec<_>>();
    let [base, ours, theirs] = sides.each_ref().map(comments);
    let there = comments(&Parts::read(&sides[1].name, &text).ok()?);
    let count = |list: &[String], comment: &String| list.iter().filter(|other| *other == comment).count();
    let mut lost: Vec<String> = Vec::new();
    for comment in ours.iter().chain(&theirs) {
        let wrote = count(&ours, comment).max(count(&theirs, comment));
        let is_own = wrote > count(&base, comment);
        if is_own && count(&there, comment) + count(&lost, comment) < wrote {
            lost.push(comment.clone());
        }
    }
    if lost.is_empty() {
        return Some(text);
    }
    if sides[1].parts.len() != 1 || sides[1].parts[0].json || sides[1].parts[0].range.len() != sides[1].text.len() {
        return None;
    }
    for comment in lost {
        ensure_line(&mut text);
        text.push_str(&comment);
        text.push('\n');
    }
    Some(text)
}

fn ensure_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn text_of<'a>(sides: &'a [Parts; 3], chunk: &Chunk<'_>) -> &'a str {
    &sides[chunk.side].text[chunk.lead..chunk.end]
}

struct Writer<'a> {
    sides: &'a [Parts; 3],
    outcome: &'a Outcome,
    /// Changes that are made in the text once it is there.
    late: Vec<Change>,
    path: Vec<String>,
}

/// A mapping with an entry a line, in the part of a text that is its own.
#[derive(Clone)]
struct Lines<'a> {
    side: usize,
    entries: &'a [Entry],
    region: Range<usize>,
}

/// One entry: the comments that lead to it, and itself.
#[derive(Clone)]
struct Chunk<'a> {
    side: usize,
    entry: &'a Entry,
    lead: usize,
    start: usize,
    end: usize,
}

impl<'a> Writer<'a> {
    fn part(&mut self, part: usize) -> Option<String> {
        let lines = [0, 1, 2].map(|side| {
            let part = &self.sides[side].parts[part];
            let region = part.range.clone();
            match &part.document.root.value {
                Value::Map(entries) if !part.json => self.lines(side, &part.document.root, entries, region),
                _ => None,
            }
        });
        if let [Some(base), Some(ours), Some(theirs)] = lines {
            return Some(self.map(Some(&base), &ours, &theirs));
        }
        if !self.outcome.conflicts.is_empty() {
            return None;
        }
        self.late.extend(self.outcome.changes.iter().cloned());
        Some(self.sides[1].text[self.sides[1].parts[part].range.clone()].to_owned())
    }

    /// A mapping whose entries all start on lines of their own.
    fn lines(&self, side: usize, node: &Node, entries: &'a [Entry], region: Range<usize>) -> Option<Lines<'a>> {
        let text = &self.sides[side].text;
        let alone = |entry: &Entry| {
            let start = entry.key_span.range().start;
            start >= region.start && text[line_start(text, start)..start].chars().all(|c| c == ' ')
        };
        let fits = node.style != Style::Flow && !node.aliased && entries.iter().all(alone);
        fits.then_some(Lines { side, entries, region })
    }

    fn chunks(&self, lines: &Lines<'a>) -> (Vec<Chunk<'a>>, usize) {
        let text = &self.sides[lines.side].text;
        let mut lead = lines.region.start;
        let mut chunks = Vec::with_capacity(lines.entries.len());
        for (at, entry) in lines.entries.iter().enumerate() {
            let start = line_start(text, entry.key_span.range().start);
            let next = lines.entries.get(at + 1).map_or(lines.region.end, |next| line_start(text, next.key_span.range().start));
            let column = entry.key_span.range().start - start;
            let value = entry.value.span.range();
            let reach = text[..value.end.max(entry.key_span.range().end)].trim_end().len().max(entry.key_span.range().end);
            let mut end = (line_end(text, reach)).min(next);
            while end < next {
                let line = &text[end..line_end(text, end).min(next)];
                let indent = line.len() - line.trim_start().len();
                if line.trim().is_empty() || indent <= column {
                    break;
                }
                end += line.len();
            }
            chunks.push(Chunk { side: lines.side, entry, lead, start, end });
            lead = end;
        }
        (chunks, lead)
    }

    fn map(&mut self, base: Option<&Lines<'a>>, ours: &Lines<'a>, theirs: &Lines<'a>) -> String {
        let none = (Vec::new(), 0);
        let (old, old_tail) = base.map_or(none, |base| self.chunks(base));
        let (mine, my_tail) = self.chunks(ours);
        let (other, other_tail) = self.chunks(theirs);
        let mut out = String::new();
        for key in order(&mine, &other) {
            let find = |chunks: &[Chunk<'a>]| chunks.iter().find(|chunk| chunk.entry.key == key).cloned();
            self.path.push(key.clone());
            let text = self.entry(find(&old), find(&mine), find(&other));
            self.path.pop();
            if !text.is_empty() {
                ensure_line(&mut out);
            }
            out.push_str(&text);
        }
        let tail = |lines: &Lines<'a>, at: usize| &self.sides[lines.side].text[at..lines.region.end];
        let tails = [base.map_or("", |base| tail(base, old_tail)), tail(ours, my_tail), tail(theirs, other_tail)];
        let end = lead(tails);
        if !end.is_empty() {
            ensure_line(&mut out);
        }
        out.push_str(&end);
        out
    }

    fn entry(&mut self, base: Option<Chunk<'a>>, ours: Option<Chunk<'a>>, theirs: Option<Chunk<'a>>) -> String {
        let sides = self.sides;
        let written = |chunk: &Option<Chunk<'a>>| chunk.as_ref().map(|chunk| significant(text_of(sides, chunk)));
        let whole = |chunk: &Option<Chunk<'a>>| chunk.as_ref().map_or_else(String::new, |chunk| text_of(sides, chunk).to_owned());
        let (b, o, t) = (written(&base), written(&ours), written(&theirs));
        if o == t || t == b {
            return whole(&ours);
        }
        if o == b {
            let column = ours.as_ref().map(|chunk| chunk.entry.key_span.range().start - chunk.start);
            return theirs.map_or_else(String::new, |chunk| self.indented(&chunk, column));
        }
        if let (Some(mine), Some(other)) = (&ours, &theirs)
            && let Some(text) = self.nested(base.as_ref(), mine, other)
        {
            return text;
        }
        if self.in_conflict() {
            let line = |text: String| if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" };
            return format!("{OURS}{}{BETWEEN}{}{THEIRS}", line(whole(&ours)), line(whole(&theirs)));
        }
        let changes: Vec<Change> = self.outcome.changes.iter().filter(|change| change.path.starts_with(&self.path)).cloned().collect();
        if let ([Change { path, value: None }], None) = (&changes[..], &theirs)
            && *path == self.path
        {
            return String::new();
        }
        self.late.extend(changes);
        whole(&ours)
    }

    fn in_conflict(&self) -> bool {
        let path = self.path.join(".");
        let under = |conflict: &str| conflict == path || conflict.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.'));
        self.outcome.conflicts.iter().any(|conflict| under(&conflict.path))
    }

    /// Their entry, indented as ours is.
    fn indented(&self, chunk: &Chunk<'a>, column: Option<usize>) -> String {
        let text = text_of(self.sides, chunk);
        let own = chunk.entry.key_span.range().start - chunk.start;
        let Some(column) = column.filter(|column| *column != own) else { return text.to_owned() };
        let mut out = String::new();
        for line in text.split_inclusive('\n') {
            let bare = line.trim_start_matches(' ');
            let indent = (line.len() - bare.len() + column).saturating_sub(own);
            if !bare.trim().is_empty() {
                out.push_str(&" ".repeat(indent));
            }
            out.push_str(bare);
        }
        out
    }

    /// An entry whose value is a mapping with an entry a line on both sides, merged inside.
    fn nested(&mut self, base: Option<&Chunk<'a>>, ours: &Chunk<'a>, theirs: &Chunk<'a>) -> Option<String> {
        let inner = |writer: &Self, chunk: &Chunk<'a>| {
            let text = &writer.sides[chunk.side].text;
            let Value::Map(entries) = &chunk.entry.value.value else { return None };
            let head = line_end(text, chunk.entry.key_span.range().end);
            let first = entries.first()?.key_span.range().start;
            if first < head {
                return None;
            }
            writer.lines(chunk.side, &chunk.entry.value, entries, head..chunk.end)
        };
        let (mine, other) = (inner(self, ours)?, inner(self, theirs)?);
        let old = match base {
            Some(base) => Some(inner(self, base)?),
            None => None,
        };
        let text = |chunk: &Chunk<'a>, range: Range<usize>| &self.sides[chunk.side].text[range];
        let before = |chunk: &Chunk<'a>| text(chunk, chunk.lead..chunk.start);
        let head = |chunk: &Chunk<'a>, lines: &Lines<'a>| text(chunk, chunk.start..lines.region.start);
        let heads = [old.as_ref().zip(base).map_or("", |(old, base)| head(base, old)), head(ours, &mine), head(theirs, &other)];
        let mut out = lead([base.map_or("", before), before(ours), before(theirs)]);
        out.push_str(if heads[1] == heads[0] { heads[2] } else { heads[1] });
        ensure_line(&mut out);
        out.push_str(&self.map(old.as_ref(), &mine, &other));
        Some(out)
    }
}

/// Our keys in their order, each key that only they have behind the one that it follows with them.
fn order(ours: &[Chunk<'_>], theirs: &[Chunk<'_>]) -> Vec<String> {
    let mut keys: Vec<String> = ours.iter().map(|chunk| chunk.entry.key.clone()).collect();
    let mut after: Option<usize> = None;
    for chunk in theirs {
        let key = &chunk.entry.key;
        let at = keys.iter().position(|known| known == key).unwrap_or_else(|| {
            let at = after.map_or(0, |after| after + 1);
            keys.insert(at, key.clone());
            at
        });
        after = Some(at);
    }
    keys
}

/// Comments and blank lines before an entry or at the end: whoever changed them has them; if both did, ours and what is
/// only in theirs.
fn lead([base, ours, theirs]: [&str; 3]) -> String {
    if ours == theirs || significant(theirs) == significant(base) {
        return ours.to_owned();
    }
    if significant(ours) == significant(base) {
        return theirs.to_owned();
    }
    let mut out = ours.to_owned();
    let known = |line: &str| [base, ours].iter().any(|text| text.lines().any(|known| known.trim() == line.trim()));
    for line in theirs.lines().filter(|line| !line.trim().is_empty() && !known(line)) {
        ensure_line(&mut out);
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// A text without what means nothing: blank lines and blanks at the ends of lines.
fn significant(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// Behind the line end of the line that a place is on.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |found| at + found + 1)
}
