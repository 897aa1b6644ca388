//! Letters that no font of the library has: in their place stands a question mark, which a reader should be told.

use std::collections::BTreeSet;

use redan_report::paper::{Block, Paper, Run};

use crate::world::drawn;

/// The letters of a document that are drawn as question marks.
pub fn undrawn(paper: &Paper) -> BTreeSet<char> {
    let mut found = Found::default();
    found.text(&paper.name);
    found.runs(&paper.lead);
    paper.facts.iter().for_each(|(_, value)| found.runs(value));
    paper.sections.iter().for_each(|section| found.blocks(&section.blocks));
    found.0
}

#[derive(Default)]
struct Found(BTreeSet<char>);

impl Found {
    fn text(&mut self, text: &str) {
        self.0.extend(text.chars().filter(|&c| c > '~' && drawn(c) == '?'));
    }

    fn runs(&mut self, runs: &[Run]) {
        runs.iter().for_each(|run| self.text(&run.words()));
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Heading(_, text, _) => self.text(text),
                Block::Text(runs) => self.runs(runs),
                Block::List(_, items) => items.iter().for_each(|item| self.runs(item)),
                Block::Steps(steps) => steps.iter().for_each(|(_, step)| self.runs(step)),
                Block::Table(table) => table.rows.iter().flatten().for_each(|cell| self.runs(cell)),
                Block::Picture(picture) => {
                    self.text(&picture.title);
                    self.text(&picture.svg);
                }
                // Attached as it is.
                Block::Code(..) => {}
                Block::Folded(title, inner) => {
                    self.text(title);
                    self.blocks(inner);
                }
            }
        }
    }
}
