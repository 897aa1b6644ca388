//! A text as the parts that can be edited: one document, or the redan blocks of a Markdown model.

use std::ops::Range;

use super::EditError;
use super::plain::Plain;
use super::render::Context;
use crate::diagnostic::Diagnostic;
use crate::markdown::{self, BlockKind};
use crate::mermaid::{self, Flowchart};
use crate::source::{SourceId, Sources, Span};
use crate::tree::{self, Document, Node, Value};

/// One document with its place.
pub(crate) struct Part {
    pub(crate) document: Document,
    pub(crate) range: Range<usize>,
    pub(crate) json: bool,
}

/// A model's text, read.
pub(crate) struct Parts {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) charts: Vec<Flowchart>,
}

impl Part {
    /// How a value inside a node of this part is written.
    pub(super) fn context(&self, flow: bool) -> Context {
        match (self.json, flow) {
            (true, _) => Context::Json,
            (false, true) => Context::Flow,
            (false, false) => Context::Block,
        }
    }
}

impl Parts {
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, EditError> {
        let mut sources = Sources::default();
        let id = sources.add(name, text);
        let mut faults = Vec::new();
        let lower = name.to_ascii_lowercase();
        let mut read = Self { name: name.to_owned(), text: text.to_owned(), parts: Vec::new(), charts: Vec::new() };
        if lower.ends_with(".md") || lower.ends_with(".markdown") {
            read.blocks(&sources, id, &mut faults);
        } else {
            let document = tree::parse(&sources, id, None, &mut faults);
            read.parts.push(Part { document, range: 0..text.len(), json: lower.ends_with(".json") });
        }
        faults.retain(Diagnostic::is_error);
        if faults.is_empty() { Ok(read) } else { Err(EditError::Unreadable(faults)) }
    }

    fn blocks(&mut self, sources: &Sources, id: SourceId, faults: &mut Vec<Diagnostic>) {
        for block in markdown::fragments(&self.text).blocks {
            let span = Span::new(id, block.range.start, block.range.end);
            match block.kind {
                BlockKind::Redan => {
                    let document = tree::parse(sources, id, Some(span), faults);
                    self.parts.push(Part { document, range: block.range, json: block.json });
                }
                BlockKind::Mermaid => self.charts.push(mermaid::parse(sources, span, faults)),
            }
        }
    }

    /// What every part means, in order.
    pub(crate) fn meaning(&self) -> Vec<Plain> {
        self.parts.iter().map(|part| Plain::of(&part.document.root)).collect()
    }

    /// The text of every comment, with its range, in order.
    pub(crate) fn comments(&self) -> impl Iterator<Item = Range<usize>> {
        self.parts.iter().flat_map(|part| part.document.comments.iter().map(|comment| comment.span.range()))
    }

    /// The trees of all parts and pictures.
    pub(super) fn roots(&self) -> Vec<Node> {
        self.parts.iter().map(|part| part.document.root.clone()).chain(self.charts.iter().map(mermaid::to_node)).collect()
    }

    /// The part that already has most of a path; where none has any of it, the last one that is a mapping.
    pub(super) fn home(&self, keys: &[String]) -> Option<usize> {
        let depth = |part: &Part| known_depth(&part.document.root, keys);
        let mappings = self.parts.iter().enumerate().filter(|(_, part)| matches!(part.document.root.value, Value::Map(_) | Value::Null));
        mappings.max_by_key(|(at, part)| (depth(part), *at)).map(|(at, _)| at)
    }
}

/// How many keys of a path exist.
fn known_depth(root: &Node, keys: &[String]) -> usize {
    let mut node = root;
    for (depth, key) in keys.iter().enumerate() {
        match node.get(key) {
            Some(next) => node = next,
            None => return depth,
        }
    }
    keys.len()
}
