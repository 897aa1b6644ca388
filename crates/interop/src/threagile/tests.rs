//! Tests of the reader on a model that has a little of everything.

use serde_json::json;

use super::*;

const SHOP: &str = r#"
threagile_version: 1.0.0
title: Shop
author: {name: Ana}
questions: {Who patches?: "", Who runs it?: We do}
abuse_cases: {Theft: As a thief I want the goods}
data_assets:
  Orders: &orders
    id: orders
    description: Orders with the addresses of customers
    owner: Sales
    confidentiality: confidential
    integrity: critical
    availability: archive
  Passwords: {<<: *orders, id: passwords, description: Passwords, confidentiality: strictly-confidential}
technical_assets:
  Browser:
    id: browser
    type: external-entity
    used_as_client_by_human: true
    out_of_scope: true
    justification_out_of_scope: Belongs to customers
    technology: browser
    internet: true
    communication_links:
      Shop Visit:
        target: shop
        protocol: https
        authentication: session-id
        authorization: enduser-identity-propagation
        data_assets_sent: [orders, nothing]
        data_assets_received: []
  Shop:
    id: shop
    type: process
    technologies: [web-server, tool]
    machine: container
    encryption: none
    multi_tenant: false
    redundant: true
    custom_developed_parts: true
    data_formats_accepted: [json, file]
    data_assets_stored: []
    communication_links:
      Query: {target: db, protocol: jdbc, authentication: credentials, authorization: technical-user, usage: business, data_assets_sent: [orders], data_assets_received: [orders]}
      Lost: {target: nowhere, protocol: http}
  Database: {id: db, type: datastore, technology: database, encryption: transparent, data_assets_stored: [orders, passwords]}
trust_boundaries:
  Cloud: {id: cloud, type: network-cloud-provider, technical_assets_inside: [db], trust_boundaries_nested: [dmz]}
  Web DMZ: {id: dmz, type: network-cloud-security-group, technical_assets_inside: [SHOP], trust_boundaries_nested: [cloud]}
shared_runtimes:
  Host: {id: host, technical_assets_running: [shop, db]}
individual_risk_categories:
  Odd Things:
    id: odd
    stride: repudiation
    cwe: 693
    action: Look
    risks_identified:
      <b>Odd</b> at the database: {severity: elevated, exploitation_likelihood: frequent, exploitation_impact: very-high, most_relevant_technical_asset: db}
risk_tracking:
  odd@db: {status: accepted, justification: Fine, date: 2024-02-29, checked_by: Bo}
  sql-nosql-injection@shop@db@shop>query: {status: mitigated, justification: Prepared, ticket: T-1}
  missing-waf@*: {status: accepted, date: 2020-01-04}
  unchecked-deployment@*: {status: unchecked}
diagram_tweak_nodesep: 4
"#;

fn shop() -> Imported {
    read(SHOP.as_bytes()).unwrap()
}

#[test]
fn data_has_levels_and_guessed_classes() {
    let model = shop().model;
    assert_eq!(
        model["assets"]["orders"],
        json!({"name": "Orders", "description": "Orders with the addresses of customers", "owner": "Sales",
        "data": ["pii"], "confidentiality": "high", "integrity": "high", "availability": "none"})
    );
    assert_eq!(
        (&model["assets"]["passwords"]["confidentiality"], &model["assets"]["passwords"]["integrity"]),
        (&json!("critical"), &json!("high"))
    );
}

#[test]
fn assets_are_elements_in_their_zones() {
    let model = shop().model;
    let (browser, shop, db) = (&model["elements"]["browser"], &model["elements"]["shop"], &model["elements"]["db"]);
    assert_eq!(
        (&browser["kind"], &browser["zone"], &browser["out-of-scope"]),
        (&json!("actor"), &json!(["internet"]), &json!("Belongs to customers"))
    );
    assert_eq!(
        (&shop["kind"], &shop["tech"], &shop["zone"], &shop["holds"]),
        (&json!("process"), &json!("web-server"), &json!(["dmz", "host"]), &json!([]))
    );
    assert_eq!((&db["kind"], &db["holds"]), (&json!("store"), &json!(["orders", "passwords"])));
    assert_eq!(model["zones"]["internet"], json!({"name": "Internet", "trust": "untrusted"}));
    assert_eq!(
        (&model["zones"]["dmz"]["in"], &model["zones"]["dmz"]["trust"], &model["zones"]["cloud"]["in"]),
        (&json!("cloud"), &json!("partner"), &Json::Null)
    );
    assert_eq!(model["zones"]["host"]["kind"], "device");
}

#[test]
fn what_is_stated_is_yes_or_no() {
    let model = shop().model;
    let shop = &model["elements"]["shop"];
    let yes = ["runs-in-container", "accepts-uploads", "manages-sessions", "uses-cookies", "renders-html", "uses-dependencies"];
    let no = ["parses-xml", "deserializes-objects", "multi-tenant"];
    for (names, state) in [(&yes[..], "yes"), (&no[..], "no")] {
        for name in names {
            assert_eq!(shop["traits"][name], state, "{name}");
        }
    }
    assert_eq!(
        (&shop["controls"]["encryption-at-rest"], &shop["controls"]["mfa"], &shop["controls"]["redundancy"]),
        (&json!("no"), &json!("no"), &json!("yes"))
    );
    assert_eq!(model["elements"]["db"]["controls"]["encryption-at-rest"], "yes");
    assert_eq!((&model["controls"]["secret-store"], &model["zones"]["cloud"]["controls"]["waf"]), (&json!("no"), &json!("no")));
}

#[test]
fn links_are_flows_with_closed_lists() {
    let model = shop().model;
    let visit = &model["flows"]["browser-shop-visit"];
    assert_eq!((&visit["from"], &visit["to"], &visit["protocol"]), (&json!("browser"), &json!("shop"), &json!("https")));
    assert_eq!((&visit["carries"], &visit["returns"]), (&json!(["orders"]), &json!([])));
    assert_eq!(model["flows"].as_object().unwrap().len(), 2);
}

#[test]
fn risks_found_by_hand_are_threats_with_their_decision() {
    let model = shop().model;
    let threat = &model["threats"]["odd-db"];
    assert_eq!(
        (&threat["title"], &threat["on"], &threat["stride"]),
        (&json!("Odd at the database"), &json!(["db"]), &json!(["repudiation"]))
    );
    assert_eq!((&threat["likelihood"], &threat["impact"], &threat["severity"]), (&json!(5), &json!(5), &json!("high")));
    assert_eq!((&threat["status"], &threat["until"], &threat["owner"]), (&json!("accepted"), &json!("2025-02-28"), &json!("Bo")));
    assert_eq!(model["mitigations"]["odd"]["title"], "Look");
}

#[test]
fn decisions_name_our_ids_and_wait_for_rules() {
    let decisions = shop().decisions;
    let [first, second] = &decisions[..] else { panic!("{decisions:?}") };
    assert_eq!((first.rule.as_str(), first.status, first.because.as_str()), ("sql-nosql-injection", "mitigated", "Prepared (T-1)"));
    assert_eq!(first.parts, ["shop", "db", "shop-query"]);
    assert_eq!((second.parts.join("@").as_str(), second.status, second.until.as_str()), ("*", "accepted", "2021-01-04"));
}

#[test]
fn what_gets_lost_is_listed() {
    let loss: Vec<String> = shop().loss.iter().map(|loss| format!("{}: {}", loss.kind.as_str(), loss.what)).collect();
    for expected in [
        "dangling: data `nothing`",
        "dangling: asset `nowhere`, where the link Lost leads",
        "dropped: the technology `tool` beside `web-server`",
        "dropped: hints for the layout of the diagram",
        "dropped: a second place of the boundary `cloud`",
        "guessed: how far Web DMZ is trusted: partner",
    ] {
        assert!(loss.iter().any(|what| what == expected), "{expected} is not among {loss:#?}");
    }
}

#[test]
fn later_versions_spell_some_words_otherwise() {
    let text = "technical_assets:\n  A: {id: a, type: process, technologies: [tool], encryption: data-with-end-user-individual-key,\n    communication_links: {L: {target: a, authentication: token, authorization: end-user-identity-propagation}}}\ncustom_risk_categories:\n  - {id: c, title: C, risks_identified: {R: {most_relevant_technical_asset: a}}}\n";
    let model = read(text.as_bytes()).unwrap().model;
    assert_eq!(
        (&model["elements"]["a"]["tech"], &model["elements"]["a"]["controls"]["identity-propagation"]),
        (&json!("tool"), &json!("yes"))
    );
    assert_eq!(model["threats"]["c-a"]["likelihood"], 3);
}

#[test]
fn what_is_no_such_model_is_refused() {
    assert!(matches!(read(b"a: 1"), Err(ImportError::NotTheFormat(_))));
    assert!(matches!(read(b"[1, 2]"), Err(ImportError::NotTheFormat(_))));
    assert!(matches!(read(b"a: [1"), Err(ImportError::Syntax(_))));
    let odd = "technical_assets: [1, {a: b}]\ndata_assets: x\nrisk_tracking: {a: b, '@': {status: accepted}}\ntrust_boundaries: {z: [1]}\n";
    assert!(read(odd.as_bytes()).is_ok());
}
