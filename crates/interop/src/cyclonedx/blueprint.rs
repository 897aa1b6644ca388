//! A blueprint: zones, actors, assets, stores, data sets and flows.

use std::collections::{BTreeMap, BTreeSet};

use redan_model::lang::{TrustWord, ZoneKind};
use serde_json::{Map, Value as Json};

use super::{Maker, NOTHING, OWN, PROPERTY, own, party};
use crate::draft::{Entry, Section, one_line};
use crate::kept::{keep, rest};
use crate::read::{flag, items, list, scalar, text};
use crate::vocabulary::is_outside;
use crate::zones::circles;

/// Which of its maps of ids a maker uses.
type Ids<M> = fn(&mut M) -> &mut BTreeMap<String, String>;

impl<'f> Maker<'f> {
    fn of(&self, number: usize) -> &'f Json {
        items(self.file, "blueprints").get(number).unwrap_or(&Json::Null)
    }

    /// Gives everything its id, so that things can name each other across blueprints.
    pub(super) fn name_blueprint(&mut self, number: usize) {
        let blueprint = self.of(number);
        let rows: [(&str, Section, Ids<Self>); 5] = [
            ("zones", Section::Zones, |maker| &mut maker.zones),
            ("actors", Section::Elements, |maker| &mut maker.elements),
            ("assets", Section::Elements, |maker| &mut maker.elements),
            ("dataStores", Section::Elements, |maker| &mut maker.elements),
            ("dataSets", Section::Assets, |maker| &mut maker.assets),
        ];
        for (key, section, map) in rows {
            for (at, thing) in items(blueprint, key).iter().enumerate() {
                let (reference, name) = (text(thing, "bom-ref").into_owned(), self.name(thing));
                let id = self.id_for(section, &reference, &name, "thing");
                if map(self).insert(reference.clone(), id).is_some() {
                    self.draft
                        .dangling(format!("a second thing with the reference `{reference}`"), format!("blueprints[{number}].{key}[{at}]"));
                }
            }
        }
        for set in items(blueprint, "dataSets") {
            for placement in items(set, "placements") {
                let encrypted = placement.get("encrypted").and_then(Json::as_bool);
                let placed = self.placed.entry(text(placement, "dataStore").into_owned()).or_default();
                placed.push((text(set, "bom-ref").into_owned(), encrypted));
            }
        }
    }

    /// What a thing is called: its own name, or that of the component or party that it stands for.
    fn name(&self, thing: &Json) -> String {
        let own = one_line(&text(thing, "name"));
        if !own.is_empty() {
            return own;
        }
        let known = ["componentRef", "partyRef"].iter().find_map(|key| self.others.get(text(thing, key).as_ref()));
        let name = known.map(|known| party(known, &self.others)).unwrap_or_default();
        let name = if name.is_empty() { thing.get("party").map(|it| party(it, &self.others)).unwrap_or_default() } else { name };
        if name.is_empty() { text(thing, "bom-ref").into_owned() } else { name }
    }

    pub(super) fn blueprint(&mut self, number: usize) {
        let blueprint = self.of(number);
        let place = format!("blueprints[{number}]");
        self.zones_of(blueprint, &place);
        self.data_sets(blueprint, &place);
        for (key, otherwise) in [("actors", "actor"), ("assets", "process"), ("dataStores", "store")] {
            for (at, thing) in items(blueprint, key).iter().enumerate() {
                self.element(thing, otherwise, number, &format!("{place}.{key}[{at}]"));
            }
        }
        self.flows_of(blueprint, number, &place);
        for (at, assumption) in items(blueprint, "assumptions").iter().enumerate() {
            let said = text(assumption, "description");
            let id = self.id_for(Section::Assumptions, &text(assumption, "bom-ref"), &said, "assumption");
            let status = match text(assumption, "validity").as_ref() {
                "verified" => "confirmed",
                "invalid" => "refuted",
                _ => "unconfirmed",
            };
            let owner = assumption.get("owner").map(|owner| party(owner, &self.others)).unwrap_or_default();
            let entry = Entry::new().text("text", &said).text("status", status).text("owner", &owner);
            let kept = self.numbered(rest(assumption, &["description"]), number);
            let kept = own(kept, &text(assumption, "bom-ref"), &id);
            let entry = keep(&mut self.draft, entry, OWN, kept, format!("{place}.assumptions[{at}]"));
            self.draft.add(Section::Assumptions, &id, entry);
        }
    }

    /// Notes which blueprint a thing stands in, if there are several.
    fn numbered(&self, mut kept: Map<String, Json>, number: usize) -> Map<String, Json> {
        if items(self.file, "blueprints").len() > 1 {
            kept.insert("blueprint".to_owned(), number.into());
        }
        kept
    }

    fn zones_of(&mut self, blueprint: &Json, place: &str) {
        let parent = |zone: &Json| (text(zone, "bom-ref").into_owned(), text(zone, "parent").into_owned());
        let round = circles(&items(blueprint, "zones").iter().map(parent).collect());
        for (at, zone) in items(blueprint, "zones").iter().enumerate() {
            let (reference, name, place) = (text(zone, "bom-ref"), one_line(&text(zone, "name")), format!("{place}.zones[{at}]"));
            let Some(id) = self.zones.get(reference.as_ref()).cloned() else { continue };
            let said: Vec<String> = list(zone, "characteristics").iter().map(|word| word.to_lowercase()).collect();
            let mut entry = Entry::new().named(&id, &name).text("description", &text(zone, "description"));
            let kind = ZoneKind::ALL.iter().find(|kind| kind.as_str() == stated(zone, "kind")).map(|kind| kind.as_str());
            entry = entry.text("kind", kind.unwrap_or_else(|| zone_kind(&text(zone, "type"))));
            let noted = stated(zone, "trust");
            entry = match noted.parse::<u8>() {
                Ok(number) if number <= 100 => entry.value("trust", number.into()),
                _ if TrustWord::ALL.iter().any(|word| word.as_str() == noted) => entry.text("trust", noted),
                _ => entry.text("trust", trust(&name, zone)),
            };
            let parent = text(zone, "parent");
            match self.zones.get(parent.as_ref()) {
                Some(_) if round.contains(reference.as_ref()) => {
                    self.draft.dangling(format!("the zone `{parent}`, which is in this one"), &place);
                }
                Some(outer) => entry = entry.text("in", outer),
                None if !parent.is_empty() => self.draft.dangling(format!("the zone `{parent}`"), &place),
                None => {}
            }
            let mut kept = own(rest(zone, &["name", "description", "parent", "properties"]), &reference, &id);
            others(&mut kept, zone);
            if matches!(said.as_slice(), [only] if matches!(only.as_str(), "untrusted" | "partly trusted" | "trusted")) {
                kept.shift_remove("characteristics");
            }
            let entry = keep(&mut self.draft, entry, OWN, kept, &place);
            self.draft.add(Section::Zones, &id, entry);
        }
    }

    fn data_sets(&mut self, blueprint: &Json, place: &str) {
        for (at, set) in items(blueprint, "dataSets").iter().enumerate() {
            let reference = text(set, "bom-ref");
            let Some(id) = self.assets.get(reference.as_ref()).cloned() else { continue };
            let owner = items(set, "owners").first().map(|owner| party(owner, &self.others)).unwrap_or_default();
            let name = one_line(&text(set, "name"));
            let entry = Entry::new().named(&id, &name).text("description", &text(set, "description"));
            // What flows call by the name of a data set is that data set.
            self.data.entry(name).or_insert_with(|| id.clone());
            let kept = own(rest(set, &["name", "description"]), &reference, &id);
            let entry = keep(&mut self.draft, entry.text("owner", &owner), OWN, kept, format!("{place}.dataSets[{at}]"));
            self.draft.add(Section::Assets, &id, entry);
        }
    }

    fn element(&mut self, thing: &Json, otherwise: &'static str, number: usize, place: &str) {
        let reference = text(thing, "bom-ref");
        let Some(id) = self.elements.get(reference.as_ref()).cloned() else { return };
        let kind = kind(thing, otherwise);
        let mut entry = Entry::new().text("kind", kind).named(&id, &self.name(thing)).text("description", &text(thing, "description"));
        let zone = text(thing, "zone");
        match self.zones.get(zone.as_ref()) {
            Some(zone) => entry = entry.list("zone", [zone]),
            None if !zone.is_empty() => self.draft.dangling(format!("the zone `{zone}`"), format!("{place}.zone")),
            None => {}
        }
        let tech = stated(thing, "tech");
        entry = entry.text("tech", if tech.is_empty() { technology(thing, otherwise) } else { tech });
        if kind == "store" || self.placed.contains_key(reference.as_ref()) {
            entry = self.stored(entry, thing, &reference, place);
        }
        let owner = items(thing, "ownership").first().map(|owner| party(owner, &self.others)).unwrap_or_default();
        entry = out_of_scope(entry.text("owner", &owner), thing).list("tags", list(thing, "tags"));
        let kept = self.numbered(rest(thing, &["name", "description", "zone", "tags", "dataSets", "properties"]), number);
        let mut kept = own(kept, &reference, &id);
        others(&mut kept, thing);
        if otherwise != "process" {
            kept.insert("section".to_owned(), if otherwise == "actor" { "actors" } else { "dataStores" }.into());
        }
        let entry = keep(&mut self.draft, entry, OWN, kept, place);
        self.draft.add(Section::Elements, &id, entry);
    }

    /// What a store keeps, and whether all of it is encrypted there.
    fn stored(&mut self, entry: Entry, store: &Json, reference: &str, place: &str) -> Entry {
        let placed = self.placed.get(reference).cloned().unwrap_or_default();
        let mut held: BTreeSet<String> = BTreeSet::new();
        for set in placed.iter().map(|(set, _)| set.clone()).chain(list(store, "dataSets")) {
            match self.assets.get(&set) {
                Some(id) => {
                    held.insert(id.clone());
                }
                None => self.draft.dangling(format!("the data set `{set}`"), place),
            }
        }
        let entry = entry.list("holds", held);
        let says = |wanted: bool| placed.iter().any(|(_, encrypted)| *encrypted == Some(wanted));
        match (says(true), says(false)) {
            (true, true) => entry.fact("controls", "encryption-at-rest", "partial"),
            (true, false) => entry.fact("controls", "encryption-at-rest", "yes"),
            (false, true) => entry.fact("controls", "encryption-at-rest", "no"),
            (false, false) => entry,
        }
    }

    /// A flow that ends at a zone is about all that is in it: one more element in it, so that the flow has an end.
    fn whole_zone(&mut self, reference: &str, number: usize, place: &str) -> Option<String> {
        if let Some(known) = self.wholes.get(reference) {
            return Some(known.clone());
        }
        let zone = self.zones.get(reference)?.clone();
        let id = self.draft.id_for_name(Section::Elements, &format!("{zone}-as-a-whole"), "zone");
        let mut zones = items(self.file, "blueprints").iter().flat_map(|blueprint| items(blueprint, "zones"));
        let shown = zones.find(|zone| text(zone, "bom-ref") == reference).map_or_else(|| zone.clone(), |zone| self.name(zone));
        self.draft.guessed(format!("that a flow which ends at the zone {shown} is about a process in it that stands for all of it"), place);
        let mut kept = self.numbered(Map::new(), number);
        kept.insert("bom-ref".to_owned(), reference.into());
        kept.insert("section".to_owned(), "zones".into());
        let entry = Entry::new().text("kind", "process").named(&id, &shown).list("zone", [&zone]);
        let entry = keep(&mut self.draft, entry, OWN, kept, place);
        self.draft.add(Section::Elements, &id, entry);
        self.wholes.insert(reference.to_owned(), id.clone());
        Some(id)
    }

    fn flows_of(&mut self, blueprint: &Json, number: usize, place: &str) {
        let mut loose = Vec::new();
        for (at, flow) in items(blueprint, "flows").iter().enumerate() {
            let (reference, name, place) = (text(flow, "bom-ref"), one_line(&text(flow, "name")), format!("{place}.flows[{at}]"));
            let ends = ["source", "destination"].map(|key| {
                let end = text(flow, key);
                let found = self.elements.get(end.as_ref()).cloned().or_else(|| self.whole_zone(&end, number, &place));
                if found.is_none() {
                    self.draft.dangling(format!("the asset `{end}` at an end of the flow {name}, which is no flow of the model"), &place);
                }
                found
            });
            let [Some(from), Some(to)] = ends else {
                loose.push(flow.clone());
                continue;
            };
            let id = self.id_for(Section::Flows, &reference, &name, "flow");
            let mut entry = Entry::new().text("from", &from).text("to", &to);
            if flag(flow, "bidirectional") {
                entry = entry.text("both-ways", "yes");
            }
            let protocols = list(flow, "protocols");
            entry = entry.text("protocol", &protocols.first().map(|word| crate::vocabulary::protocol(word, false)).unwrap_or_default());
            entry = entry.text("label", &name).text("description", &text(flow, "description"));
            let carried: Vec<String> = items(flow, "dataObjects").iter().map(|object| self.data_object(object)).collect();
            entry =
                if stated(flow, "carries") == NOTHING { entry.value("carries", carried.into()) } else { entry.list("carries", carried) };
            if flow.get("encrypted").is_some_and(Json::is_boolean) {
                entry = entry.fact("controls", "encryption-in-transit", if flag(flow, "encrypted") { "yes" } else { "no" });
            }
            let methods: Vec<String> = items(flow, "authentication").iter().map(|method| scalar(method).into_owned()).collect();
            if methods.iter().any(|method| method == "none") {
                entry = entry.fact("controls", "client-authentication", "no");
            } else if !methods.is_empty() {
                entry = entry.fact("controls", "client-authentication", "yes");
            }
            let entry = out_of_scope(entry, flow);
            let read = ["name", "description", "source", "destination", "bidirectional", "encrypted", "properties"];
            let mut kept = self.numbered(own(rest(flow, &read), &reference, &id), number);
            others(&mut kept, flow);
            let entry = keep(&mut self.draft, entry, OWN, kept, &place);
            self.draft.add(Section::Flows, &id, entry);
            self.flows.insert(reference.into_owned(), id);
        }
        if let Some(loose) = crate::kept::bounded(loose.into(), 2) {
            self.draft.set(&format!("x-cyclonedx-flows{}", if number == 0 { String::new() } else { format!("-{number}") }), loose);
        }
    }

    /// The asset that a flow carries, made once for each name.
    fn data_object(&mut self, object: &Json) -> String {
        let name = one_line(&text(object, "name"));
        if let Some(id) = self.data.get(&name).or_else(|| self.assets.get(text(object, "bom-ref").as_ref())) {
            return id.clone();
        }
        let id = self.draft.id_for_name(Section::Assets, &name, "data");
        let entry = Entry::new().named(&id, &name).text("description", &text(object, "description"));
        self.draft.add(Section::Assets, &id, entry);
        self.data.insert(name, id.clone());
        id
    }
}

/// How far a zone is trusted, by its name and characteristics.
pub(super) fn trust(name: &str, zone: &Json) -> &'static str {
    let said: Vec<String> = list(zone, "characteristics").iter().map(|word| word.to_lowercase()).collect();
    match said.as_slice() {
        _ if is_outside(name) || said.iter().any(|word| word == "untrusted") => "untrusted",
        _ if said.iter().any(|word| word == "partly trusted") => "partner",
        _ if said.iter().any(|word| word == "trusted" || word == "highly trusted") => "trusted",
        _ => "",
    }
}

/// What our writer noted beside a thing.
fn stated<'t>(thing: &'t Json, key: &str) -> &'t str {
    let ours = |property: &&Json| text(property, "name").strip_prefix(PROPERTY).is_some_and(|name| name == key);
    let found = items(thing, "properties").iter().find(ours);
    found.and_then(|property| property.get("value")?.as_str()).unwrap_or_default()
}

/// Keeps the properties that are not our writer's.
fn others(kept: &mut Map<String, Json>, thing: &Json) {
    let others: Vec<Json> =
        items(thing, "properties").iter().filter(|property| !text(property, "name").starts_with(PROPERTY)).cloned().collect();
    if !others.is_empty() {
        kept.insert("properties".to_owned(), others.into());
    }
}

pub(super) fn zone_kind(word: &str) -> &'static str {
    match word {
        "deployment" | "logical" | "functional" | "availability" => "runtime",
        "process" => "process",
        "tenant" => "tenant",
        "physical" | "geographic" => "physical",
        "organizational" | "compliance" => "organisation",
        _ => "network",
    }
}

/// What a thing is in a data flow diagram.
fn kind(thing: &Json, otherwise: &'static str) -> &'static str {
    match (otherwise, text(thing, "type").as_ref()) {
        ("actor", _) => {
            let party = thing.get("party").unwrap_or(&Json::Null);
            let system = ["system", "organization"].iter().any(|key| party.get(*key).is_some());
            if system && party.get("person").is_none() && party.get("persona").is_none() { "external" } else { "actor" }
        }
        ("process", "actor") => "actor",
        ("process", "data-store" | "cache" | "queue" | "stream" | "data" | "broker") => "store",
        (kind, _) => kind,
    }
}

pub(super) fn technology(thing: &Json, otherwise: &str) -> &'static str {
    match (otherwise, text(thing, "type").as_ref()) {
        ("process", "api") => "web-api",
        ("process", "gateway") => "api-gateway",
        ("process", "function") => "serverless-function",
        ("process", "agent") => "llm-agent",
        ("process", "model") => "ml-model",
        ("process", "container") => "container",
        ("process", "queue" | "broker") | ("store", "message-queue") => "message-queue",
        ("process", "stream") | ("store", "event-log") => "event-stream",
        ("process", "cache") | ("store", "cache" | "in-memory") => "cache",
        ("store", "relational") => "sql-database",
        ("store", "document" | "key-value" | "column-family") => "nosql-database",
        ("store", "graph") => "graph-database",
        ("store", "time-series") => "time-series-database",
        ("store", "object") => "object-storage",
        ("store", "file") => "file-server",
        ("store", "block") => "block-storage",
        ("store", "vector") => "vector-store",
        ("store", "data-warehouse" | "data-lake") => "data-warehouse",
        ("store", "ledger" | "blockchain") => "ledger",
        ("store", "search") => "search-engine",
        _ => "",
    }
}

/// A thing is in scope unless it says that it is not, with a reason or without.
fn out_of_scope(entry: Entry, thing: &Json) -> Entry {
    let Some(said) = thing.get("inScope") else { return entry };
    let reason =
        ["reason", "justification", "rationale", "description"].iter().map(|key| text(said, key)).find(|reason| !reason.is_empty());
    let out = scalar(said) == "false" || ["inScope", "value", "included"].iter().any(|key| text(said, key) == "false");
    if out { entry.text("out-of-scope", reason.as_deref().unwrap_or("out of scope in CycloneDX")) } else { entry }
}
