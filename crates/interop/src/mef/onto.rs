//! Changes of trees, written into a file that is there: names and probabilities where they stand, formulas of gates that are
//! made otherwise, definitions of what came, and none of what nothing leads to any more.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::draft::one_line;
use crate::onto::xml::{self as places, Node};
use crate::onto::{Changes, Edit};
use crate::steps::{How, Ids, Steps};
use crate::steps_onto::{self, Edited, Edits};

/// What refers to a definition.
const REFERENCES: [&str; 4] = ["gate", "basic-event", "event", "house-event"];

/// Writes the changes of trees into a file.
pub(crate) fn onto(text: &str, changes: &Changes<'_>) -> Vec<Edit> {
    let Some(root) = places::parse(text) else { return Vec::new() };
    let file = File::of(text, &root);
    let found = steps_onto::edits(changes);
    let mut edits = Vec::new();
    for (name, edited) in &found.list {
        for definition in file.definitions.iter().filter(|definition| definition.called == *name) {
            match edited {
                Edited::Renamed(label) => edits.push(labelled(text, definition.node, label)),
                Edited::Number("probability", number) if !definition.is_gate => {
                    edits.extend(rated(text, definition.node, number.as_ref().map(ToString::to_string)));
                }
                _ => {}
            }
        }
    }
    edits.extend(made_otherwise(&file, &found));
    edits
}

fn labelled(text: &str, node: &Node<'_>, label: &str) -> Edit {
    let xml = || format!("<label>{}</label>", places::escaped(label));
    match node.child("label") {
        Some(place) => places::set_text(text, place, label),
        None if node.tag == node.span => places::append(text, node, &xml()),
        None => Edit::insert(node.tag.end, xml()),
    }
}

fn rated(text: &str, node: &Node<'_>, number: Option<String>) -> Option<Edit> {
    match (expression(node), number) {
        (Some(place), Some(number)) if place.name == "float" => Some(places::set_attribute(text, place, "value", &number)),
        (Some(place), Some(number)) => Some(Edit::replace(place.span.clone(), format!("<float value=\"{number}\"/>"))),
        (Some(place), None) => Some(Edit::remove(place.span.clone())),
        (None, Some(number)) => Some(places::append(text, node, &format!("<float value=\"{number}\"/>"))),
        (None, None) => None,
    }
}

/// The formula of a gate, or how likely an event is.
fn expression<'n, 't>(node: &'n Node<'t>) -> Option<&'n Node<'t>> {
    node.children.iter().find(|child| !matches!(child.name, "label" | "attributes"))
}

/// A gate or a basic event of the file.
struct Definition<'n, 't> {
    node: &'n Node<'t>,
    name: &'t str,
    /// What the step is called that it is read as.
    called: String,
    is_gate: bool,
}

struct File<'n, 't> {
    text: &'t str,
    definitions: Vec<Definition<'n, 't>>,
    /// Where events are defined in files that keep them apart from gates.
    data: Option<&'n Node<'t>>,
}

impl<'n, 't> File<'n, 't> {
    fn of(text: &'t str, root: &'n Node<'t>) -> Self {
        let mut file = File { text, definitions: Vec::new(), data: None };
        file.collect(root);
        file
    }

    fn collect(&mut self, holder: &'n Node<'t>) {
        for node in &holder.children {
            match node.name {
                "define-gate" | "define-basic-event" => {
                    let name = node.attribute(self.text, "name").unwrap_or_default();
                    let label = one_line(&node.text_of(self.text, "label"));
                    let called = if label.is_empty() { one_line(name) } else { label };
                    self.definitions.push(Definition { node, name, called, is_gate: node.name == "define-gate" });
                }
                "define-fault-tree" | "define-component" | "model-data" => {
                    if node.name == "model-data" && self.data.is_none() {
                        self.data = Some(node);
                    }
                    self.collect(node);
                }
                _ => {}
            }
        }
    }

    /// The definition that a reference leads to, which may say in which tree it is.
    fn referred(&self, name: &str) -> Option<usize> {
        let find = |name: &str| self.definitions.iter().position(|definition| definition.name == name);
        find(name).or_else(|| find(name.rsplit('.').next()?))
    }

    /// What a formula refers to.
    fn uses(&self, formula: &Node<'_>, found: &mut Vec<usize>) {
        if REFERENCES.contains(&formula.name) {
            found.extend(formula.attribute(self.text, "name").and_then(|name| self.referred(name)));
        }
        formula.children.iter().for_each(|child| self.uses(child, found));
    }

    /// A definition with the white space before it, if it begins its line.
    fn line(&self, node: &Node<'_>) -> Range<usize> {
        let before = self.text.get(..node.span.start).unwrap_or_default();
        let bare = before.trim_end_matches([' ', '\t']);
        let start = if bare.ends_with('\n') { bare.trim_end_matches(['\n', '\r']).len() } else { node.span.start };
        start..node.span.end
    }

    fn indentation(&self, node: &Node<'_>) -> &'t str {
        let before = self.text.get(..node.span.start).unwrap_or_default();
        let bare = before.trim_end_matches([' ', '\t']);
        if bare.ends_with('\n') { before.get(bare.len()..).unwrap_or_default() } else { "" }
    }
}

/// New formulas for the gates that are made of other steps now, with what they need, and without what nobody needs.
fn made_otherwise(file: &File<'_, '_>, found: &Edits) -> Vec<Edit> {
    let mut writer = Writer::new(file, found);
    let mut edits = Vec::new();
    let mut formulas: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, (name, edited)) in found.list.iter().enumerate() {
        let (Some(tree), Some(now)) = (found.trees.get(at).and_then(|tree| found.after.get(*tree)), found.now.get(at)) else { continue };
        if !matches!(edited, Edited::How(_) | Edited::Added { .. } | Edited::Gone { .. }) || tree.all[*now].how == How::Leaf {
            continue;
        }
        let Some(gate) = file.definitions.iter().position(|definition| definition.is_gate && definition.called == *name) else { continue };
        let Some(old) = expression(file.definitions[gate].node).filter(|_| !formulas.contains_key(&gate)) else { continue };
        writer.begin(tree);
        edits.push(Edit::replace(old.span.clone(), writer.formula(*now)));
        edits.extend(writer.definitions(&file.definitions[gate]));
        formulas.insert(gate, std::mem::take(&mut writer.used));
    }
    let (before, after) = (reached(file, &BTreeMap::new()), reached(file, &formulas));
    edits.extend(before.difference(&after).filter_map(|at| file.definitions.get(*at)).map(|gone| Edit::remove(file.line(gone.node))));
    edits
}

/// The definitions that the gates at the top lead to; some formulas are replaced.
fn reached(file: &File<'_, '_>, formulas: &BTreeMap<usize, Vec<usize>>) -> BTreeSet<usize> {
    let uses: Vec<Vec<usize>> = file
        .definitions
        .iter()
        .map(|definition| {
            let mut found = Vec::new();
            if definition.is_gate {
                file.uses(definition.node, &mut found);
            }
            found
        })
        .collect();
    let used: BTreeSet<usize> = uses.iter().flatten().copied().collect();
    let mut waiting: Vec<usize> = (0..uses.len()).filter(|at| file.definitions[*at].is_gate && !used.contains(at)).collect();
    let mut found = BTreeSet::new();
    while let Some(at) = waiting.pop() {
        if found.insert(at) {
            waiting.extend(formulas.get(&at).unwrap_or(&uses[at]));
        }
    }
    found
}

/// Writes steps of a tree as formulas.
struct Writer<'f, 'n, 't> {
    file: &'f File<'n, 't>,
    /// Definitions of the file by what the model calls them now; nothing for a name that several have.
    known: BTreeMap<String, Option<usize>>,
    steps: Option<&'f Steps>,
    ids: Ids,
    /// References to the steps of the tree that were written.
    made: BTreeMap<usize, String>,
    gates: Vec<String>,
    events: Vec<String>,
    /// Definitions of the file that what was written refers to.
    used: Vec<usize>,
}

impl<'f, 'n, 't> Writer<'f, 'n, 't> {
    fn new(file: &'f File<'n, 't>, found: &Edits) -> Self {
        let mut ids = Ids::default();
        let mut known: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for (at, definition) in file.definitions.iter().enumerate() {
            ids.id(definition.name);
            let renamed = found.list.iter().find_map(|(name, edited)| match edited {
                Edited::Renamed(new) if *name == definition.called => Some(new.clone()),
                _ => None,
            });
            let name = renamed.unwrap_or_else(|| definition.called.clone());
            known.entry(name).and_modify(|known| *known = None).or_insert(Some(at));
        }
        Writer { file, known, steps: None, ids, made: BTreeMap::new(), gates: Vec::new(), events: Vec::new(), used: Vec::new() }
    }

    fn begin(&mut self, steps: &'f Steps) {
        if !self.steps.is_some_and(|known| std::ptr::eq(known, steps)) {
            self.made.clear();
        }
        self.steps = Some(steps);
    }

    /// What a step is made of.
    fn formula(&mut self, at: usize) -> String {
        let Some(step) = self.steps.and_then(|steps| steps.all.get(at)) else { return String::new() };
        let below: String = step.below.iter().map(|below| self.reference(*below)).collect();
        let stops: String = step.unless.iter().map(|stop| format!("<not>{}</not>", self.reference(*stop))).collect();
        let own = match step.how {
            How::All | How::Seq if !(below.is_empty() && stops.is_empty()) => return format!("<and>{below}{stops}</and>"),
            How::Leaf | How::Any | How::All | How::Seq if below.is_empty() => format!("<constant value=\"{}\"/>", step.how != How::Any),
            How::Leaf | How::Any => format!("<or>{below}</or>"),
            How::All | How::Seq => format!("<and>{below}</and>"),
            How::Not if step.below.len() == 1 => format!("<not>{below}</not>"),
            How::Not => format!("<nor>{below}</nor>"),
            How::AtLeast(least, None) => format!("<atleast min=\"{least}\">{below}</atleast>"),
            How::AtLeast(least, Some(most)) => format!("<cardinality min=\"{least}\" max=\"{most}\">{below}</cardinality>"),
        };
        if stops.is_empty() { own } else { format!("<and>{own}{stops}</and>") }
    }

    /// A reference to a step, whose definition is written if the file has none. A step without a name stands where it is used.
    fn reference(&mut self, at: usize) -> String {
        let Some(step) = self.steps.and_then(|steps| steps.all.get(at)) else { return String::new() };
        if let Some(made) = self.made.get(&at) {
            return made.clone();
        }
        if step.name.is_empty() {
            return self.formula(at);
        }
        if let Some(Some(known)) = self.known.get(&step.name).copied() {
            self.used.push(known);
            let Definition { name, is_gate, .. } = &self.file.definitions[known];
            return format!("<{} name=\"{name}\"/>", if *is_gate { "gate" } else { "basic-event" });
        }
        let name = self.ids.id(&step.name);
        let label = places::escaped(&step.name);
        let is_event = step.how == How::Leaf && step.unless.is_empty();
        let reference = format!("<{} name=\"{name}\"/>", if is_event { "basic-event" } else { "gate" });
        self.made.insert(at, reference.clone());
        let number = step.fields.iter().find(|(key, _)| *key == "probability").map(|(_, value)| format!("<float value=\"{value}\"/>"));
        if step.how == How::Leaf {
            let event = if is_event { name.clone() } else { format!("{name}.own") };
            let value = number.unwrap_or_default();
            self.events.push(format!("<define-basic-event name=\"{event}\"><label>{label}</label>{value}</define-basic-event>"));
        }
        if !is_event {
            let formula = if step.how == How::Leaf {
                let stops: String = step.unless.iter().map(|stop| format!("<not>{}</not>", self.reference(*stop))).collect();
                format!("<and><basic-event name=\"{name}.own\"/>{stops}</and>")
            } else {
                self.formula(at)
            };
            self.gates.push(format!("<define-gate name=\"{name}\"><label>{label}</label>{formula}</define-gate>"));
        }
        reference
    }

    /// The definitions that what was written needs: gates behind the one that needs them, events where the file has them.
    fn definitions(&mut self, gate: &Definition<'_, '_>) -> Vec<Edit> {
        let (mut gates, events) = (std::mem::take(&mut self.gates), std::mem::take(&mut self.events));
        let mut edits = Vec::new();
        match self.file.data.filter(|_| !events.is_empty()) {
            Some(data) => edits.push(places::append(self.file.text, data, &format!("{}\n", events.join("\n")))),
            None => gates.extend(events),
        }
        let indentation = self.file.indentation(gate.node);
        let gates: String = gates.iter().map(|gate| format!("\n{indentation}{gate}")).collect();
        if !gates.is_empty() {
            edits.push(Edit::insert(gate.node.span.end, gates));
        }
        edits
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::read;
    use super::*;
    use crate::Origins;
    use crate::onto::{apply, long_form};

    const FILE: &str = r#"<opsa-mef>
  <define-fault-tree name="Pump">
    <define-gate name="top"><or><gate name="g1"/> <basic-event name="e1"/></or></define-gate>
    <define-gate name="g1"><label>Both</label><and><basic-event name="e2"/><basic-event name="e3"/></and></define-gate>
  </define-fault-tree>
  <model-data>
    <define-basic-event name="e1"><float value="0.5"/></define-basic-event>
    <define-basic-event name="e2"><float value="0.1"/></define-basic-event> <!-- kept -->
    <define-basic-event name="e3"><label>Valve</label></define-basic-event>
  </model-data>
</opsa-mef>
"#;

    /// The file after a change of its tree, and what it is read as.
    fn changed(change: impl FnOnce(&mut Json)) -> (String, Json) {
        let model = Json::from(read(FILE.as_bytes()).unwrap().model);
        let mut wanted = model.clone();
        change(&mut wanted["attack-trees"]["top"]);
        let (before, after) = (long_form(&model), long_form(&wanted));
        let origins = Origins::default();
        let text = apply(FILE, onto(FILE, &Changes::between(&before, &after, &origins)));
        let again = Json::from(read(text.as_bytes()).unwrap().model);
        assert_eq!(long_form(&again)["attack-trees"], after["attack-trees"], "{text}");
        (text, again)
    }

    #[test]
    fn without_a_change_there_is_no_edit() {
        assert_eq!(changed(|_| {}).0, FILE);
    }

    #[test]
    fn a_gate_gets_another_formula_and_the_rest_stays() {
        let (text, _) = changed(|tree| {
            let both = tree["any"][0]["all"].take();
            tree["any"][0] = json!({"do": "Both", "at-least": 1, "of": both});
        });
        let old = "<and><basic-event name=\"e2\"/><basic-event name=\"e3\"/></and>";
        assert_eq!(text, FILE.replace(old, "<atleast min=\"1\"><basic-event name=\"e2\"/><basic-event name=\"e3\"/></atleast>"));
    }

    #[test]
    fn events_and_gates_come_with_their_definitions() {
        let (text, _) = changed(|tree| {
            let list = tree["any"][0]["all"].as_array_mut().unwrap();
            list.push(json!({"do": "Fire & smoke", "probability": 0.2}));
            list.push(json!({"do": "Power", "any": [{"do": "Grid"}, {"do": "Diesel", "probability": 0.3}]}));
        });
        for part in [
            "<basic-event name=\"fire-smoke\"/>",
            "<define-basic-event name=\"fire-smoke\"><label>Fire &amp; smoke</label><float value=\"0.2\"/></define-basic-event>",
            "\n    <define-gate name=\"power\"><label>Power</label><or><basic-event name=\"Grid\"/><basic-event name=\"Diesel\"/></or></define-gate>",
            "<!-- kept -->",
        ] {
            assert!(text.contains(part) || text.contains(&part.replace("power", "Power")), "{part}\n{text}");
        }
    }

    #[test]
    fn what_nothing_leads_to_is_taken_out() {
        let (text, _) = changed(|tree| {
            tree["any"].as_array_mut().unwrap().remove(0);
        });
        assert!(!text.contains("e2") && !text.contains("Valve") && !text.contains("g1") && text.contains("<!-- kept -->"), "{text}");
    }

    #[test]
    fn what_stops_a_gate_is_negated() {
        let (text, _) = changed(|tree| tree["any"][0]["unless"] = json!([{"do": "Guard"}]));
        assert!(text.contains("<not><basic-event name=\"Guard\"/></not>"), "{text}");
    }
}
