//! Renaming: the id itself and every place that refers to it, in all parts and pictures.

use std::collections::BTreeMap;

use super::EditError;
use super::parts::Parts;
use super::path::{THINGS, sections};
use super::plain::{Plain, unknown};
use super::render;
use super::splice::{Splice, apply, checked};
use crate::mermaid;
use crate::source::Span;
use crate::suggest;
use crate::tree::{Node, Style, Value};

/// Fields whose items are elements, flows, zones or assets, with the section they are in.
const THING_FIELDS: &[(&str, &[&str])] = &[
    ("elements", &["zone", "in", "holds"]),
    ("zones", &["in"]),
    ("flows", &["from", "to", "carries", "returns"]),
    ("assets", &["on", "owner"]),
    ("attackers", &["from", "goals"]),
    ("threats", &["on", "assets"]),
    ("attack-trees", &["asset"]),
    ("diagrams", &["of", "show"]),
];

/// Fields that name people, wherever they are.
const PERSON_FIELDS: &[&str] = &["owner", "authors", "by", "people"];

/// Facts whose values are ids.
const THING_FACTS: &[&str] = &["zone", "in", "holds", "from", "to", "carries", "returns", "on"];

/// One id that changes.
struct Change<'a> {
    /// `thing` for the shared namespace, else the section.
    space: &'a str,
    old: &'a str,
    new: &'a str,
}

/// Renames `old` to `new`.
pub(super) fn rename(parts: Parts, old: &str, new: &str) -> Result<String, EditError> {
    let roots = parts.roots();
    let (section, old) = find(&roots, old)?;
    check_new(&roots, section, new)?;
    if old == new {
        return Ok(parts.text);
    }
    let space = if THINGS.contains(&section) { "thing" } else { section };
    let mut splices = Vec::new();
    let mut changes = vec![(old.to_owned(), new.to_owned())];
    if space == "thing" {
        changes.extend(redraw(&parts, old, new, &mut splices)?);
    }
    let mut expected = Vec::new();
    for part in &parts.parts {
        let mut renamed = BTreeMap::new();
        for (old, new) in &changes {
            let mut walk = Walk { change: Change { space, old, new }, renamed: &mut renamed };
            walk.node(&part.document.root, &mut Vec::new());
        }
        for (span, new) in &renamed {
            let flow = within_flow(&part.document.root, *span, false);
            splices.push(Splice::new(span.range(), rewritten(&parts.text, *span, new, part.context(flow))));
        }
        expected.push(substituted(&part.document.root, &renamed));
    }
    checked(apply(&parts, splices, &[])?, expected)
}

/// The section that has the id, and the id without its section.
fn find<'a>(roots: &[Node], name: &'a str) -> Result<(&'static str, &'a str), EditError> {
    let has = |section: &str, id: &str| roots.iter().any(|root| root.get(section).is_some_and(|section| section.get(id).is_some()));
    if let Some((head, id)) = name.split_once('.')
        && let Some(section) = sections().find(|section| *section == head)
    {
        return if has(section, id) { Ok((section, id)) } else { Err(unknown(name)) };
    }
    let found: Vec<&'static str> = sections().filter(|section| has(section, name)).collect();
    match found.as_slice() {
        [section] => Ok((section, name)),
        [] => {
            let known = sections().flat_map(|section| roots.iter().filter_map(move |root| root.get(section)));
            let ids =
                known.flat_map(|node| if let Value::Map(entries) = &node.value { entries.as_slice() } else { &[] }).map(|e| e.key.as_str());
            Err(EditError::Unknown { name: name.to_owned(), nearest: suggest::nearest(name, ids).map(str::to_owned) })
        }
        several => Err(EditError::Ambiguous { name: name.to_owned(), sections: several.iter().map(|s| (*s).to_owned()).collect() }),
    }
}

fn check_new(roots: &[Node], section: &str, new: &str) -> Result<(), EditError> {
    let legal =
        new.starts_with(|c: char| c.is_ascii_alphanumeric()) && new.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !legal && !matches!(section, "changelog" | "suppress") {
        return Err(EditError::Malformed(format!("`{new}` is not an id: letters, digits, `-` and `_`, a letter or digit first")));
    }
    if section == "use" {
        return Err(EditError::Refused("the names of used files are changed by hand".to_owned()));
    }
    let space: &[&str] = if THINGS.contains(&section) { THINGS } else { &[section] };
    let taken = roots.iter().any(|root| space.iter().any(|section| root.get(section).is_some_and(|section| section.get(new).is_some())));
    if taken || new == "model" { Err(EditError::Taken(new.to_owned())) } else { Ok(()) }
}

/// Renames in the pictures; drawn flows are named after their ends, so their ids change too.
fn redraw(parts: &Parts, old: &str, new: &str, splices: &mut Vec<Splice>) -> Result<Vec<(String, String)>, EditError> {
    let mut changes = Vec::new();
    for chart in &parts.charts {
        let before = flow_ids(&mermaid::to_node(chart));
        let drawn = chart.mentions.iter().filter(|mention| mention.value == old);
        let own: Vec<Splice> = drawn.map(|mention| Splice::new(mention.span.range(), new)).collect();
        if own.is_empty() {
            if before.iter().any(|id| id == old) {
                return Err(EditError::Refused(format!("`{old}` is an arrow of a picture and is named after its ends")));
            }
            continue;
        }
        let mut renamed = chart.clone();
        let swap = |id: &mut String| {
            if id == old {
                new.clone_into(id);
            }
        };
        renamed.edges.iter_mut().for_each(|edge| {
            swap(&mut edge.from.value);
            swap(&mut edge.to.value);
        });
        renamed.vertices = renamed.vertices.into_iter().map(|(id, vertex)| (if id == old { new.to_owned() } else { id }, vertex)).collect();
        renamed.subgraphs = renamed.subgraphs.into_iter().map(|(id, zone)| (if id == old { new.to_owned() } else { id }, zone)).collect();
        let after = flow_ids(&mermaid::to_node(&renamed));
        changes.extend(before.into_iter().zip(after).filter(|(before, after)| before != after));
        splices.extend(own);
    }
    Ok(changes)
}

fn flow_ids(root: &Node) -> Vec<String> {
    match root.get("flows").map(|flows| &flows.value) {
        Some(Value::Map(entries)) => entries.iter().map(|entry| entry.key.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Collects the places that refer to the id, with their new texts.
struct Walk<'a, 'c> {
    change: Change<'a>,
    renamed: &'c mut BTreeMap<Span, String>,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Node, path: &mut Vec<String>) {
        if node.aliased {
            return;
        }
        match &node.value {
            Value::Null => {}
            Value::Scalar(text) => {
                if let Some(new) = self.scalar(text, path) {
                    self.renamed.insert(node.span, new);
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.node(item, path)),
            Value::Map(entries) => {
                for entry in entries {
                    if let Some(new) = self.key(&entry.key, path) {
                        self.renamed.insert(entry.key_span, new);
                    }
                    path.push(entry.key.clone());
                    self.node(&entry.value, path);
                    path.pop();
                }
            }
        }
    }

    fn is_thing(&self) -> bool {
        self.change.space == "thing"
    }

    fn exact(&self, text: &str) -> Option<String> {
        (text == self.change.old).then(|| self.change.new.to_owned())
    }

    /// `rule@subject@with`, or the id of a threat.
    fn threat(&self, text: &str) -> Option<String> {
        if self.change.space == "threats" {
            return self.exact(text);
        }
        let (rule, subjects) = text.split_once('@').filter(|_| self.is_thing())?;
        let renamed: Vec<&str> =
            subjects.split('@').map(|subject| if subject == self.change.old { self.change.new } else { subject }).collect();
        let new = format!("{rule}@{}", renamed.join("@"));
        (new != text).then_some(new)
    }

    fn key(&self, key: &str, path: &[String]) -> Option<String> {
        let last = path.last().map_or("", String::as_str);
        match (path.first().map_or("", String::as_str), path.len()) {
            (section, 1) if section == self.change.space || (self.is_thing() && THINGS.contains(&section)) => self.exact(key),
            ("threats", 1) => self.threat(key),
            ("suppress", 1) => {
                let (code, subject) = key.split_once('@')?;
                self.exact(subject).map(|new| format!("{code}@{new}")).or_else(|| self.threat(subject).map(|new| format!("{code}@{new}")))
            }
            ("layout", _) if self.is_thing() => self.exact(key),
            ("assumptions", 3) if last == "assumes" => self.fact(key),
            ("mitigations", 3) if last == "states" => self.fact(key),
            _ => None,
        }
    }

    /// `thing.controls.mfa`
    fn fact(&self, key: &str) -> Option<String> {
        let (thing, fact) = key.split_once('.').filter(|_| self.is_thing())?;
        self.exact(thing).map(|new| format!("{new}.{fact}"))
    }

    fn scalar(&self, text: &str, path: &[String]) -> Option<String> {
        let section = path.first()?.as_str();
        let field = path.last()?.as_str();
        let entry_field = path.len() == 3;
        if section.starts_with("x-") || section == "layout" {
            return None;
        }
        match self.change.space {
            "thing" if section == "flows" && path.len() == 2 => return flow(text, &self.change),
            "thing" if entry_field && THING_FIELDS.iter().any(|(s, fields)| *s == section && fields.contains(&field)) => {
                return self.exact(text);
            }
            "thing" if section == "attack-trees" && field == "asset" => return self.exact(text),
            "thing" if path.len() == 4 && matches!(path[2].as_str(), "assumes" | "states") => {
                let fact = field.rsplit('.').next()?;
                return if THING_FACTS.contains(&fact) { self.exact(text) } else { None };
            }
            "people" if PERSON_FIELDS.contains(&field) => return self.exact(text),
            "mitigations" if field == "mitigations" || section == "mitigations" && entry_field && field == "needs" => {
                return self.exact(text);
            }
            _ => {}
        }
        let names_threats = (section == "threats" && field == "same-as")
            || (section == "incidents" && field == "threats")
            || (section == "attack-trees" && field == "threat");
        if names_threats { self.threat(text) } else { None }
    }
}

/// The ends and the assets of a flow in short form; the protocol is none of them.
fn flow(text: &str, change: &Change<'_>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut protocol = false;
    for piece in text.split_inclusive([' ', '\t', '\n', ',']) {
        let word = piece.trim_end_matches([' ', '\t', '\n', ',']);
        let keep = protocol || word != change.old || (matches!(word, "over" | "carrying" | "returning") && !out.trim().is_empty());
        out.push_str(if keep { word } else { change.new });
        out.push_str(&piece[word.len()..]);
        protocol = if word.is_empty() { protocol } else { word == "over" };
    }
    (out != text).then_some(out)
}

/// A scalar's new text, quoted if it was quoted.
fn rewritten(text: &str, span: Span, new: &str, context: render::Context) -> String {
    let was_quoted = text[span.range()].starts_with(['"', '\'']);
    if was_quoted { render::quoted(new) } else { render::scalar(new, context) }
}

/// Whether a place is inside brackets or braces.
fn within_flow(node: &Node, place: Span, flow: bool) -> bool {
    let covers = |span: Span| span.start <= place.start && place.end <= span.end;
    let flow = flow || (node.style == Style::Flow && covers(node.span));
    let children: Vec<&Node> = match &node.value {
        Value::Map(entries) => entries.iter().map(|entry| &entry.value).collect(),
        Value::List(items) => items.iter().collect(),
        Value::Null | Value::Scalar(_) => Vec::new(),
    };
    match children.into_iter().find(|child| covers(child.span)) {
        Some(child) if !flow => within_flow(child, place, flow),
        _ => flow,
    }
}

/// What a tree means with the renamed places as they will be.
fn substituted(node: &Node, renamed: &BTreeMap<Span, String>) -> Plain {
    match &node.value {
        Value::Null => Plain::Null,
        Value::Scalar(text) => Plain::Text(renamed.get(&node.span).filter(|_| !node.aliased).unwrap_or(text).clone()),
        Value::List(items) => Plain::List(items.iter().map(|item| substituted(item, renamed)).collect()),
        Value::Map(entries) => {
            let key = |entry: &crate::tree::Entry| renamed.get(&entry.key_span).filter(|_| !node.aliased).unwrap_or(&entry.key).clone();
            Plain::Map(entries.iter().map(|entry| (key(entry), substituted(&entry.value, renamed))).collect())
        }
    }
}
