//! Tests of the reader on small models.

use serde_json::json;

use super::*;
use crate::LossKind;

fn with(parts: Json) -> Json {
    let mut file = json!({"specFormat": "CycloneDX", "specVersion": "2.0"});
    if let (Some(file), Json::Object(parts)) = (file.as_object_mut(), parts) {
        file.extend(parts);
    }
    file
}

fn read_parts(parts: Json) -> Imported {
    read(with(parts).to_string().as_bytes()).unwrap()
}

#[test]
fn a_blueprint_becomes_elements_flows_and_zones() {
    let imported = read_parts(
        json!({"components": [{"bom-ref": "lib", "name": "Ledger"}], "blueprints": [{"name": "Bank", "modelTypes": ["data-flow"],
        "zones": [{"bom-ref": "out", "name": "Outside", "type": "trust", "characteristics": ["untrusted"]}, {"bom-ref": "in", "name": "In", "type": "network", "parent": "out"}],
        "actors": [{"bom-ref": "ana", "party": {"persona": {"archetype": "customer"}}, "zone": "out"}, {"bom-ref": "psp", "party": {"organization": {"name": "PSP"}}}],
        "assets": [{"bom-ref": "web", "type": "service", "name": "Web", "zone": "in"}, {"bom-ref": "led", "componentRef": "lib"}],
        "dataStores": [{"bom-ref": "db", "name": "DB", "type": "relational"}],
        "dataSets": [{"bom-ref": "orders", "name": "Orders", "description": "D", "placements": [{"dataStore": "db", "encrypted": true}]}],
        "flows": [{"bom-ref": "f", "name": "Pay", "type": "data", "source": "ana", "destination": "web", "protocols": ["https"], "authentication": ["none"], "dataObjects": [{"name": "card"}]},
            {"bom-ref": "g", "name": "Air", "type": "physical", "source": "web", "destination": "in"}]}]}),
    );
    let model = &imported.model;
    assert_eq!(
        ["ana", "psp", "web", "led", "db"].map(|id| model["elements"][id]["kind"].as_str().unwrap()),
        ["actor", "external", "process", "process", "store"]
    );
    assert_eq!((&model["elements"]["led"]["name"], &model["elements"]["ana"]["name"]), (&json!("Ledger"), &json!("customer")));
    assert_eq!((&model["zones"]["out"]["trust"], &model["zones"]["in"]["in"]), (&json!("untrusted"), &json!("out")));
    assert_eq!(
        (&model["elements"]["db"]["holds"], &model["elements"]["db"]["controls"]["encryption-at-rest"]),
        (&json!(["orders"]), &json!("yes"))
    );
    assert_eq!(
        (&model["flows"]["f"]["carries"], &model["flows"]["f"]["controls"]["client-authentication"]),
        (&json!(["card"]), &json!("no"))
    );
    let whole = &model["elements"]["in-as-a-whole"];
    assert_eq!((&whole["name"], &whole["zone"], &model["flows"]["g"]["to"]), (&json!("In"), &json!(["in"]), &json!("in-as-a-whole")));
    let [loss] = imported.loss.as_slice() else { panic!("{:?}", imported.loss) };
    assert!(loss.kind == LossKind::Guessed && loss.what.contains("In"));
}

#[test]
fn attack_trees_with_shared_nodes_and_circles_are_read() {
    let node = |id: &str, children: &[&str]| json!({"bom-ref": id, "name": id, "operator": "and", "children": children});
    let tree = json!({"bom-ref": "t", "name": "Tree", "nodes": [node("root", &["a", "b"]), node("a", &["shared"]), node("b", &["shared", "root"]), {"bom-ref": "shared", "name": "S", "skill": "expert"}], "root": "root"});
    let imported = read_parts(json!({"threats": {"attackTrees": [tree]}}));
    let tree = &imported.model["attack-trees"]["t"];
    assert_eq!((&tree["goal"], &tree["all"][0]["all"][0]), (&json!("root"), &json!({"ref": "shared"})));
    assert_eq!(tree["nodes"]["shared"]["skill"], 5);
    assert_eq!(imported.loss.iter().map(|loss| loss.kind).collect::<Vec<_>>(), [LossKind::Dangling]);
}

#[test]
fn risks_rate_threats_and_requirements_mitigate_them() {
    let rated = json!({"likelihood": {"level": "certain"}, "impact": {"level": "moderate"}, "score": {"level": "high"}});
    let imported = read_parts(json!({
        "definitions": {"requirements": [{"bom-ref": "mfa", "name": "MFA"}]},
        "controls": [{"bom-ref": "rbac", "name": "RBAC", "status": "verified"}],
        "threats": {"threats": [{"bom-ref": "t", "name": "T", "categories": [{"taxonomy": "LINDDUN", "category": "disclosure-of-information"}], "mitigations": ["mfa", "rbac", "gone"]}]},
        "risks": {"risks": [{"bom-ref": "r", "name": "R", "statement": "S", "relatedThreats": ["t"], "inherentRisk": rated}]}}));
    let threat = &imported.model["threats"]["t"];
    assert_eq!((&threat["likelihood"], &threat["impact"], &threat["severity"]), (&json!(5), &json!(3), &json!("high")));
    assert_eq!((&threat["mitigations"], &threat["linddun"]), (&json!(["mfa", "rbac"]), &json!(["disclosure"])));
    assert_eq!(imported.model["mitigations"]["rbac"]["status"], "implemented");
    assert_eq!(imported.loss.len(), 1);
}

#[test]
fn what_the_specification_forbids_is_refused_with_its_place() {
    let cases = [
        (json!({"controls": [{"bom-ref": "c"}]}), "controls[0]: it has no `name`"),
        (json!({"controls": [{"bom-ref": "c", "name": "C", "status": "active"}]}), "there is no status `active`"),
        (json!({"blueprints": [{"name": "B"}]}), "blueprints[0]: it has no `modelTypes`"),
        (
            json!({"blueprints": [{"name": "B", "modelTypes": [], "zones": [{"bom-ref": "z", "name": "Z"}]}]}),
            "blueprints[0].zones[0]: it has no `type`",
        ),
        (
            json!({"threats": {"threats": [{"bom-ref": "t", "name": "T", "categories": [{"taxonomy": "STRIDE", "category": "linkability"}]}]}}),
            "`linkability`",
        ),
    ];
    for (parts, why) in cases {
        let error = read(with(parts).to_string().as_bytes()).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    assert!(read(br#"{"bomFormat": "CycloneDX", "specVersion": "1.6"}"#).is_err());
}
