//! From Mermaid text to [`Flowchart`]: one statement at a time; a statement that cannot be read is reported and
//! skipped.

use std::ops::Range;

use indexmap::{IndexMap, IndexSet};

use super::cursor::{Cursor, label};
use super::{Edge, Flowchart, Shape, Subgraph, Vertex, link};
use crate::diagnostic::Diagnostic;
use crate::limits;
use crate::source::{Sources, Span, Spanned};
use crate::tree;

/// Most arrows of one picture, because lists with `&` multiply.
const MAX_EDGES: usize = 100_000;

/// Reads a flowchart; another kind of Mermaid picture is an empty one, because it says nothing of data flows.
pub fn parse(sources: &Sources, span: Span, out: &mut Vec<Diagnostic>) -> Flowchart {
    let text = sources.slice(span);
    let (vertices, subgraphs) = (IndexMap::new(), IndexMap::new());
    let chart = Flowchart { span, vertices, subgraphs, edges: Vec::new(), unseen: Vec::new(), mentions: Vec::new() };
    let mut parser = Parser { cursor: Cursor { text, at: 0 }, span, chart, open: Vec::new(), edge_ids: IndexSet::new(), out, full: false };
    if parser.header() {
        parser.statements();
    }
    parser.finish()
}

struct Parser<'a, 'o> {
    cursor: Cursor<'a>,
    span: Span,
    chart: Flowchart,
    /// The subgraphs around the current statement, each with the place of its id.
    open: Vec<Spanned<String>>,
    edge_ids: IndexSet<String>,
    out: &'o mut Vec<Diagnostic>,
    full: bool,
}

/// A shape, the range of what is inside, and the range of all of it.
type Drawn = (Shape, Range<usize>, Range<usize>);

/// What is wrong with a statement.
type Problem = &'static str;

impl<'a> Parser<'a, '_> {
    fn place(&self, range: &Range<usize>) -> Span {
        let base = self.span.start as usize;
        Span::new(self.span.source, base + range.start, base + range.end)
    }

    fn slice(&self, range: &Range<usize>) -> &'a str {
        &self.cursor.text[range.clone()]
    }

    fn named(&self, range: &Range<usize>) -> Spanned<String> {
        Spanned::new(self.slice(range).to_owned(), self.place(range))
    }

    fn labelled(&self, range: &Range<usize>) -> Option<Spanned<String>> {
        let text = label(self.slice(range));
        (!text.is_empty()).then(|| Spanned::new(text, self.place(range)))
    }

    /// Reads up to and including `flowchart TD`; false if this is another kind of picture.
    fn header(&mut self) -> bool {
        self.cursor.skip_to_statement();
        if self.cursor.line().trim_end() == "---" {
            self.cursor.skip_line();
            let end = self.cursor.rest().find("\n---");
            self.cursor.at += end.map_or(0, |at| at + 4);
            self.cursor.skip_line();
        }
        let word = loop {
            self.cursor.skip_to_statement();
            match self.cursor.word().map(|range| self.slice(&range)).unwrap_or_default() {
                // What a picture says of itself for screen readers may also stand above its kind.
                "accTitle" => self.cursor.skip_line(),
                "accDescr" => self.description(),
                word => break word,
            }
        };
        let flowchart = matches!(word, "graph" | "flowchart" | "flowchart-elk");
        self.cursor.statement();
        flowchart
    }

    /// Skips a description for screen readers, in one line or in braces.
    fn description(&mut self) {
        self.cursor.skip_blank();
        if !self.cursor.starts("{") || self.cursor.braces().is_none() {
            self.cursor.skip_line();
        }
    }

    fn statements(&mut self) {
        loop {
            self.cursor.skip_to_statement();
            if self.cursor.done() || self.full {
                return;
            }
            let start = self.cursor.at;
            if let Err(problem) = self.statement() {
                let end = self.cursor.at.max(start);
                let line_end = start + self.cursor.text[start..].find('\n').unwrap_or(self.cursor.text.len() - start);
                let range = start..self.cursor.text[start..line_end.max(end)].trim_end().len() + start;
                self.out.push(
                    Diagnostic::error("mermaid", self.place(&range), problem)
                        .help("nodes are `id[Label]`, arrows are `a -->|label| b`, boundaries are `subgraph id [Title]` to `end`"),
                );
                self.cursor.skip_line();
            }
        }
    }

    fn statement(&mut self) -> Result<(), Problem> {
        let start = self.cursor.at;
        let word = self.cursor.word().map(|range| self.slice(&range)).unwrap_or_default();
        let alone =
            self.cursor.rest().is_empty() || self.cursor.rest().starts_with(|c: char| c.is_whitespace() || matches!(c, ';' | ':' | '{'));
        match word {
            "subgraph" if alone => return self.subgraph(),
            "end" if alone => return self.open.pop().map(|_| ()).ok_or("`end` closes no subgraph"),
            "class" if alone => self.classes(),
            "accDescr" if alone => self.description(),
            "style" | "click" if alone => {
                self.cursor.skip_blank();
                self.mention();
                self.cursor.skip_line();
            }
            "direction" | "classDef" | "linkStyle" | "accTitle" | "title" if alone => self.cursor.skip_line(),
            _ => {
                self.cursor.at = start;
                return self.chain();
            }
        }
        Ok(())
    }

    fn subgraph(&mut self) -> Result<(), Problem> {
        self.cursor.skip_blank();
        let range = self.cursor.statement();
        let text = self.slice(&range);
        let bare = range.start..range.start + text.trim_end().len();
        let (id, title) = match text.find('[').filter(|_| text.trim_end().ends_with(']')) {
            Some(at) => (range.start..range.start + text[..at].trim_end().len(), Some(range.start + at + 1..bare.end - 1)),
            None => (bare.clone(), None),
        };
        let written = self.slice(&id);
        let plain = !written.is_empty() && !written.contains(|c: char| c.is_whitespace() || c == '"');
        let title = title.or_else(|| (!plain && !bare.is_empty()).then(|| bare.clone()));
        let title = title.and_then(|title| self.labelled(&title));
        let place = if id.is_empty() { self.place(&bare) } else { self.place(&id) };
        let name = match (&title, plain) {
            (_, true) => written.to_owned(),
            (Some(title), false) => super::node::legal(&title.value),
            (None, false) => format!("boundary-{}", self.chart.subgraphs.len() + 1),
        };
        if plain {
            self.chart.mentions.push(Spanned::new(name.clone(), place));
        }
        if self.open.len() >= limits::MAX_DEPTH {
            return Err("subgraphs are nested too deep");
        }
        let parent = self.open.last().filter(|around| around.value != name).cloned();
        let known = self.chart.subgraphs.entry(name.clone()).or_insert(Subgraph { id_span: place, title: None, parent: None });
        known.title = known.title.take().or(title);
        known.parent = known.parent.take().or(parent);
        self.open.push(Spanned::new(name, place));
        Ok(())
    }

    /// The name of a node in a statement about its looks.
    fn mention(&mut self) {
        if let Some(range) = self.cursor.word() {
            let id = self.named(&range);
            self.chart.mentions.push(id);
        }
    }

    /// `class a,b name`
    fn classes(&mut self) {
        let start = self.cursor.at;
        self.cursor.skip_blank();
        self.mention();
        while self.cursor.take(",") {
            self.cursor.skip_blank();
            self.mention();
        }
        self.cursor.at = start;
        let range = self.cursor.statement();
        let text = self.slice(&range);
        let Some((ids, class)) = text.trim().rsplit_once(char::is_whitespace) else { return };
        let class = Spanned::new(class.to_owned(), self.place(&range));
        for id in ids.split(',').map(str::trim) {
            if let Some(vertex) = self.chart.vertices.get_mut(id) {
                vertex.classes.push(class.clone());
            }
        }
    }

    /// `a & b --> c --> d`
    fn chain(&mut self) -> Result<(), Problem> {
        let mut before = self.group()?;
        loop {
            self.cursor.skip_blank();
            self.skip_to_link();
            let edge_id = self.edge_id();
            if !link::starts(self.cursor.rest()) {
                break;
            }
            if let Some(id) = edge_id {
                self.edge_ids.insert(id);
            }
            let link = link::link(&mut self.cursor).ok_or("an arrow is not complete")?;
            self.cursor.skip_white();
            let after = self.group().map_err(|_| "an arrow leads to no node")?;
            if link.invisible {
                let pairs = before.iter().flat_map(|first| after.iter().map(|second| first.span.to(second.span)));
                self.chart.unseen.extend(pairs.take(MAX_EDGES.saturating_sub(self.chart.unseen.len())));
            } else {
                self.edges(&before, &link, &after);
            }
            before = after;
        }
        let end = self.cursor.rest();
        if end.is_empty() || end.starts_with(['\n', ';']) || end.starts_with("%%") {
            Ok(())
        } else {
            Err("this is not a node, an arrow or a subgraph")
        }
    }

    /// An arrow may stand on a line of its own; no other statement begins like one.
    fn skip_to_link(&mut self) {
        let start = self.cursor.at;
        self.cursor.skip_white();
        if self.cursor.at == start {
            return;
        }
        if self.cursor.starts("x") || self.cursor.starts("o") || !link::starts(self.cursor.rest()) {
            self.cursor.at = start;
        }
    }

    /// `e1@` before an arrow.
    fn edge_id(&mut self) -> Option<String> {
        let start = self.cursor.at;
        if let Some(word) = self.cursor.word()
            && self.cursor.take("@")
            && link::starts(self.cursor.rest())
        {
            return Some(self.slice(&word).to_owned());
        }
        self.cursor.at = start;
        None
    }

    fn edges(&mut self, before: &[Spanned<String>], link: &link::Link, after: &[Spanned<String>]) {
        let label = link.label.as_ref().and_then(|range| self.labelled(range));
        if self.chart.edges.len() + before.len().saturating_mul(after.len()) > MAX_EDGES {
            self.full = true;
            let span = self.place(&(self.cursor.at..self.cursor.at));
            self.out.push(Diagnostic::error("too-large", span, format!("the picture has more than {MAX_EDGES} arrows")));
            return;
        }
        let backwards = link.left && !link.right;
        for first in before {
            for second in after {
                let (from, to) = if backwards { (second, first) } else { (first, second) };
                self.chart.edges.push(Edge {
                    span: first.span.to(second.span),
                    from: from.clone(),
                    to: to.clone(),
                    label: label.clone(),
                    both_ways: link.left == link.right,
                });
            }
        }
    }

    fn group(&mut self) -> Result<Vec<Spanned<String>>, Problem> {
        let mut group = vec![self.vertex()?];
        loop {
            let start = self.cursor.at;
            self.cursor.skip_blank();
            if !self.cursor.take("&") {
                self.cursor.at = start;
                return Ok(group);
            }
            self.cursor.skip_blank();
            group.push(self.vertex()?);
        }
    }

    fn vertex(&mut self) -> Result<Spanned<String>, Problem> {
        let range = self.cursor.word().ok_or("this is not a node, an arrow or a subgraph")?;
        let id = self.named(&range);
        self.chart.mentions.push(id.clone());
        let shape = self.shape()?;
        let mut found = Vertex { id_span: id.span, label: None, shape: None, classes: Vec::new(), parent: None };
        if let Some((shape, inside, whole)) = shape {
            found.label = self.labelled(&inside);
            found.shape = Some(Spanned::new(shape, self.place(&whole)));
        }
        loop {
            if self.cursor.take(":::") {
                let class = self.cursor.word().ok_or("a class name is missing after `:::`")?;
                found.classes.push(self.named(&class));
            } else if self.cursor.starts("@{") {
                self.cursor.at += 1;
                let braces = self.cursor.braces().ok_or("`@{` is never closed")?;
                self.attributes(&braces, &mut found);
            } else {
                break;
            }
        }
        if !self.edge_ids.contains(&id.value) {
            self.remember(&id, found);
        }
        Ok(id)
    }

    /// `{shape: cyl, label: "User DB"}`
    fn attributes(&mut self, braces: &Range<usize>, found: &mut Vertex) {
        let place = self.place(braces);
        let document = tree::parse_text(self.slice(braces), place.source, place.start as usize, self.out);
        if let Some(node) = document.root.get("label").filter(|node| node.as_str().is_some()) {
            found.label = Some(Spanned::new(label(node.as_str().unwrap_or_default()), node.span));
        }
        if let Some(node) = document.root.get("shape") {
            let shape = match node.as_str().unwrap_or_default() {
                "cyl"
                | "cylinder"
                | "database"
                | "db"
                | "h-cyl"
                | "horizontal-cylinder"
                | "das"
                | "lin-cyl"
                | "lined-cylinder"
                | "disk"
                | "datastore"
                | "data-store" => Shape::Store,
                _ => Shape::Other,
            };
            found.shape = Some(Spanned::new(shape, node.span));
        }
    }

    /// The brackets after an id.
    fn shape(&mut self) -> Result<Option<Drawn>, Problem> {
        const SHAPES: [(&str, &[&str], Shape); 13] = [
            ("(((", &[")))"], Shape::Other),
            ("((", &["))"], Shape::Other),
            ("([", &["])"], Shape::Other),
            ("(-", &["-)"], Shape::Other),
            ("[[", &["]]"], Shape::Other),
            ("[(", &[")]"], Shape::Store),
            ("[/", &["/]", "\\]"], Shape::Other),
            ("[\\", &["\\]", "/]"], Shape::Other),
            ("{{", &["}}"], Shape::Other),
            ("{", &["}"], Shape::Other),
            ("[", &["]"], Shape::Other),
            ("(", &[")"], Shape::Other),
            (">", &["]"], Shape::Other),
        ];
        let start = self.cursor.at;
        self.cursor.skip_blank();
        let from = self.cursor.at;
        for (open, closers, shape) in SHAPES {
            if self.cursor.take(open) {
                let inside = self.cursor.enclosed(closers).ok_or("a label is never closed")?;
                return Ok(Some((shape, inside, from..self.cursor.at)));
            }
        }
        self.cursor.at = start;
        Ok(None)
    }

    fn remember(&mut self, id: &Spanned<String>, found: Vertex) {
        let around = self.open.last().cloned();
        let vertex = self.chart.vertices.entry(id.value.clone()).or_insert(Vertex {
            classes: Vec::new(),
            label: None,
            shape: None,
            ..found.clone()
        });
        vertex.label = found.label.or(vertex.label.take());
        vertex.shape = found.shape.or(vertex.shape.take());
        vertex.classes.extend(found.classes);
        vertex.parent = vertex.parent.take().or(around);
    }

    /// Names of subgraphs that stand where nodes stand are the subgraphs.
    fn finish(mut self) -> Flowchart {
        for around in &self.open {
            self.out.push(Diagnostic::error("mermaid", around.span, "this subgraph is never closed").help("add `end` after its last line"));
        }
        let subgraphs = &mut self.chart.subgraphs;
        self.chart.vertices.retain(|id, vertex| {
            let Some(known) = subgraphs.get_mut(id) else { return true };
            let parent = vertex.parent.take().filter(|around| around.value != *id);
            known.parent = known.parent.take().or(parent);
            known.title = known.title.take().or(vertex.label.take());
            false
        });
        self.chart
    }
}
