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

#[test]
fn variables_classes_tables_and_texts_are_what_people_see() {
    let text = "vars: {\n  place: {region: eu}\n}\nclasses: {kept: {shape: cylinder}}\ntop: |md # Shop | {near: top-center}\naws: \"AWS ${place.region}\" {\n  web: Web ${nothing}\n  db: Orders {class: kept}\n  web -> db\n}\naws.(web -> db)[0].style.opacity: 0.4\nsql: {\n  shape: sql_table\n  id: int\n}\naws.web -> sql.id\nnote: |md Read this. |\nbot: |md ## Chat bot |\naws.web -> bot\nother: @other\n";
    let imported = read(text.as_bytes()).unwrap();
    let model = &imported.model;
    assert_eq!((&model["name"], &model["zones"]["aws-eu"]["name"]), (&json!("Shop"), &json!("AWS eu")));
    let kinds: Vec<(&str, &str)> =
        model["elements"].as_object().unwrap().iter().map(|(id, entry)| (id.as_str(), entry["kind"].as_str().unwrap())).collect();
    let expected = [("web-nothing", "process"), ("orders", "store"), ("sql", "store"), ("chat-bot", "process"), ("other", "process")];
    assert_eq!(kinds, expected);
    assert_eq!(model["flows"].as_object().map(serde_json::Map::len), Some(3));
    assert_eq!(model["flows"]["web-nothing-to-sql"]["to"], "sql");
    assert!(imported.loss.iter().any(|loss| loss.what == "the text \"Read this.\""), "{:?}", imported.loss);
}
