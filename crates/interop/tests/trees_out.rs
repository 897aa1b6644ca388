//! Attack trees in the formats of other tools: what is written is read back as the same tree, what has no place is listed, and
//! changes go into a file that is there.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail like tests")]

#[expect(dead_code, reason = "other files of tests use the rest")]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use redan_interop::{Format, Imported, Original, Outgoing, export, import, onto};
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

/// Calls back for every list of steps below others in a tree, by its pointer.
fn for_lists(step: &Json, at: &str, each: &mut dyn FnMut(&str, &[Json])) {
    for (key, value) in step.as_object().into_iter().flatten() {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        match value {
            Json::Array(steps) if ["any", "all", "seq"].contains(&key.as_str()) => {
                each(&at, steps);
                steps.iter().enumerate().for_each(|(number, step)| for_lists(step, &format!("{at}/{number}"), each));
            }
            Json::Object(nodes) if key == "nodes" => nodes.iter().for_each(|(id, step)| for_lists(step, &format!("{at}/{id}"), each)),
            _ => {}
        }
    }
}

/// Models with one more action before each step that comes after another, without each action that nothing leads to and that
/// leads to one thing, and with each operator turned; with what was done.
fn variants(model: &Json) -> Vec<(String, Json)> {
    let mut found = Vec::new();
    let tree = model["attack-trees"].as_object().unwrap().keys().next().unwrap();
    for_lists(&model["attack-trees"][tree], &format!("/attack-trees/{tree}"), &mut |at, steps| {
        let change = |change: &dyn Fn(&mut Vec<Json>)| {
            let mut wanted = model.clone();
            change(wanted.pointer_mut(at).unwrap().as_array_mut().unwrap());
            wanted
        };
        let is_last = |number: usize| at.ends_with("seq") && number + 1 == steps.len();
        if at.ends_with("seq") {
            found.push((format!("more at {at}"), change(&|steps| steps.insert(1, json!({"do": "Brand-new step"})))));
        }
        if let Some(step) = at.strip_suffix("/all") {
            let mut wanted = model.clone();
            let step = wanted.pointer_mut(step).unwrap().as_object_mut().unwrap();
            let steps = step.remove("all").unwrap();
            step.insert("any".to_owned(), steps);
            found.push((format!("turned at {at}"), wanted));
        }
        for (number, step) in steps.iter().enumerate().filter(|(number, step)| !is_last(*number) && step.get("do").is_some()) {
            if ["any", "all", "seq"].iter().all(|key| step.get(*key).is_none()) {
                found.push((format!("less at {at}: {}", step["do"]), change(&|steps| drop(steps.remove(number)))));
            }
        }
    });
    found
}

/// A file of the Attack Flow builder with the changes in it.
fn onto_builder(bytes: &[u8], imported: &Imported, wanted: &Json) -> redan_interop::Exported {
    let long = onto::long_form(wanted);
    let model = support::load(&long);
    onto(Format::AttackFlow, Original { bytes, imported }, &support::outgoing(&model, &long)).unwrap()
}

/// Checks that in a file of the builder all that is mentioned is there, and all that is there is mentioned.
fn assert_whole(file: &Json, what: &str) {
    let mut mentioned: BTreeMap<&str, usize> = BTreeMap::new();
    for object in file["objects"].as_array().unwrap() {
        let lists = ["objects", "latches", "handles"].iter().filter_map(|key| object[*key].as_array()).flatten();
        let anchors = object["anchors"].as_object().into_iter().flatten().map(|(_, anchor)| anchor);
        for instance in lists.chain(anchors).chain(["source", "target"].iter().filter_map(|key| object.get(*key))) {
            *mentioned.entry(instance.as_str().unwrap()).or_default() += 1;
        }
    }
    let objects: BTreeMap<&str, &Json> =
        file["objects"].as_array().unwrap().iter().map(|object| (object["instance"].as_str().unwrap(), object)).collect();
    assert_eq!(objects.len(), file["objects"].as_array().unwrap().len(), "{what}");
    for (instance, object) in &objects {
        let times = match object["id"].as_str().unwrap() {
            "flow" => 0,
            "generic_latch" => 2,
            _ => 1,
        };
        assert_eq!(mentioned.remove(instance).unwrap_or_default(), times, "{what}: {object}");
    }
    assert!(mentioned.is_empty(), "{what}: {mentioned:?}");
    assert!(file["layout"].as_object().unwrap().keys().all(|instance| objects.contains_key(instance.as_str())), "{what}");
}

/// What the steps of a model do.
fn names(model: &Json) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let tree = model["attack-trees"].as_object().unwrap().values().next().unwrap();
    let mut take = |step: &Json| found.extend(step["do"].as_str().map(str::to_owned));
    tree["nodes"].as_object().into_iter().flatten().for_each(|(_, step)| take(step));
    for_lists(tree, "", &mut |_, steps| steps.iter().for_each(&mut take));
    found
}

/// How many objects of each kind are in a file of the builder.
fn counts(file: &Json) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::from(["action", "condition", "dynamic_line"].map(|kind| (kind.to_owned(), 0)));
    for object in file["objects"].as_array().unwrap() {
        *counts.entry(object["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn actions_come_and_go_in_files_of_the_attack_flow_builder() {
    for (path, bytes) in support::Files::below("attack-flow") {
        if path.extension().is_none_or(|extension| extension != "afb") {
            continue;
        }
        let imported = import(Format::AttackFlow, &bytes).unwrap();
        let model = Json::from(imported.model.clone());
        let same = onto_builder(&bytes, &imported, &model);
        assert!(same.bytes == bytes && same.loss.is_empty(), "{}", path.display());
        let variants = variants(&model);
        assert!(variants.len() > 5, "{}: {}", path.display(), variants.len());
        for (what, wanted) in variants {
            let what = format!("{}: {what}", path.display());
            let written = onto_builder(&bytes, &imported, &wanted);
            assert_eq!(written.loss, Vec::new(), "{what}");
            let file: Json = serde_json::from_slice(&written.bytes).unwrap();
            assert_whole(&file, &what);
            let again = import(Format::AttackFlow, &written.bytes).unwrap();
            assert_eq!(names(&again.model.into()), names(&wanted), "{what}");
            let (were, are) = (counts(&serde_json::from_slice(&bytes).unwrap()), counts(&file));
            let things = |counts: &BTreeMap<String, usize>| (counts["action"] + counts["condition"], counts["dynamic_line"]);
            let ((things_before, lines_before), (things, lines)) = (things(&were), things(&are));
            match &what {
                _ if what.contains(": more") => assert_eq!((things, lines), (things_before + 1, lines_before + 1), "{what}"),
                _ if what.contains(": less") => assert!(things + 1 == things_before && lines < lines_before, "{what}"),
                _ => assert!(things == things_before && lines == lines_before && are["OR_operator"] == 1, "{what}"),
            }
            // The same again gives the same bytes.
            assert_eq!(onto_builder(&bytes, &imported, &wanted).bytes, written.bytes, "{what}");
        }
    }
}
