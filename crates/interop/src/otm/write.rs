//! Models of ours in the Open Threat Model format, 0.2.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::threats::{done, status};
use super::{GENERIC, NO_ZONE, OWN, level};
use crate::export::{ExportError, Exported, ForeignThreat, Outgoing, pretty};
use crate::kept::{give_back, of};
use crate::layout::home;
use crate::losses::{Losses, Says};
use crate::read::{items, text};
use crate::write::{because, drawn_subjects, foreign_id, label, own_name, put, said, section, texts, threat_entry};

/// The representation that files of code are in.
const CODE: &str = "code";
const SAYS: &[Says] = &[
    Says("", &["id", "name", "description", "owner", "tags"]),
    Says("people", &["name", "contact"]),
    Says("assets", &["name", "description", "confidentiality", "integrity", "availability"]),
    Says("zones", &["name", "description", "trust", "in", "kind"]),
    Says("elements", &["kind", "name", "description", "zone", "in", "tech", "holds", "tags", "code"]),
    Says("flows", &["from", "to", "both-ways", "protocol", "label", "description", "carries", "returns", "tags"]),
    Says(
        "threats",
        &[
            "title",
            "on",
            "stride",
            "linddun",
            "description",
            "likelihood",
            "impact",
            "severity",
            "status",
            "mitigations",
            "references",
            "tags",
            "same-as",
            "because",
        ],
    ),
    Says("mitigations", &["title", "description", "status", "strength"]),
];

/// Writes a model.
///
/// # Errors
/// None: what the format requires and a model may leave open is guessed, and listed.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut losses = Losses::default();
    losses.unsaid(&outgoing.json, OWN, SAYS);
    losses.people_to_names(&outgoing.json, &["owner"]);
    let found: Vec<&ForeignThreat> = outgoing.found(&mut losses);
    let mut writer = Writer { outgoing, losses, stands: BTreeMap::new(), code: false };
    let (threats, mitigations) = writer.threats(&found);
    let mut file = Map::new();
    let kept = of(&outgoing.json, OWN);
    let version = text(kept, "version");
    file.insert("otmVersion".to_owned(), if version.is_empty() { "0.2.0" } else { version.as_ref() }.into());
    file.insert("project".to_owned(), writer.project());
    give_back(&mut file, kept, &["project", "version"]);
    file.insert("assets".to_owned(), writer.assets().into());
    let components = writer.components();
    file.insert("trustZones".to_owned(), writer.zones(&components).into());
    file.insert("components".to_owned(), components.into());
    if writer.code {
        let shown = file.entry("representations").or_insert_with(|| json!([]));
        if let Some(shown) = shown.as_array_mut().filter(|shown| !shown.iter().any(|one| text(one, "id") == CODE)) {
            shown.push(json!({"id": CODE, "name": "Code", "type": "code"}));
        }
    }
    file.insert("dataflows".to_owned(), writer.flows().into());
    file.insert("threats".to_owned(), threats.into());
    file.insert("mitigations".to_owned(), mitigations.into());
    Ok(Exported { bytes: pretty(&file.into()), loss: writer.losses.finish() })
}

struct Writer<'o> {
    outgoing: &'o Outgoing<'o>,
    losses: Losses,
    /// Where threats stand, by our id of the thing.
    stands: BTreeMap<String, Vec<Json>>,
    /// Whether a component names files of code that no representation of the file was there for.
    code: bool,
}

impl<'o> Writer<'o> {
    fn id(&self, section: &str, id: &str) -> String {
        foreign_id(self.outgoing.entry(section, id), OWN, "id", || id.to_owned())
    }

    fn project(&self) -> Json {
        let model = &self.outgoing.json;
        let mut project = Map::new();
        let title = text(model, "name");
        let title = if title.is_empty() { "Threat model" } else { title.as_ref() };
        project.insert("name".to_owned(), title.into());
        let id = [text(model, "id").into_owned(), crate::draft::slug(title)].into_iter().find(|id| !id.is_empty());
        project.insert("id".to_owned(), id.unwrap_or_else(|| "model".to_owned()).into());
        put(&mut project, "description", text(model, "description"));
        let owner = text(model, "owner");
        let person = model.get("people").and_then(|people| people.get(owner.as_ref()));
        put(
            &mut project,
            "owner",
            person.map_or_else(|| owner.clone().into_owned(), |person| own_name(self.outgoing, OWN, &owner, person)),
        );
        put(&mut project, "ownerContact", person.map(|person| text(person, "contact").into_owned()).unwrap_or_default());
        put(&mut project, "tags", texts(model, "tags"));
        if let Some(id) = of(of(model, OWN), "project").get("id") {
            project.insert("id".to_owned(), id.clone());
        }
        give_back(&mut project, of(of(model, OWN), "project"), &[]);
        project.into()
    }

    fn assets(&mut self) -> Vec<Json> {
        let mut assets = Vec::new();
        for (id, entry) in section(self.outgoing, "assets") {
            let mut asset = Map::new();
            asset.insert("id".to_owned(), self.id("assets", id).into());
            asset.insert("name".to_owned(), own_name(self.outgoing, OWN, id, entry).into());
            put(&mut asset, "description", text(entry, "description"));
            let kept = of(of(entry, OWN), "risk");
            let mut risk = kept.as_object().cloned().unwrap_or_default();
            for key in ["confidentiality", "integrity", "availability"] {
                let stated = entry.get(key).map(said).unwrap_or_default();
                let before = kept.get(key).and_then(Json::as_f64);
                if before.is_some_and(|number| level(number) == stated) {
                    continue;
                }
                let number = ["none", "low", "medium", "high", "critical"].iter().position(|word| *word == stated);
                if number.is_none() {
                    self.losses.guessed(format!("how much {key} matters: medium"), format!("assets.{id}"));
                }
                risk.insert(key.to_owned(), (number.unwrap_or(2) * 25).into());
            }
            asset.insert("risk".to_owned(), risk.into());
            give_back(&mut asset, of(entry, OWN), &[]);
            assets.push(asset.into());
        }
        assets
    }

    fn zones(&mut self, components: &[Json]) -> Vec<Json> {
        let mut zones = Vec::new();
        for (id, entry) in section(self.outgoing, "zones") {
            let mut zone = Map::new();
            zone.insert("id".to_owned(), self.id("zones", id).into());
            zone.insert("name".to_owned(), own_name(self.outgoing, OWN, id, entry).into());
            put(&mut zone, "description", text(entry, "description"));
            let model = self.outgoing.model;
            let trust = model.zones.iter().find(|zone| zone.identity.id == id).and_then(|zone| zone.trust);
            let before = of(entry, OWN).get("risk").and_then(|risk| risk.get("trustRating")).and_then(Json::as_f64);
            if trust.is_none() {
                self.losses.guessed("how far the zone is trusted: 50 of 100", format!("zones.{id}"));
            }
            let same = before.is_some_and(|before| trust.is_some_and(|(trust, _)| (f64::from(trust) - before).abs() < 1.0));
            if !same {
                zone.insert("risk".to_owned(), json!({"trustRating": trust.map_or(50, |(trust, _)| trust)}));
            }
            let outer = text(entry, "in");
            if !outer.is_empty() {
                zone.insert("parent".to_owned(), json!({"trustZone": self.id("zones", &outer)}));
            }
            give_back(&mut zone, of(entry, OWN), &[]);
            let kind = text(entry, "kind");
            if !kind.is_empty() {
                attribute(&mut zone, "redan-kind", &kind);
            }
            // A level is a word that the number alone does not give back.
            let level = entry.get("trust").map(said).unwrap_or_default();
            if !same && !level.is_empty() && level.parse::<u8>().is_err() {
                attribute(&mut zone, "redan-trust", &level);
            }
            zones.push(zone.into());
        }
        let nowhere = |component: &Json| component.get("parent").is_some_and(|parent| text(parent, "trustZone") == NO_ZONE);
        if components.iter().any(nowhere) {
            self.losses.changed("elements that are in no zone: the format wants one, so they are in a zone of that name", "elements");
            zones.push(json!({"id": NO_ZONE, "name": "No zone", "type": NO_ZONE, "risk": {"trustRating": 0}}));
        }
        zones
    }

    fn components(&mut self) -> Vec<Json> {
        let mut components = Vec::new();
        for (id, entry) in section(self.outgoing, "elements") {
            let kept = of(entry, OWN);
            let mut component = Map::new();
            component.insert("id".to_owned(), self.id("elements", id).into());
            component.insert("name".to_owned(), own_name(self.outgoing, OWN, id, entry).into());
            let (tech, kind) = (text(entry, "tech"), text(entry, "kind"));
            let before = text(kept, "type");
            let made = if tech.is_empty() { GENERIC } else { tech.as_ref() };
            component.insert("type".to_owned(), if before.is_empty() { made } else { before.as_ref() }.into());
            put(&mut component, "description", text(entry, "description"));
            component.insert("parent".to_owned(), self.parent(id, entry));
            let stored: Vec<String> = texts(entry, "holds").iter().map(|asset| self.id("assets", asset)).collect();
            let processed = texts(kept, "processed");
            if entry.get("holds").is_some() || !processed.is_empty() {
                let mut assets = Map::new();
                if entry.get("holds").is_some() {
                    assets.insert("stored".to_owned(), stored.into());
                }
                put(&mut assets, "processed", processed);
                component.insert("assets".to_owned(), assets.into());
            }
            put(&mut component, "tags", texts(entry, "tags"));
            put(&mut component, "threats", self.stands.remove(id).unwrap_or_default());
            put(&mut component, "representations", self.code(id, entry));
            give_back(&mut component, kept, &["processed", "id", "representations"]);
            attribute(&mut component, "redan-kind", &kind);
            components.push(component.into());
        }
        components
    }

    /// Where a component is shown, with the files that its code is in.
    fn code(&mut self, id: &str, entry: &Json) -> Vec<Json> {
        let files = texts(entry, "code");
        let mut shown = items(of(entry, OWN), "representations").to_vec();
        shown.retain(|shown| text(shown, "file").is_empty() || files.iter().any(|file| *file == text(shown, "file")));
        for (at, file) in files.iter().enumerate() {
            if !shown.iter().any(|shown| text(shown, "file") == file.as_str()) {
                self.code = true;
                shown.push(json!({"representation": CODE, "id": format!("{id}-code-{}", at + 1), "file": file}));
            }
        }
        shown
    }

    fn parent(&mut self, id: &str, entry: &Json) -> Json {
        let zones = texts(entry, "zone");
        if zones.len() > 1 {
            self.losses.dropped("all zones but the first one", format!("elements.{id}.zone"));
        }
        let outer = text(entry, "in");
        if !outer.is_empty() && zones.is_empty() {
            return json!({"component": self.id("elements", &outer)});
        }
        if !outer.is_empty() {
            self.losses.dropped(format!("that it is part of {outer}: it is in a zone"), format!("elements.{id}.in"));
        }
        home(self.outgoing, entry).map_or_else(|| json!({"trustZone": NO_ZONE}), |zone| json!({"trustZone": self.id("zones", &zone)}))
    }

    fn flows(&mut self) -> Vec<Json> {
        let mut flows = Vec::new();
        for (id, entry) in section(self.outgoing, "flows") {
            let kept = of(entry, OWN);
            let mut flow = Map::new();
            flow.insert("id".to_owned(), self.id("flows", id).into());
            flow.insert("name".to_owned(), label(id, entry).into());
            put(&mut flow, "description", text(entry, "description"));
            flow.insert("bidirectional".to_owned(), matches!(text(entry, "both-ways").as_ref(), "yes" | "true").into());
            flow.insert("source".to_owned(), self.id("elements", &text(entry, "from")).into());
            flow.insert("destination".to_owned(), self.id("elements", &text(entry, "to")).into());
            let back = texts(entry, "returns");
            if !back.is_empty() {
                self.losses.changed("what comes back: the format does not say which way data goes", format!("flows.{id}.returns"));
            }
            let assets: Vec<String> = texts(entry, "carries").into_iter().chain(back).map(|asset| self.id("assets", &asset)).collect();
            if entry.get("carries").is_some() || !assets.is_empty() {
                flow.insert("assets".to_owned(), assets.into());
            }
            put(&mut flow, "tags", texts(entry, "tags"));
            put(&mut flow, "threats", self.stands.remove(id).unwrap_or_default());
            give_back(&mut flow, kept, &[]);
            let protocol = text(entry, "protocol");
            let before = flow.get("attributes").map(|kept| text(kept, "protocol").into_owned()).unwrap_or_default();
            if !protocol.is_empty() && crate::draft::slug(&before) != crate::draft::slug(&protocol) {
                attribute(&mut flow, "protocol", &protocol);
            }
            flows.push(flow.into());
        }
        flows.extend(items(&self.outgoing.json, "x-otm-dataflows").iter().cloned());
        flows
    }

    /// Definitions of threats and mitigations; where they stand is noted for things.
    fn threats(&mut self, found: &[&ForeignThreat]) -> (Vec<Json>, Vec<Json>) {
        let mut definitions: Vec<Json> = Vec::new();
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mut used: BTreeMap<&str, usize> = BTreeMap::new();
        for threat in found {
            let entry = threat_entry(self.outgoing, threat);
            let id = foreign_id(entry, OWN, "id", || threat.id.clone());
            self.stand(threat, entry, &id);
            threat.mitigations.iter().for_each(|id| *used.entry(id.as_str()).or_default() += 1);
            if known.insert(id.clone()) {
                definitions.push(definition(threat, entry, id));
            }
        }
        let mut mitigations = Vec::new();
        let mut known: BTreeSet<String> = BTreeSet::new();
        for (id, entry) in section(self.outgoing, "mitigations") {
            let foreign = self.id("mitigations", id);
            if !used.contains_key(id) && !matches!(text(entry, "status").as_ref(), "" | "proposed") {
                self.losses.dropped("the state of a mitigation that is against no threat", format!("mitigations.{id}"));
            }
            if !known.insert(foreign.clone()) {
                continue;
            }
            let mut mitigation = Map::new();
            mitigation.insert("id".to_owned(), foreign.into());
            mitigation.insert("name".to_owned(), self.outgoing.mitigation_title(id).into());
            put(&mut mitigation, "description", text(entry, "description"));
            let reduction = match text(entry, "strength").as_ref() {
                "weak" => 25,
                "moderate" => 50,
                "strong" => 75,
                _ => 0,
            };
            mitigation.insert("riskReduction".to_owned(), of(entry, OWN).get("riskReduction").cloned().unwrap_or_else(|| reduction.into()));
            give_back(&mut mitigation, of(entry, OWN), &["state"]);
            mitigations.push(mitigation.into());
        }
        (definitions, mitigations)
    }

    /// Notes where a threat stands.
    fn stand(&mut self, threat: &ForeignThreat, entry: &Json, id: &str) {
        let things = drawn_subjects(self.outgoing.model, threat);
        if things.len() < threat.subjects.len() {
            self.losses.dropped("that the threat is on something that is no component and no flow", format!("threats.{}", threat.id));
        }
        if things.is_empty() && threat.status != "open" {
            self.losses.dropped("the state of a threat that is on nothing", format!("threats.{}", threat.id));
        }
        let before = items(of(entry, OWN), "stands");
        for thing in things {
            let old = before.iter().find(|old| text(old, "on") == thing).unwrap_or(&Json::Null);
            let old_state = text(old, "state");
            let same = status(&old_state) == threat.status && !old_state.is_empty();
            let mut stands = Map::new();
            stands.insert("threat".to_owned(), id.into());
            stands.insert("state".to_owned(), if same { old_state.as_ref() } else { threat.status }.into());
            let against: Vec<Json> = if same && self.unchanged(old, threat) {
                items(old, "mitigations").to_vec()
            } else {
                threat.mitigations.iter().map(|own| json!({"mitigation": self.id("mitigations", own), "state": self.state(own)})).collect()
            };
            put(&mut stands, "mitigations", against);
            give_back(&mut stands, old, &["on"]);
            self.stands.entry(thing).or_default().push(stands.into());
        }
    }

    /// Whether the mitigations of a place are among those of the threat, in the same states.
    fn unchanged(&self, old: &Json, threat: &ForeignThreat) -> bool {
        let now: BTreeSet<(String, String)> =
            threat.mitigations.iter().map(|id| (self.id("mitigations", id), status_of(self.outgoing, id))).collect();
        let stated =
            items(old, "mitigations").iter().map(|said| (text(said, "mitigation").into_owned(), done(&text(said, "state")).to_owned()));
        let before: BTreeSet<(String, String)> = stated.collect();
        let elsewhere = items(of(threat_entry(self.outgoing, threat), OWN), "stands").len() > 1;
        if elsewhere { before.is_subset(&now) } else { before == now }
    }

    fn state(&self, id: &str) -> String {
        let kept = text(of(self.outgoing.entry("mitigations", id), OWN), "state").into_owned();
        let now = status_of(self.outgoing, id);
        if done(&kept) == now && !kept.is_empty() { kept } else { now }
    }
}

fn status_of(outgoing: &Outgoing<'_>, id: &str) -> String {
    let status = text(outgoing.entry("mitigations", id), "status").into_owned();
    if status.is_empty() { "proposed".to_owned() } else { status }
}

fn definition(threat: &ForeignThreat, entry: &Json, id: String) -> Json {
    let kept = of(entry, OWN);
    let mut written = Map::new();
    written.insert("id".to_owned(), id.into());
    written.insert("name".to_owned(), threat.title.as_str().into());
    put(&mut written, "description", threat.description.as_str());
    let stride: Vec<String> = threat.stride.iter().map(|word| word.as_str().to_owned()).collect();
    let linddun = threat.linddun.iter().map(|word| word.as_str().to_owned());
    if kept.get("categories").is_none() {
        put(&mut written, "categories", stride.into_iter().chain(linddun).collect::<Vec<_>>());
    }
    let cwes = threat.references.iter().find(|(list, _)| list == "cwe").map(|(_, ids)| ids.clone()).unwrap_or_default();
    if kept.get("cwes").is_none() {
        put(&mut written, "cwes", cwes.iter().map(|id| format!("CWE-{}", id.trim_start_matches("CWE-"))).collect::<Vec<_>>());
    }
    let mut risk = of(kept, "risk").as_object().cloned().unwrap_or_default();
    for (key, comment, rating) in [("likelihood", "likelihoodComment", threat.likelihood), ("impact", "impactComment", threat.impact)] {
        let before = risk.get(key).and_then(Json::as_f64).map(rating_of);
        if rating.is_some() && before != rating {
            risk.insert(key.to_owned(), rating.map(|rating| rating * 20).into());
        }
        let why = entry.get(key).map(because).unwrap_or_default();
        put(&mut risk, comment, why);
    }
    risk.entry("likelihood").or_insert(Json::Null);
    let band = threat.band.map_or(50, |band| match band.as_str() {
        "low" => 25,
        "medium" => 50,
        "high" => 75,
        _ => 100,
    });
    risk.entry("impact").or_insert_with(|| band.into());
    written.insert("risk".to_owned(), risk.into());
    put(&mut written, "tags", texts(entry, "tags"));
    give_back(&mut written, kept, &["stands", "risk"]);
    written.into()
}

fn rating_of(number: f64) -> u8 {
    [20.0, 40.0, 60.0, 80.0].iter().fold(1, |rating, limit| rating + u8::from(number > *limit))
}

fn attribute(object: &mut Map<String, Json>, key: &str, value: &str) {
    let attributes = object.entry("attributes").or_insert_with(|| json!({}));
    if !attributes.is_object() {
        *attributes = json!({});
    }
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.insert(key.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_ratings() {
        assert_eq!([0.0, 20.0, 50.0, 100.0].map(rating_of), [1, 1, 3, 5]);
    }
}
