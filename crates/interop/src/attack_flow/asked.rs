//! Trees that a flow draws alike.
//!
//! A flow has no order among those of which one or all are needed, and it has one way to say what comes after what, where a
//! tree has two: as one sequence, or as a step that comes after a step that comes after others.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::limits;

/// The keys of steps below a step.
const LISTS: [&str; 5] = ["any", "all", "seq", "of", "unless"];

/// Puts trees as they were asked for in the place of those that were read, if both say the same. Both are in the long form.
pub(crate) fn as_asked(found: &mut Json, wanted: &Json) {
    for (id, tree) in found.get_mut("attack-trees").and_then(Json::as_object_mut).into_iter().flatten() {
        if let Some(wanted) = wanted.get("attack-trees").and_then(|trees| trees.get(id)).filter(|wanted| are_alike(tree, wanted)) {
            *tree = wanted.clone();
        }
    }
}

fn are_alike(one: &Json, other: &Json) -> bool {
    let mut said = BTreeMap::new();
    let one = Tree::read(one, &mut said);
    one.is_some() && one == Tree::read(other, &mut said)
}

/// Trees in which steps lead to others through more steps are never alike.
const DEEP: usize = 4 * limits::MAX_DEPTH;

/// What steps say, each with a number of its own.
type Said = BTreeMap<String, usize>;

fn number(said: &mut Said, text: String) -> usize {
    let next = said.len();
    *said.entry(text).or_insert(next)
}

struct Tree<'t, 's> {
    nodes: Option<&'t Map<String, Json>>,
    /// What steps with an id say; nothing for those that lead to themselves.
    known: BTreeMap<&'t str, Option<usize>>,
    /// How often each action is in the tree, so that one that two steps share is not the same as two.
    actions: BTreeMap<usize, usize>,
    said: &'s mut Said,
    depth: usize,
    too_deep: bool,
}

impl<'t> Tree<'t, '_> {
    /// What a tree says, and its actions; nothing if it is too deep.
    fn read(tree: &'t Json, said: &mut Said) -> Option<(usize, BTreeMap<usize, usize>)> {
        let nodes = tree.get("nodes").and_then(Json::as_object);
        let mut reader = Tree { nodes, known: BTreeMap::new(), actions: BTreeMap::new(), said, depth: 0, too_deep: false };
        let all = reader.step(tree);
        (!reader.too_deep).then_some((all, reader.actions))
    }

    /// What a step says, by its number.
    fn step(&mut self, step: &'t Json) -> usize {
        self.too_deep |= self.depth > DEEP;
        if self.too_deep {
            return 0;
        }
        self.depth += 1;
        let said = self.of(step);
        self.depth -= 1;
        said
    }

    fn of(&mut self, step: &'t Json) -> usize {
        let Some(fields) = step.as_object() else { return number(self.said, step.to_string()) };
        if let Some(id) = fields.get("ref").and_then(Json::as_str) {
            return self.referred(id);
        }
        if let Some([only]) = fields.get("seq").and_then(Json::as_array).map(Vec::as_slice)
            && is_action(only)
            && fields.iter().all(|(key, value)| ["seq", "id"].contains(&key.as_str()) || only.get(key) == Some(value))
        {
            return self.step(only);
        }
        let below: Vec<(&str, Vec<usize>)> = LISTS
            .into_iter()
            .filter_map(|key| {
                let steps = fields.get(key)?.as_array()?;
                Some((key, if key == "seq" { self.sequence(steps) } else { self.in_no_order(steps) }))
            })
            .collect();
        // Ids are made anew when a file is read.
        let skipped = |key: &str| LISTS.contains(&key) || key == "nodes" || key == "id";
        let mut own: BTreeMap<&str, String> =
            fields.iter().filter(|(key, _)| !skipped(key)).map(|(key, value)| (key.as_str(), value.to_string())).collect();
        // A sequence without a name has that of its end.
        if let (false, Some(last)) = (own.contains_key("do"), fields.get("seq").and_then(Json::as_array).and_then(|seq| seq.last())) {
            own.extend(last.get("do").filter(|_| is_action(last)).map(|name| ("do", name.to_string())));
        }
        let said = number(self.said, format!("{own:?} {below:?}"));
        if below.is_empty() {
            *self.actions.entry(said).or_default() += 1;
        }
        said
    }

    fn referred(&mut self, id: &'t str) -> usize {
        if let Some(known) = self.known.get(id) {
            return known.unwrap_or_else(|| number(self.said, "circle".to_owned()));
        }
        self.known.insert(id, None);
        let said = match self.nodes.and_then(|nodes| nodes.get(id)) {
            Some(step) => self.step(step),
            None => number(self.said, format!("no {id}")),
        };
        self.known.insert(id, Some(said));
        said
    }

    fn in_no_order(&mut self, steps: &'t [Json]) -> Vec<usize> {
        let mut said: Vec<usize> = steps.iter().map(|step| self.step(step)).collect();
        said.sort_unstable();
        said
    }

    /// Steps one after the other; an action in the middle comes after all before it.
    fn sequence(&mut self, steps: &'t [Json]) -> Vec<usize> {
        let mut said: Vec<usize> = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            said.push(self.step(step));
            if at > 0 && at + 1 < steps.len() && is_action(step) {
                let name = step.get("do").map(Json::to_string).unwrap_or_default();
                let own = BTreeMap::from([("do", name)]);
                said = vec![number(self.said, format!("{own:?} {:?}", vec![("seq", said)]))];
            }
        }
        said
    }
}

/// Whether a step is an action that is not made of others.
fn is_action(step: &Json) -> bool {
    step.get("do").is_some() && !LISTS.iter().any(|key| step.get(key).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_and_nesting_do_not_matter_where_a_flow_has_none() {
        let tree = |seq: Json| json!({"goal": "G", "any": [{"do": "C", "seq": seq}, {"all": [{"do": "X"}, {"do": "Y"}]}]});
        let flat = tree(json!([{"do": "A"}, {"do": "B"}, {"do": "C"}]));
        let nested = tree(json!([{"do": "B", "seq": [{"do": "A"}, {"do": "B"}]}, {"do": "C"}]));
        assert!(are_alike(&flat, &nested));
        let turned = json!({"goal": "G", "any": [{"all": [{"do": "Y"}, {"do": "X"}]}, flat["any"][0]]});
        assert!(are_alike(&flat, &turned));
        assert!(!are_alike(&flat, &tree(json!([{"do": "B"}, {"do": "A"}, {"do": "C"}]))));
        let rated = tree(json!([{"do": "A", "cost": 1}, {"do": "B"}, {"do": "C"}]));
        assert!(!are_alike(&flat, &rated));
        assert!(are_alike(&json!({"any": [{"do": "A"}]}), &json!({"any": [{"do": "A", "seq": [{"do": "A"}]}]})));
    }

    #[test]
    fn what_two_steps_share_is_not_twice_the_same() {
        let shared =
            json!({"any": [{"all": [{"ref": "a"}, {"do": "B"}]}, {"all": [{"ref": "a"}, {"do": "C"}]}], "nodes": {"a": {"do": "A"}}});
        let other =
            json!({"any": [{"all": [{"ref": "b"}, {"do": "B"}]}, {"all": [{"ref": "b"}, {"do": "C"}]}], "nodes": {"b": {"do": "A"}}});
        let twice = json!({"any": [{"all": [{"do": "A"}, {"do": "B"}]}, {"all": [{"do": "A"}, {"do": "C"}]}]});
        assert!(are_alike(&shared, &other) && !are_alike(&shared, &twice));
        // Steps that lead to themselves come to an end.
        let circle = json!({"any": [{"ref": "a"}], "nodes": {"a": {"all": [{"ref": "a"}, {"ref": "a"}]}}});
        assert!(are_alike(&circle, &circle));
    }
}
