//! YAML, laid out line by line from the tree, with every comment put back where it belongs.
//!
//! A comment on the line of a value stays behind the value. A comment on a line of its own goes with what follows it,
//! unless it is indented deeper than that: then it ends what stands before it.

use std::ops::Range;

use super::rank;
use crate::edit::{Context, Part, key, scalar};
use crate::tree::{Entry, Node, Style, Value};

/// The part laid out; `whole` says that it is a file of its own and starts at the left edge.
pub(super) fn format(text: &str, part: &Part, whole: bool) -> String {
    let source = &text[part.range.clone()];
    let Value::Map(entries) = &part.document.root.value else { return source.to_owned() };
    if part.document.root.style == Style::Flow || entries.is_empty() {
        return source.to_owned();
    }
    let comments = part.document.comments.iter().map(|comment| comment.span.range()).collect();
    let margin = if whole { 0 } else { column(text, entries[0].key_span.range().start) };
    let mut printer = Printer { text, comments, out: String::with_capacity(source.len()), fresh: true, verbatim: 0 };
    printer.root(entries, part.range.clone(), margin);
    printer.out
}

struct Printer<'a> {
    text: &'a str,
    comments: Vec<Range<usize>>,
    out: String,
    /// Nothing has been written since the line that opened the current block, so no blank line goes here.
    fresh: bool,
    /// How many keys around this place start with `x-`: what is kept for other tools has no types but its quotes.
    verbatim: usize,
}

/// One entry or item with the part of the text that is its own.
struct Piece {
    /// From the first comment that leads to it.
    lead: usize,
    /// Where it starts.
    start: usize,
    /// Where its text and the comments that end it end.
    end: usize,
}

impl<'a> Printer<'a> {
    fn root(&mut self, entries: &[Entry], region: Range<usize>, margin: usize) {
        let starts: Vec<usize> = entries.iter().map(|entry| entry.key_span.range().start).collect();
        let mut pieces =
            self.pieces(&starts, &entries.iter().map(|entry| (&entry.value, end_of(self.text, entry))).collect::<Vec<_>>(), &region);
        let mut order: Vec<usize> = (0..entries.len()).collect();
        // An alias must stay below its anchor, so nothing changes places where there are any.
        if !entries.iter().any(|entry| has_alias(&entry.value)) {
            order.sort_by_key(|at| rank(&entries[*at].key));
        }
        let head = self.header_end(pieces[0].lead..pieces[0].start, order[0] != 0);
        self.leading(pieces[0].lead..head, margin);
        if self.blank_before(head) {
            self.blank();
        }
        pieces[0].lead = head;
        let mut before: Option<usize> = None;
        for at in order {
            let piece = &pieces[at];
            let first = self.own_lines(piece.lead..piece.start).first().map_or(piece.start, |comment| comment.start);
            let apart = before.is_some_and(|before| is_block(&entries[before].value) || is_block(&entries[at].value));
            if apart || self.blank_before(first) {
                self.blank();
            }
            self.fresh = true;
            self.leading(piece.lead..piece.start, margin);
            self.entry(&entries[at], piece, margin);
            before = Some(at);
        }
        let tail = pieces.last().map_or(region.end, |piece| piece.end)..region.end;
        self.fresh = false;
        self.leading(tail, margin);
    }

    /// Comments at the top that end with a blank line belong to the file, and so do those that would move away from
    /// the top with the first field.
    fn header_end(&self, range: Range<usize>, moves: bool) -> usize {
        let lines = self.own_lines(range.clone());
        let starts: Vec<usize> = lines.iter().map(|comment| comment.start).skip(1).chain([range.end]).collect();
        match starts.into_iter().rev().find(|start| self.blank_before(*start)) {
            Some(start) if !lines.is_empty() => line_start(self.text, start),
            _ if moves => range.end,
            _ => range.start,
        }
    }

    /// Divides a region among the entries or items that start at `starts`; their values come with their ends.
    fn pieces(&self, starts: &[usize], values: &[(&Node, usize)], region: &Range<usize>) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::with_capacity(starts.len());
        let mut lead = region.start;
        for (at, start) in starts.iter().enumerate() {
            let column = column(self.text, *start);
            let next = starts.get(at + 1).copied().unwrap_or(region.end);
            let (value, end) = values[at];
            let mut end = line_end(self.text, end.max(*start)).min(next);
            if is_block(value) {
                let deeper = self.own_lines(end..next);
                end = deeper
                    .into_iter()
                    .take_while(|comment| self::column(self.text, comment.start) > column)
                    .last()
                    .map_or(end, |last| last.end);
            }
            pieces.push(Piece { lead, start: *start, end });
            lead = end;
        }
        pieces
    }

    fn map(&mut self, entries: &[Entry], region: Range<usize>, indent: usize) {
        let starts: Vec<usize> = entries.iter().map(|entry| entry.key_span.range().start).collect();
        let pieces =
            self.pieces(&starts, &entries.iter().map(|entry| (&entry.value, end_of(self.text, entry))).collect::<Vec<_>>(), &region);
        for (entry, piece) in entries.iter().zip(&pieces) {
            self.leading(piece.lead..piece.start, indent);
            if self.blank_before(piece.start) {
                self.blank();
            }
            self.entry(entry, piece, indent);
        }
        self.leading(pieces.last().map_or(region.end, |piece| piece.end)..region.end, indent);
    }

    fn list(&mut self, items: &[Node], region: Range<usize>, indent: usize) {
        let mut from = region.start;
        let mut starts = Vec::with_capacity(items.len());
        for item in items {
            starts.push(self.dash(from, item));
            from = item.span.range().end;
        }
        let pieces = self.pieces(&starts, &items.iter().map(|item| (item, item.span.range().end)).collect::<Vec<_>>(), &region);
        for (item, piece) in items.iter().zip(&pieces) {
            self.leading(piece.lead..piece.start, indent);
            if self.blank_before(piece.start) {
                self.blank();
            }
            self.item(item, piece, indent);
        }
        self.leading(pieces.last().map_or(region.end, |piece| piece.end)..region.end, indent);
    }

    /// Where the `-` of an item is: the first one outside of comments.
    fn dash(&self, from: usize, item: &Node) -> usize {
        let end = item.span.range().start;
        let mut at = from.min(end);
        while let Some(found) = self.text[at..end].find(['-', '#']) {
            let place = at + found;
            if self.text[place..].starts_with('-') {
                return place;
            }
            at = line_end(self.text, place).min(end).max(place + 1);
        }
        end
    }

    fn entry(&mut self, entry: &Entry, piece: &Piece, indent: usize) {
        let colon = after_colon(self.text, entry);
        let head = format!("{}{}:", " ".repeat(indent), key(&entry.key, Context::Block));
        self.out.push_str(&head);
        self.fresh = false;
        let kept = usize::from(entry.key.starts_with("x-"));
        self.verbatim += kept;
        self.value(&entry.value, colon..piece.end, indent, column(self.text, entry.key_span.range().start));
        self.verbatim -= kept;
    }

    /// Writes what follows `key:` or `-`, down to the end of the piece; `old` is the column that it had.
    fn value(&mut self, value: &Node, region: Range<usize>, indent: usize, old: usize) {
        let range = value.span.range();
        let prefix = self.prefix(region.start..range.start);
        if !prefix.is_empty() {
            self.out.push(' ');
            self.out.push_str(&prefix);
        }
        if is_block(value) {
            let head = line_end(self.text, region.start).min(range.start);
            let inside = self.trailing(region.start..head);
            self.out.push('\n');
            self.fresh = true;
            let region = inside.max(region.start)..region.end;
            match &value.value {
                Value::Map(entries) => self.map(entries, region, indent + 2),
                Value::List(items) => self.list(items, region, indent + 2),
                Value::Null | Value::Scalar(_) => {}
            }
            self.fresh = false;
            return;
        }
        let text = self.inline(value, indent, old);
        if text.is_empty() {
            self.nothing(region.start..region.end.max(region.start), indent);
            return;
        }
        // A comment between `-` or `key:` and a value on a later line stands before the value only by accident.
        let between = self.between(region.start..range.start);
        for comment in &between {
            self.out.push_str(&format!(" {}\n{}", &self.text[comment.clone()], " ".repeat(indent + 1)));
        }
        self.out.push(' ');
        self.out.push_str(&text);
        self.trailing(range.end..region.end.max(range.end));
        self.out.push('\n');
    }

    /// Writes the comments behind a `key:` or `-` that nothing stands behind: the one on its line, and the rest below.
    fn nothing(&mut self, region: Range<usize>, indent: usize) {
        let mut line = line_end(self.text, region.start);
        for comment in self.between(region) {
            if comment.start < line {
                let before = &self.text[..comment.start];
                let gap = before.len() - before.trim_end_matches([' ', '\t']).len();
                self.out.push_str(&" ".repeat(gap.max(1)));
            } else {
                self.out.push('\n');
                self.out.push_str(&" ".repeat(indent));
            }
            line = 0;
            self.out.push_str(self.text[comment].trim_end());
        }
        self.out.push('\n');
    }

    fn item(&mut self, item: &Node, piece: &Piece, indent: usize) {
        let after = (piece.start + 1).min(item.span.range().start.max(piece.start));
        let prefix = self.prefix(after..item.span.range().start);
        if is_block(item) && prefix.is_empty() {
            // The first line of the block stands behind the dash; comments between them go above it.
            self.leading_all(after..item.span.range().start, indent);
            let mark = self.out.len();
            self.fresh = true;
            let region = item.span.range().start..piece.end;
            match &item.value {
                Value::Map(entries) => self.map(entries, region, indent + 2),
                Value::List(items) => self.list(items, region, indent + 2),
                Value::Null | Value::Scalar(_) => {}
            }
            self.out.replace_range(mark + indent..=mark + indent, "-");
            self.fresh = false;
            return;
        }
        self.out.push_str(&" ".repeat(indent));
        self.out.push('-');
        self.fresh = false;
        self.value(item, after..piece.end, indent, column(self.text, piece.start));
    }

    /// Anchors before a value.
    fn prefix(&self, range: Range<usize>) -> String {
        let mut words = String::new();
        for line in self.text[range].lines() {
            let bare = line.split(" #").next().unwrap_or_default().trim();
            let bare = bare.strip_prefix(':').map_or(bare, str::trim_start);
            if bare.starts_with('&') && !bare.contains('#') {
                words.push_str(bare);
            }
        }
        words
    }

    fn between(&self, range: Range<usize>) -> Vec<Range<usize>> {
        self.comments.iter().filter(|comment| range.start <= comment.start && comment.end <= range.end).cloned().collect()
    }

    /// A scalar or a list or mapping in brackets, without its indentation.
    fn inline(&self, value: &Node, indent: usize, old: usize) -> String {
        let source = &self.text[value.span.range()];
        if value.aliased {
            return source.to_owned();
        }
        let several = source.contains('\n');
        match (&value.value, value.style) {
            (Value::Null, _) => source.to_owned(),
            (Value::Scalar(_), Style::Literal) => literal(source, indent, old),
            (Value::Scalar(_), _) if several => continued(source, indent + 2),
            (Value::Scalar(text), Style::Quoted) if self.verbatim > 0 && is_json(text) => source.to_owned(),
            (Value::Scalar(text), _) => scalar(text, Context::Block),
            _ if several => shifted(source, indent, old),
            _ if source.contains(['&', '*', '#']) => source.to_owned(),
            _ => flow(value, self.verbatim > 0),
        }
    }

    /// Writes the comment behind a value, as far from it as it was, and says where it ends.
    fn trailing(&mut self, range: Range<usize>) -> usize {
        let line = range.start..line_end(self.text, range.start).min(range.end.max(range.start));
        let Some(comment) =
            self.comments.iter().find(|comment| line.start <= comment.start && comment.start < line.end.max(line.start + 1))
        else {
            return range.start;
        };
        if comment.end > line_end(self.text, range.start) {
            return range.start;
        }
        let gap = self.text[..comment.start].len() - self.text[..comment.start].trim_end_matches([' ', '\t']).len();
        self.out.push_str(&" ".repeat(gap.max(1)));
        self.out.push_str(self.text[comment.clone()].trim_end());
        comment.end
    }

    /// The comments of a range that have a line of their own, or share it with signs of explicit keys, which go.
    fn own_lines(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let from = self.comments.partition_point(|comment| comment.start < range.start);
        let inside = self.comments[from..].iter().take_while(|comment| comment.start < range.end);
        let alone = |comment: &&Range<usize>| {
            self.text[line_start(self.text, comment.start)..comment.start].chars().all(|c| c.is_whitespace() || matches!(c, '?' | ':'))
        };
        inside.filter(alone).cloned().collect()
    }

    fn leading(&mut self, range: Range<usize>, indent: usize) {
        for comment in self.own_lines(range) {
            self.comment(&comment, indent);
        }
    }

    /// As [`Self::leading`], for comments behind a `-` too.
    fn leading_all(&mut self, range: Range<usize>, indent: usize) {
        for comment in self.between(range) {
            self.comment(&comment, indent);
        }
    }

    fn comment(&mut self, comment: &Range<usize>, indent: usize) {
        if self.blank_before(comment.start) {
            self.blank();
        }
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(self.text[comment.clone()].trim_end());
        self.out.push('\n');
        self.fresh = false;
    }

    fn blank(&mut self) {
        if !self.fresh && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Whether the line before the one at this place is empty.
    fn blank_before(&self, at: usize) -> bool {
        let start = line_start(self.text, at);
        start > 0 && self.text[line_start(self.text, start - 1)..start].trim().is_empty()
    }
}

/// A list or mapping whose parts have lines of their own.
fn is_block(node: &Node) -> bool {
    !node.aliased && node.style == Style::Plain && matches!(node.value, Value::List(_) | Value::Map(_))
}

fn has_alias(node: &Node) -> bool {
    node.aliased
        || match &node.value {
            Value::Null | Value::Scalar(_) => false,
            Value::List(items) => items.iter().any(has_alias),
            Value::Map(entries) => entries.iter().any(|entry| has_alias(&entry.value)),
        }
}

/// One line in brackets.
fn flow(node: &Node, verbatim: bool) -> String {
    match &node.value {
        Value::Null => "~".to_owned(),
        Value::Scalar(text) if verbatim && node.style == Style::Quoted && is_json(text) => format!("\"{text}\""),
        Value::Scalar(text) => scalar(text, Context::Flow),
        Value::List(items) => format!("[{}]", items.iter().map(|item| flow(item, verbatim)).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let written = |entry: &Entry| flow(&entry.value, verbatim || entry.key.starts_with("x-"));
            let entries = entries.iter().map(|entry| format!("{}: {}", key(&entry.key, Context::Flow), written(entry)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Whether a text without quotes would be a number or a truth value.
fn is_json(text: &str) -> bool {
    matches!(serde_json::from_str(text), Ok(serde_json::Value::Bool(_) | serde_json::Value::Number(_)))
}

/// A text over several lines, whose indentation means nothing.
fn continued(source: &str, indent: usize) -> String {
    let mut lines = source.lines();
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        if !line.trim().is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line.trim_start());
        }
    }
    out
}

/// Brackets over several lines, moved as a whole.
fn shifted(source: &str, indent: usize, old: usize) -> String {
    let mut lines = source.lines();
    let mut out = lines.next().unwrap_or_default().trim_end().to_owned();
    for line in lines {
        let bare = line.trim();
        out.push('\n');
        if !bare.is_empty() {
            let lead = line.len() - line.trim_start().len();
            out.push_str(&" ".repeat((lead + indent).saturating_sub(old)));
            out.push_str(bare);
        }
    }
    out
}

/// A `|` or `>` text, whose lines keep their indentation among themselves.
fn literal(source: &str, indent: usize, old: usize) -> String {
    let (head, body) = source.split_once('\n').unwrap_or((source, ""));
    let indicators = head.split('#').next().unwrap_or(head);
    if indicators.contains(|c: char| c.is_ascii_digit()) {
        return shifted_exactly(head, body, indent, old);
    }
    let base = body.lines().find(|line| !line.trim().is_empty()).map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
    let mut out = head.trim_end().to_owned();
    for line in body.lines() {
        out.push('\n');
        let cut = line.get(base..).filter(|_| line[..base].trim().is_empty());
        match cut {
            Some(rest) if !rest.is_empty() => {
                out.push_str(&" ".repeat(indent + 2));
                out.push_str(rest);
            }
            _ => {}
        }
    }
    out
}

/// A text whose head states its indentation, which is counted from what it is in.
fn shifted_exactly(head: &str, body: &str, indent: usize, old: usize) -> String {
    let mut out = head.trim_end().to_owned();
    for line in body.lines() {
        out.push('\n');
        let lead = line.len() - line.trim_start_matches(' ').len();
        out.push_str(&" ".repeat((lead + indent).saturating_sub(old)));
        out.push_str(&line[lead..]);
    }
    out
}

/// Where an entry ends. A value that was never written, behind a key without a colon, has no place of its own.
fn end_of(text: &str, entry: &Entry) -> usize {
    let (key, value) = (entry.key_span.range().end, entry.value.span.range());
    if value.is_empty() && after_colon(text, entry) == key { key } else { value.end }
}

/// The place after an entry's colon, or after its key if it has none or a comment stands between the two.
fn after_colon(text: &str, entry: &Entry) -> usize {
    let end = entry.key_span.range().end;
    let rest = &text[end..];
    let blank = rest.len() - rest.trim_start().len();
    if rest[blank..].starts_with(':') { end + blank + 1 } else { end }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |found| at + found)
}

fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().count()
}
