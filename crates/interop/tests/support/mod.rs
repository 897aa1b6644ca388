//! Real files, models of our own, and the comparison of models.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use redan_interop::{ForeignThreat, Imported, Outgoing};
use redan_model::lang::{Band, Linddun, Stride};
use redan_model::{Model, Vocabulary, canonical, load_text};
use serde_json::Value as Json;

/// The folders of real files that become models.
pub(crate) const FOLDERS: [&str; 12] = [
    "otm",
    "threat-dragon",
    "tm7",
    "threagile",
    "pytm",
    "hcltm",
    "threat-composer",
    "threat-model-library",
    "cyclonedx-2.0-tm",
    "attack-flow",
    "drawio",
    "mermaid",
];

/// The folder of real files, if there is one.
pub(crate) fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("REDAN_CORPUS").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: REDAN_CORPUS is not set");
    }
    folder
}

/// Files of the corpus.
pub(crate) struct Files;

impl Files {
    /// All files of a folder and of those in it.
    pub(crate) fn below(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        if let Some(root) = corpus() {
            collect(&root.join(folder), &mut found);
        }
        found.sort();
        found.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    }

    /// The models that files of some formats become.
    pub(crate) fn models() -> Vec<Json> {
        // A flow of an attack has no elements.
        let folders = FOLDERS.into_iter().filter(|folder| *folder != "attack-flow");
        let files = folders.flat_map(Self::below).filter(|(_, bytes)| bytes.len() < 400_000);
        let read =
            files.filter_map(|(path, bytes)| redan_interop::import(redan_interop::detect(&path.to_string_lossy(), &bytes)?, &bytes).ok());
        read.map(|imported| imported.model.into()).collect()
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "inputs") {
            collect(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

/// Our own complete models in their long form.
pub(crate) fn examples() -> Vec<Json> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found = Vec::new();
    collect(&root, &mut found);
    found.retain(|path| path.to_string_lossy().ends_with(".tm.yaml"));
    found.sort();
    assert!(!found.is_empty());
    found
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let loaded = load_text(&path.to_string_lossy(), &text, &Vocabulary::default());
            canonical::to_json(&loaded.model.root)
        })
        .collect()
}

/// A model from its JSON, which must be valid.
pub(crate) fn load(json: &Json) -> Model {
    let loaded = load_text("m.tm.json", &json.to_string(), &Vocabulary::default());
    let wrong: Vec<_> = loaded.diagnostics.iter().map(|diagnostic| format!("{} {}", diagnostic.code, diagnostic.message)).collect();
    let unrelated = |line: &&String| !line.contains("accepted without a date");
    assert_eq!(wrong.iter().filter(unrelated).collect::<Vec<_>>(), Vec::<&String>::new());
    loaded.model
}

/// The threats that were written by hand.
pub(crate) fn hand_written(json: &Json) -> Vec<(String, Json)> {
    let threats = json.get("threats").and_then(Json::as_object).cloned().unwrap_or_default();
    threats.into_iter().filter(|(id, threat)| !id.contains('@') && threat.get("same-as").is_none()).collect()
}

/// A model as writers see it: with the threats that were written by hand.
pub(crate) fn outgoing<'m>(model: &'m Model, json: &Json) -> Outgoing<'m> {
    let texts = |threat: &Json, key: &str| -> Vec<String> {
        threat.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let text = |threat: &Json, key: &str| threat.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let rating = |value: Option<&Json>| {
        value.and_then(|value| value.get("is").unwrap_or(value).as_u64()).and_then(|number| u8::try_from(number).ok())
    };
    let threats = hand_written(json).into_iter().map(|(id, threat)| {
        let status = text(&threat, "status");
        let statuses = ["mitigated", "accepted", "transferred", "avoided", "false-positive", "not-applicable"];
        ForeignThreat {
            id,
            title: text(&threat, "title"),
            description: text(&threat, "description"),
            subjects: texts(&threat, "on").iter().filter_map(|id| model.names.get(id.as_str()).copied()).collect(),
            stride: Stride::ALL.iter().copied().filter(|it| texts(&threat, "stride").iter().any(|word| word == it.as_str())).collect(),
            linddun: Linddun::ALL.iter().copied().filter(|it| texts(&threat, "linddun").iter().any(|word| word == it.as_str())).collect(),
            status: statuses.into_iter().find(|known| *known == status).unwrap_or("open"),
            because: text(&threat, "because"),
            owner: text(&threat, "owner"),
            until: text(&threat, "until"),
            identified: text(&threat, "identified"),
            likelihood: rating(threat.get("likelihood")),
            impact: rating(threat.get("impact")),
            band: Band::ALL.iter().copied().find(|band| band.as_str() == text(&threat, "severity")),
            mitigations: texts(&threat, "mitigations"),
            references: references(&threat),
            ..ForeignThreat::default()
        }
    });
    Outgoing { threats: threats.collect(), day: "2026-01-02".to_owned(), ..Outgoing::new(model, Vocabulary::default()) }
}

fn references(threat: &Json) -> Vec<(String, Vec<String>)> {
    let lists = threat.get("references").and_then(Json::as_object).into_iter().flatten();
    let ids =
        |ids: &Json| ids.as_array().into_iter().flatten().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).collect();
    lists.map(|(list, all)| (list.clone(), ids(all))).collect()
}

/// How many entries a section of an imported model has.
pub(crate) fn count(imported: &Imported, section: &str) -> usize {
    imported.model.get(section).and_then(Json::as_object).map_or(0, serde_json::Map::len)
}

/// The names of the entries of a section; their ids in words where they have none.
pub(crate) fn names(json: &Json, section: &str) -> BTreeSet<String> {
    let entries = json.get(section).and_then(Json::as_object).into_iter().flatten();
    entries
        .map(|(id, entry)| entry.get("name").and_then(Json::as_str).map_or_else(|| redan_model::naming::title_of(id), str::to_owned))
        .collect()
}

/// The names of both ends of every flow.
pub(crate) fn ends(json: &Json) -> Vec<(String, String)> {
    let name = |id: &Json| {
        let id = id.as_str().unwrap_or_default();
        let stated = json["elements"][id]["name"].as_str();
        stated.map_or_else(|| redan_model::naming::title_of(id), str::to_owned)
    };
    let flows = json.get("flows").and_then(Json::as_object).into_iter().flatten();
    let mut ends: Vec<(String, String)> = flows.map(|(_, flow)| (name(&flow["from"]), name(&flow["to"]))).collect();
    ends.sort();
    ends
}

/// The kind of every element by name; the two kinds of outsiders are one where a format has one word for both.
pub(crate) fn kinds(json: &Json) -> BTreeSet<(String, String)> {
    let elements = json.get("elements").and_then(Json::as_object).into_iter().flatten();
    elements
        .map(|(id, element)| {
            let name = element.get("name").and_then(Json::as_str).map_or_else(|| redan_model::naming::title_of(id), str::to_owned);
            let kind = element["kind"].as_str().unwrap_or_default();
            (name, if kind == "actor" { "external" } else { kind }.to_owned())
        })
        .collect()
}

/// The first place where two values differ, with both.
pub(crate) fn difference(place: &str, left: &Json, right: &Json) -> Option<String> {
    match (left, right) {
        (Json::Object(a), Json::Object(b)) => {
            let gone = a.iter().find(|(key, _)| !b.contains_key(*key)).map(|(key, value)| format!("{place}.{key} is gone: {value}"));
            let more = b.iter().find(|(key, _)| !a.contains_key(*key)).map(|(key, value)| format!("{place}.{key} was not there: {value}"));
            let inner = || a.iter().find_map(|(key, value)| difference(&format!("{place}.{key}"), value, b.get(key)?));
            gone.or(more).or_else(inner)
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(at, (a, b))| difference(&format!("{place}[{at}]"), a, b))
        }
        _ if left == right || left.as_f64().is_some() && left.as_f64() == right.as_f64() => None,
        _ => Some(format!("{place}: {left} / {right}")),
    }
}

/// Checks files against a schema of the corpus.
pub(crate) fn valid(schema: &str, files: &[(String, Vec<u8>)]) {
    let Some(root) = corpus() else { return };
    let schema: Json = serde_json::from_slice(&std::fs::read(root.join("schemas").join(schema)).unwrap()).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for (name, bytes) in files {
        let file: Json = serde_json::from_slice(bytes).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&file).map(|error| format!("{} at {}", error, error.instance_path())).take(3).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

/// What the schema of Threat Dragon 2 asks of a model, and what the tool needs to draw it.
pub(crate) fn valid_threat_dragon(bytes: &[u8]) {
    let file: Json = serde_json::from_slice(bytes).unwrap();
    assert!(file["version"].as_str().is_some_and(|version| version.len() <= 10), "{}", file["version"]);
    let (summary, detail) = (&file["summary"], &file["detail"]);
    assert!(["title", "owner", "description"].iter().all(|key| summary[*key].is_string()));
    assert!(detail["contributors"].as_array().unwrap().iter().all(|contributor| contributor["name"].is_string()));
    assert!(detail["diagramTop"].is_u64() && detail["threatTop"].is_u64() && detail["reviewer"].is_string());
    for diagram in detail["diagrams"].as_array().unwrap() {
        assert!(
            ["title", "diagramType", "thumbnail", "version"].iter().all(|key| diagram[*key].is_string()) && diagram["id"].is_u64(),
            "{diagram}"
        );
        let cells = diagram["cells"].as_array().unwrap();
        let ids: BTreeSet<&str> = cells.iter().filter_map(|cell| cell["id"].as_str()).collect();
        for cell in cells {
            assert!(cell["id"].as_str().is_some_and(|id| id.len() >= 2), "{cell}");
            assert!(cell["data"]["type"].is_string() && cell["data"]["hasOpenThreats"].is_boolean(), "{cell}");
            if cell["shape"] == "flow" {
                assert!(cell["attrs"]["line"].get("targetMarker").is_some(), "{cell}");
            } else if cell.get("position").is_some() {
                let number = |key: &str, part: &str| cell[key][part].as_f64().unwrap_or_else(|| panic!("{cell}"));
                assert!(number("size", "width") >= 10.0 && number("size", "height") >= 10.0 && number("position", "x").is_finite());
            }
            for end in ["source", "target"] {
                let at = cell[end]["cell"].as_str().unwrap_or_default();
                assert!(at.is_empty() || ids.contains(at) || cell["data"]["name"] == "", "{cell}");
            }
        }
    }
}
