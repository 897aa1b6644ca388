//! The JSON form of models: what are blocks in HCL are objects here, or lists of objects.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use super::syntax::{Block, Body, File, Span, place};
use crate::{ImportError, limits};

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
    let Repeated(json) = serde_json::from_str(limits::text(bytes)?).map_err(|error| ImportError::Syntax(error.to_string()))?;
    Ok(File { body: body(&json), unknown: Vec::new() })
}

/// JSON in which a key may stand several times, as blocks of one name do: their values become a list.
struct Repeated(Json);

impl<'de> Deserialize<'de> for Repeated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values).map(Repeated)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(Repeated(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut found: indexmap::IndexMap<String, Vec<Json>> = indexmap::IndexMap::new();
        while let Some((key, Repeated(value))) = entries.next_entry::<String, Repeated>()? {
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
