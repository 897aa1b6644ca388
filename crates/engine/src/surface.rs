//! The attack surface: every place where somebody from a less trusted zone can interact with the system.

use redan_model::{AssetIx, ElementIx, FlowIx, Model, Thing};

use crate::Knowledge;
use crate::catalogue::ControlIx;
use crate::expr::Tri;
use crate::fact::FactKey;
use crate::facts::{Facts, Overlay, Stage, narrow};

/// One way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    /// The element that is reached.
    pub element: ElementIx,
    /// The stated entry point, or the flow's label or id.
    pub entry: String,
    /// The flow that arrives; `None` for a stated entry point.
    pub flow: Option<FlowIx>,
    /// Where the flow comes from.
    pub from: Option<ElementIx>,
    /// The flow's protocol, if it is known.
    pub protocol: Option<String>,
    /// Whether the caller has to prove who it is.
    pub authenticated: Tri,
    /// Assets that go in or come back.
    pub data: Vec<AssetIx>,
    /// Whether it certainly comes from a less trusted zone; zones or trust may be unknown.
    pub certain: bool,
}

/// Every way in, by element in the order of the model: stated entry points, then flows from less trusted zones.
pub fn surface(model: &Model, knowledge: &Knowledge) -> Vec<EntryPoint> {
    let nothing = Overlay::default();
    let facts = Facts::new(model, knowledge, Stage::Current, &nothing);
    let authentication = knowledge.catalogue.controls.get_index_of("client-authentication").map(|ix| ControlIx(narrow(ix)));
    let authenticated = |thing: Thing| authentication.map_or(Tri::Unknown, |control| facts.has(thing, FactKey::Control(control)));
    let mut entries = Vec::new();
    for element in facts.element_ixs().filter(|ix| model[*ix].out_of_scope.is_none()) {
        let stated = model[element].stated.entry_points.values();
        entries.extend(stated.map(|entry| EntryPoint {
            element,
            entry: entry.clone(),
            flow: None,
            from: None,
            protocol: None,
            authenticated: authenticated(Thing::Element(element)),
            data: facts.held(element).0.to_vec(),
            certain: true,
        }));
        let own = model[element].incoming.iter().chain(model[element].outgoing.iter().filter(|flow| model[**flow].both_ways));
        for flow in own.copied() {
            let below = facts.comes_from_below(flow, element);
            if !below.is_no() {
                let thing = Thing::Flow(flow);
                let protocol = facts.protocol(flow).and_then(|ix| knowledge.catalogue.protocols.get_index(ix.into()));
                entries.push(EntryPoint {
                    element,
                    entry: model.name_of(thing).to_owned(),
                    flow: Some(flow),
                    from: Some(facts.far_end(flow, element)),
                    protocol: protocol.map(|(id, _)| id.clone()),
                    authenticated: authenticated(thing),
                    data: facts.moved(flow).0.collect(),
                    certain: below.is_yes(),
                });
            }
        }
    }
    entries
}
