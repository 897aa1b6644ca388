//! Attack trees: nodes that name their children become steps inside steps; a node with several parents is shared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::{Maker, OWN, own};
use crate::draft::{Entry, Section, one_line};
use crate::kept::{keep, rest};
use crate::read::{items, list, text};

/// Deepest nesting of steps; models allow a little more.
const DEEPEST: usize = 40;

impl Maker<'_> {
    pub(super) fn trees(&mut self) {
        let Some(threats) = self.file.get("threats") else { return };
        for (at, tree) in items(threats, "attackTrees").iter().enumerate() {
            let (reference, place) = (text(tree, "bom-ref"), format!("threats.attackTrees[{at}]"));
            let name = one_line(&text(tree, "name"));
            let nodes: BTreeMap<String, &Json> =
                items(tree, "nodes").iter().map(|node| (text(node, "bom-ref").into_owned(), node)).collect();
            let children: BTreeSet<String> = nodes.values().flat_map(|node| list(node, "children")).collect();
            let stated = text(tree, "root").into_owned();
            let found = items(tree, "nodes").iter().map(|node| text(node, "bom-ref").into_owned()).find(|node| !children.contains(node));
            let Some(root) = Some(stated).filter(|root| !root.is_empty()).or(found) else {
                self.draft.dropped(format!("the attack tree {name}, in which every node is below another"), place);
                continue;
            };
            let mut tree_maker = Tree { nodes: &nodes, path: Vec::new(), shared: shared(&nodes), steps: Map::new(), faults: Vec::new() };
            let body = tree_maker.step(&root, 0);
            let (steps, faults) = (tree_maker.steps, tree_maker.faults);
            faults.into_iter().for_each(|what| self.draft.dangling(what, &place));
            let Some(Json::Object(mut body)) = body else { continue };
            let id = self.id_for(Section::AttackTrees, &reference, &name, "tree");
            let goal = body.shift_remove("do").and_then(|goal| goal.as_str().map(str::to_owned)).unwrap_or_else(|| name.clone());
            let mut entry = Entry::new().text("goal", &goal).text("description", &text(tree, "description"));
            let mut had = false;
            for key in ["any", "all"] {
                if let Some(steps) = body.shift_remove(key) {
                    entry = entry.value(key, steps);
                    had = true;
                }
            }
            if !had {
                entry = entry.value("any", serde_json::json!([{"do": goal}]));
            }
            if !steps.is_empty() {
                entry = entry.value("nodes", steps.into());
            }
            let mut kept = own(rest(tree, &["description", "nodes"]), &reference, &id);
            if let Some(node) = nodes.get(&root) {
                kept.insert("node".to_owned(), rest(node, &["name", "children", "operator"]).into());
            }
            let entry = keep(&mut self.draft, entry, OWN, kept, &place);
            self.draft.add(Section::AttackTrees, &id, entry);
        }
    }
}

/// Nodes that more than one node names as its child, with ids that are valid here.
fn shared(nodes: &BTreeMap<String, &Json>) -> BTreeMap<String, String> {
    let mut parents: BTreeMap<String, usize> = BTreeMap::new();
    nodes.values().flat_map(|node| list(node, "children")).for_each(|child| *parents.entry(child).or_default() += 1);
    let several = parents.into_iter().filter(|(_, count)| *count > 1).map(|(node, _)| node);
    several
        .enumerate()
        .map(|(at, node)| if redan_model::lang::is_id(&node) { (node.clone(), node) } else { (node, format!("shared-{at}")) })
        .collect()
}

struct Tree<'n, 'f> {
    nodes: &'n BTreeMap<String, &'f Json>,
    /// The nodes above, which may not stand below themselves.
    path: Vec<String>,
    shared: BTreeMap<String, String>,
    steps: Map<String, Json>,
    faults: Vec<String>,
}

impl Tree<'_, '_> {
    fn step(&mut self, reference: &str, depth: usize) -> Option<Json> {
        let Some(node) = self.nodes.get(reference).copied() else {
            self.faults.push(format!("the node `{reference}`"));
            return None;
        };
        if self.path.iter().any(|above| above == reference) || depth > DEEPEST {
            self.faults.push(format!("the node `{reference}`, which is below itself or too deep"));
            return None;
        }
        if let Some(id) = self.shared.get(reference).cloned().filter(|_| depth > 0) {
            if !self.steps.contains_key(&id) {
                self.path.push(reference.to_owned());
                self.steps.insert(id.clone(), Json::Null);
                let body = self.body(node, reference, depth);
                self.path.pop();
                self.steps.insert(id.clone(), body);
            }
            return Some(serde_json::json!({"ref": id}));
        }
        self.path.push(reference.to_owned());
        let body = self.body(node, reference, depth);
        self.path.pop();
        Some(body)
    }

    fn body(&mut self, node: &Json, reference: &str, depth: usize) -> Json {
        let mut body = Map::new();
        body.insert("do".to_owned(), one_line(&text(node, "name")).into());
        let steps: Vec<Json> = list(node, "children").iter().filter_map(|child| self.step(child, depth + 1)).collect();
        if !steps.is_empty() {
            body.insert(if text(node, "operator") == "and" { "all" } else { "any" }.to_owned(), steps.into());
        }
        let skill = ["none", "basic", "intermediate", "advanced", "expert"].iter().position(|word| *word == text(node, "skill"));
        if let Some(skill) = skill {
            body.insert("skill".to_owned(), (skill + 1).into());
        }
        let mut kept = rest(node, &["name", "children", "operator", "skill"]);
        kept.insert("bom-ref".to_owned(), reference.into());
        if depth > 0 {
            body.insert(OWN.to_owned(), kept.into());
        }
        body.into()
    }
}
