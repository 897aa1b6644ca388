//! JSON that is read once: texts are parts of the file where they can be, and objects are lists of their entries.
//!
//! A large drawing has half a million entries, of which a reader looks at each a few times. What is kept becomes
//! a tree of its own; everything else never leaves the file.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use redan_model::canonical::{self as long, Long};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use crate::draft::trim;
use crate::{ImportError, limits};

/// A value of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw<'t> {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(Cow<'t, str>),
    /// A list.
    List(Vec<Raw<'t>>),
    /// An object, entries as they are written; of those with one key the last one counts.
    Object(Vec<(Cow<'t, str>, Raw<'t>)>),
}

/// The bytes as JSON as a whole, without the entries of objects that have one of these keys.
#[cfg(test)]
pub(crate) fn parse<'t>(bytes: &'t [u8], without: &'static [&'static str]) -> Result<Raw<'t>, ImportError> {
    read(bytes, Values::<fn(Part<'t>)> { without, way: None })
}

/// What [`parse_parts`] comes by.
#[derive(Debug)]
pub(crate) enum Part<'t> {
    /// The list starts; what was in one before is void, since of two entries with one key the last one counts.
    Start,
    /// The next item of the list.
    Item(Raw<'t>),
}

/// The bytes as JSON, without the entries of objects that have one of the keys `without`. The list at the end of `path` is
/// empty: its items are handed over one by one, so that each can be used and forgotten while the next one is read.
///
/// # Errors
/// The bytes are too many, not UTF-8, or not JSON. What was handed over is then void.
pub(crate) fn parse_parts<'t>(
    bytes: &'t [u8],
    without: &'static [&'static str],
    path: [&'static str; 2],
    mut each: impl FnMut(Part<'t>),
) -> Result<Raw<'t>, ImportError> {
    read(bytes, Values { without, way: Some((&path, &mut each)) })
}

fn read<'t, F: FnMut(Part<'t>)>(bytes: &'t [u8], values: Values<'_, F>) -> Result<Raw<'t>, ImportError> {
    let syntax = |error: serde_json::Error| ImportError::Syntax(error.to_string());
    let mut parser = serde_json::Deserializer::from_str(limits::text(bytes)?);
    let value = values.deserialize(&mut parser).map_err(syntax)?;
    parser.end().map_err(syntax)?;
    Ok(value)
}

impl<'t> Raw<'t> {
    /// The value of an entry of an object.
    // Nearly every key is a constant, with which a few machine instructions compare a name.
    #[inline]
    pub(crate) fn get(&self, key: &str) -> Option<&Raw<'t>> {
        let Self::Object(entries) = self else { return None };
        entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// A text, as it is.
    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// A number.
    pub(crate) fn as_f64(&self) -> Option<f64> {
        if let Self::Number(number) = self { number.as_f64() } else { None }
    }

    /// Whether it is an object.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// A single value as text; empty if there is none.
    pub(crate) fn scalar(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(trim(text)),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Self::Null | Self::List(_) | Self::Object(_) => Cow::Borrowed(""),
        }
    }

    /// The text of an entry; empty if it has none.
    #[inline]
    pub(crate) fn text(&self, key: &str) -> Cow<'_, str> {
        self.get(key).map(Raw::scalar).unwrap_or_default()
    }

    /// Whether an entry is true.
    pub(crate) fn flag(&self, key: &str) -> bool {
        matches!(self.text(key).as_ref(), "true" | "True" | "yes")
    }

    /// The items of an entry that is a list.
    #[inline]
    pub(crate) fn items(&self, key: &str) -> &[Raw<'t>] {
        if let Some(Self::List(items)) = self.get(key) { items } else { &[] }
    }

    /// The texts of an entry: a list, or one that stands alone.
    pub(crate) fn list(&self, key: &str) -> Vec<String> {
        let texts: Vec<Cow<'_, str>> = match self.get(key) {
            Some(Self::List(items)) => items.iter().map(Raw::scalar).collect(),
            Some(other) => vec![other.scalar()],
            None => Vec::new(),
        };
        texts.into_iter().filter(|text| !text.is_empty()).map(Cow::into_owned).collect()
    }

    /// The entries that say something and whose keys were not read.
    pub(crate) fn rest(&self, is_read: impl Fn(&str) -> bool) -> Long<'static> {
        let Self::Object(entries) = self else { return Long::Map(Vec::new()) };
        let left = last_of_each(entries.iter().filter(|(key, _)| !is_read(key)));
        Long::Map(left.into_iter().filter(|(_, value)| value.is_something()).map(on_its_own).collect())
    }

    /// Whether it says anything.
    fn is_something(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Object(entries) => !entries.is_empty(),
            Self::Bool(_) | Self::Number(_) => true,
        }
    }

    /// The value on its own.
    pub(crate) fn to_tree(&self) -> Long<'static> {
        match self {
            Self::Null => Long::Null,
            Self::Bool(flag) => Long::Bool(*flag),
            Self::Number(number) => Long::Number(number.clone()),
            Self::Text(text) => Long::from(text.as_ref().to_owned()),
            Self::List(items) => Long::List(items.iter().map(Raw::to_tree).collect()),
            Self::Object(entries) => Long::Map(last_of_each(entries.iter()).into_iter().map(on_its_own).collect()),
        }
    }
}

type Entry<'t> = (Cow<'t, str>, Raw<'t>);

fn on_its_own((key, value): (&str, &Raw<'_>)) -> long::Entry<'static> {
    (Cow::Owned(key.to_owned()), value.to_tree())
}

/// Most entries that are compared with each other; a file may have a million in one object.
const FEW: usize = 16;

/// The last one of entries with one key, at the place of the first.
fn last_of_each<'r, 't: 'r>(entries: impl Iterator<Item = &'r Entry<'t>>) -> Vec<(&'r str, &'r Raw<'t>)> {
    let mut entries = entries.map(|(key, value)| (key.as_ref(), value));
    let mut few: Vec<(&str, &Raw<'t>)> = Vec::with_capacity(FEW);
    for (key, value) in entries.by_ref() {
        match few.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => few.push((key, value)),
        }
        if few.len() == FEW {
            break;
        }
    }
    if few.len() < FEW {
        return few;
    }
    let mut many: IndexMap<&str, &Raw<'t>> = few.into_iter().collect();
    many.extend(entries);
    many.into_iter().collect()
}

/// Any value; on the way to the list whose items are handed over, with the keys that still lead there.
struct Values<'p, F> {
    without: &'static [&'static str],
    way: Option<(&'p [&'static str], &'p mut F)>,
}

impl<F> Values<'_, F> {
    /// Values that are no part of the way.
    fn aside(&self) -> Self {
        Self { without: self.without, way: None }
    }
}

impl<'de, F: FnMut(Part<'de>)> DeserializeSeed<'de> for Values<'_, F> {
    type Value = Raw<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Part<'de>)> Visitor<'de> for Values<'_, F> {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw<'de>, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw<'de>, E> {
        Ok(Raw::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw<'de>, E> {
        Ok(Raw::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw<'de>, E> {
        Ok(Number::from_f64(value).map_or(Raw::Null, Raw::Number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Raw<'de>, E> {
        Ok(Raw::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Raw<'de>, A::Error> {
        let mut list = Vec::new();
        if let Some(([], each)) = self.way.take() {
            each(Part::Start);
            while let Some(item) = items.next_element_seed(self.aside())? {
                each(Part::Item(item));
            }
        } else {
            while let Some(item) = items.next_element_seed(self.aside())? {
                list.push(item);
            }
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Raw<'de>, A::Error> {
        let mut way = self.way.take().and_then(|(path, each)| Some((path.split_first()?, each)));
        let mut list = Vec::new();
        while let Some(key) = entries.next_key_seed(Key)? {
            if self.without.contains(&key.as_ref()) {
                entries.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = match &mut way {
                Some(((next, path), each)) if key == **next => {
                    entries.next_value_seed(Values { without: self.without, way: Some((*path, &mut **each)) })?
                }
                _ => entries.next_value_seed(self.aside())?,
            };
            list.push((key, value));
        }
        Ok(Raw::Object(list))
    }
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_out_is_not_read() {
        let text = r#"{"a": [1, -2, 0.5, true, null, "x\n"], "ports": {"groups": {"b": 1}, "items": []}, "tools": [{}]}"#;
        let read = parse(text.as_bytes(), &["groups", "tools"]).unwrap();
        assert_eq!(read.to_tree().into_json(), json!({"a": [1, -2, 0.5, true, null, "x\n"], "ports": {"items": []}}));
        assert!(matches!(parse(b"{\"a\": }", &[]), Err(ImportError::Syntax(_))));
        assert!(matches!(parse("[".repeat(100_000).as_bytes(), &[]), Err(ImportError::Syntax(_))));
    }

    #[test]
    fn items_of_a_list_are_handed_over_one_by_one() {
        let parted = |text: &'static str| {
            let mut items = Vec::new();
            let rest = parse_parts(text.as_bytes(), &["x"], ["a", "b"], |part| match part {
                Part::Start => items.clear(),
                Part::Item(item) => items.push(item.to_tree().into_json()),
            });
            rest.map(|rest| (rest.to_tree().into_json(), items))
        };
        let whole = r#"{"b": [0], "a": {"c": "d", "b": [1, {"b": [2], "x": 3}], "e": null}, "f": [4]}"#;
        assert_eq!(
            parted(whole),
            Ok((json!({"b": [0], "a": {"c": "d", "b": [], "e": null}, "f": [4]}), vec![json!(1), json!({"b": [2]})]))
        );
        assert_eq!(parted(r#"{"a": {"b": [1]}, "a": {"b": [2]}}"#), Ok((json!({"a": {"b": []}}), vec![json!(2)])));
        assert_eq!(parted(r#"{"a": [1], "b": {"a": [2]}}"#), Ok((json!({"a": [1], "b": {"a": [2]}}), vec![])));
        assert_eq!(parted("[1]"), Ok((json!([1]), vec![])));
        assert!(matches!(parted(r#"{"a": {"b": [1, 2}}"#), Err(ImportError::Syntax(_))));
    }

    #[test]
    fn of_two_entries_with_one_key_the_last_one_counts() {
        let read = parse(br#"{"a": 1, "b": " x ", "a": "yes", "c": 1, "c": null}"#, &[]).unwrap();
        assert_eq!((read.flag("a"), read.text("b").as_ref(), read.list("c")), (true, "x", vec![]));
        assert_eq!(read.rest(|key| key == "b").into_json(), json!({"a": "yes"}));
    }
}
