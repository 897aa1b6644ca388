//! Tests of the reader on small workspaces.

use serde_json::json;

use super::*;
use crate::LossKind;

fn workspace() -> Json {
    json!({"schema": 1, "applicationInfo": {"name": "Shop"}, "architecture": {"image": "data:image/png;base64,AA"},
        "assumptions": [{"id": "a1", "numericId": 1, "content": "TLS everywhere"}],
        "mitigations": [{"id": "m1", "numericId": 1, "content": "Rate limits", "status": "mitigationInProgress", "metadata": [{"key": "Comments", "value": "Ten a minute"}]},
            {"id": "m2", "numericId": 2, "content": "Solid locks. They cost little and last long.", "status": "mitigationResolvedWillNotAction"}],
        "mitigationLinks": [{"mitigationId": "m1", "linkedId": "t1"}, {"mitigationId": "gone", "linkedId": "t1"}, {"mitigationId": "m1", "linkedId": "gone"}],
        "assumptionLinks": [{"type": "Threat", "assumptionId": "a1", "linkedId": "t1"}, {"type": "Threat", "assumptionId": "a1", "linkedId": "gone"}],
        "threats": [
            {"id": "t1", "numericId": 1, "threatSource": "thief", "prerequisites": "at night", "threatAction": "take goods", "threatImpact": "loss",
                "impactedGoal": ["integrity"], "impactedAssets": ["goods"], "tags": ["x"], "status": "threatResolvedNotUseful",
                "metadata": [{"key": "STRIDE", "value": ["T", "D"]}, {"key": "Priority", "value": "High"}, {"key": "Comments", "value": "Too rare"}]},
            {"id": "t2", "numericId": 2}]})
}

#[test]
fn the_grammar_of_threats_becomes_fields() {
    let imported = read(workspace().to_string().as_bytes()).unwrap();
    let threat = &imported.model["threats"]["take-goods"];
    assert_eq!(threat["title"], "A thief at night can take goods, which leads to loss, resulting in reduced integrity of goods");
    assert_eq!(
        (&threat["source"], &threat["prerequisite"], &threat["action"], &threat["effect"]),
        (&json!("thief"), &json!("at night"), &json!("take goods"), &json!("loss"))
    );
    assert_eq!((&threat["stride"], &threat["severity"]), (&json!(["tampering", "denial-of-service"]), &json!("high")));
    assert_eq!((&threat["status"], &threat["because"]), (&json!("not-applicable"), &json!("Too rare")));
    assert_eq!(
        (&threat["assets"], &threat["mitigations"], &threat[OWN]["assumptions"]),
        (&json!(["goods"]), &json!(["rate-limits"]), &json!(["tls-everywhere"]))
    );
}

#[test]
fn mitigations_keep_their_state_and_comments() {
    let imported = read(workspace().to_string().as_bytes()).unwrap();
    let mitigations = &imported.model["mitigations"];
    assert_eq!(
        (&mitigations["rate-limits"]["status"], &mitigations["rate-limits"]["description"]),
        (&json!("in-progress"), &json!("Ten a minute"))
    );
    assert_eq!(
        (&mitigations["solid-locks"]["status"], &mitigations["solid-locks"]["description"]),
        (&json!("rejected"), &json!("Solid locks. They cost little and last long."))
    );
}

#[test]
fn links_to_nothing_are_losses_and_nothing_else_is() {
    let imported = read(workspace().to_string().as_bytes()).unwrap();
    assert_eq!(imported.loss.len(), 3, "{:?}", imported.loss);
    assert!(imported.loss.iter().all(|loss| loss.kind == LossKind::Dangling));
    assert_eq!(imported.model["threats"].as_object().map(Map::len), Some(2));
}

#[test]
fn other_json_is_refused() {
    assert!(read(br#"{"threats": []}"#).unwrap_err().to_string().contains("`schema`"));
    assert!(read(br#"{"schema": 1, "threats": {}}"#).unwrap_err().to_string().contains("`threats`"));
}
