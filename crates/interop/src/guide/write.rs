//! Models as the guide's tables.

use redan_model::Thing;
use redan_model::lang::{Asset, LevelValue, Opt, StatedLevel};
use serde_json::{Map, Value as Json, json};

use crate::draft::one_line;
use crate::export::{ExportError, Exported, ForeignThreat, Outgoing, pretty};
use crate::losses::Says;
use crate::{Loss, Losses};

use super::{ASSET_COLUMNS, THREAT_COLUMNS};

const OF_THREATS: &[Says] = &[
    Says("threats", &["title", "on", "description", "likelihood", "impact", "mitigations", "identified", "status", "owner"]),
    Says("mitigations", &["title", "owner", "due"]),
];
const OF_ASSETS: &[Says] = &[Says("assets", &["name", "owner", "confidentiality", "integrity", "availability", "privacy"])];

/// Writes the threats as JSON.
///
/// # Errors
/// None: a model without threats is an empty list.
pub fn threats_json(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut losses = Losses::default();
    let threats: Vec<Json> = outgoing.found(&mut losses).into_iter().map(|threat| threat_json(outgoing, threat)).collect();
    losses.unsaid(&outgoing.json, "", OF_THREATS);
    let decided = outgoing.threats.iter().filter(|threat| !["open", "question"].contains(&threat.status)).count();
    if decided > 0 {
        losses.dropped(format!("the status of {decided} threats that are not open"), "threats");
    }
    Ok(Exported { bytes: pretty(&Json::Array(threats)), loss: losses.finish() })
}

fn threat_json(outgoing: &Outgoing<'_>, threat: &ForeignThreat) -> Json {
    let mut entry = Map::new();
    entry.insert("id".to_owned(), threat.id.as_str().into());
    entry.insert("title".to_owned(), threat.title.as_str().into());
    entry.insert("component".to_owned(), component(outgoing, threat).into());
    entry.insert("description".to_owned(), one_line(&threat.description).into());
    for (key, number) in [("likelihood", threat.likelihood), ("impact", threat.impact), ("risk_score", threat.risk)] {
        entry.insert(key.to_owned(), number.map_or(Json::Null, Json::from));
    }
    let mitigations: Vec<Json> = threat.mitigations.iter().map(|id| mitigation_json(outgoing, id)).collect();
    entry.insert("mitigations".to_owned(), mitigations.into());
    entry.into()
}

fn mitigation_json(outgoing: &Outgoing<'_>, id: &str) -> Json {
    let (owner, due) = of_mitigation(outgoing, id);
    json!({"desc": outgoing.mitigation_title(id), "owner": owner, "due": due})
}

fn of_mitigation(outgoing: &Outgoing<'_>, id: &str) -> (String, String) {
    let mitigation = outgoing.mitigation(id);
    let owner = mitigation.and_then(|m| m.owner.as_ref()).map(|owner| owner.value.clone());
    let due = mitigation.and_then(|m| m.due.as_ref()).map(|due| due.value.to_string());
    (owner.unwrap_or_default(), due.unwrap_or_default())
}

fn component(outgoing: &Outgoing<'_>, threat: &ForeignThreat) -> String {
    joined(threat.subjects.iter().map(|thing| outgoing.model.name_of(*thing).to_owned()), " / ")
}

/// Writes the threats as comma-separated values.
///
/// # Errors
/// None: a model without threats is a line of columns.
pub fn threats_csv(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut losses = Losses::default();
    let rows: Vec<[String; 12]> = outgoing.found(&mut losses).into_iter().map(|threat| threat_row(outgoing, threat)).collect();
    losses.unsaid(&outgoing.json, "", OF_THREATS);
    table(&THREAT_COLUMNS, &rows, losses.finish())
}

fn threat_row(outgoing: &Outgoing<'_>, threat: &ForeignThreat) -> [String; 12] {
    let number = |value: Option<u8>| value.map(|value| value.to_string()).unwrap_or_default();
    let mitigations: Vec<(String, String)> = threat.mitigations.iter().map(|id| of_mitigation(outgoing, id)).collect();
    let owner = || joined(mitigations.iter().map(|(owner, _)| owner.clone()), "; ");
    [
        threat.id.clone(),
        component(outgoing, threat),
        threat.title.clone(),
        one_line(&threat.description),
        number(threat.likelihood),
        number(threat.impact),
        number(threat.risk),
        joined(threat.mitigations.iter().map(|id| outgoing.mitigation_title(id)), "; "),
        if threat.owner.is_empty() { owner() } else { threat.owner.clone() },
        mitigations.iter().map(|(_, due)| due.as_str()).max().unwrap_or_default().to_owned(),
        threat.identified.clone(),
        threat.status.to_owned(),
    ]
}

/// Writes the assets as JSON.
///
/// # Errors
/// None: a model without assets is an empty list.
pub fn assets_json(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let (columns, rows) = asset_rows(outgoing);
    let entry = |row: Vec<String>| {
        let fields = columns.iter().zip(row).filter(|(column, value)| **column != "privacy" || !value.is_empty());
        Json::Object(fields.map(|(column, value)| ((*column).to_owned(), value.into())).collect())
    };
    let assets: Json = rows.into_iter().map(entry).collect::<Vec<_>>().into();
    Ok(Exported { bytes: pretty(&assets), loss: assets_loss(outgoing) })
}

/// Writes the assets as comma-separated values.
///
/// # Errors
/// None: a model without assets is a line of columns.
pub fn assets_csv(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let (columns, rows) = asset_rows(outgoing);
    table(&columns, &rows, assets_loss(outgoing))
}

fn asset_rows(outgoing: &Outgoing<'_>) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let assets = &outgoing.model.assets;
    let private = assets.iter().any(|asset| asset.stated.privacy.is_some());
    let columns: Vec<&str> = ASSET_COLUMNS.into_iter().chain(private.then_some("privacy")).collect();
    let owned = |asset: &Asset| asset.owner.as_ref().map(|owner| owner_name(outgoing, &owner.value)).unwrap_or_default();
    let rows = (0_u32..).zip(assets).map(|(ix, asset)| {
        let stated = &asset.stated;
        let name = outgoing.model.name_of(Thing::Asset(redan_model::AssetIx(ix)));
        // The id is what the guide has in this column; a name says more only where somebody gave one.
        let name = if stated.name.is_some() { name.to_owned() } else { asset.identity.id.clone() };
        let mut row = vec![name, owned(stated), level(&stated.confidentiality), level(&stated.integrity), level(&stated.availability)];
        if private {
            row.push(stated.privacy.as_ref().map(|_| level(&stated.privacy)).unwrap_or_default());
        }
        row
    });
    (columns, rows.collect())
}

/// An owner that is an element or a person goes by its name.
fn owner_name(outgoing: &Outgoing<'_>, owner: &str) -> String {
    let person = outgoing.model.root.people.entries.get(owner).and_then(|entry| entry.value.name.as_ref());
    match (outgoing.model.find(owner), person) {
        (Some(thing), _) if thing != Thing::Model => outgoing.model.name_of(thing).to_owned(),
        (_, Some(name)) => name.value.clone(),
        _ => owner.to_owned(),
    }
}

fn assets_loss(outgoing: &Outgoing<'_>) -> Vec<Loss> {
    let mut losses = Losses::default();
    losses.unsaid(&outgoing.json, "", OF_ASSETS);
    for (id, asset) in crate::write::section(outgoing, "assets") {
        for key in ["confidentiality", "integrity", "availability", "privacy"] {
            if asset.get(key).is_some_and(|level| !crate::write::because(level).is_empty()) {
                losses.dropped(format!("why the {key} is what it is"), format!("assets.{id}"));
            }
        }
    }
    losses.finish()
}

fn level(level: &Opt<LevelValue>) -> String {
    match level.as_ref().map(|level| &level.value.is) {
        Some(StatedLevel::Is(level)) => level.as_str().to_owned(),
        Some(StatedLevel::Depends) => "depends".to_owned(),
        Some(StatedLevel::Unknown) | None => "unknown".to_owned(),
    }
}

fn table<R: AsRef<[String]>>(columns: &[&str], rows: &[R], loss: Vec<Loss>) -> Result<Exported, ExportError> {
    let failed = |error: csv::Error| ExportError::Impossible(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(failed)?;
    for row in rows {
        writer.write_record(row.as_ref().iter().map(|cell| inert(cell))).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| ExportError::Impossible(error.to_string()))?;
    Ok(Exported { bytes, loss })
}

/// A cell that a spreadsheet shows and does not run: one that would start a formula gets an apostrophe before it.
fn inert(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// A cell as it stands in a table, in quotes where it must.
pub(super) fn quoted(cell: &str) -> String {
    let cell = inert(cell);
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// Parts in order, each once.
fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        if !seen.contains(&part) {
            seen.push(part);
        }
    }
    seen.join(between)
}
