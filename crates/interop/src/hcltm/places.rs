//! Blocks of a file with their places, in HCL or JSON, and the edits that change them.

use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::syntax::Block;
use super::write::{rendered, value};
use crate::limits;
use crate::onto::json::{self, Node};
use crate::onto::{Edit, apply};

/// A block with its places.
#[derive(Debug, Default)]
pub(super) struct Spot<'t> {
    pub(super) kind: String,
    pub(super) label: String,
    pub(super) more: Vec<String>,
    /// The attributes: key, the whole of it, and its value.
    pub(super) attributes: Vec<(String, Range<usize>, Range<usize>)>,
    pub(super) blocks: Vec<Spot<'t>>,
    /// The whole block.
    pub(super) span: Range<usize>,
    /// The word for its kind, where it has one of its own.
    pub(super) word: Range<usize>,
    /// Its first label, quotes included.
    pub(super) name: Range<usize>,
    /// The place before the closing brace.
    pub(super) end: usize,
    /// The object that it is in JSON, and the one or the list that holds it.
    pub(super) node: Option<(&'t Node, Holder<'t>)>,
}

/// Where a block of JSON stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder<'t> {
    /// Under its name in an object.
    Named(&'t Node),
    /// As an item of a list, by its number.
    Item(&'t Node, usize),
    /// Under its kind, alone.
    Alone(&'t Node),
}

/// A file whose blocks are edited.
pub(super) struct Editor<'t> {
    pub(super) text: &'t str,
    pub(super) is_json: bool,
    pub(super) edits: Vec<Edit>,
}

impl<'t> Editor<'t> {
    /// Gives an attribute a value: it is replaced, or added last.
    pub(super) fn set(&mut self, spot: &Spot<'t>, key: &str, new: &Json) {
        if let Some((node, _)) = spot.node {
            self.edits.extend(json::set(self.text, node, key, new));
        } else if let Some((.., place)) = spot.attributes.iter().find(|(name, ..)| name == key) {
            self.edits.push(Edit::replace(place.clone(), value(new)));
        } else {
            let last = spot.attributes.iter().map(|(_, whole, _)| whole.end).max();
            let at = last.map_or_else(|| self.begin(spot), |end| self.line_end(end));
            let line = format!("{}{key} = {}\n", self.indent_in(spot), value(new));
            self.insert(at, &line);
        }
    }

    /// Takes an attribute out.
    pub(super) fn unset(&mut self, spot: &Spot<'t>, key: &str) {
        if let Some((node, _)) = spot.node {
            self.edits.extend(json::remove_member(node, key));
        } else if let Some((_, whole, _)) = spot.attributes.iter().find(|(name, ..)| name == key) {
            self.edits.push(Edit::remove(self.lines(whole)));
        }
    }

    /// Gives a block another label.
    pub(super) fn rename(&mut self, spot: &Spot<'t>, label: &str) {
        let name = if self.is_json { Json::from(label).to_string() } else { value(&label.into()) };
        if !spot.name.is_empty() {
            self.edits.push(Edit::replace(spot.name.clone(), name));
        }
    }

    /// Makes a block one of another kind.
    pub(super) fn rekind(&mut self, spot: &Spot<'t>, parent: &Spot<'t>, kind: &str) {
        if self.is_json {
            let body = spot.node.and_then(|(node, _)| self.text.get(node.span.clone())).and_then(|text| serde_json::from_str(text).ok());
            self.remove(spot);
            self.add_json(parent, kind, &spot.label, body.unwrap_or_default());
        } else {
            self.edits.push(Edit::replace(spot.word.clone(), kind));
        }
    }

    /// Takes a block out.
    pub(super) fn remove(&mut self, spot: &Spot<'t>) {
        match spot.node {
            Some((_, Holder::Named(holder) | Holder::Alone(holder))) => {
                let key = if spot.label.is_empty() { &spot.kind } else { &spot.label };
                self.edits.extend(json::remove_member(holder, key));
            }
            Some((_, Holder::Item(list, at))) => self.edits.extend(json::remove_item(list, at)),
            None => self.edits.push(Edit::remove(self.lines(&spot.span))),
        }
    }

    /// Adds a block at the end of another one.
    pub(super) fn add(&mut self, parent: &Spot<'t>, block: &Block) {
        if self.is_json {
            self.add_json(parent, &block.kind, &block.label, object(block));
            return;
        }
        let mut text = String::new();
        rendered(block, 0, &mut text);
        let indent = self.indent_in(parent);
        let text: String = text.lines().map(|line| format!("{indent}{line}\n")).collect();
        self.add_text(parent, &text);
    }

    /// Moves a block to the end of another one.
    pub(super) fn move_to(&mut self, spot: &Spot<'t>, parent: &Spot<'t>, made: Vec<Edit>) {
        let own = self.text.get(..spot.span.end).unwrap_or_default();
        let cut: Vec<Edit> = made.into_iter().filter(|edit| edit.range.end <= spot.span.end).collect();
        let grown = apply(own, cut);
        let text = grown.get(spot.span.start..).unwrap_or_default().to_owned();
        let indent = self.indent_in(parent);
        self.edits.push(Edit::remove(self.lines(&spot.span)));
        self.add_text(parent, &format!("{indent}{text}\n"));
    }

    fn add_text(&mut self, parent: &Spot<'t>, text: &str) {
        // Before the line of the closing brace, or before the brace itself where it shares its line.
        let line = self.text.get(..parent.end).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        if line.trim().is_empty() {
            self.insert(parent.end - line.len(), text);
        } else {
            let indent = self.indent_of(parent.span.start).to_owned();
            self.insert(parent.end, &format!("\n{text}{indent}"));
        }
    }

    fn add_json(&mut self, parent: &Spot<'t>, kind: &str, label: &str, body: Json) {
        let Some((node, _)) = parent.node else { return };
        let named = if label.is_empty() { body.clone() } else { Json::Object(Map::from_iter([(label.to_owned(), body.clone())])) };
        match node.get(kind).map(|found| (found, &found.value)) {
            Some((list, json::Value::Array(_))) => self.edits.extend(json::push(self.text, list, &named)),
            Some((object, json::Value::Object(_))) if !label.is_empty() => self.edits.extend(json::set(self.text, object, label, &body)),
            Some((object, json::Value::Object(_))) => {
                let own = self.text.get(object.span.clone()).unwrap_or_default();
                self.edits.push(Edit::replace(object.span.clone(), format!("[{own}, {body}]")));
            }
            _ => self.edits.extend(json::set(self.text, node, kind, &named)),
        }
    }

    fn insert(&mut self, at: usize, text: &str) {
        let before = self.text.get(..at).is_some_and(|before| !before.is_empty() && !before.ends_with('\n'));
        let own_line = before && text.ends_with('\n') && !text.starts_with('\n');
        self.edits.push(Edit::insert(at, if own_line { format!("\n{text}") } else { text.to_owned() }));
    }

    /// The place after the opening brace and the end of its line; in a block on one line, its end.
    fn begin(&self, spot: &Spot<'_>) -> usize {
        let inside = spot.blocks.first().map_or(spot.end, |block| block.span.start);
        let line = self.text.get(..inside).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        if line.trim().is_empty() { inside - line.len() } else { inside }
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.find('\n').map_or(self.text.len(), |end| at + end + 1)
    }

    /// The lines of a range, if it has them for itself.
    fn lines(&self, range: &Range<usize>) -> Range<usize> {
        let before = self.text.get(..range.start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        let after = self.text.get(range.end..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        if before.trim().is_empty() && after.trim().is_empty() {
            range.start - before.len()..self.line_end(range.end)
        } else {
            range.clone()
        }
    }

    fn indent_of(&self, at: usize) -> &'t str {
        let line = self.text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        line.get(..line.len() - line.trim_start().len()).unwrap_or_default()
    }

    /// The indentation of what stands in a block.
    fn indent_in(&self, spot: &Spot<'_>) -> String {
        let inner = spot
            .attributes
            .first()
            .map(|(_, whole, _)| whole.start)
            .into_iter()
            .chain(spot.blocks.first().map(|block| block.span.start))
            .min();
        let own = self.indent_of(spot.span.start);
        match inner.map(|at| self.indent_of(at)).filter(|inner| inner.len() > own.len()) {
            Some(inner) => inner.to_owned(),
            None => format!("{own}  "),
        }
    }
}

/// A block as JSON.
fn object(block: &Block) -> Json {
    let mut object = block.body.attributes.clone();
    for inner in &block.body.blocks {
        let body = self::object(inner);
        if inner.label.is_empty() {
            object.insert(inner.kind.clone(), body);
        } else if let Some(group) = object.entry(inner.kind.clone()).or_insert_with(|| Map::new().into()).as_object_mut() {
            group.insert(inner.label.clone(), body);
        }
    }
    object.into()
}

/// The blocks of a file in JSON.
pub(super) fn of_json(root: &Node) -> Spot<'_> {
    spot("", "", root, Holder::Alone(root), &(0..0), 0)
}

fn spot<'t>(kind: &str, label: &str, node: &'t Node, holder: Holder<'t>, name: &Range<usize>, depth: usize) -> Spot<'t> {
    let mut made = Spot {
        kind: kind.to_owned(),
        label: label.to_owned(),
        span: node.span.clone(),
        name: name.clone(),
        node: Some((node, holder)),
        ..Spot::default()
    };
    if depth > limits::MAX_DEPTH {
        return made;
    }
    let is_object = |node: &Node| matches!(node.value, json::Value::Object(_));
    for member in node.members() {
        let (key, value) = (member.key.as_str(), &member.value);
        let items: Vec<(Option<usize>, &Node)> = match &value.value {
            json::Value::Array(items) => items.iter().enumerate().map(|(at, item)| (Some(at), item)).collect(),
            _ => vec![(None, value)],
        };
        if !(super::json::is_block(key) && items.iter().all(|(_, item)| is_object(item))) {
            made.attributes.push((key.to_owned(), member.span.clone(), value.span.clone()));
            continue;
        }
        for (at, item) in items {
            if !super::json::is_named(key) {
                let holder = at.map_or(Holder::Alone(node), |at| Holder::Item(value, at));
                made.blocks.push(spot(key, "", item, holder, &(0..0), depth + 1));
                continue;
            }
            for inner in item.members() {
                let name = inner.span.start..inner.span.start + Json::from(inner.key.as_str()).to_string().len();
                // A list of one named thing a time: the thing goes with its item.
                let holder = match at {
                    Some(at) if item.members().len() == 1 => Holder::Item(value, at),
                    _ => Holder::Named(item),
                };
                if is_object(&inner.value) {
                    made.blocks.push(spot(key, &inner.key, &inner.value, holder, &name, depth + 1));
                }
            }
        }
    }
    made
}
