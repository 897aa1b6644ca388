//! What the style of a cell says about its meaning.

use crate::drawn::{Role, kind_of_words};
use crate::vocabulary::is_person;

/// A style: `key=value;` pairs, and words without a value.
#[derive(Debug)]
pub(super) struct Style<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Style<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty()).take(200);
        Self(parts.map(|part| part.split_once('=').unwrap_or((part, ""))).collect())
    }

    pub(super) fn get(&self, key: &str) -> &'a str {
        self.0.iter().rev().find(|(name, _)| *name == key).map(|(_, value)| *value).unwrap_or_default()
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|(name, value)| *name == word && value.is_empty())
    }

    fn is(&self, key: &str) -> bool {
        self.get(key) == "1"
    }

    /// What the shape is called: its `shape`, or a word without a value that stands for one.
    pub(super) fn shape(&self) -> &'a str {
        match self.get("shape") {
            "" => ["ellipse", "rhombus", "text", "swimlane", "group", "image", "umlActor", "triangle", "edgeLabel", "line"]
                .into_iter()
                .find(|word| self.has(word))
                .unwrap_or_default(),
            shape => shape,
        }
    }

    /// Whether it is only text.
    pub(super) fn is_text(&self) -> bool {
        matches!(
            self.shape(),
            "text" | "note" | "note2" | "edgeLabel" | "label-text" | "table" | "tableRow" | "mxgraph.basic.rect-callout" | "callout"
        ) || self.has("text")
            || self.has("edgeLabel")
    }

    /// Whether it groups others and shows nothing of its own.
    pub(super) fn is_group(&self) -> bool {
        self.has("group")
    }

    /// Whether a line is drawn as trust boundaries are: dashed or dotted, without arrows.
    pub(super) fn is_boundary_line(&self) -> bool {
        self.is("dashed") && self.get("endArrow") == "none" && matches!(self.get("startArrow"), "" | "none")
    }

    /// The arrows at the start and at the end of a line.
    pub(super) fn arrows(&self) -> (bool, bool) {
        (!matches!(self.get("startArrow"), "" | "none"), self.get("endArrow") != "none")
    }

    /// Names of the picture that a shape shows, the most telling one last.
    pub(super) fn pictures(&self) -> Vec<String> {
        let names = ["image", "prIcon", "grIcon", "resIcon", "shape"].map(|key| self.get(key));
        names.iter().filter(|name| !name.is_empty()).map(|name| picture(name)).collect()
    }

    /// What a shape is.
    pub(super) fn role(&self, label: &str, in_dfd: bool) -> Role {
        let shape = self.shape();
        let last = shape.rsplit('.').next().unwrap_or_default().to_lowercase();
        match last.as_str() {
            "datastore" | "datastoreid" | "datastoreid2" | "partialrectangle" | "cylinder" | "cylinder2" | "cylinder3" | "database"
            | "stored_data" | "direct_data" | "datastorage" => Role::Said("store"),
            "umlactor" | "actor" | "person" | "c4person" => Role::Said("actor"),
            "externalentity" => external(label),
            "process" | "multiprocess" if shape.contains("mxgraph.dfd") => Role::Said("process"),
            "ellipse" | "doubleellipse" => Role::Said("process"),
            "swimlane" => Role::Zone,
            _ if self.is_zone(&last) => Role::Zone,
            _ => self.likely(label, in_dfd),
        }
    }

    /// Boxes that hold others: said to be containers, groups of cloud pictures, dashed boxes.
    fn is_zone(&self, last: &str) -> bool {
        let cloud =
            last == "group" || last == "groupcenter" || last == "group2" || !self.get("grIcon").is_empty() || last.contains("boundary");
        let box_like = matches!(self.shape(), "" | "rect" | "rectangle" | "mxgraph.basic.rect" | "ext");
        cloud || self.is("container") || (self.is("dashed") && box_like)
    }

    fn likely(&self, label: &str, in_dfd: bool) -> Role {
        let by_picture = self.pictures().iter().rev().find_map(|picture| kind_of_picture(picture));
        if let Some(kind) = by_picture {
            return Role::Likely(kind, "by its picture");
        }
        let plain = matches!(self.shape(), "" | "rect" | "rectangle") && !self.is("rounded");
        if in_dfd && plain && !label.is_empty() {
            let kind = if is_person(label) { "actor" } else { "external" };
            return Role::Likely(kind, "a rectangle in a data flow diagram");
        }
        Role::Unknown
    }
}

/// An external entity is a person or a system; only its name says which.
fn external(label: &str) -> Role {
    if is_person(label) { Role::Likely("actor", "an external entity with the name of a person") } else { Role::Said("external") }
}

/// The name of a picture in words: without folders, endings and the name of the library.
fn picture(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let plain = file.trim_end_matches(".svg").trim_end_matches(".png").trim_start_matches("mxgraph.");
    plain.rsplit('.').next().unwrap_or(plain).replace('_', " ")
}

fn kind_of_picture(picture: &str) -> Option<&'static str> {
    const STORES: [&str; 14] = [
        "s3",
        "rds",
        "dynamodb",
        "database",
        "sql",
        "storage",
        "aurora",
        "redshift",
        "elasticache",
        "sqs",
        "queue",
        "bucket",
        "cosmos",
        "efs",
    ];
    const ACTORS: [&str; 4] = ["user", "users", "client", "person"];
    let lower = picture.to_lowercase();
    let has = |list: &[&str]| lower.split(|c: char| !c.is_alphanumeric()).any(|word| list.contains(&word));
    if has(&STORES) {
        Some("store")
    } else if has(&ACTORS) {
        Some("actor")
    } else if has(&["ec2", "lambda", "gateway", "fargate", "ecs", "eks", "instance", "function", "server"]) {
        Some("process")
    } else {
        kind_of_words(picture)
    }
}
