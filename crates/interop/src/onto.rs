//! Writing the changes of a model into an existing file of another tool: everything else in it stays as it is.
//!
//! The file is read to a model, that model is compared with the one at hand, entry by entry and field by field, and
//! each difference is written as an edit of a span of the file ([`json`], [`yaml`], [`xml`]). Without a difference the
//! bytes stay the same. The result is read again: what it does not say as the model does is a loss, so no change is
//! lost in silence.
//!
//! To add a format: its reader notes with [`crate::draft::Draft::made_from`] where each entry stands, and an arm in
//! [`edits`] names a function `fn onto(text: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Vec<Edit>`. What
//! it has no place for it leaves out.

mod again;
mod changes;
mod edit;
pub mod json;
pub(crate) mod rewritten;
pub mod xml;
pub mod yaml;

pub(crate) use again::spoken;
pub use changes::{Change, Changes, Origins};
pub use edit::{Edit, apply};

use redan_model::{Vocabulary, canonical, load_text};
use serde_json::Value as Json;

use crate::export::{ExportError, Exported, Outgoing};
use crate::{Format, Imported, Losses, adtool, attack_flow, back, drawio, guide, hcltm, limits, lucid, mef, pytm, threagile, tm7};

/// A file that changes are written into.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// What its reader gives, with the answers that its decisions became.
    pub imported: &'a Imported,
}

/// Writes what differs between a file and a model into the file.
///
/// # Errors
/// The format has no such writer, the file is not text, or the result would not be a file of the format.
pub fn onto(format: Format, original: Original<'_>, outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let before = long_form(&original.imported.model);
    let mut changes = Changes::between(&before, &outgoing.json, &original.imported.origins);
    changes.list.retain(|change| !is_of_the_import(change));
    if changes.list.is_empty() {
        return Ok(Exported { bytes: original.bytes.to_vec(), loss: Vec::new() });
    }
    let bytes = if format == Format::Lucid && original.bytes.starts_with(b"PK") {
        lucid::onto(original.bytes, &changes, outgoing)?
    } else {
        let text = limits::text(original.bytes).map_err(ExportError::Original)?;
        let mark = original.bytes.len() - text.len();
        let edits = edits(format, text, &changes, outgoing)?;
        let mut bytes = original.bytes[..mark].to_vec();
        bytes.extend_from_slice(apply(text, edits).as_bytes());
        bytes
    };
    let loss = unwritten(format, &bytes, &changes)?;
    Ok(Exported { bytes, loss })
}

/// What differs only because one of the two came from an import on another day, or with the file kept inside.
fn is_of_the_import(change: &Change<'_>) -> bool {
    let kept = change.id().is_none() && change.section().starts_with("x-") && change.section().ends_with("-original");
    let until = change.section() == "threats" && change.field() == Some("until") && change.id().is_some_and(|id| id.contains('@'));
    kept || until
}

/// The edits that a format makes of changes.
fn edits(format: Format, text: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Result<Vec<Edit>, ExportError> {
    match format {
        Format::Tm7 => Ok(tm7::onto(text, changes, outgoing)),
        Format::ThreatDragon
        | Format::Otm
        | Format::ThreatComposer
        | Format::TmBom
        | Format::CycloneDx
        | Format::GuideJson
        | Format::GuideAssetsJson
        | Format::Json
        | Format::Structurizr => rewritten::edits(format, text, changes, outgoing),
        Format::Threagile | Format::ThreagileLater => Ok(threagile::onto(text, changes, outgoing)),
        Format::Pytm => Ok(pytm::onto(text, changes, outgoing)),
        Format::Drawio => drawio::onto(text, changes, outgoing),
        Format::Hcltm => hcltm::onto(text, changes, outgoing),
        Format::Adtool => Ok(adtool::onto(text, changes)),
        Format::Mef => Ok(mef::onto(text, changes)),
        Format::AttackFlow => Ok(attack_flow::onto(text, changes, outgoing)),
        Format::GuideCsv | Format::GuideAssetsCsv => guide::onto(format, text, changes, outgoing),
        _ => Err(ExportError::NotOnto(format)),
    }
}

/// Whether the file has words that only a catalogue makes ours, so that reading it without one finds other differences
/// than those that were asked for.
fn has_foreign_words(format: Format, change: &Change<'_>) -> bool {
    let json = matches!(format, Format::ThreatDragon | Format::Otm | Format::ThreatComposer | Format::TmBom | Format::CycloneDx);
    json && matches!(change.field(), Some("tech" | "protocol" | "until"))
}

/// What the file still says otherwise than the model, found by reading it again.
fn unwritten(format: Format, bytes: &[u8], made: &Changes<'_>) -> Result<Vec<crate::Loss>, ExportError> {
    let again = crate::import(format, bytes)
        .map_err(|error| ExportError::Impossible(format!("the changes cannot be written into this file: {error}")))?;
    let mut found = again::aligned(&long_form(&again.model), made.after);
    if format == Format::AttackFlow {
        attack_flow::as_asked(&mut found, made.after);
    }
    let asked = |path: &[&str]| made.list.iter().any(|change| change.path == path);
    let mut losses = Losses::default();
    for change in Changes::between(&found, made.after, &again.origins).list.iter().filter(|change| !is_of_the_import(change)) {
        // Answers become decisions of the other tool, which are answers again only after an analysis.
        let is_answer = |id: &str| id.contains('@') || back::stands_for_a_decision(&made.after["threats"][id]);
        if change.section() == "threats" && change.id().is_some_and(is_answer) && !again.decisions.is_empty() {
            continue;
        }
        // What the reader keeps, and what a page shows, follows from what was changed.
        let follows = change.path.last().is_some_and(|key| key.starts_with("x-") || *key == "show");
        if has_foreign_words(format, change) || follows && !asked(&change.path) {
            continue;
        }
        losses.changed("the file has no place for it as it is in the model", change.path.join("."));
    }
    Ok(losses.finish())
}

/// Where two models differ, each place as `section.id.field`. Things that have the same name, or join the same things, are
/// the same, whatever ids they have.
pub fn differences(found: &Json, wanted: &Json) -> Vec<String> {
    let wanted = long_form(wanted);
    between(&read_back(found, &wanted), &wanted).iter().map(|path| path.join(".")).collect()
}

/// A model that was read from a file, in its long form and with the ids of the wanted one.
pub(crate) fn read_back(found: &Json, wanted: &Json) -> Json {
    again::aligned(&long_form(found), wanted)
}

/// The paths at which two models in their long form differ.
pub(crate) fn between(found: &Json, wanted: &Json) -> Vec<Vec<String>> {
    let origins = Origins::default();
    let changes = Changes::between(found, wanted, &origins);
    changes.list.iter().map(|change| change.path.iter().map(|key| (*key).to_owned()).collect()).collect()
}

/// A model in its long form, whoever wrote it.
pub fn long_form(model: &Json) -> Json {
    canonical::to_json(&load_text("model.tm.json", &model.to_string(), &Vocabulary::default()).model.root)
}
