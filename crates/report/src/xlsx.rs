//! The tables of a report as a workbook: threats, mitigations, assets, questions and tests, to sort, filter and fill in.
//!
//! Texts are written as texts, so that no cell is ever a formula, whatever a model says. Dates inside the file are the
//! day of the report, so that the same model gives the same bytes.

use redan_engine::Status;
use redan_model::lang::{Level, MitigationStatus};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};

use crate::document::Document;
use crate::paper::{Branding, Run, field as field_runs};
use crate::{Input, csv};

/// More than a cell of the format holds is cut.
const MAX_TEXT: usize = 32_000;
/// Rows below the data that may be filled in with the same choices.
const SPARE: u32 = 200;

/// The workbook's bytes.
///
/// # Errors
/// When a table has more rows than the format allows.
pub fn render(input: &Input<'_>, branding: &Branding) -> Result<Vec<u8>, XlsxError> {
    let doc = Document::of(input);
    let mut book = Workbook::new();
    let day = |field: i16| u8::try_from(field).unwrap_or(1);
    let made = ExcelDateTime::from_ymd(
        u16::try_from(input.today.year()).unwrap_or(1900).clamp(1900, 9999),
        day(i16::from(input.today.month())),
        day(i16::from(input.today.day())),
    )?;
    let name = &doc.title.name;
    let properties = DocProperties::new().set_title(cut(&format!("Threat model: {name}"), 200)).set_creation_datetime(&made);
    book.set_properties(&properties);
    let styles = Styles::new();
    overview(&mut Sheet::new(&mut book, "Overview", &styles, branding)?, &doc)?;
    threats(&mut Sheet::new(&mut book, "Threats", &styles, branding)?, input)?;
    mitigations(&mut Sheet::new(&mut book, "Mitigations", &styles, branding)?, input)?;
    assets(&mut Sheet::new(&mut book, "Assets", &styles, branding)?, &doc)?;
    questions(&mut Sheet::new(&mut book, "Questions", &styles, branding)?, &doc)?;
    tests(&mut Sheet::new(&mut book, "Tests", &styles, branding)?, &doc)?;
    book.save_to_buffer()
}

struct Styles {
    head: Format,
    text: Format,
    title: Format,
}

impl Styles {
    fn new() -> Self {
        let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        let head = text.clone().set_bold().set_background_color(Color::RGB(0x00E8_EDF3)).set_border_bottom(FormatBorder::Thin);
        Self { head, text, title: Format::new().set_bold().set_font_size(14) }
    }
}

/// A sheet with a head of columns and rows below.
struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    styles: &'a Styles,
    row: u32,
}

impl<'a> Sheet<'a> {
    fn new(book: &'a mut Workbook, name: &str, styles: &'a Styles, branding: &Branding) -> Result<Self, XlsxError> {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        if let Some(label) = &branding.classification {
            // An ampersand starts a command in a header.
            sheet.set_header(format!("&C{}", label.replace('&', "&&")));
        }
        Ok(Self { sheet, styles, row: 0 })
    }

    /// Titles of columns with their widths; they stay in sight and print on each page.
    fn head(&mut self, columns: &[(&str, f64)]) -> Result<(), XlsxError> {
        for (column, (title, width)) in (0u16..).zip(columns) {
            self.sheet.write_string_with_format(0, column, *title, &self.styles.head)?.set_column_width(column, *width)?;
        }
        self.sheet.set_freeze_panes(1, 1)?.set_repeat_rows(0, 0)?;
        self.row = 1;
        Ok(())
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) -> Result<(), XlsxError> {
        for (column, cell) in (0u16..).zip(cells) {
            self.sheet.write_string_with_format(self.row, column, cut(&cell, MAX_TEXT), &self.styles.text)?;
        }
        self.row += 1;
        Ok(())
    }

    /// Turns cells of the last row into numbers, where they are some, so that they sort.
    fn numbers(&mut self, columns: &[u16], values: &[Option<u8>]) -> Result<(), XlsxError> {
        for (column, value) in columns.iter().zip(values) {
            if let Some(value) = value {
                self.sheet.write_number_with_format(self.row - 1, *column, f64::from(*value), &self.styles.text)?;
            }
        }
        Ok(())
    }

    /// Filters over all columns.
    fn filter(&mut self, columns: u16) -> Result<(), XlsxError> {
        self.sheet.autofilter(0, 0, self.row.saturating_sub(1).max(1), columns - 1)?;
        Ok(())
    }

    fn choices(&mut self, column: u16, words: &[&str]) -> Result<(), XlsxError> {
        let choice = DataValidation::new().allow_list_strings(words)?;
        self.sheet.add_data_validation(1, column, self.row + SPARE, column, &choice)?;
        Ok(())
    }

    fn one_to_five(&mut self, columns: &[u16]) -> Result<(), XlsxError> {
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
fn cut(text: &str, most: usize) -> String {
    text.char_indices().nth(most).map_or_else(|| text.to_owned(), |(at, _)| format!("{}\u{2026}", &text[..at]))
}

/// What a field says, or that it does not.
fn said(field: &crate::document::Field) -> String {
    field_runs(field).iter().map(Run::words).collect()
}

fn overview(sheet: &mut Sheet<'_>, doc: &Document) -> Result<(), XlsxError> {
    sheet.sheet.set_column_width(0, 26.0)?.set_column_width(1, 90.0)?;
    let title = format!("Threat model: {}", doc.title.name);
    sheet.sheet.write_string_with_format(0, 0, cut(&title, 200), &sheet.styles.title)?;
    sheet.row = 2;
    let t = &doc.title;
    let excluded: Vec<String> =
        t.excluded.iter().map(|(item, why)| why.as_ref().map_or_else(|| item.clone(), |why| format!("{item} ({why})"))).collect();
    let list = |items: &[String], path: &str| if items.is_empty() { format!("not recorded ({path})") } else { items.join("; ") };
    let lines = [
        ("Target", said(&t.target)),
        ("Date", t.date.clone()),
        ("Version", said(&t.version)),
        ("Authors", said(&t.authors)),
        ("Session", said(&t.session)),
        ("Latest review", said(&t.review)),
        ("Scope approved", said(&t.approved)),
        ("In scope", list(&t.included, "scope.in")),
        ("Out of scope", list(&excluded, "scope.out")),
        ("Summary", format!("{} {}", doc.summary.verdict, doc.summary.remains)),
    ];
    for (name, value) in lines {
        sheet.row([name.to_owned(), value])?;
    }
    for (ix, risk) in doc.summary.top.iter().enumerate() {
        let band = risk.band.map_or("", |band| band.as_str());
        sheet.row([format!("Top risk {}", ix + 1), format!("{} ({band}; {}). What we do: {}", risk.title, risk.numbers, risk.plan)])?;
    }
    for line in &doc.summary.recommendations {
        sheet.row(["Recommendation".to_owned(), line.clone()])?;
    }
    for a in &doc.plan.acceptances {
        let text = format!("{} {}: {}, {}, until {}", a.threat, a.status, said(&a.owner), said(&a.because), said(&a.until));
        sheet.row(["Carried risk".to_owned(), text])?;
    }
    Ok(())
}

fn threats(sheet: &mut Sheet<'_>, input: &Input<'_>) -> Result<(), XlsxError> {
    let widths = [26.0, 22.0, 34.0, 50.0, 11.0, 9.0, 11.0, 40.0, 20.0, 12.0, 14.0, 14.0];
    sheet.head(&csv::THREAT_COLUMNS.iter().copied().zip(widths).collect::<Vec<_>>())?;
    for threat in &input.analysis.threats {
        sheet.row(csv::threat_row(input, threat))?;
        let rating = threat.rating;
        sheet.numbers(&[4, 5, 6], &[rating.likelihood, rating.impact, rating.risk])?;
    }
    sheet.filter(12)?;
    sheet.one_to_five(&[4, 5])?;
    sheet.choices(11, &Status::ALL.map(Status::as_str))
}

fn mitigations(sheet: &mut Sheet<'_>, input: &Input<'_>) -> Result<(), XlsxError> {
    let widths = [26.0, 40.0, 46.0, 40.0, 20.0, 12.0, 10.0, 13.0, 9.0];
    sheet.head(&csv::MITIGATION_COLUMNS.iter().copied().zip(widths).collect::<Vec<_>>())?;
    for (id, entry) in &input.model.root.mitigations.entries {
        for row in csv::mitigation_rows(input, id, entry) {
            sheet.row(row)?;
        }
    }
    sheet.filter(9)?;
    sheet.choices(7, &MitigationStatus::ALL.iter().map(|s| s.as_str()).collect::<Vec<_>>())?;
    sheet.choices(8, &["P0", "P1", "P2", "P3"])
}

fn assets(sheet: &mut Sheet<'_>, doc: &Document) -> Result<(), XlsxError> {
    let columns = [
        ("asset", 30.0),
        ("owner", 20.0),
        ("confidentiality", 22.0),
        ("integrity", 16.0),
        ("availability", 16.0),
        ("privacy", 16.0),
        ("data", 20.0),
        ("top", 7.0),
        ("kept_in", 30.0),
    ];
    sheet.head(&columns)?;
    let blank = |field: &crate::document::Field| field.text.clone().unwrap_or_default();
    for a in &doc.system.assets {
        sheet.row([
            a.name.clone(),
            blank(&a.owner),
            blank(&a.confidentiality),
            blank(&a.integrity),
            blank(&a.availability),
            blank(&a.privacy),
            a.data.join(", "),
            if a.top { "yes" } else { "no" }.to_owned(),
            a.holders.join(", "),
        ])?;
    }
    sheet.filter(9)?;
    let mut levels: Vec<&str> = Level::ALL.iter().map(|level| level.as_str()).collect();
    levels.extend(["depends", "unknown"]);
    (2..6).try_for_each(|column| sheet.choices(column, &levels))
}

fn questions(sheet: &mut Sheet<'_>, doc: &Document) -> Result<(), XlsxError> {
    let columns =
        [("id", 40.0), ("question", 56.0), ("how_to_find_out", 50.0), ("settles", 9.0), ("risk", 8.0), ("band", 10.0), ("answer", 20.0)];
    sheet.head(&columns)?;
    for q in &doc.inventory.questions {
        let band = q.band.as_str().to_owned();
        sheet.row([q.id.clone(), q.text.clone(), q.hint.clone(), q.settles.to_string(), q.risk.to_string(), band, String::new()])?;
        sheet.numbers(&[3, 4], &[u8::try_from(q.settles).ok(), Some(q.risk)])?;
        // Controls and traits have few answers; a technology or a list of data has any.
        if q.id.contains(".controls.") || q.id.contains(".traits.") {
            let choice = DataValidation::new().allow_list_strings(&["yes", "no", "partial", "unknown"])?;
            sheet.sheet.add_data_validation(sheet.row - 1, 6, sheet.row - 1, 6, &choice)?;
        }
    }
    sheet.filter(7)
}

fn tests(sheet: &mut Sheet<'_>, doc: &Document) -> Result<(), XlsxError> {
    sheet.head(&[("mitigation", 40.0), ("criterion", 50.0), ("check", 44.0), ("result", 44.0)])?;
    for c in &doc.plan.checks {
        sheet.row([c.mitigation.clone(), c.criterion.clone(), said(&c.how), said(&c.result)])?;
    }
    sheet.filter(4)
}
