//! The language as files: what is read, what is refused and in which words, and that the JSON Schema agrees.
//!
//! `valid` loads without errors, `invalid` is refused by the reader and by the schema alike, `unresolved` has a good
//! form that the schema accepts, and is refused for what its parts mean together.

use std::path::{Path, PathBuf};

use redan_model::source::Sources;
use redan_model::tree::{self, Node, Style, Value};
use redan_model::{Loaded, Place, Vocabulary, load_text, load_value, schema};
use serde_json::{Value as Json, json};

#[test]
fn valid_files_load_without_errors() {
    for (name, text) in folder("valid") {
        let loaded = load_text(&name, &text, &Vocabulary::default());
        assert!(loaded.is_valid(), "{name}:\n{}", shown(&loaded));
    }
}

#[test]
fn the_examples_load_without_errors() {
    let mut seen = 0;
    for dir in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")).into_iter().filter(|path| path.is_dir()) {
        for path in entries(&dir).into_iter().filter(|path| name_of(path).contains(".tm.")) {
            let text = std::fs::read_to_string(&path).expect("readable");
            let loaded = load_text(&name_of(&path), &text, &Vocabulary::default());
            assert!(loaded.is_valid(), "{}:\n{}", path.display(), shown(&loaded));
            seen += 1;
        }
    }
    assert!(seen >= 5, "only {seen} examples");
}

#[test]
fn the_reader_says_what_is_wrong() {
    insta::assert_snapshot!("invalid", messages("invalid", &Vocabulary::default()));
}

#[test]
fn resolution_says_what_is_wrong() {
    insta::assert_snapshot!("unresolved", messages("unresolved", &small_vocabulary()));
}

#[test]
fn the_schema_agrees_with_the_reader() {
    let schema = schema::json_schema(&Vocabulary::default());
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    for (dir, accepted) in [("valid", true), ("invalid", false), ("unresolved", true)] {
        for (name, text) in folder(dir) {
            for typed in [true, false] {
                let value = json_of(&text, typed);
                let faults: Vec<String> =
                    validator.iter_errors(&value).map(|fault| format!("{fault} at {}", fault.instance_path())).collect();
                assert_eq!(faults.is_empty(), accepted, "{dir}/{name}, typed {typed}: {faults:?}");
            }
        }
    }
}

#[test]
fn the_schema_with_names_accepts_the_names() {
    let schema = schema::json_schema(&small_vocabulary());
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let with = |control: &str| json!({"redan": 1, "elements": {"a": {"kind": "process", "tech": "postgres", "controls": [control]}}});
    assert!(validator.is_valid(&with("mfa")));
    assert!(!validator.is_valid(&with("encryption-in-transit")));
}

#[test]
fn the_schema_is_a_schema() {
    let schema = schema::json_schema(&small_vocabulary());
    assert!(jsonschema::meta::is_valid(&schema));
}

#[test]
fn a_value_that_a_program_made_is_read_as_its_text_is() {
    for (dir, vocabulary) in [("valid", Vocabulary::default()), ("invalid", Vocabulary::default()), ("unresolved", small_vocabulary())] {
        for (name, text) in folder(dir) {
            for typed in [true, false] {
                let value = json_of(&text, typed);
                let made = load_value(&name, || value.clone().into(), &vocabulary, |_| {});
                let read = load_text(&name, &format!("{value:#}\n"), &vocabulary);
                assert_eq!(shown(&made), shown(&read), "{dir}/{name}, typed {typed}");
                assert_eq!(long_form(&made), long_form(&read), "{dir}/{name}, typed {typed}");
            }
        }
    }
}

#[test]
fn the_long_form_means_the_same() {
    for (name, text) in folder("valid") {
        let first = long_form(&load_text(&name, &text, &Vocabulary::default()));
        let again = load_text("again.tm.json", &first.to_string(), &Vocabulary::default());
        assert!(again.is_valid(), "{name}: {first}\n{}", shown(&again));
        assert_eq!(long_form(&again), first, "{name}");
    }
}

#[test]
fn every_code_that_is_reported_is_in_the_table() {
    let known: Vec<&str> = redan_model::codes::ALL.iter().map(|(code, _)| *code).collect();
    for dir in ["invalid", "unresolved"] {
        for (name, text) in folder(dir) {
            for diagnostic in load_text(&name, &text, &small_vocabulary()).diagnostics {
                assert!(known.contains(&diagnostic.code), "{}", diagnostic.code);
            }
        }
    }
}

#[test]
fn the_reference_names_every_key_and_code() {
    let reference = redan_model::reference::markdown(&small_vocabulary());
    for wanted in ["`attack-trees`", "`out-of-scope`", "`false-positive`", "`conflicting-facts`", "`encryption-in-transit`", "(required)"] {
        assert!(reference.contains(wanted), "{wanted}");
    }
}

fn long_form(loaded: &Loaded) -> Json {
    redan_model::canonical::to_json(&loaded.model.root)
}

fn small_vocabulary() -> Vocabulary {
    let places = |list: &[(&str, &[Place])]| list.iter().map(|(name, of)| ((*name).to_owned(), of.to_vec())).collect();
    let alias = |list: &[(&str, &str)]| list.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect();
    Vocabulary {
        controls: places(&[
            ("mfa", &[Place::Process, Place::External]),
            ("encryption-in-transit", &[Place::Flow]),
            ("waf", &[Place::Zone]),
            ("credential-rotation", &[Place::Asset]),
        ]),
        traits: places(&[("parses-xml", &[Place::Process])]),
        technologies: alias(&[("sql-database", "sql-database"), ("postgres", "sql-database")]),
        protocols: alias(&[("https", "https"), ("http", "http")]),
        data_classes: ["pii".to_owned()].into_iter().collect(),
    }
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(dir).expect("the folder is there").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("a file has a name").to_string_lossy().into_owned()
}

fn folder(name: &str) -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language").join(name);
    entries(&dir).iter().map(|path| (name_of(path), std::fs::read_to_string(path).expect("readable"))).collect()
}

fn messages(dir: &str, vocabulary: &Vocabulary) -> String {
    let mut text = String::new();
    for (name, content) in folder(dir) {
        let loaded = load_text(&name, &content, vocabulary);
        assert!(!loaded.is_valid(), "{name} is accepted");
        text.push_str(&format!("# {name}\n{}\n", shown(&loaded)));
    }
    text
}

fn shown(loaded: &Loaded) -> String {
    let place = |span| {
        let place = loaded.sources.locate(span);
        format!("{}:{}-{}", place.line, place.column, place.end_column)
    };
    let mut text = String::new();
    for diagnostic in &loaded.diagnostics {
        let at = diagnostic.primary.map_or_else(|| "-".to_owned(), place);
        text.push_str(&format!("{at} {}[{}] {}\n", diagnostic.severity.as_str(), diagnostic.code, diagnostic.message));
        diagnostic.labels.iter().for_each(|label| text.push_str(&format!("  {} {}\n", place(label.span), label.message)));
        diagnostic.help.iter().for_each(|help| text.push_str(&format!("  help: {help}\n")));
        diagnostic.fix.iter().for_each(|fix| text.push_str(&format!("  fix: {}\n", fix.title)));
    }
    text
}

/// The text as JSON; with `typed`, plain scalars have the types that a YAML editor gives them.
fn json_of(text: &str, typed: bool) -> Json {
    let mut sources = Sources::default();
    let id = sources.add("text", text);
    json_of_node(&tree::parse(&sources, id, None, &mut Vec::new()).root, typed)
}

fn json_of_node(node: &Node, typed: bool) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Scalar(text) if typed && node.style == Style::Plain => match serde_json::from_str(text) {
            Ok(value @ (Json::Bool(_) | Json::Number(_))) => value,
            _ => json!(text),
        },
        Value::Scalar(text) => json!(text),
        Value::List(items) => items.iter().map(|item| json_of_node(item, typed)).collect(),
        Value::Map(entries) => Json::Object(entries.iter().map(|entry| (entry.key.clone(), json_of_node(&entry.value, typed))).collect()),
    }
}
