//! A model as the JSON that pytm reads.
//!
//! Things are named by their names there, so names are made unique. What the reader kept of a pytm file is written back
//! where the facts of the model still agree with it.

use std::collections::{BTreeMap, BTreeSet};

use redan_model::lang::{AssetKind, ElementKind};
use redan_model::{AssetIx, ElementIx, FlowIx, Model, Thing, Vocabulary, ZoneIx, load_text};
use serde_json::{Map, Value as Json, json};

use super::{controls, elements};
use crate::Losses;
use crate::export::{ExportError, Exported, Outgoing, pretty};
use crate::losses::Says;
use crate::onto::json::{IDENTITY, parse, transfer};
use crate::onto::{Changes, Edit};

const SAYS: &[Says] = &[
    Says("", &["name", "description"]),
    Says("assumptions", &["text"]),
    Says("assets", &["name", "description", "kind", "data", "confidentiality"]),
    Says("zones", &["name", "description", "in", "kind"]),
    Says("elements", &["kind", "name", "description", "zone", "holds", "code", "out-of-scope", "traits", "controls", "tech"]),
    Says(
        "flows",
        &["from", "to", "both-ways", "protocol", "label", "description", "carries", "returns", "out-of-scope", "controls", "traits"],
    ),
];

/// Writes a model.
///
/// # Errors
/// None: what pytm cannot say is a loss.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut writer = Writer::new(outgoing, false);
    let document = writer.document();
    writer.lost();
    Ok(Exported { bytes: pretty(&document), loss: writer.losses.finish() })
}

/// Carries changes of a model over to a file.
pub(crate) fn onto(text: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Vec<Edit> {
    let Some(file) = parse(text) else { return Vec::new() };
    let before = load_text("model.tm.json", &changes.before.to_string(), &Vocabulary::default());
    let outgoing_before = Outgoing::new(&before.model, outgoing.vocabulary.clone());
    let before = Writer::new(&outgoing_before, true).document();
    let after = Writer::new(outgoing, true).document();
    transfer(text, &file, &before, &after, "name")
}

struct Writer<'o> {
    outgoing: &'o Outgoing<'o>,
    model: &'o Model,
    losses: Losses,
    names: BTreeMap<Thing, String>,
    identities: bool,
}

impl<'o> Writer<'o> {
    fn new(outgoing: &'o Outgoing<'o>, identities: bool) -> Self {
        let mut writer = Self { outgoing, model: outgoing.model, losses: Losses::default(), names: BTreeMap::new(), identities };
        writer.name_things();
        writer
    }

    fn name_things(&mut self) {
        let model = self.model;
        let elements = (0_u32..).map(ElementIx).map(Thing::Element).take(model.elements.len());
        let zones = (0_u32..).map(ZoneIx).map(Thing::Zone).take(model.zones.len());
        let assets = (0_u32..).map(AssetIx).map(Thing::Asset).take(model.assets.len());
        let flows = (0_u32..).map(FlowIx).map(Thing::Flow).take(model.flows.len());
        let mut used: BTreeSet<(u8, String)> = BTreeSet::new();
        for thing in elements.chain(zones).chain(assets).chain(flows) {
            let sort = match thing {
                Thing::Element(_) => 0,
                Thing::Zone(_) => 1,
                Thing::Asset(_) => 2,
                _ => 3,
            };
            let (id, plain) = (model.id_of(thing), model.name_of(thing).to_owned());
            let name = if used.contains(&(sort, plain.clone())) { format!("{plain} ({id})") } else { plain.clone() };
            if name != plain {
                self.losses.changed(format!("the name is \"{name}\" there, for names are ids"), id);
            }
            used.insert((sort, name.clone()));
            self.names.insert(thing, name);
        }
    }

    fn name(&self, thing: Thing) -> &str {
        self.names.get(&thing).map(String::as_str).unwrap_or_default()
    }

    fn document(&mut self) -> Json {
        let root = &self.model.root;
        let mut file = Map::new();
        file.insert("name".to_owned(), self.model.name_of(Thing::Model).into());
        if let Some(description) = &root.description {
            file.insert("description".to_owned(), description.value.as_str().into());
        }
        let assumptions: Vec<&str> =
            root.assumptions.entries.values().filter_map(|entry| entry.value.text.as_ref()).map(|text| text.value.as_str()).collect();
        if !assumptions.is_empty() {
            file.insert("assumptions".to_owned(), json!(assumptions));
        }
        let zones: Vec<Json> = (0_u32..).map(ZoneIx).take(self.model.zones.len()).map(|ix| self.boundary(ix)).collect();
        let data: Vec<Json> = (0_u32..).map(AssetIx).take(self.model.assets.len()).filter_map(|ix| self.data(ix)).collect();
        let elements: Vec<Json> = (0_u32..).map(ElementIx).take(self.model.elements.len()).map(|ix| self.element(ix)).collect();
        let flows: Vec<Json> = (0_u32..).map(FlowIx).take(self.model.flows.len()).map(|ix| self.flow(ix)).collect();
        for (key, list) in [("boundaries", zones), ("data", data), ("elements", elements), ("flows", flows)] {
            file.insert(key.to_owned(), list.into());
        }
        file.into()
    }

    /// An item of a list: its name, and its id where somebody has to recognise it.
    fn item(&self, thing: Thing) -> Map<String, Json> {
        let mut item = Map::new();
        if self.identities {
            item.insert(IDENTITY.to_owned(), self.model.id_of(thing).into());
        }
        item.insert("name".to_owned(), self.name(thing).into());
        item
    }

    fn boundary(&mut self, ix: ZoneIx) -> Json {
        let zone = &self.model[ix];
        let mut item = self.item(Thing::Zone(ix));
        described(&mut item, self.outgoing.entry("zones", &zone.identity.id));
        if let Some(parent) = zone.parent {
            item.insert("inBoundary".to_owned(), self.name(Thing::Zone(parent)).into());
        }
        item.into()
    }

    fn data(&mut self, ix: AssetIx) -> Option<Json> {
        let asset = &self.model[ix];
        let id = &asset.identity.id;
        if !matches!(asset.kind, AssetKind::Data | AssetKind::Secret) {
            self.losses.dropped(format!("the asset \"{}\", which is no data", self.name(Thing::Asset(ix))), format!("assets.{id}"));
            return None;
        }
        let entry = self.outgoing.entry("assets", id);
        let mut item = self.item(Thing::Asset(ix));
        described(&mut item, entry);
        let level = entry.get("confidentiality").and_then(|level| level.get("is").unwrap_or(level).as_str()).unwrap_or_default();
        let classification = match level {
            "none" => "PUBLIC",
            "low" | "medium" => "RESTRICTED",
            "high" => "SENSITIVE",
            "critical" => "SECRET",
            _ => "UNKNOWN",
        };
        if level == "low" {
            self.losses.changed("low confidentiality is RESTRICTED there", format!("assets.{id}"));
        }
        if classification != "UNKNOWN" {
            item.insert("classification".to_owned(), classification.into());
        }
        let classes: Vec<&str> = asset.stated.data.values().map(String::as_str).collect();
        for (class, key) in [("credentials", "isCredentials"), ("pii", "isPII")] {
            if classes.contains(&class) {
                item.insert(key.to_owned(), true.into());
            }
        }
        let lost: Vec<&str> = classes.into_iter().filter(|class| !matches!(*class, "credentials" | "pii")).collect();
        if !lost.is_empty() {
            self.losses.dropped(format!("the classes {}", lost.join(", ")), format!("assets.{id}.data"));
        }
        let keepers: Vec<&str> = asset.holders.iter().map(|holder| self.name(Thing::Element(*holder))).collect();
        if !keepers.is_empty() {
            item.insert("isStored".to_owned(), true.into());
            item.insert("processedBy".to_owned(), json!(keepers));
        }
        item.extend(kept(entry));
        Some(item.into())
    }

    fn element(&mut self, ix: ElementIx) -> Json {
        let element = &self.model[ix];
        let id = &element.identity.id;
        let entry = self.outgoing.entry("elements", id).clone();
        let mut raw = kept(&entry);
        let mut item = self.item(Thing::Element(ix));
        let tech = entry.get("tech").and_then(Json::as_str).unwrap_or_default();
        let stated = raw.remove("__class__").and_then(|class| class.as_str().map(str::to_owned));
        let class = stated.unwrap_or_else(|| elements::class_of(element.kind.as_str(), tech).to_owned());
        item.insert("__class__".to_owned(), class.as_str().into());
        described(&mut item, &entry);
        if let Some(zone) = element.zones.first() {
            item.insert("inBoundary".to_owned(), self.name(Thing::Zone(*zone)).into());
        }
        if element.zones.len() > 1 {
            self.losses.dropped("zones beyond the first", format!("elements.{id}"));
        }
        let code: Vec<&str> = element.stated.code.values().map(String::as_str).collect();
        if !code.is_empty() {
            item.insert("sourceFiles".to_owned(), json!(code));
        }
        if element.stated.out_of_scope.is_some() {
            item.insert("inScope".to_owned(), false.into());
        }
        if element.kind == ElementKind::Store && !raw.contains_key("type") && matches!(class.as_str(), "Datastore") {
            item.extend(elements::store_type(tech).map(|word| ("type".to_owned(), word.into())));
        }
        for (field, ours) in elements::rows(&class) {
            match fact(&entry, "traits", ours) {
                "yes" => raw.insert((*field).to_owned(), true.into()),
                "no" => raw.insert((*field).to_owned(), false.into()),
                _ => None,
            };
        }
        self.controls(&mut raw, &entry, element.kind.as_str(), &format!("elements.{id}.controls"));
        item.extend(raw);
        item.into()
    }

    /// Controls as the file had them, changed where the facts of the model say otherwise.
    fn controls(&mut self, raw: &mut Map<String, Json>, entry: &Json, kind: &str, place: &str) {
        let mut set = raw.remove("controls").and_then(|controls| controls.as_object().cloned()).unwrap_or_default();
        let rows = controls::rows(kind);
        for (ours, theirs) in rows {
            let there = theirs.iter().any(|name| set.get(*name) == Some(&json!(true)));
            match fact(entry, "controls", ours) {
                "yes" if !there => set.extend(theirs.first().map(|name| ((*name).to_owned(), json!(true)))),
                "no" => theirs.iter().for_each(|name| {
                    if there || !set.contains_key(*name) {
                        set.insert((*name).to_owned(), json!(false));
                    }
                }),
                _ => {}
            }
        }
        let known = |name: &str| name == "*" || rows.iter().any(|(ours, _)| *ours == name);
        let facts = entry.get("controls").and_then(Json::as_object).into_iter().flatten();
        let lost: Vec<&str> = facts.map(|(name, _)| name.as_str()).filter(|name| !known(name)).collect();
        if !lost.is_empty() {
            self.losses.dropped(lost.join(", "), place);
        }
        if !set.is_empty() {
            raw.insert("controls".to_owned(), set.into());
        }
    }

    fn flow(&mut self, ix: FlowIx) -> Json {
        let flow = &self.model[ix];
        let id = &flow.identity.id;
        let place = format!("flows.{id}");
        let entry = self.outgoing.entry("flows", id).clone();
        let mut raw = kept(&entry);
        let mut item = self.item(Thing::Flow(ix));
        item.insert("source".to_owned(), self.name(Thing::Element(flow.source)).into());
        item.insert("sink".to_owned(), self.name(Thing::Element(flow.target)).into());
        described(&mut item, &entry);
        if let Some(protocol) = entry.get("protocol").and_then(Json::as_str) {
            item.insert("protocol".to_owned(), protocol.to_uppercase().into());
        }
        let data: Vec<&str> = flow
            .carries
            .iter()
            .filter(|ix| matches!(self.model[**ix].kind, AssetKind::Data | AssetKind::Secret))
            .map(|ix| self.name(Thing::Asset(*ix)))
            .collect();
        if !data.is_empty() {
            item.insert("data".to_owned(), json!(data));
        }
        if !flow.returns.is_empty() {
            self.losses.dropped("what comes back, for an answer is a flow of its own there", place.as_str());
        }
        if flow.both_ways {
            self.losses.changed("it goes one way there", place.as_str());
        }
        if flow.stated.out_of_scope.is_some() {
            item.insert("inScope".to_owned(), false.into());
        }
        self.controls(&mut raw, &entry, "flow", &format!("{place}.controls"));
        item.extend(raw);
        item.into()
    }

    fn lost(&mut self) {
        let found = self.outgoing.threats.len();
        if found > 0 {
            self.losses.dropped(format!("{found} threats; pytm finds its own"), "threats");
        }
        let mut model = self.outgoing.json.clone();
        if let Some(sections) = model.as_object_mut() {
            sections.remove("threats");
        }
        self.losses.unsaid(&model, "x-pytm", SAYS);
        for (id, entry) in self.outgoing.json.get("elements").and_then(Json::as_object).into_iter().flatten() {
            let tech = entry.get("tech").and_then(Json::as_str).unwrap_or_default();
            let kind = entry.get("kind").and_then(Json::as_str).unwrap_or_default();
            let class = elements::class_of(kind, tech);
            if !tech.is_empty() && !kept(entry).contains_key("__class__") && elements::tech_of(class, tech) != tech {
                self.losses.dropped(format!("the technology `{tech}`"), format!("elements.{id}.tech"));
            }
            let rows = elements::rows(class);
            let facts = entry.get("traits").and_then(Json::as_object).into_iter().flatten();
            let lost: Vec<&str> = facts.map(|(name, _)| name.as_str()).filter(|name| !rows.iter().any(|(_, ours)| ours == name)).collect();
            if !lost.is_empty() && !kept(entry).contains_key("__class__") {
                self.losses.dropped(lost.join(", "), format!("elements.{id}.traits"));
            }
        }
    }
}

fn described(item: &mut Map<String, Json>, entry: &Json) {
    if let Some(description) = entry.get("description") {
        item.insert("description".to_owned(), description.clone());
    }
}

/// What the reader kept of the file.
fn kept(entry: &Json) -> Map<String, Json> {
    entry.get("x-pytm").and_then(Json::as_object).cloned().unwrap_or_default()
}

/// The state of a fact; empty if nothing is said.
fn fact<'e>(entry: &'e Json, set: &str, name: &str) -> &'e str {
    let value = entry.get(set).and_then(|facts| facts.get(name));
    value.and_then(|value| value.get("is").unwrap_or(value).as_str()).unwrap_or_default()
}
