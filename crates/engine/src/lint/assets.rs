//! Assets: ones that are nowhere, and ones that nobody has weighed.

use redan_model::lang::AssetKind;
use redan_model::{Asset, AssetIx, Thing};

use super::{Found, Linter};

pub(super) fn check(linter: &mut Linter<'_>) {
    if linter.model.assets.is_empty() {
        if !linter.model.elements.is_empty() {
            let diagnostic = linter.found("no-assets", linter.root(), "the model names nothing that is worth protecting");
            linter.report(diagnostic);
        }
        return;
    }
    let nowhere = |asset: &Asset| is_data(asset) && asset.holders.is_empty() && asset.carriers.is_empty();
    let found = pick(linter, &nowhere);
    linter.report_all(
        "unheld-asset",
        found,
        |id| format!("nothing holds the asset `{id}` and no flow moves it, so no threat can reach it"),
        |count, ids| format!("nothing holds or moves {count} assets, so no threat can reach them: {ids}"),
    );
    let unweighed = |asset: &Asset| {
        let stated = &asset.stated;
        is_data(asset) && (stated.confidentiality.is_none() || stated.integrity.is_none() || stated.availability.is_none())
    };
    let found = pick(linter, &unweighed);
    linter.report_all(
        "unstated-level",
        found,
        |id| format!("the asset `{id}` does not say how much its confidentiality, integrity and availability matter"),
        |count, ids| format!("{count} assets do not say how much their confidentiality, integrity and availability matter: {ids}"),
    );
}

fn is_data(asset: &Asset) -> bool {
    matches!(asset.kind, AssetKind::Data | AssetKind::Secret)
}

fn pick(linter: &Linter<'_>, keep: &dyn Fn(&Asset) -> bool) -> Vec<Found> {
    let all = (0..u32::try_from(linter.model.assets.len()).unwrap_or(u32::MAX)).map(AssetIx);
    all.filter(|ix| keep(&linter.model[*ix])).filter_map(|ix| linter.thing(Thing::Asset(ix))).collect()
}
