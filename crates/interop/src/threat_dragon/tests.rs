//! Tests of the reader on drawings that are made for one thing each.

use serde_json::{Map, json};

use super::*;
use crate::LossKind;

fn read_cells(cells: &Json) -> Imported {
    let file = json!({"version": "2.0", "summary": {"title": "S"}, "detail": {"contributors": [], "reviewer": "", "diagrams": [
        {"id": 0, "title": "D", "diagramType": "STRIDE", "cells": cells}]}});
    read(file.to_string().as_bytes()).unwrap()
}

fn node(id: &str, shape: &str, at: [i32; 4], data: &Json) -> Json {
    json!({"id": id, "shape": shape, "position": {"x": at[0], "y": at[1]}, "size": {"width": at[2], "height": at[3]}, "data": data})
}

#[test]
fn boxes_contain_by_geometry_and_lines_are_only_reported() {
    let cells = json!([
        node("z1", "trust-boundary-box", [0, 0, 400, 400], &json!({"name": "Outer"})),
        {"id": "z2", "shape": "trust-boundary-box", "position": {"x": 10, "y": 10}, "size": {"width": 200, "height": 200},
            "attrs": {"label": {"text": "Inner"}}, "data": {"name": ""}},
        node("p", "process", [20, 20, 50, 50], &json!({"name": "In", "type": "tm.Actor"})),
        node("q", "store", [390, 20, 50, 50], &json!({"name": "Half out"})),
        {"id": "f", "shape": "flow", "source": {"cell": "p"}, "target": {"cell": "q"}, "data": {"name": "Query"}},
        {"id": "c", "shape": "trust-broundary-curve", "source": {"x": 300, "y": 0}, "target": {"x": 300, "y": 200}, "data": {"name": "Line"}},
    ]);
    let imported = read_cells(&cells);
    let model = &imported.model;
    assert_eq!(model["zones"]["inner"]["in"], "outer");
    assert_eq!((&model["elements"]["in"]["zone"], &model["elements"]["in"]["kind"]), (&json!(["inner"]), &json!("process")));
    assert_eq!(model["elements"]["half-out"]["zone"], json!([]));
    assert_eq!(model["zones"].as_object().map(Map::len), Some(2));
    let [loss] = imported.loss.as_slice() else { panic!("{:?}", imported.loss) };
    assert!(loss.kind == LossKind::Changed && loss.what.contains("`Line`") && loss.what.ends_with("Query"), "{}", loss.what);
}

#[test]
fn names_are_found_wherever_a_version_wrote_them() {
    let label = |label: Json| json!({"id": "f", "shape": "flow", "source": {"cell": "a"}, "target": {"cell": "a"}, "labels": [label], "data": {"name": ""}});
    let labels = [
        json!("Pay"),
        json!({"attrs": {"labelText": {"text": "Pay"}}}),
        json!({"attrs": {"label": {"text": "Pay"}}}),
        json!({"attrs": {"text": {"text": "Pay\n"}}}),
        json!({"attrs": {"label": "Pay"}}),
    ];
    for written in labels {
        let imported = read_cells(&json!([node("a", "process", [0, 0, 50, 50], &json!({"name": "A"})), label(written.clone())]));
        assert_eq!(imported.model["flows"]["pay"]["label"], "Pay", "{written}");
    }
}

#[test]
fn a_loose_end_belongs_to_the_element_that_it_lies_on_or_to_nothing() {
    let flow = |x: i32| json!({"id": "f", "shape": "flow", "source": {"cell": "a"}, "target": {"x": x, "y": 20}, "data": {"name": "F", "threats": [{"title": "T"}]}});
    let cells = |x: i32| {
        let [a, b] = [("a", 0), ("b", 200)].map(|(id, x)| node(id, "process", [x, 0, 50, 50], &json!({"name": id})));
        json!([a, b, flow(x)])
    };
    let on = read_cells(&cells(210));
    assert_eq!((&on.model["flows"]["f"]["to"], on.loss[0].kind), (&json!("b"), LossKind::Guessed));
    let off = read_cells(&cells(120));
    assert_eq!((off.model.get("flows"), off.loss[0].kind), (None, LossKind::Dangling));
    assert_eq!(off.model["threats"]["t"]["on"], json!(["a"]));
    assert_eq!(off.model["diagrams"]["d"][OWN]["drawn"].as_array().map(Vec::len), Some(1));
}

#[test]
fn threats_keep_their_state_and_the_one_text_is_a_mitigation_or_a_reason() {
    let threat = |status: &str, number: u32| {
        json!({"id": number.to_string(), "title": format!("T{number}"), "status": status, "severity": "TBA",
        "type": "Usurpation d'identité", "modelType": null, "description": "D", "mitigation": "Use TLS.", "score": null, "number": number})
    };
    let threats = json!([threat("Open", 1), threat("Mitigated", 2), threat("Not Applicable", 3), threat("Eliminated", 4)]);
    let imported = read_cells(&json!([node("a", "actor", [0, 0, 50, 50], &json!({"name": "A", "threats": threats}))]));
    let threats = &imported.model["threats"];
    assert_eq!(
        ["t1", "t2", "t3", "t4"].map(|id| threats[id]["status"].as_str().unwrap_or("open")),
        ["open", "mitigated", "not-applicable", "avoided"]
    );
    assert_eq!((&threats["t1"]["stride"], &threats["t3"]["because"]), (&json!(["spoofing"]), &json!("Use TLS.")));
    let mitigations = &imported.model["mitigations"];
    assert_eq!((&mitigations["use-tls"]["status"], &mitigations["use-tls-2"]["status"]), (&json!("proposed"), &json!("implemented")));
    assert_eq!(threats["t1"][OWN]["severity"], "TBA");
}

#[test]
fn version_1_has_its_properties_in_the_cell() {
    let file = json!({"summary": {"title": "S"}, "detail": {"diagrams": [{"title": "D", "diagramType": "STRIDE", "$$hashKey": "x", "diagramJson": {"cells": [
        {"type": "tm.Process", "id": "p", "z": 1, "position": {"x": 0, "y": 0}, "size": {"width": 50, "height": 50}, "attrs": {"text": {"text": "Web\nApp"}},
            "privilegeLevel": "root", "outOfScope": true, "threats": [{"title": "T", "ruleId": "r", "type": "Tampering", "status": "Open", "severity": "High"}]},
        {"type": "tm.Flow", "id": "f", "source": {"id": "p"}, "target": {"id": "p"}, "isEncrypted": true, "labels": [{"attrs": {"text": {"text": "Loop"}}}]}]}}]}});
    let imported = read(file.to_string().as_bytes()).unwrap();
    let app = &imported.model["elements"]["web-app"];
    assert_eq!((&app["out-of-scope"], &app[OWN]["data"]["privilegeLevel"]), (&json!(NO_REASON), &json!("root")));
    assert_eq!(imported.model["flows"]["loop"]["controls"]["encryption-in-transit"], "yes");
    assert_eq!(imported.model["threats"]["t"]["stride"], json!(["tampering"]));
    assert_eq!(imported.loss, []);
}

#[test]
fn a_file_without_diagrams_is_refused_with_what_is_missing() {
    let says = |file: &Json| read(file.to_string().as_bytes()).unwrap_err().to_string();
    assert!(says(&json!({"summarize": {}, "detail": {}})).contains("`summary`"));
    assert!(says(&json!({"summary": {}, "detail": {"diagramming": []}})).contains("`detail.diagrams`"));
    assert!(says(&json!([])).contains("`summary`"));
}

#[test]
fn ids_and_places_may_be_numbers_or_texts() {
    let cells = json!([
        {"id": 1, "shape": "actor", "position": {"x": "0", "y": "0"}, "size": {"width": "50", "height": "50"}, "data": {"name": "Ann"}},
        node("2", "process", [100, 0, 50, 50], &json!({"name": "Web"})),
        {"id": 3, "shape": "flow", "source": {"cell": 1}, "target": {"cell": 2}, "data": {"name": "asks"}},
        node("z", "trust-boundary-box", [-10, -10, 100, 100], &json!({"name": "Outside"})),
    ]);
    let imported = read_cells(&cells);
    assert_eq!(
        (&imported.model["flows"]["asks"]["from"], &imported.model["elements"]["ann"]["zone"]),
        (&json!("ann"), &json!(["outside"]))
    );
    assert_eq!(imported.loss, Vec::new());
}

#[test]
fn a_large_file_says_what_a_small_one_says() {
    let diagram = |at: usize| {
        let cells = json!([
            node("a", "process", [0, 0, 50, 50], &json!({"name": format!("A {at}"), "threats": [{"title": "T", "status": "Odd"}]})),
            node("b", "store", [90, 0, 50, 50], &json!({"name": "B"})),
            {"id": "f", "shape": "flow", "source": {"cell": "a"}, "target": {"cell": "b"}, "data": {"name": "F"}},
        ]);
        json!({"title": format!("D {at}"), "cells": cells})
    };
    let diagrams: Vec<Json> = (0..20).map(diagram).collect();
    let file = json!({"summary": {"title": "S", "owner": "O"}, "detail": {"diagrams": diagrams, "reviewer": "R", "x": 1}}).to_string();
    let large = format!("{}{file}", " ".repeat(LARGE));
    let imported = read(file.as_bytes()).unwrap();
    assert_eq!(imported.model["diagrams"].as_object().map(Map::len), Some(20));
    assert_eq!(read(large.as_bytes()).unwrap(), imported);
    let broken = format!("{}{}", " ".repeat(LARGE), file.trim_end_matches('}'));
    assert!(matches!(read(broken.as_bytes()), Err(ImportError::Syntax(_))));
}

#[test]
fn of_two_lists_of_diagrams_the_last_one_counts() {
    let diagram = |name: &str| json!([{"title": name, "cells": [node("a", "process", [0, 0, 50, 50], &json!({"name": name}))]}]);
    let file = format!(r#"{{"detail": {{"diagrams": {}, "diagrams": {}}}, "summary": {{"title": "S"}}}}"#, diagram("One"), diagram("Two"));
    let model = read(file.as_bytes()).unwrap().model;
    let ids = |section: &str| model[section].as_object().into_iter().flatten().map(|(id, _)| id.as_str()).collect::<Vec<_>>();
    assert_eq!((ids("elements"), ids("diagrams")), (vec!["two"], vec!["two"]));
}
