//! Threat Dragon, OTM, Threat Composer, TM-BOM and CycloneDX on real files: what is read is what a count of the raw
//! file says, what is written is valid and read again as the same model.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail like tests")]

mod support;

use std::path::{Path, PathBuf};

use redan_interop::{Format, LossKind, detect, export, import};
use serde_json::Value as Json;
use support::{Files, corpus, count, outgoing, valid};

fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    Files::below(folder)
}

/// Reads a file if it is in the format, and says which losses are more than references to nothing.
fn read(format: Format, path: &Path, bytes: &[u8]) -> Option<redan_interop::Imported> {
    if detect(&path.to_string_lossy(), bytes) != Some(format) {
        return None;
    }
    Some(import(format, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn raw(bytes: &[u8]) -> Json {
    serde_json::from_slice(bytes).or_else(|_| serde_saphyr::from_slice(bytes)).unwrap()
}

fn list(value: &Json, key: &str) -> usize {
    value.get(key).and_then(Json::as_array).map_or(0, Vec::len)
}

fn dangling(imported: &redan_interop::Imported, word: &str) -> usize {
    imported.loss.iter().filter(|loss| loss.kind == LossKind::Dangling && loss.what.contains(word)).count()
}

#[test]
fn threat_dragon_files_have_every_element_flow_zone_and_threat() {
    let mut seen = 0;
    for (path, bytes) in files("threat-dragon") {
        if path.to_string_lossy().contains("malformed") {
            assert!(import(Format::ThreatDragon, &bytes).is_err(), "{}", path.display());
            continue;
        }
        let Some(imported) = read(Format::ThreatDragon, &path, &bytes) else { continue };
        let file = raw(&bytes);
        let diagrams = file["detail"]["diagrams"].as_array().unwrap();
        let cells: Vec<&Json> = diagrams
            .iter()
            .flat_map(|diagram| diagram["cells"].as_array().or_else(|| diagram["diagramJson"]["cells"].as_array()).into_iter().flatten())
            .collect();
        let is = |cell: &Json, words: &[&str]| {
            words.iter().any(|word| cell["shape"] == *word || cell.get("shape").is_none() && cell["type"] == *word)
        };
        let of = |words: &[&str]| cells.iter().filter(|cell| is(cell, words)).count();
        let threats: usize = cells.iter().map(|cell| list(&cell["data"], "threats").max(list(cell, "threats"))).sum();
        assert_eq!(
            count(&imported, "elements"),
            of(&["actor", "process", "store", "tm.Actor", "tm.Process", "tm.Store"]),
            "{}",
            path.display()
        );
        assert_eq!(count(&imported, "zones"), of(&["trust-boundary-box"]), "{}", path.display());
        assert_eq!(count(&imported, "threats"), threats, "{}", path.display());
        assert_eq!(count(&imported, "flows") + dangling(&imported, "no flow of the model"), of(&["flow", "tm.Flow"]), "{}", path.display());
        let lines = of(&["trust-boundary-curve", "trust-broundary-curve", "tm.Boundary"]);
        let reported = imported.loss.iter().filter(|loss| loss.what.starts_with("the trust boundary line")).count();
        assert_eq!(reported, lines, "{}", path.display());
        let others =
            imported.loss.iter().filter(|loss| loss.kind != LossKind::Dangling && !loss.what.starts_with("the trust boundary line"));
        assert_eq!(others.count(), 0, "{}: {:?}", path.display(), imported.loss);
        seen += 1;
    }
    assert!(seen > 0 || corpus().is_none());
}

#[test]
fn otm_files_have_every_component_flow_zone_and_threat() {
    let mut seen = 0;
    for (path, bytes) in files("otm").into_iter().chain(files("threat-dragon")) {
        let Some(imported) = read(Format::Otm, &path, &bytes) else { continue };
        let file = raw(&bytes);
        for (ours, theirs) in [("elements", "components"), ("zones", "trustZones"), ("threats", "threats"), ("assets", "assets")] {
            assert_eq!(count(&imported, ours), list(&file, theirs), "{} of {}", ours, path.display());
        }
        assert_eq!(count(&imported, "flows") + dangling(&imported, "no flow of the model"), list(&file, "dataflows"), "{}", path.display());
        assert!(imported.loss.iter().all(|loss| loss.kind == LossKind::Dangling), "{}: {:?}", path.display(), imported.loss);
        seen += 1;
    }
    assert!(seen > 0 || corpus().is_none());
}

#[test]
fn threat_composer_files_have_every_threat_mitigation_and_assumption() {
    let mut seen = 0;
    for (path, bytes) in files("threat-composer") {
        let imported = read(Format::ThreatComposer, &path, &bytes).unwrap_or_else(|| panic!("{}", path.display()));
        let file = raw(&bytes);
        for key in ["threats", "mitigations", "assumptions"] {
            assert_eq!(count(&imported, key), list(&file, key), "{} of {}", key, path.display());
        }
        assert!(imported.loss.iter().all(|loss| loss.kind == LossKind::Dangling), "{}: {:?}", path.display(), imported.loss);
        seen += 1;
    }
    assert!(seen > 0 || corpus().is_none());
}

#[test]
fn models_of_the_library_have_every_thing() {
    let mut seen = 0;
    for (path, bytes) in files("threat-model-library").into_iter().chain(files("threat-dragon")) {
        let Some(imported) = read(Format::TmBom, &path, &bytes) else { continue };
        let file = raw(&bytes);
        let elements = list(&file, "actors") + list(&file, "components") + list(&file, "data_stores");
        assert_eq!(count(&imported, "elements"), elements, "{}", path.display());
        for (ours, theirs) in [
            ("zones", "trust_zones"),
            ("threats", "threats"),
            ("mitigations", "controls"),
            ("assets", "data_sets"),
            ("attackers", "threat_personas"),
        ] {
            assert_eq!(count(&imported, ours), list(&file, theirs), "{} of {}", ours, path.display());
        }
        let lost = imported.loss.iter().filter(|loss| loss.what.contains("no flow of the model")).count();
        assert!(count(&imported, "flows") + lost >= list(&file, "data_flows"), "{}", path.display());
        assert!(imported.loss.iter().all(|loss| loss.kind == LossKind::Dangling), "{}: {:?}", path.display(), imported.loss);
        seen += 1;
    }
    assert!(seen > 0 || corpus().is_none());
}

#[test]
fn cyclonedx_files_have_every_thing_and_wrong_ones_are_refused() {
    let mut seen = 0;
    for (path, bytes) in files("cyclonedx-2.0-tm") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("invalid-") || name.starts_with("prototype-") {
            let error = import(Format::CycloneDx, &bytes).expect_err(&name).to_string();
            assert!(error.len() > 10, "{name}: {error}");
            continue;
        }
        let imported = read(Format::CycloneDx, &path, &bytes).unwrap_or_else(|| panic!("{name}"));
        let file = raw(&bytes);
        let none = Vec::new();
        let blueprints = file["blueprints"].as_array().unwrap_or(&none);
        let of = |keys: &[&str]| blueprints.iter().flat_map(|blueprint| keys.iter().map(|key| list(blueprint, key))).sum::<usize>();
        let wholes = imported.loss.iter().filter(|loss| loss.what.contains("stands for all of it")).count();
        assert_eq!(count(&imported, "elements"), of(&["assets", "actors", "dataStores"]) + wholes, "{name}");
        assert_eq!(count(&imported, "zones"), of(&["zones"]), "{name}");
        assert_eq!(count(&imported, "flows") + dangling(&imported, "no flow of the model"), of(&["flows"]), "{name}");
        let risks = imported.loss.iter().filter(|loss| loss.what.starts_with("the risk ")).count();
        assert_eq!(count(&imported, "threats"), list(&file["threats"], "threats") + risks, "{name}");
        seen += 1;
    }
    assert!(seen > 0 || corpus().is_none());
}

#[test]
fn what_is_read_written_and_read_again_is_the_same_model() {
    let folders = [
        (Format::ThreatDragon, "threat-dragon"),
        (Format::Otm, "otm"),
        (Format::ThreatComposer, "threat-composer"),
        (Format::TmBom, "threat-model-library"),
        (Format::CycloneDx, "cyclonedx-2.0-tm"),
    ];
    let mut differences = Vec::new();
    for (format, folder) in folders {
        for (path, bytes) in files(folder) {
            let Ok(mut first) = import(format, &bytes) else { continue };
            let write = |json: &Json| export(format, &outgoing(&support::load(json), json)).unwrap().bytes;
            let mut written = write(&first.model);
            // Version 1 is only read: what comes of it is compared from its first form of version 2 on.
            if format == Format::ThreatDragon && first.model["x-threat-dragon"].get("version").is_none() {
                first = import(format, &written).unwrap();
                written = write(&first.model);
            }
            let again = import(format, &written).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            differences.extend(support::difference(&path.display().to_string(), &first.model, &again.model));
            if written != write(&again.model) {
                differences.push(format!("{} is written otherwise the second time", path.display()));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn what_is_written_is_valid() {
    let models: Vec<Json> = support::examples().into_iter().chain(Files::models()).collect();
    let written = |format: Format, json: &Json| {
        let model = support::load(json);
        export(format, &outgoing(&model, json)).unwrap().bytes
    };
    for (format, schema) in [
        (Format::Otm, "otm_schema.json"),
        (Format::ThreatComposer, "threat-composer-v1.schema.json"),
        (Format::TmBom, "owasp-threat-model-library-1.0.2.schema.json"),
    ] {
        // Packs have a form of their own, for which there is no schema.
        let whole = models.iter().filter(|json| json["x-threat-composer"].get("namespace").is_none() || format != Format::ThreatComposer);
        let files: Vec<(String, Vec<u8>)> = whole.map(|json| (json["name"].to_string(), written(format, json))).collect();
        valid(schema, &files);
    }
    for json in &models {
        support::valid_threat_dragon(&written(Format::ThreatDragon, json));
        let file = written(Format::CycloneDx, json);
        import(Format::CycloneDx, &file).unwrap();
    }
}

#[test]
fn a_model_of_ours_comes_back_with_its_elements_flows_zones_and_threats() {
    for json in support::examples() {
        let model = support::load(&json);
        for format in [Format::ThreatDragon, Format::Otm, Format::TmBom, Format::CycloneDx] {
            let written = export(format, &outgoing(&model, &json)).unwrap();
            let again = import(format, &written.bytes).unwrap();
            let lost = written.loss.iter().filter(|loss| loss.what.starts_with("the threat ")).count();
            let name = format!("{} of {}", format.as_str(), json["name"]);
            assert_eq!(support::names(&again.model, "elements"), support::names(&json, "elements"), "{name}");
            assert_eq!(support::names(&again.model, "zones"), support::names(&json, "zones"), "{name}");
            assert_eq!(support::ends(&again.model), support::ends(&json), "{name}");
            assert_eq!(count(&again, "threats") + lost, support::hand_written(&json).len(), "{name}");
            assert_eq!(support::kinds(&again.model), support::kinds(&json), "{name}");
            let problems: Vec<_> = again.loss.iter().filter(|loss| loss.kind == LossKind::Dangling).collect();
            assert!(problems.is_empty(), "{name}: {problems:?}");
        }
    }
}

#[test]
fn changes_go_into_an_existing_file_and_nothing_else_does() {
    let file = r#"{
  "summary": {"title": "Shop", "owner": ""}, "version": "2.3.0",
  "detail": {"contributors": [], "reviewer": "", "diagramTop": 1, "threatTop": 1, "diagrams": [
    {"id": 0, "title": "D", "diagramType": "STRIDE", "version": "2.3.0", "thumbnail": "x", "cells": [
      {"id": "aa", "shape": "process", "colour": "mine",   "position": {"x": 5, "y": 5}, "size": {"width": 100, "height": 100},
       "attrs": {"text": {"text": "Web"}}, "data": {"type": "tm.Process", "name": "Web", "hasOpenThreats": true, "threats": [
        {"id": "t1", "title": "Theft", "status": "Open", "severity": "High", "type": "Spoofing", "modelType": "STRIDE", "description": "", "mitigation": "", "own": 1}]}}]}]}
}"#;
    let imported = import(Format::ThreatDragon, file.as_bytes()).unwrap();
    let original = redan_interop::Original { bytes: file.as_bytes(), imported: &imported };
    let model = support::load(&imported.model);
    let same = redan_interop::onto(Format::ThreatDragon, original, &outgoing(&model, &imported.model)).unwrap();
    assert_eq!(String::from_utf8(same.bytes).unwrap(), file);
    let mut json = Json::from(imported.model.clone());
    json["threats"]["theft"]["status"] = "mitigated".into();
    json["elements"]["web"]["description"] = "Sells".into();
    let changed = support::load(&json);
    let written = redan_interop::onto(Format::ThreatDragon, original, &outgoing(&changed, &json)).unwrap();
    assert_eq!(written.loss, []);
    let text = String::from_utf8(written.bytes).unwrap();
    assert!(text.contains("\"colour\": \"mine\",   \"position\"") && text.contains("\"own\": 1"), "{text}");
    let read: Json = serde_json::from_str(&text).unwrap();
    let cell = &read["detail"]["diagrams"][0]["cells"][0]["data"];
    assert_eq!((cell["threats"][0]["status"].as_str(), cell["description"].as_str()), (Some("Mitigated"), Some("Sells")));
}
