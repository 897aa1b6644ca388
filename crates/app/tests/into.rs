//! `redan import FILE --into MODEL`: what people wrote stays, what the file changed arrives, and nothing twice.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value as Json, json};

const TM7: &str = include_str!("../../interop/tests/tm7/shop.tm7");

/// A version of a file: a shop, a store that comes and one that goes.
#[derive(Clone, Copy)]
struct Version {
    shop: &'static str,
    new: bool,
    old: bool,
    carts: bool,
}

const FIRST: Version = Version { shop: "Shop", new: false, old: true, carts: true };
const SECOND: Version = Version { shop: "Web shop", new: true, old: false, carts: false };

fn redan(folder: &Path, args: &[&str]) -> Output {
    let today = ["--today", "2026-01-02"];
    Command::new(env!("CARGO_BIN_EXE_redan")).args(args).args(today).current_dir(folder).output().expect("the binary runs")
}

fn fine(folder: &Path, args: &[&str]) -> Vec<u8> {
    let output = redan(folder, args);
    assert!(output.status.success(), "{args:?}: {}{}", text(&output.stdout), text(&output.stderr));
    output.stdout
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(folder.path().join(".git")).expect("a folder can be made");
    folder
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("a file")
}

fn write(folder: &Path, name: &str, content: &str) {
    fs::write(folder.join(name), content).expect("a file can be written");
}

fn model(folder: &Path) -> Json {
    serde_json::from_slice(&fine(folder, &["export", "m.tm.yaml", "--to", "json", "-q"])).expect("JSON")
}

/// The id of the only entry of a section whose field has a value.
fn id(model: &Json, section: &str, field: &str, value: &str) -> String {
    let found = model[section]
        .as_object()
        .expect("a section")
        .iter()
        .filter(|(id, entry)| entry[field] == value || (field == "name" && *id == value));
    let ids: Vec<&String> = found.map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 1, "{section} with {field} {value}: {}", model[section]);
    ids[0].clone()
}

/// `what path` of every change that an import into the model reports.
fn changes(folder: &Path, file: &str, more: &[&str]) -> (Json, Vec<String>) {
    let args = [&["import", file, "--into", "m.tm.yaml", "--format", "json"], more].concat();
    let report: Json = serde_json::from_slice(&fine(folder, &args)).expect("JSON");
    let list = report["changes"].as_array().expect("changes").iter();
    let shown =
        list.map(|change| format!("{} {}", change["what"].as_str().unwrap_or_default(), change["path"].as_str().unwrap_or_default()));
    let shown = shown.filter(|line| !line.contains(".x-") && !line.contains(" x-")).collect();
    (report, shown)
}

/// Imports, works on the model by hand, imports the changed file, and once more.
fn again(file: &str, version: &dyn Fn(Version) -> String) {
    let folder = folder();
    let folder = folder.path();
    write(folder, file, &version(FIRST));
    fine(folder, &["import", file, "-o", "m.tm.yaml", "-q"]);
    let imported = model(folder);
    let [shop, orders, old, carts] = ["Shop", "Orders", "Old", "Carts"].map(|name| id(&imported, "elements", "name", name));
    // By hand: comments, a control with a reason, a name, a description, a store of our own, an answer.
    let by_hand = read(folder, "m.tm.yaml")
        .replace("elements:\n", "# what we run\nelements:\n")
        .replace(&format!("  {orders}:\n"), &format!("  # the heart of it\n  {orders}: # keep\n"));
    write(folder, "m.tm.yaml", &by_hand);
    let sets = [
        format!("{shop}.controls.rate-limiting=yes"),
        format!("{shop}.controls.rate-limiting.because=The gateway does"),
        format!("{orders}.name=Order book"),
        format!("{carts}.description=Still needed"),
    ];
    fine(folder, &[&["set", "m.tm.yaml", "-q"], &sets.each_ref().map(String::as_str)[..]].concat());
    fine(folder, &["add", "m.tm.yaml", "store", "ours", "-q"]);
    fine(folder, &["add", "m.tm.yaml", "flow", "to-ours", &format!("{shop} -> ours"), "-q"]);
    let before = read(folder, "m.tm.yaml");

    write(folder, file, &version(SECOND));
    let (report, preview) = changes(folder, file, &["--dry-run"]);
    assert_eq!((read(folder, "m.tm.yaml"), &report["written"]), (before.clone(), &json!(false)));
    let (report, done) = changes(folder, file, &[]);
    assert_eq!((preview, &report["written"]), (done.clone(), &json!(true)));
    let after = model(folder);
    let now = read(folder, "m.tm.yaml");
    let arrived = id(&after, "elements", "name", "New");
    for expected in [
        format!("changed elements.{shop}.name"),
        format!("added elements.{arrived}"),
        format!("removed elements.{old}"),
        format!("gone elements.{carts}"),
    ] {
        assert!(done.contains(&expected), "{file}: {expected} is not among {done:#?}");
    }
    assert!(done.iter().all(|line| !line.starts_with("kept")), "{done:#?}");
    // Every line that was written by hand is there, as it was.
    for line in ["# what we run", "  # the heart of it", &format!("  {orders}: # keep")] {
        assert!(now.lines().any(|known| known == line), "{file}: {line} is gone\n{now}");
    }
    assert_eq!(after["elements"][&shop]["name"], "Web shop");
    assert_eq!(after["elements"][&shop]["controls"]["rate-limiting"], json!({"is": "yes", "because": "The gateway does"}));
    assert_eq!(after["elements"][&orders]["name"], "Order book");
    assert_eq!(after["elements"][&carts]["description"], "Still needed");
    assert_eq!(after["flows"]["to-ours"]["to"], "ours");
    let untouched = before.lines().filter(|line| !now.lines().any(|known| known == *line)).collect::<Vec<_>>();
    let mine = |line: &&str| ["because", "Order book", "Still needed", "rate-limiting"].iter().any(|word| line.contains(word));
    assert!(!untouched.iter().any(mine), "{untouched:#?}");

    let (report, second) = changes(folder, file, &[]);
    assert_eq!((&report["changed"], second), (&json!(false), Vec::<String>::new()));
    assert_eq!(read(folder, "m.tm.yaml"), now);
}

#[test]
fn threat_dragon() {
    again("shop.json", &|v| {
        let cell = |id: &str, shape: &str, name: &str, x: u32| json!({"id": id, "shape": shape, "position": {"x": x, "y": 0}, "size": {"width": 50, "height": 50}, "data": {"name": name, "threats": []}});
        let mut cells = vec![cell("c-shop", "process", v.shop, 0), cell("c-orders", "store", "Orders", 100)];
        if v.new {
            cells.push(cell("c-new", "store", "New", 400));
        }
        if v.old {
            cells.push(cell("c-old", "store", "Old", 200));
        }
        if v.carts {
            cells.push(cell("c-carts", "store", "Carts", 300));
        }
        cells.push(
            json!({"id": "f", "shape": "flow", "source": {"cell": "c-shop"}, "target": {"cell": "c-orders"}, "data": {"name": "Reads"}}),
        );
        cells[0]["data"]["threats"] = json!([{"id": "t1", "title": "Fake orders", "type": "Spoofing", "modelType": "STRIDE", "status": "Open", "severity": "High", "description": "d", "mitigation": "m"}]);
        json!({"version": "2.0", "summary": {"title": "S"}, "detail": {"diagrams": [{"id": 0, "title": "D", "diagramType": "STRIDE", "cells": cells}]}}).to_string()
    });
}

#[test]
fn open_threat_model() {
    again("shop.otm", &|v| {
        let component =
            |id: &str, name: &str, kind: &str| format!("  - {{id: {id}, name: {name}, type: {kind}, parent: {{trustZone: z}}}}\n");
        let mut text =
            "otmVersion: 0.2.0\nproject: {name: P, id: p}\ntrustZones: [{id: z, name: Z, risk: {trustRating: 10}}]\ncomponents:\n"
                .to_owned();
        text += &component("shop", v.shop, "web-service");
        text += &component("orders", "Orders", "database");
        if v.new {
            text += &component("new", "New", "database");
        }
        if v.old {
            text += &component("old", "Old", "database");
        }
        if v.carts {
            text += &component("carts", "Carts", "database");
        }
        text + "dataflows: [{id: f, name: Reads, source: shop, destination: orders}]\n"
    });
}

#[test]
fn threagile() {
    again("threagile.yaml", &|v| {
        let store = |name: &str| format!("  {name}: {{id: {}, type: datastore, technology: database}}\n", name.to_lowercase());
        let mut text = format!(
            "threagile_version: 1.0.0\ntitle: P\ntechnical_assets:\n  {}:\n    id: shop\n    type: process\n    technology: web-server\n    communication_links:\n      Query: {{target: orders, protocol: jdbc}}\n",
            v.shop
        );
        for (there, name) in [(true, "Orders"), (v.new, "New"), (v.old, "Old"), (v.carts, "Carts")] {
            if there {
                text += &store(name);
            }
        }
        text + "trust_boundaries:\n  Cloud: {id: cloud, type: network-cloud-provider, technical_assets_inside: [shop, orders]}\n"
    });
}

#[test]
fn mermaid() {
    again("shop.mmd", &|v| {
        let mut text = format!("flowchart LR\nsubgraph z [Zone]\nshop[{}] -->|https| orders[(Orders)]\nend\n", v.shop);
        for (there, name) in [(v.new, "New"), (v.old, "Old"), (v.carts, "Carts")] {
            if there {
                text += &format!("{}[({name})]\n", name.to_lowercase());
            }
        }
        text
    });
}

#[test]
fn drawio() {
    again("shop.drawio", &|v| {
        let cell = |id: &str, name: &str, style: &str, x: u32| {
            format!(
                "<mxCell id=\"{id}\" value=\"{name}\" style=\"{style}\" vertex=\"1\" parent=\"1\"><mxGeometry x=\"{x}\" y=\"0\" width=\"50\" height=\"50\" as=\"geometry\"/></mxCell>"
            )
        };
        let store = "shape=cylinder;";
        let mut text = String::from("<mxfile><diagram name=\"P\"><mxGraphModel><root><mxCell id=\"0\"/><mxCell id=\"1\" parent=\"0\"/>");
        text += &cell("s", v.shop, "ellipse;", 0);
        for (at, (there, name)) in (1..).zip([(true, "Orders"), (v.new, "New"), (v.old, "Old"), (v.carts, "Carts")]) {
            if there {
                text += &cell(&format!("c-{name}"), name, store, at * 100);
            }
        }
        text + "<mxCell id=\"e\" edge=\"1\" source=\"s\" target=\"c-Orders\" parent=\"1\"><mxGeometry relative=\"1\" as=\"geometry\"/></mxCell></root></mxGraphModel></diagram></mxfile>"
    });
}

#[test]
fn tm7_follows_the_file_and_keeps_answers() {
    let folder = folder();
    let folder = folder.path();
    write(folder, "shop.tm7", TM7);
    fine(folder, &["import", "shop.tm7", "-o", "m.tm.yaml", "-q"]);
    let imported = model(folder);
    let shop = id(&imported, "elements", "name", "Shop");
    let bank = id(&imported, "elements", "name", "Bank");
    let threat = imported["threats"].as_object().expect("threats").keys().next().expect("one").clone();
    write(folder, "m.tm.yaml", &read(folder, "m.tm.yaml").replace("elements:\n", "elements:\n  # all that we run\n"));
    let sets = [format!("threats.{threat}.status=mitigated"), format!("threats.{threat}.because=Tested"), format!("{bank}.name=Our bank")];
    fine(folder, &[&["set", "m.tm.yaml", "-q"], &sets.each_ref().map(String::as_str)[..]].concat());
    write(folder, "shop.tm7", &TM7.replace(">Shop<", ">Web shop<"));
    let (_, done) = changes(folder, "shop.tm7", &[]);
    assert_eq!(done, [format!("changed elements.{shop}.name")]);
    let after = model(folder);
    assert_eq!((&after["elements"][&bank]["name"], &after["threats"][&threat]["because"]), (&json!("Our bank"), &json!("Tested")));
    let now = read(folder, "m.tm.yaml");
    assert!(now.contains("  # all that we run\n"));
    let (report, second) = changes(folder, "shop.tm7", &[]);
    assert_eq!((&report["changed"], second), (&json!(false), Vec::<String>::new()));
    assert_eq!(read(folder, "m.tm.yaml"), now);
    // The file that is kept inside is the later one.
    let out = text(&fine(folder, &["export", "m.tm.yaml", "--to", "tm7", "-q"]));
    assert!(out.contains(">Web shop<") && out.contains(">Our bank<"));
}

#[test]
fn a_field_that_both_changed_stays_as_people_wrote_it_and_is_shown_once() {
    let folder = folder();
    let folder = folder.path();
    write(folder, "m.mmd", "flowchart LR\na[Shop] --> b[(Db)]\n");
    fine(folder, &["import", "m.mmd", "-o", "m.tm.yaml", "-q"]);
    fine(folder, &["set", "m.tm.yaml", "a.name=Our shop", "-q"]);
    write(folder, "m.mmd", "flowchart LR\na[Web shop] --> b[(Db)]\n");
    let shown = text(&fine(folder, &["import", "m.mmd", "--into", "m.tm.yaml"]));
    assert!(shown.starts_with("kept     elements.a.name  Our shop, in the file Web shop"), "{shown}");
    assert_eq!(text(&fine(folder, &["import", "m.mmd", "--into", "m.tm.yaml"])), "");
}

#[test]
fn another_file_adds_to_a_model_and_takes_nothing_away() {
    let folder = folder();
    let folder = folder.path();
    write(folder, "one.mmd", "flowchart LR\na[Shop] --> b[(Db)]\n");
    write(folder, "two.mmd", "flowchart LR\nm[Mail] --> n[(Box)]\n");
    fine(folder, &["import", "one.mmd", "-o", "m.tm.yaml", "-q"]);
    let (_, done) = changes(folder, "two.mmd", &[]);
    assert_eq!(done, ["added elements.m", "added elements.n", "added flows.m-to-n"]);
    write(folder, "two.mmd", "flowchart LR\nm[Mail]\n");
    let (_, done) = changes(folder, "two.mmd", &[]);
    assert_eq!(done, ["removed flows.m-to-n", "removed elements.n"]);
    let (report, done) = changes(folder, "one.mmd", &[]);
    assert_eq!((&report["changed"], done), (&json!(false), Vec::<String>::new()));
}

#[test]
fn a_model_with_errors_is_left_alone() {
    let folder = folder();
    let folder = folder.path();
    write(folder, "m.mmd", "flowchart LR\na --> b\n");
    write(folder, "m.tm.yaml", "redan: 1\nname: M\nelements: {a: {kind: nonsense}}\n");
    assert_eq!(redan(folder, &["import", "m.mmd", "--into", "m.tm.yaml"]).status.code(), Some(2));
    assert_eq!(read(folder, "m.tm.yaml"), "redan: 1\nname: M\nelements: {a: {kind: nonsense}}\n");
}

#[test]
fn real_files_that_did_not_change_change_nothing() {
    let Some(corpus) = std::env::var_os("REDAN_CORPUS") else {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"REDAN_CORPUS is not set: no real file is imported\n");
        return;
    };
    let all = ["otm", "threat-dragon", "tm7", "threagile", "pytm", "threat-composer", "threat-model-library", "drawio", "mermaid"];
    let mut imported = 0;
    for name in all {
        let files = fs::read_dir(Path::new(&corpus).join(name)).expect("the corpus has the folder");
        let mut files: Vec<_> = files.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        files.sort();
        let folder = folder();
        for path in files.iter().take(4).map(|path| path.to_string_lossy()) {
            if !redan(folder.path(), &["import", &path, "-o", "m.tm.yaml", "-q"]).status.success() {
                continue;
            }
            imported += 1;
            let before = read(folder.path(), "m.tm.yaml");
            let later = fine(folder.path(), &["import", &path, "--into", "m.tm.yaml", "-q"]);
            assert!(later.is_empty(), "{path}: {}", text(&later));
            assert_eq!(read(folder.path(), "m.tm.yaml"), before, "{path}");
        }
    }
    assert!(imported > 20, "{imported}");
}
