//! Tables: one value, shown to people, as Markdown or as comma-separated values.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::terminal::paint;

/// A cell: text, perhaps in a style that means nothing that the text does not say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    text: String,
    style: Option<Style>,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), style: None }
    }
}

impl Cell {
    /// Text in a style.
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style: Some(style) }
    }
}

/// Rows under headers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    headers: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(headers: &[&'static str]) -> Self {
        Self { headers: headers.to_vec(), rows: Vec::new() }
    }

    /// Adds a row with a cell for every header.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether there is nothing to show.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// For people: columns as wide as they need to be and no wider than the screen; the widest column gives way.
    pub(crate) fn human(&self, out: &mut dyn Write, width: Option<usize>, color: bool) -> io::Result<()> {
        let widths = self.widths(width);
        let headers: Vec<Cell> = self.headers.iter().map(|header| Cell::styled(header.to_uppercase(), Style::new().dimmed())).collect();
        for row in std::iter::once(&headers).chain(&self.rows) {
            write_row(out, row, &widths, color)?;
        }
        Ok(())
    }

    /// A Markdown table.
    pub(crate) fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "| {} |", self.headers.join(" | "))?;
        writeln!(out, "|{}", " --- |".repeat(self.headers.len()))?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| markdown_text(&cell.text)).collect();
            writeln!(out, "| {} |", cells.join(" | "))?;
        }
        Ok(())
    }

    /// Comma-separated values.
    pub(crate) fn csv(&self, out: &mut dyn Write) -> csv::Result<()> {
        redan_report::csv::write(out, &self.headers, self.rows.iter().map(|row| row.iter().map(|cell| cell.text.as_bytes())))
    }

    fn widths(&self, limit: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self.headers.iter().map(|header| header.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.width());
            }
        }
        let gaps = 2 + 2 * widths.len().saturating_sub(1);
        while limit.is_some_and(|limit| widths.iter().sum::<usize>() + gaps > limit) {
            let Some(widest) = widths.iter_mut().max().filter(|width| **width > 12) else { break };
            *widest -= 1;
        }
        widths
    }
}

/// A row may take several lines: cells wrap at words.
fn write_row(out: &mut dyn Write, row: &[Cell], widths: &[usize], color: bool) -> io::Result<()> {
    let wrapped: Vec<Vec<String>> = row.iter().zip(widths).map(|(cell, width)| wrap(&cell.text, *width)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    for line in 0..height {
        let mut text = String::from("  ");
        let mut blanks = 0;
        for ((cell, lines), width) in row.iter().zip(&wrapped).zip(widths) {
            let part = lines.get(line).map_or("", String::as_str);
            if !part.is_empty() {
                text.push_str(&" ".repeat(blanks));
                text.push_str(&cell.style.map_or_else(|| part.to_owned(), |style| paint(color, style, part)));
                blanks = 0;
            }
            blanks += width - part.width().min(*width) + 2;
        }
        writeln!(out, "{text}")?;
    }
    Ok(())
}

/// Breaks text at words, and words that are wider than a line anywhere.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() || last.width() + 1 + word.width() <= width {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
        break_last(&mut lines, width.max(2));
    }
    lines
}

fn break_last(lines: &mut Vec<String>, width: usize) {
    while let Some(last) = lines.last_mut().filter(|last| last.width() > width) {
        let mut taken = 0;
        let fits = |c: char| {
            taken += c.width().unwrap_or(0);
            taken <= width
        };
        let at = last.char_indices().scan(fits, |fits, (i, c)| fits(c).then_some(i + c.len_utf8())).last();
        let rest = last.split_off(at.unwrap_or(1).max(1));
        lines.push(rest);
    }
}

pub(crate) fn markdown_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["band", "threat"]);
        table.row([Cell::from("high"), Cell::from("Somebody reads what goes over the wire")]);
        table.row([Cell::from("low"), Cell::from("a|b")]);
        table
    }

    fn human(width: Option<usize>) -> String {
        let mut out = Vec::new();
        table().human(&mut out, width, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_pipe_gets_lines_of_any_length() {
        assert_eq!(human(None), "  BAND  THREAT\n  high  Somebody reads what goes over the wire\n  low   a|b\n");
    }

    #[test]
    fn a_narrow_screen_wraps_the_widest_column() {
        assert!(human(Some(30)).lines().all(|line| line.width() <= 30));
        assert!(human(Some(30)).contains("  high  Somebody reads what"));
    }

    #[test]
    fn bars_in_markdown_cells_are_escaped() {
        let mut out = Vec::new();
        table().markdown(&mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("| low | a\\|b |"));
    }

    proptest::proptest! {
        #[test]
        fn wrapping_loses_nothing_but_blanks(text in "\\PC{0,60}", width in 2_usize..20) {
            let lines = wrap(&text, width);
            let kept: String = lines.concat().split_whitespace().collect();
            let expected: String = text.split_whitespace().collect();
            proptest::prop_assert_eq!(kept, expected);
        }
    }
}
