//! From text to [`Document`]: one pass over the parser's events, linear in the text.
//!
//! Every span that leaves this file is a byte range of the whole source, whichever fragment was parsed. Whatever the
//! text is, a document comes back: what was readable before a syntax error is kept, and all limits are errors.

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};
use rustc_hash::FxHashMap;

use super::{Comment, Document, Entry, Node, Style, Value, json, syntax};
use crate::ById;
use crate::diagnostic::Diagnostic;
use crate::limits;
use crate::source::{SourceId, Sources, Span};

/// Reads a source, or the part of it that `range` covers, as one YAML or JSON document.
pub fn parse(sources: &Sources, id: SourceId, range: Option<Span>, out: &mut Vec<Diagnostic>) -> Document {
    let whole = sources.get(id).text();
    let (text, base) = match range {
        Some(span) => (whole.get(span.range()).unwrap_or_default(), span.start as usize),
        None => (whole, 0),
    };
    parse_text(text, id, base, out)
}

/// Reads `text`, which starts at byte `base` of the source `id`.
pub(crate) fn parse_text(text: &str, id: SourceId, base: usize, out: &mut Vec<Diagnostic>) -> Document {
    let start = Span::new(id, base, base);
    let empty = Document { source: id, root: Node::null(start), comments: Vec::new() };
    if text.len() > limits::MAX_FILE_BYTES {
        out.push(Diagnostic::error("too-large", start, format!("the file is larger than {} MiB", limits::MAX_FILE_BYTES >> 20)));
        return empty;
    }
    if let Some(at) = text.bytes().position(|byte| byte == 0) {
        out.push(Diagnostic::error("not-text", Span::new(id, base + at, base + at + 1), "there is a zero byte here, so it is not a text"));
        return empty;
    }
    match json::read(text, id, base) {
        Some(root) => Document { source: id, root, comments: Vec::new() },
        None => parse_yaml(text, id, base, out),
    }
}

/// Reads `text` as YAML, whatever it looks like.
pub(super) fn parse_yaml(text: &str, id: SourceId, base: usize, out: &mut Vec<Diagnostic>) -> Document {
    Builder::new(text, id, base, out).run()
}

/// A list or mapping that has been opened and not closed.
struct Frame {
    span: Span,
    style: Style,
    /// The anchor that it defines, 0 for none.
    anchor: usize,
    /// Nodes inside so far, aliases expanded, itself included.
    size: usize,
    kind: FrameKind,
}

enum FrameKind {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Pending, seen: Seen },
}

/// What a mapping waits for.
enum Pending {
    /// The next key.
    Key,
    /// The value of this key.
    Value(String, Span),
    /// The value of a key that was refused; it is read and dropped.
    Dropped,
}

/// Why building stops before the text ends.
struct Stop;

struct Builder<'a, 'o> {
    text: &'a str,
    id: SourceId,
    base: usize,
    out: &'o mut Vec<Diagnostic>,
    stack: Vec<Frame>,
    root: Option<Node>,
    comments: Vec<Comment>,
    /// Finished nodes that aliases may refer to, with their sizes; `None` for one too large to be kept.
    anchors: FxHashMap<usize, Option<(Node, usize)>>,
    anchored: usize,
    expanded: usize,
    nodes: usize,
    documents: usize,
    /// Where the last event ended, from which the head of a block scalar is searched.
    last_end: usize,
}

impl<'a, 'o> Builder<'a, 'o> {
    fn new(text: &'a str, id: SourceId, base: usize, out: &'o mut Vec<Diagnostic>) -> Self {
        Self {
            text,
            id,
            base,
            out,
            stack: Vec::new(),
            root: None,
            comments: Vec::new(),
            anchors: FxHashMap::default(),
            anchored: 0,
            expanded: 0,
            nodes: 0,
            documents: 0,
            last_end: 0,
        }
    }

    fn run(mut self) -> Document {
        let options = granit_parser::options! {
            emit_unresolved_aliases: true,
            flow_nesting_limit: limits::MAX_DEPTH,
            block_nesting_limit: limits::MAX_DEPTH,
            max_buffered_comment_events: usize::MAX,
        };
        for event in Parser::new_from_str_with_options(self.text, options) {
            match event {
                Ok((event, span)) => {
                    let range = span.byte_range().unwrap_or(0..0);
                    if self.event(event, &range, span.tag_span().and_then(|tag| tag.byte_range())).is_err() {
                        break;
                    }
                    self.last_end = self.last_end.max(range.end);
                }
                Err(error) => {
                    let at = error.marker().byte_offset().unwrap_or(self.text.len());
                    self.out.push(syntax::diagnostic(error.kind(), self.text, at, |range| self.span(&range)));
                    break;
                }
            }
        }
        self.finish()
    }

    /// Closes what is still open, so that a broken text keeps what was readable.
    fn finish(mut self) -> Document {
        while let Some(frame) = self.stack.last() {
            let end = self.last_end.max(frame.span.end as usize - self.base);
            self.close(end);
        }
        let end = self.span(&(0..0));
        Document { source: self.id, root: self.root.unwrap_or(Node::null(end)), comments: self.comments }
    }

    fn span(&self, range: &std::ops::Range<usize>) -> Span {
        Span::new(self.id, self.base + range.start, self.base + range.end)
    }

    fn event(&mut self, event: Event<'_>, range: &std::ops::Range<usize>, tag: Option<std::ops::Range<usize>>) -> Result<(), Stop> {
        if let Some(tag) = tag {
            let span = self.span(&tag);
            let message = format!("tags such as `{}` have no meaning in a model", &self.text[tag]);
            self.out.push(Diagnostic::error("tag", span, message).help("remove the tag; a value is read by the type of its field"));
        }
        match event {
            Event::DocumentStart(..) => self.document(range),
            Event::Comment(..) => {
                self.comments.push(Comment { span: self.span(range) });
                Ok(())
            }
            Event::Scalar(text, style, anchor, _) => self.scalar(&text, style, anchor, range),
            Event::SequenceStart(style, anchor, _) => self.open(range, style, anchor, FrameKind::List(Vec::new())),
            Event::MappingStart(style, anchor, _) => {
                self.open(range, style, anchor, FrameKind::Map { entries: Vec::new(), key: Pending::Key, seen: Seen::default() })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.close(range.end);
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, range),
            Event::UnresolvedAlias(name) => {
                let span = self.span(range);
                self.out.push(
                    Diagnostic::error("unknown-alias", span, format!("`*{name}` refers to `&{name}`, which is not defined before it"))
                        .help("quote a value that starts with `*`"),
                );
                self.place(Node::null(span), 1, 0)
            }
            _ => Ok(()),
        }
    }

    fn document(&mut self, range: &std::ops::Range<usize>) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents < 2 {
            return Ok(());
        }
        self.out.push(
            Diagnostic::error("several-documents", self.span(range), "a second document starts here; a model is one document")
                .help("remove the `---` line, or move what follows to a file of its own"),
        );
        Err(Stop)
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, range: &std::ops::Range<usize>) -> Result<(), Stop> {
        let range = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.block_scalar_range(range),
            _ if range.is_empty() => self.absent_range(range),
            _ => range.clone(),
        };
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Literal,
        };
        let null = style == Style::Plain && matches!(text, "" | "~" | "null");
        let is_key = matches!(self.stack.last(), Some(Frame { kind: FrameKind::Map { key: Pending::Key, .. }, .. }));
        // A key is text even where a value would be null.
        let value =
            if null && !is_key { Value::Null } else { Value::Scalar(if range.is_empty() { String::new() } else { text.to_owned() }) };
        let node = Node { span: self.span(&range), style, value, aliased: false };
        self.place(node, 1, anchor)
    }

    /// The parser's range of a `|` or `>` scalar starts after its head and ends after its trailing blank lines.
    fn block_scalar_range(&self, range: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        let from = self.last_end.min(range.start);
        let head = self.text[from..range.start].find(['|', '>']).map_or(range.start, |at| from + at);
        let text = &self.text[head..range.end.max(head)];
        let (kept, blank) = text.split_at(text.trim_end().len());
        // Spaces at the end of the last line are a part of it.
        head..head + kept.len() + blank.find(['\n', '\r']).unwrap_or(blank.len())
    }

    /// The parser puts an absent value before the colon; what is written later belongs after it.
    fn absent_range(&self, range: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        let rest = &self.text[range.start..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let is_value =
            matches!(self.stack.last(), Some(Frame { kind: FrameKind::Map { key: Pending::Value(..) | Pending::Dropped, .. }, .. }));
        if is_value && rest[blank..].starts_with(':') {
            return range.start + blank + 1..range.start + blank + 1;
        }
        range.clone()
    }

    fn open(&mut self, range: &std::ops::Range<usize>, style: StructureStyle, anchor: usize, kind: FrameKind) -> Result<(), Stop> {
        let span = self.span(range);
        if self.stack.len() >= limits::MAX_DEPTH {
            self.out.push(syntax::too_deep(span));
            return Err(Stop);
        }
        let style = if style == StructureStyle::Flow { Style::Flow } else { Style::Plain };
        self.stack.push(Frame { span, style, anchor, size: 1, kind });
        Ok(())
    }

    /// Ends the innermost list or mapping; `end` is used for flow style only, a block ends with its last part.
    fn close(&mut self, end: usize) {
        let Some(mut frame) = self.stack.pop() else { return };
        if let FrameKind::Map { entries, key, .. } = &mut frame.kind
            && let Pending::Value(key, key_span) = std::mem::replace(key, Pending::Key)
        {
            let at = Span::new(self.id, key_span.end as usize, key_span.end as usize);
            entries.push(Entry { key, key_span, value: Node::null(at) });
        }
        let bare = frame.style == Style::Plain || frame.span.start == frame.span.end;
        let (value, last) = match frame.kind {
            FrameKind::List(items) => {
                let last = items.last().map(|node| node.span.end);
                (Value::List(items), last)
            }
            FrameKind::Map { entries, .. } => {
                let last = entries.last().map(|entry| entry.value.span.end.max(entry.key_span.end));
                (Value::Map(entries), last)
            }
        };
        let end = if bare { last.map_or(frame.span.end as usize, |end| end as usize) } else { self.base + end };
        let span = Span::new(self.id, frame.span.start as usize, end);
        let node = Node { span, style: frame.style, value, aliased: false };
        // Stopping early is the caller's affair; a closed node is placed even past a limit.
        let _ = self.place(node, frame.size, frame.anchor);
    }

    fn alias(&mut self, anchor: usize, range: &std::ops::Range<usize>) -> Result<(), Stop> {
        let span = self.span(range);
        match self.anchors.get(&anchor) {
            Some(Some((node, size))) if self.expanded + size <= limits::MAX_ALIAS_NODES => {
                let (mut node, size) = (node.clone(), *size);
                self.expanded += size;
                mark_aliased(&mut node, span);
                self.place(node, size, 0)
            }
            Some(_) => {
                let message = format!("aliases stand for more than {} values in all", limits::MAX_ALIAS_NODES);
                self.out.push(Diagnostic::error("too-many-aliases", span, message));
                Err(Stop)
            }
            None => {
                self.out.push(Diagnostic::error("unknown-alias", span, "the alias stands inside the value that it refers to"));
                self.place(Node::null(span), 1, 0)
            }
        }
    }

    /// Puts a finished node where it belongs: root, list item, key or value.
    fn place(&mut self, node: Node, size: usize, anchor: usize) -> Result<(), Stop> {
        self.nodes += 1;
        if anchor != 0 {
            self.keep_anchor(&node, size, anchor);
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        frame.size += size;
        let span = node.span;
        match &mut frame.kind {
            FrameKind::List(items) => items.push(node),
            FrameKind::Map { entries, key, seen } => match std::mem::replace(key, Pending::Key) {
                Pending::Key => *key = pending_key(node, entries, seen, self.out),
                Pending::Value(name, key_span) => entries.push(Entry { key: name, key_span, value: node }),
                Pending::Dropped => {}
            },
        }
        if self.nodes + self.expanded > limits::MAX_NODES {
            self.out.push(Diagnostic::error("too-large", span, format!("the file holds more than {} values", limits::MAX_NODES)));
            return Err(Stop);
        }
        Ok(())
    }

    /// Anchors are copied as they end, so nested anchors cost together no more than aliases may.
    fn keep_anchor(&mut self, node: &Node, size: usize, anchor: usize) {
        let fits = self.anchored + size <= limits::MAX_ALIAS_NODES;
        if fits {
            self.anchored += size;
        }
        self.anchors.insert(anchor, fits.then(|| (node.clone(), size)));
    }
}

/// Up to so many entries, a key is looked for in the mapping itself.
const FEW_ENTRIES: usize = 12;

/// The keys of a large mapping; empty for a small one.
#[derive(Default)]
struct Seen(ById<Span>);

impl Seen {
    /// Where a key stands in the mapping so far. Every mapping has one key after the other looked for.
    fn find(&mut self, key: &str, entries: &[Entry]) -> Option<Span> {
        if entries.len() <= FEW_ENTRIES {
            return entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span);
        }
        let known = self.0.len();
        self.0.extend(entries[known..].iter().map(|entry| (entry.key.clone(), entry.key_span)));
        self.0.get(key).copied()
    }
}

/// Checks a key; a key that cannot be kept is reported, and its value will be dropped.
fn pending_key(node: Node, entries: &[Entry], seen: &mut Seen, out: &mut Vec<Diagnostic>) -> Pending {
    let span = node.span;
    let Value::Scalar(text) = node.value else {
        let message = format!("a key must be a name, but this is {}", node.kind().name());
        out.push(Diagnostic::error("complex-key", span, message));
        return Pending::Dropped;
    };
    if node.style == Style::Plain && text == "<<" {
        out.push(
            Diagnostic::error("merge-key", span, "merge keys (`<<`) are not part of the language")
                .help("write the fields out where they belong"),
        );
        return Pending::Dropped;
    }
    if let Some(first) = seen.find(&text, entries) {
        out.push(
            Diagnostic::error("duplicate-key", span, format!("`{text}` is given twice; the first one counts"))
                .label(first, "first given here")
                .help("remove one of the two, or give one another name"),
        );
        return Pending::Dropped;
    }
    Pending::Value(text, span)
}

/// Everything under an alias stands at the alias, because that is the text that a reader sees there.
fn mark_aliased(node: &mut Node, span: Span) {
    node.aliased = true;
    node.span = span;
    match &mut node.value {
        Value::Null | Value::Scalar(_) => {}
        Value::List(items) => items.iter_mut().for_each(|item| mark_aliased(item, span)),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| {
            entry.key_span = span;
            mark_aliased(&mut entry.value, span);
        }),
    }
}
