//! Tests of the reader on both forms of a small model.

use serde_json::json;

use super::*;

fn shop() -> Imported {
    let file = json!({
        "name": "Shop", "description": "Sells",
        "boundaries": [{"name": "Internet"}, {"name": "Cloud"}, {"name": "Inner Net", "inBoundary": "Cloud"}],
        "data": [
            {"name": "Password", "classification": "Classification.SECRET", "isCredentials": true, "isStored": true, "processedBy": ["DB", "Web"]},
            {"name": "News", "classification": "PUBLIC"},
        ],
        "elements": [
            {"__class__": "Actor", "name": "User", "inBoundary": "Internet", "isAdmin": false},
            {"__class__": "Server", "name": "Web", "inBoundary": "Cloud", "usesXMLParser": false, "controls": {"isHardened": true, "validatesInput": false}},
            {"__class__": "Datastore", "name": "DB", "inBoundary": "Inner Net", "type": "DatastoreType.SQL", "inScope": false},
            {"__class__": "LLM", "name": "Helper", "isThirdParty": true, "isSelfHosted": false, "hasSystemPrompt": true, "hasContentFiltering": false},
        ],
        "actors": [{"__class__": "Actor", "name": "User"}],
        "flows": [
            {"name": "Log in", "source": "User", "sink": "Web", "protocol": "HTTPS", "data": ["Password"], "controls": {"isEncrypted": false, "authenticatesSource": false}},
            {"name": "Look up", "source": "Web", "sink": "DB", "protocol": "Carrier Pigeon", "data": [], "controls": {"isEncrypted": false}},
            {"name": "Lost", "source": "Web", "sink": "Nobody"},
        ],
        "findings": [{"id": "1", "threat_id": "INP03", "target": "Web"}],
    });
    read(file.to_string().as_bytes()).unwrap()
}

#[test]
fn classes_are_kinds_and_technologies() {
    let model = shop().model;
    let kinds = ["user", "web", "db", "helper"].map(|id| (model["elements"][id]["kind"].clone(), model["elements"][id]["tech"].clone()));
    assert_eq!(kinds[0], (json!("actor"), Json::Null));
    assert_eq!(kinds[1], (json!("process"), json!("web-application")));
    assert_eq!(kinds[2], (json!("store"), json!("sql-database")));
    assert_eq!(kinds[3], (json!("external"), json!("llm")));
    assert_eq!(model["elements"].as_object().unwrap().len(), 4);
}

#[test]
fn what_is_false_is_not_there_and_what_no_field_says_is_asked() {
    let model = shop().model;
    let web = &model["elements"]["web"];
    assert_eq!(
        (&web["controls"]["hardening"], &web["controls"]["input-validation"], &web["controls"]["mfa"]),
        (&json!("yes"), &json!("no"), &Json::Null)
    );
    assert_eq!((&web["traits"]["parses-xml"], &web["traits"]["memory-unsafe"]), (&json!("no"), &json!("unknown")));
    assert_eq!(
        (&model["elements"]["helper"]["controls"]["prompt-separation"], &model["elements"]["helper"]["traits"]["builds-prompts"]),
        (&json!("no"), &json!("yes"))
    );
}

#[test]
fn data_and_zones_come_by_name() {
    let model = shop().model;
    let kept = json!({"isStored": true});
    let password = json!({"name": "Password", "data": ["credentials"], "confidentiality": "critical", "x-pytm": kept});
    assert_eq!(model["assets"]["password"], password);
    assert_eq!((&model["assets"]["news"]["confidentiality"], &model["elements"]["db"]["holds"]), (&json!("none"), &json!(["password"])));
    assert_eq!(
        (&model["zones"]["internet"]["trust"], &model["zones"]["cloud"]["trust"], &model["zones"]["inner-net"]["in"]),
        (&json!("untrusted"), &Json::Null, &json!("cloud"))
    );
    assert_eq!(model["elements"]["db"]["out-of-scope"], "out of scope in the pytm model");
}

#[test]
fn a_protocol_that_encrypts_outweighs_a_flag_that_was_never_set() {
    let model = shop().model;
    let (login, look) = (&model["flows"]["log-in"], &model["flows"]["look-up"]);
    assert_eq!((&login["protocol"], &login["controls"]), (&json!("https"), &json!({"client-authentication": "no"})));
    assert_eq!((&login["carries"], &login["returns"]), (&json!(["password"]), &json!([])));
    assert_eq!((&look["protocol"], &look["carries"], &look["controls"]["encryption-in-transit"]), (&Json::Null, &Json::Null, &json!("no")));
}

#[test]
fn what_gets_lost_is_listed() {
    let loss: Vec<String> = shop().loss.iter().map(|loss| format!("{}: {}", loss.kind.as_str(), loss.what)).collect();
    for expected in [
        "dangling: the flow Lost from `Web` to `Nobody`",
        "dropped: the protocol `carrier pigeon` of Look up",
        "dropped: 1 findings, which rules find anew",
        "guessed: that these are web applications: Web",
        "guessed: how far Internet is trusted: untrusted",
    ] {
        assert!(loss.iter().any(|what| what == expected), "{expected} is not among {loss:#?}");
    }
}

#[test]
fn odd_files_are_refused_or_read_in_part() {
    assert!(matches!(read(b"[]"), Err(ImportError::NotTheFormat(_))));
    assert!(matches!(read(b"{"), Err(ImportError::Syntax(_))));
    let round = json!({"boundaries": [{"name": "A", "inBoundary": "B"}, {"name": "B", "inBoundary": "A"}, 3], "elements": "x", "flows": [null], "data": [{}]});
    assert!(read(round.to_string().as_bytes()).is_ok());
}
