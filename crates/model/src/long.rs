//! The long form of a model as a tree whose texts stay where they are: made fast, looked at once, and gone.
//!
//! [`Json`] has a table of hashes for every mapping and a copy of every text, which a model of some ten thousand entries
//! takes longer to fill than to be laid out.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Number, Value as Json};

/// A key and what stands under it.
pub type Entry<'m> = (Cow<'m, str>, Long<'m>);

/// A value of the long form.
#[derive(Debug, Clone, PartialEq)]
pub enum Long<'m> {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(Cow<'m, str>),
    /// A list.
    List(Vec<Long<'m>>),
    /// A mapping in order; keys are unique.
    Map(Vec<Entry<'m>>),
}

impl<'m> Long<'m> {
    /// A value of JSON, where it stands.
    pub fn of(value: &'m Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(*truth),
            Json::Number(number) => Self::Number(number.clone()),
            Json::String(text) => Self::from(text.as_str()),
            Json::Array(items) => Self::List(items.iter().map(Self::of).collect()),
            Json::Object(entries) => Self::Map(entries.iter().map(|(key, value)| (Cow::Borrowed(key.as_str()), Self::of(value))).collect()),
        }
    }

    /// The same as a value of its own.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(truth) => Json::Bool(*truth),
            Self::Number(number) => Json::Number(number.clone()),
            Self::Text(text) => Json::String(text.as_ref().to_owned()),
            Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Self::Map(entries) => Json::Object(entries.iter().map(|(key, value)| (key.as_ref().to_owned(), value.to_json())).collect()),
        }
    }

    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[Entry<'m>] {
        if let Self::Map(entries) = self { entries } else { &[] }
    }

    /// The value as JSON without white space, after what is in a text already.
    pub fn push_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Text(text) => push_text(text, out),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.push_json(out);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (at, entry) in entries.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    push_entry(entry, out);
                }
                out.push('}');
            }
        }
    }

    /// A text.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl<'m> From<&'m str> for Long<'m> {
    fn from(text: &'m str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Long<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl Serialize for Long<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => items.serialize(serializer),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|(key, value)| map.serialize_entry(key.as_ref(), value))?;
                map.end()
            }
        }
    }
}

/// An entry of a mapping as JSON, after what is in a text already.
pub fn push_entry((key, value): &Entry<'_>, out: &mut String) {
    push_text(key, out);
    out.push(':');
    value.push_json(out);
}

fn push_text(text: &str, out: &mut String) {
    // Looking at all of a text is faster than stopping at the first sign that needs an escape.
    if text.bytes().fold(true, |plain, byte| plain & (byte >= b' ') & (byte != b'"') & (byte != b'\\')) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        // A text is always JSON.
        out.push_str(&serde_json::to_string(text).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_the_same_in_both_forms_and_as_a_text() {
        let value = json!({"a": [1, -2.5, 1e300, true, null, "x\n\"ü\u{7f}\u{1}", "\\"], "b": {"c": {}, "d": []}, "é\"": u64::MAX});
        let long = Long::of(&value);
        assert_eq!(long.to_json(), value);
        assert_eq!(serde_json::to_string(&long).unwrap(), value.to_string());
        let mut text = String::new();
        long.push_json(&mut text);
        assert_eq!(text, value.to_string());
        assert_eq!(long.get("b").and_then(|b| b.get("c")), Some(&Long::Map(Vec::new())));
        assert_eq!([long.get("a").and_then(Long::as_str), long.get("z").and_then(Long::as_str)], [None, None]);
    }
}
