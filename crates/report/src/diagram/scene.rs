//! What a diagram shows, without where: nodes, nested boxes and labelled edges as plain data.
//!
//! Indexes point into the lists of the same scene; a box comes after the box that it is in.

use redan_model::lang::Band;

use super::geometry::Point;
use super::graph::End;
use super::view::Notation;

/// Everything that is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scene {
    /// Title of the picture.
    pub title: String,
    /// The shapes.
    pub notation: Notation,
    /// Elements.
    pub nodes: Vec<Node>,
    /// Trust boundaries, and parents that are opened.
    pub zones: Vec<ZoneBox>,
    /// Data flows, one or several in each.
    pub edges: Vec<Edge>,
    /// Whether open threats are counted, so that none means none.
    pub shows_threats: bool,
    /// What boxes cannot show: elements that are in further zones, a sentence each.
    pub elsewhere: Vec<String>,
}

/// The shape of a node, by what it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// A person.
    Person,
    /// A system of somebody else.
    External,
    /// Something that runs.
    #[default]
    Process,
    /// Something that keeps data.
    Store,
}

/// The open threats on something: how many there are, and how bad the worst is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Badge {
    /// The band of the worst; none where nothing is rated.
    pub band: Option<Band>,
    /// How many there are.
    pub count: usize,
    /// What the worst are called, for those who point at it.
    pub titles: Vec<String>,
    /// Where a document says more about the worst.
    pub link: Option<String>,
}

/// An element as it is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    /// Id of the element.
    pub id: String,
    /// Its name.
    pub name: String,
    /// A smaller second line, such as the technology.
    pub detail: Option<String>,
    /// Its shape.
    pub shape: Shape,
    /// The innermost box that it is in.
    pub zone: Option<usize>,
    /// Drawn in grey.
    pub out_of_scope: bool,
    /// Its open threats, if they are shown.
    pub threats: Option<Badge>,
    /// How it takes part in a path that is shown.
    pub emphasis: Emphasis,
    /// Where somebody put it: the top-left corner.
    pub pin: Option<Point>,
    /// Where its top-left corner is in the picture that this one follows.
    pub before: Option<Point>,
}

/// Whether something is on a path that the picture is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Emphasis {
    /// The picture is about no path.
    #[default]
    None,
    /// It is on the path.
    Strong,
    /// It is beside the path.
    Faded,
}

/// A box around nodes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ZoneBox {
    /// Id of the zone, or of the parent element.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How far what is inside is trusted, in words.
    pub trust: Option<String>,
    /// Its trust as a number, its own or inherited.
    pub trust_value: Option<u8>,
    /// Whether it is an opened parent element and no trust boundary.
    pub is_group: bool,
    /// The box around it.
    pub parent: Option<usize>,
    /// Drawn in grey.
    pub out_of_scope: bool,
    /// Its open threats, if they are shown.
    pub threats: Option<Badge>,
}

/// A small sign before a line of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// What follows comes back.
    Returned,
    /// Credentials and keys.
    Key,
    /// Data about people.
    People,
    /// Health data.
    Health,
    /// Payment and financial data.
    Money,
    /// Other data that must stay secret.
    Secret,
}

/// What a line of a label says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LineRole {
    /// What the flow is called.
    #[default]
    Name,
    /// Data that goes to the target.
    Data,
    /// Data that comes back.
    Returned,
    /// The protocol.
    Protocol,
}

/// One line of a label.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// The text.
    pub text: String,
    /// What it says.
    pub role: LineRole,
    /// Signs before the text: the classes of the data that it names.
    pub marks: Vec<Mark>,
}

impl Line {
    /// The text with the sign for what comes back, which is the one that has a letter of its own.
    pub fn plain(&self) -> String {
        if self.marks.contains(&Mark::Returned) { format!("\u{21a9} {}", self.text) } else { self.text.clone() }
    }
}

/// What is written on an edge.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Label {
    /// Its lines, wrapped.
    pub lines: Vec<Line>,
}

impl Label {
    /// The lines as one sentence, those that were wrapped joined again.
    pub fn sentence(&self) -> String {
        let mut out = String::new();
        for (ix, line) in self.lines.iter().enumerate() {
            let goes_on = ix > 0 && self.lines[ix - 1].role == line.role && line.marks.is_empty();
            out.push_str(match (ix, goes_on) {
                (0, _) => "",
                (_, true) => " ",
                (_, false) => ", ",
            });
            out.push_str(&line.plain());
        }
        out
    }

    /// The lines as one text.
    pub fn text(&self, separator: &str) -> String {
        self.lines.iter().map(Line::plain).collect::<Vec<_>>().join(separator)
    }
}

/// One arrow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edge {
    /// Id of the flow; of the first where several are bundled.
    pub id: String,
    /// Ids of all flows in it.
    pub flows: Vec<String>,
    /// Where it starts.
    pub from: End,
    /// Where it ends.
    pub to: End,
    /// What is written on it.
    pub label: Label,
    /// Whether either end may open it.
    pub both_ways: bool,
    /// Whether all of its flows are known to be encrypted.
    pub encrypted: bool,
    /// Drawn in grey.
    pub out_of_scope: bool,
    /// Its open threats, if they are shown.
    pub threats: Option<Badge>,
    /// How it takes part in a path that is shown.
    pub emphasis: Emphasis,
}

impl Scene {
    /// Id of what an edge ends at.
    pub fn id_of(&self, end: End) -> &str {
        match end {
            End::Node(ix) => &self.nodes[ix].id,
            End::Zone(ix) => &self.zones[ix].id,
        }
    }

    /// Name of what an edge ends at.
    pub fn name_of(&self, end: End) -> &str {
        match end {
            End::Node(ix) => &self.nodes[ix].name,
            End::Zone(ix) => &self.zones[ix].name,
        }
    }

    /// Whether a box lies in another one, or is it.
    pub fn is_within(&self, zone: Option<usize>, outer: usize) -> bool {
        let mut at = zone;
        while let Some(ix) = at {
            if ix == outer {
                return true;
            }
            at = self.zones[ix].parent;
        }
        false
    }

    /// The nodes in a box, those of inner boxes included.
    pub fn members(&self, zone: usize) -> Vec<usize> {
        (0..self.nodes.len()).filter(|&node| self.is_within(self.nodes[node].zone, zone)).collect()
    }
}
