//! JSON of which a reader decides object by object what becomes of the entries.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use crate::{ImportError, limits};

/// What becomes of an object.
pub(crate) trait Objects: Copy {
    /// Makes a value of the entries; inner values are read with [`Values`] of the same.
    ///
    /// # Errors
    /// The text is not JSON.
    fn object<'de, A: MapAccess<'de>>(self, entries: A) -> Result<Json, A::Error>;
}

/// A value, with its objects as they are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Values<O>(pub(crate) O);

/// The bytes as JSON.
///
/// # Errors
/// The bytes are too many, not UTF-8, or not JSON.
pub(crate) fn parse(bytes: &[u8], objects: impl Objects) -> Result<Json, ImportError> {
    let syntax = |error: serde_json::Error| ImportError::Syntax(error.to_string());
    let mut parser = serde_json::Deserializer::from_str(limits::text(bytes)?);
    let value = Values(objects).deserialize(&mut parser).map_err(syntax)?;
    parser.end().map_err(syntax)?;
    Ok(value)
}

impl<'de, O: Objects> DeserializeSeed<'de> for Values<O> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, O: Objects> Visitor<'de> for Values<O> {
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
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Json, A::Error> {
        self.0.object(entries)
    }
}
