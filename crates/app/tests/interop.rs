//! Round trips through other tools' files: what comes back is what went out, except for what the losses list.
//!
//! Real files are read from the folder that `REDAN_CORPUS` names; without it those tests say so and check nothing.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

const SHOP: &str = include_str!("../../interop/tests/tm7/shop.tm7");

fn redan(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redan"))
        .args(args)
        .args(["--today", "2026-01-02"])
        .current_dir(folder)
        .output()
        .expect("the binary runs")
}

fn fine(folder: &Path, args: &[&str]) -> Vec<u8> {
    let output = redan(folder, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(folder.path().join(".git")).expect("a folder can be made");
    folder
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    fs::write(folder.join(name), bytes).expect("a file can be written");
}

/// The model of a file, as JSON, without what formats keep for themselves.
fn model(folder: &Path, file: &str) -> Json {
    let mut model: Json = serde_json::from_slice(&fine(folder, &["export", file, "--to", "json", "-q"])).expect("output is JSON");
    without_extras(&mut model);
    model
}

fn without_extras(value: &mut Json) {
    match value {
        Json::Object(entries) => {
            entries.retain(|key, _| !key.starts_with("x-"));
            entries.values_mut().for_each(without_extras);
        }
        Json::Array(items) => items.iter_mut().for_each(without_extras),
        _ => {}
    }
}

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let folders = fs::read_dir(&root).expect("there are examples").flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()));
    let mut found: Vec<PathBuf> = files.filter(|path| path.to_string_lossy().contains(".tm.")).collect();
    found.sort();
    assert!(found.len() >= 5);
    found
}

/// Files of a folder of the corpus, if there is a corpus.
fn corpus(name: &str, ending: &str) -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("REDAN_CORPUS") else {
        let _ = writeln!(std::io::stderr(), "REDAN_CORPUS is not set: real {name} files are not checked");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> =
        fs::read_dir(Path::new(&root).join(name)).expect("the corpus has the folder").flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == ending));
    files.sort();
    files
}

#[test]
fn a_model_comes_back_from_canonical_json_as_it_was() {
    for example in examples() {
        let folder = folder();
        let name = example.file_name().expect("a name").to_string_lossy().into_owned();
        fs::copy(&example, folder.path().join(&name)).expect("a copy can be made");
        fine(folder.path(), &["export", &name, "--to", "json", "-o", "out.tm.json"]);
        assert_eq!(model(folder.path(), &name), model(folder.path(), "out.tm.json"));
    }
}

#[test]
fn a_tm7_file_comes_back_through_a_model_without_the_names_of_people() {
    let folder = folder();
    write(folder.path(), "shop.tm7", SHOP);
    fine(folder.path(), &["import", "shop.tm7", "-o", "shop.tm.yaml", "-q"]);
    let out = String::from_utf8(fine(folder.path(), &["export", "shop.tm.yaml", "--to", "tm7", "-q"])).expect("text");
    assert!(SHOP.contains("SHOP\\ann") && !out.contains("SHOP\\ann"));
    fine(folder.path(), &["import", "shop.tm7", "--keep-names", "-o", "named.tm.yaml", "-q"]);
    let kept = fine(folder.path(), &["export", "named.tm.yaml", "--to", "tm7", "--keep-names", "-q"]);
    assert!(kept == SHOP.as_bytes());
    assert!(fine(folder.path(), &["export", "shop.tm.yaml", "--to", "tm7", "--onto", "shop.tm7", "-q"]) == SHOP.as_bytes());
}

#[test]
fn changes_are_written_into_a_tm7_file_and_nothing_else_is() {
    let folder = folder();
    write(folder.path(), "shop.tm7", SHOP);
    fine(folder.path(), &["import", "shop.tm7", "-o", "shop.tm.yaml", "-q"]);
    let before = model(folder.path(), "shop.tm.yaml");
    let ids = |section: &str| before[section].as_object().expect("entries").keys().cloned().collect::<Vec<_>>();
    let (element, threat) = (ids("elements")[0].clone(), ids("threats")[0].clone());
    let [name, status, because] = [
        format!("elements.{element}.name=Renamed <thing>"),
        format!("threats.{threat}.status=mitigated"),
        format!("threats.{threat}.because=Done"),
    ];
    fine(folder.path(), &["set", "shop.tm.yaml", &name, &status, &because, "-q"]);
    fine(folder.path(), &["add", "shop.tm.yaml", "store", "cache", "-q"]);
    fine(folder.path(), &["add", "shop.tm.yaml", "flow", "to-cache", &format!("{element} -> cache"), "-q"]);
    fine(folder.path(), &["export", "shop.tm.yaml", "--to", "tm7", "--onto", "shop.tm7", "-o", "new.tm7", "-q"]);
    let after = model(folder.path(), "new.tm7");
    assert_eq!(after["elements"][&element]["name"], "Renamed <thing>");
    assert_eq!(after["threats"][&threat]["because"], "Done");
    assert_eq!(after["elements"]["cache"]["kind"], "store");
    assert_eq!(after["flows"]["to-cache"]["to"], "cache");
    let base = |text: &str| text.split_once("<KnowledgeBase").expect("a template").1.to_owned();
    assert_eq!(base(SHOP), base(&fs::read_to_string(folder.path().join("new.tm7")).expect("text")));
}

#[test]
fn real_files_come_back_byte_for_byte_where_nothing_changed() {
    for (name, ending, format) in [("tm7", "tm7", "tm7"), ("threagile", "yaml", "threagile"), ("pytm", "json", "pytm")] {
        for path in corpus(name, ending) {
            let folder = folder();
            let bytes = fs::read(&path).expect("a file");
            write(folder.path(), "in.file", &bytes);
            if !redan(folder.path(), &["import", "in.file", "-o", "m.tm.yaml", "-q"]).status.success() {
                continue;
            }
            let onto = fine(folder.path(), &["export", "m.tm.yaml", "--to", format, "--onto", "in.file", "-q"]);
            assert!(onto == bytes, "{} changed", path.display());
        }
    }
}

#[test]
fn strict_fails_on_any_loss_and_only_then() {
    let folder = folder();
    write(folder.path(), "m.tm.yaml", "redan: 1\nname: Shop\nelements:\n  a: {kind: process, owner: bo}\n");
    assert_eq!(redan(folder.path(), &["export", "m.tm.yaml", "--to", "mermaid", "--strict"]).status.code(), Some(1));
    assert_eq!(redan(folder.path(), &["export", "m.tm.yaml", "--to", "json", "--strict"]).status.code(), Some(0));
    assert_eq!(redan(folder.path(), &["export", "m.tm.yaml", "--to", "nothing"]).status.code(), Some(2));
}
