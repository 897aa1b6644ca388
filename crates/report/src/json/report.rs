//! `report --format json`: the list of threats with everything that a document says beside it.

use redan_engine::Analysis;
use redan_model::canonical;
use serde::Serialize;

use super::{AssetJson, CountsJson, CoverageJson, MitigationJson, Selection, ThreatsJson};
use crate::Input;

/// The document.
#[derive(Serialize)]
pub struct ReportJson<'a> {
    #[serde(flatten)]
    threats: OwnedThreats<'a>,
    date: String,
    counts: CountsJson,
    assets: Vec<AssetJson<'a>>,
    mitigations: Vec<MitigationJson<'a>>,
    coverage: Vec<CoverageJson<'a>>,
    canonical: serde_json::Value,
}

/// A selection of everything with its input, so that the list of threats can borrow from both.
struct OwnedThreats<'a> {
    input: &'a Input<'a>,
    selection: Selection<'a>,
}

impl Serialize for OwnedThreats<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ThreatsJson::of(self.input, &self.selection).serialize(serializer)
    }
}

impl<'a> ReportJson<'a> {
    /// Everything about a model.
    pub fn of(input: &'a Input<'a>) -> Self {
        let analysis: &'a Analysis = input.analysis;
        Self {
            threats: OwnedThreats { input, selection: Selection::all(analysis) },
            date: input.today.to_string(),
            counts: CountsJson::of(analysis),
            assets: input.model.assets.iter().map(AssetJson::of).collect(),
            mitigations: input.model.root.mitigations.entries.iter().map(|(id, entry)| MitigationJson::of(input, id, entry)).collect(),
            coverage: analysis.coverage.iter().map(|row| CoverageJson::of(input, row)).collect(),
            canonical: canonical::to_json(&input.model.root),
        }
    }
}
