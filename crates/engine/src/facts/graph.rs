//! The flows between elements in a few dense tables.
//!
//! Searches walk through the whole model; the records of a model are large, and what a search needs of each is a few
//! numbers.

use redan_model::{ElementIx, FlowIx, Model};

use super::placement::narrow32;

/// Who is linked with whom.
#[derive(Debug, Default)]
pub(super) struct Graph {
    ends: Vec<Ends>,
    parents: Vec<Option<ElementIx>>,
    children: Lists<ElementIx>,
    incoming: Lists<FlowIx>,
    outgoing: Lists<FlowIx>,
}

/// The ends of a flow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) source: ElementIx,
    pub(super) target: ElementIx,
    pub(super) both_ways: bool,
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
            parents: model.elements.iter().map(|element| element.parent).collect(),
            children: Lists::of(model.elements.iter().map(|element| &element.children[..])),
            incoming: Lists::of(model.elements.iter().map(|element| &element.incoming[..])),
            outgoing: Lists::of(model.elements.iter().map(|element| &element.outgoing[..])),
        }
    }

    pub(super) fn ends(&self, flow: FlowIx) -> Ends {
        self.ends[flow.index()]
    }

    pub(super) fn parent(&self, element: ElementIx) -> Option<ElementIx> {
        self.parents[element.index()]
    }

    pub(super) fn children(&self, element: ElementIx) -> &[ElementIx] {
        self.children.list(element)
    }

    pub(super) fn incoming(&self, element: ElementIx) -> &[FlowIx] {
        self.incoming.list(element)
    }

    pub(super) fn outgoing(&self, element: ElementIx) -> &[FlowIx] {
        self.outgoing.list(element)
    }
}

/// A list for every element, all of them in one vector.
#[derive(Debug)]
struct Lists<T> {
    /// Where each list ends, and thus the next one starts.
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), items: Vec::new() }
    }
}

impl<T: Copy> Lists<T> {
    fn of<'a>(lists: impl Iterator<Item = &'a [T]>) -> Self
    where
        T: 'a,
    {
        let mut all = Self::default();
        for list in lists {
            all.items.extend_from_slice(list);
            all.ends.push(narrow32(all.items.len()));
        }
        all
    }

    fn list(&self, element: ElementIx) -> &[T] {
        let at = element.index();
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[start as usize..self.ends[at] as usize]
    }
}
