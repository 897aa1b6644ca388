//! How traits, controls and facts by path are read, written and described.

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use super::syntax::{Field, Reader, Syntax, shown};
use super::{FactEntry, FactPath, FactSet, FactValue, FactValues, Given, Keyed, State};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::long::Long;
use crate::reference::Reference;
use crate::schema::Generator;
use crate::source::{Span, Spanned};
use crate::tree::Kind;

const SHAPE: &str = "write a list of names, or a mapping `name: yes | no | unknown | {is: …, evidence: …, because: …}`";

impl Field for FactSet {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Self {
        let place = given.place;
        let mut set = Self { span: Some(place.span), ..Self::default() };
        match place.kind {
            Kind::List => given.items().for_each(|item| read_name(item, &mut set, reader)),
            Kind::Scalar => read_name(given, &mut set, reader),
            Kind::Map => given.entries().for_each(|entry| read_fact(entry, &mut set, reader)),
            Kind::Nothing => {
                reader.wrong_type_with(place, "a list or a mapping", SHAPE);
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

fn read_name(given: Given<'_>, set: &mut FactSet, reader: &mut Reader<'_>) {
    let span = given.place.span;
    let Some(name) = reader.text(given, "a name") else { return };
    if name == "*" {
        let diagnostic = Diagnostic::error(codes::WRONG_TYPE, span, "`*` says nothing in a list");
        reader.report(diagnostic.help("write a mapping with `\"*\": no` to say that there are no others"));
        return;
    }
    if let Some(first) = set.entries.get(name.as_ref()) {
        let message = format!("`{}` is listed twice", shown(&name));
        reader.report(Diagnostic::warning(codes::DUPLICATE_ITEM, span, message).label(first.key_span, "listed here first"));
        return;
    }
    let entry = FactEntry { key_span: span, span, state: State::Yes, evidence: None, because: None };
    set.entries.insert(name.into_owned(), entry);
}

fn read_fact(entry: Keyed<'_>, set: &mut FactSet, reader: &mut Reader<'_>) {
    if entry.key.starts_with("x-") {
        set.extras.keep(entry);
        return;
    }
    let Keyed { key, key_span, value } = entry;
    let fact = read_state_of(&key, key_span, value, reader);
    if key == "*" {
        set.star = Some(Box::new(fact));
    } else {
        set.entries.insert(key.into_owned(), fact);
    }
}

/// One fact; a state that cannot be read is unknown, so that the name is checked all the same.
fn read_state_of(name: &str, key_span: Span, given: Given<'_>, reader: &mut Reader<'_>) -> FactEntry {
    let mut fact = FactEntry { key_span, span: given.place.span, state: State::Unknown, evidence: None, because: None };
    if given.kind() != Kind::Map {
        fact.state = read_state(given, reader).unwrap_or(State::Unknown);
        return fact;
    }
    let mut is = None;
    for part in given.entries() {
        match part.key.as_ref() {
            "is" => is = Some(read_state(part.value, reader)),
            "evidence" => fact.evidence = Field::read(part.value, reader),
            "because" => fact.because = Field::read(part.value, reader),
            key if key.starts_with("x-") => {}
            key => {
                let message = format!("`{}` has no key `{}`", shown(name), shown(key));
                reader.unknown(codes::UNKNOWN_KEY, part.key_span, key, ["is", "evidence", "because"].into_iter(), message);
            }
        }
    }
    if is.is_none() {
        let message = format!("`{}` needs `is`", shown(name));
        reader.report(Diagnostic::error(codes::MISSING_KEY, key_span, message).help("write `{is: yes, evidence: …, because: …}`"));
    }
    fact.state = is.flatten().unwrap_or(State::Unknown);
    fact
}

fn read_state(given: Given<'_>, reader: &mut Reader<'_>) -> Option<State> {
    let traits = reader.key() == "traits";
    let span = given.place.span;
    let text = reader.text(given, "`yes`, `no` or `unknown`")?;
    let words = allowed_states(traits);
    let word = super::scalars::word_of(&text, &words);
    if !words.contains(&word) {
        reader.unknown_word(span, &text, &words);
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
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Self {
        let place = given.place;
        if place.kind != Kind::Map {
            reader.wrong_type_with(place, "a mapping of facts to values", "write `{auth.controls.mfa: yes}`");
            return Self::default();
        }
        Self { span: Some(place.span), items: given.entries().filter_map(|entry| read_value(entry, reader)).collect() }
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

fn read_value(entry: Keyed<'_>, reader: &mut Reader<'_>) -> Option<FactValue> {
    let path = entry.key.split_once('.').filter(|(thing, fact)| !thing.is_empty() && !fact.is_empty());
    let Some((thing, fact)) = path else {
        let message = format!("`{}` is not the path of a fact", shown(&entry.key));
        let help = "write `<thing>.controls.<control>`, `<thing>.traits.<trait>` or `<thing>.<field>`; the thing may be `model`";
        reader.report(Diagnostic::error(codes::UNKNOWN_FACT, entry.key_span, message).help(help));
        return None;
    };
    let path = FactPath { thing: thing.to_owned(), fact: fact.to_owned() };
    let span = entry.value.place.span;
    let value = match entry.value.kind() {
        Kind::List => {
            let texts: Vec<Cow<'_, str>> = entry.value.items().filter_map(|item| reader.text(item, "a single value")).collect();
            texts.join(", ")
        }
        _ => match reader.text(entry.value, "a value") {
            Some(text) if text == "true" => "yes".to_owned(),
            Some(text) if text == "false" => "no".to_owned(),
            Some(text) => text.into_owned(),
            // The path is checked all the same.
            None if path.fact.starts_with("controls.") || path.fact.starts_with("traits.") => State::Unknown.as_str().to_owned(),
            None => return None,
        },
    };
    Some(FactValue { path: Spanned::new(path, entry.key_span), value: Spanned::new(value, span) })
}
