//! `PlantUML` texts of our own, and the models that they become.

use serde_json::json;

use super::*;

#[test]
fn the_macros_of_c4_say_kinds_boxes_and_flows() {
    let text = "@startuml\n!include https://example.com/C4_Container.puml\ntitle Shop\nPerson(u, \"Customer\", \"Buys\")\nSystem_Boundary(b, \"Shop\") {\n  \
        Container(web, \"Web\", \"Rust\", \"Sells\")\n  ContainerDb(db, \"Orders\", \"Postgres\")\n}\nSystem_Ext(bank, \"Bank\")\n\
        Rel(u, web, \"Buys, a lot\", \"HTTPS\")\nRel_R(web, db, \"Stores\", \"SQL\")\nBiRel(web, bank, \"Pays\")\nRel_Back(u, bank, \"Bills\")\n@enduml\n";
    let imported = read(text.as_bytes()).unwrap();
    let model = &imported.model;
    let kinds = ["customer", "web", "orders", "bank"].map(|id| model["elements"][id]["kind"].clone());
    assert_eq!(kinds, [json!("actor"), json!("process"), json!("store"), json!("external")]);
    assert_eq!((&model["elements"]["orders"]["zone"], &model["name"]), (&json!(["shop"]), &json!("Shop")));
    assert_eq!((&model["flows"]["buys-a-lot"]["protocol"], &model["flows"]["bills"]["from"]), (&json!("https"), &json!("bank")));
    assert_eq!(model["flows"]["pays"]["both-ways"], "yes");
    assert!(imported.loss.iter().any(|loss| loss.what.contains("never fetched")));
}

#[test]
fn components_and_arrows_of_every_form_are_read() {
    let text = "@startuml\nactor \"Ana\" as a\npackage \"Cloud\" {\n  [Web App] as w\n  database Orders\n  node \"Inner\" {\n  component \"Job\" as j\n  }\n}\n\
        note left of w : hello\nnote right of w\nmany --> lines\nend note\nskinparam component {\n A -> B\n}\n\
        a -[#red]-> w : uses\nw -right-> Orders\nOrders <.. j : reads\n[Mail] -- w\nw <--> \"Other System\"\n' a --> b\n@enduml\n";
    let imported = read(text.as_bytes()).unwrap();
    let model = &imported.model;
    let ids: Vec<&String> = model["elements"].as_object().unwrap().keys().collect();
    assert_eq!(ids, ["ana", "web-app", "orders", "job", "mail", "other-system"]);
    assert_eq!((&model["elements"]["job"]["zone"], &model["zones"]["inner"]["in"]), (&json!(["inner"]), &json!("cloud")));
    assert_eq!(model["flows"].as_object().unwrap().len(), 5);
    assert_eq!(model["flows"]["reads"]["from"], "job");
    assert_eq!(imported.loss.iter().filter(|loss| loss.what == "a note").count(), 2);
}

#[test]
fn what_has_no_diagram_is_refused_and_depth_is_bounded() {
    assert!(read(b"hello").is_err());
    let deep = format!("@startuml\n{}", "package \"p\" {\n".repeat(10_000));
    assert!(matches!(read(deep.as_bytes()), Err(ImportError::TooMuch { .. })));
}

#[test]
fn names_of_several_lines_and_half_rings_are_read() {
    let text = "@startuml\ncomponent [Long\nname] as ln\ncomponent c [\nWhat it\ndoes\n]\n() \"gRPC\" as g\nln --( g\ng )-- c\nln -(0- c\n@enduml\n";
    let model = read(text.as_bytes()).unwrap().model;
    assert_eq!(model["elements"]["long-name"]["name"], "Long name");
    assert_eq!(model["elements"]["what-it-does"]["name"], "What it does");
    let ends: Vec<(&str, &str)> =
        model["flows"].as_object().unwrap().values().map(|flow| (flow["from"].as_str().unwrap(), flow["to"].as_str().unwrap())).collect();
    assert_eq!(ends, [("long-name", "grpc"), ("what-it-does", "grpc"), ("long-name", "what-it-does")]);
}
