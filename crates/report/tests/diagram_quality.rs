//! What a picture of a usual size and of a large one must be like: labels that can be read, arrows around nodes, bounds.

use redan_report::diagram::{
    Edge, End, Faults, Label, Layout, Line, LineRole, Node, Notation, Point, Rect, Scene, Shape, Style, View, ZoneBox, layout, svg,
};

/// A fixed sequence of numbers that look random (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).expect("it is small")
    }
}

const NAMES: [&str; 7] = [
    "API",
    "User Database",
    "A service with quite a long name that goes on and on and on",
    "\u{5e9}\u{5e8}\u{5ea} \u{5d4}\u{5d4}\u{5d6}\u{5de}\u{5e0}\u{5d5}\u{5ea}",
    "\u{1f680} Launcher \u{1f469}\u{200d}\u{1f4bb}",
    "averyveryveryverylongnamewithoutanyspacesorhyphensthathastobebrokensomewhere",
    "\u{8ba2}\u{5355}\u{670d}\u{52a1}",
];

/// A scene as real systems are: zones in zones, most flows to things nearby, some back, to itself, or twice.
fn scene(elements: usize, flows: usize, zones: usize, seed: u64) -> Scene {
    let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..10 {
        numbers.below(2);
    }
    let boxes = (0..zones).map(|ix| ZoneBox {
        id: format!("z{ix}"),
        name: ["Internet", "Production network of the company", "DMZ"][ix % 3].into(),
        trust: ix.is_multiple_of(2).then(|| "untrusted".to_owned()),
        trust_value: None,
        is_group: ix % 5 == 4,
        parent: if ix > 0 && numbers.below(2) == 0 { Some(numbers.below(ix)) } else { None },
        ..ZoneBox::default()
    });
    let boxes: Vec<ZoneBox> = boxes.collect();
    let nodes = (0..elements).map(|ix| Node {
        id: format!("n{ix}"),
        name: NAMES[if numbers.below(3) == 0 { numbers.below(NAMES.len()) } else { 1 }].into(),
        detail: (ix % 2 == 0).then(|| "Relational database".into()),
        shape: [Shape::Person, Shape::External, Shape::Process, Shape::Store, Shape::Process][numbers.below(5)],
        zone: (zones > 0 && numbers.below(8) > 0).then(|| (ix * zones / elements + numbers.below(2)).min(zones - 1)),
        out_of_scope: ix % 11 == 10,
        ..Node::default()
    });
    let nodes: Vec<Node> = nodes.collect();
    let edges = (0..if elements > 0 { flows } else { 0 }).map(|ix| {
        let from = numbers.below(elements);
        let to = if numbers.below(6) == 0 { numbers.below(elements) } else { (from + numbers.below(6)) % elements };
        let end = |at: usize, pick: usize| if pick == 0 && zones > 0 { End::Zone(at % zones) } else { End::Node(at) };
        let line = |role, text: &str| Line { text: text.into(), role, marks: Vec::new() };
        let lines = [
            line(LineRole::Data, "user credentials"),
            line(LineRole::Returned, "\u{21a9} session token"),
            line(LineRole::Protocol, "HTTPS"),
        ];
        Edge {
            id: format!("f{ix}"),
            flows: vec![format!("f{ix}")],
            from: End::Node(from),
            to: end(to, numbers.below(20)),
            label: Label { lines: lines.into_iter().take(1 + numbers.below(3)).collect() },
            both_ways: ix % 9 == 8,
            encrypted: ix % 2 == 0,
            ..Edge::default()
        }
    });
    let edges = edges.collect();
    let notation = if seed.is_multiple_of(3) { Notation::Classic } else { Notation::Guide };
    Scene { title: "Random".into(), notation, nodes, zones: boxes, edges, ..Scene::default() }
}

/// The course of an arrow in short straight pieces, as it is drawn.
fn traced(layout: &Layout, edge: usize) -> Vec<Point> {
    let mut traced = Vec::new();
    if layout.style == Style::Angular || layout.edges[edge].angular {
        for pair in layout.edges[edge].points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            traced.extend(
                (0..=100).map(f64::from).map(|step| step / 100.0).map(|v| Point { x: a.x + (b.x - a.x) * v, y: a.y + (b.y - a.y) * v }),
            );
        }
        return traced;
    }
    for pair in layout.edges[edge].points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        for step in 0..=100 {
            let v = f64::from(step) / 100.0;
            let (near, far) = ((1.0 - v).powi(3) + 3.0 * (1.0 - v).powi(2) * v, 3.0 * (1.0 - v) * v * v + v.powi(3));
            let across = |a: f64, b: f64| near * a + far * b;
            let along = |a: f64, b: f64| (1.0 - v).powi(3) * a + 3.0 * (1.0 - v) * v * f64::midpoint(a, b) + v.powi(3) * b;
            let (x, y) = if layout.left_to_right { (along(a.x, b.x), across(a.y, b.y)) } else { (across(a.x, b.x), along(a.y, b.y)) };
            traced.push(Point { x, y });
        }
    }
    traced
}

/// The arrows that run through nodes that they have nothing to do with.
fn through_nodes(scene: &Scene, layout: &Layout) -> Vec<String> {
    let mut found = Vec::new();
    for (ix, edge) in scene.edges.iter().enumerate() {
        let course = traced(layout, ix);
        for (node, rect) in layout.nodes.iter().enumerate() {
            let own = edge.from == End::Node(node) || edge.to == End::Node(node);
            if !own && course.iter().any(|&p| rect.grown(-0.5).holds(p)) {
                found.push(format!("{} from {:?} to {:?} through {}", edge.id, edge.from, edge.to, scene.nodes[node].id));
            }
        }
    }
    found
}

/// The arrows that run through the label of another.
fn through_labels(scene: &Scene, layout: &Layout) -> Vec<String> {
    let mut found = Vec::new();
    for (ix, edge) in scene.edges.iter().enumerate() {
        let course = traced(layout, ix);
        for (other, route) in layout.edges.iter().enumerate().filter(|(other, _)| *other != ix) {
            if route.label.is_some_and(|rect| course.iter().any(|&p| rect.grown(-1.0).holds(p))) {
                found.push(format!("{} through the label of {}", edge.id, scene.edges[other].id));
            }
        }
    }
    found
}

/// Whether every arrow has its label; one between a box and the only thing in it has no room for any.
fn all_labelled(scene: &Scene, layout: &Layout) -> bool {
    let lone = |a: End, b: End| matches!((a, b), (End::Zone(zone), End::Node(node)) if scene.members(zone) == [node]);
    let mut edges = scene.edges.iter().zip(&layout.edges);
    edges.all(|(edge, route)| route.label.is_some() || lone(edge.from, edge.to) || lone(edge.to, edge.from))
}

/// Everything is inside a picture of bounded size, nothing overlaps, boxes hold exactly what is in them.
fn assert_sound(scene: &Scene, layout: &Layout) {
    let page = Rect { x: 0.0, y: 0.0, w: layout.width, h: layout.height };
    assert!(layout.width <= 30_000.0 && layout.height <= 30_000.0, "{} by {}", layout.width, layout.height);
    let labels: Vec<Rect> = layout.edges.iter().filter_map(|route| route.label).collect();
    assert!(labels.iter().all(|label| page.contains(label)), "a label is not inside");
    // Beyond this size two labels may touch where arrows crowd; nodes never do.
    let apart = if layout.nodes.len() <= 60 { labels } else { Vec::new() };
    let things: Vec<Rect> = layout.nodes.iter().copied().chain(apart).collect();
    for (ix, thing) in things.iter().enumerate() {
        assert!(page.contains(thing), "{thing:?} is not inside");
        assert!(things[ix + 1..].iter().all(|other| !thing.overlaps(other)), "{thing:?} overlaps another");
    }
    for (zone, outer) in layout.zones.iter().enumerate() {
        assert!(page.contains(outer), "{outer:?} is not inside");
        for (node, rect) in scene.nodes.iter().zip(&layout.nodes) {
            let holds = if scene.is_within(node.zone, zone) { outer.contains(rect) } else { !outer.overlaps(rect) };
            assert!(holds, "z{zone} {outer:?} and {} {rect:?}", node.id);
        }
    }
    let points = layout.edges.iter().flat_map(|route| &route.points);
    assert!(points.clone().all(|p| page.contains(&Rect { x: p.x, y: p.y, w: 0.0, h: 0.0 })), "an arrow leaves the picture");
    assert!(layout.edges.iter().all(|route| route.points.len() >= 2), "an arrow has no course");
}

#[test]
fn arrows_run_around_nodes_up_to_forty_elements() {
    for (elements, flows, zones) in [(5, 8, 2), (12, 16, 4), (20, 30, 6), (40, 60, 10)] {
        for seed in 0..4 {
            let scene = scene(elements, flows, zones, seed);
            let layout = layout(&scene);
            assert_sound(&scene, &layout);
            assert_eq!(through_nodes(&scene, &layout), Vec::<String>::new(), "{elements} elements, seed {seed}");
            assert!(all_labelled(&scene, &layout), "every label has its place");
        }
    }
}

#[test]
fn arrows_run_around_nodes_in_large_pictures_as_well() {
    for (elements, flows, zones) in [(60, 90, 10), (120, 190, 20)] {
        for seed in 0..2 {
            let scene = scene(elements, flows, zones, seed);
            let faults = Faults::of(&scene, &layout(&scene));
            assert_eq!(faults.serious(), 0, "{elements} elements, seed {seed}: {faults:?}");
        }
    }
}

/// Fifty elements in four zones, each with a flow to one before it.
fn grown(elements: usize) -> Scene {
    let mut scene = scene(50, 70, 4, 7);
    for zone in &mut scene.zones {
        (zone.parent, zone.is_group) = (None, false);
    }
    for ix in 50..elements {
        scene.nodes.push(Node { id: format!("n{ix}"), name: "One more".into(), zone: scene.nodes[ix - 7].zone, ..Node::default() });
        let line = Line { text: "HTTPS".into(), role: LineRole::Protocol, marks: Vec::new() };
        scene.edges.push(Edge {
            id: format!("more{ix}"),
            from: End::Node(ix - 7),
            to: End::Node(ix),
            label: Label { lines: vec![line] },
            ..Edge::default()
        });
    }
    scene
}

#[test]
fn a_leaf_more_moves_the_others_by_less_than_half_a_node() {
    for elements in 50..54 {
        let (before, after) = (layout(&grown(elements)), layout(&grown(elements + 1)));
        let far = |a: &Rect, b: &Rect| (a.centre().x - b.centre().x).hypot(a.centre().y - b.centre().y) / a.w;
        let mut moves: Vec<f64> = before.nodes.iter().zip(&after.nodes).map(|(a, b)| far(a, b)).collect();
        moves.sort_by(f64::total_cmp);
        assert!(moves[moves.len() / 2] <= 0.5, "{elements} elements and one more: {:.2}", moves[moves.len() / 2]);
        assert_eq!(Faults::of(&grown(elements + 1), &after).total(), 0);
    }
}

#[test]
fn a_long_chain_is_wrapped() {
    let mut scene = scene(30, 0, 1, 3);
    scene.edges = (1..30).map(|ix| Edge { id: format!("f{ix}"), from: End::Node(ix - 1), to: End::Node(ix), ..Edge::default() }).collect();
    let layout = layout(&scene);
    assert_sound(&scene, &layout);
    assert_eq!(Faults::of(&scene, &layout).total(), 0);
    assert!(layout.width / layout.height < 4.0 && layout.height / layout.width < 4.0, "{} by {}", layout.width, layout.height);
}

#[test]
fn labels_of_sixty_elements_overlap_nothing() {
    for seed in 0..2 {
        let scene = scene(60, 100, 14, seed);
        let layout = layout(&scene);
        assert_sound(&scene, &layout);
        assert!(all_labelled(&scene, &layout), "every label has its place");
    }
}

#[test]
fn large_and_tangled_scenes_are_drawn_within_bounds() {
    for (elements, flows, zones) in [(100, 200, 20), (150, 250, 30), (300, 0, 3), (600, 1_800, 0), (1, 40, 1), (0, 0, 4)] {
        let scene = scene(elements, flows, zones, 1);
        assert_sound(&scene, &layout(&scene));
    }
}

#[test]
fn zones_in_zones_in_zones_are_drawn() {
    let mut scene = scene(40, 60, 40, 2);
    for (ix, zone) in scene.zones.iter_mut().enumerate() {
        zone.parent = ix.checked_sub(1);
    }
    assert_sound(&scene, &layout(&scene));
}

#[test]
fn a_large_scene_gives_the_same_bytes_every_time() {
    let scene = scene(80, 160, 12, 5);
    assert!(svg(&scene) == svg(&scene));
}

#[test]
fn arrows_in_the_examples_run_through_neither_nodes_nor_labels() {
    let knowledge = redan_engine::Knowledge::embedded();
    for path in [
        "web-login/web-login.tm.yaml",
        "cloud-workload/image-service.tm.yaml",
        "physical-office/front-office.tm.yaml",
        "api/orders-api.tm.yaml",
    ] {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(path);
        let text = std::fs::read_to_string(&file).expect("the example exists");
        let model = redan_model::load_text(path, &text, &knowledge.vocabulary()).model;
        for level in 0..2 {
            let scene = Scene::of_model(&model, &knowledge, &View::level(level));
            let layout = layout(&scene);
            assert_sound(&scene, &layout);
            assert_eq!(through_nodes(&scene, &layout), Vec::<String>::new(), "{path}");
            assert_eq!(through_labels(&scene, &layout), Vec::<String>::new(), "{path}");
        }
    }
}
