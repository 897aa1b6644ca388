//! Models inside Markdown: which blocks belong to the model, which regions are generated, and how the blocks become
//! one document.
//!
//! Blocks are found by their fences alone, with up to three spaces before them; a block inside a list or a quotation
//! is text. Ranges are bytes of the whole Markdown text and never include the fences.

use std::ops::Range;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::mermaid;
use crate::source::{SourceId, Sources, Span};
use crate::tree::{self, Document, Entry, Node, Style, Value};

/// What a block is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// A `yaml redan`, `yml redan` or `json redan` block.
    Redan,
    /// A `mermaid` block.
    Mermaid,
}

/// One fenced block that may say something about the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is written in.
    pub kind: BlockKind,
    /// Its text, without the fences.
    pub range: Range<usize>,
    /// Whether it was declared as JSON.
    pub json: bool,
}

/// A generated region: `<!-- redan:begin NAME -->` to `<!-- redan:end -->`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// What is generated there.
    pub name: String,
    /// What stands between the two marker lines.
    pub range: Range<usize>,
}

/// Everything in a Markdown text that concerns redan, in source order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fragments {
    /// The blocks outside generated regions.
    pub blocks: Vec<Block>,
    /// The generated regions that are closed.
    pub regions: Vec<Region>,
}

impl Fragments {
    /// Whether the text is a model, and not just a text with a picture.
    pub fn is_model(&self) -> bool {
        self.blocks.iter().any(|block| block.kind == BlockKind::Redan)
    }
}

/// Finds the blocks and regions of a Markdown text.
pub fn fragments(text: &str) -> Fragments {
    let mut found = Fragments::default();
    let mut fence: Option<Fence> = None;
    let mut region: Option<(String, usize, usize)> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        if let Some(open) = &fence {
            if open.closed_by(line) {
                open.keep(start, &mut found.blocks);
                fence = None;
            }
        } else if let Some(opened) = Fence::open(line, offset) {
            fence = Some(opened);
        } else if let Some(name) = marker(line, "redan:begin") {
            region = Some((name.to_owned(), offset, found.blocks.len()));
        } else if marker(line, "redan:end").is_some()
            && let Some((name, from, blocks)) = region.take()
        {
            found.blocks.truncate(blocks);
            found.regions.push(Region { name, range: from..start });
        }
    }
    if let Some(open) = fence {
        open.keep(text.len(), &mut found.blocks);
    }
    found
}

/// The words after `tag` in an HTML comment that fills a line.
fn marker<'a>(line: &'a str, tag: &str) -> Option<&'a str> {
    let inner = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let rest = inner.strip_prefix(tag)?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim())
}

struct Fence {
    mark: u8,
    length: usize,
    kind: Option<BlockKind>,
    json: bool,
    content: usize,
}

impl Fence {
    fn open(line: &str, content: usize) -> Option<Self> {
        let (mark, length, info) = fence_line(line)?;
        if mark == b'`' && info.contains('`') {
            return None;
        }
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default().to_ascii_lowercase();
        let kind = match language.as_str() {
            "mermaid" => Some(BlockKind::Mermaid),
            "yaml" | "yml" | "json" => words.any(|word| word == "redan").then_some(BlockKind::Redan),
            _ => None,
        };
        Some(Self { mark, length, kind, json: language == "json", content })
    }

    fn closed_by(&self, line: &str) -> bool {
        fence_line(line).is_some_and(|(mark, length, info)| mark == self.mark && length >= self.length && info.is_empty())
    }

    fn keep(&self, end: usize, blocks: &mut Vec<Block>) {
        if let Some(kind) = self.kind {
            blocks.push(Block { kind, range: self.content.min(end)..end, json: self.json });
        }
    }
}

/// The fence character, how often it stands there, and what follows it.
fn fence_line(line: &str) -> Option<(u8, usize, &str)> {
    let bare = line.trim_start_matches(' ');
    let mark = bare.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = bare.bytes().take_while(|byte| *byte == mark).count();
    (line.len() - bare.len() <= 3 && length >= 3).then(|| (mark, length, bare[length..].trim()))
}

/// Reads a Markdown model: all its blocks as one document.
pub fn read(sources: &Sources, id: SourceId, out: &mut Vec<Diagnostic>) -> Document {
    let text = sources.get(id).text();
    let (mut written, mut drawn) = (Vec::new(), Vec::new());
    for block in fragments(text).blocks {
        let span = Span::new(id, block.range.start, block.range.end);
        match block.kind {
            BlockKind::Redan => written.push(tree::parse(sources, id, Some(span), out)),
            BlockKind::Mermaid => drawn.push(mermaid::to_node(&mermaid::parse(sources, span, out))),
        }
    }
    let mut document = merge(id, written, out);
    drawn.into_iter().for_each(|node| underlay(&mut document.root, node));
    document
}

/// Joins fragments into one document, in order. Sections that are mappings are joined entry by entry.
pub fn merge(id: SourceId, fragments: Vec<Document>, out: &mut Vec<Diagnostic>) -> Document {
    let single = fragments.len() == 1;
    let mut joined = Document { source: id, root: Node::null(Span::new(id, 0, 0)), comments: Vec::new() };
    let mut sections: IndexMap<String, Entry> = IndexMap::new();
    for fragment in fragments {
        joined.comments.extend(fragment.comments);
        match fragment.root.value {
            Value::Null => {}
            Value::Map(entries) => {
                let before = if sections.is_empty() { fragment.root.span } else { joined.root.span };
                joined.root.span = before.to(fragment.root.span);
                entries.into_iter().for_each(|entry| add(&mut sections, entry, out));
            }
            Value::Scalar(_) | Value::List(_) if single => joined.root = fragment.root,
            Value::Scalar(_) | Value::List(_) => {
                let message = format!("a block of a model is a mapping, but this is {}", fragment.root.kind().name());
                out.push(Diagnostic::error("not-a-mapping", fragment.root.span, message));
            }
        }
    }
    if !sections.is_empty() {
        joined.root.value = Value::Map(sections.into_values().collect());
    }
    joined
}

/// Adds a section of a later block.
fn add(sections: &mut IndexMap<String, Entry>, entry: Entry, out: &mut Vec<Diagnostic>) {
    let Some(known) = sections.get_mut(&entry.key) else {
        sections.insert(entry.key.clone(), entry);
        return;
    };
    if matches!(known.value.value, Value::Null) {
        *known = entry;
        return;
    }
    match (&mut known.value.value, entry.value.value) {
        (_, Value::Null) => {}
        (Value::Map(into), Value::Map(more)) => join(into, more, out),
        _ => out.push(twice(&entry.key, entry.key_span, known.key_span)),
    }
}

fn join(into: &mut Vec<Entry>, more: Vec<Entry>, out: &mut Vec<Diagnostic>) {
    let known: IndexMap<String, Span> = into.iter().map(|entry| (entry.key.clone(), entry.key_span)).collect();
    for entry in more {
        match known.get(&entry.key) {
            Some(first) => out.push(twice(&entry.key, entry.key_span, *first)),
            None => into.push(entry),
        }
    }
}

fn twice(key: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate-key", second, format!("`{key}` is given twice; the first one counts"))
        .label(first, "first given here")
        .help("remove one of the two, or give one another name")
}

/// Puts what a picture says under what blocks say: blocks win, field by field, and a picture never contradicts.
fn underlay(root: &mut Node, drawn: Node) {
    let Value::Map(sections) = drawn.value else { return };
    if matches!(root.value, Value::Null) {
        *root = Node { span: drawn.span, style: Style::Plain, value: Value::Map(Vec::new()), aliased: false };
    }
    let Value::Map(known) = &mut root.value else { return };
    fill(known, sections, 2);
}

/// Adds missing entries, and for those that both have does the same `depth` levels down.
fn fill(known: &mut Vec<Entry>, more: Vec<Entry>, depth: usize) {
    let mut index: IndexMap<String, usize> = known.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
    for entry in more {
        let Some(at) = index.get(&entry.key).copied() else {
            index.insert(entry.key.clone(), known.len());
            known.push(entry);
            continue;
        };
        let into = &mut known[at].value;
        match (&mut into.value, entry.value.value) {
            (Value::Null, value) => into.value = value,
            (Value::Map(fields), Value::Map(more)) if depth > 0 => fill(fields, more, depth - 1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<(BlockKind, &str)> {
        fragments(text).blocks.into_iter().map(|block| (block.kind, &text[block.range])).collect()
    }

    #[test]
    fn fences_of_both_kinds_and_all_languages_are_found() {
        use BlockKind::{Mermaid, Redan};
        assert_eq!(blocks("# T\n```yaml redan\na: 1\n```\n"), [(Redan, "a: 1\n")]);
        assert_eq!(blocks("~~~~yml redan\n~~~\n~~~~\n"), [(Redan, "~~~\n")]);
        assert_eq!(blocks("   ``` json redan\n{}\n  ```"), [(Redan, "{}\n")]);
        assert_eq!(blocks("```mermaid\ngraph TD\n"), [(Mermaid, "graph TD\n")]);
        assert_eq!(blocks("```yaml\na: 1\n```\n    ```yaml redan\n"), []);
    }

    #[test]
    fn a_block_in_another_block_or_a_generated_region_is_text() {
        assert_eq!(blocks("````\n```yaml redan\n```\n````\n"), []);
        let text = "<!-- redan:begin threats -->\n```mermaid\nx\n```\n<!-- redan:end -->\n";
        let found = fragments(text);
        assert_eq!((found.blocks.len(), found.regions[0].name.as_str()), (0, "threats"));
        assert_eq!(&text[found.regions[0].range.clone()], "```mermaid\nx\n```\n");
    }

    fn model(text: &str) -> (Document, Vec<&'static str>) {
        let mut sources = Sources::default();
        let id = sources.add("m.md", text);
        let mut out = Vec::new();
        let document = read(&sources, id, &mut out);
        (document, out.iter().map(|d| d.code).collect())
    }

    #[test]
    fn sections_of_several_blocks_are_joined() {
        let (document, codes) = model("```yaml redan\nelements:\n  a: {kind: store}\n```\n\n```yaml redan\nelements:\n  b: {}\n```\n");
        let elements = document.root.get("elements").expect("the section");
        assert!(elements.get("a").is_some() && elements.get("b").is_some() && codes.is_empty());
    }

    #[test]
    fn a_key_given_in_two_blocks_is_reported() {
        assert_eq!(model("```yaml redan\nname: a\n```\n```yaml redan\nname: b\n```\n").1, ["duplicate-key"]);
        assert_eq!(model("```yaml redan\nzones: {a: }\n```\n```yaml redan\nzones: {a: }\n```\n").1, ["duplicate-key"]);
    }

    #[test]
    fn a_block_wins_over_a_picture_field_by_field() {
        let (document, codes) =
            model("```mermaid\nflowchart TD\nA[(User DB)] --> B\n```\n```yaml redan\nelements:\n  A: {kind: external}\n```\n");
        let a = document.root.get("elements").and_then(|e| e.get("A")).expect("the element");
        assert_eq!(a.get("kind").and_then(Node::as_str), Some("external"));
        assert_eq!(a.get("name").and_then(Node::as_str), Some("User DB"));
        assert!(codes.is_empty());
    }
}
