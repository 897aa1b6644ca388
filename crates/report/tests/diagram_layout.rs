//! What must hold for the layout of every scene, tried on random nested ones.

use proptest::prelude::*;
use redan_report::diagram::{Edge, End, Label, Line, LineRole, Node, Notation, Rect, Scene, Shape, View, ZoneBox, json, layout, svg};

const SHAPES: [Shape; 4] = [Shape::Person, Shape::External, Shape::Process, Shape::Store];

fn node(ix: usize, zone: Option<usize>) -> Node {
    let name = ["API", "User Database", "A service with quite a long name"][ix % 3];
    Node {
        id: format!("n{ix}"),
        name: name.into(),
        detail: None,
        shape: SHAPES[ix % 4],
        zone,
        out_of_scope: ix % 7 == 6,
        ..Node::default()
    }
}

fn zone(ix: usize, parent: Option<usize>) -> ZoneBox {
    let name = ["Internet", "Production network of the company", "DMZ"][ix % 3];
    let trust = ix.is_multiple_of(2).then(|| "untrusted".to_owned());
    ZoneBox { id: format!("z{ix}"), name: name.into(), trust, trust_value: None, parent, ..ZoneBox::default() }
}

fn edge(ix: usize, from: usize, to: usize) -> Edge {
    let text = ["HTTPS", "user credentials", "REST /api/login"][ix % 3];
    let line = |text: &str| Line { text: text.into(), role: LineRole::Name, marks: Vec::new() };
    let lines = (0..ix % 4).map(|_| line(text)).collect();
    Edge {
        id: format!("f{ix}"),
        flows: vec![format!("f{ix}")],
        from: End::Node(from),
        to: End::Node(to),
        label: Label { lines },
        ..Edge::default()
    }
}

prop_compose! {
    fn scenes(most: usize)(
        zones in prop::collection::vec(any::<Option<prop::sample::Index>>(), 0..6),
        nodes in prop::collection::vec(any::<Option<prop::sample::Index>>(), 1..most),
        flows in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..most * 3 / 2),
        classic in any::<bool>(),
    ) -> Scene {
        let boxes = zones.iter().enumerate().map(|(ix, parent)| zone(ix, parent.filter(|_| ix > 0).map(|p| p.index(ix))));
        let zones: Vec<ZoneBox> = boxes.collect();
        let count = zones.len();
        let nodes: Vec<Node> = nodes.iter().enumerate().map(|(ix, z)| node(ix, z.filter(|_| count > 0).map(|z| z.index(count)))).collect();
        let edges = flows.iter().enumerate().map(|(ix, (a, b))| edge(ix, a.index(nodes.len()), b.index(nodes.len())));
        let notation = if classic { Notation::Classic } else { Notation::Guide };
        Scene { title: "Random".into(), notation, edges: edges.collect(), zones, nodes, ..Scene::default() }
    }
}

fn apart(kind: &str, boxes: &[(String, Rect)]) {
    for (ix, (a, first)) in boxes.iter().enumerate() {
        for (b, second) in &boxes[ix + 1..] {
            assert!(!first.overlaps(second), "{kind}: {a} {first:?} overlaps {b} {second:?}");
        }
    }
}

fn check(scene: &Scene) {
    let layout = layout(scene);
    let mut things: Vec<(String, Rect)> = scene.nodes.iter().zip(&layout.nodes).map(|(node, r)| (node.id.clone(), *r)).collect();
    things.extend(scene.edges.iter().zip(&layout.edges).filter_map(|(edge, route)| Some((edge.id.clone(), route.label?))));
    apart("nodes and labels", &things);
    for (ix, outer) in layout.zones.iter().enumerate() {
        for (at, inner) in layout.nodes.iter().enumerate() {
            if scene.is_within(scene.nodes[at].zone, ix) {
                assert!(outer.contains(inner), "z{ix} {outer:?} does not contain n{at} {inner:?}");
            } else {
                assert!(!outer.overlaps(inner), "z{ix} {outer:?} overlaps n{at} {inner:?}, which is not in it");
            }
        }
        for (at, other) in layout.zones.iter().enumerate().filter(|(at, _)| *at != ix) {
            let (in_other, in_outer) = (scene.is_within(Some(ix), at), scene.is_within(Some(at), ix));
            assert!(!in_outer || outer.contains(other), "z{ix} does not contain z{at}");
            assert!(in_other || in_outer || !outer.overlaps(other), "z{ix} {outer:?} overlaps z{at} {other:?}");
        }
    }
    for (edge, route) in scene.edges.iter().zip(&layout.edges) {
        assert!(route.points.len() >= 2, "{} has no course", edge.id);
        assert_eq!(route.label.is_some(), !edge.label.lines.is_empty(), "{}", edge.id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_overlaps_and_boxes_contain_exactly_their_members(scene in scenes(14)) {
        check(&scene);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn thirty_elements_are_laid_out_as_well(scene in scenes(30)) {
        check(&scene);
    }

    #[test]
    fn the_same_scene_gives_the_same_bytes(scene in scenes(12)) {
        prop_assert_eq!(svg(&scene), svg(&scene));
        prop_assert_eq!(json(&scene), json(&scene));
    }
}

#[test]
fn a_scene_without_anything_is_an_empty_picture() {
    assert!(svg(&Scene::default()).starts_with("<svg"));
}

#[test]
fn a_single_element_is_drawn() {
    let scene = Scene { nodes: vec![node(0, None)], ..Scene::default() };
    assert!(svg(&scene).contains("id=\"node-n0\""));
}

#[test]
fn loops_and_parallel_and_opposite_flows_have_places_of_their_own() {
    let nodes = vec![node(0, Some(0)), node(1, Some(0))];
    let edges = [(0, 1), (0, 1), (1, 0), (0, 0), (0, 0), (1, 1)].iter().enumerate().map(|(ix, (a, b))| edge(ix * 4 + 1, *a, *b));
    let scene = Scene { zones: vec![zone(0, None)], nodes, edges: edges.collect(), ..Scene::default() };
    check(&scene);
}

fn example(path: &str) -> (redan_model::Model, redan_engine::Knowledge) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let text = std::fs::read_to_string(&file).expect("the example exists");
    let knowledge = redan_engine::Knowledge::embedded();
    let loaded = redan_model::load_text(path, &text, &knowledge.vocabulary());
    (loaded.model, knowledge)
}

#[test]
fn the_examples_are_laid_out_at_both_levels() {
    for path in [
        "examples/web-login/web-login.tm.yaml",
        "examples/cloud-workload/image-service.tm.yaml",
        "examples/physical-office/front-office.tm.yaml",
        "examples/api/orders-api.tm.yaml",
    ] {
        let (model, knowledge) = example(path);
        assert!(!model.elements.is_empty(), "{path} has elements");
        check(&Scene::of_model(&model, &knowledge, &View::level(0)));
        check(&Scene::of_model(&model, &knowledge, &View::level(1)));
    }
}

/// Refresh it with `redan diagram examples/web-login/web-login.tm.yaml --without threats,source -o docs/images/web-login.svg`.
#[test]
fn the_picture_in_the_readme_is_what_is_drawn() {
    let (model, knowledge) = example("examples/web-login/web-login.tm.yaml");
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images/web-login.svg");
    let shown = std::fs::read_to_string(file).expect("the picture exists");
    assert!(shown == svg(&Scene::of_model(&model, &knowledge, &View::level(0))), "docs/images/web-login.svg is not fresh");
}
