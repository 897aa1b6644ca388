//! The shapes of fields: one value, a list, a mapping by id.

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use super::syntax::{Field, Reader, Syntax, shown};
use super::{Given, Keyed, List, Map, MapEntry, Opt};
use crate::diagnostic::Diagnostic;
use crate::long::{Entry, Long};
use crate::reference::Reference;
use crate::schema::{Generator, ID_PATTERN};
use crate::source::{Span, Spanned};
use crate::tree::Kind;
use crate::{ById, codes, halves};

impl<T: Syntax> Field for Opt<T> {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Self {
        let span = given.place.span;
        T::read(given, reader).map(|value| Spanned::new(value, span))
    }

    fn write(&self) -> Option<Long<'_>> {
        self.as_ref().map(|value| value.value.write())
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        T::schema(generator)
    }

    fn describe(reference: &mut Reference) -> String {
        T::describe(reference)
    }
}

impl<T: Syntax> Field for List<T> {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Self {
        let place = given.place;
        let mut read = |item: Given<'_>| {
            let span = item.place.span;
            Some(Spanned::new(T::read(item, reader)?, span))
        };
        let items = match place.kind {
            Kind::List => given.items().filter_map(read).collect(),
            Kind::Scalar | Kind::Map if T::ALONE => read(given).into_iter().collect(),
            Kind::Nothing => {
                reader.wrong_type_with(place, "a list", "write `[]` for none, or leave the key out to say nothing");
                return Self::default();
            }
            Kind::Scalar | Kind::Map => {
                reader.wrong_type(place, "a list");
                return Self::default();
            }
        };
        Self { span: Some(place.span), items }
    }

    fn write(&self) -> Option<Long<'_>> {
        self.span.map(|_| Long::List(self.items.iter().map(|item| item.value.write()).collect()))
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        let item = T::schema(generator);
        let list = json!({"type": "array", "items": item});
        if T::ALONE { json!({"anyOf": [list, item]}) } else { list }
    }

    fn describe(reference: &mut Reference) -> String {
        let item = T::describe(reference);
        if T::ALONE { format!("list of {item}; one may stand alone") } else { format!("list of {item}") }
    }
}

impl<T: Syntax> Field for Map<T> {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Self {
        let place = given.place;
        match place.kind {
            Kind::Map => {}
            Kind::Nothing => return Self::default(),
            Kind::Scalar | Kind::List => {
                reader.wrong_type_with(place, "a mapping", "write one `id: …` a line; lists with an id inside are not used");
                return Self::default();
            }
        }
        let entries = given.entries();
        let mut read = ById::with_capacity_and_hasher(entries.len(), Default::default());
        let (entries, rest) = entries.halves();
        let apart = rest.len() > 0;
        let mut faults = Vec::new();
        let mut other = reader.beside(&mut faults);
        let second = || {
            // A filter hides how many there are, and a list of large records takes long to grow.
            let mut read = Vec::with_capacity(rest.len());
            read.extend(rest.filter_map(|entry| read_entry(entry, &mut other)));
            read
        };
        let first = || read.extend(entries.filter_map(|entry| read_entry(entry, reader)));
        let ((), second) = halves::both(apart, first, second);
        read.extend(second);
        faults.into_iter().for_each(|fault| reader.report(fault));
        Self { span: Some(place.span), entries: read }
    }

    fn write(&self) -> Option<Long<'_>> {
        self.span.map(|_| Long::Map(self.entries.iter().map(written).collect()))
    }

    fn entries(&self) -> Option<Box<dyn Iterator<Item = Entry<'_>> + '_>> {
        (self.span.is_some() && !self.entries.is_empty()).then(|| Box::new(self.entries.iter().map(written)) as Box<_>)
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        let keys = generator.limits.keys;
        let item = T::schema(generator);
        if T::KEYED_BY_ID {
            return json!({"type": ["object", "null"], "propertyNames": {"pattern": ID_PATTERN}, "additionalProperties": item});
        }
        let mut schema = json!({"type": ["object", "null"], "additionalProperties": item});
        if !keys.is_empty() {
            schema["propertyNames"] = json!({"enum": keys});
        }
        schema
    }

    fn describe(reference: &mut Reference) -> String {
        let keys = reference.limits.keys;
        let item = T::describe(reference);
        let key = match keys {
            [] if T::KEYED_BY_ID => "id".to_owned(),
            [] => "key".to_owned(),
            keys => keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(" \\| "),
        };
        format!("mapping of {key} to {item}")
    }
}

fn written<'m, T: Syntax>((key, entry): (&'m String, &'m MapEntry<T>)) -> Entry<'m> {
    (Cow::Borrowed(key.as_str()), entry.value.write())
}

fn read_entry<T: Syntax>(entry: Keyed<'_>, reader: &mut Reader<'_>) -> Option<(String, MapEntry<T>)> {
    let Keyed { key, key_span, value } = entry;
    let span = value.place.span;
    let value = read_value(&key, key_span, value, reader)?;
    Some((key.into_owned(), MapEntry { key_span, span, value }))
}

fn read_value<T: Syntax>(key: &str, key_span: Span, value: Given<'_>, reader: &mut Reader<'_>) -> Option<T> {
    let keys = reader.limits().keys;
    if !keys.is_empty() && !keys.contains(&key) {
        let message = format!("`{}` has no key `{}`", reader.key(), shown(key));
        reader.unknown(codes::UNKNOWN_KEY, key_span, key, keys.iter().copied(), message);
        let _: Option<T> = T::read(value, reader);
        return None;
    }
    // The entry stays under its bad id, so that what else is wrong with it is found, and references to it are not.
    if T::KEYED_BY_ID && !is_id(key) {
        report_bad_id(key, key_span, reader);
    }
    if value.kind() == Kind::Nothing && !T::MAY_BE_NOTHING {
        let message = format!("`{}` has no value", shown(key));
        reader.report(Diagnostic::error(codes::MISSING_VALUE, key_span, message));
        return None;
    }
    reader.anchor(key_span);
    T::read(value, reader).or_else(T::blank)
}

fn report_bad_id(id: &str, span: Span, reader: &mut Reader<'_>) {
    let message = format!("`{}` cannot be an id", shown(id));
    let diagnostic = Diagnostic::error(codes::BAD_ID, span, message)
        .help("an id starts with a letter or digit and has only letters, digits, `-` and `_`");
    reader.report(diagnostic);
}

/// Whether a text is an id: `[A-Za-z0-9][A-Za-z0-9_-]*`.
pub fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}
