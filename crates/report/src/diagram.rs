//! The data flow diagram: from a model to a picture, in four steps that can each be tested alone.
//!
//! [`Scene`] says what is drawn, [`layout()`] says where, and one module an output writes it down. Nothing here reads
//! fonts, clocks or the disk, so that the same model gives the same bytes everywhere.

mod build;
mod d2;
mod dagre;
mod directed;
mod dot;
mod drawio;
#[cfg(feature = "elk")]
mod elk;
mod faults;
mod geometry;
mod graph;
mod insert;
mod json;
mod layered;
mod layout;
mod measure;
mod mermaid;
mod notes;
mod nudge;
mod pins;
mod place;
mod plain;
mod plantuml;
pub(crate) mod png;
mod previous;
mod route;
mod scene;
mod score;
mod separate;
pub(crate) mod svg;
mod terminal;
pub(crate) mod text;
mod tournament;
mod view;
mod weave;
mod whole;
mod widen;

pub use faults::Faults;
pub use geometry::{Point, Rect};
pub use graph::End;
pub use layout::{Layout, Route, Style, layout};
pub use previous::follow;
pub use scene::{Badge, Edge, Emphasis, Label, Line, LineRole, Mark, Node, Scene, Shape, ZoneBox};
use svg::Dress;
pub use svg::Source;
pub use view::{Notation, View};
pub use whole::{Course, Whole, whole};

/// How many pairs of arrows cross, to compare layouts with.
pub fn crossings(layout: &Layout) -> u32 {
    score::crossings_of(layout)
}

/// The picture as a self-contained SVG file.
pub fn svg(scene: &Scene) -> String {
    svg::render(scene, &layout(scene), Dress::default())
}

/// The picture as an SVG file that holds the model that it shows, so that it can be opened again as a model.
pub fn svg_with_source(scene: &Scene, source: Source<'_>) -> String {
    svg::render(scene, &layout(scene), Dress { source: Some(source), ..Dress::default() })
}

/// The picture for a document that holds several: `prefix` comes before every id in it.
pub fn svg_inline(scene: &Scene, prefix: &str) -> String {
    svg::render(scene, &layout(scene), Dress { prefix, ..Dress::default() })
}

/// The same at places that are known already, as those of a scene that differs in nothing that has a size.
pub(crate) fn svg_at(scene: &Scene, layout: &Layout, prefix: &str) -> String {
    svg::render(scene, layout, Dress { prefix, ..Dress::default() })
}

/// The picture in pixels, with the model in it if one is given; fails only where the picture is too large for memory.
///
/// # Errors
/// Says why there is no picture.
pub fn png(scene: &Scene, source: Option<Source<'_>>) -> Result<Vec<u8>, String> {
    png::render(&svg::render(scene, &layout(scene), Dress { flat: true, ..Dress::default() }), source)
}

/// A drawing in letters and lines for a terminal of so many columns, with the flows listed below it. A drawing that
/// cannot be so narrow is wider.
pub fn text(scene: &Scene, columns: usize) -> String {
    terminal::render(scene, columns)
}

/// The diagram for Graphviz.
pub fn dot(scene: &Scene) -> String {
    dot::render(scene)
}

/// The diagram as a Mermaid flowchart, without the fence.
pub fn mermaid(scene: &Scene) -> String {
    mermaid::render(scene)
}

/// The diagram for `PlantUML`.
pub fn plantuml(scene: &Scene) -> String {
    plantuml::render(scene)
}

/// The diagram for D2.
pub fn d2(scene: &Scene) -> String {
    d2::render(scene)
}

/// The diagram for draw.io, with its places.
pub fn drawio(scene: &Scene) -> String {
    drawio::render(scene, &layout(scene))
}

/// Coordinates for scripts and other faces: nodes, zones and edges with top-left corners, in pixels.
pub fn json(scene: &Scene) -> String {
    json::render(scene, &layout(scene))
}
