//! What the writers of drawing formats write is read back as the same model, up to what they list as lost.
#![expect(clippy::unwrap_used, reason = "what cannot be written or read back fails the test")]

use std::collections::BTreeSet;
use std::io::Read as _;

use redan_interop::{Format, Outgoing, export, import};
use redan_model::{Loaded, Vocabulary, canonical, load_text};
use serde_json::Value as Json;

const MODEL: &str = "redan: 1
name: Web & \"shop\"
zones:
  cloud: {name: The Cloud}
  inner: {name: \"Inner ${net}\", in: cloud}
elements:
  customer: {kind: actor, name: Customer}
  bank: {kind: external, name: Bank <Ltd>}
  web: {kind: process, name: Web App, zone: cloud}
  orders: {kind: store, name: Orders, zone: inner}
  lonely: {kind: process, name: Job, zone: inner}
flows:
  buy: {from: customer, to: web, protocol: https, label: https buy}
  keep: {from: web, to: orders, label: keep it}
  pay: {from: web, to: bank, label: pay, both-ways: yes}
";

fn shop() -> Loaded {
    let loaded = load_text("shop.tm.yaml", MODEL, &Vocabulary::default());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    loaded
}

fn written(format: Format, loaded: &Loaded) -> Vec<u8> {
    let outgoing = Outgoing { day: "2026-01-01".to_owned(), ..Outgoing::new(&loaded.model, Vocabulary::default()) };
    export(format, &outgoing).unwrap().bytes
}

/// Names, kinds and places of elements, and what flows between them, whatever the ids are.
fn said(model: &Json) -> BTreeSet<String> {
    let name = |section: &str, id: &str| {
        let entry = &model[section][id];
        entry["name"].as_str().map_or_else(|| redan_model::naming::sentence_of(id), str::to_owned).to_lowercase()
    };
    let mut said = BTreeSet::new();
    for (id, element) in model["elements"].as_object().unwrap() {
        let zone =
            element["zone"].get(0).or(Some(&element["zone"])).and_then(Json::as_str).map(|zone| name("zones", zone)).unwrap_or_default();
        said.insert(format!("{} is {} in {zone}", name("elements", id), element["kind"].as_str().unwrap()));
    }
    for (id, zone) in model["zones"].as_object().unwrap() {
        said.insert(format!("{} in {}", name("zones", id), zone["in"].as_str().map(|zone| name("zones", zone)).unwrap_or_default()));
    }
    for flow in model["flows"].as_object().unwrap().values() {
        let end = |key: &str| name("elements", flow[key].as_str().unwrap());
        said.insert(format!("{} to {}: {}", end("from"), end("to"), flow["label"].as_str().unwrap_or_default()));
    }
    said
}

#[test]
fn a_drawing_that_was_written_is_read_back_as_the_same_model() {
    let loaded = shop();
    let before = said(&canonical::to_json(&loaded.model.root));
    for format in [Format::Drawio, Format::Plantuml, Format::D2] {
        let bytes = written(format, &loaded);
        let after = said(&import(format, &bytes).unwrap().model);
        // PlantUML and D2 have no way to write some characters.
        let plain = |said: &BTreeSet<String>| said.iter().map(|text| text.replace("$ {", "${")).collect::<BTreeSet<_>>();
        assert_eq!(plain(&after), plain(&before), "{}\n{}", format.as_str(), String::from_utf8_lossy(&bytes));
        assert_eq!(written(format, &loaded), bytes);
    }
}

#[test]
fn hcl_that_was_written_is_read_back_with_the_same_elements() {
    let loaded = shop();
    let bytes = written(Format::Hcltm, &loaded);
    let after = import(Format::Hcltm, &bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let before: BTreeSet<String> = said(&canonical::to_json(&loaded.model.root));
    // One direction of a flow that goes both ways is all that can be said.
    assert_eq!(said(&after.model), before, "{text}");
}

#[test]
fn a_workspace_that_was_written_has_the_same_elements() {
    let loaded = shop();
    let bytes = written(Format::Structurizr, &loaded);
    let after = import(Format::Structurizr, &bytes).unwrap().model;
    let kinds: BTreeSet<&str> = after["elements"].as_object().unwrap().values().filter_map(|element| element["kind"].as_str()).collect();
    assert_eq!((kinds.len(), after["elements"].as_object().unwrap().len()), (4, 5));
    // A flow both ways is two relationships.
    assert_eq!((after["flows"].as_object().unwrap().len(), after["zones"].as_object().unwrap().len()), (4, 2));
}

#[test]
fn a_document_for_lucidchart_is_a_zip_whose_lines_join_its_shapes() {
    let bytes = written(Format::Lucid, &shop());
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name("document.json").unwrap().read_to_string(&mut text).unwrap();
    let document: Json = serde_json::from_str(&text).unwrap();
    let page = &document["pages"][0];
    let ids: BTreeSet<&str> = page["shapes"].as_array().unwrap().iter().filter_map(|shape| shape["id"].as_str()).collect();
    assert_eq!((ids.len(), page["lines"].as_array().unwrap().len()), (7, 3));
    for line in page["lines"].as_array().unwrap() {
        assert!(["endpoint1", "endpoint2"].iter().all(|end| ids.contains(line[*end]["shapeId"].as_str().unwrap())));
    }
}
