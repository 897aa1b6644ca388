//! What the language asks of entries, whatever a file lacks: fields without which they mean nothing, and no circles.
//!
//! Readers give what a file says, and say themselves what is odd about it where they know more. This is for the rest, so
//! that every file that can be read becomes a model that can be used.

use redan_model::{ById, naming};

use super::{Draft, Entry, Section};

/// Fields that the language asks for, and what stands for one that the file leaves empty: a word, or the id in words.
const REQUIRED: [(Section, &str, Option<&str>); 4] = [
    (Section::Assumptions, "text", None),
    (Section::Elements, "kind", Some("process")),
    (Section::Mitigations, "title", None),
    (Section::AttackTrees, "goal", None),
];
/// Sections whose entries can be inside each other.
const NESTED: [Section; 2] = [Section::Zones, Section::Elements];

impl Draft {
    /// Gives entries what they lack, and takes circles apart.
    pub(super) fn make_sound(&mut self) {
        for (section, field, word) in REQUIRED {
            for (id, entry) in self.sections.get_mut(&section).into_iter().flatten() {
                if entry.0.get(field).is_none() {
                    let value = word.map_or_else(|| naming::sentence_of(id), str::to_owned);
                    let place = format!("{}.{id}", section.key());
                    self.losses.guessed(format!("the {field} of `{id}`, which the file leaves empty, to be `{value}`"), place);
                    entry.0.put(field, value);
                }
            }
        }
        for section in NESTED {
            let Some(entries) = self.sections.get_mut(&section) else { continue };
            for at in closing(entries) {
                let Some((id, entry)) = entries.get_index_mut(at) else { continue };
                let outer = entry.0.remove("in").and_then(|outer| Some(outer.as_str()?.to_owned())).unwrap_or_default();
                let place = format!("{}.{id}", section.key());
                self.losses.dangling(format!("that `{id}` is in `{outer}`, which is inside it"), place);
            }
        }
    }
}

/// The entries that are inside themselves, one for each circle: with their way out gone, no circle is left.
fn closing(entries: &ById<Entry>) -> Vec<usize> {
    let outer = |at: usize| entries.get_index(at).and_then(|(_, entry)| entries.get_index_of(entry.0.get("in")?.as_str()?));
    let mut found = Vec::new();
    // By entry, the round in which it was come by; each is come by once.
    let mut seen = vec![None; entries.len()];
    for start in 0..entries.len() {
        let (mut at, mut last) = (Some(start), start);
        while let Some(here) = at {
            match seen.get_mut(here) {
                Some(round @ None) => *round = Some(start),
                Some(round) if *round == Some(start) => {
                    found.push(last);
                    break;
                }
                _ => break,
            }
            last = here;
            at = outer(here);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LossKind;

    fn inside(outer: &str) -> Entry {
        Entry::new().text("kind", "process").text("in", outer)
    }

    #[test]
    fn what_the_language_asks_for_is_there() {
        let mut draft = Draft::new("");
        draft.add(Section::Mitigations, "use-tls", Entry::new().text("status", "proposed"));
        draft.add(Section::Elements, "shop", Entry::new());
        draft.add(Section::AttackTrees, "theft", Entry::new().text("goal", "Steal"));
        let imported = draft.finish();
        assert_eq!(imported.model["mitigations"]["use-tls"]["title"], "Use TLS");
        assert_eq!(imported.model["elements"]["shop"]["kind"], "process");
        let places: Vec<(LossKind, &str)> = imported.loss.iter().map(|loss| (loss.kind, loss.place.as_str())).collect();
        assert_eq!(places, [(LossKind::Guessed, "elements.shop"), (LossKind::Guessed, "mitigations.use-tls")]);
    }

    #[test]
    fn circles_are_opened_at_one_entry_each() {
        let mut draft = Draft::new("");
        for (id, outer) in [("a", "b"), ("b", "c"), ("c", "b"), ("d", "d"), ("e", "a"), ("f", "x"), ("g", "")] {
            draft.add(Section::Elements, id, inside(outer));
        }
        let imported = draft.finish();
        let outer = |id: &str| imported.model["elements"][id]["in"].clone();
        assert_eq!(["a", "b", "e", "f"].map(outer), ["b", "c", "a", "x"].map(serde_json::Value::from));
        assert_eq!(["c", "d", "g"].map(outer), [(); 3].map(|()| serde_json::Value::Null));
        assert_eq!(imported.loss.len(), 2);
    }
}
