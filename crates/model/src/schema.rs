//! The JSON Schema (2020-12) of the language, for completion and checking in any editor.
//!
//! It is made from the same declarations as the reader and says what the reader accepts; what only the resolved
//! model can show, such as an unknown reference, it cannot say.

use serde_json::{Value as Json, json};

use crate::Vocabulary;
use crate::lang::Root;
use crate::lang::syntax::{Limits, Record, ShortForm, key_of, noun, sentence};
use crate::vocabulary::Place;

/// The pattern of ids.
pub const ID_PATTERN: &str = "^[A-Za-z0-9][A-Za-z0-9_-]*$";

/// The schema of a model file, with the names of the given catalogues.
pub fn json_schema(vocabulary: &Vocabulary) -> Json {
    let mut generator = Generator { vocabulary, defs: serde_json::Map::new(), record: "", field: String::new(), limits: Limits::NONE };
    let root = generator.record::<Root>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "redan threat model",
        "$ref": root["$ref"],
        "$defs": generator.defs,
    })
}

/// Builds the schema, one definition for each record.
pub struct Generator<'v> {
    vocabulary: &'v Vocabulary,
    defs: serde_json::Map<String, Json>,
    record: &'static str,
    /// The key whose schema is being made.
    pub field: String,
    /// What the field's declaration says beyond its type.
    pub limits: Limits,
}

impl Generator<'_> {
    /// Makes a definition once and refers to it.
    pub fn define(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Json) -> Json {
        if !self.defs.contains_key(name) {
            self.defs.insert(name.to_owned(), Json::Null);
            let definition = make(self);
            self.defs.insert(name.to_owned(), definition);
        }
        json!({"$ref": format!("#/$defs/{name}")})
    }

    /// The definition of a record.
    pub fn record<R: Record>(&mut self) -> Json {
        let name = noun(R::NAME).replace(' ', "-");
        let outer = (self.record, std::mem::take(&mut self.field), self.limits);
        let reference = self.define(&name, |generator| generator.fields::<R>());
        (self.record, self.field, self.limits) = outer;
        reference
    }

    fn fields<R: Record>(&mut self) -> Json {
        let mut properties = serde_json::Map::new();
        let mut required = Vec::new();
        for field in R::FIELDS {
            (self.record, self.field, self.limits) = (R::NAME, key_of(field.name), field.limits);
            let key = self.field.clone();
            let schema = (field.schema)(self);
            let schema = self.with_names(R::NAME, &key, schema);
            properties.insert(key.clone(), described(schema, &sentence(field.doc)));
            if field.limits.required {
                required.push(key);
            }
        }
        let kind = if required.is_empty() { json!(["object", "null"]) } else { json!("object") };
        let mut long = json!({"type": kind, "properties": properties, "patternProperties": {"^x-": true}, "additionalProperties": false});
        if !required.is_empty() {
            long["required"] = json!(required);
        }
        let schema = match R::Short::schema() {
            Some(short) => json!({"anyOf": [short, long]}),
            None => long,
        };
        described(schema, &sentence(R::DOC))
    }

    /// Narrows texts that name something of a catalogue.
    fn with_names(&self, record: &str, field: &str, schema: Json) -> Json {
        let vocabulary = self.vocabulary;
        let names: Vec<&String> = match (record, field) {
            ("Element", "tech") => vocabulary.technologies.keys().collect(),
            ("Flow", "protocol") => vocabulary.protocols.keys().collect(),
            ("Asset", "data") => vocabulary.data_classes.iter().collect(),
            _ => return schema,
        };
        if names.is_empty() {
            return schema;
        }
        let one = json!({"enum": names});
        if field == "data" { json!({"anyOf": [{"type": "array", "items": one}, one]}) } else { one }
    }

    /// The names that `traits` or `controls` of the current record may have.
    pub fn fact_names(&self, traits: bool) -> Json {
        let names = if traits { &self.vocabulary.traits } else { &self.vocabulary.controls };
        if names.is_empty() {
            return json!({"type": "string", "not": {"const": "*"}});
        }
        let record = self.record;
        let allowed: Vec<&String> = names.iter().filter(|(_, places)| may_stand_on(record, places)).map(|(name, _)| name).collect();
        json!({"enum": allowed})
    }
}

/// Whether a record may state a fact with these places; elements of every kind share one schema.
fn may_stand_on(record: &str, places: &[Place]) -> bool {
    places.iter().any(|place| match record {
        "Element" => !matches!(place, Place::Model | Place::Flow | Place::Zone | Place::Asset),
        "Flow" => *place == Place::Flow,
        "Asset" => *place == Place::Asset,
        "Zone" => !matches!(place, Place::Model | Place::Asset),
        _ => true,
    })
}

fn described(mut schema: Json, text: &str) -> Json {
    if let Some(map) = schema.as_object_mut() {
        map.insert("description".to_owned(), json!(text));
        return schema;
    }
    if schema == json!(true) { json!({"description": text}) } else { schema }
}
