//! Decision trees of Deciduous: facts, attacks, mitigations and goals that follow from one another.
//!
//! The tool only draws them. Here a step works once one of the steps that it follows from has worked; a mitigation that
//! follows from an attack stands against that attack, and what follows from a mitigation follows from what it is against.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::draft::{Draft, Entry, Section};
use crate::read::{items, scalar, text};
use crate::steps::{How, Step, Steps};
use crate::{ImportError, Imported, limits};

/// Reads a file.
///
/// # Errors
/// The bytes are no such file, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let file = limits::yaml(bytes)?;
    if items(&file, "goals").is_empty() || ["attacks", "facts"].iter().all(|key| items(&file, key).is_empty()) {
        return Err(ImportError::NotTheFormat("it has no `goals` with `attacks` or `facts`".to_owned()));
    }
    let mut reader = Reader { draft: Draft::new(&text(&file, "title")), things: BTreeMap::new(), steps: Steps::default() };
    for (section, key) in [(Kind::Fact, "facts"), (Kind::Attack, "attacks"), (Kind::Mitigation, "mitigations"), (Kind::Goal, "goals")] {
        items(&file, key).iter().for_each(|item| reader.thing(section, item, key));
    }
    reader.mitigations();
    reader.steps();
    Ok(reader.draft.finish())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fact,
    Attack,
    Mitigation,
    Goal,
}

struct Thing {
    kind: Kind,
    label: String,
    from: Vec<String>,
    at: usize,
    /// The leaf of the step itself.
    own: usize,
}

struct Reader {
    draft: Draft,
    things: BTreeMap<String, Thing>,
    steps: Steps,
}

impl Reader {
    /// An item is a mapping whose key is the id and whose value the label, with `from` beside it.
    fn thing(&mut self, kind: Kind, item: &Json, place: &str) {
        let words = ["from", "backwards", "implemented"];
        let Some((id, label)) = item.as_object().into_iter().flatten().find(|(key, _)| !words.contains(&key.as_str())) else {
            self.draft.dropped("an item without an id", place);
            return;
        };
        let from = items(item, "from").iter().map(|from| match from {
            Json::Object(one) => one.keys().next().cloned().unwrap_or_default(),
            other => scalar(other).into_owned(),
        });
        let from: Vec<String> = from.collect();
        let label = scalar(label).into_owned();
        if self.things.contains_key(id) {
            self.draft.dropped(format!("a second `{id}`"), place);
            return;
        }
        let thing = Thing { kind, label: if label.is_empty() { id.clone() } else { label }, from, at: 0, own: 0 };
        self.things.insert(id.clone(), thing);
    }

    fn mitigations(&mut self) {
        let found: Vec<(String, String)> = self
            .things
            .iter()
            .filter(|(_, thing)| thing.kind == Kind::Mitigation)
            .map(|(id, thing)| (id.clone(), thing.label.clone()))
            .collect();
        for (id, label) in found {
            let own = self.draft.keep_id(Section::Mitigations, &id, "mitigation");
            self.draft.add(Section::Mitigations, &own, Entry::new().text("title", &label));
        }
    }

    fn steps(&mut self) {
        let ids: Vec<String> = self.things.keys().cloned().collect();
        for id in &ids {
            let Some(thing) = self.things.get_mut(id) else { continue };
            if thing.kind == Kind::Mitigation {
                continue;
            }
            thing.own = self.steps.add(Step::new(&thing.label, How::Leaf));
            thing.at = self.steps.add(Step::new(&thing.label, How::Seq));
        }
        for id in &ids {
            self.connect(id);
        }
        let goals: Vec<(String, usize)> =
            self.things.values().filter(|thing| thing.kind == Kind::Goal).map(|thing| (thing.label.clone(), thing.at)).collect();
        for (label, at) in goals {
            self.steps.write(&mut self.draft, &label, at);
        }
    }

    fn connect(&mut self, id: &str) {
        let Some(thing) = self.things.get(id) else { return };
        let (kind, at, own, from) = (thing.kind, thing.at, thing.own, thing.from.clone());
        let mut before = Vec::new();
        for name in &from {
            match self.things.get(name) {
                _ if name == "reality" => {}
                None => self.draft.dangling(format!("`{name}`"), id),
                Some(other) if kind == Kind::Mitigation => {
                    let (attack, stops) = (other.own, other.kind != Kind::Mitigation);
                    if stops {
                        self.against(attack, id);
                    }
                }
                Some(other) if other.kind == Kind::Mitigation => before.extend(self.through(name)),
                Some(other) => before.push(other.at),
            }
        }
        if kind == Kind::Mitigation {
            return;
        }
        // A goal is reached by what leads to it; every other step also has to be done.
        let choice = self.steps.add(Step { below: before.clone(), ..Step::new("", How::Any) });
        let step = &mut self.steps.all[at];
        step.below = match (kind, before.is_empty()) {
            (Kind::Goal, false) => vec![choice],
            (_, true) => vec![own],
            (_, false) => vec![choice, own],
        };
    }

    fn against(&mut self, attack: usize, mitigation: &str) {
        let fields = &mut self.steps.all[attack].fields;
        match fields.iter_mut().find(|(key, _)| *key == "mitigations") {
            Some((_, Json::Array(ids))) => ids.push(mitigation.into()),
            _ => fields.push(("mitigations", json!([mitigation]))),
        }
    }

    /// The steps that a mitigation is against, through other mitigations where it follows from those.
    fn through(&self, mitigation: &str) -> Vec<usize> {
        let (mut found, mut seen, mut stack) = (Vec::new(), Vec::new(), vec![mitigation]);
        while let Some(name) = stack.pop() {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let Some(thing) = self.things.get(name) else { continue };
            if thing.kind == Kind::Mitigation { stack.extend(thing.from.iter().map(String::as_str)) } else { found.push(thing.at) }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attacks_follow_from_one_another_and_mitigations_stand_against_them() {
        let file = b"title: Shop\nfacts:\n- wifi: Open wifi\n  from: [reality]\nattacks:\n- sniff: Listen\n  from:\n  - wifi\n- guess: Guess the key\n  from:\n  - tls: slow\nmitigations:\n- tls: Use TLS\n  from: [sniff]\ngoals:\n- data: Read orders\n  from: [sniff, guess]\n";
        let imported = read(file).unwrap();
        let tree = &imported.model["attack-trees"]["read-orders"];
        assert!(tree["seq"][0]["any"].is_array(), "{tree}");
        assert_eq!(imported.model["mitigations"]["tls"]["title"], "Use TLS");
        assert!(tree.to_string().contains(r#""mitigations":["tls"]"#), "{tree}");
        assert_eq!(imported.loss, Vec::new());
    }
}
