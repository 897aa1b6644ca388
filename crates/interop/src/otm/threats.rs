//! Threats and mitigations with the states that they have in different places.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{Maker, OWN, own_id};
use crate::draft::{Entry, Section, one_line, slug};
use crate::kept::{keep, rest};
use crate::read::{items, list, text};
use crate::vocabulary::{linddun, stride};

/// A threat that stands on a thing.
pub(super) struct Instance<'f> {
    pub(super) said: &'f Json,
    /// Our id of the thing.
    pub(super) on: String,
    pub(super) place: String,
}

impl<'f> Maker<'f> {
    /// Every definition with its instances, and every mitigation.
    pub(super) fn threats(&mut self) {
        let instances = std::mem::take(&mut self.instances);
        let mut by_threat: BTreeMap<String, Vec<&Instance<'f>>> = BTreeMap::new();
        for instance in &instances {
            by_threat.entry(text(instance.said, "threat").into_owned()).or_default().push(instance);
        }
        let mitigations = self.mitigations(&instances);
        for (at, threat) in items(self.file, "threats").iter().enumerate() {
            let place = format!("threats[{at}]");
            let standing = by_threat.remove(text(threat, "id").as_ref()).unwrap_or_default();
            let mut groups: Vec<(&'static str, Vec<&Instance<'f>>)> = Vec::new();
            for instance in standing {
                let state = status(&text(instance.said, "state"));
                match groups.iter_mut().find(|(known, _)| *known == state) {
                    Some((_, group)) => group.push(instance),
                    None => groups.push((state, vec![instance])),
                }
            }
            if groups.len() > 1 {
                let what = format!("the threat {}, which is in {} states, to as many threats", text(threat, "name"), groups.len());
                self.draft.changed(what, &place);
            }
            if groups.is_empty() {
                groups.push(("open", Vec::new()));
            }
            for (state, group) in groups {
                self.threat(threat, state, &group, &mitigations, &place);
            }
        }
        for (threat, left) in by_threat {
            for instance in left {
                self.draft.dangling(format!("the threat `{threat}`"), instance.place.clone());
            }
        }
    }

    fn threat(
        &mut self,
        threat: &Json,
        state: &str,
        group: &[&Instance<'f>],
        mitigations: &BTreeMap<(String, &'static str), String>,
        place: &str,
    ) {
        let (foreign, name) = (text(threat, "id"), one_line(&text(threat, "name")));
        let id = self.id_for(Section::Threats, &foreign, &name, "threat");
        let mut on: Vec<&str> = group.iter().map(|instance| instance.on.as_str()).collect();
        on.dedup();
        let categories = list(threat, "categories");
        let mut entry = Entry::new().text("title", if name.is_empty() { "A threat without a name" } else { &name }).list("on", on);
        entry = entry.list("stride", unique(categories.iter().filter_map(|word| stride(word))));
        entry = entry.list("linddun", unique(categories.iter().filter_map(|word| linddun(word))));
        entry = entry.text("description", &text(threat, "description"));
        let risk = threat.get("risk").unwrap_or(&Json::Null);
        entry = rated(rated(entry, risk, "likelihood", "likelihoodComment"), risk, "impact", "impactComment");
        let mut used: Vec<&String> = Vec::new();
        for instance in group {
            for said in items(instance.said, "mitigations") {
                let key = (text(said, "mitigation").into_owned(), done(&text(said, "state")));
                match mitigations.get(&key) {
                    Some(id) if !used.contains(&id) => used.push(id),
                    Some(_) => {}
                    None if key.0.is_empty() => {}
                    None => self.draft.dangling(format!("the mitigation `{}`", key.0), instance.place.clone()),
                }
            }
        }
        entry = entry.list("mitigations", used);
        if state != "open" {
            entry = entry.text("status", state).text("because", &format!("{} in the imported model", text_of_states(group)));
        }
        let cwes: Vec<u32> =
            list(threat, "cwes").iter().filter_map(|cwe| cwe.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok()).collect();
        if !cwes.is_empty() {
            entry = entry.value("references", json!({"cwe": cwes}));
        }
        entry = entry.list("tags", list(threat, "tags"));
        let mut kept = rest(threat, &["id", "name", "description", "tags"]);
        own_id(&mut kept, &foreign, &id);
        let stands: Vec<Json> = group.iter().map(|instance| stands(instance)).collect();
        if !stands.is_empty() {
            kept.insert("stands".to_owned(), stands.into());
        }
        let entry = keep(&mut self.draft, entry, OWN, kept, place);
        self.draft.add(Section::Threats, &id, entry);
    }

    /// Every mitigation, once for each state that it is in; gives our ids by the foreign id and the state.
    fn mitigations(&mut self, instances: &[Instance<'f>]) -> BTreeMap<(String, &'static str), String> {
        let mut states: BTreeMap<String, Vec<(&'static str, String)>> = BTreeMap::new();
        for said in instances.iter().flat_map(|instance| items(instance.said, "mitigations")) {
            let (foreign, word) = (text(said, "mitigation").into_owned(), text(said, "state").into_owned());
            let known = states.entry(foreign).or_default();
            if !known.iter().any(|(state, _)| *state == done(&word)) {
                known.push((done(&word), word));
            }
        }
        let mut ids = BTreeMap::new();
        for (at, mitigation) in items(self.file, "mitigations").iter().enumerate() {
            let (foreign, name, place) =
                (text(mitigation, "id").into_owned(), one_line(&text(mitigation, "name")), format!("mitigations[{at}]"));
            let found = states.get(&foreign).cloned().unwrap_or_else(|| vec![("proposed", String::new())]);
            for (state, word) in found {
                let id = self.id_for(Section::Mitigations, &foreign, &name, "mitigation");
                let mut entry = Entry::new().text("title", if name.is_empty() { "A mitigation without a name" } else { &name });
                entry = entry.text("description", &text(mitigation, "description")).text("status", state);
                entry = entry.text("strength", mitigation.get("riskReduction").and_then(Json::as_f64).map(strength).unwrap_or_default());
                let mut kept: Map<String, Json> = rest(mitigation, &["id", "name", "description"]);
                own_id(&mut kept, &foreign, &id);
                if !word.is_empty() && word != state {
                    kept.insert("state".to_owned(), word.into());
                }
                let entry = keep(&mut self.draft, entry, OWN, kept, &place);
                self.draft.add(Section::Mitigations, &id, entry);
                ids.entry((foreign.clone(), state)).or_insert(id);
            }
        }
        ids
    }
}

/// Where a threat stands, as it is written back.
fn stands(instance: &Instance<'_>) -> Json {
    let mut kept = rest(instance.said, &["threat"]);
    kept.insert("on".to_owned(), instance.on.as_str().into());
    kept.into()
}

fn text_of_states(group: &[&Instance<'_>]) -> String {
    group.first().map(|instance| text(instance.said, "state").into_owned()).unwrap_or_default()
}

fn unique<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut list: Vec<&str> = Vec::new();
    for word in words {
        if !list.contains(&word) {
            list.push(word);
        }
    }
    list
}

/// A number from 0 to 100 as a rating from 1 to 5, with what was said about it.
fn rated(entry: Entry, risk: &Json, key: &'static str, comment: &str) -> Entry {
    let Some(number) = risk.get(key).and_then(Json::as_f64) else { return entry };
    let rating = [20.0, 40.0, 60.0, 80.0].iter().filter(|limit| number > **limit).count() + 1;
    let because = text(risk, comment);
    if because.is_empty() { entry.value(key, rating.into()) } else { entry.value(key, json!({"is": rating, "because": because})) }
}

fn strength(reduction: f64) -> &'static str {
    match reduction {
        n if n <= 0.0 => "",
        n if n <= 33.0 => "weak",
        n if n <= 66.0 => "moderate",
        _ => "strong",
    }
}

/// The state of a threat; tools write their own words.
pub(super) fn status(state: &str) -> &'static str {
    let word = slug(state);
    match word.as_str() {
        "mitigated" | "mitigate" | "resolved" | "closed" | "fixed" => "mitigated",
        "transferred" | "transfer" => "transferred",
        "avoided" | "avoid" => "avoided",
        "false-positive" => "false-positive",
        "not-applicable" | "na" | "n-a" | "hidden" => "not-applicable",
        _ if word.starts_with("accept") => "accepted",
        _ => "open",
    }
}

/// The state of a mitigation.
pub(super) fn done(state: &str) -> &'static str {
    match slug(state).as_str() {
        "implemented" | "done" | "verified" | "existing" | "mitigated" => "implemented",
        "required" | "planned" | "approved" | "scheduled" => "planned",
        "in-progress" | "started" | "partial" | "partly-implemented" => "in-progress",
        "rejected" | "not-applicable" | "na" | "n-a" | "wont-do" => "rejected",
        _ => "proposed",
    }
}
