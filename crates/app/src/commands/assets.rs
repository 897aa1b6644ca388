//! `redan assets`: what is worth protecting, and how much.

use clap::Args;
use redan_model::Asset;
use redan_report::csv::level_word;
use redan_report::json::{self, AssetJson};

use crate::args::{ListFormat, Models};
use crate::exit::{Exit, Outcome};
use crate::human;
use crate::session::{Opened, Session};
use crate::table::Table;

/// Arguments of `assets`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan assets
  redan assets --format json        the guide's array of assets
  redan assets --on user-db         what a store keeps and its flows move")]
pub(crate) struct AssetsArgs {
    #[command(flatten)]
    models: Models,
    /// Only assets that this element or flow keeps or moves
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    on: Vec<String>,
    /// Only the assets that are marked as top assets
    #[arg(long)]
    top: bool,
    /// How to show them
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    format: ListFormat,
}

/// Runs `assets`.
pub(crate) fn run(args: &AssetsArgs, session: &mut Session<'_>) -> Outcome {
    let models = session.open(&args.models.models)?;
    let filters = crate::filter::Filters { on: args.on.clone(), ..Default::default() };
    filters.check(&models)?;
    let assets: Vec<(&Opened, &Asset)> = models
        .iter()
        .flat_map(|model| model.loaded.model.assets.iter().filter(|a| wanted(args, model, a)).map(move |a| (model, a)))
        .collect();
    match args.format {
        ListFormat::Human => {
            for model in &models {
                human::heading(model, session.terminal)?;
                let own: Vec<_> = assets.iter().copied().filter(|(of, _)| std::ptr::eq(*of, model)).collect();
                let (width, color) = (session.terminal.width, session.terminal.color);
                table(&own).human(session.terminal.out(), width, color)?;
            }
        }
        ListFormat::Json => json::write(session.terminal.out(), &assets.iter().map(|(_, asset)| AssetJson::of(asset)).collect::<Vec<_>>())?,
        ListFormat::Csv => table(&assets).csv(session.terminal.out())?,
        ListFormat::Md => table(&assets).markdown(session.terminal.out())?,
    }
    Ok(Exit::Fine)
}

fn wanted(args: &AssetsArgs, model: &Opened, asset: &Asset) -> bool {
    let model = &model.loaded.model;
    let holders = asset.holders.iter().chain(&asset.on).map(|ix| model[*ix].identity.id.as_str());
    let carriers = asset.carriers.iter().flat_map(|ix| {
        let flow = &model[*ix];
        [flow.identity.id.as_str(), model[flow.source].identity.id.as_str(), model[flow.target].identity.id.as_str()]
    });
    let mut places = holders.chain(carriers).chain(std::iter::once(asset.identity.id.as_str()));
    (args.on.is_empty() || places.any(|id| args.on.iter().any(|wanted| wanted == id)))
        && (!args.top || asset.stated.top.as_ref().is_some_and(|top| top.value.is_yes()))
}

fn table(assets: &[(&Opened, &Asset)]) -> Table {
    let mut table = Table::new(&["asset", "kind", "owner", "confidentiality", "integrity", "availability", "privacy", "held by"]);
    for (model, asset) in assets {
        let held: Vec<&str> = asset.holders.iter().map(|ix| model.loaded.model[*ix].identity.id.as_str()).collect();
        let stated = &asset.stated;
        table.row([
            asset.identity.id.clone().into(),
            asset.kind.as_str().into(),
            stated.owner.as_ref().map_or("not recorded", |owner| owner.value.as_str()).into(),
            level_word(&stated.confidentiality).into(),
            level_word(&stated.integrity).into(),
            level_word(&stated.availability).into(),
            stated.privacy.as_ref().map_or("", |_| level_word(&stated.privacy)).into(),
            held.join(", ").into(),
        ]);
    }
    table
}
