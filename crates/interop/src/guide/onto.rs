//! Changes of a model in a table that exists: cells are replaced where they stand, rows come last or go. Columns that the
//! guide does not have, and the order of all of them, stay.

use std::ops::Range;

use super::write::quoted;
use crate::Format;
use crate::export::{ExportError, Outgoing};
use crate::onto::{Changes, Edit, rewritten};

/// Makes the edits.
///
/// # Errors
/// The model cannot be written as such a table.
pub(crate) fn onto(format: Format, text: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Result<Vec<Edit>, ExportError> {
    let old = rewritten::file(format, changes.before, outgoing)?;
    let new = rewritten::file(format, changes.after, outgoing)?;
    let (old, new) = (String::from_utf8_lossy(&old).into_owned(), String::from_utf8_lossy(&new).into_owned());
    let (file, old, new) = (Table::of(text), Table::of(&old), Table::of(&new));
    let mut edits = Vec::new();
    for row in new.rows() {
        match (old.find(new.cell(row, 0)), file.find(new.cell(row, 0))) {
            (Some(before), Some(place)) => file.change(place, (&old, before), (&new, row), &mut edits),
            (Some(_), None) => {}
            (None, _) => edits.push(file.add(&new, row)),
        }
    }
    let gone = old.rows().filter(|row| new.find(old.cell(*row, 0)).is_none());
    edits.extend(gone.filter_map(|row| file.find(old.cell(row, 0))).map(|row| Edit::remove(file.line(row))));
    Ok(edits)
}

/// A cell: where it stands, its quotes included, and what it says.
#[derive(Debug, Clone)]
struct Cell {
    span: Range<usize>,
    text: String,
}

/// A table with the place of every cell.
struct Table<'t> {
    text: &'t str,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl<'t> Table<'t> {
    fn of(text: &'t str) -> Self {
        let mut all = cells(text).into_iter();
        let columns = all.next().unwrap_or_default();
        let columns = columns.iter().map(|cell| cell.text.trim().to_lowercase().replace(' ', "_")).collect();
        Self { text, columns, rows: all.filter(|row| row.iter().any(|cell| !cell.text.trim().is_empty())).collect() }
    }

    fn rows(&self) -> impl Iterator<Item = usize> + use<'_> {
        0..self.rows.len()
    }

    fn cell(&self, row: usize, column: usize) -> &str {
        let cell = self.rows.get(row).and_then(|cells| cells.get(column)).map(|cell| cell.text.trim()).unwrap_or_default();
        cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The row whose id, or whose asset, is that one.
    fn find(&self, id: &str) -> Option<usize> {
        let column = self.column("id").or_else(|| self.column("asset"))?;
        self.rows().find(|row| self.cell(*row, column) == id)
    }

    /// Writes what differs between two rows into one of this table.
    fn change(&self, row: usize, (old, before): (&Table<'_>, usize), (new, after): (&Table<'_>, usize), edits: &mut Vec<Edit>) {
        for (at, column) in new.columns.iter().enumerate() {
            let was = old.column(column).map(|at| old.cell(before, at)).unwrap_or_default();
            let is = new.cell(after, at);
            let cell = self.column(column).and_then(|at| self.rows.get(row)?.get(at));
            if let Some(cell) = cell.filter(|_| was != is) {
                edits.push(Edit::replace(cell.span.clone(), quoted(is)));
            }
        }
    }

    /// A row of another table after those of this one.
    fn add(&self, other: &Table<'_>, row: usize) -> Edit {
        let cells: Vec<String> =
            self.columns.iter().map(|column| other.column(column).map(|at| quoted(other.cell(row, at))).unwrap_or_default()).collect();
        let end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let before = if self.text.is_empty() || self.text.ends_with('\n') { "" } else { end };
        Edit::insert(self.text.len(), format!("{before}{}{end}", cells.join(",")))
    }

    /// A row with the end of its line.
    fn line(&self, row: usize) -> Range<usize> {
        let cells = self.rows.get(row).map(Vec::as_slice).unwrap_or_default();
        let (start, end) = (cells.first().map_or(0, |cell| cell.span.start), cells.last().map_or(0, |cell| cell.span.end));
        let rest = self.text.get(end..).unwrap_or_default();
        let line = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        start..end + line
    }
}

/// The cells of a text that is a table already.
fn cells(text: &str) -> Vec<Vec<Cell>> {
    let (mut rows, mut row, mut at) = (Vec::new(), Vec::new(), 0);
    while at < text.len() {
        let cell = cell(text, at);
        at = cell.span.end;
        row.push(cell);
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with(',') {
            at += 1;
            if at == text.len() {
                row.push(Cell { span: at..at, text: String::new() });
            }
            continue;
        }
        at += if rest.starts_with("\r\n") { 2 } else { 1 };
        rows.push(std::mem::take(&mut row));
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}

fn cell(text: &str, from: usize) -> Cell {
    let rest = text.get(from..).unwrap_or_default();
    if !rest.starts_with('"') {
        let length = rest.find([',', '\n']).unwrap_or(rest.len());
        let plain = rest.get(..length).unwrap_or_default();
        let plain = plain.strip_suffix('\r').unwrap_or(plain);
        return Cell { span: from..from + plain.len(), text: plain.to_owned() };
    }
    let (mut said, mut at) = (String::new(), 1);
    while let Some(end) = rest.get(at..).and_then(|rest| rest.find('"')) {
        said.push_str(rest.get(at..at + end).unwrap_or_default());
        at += end + 1;
        if !rest.get(at..).is_some_and(|rest| rest.starts_with('"')) {
            // What stands between the closing quote and the comma belongs to no cell.
            let more = rest.get(at..).and_then(|rest| rest.find([',', '\n', '\r'])).unwrap_or(rest.len() - at);
            return Cell { span: from..from + at + more, text: said };
        }
        said.push('"');
        at += 1;
    }
    Cell { span: from..text.len(), text: said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_their_places() {
        let text = "id,a b,c\r\nT1,\"x, \"\"y\"\"\n z\",\r\n\r\nT2,,'=1";
        let table = Table::of(text);
        assert_eq!((table.columns.as_slice(), table.rows.len()), (["id".to_owned(), "a_b".to_owned(), "c".to_owned()].as_slice(), 2));
        assert_eq!((table.cell(0, 1), table.cell(0, 2), table.cell(1, 2)), ("x, \"y\"\n z", "", "=1"));
        assert_eq!(&text[table.rows[0][1].span.clone()], "\"x, \"\"y\"\"\n z\"");
        assert_eq!(&text[table.line(0)], "T1,\"x, \"\"y\"\"\n z\",\r\n");
    }
}
