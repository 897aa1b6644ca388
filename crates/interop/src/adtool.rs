//! Attack-defence trees of `ADTool`.
//!
//! A child with the other role is what stops its parent, so it stands under `unless`. Leaves that have the same label are
//! one step: that is how the tool's own users write a step that stands in several places.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use quick_xml::escape::escape;
use redan_model::Model;
use serde_json::{Value as Json, json};

use crate::draft::{Draft, one_line};
use crate::onto::{Changes, Edit, xml as places};
use crate::steps::{How, Step, Steps, number, probability};
use crate::steps_onto::{self, Edited};
use crate::xml::{self, Element};
use crate::{ImportError, Imported, Loss, LossKind, steps_out};

/// Most nodes that are written: a shared gate is written at each of its places.
const MAX_WRITTEN: usize = 20_000;

/// Deepest tree that is written.
const MAX_DEEP: usize = 100;

/// Reads a file.
///
/// # Errors
/// The bytes are no such file, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let root = xml::parse(bytes)?;
    if root.name != "adtree" {
        return Err(ImportError::NotTheFormat("its root is not `adtree`".to_owned()));
    }
    let Some(top) = root.child("node") else {
        return Err(ImportError::NotTheFormat("it has no tree".to_owned()));
    };
    let goal = top.text_of("label");
    let mut reader = Reader { draft: Draft::new(goal), steps: Steps::default(), leaves: BTreeMap::new() };
    let at = reader.node(top, false);
    reader.steps.write(&mut reader.draft, if goal.is_empty() { "Goal" } else { goal }, at);
    Ok(reader.draft.finish())
}

struct Reader<'x> {
    draft: Draft,
    steps: Steps,
    /// Leaves by whose they are and what they are called.
    leaves: BTreeMap<(bool, &'x str), usize>,
}

impl<'x> Reader<'x> {
    /// The depth of elements is bounded by the XML reader, so this recursion is too.
    fn node(&mut self, node: &'x Element<'x>, defends: bool) -> usize {
        let label = node.text_of("label");
        let (mut below, mut stops) = (Vec::new(), Vec::new());
        for child in node.all("node") {
            let other = child.attribute("switchRole") == Some("yes");
            if other { stops.push(child) } else { below.push(child) }
        }
        let key = (defends, label);
        if below.is_empty()
            && !label.is_empty()
            && let Some(known) = self.leaves.get(&key).copied()
        {
            for stop in stops {
                let stop = self.node(stop, !defends);
                self.steps.all[known].unless.push(stop);
            }
            return known;
        }
        let how = match (below.is_empty(), node.attribute("refinement")) {
            (true, _) => How::Leaf,
            (_, Some("conjunctive")) => How::All,
            (_, Some("sequential")) => How::Seq,
            _ => How::Any,
        };
        let mut step = Step::new(label, how);
        step.below = below.into_iter().map(|child| self.node(child, defends)).collect();
        step.unless = stops.into_iter().map(|child| self.node(child, !defends)).collect();
        if how == How::Leaf {
            self.parameters(node, label, &mut step);
        }
        let at = self.steps.add(step);
        if how == How::Leaf && !label.is_empty() {
            self.leaves.insert(key, at);
        }
        at
    }

    fn parameters(&mut self, node: &Element<'_>, label: &str, step: &mut Step) {
        for parameter in node.all("parameter").filter(|parameter| parameter.attribute("category") != Some("derived")) {
            let domain = parameter.attribute("domainId").unwrap_or_default();
            let text = parameter.trimmed();
            let word = domain.trim_end_matches(|c: char| c.is_ascii_digit());
            let field = match word {
                "MinCost" => number(text).map(|value| ("cost", value)),
                "ProbSucc" => text.parse().ok().and_then(probability).map(|value| ("probability", value)),
                "MinTimePar" | "MinTimeSeq" => number(text).map(|value| ("time", value)),
                "MinSkill" => text.parse::<u8>().ok().map(|skill| ("skill", json!(skill.clamp(1, 5)))),
                _ => None,
            };
            match field {
                Some(field) if step.fields.iter().all(|(key, _)| *key != field.0) => step.fields.push(field),
                _ => self.draft.dropped(format!("{domain} of {label}: {text}"), label),
            }
        }
    }
}

/// Writes the first attack tree of a model; a file holds one. Shared steps are written at each of their places, leaves with
/// one label, as the tool expects.
pub fn export(model: &Model) -> (String, Vec<Loss>) {
    let (mut out, mut loss) = (String::from("<?xml version='1.0'?>\n<adtree>\n"), Vec::new());
    let mut trees = model.root.attack_trees.entries.iter();
    if let Some((id, entry)) = trees.next() {
        let (steps, top) = steps_out::of_tree(id, &entry.value);
        let mut writer = Writer { steps: &steps, out: &mut out, loss: &mut loss, left: MAX_WRITTEN };
        writer.node(top, false, 1);
    }
    for (id, _) in trees {
        loss.push(steps_out::lost(LossKind::Dropped, format!("the attack tree {id}: a file holds one"), id));
    }
    for (domain, class) in DOMAINS {
        let _ = writeln!(
            out,
            "\t<domain id=\"{domain}1\">\n\t\t<class>lu.uni.adtool.domains.adtpredefined.{class}</class>\n\t\t<tool>ADTool2</tool>\n\t</domain>"
        );
    }
    out.push_str("</adtree>\n");
    (out, loss)
}

/// Domains with the classes of the tool that evaluate them.
const DOMAINS: [(&str, &str); 4] =
    [("MinCost", "MinCost"), ("ProbSucc", "ProbSucc"), ("MinTimePar", "MinTimePar"), ("MinSkill", "MinSkill")];

struct Writer<'s> {
    steps: &'s Steps,
    out: &'s mut String,
    loss: &'s mut Vec<Loss>,
    left: usize,
}

impl Writer<'_> {
    fn node(&mut self, at: usize, other: bool, depth: usize) {
        let step = &self.steps.all[at];
        if self.left == 0 || depth > MAX_DEEP {
            self.loss.push(steps_out::lost(LossKind::Dropped, format!("{}: the tree is too large", step.name), ""));
            return;
        }
        self.left -= 1;
        let refinement = match step.how {
            How::All => "conjunctive",
            How::Seq => "sequential",
            How::Leaf | How::Any => "disjunctive",
            How::Not | How::AtLeast(..) => {
                self.loss.push(steps_out::lost(
                    LossKind::Changed,
                    format!("how {} is made of its steps: written as a choice", step.name),
                    "",
                ));
                "disjunctive"
            }
        };
        let role = if other { " switchRole=\"yes\"" } else { "" };
        let label: &str = if step.name.is_empty() { refinement } else { &step.name };
        let _ = writeln!(self.out, "<node refinement=\"{refinement}\"{role}><label>{}</label>", escape(label));
        for (key, value) in &step.fields {
            let Some(domain) = domain_of(key) else {
                self.loss.push(steps_out::lost(LossKind::Dropped, format!("the {key} of {}", step.name), ""));
                continue;
            };
            let _ = writeln!(self.out, "<parameter domainId=\"{domain}\" category=\"basic\">{value}</parameter>");
        }
        step.below.iter().for_each(|below| self.node(*below, false, depth + 1));
        step.unless.iter().for_each(|stop| self.node(*stop, true, depth + 1));
        self.out.push_str("</node>\n");
    }
}

/// The domain of a number of a step.
fn domain_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "cost" => "MinCost1",
        "probability" => "ProbSucc1",
        "time" => "MinTimePar1",
        "skill" => "MinSkill1",
        _ => return None,
    })
}

/// Writes the changes of a tree into a file: labels, refinements, numbers, and nodes that came or went.
pub(crate) fn onto(text: &str, changes: &Changes<'_>) -> Vec<Edit> {
    let Some(root) = places::parse(text) else { return Vec::new() };
    let mut nodes = Vec::new();
    root.children.iter().for_each(|child| all_nodes(child, &mut nodes));
    let found = steps_onto::edits(changes);
    let mut edits = Vec::new();
    for ((name, edited), tree) in found.list.iter().zip(&found.trees) {
        // Leaves with one label are one step, so a step may stand in several places.
        for node in nodes.iter().filter(|node| one_line(&node.text_of(text, "label")) == *name) {
            match edited {
                Edited::Renamed(label) => edits.extend(node.child("label").map(|place| places::set_text(text, place, label))),
                Edited::Number(key, value) => edits.extend(domain_of(key).and_then(|domain| parameter(text, node, domain, value.as_ref()))),
                Edited::How(how) => {
                    let word = match how {
                        How::All => "conjunctive",
                        How::Seq => "sequential",
                        _ => "disjunctive",
                    };
                    edits.push(places::set_attribute(text, node, "refinement", word));
                }
                Edited::Added { step, stops } => {
                    let (mut out, mut loss) = (String::new(), Vec::new());
                    if let Some(steps) = found.after.get(*tree) {
                        Writer { steps, out: &mut out, loss: &mut loss, left: MAX_WRITTEN }.node(*step, *stops, 2);
                        edits.push(places::append(text, node, &out));
                    }
                }
                Edited::Gone { name, .. } => {
                    let gone =
                        node.children.iter().filter(|child| child.name == "node" && one_line(&child.text_of(text, "label")) == *name);
                    edits.extend(gone.map(|child| Edit::remove(child.span.clone())));
                }
            }
        }
    }
    edits
}

fn all_nodes<'n, 't>(node: &'n places::Node<'t>, found: &mut Vec<&'n places::Node<'t>>) {
    if node.name == "node" {
        found.push(node);
    }
    node.children.iter().for_each(|child| all_nodes(child, found));
}

/// The edit of a number of a node: its parameter is given another value, added, or taken away.
fn parameter(text: &str, node: &places::Node<'_>, domain: &str, value: Option<&Json>) -> Option<Edit> {
    let word = domain.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_of = |child: &&places::Node<'_>| {
        let of = child.attribute(text, "domainId").unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
        // Times of steps side by side and one after the other are the same number here.
        let same = of == word || word == "MinTimePar" && of == "MinTimeSeq";
        child.name == "parameter" && child.attribute(text, "category") != Some("derived") && same
    };
    match (node.children.iter().find(is_of), value) {
        (Some(place), Some(value)) => Some(places::set_text(text, place, &value.to_string())),
        (Some(place), None) => Some(Edit::remove(place.span.clone())),
        (None, Some(value)) => {
            let label = node.child("label")?;
            Some(Edit::insert(label.span.end, format!("<parameter domainId=\"{domain}\" category=\"basic\">{value}</parameter>")))
        }
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use redan_model::{Vocabulary, load_text};

    use super::*;

    #[test]
    fn what_has_the_other_role_stops_its_parent() {
        let file = br#"<?xml version='1.0'?><adtree><node refinement="disjunctive"><label>Open safe</label>
            <node refinement="conjunctive"><label>Pick lock</label><node refinement="disjunctive"><label>Learn</label></node>
              <node refinement="disjunctive"><label>Tools</label><parameter domainId="MinCost1" category="basic">30.0</parameter>
                <node refinement="disjunctive" switchRole="yes"><label>Guard</label><parameter domainId="MinCost1" category="basic">5</parameter></node></node></node>
            <node refinement="disjunctive"><label>Learn</label></node></node></adtree>"#;
        let imported = read(file).unwrap();
        let tree = &imported.model["attack-trees"]["open-safe"];
        assert_eq!(tree["any"][0]["all"][1], json!({"do": "Tools", "unless": [{"do": "Guard", "cost": 5.0}], "cost": 30.0}));
        assert_eq!(tree["any"][1], tree["any"][0]["all"][0]);
        assert_eq!(tree["nodes"]["Learn"]["do"], "Learn");
        assert_eq!(imported.loss, Vec::new());
    }

    #[test]
    fn what_is_written_means_the_same_when_it_is_read() {
        let text = "redan: 1\nattack-trees:\n  t:\n    goal: Top\n    any: [{do: Both, all: [{ref: e}, {do: F, skill: 2, probability: 0.2}]}, {do: I, cost: 3, unless: [{do: J}]}, {ref: e}]\n    nodes: {e: {do: E, probability: 0.5}}\n";
        let loaded = load_text("t.tm.yaml", text, &Vocabulary::default());
        let (file, loss) = export(&loaded.model);
        let again = read(file.as_bytes()).unwrap();
        assert_eq!((loss, again.loss), (Vec::new(), Vec::new()));
        let tree = &again.model["attack-trees"]["top"];
        assert_eq!(tree["any"][1], json!({"do": "I", "unless": [{"do": "J"}], "cost": 3.0}));
        assert_eq!((&tree["any"][2], &tree["nodes"]["E"]["probability"]), (&json!({"ref": "E"}), &json!(0.5)));
    }
}
