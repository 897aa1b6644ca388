//! The state of reviews for people, and the sheet for the next one.

use std::io;

use redan_engine::Analysis;
use redan_engine::analysis::{Status, Threat};
use redan_model::lang::Opt;
use redan_model::{Thing, naming};

use super::{Staleness, Verdict};
use crate::session::{Opened, Session};
use crate::table::{Cell, Table, markdown_text};

/// Threats of one element, and questions, that the sheet lists.
const MOST: usize = 10;

fn verdict(staleness: &Staleness) -> &'static str {
    match staleness.verdict {
        Verdict::Due => "a review is due",
        Verdict::Unknown => "unknown whether a review is due",
        Verdict::Fresh => "no review is due",
    }
}

fn lines(staleness: &Staleness) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(last) = &staleness.last_review {
        lines.push(format!("last review: {} on {}, {} days ago", last.id, last.on, last.days_ago));
    }
    lines.extend(staleness.reasons.iter().cloned());
    if !staleness.unconfirmed_assumptions.is_empty() {
        lines.push(format!("assumptions that nobody has confirmed: {}", staleness.unconfirmed_assumptions.join(", ")));
    }
    if !staleness.unmatched.is_empty() {
        lines.push(format!("`code` that matches no file: {}", staleness.unmatched.join(", ")));
    }
    if let Some(why) = &staleness.unknown {
        lines.push(format!("not everything is known: {why}"));
    }
    lines
}

fn elements(staleness: &Staleness) -> Table {
    let mut table = Table::new(&["element", "commits", "files"]);
    for element in &staleness.elements {
        let shown = |count: Option<usize>| count.map_or_else(|| "unknown".to_owned(), |count| count.to_string());
        table.row([element.name.clone(), shown(element.commits), shown(element.files)].map(Cell::from));
    }
    table
}

/// For people.
pub(super) fn human(staleness: &Staleness, session: &mut Session<'_>) -> io::Result<()> {
    let (width, color) = (session.terminal.width, session.terminal.color);
    let out = session.terminal.out();
    writeln!(out, "{}: {}", staleness.model, verdict(staleness))?;
    for line in lines(staleness) {
        writeln!(out, "  {line}")?;
    }
    let table = elements(staleness);
    if !table.is_empty() {
        writeln!(out)?;
        table.human(out, width, color)?;
    }
    Ok(())
}

/// As Markdown.
pub(super) fn markdown(staleness: &Staleness, session: &mut Session<'_>) -> io::Result<()> {
    let out = session.terminal.out();
    writeln!(out, "## {}: {}\n", markdown_text(&staleness.model), verdict(staleness))?;
    for line in lines(staleness) {
        writeln!(out, "- {}", markdown_text(&line))?;
    }
    writeln!(out)?;
    let table = elements(staleness);
    if !table.is_empty() {
        table.markdown(out)?;
        writeln!(out)?;
    }
    Ok(())
}

/// The sheet to go through together.
pub(super) fn agenda(staleness: &Staleness, model: &Opened, analysis: &Analysis, session: &mut Session<'_>) -> io::Result<()> {
    let known = &model.loaded.model;
    let out = session.terminal.out();
    writeln!(out, "# Review of {}, {}\n", markdown_text(known.name_of(Thing::Model)), model.today)?;
    writeln!(out, "Today: {}.\n", verdict(staleness))?;
    section(out, "Why", &lines(staleness))?;
    let roles: Vec<String> = model.project.policy.required_roles.iter().map(|role| role.as_str().to_owned()).collect();
    section(out, "Who has to be there", &roles)?;
    for changed in &staleness.elements {
        let Some(thing) = known.find(&changed.id) else { continue };
        let title = match (changed.commits, changed.files) {
            (Some(commits), Some(files)) => format!("{}: {}, {}", changed.name, number(commits, "commit"), number(files, "file")),
            _ => format!("{}: its code changed", changed.name),
        };
        let about = |threat: &&Threat| is_about(known, threat, thing);
        let mut items = vec!["Do its description, zone, flows and data still say what it is?".to_owned()];
        items.extend(analysis.threats.iter().filter(about).filter(|threat| is_alive(threat)).take(MOST).map(threat_line));
        section(out, &title, &items)?;
    }
    let open = analysis.threats.iter().filter(|threat| threat.status == Status::Open && threat.rating.band.is_some());
    let mut worst: Vec<&Threat> = open.collect();
    worst.sort_by_key(|threat| std::cmp::Reverse(threat.rating.risk));
    section(out, "Worst open threats", &worst.into_iter().take(MOST).map(threat_line).collect::<Vec<_>>())?;
    section(
        out,
        "Questions that decide most",
        &analysis.questions.iter().take(MOST).map(|question| question.text.clone()).collect::<Vec<_>>(),
    )?;
    let words = |id: &String, text: &Opt<String>| text.as_ref().map_or_else(|| naming::sentence_of(id), |text| text.value.clone());
    let root = &known.root;
    let assumption = |id: &String| root.assumptions.entries.get(id).map(|entry| format!("{id}: {}", words(id, &entry.value.text)));
    section(out, "Assumptions to confirm", &staleness.unconfirmed_assumptions.iter().filter_map(assumption).collect::<Vec<_>>())?;
    section(out, "Acceptances that have ended: renew or remedy", &staleness.expired_acceptances)?;
    let incident = |id: &String| root.incidents.entries.get(id).map(|entry| format!("{id}: {}", words(id, &entry.value.title)));
    section(out, "Incidents: which threat came true?", &staleness.incidents.iter().filter_map(incident).collect::<Vec<_>>())?;
    writeln!(out, "## Afterwards\n\nRecord it:\n")?;
    writeln!(
        out,
        "```console\n$ redan add review re-walk-{0} on={0} kind=re-walk state=held\n$ redan review --stamp re-walk-{0}\n```\n",
        model.today
    )
}

fn section(out: &mut dyn io::Write, title: &str, items: &[String]) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "## {}\n", markdown_text(title))?;
    for item in items {
        writeln!(out, "- [ ] {}", markdown_text(item))?;
    }
    writeln!(out)
}

fn number(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn is_alive(threat: &Threat) -> bool {
    !matches!(threat.status, Status::FalsePositive | Status::NotApplicable)
}

fn is_about(model: &redan_model::Model, threat: &Threat, thing: Thing) -> bool {
    threat.subjects.iter().any(|subject| match subject {
        Thing::Flow(ix) => [model[*ix].source, model[*ix].target].into_iter().any(|end| Thing::Element(end) == thing),
        subject => *subject == thing,
    })
}

fn threat_line(threat: &Threat) -> String {
    let band = threat.rating.band.map_or_else(String::new, |band| format!(", {}", band.as_str()));
    format!("{} ({}{band}): {}", threat.title, threat.status.as_str(), threat.id)
}
