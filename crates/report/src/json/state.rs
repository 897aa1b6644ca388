//! `surface` and `checklist` as JSON.

use redan_engine::checklist::ChecklistItem;
use redan_engine::surface::EntryPoint;
use redan_model::{Model, Thing};
use serde::Serialize;

use super::tri_word;

/// One way in.
#[derive(Debug, Serialize)]
pub struct EntryPointJson<'a> {
    element: &'a str,
    entry: &'a str,
    flow: Option<&'a str>,
    from: Option<&'a str>,
    protocol: Option<&'a str>,
    authenticated: &'static str,
    data: Vec<&'a str>,
    certain: bool,
}

impl<'a> EntryPointJson<'a> {
    /// An entry point as the format has it.
    pub fn of(model: &'a Model, point: &'a EntryPoint) -> Self {
        let EntryPoint { element, entry, flow, from, protocol, authenticated, data, certain } = point;
        Self {
            element: model.id_of(Thing::Element(*element)),
            entry,
            flow: flow.map(|flow| model.id_of(Thing::Flow(flow))),
            from: from.map(|from| model.id_of(Thing::Element(from))),
            protocol: protocol.as_deref(),
            authenticated: tri_word(*authenticated),
            data: data.iter().map(|asset| model.id_of(Thing::Asset(*asset))).collect(),
            certain: *certain,
        }
    }
}

/// One point of the guide's checklist.
#[derive(Debug, Serialize)]
pub struct ChecklistItemJson<'a> {
    title: &'static str,
    state: &'static str,
    found: &'a [String],
    missing: &'a [String],
}

impl<'a> ChecklistItemJson<'a> {
    /// A point as the format has it.
    pub fn of(item: &'a ChecklistItem) -> Self {
        let ChecklistItem { title, state, found, missing } = item;
        Self { title, state: state.as_str(), found, missing }
    }
}
