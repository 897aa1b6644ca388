//! The diagram for draw.io, with the places and courses of the picture, to be moved on by hand. Labels are plain text,
//! so that nothing in a name is taken for HTML. Styles are those that all versions since 14 draw alike: `default` as a
//! colour, for one, is black in older ones.

use std::fmt::Write as _;

use super::geometry::{Point, Rect};
use super::graph::End;
use super::layout::{Layout, Style};
use super::scene::{Scene, Shape};
use super::svg::escaped;
use super::view::Notation;

/// Writes a scene with its layout as one uncompressed page.
pub(crate) fn render(scene: &Scene, layout: &Layout) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<mxfile host=\"redan\">");
    let _ = write!(
        out,
        r#"<diagram id="dfd" name="{}"><mxGraphModel dx="800" dy="600" grid="1" gridSize="10" guides="1" arrows="1" page="0" pageWidth="{:.0}" pageHeight="{:.0}"><root><mxCell id="0"/><mxCell id="1" parent="0"/>"#,
        attribute(&scene.title),
        layout.width,
        layout.height
    );
    for (ix, (zone, r)) in scene.zones.iter().zip(&layout.zones).enumerate() {
        let title = zone.trust.as_ref().map_or_else(|| zone.name.clone(), |trust| format!("{} ({trust})", zone.name));
        let dashes = if zone.is_group { "dashed=0;strokeColor=#64748B" } else { "dashed=1;strokeColor=#B3261E;fontColor=#B3261E" };
        let style = format!(
            "rounded=1;absoluteArcSize=1;arcSize=16;container=1;collapsible=0;html=0;fillColor=none;{dashes};verticalAlign=top;align=left;spacingLeft=8;fontStyle=1"
        );
        vertex(scene, layout, End::Zone(ix), zone.parent, &title, &style, r, &mut out);
    }
    for (ix, (node, r)) in scene.nodes.iter().zip(&layout.nodes).enumerate() {
        let grey = if node.out_of_scope { "fillColor=#ECEFF2;strokeColor=#8A94A1;fontColor=#55606F" } else { colours(node.shape) };
        let style = format!("{};whiteSpace=wrap;html=0;{grey};fontStyle=1", shape(scene.notation, node.shape));
        vertex(scene, layout, End::Node(ix), node.zone, &node.name, &style, &body(scene, ix, r), &mut out);
    }
    for ix in 0..scene.edges.len() {
        edge(scene, layout, ix, &mut out);
    }
    out.push_str("</root></mxGraphModel></diagram></mxfile>\n");
    out
}

#[expect(clippy::too_many_arguments, reason = "one cell of the file, with everything that is written into it")]
fn vertex(scene: &Scene, layout: &Layout, end: End, zone: Option<usize>, value: &str, style: &str, r: &Rect, out: &mut String) {
    let origin = zone.map(|zone| layout.zones[zone]).unwrap_or_default();
    let parent = zone.map_or_else(|| "1".to_owned(), |zone| id(scene, End::Zone(zone)));
    let _ = write!(
        out,
        r#"<mxCell id="{}" value="{}" style="{style}" vertex="1" parent="{parent}"><mxGeometry x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" as="geometry"/></mxCell>"#,
        id(scene, end),
        attribute(value),
        r.x - origin.x,
        r.y - origin.y,
        r.w,
        r.h
    );
}

fn edge(scene: &Scene, layout: &Layout, ix: usize, out: &mut String) {
    let (edge, route) = (&scene.edges[ix], &layout.edges[ix]);
    let start = if edge.both_ways { "startArrow=block;" } else { "" };
    let grey = if edge.out_of_scope { "strokeColor=#8A94A1;dashed=1;" } else { "" };
    let (first, last) = (route.points.first().copied().unwrap_or_default(), route.points.last().copied().unwrap_or_default());
    // The ends are fixed to where the arrow meets its shapes, or the program would choose its own.
    let anchors = [("exit", edge.from, first), ("entry", edge.to, last)].map(|(word, end, p)| {
        let r = match end {
            End::Node(node) => body(scene, node, &layout.nodes[node]),
            End::Zone(zone) => layout.zones[zone],
        };
        let share = |at: f64, from: f64, size: f64| (at - from) / size.max(1.0);
        let (x, y) = (share(p.x, r.x, r.w), share(p.y, r.y, r.h));
        // A figure is narrower than its place: arrows at its sides go on to it, those below begin under its name.
        let x = if (0.0..=1.0).contains(&y) { x.clamp(0.0, 1.0) } else { x };
        format!("{word}X={x:.3};{word}Y={y:.3};{word}Perimeter=0;")
    });
    let curve = if layout.style == Style::Curved { "curved=1;" } else { "rounded=1;" };
    let _ = write!(
        out,
        r#"<mxCell id="{}" value="{}" style="html=0;endArrow=block;{start}{curve}{grey}{}{}fontSize=11;labelBackgroundColor=#FFFFFF" edge="1" parent="1" source="{}" target="{}"><mxGeometry relative="1" as="geometry"><Array as="points">"#,
        attribute(&format!("flow-{}", edge.id)),
        attribute(&edge.label.text("\n")),
        anchors[0],
        anchors[1],
        id(scene, edge.from),
        id(scene, edge.to)
    );
    let points = layout.handles(ix);
    let between = points.len().saturating_sub(1);
    for point in points.get(1..between).unwrap_or_default() {
        let _ = write!(out, r#"<mxPoint x="{:.1}" y="{:.1}"/>"#, point.x, point.y);
    }
    out.push_str("</Array>");
    // The program puts a label at half the length of its arrow, and moves it by what stands here.
    if let (Some(label), Some(half)) = (route.label, halfway(&points)) {
        let at = label.centre();
        let _ = write!(out, r#"<mxPoint x="{:.1}" y="{:.1}" as="offset"/>"#, at.x - half.x, at.y - half.y);
    }
    out.push_str("</mxGeometry></mxCell>");
}

/// The point at half the length of a chain of straight pieces.
fn halfway(points: &[Point]) -> Option<Point> {
    let length = |p: &[Point]| (p[1].x - p[0].x).hypot(p[1].y - p[0].y);
    let mut left = points.windows(2).map(length).sum::<f64>() / 2.0;
    for pair in points.windows(2) {
        let piece = length(pair);
        if piece > 0.0 && left <= piece {
            let share = left / piece;
            return Some(Point { x: pair[0].x + (pair[1].x - pair[0].x) * share, y: pair[0].y + (pair[1].y - pair[0].y) * share });
        }
        left -= piece;
    }
    points.last().copied()
}

/// Where the shape of a node is drawn: everywhere on its place, but for a person, whose figure has its name below.
fn body(scene: &Scene, node: usize, r: &Rect) -> Rect {
    const NAME: f64 = 20.0;
    if scene.notation != Notation::Guide || scene.nodes[node].shape != Shape::Person {
        return *r;
    }
    let h = (r.h - NAME).max(NAME);
    let w = (h * 0.6).min(r.w);
    Rect { x: r.x + (r.w - w) / 2.0, y: r.y, w, h }
}

fn id(scene: &Scene, end: End) -> String {
    let kind = if matches!(end, End::Node(_)) { "node" } else { "zone" };
    attribute(&format!("{kind}-{}", scene.id_of(end)))
}

fn attribute(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escaped).collect();
    lines.join("&#10;")
}

fn colours(shape: Shape) -> &'static str {
    match shape {
        Shape::Process => "fillColor=#E3EDFD;strokeColor=#2F63B8",
        Shape::Store => "fillColor=#FDF3D6;strokeColor=#8F6A0B",
        Shape::Person | Shape::External => "fillColor=#FFFFFF;strokeColor=#334155",
    }
}

fn shape(notation: Notation, shape: Shape) -> &'static str {
    match (notation, shape) {
        (Notation::Guide, Shape::Person) => "shape=umlActor;verticalLabelPosition=bottom;verticalAlign=top",
        (Notation::Guide, Shape::Store) => "shape=cylinder3;boundedLbl=1;size=7",
        (Notation::Classic, Shape::Store) => "shape=partialRectangle;left=0;right=0",
        (Notation::Classic, Shape::Process) => "ellipse",
        (Notation::Guide, Shape::Process) => "rounded=1",
        (_, Shape::External | Shape::Person) => "rounded=0",
    }
}
