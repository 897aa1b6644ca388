//! Where everything goes: measures a scene, lays it out in both directions and keeps the better picture.
//!
//! What holds for every scene: nodes, labels and boxes do not overlap, a box contains exactly what is in it, and the
//! title of a box has a band of its own.

use super::geometry::{Point, Rect};
use super::scene::Scene;

/// A picture's coordinates, in the order of the scene's lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// Width of the picture.
    pub width: f64,
    /// Height of the picture.
    pub height: f64,
    /// Whether the flows run from left to right, not from top to bottom.
    pub left_to_right: bool,
    /// The nodes.
    pub nodes: Vec<Rect>,
    /// The boxes.
    pub zones: Vec<Rect>,
    /// The edges.
    pub edges: Vec<Route>,
}

/// The course of an edge.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Route {
    /// From the border of the source to the border of the target.
    pub points: Vec<Point>,
    /// Where the label is.
    pub label: Option<Rect>,
}

/// Lays out a scene.
#[expect(clippy::unimplemented, reason = "contract")]
pub fn layout(scene: &Scene) -> Layout {
    let _ = scene;
    unimplemented!("contract")
}
