//! The parts of the full report that are blocks in every format: attack paths, what trees come to, what work buys, losses
//! and history.

use std::collections::BTreeSet;

use super::paper::{escaped, fragment};
use crate::Input;
use crate::document::Document;
use crate::paper::{Block, Picture, Run, budget, history, losses, numbers, paths};

/// These parts as HTML; empty where there is nothing to show.
pub(super) struct Further {
    /// The attack path that matters most, in a sentence.
    pub(super) summary: String,
    /// What each attack tree comes to, in the order of the trees.
    pub(super) trees: Vec<String>,
    /// Attack paths.
    pub(super) paths: String,
    /// What the work buys.
    pub(super) work: String,
    /// What threats cost a year.
    pub(super) losses: String,
    /// Numbers over time.
    pub(super) history: String,
}

impl Further {
    pub(super) fn of(input: &Input<'_>, doc: &Document, path: Option<Picture>) -> Self {
        let ways = input.more.depth.map_or_else(Vec::new, |depth| paths::blocks(input, depth, path));
        let anchors = anchors(doc, &ways);
        let below = |level: u8, blocks: &[Block]| fragment(blocks, level, &anchors);
        let tree = |ix: usize, anchor: &str| {
            let worked = input.more.depth.and_then(|depth| depth.trees.get(ix));
            worked.map_or_else(String::new, |worked| below(3, &numbers::blocks(input, worked, anchor)))
        };
        Self {
            summary: input.more.depth.map_or_else(String::new, |depth| linked(&paths::sentence(input, depth))),
            trees: doc.trees.iter().enumerate().map(|(ix, view)| tree(ix, &view.anchor)).collect(),
            paths: below(2, &ways),
            work: below(2, &input.more.depth.map_or_else(Vec::new, |depth| budget::blocks(input, depth))),
            losses: below(2, &losses::blocks(input)),
            history: below(2, &input.more.history.map_or_else(Vec::new, history::blocks)),
        }
    }

    /// What the tree at a place comes to.
    pub(super) fn tree(&self, ix: &usize) -> &str {
        self.trees.get(*ix).map_or("", String::as_str)
    }
}

/// What links of these parts may lead to: the details of every threat, and headings of their own.
fn anchors<'a>(doc: &'a Document, ways: &'a [Block]) -> BTreeSet<&'a str> {
    let headings = ways.iter().filter_map(|block| match block {
        Block::Heading(_, _, anchor) => anchor.as_deref(),
        _ => None,
    });
    doc.inventory.threats.iter().map(|threat| threat.anchor.as_str()).chain(headings).collect()
}

/// The sentence of the summary, whose head leads to the paths.
fn linked(runs: &[Run]) -> String {
    let mut out = String::from("<p>");
    for run in runs {
        match run {
            Run::Strong(text) => out.push_str(&format!("<b><a href=\"#paths\">{}</a></b> ", escaped(text.trim_end()))),
            other => out.push_str(&escaped(&other.words())),
        }
    }
    out + "</p>"
}
