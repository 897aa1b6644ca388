//! Models of ours as files of the OWASP Threat Model Library, 1.0.2.
//!
//! The format requires much that a model may leave open, such as whether a flow is encrypted. What is not known is
//! written as the less safe value, and listed as guessed.

use std::collections::{BTreeMap, BTreeSet};

use redan_model::Thing;
use serde_json::{Map, Value as Json, json};

use super::threats::{IMPACT, LIKELIHOOD, status, word};
use super::{NO_ZONE, OWN};
use crate::draft::slug;
use crate::export::{ExportError, Exported, ForeignThreat, Outgoing, pretty};
use crate::kept::{give_back, of};
use crate::layout::home;
use crate::losses::{Losses, Says};
use crate::read::{items, text};
use crate::write::{fact, label, own_name, put, said, section, texts, threat_entry};

const SCHEMA: &str = "https://github.com/OWASP/www-project-threat-model-library/blob/v1.0.2/threat-model.schema.json";
/// The persona of threats that name none.
const ANYBODY: &str = "anybody";
const SAYS: &[Says] = &[
    Says("", &["name", "version", "description", "scope"]),
    Says("assumptions", &["text", "status"]),
    Says("assets", &["name", "description", "data"]),
    Says("attackers", &["name", "description", "skill", "insider"]),
    Says("zones", &["name", "description", "trust"]),
    Says("elements", &["kind", "name", "description", "zone", "in", "tech", "holds"]),
    Says("flows", &["from", "to", "label", "description"]),
    Says(
        "threats",
        &["title", "on", "description", "source", "action", "likelihood", "impact", "severity", "mitigations", "references", "same-as"],
    ),
    Says("mitigations", &["title", "description", "status"]),
];

/// Writes a model.
///
/// # Errors
/// None: what the format requires and a model may leave open is guessed, and listed.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut losses = Losses::default();
    losses.unsaid(&outgoing.json, OWN, SAYS);
    let found = outgoing.found(&mut losses);
    let mut writer = Writer { outgoing, losses, names: BTreeMap::new(), taken: BTreeSet::new() };
    writer.name_all(&found);
    let file = writer.file(&found);
    Ok(Exported { bytes: pretty(&file), loss: writer.losses.finish() })
}

struct Writer<'o> {
    outgoing: &'o Outgoing<'o>,
    losses: Losses,
    /// Symbolic names by section and our id.
    names: BTreeMap<(&'static str, String), String>,
    taken: BTreeSet<String>,
}

impl<'o> Writer<'o> {
    fn name_all(&mut self, found: &[&ForeignThreat]) {
        for key in ["zones", "elements", "assets", "flows", "attackers", "mitigations"] {
            let entries: Vec<(String, String)> = section(self.outgoing, key)
                .map(|(id, entry)| (id.to_owned(), text(of(entry, OWN), "symbolic_name").into_owned()))
                .collect();
            for (id, kept) in entries {
                self.name_one(key, id, &kept);
            }
        }
        for threat in found {
            let kept = text(of(threat_entry(self.outgoing, threat), OWN), "symbolic_name").into_owned();
            self.name_one("threats", threat.id.clone(), &kept);
        }
    }

    fn name_one(&mut self, section: &'static str, id: String, kept: &str) {
        let symbolic = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let own = if symbolic { id.clone() } else { slug(&id) };
        let wanted = if kept.is_empty() { own } else { kept.to_owned() };
        let wanted = if wanted.is_empty() { "thing".to_owned() } else { wanted };
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let free = std::iter::once(wanted.clone()).chain(numbered).find(|name| kept == name || !self.taken.contains(name));
        let name = free.unwrap_or(wanted);
        self.taken.insert(name.clone());
        self.names.insert((section, id), name);
    }

    fn symbol(&self, section: &'static str, id: &str) -> String {
        self.names.get(&(section, id.to_owned())).cloned().unwrap_or_else(|| slug(id))
    }

    fn file(&mut self, found: &[&ForeignThreat]) -> Json {
        let model = &self.outgoing.json;
        let kept = of(model, OWN);
        let mut file = Map::new();
        file.insert("$schema".to_owned(), SCHEMA.into());
        let version = text(model, "version");
        let plain =
            !version.is_empty() && version.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        file.insert("version".to_owned(), if plain { version.as_ref() } else { "1.0" }.into());
        file.insert("scope".to_owned(), self.scope());
        put(&mut file, "description", text(model, "description"));
        let (actors, components, stores) = self.elements();
        let mut zones: Vec<Json> = section(self.outgoing, "zones")
            .map(|(id, entry)| self.described("zones", id, entry, own_name(self.outgoing, OWN, id, entry)).into())
            .collect();
        let all = actors.iter().chain(&components).chain(&stores);
        if all.clone().any(|thing| text(thing, "trust_zone") == NO_ZONE) {
            self.losses.changed("elements that are in no zone: the format wants one, so they are in a zone of that name", "elements");
            zones.push(json!({"symbolic_name": NO_ZONE, "title": "No zone", "description": "Elements that are in no zone"}));
        }
        file.insert("trust_zones".to_owned(), zones.into());
        let boundaries = kept.get("trust_boundaries").cloned().unwrap_or_else(|| self.boundaries().into());
        file.insert("trust_boundaries".to_owned(), boundaries);
        file.insert("actors".to_owned(), actors.into());
        file.insert("components".to_owned(), components.into());
        file.insert("data_stores".to_owned(), stores.into());
        file.insert("data_sets".to_owned(), self.data_sets().into());
        file.insert("data_flows".to_owned(), self.flows().into());
        put(&mut file, "assumptions", self.assumptions());
        let threats = self.threats(found);
        let personas = self.personas(&threats);
        put(&mut file, "threat_personas", personas);
        put(&mut file, "threats", threats);
        put(&mut file, "controls", self.controls(found));
        put(&mut file, "risks", self.risks(found));
        give_back(&mut file, kept, &["scope", "trust_boundaries", "risks"]);
        file.into()
    }

    fn scope(&mut self) -> Json {
        let model = &self.outgoing.json;
        let kept = of(of(model, OWN), "scope");
        let title = text(model, "name");
        let mut scope = Map::new();
        scope.insert("title".to_owned(), if title.is_empty() { "Threat model" } else { title.as_ref() }.into());
        let target = model.get("scope").map(|scope| text(scope, "target").into_owned()).unwrap_or_default();
        scope.insert("description".to_owned(), target.into());
        let rows = [
            ("business_criticality", json!("moderate")),
            ("data_sensitivity", json!([])),
            ("exposure", json!("external")),
            ("tier", json!("important")),
        ];
        let mut guessed = Vec::new();
        for (key, value) in rows {
            if kept.get(key).is_none() {
                guessed.push(key.replace('_', " "));
            }
            scope.insert(key.to_owned(), kept.get(key).cloned().unwrap_or(value));
        }
        if !guessed.is_empty() {
            self.losses.guessed(format!("what the format wants to know of every system: {}", guessed.join(", ")), "scope");
        }
        scope.into()
    }

    /// The three fields that everything has.
    fn described(&self, key: &'static str, id: &str, entry: &Json, title: String) -> Map<String, Json> {
        let mut written = Map::new();
        written.insert("symbolic_name".to_owned(), self.symbol(key, id).into());
        written.insert("title".to_owned(), title.into());
        written.insert("description".to_owned(), text(entry, "description").into());
        written
    }

    fn elements(&mut self) -> (Vec<Json>, Vec<Json>, Vec<Json>) {
        let (mut actors, mut components, mut stores) = (Vec::new(), Vec::new(), Vec::new());
        for (id, entry) in section(self.outgoing, "elements") {
            let kept = of(entry, OWN);
            let mut written = self.described("elements", id, entry, own_name(self.outgoing, OWN, id, entry));
            let zones = texts(entry, "zone");
            if zones.len() > 1 {
                self.losses.dropped("all zones but the first one", format!("elements.{id}.zone"));
            }
            let zone = home(self.outgoing, entry).map_or_else(|| NO_ZONE.to_owned(), |zone| self.symbol("zones", &zone));
            let outer = text(entry, "in");
            match text(entry, "kind").as_ref() {
                kind @ ("actor" | "external") => {
                    let role = match kind {
                        "external" => "third_party",
                        _ if fact(entry, "traits", "privileged") == "yes" => "administrator",
                        _ => "user",
                    };
                    written.insert("type".to_owned(), kept.get("type").cloned().unwrap_or_else(|| role.into()));
                    written.insert("trust_zone".to_owned(), zone.into());
                    give_back(&mut written, kept, &[]);
                    actors.push(written.into());
                }
                "store" => {
                    let known = kind_of_store(&text(entry, "tech"));
                    if known.is_none() && kept.get("type").is_none() {
                        self.losses.guessed("what kind of store it is: one of documents", format!("elements.{id}"));
                    }
                    written.insert("type".to_owned(), kept.get("type").cloned().unwrap_or_else(|| known.unwrap_or("document").into()));
                    written.insert("trust_zone".to_owned(), zone.into());
                    give_back(&mut written, kept, &[]);
                    stores.push(written.into());
                }
                _ => {
                    let parent = self.outgoing.entry("elements", &outer);
                    if text(parent, "kind") == "process" {
                        written.insert("parent_component".to_owned(), self.symbol("elements", &outer).into());
                    }
                    written.insert("trust_zone".to_owned(), zone.into());
                    give_back(&mut written, kept, &[]);
                    components.push(written.into());
                }
            }
        }
        (actors, components, stores)
    }

    /// Pairs of zones that flows lead between.
    fn boundaries(&self) -> Vec<Json> {
        let mut pairs = BTreeSet::new();
        for (_, flow) in section(self.outgoing, "flows") {
            let zone = |key: &str| home(self.outgoing, self.outgoing.entry("elements", &text(flow, key)));
            if let (Some(a), Some(b)) = (zone("from"), zone("to"))
                && a != b
            {
                let (a, b) = (self.symbol("zones", &a), self.symbol("zones", &b));
                pairs.insert(if a < b { (a, b) } else { (b, a) });
            }
        }
        pairs.into_iter().map(|(a, b)| json!({"trust_zone_a": a, "trust_zone_b": b})).collect()
    }

    fn data_sets(&self) -> Vec<Json> {
        let mut sets = Vec::new();
        for (id, entry) in section(self.outgoing, "assets") {
            let kept = of(entry, OWN);
            let mut written = self.described("assets", id, entry, own_name(self.outgoing, OWN, id, entry));
            let before = items(kept, "placements");
            let stores = section(self.outgoing, "elements")
                .filter(|(_, element)| text(element, "kind") == "store" && texts(element, "holds").iter().any(|held| held == id));
            let placements: Vec<Json> = stores
                .map(|(store, element)| {
                    let symbol = self.symbol("elements", store);
                    let old = before.iter().find(|old| text(old, "data_store") == symbol);
                    let encrypted = match fact(element, "controls", "encryption-at-rest").as_ref() {
                        "yes" => Some(true),
                        "no" => Some(false),
                        _ => old.and_then(|old| old.get("encrypted")).and_then(Json::as_bool),
                    };
                    let mut placement = Map::new();
                    placement.insert("data_store".to_owned(), symbol.into());
                    if let Some(encrypted) = encrypted {
                        placement.insert("encrypted".to_owned(), encrypted.into());
                    }
                    placement.into()
                })
                .collect();
            written.insert("placements".to_owned(), placements.into());
            let classes: Vec<&str> = texts(entry, "data").iter().filter_map(|class| sensitivity(class)).collect();
            written.insert("data_sensitivity".to_owned(), kept.get("data_sensitivity").cloned().unwrap_or_else(|| classes.into()));
            give_back(&mut written, kept, &["placements"]);
            sets.push(written.into());
        }
        sets
    }

    fn flows(&mut self) -> Vec<Json> {
        let mut flows = Vec::new();
        for (id, entry) in section(self.outgoing, "flows") {
            let kept = of(entry, OWN);
            let mut written = self.described("flows", id, entry, label(id, entry));
            for (key, ours) in [("source", "from"), ("destination", "to")] {
                let end = text(entry, ours);
                let kind = match text(self.outgoing.entry("elements", &end), "kind").as_ref() {
                    "store" => "data_store",
                    "process" => "component",
                    _ => "actor",
                };
                written.insert(key.to_owned(), json!({"type": kind, "object": self.symbol("elements", &end)}));
            }
            let carried = texts(entry, "carries").into_iter().chain(texts(entry, "returns"));
            let sensitive = carried.map(|asset| self.outgoing.entry("assets", &asset)).any(is_sensitive);
            written.insert("has_sensitive_data".to_owned(), kept.get("has_sensitive_data").cloned().unwrap_or_else(|| sensitive.into()));
            let stated = fact(entry, "controls", "encryption-in-transit");
            let protocol = text(entry, "protocol");
            let by_protocol = matches!(
                protocol.as_ref(),
                "https"
                    | "tls"
                    | "mtls"
                    | "ssh"
                    | "sftp"
                    | "ldaps"
                    | "wss"
                    | "smtps"
                    | "quic"
                    | "amqps"
                    | "mqtts"
                    | "sql-tls"
                    | "ftps"
                    | "vpn"
            );
            if stated.is_empty() && protocol.is_empty() {
                self.losses.guessed("that the flow is not encrypted", format!("flows.{id}"));
            }
            written.insert("encrypted".to_owned(), (stated == "yes" || stated.is_empty() && by_protocol).into());
            give_back(&mut written, kept, &[]);
            flows.push(written.into());
        }
        flows.extend(items(&self.outgoing.json, "x-tm-bom-data-flows").iter().cloned());
        flows
    }

    fn assumptions(&self) -> Vec<Json> {
        section(self.outgoing, "assumptions")
            .map(|(_, entry)| {
                let mut written = Map::new();
                written.insert("description".to_owned(), text(entry, "text").into());
                give_back(&mut written, of(entry, OWN), &[]);
                let validity = match text(entry, "status").as_ref() {
                    "confirmed" => "confirmed",
                    "refuted" => "rejected",
                    _ => "unconfirmed",
                };
                written.insert("validity".to_owned(), validity.into());
                written.into()
            })
            .collect()
    }

    fn personas(&self, threats: &[Json]) -> Vec<Json> {
        let mut personas = Vec::new();
        for (id, entry) in section(self.outgoing, "attackers") {
            let mut written = self.described("attackers", id, entry, own_name(self.outgoing, OWN, id, entry));
            give_back(&mut written, of(entry, OWN), &[]);
            let insider = matches!(text(entry, "insider").as_ref(), "yes" | "true");
            let skill = match entry.get("skill").map(said).unwrap_or_default().as_ref() {
                "1" => "script_kid",
                "4" => "expert_engineer",
                "5" => "state_sponsored",
                _ if insider => "insider",
                "2" => "script_kid",
                _ => "engineer",
            };
            let rows = [
                ("is_person", json!(true)),
                ("skill_level", json!(skill)),
                ("access_level", json!(if insider { "user" } else { "anonymous" })),
                ("malicious_intent", json!(true)),
                ("applicability_to_org", json!("moderate")),
            ];
            for (key, value) in rows {
                written.entry(key).or_insert(value);
            }
            personas.push(written.into());
        }
        let named = |threat: &Json| text(threat, "threat_persona") == ANYBODY;
        if threats.iter().any(named) && !personas.iter().any(|persona: &Json| text(persona, "symbolic_name") == ANYBODY) {
            personas.push(json!({
                "symbolic_name": ANYBODY, "title": "Anybody", "description": "Whoever can reach the system", "is_person": true,
                "skill_level": "engineer", "access_level": "anonymous", "malicious_intent": true, "applicability_to_org": "moderate"
            }));
        }
        personas
    }

    fn threats(&mut self, found: &[&ForeignThreat]) -> Vec<Json> {
        let mut threats = Vec::new();
        for threat in found {
            let entry = threat_entry(self.outgoing, threat);
            let kept = of(entry, OWN);
            let mut written = Map::new();
            written.insert("symbolic_name".to_owned(), self.symbol("threats", &threat.id).into());
            written.insert("title".to_owned(), threat.title.as_str().into());
            written.insert("description".to_owned(), threat.description.as_str().into());
            let mut things = Vec::new();
            for thing in &threat.subjects {
                match thing {
                    Thing::Element(_) => things.push(self.symbol("elements", self.outgoing.model.id_of(*thing))),
                    Thing::Asset(_) | Thing::Model => {}
                    Thing::Flow(_) | Thing::Zone(_) => {
                        let what = "that the threat is on a flow or a zone: only components can be affected";
                        self.losses.dropped(what, format!("threats.{}", threat.id));
                    }
                }
            }
            put(&mut written, "components_affected", things);
            if !matches!(threat.status, "open" | "mitigated") {
                self.losses.dropped(format!("the status {}", threat.status), format!("threats.{}", threat.id));
            }
            let source = text(entry, "source");
            let known = section(self.outgoing, "attackers")
                .find(|(id, attacker)| *id == source || own_name(self.outgoing, OWN, id, attacker) == source);
            let persona = known.map_or_else(
                || if slug(&source) == source && !source.is_empty() { source.clone().into_owned() } else { ANYBODY.to_owned() },
                |(id, _)| self.symbol("attackers", id),
            );
            written.insert("threat_persona".to_owned(), persona.into());
            let event = text(entry, "action");
            written.insert("event".to_owned(), if event.is_empty() { threat.title.as_str() } else { event.as_ref() }.into());
            written.insert("sources".to_owned(), kept.get("sources").cloned().unwrap_or_else(|| json!(["adversary"])));
            for (key, number, list) in [("weaknesses", "cwe_id", "cwe"), ("attack_mechanisms", "capec_id", "capec")] {
                let ids = threat.references.iter().find(|(known, _)| known == list).map(|(_, ids)| ids.clone()).unwrap_or_default();
                let digits = ids.iter().filter_map(|id| id.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok());
                if kept.get(key).is_none() {
                    put(&mut written, key, digits.map(|id| json!({number: id})).collect::<Vec<_>>());
                }
            }
            give_back(&mut written, kept, &[]);
            threats.push(written.into());
        }
        threats
    }

    fn controls(&self, found: &[&ForeignThreat]) -> Vec<Json> {
        let mut controls = Vec::new();
        for (id, entry) in section(self.outgoing, "mitigations") {
            let kept = of(entry, OWN);
            let mut written = self.described("mitigations", id, entry, self.outgoing.mitigation_title(id));
            let against: Vec<&&ForeignThreat> = found.iter().filter(|threat| threat.mitigations.iter().any(|own| own == id)).collect();
            let threats: Vec<String> = against.iter().map(|threat| self.symbol("threats", &threat.id)).collect();
            written.insert("threats".to_owned(), threats.into());
            let (now, before) = (text(entry, "status"), text(kept, "status"));
            let now = if now.is_empty() { "proposed" } else { now.as_ref() };
            written
                .insert("status".to_owned(), if !before.is_empty() && status(&before) == now { before.as_ref() } else { word(now) }.into());
            let urgent = against.iter().map(|threat| threat.priority).filter(|priority| !priority.is_empty()).min();
            let priority = match urgent {
                Some("P0") => "critical",
                Some("P1") => "high",
                Some("P2") => "medium",
                Some(_) => "low",
                None => "none",
            };
            written.insert("priority".to_owned(), kept.get("priority").cloned().unwrap_or_else(|| priority.into()));
            give_back(&mut written, kept, &["status"]);
            controls.push(written.into());
        }
        controls
    }

    /// The risks that were there, and one for each threat that has numbers and is in none of them.
    fn risks(&self, found: &[&ForeignThreat]) -> Vec<Json> {
        let mut risks: Vec<Json> = items(of(&self.outgoing.json, OWN), "risks").to_vec();
        let rated: BTreeSet<String> = risks.iter().flat_map(|risk| texts(risk, "threats")).collect();
        for threat in found {
            let symbol = self.symbol("threats", &threat.id);
            let (Some(likelihood), Some(impact), false) = (threat.likelihood, threat.impact, rated.contains(&symbol)) else { continue };
            let word =
                |words: [&'static str; 5], rating: u8| words.get(usize::from(rating).saturating_sub(1)).copied().unwrap_or("possible");
            let score = likelihood.saturating_mul(impact).min(25);
            let level = threat.band.map_or("medium", |band| band.as_str());
            risks.push(json!({
                "symbolic_name": format!("risk-{symbol}"), "title": threat.title, "description": threat.description, "threats": [symbol],
                "likelihood": word(LIKELIHOOD, likelihood), "impact": word(IMPACT, impact), "impact_description": "", "score": score, "level": level
            }));
        }
        risks
    }
}

fn is_sensitive(asset: &Json) -> bool {
    let level = asset.get("confidentiality").map(said).unwrap_or_default();
    matches!(level.as_ref(), "high" | "critical") || texts(asset, "data").iter().any(|class| sensitivity(class).is_some())
}

fn sensitivity(class: &str) -> Option<&'static str> {
    match class {
        "pii" => Some("pii"),
        "phi" => Some("phi"),
        "financial" => Some("fin"),
        "ip" => Some("ip"),
        "credentials" | "keys" => Some("cred"),
        "payment" => Some("pci"),
        _ => None,
    }
}

fn kind_of_store(tech: &str) -> Option<&'static str> {
    match tech {
        "sql-database" | "database" | "relational-database" | "postgresql" | "mysql" => Some("sql"),
        "nosql-database" | "mongodb" => Some("document"),
        "cache" | "redis" | "secrets-vault" | "session-store" => Some("key_value"),
        "object-storage" | "file-server" | "s3" => Some("object"),
        "graph-database" => Some("graph"),
        "time-series-database" | "metrics-store" => Some("time_series"),
        _ => None,
    }
}
