//! Systems of many shapes and sizes, written as models: tiers, chains, stars, meshes, zones in zones.

use std::fmt::Write as _;

use crate::gen_model;

/// Each with its name.
pub(super) fn all() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = [(10, 14), (25, 40), (50, 80), (100, 160), (200, 320), (300, 500)]
        .into_iter()
        .map(|(elements, flows)| (format!("segments {elements}"), gen_model::model(elements, flows)))
        .collect();
    for count in [12, 30, 60] {
        all.push((format!("tiers {count}"), tiers(count)));
    }
    for count in [120, 300] {
        all.push((format!("tiers {count}"), tiers(count)));
    }
    all.push(("chain 24".to_owned(), chain(24)));
    all.push(("star 20".to_owned(), star(20)));
    all.push(("mesh 12".to_owned(), mesh(12)));
    all.push(("deep zones 40".to_owned(), deep(40)));
    all.push(("loops and parallels".to_owned(), parallels()));
    all
}

/// Fifty elements, and the same with a leaf more.
pub(super) fn grown() -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for (name, base, zone, hub) in [
        ("tiers 50", tiers(50), "zone-1", "node-9"),
        ("tiers 50 at the front", tiers(50), "zone-0", "node-1"),
        ("deep zones 50", deep(50), "zone-3", "node-13"),
        ("segments 50", gen_model::model(50, 80), "inner-1", "service-1-6"),
        ("segments 50 at the back", gen_model::model(50, 80), "data-0", "service-0-6"),
    ] {
        let (elements, flows) = base.split_once("\nflows:\n").unwrap_or((&base, ""));
        let kind = if zone.starts_with("data") { "store" } else { "process" };
        let after = format!(
            "{elements}\n  one-more: {{kind: {kind}, zone: {zone}}}\n\nflows:\n{flows}  to-one-more: {{from: {hub}, to: one-more, protocol: https}}\n"
        );
        all.push((name.to_owned(), base, after));
    }
    all
}

fn head(name: &str, zones: &[(String, Option<String>)]) -> String {
    const TRUST: [&str; 5] = ["untrusted", "partner", "internal", "privileged", "external"];
    let mut text = format!("redan: 1\nname: {name}\n\nassets:\n  orders: {{data: [pii], confidentiality: high}}\n\nzones:\n");
    for (ix, (id, parent)) in zones.iter().enumerate() {
        let parent = parent.as_ref().map_or_else(String::new, |parent| format!(", in: {parent}"));
        let _ = writeln!(text, "  {id}: {{trust: {}{parent}}}", TRUST[ix % TRUST.len()]);
    }
    text.push_str("\nelements:\n");
    text
}

fn element(text: &mut String, ix: usize, kind: &str, zone: Option<&str>) {
    const NAMES: [&str; 8] =
        ["Web shop", "Order service", "Identity provider", "Billing and invoicing", "Search", "Message broker", "Reporting job", "Stock"];
    let zone = zone.map_or_else(String::new, |zone| format!(", zone: {zone}"));
    let _ = writeln!(text, "  node-{ix}: {{kind: {kind}, name: {} {ix}{zone}}}", NAMES[ix % NAMES.len()]);
}

fn flow(text: &mut String, number: usize, from: usize, to: usize) {
    const PROTOCOLS: [&str; 4] = ["https", "sql", "amqp", "grpc"];
    let carries = if number.is_multiple_of(3) { ", carries: [orders]" } else { "" };
    let _ = writeln!(text, "  flow-{number}: {{from: node-{from}, to: node-{to}, protocol: {}{carries}}}", PROTOCOLS[number % 4]);
}

/// People, an edge, services and stores, each tier in a zone of its own, as most web systems are.
fn tiers(count: usize) -> String {
    let zones: Vec<(String, Option<String>)> = (0..4).map(|ix| (format!("zone-{ix}"), (ix == 3).then(|| "zone-2".to_owned()))).collect();
    let mut text = head(&format!("Tiers of {count}"), &zones);
    let tier = |ix: usize| match ix * 10 / count {
        0 => 0,
        1..3 => 1,
        3..7 => 2,
        _ => 3,
    };
    for ix in 0..count {
        let kind = ["actor", "process", "process", "store"][tier(ix)];
        element(&mut text, ix, kind, Some(&format!("zone-{}", tier(ix))));
    }
    text.push_str("\nflows:\n");
    let of = |wanted: usize| (0..count).filter(|&ix| tier(ix) == wanted).collect::<Vec<_>>();
    let mut number = 0;
    for (from, to) in [(0, 1), (1, 2), (2, 3)] {
        let (sources, targets) = (of(from), of(to));
        for (ix, &target) in targets.iter().enumerate() {
            flow(&mut text, number, sources[ix % sources.len()], target);
            number += 1;
        }
        for (ix, &source) in sources.iter().enumerate().filter(|(ix, _)| ix % 3 == 2) {
            flow(&mut text, number, source, targets[(ix * 5 + 2) % targets.len()]);
            number += 1;
        }
    }
    text
}

fn chain(count: usize) -> String {
    let mut text = head("A long chain", &[("plant".to_owned(), None), ("outside".to_owned(), None)]);
    (0..count).for_each(|ix| element(&mut text, ix, "process", if ix < 2 { Some("outside") } else { Some("plant") }));
    text.push_str("\nflows:\n");
    (1..count).for_each(|ix| flow(&mut text, ix, ix - 1, ix));
    text
}

fn star(count: usize) -> String {
    let mut text = head("A hub and its spokes", &[("inside".to_owned(), None)]);
    for ix in 0..count {
        let kind = if ix % 4 == 3 { "external" } else { "process" };
        element(&mut text, ix, kind, (ix % 4 != 3).then_some("inside"));
    }
    text.push_str("\nflows:\n");
    (1..count).for_each(|ix| if ix % 2 == 0 { flow(&mut text, ix, 0, ix) } else { flow(&mut text, ix, ix, 0) });
    text
}

fn mesh(count: usize) -> String {
    let mut text = head("A mesh", &[("a".to_owned(), None), ("b".to_owned(), None)]);
    (0..count).for_each(|ix| element(&mut text, ix, "process", Some(if ix % 2 == 0 { "a" } else { "b" })));
    text.push_str("\nflows:\n");
    let pairs = (0..count).flat_map(|from| [1, 3, 5].map(|step| (from, (from + step) % count)));
    pairs.enumerate().for_each(|(number, (from, to))| flow(&mut text, number, from, to));
    text
}

/// Zones in zones in zones, with flows across all of them.
fn deep(count: usize) -> String {
    let zones: Vec<(String, Option<String>)> =
        (0..8).map(|ix| (format!("zone-{ix}"), (ix > 0 && ix != 4).then(|| format!("zone-{}", ix - 1)))).collect();
    let mut text = head("Zones in zones", &zones);
    for ix in 0..count {
        let kind = if ix % 7 == 6 { "store" } else { "process" };
        element(&mut text, ix, kind, Some(&format!("zone-{}", ix * 8 / count)));
    }
    text.push_str("\nflows:\n");
    (1..count).for_each(|ix| flow(&mut text, ix, (ix * 7 / 8).saturating_sub(ix % 3), ix));
    text
}

fn parallels() -> String {
    let mut text = head("Parallel flows and loops", &[("a".to_owned(), None), ("b".to_owned(), None)]);
    (0..5).for_each(|ix| element(&mut text, ix, "process", Some(if ix < 2 { "a" } else { "b" })));
    text.push_str("\nflows:\n");
    let pairs = [(0, 1), (0, 1), (0, 1), (1, 0), (1, 2), (2, 1), (2, 2), (2, 3), (2, 4), (4, 4), (4, 4), (3, 4), (4, 3), (0, 4)];
    pairs.into_iter().enumerate().for_each(|(number, (from, to))| flow(&mut text, number, from, to));
    text
}
