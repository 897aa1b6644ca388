//! The diagram as SVG: one file that follows the reader's light or dark theme, prints, and reads without colours.
//!
//! Ids are `node-<id>`, `zone-<id>` and `flow-<id>` after a prefix, so that documents can link to parts of a picture.

mod legend;
mod shapes;
pub(crate) mod style;

use std::fmt::Write as _;

use super::geometry::{Point, Rect};
use super::layout::{Layout, Route, Style};
use super::measure::{LOCK, detail_line, name_lines, title_lines, title_size};
use super::scene::{Edge, LineRole, Node, Scene, Shape, ZoneBox};
use super::text::{DETAIL, LABEL, NAME, TITLE};

/// Writes a scene with its layout; `prefix` comes before every id.
pub(crate) fn render(scene: &Scene, layout: &Layout, prefix: &str) -> String {
    let width = layout.width.max(160.0);
    let (legend, legend_height) = legend::draw(scene, width, layout.height + 4.0);
    let height = layout.height + legend_height;
    let mut out = String::with_capacity(16 * 1024);
    let p = escaped(prefix);
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="redan-dfd" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-labelledby="{p}dfd-title {p}dfd-desc"><title id="{p}dfd-title">{}</title><desc id="{p}dfd-desc">{}</desc><style>{}</style>"#,
        escaped(&format!("Data flow diagram: {}", scene.title)),
        escaped(&description(scene)),
        style::sheet()
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
    out.push_str(&legend);
    out.push_str("</svg>\n");
    out
}

fn description(scene: &Scene) -> String {
    let count = |shape| scene.nodes.iter().filter(|node| node.shape == shape).count();
    let boundaries = scene.zones.iter().filter(|zone| !zone.is_group).count();
    format!(
        "{} people, {} external systems, {} processes, {} data stores, {} data flows and {boundaries} trust boundaries.",
        count(Shape::Person),
        count(Shape::External),
        count(Shape::Process),
        count(Shape::Store),
        scene.edges.len(),
    )
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
    let _ = write!(
        out,
        r#"<g id="{prefix}zone-{id}" class="{class}"><rect x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" rx="8"/></g>"#,
        r.x, r.y, r.w, r.h
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
    let _ = write!(out, r#"<g id="{prefix}node-{}" class="{}{scope}">"#, escaped(&node.id), shapes::class(node.shape));
    if let Some(detail) = &node.detail {
        let _ = write!(out, "<title>{} ({})</title>", escaped(&node.name), escaped(detail));
    }
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
    out.push_str("</g>");
}

fn flow(scene: &Scene, edge: &Edge, route: &Route, layout: &Layout, prefix: &str, out: &mut String) {
    let scope = if edge.out_of_scope { " out" } else { "" };
    let _ = write!(out, r#"<g id="{prefix}flow-{}" class="flow{scope}">"#, escaped(&edge.id));
    let arrow = if edge.both_ways { " to and from " } else { " to " };
    let text = format!("{}{arrow}{}: {}", scene.id_of(edge.from), scene.id_of(edge.to), edge.label.text(", "));
    let _ = write!(out, "<title>{}</title>", escaped(&text));
    let start = if edge.both_ways { format!(r#" marker-start="url(#{prefix}dfd-arrow)""#) } else { String::new() };
    let d = if edge.from == edge.to { loop_path(&route.points) } else { path(route, layout) };
    let _ = write!(out, r#"<path d="{d}"{start} marker-end="url(#{prefix}dfd-arrow)"/>"#);
    if let Some(r) = &route.label {
        label(edge, r, out);
    }
    out.push_str("</g>");
}

fn path(route: &Route, layout: &Layout) -> String {
    match layout.style {
        Style::Curved => curves(route, layout.left_to_right),
        Style::Angular => corners(&route.points),
    }
}

/// Straight pieces with round corners.
fn corners(points: &[Point]) -> String {
    const RADIUS: f64 = 7.0;
    let Some(first) = points.first() else { return String::new() };
    let mut d = format!("M{:.1} {:.1}", first.x, first.y);
    for three in points.windows(3) {
        let (a, b, c) = (three[0], three[1], three[2]);
        let towards = |other: Point| {
            let length = (other.x - b.x).hypot(other.y - b.y).max(0.01);
            let share = (RADIUS / length).min(0.5);
            Point { x: b.x + (other.x - b.x) * share, y: b.y + (other.y - b.y) * share }
        };
        let (p, q) = (towards(a), towards(c));
        let _ = write!(d, "L{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", p.x, p.y, b.x, b.y, q.x, q.y);
    }
    if let Some(last) = points.last() {
        let _ = write!(d, "L{:.1} {:.1}", last.x, last.y);
    }
    d
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
    let has_protocol = edge.label.lines.iter().any(|line| line.role == LineRole::Protocol);
    let last = edge.label.lines.len().saturating_sub(1);
    for (ix, line) in edge.label.lines.iter().enumerate() {
        let y = r.y + 2.0 + (ix as f64 + 0.77) * LABEL.line();
        let locked = edge.encrypted && if has_protocol { line.role == LineRole::Protocol } else { ix == last };
        let shift = if locked { LOCK / 2.0 } else { 0.0 };
        let x = r.x + r.w / 2.0 + shift;
        if locked {
            shapes::lock(x - LABEL.width(&line.text) / 2.0 - LOCK + 1.0, y, out);
        }
        let class = match line.role {
            LineRole::Protocol => r#" class="protocol""#,
            LineRole::Returned => r#" class="returned""#,
            LineRole::Name | LineRole::Data => "",
        };
        let _ = write!(out, r#"<text{class} x="{x:.1}" y="{y:.1}">{}</text>"#, escaped(&line.text));
    }
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
