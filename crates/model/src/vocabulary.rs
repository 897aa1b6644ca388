//! The names that catalogues define, as far as the language has to know them.
//!
//! The reader checks that a control, trait, technology, protocol or data class exists and stands where it may;
//! what these things *mean* is the engine's affair.

use indexmap::{IndexMap, IndexSet};

words! {
    /// Where a control or trait may be stated.
    pub enum Place {
        /// On the model.
        Model = "model",
        /// On any element.
        Element = "element",
        /// On actors.
        Actor = "actor",
        /// On external systems.
        External = "external",
        /// On processes.
        Process = "process",
        /// On stores.
        Store = "store",
        /// On flows.
        Flow = "flow",
        /// On the target of a flow, where it holds for the flows that arrive.
        Target = "target",
        /// On zones, where it guards the edge.
        Zone = "zone",
        /// On assets.
        Asset = "asset",
    }
}

/// The names of the loaded catalogues, in catalogue order.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Controls and where each may stand.
    pub controls: IndexMap<String, Vec<Place>>,
    /// Traits and where each may stand.
    pub traits: IndexMap<String, Vec<Place>>,
    /// Technologies; an alias leads to its technology's id.
    pub technologies: IndexMap<String, String>,
    /// Protocols; an alias leads to its protocol's id.
    pub protocols: IndexMap<String, String>,
    /// Data classes.
    pub data_classes: IndexSet<String>,
}
