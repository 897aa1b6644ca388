//! What differs between two models, entry by entry and field by field, with the place in the file where each entry
//! stands.

use std::collections::BTreeMap;

use redan_model::lang::SECTIONS;
use serde_json::Value as Json;

/// Where in its file each entry stands, in words of the format's module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<String, BTreeMap<String, String>>);

impl Origins {
    /// Remembers the place of an entry; the first one counts.
    pub fn insert(&mut self, section: &str, id: &str, place: impl Into<String>) {
        self.0.entry(section.to_owned()).or_default().entry(id.to_owned()).or_insert_with(|| place.into());
    }

    /// The place of an entry.
    pub fn get(&self, section: &str, id: &str) -> Option<&str> {
        self.0.get(section)?.get(id).map(String::as_str)
    }

    /// Every entry with its place: section, id, place.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.0.iter().flat_map(|(section, places)| places.iter().map(|(id, place)| (section.as_str(), id.as_str(), place.as_str())))
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'m> {
    /// `[key]` for the top of the model, `[section, id]` for a whole entry that came or went, `[section, id, field]`
    /// for one field of an entry that both have.
    pub path: Vec<&'m str>,
    /// What the file says; nothing if it says nothing.
    pub before: Option<&'m Json>,
    /// What the model says; nothing if it says nothing.
    pub after: Option<&'m Json>,
}

impl<'m> Change<'m> {
    /// The section, or the key at the top of the model.
    pub fn section(&self) -> &'m str {
        self.path.first().copied().unwrap_or_default()
    }

    /// The id of the entry.
    pub fn id(&self) -> Option<&'m str> {
        self.path.get(1).copied()
    }

    /// The field of the entry; none where a whole entry came or went.
    pub fn field(&self) -> Option<&'m str> {
        self.path.get(2).copied()
    }

    /// The text that the field has now; empty if it has none.
    pub fn text(&self) -> &'m str {
        self.after.and_then(Json::as_str).unwrap_or_default()
    }
}

/// All differences, with the places of entries in the file.
#[derive(Debug, Clone)]
pub struct Changes<'m> {
    /// The differences, in the order of the model, then what is gone.
    pub list: Vec<Change<'m>>,
    /// What the file says.
    pub before: &'m Json,
    /// What the model says.
    pub after: &'m Json,
    /// Where entries stand.
    pub origins: &'m Origins,
}

impl<'m> Changes<'m> {
    /// Compares two models in their long form.
    pub fn between(before: &'m Json, after: &'m Json, origins: &'m Origins) -> Self {
        let mut list = Vec::new();
        each(before, after, &mut |key, old, new| {
            if !SECTIONS.contains(&key) {
                list.push(Change { path: vec![key], before: old, after: new });
                return;
            }
            each(old.unwrap_or(&Json::Null), new.unwrap_or(&Json::Null), &mut |id, old, new| match (old, new) {
                (Some(old), Some(new)) => each(old, new, &mut |field, old, new| {
                    list.push(Change { path: vec![key, id, field], before: old, after: new });
                }),
                _ => list.push(Change { path: vec![key, id], before: old, after: new }),
            });
        });
        Self { list, before, after, origins }
    }

    /// The place of the entry that a change is about.
    pub fn place(&self, change: &Change<'_>) -> Option<&'m str> {
        self.origins.get(change.section(), change.id()?)
    }

    /// The place of an entry.
    pub fn place_of(&self, section: &str, id: &str) -> Option<&'m str> {
        self.origins.get(section, id)
    }

    /// The ids of entries whose fields differ, each once, in order.
    pub fn edited(&self, section: &str) -> Vec<&'m str> {
        let mut ids: Vec<&str> = Vec::new();
        for change in self.list.iter().filter(|change| change.section() == section && change.field().is_some()) {
            ids.extend(change.id().filter(|id| !ids.contains(id)));
        }
        ids
    }

    /// The entries that the model has and the file has not.
    pub fn added(&self, section: &str) -> impl Iterator<Item = (&'m str, &'m Json)> {
        self.whole(section).filter_map(|change| Some((change.id()?, change.after?)))
    }

    /// The ids of entries that the file has and the model has not.
    pub fn removed(&self, section: &str) -> impl Iterator<Item = &'m str> {
        self.whole(section).filter(|change| change.after.is_none()).filter_map(Change::id)
    }

    fn whole(&self, section: &str) -> impl Iterator<Item = &Change<'m>> {
        self.list.iter().filter(move |change| change.section() == section && change.field().is_none() && change.id().is_some())
    }
}

/// Calls back for every key whose values differ; numbers that are equal are the same however they are written.
fn each<'m>(before: &'m Json, after: &'m Json, found: &mut dyn FnMut(&'m str, Option<&'m Json>, Option<&'m Json>)) {
    let (before, after) = (before.as_object(), after.as_object());
    for (key, new) in after.into_iter().flatten() {
        let old = before.and_then(|entries| entries.get(key));
        if old != Some(new) {
            found(key, old, Some(new));
        }
    }
    for (key, old) in before.into_iter().flatten() {
        if after.is_none_or(|entries| !entries.contains_key(key)) {
            found(key, Some(old), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_found_by_entry_and_field() {
        let before = json!({"name": "A", "elements": {"a": {"kind": "store", "name": "x"}, "b": {"kind": "process"}}});
        let after = json!({"name": "B", "elements": {"a": {"kind": "store", "name": "y", "tech": "t"}, "c": {"kind": "actor"}}});
        let origins = Origins::default();
        let changes = Changes::between(&before, &after, &origins);
        let paths: Vec<String> = changes.list.iter().map(|change| change.path.join(".")).collect();
        assert_eq!(paths, ["name", "elements.a.name", "elements.a.tech", "elements.c", "elements.b"]);
        assert_eq!(changes.edited("elements"), ["a"]);
        assert_eq!(changes.added("elements").map(|(id, _)| id).collect::<Vec<_>>(), ["c"]);
        assert_eq!(changes.removed("elements").collect::<Vec<_>>(), ["b"]);
    }
}
