//! What was changed in the attack trees of a model, as changes of single steps, for files whose steps are known by what
//! they are called.

use std::collections::{BTreeMap, BTreeSet};

use redan_model::{Vocabulary, load_text};
use serde_json::Value as Json;

use crate::onto::Changes;
use crate::steps::{How, Step, Steps};
use crate::steps_out;

/// A change of a step that the file has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Edited {
    /// It is called otherwise.
    Renamed(String),
    /// One of its numbers is another one, or is gone.
    Number(&'static str, Option<Json>),
    /// It is made otherwise of the steps below it.
    How(How),
    /// One more step stands below it, or stops it.
    Added { step: usize, stops: bool },
    /// A step that stood below it, or stopped it, is gone.
    Gone { name: String, stops: bool },
}

/// The changes of a model's trees: the name of a step in the file, and what was changed of it.
pub(crate) struct Edits {
    pub(crate) list: Vec<(String, Edited)>,
    /// The steps of the trees as they are, which [`Edited::Added`] points into.
    pub(crate) after: Vec<Steps>,
    /// For each of the changes, the tree among those.
    pub(crate) trees: Vec<usize>,
    /// For each of the changes, the step as it is now, in its tree.
    pub(crate) now: Vec<usize>,
}

/// Steps that are called otherwise now: what the file calls them, and what the model does. A step that comes after others
/// is two steps of one name in a model, of which it is enough to rename one.
pub(crate) fn renamed(changes: &Changes<'_>) -> Vec<(String, String)> {
    let found = compared(changes, |_| true).list.into_iter();
    found.filter_map(|(name, edited)| if let Edited::Renamed(new) = edited { Some((name, new)) } else { None }).collect()
}

/// Compares the trees of two models, step by step. Steps whose name several steps share are left alone.
pub(crate) fn edits(changes: &Changes<'_>) -> Edits {
    compared(changes, |count| count == 1)
}

/// A tree that both models have.
pub(crate) struct Pair {
    /// Its steps before the change, and the one that is its goal.
    pub(crate) old: (Steps, usize),
    /// The same after the change.
    pub(crate) new: (Steps, usize),
}

/// The trees that both models have.
pub(crate) fn pairs(changes: &Changes<'_>) -> Vec<Pair> {
    let (before, after) = (model(changes.before), model(changes.after));
    let entries = after.root.attack_trees.entries.iter();
    let pair = |(id, tree): (&String, &redan_model::lang::MapEntry<redan_model::lang::AttackTree>)| {
        let old = before.root.attack_trees.entries.get(id)?;
        Some(Pair { old: steps_out::of_tree(id, &old.value), new: steps_out::of_tree(id, &tree.value) })
    };
    entries.filter_map(pair).collect()
}

fn compared(changes: &Changes<'_>, few: impl Fn(usize) -> bool) -> Edits {
    let mut found = Edits { list: Vec::new(), after: Vec::new(), trees: Vec::new(), now: Vec::new() };
    for Pair { old: (old, old_top), new: (new, new_top) } in pairs(changes) {
        let mut pairing = Pairing { old: &old, new: &new, seen: BTreeSet::new(), list: Vec::new() };
        pairing.pair(old_top, new_top);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for step in &old.all {
            *counts.entry(step.name.as_str()).or_default() += 1;
        }
        for ((at, now), edited) in pairing.list {
            let name = &old.all[at].name;
            if counts.get(name.as_str()).is_some_and(|count| few(*count)) && !name.is_empty() {
                found.list.push((name.clone(), edited));
                found.trees.push(found.after.len());
                found.now.push(now);
            }
        }
        found.after.push(new);
    }
    found
}

fn model(json: &Json) -> redan_model::Model {
    load_text("model.tm.json", &json.to_string(), &Vocabulary::default()).model
}

struct Pairing<'s> {
    old: &'s Steps,
    new: &'s Steps,
    seen: BTreeSet<(usize, usize)>,
    /// A step as it was and as it is, and what is different.
    list: Vec<((usize, usize), Edited)>,
}

/// What is left to be compared, or to be said once what stands before it was.
enum Left {
    Pair(usize, usize),
    Said((usize, usize), Edited),
}

impl Pairing<'_> {
    /// Compares two steps that are the same one, and those below them. No pair is looked at twice, and what is left waits in a
    /// list, since steps that refer to each other may be many more deep than the stack is.
    fn pair(&mut self, old: usize, new: usize) {
        let mut left = vec![Left::Pair(old, new)];
        while let Some(next) = left.pop() {
            match next {
                Left::Said(steps, edited) => self.list.push((steps, edited)),
                Left::Pair(old, new) if self.seen.insert((old, new)) => self.compare(old, new, &mut left),
                Left::Pair(..) => {}
            }
        }
    }

    fn compare(&mut self, old: usize, new: usize, left: &mut Vec<Left>) {
        let (before, after) = (&self.old.all[old], &self.new.all[new]);
        if before.name != after.name {
            self.list.push(((old, new), Edited::Renamed(after.name.clone())));
        }
        if before.how != after.how && before.how != How::Leaf && after.how != How::Leaf {
            self.list.push(((old, new), Edited::How(after.how)));
        }
        for (key, value) in numbers(before, after) {
            self.list.push(((old, new), Edited::Number(key, value)));
        }
        let mut next = Vec::new();
        for stops in [false, true] {
            let (mine, theirs) = if stops { (&before.unless, &after.unless) } else { (&before.below, &after.below) };
            let (pairs, gone, added) = self.matched(mine, theirs);
            let gone = gone.into_iter().map(|at| Edited::Gone { name: self.old.all[at].name.clone(), stops });
            let said = gone.chain(added.into_iter().map(|step| Edited::Added { step, stops }));
            next.extend(pairs.into_iter().map(|(mine, theirs)| Left::Pair(mine, theirs)));
            next.extend(said.map(|edited| Left::Said((old, new), edited)));
        }
        left.extend(next.into_iter().rev());
    }

    /// Steps with one name are the same; of the others, those in one place are, if there are as many.
    fn matched(&self, old: &[usize], new: &[usize]) -> (Vec<(usize, usize)>, Vec<usize>, Vec<usize>) {
        let (mut gone, mut added, mut pairs) = (old.to_vec(), new.to_vec(), Vec::new());
        for at in old {
            let name = &self.old.all[*at].name;
            if let Some(place) = added.iter().position(|other| self.new.all[*other].name == *name) {
                pairs.push((*at, added.remove(place)));
                gone.retain(|left| left != at);
            }
        }
        if gone.len() == added.len() {
            pairs.extend(gone.drain(..).zip(added.drain(..)));
        }
        (pairs, gone, added)
    }
}

/// Numbers that differ between two steps, with what they are now.
fn numbers(before: &Step, after: &Step) -> Vec<(&'static str, Option<Json>)> {
    let of = |step: &Step, key: &str| step.fields.iter().find(|(known, _)| *known == key).map(|(_, value)| value.clone());
    let keys: BTreeSet<&'static str> = before.fields.iter().chain(&after.fields).map(|(key, _)| *key).collect();
    keys.into_iter().filter(|key| of(before, key) != of(after, key)).map(|key| (key, of(after, key))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Origins;

    #[test]
    fn steps_are_renamed_rated_added_and_taken_away() {
        let tree =
            |first: Json, rest: Json| json!({"redan": 1, "attack-trees": {"t": {"goal": "Top", "any": [first, {"do": "B", "all": rest}]}}});
        let before = tree(json!({"do": "A", "cost": 1}), json!([{"do": "C"}, {"do": "D"}]));
        let after = tree(json!({"do": "A again", "cost": 2}), json!([{"do": "C"}, {"do": "D"}, {"do": "E"}]));
        let origins = Origins::default();
        let found = edits(&Changes::between(&before, &after, &origins));
        let list: Vec<(&str, &Edited)> = found.list.iter().map(|(name, edited)| (name.as_str(), edited)).collect();
        assert_eq!(list.len(), 3, "{list:?}");
        assert_eq!(list[0], ("B", &Edited::Added { step: 3, stops: false }));
        assert_eq!(list[1], ("A", &Edited::Renamed("A again".to_owned())));
        assert!(matches!(list[2], ("A", Edited::Number("cost", Some(_)))), "{list:?}");
        let back = edits(&Changes::between(&after, &before, &origins));
        assert!(back.list.contains(&("B".to_owned(), Edited::Gone { name: "E".to_owned(), stops: false })), "{:?}", back.list);
    }
}
