//! Base facts: the units that models state, questions ask and explanations cite.

use redan_model::{Model, Span, Thing};

use crate::catalogue::{Catalogue, ControlIx, TraitIx};

/// A property of an asset that has a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// Only the right people see it.
    Confidentiality,
    /// Only the right people change it.
    Integrity,
    /// It is there when needed.
    Availability,
    /// It matters to the people whose data it is.
    Privacy,
}

impl Property {
    /// Every property, in the order of tables.
    pub const ALL: [Property; 4] = [Self::Confidentiality, Self::Integrity, Self::Availability, Self::Privacy];

    /// The word in files and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confidentiality => "confidentiality",
            Self::Integrity => "integrity",
            Self::Availability => "availability",
            Self::Privacy => "privacy",
        }
    }
}

/// Which fact of a thing, as the path below the thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKey {
    /// `tech`.
    Tech,
    /// `protocol`.
    Protocol,
    /// `zone`.
    Zone,
    /// `trust`.
    Trust,
    /// `carries`.
    Carries,
    /// `returns`.
    Returns,
    /// `holds`.
    Holds,
    /// `data`.
    Data,
    /// A level, such as `confidentiality`.
    Level(Property),
    /// `traits.<trait>`.
    Trait(TraitIx),
    /// `controls.<control>`.
    Control(ControlIx),
}

impl FactKey {
    /// The path below the thing, as models write it.
    pub fn path(self, catalogue: &Catalogue) -> String {
        let below = |set: &str, names: Option<&String>| [set, names.map_or("?", String::as_str)].concat();
        match self {
            Self::Tech => "tech".to_owned(),
            Self::Protocol => "protocol".to_owned(),
            Self::Zone => "zone".to_owned(),
            Self::Trust => "trust".to_owned(),
            Self::Carries => "carries".to_owned(),
            Self::Returns => "returns".to_owned(),
            Self::Holds => "holds".to_owned(),
            Self::Data => "data".to_owned(),
            Self::Level(property) => property.as_str().to_owned(),
            Self::Trait(ix) => below("traits.", catalogue.traits.get_index(ix.0.into()).map(|entry| entry.0)),
            Self::Control(ix) => below("controls.", catalogue.controls.get_index(ix.0.into()).map(|entry| entry.0)),
        }
    }

    /// The key that a path below a thing stands for.
    pub fn parse(path: &str, catalogue: &Catalogue) -> Option<Self> {
        let narrow = |ix: usize| u16::try_from(ix).ok();
        if let Some(name) = path.strip_prefix("traits.") {
            return Some(Self::Trait(TraitIx(narrow(catalogue.traits.get_index_of(name)?)?)));
        }
        if let Some(name) = path.strip_prefix("controls.") {
            return Some(Self::Control(ControlIx(narrow(catalogue.controls.get_index_of(name)?)?)));
        }
        let plain = [Self::Tech, Self::Protocol, Self::Zone, Self::Trust, Self::Carries, Self::Returns, Self::Holds, Self::Data];
        let levels = Property::ALL.map(Self::Level);
        plain.into_iter().chain(levels).find(|key| key.path(catalogue) == path)
    }

    /// Whether its value is `yes`, `no`, `partial` or `unknown`.
    pub fn is_state(self) -> bool {
        matches!(self, Self::Trait(_) | Self::Control(_))
    }
}

/// A fact that a model can state: `<thing>.<key>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BaseFact {
    /// What it is about.
    pub thing: Thing,
    /// Which fact.
    pub key: FactKey,
}

impl BaseFact {
    /// `<thing>.<path>`, as questions and `redan set` write it.
    pub fn id(self, model: &Model, catalogue: &Catalogue) -> String {
        [model.id_of(self.thing), ".", &self.key.path(catalogue)].concat()
    }
}

/// Where the value of a fact comes from, in the order in which places are searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Written on the thing itself.
    Stated,
    /// An assumption says so; the id, and whether it is confirmed.
    Assumed {
        /// Id of the assumption.
        assumption: String,
        /// Whether somebody has checked it.
        confirmed: bool,
    },
    /// An implemented mitigation says so (or, in the target model, a planned one).
    Mitigation(String),
    /// Written on the target of the flow.
    Target(Thing),
    /// Written on something that the thing is in.
    Inherited(Thing),
    /// The technology or the protocol implies it; its id.
    Implied(String),
    /// Written on the model, or given to the model by an element that is drawn.
    Model,
    /// A drawn element gives it to the model, such as a secrets vault.
    Drawn(Thing),
    /// `"*"` of the thing, of something around it, or of the model.
    Star(Thing),
    /// It follows from the structure of the model (the zones of two elements, say).
    Structure,
    /// Nobody says anything, or somebody says `unknown`.
    Unknown,
}

/// A fact as an explanation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedFact {
    /// Which fact.
    pub fact: BaseFact,
    /// Its value in words, such as `no`, `https`, `high`, `unknown`.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The text that says so; for an unknown fact the entry where it would be stated.
    pub span: Option<Span>,
}

/// Up to this many facts are compared one by one.
const FEW_FACTS: usize = 16;

/// The same facts, each once, in the order of first appearance.
pub(crate) fn unique(mut facts: Vec<BaseFact>) -> Vec<BaseFact> {
    if facts.len() > FEW_FACTS {
        let mut seen = rustc_hash::FxHashSet::default();
        facts.retain(|fact| seen.insert(*fact));
        return facts;
    }
    let mut kept = 0;
    for at in 0..facts.len() {
        if !facts[..kept].contains(&facts[at]) {
            facts[kept] = facts[at];
            kept += 1;
        }
    }
    facts.truncate(kept);
    facts
}
