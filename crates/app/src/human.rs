//! What people read on a terminal about threats and questions.
//!
//! One row stands for all threats of one rule with one status and one decisive fact; `-v` shows each. Bands are
//! always in words, colours only repeat them.

use std::io;

use anstyle::{AnsiColor, Style};
use indexmap::IndexMap;
use redan_engine::analysis::{Question, Status, Threat};
use redan_engine::{Analysis, Knowledge};
use redan_model::lang::{Band, State};

use crate::session::Opened;
use crate::table::{Cell, Table};
use crate::terminal::{Terminal, paint};

/// Rows of one table; more are counted in a last line unless everything is asked for.
const SUBJECTS_SHOWN: usize = 4;

/// The style of a band.
pub(crate) fn band_style(band: Band) -> Style {
    match band {
        Band::Critical => AnsiColor::Red.on_default().bold(),
        Band::High => AnsiColor::Red.on_default(),
        Band::Medium => AnsiColor::Yellow.on_default(),
        Band::Low => AnsiColor::Green.on_default(),
    }
}

/// A band as a cell.
pub(crate) fn band_cell(band: Option<Band>) -> Cell {
    band.map_or_else(|| Cell::from("-"), |band| Cell::styled(band.as_str(), band_style(band)))
}

/// "5 open, 23 to answer, 4 mitigated", with other answers where there are some.
pub(crate) fn summary(analysis: &Analysis) -> String {
    let mut parts = vec![
        format!("{} open", analysis.count(Status::Open)),
        format!("{} to answer", analysis.count(Status::Question)),
        format!("{} mitigated", analysis.count(Status::Mitigated)),
    ];
    for status in &Status::ALL[3..] {
        let count = analysis.count(*status);
        if count > 0 {
            parts.push(format!("{count} {}", status.as_str()));
        }
    }
    parts.join(", ")
}

/// The line above everything that is said about a model.
pub(crate) fn heading(model: &Opened, terminal: &mut Terminal) -> io::Result<()> {
    let name = paint(terminal.color, Style::new().bold(), model.loaded.model.name_of(redan_model::Thing::Model));
    let version = model.loaded.model.root.version.as_ref().map(|version| format!(" {}", version.value)).unwrap_or_default();
    writeln!(terminal.out(), "{name}{version} ({})", model.shown)
}

/// Tables of threats by status, each under its own title.
pub(crate) fn threats(model: &Opened, shown: &[&Threat], all: &Analysis, verbose: bool, terminal: &mut Terminal) -> io::Result<()> {
    for status in Status::ALL {
        let of_status: Vec<&Threat> = shown.iter().copied().filter(|threat| threat.status == status).collect();
        if of_status.is_empty() {
            continue;
        }
        let title = format!("\n{} ({})", status_title(status), of_status.len());
        let title = paint(terminal.color, Style::new().bold(), &title);
        writeln!(terminal.out(), "{title}")?;
        let table = threat_table(model, &of_status, all, verbose);
        let (width, color) = (terminal.width, terminal.color);
        table.human(terminal.out(), width, color)?;
    }
    Ok(())
}

fn status_title(status: Status) -> &'static str {
    match status {
        Status::Open => "Open threats",
        Status::Question => "Threats that wait for an answer",
        Status::Mitigated => "Mitigated threats",
        Status::Accepted => "Accepted threats",
        Status::Transferred => "Transferred threats",
        Status::Avoided => "Avoided threats",
        Status::FalsePositive => "False positives",
        Status::NotApplicable => "Not applicable",
    }
}

fn threat_table(model: &Opened, threats: &[&Threat], all: &Analysis, verbose: bool) -> Table {
    let mut groups: IndexMap<(String, String), Vec<&Threat>> = IndexMap::new();
    for threat in threats {
        let decisive = decisive_fact(threat, all, &model.knowledge);
        let rule = threat
            .rule
            .filter(|_| !verbose)
            .map_or_else(|| threat.id.clone(), |rule| model.knowledge.rules[usize::from(rule.0)].id.clone());
        groups.entry((rule, decisive)).or_default().push(threat);
    }
    let mut rows: Vec<(&String, Vec<&Threat>)> = groups.iter().map(|((_, decisive), members)| (decisive, members.clone())).collect();
    for (_, members) in &mut rows {
        members.sort_by_key(|threat| std::cmp::Reverse(threat.rating.risk));
    }
    rows.sort_by_key(|(_, members)| std::cmp::Reverse((members[0].rating.band, members[0].rating.risk)));
    let mut table = Table::new(&["band", "risk", "threat", "on", "decided by", "id"]);
    for (decisive, members) in rows {
        let worst = members[0];
        let more = if members.len() > 1 { format!(" (and {} more like it)", members.len() - 1) } else { String::new() };
        table.row([
            band_cell(worst.rating.band),
            worst.rating.risk.map_or_else(|| "-".to_owned(), |risk| risk.to_string()).into(),
            format!("{}{more}", worst.title).into(),
            subjects(model, &members).into(),
            decisive.clone().into(),
            worst.id.clone().into(),
        ]);
    }
    table
}

fn subjects(model: &Opened, threats: &[&Threat]) -> String {
    let names: indexmap::IndexSet<&str> =
        threats.iter().flat_map(|t| &t.subjects).map(|thing| model.loaded.model.name_of(*thing)).collect();
    let shown: Vec<&str> = names.iter().copied().take(SUBJECTS_SHOWN).collect();
    let more = if names.len() > SUBJECTS_SHOWN { format!(" and {} more", names.len() - SUBJECTS_SHOWN) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// The fact that decides the status, or that would.
fn decisive_fact(threat: &Threat, all: &Analysis, knowledge: &Knowledge) -> String {
    let control = |state: State| {
        let found = threat.counters.iter().find(|counter| counter.state == state)?;
        knowledge.catalogue.controls.get_index(usize::from(found.control.0)).map(|(id, _)| id.as_str())
    };
    match threat.status {
        Status::Open if threat.rule.is_none() => "written by hand".to_owned(),
        Status::Open if threat.partly_countered => control(State::Partial).map(|id| format!("only partly {id}")).unwrap_or_default(),
        Status::Open => control(State::No).map(|id| format!("no {id}")).unwrap_or_default(),
        Status::Question => threat.questions.first().map(|ix| all.questions[ix.0 as usize].path.to_string()).unwrap_or_default(),
        Status::Mitigated => match control(State::Yes) {
            Some(id) => id.to_owned(),
            None => threat.mitigations.join(", "),
        },
        Status::Accepted | Status::Transferred | Status::Avoided | Status::FalsePositive | Status::NotApplicable => {
            threat.answer.as_ref().and_then(|answer| answer.because.clone()).unwrap_or_default()
        }
    }
}

/// Questions as a table; the fact is what `redan set` takes.
pub(crate) fn question_table(questions: &[&Question]) -> Table {
    let mut table = Table::new(&["risk", "question", "write", "settles"]);
    for question in questions {
        let answers = match (question.safe, question.unsafe_) {
            (Some(safe), Some(bad)) => format!("={safe}|{bad}"),
            _ => "=…".to_owned(),
        };
        table.row([
            question.risk.to_string().into(),
            question.text.clone().into(),
            format!("{}{answers}", question.id).into(),
            question.settles.len().to_string().into(),
        ]);
    }
    table
}
