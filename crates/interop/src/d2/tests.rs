//! D2 texts of our own, and the models that they become.

use serde_json::json;

use super::*;

#[test]
fn boxes_shapes_and_connections_are_read() {
    let text = "# shop\ndirection: right\nclasses: {x: {style.fill: red}}\nuser: Customer {shape: person}\ncloud: The Cloud {\n  web: |md\n    # Web App\n  |\n  db: Orders { shape: cylinder }\n  \
        web -> db: sql {style.stroke: red}\n  _.user <- web\n}\nuser -> cloud.web: \"https; fast\"\ncloud.web.style.fill: blue\n(user -> cloud.web)[0].style.stroke: red\na -- b <-> c; x.y: ${colour}\n...@other\n";
    let imported = read(text.as_bytes()).unwrap();
    let model = &imported.model;
    let ids: Vec<&String> = model["elements"].as_object().unwrap().keys().collect();
    assert_eq!(ids, ["customer", "web-app", "orders", "a", "b", "c", "colour"]);
    assert_eq!((&model["elements"]["web-app"]["zone"], &model["elements"]["orders"]["kind"]), (&json!(["the-cloud"]), &json!("store")));
    assert_eq!((&model["flows"]["sql"]["to"], &model["flows"]["https-fast"]["protocol"]), (&json!("orders"), &json!("https")));
    assert_eq!(model["flows"]["web-app-to-customer"], json!({"from": "web-app", "to": "customer"}));
    assert_eq!((model["flows"].as_object().unwrap().len(), &model["flows"]["b-to-c"]["both-ways"]), (5, &json!("yes")));
    assert!(imported.loss.iter().any(|loss| loss.what.contains("never read")));
}

#[test]
fn what_is_broken_is_an_error() {
    let deep = "a: {".repeat(10_000);
    for text in ["", "# only", "}", "a: {", "a: \"b", "a: |md x", &deep] {
        assert!(read(text.as_bytes()).is_err(), "{}", text.chars().take(20).collect::<String>());
    }
}
