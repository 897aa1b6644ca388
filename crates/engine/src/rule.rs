//! Rules as checked data: what a threat needs, what counters it, how it is rated and explained.

use indexmap::IndexMap;
use redan_model::lang::{Linddun, Stride};

use crate::catalogue::ControlIx;
use crate::expr::Expr;
use crate::fact::Property;

/// Index of a rule in [`crate::Knowledge::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIx(pub u16);

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// People.
    Actor,
    /// Somebody else's systems.
    External,
    /// Things that run.
    Process,
    /// Things that keep data.
    Store,
    /// Data flows.
    Flow,
    /// Trust boundaries.
    Zone,
    /// Assets.
    Asset,
    /// The model as a whole.
    Model,
}

impl SubjectKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [Self::Actor, Self::External, Self::Process, Self::Store, Self::Flow, Self::Zone, Self::Asset, Self::Model];
    /// The kinds of elements.
    pub const ELEMENTS: [Self; 4] = [Self::Actor, Self::External, Self::Process, Self::Store];

    /// The word in files and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::External => "external",
            Self::Process => "process",
            Self::Store => "store",
            Self::Flow => "flow",
            Self::Zone => "zone",
            Self::Asset => "asset",
            Self::Model => "model",
        }
    }
}

/// How mature a rule is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifecycle {
    /// May still change its condition.
    Preview,
    /// Changes only with a note in the changelog.
    Stable,
    /// Will go; the rule that replaces it, if any.
    Deprecated(Option<String>),
}

/// Where a counter is looked up, seen from the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CounterRole {
    /// On the subject itself (a flow's target where the catalogue says so).
    Subject,
    /// On the source of the flow.
    Source,
    /// On the target of the flow.
    Target,
    /// On every zone that the flow enters.
    Entry,
    /// On every zone that the flow leaves.
    Exit,
    /// On every flow that arrives at the element.
    Incoming,
    /// On every element inside the zone.
    Inside,
    /// On every element that keeps the asset.
    Holders,
    /// On the model.
    Model,
}

impl CounterRole {
    /// Every role.
    pub const ALL: [Self; 9] =
        [Self::Subject, Self::Source, Self::Target, Self::Entry, Self::Exit, Self::Incoming, Self::Inside, Self::Holders, Self::Model];

    /// The word before the control's name; the subject is written without one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "",
            Self::Source => "source",
            Self::Target => "target",
            Self::Entry => "entry",
            Self::Exit => "exit",
            Self::Incoming => "incoming",
            Self::Inside => "inside",
            Self::Holders => "holders",
            Self::Model => "model",
        }
    }
}

/// What counters a threat.
#[derive(Debug, Clone, PartialEq)]
pub enum Counter {
    /// One control at one place.
    Control {
        /// Where.
        role: CounterRole,
        /// Which.
        control: ControlIx,
    },
    /// One of these is enough.
    Any(Vec<Counter>),
    /// All of these are needed.
    All(Vec<Counter>),
}

impl Counter {
    /// How many controls it names.
    pub(crate) fn controls(&self) -> usize {
        match self {
            Self::Control { .. } => 1,
            Self::Any(list) | Self::All(list) => list.iter().map(Self::controls).sum(),
        }
    }
}

/// Minimal models that show what a rule does, at least one of each kind; each is a complete model text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examples {
    /// Raises the threat.
    pub raises: Vec<String>,
    /// One unknown fact makes it a question.
    pub asks: Vec<String>,
    /// The same system with the control in place, or without what makes the threat possible.
    pub quiet: Vec<String>,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id; names the flaw, never reused.
    pub id: String,
    /// Ids that it had before.
    pub aliases: Vec<String>,
    /// The pack that it is in.
    pub pack: String,
    /// Maturity.
    pub lifecycle: Lifecycle,
    /// Title with `{subject}`, `{source}`, `{target}`, `{zone}`, `{asset}` (names of what they stand for).
    pub title: String,
    /// STRIDE categories.
    pub stride: Vec<Stride>,
    /// LINDDUN categories.
    pub linddun: Vec<Linddun>,
    /// What it is about.
    pub on: Vec<SubjectKind>,
    /// What must hold before the threat exists. The subject is `element`, `flow`, `zone`, `asset` or `model`;
    /// `model` is always there, and so is `asset` where `with` binds it.
    pub when: Expr,
    /// The list over which one threat per member is raised.
    pub with: Option<Expr>,
    /// The elements whose owners have to know of it, where it is about the zone around them or the model as a whole.
    pub affects: Option<Expr>,
    /// More general rules that this one silences where its `when` is true.
    pub refines: Vec<RuleIx>,
    /// What counters it; `Any` of nothing when nothing in the catalogue does.
    pub countered_by: Counter,
    /// Likelihood from 5 down to 1, each with its condition; the highest that holds counts.
    pub likelihood: Vec<(u8, Expr)>,
    /// The impact is the worst level of these among the assets involved.
    pub property: Vec<Property>,
    /// Ids in public lists, such as `cwe` or `capec`.
    pub references: IndexMap<String, Vec<String>>,
    /// Rules of other tools that it stands for, as `tool:id`.
    pub counterparts: Vec<String>,
    /// What an attacker would do and why it works.
    pub why: String,
    /// How to stop it and how to check.
    pub fix: String,
    /// Examples that run as tests; empty in the embedded packs of a release build.
    pub examples: Examples,
}
