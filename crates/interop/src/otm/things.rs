//! Zones, components and flows.

use std::collections::{BTreeMap, BTreeSet};

use redan_model::lang::{TrustWord, ZoneKind};
use serde_json::{Map, Value as Json};

use super::threats::Instance;
use super::{GENERIC, Maker, NO_ZONE, OWN, own_id};
use crate::draft::{Entry, Section, one_line};
use crate::kept::{keep, rest};
use crate::read::{flag, items, list, text};
use crate::vocabulary::is_outside;
use crate::zones::circles;

impl<'f> Maker<'f> {
    /// Gives zones and components their ids, so that they can name each other.
    pub(super) fn name_things(&mut self) {
        for (at, zone) in items(self.file, "trustZones").iter().enumerate() {
            let (foreign, name) = (text(zone, "id").into_owned(), one_line(&text(zone, "name")));
            // What has no id cannot be named by others, and gets its own when it is read.
            if foreign == NO_ZONE || foreign.is_empty() {
                continue;
            }
            let id = self.id_for(Section::Zones, &foreign, &name, "zone");
            self.claim(foreign, id, |maker| &mut maker.zones, &format!("trustZones[{at}]"));
        }
        for (at, component) in items(self.file, "components").iter().enumerate() {
            let (foreign, name) = (text(component, "id").into_owned(), one_line(&text(component, "name")));
            if foreign.is_empty() {
                continue;
            }
            let id = self.id_for(Section::Elements, &foreign, &name, "component");
            self.claim(foreign, id, |maker| &mut maker.elements, &format!("components[{at}]"));
        }
    }

    pub(super) fn zones(&mut self) {
        let round = circles(&parents(items(self.file, "trustZones"), "trustZone"));
        for (at, zone) in items(self.file, "trustZones").iter().enumerate() {
            let (foreign, name, place) = (text(zone, "id"), one_line(&text(zone, "name")), format!("trustZones[{at}]"));
            if foreign == NO_ZONE {
                continue;
            }
            let id = match self.zones.get(foreign.as_ref()) {
                Some(id) if self.is_new(Section::Zones, id) => id.clone(),
                _ => self.draft.id_for_name(Section::Zones, &name, "zone"),
            };
            let mut entry = Entry::new().named(&id, &name).text("description", &text(zone, "description"));
            // Version 0.1 has the rating among the properties.
            let stated = ["risk", "properties"].iter().find_map(|key| zone.get(*key)?.get("trustRating"));
            let rating = stated.and_then(|stated| stated.as_f64().or_else(|| stated.as_str()?.trim().parse().ok()));
            let attributes = zone.get("attributes").unwrap_or(&Json::Null);
            let kind = ZoneKind::from_word(&text(attributes, "redan-kind"));
            entry = entry.text("kind", kind.map_or("", ZoneKind::as_str));
            let level = text(attributes, "redan-trust");
            let mut kept = without_own(rest(zone, &["id", "name", "description", "parent"]));
            own_id(&mut kept, &foreign, &id);
            if let Some(rating) = rating {
                // Once the number is another one, the word beside it is no longer meant.
                let still = TrustWord::ALL.iter().find(|known| known.as_str() == level && known.value() == whole(rating));
                entry = entry.value("trust", still.map_or_else(|| whole(rating).into(), |level| level.as_str().into()));
                if f64::from(whole(rating)) == rating && zone.get("risk").and_then(Json::as_object).is_some_and(|risk| risk.len() == 1) {
                    kept.remove("risk");
                }
            } else if is_outside(&name) {
                entry = entry.text("trust", "untrusted");
            }
            let entry = self.placed_zone(entry, zone, &round, &mut kept, &place);
            let entry = keep(&mut self.draft, entry, OWN, kept, &place);
            self.draft.add(Section::Zones, &id, entry);
        }
    }

    fn placed_zone(&mut self, entry: Entry, zone: &Json, round: &BTreeSet<String>, kept: &mut Map<String, Json>, place: &str) -> Entry {
        let Some(parent) = zone.get("parent").filter(|parent| parent.is_object()) else { return entry };
        let (outer, component) = (text(parent, "trustZone"), text(parent, "component"));
        if !component.is_empty() {
            kept.insert("parent".to_owned(), parent.clone());
            self.draft.changed(format!("that the zone {} is in a component: zones are in zones", text(zone, "name")), place);
            return entry;
        }
        match self.zones.get(outer.as_ref()) {
            Some(_) if round.contains(text(zone, "id").as_ref()) => {
                self.draft.dangling(format!("the zone `{outer}`, which is in this one"), place);
                entry
            }
            Some(id) => entry.text("in", id),
            None => {
                if !outer.is_empty() {
                    self.draft.dangling(format!("the zone `{outer}`"), place);
                }
                entry
            }
        }
    }

    pub(super) fn components(&mut self) {
        let round = circles(&parents(items(self.file, "components"), "component"));
        for (at, component) in items(self.file, "components").iter().enumerate() {
            let (foreign, name, place) = (text(component, "id"), one_line(&text(component, "name")), format!("components[{at}]"));
            let id = match self.elements.get(foreign.as_ref()) {
                Some(id) if self.is_new(Section::Elements, id) => id.clone(),
                _ => self.draft.id_for_name(Section::Elements, &name, "component"),
            };
            let stated = text(component.get("attributes").unwrap_or(&Json::Null), "redan-kind");
            let guessed = kind(&text(component, "type"), &name, &list(component, "tags"));
            let kind = ["actor", "external", "process", "store"].into_iter().find(|kind| *kind == stated).unwrap_or(guessed);
            let mut entry = Entry::new().text("kind", kind).named(&id, &name).text("description", &text(component, "description"));
            entry = self.placed(entry, component, &round, &place);
            entry = entry.text("tech", technology(&text(component, "type")));
            let assets = component.get("assets").unwrap_or(&Json::Null);
            if assets.get("stored").is_some_and(Json::is_array) {
                let stored = self.assets_of(list(assets, "stored"), &place);
                entry = entry.value("holds", stored.into());
            }
            let code = items(component, "representations").iter().map(|shown| text(shown, "file").into_owned());
            entry = entry.list("code", code.filter(|file| !file.is_empty())).list("tags", list(component, "tags"));
            let mut kept = without_own(rest(component, &["id", "name", "description", "parent", "tags", "threats", "assets"]));
            own_id(&mut kept, &foreign, &id);
            let processed = list(assets, "processed");
            if !processed.is_empty() {
                kept.insert("processed".to_owned(), processed.into());
            }
            let entry = keep(&mut self.draft, entry, OWN, kept, &place);
            self.draft.add(Section::Elements, &id, entry);
            self.stand(component, &id, &place);
        }
    }

    /// Where a component is: in a zone, or in another component.
    fn placed(&mut self, entry: Entry, component: &Json, round: &BTreeSet<String>, place: &str) -> Entry {
        let parent = component.get("parent").unwrap_or(&Json::Null);
        let (mut zone, outer) = (text(parent, "trustZone"), text(parent, "component"));
        if zone.is_empty() {
            zone = text(parent, "trustzone");
        }
        if zone == NO_ZONE {
            return entry;
        }
        if !zone.is_empty() {
            if let Some(id) = self.zones.get(zone.as_ref()) {
                return entry.list("zone", [id]);
            }
            self.draft.dangling(format!("the zone `{zone}`"), place);
        } else if !outer.is_empty() {
            match self.elements.get(outer.as_ref()) {
                Some(_) if round.contains(text(component, "id").as_ref()) => {
                    self.draft.dangling(format!("the component `{outer}`, which is in this one"), place);
                }
                Some(id) => return entry.text("in", id),
                None => self.draft.dangling(format!("the component `{outer}`"), place),
            }
        }
        entry
    }

    pub(super) fn flows(&mut self) {
        let mut loose = Vec::new();
        for (at, flow) in items(self.file, "dataflows").iter().enumerate() {
            let (foreign, name, place) = (text(flow, "id"), one_line(&text(flow, "name")), format!("dataflows[{at}]"));
            let ends = ["source", "destination"].map(|key| {
                let end = text(flow, key);
                let found = self.elements.get(end.as_ref()).filter(|_| !end.is_empty()).cloned();
                if found.is_none() {
                    self.draft
                        .dangling(format!("the component `{end}` at an end of the flow {name}, which is no flow of the model"), &place);
                }
                found
            });
            let [Some(from), Some(to)] = ends else {
                loose.push(flow.clone());
                continue;
            };
            let id = self.id_for(Section::Flows, &foreign, &name, "flow");
            let mut entry = Entry::new().text("from", &from).text("to", &to);
            if flag(flow, "bidirectional") {
                entry = entry.text("both-ways", "yes");
            }
            let attributes = flow.get("attributes").unwrap_or(&Json::Null);
            entry = entry.text("protocol", &crate::vocabulary::protocol(&text(attributes, "protocol"), false));
            entry = entry.text("label", &name).text("description", &text(flow, "description"));
            if flow.get("assets").is_some_and(Json::is_array) {
                let carried = self.assets_of(list(flow, "assets"), &place);
                entry = entry.value("carries", carried.into());
            }
            entry = entry.list("tags", list(flow, "tags"));
            let mut kept =
                rest(flow, &["id", "name", "description", "source", "destination", "assets", "tags", "threats", "bidirectional"]);
            own_id(&mut kept, &foreign, &id);
            let entry = keep(&mut self.draft, entry, OWN, kept, &place);
            self.draft.add(Section::Flows, &id, entry);
            self.stand(flow, &id, &place);
        }
        self.loose(loose);
    }

    /// Keeps flows that lead from or to nothing.
    fn loose(&mut self, flows: Vec<Json>) {
        if let Some(flows) = crate::kept::bounded(flows.into(), 2).filter(|flows| flows.as_array().is_some_and(|flows| !flows.is_empty())) {
            self.draft.set("x-otm-dataflows", flows);
        }
    }

    /// Notes the threats that stand on a thing.
    fn stand(&mut self, thing: &'f Json, id: &str, place: &str) {
        for (at, said) in items(thing, "threats").iter().enumerate() {
            self.instances.push(Instance { said, on: id.to_owned(), place: format!("{place}.threats[{at}]") });
        }
    }

    fn is_new(&self, section: Section, id: &str) -> bool {
        !self.draft.has(section, id)
    }
}

/// What was kept, without what the writer notes for this reader.
fn without_own(mut kept: Map<String, Json>) -> Map<String, Json> {
    if let Some(Json::Object(attributes)) = kept.get_mut("attributes") {
        let ours = attributes.shift_remove("redan-kind").is_some();
        attributes.shift_remove("redan-trust");
        if attributes.is_empty() {
            kept.shift_remove("attributes");
        }
        if ours && kept.get("type").is_some_and(|word| word == GENERIC) {
            kept.shift_remove("type");
        }
    }
    kept
}

/// The parents of things, by ids of the file.
fn parents(things: &[Json], key: &str) -> BTreeMap<String, String> {
    let parent = |thing: &Json| thing.get("parent").map(|parent| text(parent, key).into_owned()).unwrap_or_default();
    things.iter().map(|thing| (text(thing, "id").into_owned(), parent(thing))).collect()
}

/// A rating from 0 to 100 as a whole number.
fn whole(number: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 100")]
    let whole = number.clamp(0.0, 100.0).round() as u8;
    whole
}

/// The technology that a type names. Libraries have thousands of types, so parts of their names decide where the
/// catalogue has no such word; some types only say that there is something.
fn technology(word: &str) -> &str {
    let lower = word.to_lowercase();
    if matches!(lower.as_str(), "empty-component" | "generic" | "code-class" | "vpc") {
        return "";
    }
    let found = PARTS.iter().find(|(parts, _)| parts.iter().any(|part| lower.contains(part)));
    found.map_or(word, |(_, name)| *name)
}

/// Parts of the names of types that no catalogue has word for word, and what they stand for.
const PARTS: &[(&[&str], &str)] = &[
    (&["nosql", "key-value", "dynamodb", "mongo", "cosmos"], "nosql-database"),
    (&["postgres", "mysql", "sql-db", "sql-database", "mariadb", "oracle-db"], "sql-database"),
    (&["elastic-container", "docker", "kubernetes-pod"], "container"),
    (&["cloudwatch", "cloudtrail", "log-analytics"], "log-store"),
    (&["cognito"], "identity-provider"),
    (&["sqs", "simple-queue", "service-bus"], "message-queue"),
    (&["azure-storage", "blob-storage", "cloud-storage"], "object-storage"),
    (&["lambda", "azure-function"], "serverless-function"),
    (&["load-balancer"], "load-balancer"),
    (&["api-gateway"], "api-gateway"),
    (&["systems-manager"], "configuration-store"),
    (&["web-ui"], "single-page-app"),
    (&["ios-device", "android-device"], "mobile-app"),
];

/// What a component is in a data flow diagram. The format has no such thing; types of libraries are named after it.
fn kind(word: &str, name: &str, tags: &[String]) -> &'static str {
    let word = word.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|part| word.contains(part));
    let store = [
        "database",
        "-db",
        "db-",
        "s3",
        "dynamodb",
        "storage",
        "bucket",
        "sql",
        "cache",
        "redis",
        "queue",
        "sqs",
        "blob",
        "filesystem",
        "file-share",
        "data-store",
        "datastore",
        "mongo",
        "vault",
        "kinesis",
        "registry",
        "repository",
    ];
    if word == "user" || word == "actor" || word == "person" || (word.contains("generic-client") && crate::vocabulary::is_person(name)) {
        "actor"
    } else if has(&["external", "third-party"]) || tags.iter().any(|tag| tag == "external") {
        "external"
    } else if has(&store) || word.split('-').any(|part| part == "rds") {
        "store"
    } else {
        "process"
    }
}
