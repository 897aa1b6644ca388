//! Reading the file without what only draws it: most of a large file is ports, markup and tools of cells.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use crate::{ImportError, limits};

/// Keys whose values say nothing that is read or kept.
const DRAWN: [&str; 4] = ["groups", "markup", "tools", "labelBody"];

/// The bytes as JSON, without the values that only draw.
///
/// # Errors
/// The bytes are too many, not UTF-8, or not JSON.
pub(super) fn parse(bytes: &[u8]) -> Result<Json, ImportError> {
    let syntax = |error: serde_json::Error| ImportError::Syntax(error.to_string());
    let mut parser = serde_json::Deserializer::from_str(limits::text(bytes)?);
    let value = Filtered.deserialize(&mut parser).map_err(syntax)?;
    parser.end().map_err(syntax)?;
    Ok(value)
}

struct Filtered;

impl<'de> DeserializeSeed<'de> for Filtered {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Filtered {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
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

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if DRAWN.contains(&key.as_str()) {
                entries.next_value::<IgnoredAny>()?;
            } else {
                map.insert(key, entries.next_value_seed(Self)?);
            }
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_only_draws_is_not_read() {
        let text = r#"{"a": [1, -2, 0.5, true, null, "x"], "ports": {"groups": {"b": 1}, "items": []}, "tools": [{}]}"#;
        assert_eq!(parse(text.as_bytes()), Ok(json!({"a": [1, -2, 0.5, true, null, "x"], "ports": {"items": []}})));
        assert!(matches!(parse(b"{\"a\": }"), Err(ImportError::Syntax(_))));
        assert!(matches!(parse("[".repeat(100_000).as_bytes()), Err(ImportError::Syntax(_))));
    }
}
