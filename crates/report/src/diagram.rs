//! The data flow diagram: from a model to a picture, in four steps that can each be tested alone.
//!
//! [`Scene`] says what is drawn, [`layout()`] says where, and one module an output writes it down. Nothing here reads
//! fonts, clocks or the disk, so that the same model gives the same bytes everywhere.

mod build;
mod dagre;
mod directed;
mod dot;
#[cfg(feature = "elk")]
mod elk;
mod faults;
mod geometry;
mod graph;

mod json;
mod layered;
mod layout;
mod measure;
mod mermaid;
mod place;
mod plain;
mod route;
mod scene;
mod score;
mod separate;
pub(crate) mod svg;
pub(crate) mod text;
mod tournament;
mod view;

pub use faults::Faults;
pub use geometry::{Point, Rect};
pub use graph::End;
pub use layout::{Layout, Route, Style, layout};
pub use scene::{Edge, Label, Line, LineRole, Node, Scene, Shape, ZoneBox};
pub use view::{Notation, View};

/// How many pairs of arrows cross, to compare layouts with.
pub fn crossings(layout: &Layout) -> u32 {
    score::crossings_of(layout)
}

/// The picture as a self-contained SVG file.
pub fn svg(scene: &Scene) -> String {
    svg::render(scene, &layout(scene), "")
}

/// The picture for a document that holds several: `prefix` comes before every id in it.
pub fn svg_inline(scene: &Scene, prefix: &str) -> String {
    svg::render(scene, &layout(scene), prefix)
}

/// The diagram for Graphviz.
pub fn dot(scene: &Scene) -> String {
    dot::render(scene)
}

/// The diagram as a Mermaid flowchart, without the fence.
pub fn mermaid(scene: &Scene) -> String {
    mermaid::render(scene)
}

/// Coordinates for scripts and other faces: nodes, zones and edges with top-left corners, in pixels.
pub fn json(scene: &Scene) -> String {
    json::render(scene, &layout(scene))
}
