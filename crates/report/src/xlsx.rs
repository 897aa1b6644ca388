//! The tables of a report as a workbook: threats, mitigations, assets, questions and tests, then attack paths and trees,
//! the plan, losses and history, to sort, filter and fill in.
//!
//! Texts are written as texts, so that no cell is ever a formula, whatever a model says. Dates inside the file are the
//! day of the report, so that the same model gives the same bytes.

mod further;
mod sheet;

use redan_engine::Status;
use redan_model::lang::{Level, MitigationStatus};
use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Workbook, XlsxError};

use self::sheet::{Sheet, Styles, cut};
use crate::document::Document;
use crate::paper::{Branding, Run, field as field_runs};
use crate::{Input, csv};

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
    further::sheets(&mut book, &styles, branding, input)?;
    book.save_to_buffer()
}

/// What a field says, or that it does not.
fn said(field: &crate::document::Field) -> String {
    field_runs(field).iter().map(Run::words).collect()
}

fn overview(sheet: &mut Sheet<'_>, doc: &Document) -> Result<(), XlsxError> {
    sheet.widths(&[26.0, 90.0])?;
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
    let widths = [30.0, 22.0, 40.0, 80.0, 11.0, 9.0, 11.0, 40.0, 20.0, 12.0, 14.0, 14.0];
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
