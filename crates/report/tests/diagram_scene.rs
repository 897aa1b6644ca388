//! Which parts of a model a diagram shows, and what the texts for other tools say.

use redan_engine::Knowledge;
use redan_model::lang::ZoneKind;
use redan_model::{ElementIx, Model, Thing};
use redan_report::diagram::{self, End, LineRole, Scene, View};

const MODEL: &str = r#"
redan: 1
name: Shop
assets:
  orders: {confidentiality: high}
  session-token: {kind: secret}
zones:
  internet: {trust: untrusted}
  cloud: {name: Cloud, trust: 55}
  data: {name: "Data [PCI]", in: cloud, trust: privileged}
  room: {name: Server room, kind: physical}
  spare: {trust: trusted}
elements:
  customer: {kind: actor, zone: internet}
  shop: {kind: process, name: 'Shop "front"', zone: [cloud, room]}
  cart: {kind: process, in: shop}
  pay: {kind: process, in: shop}
  orders-db: {kind: store, tech: sql-database, zone: [data, room], holds: [orders]}
  bank: {kind: external, out-of-scope: reviewed elsewhere}
flows:
  browse: customer -> cart over https returning session-token
  order: customer -> cart over http carrying orders
  hand-over: cart -> pay
  keep: {from: pay, to: orders-db, label: writes, carries: [orders]}
  charge: pay -> bank over https
  status: customer -> shop
"#;

fn model() -> (Model, Knowledge) {
    let knowledge = Knowledge::embedded();
    let loaded = redan_model::load_text("shop.tm.yaml", MODEL, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    (loaded.model, knowledge)
}

fn scene(view: impl Fn(&Model) -> View) -> Scene {
    let (model, knowledge) = model();
    Scene::of_model(&model, &knowledge, &view(&model))
}

fn element(model: &Model, id: &str) -> ElementIx {
    match model.find(id) {
        Some(Thing::Element(ix)) => ix,
        other => panic!("{id} is {other:?}"),
    }
}

fn nodes(scene: &Scene) -> Vec<&str> {
    scene.nodes.iter().map(|node| node.id.as_str()).collect()
}

fn zones(scene: &Scene) -> Vec<&str> {
    scene.zones.iter().map(|zone| zone.id.as_str()).collect()
}

#[test]
fn level_0_folds_parts_into_their_parent_and_bundles_flows() {
    let scene = scene(|_| View::level(0));
    assert_eq!(nodes(&scene), ["customer", "shop", "orders-db", "bank"]);
    let bundled: Vec<Vec<String>> = scene.edges.iter().map(|edge| edge.flows.clone()).collect();
    assert_eq!(bundled, [vec!["browse", "order", "status"], vec!["keep"], vec!["charge"]]);
    assert_eq!(scene.edges[0].label.text(" | "), "orders | ↩ session token | HTTPS, HTTP without TLS");
}

#[test]
fn level_1_opens_parents_as_boxes() {
    let scene = scene(|_| View::level(1));
    assert_eq!(nodes(&scene), ["customer", "cart", "pay", "orders-db", "bank"]);
    let shop = scene.zones.iter().position(|zone| zone.id == "shop").expect("the parent is a box");
    assert!(scene.zones[shop].is_group);
    assert_eq!(scene.members(shop), [1, 2]);
    let status = scene.edges.iter().find(|edge| edge.id == "status").expect("the flow to the parent is drawn");
    assert_eq!(status.to, End::Zone(shop));
}

#[test]
fn zones_nest_and_empty_ones_are_kept() {
    let scene = scene(|_| View::level(1));
    assert_eq!(zones(&scene), ["internet", "cloud", "spare", "data", "shop"]);
    let parents: Vec<Option<usize>> = scene.zones.iter().map(|zone| zone.parent).collect();
    assert_eq!(parents, [None, None, None, Some(1), Some(1)]);
    assert_eq!(scene.zones[1].trust.as_deref(), Some("trust 55"));
}

#[test]
fn another_kind_of_zone_can_be_drawn() {
    let scene = scene(|_| View { by: Some(ZoneKind::Physical), ..View::level(0) });
    assert_eq!(zones(&scene), ["room"]);
    assert_eq!(scene.members(0), [1, 2]);
}

#[test]
fn a_view_shows_the_elements_that_it_lists() {
    let scene = scene(|model| View { show: vec![element(model, "customer"), element(model, "shop")], ..View::level(1) });
    assert_eq!(nodes(&scene), ["customer", "cart", "pay"]);
    assert_eq!(zones(&scene), ["internet", "cloud", "shop"]);
}

#[test]
fn the_detail_of_an_element_shows_its_parts_and_its_neighbours() {
    let scene = scene(|model| View { of: vec![element(model, "shop")], ..View::level(1) });
    assert_eq!(nodes(&scene), ["customer", "cart", "pay", "orders-db", "bank"]);
}

#[test]
fn labels_say_data_and_protocol_and_whether_it_is_encrypted() {
    let scene = scene(|_| View::level(1));
    let of = |id: &str| scene.edges.iter().find(|edge| edge.id == id).expect("the flow is drawn");
    let lines: Vec<(&str, LineRole)> = of("browse").label.lines.iter().map(|line| (line.text.as_str(), line.role)).collect();
    assert_eq!(lines, [("↩ session token", LineRole::Returned), ("HTTPS", LineRole::Protocol)]);
    assert_eq!(of("keep").label.text(" | "), "writes | orders");
    assert!(of("browse").encrypted);
    assert!(!of("order").encrypted);
    assert_eq!(of("hand-over").label.text(" | "), "hand over");
}

#[test]
fn mermaid_uses_the_shapes_of_the_guide() {
    insta::assert_snapshot!(diagram::mermaid(&scene(|_| View::level(0))), @r##"
    flowchart LR
      bank["Bank"]
      subgraph internet["Internet (untrusted)"]
        customer["Customer"]
      end
      subgraph cloud["Cloud (trust 55)"]
        shop("Shop #quot;front#quot;")
        subgraph data["Data [PCI] (privileged)"]
          orders-db[("Orders DB")]
        end
      end
      subgraph spare["Spare (trusted)"]
      end
      customer -->|"orders<br/>↩ session token<br/>HTTPS, HTTP without TLS"| shop
      shop -->|"writes<br/>orders"| orders-db
      shop -->|"HTTPS"| bank
      classDef outOfScope stroke-dasharray:3 3,color:#777,stroke:#999,fill:#eee
      class bank outOfScope
      style internet stroke-dasharray:6 4
      style cloud stroke-dasharray:6 4
      style spare stroke-dasharray:6 4
      style data stroke-dasharray:6 4
    "##);
}

#[test]
fn dot_draws_zones_as_clusters() {
    insta::assert_snapshot!(diagram::dot(&scene(|_| View::level(0))), @r##"
    digraph redan {
      rankdir=LR;
      compound=true;
      fontname="Helvetica";
      label="Shop";
      labelloc=t;
      node [fontname="Helvetica", fontsize=12];
      edge [fontname="Helvetica", fontsize=10];
      "bank" [label="Bank", shape=box, color=grey, fontcolor=grey];
      subgraph "cluster_internet" {
        label="Internet (untrusted)";
        style=dashed;
        "customer" [label="Customer", shape=box];
      }
      subgraph "cluster_cloud" {
        label="Cloud (trust 55)";
        style=dashed;
        "shop" [label="Shop \"front\"", shape=box, style=rounded];
        subgraph "cluster_data" {
          label="Data [PCI] (privileged)";
          style=dashed;
          "orders-db" [label="Orders DB", shape=cylinder];
        }
      }
      subgraph "cluster_spare" {
        label="Spare (trusted)";
        style=dashed;
        "spare (empty)" [shape=point, style=invis];
      }
      "customer" -> "shop" [label="orders\n↩ session token\nHTTPS, HTTP without TLS"];
      "shop" -> "orders-db" [label="writes\norders"];
      "shop" -> "bank" [label="HTTPS"];
    }
    "##);
}

#[test]
fn json_has_the_published_shape() {
    let text = diagram::json(&scene(|_| View::level(0)));
    let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(value.as_object().expect("it is an object").keys().collect::<Vec<_>>(), ["nodes", "zones", "edges"]);
    assert_eq!(value["nodes"][0]["id"], "customer");
    assert!(value["nodes"][0]["x"].is_number() && value["nodes"][0]["w"].is_number());
    assert_eq!(value["zones"][1]["members"], serde_json::json!(["shop", "orders-db"]));
    assert_eq!(value["edges"][0]["from"], "customer");
    assert!(value["edges"][0]["points"][0][1].is_number());
    assert_eq!(value["edges"][0]["label"]["text"], "orders\n↩ session token\nHTTPS, HTTP without TLS");
}

#[test]
fn the_picture_escapes_names_and_can_be_linked_to() {
    let svg = diagram::svg(&scene(|_| View::level(0)));
    assert!(svg.contains("Shop &quot;front&quot;"));
    assert!(svg.contains(r#"id="node-orders-db""#) && svg.contains(r#"id="zone-data""#) && svg.contains(r#"id="flow-keep""#));
    assert!(svg.contains(r#"role="img""#));
    let inline = diagram::svg_inline(&scene(|_| View::level(0)), "detail-");
    assert!(inline.contains(r#"id="detail-node-orders-db""#) && inline.contains("url(#detail-dfd-arrow)"));
}
