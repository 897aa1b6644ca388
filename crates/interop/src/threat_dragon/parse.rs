//! Reading the file without what only draws it: most of a large file is ports, markup and tools of cells.

use serde::de::{IgnoredAny, MapAccess};
use serde_json::{Map, Value as Json};

use crate::ImportError;
use crate::json_values::{self, Objects, Values};

/// Keys whose values say nothing that is read or kept.
const DRAWN: [&str; 4] = ["groups", "markup", "tools", "labelBody"];

/// The bytes as JSON, without the values that only draw.
///
/// # Errors
/// The bytes are too many, not UTF-8, or not JSON.
pub(super) fn parse(bytes: &[u8]) -> Result<Json, ImportError> {
    json_values::parse(bytes, Filtered)
}

#[derive(Clone, Copy)]
struct Filtered;

impl Objects for Filtered {
    fn object<'de, A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if DRAWN.contains(&key.as_str()) {
                entries.next_value::<IgnoredAny>()?;
            } else {
                map.insert(key, entries.next_value_seed(Values(self))?);
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
