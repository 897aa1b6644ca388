//! How traits, controls and facts by path are read, written and described.

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use super::syntax::{Field, Reader, Syntax, shown};
use super::{FactEntry, FactPath, FactSet, FactValue, FactValues, State};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::long::Long;
use crate::reference::Reference;
use crate::schema::Generator;
use crate::source::Spanned;
use crate::tree::{Entry, Node, Value};

const SHAPE: &str = "write a list of names, or a mapping `name: yes | no | unknown | {is: …, evidence: …, because: …}`";

impl Field for FactSet {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Self {
        let mut set = Self { span: Some(node.span), ..Self::default() };
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| read_name(item, &mut set, reader)),
            Value::Scalar(_) => read_name(node, &mut set, reader),
            Value::Map(entries) => entries.iter().for_each(|entry| read_fact(entry, &mut set, reader)),
            Value::Null => {
                reader.wrong_type_with(node, "a list or a mapping", SHAPE);
                return Self::default();
            }
        }
        set
    }

    fn write(&self) -> Option<Long<'_>> {
        self.span?;
        let facts = self.entries.iter().map(|(name, entry)| (Cow::Borrowed(name.as_str()), write_fact(entry)));
        let star = self.star.as_ref().map(|star| ("*".into(), write_fact(star)));
        Some(Long::Map(facts.chain(star).chain(self.extras.write()).collect()))
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        let traits = generator.field == "traits";
        let fact = generator.define(if traits { "trait-fact" } else { "control-fact" }, |generator| fact_schema(traits, generator));
        let names = generator.fact_names(traits);
        json!({"anyOf": [
            {"type": "array", "items": names},
            names,
            {
                "type": "object",
                "propertyNames": {"anyOf": [names, {"const": "*"}, {"pattern": "^x-"}]},
                "patternProperties": {"^x-": true, "^([^x]|x[^-]|x$)": fact},
                "additionalProperties": fact,
            },
        ]})
    }

    fn describe(reference: &mut Reference) -> String {
        State::describe(reference);
        "list of names, or mapping of name to [state](#state) or `{is:, evidence:, because:}`; `\"*\"` stands for every other name"
            .to_owned()
    }
}

fn fact_schema(traits: bool, generator: &mut Generator<'_>) -> Json {
    let words: Vec<&str> = allowed_states(traits);
    let state = super::scalars::word_schema(&words);
    let text = String::schema(generator);
    json!({"anyOf": [
        state,
        {
            "type": "object",
            "properties": {"is": state, "evidence": text, "because": text},
            "required": ["is"],
            "patternProperties": {"^x-": true},
            "additionalProperties": false,
        },
    ]})
}

fn allowed_states(traits: bool) -> Vec<&'static str> {
    State::ALL.iter().filter(|state| !traits || **state != State::Partial).map(|state| state.as_str()).collect()
}

fn read_name(node: &Node, set: &mut FactSet, reader: &mut Reader<'_>) {
    let Some(name) = reader.text(node, "a name") else { return };
    if name == "*" {
        let diagnostic = Diagnostic::error(codes::WRONG_TYPE, node.span, "`*` says nothing in a list");
        reader.report(diagnostic.help("write a mapping with `\"*\": no` to say that there are no others"));
        return;
    }
    if let Some(first) = set.entries.get(name) {
        let message = format!("`{}` is listed twice", shown(name));
        reader.report(Diagnostic::warning(codes::DUPLICATE_ITEM, node.span, message).label(first.key_span, "listed here first"));
        return;
    }
    let entry = FactEntry { key_span: node.span, span: node.span, state: State::Yes, evidence: None, because: None };
    set.entries.insert(name.to_owned(), entry);
}

fn read_fact(entry: &Entry, set: &mut FactSet, reader: &mut Reader<'_>) {
    if entry.key.starts_with("x-") {
        set.extras.0.push((entry.key.clone(), entry.value.clone()));
        return;
    }
    let fact = read_state_of(entry, reader);
    if entry.key == "*" {
        set.star = Some(fact);
    } else {
        set.entries.insert(entry.key.clone(), fact);
    }
}

/// One fact; a state that cannot be read is unknown, so that the name is checked all the same.
fn read_state_of(entry: &Entry, reader: &mut Reader<'_>) -> FactEntry {
    let blank = |state, span| FactEntry { key_span: entry.key_span, span, state, evidence: None, because: None };
    let Value::Map(entries) = &entry.value.value else {
        return blank(read_state(&entry.value, reader).unwrap_or(State::Unknown), entry.value.span);
    };
    let mut fact = blank(State::Unknown, entry.value.span);
    let mut is = None;
    for part in entries {
        let text = |reader: &mut Reader<'_>| String::read(&part.value, reader).map(|text| Spanned::new(text, part.value.span));
        match part.key.as_str() {
            "is" => is = Some(read_state(&part.value, reader)),
            "evidence" => fact.evidence = text(reader),
            "because" => fact.because = text(reader),
            key if key.starts_with("x-") => {}
            key => {
                let message = format!("`{}` has no key `{}`", shown(&entry.key), shown(key));
                reader.unknown(codes::UNKNOWN_KEY, part.key_span, key, ["is", "evidence", "because"].into_iter(), message);
            }
        }
    }
    if is.is_none() {
        let message = format!("`{}` needs `is`", shown(&entry.key));
        reader.report(Diagnostic::error(codes::MISSING_KEY, entry.key_span, message).help("write `{is: yes, evidence: …, because: …}`"));
    }
    fact.state = is.flatten().unwrap_or(State::Unknown);
    fact
}

fn read_state(node: &Node, reader: &mut Reader<'_>) -> Option<State> {
    let traits = reader.key() == "traits";
    let text = reader.text(node, "`yes`, `no` or `unknown`")?;
    let words = allowed_states(traits);
    let word = super::scalars::word_of(text, &words);
    if !words.contains(&word) {
        reader.unknown_word(node, text, &words);
        return None;
    }
    State::from_word(word)
}

fn write_fact(entry: &FactEntry) -> Long<'_> {
    let texts = [("evidence", &entry.evidence), ("because", &entry.because)];
    let texts = texts.into_iter().filter_map(|(key, text)| Some((key.into(), text.as_ref()?.value.write())));
    Long::Map(std::iter::once(("is".into(), entry.state.write())).chain(texts).collect())
}

impl Field for FactValues {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Self {
        let Value::Map(entries) = &node.value else {
            reader.wrong_type_with(node, "a mapping of facts to values", "write `{auth.controls.mfa: yes}`");
            return Self::default();
        };
        Self { span: Some(node.span), items: entries.iter().filter_map(|entry| read_value(entry, reader)).collect() }
    }

    fn write(&self) -> Option<Long<'_>> {
        let items = || self.items.iter().map(|item| (item.path.value.to_string().into(), item.value.value.write())).collect();
        self.span.map(|_| Long::Map(items()))
    }

    fn schema(_: &mut Generator<'_>) -> Json {
        let scalar = json!({"type": ["string", "number", "boolean"]});
        json!({
            "type": "object",
            "propertyNames": {"pattern": "^[^.]+\\..+$"},
            "additionalProperties": {"anyOf": [scalar, {"type": "array", "items": scalar}]},
        })
    }

    fn describe(_: &mut Reference) -> String {
        "mapping of fact (`<thing>.controls.<control>`, `<thing>.<field>`, `model.controls.<control>`) to value".to_owned()
    }
}

fn read_value(entry: &Entry, reader: &mut Reader<'_>) -> Option<FactValue> {
    let path = entry.key.split_once('.').filter(|(thing, fact)| !thing.is_empty() && !fact.is_empty());
    let Some((thing, fact)) = path else {
        let message = format!("`{}` is not the path of a fact", shown(&entry.key));
        let help = "write `<thing>.controls.<control>`, `<thing>.traits.<trait>` or `<thing>.<field>`; the thing may be `model`";
        reader.report(Diagnostic::error(codes::UNKNOWN_FACT, entry.key_span, message).help(help));
        return None;
    };
    let path = FactPath { thing: thing.to_owned(), fact: fact.to_owned() };
    let value = match &entry.value.value {
        Value::List(items) => {
            let texts: Vec<&str> = items.iter().filter_map(|item| reader.text(item, "a single value")).collect();
            texts.join(", ")
        }
        _ => match reader.text(&entry.value, "a value") {
            Some("true") => "yes".to_owned(),
            Some("false") => "no".to_owned(),
            Some(text) => text.to_owned(),
            // The path is checked all the same.
            None if path.fact.starts_with("controls.") || path.fact.starts_with("traits.") => State::Unknown.as_str().to_owned(),
            None => return None,
        },
    };
    Some(FactValue { path: Spanned::new(path, entry.key_span), value: Spanned::new(value, entry.value.span) })
}
