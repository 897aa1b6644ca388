//! `redan surface`: where an attacker can come in.

use clap::Args;
use redan_engine::surface::{EntryPoint, surface};
use redan_model::Thing;
use redan_report::json::{self, EntryPointJson, ModelJson, tri_word};
use serde::Serialize;

use crate::args::{ListFormat, Models};
use crate::exit::{Exit, Outcome};
use crate::filter::Filters;
use crate::human;
use crate::session::{Opened, Session};
use crate::table::Table;

/// Arguments of `surface`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan surface
  redan surface --on web-app --format json
  redan surface --band critical,high       ways in with such a threat at them")]
pub(crate) struct SurfaceArgs {
    #[command(flatten)]
    models: Models,
    /// Only the entry points of these elements
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    on: Vec<String>,
    /// Only entry points with a threat of this status to their element or flow
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    status: Vec<String>,
    /// Only entry points with a threat in this band to their element or flow: critical, high, medium, low
    #[arg(long, value_name = "BAND", value_delimiter = ',')]
    band: Vec<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    format: ListFormat,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    surface: Vec<EntryPointJson<'a>>,
}

/// Runs `surface`.
pub(crate) fn run(args: &SurfaceArgs, session: &mut Session<'_>) -> Outcome {
    let models = session.open(&args.models.models)?;
    Filters { on: args.on.clone(), ..Default::default() }.check(&models)?;
    let threats = Filters { status: args.status.clone(), band: args.band.clone(), ..Default::default() }.threatened(&models)?;
    let near = |at: usize| threats.as_ref().map(|threats| threats[at].as_slice());
    let found: Vec<(&Opened, Vec<EntryPoint>)> =
        models.iter().enumerate().map(|(at, model)| (model, entries(args, model, near(at)))).collect();
    match args.format {
        ListFormat::Human => {
            for one in &found {
                human::heading(one.0, session.terminal)?;
                let (width, color) = (session.terminal.width, session.terminal.color);
                table(std::slice::from_ref(one)).human(session.terminal.out(), width, color)?;
            }
        }
        ListFormat::Json => {
            let documents: Vec<Document<'_>> = found
                .iter()
                .map(|(model, entries)| Document {
                    version: 1,
                    model: ModelJson::of(&model.loaded.model, &model.loaded.sources),
                    surface: entries.iter().map(|entry| EntryPointJson::of(&model.loaded.model, entry)).collect(),
                })
                .collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
        ListFormat::Csv => table(&found).csv(session.terminal.out())?,
        ListFormat::Md => table(&found).markdown(session.terminal.out())?,
    }
    Ok(Exit::Fine)
}

/// The wanted entry points; `near` are the things with wanted threats, if only those are wanted.
fn entries(args: &SurfaceArgs, model: &Opened, near: Option<&[Thing]>) -> Vec<EntryPoint> {
    let wanted = |entry: &EntryPoint| {
        let id = model.loaded.model.id_of(Thing::Element(entry.element));
        let mut places = entry.flow.map(Thing::Flow).into_iter().chain([Thing::Element(entry.element)]);
        (args.on.is_empty() || args.on.iter().any(|on| on == id)) && near.is_none_or(|things| places.any(|place| things.contains(&place)))
    };
    surface(&model.loaded.model, &model.knowledge).into_iter().filter(wanted).collect()
}

fn table(found: &[(&Opened, Vec<EntryPoint>)]) -> Table {
    let mut table = Table::new(&["element", "entry point", "from", "protocol", "authenticated", "data"]);
    for (opened, entries) in found {
        let model = &opened.loaded.model;
        for entry in entries {
            let data: Vec<&str> = entry.data.iter().map(|asset| model.id_of(Thing::Asset(*asset))).collect();
            let authenticated = match tri_word(entry.authenticated) {
                "true" => "yes",
                "false" => "no",
                word => word,
            };
            table.row([
                model.id_of(Thing::Element(entry.element)).into(),
                entry.entry.clone().into(),
                entry.from.map_or("", |from| model.id_of(Thing::Element(from))).into(),
                entry.protocol.clone().unwrap_or_default().into(),
                authenticated.into(),
                data.join(", ").into(),
            ]);
        }
    }
    table
}
