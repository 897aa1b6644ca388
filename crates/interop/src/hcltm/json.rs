//! The JSON form of models: what are blocks in HCL are objects here, or lists of objects.

use serde::de::MapAccess;
use serde_json::{Map, Value as Json};

use super::syntax::{Block, Body, File, Span, place};
use crate::ImportError;
use crate::json_values::{self, Objects, Values};

/// Blocks with a name.
const NAMED: [&str; 20] = [
    "threatmodel",
    "information_asset",
    "third_party_dependency",
    "threat",
    "control",
    "expanded_control",
    "data_flow_diagram_v2",
    "process",
    "data_store",
    "external_element",
    "flow",
    "trust_zone",
    "mermaid",
    "variable",
    "component",
    "additional_attribute",
    "attribute",
    "invariant",
    "diagram",
    "contributor",
];
/// Blocks without a name.
const PLAIN: [&str; 7] = ["attributes", "usecase", "exclusion", "risk", "proposed_control", "backend", "exemption"];

/// Whether blocks of a kind have a name.
pub(super) fn is_named(kind: &str) -> bool {
    NAMED.contains(&kind)
}

/// Whether a key stands for blocks where its values are objects.
pub(super) fn is_block(key: &str) -> bool {
    key == "data_flow_diagram" || is_named(key) || PLAIN.contains(&key)
}

/// A file in JSON.
///
/// # Errors
/// The bytes are too many, not UTF-8, or not JSON.
pub(super) fn file(bytes: &[u8]) -> Result<File, ImportError> {
    let json = json_values::parse(bytes, Repeated)?;
    Ok(File { body: body(&json), unknown: Vec::new() })
}

/// A key may stand several times, as blocks of one name do: their values become a list.
#[derive(Clone, Copy)]
struct Repeated;

impl Objects for Repeated {
    fn object<'de, A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut found: indexmap::IndexMap<String, Vec<Json>> = indexmap::IndexMap::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Values(self))?;
            found.entry(key).or_default().push(value);
        }
        let one = |mut values: Vec<Json>| {
            if values.len() > 1 && values.iter().all(Json::is_object) { Json::Array(values) } else { values.pop().unwrap_or_default() }
        };
        Ok(Json::Object(found.into_iter().map(|(key, values)| (key, one(values))).collect::<Map<_, _>>()))
    }
}

fn body(json: &Json) -> Body {
    let mut body = Body::default();
    for (key, value) in json.as_object().into_iter().flatten() {
        let items = match value {
            Json::Array(items) => items.iter().collect(),
            other => vec![other],
        };
        let objects = items.iter().all(|item| item.is_object());
        if key == "data_flow_diagram" && objects {
            items.iter().for_each(|item| body.blocks.push(block(key, "", item)));
        } else if NAMED.contains(&key.as_str()) && objects {
            for (label, inner) in items.iter().filter_map(|item| item.as_object()).flatten() {
                match inner {
                    Json::Array(several) => several.iter().for_each(|one| body.blocks.push(block(key, label, one))),
                    one => body.blocks.push(block(key, label, one)),
                }
            }
        } else if PLAIN.contains(&key.as_str()) && objects {
            items.iter().for_each(|item| body.blocks.push(block(key, "", item)));
        } else {
            body.attributes.insert(key.clone(), value.clone());
        }
    }
    body
}

fn block(kind: &str, label: &str, json: &Json) -> Block {
    // component "control" "id": one more level of names.
    let deeper = json.as_object().filter(|_| kind == "component").and_then(|entries| entries.iter().next());
    if let Some((id, inner)) = deeper {
        return Block {
            kind: kind.to_owned(),
            label: label.to_owned(),
            more: vec![id.clone()],
            body: body(inner),
            place: place(kind, label, 0),
            span: Span::default(),
        };
    }
    Block {
        kind: kind.to_owned(),
        label: label.to_owned(),
        more: Vec::new(),
        body: body(json),
        place: place(kind, label, 0),
        span: Span::default(),
    }
}
