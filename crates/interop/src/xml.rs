//! A small tree of an XML document: local names, attributes, children and text.
//!
//! Namespaces are left out, for the formats read here never use one local name twice in one place. Entities other than
//! the five of XML itself are refused, with the declaration that would make them.

use std::borrow::Cow;
use std::fmt;

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, Event};

use crate::{ImportError, limits};

/// An element.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Element<'a> {
    /// Its name without a prefix.
    pub name: &'a str,
    /// Its attributes, names without prefixes.
    pub attributes: Vec<(&'a str, Cow<'a, str>)>,
    /// The elements in it.
    pub children: Vec<Element<'a>>,
    /// The text directly in it, as written.
    pub text: Cow<'a, str>,
}

impl<'a> Element<'a> {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_ref())
    }

    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Every child of a name.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element<'a>> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The children of the first child of a name: the items of a list.
    pub fn items(&self, name: &str) -> &[Element<'a>] {
        self.child(name).map(|list| &list.children[..]).unwrap_or_default()
    }

    /// The text of the first child of a name, without white space around it; empty if there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map(Element::trimmed).unwrap_or_default()
    }

    /// The text, without white space around it.
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }
}

/// Reads a document.
///
/// # Errors
/// The bytes are not well-formed XML, declare a document type, or exceed the limits.
pub fn parse(bytes: &[u8]) -> Result<Element<'_>, ImportError> {
    tree(limits::text(bytes)?, |_| false)
}

/// Reads a document that may declare what its elements are, and nothing else: no entity, nothing from outside.
///
/// # Errors
/// The text is not well-formed XML, declares more than elements and attributes, or exceeds the limits.
pub fn parse_declared(text: &str) -> Result<Element<'_>, ImportError> {
    tree(text, declares_elements_only)
}

/// Whether a document type has an internal part of elements and attributes alone.
fn declares_elements_only(declaration: &str) -> bool {
    let upper = declaration.to_ascii_uppercase();
    let outside = upper.split('[').next().unwrap_or_default();
    let entities = upper.contains("<!ENTITY") || upper.contains('%') || upper.contains("<!NOTATION");
    !entities && !outside.split_whitespace().any(|word| word == "SYSTEM" || word == "PUBLIC")
}

fn tree(text: &str, declares: impl Fn(&str) -> bool) -> Result<Element<'_>, ImportError> {
    let mut reader = Reader::from_str(text);
    let mut tree = Tree::default();
    let mut from = 0;
    loop {
        let event = reader.read_event().map_err(|error| syntax(reader.error_position(), &error))?;
        let to = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        let tag = text.get(from..to).unwrap_or_default();
        from = to;
        match event {
            Event::Start(_) => tree.open(tag, to)?,
            Event::Empty(_) => {
                tree.open(tag, to)?;
                tree.close();
            }
            Event::End(_) => tree.close(),
            Event::Text(text) => tree.text(text.into_inner(), to)?,
            Event::CData(text) => tree.text(text.into_inner(), to)?,
            Event::GeneralRef(reference) => tree.text(Cow::Owned(character(&reference)?), to)?,
            Event::DocType(declaration) if declares(&declaration) => {}
            Event::DocType(_) => return Err(ImportError::Entities),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => return tree.finish(to),
        }
    }
}

fn syntax(at: impl fmt::Display, why: &dyn fmt::Display) -> ImportError {
    ImportError::Syntax(format!("{why} (byte {at})"))
}

/// What a reference in a text stands for: one character.
fn character(reference: &BytesRef<'_>) -> Result<String, ImportError> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Ok(character.to_string()),
        Ok(None) => resolve_xml_entity(reference).map(str::to_owned).ok_or(ImportError::Entities),
        Err(error) => Err(ImportError::Syntax(error.to_string())),
    }
}

/// The elements that are open, outermost first, and the one that was closed last at the top.
#[derive(Default)]
struct Tree<'a> {
    open: Vec<Element<'a>>,
    root: Option<Element<'a>>,
    count: usize,
}

impl<'a> Tree<'a> {
    /// Opens the element of a tag, which is written as `<name key="value">`.
    fn open(&mut self, tag: &'a str, at: usize) -> Result<(), ImportError> {
        self.count += 1;
        if self.count > limits::MAX_XML_ELEMENTS {
            return Err(ImportError::TooMuch { what: "elements", limit: limits::MAX_XML_ELEMENTS });
        }
        if self.open.len() >= limits::MAX_DEPTH {
            return Err(ImportError::TooMuch { what: "levels of elements", limit: limits::MAX_DEPTH });
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(syntax(at, &"a second root"));
        }
        let inside = tag.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
        let name = inside.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
        let attributes = if name.len() == inside.len() { Vec::new() } else { attributes(inside, name.len(), at)? };
        self.open.push(Element { name: local(name), attributes, ..Element::default() });
        Ok(())
    }

    fn close(&mut self) {
        if let Some(done) = self.open.pop() {
            match self.open.last_mut() {
                Some(parent) => parent.children.push(done),
                None => self.root = Some(done),
            }
        }
    }

    /// Adds text; white space between elements is none.
    fn text(&mut self, text: Cow<'a, str>, at: usize) -> Result<(), ImportError> {
        match self.open.last_mut() {
            Some(element) if !element.text.is_empty() => element.text.to_mut().push_str(&text),
            Some(element) if !text.trim().is_empty() => element.text = text,
            None if !text.trim().is_empty() => return Err(syntax(at, &"text outside of the root")),
            _ => {}
        }
        Ok(())
    }

    fn finish(self, at: usize) -> Result<Element<'a>, ImportError> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(syntax(at, &"it ends before its root does")),
        }
    }
}

fn attributes<'a>(inside: &'a str, name: usize, at: usize) -> Result<Vec<(&'a str, Cow<'a, str>)>, ImportError> {
    let mut found = Vec::new();
    let mut all = Attributes::new(inside, name);
    // Looking for duplicates costs the square of the attributes; the first one counts.
    for attribute in all.with_checks(false) {
        let attribute = attribute.map_err(|error| syntax(at, &error))?;
        if found.len() >= limits::MAX_XML_ATTRIBUTES {
            return Err(ImportError::TooMuch { what: "attributes of one element", limit: limits::MAX_XML_ATTRIBUTES });
        }
        let value = match attribute.value {
            Cow::Borrowed(raw) => unescape(raw),
            Cow::Owned(_) => Ok(attribute.value),
        };
        found.push((local(attribute.key.into_inner()), value.map_err(|_| ImportError::Entities)?));
    }
    Ok(found)
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_prefixes_and_texts_their_escapes() {
        let root = parse(b"\xef\xbb\xbf<?xml version='1.0'?>\n<a:b xmlns:a='x' i:type = \"p&amp;q\">\n <c>1 &lt; 2 &#x41;<![CDATA[&]]></c><d/>\n</a:b>\n").unwrap();
        assert_eq!((root.name, root.attribute("type"), root.text.as_ref()), ("b", Some("p&q"), ""));
        assert_eq!((root.text_of("c"), root.children.len()), ("1 < 2 A&", 2));
    }

    #[test]
    fn entities_are_refused() {
        let bomb = br#"<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;">]><a>&d;</a>"#;
        assert_eq!(parse(bomb), Err(ImportError::Entities));
        assert_eq!(parse(b"<a>&d;</a>"), Err(ImportError::Entities));
        assert_eq!(parse(b"<a b='&d;'/>"), Err(ImportError::Entities));
    }

    #[test]
    fn depth_and_attributes_are_bounded() {
        assert!(matches!(parse("<a>".repeat(100_000).as_bytes()), Err(ImportError::TooMuch { .. })));
        let many = format!("<a {}/>", "b='' ".repeat(100_000));
        assert!(matches!(parse(many.as_bytes()), Err(ImportError::TooMuch { .. })));
    }

    #[test]
    fn what_is_not_well_formed_is_an_error() {
        for bad in ["", "a", "<a>", "<a></b>", "</a>", "<a/><b/>", "<a b/>", "<a", "<a/>x", "<a b='1/>"] {
            assert!(matches!(parse(bad.as_bytes()), Err(ImportError::Syntax(_))), "{bad}");
        }
    }
}
