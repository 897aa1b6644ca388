//! One sheet: a head of columns that stays in sight, rows below, filters and lists to choose from.

use rust_xlsxwriter::{Color, DataValidation, DataValidationRule, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::paper::Branding;

/// More than a cell of the format holds is cut.
const MAX_TEXT: usize = 32_000;
/// Rows below the data that may be filled in with the same choices.
const SPARE: u32 = 200;
/// The height of a line in points, and the most that a row may have.
const LINE: f64 = 15.0;
const HIGHEST: f64 = 405.0;
/// Room for the button of a filter beside a column's title, in letters.
const BUTTON: f64 = 4.0;

/// What stands in a cell.
pub(super) enum Cell {
    /// A text, never a formula.
    Text(String),
    /// A number.
    Number(f64),
    /// A share, shown in percent.
    Share(f64),
    /// Nothing.
    Empty,
}

impl Cell {
    /// A number if there is one that the format can hold.
    pub(super) fn number(value: Option<f64>) -> Self {
        value.filter(|value| value.is_finite()).map_or(Self::Empty, Self::Number)
    }

    /// A share if there is one.
    pub(super) fn share(value: Option<f64>) -> Self {
        value.filter(|value| value.is_finite()).map_or(Self::Empty, Self::Share)
    }

    /// A count.
    pub(super) fn count(value: usize) -> Self {
        Self::Number(value as f64)
    }

    /// Whether something is so.
    pub(super) fn yes(value: bool) -> Self {
        Self::Text(if value { "yes" } else { "no" }.to_owned())
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// How cells look.
pub(super) struct Styles {
    head: Format,
    text: Format,
    pub(super) title: Format,
    number: Format,
    percent: Format,
}

impl Styles {
    /// The styles of every sheet.
    pub(super) fn new() -> Self {
        let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        let head = text.clone().set_bold().set_background_color(Color::RGB(0x00E8_EDF3)).set_border_bottom(FormatBorder::Thin);
        let beside = text.clone().set_align(FormatAlign::Right).set_indent(1);
        let [number, percent] = ["General", "0.00%"].map(|shown| beside.clone().set_num_format(shown));
        Self { head, text, title: Format::new().set_bold().set_font_size(14), number, percent }
    }
}

/// A sheet with a head of columns and rows below.
pub(super) struct Sheet<'a> {
    pub(super) sheet: &'a mut Worksheet,
    pub(super) styles: &'a Styles,
    /// The next row.
    pub(super) row: u32,
    /// Widths of columns, in letters.
    widths: Vec<f64>,
}

impl<'a> Sheet<'a> {
    /// An empty sheet.
    pub(super) fn new(book: &'a mut Workbook, name: &str, styles: &'a Styles, branding: &Branding) -> Result<Self, XlsxError> {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        if let Some(label) = &branding.classification {
            // An ampersand starts a command in a header.
            sheet.set_header(format!("&C{}", label.replace('&', "&&")));
        }
        Ok(Self { sheet, styles, row: 0, widths: Vec::new() })
    }

    /// How wide the columns are.
    pub(super) fn widths(&mut self, widths: &[f64]) -> Result<(), XlsxError> {
        for (column, width) in (0u16..).zip(widths) {
            self.sheet.set_column_width(column, *width)?;
        }
        self.widths = widths.to_vec();
        Ok(())
    }

    /// Titles of columns with their least widths; they stay in sight and print on each page.
    pub(super) fn head(&mut self, columns: &[(&str, f64)]) -> Result<(), XlsxError> {
        let width = |(title, width): &(&str, f64)| width.max(title.chars().count() as f64 + BUTTON);
        self.widths(&columns.iter().map(width).collect::<Vec<_>>())?;
        for (column, (title, _)) in (0u16..).zip(columns) {
            self.sheet.write_string_with_format(0, column, *title, &self.styles.head)?;
        }
        self.sheet.set_freeze_panes(1, 1)?.set_repeat_rows(0, 0)?;
        self.row = 1;
        Ok(())
    }

    /// A row of texts.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) -> Result<(), XlsxError> {
        let mut lines = 1;
        for (column, cell) in (0u16..).zip(cells) {
            let text = cut(&cell, MAX_TEXT);
            lines = lines.max(self.lines(column, &text));
            self.sheet.write_string_with_format(self.row, column, text, &self.styles.text)?;
        }
        self.finish(lines)
    }

    /// Ends a row that needs so many lines. Not every office program finds out by itself how high a row has to be.
    fn finish(&mut self, lines: usize) -> Result<(), XlsxError> {
        if lines > 1 {
            self.sheet.set_row_height(self.row, (LINE * lines as f64).min(HIGHEST))?;
        }
        self.row += 1;
        Ok(())
    }

    /// How many lines a text takes in a column.
    fn lines(&self, column: u16, text: &str) -> usize {
        let room = self.widths.get(usize::from(column)).map_or(usize::MAX, |width| *width as usize);
        text.split('\n').map(|line| wrapped(line, room.max(4))).sum()
    }

    /// A row of texts and numbers.
    pub(super) fn cells(&mut self, cells: impl IntoIterator<Item = Cell>) -> Result<(), XlsxError> {
        let mut lines = 1;
        for (column, cell) in (0u16..).zip(cells) {
            if let Cell::Text(text) = &cell {
                lines = lines.max(self.lines(column, text));
            }
            match cell {
                Cell::Text(text) => self.sheet.write_string_with_format(self.row, column, cut(&text, MAX_TEXT), &self.styles.text)?,
                Cell::Number(number) => self.sheet.write_number_with_format(self.row, column, number, &self.styles.number)?,
                Cell::Share(share) => self.sheet.write_number_with_format(self.row, column, share, &self.styles.percent)?,
                Cell::Empty => self.sheet.write_blank(self.row, column, &self.styles.text)?,
            };
        }
        self.finish(lines)
    }

    /// Turns cells of the last row into numbers, where they are some, so that they sort.
    pub(super) fn numbers(&mut self, columns: &[u16], values: &[Option<u8>]) -> Result<(), XlsxError> {
        for (column, value) in columns.iter().zip(values) {
            if let Some(value) = value {
                self.sheet.write_number_with_format(self.row - 1, *column, f64::from(*value), &self.styles.number)?;
            }
        }
        Ok(())
    }

    /// Filters over all columns.
    pub(super) fn filter(&mut self, columns: u16) -> Result<(), XlsxError> {
        self.sheet.autofilter(0, 0, self.row.saturating_sub(1).max(1), columns - 1)?;
        Ok(())
    }

    /// Words to choose from, in a column of every row.
    pub(super) fn choices(&mut self, column: u16, words: &[&str]) -> Result<(), XlsxError> {
        let choice = DataValidation::new().allow_list_strings(words)?;
        self.sheet.add_data_validation(1, column, self.row + SPARE, column, &choice)?;
        Ok(())
    }

    /// Whole numbers of a scale, in columns of every row.
    pub(super) fn one_to_five(&mut self, columns: &[u16]) -> Result<(), XlsxError> {
        for column in columns {
            let choice = DataValidation::new()
                .allow_whole_number(DataValidationRule::Between(1, 5))
                .set_error_message("Write a number from 1 to 5.")?;
            self.sheet.add_data_validation(1, *column, self.row + SPARE, *column, &choice)?;
        }
        Ok(())
    }
}

/// How many lines a text has when it is wrapped between words; words longer than a line are broken.
fn wrapped(line: &str, room: usize) -> usize {
    let (mut lines, mut at) = (1, 0);
    for word in line.split(' ') {
        let long: usize = word.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum();
        if at > 0 && at + 1 + long > room {
            (lines, at) = (lines + 1, 0);
        }
        at += long + usize::from(at > 0);
        (lines, at) = (lines + at.saturating_sub(1) / room, if at > room { at % room } else { at });
    }
    lines
}

/// A text of at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.char_indices().nth(most).map_or_else(|| text.to_owned(), |(at, _)| format!("{}\u{2026}", &text[..at]))
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn a_text_has_the_lines_that_its_words_need() {
        let lines = |text| wrapped(text, 10);
        assert_eq!((lines(""), lines("one"), lines("one two"), lines("one two three")), (1, 1, 1, 2));
        assert_eq!((lines("0123456789"), lines("0123456789a"), lines("a 0123456789ab c")), (1, 2, 3));
    }
}
