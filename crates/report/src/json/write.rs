//! Writing of documents: JSON that people can read too, two spaces a level, straight to a writer.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;

use super::pretty::{Error, FIELD_LEVEL, Pretty};

/// Writes a document with a line end after it.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    let mut pretty = Pretty::new(out, 0);
    document.serialize(&mut pretty).map_err(|error| match error {
        Error::Io(error) => error,
        error @ Error::Value(_) => io::Error::new(io::ErrorKind::InvalidData, error),
    })?;
    pretty.finish(b"\n")
}

/// A part of a document that many places have in common, turned into JSON once; [`write`] lays it out where it stands.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(super) struct Fragment(Box<RawValue>);

impl Fragment {
    /// A part of a document; `null` for what is no JSON, such as a map whose keys are lists.
    pub(super) fn of(value: &impl Serialize) -> Self {
        let mut text = Vec::new();
        let mut pretty = Pretty::new(&mut text, FIELD_LEVEL);
        let written = value.serialize(&mut pretty).and_then(|()| Ok(pretty.finish(b"")?));
        let text = written.ok().and_then(|()| String::from_utf8(text).ok());
        Self(text.and_then(|text| RawValue::from_string(text).ok()).unwrap_or_else(|| RawValue::NULL.to_owned()))
    }
}

/// Writes what is said of several models: one document for one model, else a list of documents.
///
/// # Errors
/// When the writer fails.
pub fn write_each<D: Serialize>(out: &mut dyn Write, documents: &[D]) -> io::Result<()> {
    match documents {
        [one] => write(out, one),
        several => write(out, &several),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::super::pretty::CHUNK;
    use super::{Fragment, write};

    fn written(value: &Value) -> String {
        let mut out = Vec::new();
        write(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(6, 64, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((".*", inner), 0..5).prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn documents_read_as_the_usual_pretty_form(value in any_value()) {
            prop_assert_eq!(written(&value), serde_json::to_string_pretty(&value).unwrap() + "\n");
        }

        #[test]
        fn a_fragment_is_laid_out_where_it_stands(value in any_value()) {
            let fragment = Fragment::of(&value);
            let mut out = Vec::new();
            write(&mut out, &[(&fragment, 1), (&fragment, 2)]).unwrap();
            let plain = serde_json::to_string_pretty(&[(&value, 1), (&value, 2)]).unwrap() + "\n";
            prop_assert_eq!(String::from_utf8(out).unwrap(), plain);
        }
    }

    #[test]
    fn depth_and_length_beyond_one_piece_change_nothing() {
        let deep = (0..60).fold(Value::from("x".repeat(3 * CHUNK)), |inner, _| Value::from(vec![inner, Value::Null]));
        assert_eq!(written(&deep), serde_json::to_string_pretty(&deep).unwrap() + "\n");
    }
}
