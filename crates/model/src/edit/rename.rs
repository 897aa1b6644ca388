//! Renaming: the id itself and every place that refers to it, in all parts and pictures.

use std::collections::BTreeMap;

use super::EditError;
use super::parts::Parts;
use super::path::{THINGS, sections};
use super::plain::{Plain, unknown};
use super::render;
use super::splice::{Splice, apply, checked};
use crate::source::Span;
use crate::tree::{Node, Style, Value};
use crate::{Ids, mermaid, suggest};

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

/// Ids that change, by the namespace that they are in: that of all things, or a section.
#[derive(Default)]
struct Names(BTreeMap<&'static str, BTreeMap<String, String>>);

/// The namespace of elements, flows, zones and assets.
const THING: &str = "thing";

/// The namespace of a section.
fn space(section: &'static str) -> &'static str {
    if THINGS.contains(&section) { THING } else { section }
}

impl Names {
    fn insert(&mut self, space: &'static str, old: &str, new: &str) {
        self.0.entry(space).or_default().insert(old.to_owned(), new.to_owned());
    }

    fn get(&self, space: &str, old: &str) -> Option<&str> {
        self.0.get(space)?.get(old).map(String::as_str)
    }

    fn things(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.get(THING).into_iter().flatten().map(|(old, new)| (old.as_str(), new.as_str()))
    }
}

/// An id of an entry, without its section before it, and the id as it will be.
struct Wish<'a> {
    section: &'static str,
    old: &'a str,
    new: &'a str,
}

/// Renames `old` to `new`.
pub(super) fn rename(parts: Parts, old: &str, new: &str) -> Result<String, EditError> {
    let roots = parts.roots();
    let (section, old) = find(&roots, old)?;
    let wish = Wish { section, old, new };
    check_new(&wish)?;
    if let Some((_, error)) = without_clashes(&roots, vec![(0, wish)]).1.pop() {
        return Err(error);
    }
    let mut names = Names::default();
    names.insert(space(section), old, new);
    renamed(&parts, names)
}

/// Gives many entries other ids, all at the same time, so that two may change places. Each is an id with its section
/// before it, and the id as it will be; the text comes with what could not be renamed, by its number, and why.
///
/// # Errors
/// The text has errors, or is written in a way that does not let the ids be changed safely.
pub fn rename_all(name: &str, text: &str, renames: &[(String, String)]) -> Result<(String, Vec<(usize, EditError)>), EditError> {
    let parts = Parts::read(name, text)?;
    let roots = parts.roots();
    let (mut wishes, mut refused) = (Vec::new(), Vec::new());
    for (number, (old, new)) in renames.iter().enumerate() {
        let wish = find(&roots, old).map(|(section, old)| Wish { section, old, new });
        match wish.and_then(|wish| check_new(&wish).map(|()| wish)) {
            Ok(wish) => wishes.push((number, wish)),
            Err(error) => refused.push((number, error)),
        }
    }
    let (granted, clashing) = without_clashes(&roots, wishes);
    refused.extend(clashing);
    refused.sort_by_key(|(number, _)| *number);
    let mut names = Names::default();
    for (_, wish) in granted {
        names.insert(space(wish.section), wish.old, wish.new);
    }
    Ok((renamed(&parts, names)?, refused))
}

/// The text with other ids.
fn renamed(parts: &Parts, mut names: Names) -> Result<String, EditError> {
    let mut splices = Vec::new();
    for (old, new) in redraw(parts, &names, &mut splices)? {
        names.insert(THING, &old, &new);
    }
    let mut expected = Vec::new();
    for part in &parts.parts {
        let mut places = BTreeMap::new();
        Walk { names: &names, renamed: &mut places }.node(&part.document.root, &mut Vec::new());
        for (span, new) in &places {
            let flow = within_flow(&part.document.root, *span, false);
            splices.push(Splice::new(span.range(), rewritten(&parts.text, *span, new, part.context(flow))));
        }
        expected.push(substituted(&part.document.root, &places));
    }
    checked(apply(parts, splices, &[])?, expected)
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

fn check_new(wish: &Wish<'_>) -> Result<(), EditError> {
    let Wish { section, new, .. } = *wish;
    let legal =
        new.starts_with(|c: char| c.is_ascii_alphanumeric()) && new.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !legal && !matches!(section, "changelog" | "suppress") {
        return Err(EditError::Malformed(format!("`{new}` is not an id: letters, digits, `-` and `_`, a letter or digit first")));
    }
    if section == "use" {
        return Err(EditError::Refused("the names of used files are changed by hand".to_owned()));
    }
    Ok(())
}

/// Wishes and refusals by the number of the wish.
type Granted<'a> = (Vec<(usize, Wish<'a>)>, Vec<(usize, EditError)>);

/// Refuses wishes for ids that something has and keeps, or that were wished for before.
fn without_clashes<'a>(roots: &[Node], mut wishes: Vec<(usize, Wish<'a>)>) -> Granted<'a> {
    let known: Ids<(&str, &str)> =
        sections().flat_map(|section| roots.iter().flat_map(move |root| ids(root, section)).map(move |id| (space(section), id))).collect();
    let mut refused = Vec::new();
    loop {
        let leaving = wishes.iter().filter(|(_, wish)| wish.old != wish.new).map(|(_, wish)| (space(wish.section), wish.old));
        let leaving: Ids<(&str, &str)> = leaving.collect();
        let mut given = Ids::default();
        let (granted, clashing): (Vec<_>, Vec<_>) = wishes.into_iter().partition(|(_, wish)| {
            let id = (space(wish.section), wish.new);
            wish.new != "model" && (!known.contains(&id) || leaving.contains(&id)) && given.insert(id)
        });
        wishes = granted;
        if clashing.is_empty() {
            return (wishes, refused);
        }
        // What stays where it is may be in the way of another one.
        refused.extend(clashing.into_iter().map(|(number, wish)| (number, EditError::Taken(wish.new.to_owned()))));
    }
}

/// The ids of a section.
fn ids<'a>(root: &'a Node, section: &str) -> impl Iterator<Item = &'a str> {
    let entries = match root.get(section).map(|section| &section.value) {
        Some(Value::Map(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|entry| entry.key.as_str())
}

/// Renames in the pictures; drawn flows are named after their ends, so their ids change too.
fn redraw(parts: &Parts, names: &Names, splices: &mut Vec<Splice>) -> Result<Vec<(String, String)>, EditError> {
    let mut changes = Vec::new();
    for chart in &parts.charts {
        let before = flow_ids(&mermaid::to_node(chart));
        let drawn = |id: &str| chart.mentions.iter().any(|mention| mention.value == id);
        if let Some((old, _)) = names.things().find(|(old, _)| !drawn(old) && before.iter().any(|id| id == old)) {
            return Err(EditError::Refused(format!("`{old}` is an arrow of a picture and is named after its ends")));
        }
        let own = chart.mentions.iter().filter_map(|mention| Some(Splice::new(mention.span.range(), names.get(THING, &mention.value)?)));
        splices.extend(own);
        let mut renamed = chart.clone();
        let other = |id: String| names.get(THING, &id).map(str::to_owned).unwrap_or(id);
        let swap = |id: &mut String| *id = other(std::mem::take(id));
        renamed.edges.iter_mut().for_each(|edge| {
            swap(&mut edge.from.value);
            swap(&mut edge.to.value);
        });
        renamed.vertices = renamed.vertices.into_iter().map(|(id, vertex)| (other(id), vertex)).collect();
        renamed.subgraphs = renamed.subgraphs.into_iter().map(|(id, zone)| (other(id), zone)).collect();
        let after = flow_ids(&mermaid::to_node(&renamed));
        changes.extend(before.into_iter().zip(after).filter(|(before, after)| before != after));
    }
    Ok(changes)
}

fn flow_ids(root: &Node) -> Vec<String> {
    match root.get("flows").map(|flows| &flows.value) {
        Some(Value::Map(entries)) => entries.iter().map(|entry| entry.key.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Collects the places that refer to ids, with their new texts.
struct Walk<'a, 'c> {
    names: &'a Names,
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

    fn exact(&self, space: &str, text: &str) -> Option<String> {
        self.names.get(space, text).map(str::to_owned)
    }

    fn thing(&self, text: &str) -> Option<String> {
        self.exact(THING, text)
    }

    /// The id of a threat, or `rule@subject@with`.
    fn threat(&self, text: &str) -> Option<String> {
        self.exact("threats", text).or_else(|| {
            let (rule, subjects) = text.split_once('@')?;
            let renamed: Vec<&str> = subjects.split('@').map(|subject| self.names.get(THING, subject).unwrap_or(subject)).collect();
            let new = format!("{rule}@{}", renamed.join("@"));
            (new != text).then_some(new)
        })
    }

    fn key(&self, key: &str, path: &[String]) -> Option<String> {
        let last = path.last().map_or("", String::as_str);
        match (path.first().map_or("", String::as_str), path.len()) {
            (section, 1) if THINGS.contains(&section) => self.thing(key),
            ("threats", 1) => self.threat(key),
            ("suppress", 1) => self.exact("suppress", key).or_else(|| {
                let (code, subject) = key.split_once('@')?;
                self.thing(subject).or_else(|| self.threat(subject)).map(|new| format!("{code}@{new}"))
            }),
            ("layout", _) => self.thing(key),
            ("assumptions", 3) if last == "assumes" => self.fact(key),
            ("mitigations", 3) if last == "states" => self.fact(key),
            (section, 1) => self.exact(section, key),
            _ => None,
        }
    }

    /// `thing.controls.mfa`
    fn fact(&self, key: &str) -> Option<String> {
        let (thing, fact) = key.split_once('.')?;
        self.thing(thing).map(|new| format!("{new}.{fact}"))
    }

    fn scalar(&self, text: &str, path: &[String]) -> Option<String> {
        let section = path.first()?.as_str();
        let field = path.last()?.as_str();
        if section.starts_with("x-") || section == "layout" {
            return None;
        }
        if section == "flows" && path.len() == 2 {
            return flow(text, self.names);
        }
        if path.len() == 4 && matches!(path[2].as_str(), "assumes" | "states") {
            return if field.rsplit('.').next().is_some_and(|fact| THING_FACTS.contains(&fact)) { self.thing(text) } else { None };
        }
        let entry_field = path.len() == 3;
        let names_thing = (entry_field && THING_FIELDS.iter().any(|(s, fields)| *s == section && fields.contains(&field)))
            || (section == "attack-trees" && field == "asset");
        let names_person = PERSON_FIELDS.contains(&field);
        let names_mitigation = field == "mitigations" || (section == "mitigations" && entry_field && field == "needs");
        let names_threat = (section == "threats" && field == "same-as")
            || (section == "incidents" && field == "threats")
            || (section == "attack-trees" && field == "threat");
        let named = |names: bool, space: &str| if names { self.exact(space, text) } else { None };
        named(names_thing, THING)
            .or_else(|| named(names_person, "people"))
            .or_else(|| named(names_mitigation, "mitigations"))
            .or_else(|| if names_threat { self.threat(text) } else { None })
    }
}

/// The ends and the assets of a flow in short form; the protocol is none of them.
fn flow(text: &str, names: &Names) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut protocol = false;
    for piece in text.split_inclusive([' ', '\t', '\n', ',']) {
        let word = piece.trim_end_matches([' ', '\t', '\n', ',']);
        let keep = protocol || (matches!(word, "over" | "carrying" | "returning") && !out.trim().is_empty());
        out.push_str(if keep { word } else { names.get(THING, word).unwrap_or(word) });
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
