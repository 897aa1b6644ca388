//! Models of ours as CycloneDX 2.0 threat models. Experimental, since the specification is not final.

use std::collections::{BTreeMap, BTreeSet};

use redan_model::Thing;
use serde_json::{Map, Value as Json, json};

use super::blueprint::{technology, trust, zone_kind};
use super::threats::{status, word};
use super::{NOTHING, OWN, PROPERTY};
use crate::export::{ExportError, Exported, ForeignThreat, Outgoing, pretty};
use crate::kept::{give_back, of};
use crate::layout::home;
use crate::losses::{Losses, Says};
use crate::read::{items, text};
use crate::write::{fact, foreign_id, label, name, own_name, put, said, section, texts, threat_entry, uuid};

const SAYS: &[Says] = &[
    Says("", &["name", "description"]),
    Says("assumptions", &["text", "status"]),
    Says("assets", &["name", "description"]),
    Says("zones", &["name", "description", "kind", "trust", "in"]),
    Says("elements", &["kind", "name", "description", "zone", "tech", "holds", "tags"]),
    Says("flows", &["from", "to", "both-ways", "protocol", "label", "description", "carries"]),
    Says(
        "threats",
        &[
            "title",
            "on",
            "stride",
            "linddun",
            "description",
            "assets",
            "likelihood",
            "impact",
            "mitigations",
            "references",
            "same-as",
            "severity",
        ],
    ),
    Says("mitigations", &["title", "description", "status"]),
    Says("attack-trees", &["goal", "description", "any", "all", "nodes"]),
];

/// Writes a model.
///
/// # Errors
/// None: every model can be said.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut losses = Losses::default();
    losses.unsaid(&outgoing.json, OWN, SAYS);
    let found = outgoing.found(&mut losses);
    let mut writer = Writer { outgoing, losses };
    let model = &outgoing.json;
    let kept = of(model, OWN);
    let mut file = Map::new();
    file.insert("specFormat".to_owned(), "CycloneDX".into());
    file.insert("specVersion".to_owned(), "2.0".into());
    let serial = text(kept, "serialNumber");
    let serial = if serial.is_empty() { format!("urn:uuid:{}", uuid("model", &text(model, "name"))) } else { serial.into_owned() };
    file.insert("serialNumber".to_owned(), serial.into());
    file.insert("version".to_owned(), kept.get("version").cloned().unwrap_or_else(|| 1.into()));
    put(&mut file, "blueprints", writer.blueprints());
    put(&mut file, "controls", writer.controls());
    let mut threats = Map::new();
    put(&mut threats, "threats", writer.threats(&found));
    put(&mut threats, "attackTrees", writer.trees());
    give_back(&mut threats, of(kept, "threats"), &[]);
    put(&mut file, "threats", threats);
    put(&mut file, "risks", writer.risks(&found));
    give_back(&mut file, kept, &["blueprints", "threats", "risks"]);
    Ok(Exported { bytes: pretty(&file.into()), loss: writer.losses.finish() })
}

struct Writer<'o> {
    outgoing: &'o Outgoing<'o>,
    losses: Losses,
}

impl<'o> Writer<'o> {
    fn reference(&self, section: &str, id: &str) -> String {
        foreign_id(self.outgoing.entry(section, id), OWN, "bom-ref", || id.to_owned())
    }

    fn blueprints(&mut self) -> Vec<Json> {
        let model = &self.outgoing.json;
        let known = items(of(model, OWN), "blueprints");
        let anything =
            ["zones", "elements", "assets", "flows", "assumptions"].iter().any(|key| section(self.outgoing, key).next().is_some());
        if known.is_empty() && !anything {
            return Vec::new();
        }
        let count = known.len().max(1);
        (0..count).map(|number| self.blueprint(number, count, known.get(number).unwrap_or(&Json::Null))).collect()
    }

    fn blueprint(&mut self, number: usize, count: usize, kept: &Json) -> Json {
        let outgoing = self.outgoing;
        let here = |entry: &Json| {
            let stated = of(entry, OWN).get("blueprint").and_then(Json::as_u64);
            count == 1 || stated.map_or(number == 0, |stated| usize::try_from(stated) == Ok(number))
        };
        let mut blueprint = Map::new();
        let title = text(&outgoing.json, "name");
        blueprint.insert("name".to_owned(), if title.is_empty() { "Threat model" } else { title.as_ref() }.into());
        if number == 0 {
            put(&mut blueprint, "description", text(&outgoing.json, "description"));
        }
        blueprint.insert("modelTypes".to_owned(), json!(["data-flow"]));
        for key in ["name", "modelTypes"] {
            if let Some(value) = kept.get(key) {
                blueprint.insert(key.to_owned(), value.clone());
            }
        }
        if number == 0 {
            let zones: Vec<Json> = section(outgoing, "zones").map(|(id, entry)| self.zone(id, entry)).collect();
            put(&mut blueprint, "zones", zones);
            let sets: Vec<Json> =
                section(outgoing, "assets").filter(|(id, _)| self.is_data_set(id)).map(|(id, entry)| self.data_set(id, entry)).collect();
            put(&mut blueprint, "dataSets", sets);
        }
        let mut lists: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
        // What stands for all of a zone is that zone, which flows may end at.
        let is_zone = |entry: &Json| text(of(entry, OWN), "section") == "zones";
        for (id, entry) in section(outgoing, "elements").filter(|(_, entry)| here(entry) && !is_zone(entry)) {
            let (list, written) = self.element(id, entry);
            lists.entry(list).or_default().push(written);
        }
        for (list, things) in lists {
            put(&mut blueprint, list, things);
        }
        let mut flows: Vec<Json> =
            section(outgoing, "flows").filter(|(_, entry)| here(entry)).map(|(id, entry)| self.flow(id, entry)).collect();
        let loose = format!("x-cyclonedx-flows{}", if number == 0 { String::new() } else { format!("-{number}") });
        flows.extend(items(&outgoing.json, &loose).iter().cloned());
        put(&mut blueprint, "flows", flows);
        let assumptions: Vec<Json> =
            section(outgoing, "assumptions").filter(|(_, entry)| here(entry)).map(|(id, entry)| self.assumption(id, entry)).collect();
        put(&mut blueprint, "assumptions", assumptions);
        give_back(&mut blueprint, kept, &[]);
        blueprint.into()
    }

    fn zone(&self, id: &str, entry: &Json) -> Json {
        let kept = of(entry, OWN);
        let mut zone = Map::new();
        zone.insert("bom-ref".to_owned(), self.reference("zones", id).into());
        zone.insert("name".to_owned(), own_name(self.outgoing, OWN, id, entry).into());
        put(&mut zone, "description", text(entry, "description"));
        let kind = match text(entry, "kind").as_ref() {
            "runtime" => "deployment",
            "process" => "process",
            "tenant" => "tenant",
            "physical" | "device" => "physical",
            "organisation" => "organizational",
            _ => "network",
        };
        zone.insert("type".to_owned(), kept.get("type").cloned().unwrap_or_else(|| kind.into()));
        let outer = text(entry, "in");
        if !outer.is_empty() {
            zone.insert("parent".to_owned(), self.reference("zones", &outer).into());
        }
        if kept.get("characteristics").is_none() {
            let words = match text(entry, "trust").as_ref() {
                "" => None,
                "untrusted" | "external" => Some("untrusted"),
                "partner" => Some("partly trusted"),
                "internal" | "trusted" | "privileged" => Some("trusted"),
                number => Some(match number.parse::<u8>().unwrap_or(50) {
                    0..=39 => "untrusted",
                    40..=69 => "partly trusted",
                    _ => "trusted",
                }),
            };
            let words = words.filter(|_| !crate::vocabulary::is_outside(&name(id, entry)));
            put(&mut zone, "characteristics", words.into_iter().map(str::to_owned).collect::<Vec<_>>());
        }
        give_back(&mut zone, kept, &["properties"]);
        let mut zone = Json::from(zone);
        let level = entry.get("trust").map(said).filter(|level| *level != trust(&text(&zone, "name"), &zone)).unwrap_or_default();
        let kind = text(entry, "kind").into_owned();
        let kind = if zone_kind(&text(&zone, "type")) == kind { String::new() } else { kind };
        note(&mut zone, kept, [("trust", level.into_owned()), ("kind", kind)]);
        zone
    }

    /// Whether an asset is a data set, and not only what flows call their data.
    fn is_data_set(&self, id: &str) -> bool {
        let entry = self.outgoing.entry("assets", id);
        entry.get(OWN).is_some() || !text(entry, "description").is_empty() || !self.is_only_carried(id)
    }

    fn is_only_carried(&self, id: &str) -> bool {
        let kept_names = |flow: &Json| {
            items(of(flow, OWN), "dataObjects")
                .iter()
                .any(|object| text(object, "name") == own_name(self.outgoing, OWN, id, self.outgoing.entry("assets", id)))
        };
        section(self.outgoing, "flows").any(|(_, flow)| kept_names(flow))
    }

    fn data_set(&self, id: &str, entry: &Json) -> Json {
        let kept = of(entry, OWN);
        let mut set = Map::new();
        set.insert("bom-ref".to_owned(), self.reference("assets", id).into());
        set.insert("name".to_owned(), own_name(self.outgoing, OWN, id, entry).into());
        let described = text(entry, "description");
        set.insert(
            "description".to_owned(),
            if described.is_empty() { own_name(self.outgoing, OWN, id, entry) } else { described.into_owned() }.into(),
        );
        let stores = section(self.outgoing, "elements").filter(|(_, element)| texts(element, "holds").iter().any(|held| held == id));
        let placements: Vec<Json> = stores
            .map(|(store, element)| {
                let mut placement = Map::new();
                placement.insert("dataStore".to_owned(), self.reference("elements", store).into());
                match fact(element, "controls", "encryption-at-rest").as_ref() {
                    "yes" => placement.insert("encrypted".to_owned(), true.into()),
                    "no" => placement.insert("encrypted".to_owned(), false.into()),
                    _ => None,
                };
                placement.into()
            })
            .collect();
        let before = items(kept, "placements");
        put(&mut set, "placements", if before.len() == placements.len() && !before.is_empty() { before.to_vec() } else { placements });
        give_back(&mut set, kept, &["placements"]);
        set.into()
    }

    /// An element, and the list that it stands in.
    fn element(&mut self, id: &str, entry: &Json) -> (&'static str, Json) {
        let kept = of(entry, OWN);
        let kind = text(entry, "kind");
        let list = match (text(kept, "section").as_ref(), kind.as_ref()) {
            ("actors", _) => "actors",
            ("dataStores", _) => "dataStores",
            _ if kept.get("type").is_some() || kept.get("componentRef").is_some() || kept.get("partyRef").is_some() => "assets",
            (_, "actor" | "external") => "actors",
            (_, "store") => "dataStores",
            _ => "assets",
        };
        let shown = own_name(self.outgoing, OWN, id, entry);
        let mut written = Map::new();
        written.insert("bom-ref".to_owned(), self.reference("elements", id).into());
        let tech = text(entry, "tech");
        match list {
            "actors" => {
                let party = match kind.as_ref() {
                    "external" => json!({"organization": {"name": shown}}),
                    _ => json!({"persona": {"archetype": shown}}),
                };
                written.insert("party".to_owned(), kept.get("party").map_or(party, |kept| named(kept, &shown)));
            }
            _ => {
                written.insert("name".to_owned(), shown.into());
                let made = if list == "dataStores" { store_type(&tech) } else { asset_type(&tech, &kind) };
                if kept.get("componentRef").is_none() && kept.get("partyRef").is_none() {
                    written.insert("type".to_owned(), kept.get("type").cloned().unwrap_or(made));
                }
            }
        }
        put(&mut written, "description", text(entry, "description"));
        if texts(entry, "zone").len() > 1 {
            self.losses.dropped("all zones but the first one", format!("elements.{id}.zone"));
        }
        if let Some(zone) = home(self.outgoing, entry) {
            written.insert("zone".to_owned(), self.reference("zones", &zone).into());
        }
        if list == "assets" {
            put(&mut written, "tags", texts(entry, "tags"));
        }
        give_back(&mut written, kept, &["section", "blueprint", "properties"]);
        let mut written = Json::from(written);
        let otherwise = match list {
            "actors" => "actor",
            "dataStores" => "store",
            _ => "process",
        };
        let tech = if technology(&written, otherwise) == tech { String::new() } else { tech.into_owned() };
        note(&mut written, kept, [("tech", tech)]);
        (list, written)
    }

    fn flow(&self, id: &str, entry: &Json) -> Json {
        let kept = of(entry, OWN);
        let mut flow = Map::new();
        flow.insert("bom-ref".to_owned(), self.reference("flows", id).into());
        flow.insert("name".to_owned(), label(id, entry).into());
        put(&mut flow, "description", text(entry, "description"));
        flow.insert("type".to_owned(), kept.get("type").cloned().unwrap_or_else(|| "data".into()));
        flow.insert("source".to_owned(), self.reference("elements", &text(entry, "from")).into());
        flow.insert("destination".to_owned(), self.reference("elements", &text(entry, "to")).into());
        if matches!(text(entry, "both-ways").as_ref(), "yes" | "true") {
            flow.insert("bidirectional".to_owned(), true.into());
        }
        match fact(entry, "controls", "encryption-in-transit").as_ref() {
            "yes" => flow.insert("encrypted".to_owned(), true.into()),
            "no" => flow.insert("encrypted".to_owned(), false.into()),
            _ => None,
        };
        let protocol = text(entry, "protocol").into_owned();
        if kept.get("protocols").is_none() && !protocol.is_empty() {
            flow.insert("protocols".to_owned(), json!([protocol]));
        }
        if kept.get("dataObjects").is_none() {
            let objects: Vec<Json> = texts(entry, "carries")
                .iter()
                .map(|asset| json!({"name": own_name(self.outgoing, OWN, asset, self.outgoing.entry("assets", asset))}))
                .collect();
            put(&mut flow, "dataObjects", objects);
        }
        give_back(&mut flow, kept, &["blueprint", "properties"]);
        let nothing = matches!(entry.get("carries"), Some(Json::Array(carried)) if carried.is_empty());
        let mut flow = Json::from(flow);
        note(&mut flow, kept, [("carries", if nothing { NOTHING } else { "" }.to_owned())]);
        flow
    }

    fn assumption(&self, id: &str, entry: &Json) -> Json {
        let mut written = Map::new();
        written.insert("bom-ref".to_owned(), self.reference("assumptions", id).into());
        written.insert("description".to_owned(), text(entry, "text").into());
        let before = text(of(entry, OWN), "validity");
        let validity = match text(entry, "status").as_ref() {
            "confirmed" => "verified",
            "refuted" => "invalid",
            _ if before == "unknown" || before == "unverified" => &before,
            _ => "unverified",
        };
        written.insert("validity".to_owned(), validity.into());
        give_back(&mut written, of(entry, OWN), &["blueprint"]);
        written.into()
    }

    fn controls(&self) -> Vec<Json> {
        let mut controls = Vec::new();
        for (id, entry) in section(self.outgoing, "mitigations") {
            let kept = of(entry, OWN);
            if kept.get("defined").is_some() {
                continue;
            }
            let mut control = Map::new();
            control.insert("bom-ref".to_owned(), self.reference("mitigations", id).into());
            control.insert("name".to_owned(), self.outgoing.mitigation_title(id).into());
            put(&mut control, "description", text(entry, "description"));
            let now = text(entry, "status");
            let same = kept.get("status").filter(|before| status(before.as_str().unwrap_or_default()) == now);
            let written = if now.is_empty() { None } else { Some(Json::from(word(&now))) };
            if let Some(status) = same.cloned().or(written) {
                control.insert("status".to_owned(), status);
            }
            give_back(&mut control, kept, &["status"]);
            controls.push(control.into());
        }
        controls
    }

    fn threats(&mut self, found: &[&ForeignThreat]) -> Vec<Json> {
        let mut threats = Vec::new();
        for threat in found {
            let entry = threat_entry(self.outgoing, threat);
            let kept = of(entry, OWN);
            if kept.get("risk").is_some() {
                continue;
            }
            let mut written = Map::new();
            written.insert("bom-ref".to_owned(), self.threat_reference(threat).into());
            written.insert("name".to_owned(), threat.title.as_str().into());
            put(&mut written, "description", threat.description.as_str());
            let stride = threat.stride.iter().map(|category| json!({"taxonomy": "STRIDE", "category": category.as_str()}));
            let linddun = threat.linddun.iter().map(|category| {
                let word = if category.as_str() == "disclosure" { "disclosure-of-information" } else { category.as_str() };
                json!({"taxonomy": "LINDDUN", "category": word})
            });
            if kept.get("categories").is_none() {
                put(&mut written, "categories", stride.chain(linddun).collect::<Vec<_>>());
            }
            let model = self.outgoing.model;
            let on = threat.subjects.iter().filter_map(|thing| {
                let list = match thing {
                    Thing::Element(_) => "elements",
                    Thing::Flow(_) => "flows",
                    Thing::Zone(_) => "zones",
                    Thing::Asset(_) => "assets",
                    Thing::Model => return None,
                };
                Some(self.reference(list, model.id_of(*thing)))
            });
            let harmed = texts(entry, "assets").into_iter().map(|asset| self.reference("assets", &asset));
            let affected: BTreeSet<String> = on.chain(harmed).collect();
            put(&mut written, "affectedAssets", affected.into_iter().collect::<Vec<_>>());
            let against: Vec<String> = threat
                .mitigations
                .iter()
                .map(|id| {
                    let defined = text(of(self.outgoing.entry("mitigations", id), OWN), "defined").into_owned();
                    if defined.is_empty() { self.reference("mitigations", id) } else { defined }
                })
                .collect();
            put(&mut written, "mitigations", against);
            if !matches!(threat.status, "open" | "mitigated") {
                self.losses.dropped(format!("the status {}", threat.status), format!("threats.{}", threat.id));
            }
            give_back(&mut written, kept, &[]);
            threats.push(written.into());
        }
        threats
    }

    fn threat_reference(&self, threat: &ForeignThreat) -> String {
        foreign_id(threat_entry(self.outgoing, threat), OWN, "bom-ref", || threat.id.replace('@', ":"))
    }

    /// The risks that were there, and one for each threat that has numbers and is in none of them.
    fn risks(&self, found: &[&ForeignThreat]) -> Map<String, Json> {
        let mut risks = of(of(&self.outgoing.json, OWN), "risks").as_object().cloned().unwrap_or_default();
        let mut all: Vec<Json> = risks.get("risks").and_then(Json::as_array).cloned().unwrap_or_default();
        let rated: BTreeSet<String> = all.iter().flat_map(|risk| texts(risk, "relatedThreats")).collect();
        for threat in found {
            let reference = self.threat_reference(threat);
            let own = of(threat_entry(self.outgoing, threat), OWN).get("risk").is_some();
            let (Some(likelihood), Some(impact), false) = (threat.likelihood, threat.impact, own || rated.contains(&reference)) else {
                continue;
            };
            let word = |words: [&'static str; 5], rating: u8| words.get(usize::from(rating).saturating_sub(1)).copied().unwrap_or("medium");
            let likelihood = word(["very-low", "low", "medium", "high", "very-high"], likelihood);
            let impact = word(["negligible", "minor", "moderate", "major", "catastrophic"], impact);
            all.push(json!({
                "bom-ref": format!("risk:{reference}"), "name": threat.title, "statement": if threat.description.is_empty() { &threat.title } else { &threat.description },
                "relatedThreats": [reference], "inherentRisk": {"likelihood": {"level": likelihood}, "impact": {"level": impact}}
            }));
        }
        put(&mut risks, "risks", all);
        risks
    }

    fn trees(&mut self) -> Vec<Json> {
        let mut trees = Vec::new();
        for (id, entry) in section(self.outgoing, "attack-trees") {
            let kept = of(entry, OWN);
            let mut nodes = Vec::new();
            let prefix = self.reference("attack-trees", id);
            let mut root = entry.as_object().cloned().unwrap_or_default();
            root.insert("do".to_owned(), text(entry, "goal").into());
            root.insert(OWN.to_owned(), kept.get("node").cloned().unwrap_or(Json::Null));
            let shared = entry.get("nodes").cloned().unwrap_or(Json::Null);
            let mut tree =
                Nodes { prefix: &prefix, nodes: &mut nodes, losses: &mut self.losses, counter: 0, place: format!("attack-trees.{id}") };
            let top = tree.add(&root.into(), None);
            for (node, step) in shared.as_object().into_iter().flatten() {
                tree.add(step, Some(node.clone()));
            }
            let mut written = Map::new();
            written.insert("bom-ref".to_owned(), prefix.clone().into());
            put(&mut written, "description", text(entry, "description"));
            give_back(&mut written, kept, &["node", "root"]);
            written.insert("root".to_owned(), top.into());
            written.insert("nodes".to_owned(), nodes.into());
            trees.push(written.into());
        }
        trees
    }
}

/// The nodes of a tree as they are collected.
struct Nodes<'n> {
    prefix: &'n str,
    nodes: &'n mut Vec<Json>,
    losses: &'n mut Losses,
    counter: usize,
    place: String,
}

impl Nodes<'_> {
    /// Adds a step and those below it; gives its reference.
    fn add(&mut self, step: &Json, shared: Option<String>) -> String {
        let target = text(step, "ref");
        if !target.is_empty() {
            return format!("{}:{target}", self.prefix);
        }
        self.counter += 1;
        let made = shared.map_or_else(|| format!("{}:step-{}", self.prefix, self.counter), |id| format!("{}:{id}", self.prefix));
        let kept = of(step, OWN);
        let stated = text(kept, "bom-ref");
        let is_shared = made.rsplit(':').next().is_some_and(|id| !id.starts_with("step-"));
        let reference = if stated.is_empty() || is_shared { made } else { stated.into_owned() };
        let mut node = Map::new();
        node.insert("bom-ref".to_owned(), reference.as_str().into());
        let title = text(step, "do");
        node.insert("name".to_owned(), if title.is_empty() { "A step" } else { title.as_ref() }.into());
        let at = self.nodes.len();
        self.nodes.push(Json::Null);
        for (key, operator) in [("any", "or"), ("all", "and"), ("seq", "and"), ("of", "or")] {
            let steps = items(step, key);
            if steps.is_empty() {
                continue;
            }
            if matches!(key, "seq" | "of") {
                self.losses.changed(format!("steps under `{key}`, to steps under {operator}"), self.place.clone());
            }
            let children: Vec<String> = steps.iter().map(|step| self.add(step, None)).collect();
            node.insert("operator".to_owned(), operator.into());
            node.insert("children".to_owned(), children.into());
        }
        if ["probability", "time", "damage", "threat"].iter().any(|key| step.get(*key).is_some()) {
            self.losses.dropped("numbers of a step of an attack", self.place.clone());
        }
        let skill = crate::write::said(step.get("skill").unwrap_or(&Json::Null)).parse::<usize>().ok();
        let word = skill.and_then(|skill| ["none", "basic", "intermediate", "advanced", "expert"].get(skill.saturating_sub(1)).copied());
        put(&mut node, "skill", word.unwrap_or_default());
        give_back(&mut node, kept, &["bom-ref"]);
        if let Some(slot) = self.nodes.get_mut(at) {
            *slot = node.into();
        }
        reference
    }
}

/// Gives a thing the properties that it had, and what the format has no field for.
fn note<const N: usize>(thing: &mut Json, kept: &Json, facts: [(&str, String); N]) {
    let ours = facts.into_iter().filter(|(_, value)| !value.is_empty());
    let ours = ours.map(|(key, value)| json!({"name": format!("{PROPERTY}{key}"), "value": value}));
    let all: Vec<Json> = items(kept, "properties").iter().cloned().chain(ours).collect();
    if let Some(thing) = thing.as_object_mut() {
        put(thing, "properties", all);
    }
}

fn asset_type(tech: &str, kind: &str) -> Json {
    match (tech, kind) {
        ("web-api" | "graphql-api" | "grpc-service", _) => "api",
        ("api-gateway" | "load-balancer" | "reverse-proxy", _) => "gateway",
        ("serverless-function", _) => "function",
        ("llm-agent", _) => "agent",
        ("llm" | "speech-model", _) => "model",
        ("container", _) => "container",
        (_, "store") => "data-store",
        (_, "actor") => "actor",
        (_, "external") => "system",
        _ => "service",
    }
    .into()
}

fn store_type(tech: &str) -> Json {
    let known = match tech {
        "sql-database" | "database" | "postgresql" | "mysql" => "relational",
        "nosql-database" => "document",
        "graph-database" => "graph",
        "time-series-database" => "time-series",
        "object-storage" | "s3" => "object",
        "file-server" | "local-file-system" => "file",
        "cache" | "redis" => "cache",
        "message-queue" => "message-queue",
        "event-stream" => "event-log",
        "vector-store" => "vector",
        "data-warehouse" => "data-warehouse",
        "search-engine" => "search",
        "ledger" => "ledger",
        _ => return json!({"name": if tech.is_empty() { "data store" } else { tech }}),
    };
    known.into()
}
/// A party with the name that it has now, wherever its form has a place for one.
fn named(party: &Json, name: &str) -> Json {
    let mut party = party.clone();
    for (_, form) in party.as_object_mut().into_iter().flatten() {
        for key in ["archetype", "name"] {
            if let Some(stated) = form.get_mut(key).filter(|stated| stated.is_string()) {
                *stated = name.into();
                break;
            }
        }
    }
    party
}
