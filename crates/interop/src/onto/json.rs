//! JSON with the place of every value, so that single values are replaced and the layout of the rest stays.

use std::ops::Range;

use serde_json::Value as Json;

use super::Edit;
use crate::limits;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The bytes of the value.
    pub span: Range<usize>,
    /// What it holds.
    pub value: Value,
}

/// What a value holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text, resolved.
    Text(String),
    /// A number, `true`, `false` or `null`, as written.
    Plain(String),
    /// Members in order.
    Object(Vec<Member>),
    /// Items in order.
    Array(Vec<Node>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key, resolved.
    pub key: String,
    /// The bytes from the key's first quote to the end of the value.
    pub span: Range<usize>,
    /// The value.
    pub value: Node,
}

/// Reads a text that is JSON already; nothing if it is none, or nested too deep.
pub fn parse(text: &str) -> Option<Node> {
    let mut parser = Parser { text, at: 0 };
    let node = parser.value(0)?;
    parser.blank();
    (parser.at == text.len()).then_some(node)
}

impl Node {
    /// The member of an object with a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.member(key).map(|member| &member.value)
    }

    /// The member of an object with a key, with its place.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.key == key)
    }

    /// The members of an object.
    pub fn members(&self) -> &[Member] {
        if let Value::Object(members) = &self.value { members } else { &[] }
    }

    /// The items of a list.
    pub fn items(&self) -> &[Node] {
        if let Value::Array(items) = &self.value { items } else { &[] }
    }

    /// The text of a text.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The value at a JSON pointer, such as `/elements/3/name`.
    pub fn pointer(&self, pointer: &str) -> Option<&Node> {
        let mut node = self;
        for part in pointer.split('/').skip(1) {
            node = match &node.value {
                Value::Object(_) => node.get(&part.replace("~1", "/").replace("~0", "~"))?,
                Value::Array(items) => items.get(part.parse::<usize>().ok()?)?,
                Value::Text(_) | Value::Plain(_) => return None,
            };
        }
        Some(node)
    }
}

/// An edit that gives a member of an object a value: the value is replaced, or the member is added last.
///
/// The added member stands on a line of its own where the others do. Nothing if `object` is none.
pub fn set(text: &str, object: &Node, key: &str, value: &Json) -> Option<Edit> {
    if let Some(member) = object.member(key) {
        let indent = indent_of(text, member.span.start);
        return Some(Edit::replace(member.value.span.clone(), laid_out(value, &indent, unit_of(text, object))));
    }
    let Value::Object(members) = &object.value else { return None };
    let key = Json::from(key).to_string();
    Some(match members.last() {
        Some(last) => {
            added(text, object, last.span.clone(), &|indent| format!("{key}: {}", laid_out(value, indent, unit_of(text, object))))
        }
        None => Edit::replace(object.span.clone(), format!("{{{key}: {value}}}")),
    })
}

/// An edit that adds an item at the end of a list; nothing if `list` is none.
pub fn push(text: &str, list: &Node, item: &Json) -> Option<Edit> {
    let Value::Array(items) = &list.value else { return None };
    Some(match items.last() {
        Some(last) => added(text, list, last.span.clone(), &|indent| laid_out(item, indent, unit_of(text, list))),
        None => {
            let indent = indent_of(text, list.span.start);
            let unit = unit_of(text, list);
            let inner = format!("{indent}{unit}");
            Edit::replace(list.span.clone(), format!("[\n{inner}{}\n{indent}]", laid_out(item, &inner, unit)))
        }
    })
}

/// An edit that gives a list other items than it had.
pub fn fill(text: &str, list: &Node, items: Vec<Json>) -> Edit {
    Edit::replace(list.span.clone(), laid_out(&items.into(), &indent_of(text, list.span.start), unit_of(text, list)))
}

/// An edit that takes a member out of an object; nothing if it has none.
pub fn remove_member(object: &Node, key: &str) -> Option<Edit> {
    let members = object.members();
    let at = members.iter().position(|member| member.key == key)?;
    let spans: Vec<Range<usize>> = members.iter().map(|member| member.span.clone()).collect();
    Some(Edit::remove(cut(&spans, at)))
}

/// An edit that takes an item out of a list; nothing if it has none there.
pub fn remove_item(list: &Node, at: usize) -> Option<Edit> {
    let spans: Vec<Range<usize>> = list.items().iter().map(|item| item.span.clone()).collect();
    (at < spans.len()).then(|| Edit::remove(cut(&spans, at)))
}

/// Edits that take items out of a list; one alone may also go with [`remove_item`].
pub fn remove_items(list: &Node, gone: &[usize]) -> Vec<Edit> {
    let items = list.items();
    let kept: Vec<usize> = (0..items.len()).filter(|at| !gone.contains(at)).collect();
    let Some(last) = kept.last() else { return vec![Edit::replace(list.span.clone(), "[]")] };
    let range = |at: usize| {
        let own = items.get(at)?.span.clone();
        // What stands before a kept item goes up to the next item, what stands after all of them from the one before.
        Some(if at < *last { own.start..items.get(at + 1)?.span.start } else { items.get(at.checked_sub(1)?)?.span.end..own.end })
    };
    gone.iter().filter_map(|at| range(*at)).map(Edit::remove).collect()
}

/// The member that tells [`transfer`] which items of two documents are the same thing; it is never written.
pub const IDENTITY: &str = "\u{0}id";

/// Edits that carry over to a file what differs between two documents that were written of a model before and after a
/// change. What the two agree on stays in the file as it is, whatever that is.
///
/// Items of lists are the same thing when their [`IDENTITY`] is, and are found in the file by the member `key`.
pub fn transfer(text: &str, file: &Node, before: &Json, after: &Json, key: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    carry(text, file, before, after, key, &mut edits);
    edits
}

fn carry(text: &str, file: &Node, before: &Json, after: &Json, key: &str, edits: &mut Vec<Edit>) {
    match (before, after) {
        (Json::Object(old), Json::Object(new)) => {
            for (name, value) in new.iter().filter(|(name, value)| *name != IDENTITY && old.get(*name) != Some(value)) {
                match (file.get(name), old.get(name)) {
                    (Some(inner), Some(old)) if is_deep(inner) && (old.is_object() || old.is_array()) => {
                        carry(text, inner, old, value, key, edits)
                    }
                    _ => edits.extend(set(text, file, name, &clean(value))),
                }
            }
            let gone = old.keys().filter(|name| !new.contains_key(*name) && *name != IDENTITY);
            edits.extend(gone.filter_map(|name| remove_member(file, name)));
        }
        (Json::Array(old), Json::Array(new)) if old.iter().chain(new).any(|item| item.get(IDENTITY).is_some()) => {
            items(text, file, old, new, key, edits);
        }
        _ => edits.push(Edit::replace(file.span.clone(), clean(after).to_string())),
    }
}

fn is_deep(node: &Node) -> bool {
    matches!(node.value, Value::Object(_) | Value::Array(_))
}

fn items(text: &str, file: &Node, old: &[Json], new: &[Json], key: &str, edits: &mut Vec<Edit>) {
    let same = |item: &Json, other: &Json| item.get(IDENTITY).is_some() && item.get(IDENTITY) == other.get(IDENTITY);
    let place = |item: &Json| {
        let name = item.get(key).and_then(Json::as_str)?;
        file.items().iter().position(|node| node.get(key).and_then(Node::as_str) == Some(name))
    };
    let gone: Vec<usize> = old.iter().filter(|item| !new.iter().any(|other| same(item, other))).filter_map(place).collect();
    let added: Vec<Json> = new.iter().filter(|item| !old.iter().any(|other| same(item, other))).map(clean).collect();
    if !gone.is_empty() && gone.len() == file.items().len() || file.items().is_empty() {
        let whole: Vec<Json> = new.iter().map(clean).collect();
        edits.push(Edit::replace(file.span.clone(), laid_out(&whole.into(), &indent_of(text, file.span.start), unit_of(text, file))));
        return;
    }
    edits.extend(remove_items(file, &gone));
    for item in old {
        let Some(other) = new.iter().find(|other| same(item, other)).filter(|other| *other != item) else { continue };
        if let Some(node) = place(item).and_then(|at| file.items().get(at)) {
            carry(text, node, item, other, key, edits);
        }
    }
    edits.extend(added.iter().filter_map(|item| push(text, file, item)));
}

/// A value without the marks of identity.
fn clean(value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            Json::Object(members.iter().filter(|(key, _)| *key != IDENTITY).map(|(key, value)| (key.clone(), clean(value))).collect())
        }
        Json::Array(items) => items.iter().map(clean).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

/// What goes with an item: the comma after it, or before it if it is the last one.
fn cut(spans: &[Range<usize>], at: usize) -> Range<usize> {
    let own = spans.get(at).cloned().unwrap_or_default();
    match (spans.get(at + 1), at.checked_sub(1).and_then(|before| spans.get(before))) {
        (Some(next), _) => own.start..next.start,
        (None, Some(before)) => before.end..own.end,
        (None, None) => own,
    }
}

/// A text after the last part, separated as the parts before it are.
fn added(text: &str, parent: &Node, last: Range<usize>, write: &dyn Fn(&str) -> String) -> Edit {
    let before = text.get(parent.span.start..last.start).unwrap_or_default();
    if before.contains('\n') {
        let indent = indent_of(text, last.start);
        Edit::insert(last.end, format!(",\n{indent}{}", write(&indent)))
    } else {
        let space =
            if before.trim_end_matches(' ').len() < before.len() || text.get(last).is_some_and(|t| t.contains(": ")) { " " } else { "" };
        Edit::insert(last_end(text, parent), format!(",{space}{}", write("")))
    }
}

/// The end of what stands last in an object or a list.
fn last_end(text: &str, parent: &Node) -> usize {
    let inside = text.get(parent.span.start..parent.span.end.saturating_sub(1)).unwrap_or_default();
    parent.span.start + inside.trim_end().len()
}

/// The white space at the beginning of the line of a place.
fn indent_of(text: &str, at: usize) -> String {
    let line = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
    line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}

/// One level of indentation of a text, as it shows around a value.
fn unit_of<'t>(text: &'t str, _near: &Node) -> &'t str {
    let line = text.lines().find(|line| line.starts_with([' ', '\t'])).unwrap_or("  ");
    let width = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..width.min(8)).unwrap_or("  ")
}

/// A value over several lines, its first one at an indent.
fn laid_out(value: &Json, indent: &str, unit: &str) -> String {
    match value {
        Json::Object(members) if !members.is_empty() => {
            let inner = format!("{indent}{unit}");
            let parts: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{inner}{}: {}", Json::from(key.as_str()), laid_out(value, &inner, unit)))
                .collect();
            format!("{{\n{}\n{indent}}}", parts.join(",\n"))
        }
        Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            let inner = format!("{indent}{unit}");
            let parts: Vec<String> = items.iter().map(|item| format!("{inner}{}", laid_out(item, &inner, unit))).collect();
            format!("[\n{}\n{indent}]", parts.join(",\n"))
        }
        other => other.to_string(),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn blank(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.blank();
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > limits::MAX_DEPTH {
            return None;
        }
        self.blank();
        let start = self.at;
        let value = match self.peek()? {
            b'{' => self.object(depth)?,
            b'[' => self.array(depth)?,
            b'"' => Value::Text(self.string()?),
            _ => {
                let rest = self.text.get(start..)?;
                let end = rest.find(|c: char| matches!(c, ',' | '}' | ']') || c.is_ascii_whitespace()).unwrap_or(rest.len());
                self.at += end;
                Value::Plain(rest.get(..end).filter(|word| !word.is_empty())?.to_owned())
            }
        };
        Some(Node { span: start..self.at, value })
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.take(b'{')?;
        let mut members = Vec::new();
        if self.take(b'}').is_some() {
            return Some(Value::Object(members));
        }
        loop {
            self.blank();
            let start = self.at;
            let key = self.string()?;
            self.take(b':')?;
            let value = self.value(depth + 1)?;
            members.push(Member { key, span: start..self.at, value });
            if self.take(b',').is_none() {
                self.take(b'}')?;
                return Some(Value::Object(members));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        self.take(b'[')?;
        let mut items = Vec::new();
        if self.take(b']').is_some() {
            return Some(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b',').is_none() {
                self.take(b']')?;
                return Some(Value::Array(items));
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.take(b'"')?;
        let mut escaped = false;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            if byte == b'"' && !escaped {
                break;
            }
            escaped = byte == b'\\' && !escaped;
        }
        serde_json::from_str(self.text.get(start..self.at)?.trim_start()).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::onto::apply;

    const TEXT: &str = "{\n  \"name\": \"Shop\",\n  \"list\": [1, {\"a\": \"b\"}],\n  \"deep\": {\n    \"x\": true\n  }\n}\n";

    fn edited(text: &str, edit: impl Fn(&Node) -> Option<Edit>) -> String {
        let root = parse(text).unwrap();
        apply(text, vec![edit(&root).unwrap()])
    }

    #[test]
    fn a_value_is_replaced_where_it_stands() {
        assert_eq!(edited(TEXT, |root| set(TEXT, root, "name", &json!("Ä \"1\""))), TEXT.replace("\"Shop\"", "\"Ä \\\"1\\\"\""));
        let item = |root: &Node| set(TEXT, root.pointer("/list/1").unwrap(), "a", &json!(2));
        assert_eq!(edited(TEXT, item), TEXT.replace("\"b\"", "2"));
    }

    #[test]
    fn a_member_and_an_item_are_added_in_the_layout_of_the_others() {
        let member = |root: &Node| set(TEXT, root.get("deep").unwrap(), "y", &json!({"z": [1, 2]}));
        assert_eq!(edited(TEXT, member), TEXT.replace("true\n", "true,\n    \"y\": {\n      \"z\": [1,2]\n    }\n"));
        assert_eq!(edited(TEXT, |root| push(TEXT, root.get("list").unwrap(), &json!(3))), TEXT.replace("}],", "}, 3],"));
        assert_eq!(edited("{\"a\":[]}", |root| push("{\"a\":[]}", root.get("a").unwrap(), &json!(1))), "{\"a\":[\n  1\n]}");
    }

    #[test]
    fn members_and_items_go_with_their_comma() {
        assert_eq!(edited(TEXT, |root| remove_member(root, "name")), TEXT.replace("\"name\": \"Shop\",\n  ", ""));
        assert_eq!(edited("[1, 2]", |root| remove_item(root, 1)), "[1]");
        assert_eq!(edited("[1, 2]", |root| remove_item(root, 0)), "[2]");
        assert_eq!(edited("{\"a\": 1}", |root| remove_member(root, "a")), "{}");
    }

    #[test]
    fn what_two_documents_agree_on_stays_in_the_file_as_it_is() {
        let text = "{\"things\": [{\"name\": \"a\", \"own\":  1}, {\"name\": \"b\"}, {\"name\": \"c\"}], \"x\": 1}";
        let thing = |id: u8, name: &str| json!({IDENTITY: id, "name": name});
        let before = json!({"things": [thing(1, "a"), thing(2, "b"), thing(3, "c")]});
        let after = json!({"things": [thing(1, "A"), thing(4, "d")]});
        let root = parse(text).unwrap();
        let edited = apply(text, transfer(text, &root, &before, &after, "name"));
        assert_eq!(edited, "{\"things\": [{\"name\": \"A\", \"own\":  1}, {\n  \"name\": \"d\"\n}], \"x\": 1}");
        assert_eq!(apply(text, transfer(text, &root, &before, &json!({"things": []}), "name")), "{\"things\": [], \"x\": 1}");
    }

    #[test]
    fn what_is_no_json_has_no_places() {
        assert_eq!(parse("{\"a\" 1}"), None);
        assert_eq!(parse(&"[".repeat(1_000)), None);
        assert_eq!(parse("{} x"), None);
    }
}
