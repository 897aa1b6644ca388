//! Taking a file over once more: what has changed in it since goes into a model that people have worked on.
//!
//! Three models are compared field by field: what the file said last time, what it says now, and what the model says.
//! What the file alone changed is taken over. What people changed stays, and where the file changed the same field, that
//! is shown. An entry that is no longer in the file goes only if nobody has worked on it and nothing refers to it.

mod align;
mod gone;

use redan_model::lang::SECTIONS;
use serde_json::{Map, Value as Json, json};

pub(crate) use align::{Files, align};

/// What is done about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The file has it now, and the model too.
    Added,
    /// The file has changed it, and the model follows.
    Changed,
    /// The file has it no longer, and neither has the model.
    Removed,
    /// The model says something else than the file, and stays so.
    Kept,
    /// The file has it no longer; it stays in the model, since people have worked on it.
    Gone,
}

impl What {
    /// The word in output.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Kept => "kept",
            Self::Gone => "gone",
        }
    }

    /// Whether the model's text changes.
    pub(crate) fn is_edit(self) -> bool {
        matches!(self, Self::Added | Self::Changed | Self::Removed)
    }
}

/// One difference, and what is done about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    /// What is done.
    pub(crate) what: What,
    /// Keys from the top of the model.
    pub(crate) path: Vec<String>,
    /// What the model says before.
    pub(crate) before: Option<Json>,
    /// What the file says now.
    pub(crate) after: Option<Json>,
    /// Why the model does not follow the file; empty where it does.
    pub(crate) why: String,
}

/// What a merge does.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Merge {
    /// The differences, in the order in which edits are made.
    pub(crate) changes: Vec<Change>,
    /// What the model says afterwards.
    pub(crate) merged: Json,
}

/// Compares a model with what its file said and says, all in their long form and with the same ids for the same things.
///
/// `worked_on` says why an entry of the model is more than its file made of it, for what its meaning does not show.
/// Without `before` nobody knows who made a difference, so that nothing of the model changes and nothing goes.
pub(crate) fn merge(model: &Json, before: Option<&Json>, now: &Json, worked_on: &dyn Fn(&str, &str) -> Option<String>) -> Merge {
    let mut merger = Merger { path: Vec::new(), known: before.is_some(), merge: Merge { changes: Vec::new(), merged: model.clone() } };
    let nothing = json!({});
    let before = before.unwrap_or(&nothing);
    for key in keys([Some(now), Some(before)]) {
        if key == "redan" || key == redan_interop::before::KEY {
            continue;
        }
        merger.path.push(key.to_owned());
        let sides = [before.get(key), model.get(key), now.get(key)];
        if SECTIONS.contains(&key) {
            merger.section(sides)
        } else {
            merger.value(sides)
        }
        merger.path.pop();
    }
    let mut merge = merger.merge;
    gone::settle(&mut merge, worked_on);
    merge
}

/// All keys of several mappings, each once, in order.
fn keys<'a>(maps: impl IntoIterator<Item = Option<&'a Json>>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for map in maps.into_iter().flatten().filter_map(Json::as_object) {
        found.extend(map.keys().map(String::as_str).filter(|key| known.insert(key.to_owned())));
    }
    found
}

/// What the file said, what the model says, what the file says.
type Sides<'a> = [Option<&'a Json>; 3];

struct Merger {
    path: Vec<String>,
    /// Whether it is known what the file said.
    known: bool,
    merge: Merge,
}

impl Merger {
    /// Entries with ids.
    fn section(&mut self, [before, model, now]: Sides<'_>) {
        for id in keys([now, before]) {
            let of = |side: Option<&'_ Json>| side.and_then(|side| side.get(id)).cloned();
            let (old, ours, new) = (of(before), of(model), of(now));
            self.path.push(id.to_owned());
            match (&old, &ours, &new) {
                (None, None, Some(new)) => self.record(What::Added, None, Some(new), ""),
                (Some(old), None, Some(new)) if old != new => self.record(What::Kept, None, Some(new), "it was taken out of the model"),
                (Some(old), Some(ours), None) => {
                    let why = if same(ours, old) { "" } else { "people have changed it" };
                    let what = if why.is_empty() { What::Removed } else { What::Gone };
                    self.record(what, Some(ours), None, why);
                }
                (_, Some(ours), Some(new)) => self.fields(old.as_ref(), ours, new),
                _ => {}
            }
            self.path.pop();
        }
    }

    fn fields(&mut self, before: Option<&Json>, model: &Json, now: &Json) {
        for key in keys([Some(now), before]) {
            self.path.push(key.to_owned());
            self.value([before.and_then(|side| side.get(key)), model.get(key), now.get(key)]);
            self.path.pop();
        }
    }

    fn value(&mut self, [before, model, now]: Sides<'_>) {
        if model == now || before == now && self.known {
            return;
        }
        // What only the other tool understands is nobody's to change here.
        let foreign = self.path.last().is_some_and(|key| key.starts_with("x-"));
        let ours_is_old = if self.known { model == before } else { model.is_none() };
        if foreign || ours_is_old {
            return match (model, now) {
                (None, Some(_)) => self.record(What::Added, None, now, ""),
                (Some(_), Some(_)) => self.record(What::Changed, model, now, ""),
                (Some(_), None) => self.record(What::Removed, model, None, ""),
                (None, None) => {}
            };
        }
        match (before, model, now) {
            (None | Some(Json::Object(_)), Some(Json::Object(_)), Some(Json::Object(_))) => {
                if let (Some(model), Some(now)) = (model, now) {
                    self.fields(before, model, now);
                }
            }
            _ => match self.known.then(|| set([before, model, now])).flatten() {
                Some(list) if Some(&list) == model => {}
                Some(list) => self.record(What::Changed, model, Some(&list), ""),
                None if now.is_none() => self.record(What::Kept, model, None, "people have changed it, and the file has it no longer"),
                None if model.is_none() => self.record(What::Kept, None, now, "it was taken out of the model"),
                None if self.known => self.record(What::Kept, model, now, "people have changed it, and so has the file"),
                None => self.record(What::Kept, model, now, "the file says otherwise"),
            },
        }
    }

    fn record(&mut self, what: What, before: Option<&Json>, after: Option<&Json>, why: &str) {
        // Entries that go are taken out at the end, once it is known what else refers to them.
        if what.is_edit() && !(what == What::Removed && self.path.len() == 2 && SECTIONS.contains(&self.path[0].as_str())) {
            put(&mut self.merge.merged, &self.path, after);
        }
        let (before, after, why) = (before.cloned(), after.cloned(), why.to_owned());
        self.merge.changes.push(Change { what, path: self.path.clone(), before, after, why });
    }
}

/// Whether two entries say the same, but for what only another tool understands.
fn same(ours: &Json, theirs: &Json) -> bool {
    let own = |entry: &Json| -> Map<String, Json> {
        let fields = entry.as_object().into_iter().flatten().filter(|(key, _)| !key.starts_with("x-"));
        fields.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    own(ours) == own(theirs)
}

/// Lists of words are sets: what one side took out is out, what one side put in is in.
fn set(sides: Sides<'_>) -> Option<Json> {
    let words = |side: Option<&Json>| -> Option<Vec<Json>> {
        let items = side.map_or(Some(&Vec::new()), Json::as_array).cloned()?;
        items.iter().all(Json::is_string).then_some(items)
    };
    let [before, model, now] = sides;
    if !(model.is_some_and(Json::is_array) && now.is_some_and(Json::is_array)) {
        return None;
    }
    let [before, model, now] = [words(before)?, words(model)?, words(now)?];
    let mut merged: Vec<Json> = model.iter().filter(|item| now.contains(item) || !before.contains(item)).cloned().collect();
    merged.extend(now.iter().filter(|item| !before.contains(item) && !model.contains(item)).cloned());
    Some(merged.into())
}

/// Changes a model in its long form; what becomes empty by that goes as well.
fn put(model: &mut Json, path: &[String], value: Option<&Json>) {
    let (Some((key, rest)), Some(entries)) = (path.split_first(), model.as_object_mut()) else { return };
    match (rest.is_empty(), value) {
        (true, Some(value)) => {
            entries.insert(key.clone(), value.clone());
        }
        (true, None) => {
            entries.remove(key);
        }
        (false, _) => put(entries.entry(key.clone()).or_insert_with(|| json!({})), rest, value),
    }
}

#[cfg(test)]
mod tests;
