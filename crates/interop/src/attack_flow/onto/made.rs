//! What comes into a file of the builder: things with their anchors, and lines.

use serde_json::{Map, Value as Json, json};

use super::property;
use crate::attack_flow::Kind;
use crate::onto::json::{Node, Value};

/// The anchors of all things but conditions: the angle, and which way lines leave.
const ANCHORS: [(&str, &str); 12] = [
    ("0", HORIZONTAL),
    ("30", HORIZONTAL),
    ("60", VERTICAL),
    ("90", VERTICAL),
    ("120", VERTICAL),
    ("150", HORIZONTAL),
    ("180", HORIZONTAL),
    ("210", HORIZONTAL),
    ("240", VERTICAL),
    ("270", VERTICAL),
    ("300", VERTICAL),
    ("330", HORIZONTAL),
];
/// The anchors of conditions, which have two ends below.
const OF_CONDITIONS: [(&str, &str); 11] = [
    ("0", HORIZONTAL),
    ("30", HORIZONTAL),
    ("60", VERTICAL),
    ("90", VERTICAL),
    ("120", VERTICAL),
    ("150", HORIZONTAL),
    ("180", HORIZONTAL),
    ("210", HORIZONTAL),
    ("330", HORIZONTAL),
    (TRUE, VERTICAL),
    ("branch:False", VERTICAL),
];
const HORIZONTAL: &str = "horizontal_anchor";
const VERTICAL: &str = "vertical_anchor";
const TRUE: &str = "branch:True";

/// The properties of actions where no action of the file shows them.
const OF_ACTIONS: [&str; 6] = ["name", TTP, "description", "confidence", "execution_start", "execution_end"];
/// The properties of conditions where no condition of the file shows them.
const PROPERTIES_OF_CONDITIONS: [&str; 5] = ["description", "pattern", "pattern_type", "pattern_version", "date"];
/// The property that is a tactic and a technique.
const TTP: &str = "ttp";

/// The kind of object that a thing is.
pub(super) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Action => "action",
        Kind::Condition => "condition",
        Kind::And => "AND_operator",
        Kind::Or => "OR_operator",
    }
}

/// The anchors that a thing has, each with its kind of object.
pub(super) fn anchors(kind: Kind) -> &'static [(&'static str, &'static str)] {
    if kind == Kind::Condition { &OF_CONDITIONS } else { &ANCHORS }
}

/// The anchor from which a thing leads on: the middle of its lower edge, and for conditions, that they are true.
pub(super) fn way_out(is_condition: bool) -> &'static str {
    if is_condition { TRUE } else { "270" }
}

/// The anchor at which a thing is led to: the middle of its upper edge.
pub(super) const WAY_IN: &str = "90";

/// A thing of which nothing is known but its name. `other` is one of its kind in the file, which shows what properties such
/// things have: they differ between versions of the builder.
pub(super) fn thing(kind: Kind, id: &str, name: &str, anchors: &[(&str, String)], other: Option<&Node>) -> Json {
    let (key, known): (&str, &[&str]) = match kind {
        Kind::Action => ("name", &OF_ACTIONS),
        Kind::Condition => ("description", &PROPERTIES_OF_CONDITIONS),
        Kind::And | Kind::Or => ("operator", &["operator"]),
    };
    let value = |of: &str, shown: Option<&Node>| match of {
        _ if of == key => kind.operator().unwrap_or(name).into(),
        TTP => json!([["tactic", null], ["technique", null]]),
        _ if shown.is_some_and(|shown| matches!(shown.value, Value::Array(_))) => json!([]),
        _ => Json::Null,
    };
    let shown: Vec<&Node> =
        other.filter(|other| property(other, key).is_some()).and_then(|other| other.get("properties")).into_iter().collect();
    let shown = shown.into_iter().flat_map(Node::items).filter_map(|pair| Some((pair.items().first()?.as_str()?, pair.items().get(1))));
    let mut properties: Vec<Json> = shown.map(|(of, shown)| json!([of, value(of, shown)])).collect();
    if properties.is_empty() {
        properties = known.iter().map(|of| json!([of, value(of, None)])).collect();
    }
    let anchors: Map<String, Json> = anchors.iter().map(|(angle, anchor)| ((*angle).to_owned(), anchor.as_str().into())).collect();
    json!({"id": word(kind), "instance": id, "properties": properties, "anchors": anchors})
}

/// An anchor with what is fastened to it.
pub(super) fn anchor(word: &str, id: &str, latches: &[String]) -> Json {
    json!({"id": word, "instance": id, "latches": latches})
}

/// A line that comes.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) target: String,
    pub(super) handle: String,
}

impl Line {
    /// The line, its two ends and the handle in its middle.
    pub(super) fn objects(&self) -> [Json; 4] {
        [
            json!({"id": "dynamic_line", "instance": self.id, "source": self.source, "target": self.target, "handles": [self.handle]}),
            json!({"id": "generic_latch", "instance": self.source}),
            json!({"id": "generic_latch", "instance": self.target}),
            json!({"id": "generic_handle", "instance": self.handle}),
        ]
    }
}
