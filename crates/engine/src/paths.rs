//! Attack paths: how somebody gets from where attackers start to what is worth protecting, through open threats.
//!
//! # Positions
//! An attacker *starts* at elements: those that the model's `attackers` name under `from`, or those inside the zones named
//! there; without attackers, those in zones of trust 0. From there on an attacker *reaches* an element (can send it
//! something), *controls* an element, or has done harm to an *asset*: read it, changed it, or taken it away from others.
//!
//! # Steps
//! | from | lets | to |
//! |---|---|---|
//! | starts at or controls A, flow A -> B | allowed use | reaches B |
//! | starts at or controls B, flow A -> B by which data comes back | allowed answer | reaches A |
//! | reaches X, threat on X | spoofing, elevation of privilege | controls X |
//! | reaches X, threat on X | tampering, information disclosure, denial of service | integrity, confidentiality, availability of the assets at X |
//! | is at an end of flow A -> B, or reaches A; threat on the flow | spoofing, elevation of privilege | controls B |
//! | the same | tampering | reaches B (and A where data comes back); integrity of the assets that the flow moves |
//! | the same | information disclosure, denial of service | confidentiality, availability of the assets that the flow moves |
//! | reaches B, flow A -> B, A a person or foreign system; threat on A | spoofing | controls A: can pretend to be it |
//! | controls X | nothing more | every property of the assets at X |
//!
//! The assets *at* an element are those that it holds, that its flows move, and services that are about it. A threat that
//! is about one asset harms that asset alone. Repudiation and threats on zones, assets or the whole model are no steps.
//! What an attacker is handed by ordinary use from a start, an insider too, is no attack: a path holds a threat.
//!
//! # Numbers
//! Allowed steps succeed with probability 1, threats with [`LIKELIHOODS`] of what their counters leave of
//! their likelihood. Open, accepted and transferred threats can be used; questions only on request. A threat counts once
//! in a path, however often the path uses it.
//!
//! # Cycles
//! A path never comes back to a position that it had: it reaches an element once and takes control of it once. Nothing is
//! lost by that, for a way with a loop needs all that the way without it needs. The paths of a goal are found likeliest first (of equal ones
//! the shortest), backwards from the goal with the exact distance from the starts as the estimate. One that needs all
//! threats of a likelier one of the same attacker, and perhaps more, is left out. The search is bounded by [`Request::work`], and
//! [`Goal::complete`] says whether the bound was met.

mod build;
mod graph;
mod result;
mod search;
mod tree;

use redan_model::{AssetIx, ElementIx, FlowIx, Model, Thing};

use crate::fact::Property;
use crate::tree::LIKELIHOODS;
use crate::{Analysis, Knowledge};

pub use tree::{id, tree};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Only goals about these assets and elements; all if empty.
    pub to: Vec<Thing>,
    /// Only these starts: ids of attackers, zones or elements; all attackers if empty.
    pub from: Vec<String>,
    /// The most paths for a goal.
    pub most: usize,
    /// Whether threats that wait for facts are used as if they were open.
    pub questions: bool,
    /// How many partial paths may be looked at, over all goals.
    pub work: usize,
}

impl Default for Request {
    fn default() -> Self {
        Self { to: Vec::new(), from: Vec::new(), most: 10, questions: false, work: 1_000_000 }
    }
}

/// Who starts where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attacker {
    /// The id in the model: of an attacker, a zone or an element.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// 1 to 5, if stated. Likelihoods of threats already weigh who would do it, so that no number depends on it.
    pub skill: Option<u8>,
    /// Whether they are one of us.
    pub insider: bool,
    /// The elements where they start.
    pub starts: Vec<ElementIx>,
}

/// Where an attacker is, or what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Position {
    /// Uses an element as its user does.
    Starts(ElementIx),
    /// Can send something to an element.
    Reaches(ElementIx),
    /// Does with an element what it likes.
    Controls(ElementIx),
    /// Broke a property of an asset.
    Harms(AssetIx, Property),
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Where the attacker was.
    pub from: Position,
    /// Where the attacker is now.
    pub to: Position,
    /// The flow that it goes over.
    pub flow: Option<FlowIx>,
    /// Whether it goes against the direction of the flow, with what comes back.
    pub back: bool,
    /// The threat that lets it, by its place in the analysis; `None` for allowed use.
    pub threat: Option<usize>,
    /// Whether the threat waits for facts.
    pub question: bool,
    /// How likely it succeeds.
    pub probability: f64,
}

/// One way to a goal.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Whose, by its place among the attackers.
    pub attacker: usize,
    /// Where it begins.
    pub start: ElementIx,
    /// The steps in order; at least one uses a threat.
    pub steps: Vec<Step>,
    /// The product over its different threats.
    pub probability: f64,
    /// Unconfirmed assumptions that its threats rest on.
    pub assumptions: Vec<String>,
    /// Questions that would settle its threats.
    pub questions: Vec<String>,
}

/// Something that paths have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Common {
    /// An element that is passed.
    Element(ElementIx),
    /// A flow that is used.
    Flow(FlowIx),
    /// A threat, by its place in the analysis.
    Threat(usize),
}

/// What many or all ways to a goal go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChokePoint {
    /// What it is.
    pub at: Common,
    /// How many of the listed paths go through it.
    pub paths: usize,
    /// Without it there is no way at all, listed or not.
    pub all: bool,
}

/// What an attacker can want, with the ways to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// A harmed asset or a controlled element.
    pub target: Position,
    /// How much it matters, 1 to 4: the level of the property; of an element, the highest among the assets at it.
    pub value: u8,
    /// Paths, likeliest first.
    pub paths: Vec<Path>,
    /// The probability that at least one of the paths succeeds, with threats that they share counted once.
    pub probability: f64,
    /// Whether every path up to the number asked for was found within the bound.
    pub complete: bool,
    /// Things on more than half of the paths, and things on every way; surest first.
    pub choke_points: Vec<ChokePoint>,
}

/// How much an element is worth to attackers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attraction {
    /// The element.
    pub element: ElementIx,
    /// Over the assets' goals: the value times the probability of the likeliest path through the element.
    pub score: f64,
    /// How many of these goals there are.
    pub goals: usize,
}

/// Everything about attack paths of a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paths {
    /// Who starts where.
    pub attackers: Vec<Attacker>,
    /// Goals that can be reached, by value times probability.
    pub goals: Vec<Goal>,
    /// How many goals no path leads to.
    pub unreached: usize,
    /// Elements by what they are worth to attackers, the best first.
    pub attractions: Vec<Attraction>,
}

/// The attack paths of a model.
pub fn paths(model: &Model, knowledge: &Knowledge, analysis: &Analysis, request: &Request) -> Paths {
    let built = build::build(model, knowledge, analysis, request);
    result::result(model, analysis, built, request)
}

/// What a likelihood is as a probability: the table of attack trees, so that both give the same number.
fn chance(likelihood: u8) -> f64 {
    LIKELIHOODS[usize::from(likelihood.clamp(1, 5)) - 1]
}
