//! The heat map of STRIDE: which element, flow or zone was looked at for which category, and what was found.

use redan_engine::analysis::Cell;
use redan_model::lang::Stride;

use super::canvas::{Canvas, NAME, NOTE, fitted};
use crate::Input;
use crate::diagram::text::wrap;
use crate::document::plural;

const NAMES: f64 = 250.0;
const COLUMN: f64 = 84.0;
const ROW: f64 = 24.0;
const TOP: f64 = 38.0;
/// More rows than a page holds are counted in a last line.
const MOST: usize = 40;

pub(super) fn svg(input: &Input<'_>, prefix: &str) -> Option<String> {
    let rows = &input.analysis.coverage;
    if rows.is_empty() {
        return None;
    }
    let mut canvas = Canvas::new();
    for (column, category) in Stride::ALL.iter().enumerate() {
        let words = sentence(category.as_str());
        let lines = wrap(&words, NAME, COLUMN - 6.0, 2);
        let first = TOP - 6.0 - (lines.len() - 1) as f64 * NAME.line();
        for (ix, line) in lines.iter().enumerate() {
            let middle = NAMES + (column as f64 + 0.5) * COLUMN;
            canvas.text("name middle", (middle, first + ix as f64 * NAME.line()), line);
        }
    }
    for (ix, row) in rows.iter().take(MOST).enumerate() {
        let y = TOP + ix as f64 * ROW;
        let name = input.model.spoken(row.thing);
        canvas.text("bold end", (NAMES - 8.0, y + 16.0), &fitted(&capital(&name), NAME, NAMES - 16.0));
        for (column, cell) in row.cells.iter().enumerate() {
            let (class, text) = content(cell);
            let left = NAMES + column as f64 * COLUMN;
            // The dots of an empty cell stay clear of the cells around it.
            let inset = if class == "empty" { 2.0 } else { 0.0 };
            canvas.rect(class, (left + inset, y + inset), (COLUMN - 2.0 * inset, ROW - 2.0 * inset));
            canvas.text(if class == "high" { "bold middle" } else { "middle" }, (left + COLUMN / 2.0, y + 16.0), &text);
        }
    }
    let mut bottom = TOP + rows.len().min(MOST) as f64 * ROW;
    let more = rows.len().saturating_sub(MOST);
    if more > 0 {
        canvas.text("quiet", (8.0, bottom + 16.0), &format!("and {more} more rows: redan coverage"));
        bottom += 20.0;
    }
    let note = "open: the threat exists. ?: depends on an answer. ok: countered or decided. A dash: looked at, nothing applies. Empty: no rule looks there.";
    for line in wrap(note, NOTE, NAMES + 6.0 * COLUMN - 16.0, 3) {
        bottom += NOTE.line();
        canvas.text("quiet", (8.0, bottom + 6.0), &line);
    }
    let open: u32 = rows.iter().flat_map(|row| &row.cells).map(|cell| cell.open).sum();
    let empty = rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.considered == 0).count();
    let said = format!(
        "{}, {} counted by category, {} that no rule looks at",
        plural(rows.len(), "row", "rows"),
        plural(open as usize, "open threat", "open threats"),
        plural(empty, "cell", "cells")
    );
    Some(canvas.finish(&format!("{prefix}-coverage"), (NAMES + 6.0 * COLUMN + 4.0, bottom + 14.0), "Coverage by STRIDE category", &said))
}

fn content(cell: &Cell) -> (&'static str, String) {
    match *cell {
        Cell { open: 1.., .. } => ("high", format!("{} open", cell.open)),
        Cell { questions: 1.., .. } => ("medium", format!("{} ?", cell.questions)),
        Cell { answered: 1.., .. } => ("low", format!("{} ok", cell.answered)),
        Cell { considered: 1.., .. } => ("none", "\u{2013}".to_owned()),
        _ => ("empty", String::new()),
    }
}

fn sentence(word: &str) -> String {
    capital(&word.replace('-', " "))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
