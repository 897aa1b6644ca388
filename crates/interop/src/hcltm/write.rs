//! A model as HCL for threatcl: assets, threats with their controls, and data flow diagrams. What was read from a file of
//! the format keeps its blocks: models, diagrams, dependencies, and every attribute that our language has no word for.

mod diagrams;
mod render;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::OWN;
use super::syntax::{Block, Body};
use crate::Losses;
use crate::draft::one_line;
use crate::export::{ExportError, Exported, ForeignThreat, Outgoing};
use crate::kept::{is_something, of};
use crate::losses::Says;
use crate::read::{entries, list, text};
use crate::write::{said, section, threat_entry};
pub(super) use render::{block as rendered, lines, value};

/// What the format has places for.
const SAYS: &[Says] = &[
    Says("", &["name", "description", "authors", "scope"]),
    Says("assets", &["name", "description", "confidentiality"]),
    Says("elements", &["kind", "name", "zone", "holds"]),
    Says("zones", &["name", "in"]),
    Says("flows", &["from", "to", "protocol", "label"]),
    Says("threats", &["title", "description", "stride", "assets", "likelihood", "impact", "severity", "mitigations"]),
    Says("mitigations", &["title", "description", "status", "strength"]),
    Says("diagrams", &["title", "show"]),
];

/// Writes a model.
///
/// # Errors
/// None: what the format has no place for is a loss.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut losses = Losses::default();
    let body = body(outgoing, &mut losses);
    let mut out = String::new();
    lines(&body, 0, &mut out);
    Ok(Exported { bytes: out.into_bytes(), loss: losses.finish() })
}

/// A model as blocks.
pub(super) fn body(outgoing: &Outgoing<'_>, losses: &mut Losses) -> Body {
    losses.unsaid(&outgoing.json, OWN, SAYS);
    let kept = of(&outgoing.json, OWN);
    let mut file = Body::default();
    // A file that said no version says none again.
    if let Some(version) = kept.get("spec-version").cloned().or_else(|| kept.is_null().then(|| "0.7.0".into())) {
        file.attributes.insert("spec_version".to_owned(), version);
    }
    let names: Vec<&str> = entries(kept, "models").map(|(name, _)| name).collect();
    let name = one_line(&text(&outgoing.json, "name"));
    let found = outgoing.found(losses);
    if names.len() > 1 {
        for (at, model) in names.iter().enumerate() {
            let writer = Writer { outgoing, model: Some(model), first: at == 0 };
            file.blocks.push(writer.threatmodel(model, entries(kept, "models").nth(at).map(|(_, kept)| kept), &found, losses));
        }
    } else {
        let writer = Writer { outgoing, model: None, first: true };
        let name = if name.is_empty() { "Model" } else { &name };
        file.blocks.push(writer.threatmodel(name, entries(kept, "models").next().map(|(_, kept)| kept), &found, losses));
    }
    let used: BTreeSet<&str> = found.iter().flat_map(|threat| threat.mitigations.iter().map(String::as_str)).collect();
    for (id, entry) in section(outgoing, "mitigations").filter(|(id, _)| !used.contains(id)) {
        file.blocks.push(component(outgoing, id, entry, losses));
    }
    for (id, entry) in section(outgoing, "mitigations") {
        let status = text(entry, "status");
        if !matches!(status.as_ref(), "" | "implemented") {
            losses.changed(format!("the status {status} to one that is not implemented"), format!("mitigations.{id}"));
        }
        if found.iter().filter(|threat| threat.mitigations.iter().any(|known| known == id)).count() > 1 {
            losses.changed("a mitigation of several threats is a control at each of them", format!("mitigations.{id}"));
        }
    }
    file
}

/// A mitigation that no threat asks for: a control of a library.
fn component(outgoing: &Outgoing<'_>, id: &str, entry: &Json, losses: &mut Losses) -> Block {
    let mut control = block("component", "control");
    control.more.push(id.to_owned());
    let title = outgoing.mitigation_title(id);
    let stated = text(entry, "description");
    let described = if stated.is_empty() { title.clone() } else { stated.into_owned() };
    if crate::vocabulary::headline(&described).0 != title {
        losses
            .changed("the title of a control that no threat asks for: it is the beginning of its description", format!("mitigations.{id}"));
    }
    if text(entry, "status") == "implemented" || !text(entry, "strength").is_empty() {
        losses.dropped("status and strength of a control that no threat asks for", format!("mitigations.{id}"));
    }
    put(&mut control.body, "description", described);
    give_back(&mut control.body, of(entry, OWN), &["model", "kind", "risk_reduction", "title"]);
    control
}

/// A block without anything in it.
pub(super) fn block(kind: &str, label: &str) -> Block {
    Block { kind: kind.to_owned(), label: label.to_owned(), ..Block::default() }
}

fn put(body: &mut Body, key: &str, value: impl Into<Json>) {
    let value = value.into();
    if is_something(&value) {
        body.attributes.insert(key.to_owned(), value);
    }
}

/// Adds attributes that were kept, except what is there already.
fn give_back(body: &mut Body, kept: &Json, own: &[&str]) {
    crate::kept::give_back(&mut body.attributes, kept, own);
}

/// What is written of one model of a file.
struct Writer<'o> {
    outgoing: &'o Outgoing<'o>,
    /// The name of the model among several.
    model: Option<&'o str>,
    /// Whether what names no model goes here.
    first: bool,
}

impl Writer<'_> {
    /// Whether an entry is part of this model.
    fn has(&self, entry: &Json) -> bool {
        match (self.model, of(entry, OWN).get("model").and_then(Json::as_str)) {
            (Some(model), Some(stated)) => model == stated,
            _ => self.first,
        }
    }

    fn threatmodel(&self, name: &str, kept: Option<&Json>, found: &[&ForeignThreat], losses: &mut Losses) -> Block {
        let kept = kept.unwrap_or(&Json::Null);
        let mut model = block("threatmodel", name);
        self.head(&mut model.body, kept, losses);
        self.assets(&mut model.body, losses);
        self.dependencies(&mut model.body);
        self.threats(&mut model.body, found, losses);
        self.diagrams(&mut model.body, losses);
        model
    }

    fn head(&self, body: &mut Body, kept: &Json, losses: &mut Losses) {
        let json = &self.outgoing.json;
        let own = |key: &str| kept.get("own").map(|own| list(own, key));
        let (description, authors) = match own("description") {
            Some(described) => (described.join("\n"), own("author").unwrap_or_default()),
            None if self.first => (text(json, "description").into_owned(), list(json, "authors")),
            None => (String::new(), Vec::new()),
        };
        put(body, "description", description);
        if authors.is_empty() {
            losses.changed("the format asks for an author, so there is one that is called unknown", "authors");
        } else if authors.len() > 1 {
            losses.changed("several authors are one text", "authors");
        }
        put(body, "author", if authors.is_empty() { "unknown".to_owned() } else { authors.join(", ") });
        let scope = json.get("scope").unwrap_or(&Json::Null);
        let (inside, outside) = match (own("usecase"), own("exclusion")) {
            (Some(inside), Some(outside)) => (inside, outside),
            _ if self.first => (list(scope, "in"), entries(scope, "out").map(|(item, _)| item.to_owned()).collect()),
            _ => (Vec::new(), Vec::new()),
        };
        for (kind, items) in [("usecase", inside), ("exclusion", outside)] {
            for item in items {
                let mut one = block(kind, "");
                put(&mut one.body, "description", item);
                body.blocks.push(one);
            }
        }
        for (item, reason) in entries(scope, "out").filter(|(_, reason)| said(reason) != super::EXCLUDED && self.first) {
            losses.dropped(format!("why \"{item}\" is out of scope: {}", said(reason)), "scope.out");
        }
        for (key, _) in scope.as_object().into_iter().flatten().filter(|(key, _)| !matches!(key.as_str(), "in" | "out") && self.first) {
            losses.dropped(format!("`{key}`"), "scope");
        }
        let named = ["attributes", "additional_attribute", "mermaid", "own"];
        give_back(body, kept, &named);
        let inner = |attributes: &Json| attributes.as_object().cloned().unwrap_or_default();
        if let Some(attributes) = kept.get("attributes") {
            let mut one = block("attributes", "");
            one.body.attributes = inner(attributes);
            body.blocks.push(one);
        }
        for kind in ["additional_attribute", "mermaid"] {
            for (label, attributes) in entries(kept, kind) {
                let mut one = block(kind, label);
                one.body.attributes = inner(attributes);
                body.blocks.push(one);
            }
        }
    }

    fn assets(&self, body: &mut Body, losses: &mut Losses) {
        for (id, asset) in section(self.outgoing, "assets").filter(|(_, asset)| self.has(asset)) {
            let name = self.name("assets", id);
            let mut one = block("information_asset", &name);
            let described = text(asset, "description").into_owned();
            put(&mut one.body, "description", if described.is_empty() { name } else { described });
            let level = asset.get("confidentiality").map(said).unwrap_or_default();
            let kept = text(of(asset, OWN), "information_classification");
            let class = match level.as_ref() {
                level if !kept.is_empty() && super::confidentiality(&kept) == level => kept.as_ref(),
                "none" => "Public",
                "critical" => "Restricted",
                _ => "Confidential",
            };
            if super::confidentiality(class) != level {
                losses.changed(format!("the confidentiality {level} to {class}"), format!("assets.{id}"));
            }
            put(&mut one.body, "information_classification", class);
            give_back(&mut one.body, of(asset, OWN), &["model"]);
            body.blocks.push(one);
        }
    }

    fn dependencies(&self, body: &mut Body) {
        for (id, element) in section(self.outgoing, "elements").filter(|(id, element)| self.has(element) && self.is_dependency(id)) {
            let mut one = block("third_party_dependency", &self.name("elements", id));
            put(&mut one.body, "description", text(element, "description").as_ref());
            give_back(&mut one.body, of(element, OWN), &["model"]);
            body.blocks.push(one);
        }
    }

    /// Whether an element came from a dependency, and nothing flows to it or from it.
    fn is_dependency(&self, id: &str) -> bool {
        let element = self.outgoing.entry("elements", id);
        let tagged = list(element, "tags").iter().any(|tag| tag == super::DEPENDENCY) && text(element, "kind") == "external";
        let ends = |flow: &Json| text(flow, "from") == id || text(flow, "to") == id;
        tagged && element.get("zone").is_none() && !section(self.outgoing, "flows").any(|(_, flow)| ends(flow))
    }

    fn threats(&self, body: &mut Body, found: &[&ForeignThreat], losses: &mut Losses) {
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        for threat in found.iter().filter(|threat| self.has(threat_entry(self.outgoing, threat))) {
            // Names of threats are unique in a model.
            let about = threat.subjects.first().map(|thing| self.outgoing.model.name_of(*thing)).unwrap_or_default();
            let title = one_line(&threat.title);
            let mut name = if threat.is_written() || about.is_empty() { title.clone() } else { format!("{title}: {about}") };
            let count = used.entry(name.clone()).or_default();
            *count += 1;
            if *count > 1 {
                name = format!("{name} ({count})");
                losses.changed(format!("the title, to \"{name}\": there is another threat of that name"), format!("threats.{}", threat.id));
            }
            let mut one = block("threat", &name);
            self.threat(&mut one.body, threat, &title);
            if !matches!(threat.status, "open" | "mitigated") {
                losses.dropped(format!("that the threat is {}", threat.status), threat.id.as_str());
            }
            body.blocks.push(one);
        }
    }

    fn threat(&self, body: &mut Body, threat: &ForeignThreat, title: &str) {
        let entry = threat_entry(self.outgoing, threat);
        let kept = of(entry, OWN);
        put(body, "description", if threat.description.is_empty() { title } else { &threat.description });
        let stride: Vec<Json> = threat.stride.iter().map(|category| category_name(category.as_str()).into()).collect();
        put(body, "stride", stride);
        let names: Vec<Json> = list(entry, "assets").iter().map(|id| self.name("assets", id).into()).collect();
        put(body, "information_asset_refs", names);
        give_back(body, kept, &["model", "risk"]);
        let mut risk = block("risk", "");
        for (key, number) in [("likelihood", threat.likelihood), ("impact", threat.impact)] {
            put(&mut risk.body, key, number.map(level).unwrap_or_default());
        }
        // A band is stated only where somebody wrote it; numbers say one by themselves.
        put(&mut risk.body, "severity", text(entry, "severity").as_ref());
        give_back(&mut risk.body, of(kept, "risk"), &[]);
        if !risk.body.attributes.is_empty() {
            body.blocks.push(risk);
        }
        for id in &threat.mitigations {
            self.control(body, id);
        }
    }

    fn control(&self, body: &mut Body, id: &str) {
        let mitigation = self.outgoing.entry("mitigations", id);
        let kept = of(mitigation, OWN);
        let title = self.outgoing.mitigation_title(id);
        let stated = text(mitigation, "description");
        let described = if stated.is_empty() { title.as_str() } else { stated.as_ref() };
        let kind = text(kept, "kind");
        let implemented = text(mitigation, "status") == "implemented";
        if kind == "text" && !implemented && !body.attributes.contains_key("control") {
            put(body, "control", described);
            return;
        }
        let kind = if kind.is_empty() || kind == "text" { "control" } else { kind.as_ref() };
        let mut control = block(kind, if kind == "proposed_control" { "" } else { &title });
        put(&mut control.body, "description", described);
        control.body.attributes.insert("implemented".to_owned(), implemented.into());
        let strength = text(mitigation, "strength");
        let before = kept.get("risk_reduction").filter(|number| number.is_number() && super::strength(number) == strength);
        let number = match strength.as_ref() {
            _ if before.is_some() => before.cloned().unwrap_or_default(),
            "weak" => 20.into(),
            "moderate" => 50.into(),
            "strong" => 80.into(),
            _ => Json::Null,
        };
        put(&mut control.body, "risk_reduction", number);
        let attributes = |(key, value): (&String, &Json)| Some((key.strip_prefix("attribute ")?.to_owned(), value.as_object().cloned()?));
        for (label, attributes) in kept.as_object().into_iter().flatten().filter_map(attributes) {
            let mut one = block("attribute", &label);
            one.body.attributes = attributes;
            control.body.blocks.push(one);
        }
        let plain: Map<String, Json> = kept
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, _)| !key.starts_with("attribute "))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        give_back(&mut control.body, &plain.into(), &["model", "kind", "risk_reduction"]);
        body.blocks.push(control);
    }

    fn name(&self, section: &str, id: &str) -> String {
        one_line(&crate::write::own_name(self.outgoing, OWN, id, self.outgoing.entry(section, id)))
    }
}

fn category_name(category: &str) -> String {
    match category {
        "denial-of-service" => "Denial of service".to_owned(),
        "information-disclosure" => "Info Disclosure".to_owned(),
        "elevation-of-privilege" => "Elevation of privilege".to_owned(),
        other => redan_model::naming::sentence_of(other),
    }
}

fn level(number: u8) -> &'static str {
    match number {
        0 | 1 => "very_low",
        2 => "low",
        3 => "medium",
        4 => "high",
        _ => "very_high",
    }
}
