//! `redan assets`: what is worth protecting, and how much.

use clap::Args;
use redan_model::{Asset, Thing};
use redan_report::csv::level_word;
use redan_report::json::{self, AssetJson};

use crate::args::{ListFormat, Models};
use crate::exit::{Exit, Outcome};
use crate::filter::Filters;
use crate::human;
use crate::session::{Opened, Session};
use crate::table::Table;

/// Arguments of `assets`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan assets
  redan assets --format json        the guide's array of assets
  redan assets --on user-db         what a store keeps and its flows move
  redan assets --band critical      what a critical threat is about, or is near")]
pub(crate) struct AssetsArgs {
    #[command(flatten)]
    models: Models,
    /// Only assets that this element or flow keeps or moves
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    on: Vec<String>,
    /// Only assets with a threat of this status to them, to what keeps them, or to what moves them
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    status: Vec<String>,
    /// Only assets with a threat in this band to them, to what keeps them, or to what moves them: critical, high, medium, low
    #[arg(long, value_name = "BAND", value_delimiter = ',')]
    band: Vec<String>,
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
    Filters { on: args.on.clone(), ..Default::default() }.check(&models)?;
    let threats = Filters { status: args.status.clone(), band: args.band.clone(), ..Default::default() }.threatened(&models)?;
    let mut assets: Vec<(&Opened, &Asset)> = Vec::new();
    for (at, model) in models.iter().enumerate() {
        let near = |asset: &Asset| threats.as_ref().is_none_or(|threats| is_near(model, asset, &threats[at]));
        let own = model.loaded.model.assets.iter().filter(|asset| wanted(args, model, asset) && near(asset));
        assets.extend(own.map(|asset| (model, asset)));
    }
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

/// Whether one of these things is the asset, keeps it, or moves it.
fn is_near(model: &Opened, asset: &Asset, things: &[Thing]) -> bool {
    let own = model.loaded.model.find(asset.identity.id.as_str());
    let places = asset.holders.iter().chain(&asset.on).map(|ix| Thing::Element(*ix));
    own.into_iter().chain(places).chain(asset.carriers.iter().map(|ix| Thing::Flow(*ix))).any(|place| things.contains(&place))
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
