//! threatcl files of our own, and the models that they become.

use serde_json::json;

use super::*;

const MODEL: &str = r#"
spec_version = "0.7.0"
variable "team" { value = "Shop team" }
threatmodel "Shop" {
  author = "@me"
  description = <<-EOT
    Sells things,
      by ${var.team}.
  EOT
  imports = ["controls.hcl"] # a comment
  attributes { internet_facing = true }
  usecase { description = "Buy" }
  exclusion { description = "Paying" }
  information_asset "cards" { description = "Cards" information_classification = "Restricted" }
  third_party_dependency "Bank" { description = "Takes money" saas = "true" }
  threat "Theft" {
    description = "Cards are ${upper("stolen")}"
    stride = ["Spoofing", "Info Disclosure"]
    information_asset_refs = ["cards", "nothing"]
    risk { likelihood = "very_high" impact = "low" }
    control "Encrypt" { description = "At rest" implemented = true risk_reduction = 80 }
    control_imports = [import.control.x]
  }
  data_flow_diagram_v2 "Level 0" {
    external_element "User" {}
    trust_zone "Cloud" {
      process "App" {}
      trust_zone "Inner" { data_store "Db" { information_asset = "cards" } }
    }
    flow "https" { from = "User" to = "App" }
    flow "sql" { from = "App" to = "Db" protocol = "sql" }
  }
}
"#;

#[test]
fn a_model_in_hcl_is_read_with_its_diagram_and_its_threats() {
    // HCL proper wants each attribute on a line of its own; more on one line are read too.
    let text = MODEL
        .replace("\" information_class", "\"\n information_class")
        .replace("\" impact", "\"\n impact")
        .replace("\" implem", "\"\n implem");
    let text = text
        .replace("true risk", "true\n risk")
        .replace("\" saas", "\"\n saas")
        .replace("\" to =", "\"\n to =")
        .replace("\" protocol", "\"\n protocol");
    let imported = read(text.as_bytes()).unwrap();
    let model = &imported.model;
    assert_eq!(model["description"], "Sells things,\n  by Shop team.");
    assert_eq!(model["scope"], json!({"in": ["Buy"], "out": {"Paying": "excluded in threatcl"}}));
    assert_eq!(model["assets"]["cards"]["confidentiality"], "critical");
    assert_eq!((&model["threats"]["theft"]["likelihood"], &model["threats"]["theft"]["impact"]), (&json!(5), &json!(2)));
    assert_eq!(model["threats"]["theft"]["mitigations"], json!(["encrypt"]));
    assert_eq!(model["mitigations"]["encrypt"]["status"], "implemented");
    assert_eq!((&model["elements"]["db"]["zone"], &model["zones"]["inner"]["in"]), (&json!(["inner"]), &json!("cloud")));
    assert_eq!((&model["elements"]["db"]["holds"], &model["elements"]["user"]["kind"]), (&json!(["cards"]), &json!("actor")));
    assert_eq!((model["elements"].as_object().unwrap().len(), model["flows"].as_object().unwrap().len()), (4, 2));
    let dangling: Vec<&str> = imported.loss.iter().filter(|loss| loss.kind.as_str() == "dangling").map(|loss| loss.what.as_str()).collect();
    assert_eq!(dangling.len(), 3, "{dangling:?}");
}

#[test]
fn json_says_the_same_as_hcl() {
    let hcl = read(b"threatmodel \"A\" {\n author = \"x\"\n threat \"t\" {\n description = \"d\"\n expanded_control \"c\" {\n description = \"e\"\n }\n }\n}\n").unwrap();
    let json = read(br#"{"threatmodel": {"A": {"author": "x", "threat": [{"t": {"description": "d", "expanded_control": {"c": {"description": "e"}}}}]}}}"#).unwrap();
    assert_eq!(hcl.model, json.model);
}

#[test]
fn blocks_of_one_name_may_stand_beside_each_other_in_json() {
    let flows = r#""flow": {"https": {"from": "A", "to": "B"}, "https": {"from": "B", "to": "A"}}"#;
    let text =
        format!(r#"{{"threatmodel": {{"M": {{"author": "x", "data_flow_diagram": {{"process": {{"A": {{}}, "B": {{}}}}, {flows}}}}}}}}}"#);
    assert_eq!(read(text.as_bytes()).unwrap().model["flows"].as_object().map(serde_json::Map::len), Some(2));
}

#[test]
fn several_models_of_a_file_become_one() {
    let imported = read(b"threatmodel \"A\" {\n threat \"t\" {\n description = \"d\"\n }\n}\nthreatmodel \"B\" {\n threat \"t\" {\n description = \"d\"\n }\n}\n").unwrap();
    assert_eq!((&imported.model["name"], &imported.model["threats"]["t-2"][OWN]["model"]), (&json!("A, B"), &json!("B")));
}

#[test]
fn what_is_broken_or_too_deep_is_an_error() {
    let deep = "a {".repeat(10_000);
    let lists = format!("threatmodel \"x\" {{\n a = {}", "[".repeat(10_000));
    let bad = [
        "",
        "{}",
        "threatmodel",
        "threatmodel \"x\" {",
        "threatmodel \"x\" { a = \"b }",
        "threatmodel \"x\" {\n a = <<EOT\n",
        "}",
        "x = 1",
        &deep,
        &lists,
    ];
    for text in bad {
        assert!(read(text.as_bytes()).is_err(), "{}", text.chars().take(40).collect::<String>());
    }
}

#[test]
fn expressions_are_never_evaluated() {
    let imported =
        read(b"threatmodel \"A\" {\n description = file(\"/etc/passwd\")\n link = 1 + 2\n author = cond ? \"a\" : \"b\"\n}\n").unwrap();
    assert_eq!(imported.model["description"], "file(\"/etc/passwd\")");
    assert_eq!(imported.loss.iter().filter(|loss| loss.what.contains("not evaluated")).count(), 3);
}

#[test]
fn lists_that_turn_out_to_be_no_lists_are_not_read_again_at_every_level() {
    let text = format!("a = {}{}\n", "[\n}\n".repeat(40), "]x\n".repeat(40));
    let expressions = super::syntax::parse(&text).map_or(0, |file| file.unknown.len());
    assert!(expressions <= 160, "{expressions}");
}
