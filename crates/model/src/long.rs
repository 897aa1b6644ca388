//! The long form of a model as a tree whose texts stay where they are: made fast, looked at once, and gone. Readers of
//! other tools' files make the same tree with texts of its own, field by field.
//!
//! [`Json`] has a table of hashes for every mapping and a copy of every text, which a model of some ten thousand entries
//! takes longer to fill than to be laid out.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Number, Value as Json};

use crate::every_byte;

/// A key and what stands under it.
pub type Entry<'m> = (Cow<'m, str>, Long<'m>);

/// A value of the long form.
#[derive(Debug, Clone)]
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
    /// What stands elsewhere: a list or mapping that would be the same here.
    Elsewhere(&'m Long<'m>),
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

    /// The same, which stays where it is.
    pub fn borrowed(&self) -> Long<'_> {
        match self {
            Self::Null => Long::Null,
            Self::Bool(truth) => Long::Bool(*truth),
            Self::Number(number) => Long::Number(number.clone()),
            Self::Text(text) => Long::Text(Cow::Borrowed(text)),
            Self::List(_) | Self::Map(_) => Long::Elsewhere(self),
            Self::Elsewhere(value) => value.borrowed(),
        }
    }

    /// The value itself, wherever it stands.
    pub fn itself(&self) -> &Self {
        if let Self::Elsewhere(value) = self { value.itself() } else { self }
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
            Self::Elsewhere(value) => value.to_json(),
        }
    }

    /// The same as a value of its own, whose texts move.
    pub fn into_json(self) -> Json {
        match self {
            Self::Text(text) => Json::String(text.into_owned()),
            Self::List(items) => Json::Array(items.into_iter().map(Self::into_json).collect()),
            Self::Map(entries) => Json::Object(entries.into_iter().map(|(key, value)| (key.into_owned(), value.into_json())).collect()),
            other => other.to_json(),
        }
    }

    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[Entry<'m>] {
        if let Self::Map(entries) = self.itself() { entries } else { &[] }
    }

    /// The value under a key of a mapping, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.entries_mut()?.iter_mut().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The entries of a mapping, to be changed; keys have to stay unique.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<Entry<'m>>> {
        if let Self::Map(entries) = self { Some(entries) } else { None }
    }

    /// The mapping under a key of a mapping, which is made if there is nothing.
    pub fn map_at(&mut self, key: impl Into<Cow<'m, str>>) -> Option<&mut Self> {
        let key = key.into();
        let entries = self.entries_mut()?;
        let at = entries.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            entries.push((key, Self::Map(Vec::new())));
            entries.len() - 1
        });
        entries.get_mut(at).map(|(_, value)| value)
    }

    /// Puts a value under a key of a mapping, instead of what is there.
    pub fn put(&mut self, key: impl Into<Cow<'m, str>>, value: impl Into<Self>) {
        let key = key.into();
        let Some(entries) = self.entries_mut() else { return };
        match entries.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value.into(),
            None => entries.push((key, value.into())),
        }
    }

    /// Takes an entry out of a mapping, and gives its value.
    pub fn remove(&mut self, key: &str) -> Option<Self> {
        let entries = self.entries_mut()?;
        let at = entries.iter().position(|(known, _)| known == key)?;
        Some(entries.remove(at).1)
    }

    /// The value as JSON without white space, after what is in a text already.
    pub fn push_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            // Writing to a string cannot fail.
            Self::Number(number) => write!(out, "{number}").unwrap_or_default(),
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
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    push_entry(key, value, out);
                }
                out.push('}');
            }
            Self::Elsewhere(value) => value.push_json(out),
        }
    }

    /// A text.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// Where a value stands says nothing.
impl PartialEq for Long<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.itself(), other.itself()) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Map(one), Self::Map(other)) => one == other,
            _ => false,
        }
    }
}

impl<'m> From<&'m str> for Long<'m> {
    fn from(text: &'m str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<Json> for Long<'_> {
    fn from(value: Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(truth),
            Json::Number(number) => Self::Number(number),
            Json::String(text) => Self::from(text),
            Json::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Json::Object(entries) => Self::from(entries),
        }
    }
}

impl From<Map<String, Json>> for Long<'_> {
    fn from(entries: Map<String, Json>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (Cow::Owned(key), Self::from(value))).collect())
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
            Self::Elsewhere(value) => value.serialize(serializer),
        }
    }
}

/// An entry of a mapping as JSON, after what is in a text already.
pub fn push_entry(key: &str, value: &Long<'_>, out: &mut String) {
    push_text(key, out);
    out.push(':');
    value.push_json(out);
}

fn push_text(text: &str, out: &mut String) {
    if every_byte(text, |byte| (byte >= b' ') & (byte != b'"') & (byte != b'\\')) {
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
        assert_eq!((long.to_json(), &long.borrowed()), (value.clone(), &long));
        assert_ne!(long.borrowed(), Long::Map(Vec::new()));
        assert_eq!((Long::from(value.clone()), long.clone().into_json()), (long.clone(), value.clone()));
        assert_eq!(serde_json::to_string(&long).unwrap(), value.to_string());
        let mut text = String::new();
        long.borrowed().push_json(&mut text);
        assert_eq!((text, serde_json::to_string(&long.borrowed()).unwrap()), (value.to_string(), value.to_string()));
        assert_eq!((long.borrowed().to_json(), long.borrowed().into_json()), (value.clone(), value.clone()));
        assert_eq!(long.borrowed().get("b").and_then(|b| b.get("c")), Some(&Long::Map(Vec::new())));
        assert_eq!([long.get("a").and_then(Long::as_str), long.get("z").and_then(Long::as_str)], [None, None]);
    }

    #[test]
    fn entries_are_changed_in_place() {
        let mut long = Long::from(json!({"a": 1, "b": {"c": "x"}}));
        long.put("a", "new");
        long.map_at("b").unwrap().put("d", json!([true]));
        long.put("g", Long::Null);
        assert_eq!([long.remove("g"), long.remove("g")], [Some(Long::Null), None]);
        long.map_at("e").unwrap().put("f", Long::Null);
        assert_eq!(long.get_mut("b").and_then(|b| b.get_mut("c")).map(|c| std::mem::replace(c, "y".into())), Some("x".into()));
        assert_eq!(long.into_json(), json!({"a": "new", "b": {"c": "y", "d": [true]}, "e": {"f": null}}));
    }
}
