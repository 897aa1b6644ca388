//! What the catalogues know: controls, traits, technologies, protocols and data classes, as checked data.

use std::sync::OnceLock;

use indexmap::IndexMap;
use redan_model::lang::{State, Strength};
use redan_model::{ById, Place};

use crate::facts::narrow;

/// Index of a control in [`Catalogue::controls`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ControlIx(pub u16);

/// Index of a trait in [`Catalogue::traits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraitIx(pub u16);

/// What a control lowers when it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lowers {
    /// The likelihood of the threat.
    Likelihood,
    /// Its impact (a backup does not keep anybody out).
    Impact,
}

impl Lowers {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Likelihood, Self::Impact];

    /// The word in files and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Likelihood => "likelihood",
            Self::Impact => "impact",
        }
    }
}

/// The ten families of the guide's step 6, in its order.
pub const FAMILIES: &[&str] = &[
    "authentication",
    "authorization",
    "input-and-output",
    "secrets",
    "encryption",
    "logging",
    "isolation",
    "supply-chain",
    "availability",
    "privacy",
];

/// Something that protects.
#[derive(Debug, Clone)]
pub struct Control {
    /// For people: "Rate limiting".
    pub name: String,
    /// One of the ten families of the guide's step 6.
    pub family: String,
    /// Where it may be stated.
    pub of: Vec<Place>,
    /// What it does, one or two sentences.
    pub what: String,
    /// How much it lowers.
    pub strength: Strength,
    /// What it lowers.
    pub lowers: Lowers,
    /// The question to ask while it is unknown; `{subject}` stands for the name of what it is about.
    pub question: String,
    /// How to find out.
    pub hint: String,
    /// What has to be true once it is there, as a template for acceptance criteria with `{subject}`; may be empty.
    pub acceptance: String,
    /// How to try it out, as a template for a test with `{subject}`; may be empty.
    pub test: String,
    /// Ids in public lists, such as `asvs` or `cwe`.
    pub references: IndexMap<String, Vec<String>>,
    /// Why it is there although it counters no rule; empty when it counters one.
    pub stands_alone: String,
}

/// What a thing is or does.
#[derive(Debug, Clone)]
pub struct Trait {
    /// For people: "Parses XML".
    pub name: String,
    /// Where it may be stated.
    pub of: Vec<Place>,
    /// What it means, one sentence.
    pub what: String,
    /// The question to ask while it is unknown; `{subject}` stands for the name of what it is about.
    pub question: String,
    /// How to find out.
    pub hint: String,
}

/// States of traits or controls. They are looked up millions of times, and each list is so short that looking through it
/// is faster than hashing.
#[derive(Debug, Clone)]
pub struct States<K>(Vec<(K, State)>);

impl<K> Default for States<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + PartialEq> States<K> {
    /// The state of one of them, if it is among these.
    pub fn get(&self, key: K) -> Option<State> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, state)| *state)
    }

    /// All of them, in the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = (K, State)> + '_ {
        self.0.iter().copied()
    }

    /// Adds one, or gives one that is there another state, and returns the one that it had.
    pub(crate) fn insert(&mut self, key: K, state: State) -> Option<State> {
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => Some(std::mem::replace(known, state)),
            None => {
                self.0.push((key, state));
                None
            }
        }
    }
}

/// What something is built with.
#[derive(Debug, Clone)]
pub struct Technology {
    /// For people: "Relational database".
    pub name: String,
    /// The kinds of elements that it makes sense for.
    pub kinds: Vec<Place>,
    /// Other names that models may use.
    pub aliases: Vec<String>,
    /// Traits that it has (`yes`) or may have (`unknown`); every other trait is `no`.
    pub traits: States<TraitIx>,
    /// Controls that it brings, with the state.
    pub controls: States<ControlIx>,
    /// Controls that drawing it gives to the model.
    pub gives_model: Vec<ControlIx>,
}

/// How data moves.
#[derive(Debug, Clone)]
pub struct Protocol {
    /// For people: "HTTPS".
    pub name: String,
    /// Other names that models may use.
    pub aliases: Vec<String>,
    /// Traits of flows over it; every other trait of the flow is `no`.
    pub traits: States<TraitIx>,
    /// Controls that it brings or rules out.
    pub controls: States<ControlIx>,
}

/// A class of data.
#[derive(Debug, Clone)]
pub struct DataClass {
    /// For people: "Personal data".
    pub name: String,
    /// What belongs to it.
    pub what: String,
}

/// A public list of risks that a model is compared with.
#[derive(Debug, Clone)]
pub struct Taxonomy {
    /// For people: "OWASP Top 10".
    pub name: String,
    /// The year of the edition.
    pub edition: String,
    /// The name under which `references` of rules and threats cite it; `stride` and `linddun` are categories.
    pub list: String,
    /// Its entries by id, in its own order.
    pub entries: IndexMap<String, TaxonomyEntry>,
}

/// One entry of a taxonomy.
#[derive(Debug, Clone)]
pub struct TaxonomyEntry {
    /// For people: "Broken access control".
    pub name: String,
    /// Ids of the same risk in other editions.
    pub also: Vec<String>,
    /// CWE numbers that belong to it.
    pub cwe: Vec<String>,
}

/// Everything that catalogues say, in catalogue order.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// Controls by id.
    pub controls: IndexMap<String, Control>,
    /// Traits by id.
    pub traits: IndexMap<String, Trait>,
    /// Technologies by id.
    pub technologies: IndexMap<String, Technology>,
    /// Protocols by id.
    pub protocols: IndexMap<String, Protocol>,
    /// Data classes by id.
    pub data_classes: IndexMap<String, DataClass>,
    /// Taxonomies by id.
    pub taxonomies: IndexMap<String, Taxonomy>,
    /// The words that speak for each technology, found when the first question needs them.
    pub(crate) words: OnceLock<Vec<Vec<String>>>,
    /// Ids and aliases of technologies and of protocols with their indexes, found when the first model needs them.
    pub(crate) names: OnceLock<Names>,
}

/// What technologies and protocols are called.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    technologies: ById<u16>,
    protocols: ById<u16>,
}

impl Catalogue {
    /// The index of the technology with an id or alias.
    pub(crate) fn technology_named(&self, name: &str) -> Option<u16> {
        self.named().technologies.get(name).copied()
    }

    /// The index of the protocol with an id or alias.
    pub(crate) fn protocol_named(&self, name: &str) -> Option<u16> {
        self.named().protocols.get(name).copied()
    }

    fn named(&self) -> &Names {
        fn all<'a>(entries: impl Iterator<Item = (&'a String, &'a Vec<String>)>) -> ById<u16> {
            let with_index = entries.enumerate();
            with_index.flat_map(|(ix, (id, aliases))| aliases.iter().chain([id]).map(move |name| (name.clone(), narrow(ix)))).collect()
        }
        self.names.get_or_init(|| Names {
            technologies: all(self.technologies.iter().map(|(id, known)| (id, &known.aliases))),
            protocols: all(self.protocols.iter().map(|(id, known)| (id, &known.aliases))),
        })
    }
}
