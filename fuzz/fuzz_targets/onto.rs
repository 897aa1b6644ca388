//! Places in any text are within it, and edits at them never panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::onto::{apply, json, xml, yaml};
use redan_model::tree::Value;
use serde_json::json;

fuzz_target!(|text: &str| {
    if let Some(root) = json::parse(text) {
        let edits = json::set(text, &root, "name", &json!(1))
            .into_iter()
            .chain(json::push(text, &root, &json!("x")))
            .chain(json::remove_item(&root, 0));
        let _ = apply(text, edits.collect());
    }
    if let Some(root) = xml::parse(text) {
        let _ = apply(text, vec![xml::set_text(text, &root, "x")]);
        let _ = apply(text, vec![xml::append(text, &root, "<x/>")]);
    }
    let document = yaml::Yaml::parse(text);
    if let Value::Map(entries) = &document.root.value {
        for entry in entries.iter().take(8) {
            let edits =
                document.set(&document.root, &entry.key, &json!("x")).into_iter().chain(document.remove(&document.root, &entry.key));
            for edit in edits {
                let _ = apply(text, vec![edit]);
            }
        }
    }
});
