//! Data flow diagrams: one, or those that the file had.

use std::collections::{BTreeMap, BTreeSet};

use redan_model::lang::ElementKind;
use redan_model::{ElementIx, Thing, ZoneIx};
use serde_json::Value as Json;

use super::{Writer, block, give_back, put};
use crate::Losses;
use crate::drawn::out::Drawn;
use crate::hcltm::OWN;
use crate::hcltm::syntax::{Block, Body};
use crate::kept::of;
use crate::read::{list, text};
use crate::write::section;

/// A diagram to write.
struct Diagram {
    kind: String,
    label: String,
    elements: BTreeSet<ElementIx>,
}

impl Writer<'_> {
    pub(super) fn diagrams(&self, body: &mut Body, losses: &mut Losses) {
        let model = self.outgoing.model;
        let drawn = Drawn::of(model);
        let elements: BTreeSet<ElementIx> = (0_u32..)
            .map(ElementIx)
            .take(model.elements.len())
            .filter(|ix| {
                let id = model.id_of(Thing::Element(*ix));
                self.has(self.outgoing.entry("elements", id)) && !self.is_dependency(id)
            })
            .collect();
        let mut written: BTreeSet<&str> = BTreeSet::new();
        for diagram in self.apart(&elements, losses) {
            let mut one = block(&diagram.kind, &diagram.label);
            let names = self.names(&drawn, &diagram.elements, losses);
            self.inside(&mut one.body, &drawn, None, &diagram.elements, &names);
            for (id, flow) in section(self.outgoing, "flows") {
                let name = |key: &str| names.get(text(flow, key).as_ref());
                if let (Some(from), Some(to)) = (name("from"), name("to")) {
                    written.insert(id);
                    one.body.blocks.push(self.flow(id, flow, from, to));
                }
            }
            if !(one.body.blocks.is_empty() && diagram.kind == "data_flow_diagram_v2" && diagram.label == "Model") {
                body.blocks.push(one);
            }
        }
        let own = section(self.outgoing, "flows").filter(|(_, flow)| self.has(self.outgoing.entry("elements", &text(flow, "from"))));
        for (id, _) in own.filter(|(id, _)| !written.contains(id)) {
            losses.dropped("a flow between things of two diagrams", format!("flows.{id}"));
        }
    }

    /// The diagrams of the file, if no element is on two of them; else one diagram.
    fn apart(&self, elements: &BTreeSet<ElementIx>, losses: &mut Losses) -> Vec<Diagram> {
        let model = self.outgoing.model;
        let mut found: Vec<Diagram> = Vec::new();
        for (id, diagram) in section(self.outgoing, "diagrams").filter(|(_, diagram)| self.has(diagram)) {
            let shown = list(diagram, "show").into_iter().filter_map(|id| match model.names.get(id.as_str()) {
                Some(Thing::Element(ix)) if elements.contains(ix) => Some(*ix),
                _ => None,
            });
            let kept = text(of(diagram, OWN), "kind");
            let label = text(diagram, "title");
            let label = if label.is_empty() && kept.is_empty() { id.to_owned() } else { label.into_owned() };
            let kind = if kept.is_empty() { "data_flow_diagram_v2".to_owned() } else { kept.into_owned() };
            found.push(Diagram { kind, label, elements: shown.collect() });
        }
        let shown: usize = found.iter().map(|diagram| diagram.elements.len()).sum();
        let all: BTreeSet<ElementIx> = found.iter().flat_map(|diagram| diagram.elements.iter().copied()).collect();
        let views = found.iter().any(|diagram| diagram.elements.is_empty()) && !elements.is_empty();
        if all.len() != shown || views || found.is_empty() {
            for (id, _) in section(self.outgoing, "diagrams").filter(|(_, diagram)| self.has(diagram)) {
                losses.dropped("a diagram of its own", format!("diagrams.{id}"));
            }
            return vec![Diagram { kind: "data_flow_diagram_v2".to_owned(), label: "Model".to_owned(), elements: elements.clone() }];
        }
        if let Some(first) = found.first_mut() {
            first.elements.extend(elements.difference(&all));
        }
        found
    }

    /// Names of elements by their ids; a name that two have gets a number, since names are ids there.
    fn names(&self, drawn: &Drawn<'_>, elements: &BTreeSet<ElementIx>, losses: &mut Losses) -> BTreeMap<String, String> {
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        let mut names = BTreeMap::new();
        for ix in elements {
            let id = self.outgoing.model.id_of(Thing::Element(*ix));
            let name = self.name("elements", id);
            let count = used.entry(name.clone()).or_default();
            *count += 1;
            let unique = if *count > 1 { format!("{name} {count}") } else { name };
            if *count > 1 {
                losses.changed(format!("the name, to \"{unique}\": there is another element of that name"), format!("elements.{id}"));
            }
            if drawn.kind(*ix) == ElementKind::Actor && !crate::vocabulary::is_person(&unique) {
                losses.changed("an actor is an external element", format!("elements.{id}"));
            }
            names.insert(id.to_owned(), unique);
        }
        names
    }

    fn inside(
        &self,
        body: &mut Body,
        drawn: &Drawn<'_>,
        zone: Option<ZoneIx>,
        elements: &BTreeSet<ElementIx>,
        names: &BTreeMap<String, String>,
    ) {
        for ix in drawn.elements_in(zone).into_iter().filter(|ix| elements.contains(ix)) {
            let id = self.outgoing.model.id_of(Thing::Element(ix));
            let entry = self.outgoing.entry("elements", id);
            let kind = match drawn.kind(ix) {
                ElementKind::Actor | ElementKind::External => "external_element",
                ElementKind::Process => "process",
                ElementKind::Store => "data_store",
            };
            let mut one = block(kind, names.get(id).map(String::as_str).unwrap_or_default());
            // A description has a place only where the file gave it one.
            if !of(&self.outgoing.json, OWN).is_null() {
                put(&mut one.body, "description", text(entry, "description").as_ref());
            }
            let mut holds: Vec<Json> = list(entry, "holds").iter().map(|id| self.name("assets", id).into()).collect();
            match holds.len() {
                1 => put(&mut one.body, "information_asset", holds.remove(0)),
                _ => put(&mut one.body, "information_asset", holds),
            }
            give_back(&mut one.body, of(entry, OWN), &["model"]);
            body.blocks.push(one);
        }
        for inner in drawn.zones_in(zone).into_iter().filter(|zone| self.shows(*zone, elements)) {
            let mut one = block("trust_zone", &self.name("zones", self.outgoing.model.id_of(Thing::Zone(inner))));
            self.inside(&mut one.body, drawn, Some(inner), elements, names);
            body.blocks.push(one);
        }
    }

    /// Whether a zone has one of the elements in it, or nothing at all and this is the first model.
    fn shows(&self, zone: ZoneIx, elements: &BTreeSet<ElementIx>) -> bool {
        let model = self.outgoing.model;
        let within = |ix: ElementIx| {
            let around = model[ix].zones.first().copied();
            std::iter::successors(around, |zone| model[*zone].parent).take(99).any(|around| around == zone)
        };
        let all = (0_u32..).map(ElementIx).take(model.elements.len());
        elements.iter().any(|ix| within(*ix)) || self.first && !all.into_iter().any(within)
    }

    fn flow(&self, id: &str, flow: &Json, from: &str, to: &str) -> Block {
        let label = text(flow, "label");
        let protocol = text(flow, "protocol");
        let shown = match (label.is_empty(), protocol.is_empty()) {
            (false, _) => label.into_owned(),
            (true, false) => protocol.clone().into_owned(),
            (true, true) => redan_model::naming::sentence_of(id),
        };
        let mut one = block("flow", &shown);
        let kept = of(flow, OWN);
        put(&mut one.body, "from", from);
        put(&mut one.body, "to", to);
        let stated = text(kept, "protocol");
        let same = !stated.is_empty() && crate::vocabulary::protocol(&stated, true) == protocol;
        // What is written on a flow says its protocol too, and need not be said twice.
        let said = redan_model::mermaid::protocol(&shown).unwrap_or_default() == protocol;
        put(
            &mut one.body,
            "protocol",
            if same {
                stated.as_ref()
            } else if said {
                ""
            } else {
                protocol.as_ref()
            },
        );
        give_back(&mut one.body, kept, &["model", "protocol"]);
        one
    }
}
