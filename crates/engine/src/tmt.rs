//! How templates of the Microsoft Threat Modeling Tool raise threats: by interaction, with two truth values.
//!
//! This stands beside the engine of our own rules and shares nothing with it. A template looks at every flow that
//! connects two things, and raises a threat type there when its include filter holds and its exclude filter does not.
//! Everything here was measured against the threats that real models store:
//!
//! - `x is 'T'` holds when the type of `x` is `T` or descends from `T`; `'ROOT'` never holds.
//! - `x.key is 'v'` compares the selected value; the key's case does not count. A thing without the property makes it
//!   false, and therefore `not` of it true.
//! - `flow crosses 'B'` holds for a box when exactly one of the two points where the arrow ends lies in it, and for a
//!   line when the straight way between these points meets its curve.
//! - A flow that is out of scope raises nothing. Ends that are out of scope change nothing.
//! - Every flow counts for itself; two arrows between the same things raise everything twice.

mod compile;
mod filter;
mod geometry;
mod texts;

use compile::{Compiled, Interaction, Interner};
pub use filter::{Filter, FilterError, MAX_FILTER_BYTES, MAX_FILTER_DEPTH, MAX_FILTER_NODES, Subject, parse};
pub use geometry::{Area, Point};
pub use texts::fill;

/// A kind of thing that a template knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ElementType {
    /// Its id.
    pub id: String,
    /// The id of the kind that it is a case of; `ROOT` or nothing for none.
    pub parent: String,
}

/// A threat that a template may raise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThreatType {
    /// Its id.
    pub id: String,
    /// The title, with `{source.Name}`, `{target.Name}` and `{flow.Name}` to be filled in.
    pub title: String,
    /// The description, with the same places to be filled in.
    pub description: String,
    /// When it is raised; never, if it is empty.
    pub include: String,
    /// When it is not, in spite of that.
    pub exclude: String,
}

/// A filter of a template that cannot be read; its threat type is never raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFilter {
    /// The id of the threat type.
    pub threat: String,
    /// The text of the filter.
    pub text: String,
    /// What is wrong with it, and where.
    pub error: FilterError,
}

/// A template, ready to be applied.
#[derive(Debug, Clone, Default)]
pub struct KnowledgeBase {
    names: Interner,
    threats: Vec<(ThreatType, Compiled)>,
    bad: Vec<BadFilter>,
}

/// What a filter can see of a thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    /// Its name, as titles show it.
    pub name: String,
    /// The ids of its kind and of the general kind that the diagram states beside it.
    pub types: Vec<String>,
    /// Its properties: key and selected value.
    pub values: Vec<(String, String)>,
}

/// An arrow of a diagram.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// What filters see of it.
    pub properties: Properties,
    /// Index of the element where it starts.
    pub source: usize,
    /// Index of the element where it ends.
    pub target: usize,
    /// Where the arrow is drawn from.
    pub from: Point,
    /// Where the arrow is drawn to.
    pub to: Point,
    /// Whether it is left out of the analysis.
    pub out_of_scope: bool,
}

/// A boundary of a diagram.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// The ids of its kind and of the general kind that the diagram states beside it.
    pub types: Vec<String>,
    /// Where it is.
    pub area: Area,
}

/// One diagram, as plain data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diagram {
    /// Everything that flows connect.
    pub elements: Vec<Properties>,
    /// The flows.
    pub flows: Vec<Flow>,
    /// The boundaries.
    pub boundaries: Vec<Boundary>,
}

/// A threat type at a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// Index of the threat type in [`KnowledgeBase::threats`].
    pub threat: usize,
    /// Index of the flow in [`Diagram::flows`].
    pub flow: usize,
    /// The title, filled in.
    pub title: String,
    /// The description, filled in.
    pub description: String,
}

impl KnowledgeBase {
    /// Compiles the filters of a template: of the first [`MAX_THREAT_TYPES`], so that a hostile file is soon done. Types whose filters cannot be read are in [`Self::bad`] and never raised.
    pub fn new(elements: &[ElementType], threats: Vec<ThreatType>) -> Self {
        let mut kb = Self { names: Interner::with_types(elements), ..Self::default() };
        for threat in threats.into_iter().take(MAX_THREAT_TYPES) {
            let compiled = kb.compiled(&threat);
            kb.threats.push((threat, compiled));
        }
        kb
    }

    fn compiled(&mut self, threat: &ThreatType) -> Compiled {
        let mut side = |text: &str| {
            if text.trim().is_empty() {
                return Some(None);
            }
            match parse(text) {
                Ok(filter) => Some(Some(filter)),
                Err(error) => {
                    self.bad.push(BadFilter { threat: threat.id.clone(), text: text.to_owned(), error });
                    None
                }
            }
        };
        match (side(&threat.include), side(&threat.exclude)) {
            (Some(Some(include)), Some(exclude)) => Compiled::new(&include, exclude.as_ref(), &mut self.names),
            _ => Compiled::never(),
        }
    }

    /// The threat types, in the order of the template.
    pub fn threats(&self) -> impl ExactSizeIterator<Item = &ThreatType> {
        self.threats.iter().map(|(threat, _)| threat)
    }

    /// The threat type of an index.
    pub fn threat(&self, ix: usize) -> Option<&ThreatType> {
        self.threats.get(ix).map(|(threat, _)| threat)
    }

    /// Filters that cannot be read.
    pub fn bad(&self) -> &[BadFilter] {
        &self.bad
    }
}

/// Most threat types of one template that are looked at; the largest template that is known has two hundred.
pub const MAX_THREAT_TYPES: usize = 2_000;

/// Most threats that one diagram raises; hostile files could raise more than fit into memory.
pub const MAX_RAISED: usize = 200_000;

/// Every threat that a template raises in a diagram: by flow, and within a flow in the order of the template.
///
/// A flow whose ends are not elements of the diagram raises nothing. No more than [`MAX_RAISED`] are raised.
pub fn generate(kb: &KnowledgeBase, diagram: &Diagram) -> Vec<Raised> {
    let mut raised = Vec::new();
    for (ix, flow) in diagram.flows.iter().enumerate().filter(|(_, flow)| !flow.out_of_scope) {
        let (Some(source), Some(target)) = (diagram.elements.get(flow.source), diagram.elements.get(flow.target)) else { continue };
        let crossed = diagram.boundaries.iter().filter(|boundary| boundary.area.is_crossed(flow.from, flow.to));
        let interaction = Interaction::new(&kb.names, [source, target, &flow.properties], crossed);
        let names = [source, target, &flow.properties].map(|thing| thing.name.as_str());
        for (threat, (kind, compiled)) in kb.threats.iter().enumerate() {
            if raised.len() < MAX_RAISED && compiled.holds(&interaction) {
                raised.push(Raised { threat, flow: ix, title: fill(&kind.title, names), description: fill(&kind.description, names) });
            }
        }
    }
    raised
}
