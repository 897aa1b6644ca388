//! A model as a file of Threagile, in the spelling of its releases up to 0.9.1 or of its later versions.
//!
//! Threagile asks for a value everywhere. What the model does not say gets the value that claims least, and is listed as
//! a guess. What the reader kept of a Threagile file is written back where the facts of the model still agree with it.

mod risks;

use std::collections::{BTreeMap, BTreeSet};

use redan_model::lang::{AssetKind, ElementKind, ZoneKind};
use redan_model::{AssetIx, Element, ElementIx, FlowIx, Thing, Zone, ZoneIx};
use serde_json::{Map, Value as Json, json};

use super::rest::{OVERVIEWS, overview};
use super::words;
use crate::draft::one_line;
use crate::export::{ExportError, Exported, Outgoing};
use crate::losses::Says;
use crate::{Losses, yaml};

/// The technologies of the releases up to 0.9.1; later versions have them too.
const TECHNOLOGIES: &[&str] = &[
    "client-system",
    "browser",
    "desktop",
    "mobile-app",
    "devops-client",
    "web-server",
    "web-application",
    "application-server",
    "database",
    "file-server",
    "local-file-system",
    "erp",
    "cms",
    "web-service-rest",
    "web-service-soap",
    "ejb",
    "search-index",
    "search-engine",
    "service-registry",
    "reverse-proxy",
    "load-balancer",
    "build-pipeline",
    "sourcecode-repository",
    "artifact-registry",
    "code-inspection-platform",
    "monitoring",
    "ldap-server",
    "container-platform",
    "batch-processing",
    "event-listener",
    "identity-provider",
    "identity-store-ldap",
    "identity-store-database",
    "tool",
    "cli",
    "task",
    "function",
    "gateway",
    "iot-device",
    "message-queue",
    "stream-processing",
    "service-mesh",
    "data-lake",
    "big-data-platform",
    "report-engine",
    "ai",
    "mail-server",
    "vault",
    "hsm",
    "waf",
    "ids",
    "ips",
    "scheduler",
    "mainframe",
    "block-storage",
    "library",
];

/// The protocols.
const PROTOCOLS: &[&str] = &[
    "http",
    "https",
    "ws",
    "wss",
    "reverse-proxy-web-protocol",
    "reverse-proxy-web-protocol-encrypted",
    "mqtt",
    "jdbc",
    "jdbc-encrypted",
    "odbc",
    "odbc-encrypted",
    "sql-access-protocol",
    "sql-access-protocol-encrypted",
    "nosql-access-protocol",
    "nosql-access-protocol-encrypted",
    "binary",
    "binary-encrypted",
    "text",
    "text-encrypted",
    "ssh",
    "ssh-tunnel",
    "smtp",
    "smtp-encrypted",
    "pop3",
    "pop3-encrypted",
    "imap",
    "imap-encrypted",
    "ftp",
    "ftps",
    "sftp",
    "scp",
    "ldap",
    "ldaps",
    "jms",
    "nfs",
    "smb",
    "smb-encrypted",
    "local-file-access",
    "nrpe",
    "xmpp",
    "iiop",
    "iiop-encrypted",
    "jrmp",
    "jrmp-encrypted",
    "in-process-library-call",
    "inter-process-communication",
    "container-spawning",
];

const SAYS: &[Says] = &[
    Says("", &["name", "description", "authors", "controls"]),
    Says("assets", &["name", "description", "kind", "owner", "confidentiality", "integrity", "availability", "tags"]),
    Says("zones", &["name", "description", "kind", "in", "tags", "trust", "traits", "controls"]),
    Says("elements", &["kind", "name", "description", "zone", "tech", "holds", "owner", "out-of-scope", "tags", "traits", "controls"]),
    Says("flows", &["from", "to", "both-ways", "protocol", "label", "description", "carries", "returns", "tags", "controls", "traits"]),
    Says(
        "threats",
        &[
            "title",
            "on",
            "stride",
            "description",
            "effect",
            "likelihood",
            "impact",
            "severity",
            "status",
            "because",
            "owner",
            "mitigations",
            "tags",
            "references",
        ],
    ),
    Says("mitigations", &["title", "description", "acceptance", "status"]),
    Says("scope", &["questions"]),
];

/// Writes a model. `later` has the spelling of the versions after 0.9.1.
///
/// # Errors
/// None: everything that Threagile asks for has a value.
pub fn write(outgoing: &Outgoing<'_>, later: bool) -> Result<Exported, ExportError> {
    let mut writer = Writer { outgoing, later, losses: Losses::default(), ids: BTreeMap::new(), tags: BTreeSet::new() };
    writer.name_things();
    let document = writer.document();
    writer.lost();
    Ok(Exported { bytes: yaml::render(&document).into_bytes(), loss: writer.losses.finish() })
}

struct Writer<'o> {
    outgoing: &'o Outgoing<'o>,
    later: bool,
    losses: Losses,
    /// Ids in the file.
    ids: BTreeMap<Thing, String>,
    tags: BTreeSet<String>,
}

impl Writer<'_> {
    /// Ids of letters, digits and hyphens in lower case, for names in boundaries are looked up in lower case.
    fn name_things(&mut self) {
        let model = self.outgoing.model;
        let mut used: BTreeSet<(u8, String)> = BTreeSet::new();
        let elements = (0_u32..).map(ElementIx).map(Thing::Element).take(model.elements.len());
        let zones = (0_u32..).map(ZoneIx).map(Thing::Zone).take(model.zones.len());
        let assets = (0_u32..).map(AssetIx).map(Thing::Asset).take(model.assets.len());
        for thing in elements.chain(zones).chain(assets) {
            let kind = match thing {
                Thing::Element(_) => 0,
                Thing::Zone(_) => 1,
                _ => 2,
            };
            let own = model.id_of(thing);
            let plain = own.to_lowercase().replace(['_', '/', '>'], "-");
            let mut id = plain.clone();
            let mut number = 2;
            while !used.insert((kind, id.clone())) {
                id = format!("{plain}-{number}");
                number += 1;
            }
            if id != own {
                self.losses.changed(format!("the id is `{id}` there"), own);
            }
            self.ids.insert(thing, id);
        }
    }

    fn id(&self, thing: Thing) -> String {
        self.ids.get(&thing).cloned().unwrap_or_default()
    }

    fn document(&mut self) -> Json {
        let kept = kept(&self.outgoing.json);
        let data = self.data_assets();
        let assets = self.technical_assets();
        let (boundaries, runtimes) = self.zones();
        let categories = self.categories();
        let mut file = Map::new();
        let root = &self.outgoing.model.root;
        let authors: Vec<&String> = root.authors.values().collect();
        let owner = || root.owner.as_ref().map(|owner| owner.value.clone()).unwrap_or_default();
        let author = authors.first().map_or_else(owner, |name| (*name).clone());
        let same = |kept: Option<&Json>, name: &str| kept.filter(|kept| kept.get("name").and_then(Json::as_str) == Some(name)).cloned();
        let contributor = |name: &str| {
            let known = kept.get("contributors").and_then(Json::as_array).into_iter().flatten();
            known.into_iter().find_map(|known| same(Some(known), name)).unwrap_or_else(|| json!({"name": name}))
        };
        let mut put = |key: &str, value: Json| file.insert(key.to_owned(), value);
        put("threagile_version", kept.get("threagile_version").cloned().unwrap_or_else(|| "1.0.0".into()));
        put("title", self.outgoing.model.name_of(Thing::Model).into());
        put("date", kept.get("date").cloned().unwrap_or_else(|| self.outgoing.day.as_str().into()));
        put("author", same(kept.get("author"), &author).unwrap_or_else(|| json!({"name": author})));
        if authors.len() > 1 {
            put("contributors", authors.iter().skip(1).map(|name| contributor(name)).collect::<Vec<_>>().into());
        }
        put("business_criticality", kept.get("business_criticality").cloned().unwrap_or_else(|| "important".into()));
        let description = root.description.as_ref().map(|text| text.value.clone()).unwrap_or_default();
        let overviews = kept.get("overviews").cloned().unwrap_or_default();
        let joined: Vec<String> = OVERVIEWS.iter().map(|key| overview(&overviews, key)).filter(|part| !part.is_empty()).collect();
        if joined.join("\n\n") == description && !description.is_empty() {
            overviews.as_object().into_iter().flatten().for_each(|(key, part)| {
                put(key, part.clone());
            });
        } else {
            put("business_overview", json!({"description": description}));
        }
        let open = root.scope.as_ref().into_iter().flat_map(|scope| scope.value.questions.values().cloned());
        let mut questions: Map<String, Json> = open.map(|question| (question, "".into())).collect();
        questions.extend(kept.get("questions").and_then(Json::as_object).cloned().unwrap_or_default());
        put("questions", questions.into());
        for key in ["abuse_cases", "security_requirements"] {
            put(key, kept.get(key).cloned().unwrap_or_else(|| json!({})));
        }
        put("tags_available", self.tags.iter().cloned().collect::<Vec<_>>().into());
        put("data_assets", data.into());
        put("technical_assets", assets.into());
        put("trust_boundaries", boundaries.into());
        put("shared_runtimes", runtimes.into());
        put(if self.later { "custom_risk_categories" } else { "individual_risk_categories" }, categories);
        put("risk_tracking", self.tracking());
        if kept.get("business_criticality").is_none() {
            self.losses.guessed("that the business criticality is `important`", "business_criticality");
        }
        file.into()
    }

    fn tagged(&mut self, tags: &redan_model::lang::List<String>) -> Json {
        let tags: Vec<String> =
            tags.values().map(|tag| tag.to_lowercase()).filter(|tag| !matches!(tag.as_str(), "cloud" | "cloud-segment")).collect();
        self.tags.extend(tags.iter().cloned());
        tags.into()
    }

    fn data_assets(&mut self) -> Map<String, Json> {
        let model = self.outgoing.model;
        let mut list = Map::new();
        for (ix, asset) in (0_u32..).map(AssetIx).zip(&model.assets) {
            let own = &asset.identity.id;
            if !matches!(asset.kind, AssetKind::Data | AssetKind::Secret) {
                self.losses
                    .dropped(format!("the asset \"{}\", which is no data", model.name_of(Thing::Asset(ix))), format!("assets.{own}"));
                continue;
            }
            let entry = self.outgoing.entry("assets", own);
            let raw = kept(entry);
            let level = |key: &str| entry.get(key).and_then(|level| level.get("is").unwrap_or(level).as_str()).unwrap_or_default();
            let mut value = Map::new();
            value.insert("id".to_owned(), self.id(Thing::Asset(ix)).into());
            value.insert("description".to_owned(), text(entry, "description", model.name_of(Thing::Asset(ix))));
            value.insert("usage".to_owned(), or(&raw, "usage", "business"));
            value.insert("tags".to_owned(), self.tagged(&asset.stated.tags));
            value.insert("origin".to_owned(), or(&raw, "origin", ""));
            value.insert("owner".to_owned(), text(entry, "owner", ""));
            value.insert("quantity".to_owned(), or(&raw, "quantity", "many"));
            let confidentiality = words::confidentiality_of(level("confidentiality"));
            let others = ["integrity", "availability"].map(|key| words::criticality_of(level(key)));
            if confidentiality.is_none() || others.contains(&None) {
                self.losses.guessed("levels that the model does not state: internal, operational", format!("assets.{own}"));
            }
            value.insert("confidentiality".to_owned(), confidentiality.unwrap_or("internal").into());
            value.insert("integrity".to_owned(), others[0].unwrap_or("operational").into());
            value.insert("availability".to_owned(), others[1].unwrap_or("operational").into());
            value.insert("justification_cia_rating".to_owned(), or(&raw, "justification_cia_rating", ""));
            list.insert(unique(&list, model.name_of(Thing::Asset(ix)), own), value.into());
        }
        list
    }

    fn data(&mut self, assets: &[AssetIx]) -> Json {
        let model = self.outgoing.model;
        let data = assets.iter().filter(|ix| matches!(model[**ix].kind, AssetKind::Data | AssetKind::Secret));
        data.map(|ix| self.id(Thing::Asset(*ix))).collect::<Vec<_>>().into()
    }

    fn technical_assets(&mut self) -> Map<String, Json> {
        let model = self.outgoing.model;
        let mut list = Map::new();
        for (ix, element) in (0_u32..).map(ElementIx).zip(&model.elements) {
            let value = self.technical_asset(ix, element);
            list.insert(unique(&list, model.name_of(Thing::Element(ix)), &element.identity.id), value);
        }
        list
    }

    fn technical_asset(&mut self, ix: ElementIx, element: &Element) -> Json {
        let own = element.identity.id.clone();
        let entry = self.outgoing.entry("elements", &own).clone();
        let raw = kept(&entry);
        let fact = |set: &str, name: &str| fact(&entry, set, name);
        // A fact of the model decides; where it says nothing, the file that it came from does.
        let flag = |set: &str, name: &str, key: &str| match fact(set, name) {
            "" => raw.get(key).cloned().unwrap_or(json!(false)),
            state => json!(state == "yes"),
        };
        let mut value = Map::new();
        let mut put = |key: &str, said: Json| value.insert(key.to_owned(), said);
        let kind = match element.kind {
            ElementKind::Actor | ElementKind::External => "external-entity",
            ElementKind::Process => "process",
            ElementKind::Store => "datastore",
        };
        put("id", self.id(Thing::Element(ix)).into());
        put("description", text(&entry, "description", self.outgoing.model.name_of(Thing::Element(ix))));
        put("type", kind.into());
        put("usage", or(&raw, "usage", "business"));
        put("used_as_client_by_human", (element.kind == ElementKind::Actor).into());
        put("out_of_scope", element.stated.out_of_scope.is_some().into());
        put("justification_out_of_scope", text(&entry, "out-of-scope", ""));
        put("size", or(&raw, "size", "component"));
        let tech = self.tech(&entry, &own);
        put(if self.later { "technologies" } else { "technology" }, if self.later { json!([tech]) } else { tech.into() });
        put("tags", self.tagged(&element.stated.tags));
        put("internet", (self.is_on_the_internet(element) || raw.get("internet").is_some_and(|flag| *flag == json!(true))).into());
        let machine = match (fact("traits", "runs-in-container"), fact("traits", "billed-per-use")) {
            ("yes", _) => "container".into(),
            (_, "yes") => "serverless".into(),
            _ => or(&raw, "machine", "virtual"),
        };
        put("machine", machine);
        put("encryption", self.encryption(&raw, fact("controls", "encryption-at-rest"), &own));
        put("owner", text(&entry, "owner", ""));
        for (key, least) in [("confidentiality", "internal"), ("integrity", "operational"), ("availability", "operational")] {
            put(key, or(&raw, key, least));
        }
        put("justification_cia_rating", or(&raw, "justification_cia_rating", ""));
        put("multi_tenant", flag("traits", "multi-tenant", "multi_tenant"));
        put("redundant", flag("controls", "redundancy", "redundant"));
        put("custom_developed_parts", flag("traits", "uses-dependencies", "custom_developed_parts"));
        put("data_assets_processed", or(&raw, "data_assets_processed", ""));
        let stored = raw.get("data_assets_stored").filter(|_| element.holds.is_empty() && element.kind == ElementKind::Actor);
        put("data_assets_stored", stored.cloned().unwrap_or_else(|| self.data(&element.holds)));
        let formats = [("parses-xml", "xml"), ("deserializes-objects", "serialization"), ("accepts-uploads", "file")];
        let known: Vec<&str> =
            raw.get("data_formats_accepted").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        let accepts = |name: &str, format: &str| match fact("traits", name) {
            "" => known.contains(&format),
            state => state == "yes",
        };
        let stays = |format: &&str| formats.iter().find(|(_, known)| known == format).is_none_or(|(name, _)| accepts(name, format));
        let mut accepted: Vec<&str> = known.iter().copied().filter(stays).collect();
        accepted
            .extend(formats.iter().filter(|(name, format)| accepts(name, format) && !known.contains(format)).map(|(_, format)| *format));
        put("data_formats_accepted", accepted.into());
        put("communication_links", self.links(ix).into());
        if value.get("data_assets_processed") == Some(&json!("")) {
            value.insert("data_assets_processed".to_owned(), json!([]));
        }
        value.into()
    }

    /// The technology in the words of the tool: the same word, or one that our catalogue knows as another name.
    fn tech(&mut self, entry: &Json, own: &str) -> String {
        let stated = entry.get("tech").and_then(Json::as_str).unwrap_or_default();
        if stated.is_empty() {
            return "unknown-technology".to_owned();
        }
        let names = &self.outgoing.vocabulary.technologies;
        match words::counterpart(stated, TECHNOLOGIES, names) {
            Some(known) => known.to_owned(),
            None => {
                self.losses.dropped(format!("the technology `{stated}`, for which there is no word"), format!("elements.{own}.tech"));
                "unknown-technology".to_owned()
            }
        }
    }

    fn encryption(&mut self, raw: &Map<String, Json>, state: &str, own: &str) -> Json {
        let known = raw.get("encryption").and_then(Json::as_str).filter(|word| (*word != "none") == (state == "yes"));
        if let Some(word) = known {
            return if self.later { word.replace("enduser", "end-user") } else { word.replace("end-user", "enduser") }.into();
        }
        if !matches!(state, "yes" | "no") {
            self.losses.guessed("that nothing is encrypted where the model does not say it", format!("elements.{own}"));
        }
        if state == "yes" { "transparent".into() } else { "none".into() }
    }

    fn links(&mut self, from: ElementIx) -> Map<String, Json> {
        let model = self.outgoing.model;
        let mut list = Map::new();
        for ix in &model[from].outgoing {
            let own = model[*ix].identity.id.clone();
            let value = self.link(*ix);
            let title = unique(&list, model.name_of(Thing::Flow(*ix)), &own);
            list.insert(title, value);
        }
        list
    }

    fn link(&mut self, ix: FlowIx) -> Json {
        let flow = &self.outgoing.model[ix];
        let own = flow.identity.id.clone();
        let entry = self.outgoing.entry("flows", &own).clone();
        let raw = kept(&entry);
        let place = format!("flows.{own}");
        if flow.both_ways {
            self.losses.changed("it goes one way there", place.as_str());
        }
        let stated = entry.get("protocol").and_then(Json::as_str).unwrap_or_default();
        let protocol = words::counterpart(stated, PROTOCOLS, &self.outgoing.vocabulary.protocols);
        if protocol.is_none() && !stated.is_empty() {
            self.losses.dropped(format!("the protocol `{stated}`, for which there is no word"), place.as_str());
        }
        let state = fact(&entry, "controls", "client-authentication");
        let known = raw.get("authentication").and_then(Json::as_str).filter(|word| (*word != "none") == (state == "yes"));
        let authentication = known.unwrap_or(if state == "yes" { "credentials" } else { "none" }).to_owned();
        if known.is_none() && state != "no" {
            self.losses.guessed(format!("that callers prove who they are by `{authentication}`"), place.as_str());
        }
        let rights = raw.get("authorization").and_then(Json::as_str).unwrap_or("none");
        let rights = if self.later { rights.replace("enduser", "end-user") } else { rights.replace("end-user", "enduser") };
        let vpn = raw.get("vpn").is_some_and(|flag| *flag == json!(true)) && fact(&entry, "controls", "encryption-in-transit") == "yes";
        let tags = self.tagged(&flow.stated.tags);
        json!({
            "target": self.id(Thing::Element(flow.target)),
            "description": text(&entry, "description", self.outgoing.model.name_of(Thing::Flow(ix))),
            "protocol": protocol.unwrap_or("unknown-protocol"),
            "authentication": authentication,
            "authorization": rights,
            "tags": tags,
            "vpn": vpn,
            "ip_filtered": raw.get("ip_filtered").cloned().unwrap_or(json!(false)),
            "readonly": raw.get("readonly").cloned().unwrap_or(json!(false)),
            "usage": or(&raw, "usage", "business"),
            "data_assets_sent": self.data(&flow.carries),
            "data_assets_received": self.data(&flow.returns),
        })
    }

    /// The zone that stands for the internet is a flag there, and no boundary.
    fn is_internet(zone: &Zone) -> bool {
        zone.trust.is_some_and(|(trust, _)| trust == 0) && zone.parent.is_none() && zone.children.is_empty()
    }

    fn is_on_the_internet(&self, element: &Element) -> bool {
        element.zones.iter().any(|zone| Self::is_internet(&self.outgoing.model[*zone]))
    }

    fn zones(&mut self) -> (Map<String, Json>, Map<String, Json>) {
        let model = self.outgoing.model;
        let (mut boundaries, mut runtimes) = (Map::new(), Map::new());
        let mut placed: BTreeSet<(ElementIx, bool)> = BTreeSet::new();
        for (ix, zone) in (0_u32..).map(ZoneIx).zip(&model.zones).filter(|(_, zone)| Self::is_internet(zone)) {
            let name = model.name_of(Thing::Zone(ix));
            if name != "Internet" {
                let what = format!("the zone \"{name}\", to a mark on what is in it: that it is on the internet");
                self.losses.changed(what, format!("zones.{}", zone.identity.id));
            }
        }
        for (ix, zone) in (0_u32..).map(ZoneIx).zip(&model.zones).filter(|(_, zone)| !Self::is_internet(zone)) {
            let own = zone.identity.id.clone();
            let entry = self.outgoing.entry("zones", &own).clone();
            let runtime = zone.kind == ZoneKind::Device;
            // The tool knows one boundary and one runtime of an asset.
            let members: Vec<ElementIx> = zone.members.iter().copied().filter(|member| placed.insert((*member, runtime))).collect();
            if members.len() < zone.members.len() {
                self.losses.dropped("elements that another boundary holds already", format!("zones.{own}"));
            }
            let inside: Json = members.iter().map(|member| self.id(Thing::Element(*member))).collect::<Vec<_>>().into();
            let name = model.name_of(Thing::Zone(ix)).to_owned();
            let tags = self.tagged(&zone.stated.tags);
            let head = json!({"id": self.id(Thing::Zone(ix)), "description": text(&entry, "description", &name)});
            let mut value = head.as_object().cloned().unwrap_or_default();
            if runtime {
                value.insert("tags".to_owned(), tags);
                value.insert("technical_assets_running".to_owned(), inside);
                runtimes.insert(unique(&runtimes, &name, &own), value.into());
                continue;
            }
            value.insert("type".to_owned(), self.boundary_type(zone, &entry));
            value.insert("tags".to_owned(), tags);
            value.insert("technical_assets_inside".to_owned(), inside);
            let nested: Vec<String> = zone
                .children
                .iter()
                .filter(|child| model[**child].kind != ZoneKind::Device)
                .map(|child| self.id(Thing::Zone(*child)))
                .collect();
            value.insert("trust_boundaries_nested".to_owned(), nested.into());
            boundaries.insert(unique(&boundaries, &name, &own), value.into());
        }
        (boundaries, runtimes)
    }

    fn boundary_type(&mut self, zone: &Zone, entry: &Json) -> Json {
        let environment = zone.kind == ZoneKind::Runtime;
        let known = kept(entry)
            .get("type")
            .and_then(Json::as_str)
            .filter(|word| (*word == "execution-environment") == environment)
            .map(str::to_owned);
        if !matches!(zone.kind, ZoneKind::Network | ZoneKind::Runtime) {
            self.losses.changed(
                format!("a boundary of the kind {} is a network there", zone.kind.as_str()),
                format!("zones.{}.kind", zone.identity.id),
            );
        }
        let otherwise = if environment { "execution-environment" } else { "network-on-prem" };
        known.unwrap_or_else(|| otherwise.to_owned()).into()
    }

    fn lost(&mut self) {
        let raised = self.outgoing.threats.iter().filter(|threat| !threat.is_written());
        let (mut found, mut decided) = (0, 0);
        for threat in raised {
            found += usize::from(threat.status == "open" || threat.status == "mitigated");
            decided += usize::from(threat.entry.is_some());
        }
        if found > 0 {
            self.losses.dropped(format!("{found} threats that rules raise; Threagile raises its own"), "threats");
        }
        let kept = kept(&self.outgoing.json).get("risk_tracking").and_then(Json::as_object).map_or(0, Map::len);
        if decided > 0 && kept == 0 {
            self.losses.dropped(
                format!("{decided} decisions about them: a decision about a risk that it does not raise stops Threagile"),
                "threats",
            );
        }
        let mut model = self.outgoing.json.clone();
        // Answers are counted above.
        if let Some(threats) = model.get_mut("threats").and_then(Json::as_object_mut) {
            threats.retain(|key, _| !key.contains('@'));
        }
        self.losses.unsaid(&model, "x-threagile", SAYS);
        self.facts(
            "elements",
            &[
                (
                    "traits",
                    &[
                        "runs-in-container",
                        "billed-per-use",
                        "cloud-managed",
                        "multi-tenant",
                        "uses-dependencies",
                        "parses-xml",
                        "deserializes-objects",
                        "accepts-uploads",
                    ],
                ),
                ("controls", &["encryption-at-rest", "redundancy"]),
            ],
        );
        self.facts("flows", &[("controls", &["client-authentication"]), ("traits", &[])]);
    }

    /// Facts that are neither said nor follow from what is said.
    fn facts(&mut self, section: &str, said: &[(&str, &[&str])]) {
        let foreign = self.outgoing.json.get("x-threagile").is_some();
        for (id, entry) in self.outgoing.json.get(section).and_then(Json::as_object).into_iter().flatten() {
            // In a model that came from Threagile most facts were made from what is written back.
            if foreign && entry.get("x-threagile").is_some() {
                continue;
            }
            for (set, known) in said {
                let facts = entry.get(*set).and_then(Json::as_object).into_iter().flatten().map(|(name, _)| name.as_str());
                let lost: Vec<&str> = facts.filter(|name| !known.contains(name)).collect();
                if !lost.is_empty() {
                    self.losses.dropped(lost.join(", "), format!("{section}.{id}.{set}"));
                }
            }
        }
    }
}

/// What the reader kept of the file.
fn kept(entry: &Json) -> Map<String, Json> {
    entry.get("x-threagile").and_then(Json::as_object).cloned().unwrap_or_default()
}

fn or(kept: &Map<String, Json>, key: &str, otherwise: &str) -> Json {
    kept.get(key).cloned().unwrap_or_else(|| otherwise.into())
}

fn text(entry: &Json, key: &str, otherwise: &str) -> Json {
    entry.get(key).and_then(Json::as_str).unwrap_or(otherwise).into()
}

/// The state of a fact; empty if nothing is said.
fn fact<'e>(entry: &'e Json, set: &str, name: &str) -> &'e str {
    let value = entry.get(set).and_then(|facts| facts.get(name));
    value.and_then(|value| value.get("is").unwrap_or(value).as_str()).unwrap_or_default()
}

/// A title that no other entry of a mapping has.
fn unique(known: &Map<String, Json>, title: &str, id: &str) -> String {
    let title = one_line(title);
    if known.contains_key(&title) { format!("{title} ({id})") } else { title }
}
