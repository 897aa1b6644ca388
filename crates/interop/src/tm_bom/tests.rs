//! Tests of the reader on a small model.

use serde_json::json;

use super::*;
use crate::LossKind;

fn shop() -> Json {
    json!({"version": "1.0", "scope": {"title": "Shop", "description": "Sells", "tier": "important"},
        "trust_zones": [{"symbolic_name": "inside", "title": "Inside"}],
        "trust_boundaries": [{"trust_zone_a": "inside", "trust_zone_b": "gone"}],
        "actors": [{"symbolic_name": "admin", "title": "Admin", "type": "administrator", "trust_zone": "inside"}, {"symbolic_name": "bank", "title": "Bank", "type": "third_party"}],
        "components": [{"symbolic_name": "web", "title": "Web", "trust_zone": "inside"}, {"symbolic_name": "part", "title": "Part", "parent_component": "web"}],
        "data_stores": [{"symbolic_name": "db", "title": "DB", "type": "sql", "trust_zone": "inside"}],
        "data_sets": [{"symbolic_name": "orders", "title": "Orders", "data_sensitivity": ["pii", "biz"], "placements": [{"data_store": "db", "encrypted": false}]}],
        "data_flows": [{"symbolic_name": "query", "title": "Query", "source": {"type": "component", "object": "web"}, "destination": {"type": "component", "object": "db"}, "encrypted": true},
            {"symbolic_name": "lost", "title": "Lost", "source": {"type": "actor", "object": "nobody"}, "destination": {"type": "component", "object": "web"}}],
        "threats": [{"symbolic_name": "theft", "title": "Theft", "description": "D", "event": "E", "threat_persona": "gone", "components_affected": ["db"], "weaknesses": [{"cwe_id": 89}]}],
        "controls": [{"symbolic_name": "lock", "title": "Lock", "threats": ["theft"], "status": "assumed", "priority": "high"}],
        "risks": [{"symbolic_name": "r1", "threats": ["theft"], "likelihood": "rare", "impact": "minor", "score": 2, "level": "low"},
            {"symbolic_name": "r2", "threats": ["theft"], "likelihood": "likely", "impact": "severe", "score": 20, "level": "very_high"}]})
}

#[test]
fn things_controls_and_the_riskiest_risk_arrive() {
    let imported = read(shop().to_string().as_bytes()).unwrap();
    let model = &imported.model;
    assert_eq!(
        (&model["elements"]["bank"]["kind"], &model["elements"]["admin"]["traits"]["privileged"]),
        (&json!("external"), &json!("yes"))
    );
    assert_eq!((&model["elements"]["part"]["in"], &model["elements"]["db"]["holds"]), (&json!("web"), &json!(["orders"])));
    assert_eq!(
        (&model["elements"]["db"]["controls"]["encryption-at-rest"], &model["flows"]["query"]["controls"]["encryption-in-transit"]),
        (&json!("no"), &json!("yes"))
    );
    let threat = &model["threats"]["theft"];
    assert_eq!((&threat["likelihood"], &threat["impact"], &threat["severity"]), (&json!(4), &json!(5), &json!("critical")));
    assert_eq!(
        (&threat["mitigations"], &model["mitigations"]["lock"]["status"], &model["mitigations"]["lock"][OWN]["status"]),
        (&json!(["lock"]), &json!("implemented"), &json!("assumed"))
    );
    assert_eq!((&model["assets"]["orders"]["data"], &threat["references"]), (&json!(["pii"]), &json!({"cwe": [89]})));
}

#[test]
fn references_to_nothing_are_losses() {
    let imported = read(shop().to_string().as_bytes()).unwrap();
    let what: Vec<&str> = imported.loss.iter().map(|loss| loss.what.as_str()).collect();
    assert_eq!(what, ["the zone `gone`", "the actor `nobody`, so that the flow is no flow of the model", "the persona `gone`"]);
    assert!(imported.loss.iter().all(|loss| loss.kind == LossKind::Dangling));
    assert_eq!(imported.model["x-tm-bom-data-flows"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_file_without_a_required_section_is_refused() {
    let mut file = shop();
    file.as_object_mut().unwrap().remove("data_sets");
    assert!(read(file.to_string().as_bytes()).unwrap_err().to_string().contains("`data_sets`"));
}
