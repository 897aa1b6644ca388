//! Which parts of a model a diagram shows, and what the texts for other tools say.

use redan_engine::Knowledge;
use redan_model::lang::ZoneKind;
use redan_model::{ElementIx, Model, Thing, load_text};
use redan_report::diagram::{self, Emphasis, End, LineRole, Mark, Point, Scene, Source, View};

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
    assert_eq!(scene.edges[0].label.text(" | "), "browse, order, status | orders | ↩ session token | HTTPS, HTTP without TLS");
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
    assert_eq!(lines, [("session token", LineRole::Returned), ("HTTPS", LineRole::Protocol)]);
    assert_eq!(of("browse").label.text(" | "), "↩ session token | HTTPS");
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
      customer -->|"browse, order, status<br/>orders<br/>↩ session token<br/>HTTPS, HTTP without TLS"| shop
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
      "customer" -> "shop" [label="browse, order, status\norders\n↩ session token\nHTTPS, HTTP without TLS"];
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
    assert_eq!(value["edges"][0]["label"]["text"], "browse, order, status\norders\n↩ session token\nHTTPS, HTTP without TLS");
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

#[test]
fn the_neighbourhood_of_an_element_is_as_wide_as_is_asked() {
    let near =
        |hops| nodes(&scene(|model| View::around(vec![element(model, "pay")], hops))).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(near(0), ["pay"]);
    assert_eq!(near(1), ["cart", "pay", "orders-db", "bank"]);
    assert_eq!(near(2), ["customer", "cart", "pay", "orders-db", "bank"]);
}

#[test]
fn one_flow_is_shown_with_its_ends_and_nothing_else() {
    let scene = scene(|model| match model.find("order") {
        Some(Thing::Flow(ix)) => View::flows(vec![ix]),
        other => panic!("order is {other:?}"),
    });
    assert_eq!(nodes(&scene), ["customer", "cart"]);
    assert_eq!(scene.edges.iter().map(|edge| edge.id.as_str()).collect::<Vec<_>>(), ["order"]);
}

#[test]
fn a_path_is_pointed_out_and_the_rest_is_faded() {
    let scene =
        scene(|model| View { highlight: ["customer", "cart", "pay"].iter().filter_map(|id| model.find(id)).collect(), ..View::level(1) });
    let strong: Vec<&str> = scene.edges.iter().filter(|edge| edge.emphasis == Emphasis::Strong).map(|edge| edge.id.as_str()).collect();
    assert_eq!(strong, ["browse", "order", "hand-over"]);
    let faded: Vec<&str> = scene.nodes.iter().filter(|node| node.emphasis == Emphasis::Faded).map(|node| node.id.as_str()).collect();
    assert_eq!(faded, ["orders-db", "bank"]);
}

#[test]
fn classes_of_data_have_signs() {
    let text = "redan: 1\nname: S\nassets:\n  card: {data: [payment, pii]}\n  plan: {confidentiality: high}\n  page: {data: [public]}\nelements:\n  a: {kind: process}\n  b: {kind: process}\nflows:\n  f: {from: a, to: b, carries: [card, plan], returns: [page]}\n";
    let knowledge = Knowledge::embedded();
    let loaded = redan_model::load_text("s.tm.yaml", text, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    let scene = Scene::of_model(&loaded.model, &knowledge, &View::level(1));
    let marks: Vec<&[Mark]> = scene.edges[0].label.lines.iter().map(|line| line.marks.as_slice()).collect();
    assert_eq!(marks, [&[Mark::People, Mark::Money, Mark::Secret][..], &[Mark::Returned]]);
}

#[test]
fn open_threats_are_counted_on_what_is_drawn_and_lead_to_the_report() {
    let (model, knowledge) = model();
    let policy = redan_engine::Policy::default();
    let analysis = redan_engine::analyse(&model, &knowledge, &policy, &redan_engine::Context::on(jiff::civil::date(2026, 1, 1)));
    let sources = redan_model::Sources::default();
    let input = redan_report::Input {
        model: &model,
        sources: &sources,
        knowledge: &knowledge,
        policy: &policy,
        analysis: &analysis,
        today: jiff::civil::date(2026, 1, 1),
        more: redan_report::More::default(),
    };
    let scene = Scene::of(&input, &View { links: Some("report.html".to_owned()), ..View::level(1) });
    let order = scene.edges.iter().find(|edge| edge.id == "order").expect("the flow is drawn");
    let open = |id: &str| {
        let Some(subject) = model.find(id) else { return 0 };
        let is_open = |threat: &&redan_engine::Threat| threat.status == redan_engine::Status::Open && threat.subjects.contains(&subject);
        analysis.threats.iter().filter(is_open).count()
    };
    let badge = order.threats.as_ref().expect("plain HTTP has open threats");
    assert_eq!(badge.count, open("order"));
    assert!(badge.link.as_ref().is_some_and(|link| link.starts_with("report.html#threat-")), "{badge:?}");
    let svg = diagram::svg(&scene);
    assert!(svg.contains("<a href=\"report.html#threat-") && svg.contains("open threats, worst") && svg.contains(r#"role="group""#));
    let folded = Scene::of(&input, &View::level(0));
    let counted = folded.edges[0].threats.as_ref().map_or(0, |badge| badge.count);
    assert_eq!(counted, open("browse") + open("order") + open("status"));
}

#[test]
fn places_that_people_chose_hold_and_boxes_follow() {
    let text = format!("{MODEL}layout:\n  customer: [700, 40]\n  cart: {{x: 60, y: 400}}\n  pay: [300, 400]\n");
    let knowledge = Knowledge::embedded();
    let loaded = redan_model::load_text("shop.tm.yaml", &text, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    let scene = Scene::of_model(&loaded.model, &knowledge, &View::level(1));
    let layout = diagram::layout(&scene);
    let at = |id: &str| {
        let ix = scene.nodes.iter().position(|node| node.id == id).expect("it is drawn");
        Point { x: layout.nodes[ix].x, y: layout.nodes[ix].y }
    };
    assert_eq!(at("customer"), Point { x: 700.0, y: 40.0 });
    assert_eq!(at("cart"), Point { x: 60.0, y: 400.0 });
    assert_eq!(at("pay"), Point { x: 300.0, y: 400.0 });
    assert_eq!(diagram::Faults::of(&scene, &layout).serious(), 0);
}

#[test]
fn places_that_contradict_the_boundaries_are_given_up() {
    let text = format!("{MODEL}layout:\n  customer: [100, 100]\n  cart: [110, 110]\n  pay: [90, 100]\n  bank: [1.0e300, nan]\n");
    let knowledge = Knowledge::embedded();
    let loaded = redan_model::load_text("shop.tm.yaml", &text, &knowledge.vocabulary());
    let scene = Scene::of_model(&loaded.model, &knowledge, &View::level(1));
    assert_eq!(diagram::Faults::of(&scene, &diagram::layout(&scene)).total(), 0);
}

const HOSTILE: [&str; 9] = [
    "\" ]; x -> y [label=\"z",
    "line\nbreak\r\nand\ttab",
    "%%{init: {\"theme\": \"dark\"}}%%",
    "a ] b } c ) d",
    "<script>alert(1)</script><img src=x>",
    "`code` and ``more``",
    "\"; }",
    "!include /etc/passwd %getenv(\"HOME\") $x ${y} [[http://x]]",
    "back\\slash \\\" 'quote' /' comment",
];

/// A scene in which every text is hostile.
fn hostile() -> Scene {
    use redan_report::diagram::{Edge, Label, Line, Node, ZoneBox};
    let nodes = HOSTILE.iter().enumerate().map(|(ix, text)| Node {
        id: format!("n{ix}"),
        name: (*text).to_owned(),
        detail: Some((*text).to_owned()),
        zone: Some(ix % 2),
        ..Node::default()
    });
    let zones = [0, 1].map(|ix| ZoneBox {
        id: format!("z{ix}"),
        name: HOSTILE[ix + 4].to_owned(),
        trust: Some(HOSTILE[ix].to_owned()),
        ..ZoneBox::default()
    });
    let edges = (1..HOSTILE.len()).map(|ix| Edge {
        id: format!("f{ix}"),
        flows: vec![format!("f{ix}")],
        from: End::Node(ix - 1),
        to: End::Node(ix),
        label: Label { lines: vec![Line { text: HOSTILE[ix].to_owned(), ..Line::default() }] },
        ..Edge::default()
    });
    Scene { title: HOSTILE.join(" "), nodes: nodes.collect(), zones: zones.to_vec(), edges: edges.collect(), ..Scene::default() }
}

/// What stands outside of double quotes; `\` escapes inside of them if the language says so.
fn outside(text: &str, escapes: bool) -> String {
    let (mut quoted, mut escaped, mut out) = (false, false, String::new());
    for c in text.chars() {
        if quoted && escapes && !escaped && c == '\\' {
            escaped = true;
            continue;
        }
        if c == '"' && !escaped {
            quoted = !quoted;
            out.push(c);
        } else if !quoted {
            out.push(c);
        }
        escaped = false;
    }
    assert!(!quoted, "a quote is left open");
    out
}

#[test]
fn hostile_names_stay_inside_their_quotes_in_every_language() {
    let scene = hostile();
    let words = ["script", "include", "alert", "getenv", "label=\"z", "theme", "comment"];
    for (language, text, escapes) in
        [("dot", diagram::dot(&scene), true), ("d2", diagram::d2(&scene), true), ("mermaid", diagram::mermaid(&scene), false)]
    {
        let rest = outside(&text, escapes);
        for word in words {
            assert!(!rest.contains(word), "{language}: {word} stands outside of quotes in {rest}");
        }
    }
    let lines = |text: &str| text.lines().count();
    let plain = Scene {
        title: "x".into(),
        nodes: scene.nodes.iter().map(|node| diagram::Node { name: "x".into(), ..node.clone() }).collect(),
        zones: scene.zones.iter().map(|zone| diagram::ZoneBox { name: "x".into(), trust: None, ..zone.clone() }).collect(),
        edges: scene
            .edges
            .iter()
            .map(|edge| diagram::Edge {
                label: diagram::Label { lines: vec![diagram::Line { text: "x".into(), ..diagram::Line::default() }] },
                ..edge.clone()
            })
            .collect(),
        ..Scene::default()
    };
    for render in [diagram::dot, diagram::mermaid, diagram::plantuml, diagram::d2] {
        assert_eq!(lines(&render(&scene)), lines(&render(&plain)), "a name adds no line");
    }
}

#[test]
fn mermaid_and_plantuml_act_on_nothing_in_names() {
    let mermaid = diagram::mermaid(&hostile());
    assert!(!mermaid.contains("%%") && !mermaid.contains('`') && !mermaid.contains("<script"), "{mermaid}");
    let plantuml = diagram::plantuml(&hostile());
    for word in ["%getenv", "<script", "[[", "${", "/'", "!include", "\"z", "\\\"", "`"] {
        assert!(!plantuml.contains(word), "{word} in {plantuml}");
    }
}

#[test]
fn pictures_in_xml_stay_well_formed_whatever_names_hold() {
    let scene = hostile();
    let source = Source { name: "a\".tm.yaml", text: "redan: 1\nname: \"</model>]]> & <b>\"\n\tx\u{1}" };
    for text in [diagram::svg_with_source(&scene, source), diagram::drawio(&scene)] {
        assert!(!text.contains("<script") && !text.contains("<img"), "{text}");
        let text = match (text.find("<style>"), text.find("</style>")) {
            (Some(start), Some(end)) => format!("{}{}", &text[..start], &text[end + 8..]),
            _ => text,
        };
        let opened = text.matches('<').count();
        assert_eq!(opened, text.matches('>').count(), "every tag is closed");
        assert_eq!(text.matches("</model>").count(), usize::from(text.contains("<metadata>")));
    }
}

#[test]
fn a_drawing_for_the_terminal_has_every_name_and_sends_no_control_signs() {
    let text = diagram::text(&hostile(), 100);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
    let drawn = diagram::text(&scene(|_| View::level(0)), 100);
    assert!(drawn.lines().all(|line| line.chars().count() <= 100), "{drawn}");
    for word in ["Customer", "Orders DB", "Bank", "(3) Shop \"front\" → Bank: HTTPS"] {
        assert!(drawn.contains(word), "{word} in\n{drawn}");
    }
}

#[test]
fn no_arrow_of_a_drawing_runs_over_the_name_of_a_zone_and_every_head_touches_a_box() {
    const EXAMPLES: [&str; 4] = [
        include_str!("../../../examples/web-login/web-login.tm.yaml"),
        include_str!("../../../examples/api/orders-api.tm.yaml"),
        include_str!("../../../examples/cloud-workload/image-service.tm.yaml"),
        include_str!("../../../examples/physical-office/front-office.tm.yaml"),
    ];
    // Arrows that come together from both sides just above a box.
    let many = "redan: 1\nname: Many\nelements: {a: {kind: process}, b: {kind: process}, c: {kind: process}, d: {kind: process}, e: {kind: process}}\n\
                flows: {f1: {from: a, to: d}, f2: {from: b, to: d}, f3: {from: c, to: d}, f4: {from: a, to: e}, f5: {from: d, to: e}, f6: {from: c, to: e}}\n";
    let knowledge = Knowledge::embedded();
    for text in EXAMPLES.into_iter().chain([many]) {
        let loaded = load_text("m.tm.yaml", text, &knowledge.vocabulary());
        for columns in [80, 120, 200] {
            let scene = Scene::of_model(&loaded.model, &knowledge, &View::level(1));
            let drawn = diagram::text(&scene, columns);
            for zone in &scene.zones {
                let name = zone.trust.as_ref().map_or_else(|| zone.name.clone(), |trust| format!("{} ({trust})", zone.name));
                assert!(drawn.contains(&format!(" {name} ")), "{name} in\n{drawn}");
            }
            let rows: Vec<Vec<char>> = drawn.lines().map(|line| line.chars().collect()).collect();
            let at = |x: usize, y: usize| rows.get(y).and_then(|row| row.get(x)).copied().unwrap_or(' ');
            for (y, row) in rows.iter().enumerate().take_while(|(_, row)| !row.is_empty()) {
                for (x, c) in row.iter().enumerate() {
                    let beyond = match c {
                        '\u{25bc}' => at(x, y + 1),
                        '\u{25b2}' => at(x, y - 1),
                        '\u{25b6}' => at(x + 1, y),
                        '\u{25c0}' => at(x - 1, y),
                        _ => continue,
                    };
                    assert!("\u{2500}\u{2550}\u{2502}\u{256d}\u{256e}\u{2570}\u{256f}".contains(beyond), "{c} at {x},{y} in\n{drawn}");
                }
            }
        }
    }
}

#[test]
fn a_picture_in_pixels_holds_its_model() {
    let scene = scene(|_| View::level(0));
    let source = Source { name: "shop.tm.yaml", text: MODEL };
    let png = diagram::png(&scene, Some(source)).expect("it is drawn");
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let holds = |part: &[u8]| png.windows(part.len()).any(|window| window == part);
    assert!(holds(b"iTXtredan-model\0\0\0\0shop.tm.yaml\0") && holds(MODEL.as_bytes()));
    assert_eq!(png, diagram::png(&scene, Some(source)).expect("it is drawn"), "the same bytes every time");
}

#[test]
fn a_picture_says_in_which_zones_an_element_is_that_its_box_is_not_in() {
    let text = include_str!("../../../examples/cloud-workload/image-service.tm.yaml");
    let knowledge = Knowledge::embedded();
    let loaded = load_text("m.tm.yaml", text, &knowledge.vocabulary());
    let scene = Scene::of_model(&loaded.model, &knowledge, &View::level(0));
    assert_eq!(scene.elsewhere, ["Web front end is also in Cluster and Cloud account."]);
    let svg = diagram::svg(&scene);
    assert_eq!(svg.matches(&scene.elsewhere[0]).count(), 2, "seen, and read aloud");
    assert!(diagram::text(&scene, 100).contains(&scene.elsewhere[0]));
    let by = View { by: Some(ZoneKind::Runtime), ..View::level(0) };
    assert!(Scene::of_model(&loaded.model, &knowledge, &by).elsewhere.is_empty());
}
