//! The shapes of fields: one value, a list, a mapping by id.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::syntax::{Field, Reader, Syntax, shown};
use super::{List, Map, MapEntry, Opt};
use crate::diagnostic::Diagnostic;
use crate::long::Long;
use crate::reference::Reference;
use crate::schema::{Generator, ID_PATTERN};
use crate::source::Spanned;
use crate::tree::{Entry, Node, Value};
use crate::{codes, halves};

impl<T: Syntax> Field for Opt<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Self {
        T::read(node, reader).map(|value| Spanned::new(value, node.span))
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
    fn read(node: &Node, reader: &mut Reader<'_>) -> Self {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            Value::Scalar(_) | Value::Map(_) if T::ALONE => std::slice::from_ref(node),
            Value::Null => {
                reader.wrong_type_with(node, "a list", "write `[]` for none, or leave the key out to say nothing");
                return Self::default();
            }
            Value::Scalar(_) | Value::Map(_) => {
                reader.wrong_type(node, "a list");
                return Self::default();
            }
        };
        let items = items.iter().filter_map(|item| Some(Spanned::new(T::read(item, reader)?, item.span))).collect();
        Self { span: Some(node.span), items }
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
    fn read(node: &Node, reader: &mut Reader<'_>) -> Self {
        let entries = match &node.value {
            Value::Map(entries) => entries.as_slice(),
            Value::Null => return Self::default(),
            Value::Scalar(_) | Value::List(_) => {
                reader.wrong_type_with(node, "a mapping", "write one `id: …` a line; lists with an id inside are not used");
                return Self::default();
            }
        };
        let mut read = IndexMap::with_capacity(entries.len());
        let (entries, rest) = entries.split_at(halves::middle(entries.len()));
        let read_one = |entry: &Entry, reader: &mut Reader<'_>| {
            let value = read_entry::<T>(entry, reader)?;
            Some((entry.key.clone(), MapEntry { key_span: entry.key_span, span: entry.value.span, value }))
        };
        let mut faults = Vec::new();
        let mut other = reader.beside(&mut faults);
        let second = || rest.iter().filter_map(|entry| read_one(entry, &mut other)).collect::<Vec<_>>();
        let first = || read.extend(entries.iter().filter_map(|entry| read_one(entry, reader)));
        let ((), second) = halves::both(!rest.is_empty(), first, second);
        read.extend(second);
        faults.into_iter().for_each(|fault| reader.report(fault));
        Self { span: Some(node.span), entries: read }
    }

    fn write(&self) -> Option<Long<'_>> {
        let entries = || self.entries.iter().map(|(key, entry)| (Cow::Borrowed(key.as_str()), entry.value.write())).collect();
        self.span.map(|_| Long::Map(entries()))
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

fn read_entry<T: Syntax>(entry: &Entry, reader: &mut Reader<'_>) -> Option<T> {
    let keys = reader.limits().keys;
    if !keys.is_empty() && !keys.contains(&entry.key.as_str()) {
        let message = format!("`{}` has no key `{}`", reader.key(), shown(&entry.key));
        reader.unknown(codes::UNKNOWN_KEY, entry.key_span, &entry.key, keys.iter().copied(), message);
        let _: Option<T> = T::read(&entry.value, reader);
        return None;
    }
    // The entry stays under its bad id, so that what else is wrong with it is found, and references to it are not.
    if T::KEYED_BY_ID && !is_id(&entry.key) {
        report_bad_id(&entry.key, entry.key_span, reader);
    }
    if matches!(entry.value.value, Value::Null) && !T::MAY_BE_NOTHING {
        let message = format!("`{}` has no value", shown(&entry.key));
        reader.report(Diagnostic::error(codes::MISSING_VALUE, entry.key_span, message));
        return None;
    }
    reader.anchor(entry.key_span);
    T::read(&entry.value, reader).or_else(T::blank)
}

fn report_bad_id(id: &str, span: crate::Span, reader: &mut Reader<'_>) {
    let message = format!("`{}` cannot be an id", shown(id));
    let diagnostic = Diagnostic::error(codes::BAD_ID, span, message)
        .help("an id starts with a letter or digit and has only letters, digits, `-` and `_`");
    reader.report(diagnostic);
}

/// Whether a text is an id: `[A-Za-z0-9][A-Za-z0-9_-]*`.
pub fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}
