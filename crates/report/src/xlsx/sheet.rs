//! One sheet: a head of columns that stays in sight, rows below, filters and lists to choose from.

use rust_xlsxwriter::{Color, DataValidation, DataValidationRule, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::paper::Branding;

/// More than a cell of the format holds is cut.
const MAX_TEXT: usize = 32_000;
/// Rows below the data that may be filled in with the same choices.
const SPARE: u32 = 200;

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
        let [number, percent] = ["0.##", "0.00%"].map(|shown| text.clone().set_num_format(shown));
        Self { head, text, title: Format::new().set_bold().set_font_size(14), number, percent }
    }
}

/// A sheet with a head of columns and rows below.
pub(super) struct Sheet<'a> {
    pub(super) sheet: &'a mut Worksheet,
    pub(super) styles: &'a Styles,
    /// The next row.
    pub(super) row: u32,
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
        Ok(Self { sheet, styles, row: 0 })
    }

    /// Titles of columns with their widths; they stay in sight and print on each page.
    pub(super) fn head(&mut self, columns: &[(&str, f64)]) -> Result<(), XlsxError> {
        for (column, (title, width)) in (0u16..).zip(columns) {
            self.sheet.write_string_with_format(0, column, *title, &self.styles.head)?.set_column_width(column, *width)?;
        }
        self.sheet.set_freeze_panes(1, 1)?.set_repeat_rows(0, 0)?;
        self.row = 1;
        Ok(())
    }

    /// A row of texts.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) -> Result<(), XlsxError> {
        for (column, cell) in (0u16..).zip(cells) {
            self.sheet.write_string_with_format(self.row, column, cut(&cell, MAX_TEXT), &self.styles.text)?;
        }
        self.row += 1;
        Ok(())
    }

    /// A row of texts and numbers.
    pub(super) fn cells(&mut self, cells: impl IntoIterator<Item = Cell>) -> Result<(), XlsxError> {
        for (column, cell) in (0u16..).zip(cells) {
            match cell {
                Cell::Text(text) => self.sheet.write_string_with_format(self.row, column, cut(&text, MAX_TEXT), &self.styles.text)?,
                Cell::Number(number) => self.sheet.write_number_with_format(self.row, column, number, &self.styles.number)?,
                Cell::Share(share) => self.sheet.write_number_with_format(self.row, column, share, &self.styles.percent)?,
                Cell::Empty => self.sheet.write_blank(self.row, column, &self.styles.text)?,
            };
        }
        self.row += 1;
        Ok(())
    }

    /// Turns cells of the last row into numbers, where they are some, so that they sort.
    pub(super) fn numbers(&mut self, columns: &[u16], values: &[Option<u8>]) -> Result<(), XlsxError> {
        for (column, value) in columns.iter().zip(values) {
            if let Some(value) = value {
                self.sheet.write_number_with_format(self.row - 1, *column, f64::from(*value), &self.styles.text)?;
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

/// A text of at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.char_indices().nth(most).map_or_else(|| text.to_owned(), |(at, _)| format!("{}\u{2026}", &text[..at]))
}
