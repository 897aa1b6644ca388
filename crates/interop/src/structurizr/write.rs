//! A model as a workspace: people, and one software system for every other element, grouped by zone.

use std::collections::BTreeMap;

use redan_model::lang::ElementKind;
use redan_model::{ElementIx, Thing};
use serde_json::{Value as Json, json};

use super::OWN;
use crate::drawn::out::{Drawn, losses};
use crate::export::{ExportError, Exported, Outgoing, pretty};
use crate::{Loss, LossKind};

/// Writes a workspace.
///
/// # Errors
/// None: what the format has no place for is a loss.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let drawn = Drawn::of(outgoing.model);
    let arrows = drawn.arrows();
    let elements = (0_u32..).map(ElementIx).take(outgoing.model.elements.len());
    let numbers: BTreeMap<&str, u32> = elements.map(|ix| (drawn.id(Thing::Element(ix)), ix.0 + 1)).collect();
    let number = |id: &str| numbers.get(id).map(u32::to_string).unwrap_or_default();
    let (mut people, mut systems) = (Vec::new(), Vec::new());
    let mut next = outgoing.model.elements.len();
    for (ix, element) in (0_u32..).map(ElementIx).zip(&outgoing.model.elements) {
        let id = drawn.id(Thing::Element(ix));
        let mut relations = Vec::new();
        for arrow in &arrows {
            let ends = if arrow.from == id {
                Some(&arrow.to)
            } else if arrow.both_ways && arrow.to == id {
                Some(&arrow.from)
            } else {
                None
            };
            let Some(to) = ends else { continue };
            next += 1;
            relations.push(json!({"id": next.to_string(), "sourceId": number(id), "destinationId": number(to),
                "description": arrow.label, "technology": arrow.protocol}));
        }
        let (tags, list): (&str, &mut Vec<Json>) = match drawn.kind(ix) {
            ElementKind::Actor => ("Element,Person", &mut people),
            ElementKind::External => ("Element,Software System,External", &mut systems),
            ElementKind::Process => ("Element,Software System", &mut systems),
            ElementKind::Store => ("Element,Software System,Database", &mut systems),
        };
        let mut entry = json!({"id": number(id), "name": drawn.name(Thing::Element(ix)), "tags": tags, "relationships": relations});
        if let (Some(zone), Some(entry)) = (element.zones.first(), entry.as_object_mut()) {
            entry.insert("group".to_owned(), drawn.name(Thing::Zone(*zone)).into());
        }
        list.push(entry);
    }
    let name = outgoing.json.get("name").and_then(Json::as_str).unwrap_or("Model");
    let file = json!({"name": name, "model": {"people": people, "softwareSystems": systems}});
    let mut loss = losses(outgoing, OWN, &["kind", "name", "zone"], &["from", "to", "both-ways", "label", "protocol"]);
    for zone in outgoing.model.zones.iter().filter(|zone| zone.parent.is_some()) {
        let place = format!("zones.{}", zone.identity.id);
        loss.push(Loss { kind: LossKind::Dropped, what: "the zone around it".to_owned(), place });
    }
    Ok(Exported { bytes: pretty(&file), loss })
}
