//! `redan threats`: what may go wrong, worst first.

use std::io;

use clap::Args;
use redan_engine::Analysis;
use redan_engine::analysis::{Status, Threat};
use redan_report::csv::{THREAT_COLUMNS, threat_row};
use redan_report::json::{self, Selection, ThreatsJson};

use crate::args::{ListFormat, Models};
use crate::exit::{Exit, Outcome};
use crate::filter::{Checked, Filters};
use crate::human;
use crate::session::{Kept, Opened, Session};
use crate::table::Table;

/// Arguments of `threats`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan threats
  redan threats shop.tm.yaml --status open --band critical,high
  redan threats --on web-app --format csv -o threats.csv")]
pub(crate) struct ThreatsArgs {
    #[command(flatten)]
    pub(crate) models: Models,
    #[command(flatten)]
    pub(crate) filters: Filters,
    /// How to show them
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

/// Runs `threats`.
pub(crate) fn run(args: &ThreatsArgs, session: &mut Session<'_>) -> Outcome {
    let models = session.open(&args.models.models)?;
    let filters = args.filters.check(&models)?;
    let analysed: Vec<(&Opened, Kept<Analysis>)> = models.iter().map(|model| (model, model.analyse())).collect();
    let lints = args.filters.is_empty();
    match args.format {
        ListFormat::Human => {
            for (model, analysis) in &analysed {
                human_threats(model, analysis, &filters, session)?;
            }
        }
        ListFormat::Json => write_json(&analysed, &filters, lints, session)?,
        ListFormat::Csv => write_csv(&analysed, &filters, session)?,
        ListFormat::Md => write_markdown(&analysed, &filters, session)?,
    }
    Ok(Exit::Fine)
}

/// The threats that the filters let through, in the order of the engine.
pub(crate) fn selected<'a>(model: &Opened, analysis: &'a Analysis, filters: &Checked) -> Vec<&'a Threat> {
    analysis.threats.iter().filter(|threat| filters.admits(model, threat)).collect()
}

fn human_threats(model: &Opened, analysis: &Analysis, filters: &Checked, session: &mut Session<'_>) -> io::Result<()> {
    human::heading(model, session.terminal)?;
    let shown = selected(model, analysis, filters);
    human::threats(model, &shown, analysis, session.common.verbose, session.terminal)?;
    let hidden = analysis.threats.len() - shown.len();
    let note = if hidden > 0 { format!(" ({hidden} left out by the filters)") } else { String::new() };
    writeln!(session.terminal.out(), "\n{}{note}", human::summary(analysis))?;
    let by_weight = |threat: &&&Threat| (threat.status == Status::Open, threat.rating.band, threat.rating.risk);
    if let Some(worst) = shown.iter().rev().max_by_key(by_weight) {
        session.terminal.note(&format!("Why, and what would change it: redan explain {}", worst.id));
    }
    if !analysis.questions.is_empty() {
        session.terminal.note("What to answer first: redan questions");
    }
    Ok(())
}

/// One document for one model, a list of documents for several.
fn write_json(analysed: &[(&Opened, Kept<Analysis>)], filters: &Checked, lints: bool, session: &mut Session<'_>) -> io::Result<()> {
    let inputs: Vec<_> = analysed.iter().map(|(model, analysis)| model.input(analysis)).collect();
    let selections: Vec<_> = analysed
        .iter()
        .map(|(model, analysis)| Selection {
            threats: selected(model, analysis, filters),
            questions: analysis.questions.iter().filter(|q| filters.admits_question(model, &analysis.threats, q)).collect(),
            lints,
        })
        .collect();
    let documents: Vec<_> = inputs.iter().zip(&selections).map(|(input, selection)| ThreatsJson::of(input, selection)).collect();
    json::write_each(session.terminal.out(), &documents)
}

fn write_csv(analysed: &[(&Opened, Kept<Analysis>)], filters: &Checked, session: &mut Session<'_>) -> csv::Result<()> {
    let rows = analysed.iter().flat_map(|(model, analysis)| {
        let input = model.input(analysis);
        selected(model, analysis, filters).into_iter().map(|threat| threat_row(&input, threat)).collect::<Vec<_>>()
    });
    redan_report::csv::write(session.terminal.out(), &THREAT_COLUMNS, rows)
}

fn write_markdown(analysed: &[(&Opened, Kept<Analysis>)], filters: &Checked, session: &mut Session<'_>) -> io::Result<()> {
    for (model, analysis) in analysed {
        let mut threats = selected(model, analysis, filters);
        threats.sort_by_key(|threat| (threat.status, std::cmp::Reverse((threat.rating.band, threat.rating.risk))));
        let mut table = Table::new(&["id", "threat", "on", "status", "likelihood", "impact", "risk", "band", "mitigations"]);
        for threat in threats {
            let number = |value: Option<u8>| value.map(|v| v.to_string()).unwrap_or_default();
            let on: Vec<&str> = threat.subjects.iter().map(|thing| model.loaded.model.name_of(*thing)).collect();
            table.row([
                threat.id.clone().into(),
                threat.title.clone().into(),
                on.join(", ").into(),
                threat.status.as_str().into(),
                number(threat.rating.likelihood).into(),
                number(threat.rating.impact).into(),
                number(threat.rating.risk).into(),
                threat.rating.band.map_or("", |band| band.as_str()).into(),
                threat.mitigations.join(", ").into(),
            ]);
        }
        let name = model.loaded.model.name_of(redan_model::Thing::Model);
        writeln!(session.terminal.out(), "## Threats to {name}\n\n{}\n", human::summary(analysis))?;
        table.markdown(session.terminal.out())?;
    }
    Ok(())
}
