//! The arrows of a flowchart: `-->`, `---`, `-.->`, `==>`, `<-->`, `--x`, `--o`, with a text in or after them.

use std::ops::Range;

use super::cursor::Cursor;

/// An arrow between two groups of nodes.
pub(super) struct Link {
    pub(super) label: Option<Range<usize>>,
    /// It points back at what stands before it.
    pub(super) left: bool,
    /// It points at what stands after it.
    pub(super) right: bool,
    /// `~~~`: it only arranges the picture.
    pub(super) invisible: bool,
}

/// Whether an arrow starts here.
pub(super) fn starts(rest: &str) -> bool {
    let bare = rest.strip_prefix(['<', 'x', 'o']).unwrap_or(rest);
    ["--", "==", "-."].iter().any(|sign| bare.starts_with(sign)) || rest.starts_with("~~~")
}

/// Reads the arrow here; `None` leaves the cursor where the arrow stops making sense.
pub(super) fn link(cursor: &mut Cursor<'_>) -> Option<Link> {
    if cursor.starts("~~~") {
        cursor.at += cursor.rest().bytes().take_while(|byte| *byte == b'~').count();
        return Some(Link { label: None, left: false, right: false, invisible: true });
    }
    let left = cursor.rest().starts_with(['<', 'x', 'o']);
    if left {
        cursor.at += 1;
    }
    let (right, mut label) = stroke(cursor)?;
    cursor.skip_blank();
    if cursor.take("|") {
        label = Some(cursor.enclosed(&["|"])?);
    }
    Some(Link { label, left, right, invisible: false })
}

/// The line itself and its head, and the text inside it.
fn stroke(cursor: &mut Cursor<'_>) -> Option<(bool, Option<Range<usize>>)> {
    let mark = if cursor.starts("==") { '=' } else { '-' };
    let dotted = cursor.starts("-.");
    let run = if dotted { dots(cursor) } else { run(cursor, mark) };
    if head(cursor) {
        return Some((true, None));
    }
    if run > 2 {
        return Some((false, None));
    }
    let start = cursor.at;
    let line = cursor.line();
    let found =
        if dotted { line.find("-.").into_iter().chain(line.find(".-")).min()? } else { line.find(if mark == '=' { "==" } else { "--" })? };
    let label = start..start + found;
    cursor.at += found;
    if dotted {
        cursor.at += cursor.rest().bytes().take_while(|byte| matches!(byte, b'.' | b'-')).count();
    } else {
        self::run(cursor, mark);
    }
    let right = head(cursor);
    Some((right, Some(label)))
}

fn run(cursor: &mut Cursor<'_>, mark: char) -> usize {
    let length = cursor.rest().chars().take_while(|c| *c == mark).count();
    cursor.at += length;
    length
}

/// `-.-` is a whole stroke and counts as 3, `-.` opens one with a text and counts as 2.
fn dots(cursor: &mut Cursor<'_>) -> usize {
    cursor.at += 1;
    run(cursor, '.');
    if cursor.take("-") { 3 } else { 2 }
}

fn head(cursor: &mut Cursor<'_>) -> bool {
    let sign = cursor.rest().starts_with(['>', 'x', 'o']);
    if sign {
        cursor.at += 1;
    }
    sign
}
