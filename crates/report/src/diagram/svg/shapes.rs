//! The shapes of nodes, and the small glyphs.

use std::fmt::Write as _;

use crate::diagram::geometry::{Point, Rect};
use crate::diagram::measure::{CAP, FIGURE};
use crate::diagram::scene::Shape;
use crate::diagram::view::Notation;

/// Class of a shape, for the style sheet.
pub(super) fn class(shape: Shape) -> &'static str {
    match shape {
        Shape::Person => "person",
        Shape::External => "external",
        Shape::Process => "process",
        Shape::Store => "store",
    }
}

/// What a shape stands for.
pub(super) fn word(shape: Shape) -> &'static str {
    match shape {
        Shape::Person => "person",
        Shape::External => "external system",
        Shape::Process => "process",
        Shape::Store => "data store",
    }
}

/// The upper right corner of a shape, where its badge is.
pub(super) fn corner(notation: Notation, shape: Shape, r: &Rect) -> Point {
    let inset = if (notation, shape) == (Notation::Classic, Shape::Process) { (r.w * 0.14, r.h * 0.14) } else { (4.0, 3.0) };
    Point { x: r.x + r.w - inset.0, y: r.y + inset.1 }
}

/// Draws the outline of a node.
pub(super) fn outline(notation: Notation, shape: Shape, r: &Rect, out: &mut String) {
    let (cx, cy) = (r.x + r.w / 2.0, r.y + r.h / 2.0);
    match (notation, shape) {
        (Notation::Guide, Shape::Process) => rounded(r, 9.0, out),
        (Notation::Guide, Shape::Store) => cylinder(r, out),
        (Notation::Guide, Shape::Person) => {
            rounded(r, 14.0, out);
            person(cx, r.y + 6.0, FIGURE, out);
        }
        (Notation::Classic, Shape::Process) => {
            let _ = write!(out, r#"<ellipse class="shape" cx="{cx:.1}" cy="{cy:.1}" rx="{:.1}" ry="{:.1}"/>"#, r.w / 2.0, r.h / 2.0);
        }
        (Notation::Classic, Shape::Store) => {
            let (right, bottom) = (r.x + r.w, r.y + r.h);
            let _ = write!(out, r#"<rect class="shape bare" x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}"/>"#, r.x, r.y, r.w, r.h);
            let _ = write!(out, r#"<path class="shape line" d="M{:.1} {:.1}H{right:.1}M{:.1} {bottom:.1}H{right:.1}"/>"#, r.x, r.y, r.x);
        }
        (_, Shape::External | Shape::Person) => rounded(r, 0.0, out),
    }
}

/// How far the text of a node sits below its middle.
pub(super) fn text_drop(notation: Notation, shape: Shape) -> f64 {
    match (notation, shape) {
        (Notation::Guide, Shape::Person) => (FIGURE + 4.0) / 2.0,
        (Notation::Guide, Shape::Store) => CAP / 2.0 + 1.0,
        _ => 0.0,
    }
}

fn rounded(r: &Rect, radius: f64, out: &mut String) {
    let _ = write!(out, r#"<rect class="shape" x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" rx="{radius}"/>"#, r.x, r.y, r.w, r.h);
}

fn cylinder(r: &Rect, out: &mut String) {
    let (rx, top, bottom) = (r.w / 2.0, r.y + CAP, r.y + r.h - CAP);
    let (left, right) = (r.x, r.x + r.w);
    let _ = write!(
        out,
        r#"<path class="shape" d="M{left:.1} {top:.1}A{rx:.1} {CAP} 0 0 1 {right:.1} {top:.1}V{bottom:.1}A{rx:.1} {CAP} 0 0 1 {left:.1} {bottom:.1}Z"/><path class="shape line" d="M{left:.1} {top:.1}A{rx:.1} {CAP} 0 0 0 {right:.1} {top:.1}"/>"#
    );
}

/// A head above shoulders.
pub(super) fn person(cx: f64, y: f64, size: f64, out: &mut String) {
    let (head, wide) = (size * 0.2, size * 0.4);
    let (base, neck) = (y + size * 0.94, y + size * 0.5);
    let _ = write!(
        out,
        r#"<circle class="figure" cx="{cx:.1}" cy="{:.1}" r="{head:.1}"/><path class="figure" d="M{:.1} {base:.1}C{:.1} {neck:.1} {:.1} {neck:.1} {:.1} {base:.1}Z"/>"#,
        y + size * 0.25,
        cx - wide,
        cx - wide,
        cx + wide,
        cx + wide
    );
}

/// A lock whose body stands on `base`.
pub(super) fn lock(x: f64, base: f64, out: &mut String) {
    let _ = write!(
        out,
        r#"<path class="shackle" d="M{:.1} {:.1}v-2a2 2 0 0 1 4 0v2"/><rect class="lock" x="{x:.1}" y="{:.1}" width="8" height="5.5" rx="1"/>"#,
        x + 2.0,
        base - 5.5,
        base - 5.5
    );
}
