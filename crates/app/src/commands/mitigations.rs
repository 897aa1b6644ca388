//! `redan mitigations`: what is done about threats, by whom and until when.

use clap::Args;
use redan_engine::Analysis;
use redan_model::lang::{MapEntry, Mitigation, MitigationStatus};
use redan_report::csv::{MITIGATION_COLUMNS, mitigation_rows};
use redan_report::json::{self, MitigationJson, ModelJson};
use serde::Serialize;

use crate::args::{ListFormat, Models};
use crate::exit::{Exit, Outcome, usage};
use crate::filter::{Checked, Filters, suggestion};
use crate::human;
use crate::session::{Kept, Opened, Session};
use crate::table::Table;

/// Arguments of `mitigations`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan mitigations
  redan mitigations --status planned,in-progress
  redan mitigations --band critical,high --on web-app
  redan mitigations --format csv -o plan.csv")]
pub(crate) struct MitigationsArgs {
    #[command(flatten)]
    models: Models,
    /// Only mitigations this far: proposed, planned, in-progress, implemented, rejected
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    status: Vec<String>,
    /// Only mitigations of threats in this band: critical, high, medium, low
    #[arg(long, value_name = "BAND", value_delimiter = ',')]
    band: Vec<String>,
    /// Only mitigations of threats on these elements, flows, zones and assets
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    on: Vec<String>,
    /// How to show them
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    format: ListFormat,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    mitigations: Vec<MitigationJson<'a>>,
}

/// Runs `mitigations`.
pub(crate) fn run(args: &MitigationsArgs, session: &mut Session<'_>) -> Outcome {
    let statuses = statuses(&args.status)?;
    let models = session.open(&args.models.models)?;
    let filters = Filters { band: args.band.clone(), on: args.on.clone(), ..Filters::default() };
    let threats = (!filters.is_empty()).then_some(filters.check(&models)?);
    let wanted = Wanted { statuses, threats };
    let analysed: Vec<(&Opened, Kept<Analysis>)> = models.iter().map(|model| (model, model.analyse())).collect();
    match args.format {
        ListFormat::Human => {
            for (model, analysis) in &analysed {
                human::heading(model, session.terminal)?;
                let table = table(&[(model, analysis)], &wanted);
                if table.is_empty() {
                    writeln!(session.terminal.out(), "\nNo mitigations.")?;
                    continue;
                }
                let (width, color) = (session.terminal.width, session.terminal.color);
                table.human(session.terminal.out(), width, color)?;
            }
        }
        ListFormat::Json => {
            let inputs: Vec<_> = analysed.iter().map(|(model, analysis)| (*model, &**analysis, model.input(analysis))).collect();
            let documents: Vec<Document<'_>> = inputs
                .iter()
                .map(|(model, analysis, input)| Document {
                    version: 1,
                    model: ModelJson::of(input.model, input.sources),
                    mitigations: wanted.entries(model, analysis).map(|(id, entry)| MitigationJson::of(input, id, entry)).collect(),
                })
                .collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
        ListFormat::Csv => {
            let rows = analysed.iter().flat_map(|(model, analysis)| {
                let input = model.input(analysis);
                wanted.entries(model, analysis).flat_map(|(id, entry)| mitigation_rows(&input, id, entry)).collect::<Vec<_>>()
            });
            redan_report::csv::write(session.terminal.out(), &MITIGATION_COLUMNS, rows)?;
        }
        ListFormat::Md => table(&analysed.iter().map(|(m, a)| (*m, &**a)).collect::<Vec<_>>(), &wanted).markdown(session.terminal.out())?,
    }
    Ok(Exit::Fine)
}

fn statuses(words: &[String]) -> anyhow::Result<Vec<MitigationStatus>> {
    let find = |word: &String| {
        let names = MitigationStatus::ALL.iter().map(|status| status.as_str());
        MitigationStatus::from_word(word).ok_or_else(|| {
            let list = names.clone().collect::<Vec<_>>().join(", ");
            usage(format!("`{word}` is not a status of a mitigation{}; allowed: {list}", suggestion(word, names.clone())))
        })
    };
    words.iter().map(find).collect()
}

/// Which mitigations to show.
struct Wanted {
    statuses: Vec<MitigationStatus>,
    /// What one of their threats has to be like.
    threats: Option<Checked>,
}

impl Wanted {
    fn entries<'a>(&'a self, model: &'a Opened, analysis: &'a Analysis) -> impl Iterator<Item = (&'a str, &'a MapEntry<Mitigation>)> + 'a {
        let all = model.loaded.model.root.mitigations.entries.iter().map(|(id, entry)| (id.as_str(), entry));
        let about = move |id: &str| {
            let Some(threats) = &self.threats else { return true };
            analysis.threats.iter().any(|threat| threats.admits(model, threat) && threat.mitigations.iter().any(|m| m == id))
        };
        let is_so = |entry: &MapEntry<Mitigation>| self.statuses.is_empty() || self.statuses.contains(&status(&entry.value));
        all.filter(move |(id, entry)| is_so(entry) && about(id))
    }
}

fn status(mitigation: &Mitigation) -> MitigationStatus {
    mitigation.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value)
}

fn table(analysed: &[(&Opened, &Analysis)], wanted: &Wanted) -> Table {
    let mut table = Table::new(&["id", "mitigation", "status", "owner", "due", "threats"]);
    for (model, analysis) in analysed {
        for (id, entry) in wanted.entries(model, analysis) {
            let mitigation = &entry.value;
            let threats: Vec<&str> =
                analysis.threats.iter().filter(|t| t.mitigations.iter().any(|m| m == id)).map(|t| t.id.as_str()).collect();
            table.row([
                id.into(),
                mitigation.title.as_ref().map_or(id, |title| title.value.as_str()).into(),
                status(mitigation).as_str().into(),
                mitigation.owner.as_ref().map_or("not recorded", |owner| owner.value.as_str()).into(),
                mitigation.due.as_ref().map_or_else(|| "not recorded".to_owned(), |due| due.value.to_string()).into(),
                threats.join(", ").into(),
            ]);
        }
    }
    table
}
