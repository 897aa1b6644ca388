//! The same ids for the same things: ids are often made from names, and names change in files and ids in models.

use std::collections::{BTreeMap, BTreeSet};

use redan_interop::before::{Said, own_id};
use redan_model::edit::rename_all;
use redan_model::lang::SECTIONS;
use serde_json::Value as Json;

/// Two versions of a file, with the ids of the model.
#[derive(Debug)]
pub(crate) struct Files {
    /// What it said, if that is known.
    pub(crate) before: Option<Json>,
    /// What it says.
    pub(crate) now: Json,
}

/// Gives what a file said and says the ids that the model has for the same things.
pub(crate) fn align(model: &Json, before: Option<Said>, now: Said) -> Files {
    let ours = Ours::of(model);
    let old = before.as_ref().map(|said| renames(said, &ours, &|section, id| ours.made_from(said, section, id)));
    let known = before.as_ref().zip(old.as_ref()).map(|(said, ids)| Before { said, ids, by_name: index(&said.names) });
    let names = index(&now.names);
    let new = renames(&now, &ours, &|section, id| {
        let name = now.name(section, id);
        let named = name.and_then(|name| ours.named(section, name).or_else(|| known.as_ref()?.named(section, name)));
        named.or_else(|| known.as_ref()?.same(section, id, &names)).or_else(|| ours.added(section, id, known.as_ref()))
    });
    Files { before: before.map(|said| renamed(said.model, old.unwrap_or_default())), now: renamed(now.model, new) }
}

/// What a name ends with: where things are named page by page, the model keeps what stands behind the page.
fn local(name: &str) -> &str {
    name.rsplit('\n').next().unwrap_or(name)
}

/// Section and id.
type Key = (String, String);

fn key(section: &str, id: &str) -> Key {
    (section.to_owned(), id.to_owned())
}

/// Ids by section and what the file calls them; two things of one name are known by their ids alone.
fn index(names: &BTreeMap<Key, String>) -> BTreeMap<Key, Option<String>> {
    let mut found = BTreeMap::new();
    for ((section, id), name) in names {
        found.entry(key(section, name)).and_modify(|id| *id = None).or_insert_with(|| Some(id.clone()));
    }
    found
}

/// The model, by what other tools call its entries.
struct Ours<'a> {
    model: &'a Json,
    by_name: BTreeMap<Key, Option<String>>,
}

impl<'a> Ours<'a> {
    fn of(model: &'a Json) -> Self {
        let names = SECTIONS.iter().flat_map(|section| entries(model, section).map(move |(id, entry)| (*section, id, entry)));
        let names = names.filter_map(|(section, id, entry)| Some((key(section, id), own_id(entry)?.to_owned())));
        Self { model, by_name: index(&names.collect()) }
    }

    /// The entry that was made from what a file calls by a name.
    fn named(&self, section: &str, name: &str) -> Option<String> {
        self.by_name.get(&key(section, name)).cloned().flatten()
    }

    /// The entry that was made from one of a file.
    fn made_from(&self, said: &Said, section: &str, id: &str) -> Option<String> {
        let name = said.name(section, id);
        if let Some(found) = name.and_then(|name| self.named(section, name)) {
            return Some(found);
        }
        if let Some(entry) = entry(self.model, section, id) {
            return own_id(entry).is_none_or(|own| name.is_some_and(|name| name == own || local(name) == own)).then(|| id.to_owned());
        }
        // Renamed by hand: of the same kind and name, and not in the file.
        let own = entry(&said.model, section, id)?;
        let looks = |entry: &Json| (entry.get("kind").cloned(), entry.get("name").or_else(|| entry.get("title")).cloned());
        let wanted = looks(own);
        wanted.1.as_ref()?;
        let others = entries(self.model, section);
        let mut alike = others.filter(|(id, other)| entry(&said.model, section, id).is_none() && looks(other) == wanted);
        let (found, _) = alike.next()?;
        alike.next().is_none().then(|| found.clone())
    }

    /// The entry that people have added before the file had it.
    fn added(&self, section: &str, id: &str, before: Option<&Before<'_>>) -> Option<String> {
        let ours = entry(self.model, section, id)?;
        let was_of_the_file = before.is_some_and(|before| entry(&before.said.model, section, id).is_some());
        (!was_of_the_file && own_id(ours).is_none()).then(|| id.to_owned())
    }
}

/// What the file said, with the ids of the model.
struct Before<'a> {
    said: &'a Said,
    ids: &'a BTreeMap<Key, String>,
    by_name: BTreeMap<Key, Option<String>>,
}

impl Before<'_> {
    fn named(&self, section: &str, name: &str) -> Option<String> {
        let id = self.by_name.get(&key(section, name))?.as_ref()?;
        Some(self.id(section, id))
    }

    /// The entry with the same id, unless the file has that under another id now.
    fn same(&self, section: &str, id: &str, now: &BTreeMap<Key, Option<String>>) -> Option<String> {
        entry(&self.said.model, section, id)?;
        let elsewhere = self.said.name(section, id).is_some_and(|name| now.get(&key(section, name)).is_some_and(Option::is_some));
        (!elsewhere).then(|| self.id(section, id))
    }

    fn id(&self, section: &str, id: &str) -> String {
        self.ids.get(&key(section, id)).cloned().unwrap_or_else(|| id.to_owned())
    }
}

fn entries<'a>(model: &'a Json, section: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    model.get(section).and_then(Json::as_object).into_iter().flatten()
}

fn entry<'a>(model: &'a Json, section: &str, id: &str) -> Option<&'a Json> {
    model.get(section)?.get(id)
}

/// The ids that change, by section and id; no two things get the same.
fn renames(said: &Said, ours: &Ours<'_>, wanted: &dyn Fn(&str, &str) -> Option<String>) -> BTreeMap<Key, String> {
    let mut found = BTreeMap::new();
    for section in SECTIONS {
        let ids: Vec<&String> = entries(&said.model, section).map(|(id, _)| id).collect();
        let targets: Vec<Option<String>> = ids.iter().map(|id| wanted(section, id)).collect();
        let mut taken: BTreeSet<String> = entries(ours.model, section).map(|(id, _)| id.clone()).collect();
        taken.extend(targets.iter().flatten().cloned());
        let mut given = BTreeSet::new();
        for (id, target) in ids.into_iter().zip(targets) {
            let target = target.filter(|target| given.insert(target.clone())).unwrap_or_else(|| free(id, &mut taken));
            if target != *id {
                found.insert(key(section, id), target);
            }
        }
    }
    found
}

/// The id itself, or one made from it that nothing else has.
fn free(id: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = id.to_owned();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{id}-{number}");
        number += 1;
    }
    candidate
}

/// A model with other ids, everywhere they are used. What cannot be renamed stays as it is.
fn renamed(model: Json, renames: BTreeMap<Key, String>) -> Json {
    if renames.is_empty() {
        return model;
    }
    let renames: Vec<(String, String)> = renames.into_iter().map(|((section, old), new)| (format!("{section}.{old}"), new)).collect();
    let changed = rename_all("model.tm.json", &model.to_string(), &renames).ok();
    changed.and_then(|(text, _)| serde_json::from_str(&text).ok()).unwrap_or(model)
}
