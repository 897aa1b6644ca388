//! A model as HCL for threatcl: assets, threats with their controls, and one data flow diagram.

use std::fmt::Write as _;

use redan_model::lang::ElementKind;
use redan_model::{Thing, ZoneIx};
use serde_json::Value as Json;

use super::OWN;
use crate::Losses;
use crate::draft::one_line;
use crate::drawn::out::Drawn;
use crate::export::{ExportError, Exported, ForeignThreat, Outgoing};
use crate::losses::Says;
use crate::read::{list, text};

/// Writes a model.
///
/// # Errors
/// None: what the format has no place for is a loss.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut losses = Losses::default();
    let says = [
        Says("", &["name", "description", "authors", "scope"]),
        Says("assets", &["name", "description", "confidentiality"]),
        Says("elements", &["kind", "name", "zone"]),
        Says("zones", &["name", "in"]),
        Says("flows", &["from", "to", "protocol", "label"]),
        Says("threats", &["title", "description", "stride", "assets", "likelihood", "impact", "severity", "mitigations", "on", "status"]),
        Says("mitigations", &["title", "description", "status"]),
    ];
    losses.unsaid(&outgoing.json, OWN, &says);
    let mut writer = Writer { out: String::new(), outgoing };
    let name = one_line(&text(&outgoing.json, "name"));
    writer.line(0, "spec_version = \"0.7.0\"\n");
    writer.line(0, &format!("threatmodel {} {{", quoted(if name.is_empty() { "Model" } else { &name })));
    writer.head();
    writer.assets();
    let found = outgoing.found(&mut losses);
    writer.threats(&found, &mut losses);
    let used: std::collections::BTreeSet<&str> = found.iter().flat_map(|threat| threat.mitigations.iter().map(String::as_str)).collect();
    for (id, _) in crate::read::entries(&outgoing.json, "mitigations").filter(|(id, _)| !used.contains(id)) {
        losses.dropped("a mitigation that no threat asks for", format!("mitigations.{id}"));
    }
    writer.diagram();
    writer.line(0, "}");
    Ok(Exported { bytes: writer.out.into_bytes(), loss: losses.finish() })
}

struct Writer<'o> {
    out: String,
    outgoing: &'o Outgoing<'o>,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(depth));
    }

    fn attribute(&mut self, depth: usize, key: &str, value: &str) {
        if !value.is_empty() {
            self.line(depth, &format!("{key} = {}", quoted(value)));
        }
    }

    fn head(&mut self) {
        let json = &self.outgoing.json;
        let (description, authors) = (text(json, "description").into_owned(), list(json, "authors"));
        self.attribute(1, "description", &description);
        // The format asks for an author.
        self.attribute(1, "author", &if authors.is_empty() { "unknown".to_owned() } else { authors.join(", ") });
        let scope = json.get("scope").cloned().unwrap_or_default();
        for item in list(&scope, "in") {
            self.line(1, &format!("usecase {{\n    description = {}\n  }}", quoted(&item)));
        }
        for (item, _) in crate::read::entries(&scope, "out") {
            self.line(1, &format!("exclusion {{\n    description = {}\n  }}", quoted(item)));
        }
    }

    fn assets(&mut self) {
        let json = &self.outgoing.json;
        for (id, asset) in crate::read::entries(json, "assets") {
            self.line(1, &format!("information_asset {} {{", quoted(&name_of(id, asset))));
            let kept = asset.get(OWN).map(|kept| text(kept, "information_classification").into_owned()).unwrap_or_default();
            let class = match text(asset, "confidentiality").as_ref() {
                "none" => "Public",
                "high" | "critical" => "Restricted",
                _ => "Confidential",
            };
            let description = text(asset, "description").into_owned();
            self.attribute(2, "description", if description.is_empty() { id } else { &description });
            self.attribute(2, "information_classification", if kept.is_empty() { class } else { &kept });
            self.line(1, "}");
        }
    }

    fn threats(&mut self, found: &[&ForeignThreat], losses: &mut Losses) {
        let mut used: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        for threat in found {
            // Names of threats are unique in a model.
            let about = threat.subjects.first().map(|thing| self.outgoing.model.name_of(*thing)).unwrap_or_default();
            let mut name = if threat.is_written() || about.is_empty() {
                one_line(&threat.title)
            } else {
                format!("{}: {about}", one_line(&threat.title))
            };
            let count = used.entry(name.clone()).or_default();
            *count += 1;
            if *count > 1 {
                name = format!("{name} ({count})");
            }
            self.line(1, &format!("threat {} {{", quoted(&name)));
            self.attribute(2, "description", if threat.description.is_empty() { &threat.title } else { &threat.description });
            let stride: Vec<String> = threat.stride.iter().map(|category| quoted(&category_name(category.as_str()))).collect();
            if !stride.is_empty() {
                self.line(2, &format!("stride = [{}]", stride.join(", ")));
            }
            if let (Some(likelihood), Some(impact)) = (threat.likelihood, threat.impact) {
                self.line(
                    2,
                    &format!("risk {{\n      likelihood = \"{}\"\n      impact = \"{}\"\n    }}", level(likelihood), level(impact)),
                );
            }
            if !matches!(threat.status, "open" | "mitigated") {
                losses.dropped(format!("that the threat is {}", threat.status), threat.id.as_str());
            }
            let entry = threat.entry.as_ref().map(|key| self.outgoing.entry("threats", key)).cloned().unwrap_or_default();
            let assets = list(&entry, "assets");
            if !assets.is_empty() {
                let names: Vec<String> = assets.iter().map(|id| quoted(&name_of(id, self.outgoing.entry("assets", id)))).collect();
                self.line(2, &format!("information_asset_refs = [{}]", names.join(", ")));
            }
            for id in &threat.mitigations {
                let mitigation = self.outgoing.entry("mitigations", id).clone();
                self.line(2, &format!("control {} {{", quoted(&self.outgoing.mitigation_title(id))));
                let description = text(&mitigation, "description");
                self.attribute(3, "description", if description.is_empty() { id } else { &description });
                self.line(3, &format!("implemented = {}", text(&mitigation, "status") == "implemented"));
                self.line(2, "}");
            }
            self.line(1, "}");
        }
    }

    fn diagram(&mut self) {
        let model = self.outgoing.model;
        if model.elements.is_empty() {
            return;
        }
        let drawn = Drawn::of(model);
        self.line(1, "data_flow_diagram_v2 \"Model\" {");
        self.inside(&drawn, None, 2);
        let names = names(&drawn, model.elements.len());
        for arrow in drawn.arrows() {
            let ends = names.get(&arrow.from).zip(names.get(&arrow.to));
            let Some((from, to)) = ends else { continue };
            let label = if arrow.label.is_empty() { "data" } else { &arrow.label };
            self.line(2, &format!("flow {} {{", quoted(label)));
            self.attribute(3, "from", from);
            self.attribute(3, "to", to);
            self.attribute(3, "protocol", &arrow.protocol);
            self.line(2, "}");
        }
        self.line(1, "}");
    }

    fn inside(&mut self, drawn: &Drawn<'_>, zone: Option<ZoneIx>, depth: usize) {
        let names = names(drawn, self.outgoing.model.elements.len());
        for ix in drawn.elements_in(zone) {
            let kind = match drawn.kind(ix) {
                ElementKind::Actor | ElementKind::External => "external_element",
                ElementKind::Process => "process",
                ElementKind::Store => "data_store",
            };
            let name = names.get(drawn.id(Thing::Element(ix))).cloned().unwrap_or_default();
            self.line(depth, &format!("{kind} {} {{}}", quoted(&name)));
        }
        for inner in drawn.zones_in(zone) {
            self.line(depth, &format!("trust_zone {} {{", quoted(drawn.name(Thing::Zone(inner)))));
            self.inside(drawn, Some(inner), depth + 1);
            self.line(depth, "}");
        }
    }
}

/// Names of elements by their drawn ids; a name that two have gets a number, since names are ids there.
fn names(drawn: &Drawn<'_>, elements: usize) -> std::collections::BTreeMap<String, String> {
    let mut used: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    let mut names = std::collections::BTreeMap::new();
    for ix in (0_u32..).map(redan_model::ElementIx).take(elements) {
        let name = drawn.name(Thing::Element(ix));
        let count = used.entry(name).or_default();
        *count += 1;
        let unique = if *count > 1 { format!("{name} {count}") } else { name.to_owned() };
        names.insert(drawn.id(Thing::Element(ix)).to_owned(), unique);
    }
    names
}

fn name_of(id: &str, entry: &Json) -> String {
    let name = text(entry, "name");
    if name.is_empty() { id.to_owned() } else { one_line(&name) }
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

/// A text as a string of HCL, in which nothing is evaluated.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let escaped = plain.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{}\"", escaped.replace("${", "$${").replace("%{", "%%{"))
}
