//! XML with the place of every element, so that single texts are replaced and the rest stays as it is.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::escape::{partial_escape, unescape};
use quick_xml::events::Event;

use super::Edit;
use crate::limits;

/// An element with its places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node<'t> {
    /// The name without a prefix.
    pub name: &'t str,
    /// The start tag, `<` and `>` included.
    pub tag: Range<usize>,
    /// The whole element.
    pub span: Range<usize>,
    /// The elements in it.
    pub children: Vec<Node<'t>>,
}

/// Reads a text that is XML already; nothing if it is none, or exceeds the limits.
pub fn parse(text: &str) -> Option<Node<'_>> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node<'_>> = Vec::new();
    let mut root = None;
    let mut from = 0;
    loop {
        let event = reader.read_event().ok()?;
        let to = usize::try_from(reader.buffer_position()).ok()?;
        match event {
            Event::Start(_) | Event::Empty(_) if open.len() >= limits::MAX_DEPTH => return None,
            Event::Start(_) => open.push(Node { name: name_of(text.get(from..to)?), tag: from..to, span: from..to, children: Vec::new() }),
            Event::Empty(_) => {
                let node = Node { name: name_of(text.get(from..to)?), tag: from..to, span: from..to, children: Vec::new() };
                put(node, &mut open, &mut root);
            }
            Event::End(_) => {
                let mut node = open.pop()?;
                node.span.end = to;
                put(node, &mut open, &mut root);
            }
            Event::DocType(_) => return None,
            Event::Eof => return root,
            _ => {}
        }
        from = to;
    }
}

fn put<'t>(node: Node<'t>, open: &mut [Node<'t>], root: &mut Option<Node<'t>>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(node),
        None => *root = Some(node),
    }
}

fn name_of(tag: &str) -> &str {
    let inside = tag.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
    let name = inside.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or(name)
}

impl<'t> Node<'t> {
    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Node<'t>> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of the first child of a name: the items of a list.
    pub fn items(&self, name: &str) -> &[Node<'t>] {
        self.child(name).map(|list| list.children.as_slice()).unwrap_or_default()
    }

    /// The text of an element without children, resolved and without white space around it.
    pub fn text(&self, text: &str) -> String {
        let inside = self.content(text);
        unescape(inside).map_or_else(|_| inside.to_owned(), |resolved| resolved.into_owned()).trim().to_owned()
    }

    /// What stands between the tags, as written.
    pub fn content<'s>(&self, text: &'s str) -> &'s str {
        if self.tag == self.span {
            return "";
        }
        let whole = text.get(self.tag.end..self.span.end).unwrap_or_default();
        whole.rfind("</").and_then(|end| whole.get(..end)).unwrap_or_default()
    }

    /// The text of the first child of a name; empty if there is none.
    pub fn text_of(&self, text: &str, name: &str) -> String {
        self.child(name).map(|child| child.text(text)).unwrap_or_default()
    }

    /// The value of an attribute by its name without a prefix, as written.
    pub fn attribute<'s>(&self, text: &'s str, name: &str) -> Option<&'s str> {
        let tag = text.get(self.tag.clone())?;
        let mut rest = tag;
        while let Some(at) = rest.find('=') {
            let key = rest.get(..at)?.rsplit(|c: char| c.is_ascii_whitespace() || c == ':').next()?;
            let value = rest.get(at + 1..)?.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let value = value.get(1..)?;
            let end = value.find(quote)?;
            if key == name {
                return value.get(..end);
            }
            rest = value.get(end + 1..)?;
        }
        None
    }

    /// The place before the end tag, where another child goes; nothing for an element that is one tag.
    pub fn end_inside(&self, text: &str) -> Option<usize> {
        (self.tag != self.span).then(|| self.tag.end + self.content(text).len())
    }
}

/// An edit that gives an element a text. An element that says to be nothing, with `nil="true"`, does so no more.
pub fn set_text(text: &str, node: &Node<'_>, value: &str) -> Edit {
    let value = escaped(value);
    if node.tag != node.span {
        let start = node.tag.end;
        return Edit::replace(start..start + node.content(text).len(), value);
    }
    let tag = text.get(node.tag.clone()).unwrap_or_default();
    if value.is_empty() {
        return Edit::insert(node.span.end, "");
    }
    let inside = without_nil(tag.trim_end_matches('>').trim_end_matches('/').trim_end());
    let name = tag.trim_start_matches('<').split(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').next().unwrap_or_default();
    Edit::replace(node.span.clone(), format!("{inside}>{value}</{name}>"))
}

/// An edit that gives an element an attribute: its value is replaced, or it is added last.
pub fn set_attribute(text: &str, node: &Node<'_>, name: &str, value: &str) -> Edit {
    // Line ends in an attribute are spaces to every reader unless they are written so.
    let value = escaped(value).replace('\'', "&apos;").replace('\n', "&#10;");
    if let Some(range) = attribute_span(text, node, name) {
        return Edit::replace(range, value);
    }
    let tag = text.get(node.tag.clone()).unwrap_or_default();
    let inside = tag.trim_end_matches('>').trim_end_matches('/').trim_end();
    Edit::insert(node.tag.start + inside.len(), format!(" {name}=\"{value}\""))
}

/// An edit that takes an attribute away; nothing if there is none.
pub fn remove_attribute(text: &str, node: &Node<'_>, name: &str) -> Option<Edit> {
    let range = attribute_span(text, node, name)?;
    let start = text.get(node.tag.start..range.start)?.rfind(|c: char| c.is_ascii_whitespace())?;
    Some(Edit::remove(node.tag.start + start..range.end + 1))
}

/// Where the value of an attribute stands, without its quotes.
fn attribute_span(text: &str, node: &Node<'_>, name: &str) -> Option<Range<usize>> {
    let value = node.attribute(text, name)?;
    let start = (value.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    Some(start..start + value.len())
}

/// A start tag without the attribute that says that its element is nothing.
fn without_nil(tag: &str) -> String {
    let Some(at) = tag.find("nil=") else { return tag.to_owned() };
    let start = tag.get(..at).and_then(|before| before.rfind(|c: char| c.is_ascii_whitespace())).unwrap_or(at);
    let rest = tag.get(at + 4..).unwrap_or_default();
    let quote = rest.chars().next().unwrap_or('"');
    let end = rest.get(1..).and_then(|rest| rest.find(quote)).map_or(rest.len(), |end| end + 2);
    format!("{}{}", tag.get(..start).unwrap_or_default(), rest.get(end..).unwrap_or_default())
}

/// An edit that adds XML as the last child of an element; an element that is one tag gets an end tag.
pub fn append(text: &str, node: &Node<'_>, xml: &str) -> Edit {
    if let Some(at) = node.end_inside(text) {
        return Edit::insert(at, xml);
    }
    let tag = text.get(node.tag.clone()).unwrap_or_default();
    let inside = tag.trim_end_matches('>').trim_end_matches('/').trim_end();
    let name = tag.trim_start_matches('<').split(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').next().unwrap_or_default();
    Edit::replace(node.span.clone(), format!("{inside}>{xml}</{name}>"))
}

/// A text as it stands between tags or in quotes. What XML cannot say at all is left out.
pub fn escaped(text: &str) -> String {
    let plain: String =
        text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    partial_escape(plain.as_str()).replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onto::apply;

    const TEXT: &str = "<?xml version='1.0'?>\n<r xmlns:b='u'><b:a i:nil=\"true\" x='1'/><c>old &amp; <!-- k --></c>\n<d><e/></d></r>";

    #[test]
    fn a_text_is_replaced_where_it_stands() {
        let root = parse(TEXT).unwrap();
        let edit = set_text(TEXT, root.child("c").unwrap(), "a < \"b\"");
        assert_eq!(apply(TEXT, vec![edit]), TEXT.replace("old &amp; <!-- k -->", "a &lt; &quot;b&quot;"));
        let edit = set_text(TEXT, root.child("a").unwrap(), "x");
        assert_eq!(apply(TEXT, vec![edit]), TEXT.replace("<b:a i:nil=\"true\" x='1'/>", "<b:a x='1'>x</b:a>"));
    }

    #[test]
    fn elements_are_added_at_the_end() {
        let root = parse(TEXT).unwrap();
        let edit = append(TEXT, root.child("d").unwrap(), "<f/>");
        assert_eq!(apply(TEXT, vec![edit]), TEXT.replace("<e/>", "<e/><f/>"));
        let edit = append(TEXT, &root.child("d").unwrap().children[0], "<f/>");
        assert_eq!(apply(TEXT, vec![edit]), TEXT.replace("<e/>", "<e><f/></e>"));
    }

    #[test]
    fn attributes_are_set_and_go() {
        let root = parse(TEXT).unwrap();
        let a = root.child("a").unwrap();
        assert_eq!(apply(TEXT, vec![set_attribute(TEXT, a, "x", "<2>\n")]), TEXT.replace("x='1'", "x='&lt;2&gt;&#10;'"));
        assert_eq!(apply(TEXT, vec![set_attribute(TEXT, a, "y", "2")]), TEXT.replace("x='1'/>", "x='1' y=\"2\"/>"));
        assert_eq!(apply(TEXT, vec![remove_attribute(TEXT, a, "x").unwrap()]), TEXT.replace(" x='1'", ""));
        assert_eq!(remove_attribute(TEXT, a, "y"), None);
    }

    #[test]
    fn places_and_attributes_are_those_of_the_text() {
        let root = parse(TEXT).unwrap();
        assert_eq!(root.child("a").unwrap().attribute(TEXT, "x"), Some("1"));
        assert_eq!(root.child("a").unwrap().attribute(TEXT, "nil"), Some("true"));
        assert_eq!(&TEXT[root.child("d").unwrap().span.clone()], "<d><e/></d>");
        assert_eq!(parse("<a><b></a>"), None);
    }
}
