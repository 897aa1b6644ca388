//! From [`Flowchart`] to the node tree that the same model would have in YAML.
//!
//! A cylinder is a store, a box whose label ends with a word for a person is an actor, every other box is a process;
//! a class named after a kind of element says so outright.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};

use super::{Edge, Flowchart, Shape, Subgraph, Vertex};
use crate::source::{Span, Spanned};
use crate::tree::{Entry, Node, Style, Value};

/// Words that end the name of a person or of what a person sits at.
const PEOPLE: &[&str] = &[
    "user",
    "users",
    "customer",
    "customers",
    "browser",
    "admin",
    "admins",
    "administrator",
    "administrators",
    "person",
    "people",
    "visitor",
    "visitors",
    "employee",
    "employees",
    "staff",
    "operator",
    "operators",
    "developer",
    "developers",
    "engineer",
    "engineers",
    "attacker",
    "actor",
    "guest",
    "buyer",
    "seller",
    "patient",
    "student",
    "citizen",
    "member",
    "members",
    "human",
    "consumer",
    "maintainer",
    "maintainers",
];

/// Protocols that a label may start with.
const PROTOCOLS: &[&str] = &[
    "https",
    "http",
    "wss",
    "ws",
    "websocket",
    "grpc",
    "soap",
    "sql",
    "jdbc",
    "odbc",
    "kafka",
    "amqp",
    "amqps",
    "mqtt",
    "mqtts",
    "smtp",
    "smtps",
    "imap",
    "imaps",
    "dns",
    "ldap",
    "ldaps",
    "ftp",
    "ftps",
    "sftp",
    "nfs",
    "smb",
    "ssh",
    "telnet",
    "rdp",
    "snmp",
    "syslog",
    "tls",
    "mtls",
];

/// The sections `zones`, `elements` and `flows` of a flowchart.
pub fn to_node(chart: &Flowchart) -> Node {
    let mut names = Names::default();
    for id in chart.subgraphs.keys().chain(chart.vertices.keys()) {
        names.claim(id);
    }
    let zones = chart.subgraphs.iter().map(|(id, zone)| entry(&names.of(id), zone.id_span, zone_node(id, zone, &names)));
    let elements = chart.vertices.iter().map(|(id, vertex)| entry(&names.of(id), vertex.id_span, element_node(id, vertex, &names)));
    let sections = [("zones", zones.collect()), ("elements", elements.collect()), ("flows", flows(chart, &mut names))];
    let written = sections.into_iter().filter(|(_, entries): &(_, Vec<Entry>)| !entries.is_empty());
    map(chart.span, written.map(|(name, entries)| entry(name, chart.span, map(chart.span, entries))).collect())
}

/// A text as a legal id: what is not allowed becomes `-`.
pub(super) fn legal(text: &str) -> String {
    let mut id = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '_' || c == '-' {
            id.push(c);
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    let id = id.trim_matches(['-', '_']);
    if id.is_empty() { "unnamed".to_owned() } else { id.to_owned() }
}

/// The ids of the picture as ids of the model, each used once.
#[derive(Default)]
struct Names {
    ids: BTreeMap<String, String>,
    used: IndexSet<String>,
    /// The last number tried for a name that was taken.
    numbers: IndexMap<String, usize>,
}

impl Names {
    fn claim(&mut self, id: &str) {
        let name = self.free(legal(id));
        self.ids.insert(id.to_owned(), name);
    }

    fn of(&self, id: &str) -> String {
        self.ids.get(id).cloned().unwrap_or_else(|| legal(id))
    }

    fn free(&mut self, wanted: String) -> String {
        if self.used.insert(wanted.clone()) {
            return wanted;
        }
        let mut number = self.numbers.get(&wanted).copied().unwrap_or(1);
        let name = loop {
            number += 1;
            let name = format!("{wanted}-{number}");
            if self.used.insert(name.clone()) {
                break name;
            }
        };
        self.numbers.insert(wanted, number);
        name
    }
}

fn zone_node(id: &str, zone: &Subgraph, names: &Names) -> Node {
    let name = zone.title.as_ref().filter(|title| title.value != id).map(|title| text("name", title));
    let around = zone.parent.as_ref().map(|parent| entry("in", parent.span, scalar(&names.of(&parent.value), parent.span)));
    map(zone.id_span, name.into_iter().chain(around).collect())
}

fn element_node(id: &str, vertex: &Vertex, names: &Names) -> Node {
    let (kind, span) = kind(id, vertex);
    let mut fields = vec![entry("kind", span, scalar(kind, span))];
    fields.extend(vertex.label.as_ref().filter(|label| label.value != id).map(|label| text("name", label)));
    fields.extend(vertex.parent.as_ref().map(|zone| entry("zone", zone.span, scalar(&names.of(&zone.value), zone.span))));
    map(vertex.shape.as_ref().map_or(vertex.id_span, |shape| vertex.id_span.to(shape.span)), fields)
}

fn kind(id: &str, vertex: &Vertex) -> (&'static str, Span) {
    let guess = guess(id, vertex);
    (guess.kind, guess.span)
}

/// What a node is taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// The kind of element.
    pub kind: &'static str,
    /// Why.
    pub reason: Reason,
    /// What says so.
    pub span: Span,
}

/// Why a node is taken to be of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A style class is named after the kind.
    Class,
    /// It is drawn as stored data.
    Shape,
    /// Words of its label say so.
    Words,
    /// Nothing says otherwise.
    Nothing,
}

/// What a node is taken to be: by its classes, then its shape, then the words of its label.
pub fn guess(id: &str, vertex: &Vertex) -> Guess {
    for class in &vertex.classes {
        let kind = match class.value.to_ascii_lowercase().as_str() {
            "actor" | "actors" | "person" | "people" | "user" | "users" => "actor",
            "external" | "externals" | "third-party" | "thirdparty" => "external",
            "store" | "stores" | "datastore" | "database" | "db" => "store",
            "process" | "processes" => "process",
            _ => continue,
        };
        return Guess { kind, reason: Reason::Class, span: class.span };
    }
    if let Some(shape) = vertex.shape.as_ref().filter(|shape| shape.value == Shape::Store) {
        return Guess { kind: "store", reason: Reason::Shape, span: shape.span };
    }
    let name = vertex.label.as_ref().map_or(id, |label| label.value.as_str());
    let span = vertex.label.as_ref().map_or(vertex.id_span, |label| label.span);
    let (kind, reason) = if is_person(name) { ("actor", Reason::Words) } else { ("process", Reason::Nothing) };
    Guess { kind, reason, span }
}

/// The last word decides: an "admin" is a person, an "admin console" is not. What is in parentheses is an aside.
fn is_person(name: &str) -> bool {
    let bare = name.split('(').next().unwrap_or_default();
    let last = bare.split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty()).unwrap_or_default();
    PEOPLE.contains(&last.to_lowercase().as_str())
}

fn flows(chart: &Flowchart, names: &mut Names) -> Vec<Entry> {
    chart.edges.iter().map(|edge| flow(edge, names)).collect()
}

fn flow(edge: &Edge, names: &mut Names) -> Entry {
    let (from, to) = (names.of(&edge.from.value), names.of(&edge.to.value));
    let id = names.free(format!("{}-to-{}", kebab(&from), kebab(&to)));
    let end = |key: &str, id: &str, at: Span| entry(key, at, scalar(id, at));
    let mut fields = vec![end("from", &from, edge.from.span), end("to", &to, edge.to.span)];
    if edge.both_ways {
        fields.push(entry("both-ways", edge.span, scalar("yes", edge.span)));
    }
    if let Some(label) = &edge.label {
        if let Some(protocol) = protocol(&label.value) {
            fields.push(entry("protocol", label.span, scalar(&protocol, label.span)));
        }
        fields.push(text("label", label));
    }
    entry(&id, edge.span, map(edge.span, fields))
}

fn kebab(id: &str) -> String {
    id.to_ascii_lowercase().replace('_', "-")
}

/// The protocol that a label starts with.
pub fn protocol(label: &str) -> Option<String> {
    let first = label.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    PROTOCOLS.contains(&first.as_str()).then_some(first)
}

fn entry(key: &str, key_span: Span, value: Node) -> Entry {
    Entry { key: key.to_owned(), key_span, value }
}

fn scalar(text: &str, span: Span) -> Node {
    Node { span, style: Style::Plain, value: Value::Scalar(text.to_owned()), aliased: false }
}

fn text(key: &str, written: &Spanned<String>) -> Entry {
    entry(key, written.span, scalar(&written.value, written.span))
}

fn map(span: Span, entries: Vec<Entry>) -> Node {
    Node { span, style: Style::Plain, value: Value::Map(entries), aliased: false }
}
