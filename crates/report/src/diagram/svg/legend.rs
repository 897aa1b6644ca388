//! The legend: one entry for each kind of thing that the picture has.

use std::fmt::Write as _;

use redan_model::lang::Band;

use super::{badge, escaped, marks, shapes};
use crate::diagram::geometry::Rect;
use crate::diagram::scene::{Emphasis, Mark, Scene, Shape};
use crate::diagram::text::{LABEL, wrap};
use crate::diagram::view::Notation;

/// Height of a row.
const ROW: f64 = 26.0;
/// Width of a sample with the gap after it: of a shape, and of a sign.
const SAMPLES: (f64, f64) = (38.0, 24.0);

#[derive(Clone, Copy)]
enum Sample {
    Node(Shape),
    Boundary,
    Group,
    Lock,
    Mark(Mark),
    Threats(Option<Band>),
    OutOfScope,
    PointedOut,
}

/// The legend below a picture: its drawing, and the height that it adds.
pub(super) fn draw(scene: &Scene, width: f64, top: f64) -> (String, f64) {
    let mut out = String::from(r#"<g class="legend" aria-hidden="true">"#);
    let (mut x, mut y) = (20.0, top);
    for (sample, words) in entries(scene) {
        let before = if matches!(sample, Sample::Lock | Sample::Mark(_) | Sample::Threats(_)) { SAMPLES.1 } else { SAMPLES.0 };
        let wide = before + LABEL.width(words) + 18.0;
        if x > 20.0 && x + wide > width - 10.0 {
            (x, y) = (20.0, y + ROW);
        }
        draw_sample(scene, sample, x, y, &mut out);
        let _ = write!(out, r#"<text x="{:.1}" y="{:.1}">{words}</text>"#, x + before, y + 14.0);
        x += wide;
    }
    for line in scene.elsewhere.iter().flat_map(|said| wrap(said, LABEL, width - 40.0, 3)) {
        y += LABEL.line() + 4.0;
        let _ = write!(out, r#"<text x="20" y="{:.1}">{}</text>"#, y + 14.0, escaped(&line));
    }
    out.push_str("</g>");
    (out, y + ROW + 4.0 - top)
}

fn entries(scene: &Scene) -> Vec<(Sample, &'static str)> {
    let guide = scene.notation == Notation::Guide;
    let has = |shape| scene.nodes.iter().any(|node| node.shape == shape);
    let out = scene.nodes.iter().any(|node| node.out_of_scope) || scene.zones.iter().any(|zone| zone.out_of_scope);
    let strong = |emphasis: Emphasis| emphasis == Emphasis::Strong;
    let pointed_out = scene.nodes.iter().any(|node| strong(node.emphasis)) || scene.edges.iter().any(|edge| strong(edge.emphasis));
    let mut marks: Vec<Mark> = scene.edges.iter().flat_map(|edge| &edge.label.lines).flat_map(|line| line.marks.iter().copied()).collect();
    marks.sort_unstable();
    marks.dedup();
    let all = [
        (guide && has(Shape::Person), Sample::Node(Shape::Person), "person"),
        (guide && has(Shape::External), Sample::Node(Shape::External), "external system"),
        (!guide && (has(Shape::Person) || has(Shape::External)), Sample::Node(Shape::External), "external entity"),
        (has(Shape::Process), Sample::Node(Shape::Process), "process"),
        (has(Shape::Store), Sample::Node(Shape::Store), "data store"),
        (scene.zones.iter().any(|zone| !zone.is_group), Sample::Boundary, "trust boundary"),
        (scene.zones.iter().any(|zone| zone.is_group), Sample::Group, "opened element"),
        (scene.edges.iter().any(|edge| edge.encrypted), Sample::Lock, "encrypted"),
        (out, Sample::OutOfScope, "out of scope"),
        (pointed_out, Sample::PointedOut, "pointed out"),
    ];
    let plain = all.into_iter().filter(|(shown, ..)| *shown).map(|(_, sample, words)| (sample, words));
    let marks = marks.into_iter().map(|mark| (Sample::Mark(mark), marks::words(mark)));
    plain.chain(marks).chain(bands(scene).into_iter().map(|band| (Sample::Threats(band), threats(band)))).collect()
}

/// The bands that occur, the worst first.
fn bands(scene: &Scene) -> Vec<Option<Band>> {
    let nodes = scene.nodes.iter().filter_map(|node| node.threats.as_ref());
    let zones = scene.zones.iter().filter_map(|zone| zone.threats.as_ref());
    let edges = scene.edges.iter().filter_map(|edge| edge.threats.as_ref());
    let mut bands: Vec<Option<Band>> = nodes.chain(zones).chain(edges).map(|badge| badge.band).collect();
    bands.sort_unstable();
    bands.dedup();
    bands.reverse();
    bands
}

fn threats(band: Option<Band>) -> &'static str {
    match band {
        Some(Band::Critical) => "open threats, worst critical",
        Some(Band::High) => "open threats, worst high",
        Some(Band::Medium) => "open threats, worst medium",
        Some(Band::Low) => "open threats, worst low",
        None => "open threats, not rated",
    }
}

fn draw_sample(scene: &Scene, sample: Sample, x: f64, y: f64, out: &mut String) {
    let r = Rect { x, y, w: 30.0, h: 19.0 };
    match sample {
        Sample::Node(Shape::Person) => {
            out.push_str(r#"<g class="person">"#);
            shapes::person(x + 15.0, y - 1.0, 22.0, out);
            out.push_str("</g>");
        }
        Sample::Node(shape) => {
            let r = if shape == Shape::Store { Rect { y: y - 4.0, h: 27.0, ..r } } else { r };
            let _ = write!(out, r#"<g class="{}">"#, shapes::class(shape));
            shapes::outline(scene.notation, shape, &r, out);
            out.push_str("</g>");
        }
        Sample::Boundary | Sample::Group => {
            let class = if matches!(sample, Sample::Group) { "zone group" } else { "zone" };
            let _ = write!(out, r#"<g class="{class}"><rect x="{x:.1}" y="{y:.1}" width="30" height="19" rx="4"/></g>"#);
        }
        Sample::Lock => shapes::lock(x + 6.0, y + 14.0, out),
        Sample::Mark(mark) => marks::draw(mark, x + 4.0, y + 14.0, out),
        Sample::Threats(band) => badge::draw(band, x + 10.0, y + 9.0, "n", out),
        Sample::PointedOut => {
            let (end, middle) = (x + 30.0, y + 10.0);
            let _ = write!(out, r#"<g class="flow strong"><path class="course" d="M{x:.1} {middle:.1}L{end:.1} {middle:.1}"/></g>"#);
        }
        Sample::OutOfScope => {
            let _ = write!(out, r#"<g class="out"><rect class="shape" x="{x:.1}" y="{y:.1}" width="30" height="19" rx="4"/></g>"#);
        }
    }
}
