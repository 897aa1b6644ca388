//! Comma-separated values with the columns of the guide's templates.
//!
//! The columns are part of the interface: none is added, moved or renamed.

use std::io::Write;

use csv::Writer;
use redan_engine::analysis::Threat;
use redan_engine::policy::priority;
use redan_model::lang::{Acceptance, LevelValue, MapEntry, Mitigation, MitigationStatus, Opt, StatedLevel};
use redan_model::{Thing, naming};

use crate::{Input, merged};

/// The columns of the threat table.
pub const THREAT_COLUMNS: [&str; 12] = [
    "id",
    "component",
    "threat",
    "description",
    "likelihood",
    "impact",
    "risk_score",
    "mitigation",
    "owner",
    "due",
    "date_identified",
    "status",
];

/// The columns of the mitigation table.
pub const MITIGATION_COLUMNS: [&str; 9] =
    ["threat_id", "mitigation", "acceptance_criteria", "test", "owner", "due", "estimate", "status", "priority"];

/// A threat as a row of the threat table.
pub fn threat_row(input: &Input<'_>, threat: &Threat) -> [String; 12] {
    let mitigations: Vec<(&str, Option<&Mitigation>)> = mitigations_of(input, threat);
    let number = |value: Option<u8>| value.map(|value| value.to_string()).unwrap_or_default();
    [
        threat.id.clone(),
        joined(threat.subjects.iter().map(|thing| input.model.name_of(*thing).to_owned()), " / "),
        threat.title.clone(),
        one_line(merged::description(input, threat)),
        number(threat.rating.likelihood),
        number(threat.rating.impact),
        number(threat.rating.risk),
        joined(mitigations.iter().map(|(id, m)| title_of(id, *m)), "; "),
        owner_of(threat, &mitigations),
        due_of(&mitigations),
        threat.identified().map(|date| date.to_string()).unwrap_or_default(),
        threat.status.as_str().to_owned(),
    ]
}

/// Rows of the mitigation table: one for each threat that a mitigation deals with, and one without where there is none.
pub fn mitigation_rows(input: &Input<'_>, id: &str, entry: &MapEntry<Mitigation>) -> Vec<[String; 9]> {
    let threats: Vec<&Threat> = input.analysis.threats.iter().filter(|t| t.mitigations.iter().any(|m| m == id)).collect();
    if threats.is_empty() {
        return vec![mitigation_row(input, id, &entry.value, None)];
    }
    threats.into_iter().map(|threat| mitigation_row(input, id, &entry.value, Some(threat))).collect()
}

fn mitigation_row(input: &Input<'_>, id: &str, mitigation: &Mitigation, threat: Option<&Threat>) -> [String; 9] {
    let text = |field: &Opt<String>| field.as_ref().map(|field| field.value.clone()).unwrap_or_default();
    let criteria = mitigation.acceptance.values().filter_map(|a| a.text.as_ref()).map(|text| text.value.clone());
    [
        threat.map(|threat| threat.id.clone()).unwrap_or_default(),
        title_of(id, Some(mitigation)),
        joined(criteria, "; "),
        joined(mitigation.acceptance.values().flat_map(tests_of), "; "),
        text(&mitigation.owner),
        mitigation.due.as_ref().map(|due| due.value.to_string()).unwrap_or_default(),
        mitigation.estimate.as_ref().map(|effort| input.sources.slice(effort.span).to_owned()).unwrap_or_default(),
        mitigation.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value).as_str().to_owned(),
        threat.and_then(|threat| threat.rating.band).map(priority).unwrap_or_default().to_owned(),
    ]
}

fn tests_of(acceptance: &Acceptance) -> impl Iterator<Item = String> + '_ {
    acceptance.verify.values().map(|check| {
        let at = check.at.as_ref().map(|at| format!(" ({})", at.value)).unwrap_or_default();
        format!("{}: {}{at}", check.method.value.as_str(), check.what.value)
    })
}

/// Writes rows under their columns.
///
/// # Errors
/// When the writer fails.
pub fn write<R>(out: &mut dyn Write, columns: &[&str], rows: impl IntoIterator<Item = R>) -> csv::Result<()>
where
    R: IntoIterator<Item: AsRef<[u8]>>,
{
    let mut writer = Writer::from_writer(out);
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(row.into_iter().map(|cell| inert(cell.as_ref())))?;
    }
    writer.flush()?;
    Ok(())
}

/// A cell that a spreadsheet shows and does not run: one that would start a formula gets an apostrophe before it.
fn inert(cell: &[u8]) -> Vec<u8> {
    let starts_formula = matches!(cell.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'));
    let mut out = Vec::with_capacity(cell.len() + 1);
    out.extend(starts_formula.then_some(b'\''));
    out.extend(cell);
    out
}

/// A level in words; a level that nobody stated is `unknown`.
pub fn level_word(level: &Opt<LevelValue>) -> &'static str {
    match level.as_ref().map(|level| &level.value.is) {
        Some(StatedLevel::Is(level)) => level.as_str(),
        Some(StatedLevel::Depends) => "depends",
        Some(StatedLevel::Unknown) | None => "unknown",
    }
}

/// The name of a thing for a column.
pub fn thing_name(input: &Input<'_>, thing: Thing) -> String {
    input.model.name_of(thing).to_owned()
}

fn mitigations_of<'a>(input: &'a Input<'_>, threat: &'a Threat) -> Vec<(&'a str, Option<&'a Mitigation>)> {
    let entries = &input.model.root.mitigations.entries;
    threat.mitigations.iter().map(|id| (id.as_str(), entries.get(id).map(|entry| &entry.value))).collect()
}

fn title_of(id: &str, mitigation: Option<&Mitigation>) -> String {
    mitigation.and_then(|m| m.title.as_ref()).map_or_else(|| naming::sentence_of(id), |title| title.value.clone())
}

fn owner_of(threat: &Threat, mitigations: &[(&str, Option<&Mitigation>)]) -> String {
    let stated = threat.answer.as_ref().and_then(|answer| answer.owner.clone());
    stated.unwrap_or_else(|| joined(mitigations.iter().filter_map(|(_, m)| m.as_ref()?.owner.as_ref()).map(|o| o.value.clone()), "; "))
}

/// The day by which everything is to be done.
fn due_of(mitigations: &[(&str, Option<&Mitigation>)]) -> String {
    let days = mitigations.iter().filter_map(|(_, m)| m.as_ref()?.due.as_ref()).map(|due| due.value);
    days.max().map(|day| day.to_string()).unwrap_or_default()
}

/// Parts in order, each once.
fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.collect::<indexmap::IndexSet<_>>().into_iter().collect::<Vec<_>>().join(between)
}

/// A text without its line breaks: YAML blocks keep theirs, a field does not want them.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_starts_a_formula() {
        let mut out = Vec::new();
        write(&mut out, &["a"], [["=cmd()"], ["+1"], ["-1"], ["@x"], ["\t=1"], ["1-1"]]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a\n'=cmd()\n'+1\n'-1\n'@x\n'\t=1\n1-1\n");
    }

    #[test]
    fn values_with_commas_and_quotes_are_quoted() {
        let mut out = Vec::new();
        write(&mut out, &["a", "b"], [["x, y", "say \"no\""]]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a,b\n\"x, y\",\"say \"\"no\"\"\"\n");
    }
}
