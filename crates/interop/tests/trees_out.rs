//! Attack trees in the formats of other tools: what is written is read back as the same tree, and what has no place is listed.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail like tests")]

#[expect(dead_code, reason = "other files of tests use the rest")]
mod support;

use redan_interop::{Format, Outgoing, export, import};
use redan_model::{Vocabulary, load_text};
use serde_json::{Value as Json, json};

const MODEL: &str = "redan: 1
name: Shop
elements:
  web: {kind: process}
attack-trees:
  steal:
    goal: Steal orders
    any:
      - {do: Guess a password, id: guess, probability: 0.2}
      - all:
          - {do: Find a hole, probability: 0.5}
          - {do: Read the table, probability: 0.9}
";

#[test]
fn a_tree_comes_back_and_the_rest_of_the_model_is_listed_as_lost() {
    let loaded = load_text("shop.tm.yaml", MODEL, &Vocabulary::default());
    for format in [Format::Adtool, Format::Mef, Format::AttackFlow] {
        let outgoing = Outgoing { day: "2026-01-02".to_owned(), ..Outgoing::new(&loaded.model, Vocabulary::default()) };
        let written = export(format, &outgoing).unwrap_or_else(|error| panic!("{format:?}: {error}"));
        assert!(written.loss.iter().any(|loss| loss.place.contains("elements")), "{format:?}: {:?}", written.loss);
        let back = import(format, &written.bytes).unwrap_or_else(|error| panic!("{format:?}: {error}"));
        let trees = back.model["attack-trees"].as_object().map_or(0, serde_json::Map::len);
        assert_eq!(trees, 1, "{format:?}: {}", back.model);
        let text = back.model["attack-trees"].to_string();
        let words = ["Guess a password", "Find a hole", "Read the table"];
        assert!(words.iter().all(|word| text.contains(word)) || format == Format::Mef, "{format:?}: {text}");
    }
}

/// The schema of a flow's objects, with what it takes from the schemas of STIX, which lie elsewhere, in short.
fn flow_schema(schema: &mut Json) {
    match schema {
        Json::Object(fields) => {
            let short = match fields.get("$ref").and_then(Json::as_str).and_then(|address| address.rsplit('/').next()) {
                Some("core.json") => json!({
                    "required": ["type", "spec_version", "id", "created", "modified"],
                    "properties": {"type": true, "spec_version": true, "id": {"pattern": "^[a-z-]+--[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"},
                        "created": {"format": "date-time"}, "modified": {"format": "date-time"}, "extensions": true},
                }),
                Some("identifier.json") => json!({"pattern": "^[a-z-]+--[0-9a-f-]{36}$"}),
                Some("timestamp.json") => json!({"format": "date-time"}),
                _ => {
                    fields.values_mut().for_each(flow_schema);
                    return;
                }
            };
            *schema = short;
        }
        Json::Array(items) => items.iter_mut().for_each(flow_schema),
        _ => {}
    }
}

#[test]
fn what_is_written_of_a_tree_is_valid_attack_flow() {
    let Some(corpus) = support::corpus() else { return };
    let text = std::fs::read(corpus.join("schemas/attack-flow-schema-2.0.0.json")).unwrap();
    let mut schema: Json = serde_json::from_slice(&text).unwrap();
    flow_schema(&mut schema);
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let tree = format!("{MODEL}      - {{do: Ask, seq: [{{do: Call}}, {{do: Lie}}]}}\n");
    let loaded = load_text("shop.tm.yaml", &tree, &Vocabulary::default());
    let outgoing = Outgoing { day: "2026-01-02".to_owned(), ..Outgoing::new(&loaded.model, Vocabulary::default()) };
    let written: Json = serde_json::from_slice(&export(Format::AttackFlow, &outgoing).unwrap().bytes).unwrap();
    let objects = written["objects"].as_array().unwrap();
    assert!(objects.len() > 5);
    for object in objects {
        let errors: Vec<String> = validator.iter_errors(object).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{object}: {errors:?}");
    }
}

#[test]
fn a_model_without_a_tree_gives_no_file() {
    let loaded = load_text("bare.tm.yaml", "redan: 1\nname: Bare\n", &Vocabulary::default());
    let error = export(Format::Adtool, &Outgoing::new(&loaded.model, Vocabulary::default())).err();
    assert!(error.is_some_and(|error| error.to_string().contains("the model has no attack tree")));
}
