//! Mermaid flowcharts as a source of elements, zones and flows.
//!
//! Only what a data flow diagram needs is understood; looks (styles, links, directions) are read over. Everything
//! keeps its place, so that a fault in a picture is reported in the picture.

mod cursor;
mod link;
mod node;
mod parse;

use indexmap::IndexMap;

pub use node::{Guess, Reason, guess, protocol, to_node};
pub use parse::parse;

use crate::source::{Span, Spanned};

/// A flowchart as drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Flowchart {
    /// The whole text.
    pub span: Span,
    /// The nodes by id, in order of their first mention.
    pub vertices: IndexMap<String, Vertex>,
    /// The subgraphs by id.
    pub subgraphs: IndexMap<String, Subgraph>,
    /// The arrows, lists with `&` taken apart.
    pub edges: Vec<Edge>,
    /// Arrows that nobody sees (`~~~`): they are there for the layout alone.
    pub unseen: Vec<Span>,
    /// Every place where a node or subgraph is named.
    pub mentions: Vec<Spanned<String>>,
}

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub struct Vertex {
    /// Where its id is first mentioned.
    pub id_span: Span,
    /// What is written in it.
    pub label: Option<Spanned<String>>,
    /// What it looks like, if that was said.
    pub shape: Option<Spanned<Shape>>,
    /// Its style classes.
    pub classes: Vec<Spanned<String>>,
    /// The subgraph that it is in, with the place that says so.
    pub parent: Option<Spanned<String>>,
}

/// The shapes that differ in a data flow diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A cylinder or another sign of stored data.
    Store,
    /// Every other shape.
    Other,
}

/// A box around nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Subgraph {
    /// Where its id is, or its title if it has none.
    pub id_span: Span,
    /// What is written on it, if that is not its id.
    pub title: Option<Spanned<String>>,
    /// The subgraph around it.
    pub parent: Option<Spanned<String>>,
}

/// An arrow.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The arrow with its ends.
    pub span: Span,
    /// Where it starts.
    pub from: Spanned<String>,
    /// Where it ends.
    pub to: Spanned<String>,
    /// What is written on it.
    pub label: Option<Spanned<String>>,
    /// Whether it points both ways, or no way.
    pub both_ways: bool,
}
