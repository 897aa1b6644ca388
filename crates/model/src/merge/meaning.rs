//! The merge of what three versions mean, which knows nothing of how they are written.

use super::{Conflict, shown};
use crate::edit::{Plain, is_fact_set};

/// A change of our version that takes over what the other side did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Where.
    pub(super) path: Vec<String>,
    /// What it becomes; nothing when it goes.
    pub(super) value: Option<Plain>,
}

/// What came out.
#[derive(Debug)]
pub(super) struct Outcome {
    /// What the merged version means; where there is a conflict, what our side says.
    pub(super) merged: Plain,
    /// What to change in ours, in order.
    pub(super) changes: Vec<Change>,
    /// What both sides changed in different ways.
    pub(super) conflicts: Vec<Conflict>,
}

/// Merges base, ours and theirs.
pub(super) fn merge(sides: [&Plain; 3]) -> Outcome {
    let mut merger = Merger { path: Vec::new(), changes: Vec::new(), conflicts: Vec::new() };
    let merged = merger.value(sides.map(Some)).unwrap_or(Plain::Null);
    Outcome { merged, changes: merger.changes, conflicts: merger.conflicts }
}

struct Merger {
    path: Vec<String>,
    changes: Vec<Change>,
    conflicts: Vec<Conflict>,
}

impl Merger {
    fn value(&mut self, [base, ours, theirs]: [Option<&Plain>; 3]) -> Option<Plain> {
        let same = |a: Option<&Plain>, b: Option<&Plain>| a.cloned().map(Plain::sorted) == b.cloned().map(Plain::sorted);
        if same(ours, theirs) || same(theirs, base) {
            return ours.cloned();
        }
        if same(ours, base) {
            self.changes.push(Change { path: self.path.clone(), value: theirs.cloned() });
            return theirs.cloned();
        }
        let facts = is_fact_set(&self.path);
        let as_map = |value: Option<&Plain>| value.and_then(|value| map(value, facts));
        let empty = Plain::Map(Vec::new());
        match (as_map(ours), as_map(theirs)) {
            (Some(ours), Some(theirs)) => {
                let base = if base.is_none_or(|base| *base == Plain::Null) { Some(empty) } else { as_map(base) };
                if let Some(base) = base {
                    return Some(self.map(&base, &ours, &theirs));
                }
            }
            (None, None) => {
                if let Some(list) = list([base, ours, theirs]) {
                    self.changes.push(Change { path: self.path.clone(), value: Some(list.clone()) });
                    return Some(list);
                }
            }
            _ => {}
        }
        self.conflicts.push(Conflict {
            path: self.path.join("."),
            base: base.map(shown),
            ours: ours.map(shown),
            theirs: theirs.map(shown),
        });
        ours.cloned()
    }

    /// Every key for itself: those of ours in their order, then those that theirs adds.
    fn map(&mut self, base: &Plain, ours: &Plain, theirs: &Plain) -> Plain {
        let keys = |value: &Plain| match value {
            Plain::Map(entries) => entries.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(),
            Plain::Null | Plain::Text(_) | Plain::List(_) => Vec::new(),
        };
        let mut all = keys(ours);
        for key in keys(theirs) {
            if !all.contains(&key) {
                all.push(key);
            }
        }
        let mut merged = Vec::new();
        for key in all {
            self.path.push(key.clone());
            let value = self.value([get(base, &key), get(ours, &key), get(theirs, &key)]);
            self.path.pop();
            merged.extend(value.map(|value| (key, value)));
        }
        Plain::Map(merged)
    }
}

fn get<'a>(value: &'a Plain, key: &str) -> Option<&'a Plain> {
    match value {
        Plain::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
        Plain::Null | Plain::Text(_) | Plain::List(_) => None,
    }
}

/// A mapping as it is; a list of facts as the mapping that it is short for.
fn map(value: &Plain, facts: bool) -> Option<Plain> {
    match value {
        Plain::Map(_) => Some(value.clone()),
        Plain::List(items) if facts => {
            let yes = |item: &Plain| match item {
                Plain::Text(text) => Some((text.clone(), Plain::Text("yes".to_owned()))),
                Plain::Null | Plain::List(_) | Plain::Map(_) => None,
            };
            items.iter().map(yes).collect::<Option<Vec<_>>>().map(Plain::Map)
        }
        Plain::Null | Plain::Text(_) | Plain::List(_) => None,
    }
}

/// Lists of words are sets: what one side took out is out, what one side put in is in. Of other lists only additions
/// can be told from changes.
fn list([base, ours, theirs]: [Option<&Plain>; 3]) -> Option<Plain> {
    let items = |value: Option<&Plain>| match value {
        Some(Plain::List(items)) => Some(items.clone()),
        None | Some(Plain::Null) => Some(Vec::new()),
        Some(Plain::Text(_) | Plain::Map(_)) => None,
    };
    let [base, ours, theirs] = [items(base)?, items(ours)?, items(theirs)?];
    let words = [&base, &ours, &theirs].iter().all(|list| list.iter().all(|item| matches!(item, Plain::Text(_))));
    let kept = |list: &[Plain]| base.iter().all(|item| list.contains(item));
    let only_additions = kept(&ours) && kept(&theirs);
    if !words && !only_additions {
        return None;
    }
    let stays = |item: &&Plain| theirs.contains(item) || !base.contains(item);
    let mut merged: Vec<Plain> = ours.iter().filter(stays).cloned().collect();
    merged.extend(theirs.iter().filter(|item| !base.contains(item) && !ours.contains(item)).cloned());
    Some(Plain::List(merged))
}
