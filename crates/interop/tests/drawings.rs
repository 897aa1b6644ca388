//! Real drawings and models of threatcl: each gives a model that the language accepts, and what the raw file has is in
//! the model or in the list of losses.
//!
//! The files are those of the folder that `REDAN_CORPUS` names; without it these tests say so and check nothing.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that cannot read its files fails, and one without files says so")]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use redan_interop::{Format, Imported, LossKind, detect, import};
use serde_json::Value as Json;

fn files(folder: &str) -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("REDAN_CORPUS") else {
        println!("skipped: REDAN_CORPUS is not set");
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut folders = vec![Path::new(&root).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    found
}

fn count(imported: &Imported, section: &str) -> usize {
    imported.model.get(section).and_then(Json::as_object).map_or(0, serde_json::Map::len)
}

/// The model is one that the language accepts, words of catalogues apart.
fn assert_valid(path: &Path, imported: &Imported) {
    let text = serde_json::to_string_pretty(&*imported.model).unwrap();
    let loaded = redan_model::load_text("model.tm.json", &text, &redan_model::Vocabulary::default());
    let errors: Vec<String> = loaded.diagnostics.iter().filter(|one| one.is_error()).map(|one| one.message.clone()).collect();
    assert!(errors.is_empty(), "{}: {errors:?}", path.display());
}

/// The pages of a drawing as text, unpacked without anything of ours.
fn pages(text: &str) -> String {
    let unpacked = |packed: &str| {
        let bytes = base64::engine::general_purpose::STANDARD.decode(packed).unwrap();
        let mut out = String::new();
        flate2::read::DeflateDecoder::new(bytes.as_slice()).read_to_string(&mut out).unwrap();
        percent_encoding::percent_decode_str(&out).decode_utf8().unwrap().into_owned()
    };
    if let Some(list) = text.trim().strip_prefix("<mxlibrary>") {
        let items: Json = serde_json::from_str(list.trim_end_matches("</mxlibrary>")).unwrap();
        return items.as_array().unwrap().iter().map(|item| unpacked(item["xml"].as_str().unwrap())).collect();
    }
    let mut whole = String::new();
    for page in text.split("<diagram").skip(1) {
        let inside = page.split_once('>').unwrap().1.split("</diagram>").next().unwrap().trim();
        whole.push_str(&if inside.starts_with('<') { inside.to_owned() } else { unpacked(inside) });
    }
    if whole.is_empty() { text.to_owned() } else { whole }
}

#[test]
fn every_shape_and_line_of_real_drawings_is_in_the_model_or_reported() {
    for path in files("drawio") {
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(detect(&path.to_string_lossy(), &bytes), Some(Format::Drawio), "{}", path.display());
        let imported = import(Format::Drawio, &bytes).unwrap();
        assert_valid(&path, &imported);
        let raw = pages(&String::from_utf8(bytes).unwrap());
        let (shapes, lines) = (raw.matches("vertex=\"1\"").count(), raw.matches("edge=\"1\"").count());
        // A label on a line is a shape of its own there; all others that are no shape here are reported.
        let edges: Vec<&str> =
            raw.split("<mxCell").filter(|cell| cell.contains("edge=\"1\"")).filter_map(|cell| attribute(cell, "id")).collect();
        let labels = raw
            .split("<mxCell")
            .filter(|cell| cell.contains("vertex=\"1\"") && attribute(cell, "parent").is_some_and(|parent| edges.contains(&parent)))
            .count();
        let reported =
            |start: &str| imported.loss.iter().filter(|loss| loss.kind != LossKind::Guessed && loss.what.starts_with(start)).count();
        let texts = reported("the text") + reported("a text") + reported("a group without");
        assert_eq!(count(&imported, "elements") + count(&imported, "zones") + labels + texts, shapes, "shapes of {}", path.display());
        let lost = reported("the line") + reported("an end of the line") + reported("the trust boundary") + reported("`");
        assert_eq!(count(&imported, "flows") + lost, lines, "lines of {}", path.display());
        println!(
            "{}: {} elements, {} zones, {} flows; {shapes} shapes with {labels} labels and {texts} texts, {lines} lines, {lost} reported",
            path.display(),
            count(&imported, "elements"),
            count(&imported, "zones"),
            count(&imported, "flows")
        );
    }
}

fn attribute<'c>(cell: &'c str, name: &str) -> Option<&'c str> {
    let tag = cell.split('>').next()?;
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

#[test]
fn every_threat_asset_and_element_of_real_models_of_threatcl_is_in_the_model() {
    for path in files("hcltm").iter().filter(|path| path.extension().is_some_and(|ending| ending == "hcl" || ending == "json")) {
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(detect(&path.to_string_lossy(), &bytes), Some(Format::Hcltm), "{}", path.display());
        let imported = import(Format::Hcltm, &bytes).unwrap();
        assert_valid(path, &imported);
        let text = String::from_utf8(bytes).unwrap();
        let raw =
            if text.trim_start().starts_with('{') { counts_of_json(&serde_json::from_str(&text).unwrap()) } else { counts_of_hcl(&text) };
        let of = |kinds: &[&str]| kinds.iter().filter_map(|kind| raw.get(*kind)).sum::<usize>();
        assert_eq!(count(&imported, "threats"), of(&["threat"]), "threats of {}", path.display());
        assert_eq!(count(&imported, "assets"), of(&["information_asset"]), "assets of {}", path.display());
        // In JSON one name may stand several times, and only the last one is counted here.
        let flows = if path.extension().is_some_and(|ending| ending == "json") { text.matches("\"from\":").count() } else { of(&["flow"]) };
        assert_eq!(count(&imported, "flows"), flows, "flows of {}", path.display());
        assert_eq!(
            count(&imported, "elements"),
            of(&["process", "data_store", "external_element", "third_party_dependency"]),
            "elements of {}",
            path.display()
        );
        println!(
            "{}: {} threats, {} mitigations, {} losses",
            path.display(),
            count(&imported, "threats"),
            count(&imported, "mitigations"),
            imported.loss.len()
        );
    }
}

/// Blocks by their first word, as lines show them.
fn counts_of_hcl(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| line.contains('{') && !line.starts_with(['#', '/'])) {
        let word = line.split([' ', '{']).next().unwrap_or_default();
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    counts
}

/// Named blocks by the key that they stand under.
fn counts_of_json(json: &Json) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut open = vec![json];
    while let Some(json) = open.pop() {
        for (key, value) in json.as_object().into_iter().flatten() {
            let items = value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
            let named: usize = items
                .iter()
                .filter_map(|item| item.as_object())
                .map(|object| object.values().filter(|inner| inner.is_object()).count())
                .sum();
            *counts.entry(key.clone()).or_default() += named;
            open.push(value);
        }
        open.extend(json.as_array().into_iter().flatten());
    }
    counts
}
