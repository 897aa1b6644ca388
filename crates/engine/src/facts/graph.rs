//! The flows between elements in a few dense tables.
//!
//! Searches walk through the whole model; the records of a model are large, and what a search needs of each is a few
//! numbers.

use redan_model::lang::ElementKind;
use redan_model::{ElementIx, FlowIx, Model};

use crate::packed::Lists;

/// Who is linked with whom.
#[derive(Debug, Default)]
pub(super) struct Graph {
    ends: Vec<Ends>,
    kinds: Vec<ElementKind>,
    parents: Vec<Option<ElementIx>>,
    children: Lists<ElementIx>,
    incoming: Lists<FlowIx>,
    outgoing: Lists<FlowIx>,
}

/// The ends of a flow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) source: ElementIx,
    pub(crate) target: ElementIx,
    pub(crate) both_ways: bool,
    /// Whether data comes back along it, as it does unless the model says that nothing does.
    pub(super) answers: bool,
}

impl Graph {
    /// The graph of a model.
    pub(super) fn of(model: &Model) -> Self {
        let ends = model.flows.iter().map(|flow| Ends {
            source: flow.source,
            target: flow.target,
            both_ways: flow.both_ways,
            answers: !(flow.stated.returns.is_written() && flow.returns.is_empty()),
        });
        Self {
            ends: ends.collect(),
            kinds: model.elements.iter().map(|element| element.kind).collect(),
            parents: model.elements.iter().map(|element| element.parent).collect(),
            children: Lists::of(model.elements.iter().map(|element| &element.children[..])),
            incoming: Lists::of(model.elements.iter().map(|element| &element.incoming[..])),
            outgoing: Lists::of(model.elements.iter().map(|element| &element.outgoing[..])),
        }
    }

    pub(super) fn ends(&self, flow: FlowIx) -> Ends {
        self.ends[flow.index()]
    }

    pub(super) fn kind(&self, element: ElementIx) -> ElementKind {
        self.kinds[element.index()]
    }

    pub(super) fn parent(&self, element: ElementIx) -> Option<ElementIx> {
        self.parents[element.index()]
    }

    pub(super) fn children(&self, element: ElementIx) -> &[ElementIx] {
        self.children.list(element.index())
    }

    pub(super) fn incoming(&self, element: ElementIx) -> &[FlowIx] {
        self.incoming.list(element.index())
    }

    pub(super) fn outgoing(&self, element: ElementIx) -> &[FlowIx] {
        self.outgoing.list(element.index())
    }
}
