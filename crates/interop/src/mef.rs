//! Fault trees in the Open-PSA Model Exchange Format.
//!
//! Every gate that no other gate uses becomes a tree. Probabilities that are numbers, parameters or an exponential of
//! them are taken over; other distributions have no place in a model. Exclusive and negated gates keep their meaning
//! through `at-most` and `unless`.

mod onto;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use quick_xml::escape::escape;
use redan_model::Model;

use crate::draft::Draft;
use crate::steps::{How, Ids, Step, Steps, probability};
use crate::xml::{self, Element};
use crate::{ImportError, Imported, Loss, LossKind, steps_out};

pub(crate) use onto::onto;

/// Most trees that are read from one file; each may need all of its gates.
const MAX_TREES: usize = 16;
/// Deepest formulas of parameters.
const MAX_FORMULA: usize = 32;

/// Reads a file.
///
/// # Errors
/// The bytes are no such file, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let root = xml::parse(bytes)?;
    if root.name != "opsa-mef" {
        return Err(ImportError::NotTheFormat("its root is not `opsa-mef`".to_owned()));
    }
    let mut found = Found::default();
    found.collect(&root);
    let name = root.attribute("name").or(found.name).unwrap_or_default();
    let mut reader =
        Reader { found: &found, draft: Draft::new(name), steps: Steps::default(), made: BTreeMap::new(), used: BTreeMap::new() };
    reader.events();
    reader.gates();
    reader.trees();
    Ok(reader.draft.finish())
}

/// What a file defines, by name.
#[derive(Default)]
struct Found<'x> {
    name: Option<&'x str>,
    gates: Vec<(&'x str, &'x Element<'x>)>,
    events: Vec<(&'x str, &'x Element<'x>)>,
    houses: BTreeMap<&'x str, bool>,
    parameters: BTreeMap<&'x str, &'x Element<'x>>,
    groups: usize,
}

impl<'x> Found<'x> {
    fn collect(&mut self, holder: &'x Element<'x>) {
        for child in &holder.children {
            let name = child.attribute("name").unwrap_or_default();
            match child.name {
                "define-gate" => self.gates.push((name, child)),
                "define-basic-event" => self.events.push((name, child)),
                "define-house-event" => {
                    let holds = child.child("constant").and_then(|value| value.attribute("value")) == Some("true");
                    self.houses.insert(name, holds);
                }
                "define-parameter" => drop(self.parameters.insert(name, child)),
                "define-CCF-group" => self.groups += 1,
                "define-fault-tree" | "define-component" | "model-data" => {
                    if child.name == "define-fault-tree" && self.name.is_none() {
                        self.name = Some(name);
                    }
                    self.collect(child);
                }
                _ => {}
            }
        }
    }

    /// The value of an expression, if it is one number.
    fn value(&self, expression: &Element<'_>, depth: usize) -> Option<f64> {
        if depth > MAX_FORMULA {
            return None;
        }
        match expression.name {
            "float" | "int" => expression.attribute("value")?.trim().parse().ok(),
            "parameter" => self.of(self.parameters.get(expression.attribute("name")?)?, depth),
            "exponential" => {
                let [rate, time] = &expression.children[..] else { return None };
                let (rate, time) = (self.value(rate, depth + 1)?, self.value(time, depth + 1)?);
                Some(1.0 - (-rate * time).exp())
            }
            _ => None,
        }
    }

    /// The value of a definition: its first child that is an expression.
    fn of(&self, definition: &Element<'_>, depth: usize) -> Option<f64> {
        let expression = definition.children.iter().find(|child| !matches!(child.name, "label" | "attributes"))?;
        self.value(expression, depth + 1)
    }
}

struct Reader<'x> {
    found: &'x Found<'x>,
    draft: Draft,
    steps: Steps,
    made: BTreeMap<String, usize>,
    used: BTreeMap<usize, ()>,
}

impl<'x> Reader<'x> {
    fn events(&mut self) {
        for (name, event) in &self.found.events {
            let mut step = Step::new(label(name, event), How::Leaf);
            let has_value = event.children.iter().any(|child| !matches!(child.name, "label" | "attributes"));
            match self.found.of(event, 0).and_then(probability) {
                Some(value) => step.fields.push(("probability", value)),
                None if has_value => self.draft.dropped(format!("how likely {name} is: it is no single probability"), *name),
                None => {}
            }
            let at = self.steps.add(step);
            self.made.insert((*name).to_owned(), at);
        }
        for (name, holds) in &self.found.houses {
            let at = self.steps.add(Step::new(name, if *holds { How::All } else { How::Any }));
            self.made.insert((*name).to_owned(), at);
        }
        if self.found.groups > 0 {
            self.draft.dropped(format!("{} groups of common causes", self.found.groups), "define-CCF-group");
        }
    }

    fn gates(&mut self) {
        for (name, gate) in &self.found.gates {
            let at = self.steps.add(Step::new(label(name, gate), How::All));
            // A gate counts before an event of the same name, as references to `event` do.
            self.made.insert((*name).to_owned(), at);
        }
        for (name, gate) in &self.found.gates {
            let Some(at) = self.made.get(*name).copied() else { continue };
            let Some(formula) = gate.children.iter().find(|child| !matches!(child.name, "label" | "attributes")) else {
                self.draft.dangling(format!("{name} has no formula and counts as certain"), *name);
                continue;
            };
            let made = self.formula(formula, name);
            let text = std::mem::take(&mut self.steps.all[at].name);
            self.steps.all[at] = Step { name: text, ..made };
        }
    }

    /// A formula as a step that has no name yet.
    fn formula(&mut self, formula: &Element<'x>, place: &str) -> Step {
        let how = match formula.name {
            "and" | "nand" => How::All,
            "or" | "nor" => How::Any,
            "not" => How::Not,
            "atleast" => How::AtLeast(count(formula, "min").unwrap_or(1), None),
            "cardinality" => How::AtLeast(count(formula, "min").unwrap_or(0), count(formula, "max")),
            "xor" | "iff" | "imply" => How::AtLeast(1, Some(1)),
            "constant" => {
                if formula.attribute("value") == Some("true") {
                    How::All
                } else {
                    How::Any
                }
            }
            // A reference alone: a gate with one input.
            _ => {
                let mut step = Step::new("", How::All);
                step.below.extend(self.reference(formula, place));
                return step;
            }
        };
        let mut step = Step::new("", how);
        // What must not be beside what must is what stops it.
        let stops = formula.name == "and" && formula.children.iter().any(|child| child.name != "not");
        for child in &formula.children {
            if stops && child.name == "not" {
                step.unless.extend(child.children.iter().filter_map(|child| self.input(child, place)));
            } else {
                step.below.extend(self.input(child, place));
            }
        }
        match formula.name {
            "nor" => step.how = How::Not,
            "nand" => return self.negated(step),
            "iff" => return self.negated(step),
            "imply" => return self.implied(step),
            "xor" if step.below.len() > 2 => return self.parity(&step.below),
            _ => {}
        }
        step
    }

    fn negated(&mut self, step: Step) -> Step {
        let inner = self.steps.add(step);
        Step { below: vec![inner], ..Step::new("", How::Not) }
    }

    /// If the first then the second.
    fn implied(&mut self, step: Step) -> Step {
        let not = self.steps.add(Step { below: step.below.iter().take(1).copied().collect(), ..Step::new("", How::Not) });
        Step { below: [not].into_iter().chain(step.below.into_iter().skip(1)).collect(), ..Step::new("", How::Any) }
    }

    /// An odd number of several: two by two.
    fn parity(&mut self, below: &[usize]) -> Step {
        let mut sum = below.first().copied();
        let mut last = Step::new("", How::Any);
        for next in &below[1..] {
            last = Step { below: sum.into_iter().chain([*next]).collect(), ..Step::new("", How::AtLeast(1, Some(1))) };
            sum = Some(self.steps.add(last.clone()));
        }
        last
    }

    fn input(&mut self, formula: &Element<'x>, place: &str) -> Option<usize> {
        if matches!(formula.name, "gate" | "basic-event" | "event" | "house-event") {
            return self.reference(formula, place);
        }
        let step = self.formula(formula, place);
        Some(self.steps.add(step))
    }

    fn reference(&mut self, reference: &Element<'x>, place: &str) -> Option<usize> {
        let name = reference.attribute("name").unwrap_or_default();
        let short = name.rsplit('.').next().unwrap_or(name);
        let known = self.made.get(name).or_else(|| self.made.get(short)).copied();
        let at = known.unwrap_or_else(|| {
            if reference.name != "basic-event" {
                self.draft.dangling(format!("{} `{name}`", reference.name), place);
            }
            let at = self.steps.add(Step::new(name, How::Leaf));
            self.made.insert(name.to_owned(), at);
            at
        });
        self.used.insert(at, ());
        Some(at)
    }

    fn trees(&mut self) {
        let tops: Vec<usize> = self
            .found
            .gates
            .iter()
            .filter_map(|(name, _)| self.made.get(*name).copied())
            .filter(|at| !self.used.contains_key(at))
            .collect();
        for top in tops.iter().take(MAX_TREES) {
            let goal = self.steps.all[*top].name.clone();
            self.steps.write(&mut self.draft, if goal.is_empty() { "top" } else { &goal }, *top);
        }
        if tops.len() > MAX_TREES {
            self.draft.dropped(format!("{} more gates that nothing uses", tops.len() - MAX_TREES), "define-fault-tree");
        }
    }
}

/// What people call it, else its name.
fn label<'x>(name: &'x str, definition: &'x Element<'x>) -> &'x str {
    let label = definition.text_of("label");
    if label.is_empty() { name } else { label }
}

fn count(formula: &Element<'_>, key: &str) -> Option<u32> {
    formula.attribute(key)?.trim().parse().ok()
}

/// Writes the attack trees of a model, each as a fault tree. The order of a sequence and all numbers but probabilities have
/// no place in the format.
pub fn export(model: &Model) -> (String, Vec<Loss>) {
    let (mut out, mut loss) = (String::from("<?xml version=\"1.0\"?>\n<opsa-mef>\n"), Vec::new());
    let (mut data, mut ids) = (String::new(), Ids::default());
    for (id, entry) in &model.root.attack_trees.entries {
        let (steps, top) = steps_out::of_tree(id, &entry.value);
        let (order, names) = steps_out::named(&steps, top, &mut ids);
        let _ = writeln!(out, "<define-fault-tree name=\"{id}\">");
        for at in order {
            let step = &steps.all[at];
            let (name, label) = (&names[&at], escape(step.name.as_str()));
            if step.how == How::Leaf {
                let probability = step.fields.iter().find(|(key, _)| *key == "probability");
                let value = probability.map(|(_, value)| format!("<float value=\"{value}\"/>")).unwrap_or_default();
                let event = if step.unless.is_empty() { name.clone() } else { format!("{name}.own") };
                let _ = writeln!(data, "<define-basic-event name=\"{event}\"><label>{label}</label>{value}</define-basic-event>");
            }
            if step.how != How::Leaf || !step.unless.is_empty() {
                let formula = written(&steps, at, &names);
                let _ = writeln!(out, "<define-gate name=\"{name}\"><label>{label}</label>{formula}</define-gate>");
            }
            for (key, _) in step.fields.iter().filter(|(key, _)| *key != "probability") {
                loss.push(steps_out::lost(LossKind::Dropped, format!("the {key} of {}", step.name), id));
            }
            if step.how == How::Seq {
                loss.push(steps_out::lost(LossKind::Changed, format!("that the steps of {} have an order", step.name), id));
            }
        }
        out.push_str("</define-fault-tree>\n");
    }
    let _ = write!(out, "<model-data>\n{data}</model-data>\n</opsa-mef>\n");
    (out, loss)
}

fn written(steps: &Steps, at: usize, names: &BTreeMap<usize, String>) -> String {
    let step = &steps.all[at];
    let reference = |at: &usize| {
        let leaf = steps.all[*at].how == How::Leaf && steps.all[*at].unless.is_empty();
        format!("<{} name=\"{}\"/>", if leaf { "basic-event" } else { "gate" }, names[at])
    };
    let below: String = step.below.iter().map(reference).collect();
    let own = match step.how {
        How::Leaf => format!("<basic-event name=\"{}.own\"/>", names[&at]),
        How::Any | How::All | How::Seq if below.is_empty() => format!("<constant value=\"{}\"/>", step.how != How::Any),
        How::Any => format!("<or>{below}</or>"),
        How::All | How::Seq => format!("<and>{below}</and>"),
        How::Not => format!("<nor>{below}</nor>"),
        How::AtLeast(least, None) => format!("<atleast min=\"{least}\">{below}</atleast>"),
        How::AtLeast(least, Some(most)) => format!("<cardinality min=\"{least}\" max=\"{most}\">{below}</cardinality>"),
    };
    let stops: String = step.unless.iter().map(|stop| format!("<not>{}</not>", reference(stop))).collect();
    if stops.is_empty() { own } else { format!("<and>{own}{stops}</and>") }
}

#[cfg(test)]
mod tests {
    use redan_model::{Vocabulary, load_text};
    use serde_json::json;

    use super::*;

    #[test]
    fn gates_and_events_become_a_tree() {
        let file = br#"<opsa-mef><define-fault-tree name="Pump">
            <define-gate name="top"><or><gate name="g1"/><basic-event name="e1"/></or></define-gate>
            <define-gate name="g1"><atleast min="2"><basic-event name="e1"/><basic-event name="e2"/><not><event name="e3"/></not></atleast></define-gate>
            </define-fault-tree><model-data>
            <define-basic-event name="e1"><float value="0.5"/></define-basic-event>
            <define-basic-event name="e2"><exponential><float value="0.1"/><parameter name="t"/></exponential></define-basic-event>
            <define-basic-event name="e3"><label>Valve</label><lognormal-deviate/></define-basic-event>
            <define-parameter name="t"><float value="0"/></define-parameter></model-data></opsa-mef>"#;
        let imported = read(file).unwrap();
        assert_eq!(
            imported.model["attack-trees"]["top"],
            json!({"goal": "top", "any": [
                {"do": "g1", "at-least": 2, "of": [{"ref": "e1"}, {"do": "e2", "probability": 0.0}, {"unless": [{"do": "Valve"}]}]},
                {"ref": "e1"}], "nodes": {"e1": {"do": "e1", "probability": 0.5}}})
        );
        assert_eq!(imported.loss.len(), 1);
    }

    #[test]
    fn a_circle_is_cut_and_reported() {
        let file = br#"<opsa-mef><define-fault-tree name="x"><define-gate name="a"><or><gate name="b"/></or></define-gate>
            <define-gate name="b"><and><gate name="c"/><basic-event name="e"/></and></define-gate>
            <define-gate name="c"><or><gate name="b"/><basic-event name="f"/></or></define-gate></define-fault-tree></opsa-mef>"#;
        let imported = read(file).unwrap();
        assert!(imported.loss.iter().any(|loss| loss.what.contains("leads back")), "{:?}", imported.loss);
        assert!(imported.model["attack-trees"]["a"].is_object());
    }

    #[test]
    fn what_is_written_means_the_same_when_it_is_read() {
        let text = "redan: 1\nattack-trees:\n  t:\n    goal: Top\n    any: [{all: [{ref: e}, {do: F & G, probability: 0.2}]}, {at-least: 2, of: [{ref: e}, {do: H}, {do: I, cost: 3, unless: [{do: J}]}]}]\n    nodes: {e: {do: E, probability: 0.5}}\n";
        let loaded = load_text("t.tm.yaml", text, &Vocabulary::default());
        let (file, loss) = export(&loaded.model);
        assert_eq!(loss.iter().map(|loss| loss.what.as_str()).collect::<Vec<_>>(), ["the cost of I"]);
        let again = read(file.as_bytes()).unwrap();
        assert_eq!(again.loss, Vec::new());
        let tree = again.model["attack-trees"]["top"].to_string();
        for part in [r#""do":"F & G","probability":0.2"#, r#""at-least":2"#, r#""unless":[{"do":"J"}]"#, r#""ref":"E""#] {
            assert!(tree.contains(part), "{part} {tree}");
        }
    }
}
