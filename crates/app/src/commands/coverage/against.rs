//! `redan coverage --against`: a model compared with a public list of risks.

use redan_engine::Analysis;
use redan_engine::catalogue::Taxonomy;
use redan_engine::taxonomy::{Reconciled, Verdict, reconcile};
use redan_model::suggest::nearest;
use redan_report::json::{self, ModelJson, TaxonomyEntryJson};
use serde::Serialize;

use crate::args::ListFormat;
use crate::exit::{Exit, Outcome, usage};
use crate::human;
use crate::session::{Opened, Session};
use crate::table::Table;

/// Most threats that a row for people names.
const SHOWN: usize = 3;

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    taxonomy: &'a str,
    edition: &'a str,
    entries: Vec<TaxonomyEntryJson<'a>>,
}

/// Compares every model with the taxonomy.
pub(super) fn run(id: &str, format: ListFormat, models: &[Opened], session: &mut Session<'_>) -> Outcome {
    let mut done = Vec::new();
    for model in models {
        done.push((model, taxonomy(model, id)?, model.analyse()));
    }
    let compared: Vec<Compared<'_>> = done.iter().map(|(model, taxonomy, analysis)| Compared::new(model, taxonomy, analysis)).collect();
    match format {
        ListFormat::Human => {
            for one in &compared {
                human::heading(one.model, session.terminal)?;
                let (width, color) = (session.terminal.width, session.terminal.color);
                writeln!(session.terminal.out(), "{} {}: {}\n", one.taxonomy.name, one.taxonomy.edition, one.summary())?;
                table(std::slice::from_ref(one), Some(SHOWN)).human(session.terminal.out(), width, color)?;
            }
        }
        ListFormat::Json => {
            let inputs: Vec<_> = compared.iter().map(|one| (one, one.model.input(one.analysis))).collect();
            let documents: Vec<Document<'_>> = inputs
                .iter()
                .map(|(one, input)| Document {
                    version: 1,
                    model: ModelJson::of(input.model, input.sources),
                    taxonomy: id,
                    edition: &one.taxonomy.edition,
                    entries: one.entries.iter().map(|entry| TaxonomyEntryJson::of(input, entry)).collect(),
                })
                .collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
        ListFormat::Csv => table(&compared, None).csv(session.terminal.out())?,
        ListFormat::Md => table(&compared, None).markdown(session.terminal.out())?,
    }
    Ok(Exit::Fine)
}

/// The taxonomy with this id.
fn taxonomy<'m>(model: &'m Opened, id: &str) -> anyhow::Result<&'m Taxonomy> {
    let known = &model.knowledge.catalogue.taxonomies;
    known.get(id).ok_or_else(|| {
        let near = nearest(id, known.keys().map(String::as_str)).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        usage(format!("there is no taxonomy `{id}`; there are: {}{near}", names.join(", ")))
    })
}

/// A model with what became of every entry.
struct Compared<'a> {
    model: &'a Opened,
    taxonomy: &'a Taxonomy,
    analysis: &'a Analysis,
    entries: Vec<Reconciled<'a>>,
}

impl<'a> Compared<'a> {
    fn new(model: &'a Opened, taxonomy: &'a Taxonomy, analysis: &'a Analysis) -> Self {
        let entries = reconcile(&model.loaded.model, &model.knowledge, analysis, taxonomy);
        Self { model, taxonomy, analysis, entries }
    }

    fn summary(&self) -> String {
        let count = |word: &str| self.entries.iter().filter(|entry| entry.verdict.as_str() == word).count();
        format!("{} covered, {} not applicable, {} not considered", count("covered"), count("not-applicable"), count("not-considered"))
    }
}

fn table(compared: &[Compared<'_>], shown: Option<usize>) -> Table {
    let mut table = Table::new(&["id", "risk", "verdict", "threats or reasons"]);
    for one in compared {
        for entry in &one.entries {
            let details: Vec<&str> = match &entry.verdict {
                Verdict::Covered(threats) => threats.iter().map(|ix| one.analysis.threats[ix.0 as usize].id.as_str()).collect(),
                Verdict::NotApplicable(reasons) => reasons.iter().map(String::as_str).collect(),
                Verdict::NotConsidered => Vec::new(),
            };
            let take = shown.unwrap_or(details.len()).min(details.len());
            let mut text = details[..take].join("; ");
            if take < details.len() {
                text.push_str(&format!("; and {} more", details.len() - take));
            }
            table.row([entry.id.into(), entry.name.into(), entry.verdict.as_str().into(), text.into()]);
        }
    }
    table
}
