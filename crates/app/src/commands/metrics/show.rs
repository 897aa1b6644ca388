//! The numbers of `redan metrics` for people, as JSON, as comma-separated values and as `OpenMetrics`.

use std::io;

use redan_engine::metrics::share;
use redan_model::Thing;
use redan_report::history::{BANDS, History, Past};
use redan_report::json::{self, HistoryJson, ModelJson};

use crate::args::MetricsFormat;
use crate::session::{Opened, Session};
use crate::table::{Cell, Table};

/// Rows that people see; files have all of them.
const ROWS_SHOWN: usize = 20;
/// The columns of the series.
const COLUMNS: [&str; 15] = [
    "on",
    "commit",
    "critical",
    "high",
    "medium",
    "low",
    "unrated",
    "open",
    "questions",
    "mitigated",
    "accepted",
    "new",
    "closed",
    "overdue",
    "question_rate",
];

/// Shows the numbers of a model.
pub(super) fn show(found: &History, model: &Opened, format: MetricsFormat, session: &mut Session<'_>) -> anyhow::Result<()> {
    match format {
        MetricsFormat::Human => human(found, model, session)?,
        MetricsFormat::Json => {
            let head = ModelJson::of(&model.loaded.model, &model.loaded.sources);
            json::write(session.terminal.out(), &HistoryJson::of(head, found))?;
        }
        MetricsFormat::Md => write!(session.terminal.out(), "{}", redan_report::history::markdown(found))?,
        MetricsFormat::Csv => redan_report::csv::write(session.terminal.out(), &COLUMNS, rows(found))?,
        MetricsFormat::Openmetrics => openmetrics(found, model, session)?,
    }
    Ok(())
}

fn rows(found: &History) -> impl Iterator<Item = [String; 15]> {
    found.points.iter().map(|Past { on, commit, point }| {
        let [critical, high, medium, low] = point.open.map(|count| count.to_string());
        [
            on.to_string(),
            commit.clone().unwrap_or_default(),
            critical,
            high,
            medium,
            low,
            point.unrated.to_string(),
            point.open_in_all().to_string(),
            point.questions.to_string(),
            point.mitigated.to_string(),
            point.accepted.to_string(),
            point.new.to_string(),
            point.closed.to_string(),
            point.overdue.to_string(),
            point.question_rate().map(|rate| format!("{rate:.4}")).unwrap_or_default(),
        ]
    })
}

fn percent(rate: Option<f64>) -> String {
    rate.map_or_else(|| "-".to_owned(), |rate| format!("{:.0} %", rate * 100.0))
}

fn human(found: &History, model: &Opened, session: &mut Session<'_>) -> io::Result<()> {
    let (width, color) = (session.terminal.width, session.terminal.color);
    let mut table = Table::new(&["on", "commit", "critical", "high", "medium", "low", "to answer", "accepted", "new", "closed", "overdue"]);
    let skipped = found.points.len().saturating_sub(ROWS_SHOWN);
    for Past { on, commit, point } in found.points.iter().skip(skipped) {
        let commit = commit.as_deref().map_or("now", |id| id.get(..9).unwrap_or(id));
        let counts = [point.questions, point.accepted, point.new, point.closed, point.overdue];
        let numbers = point.open.iter().chain(&counts).map(usize::to_string);
        table.row([on.to_string(), commit.to_owned()].into_iter().chain(numbers).map(Cell::from));
    }
    let out = session.terminal.out();
    writeln!(out, "{} ({})\n\nOpen threats by band", model.loaded.model.name_of(Thing::Model), model.shown)?;
    table.human(out, width, color)?;
    if skipped > 0 {
        writeln!(out, "{skipped} older states are in --format csv and json")?;
    }
    writeln!(out)?;
    for (band, days) in BANDS.iter().zip(&found.remediated) {
        let mean = days.mean().map_or_else(|| "none yet".to_owned(), |mean| format!("{mean:.1} days on average over {}", days.count));
        writeln!(out, "time to remediate, {band:8}  {mean}")?;
    }
    let ages = &found.acceptances;
    let age = ages
        .mean()
        .map_or_else(|| "none".to_owned(), |mean| format!("{}, {mean:.1} days old on average, the oldest {}", ages.count, ages.most));
    writeln!(out, "accepted risks               {age}")?;
    writeln!(out, "waiting for an answer        {}", percent(found.points.last().and_then(|last| last.point.question_rate())))?;
    match found.verification {
        Some((implemented, verified)) => {
            writeln!(
                out,
                "verified                     {verified} of {implemented} implemented mitigations ({})",
                percent(share(verified, implemented))
            )?;
        }
        None => writeln!(out, "verified                     unknown: no evidence is kept (redan verify --write)")?,
    }
    if found.is_cut_off {
        writeln!(out, "\nOlder commits are not looked at: threats may have been open for longer than is said here.")?;
    }
    if found.unreadable > 0 {
        writeln!(out, "\nIn {} commits the model is missing or has errors; they are left out.", found.unreadable)?;
    }
    Ok(())
}

/// A family of samples: its name, what it is, and labels with values.
type Family = (&'static str, &'static str, Vec<(String, String)>);

fn openmetrics(found: &History, model: &Opened, session: &mut Session<'_>) -> io::Result<()> {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let name = format!("model=\"{}\"", quoted(&model.loaded.model.id));
    let one = |value: String| vec![(name.clone(), value)];
    let banded = |values: Vec<Option<String>>| {
        let rows = BANDS.iter().zip(values).filter_map(|(band, value)| Some((format!("{name},band=\"{band}\""), value?)));
        rows.collect::<Vec<_>>()
    };
    let last = found.points.last().map(|last| last.point.clone()).unwrap_or_default();
    let days = &found.remediated;
    let mut families: Vec<Family> = vec![
        ("redan_open_threats", "Open threats by band.", banded(last.open.iter().map(|count| Some(count.to_string())).collect())),
        ("redan_threats_to_answer", "Threats that wait for an answer.", one(last.questions.to_string())),
        ("redan_mitigated_threats", "Threats that are mitigated.", one(last.mitigated.to_string())),
        ("redan_accepted_threats", "Threats whose risk somebody carries.", one(last.accepted.to_string())),
        ("redan_overdue_threats", "Open threats with a mitigation whose day has passed.", one(last.overdue.to_string())),
        (
            "redan_remediated_threats",
            "Threats that were remediated, by band.",
            banded(days.iter().map(|days| Some(days.count.to_string())).collect()),
        ),
        (
            "redan_remediation_days_mean",
            "Mean number of days to remediate a threat, by band.",
            banded(days.iter().map(|days| days.mean().map(|mean| mean.to_string())).collect()),
        ),
    ];
    let shares = [
        ("redan_acceptance_age_days_mean", "Mean age of acceptances in days.", found.acceptances.mean()),
        ("redan_question_ratio", "Share of threats that wait for an answer.", last.question_rate()),
        (
            "redan_verified_ratio",
            "Share of implemented mitigations that evidence proves.",
            found.verification.and_then(|(implemented, verified)| share(verified, implemented)),
        ),
    ];
    families.extend(shares.into_iter().filter_map(|(family, help, value)| Some((family, help, one(value?.to_string())))));
    let out = session.terminal.out();
    for (family, help, rows) in families.iter().filter(|(_, _, rows)| !rows.is_empty()) {
        writeln!(out, "# TYPE {family} gauge\n# HELP {family} {help}")?;
        for (labels, value) in rows {
            writeln!(out, "{family}{{{labels}}} {value}")?;
        }
    }
    writeln!(out, "# EOF")
}
