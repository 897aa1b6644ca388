//! A model as a picture: every element and flow, zones as boxes, kinds as classes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use redan_model::lang::ElementKind;
use redan_model::{ElementIx, Model, Thing, ZoneIx};

use crate::export::{ExportError, Exported, Outgoing};
use crate::losses::Says;
use crate::{Loss, Losses};

/// Words that mean something to Mermaid where an id stands.
const KEYWORDS: [&str; 13] =
    ["end", "graph", "flowchart", "subgraph", "style", "class", "classdef", "click", "linkstyle", "default", "direction", "call", "href"];

/// Writes a flowchart.
///
/// # Errors
/// None: a model without elements is an empty flowchart.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut writer = Writer { model: outgoing.model, out: String::from("flowchart LR\n"), ids: ids(outgoing.model) };
    writer.inside(None, 1);
    for (ix, flow) in (0_u32..).zip(&outgoing.model.flows) {
        let (from, to) = (writer.id(Thing::Element(flow.source)), writer.id(Thing::Element(flow.target)));
        let arrow = if flow.both_ways { "<-->" } else { "-->" };
        let label = label_of(outgoing.model, ix);
        let label = if label.is_empty() { String::new() } else { format!("|{}|", quoted(&label)) };
        let _ = writeln!(writer.out, "  {from} {arrow}{label} {to}");
    }
    for kind in ["actor", "external", "process", "store"] {
        let _ = writeln!(writer.out, "  classDef {kind} stroke-width:1px");
    }
    Ok(Exported { bytes: writer.out.into_bytes(), loss: losses(outgoing) })
}

struct Writer<'m> {
    model: &'m Model,
    out: String,
    ids: BTreeMap<Thing, String>,
}

impl Writer<'_> {
    fn id(&self, thing: Thing) -> String {
        self.ids.get(&thing).cloned().unwrap_or_default()
    }

    fn inside(&mut self, zone: Option<ZoneIx>, depth: usize) {
        let indent = "  ".repeat(depth);
        let model = self.model;
        for (ix, element) in (0_u32..).map(ElementIx).zip(&model.elements).filter(|(_, element)| element.zones.first().copied() == zone) {
            let (open, close) = match element.kind {
                ElementKind::Actor | ElementKind::External => ("[", "]"),
                ElementKind::Process => ("(", ")"),
                ElementKind::Store => ("[(", ")]"),
            };
            let (id, name) = (self.id(Thing::Element(ix)), quoted(model.name_of(Thing::Element(ix))));
            let _ = writeln!(self.out, "{indent}{id}{open}{name}{close}:::{}", element.kind.as_str());
        }
        for (ix, _) in (0_u32..).map(ZoneIx).zip(&model.zones).filter(|(_, inner)| inner.parent == zone) {
            let _ = writeln!(self.out, "{indent}subgraph {}[{}]", self.id(Thing::Zone(ix)), quoted(model.name_of(Thing::Zone(ix))));
            self.inside(Some(ix), depth + 1);
            let _ = writeln!(self.out, "{indent}end");
        }
    }
}

/// The label of a flow; the protocol where it has none.
fn label_of(model: &Model, ix: u32) -> String {
    let stated = model.flows.get(ix as usize).map(|flow| &flow.stated);
    let text = |field: Option<&redan_model::Spanned<String>>| field.map(|text| text.value.clone()).unwrap_or_default();
    let label = text(stated.and_then(|flow| flow.label.as_ref()));
    if label.is_empty() { text(stated.and_then(|flow| flow.protocol.as_ref())) } else { label }
}

/// Ids that Mermaid reads as ids, each its own.
fn ids(model: &Model) -> BTreeMap<Thing, String> {
    let things = (0_u32..).map(ZoneIx).map(Thing::Zone).take(model.zones.len());
    let things = things.chain((0_u32..).map(ElementIx).map(Thing::Element).take(model.elements.len()));
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let named = things.map(|thing| {
        let plain = model.id_of(thing).replace('/', "__");
        let plain = plain.trim_end_matches('-').replace("--", "-");
        let id = if KEYWORDS.contains(&plain.to_ascii_lowercase().as_str()) { format!("{plain}_") } else { plain };
        let count = used.entry(id.clone()).or_default();
        *count += 1;
        (thing, if *count > 1 { format!("{id}__{count}") } else { id })
    });
    named.collect()
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('#', "&num;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    format!("\"{}\"", escaped.replace('&', "#").replace('\n', "<br/>").replace('`', "#96;"))
}

fn losses(outgoing: &Outgoing<'_>) -> Vec<Loss> {
    let mut losses = Losses::default();
    losses.unsaid(
        &outgoing.json,
        "x-mermaid",
        &[
            Says("elements", &["kind", "name", "zone"]),
            Says("zones", &["name", "in"]),
            Says("flows", &["from", "to", "both-ways", "label"]),
        ],
    );
    for (id, flow) in &outgoing.model.root.flows.entries {
        let protocol = flow.value.protocol.as_ref().map(|protocol| protocol.value.as_str());
        let label = flow.value.label.as_ref().map(|label| label.value.as_str());
        if protocol.is_some() && label.is_none() {
            losses.changed("the protocol is the label", format!("flows.{id}"));
        }
    }
    for element in outgoing.model.elements.iter().filter(|element| element.zones.len() > 1) {
        losses.dropped("zones beyond the first", format!("elements.{}", element.identity.id));
    }
    losses.finish()
}
