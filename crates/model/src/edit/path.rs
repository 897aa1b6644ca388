//! From the path that a user writes to the keys that lead there.

use super::EditError;
use super::parts::Parts;
use super::plain::item_at;
use crate::lang::SECTIONS;
use crate::suggest;
use crate::tree::{Node, Value};

/// The fields of a model, in the order in which they are written.
pub(crate) const ROOT_FIELDS: &[&str] = &[
    "redan",
    "id",
    "name",
    "version",
    "description",
    "authors",
    "owner",
    "scope",
    "use",
    "people",
    "assumptions",
    "assets",
    "attackers",
    "zones",
    "elements",
    "flows",
    "threats",
    "mitigations",
    "attack-trees",
    "diagrams",
    "reviews",
    "incidents",
    "changelog",
    "traits",
    "controls",
    "tags",
    "suppress",
    "layout",
];

/// The sections whose ids share one namespace.
pub(super) const THINGS: &[&str] = &["elements", "flows", "zones", "assets"];

/// Sections that hold entries by id, those of plain values included.
pub(super) fn sections() -> impl Iterator<Item = &'static str> {
    SECTIONS.into_iter().chain(["suppress", "use"])
}

/// Lists that items are added to.
pub(super) const LISTS: &[&str] = &["scope.goals", "scope.in", "scope.out", "scope.questions", "authors", "tags"];

/// Mappings whose keys hold dots or free text, so that the rest of a path is one key.
const FREE_KEYS: &[&str] = &["states", "assumes", "out", "suppress"];

/// The keys that a path leads through, from the root.
pub(super) fn resolve(parts: &Parts, path: &str) -> Result<Vec<String>, EditError> {
    let roots = parts.roots();
    let (head, tail) = segment(path);
    if head == "model" && !tail.is_empty() {
        return descend(roots.iter().collect(), Vec::new(), tail);
    }
    let mut keys = if ROOT_FIELDS.contains(&head.as_str()) || head.starts_with("x-") {
        Vec::new()
    } else {
        vec![section_of(&roots, &head)?.to_owned()]
    };
    keys.push(head);
    let nodes = roots.iter().filter_map(|root| keys.iter().try_fold(root, |node, key| node.get(key))).collect();
    descend(nodes, keys, tail)
}

/// The keys of an entry that is to be added.
pub(super) fn addition(parts: &Parts, section: &str, id: &str) -> Result<Vec<String>, EditError> {
    if !sections().any(|known| known == section) {
        let nearest = suggest::nearest(section, sections()).map(str::to_owned);
        return Err(EditError::Unknown { name: section.to_owned(), nearest });
    }
    if id.trim().is_empty() || id.contains('\n') {
        return Err(EditError::Malformed("an id is needed".to_owned()));
    }
    let roots = parts.roots();
    let space: &[&str] = if THINGS.contains(&section) { THINGS } else { &[section] };
    let taken = roots.iter().any(|root| space.iter().any(|section| root.get(section).is_some_and(|section| section.get(id).is_some())));
    if taken { Err(EditError::Taken(id.to_owned())) } else { Ok(vec![section.to_owned(), id.to_owned()]) }
}

/// The section of an element, flow, zone or asset.
pub(super) fn section_of(roots: &[Node], id: &str) -> Result<&'static str, EditError> {
    let entries = |section: &str| roots.iter().filter_map(|root| root.get(section)).flat_map(keys_of).collect::<Vec<_>>();
    if let Some(section) = THINGS.iter().find(|section| entries(section).contains(&id)) {
        return Ok(section);
    }
    let known: Vec<&str> =
        THINGS.iter().flat_map(|section| roots.iter().filter_map(move |root| root.get(section)).flat_map(keys_of)).collect();
    Err(EditError::Unknown { name: id.to_owned(), nearest: suggest::nearest(id, known).map(str::to_owned) })
}

fn keys_of(node: &Node) -> Vec<&str> {
    match &node.value {
        Value::Map(entries) => entries.iter().map(|entry| entry.key.as_str()).collect(),
        Value::Null | Value::Scalar(_) | Value::List(_) => Vec::new(),
    }
}

/// Follows the rest of a path; a key that exists is taken whole, even if it holds dots.
fn descend(mut nodes: Vec<&Node>, mut keys: Vec<String>, mut rest: &str) -> Result<Vec<String>, EditError> {
    while !rest.is_empty() {
        let known = nodes.iter().flat_map(|node| keys_of(node)).filter(|key| is_head(key, rest)).max_by_key(|key| key.len());
        let (key, tail) = match known {
            Some(key) => (key.to_owned(), rest[key.len()..].trim_start_matches('.')),
            None if keys.last().is_some_and(|key| FREE_KEYS.contains(&key.as_str())) => (segment_or_all(rest), ""),
            None => segment(rest),
        };
        if key.is_empty() {
            return Err(EditError::Malformed("a path cannot have an empty part".to_owned()));
        }
        nodes = nodes.into_iter().filter_map(|node| child(node, &key)).collect();
        keys.push(key);
        rest = tail;
    }
    Ok(keys)
}

/// The value under a key, or the item of a list.
pub(super) fn child<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    match &node.value {
        Value::Map(_) => node.get(key),
        Value::List(items) => item_at(items.len(), key, |at| items[at].as_str() == Some(key)).map(|at| &items[at]),
        Value::Null | Value::Scalar(_) => None,
    }
}

fn is_head(key: &str, path: &str) -> bool {
    !key.is_empty() && path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn segment_or_all(rest: &str) -> String {
    if rest.starts_with('"') { segment(rest).0 } else { rest.to_owned() }
}

/// The first part of a path, quotes removed, and the rest.
fn segment(path: &str) -> (String, &str) {
    if let Some((quoted, rest)) = path.strip_prefix('"').and_then(|inner| inner.split_once('"')) {
        return (quoted.to_owned(), rest.trim_start_matches('.'));
    }
    match path.split_once('.') {
        Some((head, rest)) => (head.to_owned(), rest),
        None => (path.to_owned(), ""),
    }
}
