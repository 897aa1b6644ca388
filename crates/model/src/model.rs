//! The resolved model: every reference is an index, every thing knows its neighbours.
//!
//! Built once by [`crate::load()`]; nothing downstream looks up an id again. Vectors are in source order (parts that
//! `use` brought in come after the model's own), and that order is what makes output the same on every machine.

use std::borrow::Cow;
use std::sync::Arc;

use crate::source::{SourceId, Span};
use crate::{ById, lang};

macro_rules! index {
    ($(#[doc = $doc:literal])+ $name:ident, $of:ident, $list:ident) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index of the model's list.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::ops::Index<$name> for Model {
            type Output = $of;
            fn index(&self, ix: $name) -> &$of {
                &self.$list[ix.index()]
            }
        }
    };
}

index!(
    #[doc = "Index of an element in [`Model::elements`]."]
    ElementIx,
    Element,
    elements
);
index!(
    #[doc = "Index of a flow in [`Model::flows`]."]
    FlowIx,
    Flow,
    flows
);
index!(
    #[doc = "Index of a zone in [`Model::zones`]."]
    ZoneIx,
    Zone,
    zones
);
index!(
    #[doc = "Index of an asset in [`Model::assets`]."]
    AssetIx,
    Asset,
    assets
);

/// Anything that facts are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// The model as a whole.
    Model,
    /// A trust boundary.
    Zone(ZoneIx),
    /// A process, store, actor or external system.
    Element(ElementIx),
    /// A data flow.
    Flow(FlowIx),
    /// Something worth protecting.
    Asset(AssetIx),
}

/// A resolved model, possibly partial when there were errors.
#[derive(Debug, Clone)]
pub struct Model {
    /// Id: the stated one, or the file's name without its endings.
    pub id: String,
    /// What people call it where it states no name: its id as words.
    pub made_name: String,
    /// The file that was loaded.
    pub file: SourceId,
    /// Everything that was written, merged from all blocks, unresolved. Sections that are resolved below are also
    /// here; sections without resolved form (people, reviews, mitigations…) are read from here.
    pub root: Arc<lang::Root>,
    /// Trust boundaries.
    pub zones: Vec<Zone>,
    /// Elements.
    pub elements: Vec<Element>,
    /// Data flows.
    pub flows: Vec<Flow>,
    /// Assets.
    pub assets: Vec<Asset>,
    /// The one namespace of elements, flows, zones and assets.
    pub names: ById<Thing>,
}

/// What every thing has.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Its id; `<use>/<id>` for a part of another file.
    pub id: String,
    /// What people call it where it states no name: its id as words.
    pub made_name: String,
    /// Where the id is written.
    pub id_span: Span,
    /// Where its entry is, the value after the id.
    pub span: Span,
    /// The name of the `use` entry that brought it in.
    pub provided_by: Option<String>,
}

/// Why a thing is not looked at, and where that is said.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfScope {
    /// The reason.
    pub reason: String,
    /// The thing that says so: itself, its parent, a zone around it, or the model for parts of another file.
    pub said_by: Thing,
}

/// A resolved trust boundary.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// Id and places.
    pub identity: Identity,
    /// As written; the same as in the section of the model.
    pub stated: Arc<lang::Zone>,
    /// `network` if not stated.
    pub kind: lang::ZoneKind,
    /// The zone around it.
    pub parent: Option<ZoneIx>,
    /// The zones directly inside.
    pub children: Vec<ZoneIx>,
    /// The elements directly inside: those that list this zone, or whose parent element does.
    pub members: Vec<ElementIx>,
    /// Own trust or the nearest parent's, with the zone that states it.
    pub trust: Option<(u8, ZoneIx)>,
    /// Why it is not looked at.
    pub out_of_scope: Option<OutOfScope>,
}

/// A resolved element.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Id and places.
    pub identity: Identity,
    /// As written; the same as in the section of the model.
    pub stated: Arc<lang::Element>,
    /// The kind; `process` in a partial model where it is missing.
    pub kind: lang::ElementKind,
    /// The element that it is part of.
    pub parent: Option<ElementIx>,
    /// Its parts.
    pub children: Vec<ElementIx>,
    /// The innermost zones that it is in, as listed, or those of its nearest parent that lists any.
    pub zones: Vec<ZoneIx>,
    /// Whether its zones are known: `zone` is written here or on a parent (`[]` is "in no zone").
    pub zones_known: bool,
    /// Has parts and states no `tech`, `code` or `holds`: drawn, never itself a subject.
    pub is_group: bool,
    /// The assets that it keeps, as stated on it.
    pub holds: Vec<AssetIx>,
    /// Flows whose `to` it is.
    pub incoming: Vec<FlowIx>,
    /// Flows whose `from` it is.
    pub outgoing: Vec<FlowIx>,
    /// Why it is not looked at.
    pub out_of_scope: Option<OutOfScope>,
}

/// A resolved flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// Id and places.
    pub identity: Identity,
    /// As written, in long form; the same as in the section of the model.
    pub stated: Arc<lang::Flow>,
    /// `from`.
    pub source: ElementIx,
    /// `to`.
    pub target: ElementIx,
    /// Whether either end may open it.
    pub both_ways: bool,
    /// The assets that go to the target.
    pub carries: Vec<AssetIx>,
    /// The assets that come back.
    pub returns: Vec<AssetIx>,
    /// Whether `carries` or `returns` is written, so that both lists are complete.
    pub moves_known: bool,
    /// Why it is not looked at: stated, or both ends are out.
    pub out_of_scope: Option<OutOfScope>,
}

/// A resolved asset.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// Id and places.
    pub identity: Identity,
    /// As written; the same as in the section of the model.
    pub stated: Arc<lang::Asset>,
    /// `data` if not stated.
    pub kind: lang::AssetKind,
    /// The elements that a service asset is about.
    pub on: Vec<ElementIx>,
    /// The elements that keep it.
    pub holders: Vec<ElementIx>,
    /// The flows that carry or return it.
    pub carriers: Vec<FlowIx>,
}

impl Model {
    /// Every thing: the model, then zones, elements, flows and assets, in the order of their slots.
    pub fn things(&self) -> impl Iterator<Item = Thing> + use<> {
        fn all<T>(list: &[T]) -> std::ops::Range<u32> {
            0..u32::try_from(list.len()).unwrap_or(u32::MAX)
        }
        std::iter::once(Thing::Model)
            .chain(all(&self.zones).map(|ix| Thing::Zone(ZoneIx(ix))))
            .chain(all(&self.elements).map(|ix| Thing::Element(ElementIx(ix))))
            .chain(all(&self.flows).map(|ix| Thing::Flow(FlowIx(ix))))
            .chain(all(&self.assets).map(|ix| Thing::Asset(AssetIx(ix))))
    }

    /// Where a thing stands in tables over all things, from 0.
    pub fn slot(&self, thing: Thing) -> usize {
        let (zones, elements, flows) = (self.zones.len(), self.elements.len(), self.flows.len());
        match thing {
            Thing::Model => 0,
            Thing::Zone(ix) => 1 + ix.index(),
            Thing::Element(ix) => 1 + zones + ix.index(),
            Thing::Flow(ix) => 1 + zones + elements + ix.index(),
            Thing::Asset(ix) => 1 + zones + elements + flows + ix.index(),
        }
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        1 + self.zones.len() + self.elements.len() + self.flows.len() + self.assets.len()
    }

    /// A thing's id; `model` for the model.
    pub fn id_of(&self, thing: Thing) -> &str {
        self.identity(thing).map_or("model", |identity| identity.id.as_str())
    }

    /// Id and places of a thing; the model has none.
    pub fn identity(&self, thing: Thing) -> Option<&Identity> {
        match thing {
            Thing::Model => None,
            Thing::Zone(ix) => Some(&self[ix].identity),
            Thing::Element(ix) => Some(&self[ix].identity),
            Thing::Flow(ix) => Some(&self[ix].identity),
            Thing::Asset(ix) => Some(&self[ix].identity),
        }
    }

    /// What people call a thing: its name, its label, or else a name made from its id.
    pub fn name_of(&self, thing: Thing) -> &str {
        let named = match thing {
            Thing::Model => self.root.name.as_ref(),
            Thing::Zone(ix) => self[ix].stated.name.as_ref(),
            Thing::Element(ix) => self[ix].stated.name.as_ref(),
            Thing::Flow(ix) => self[ix].stated.label.as_ref(),
            Thing::Asset(ix) => self[ix].stated.name.as_ref(),
        };
        let stated = named.map(|name| name.value.as_str()).filter(|name| !name.trim().is_empty());
        stated.unwrap_or_else(|| self.identity(thing).map_or(self.made_name.as_str(), |identity| identity.made_name.as_str()))
    }

    /// What a thing is called inside a sentence: flows are said to be flows, since their labels are words such as
    /// "passwords" or "validates".
    pub fn spoken(&self, thing: Thing) -> Cow<'_, str> {
        match thing {
            Thing::Model if self.root.name.is_none() => Cow::Borrowed("the system"),
            Thing::Flow(ix) => match &self[ix].stated.label {
                Some(label) if !label.value.trim().is_empty() => Cow::Owned(format!("the flow \"{}\"", label.value.trim())),
                _ => {
                    let [source, target] = [self[ix].source, self[ix].target].map(|end| self.name_of(Thing::Element(end)));
                    Cow::Owned(format!("the flow from {source} to {target}"))
                }
            },
            _ => Cow::Borrowed(self.name_of(thing)),
        }
    }

    /// The thing with an id; `model` is the model.
    pub fn find(&self, id: &str) -> Option<Thing> {
        if id == "model" { Some(Thing::Model) } else { self.names.get(id).copied() }
    }

    /// Why a thing is not looked at, if it is not.
    pub fn out_of_scope(&self, thing: Thing) -> Option<&OutOfScope> {
        match thing {
            Thing::Model | Thing::Asset(_) => None,
            Thing::Zone(ix) => self[ix].out_of_scope.as_ref(),
            Thing::Element(ix) => self[ix].out_of_scope.as_ref(),
            Thing::Flow(ix) => self[ix].out_of_scope.as_ref(),
        }
    }
}
