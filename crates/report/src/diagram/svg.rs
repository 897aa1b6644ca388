//! The diagram as SVG: one file that follows the reader's light or dark theme, prints, and reads without colours.
//!
//! Ids are `node-<id>`, `zone-<id>` and `flow-<id>` after a prefix, so that documents can link to parts of a picture.

mod badge;
mod legend;
mod marks;
mod shapes;
pub(crate) mod style;

use std::fmt::Write as _;

use super::geometry::{Point, Rect, meets};
use super::layout::{Layout, Route, Style};
use super::measure::{BADGE, LOCK, MARK, detail_line, line_width, locked_line, name_lines, title_lines, title_size};
use super::scene::{Badge, Edge, Emphasis, LineRole, Node, Scene, Shape, ZoneBox};
use super::text::{DETAIL, LABEL, NAME, TITLE};
use crate::document::plural;

/// How a picture is written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Dress<'a> {
    /// Comes before every id.
    pub(crate) prefix: &'a str,
    /// Colours in place of variables, for programs that know no variables.
    pub(crate) flat: bool,
    /// The model that the picture shows, so that the picture can be opened as that model.
    pub(crate) source: Option<Source<'a>>,
}

/// The text of a model.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Name of its file, without folders.
    pub name: &'a str,
    /// What is in it.
    pub text: &'a str,
}

/// Writes a scene with its layout.
pub(crate) fn render(scene: &Scene, layout: &Layout, dress: Dress<'_>) -> String {
    let Dress { prefix, flat, source } = dress;
    let width = layout.width.max(160.0);
    let (legend, legend_height) = legend::draw(scene, width, layout.height + 4.0);
    let height = layout.height + legend_height;
    let mut out = String::with_capacity(16 * 1024);
    let p = escaped(prefix);
    // What is inside a picture with the role of an image cannot be reached, so that links need another role.
    let nodes = scene.nodes.iter().map(|node| node.threats.as_ref());
    let badges = nodes.chain(scene.edges.iter().map(|edge| edge.threats.as_ref()));
    let role = if badges.into_iter().any(has_link) { "group" } else { "img" };
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="redan-dfd" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="{role}" aria-labelledby="{p}dfd-title {p}dfd-desc"><title id="{p}dfd-title">{}</title><desc id="{p}dfd-desc">{}</desc>{}<style>{}</style>"#,
        escaped(&format!("Data flow diagram: {}", scene.title)),
        escaped(&description(scene)),
        source.map(metadata).unwrap_or_default(),
        if flat { style::flat() } else { style::sheet() }
    );
    let _ = write!(
        out,
        r#"<defs><marker id="{p}dfd-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="arrow" d="M0 .8 10 5 0 9.2z"/></marker></defs><rect class="page" width="100%" height="100%"/>"#
    );
    scene.zones.iter().zip(&layout.zones).for_each(|(zone, r)| boundary(zone, r, &p, &mut out));
    // Titles come after the arrows, so that an arrow that crosses a title does not strike it through.
    scene.edges.iter().zip(&layout.edges).for_each(|(edge, route)| flow(scene, edge, route, layout, &p, &mut out));
    scene.nodes.iter().zip(&layout.nodes).for_each(|(each, r)| node(scene, each, r, &p, &mut out));
    let courses: Vec<Point> = (0..layout.edges.len()).flat_map(|edge| layout.traced(edge)).collect();
    scene.zones.iter().zip(&layout.zones).for_each(|(zone, r)| title(zone, r, &courses, &mut out));
    for (zone, r) in scene.zones.iter().zip(&layout.zones) {
        badge::at_corner(zone.threats.as_ref(), r.x + r.w - 14.0, r.y, &mut out);
    }
    out.push_str(&legend);
    out.push_str("</svg>\n");
    out
}

fn metadata(source: Source<'_>) -> String {
    let (name, text) = (escaped(source.name), kept(source.text));
    format!(r#"<metadata><model xmlns="urn:redan:model" name="{name}" xml:space="preserve">{text}</model></metadata>"#)
}

/// Text for content in which every line and every space counts.
fn kept(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| line.split('\t').map(escaped).collect::<Vec<_>>().join("&#9;")).collect();
    lines.join("\n")
}

fn description(scene: &Scene) -> String {
    let count = |shape| scene.nodes.iter().filter(|node| node.shape == shape).count();
    let boundaries = scene.zones.iter().filter(|zone| !zone.is_group).count();
    let parts = [
        plural(count(Shape::Person), "person", "people"),
        plural(count(Shape::External), "external system", "external systems"),
        plural(count(Shape::Process), "process", "processes"),
        plural(count(Shape::Store), "data store", "data stores"),
        plural(scene.edges.len(), "data flow", "data flows"),
    ];
    let mut said = format!("{} and {}.", parts.join(", "), plural(boundaries, "trust boundary", "trust boundaries"));
    scene.elsewhere.iter().for_each(|more| said.extend([" ", more]));
    said
}

fn has_link(badge: Option<&Badge>) -> bool {
    badge.is_some_and(|badge| badge.link.is_some())
}

/// Opens what leads to the worst threat, if the document is known; gives what closes it.
fn link(badge: Option<&Badge>, out: &mut String) -> &'static str {
    let Some(target) = badge.and_then(|badge| badge.link.as_ref()) else { return "" };
    let _ = write!(out, r#"<a href="{}">"#, escaped(target));
    "</a>"
}

fn emphasis(emphasis: Emphasis) -> &'static str {
    match emphasis {
        Emphasis::None => "",
        Emphasis::Strong => " strong",
        Emphasis::Faded => " faded",
    }
}

/// What a node or arrow says when it is pointed at or read aloud.
fn spoken(text: &str, out_of_scope: bool, badge: Option<&Badge>) -> String {
    let mut text = text.to_owned();
    if out_of_scope {
        text.push_str("; out of scope");
    }
    if let Some(badge) = badge {
        let _ = write!(text, "; {}", badge::words(badge));
    }
    text
}

fn zone_class(zone: &ZoneBox) -> String {
    let trust = match zone.trust_value {
        _ if zone.is_group => "group",
        Some(0..30) => "low",
        Some(30..60) => "middle",
        Some(80..) => "top",
        _ => "high",
    };
    let scope = if zone.out_of_scope { " out" } else { "" };
    format!("zone {trust}{scope}")
}

fn boundary(zone: &ZoneBox, r: &Rect, prefix: &str, out: &mut String) {
    let (id, class) = (escaped(&zone.id), zone_class(zone));
    let trust = zone.trust.as_ref().map_or_else(String::new, |trust| format!(", {trust}"));
    let kind = if zone.is_group { "parts of" } else { "trust boundary" };
    let said = spoken(&format!("{kind} {}{trust}", zone.name), zone.out_of_scope, zone.threats.as_ref());
    let _ = write!(
        out,
        r#"<g id="{prefix}zone-{id}" class="{class}"><title>{}</title><rect x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" rx="8"/></g>"#,
        escaped(&said),
        r.x,
        r.y,
        r.w,
        r.h
    );
}

/// Where the title starts: at the left, or as far to the right as it takes to let an arrow pass.
fn title_start(zone: &ZoneBox, r: &Rect, courses: &[Point]) -> f64 {
    const STEP: f64 = 8.0;
    let size = title_size(zone);
    let band = Rect { x: r.x, y: r.y + 3.0, w: r.w, h: size.h };
    let near: Vec<f64> = courses.iter().filter(|&&p| band.holds(p)).map(|p| p.x).collect();
    let starts = std::iter::successors(Some(r.x + 11.0), |x| Some(x + STEP)).take_while(|x| x + size.w + 11.0 <= r.x + r.w);
    let mut free = starts.filter(|x| !near.iter().any(|&at| at > x - 6.0 && at < x + size.w + 6.0));
    free.next().unwrap_or(r.x + 11.0)
}

fn title(zone: &ZoneBox, r: &Rect, courses: &[Point], out: &mut String) {
    let x = title_start(zone, r, courses);
    let _ = write!(out, r#"<g class="{}">"#, zone_class(zone));
    let (names, trust, joined) = title_lines(zone);
    let last = names.len().saturating_sub(1);
    for (ix, line) in names.iter().enumerate() {
        let _ =
            write!(out, r#"<text class="title" x="{x:.1}" y="{:.1}">{}"#, r.y + 7.0 + TITLE.size + ix as f64 * TITLE.line(), escaped(line));
        if let Some(trust) = trust.as_ref().filter(|_| joined && ix == last) {
            let _ = write!(out, r#" <tspan class="trust">&#183; {}</tspan>"#, escaped(trust));
        }
        out.push_str("</text>");
    }
    if let Some(trust) = trust.filter(|_| !joined) {
        let y = r.y + 7.0 + TITLE.size + names.len() as f64 * TITLE.line();
        let _ = write!(out, r#"<text class="title trust" x="{x:.1}" y="{y:.1}">{}</text>"#, escaped(&trust));
    }
    out.push_str("</g>");
}

fn node(scene: &Scene, node: &Node, r: &Rect, prefix: &str, out: &mut String) {
    let scope = if node.out_of_scope { " out" } else { "" };
    let (class, weight) = (shapes::class(node.shape), emphasis(node.emphasis));
    let _ = write!(out, r#"<g id="{prefix}node-{}" class="{class}{scope}{weight}">"#, escaped(&node.id));
    let kind = shapes::word(node.shape);
    let name = node.detail.as_ref().map_or_else(|| format!("{} ({kind})", node.name), |detail| format!("{} ({kind}, {detail})", node.name));
    let _ = write!(out, "<title>{}</title>", escaped(&spoken(&name, node.out_of_scope, node.threats.as_ref())));
    let close = link(node.threats.as_ref(), out);
    shapes::outline(scene.notation, node.shape, r, out);
    let (lines, detail) = (name_lines(node), detail_line(node));
    let height = lines.len() as f64 * NAME.line() + detail.as_ref().map_or(0.0, |_| DETAIL.line());
    let cx = r.x + r.w / 2.0;
    let top = r.y + r.h / 2.0 - height / 2.0 + shapes::text_drop(scene.notation, node.shape);
    for (ix, line) in lines.iter().enumerate() {
        let y = top + (ix as f64 + 0.76) * NAME.line();
        let _ = write!(out, r#"<text class="name" x="{cx:.1}" y="{y:.1}">{}</text>"#, escaped(line));
    }
    if let Some(detail) = detail {
        let y = top + lines.len() as f64 * NAME.line() + 0.78 * DETAIL.line();
        let _ = write!(out, r#"<text class="detail" x="{cx:.1}" y="{y:.1}">{}</text>"#, escaped(&detail));
    }
    let corner = shapes::corner(scene.notation, node.shape, r);
    badge::at_corner(node.threats.as_ref(), corner.x, corner.y, out);
    out.push_str(close);
    out.push_str("</g>");
}

fn flow(scene: &Scene, edge: &Edge, route: &Route, layout: &Layout, prefix: &str, out: &mut String) {
    let scope = if edge.out_of_scope { " out" } else { "" };
    let _ = write!(out, r#"<g id="{prefix}flow-{}" class="flow{scope}{}">"#, escaped(&edge.id), emphasis(edge.emphasis));
    let arrow = if edge.both_ways { " to and from " } else { " to " };
    let locked = if edge.encrypted { ", encrypted" } else { "" };
    let text = format!("{}{arrow}{}: {}{locked}", scene.name_of(edge.from), scene.name_of(edge.to), edge.label.sentence());
    let _ = write!(out, "<title>{}</title>", escaped(&spoken(&text, edge.out_of_scope, edge.threats.as_ref())));
    let close = link(edge.threats.as_ref(), out);
    let start = if edge.both_ways { format!(r#" marker-start="url(#{prefix}dfd-arrow)""#) } else { String::new() };
    let d = if edge.from == edge.to { loop_path(&route.points) } else { path(route, layout) };
    let _ = write!(out, r#"<path class="course" d="{d}"{start} marker-end="url(#{prefix}dfd-arrow)"/>"#);
    if let Some(r) = &route.label {
        label(edge, r, out);
    }
    out.push_str(close);
    out.push_str("</g>");
}

fn path(route: &Route, layout: &Layout) -> String {
    if layout.style == Style::Angular || route.angular {
        return corners(&route.points, route.label);
    }
    curves(route, layout.left_to_right)
}

/// Straight pieces with round corners, with a gap where the label is.
fn corners(points: &[Point], label: Option<Rect>) -> String {
    const RADIUS: f64 = 7.0;
    let Some(first) = points.first() else { return String::new() };
    let mut d = format!("M{:.1} {:.1}", first.x, first.y);
    let mut at = *first;
    for three in points.windows(3) {
        let (a, b, c) = (three[0], three[1], three[2]);
        let towards = |other: Point| {
            let length = (other.x - b.x).hypot(other.y - b.y).max(0.01);
            let share = (RADIUS / length).min(0.5);
            Point { x: b.x + (other.x - b.x) * share, y: b.y + (other.y - b.y) * share }
        };
        let (p, q) = (towards(a), towards(c));
        straight(at, p, label, &mut d);
        let _ = write!(d, "Q{:.1} {:.1} {:.1} {:.1}", b.x, b.y, q.x, q.y);
        at = q;
    }
    if let Some(last) = points.last() {
        straight(at, *last, label, &mut d);
    }
    d
}

/// A straight piece that leaves out what a label covers.
fn straight(a: Point, b: Point, label: Option<Rect>, d: &mut String) {
    let covered = label.filter(|r| meets(a, b, r));
    if let Some(r) = covered {
        let inside = |p: Point| Point { x: p.x.clamp(r.x, r.x + r.w), y: p.y.clamp(r.y, r.y + r.h) };
        let (enter, leave) = (inside(a), inside(b));
        let _ = write!(d, "L{:.1} {:.1}M{:.1} {:.1}", enter.x, enter.y, leave.x, leave.y);
    }
    let _ = write!(d, "L{:.1} {:.1}", b.x, b.y);
}

/// Curves that leave and arrive in the direction of the flows, with a gap where the label is.
fn curves(route: &Route, left_to_right: bool) -> String {
    let Some(first) = route.points.first() else { return String::new() };
    let mut d = format!("M{:.1} {:.1}", first.x, first.y);
    for pair in route.points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let straight = if left_to_right { (a.y - b.y).abs() < 0.3 } else { (a.x - b.x).abs() < 0.3 };
        let labelled = straight && route.label.is_some_and(|r| r.grown(1.0).holds(a) && r.grown(1.0).holds(b));
        let _ = if labelled {
            write!(d, "M{:.1} {:.1}", b.x, b.y)
        } else if straight {
            write!(d, "L{:.1} {:.1}", b.x, b.y)
        } else if left_to_right {
            let x = f64::midpoint(a.x, b.x);
            write!(d, "C{x:.1} {:.1} {x:.1} {:.1} {:.1} {:.1}", a.y, b.y, b.x, b.y)
        } else {
            let y = f64::midpoint(a.y, b.y);
            write!(d, "C{:.1} {y:.1} {:.1} {y:.1} {:.1} {:.1}", a.x, b.x, b.x, b.y)
        };
    }
    d
}

fn loop_path(points: &[Point]) -> String {
    let [a, b, c, d] = points else { return String::new() };
    format!("M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", a.x, a.y, b.x - 6.0, b.y, c.x + 6.0, c.y, d.x, d.y)
}

fn label(edge: &Edge, r: &Rect, out: &mut String) {
    let locked = locked_line(edge);
    let side = if edge.threats.is_some() { BADGE } else { 0.0 };
    let height = edge.label.lines.len() as f64 * LABEL.line();
    let top = r.y + (r.h - height) / 2.0;
    for (ix, line) in edge.label.lines.iter().enumerate() {
        let y = top + (ix as f64 + 0.77) * LABEL.line();
        let is_locked = locked == Some(ix);
        let mut x = r.x + side + (r.w - side - line_width(line, is_locked)) / 2.0;
        if is_locked {
            shapes::lock(x + 1.0, y, out);
            x += LOCK;
        }
        for &mark in &line.marks {
            marks::draw(mark, x, y, out);
            x += MARK;
        }
        let class = match line.role {
            LineRole::Protocol => r#" class="protocol""#,
            LineRole::Returned => r#" class="returned""#,
            LineRole::Name | LineRole::Data => "",
        };
        let _ = write!(out, r#"<text{class} x="{:.1}" y="{y:.1}">{}</text>"#, x + LABEL.width(&line.text) / 2.0, escaped(&line.text));
    }
    badge::at_corner(edge.threats.as_ref(), r.x + BADGE / 2.0, r.y + r.h / 2.0, out);
}

/// Text for content and attributes; characters that XML cannot hold are dropped.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
