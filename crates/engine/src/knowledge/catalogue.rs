//! Reading of the six catalogues, each one file or a folder of parts.
//!
//! Controls and traits are read first, because technologies and protocols name them; afterwards every id that an
//! entry names exists and may stand where it is named.

use indexmap::IndexMap;
use redan_model::Place;
use redan_model::lang::{State, Strength};

use super::node::{At, Faults, Node, Record, Tree, at, is_id, scalar};
use super::taxonomy;
use crate::catalogue::{Catalogue, Control, ControlIx, DataClass, FAMILIES, Lowers, Protocol, States, Technology, Trait, TraitIx};

/// The catalogues in the order in which they have to be read.
pub(super) const FILES: [&str; 6] = ["controls", "traits", "data-classes", "technologies", "protocols", "taxonomies"];

/// Reads one file of a catalogue.
pub(super) fn read(file: &str, root: &Node, catalogue: &mut Catalogue, faults: &mut Faults<'_>) {
    let Tree::Map(entries) = &root.value else {
        faults.push(at(root), "a catalogue is a mapping from ids to entries");
        return;
    };
    for (key, node) in entries {
        if !is_id(&key.value) {
            faults.push(at(key), format!("`{}` is not an id; ids are lower-case words joined by hyphens", key.value));
        }
        let (id, place) = (key.value.to_string(), at(key));
        match file {
            "controls" => insert(&mut catalogue.controls, id, control(node, place, faults), place, faults),
            "traits" => insert(&mut catalogue.traits, id, a_trait(node, place, faults), place, faults),
            "data-classes" => insert(&mut catalogue.data_classes, id, data_class(node, place, faults), place, faults),
            "technologies" => {
                let technology = technology(node, place, catalogue, faults);
                insert(&mut catalogue.technologies, id, technology, place, faults);
            }
            "taxonomies" => insert(&mut catalogue.taxonomies, id, taxonomy::taxonomy(node, place, faults), place, faults),
            _ => {
                let protocol = protocol(node, place, catalogue, faults);
                insert(&mut catalogue.protocols, id, protocol, place, faults);
            }
        }
    }
}

/// Every alias of a file's entries leads to one id and hides none, whatever file that is in.
pub(super) fn check_aliases(catalogue: &str, root: &Node, found: &Catalogue, faults: &mut Faults<'_>) {
    match catalogue {
        "technologies" => aliases(root, found.technologies.iter().map(|(id, t)| (id.as_str(), t.aliases.as_slice())), faults),
        "protocols" => aliases(root, found.protocols.iter().map(|(id, p)| (id.as_str(), p.aliases.as_slice())), faults),
        _ => {}
    }
}

fn insert<T>(map: &mut IndexMap<String, T>, id: String, entry: Option<T>, place: At, faults: &mut Faults<'_>) {
    let Some(entry) = entry else { return };
    if map.contains_key(&id) {
        faults.push(place, format!("`{id}` is there twice"));
    } else {
        map.insert(id, entry);
    }
}

fn control(node: &Node, place: At, faults: &mut Faults<'_>) -> Option<Control> {
    let keys =
        ["name", "family", "of", "what", "strength", "lowers", "question", "hint", "acceptance", "test", "references", "stands-alone"];
    let record = Record::open(node, place, "a control", &keys, faults)?;
    record.need("family", faults);
    record.need("strength", faults);
    Some(Control {
        name: record.text("name", faults),
        family: record.word("family", FAMILIES, |family| family, faults).unwrap_or_default().to_owned(),
        of: places(&record, "of", faults),
        what: record.text("what", faults),
        strength: record.word("strength", Strength::ALL, Strength::as_str, faults).unwrap_or(Strength::Weak),
        lowers: record.word("lowers", &Lowers::ALL, Lowers::as_str, faults).unwrap_or(Lowers::Likelihood),
        question: question(&record, faults),
        hint: record.text("hint", faults),
        acceptance: record.text_if_any("acceptance", faults),
        test: record.text_if_any("test", faults),
        references: record.references(faults),
        stands_alone: record.text_if_any("stands-alone", faults),
    })
}

fn a_trait(node: &Node, place: At, faults: &mut Faults<'_>) -> Option<Trait> {
    let record = Record::open(node, place, "a trait", &["name", "of", "what", "question", "hint"], faults)?;
    Some(Trait {
        name: record.text("name", faults),
        of: places(&record, "of", faults),
        what: record.text("what", faults),
        question: question(&record, faults),
        hint: record.text("hint", faults),
    })
}

fn data_class(node: &Node, place: At, faults: &mut Faults<'_>) -> Option<DataClass> {
    let record = Record::open(node, place, "a data class", &["name", "what"], faults)?;
    Some(DataClass { name: record.text("name", faults), what: record.text("what", faults) })
}

fn technology(node: &Node, place: At, catalogue: &Catalogue, faults: &mut Faults<'_>) -> Option<Technology> {
    let keys = ["name", "kinds", "aliases", "has", "may-have", "controls", "gives-model"];
    let record = Record::open(node, place, "a technology", &keys, faults)?;
    let mut traits = States::default();
    for (key, state) in [("has", State::Yes), ("may-have", State::Unknown)] {
        for (id, place) in record.texts(key, faults) {
            if let Some(ix) = find_trait(&id, ELEMENTS, place, catalogue, faults)
                && traits.insert(ix, state).is_some()
            {
                faults.push(place, format!("the trait `{id}` is there twice"));
            }
        }
    }
    let mut gives_model = Vec::new();
    for (id, place) in record.texts("gives-model", faults) {
        gives_model.extend(find_control(&id, &[Place::Model], place, catalogue, faults));
    }
    Some(Technology {
        name: record.text("name", faults),
        kinds: places(&record, "kinds", faults),
        aliases: record.texts("aliases", faults).into_iter().map(|(alias, _)| alias).collect(),
        traits,
        controls: control_states(&record, ELEMENTS, catalogue, faults),
        gives_model,
    })
}

fn protocol(node: &Node, place: At, catalogue: &Catalogue, faults: &mut Faults<'_>) -> Option<Protocol> {
    let record = Record::open(node, place, "a protocol", &["name", "aliases", "traits", "controls"], faults)?;
    let mut traits = States::default();
    for (id, place, state) in states(&record, "traits", faults) {
        if let Some(ix) = find_trait(&id, &[Place::Flow], place, catalogue, faults) {
            traits.insert(ix, state);
        }
    }
    Some(Protocol {
        name: record.text("name", faults),
        aliases: record.texts("aliases", faults).into_iter().map(|(alias, _)| alias).collect(),
        traits,
        controls: control_states(&record, &[Place::Flow], catalogue, faults),
    })
}

const ELEMENTS: &[Place] = &[Place::Element, Place::Actor, Place::External, Place::Process, Place::Store, Place::Target];

fn control_states(record: &Record<'_>, places: &[Place], catalogue: &Catalogue, faults: &mut Faults<'_>) -> States<ControlIx> {
    let mut found = States::default();
    for (id, place, state) in states(record, "controls", faults) {
        if let Some(ix) = find_control(&id, places, place, catalogue, faults) {
            found.insert(ix, state);
        }
    }
    found
}

/// The entries of `name: state` under a key.
fn states(record: &Record<'_>, key: &str, faults: &mut Faults<'_>) -> Vec<(String, At, State)> {
    let Some(node) = record.get(key) else { return Vec::new() };
    let Tree::Map(entries) = &node.value else {
        faults.push(at(node), format!("`{key}` is a mapping from names to yes, no or unknown"));
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, node) in entries {
        match scalar(node).and_then(state) {
            Some(state) => found.push((name.value.to_string(), at(name), state)),
            None => faults.push(at(node), format!("`{}` is yes, no, partial or unknown", name.value)),
        }
    }
    found
}

/// A state's word; YAML readers turn an unquoted `yes` or `no` into a truth value.
fn state(word: &str) -> Option<State> {
    match word {
        "true" => Some(State::Yes),
        "false" => Some(State::No),
        _ => State::from_word(word),
    }
}

fn find_trait(id: &str, places: &[Place], place: At, catalogue: &Catalogue, faults: &mut Faults<'_>) -> Option<TraitIx> {
    let Some((index, _, found)) = catalogue.traits.get_full(id) else {
        faults.unknown(place, "trait", id, catalogue.traits.keys().map(String::as_str));
        return None;
    };
    check_place("trait", id, &found.of, places, place, faults);
    Some(TraitIx(index_of(index)))
}

/// The control with this id, which has to be of one of the places.
fn find_control(id: &str, places: &[Place], place: At, catalogue: &Catalogue, faults: &mut Faults<'_>) -> Option<ControlIx> {
    let Some((index, _, found)) = catalogue.controls.get_full(id) else {
        faults.unknown(place, "control", id, catalogue.controls.keys().map(String::as_str));
        return None;
    };
    check_place("control", id, &found.of, places, place, faults);
    Some(ControlIx(index_of(index)))
}

fn check_place(what: &str, id: &str, of: &[Place], places: &[Place], place: At, faults: &mut Faults<'_>) {
    if !of.iter().any(|p| places.contains(p)) {
        faults.push(place, format!("the {what} `{id}` is of {} and cannot stand here", words(of)));
    }
}

/// The words of places, for messages.
pub(super) fn words(places: &[Place]) -> String {
    places.iter().map(|p| p.as_str()).collect::<Vec<_>>().join(", ")
}

/// Catalogues have far fewer than 65,536 entries; one that had more would be cut off, not wrapped around.
pub(super) fn index_of(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

fn places(record: &Record<'_>, key: &str, faults: &mut Faults<'_>) -> Vec<Place> {
    let found = record.words(key, Place::ALL, Place::as_str, faults);
    if found.is_empty() {
        faults.push(record.at(), format!("`{key}` names at least one of {}", words(Place::ALL)));
    }
    found
}

fn question(record: &Record<'_>, faults: &mut Faults<'_>) -> String {
    let text = record.text("question", faults);
    if !text.is_empty() && (!text.ends_with('?') || !text.contains("{subject}")) {
        faults.push(record.at(), "`question` ends with a question mark and names `{subject}`");
    }
    text
}

fn aliases<'a>(root: &Node, entries: impl Iterator<Item = (&'a str, &'a [String])> + Clone, faults: &mut Faults<'_>) {
    let Tree::Map(written) = &root.value else { return };
    let mut names: IndexMap<&str, &str> = entries.clone().map(|(id, _)| (id, id)).collect();
    for (id, aliases) in entries {
        for alias in aliases {
            if let Some(other) = names.insert(alias, id)
                && let Some((key, _)) = written.iter().find(|(key, _)| key.value == id)
            {
                faults.push(at(key), format!("the alias `{alias}` of `{id}` is also a name of `{other}`"));
            }
        }
    }
}
