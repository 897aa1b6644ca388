//! Trust boundaries and shared runtimes as zones.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Maker, described, extras, id_of, tags, words};
use crate::draft::{Entry, Section};
use crate::read::{entries, flag, list, text};

impl Maker<'_> {
    /// Every zone, and for each element the zones that it is in.
    pub(super) fn zones(&mut self) {
        self.internet();
        let parents = self.parents();
        let file = self.file;
        for (title, boundary) in entries(file, "trust_boundaries") {
            let foreign = id_of(boundary, title);
            let Some(id) = self.zones.get(&foreign).cloned() else { continue };
            let place = format!("trust_boundaries.{title}");
            let trust = words::trust(title);
            self.draft.guessed(format!("how far {title} is trusted: {trust}"), place.clone());
            let kind = text(boundary, "type");
            let entry = described(Entry::new().named(&id, title), boundary)
                .text("kind", if kind == "execution-environment" { "runtime" } else { "network" })
                .text("trust", trust)
                .text("in", parents.get(&foreign).map(String::as_str).unwrap_or_default());
            let entry = self.guards(entry, &kind).list("tags", zone_tags(boundary, &kind, parents.contains_key(&foreign)));
            self.draft.add(Section::Zones, &id, extras(entry, boundary, &["type"]));
            self.draft.made_from(Section::Zones, &id, format!("trust_boundaries\n{title}"));
            self.put_inside(&id, boundary, "technical_assets_inside", &place);
        }
        self.runtimes();
    }

    /// What is on the internet and in no boundary is in a zone of its own.
    fn internet(&mut self) {
        let inside: Vec<String> =
            entries(self.file, "trust_boundaries").flat_map(|(_, zone)| list(zone, "technical_assets_inside")).collect();
        let is_inside = |foreign: &str| inside.iter().any(|name| name.eq_ignore_ascii_case(foreign));
        let outside: Vec<String> = self
            .assets
            .iter()
            .filter(|(foreign, asset)| flag(asset, "internet") && !is_inside(foreign))
            .map(|(foreign, _)| foreign.clone())
            .collect();
        if outside.is_empty() {
            return;
        }
        let id = self.draft.id_for_name(Section::Zones, "internet", "zone");
        self.draft.add(Section::Zones, &id, Entry::new().named(&id, "Internet").text("trust", "untrusted"));
        for foreign in outside {
            self.places.entry(foreign).or_default().push(id.clone());
        }
    }

    /// The boundary that each boundary is in.
    fn parents(&mut self) -> BTreeMap<String, String> {
        let mut parents: BTreeMap<String, String> = BTreeMap::new();
        let mut up: BTreeMap<String, String> = BTreeMap::new();
        for (title, boundary) in entries(self.file, "trust_boundaries") {
            let parent = id_of(boundary, title);
            for child in list(boundary, "trust_boundaries_nested") {
                let place = format!("trust_boundaries.{title}.trust_boundaries_nested");
                let Some(parent_id) = self.zones.get(&parent).filter(|_| self.zones.contains_key(&child)) else {
                    self.draft.dangling(format!("boundary `{child}`"), place);
                    continue;
                };
                if up.contains_key(&child) || is_below(&up, &parent, &child) {
                    self.draft.dropped(format!("a second place of the boundary `{child}`"), place);
                    continue;
                }
                parents.insert(child.clone(), parent_id.clone());
                up.insert(child, parent.clone());
            }
        }
        parents
    }

    /// What the kind of a boundary and what is not drawn say about its guards.
    fn guards(&self, entry: Entry, kind: &str) -> Entry {
        let segment = matches!(kind, "network-cloud-security-group" | "network-policy-namespace-isolation" | "network-virtual-lan");
        let entry = if segment { entry.fact("controls", "network-segmentation", "yes") } else { entry };
        if self.draws(&["waf"]) || kind == "execution-environment" { entry } else { entry.fact("controls", "waf", "no") }
    }

    fn put_inside(&mut self, zone: &str, holder: &Json, key: &str, place: &str) {
        for name in list(holder, key) {
            match self.element(&name).map(|(foreign, _)| foreign.to_owned()) {
                Some(foreign) => self.places.entry(foreign).or_default().push(zone.to_owned()),
                None => self.draft.dangling(format!("asset `{name}`"), format!("{place}.{key}")),
            }
        }
    }

    /// What shares a machine is in a zone of that machine, as trusted as what surrounds it.
    fn runtimes(&mut self) {
        let file = self.file;
        let mut running: Vec<String> = Vec::new();
        for (title, runtime) in entries(file, "shared_runtimes") {
            let foreign = id_of(runtime, title);
            let id = self.draft.keep_id(Section::Zones, &foreign, "runtime");
            let place = format!("shared_runtimes.{title}");
            let trust = self.trust_of_host(runtime);
            let entry = described(Entry::new().named(&id, title), runtime).text("kind", "device").text("trust", trust);
            let entry = entry.fact("controls", "workload-separation", "no").list("tags", tags(runtime));
            self.draft.guessed(format!("how far {title} is trusted: {trust}, like the most trusted thing on it"), place.clone());
            self.draft.add(Section::Zones, &id, entry);
            self.draft.made_from(Section::Zones, &id, format!("shared_runtimes\n{title}"));
            self.zones.insert(foreign, id.clone());
            for name in list(runtime, "technical_assets_running") {
                match self.element(&name).map(|(foreign, _)| foreign.to_owned()) {
                    Some(known) if running.contains(&known) => {
                        self.draft.dropped(format!("a second runtime of `{name}`"), format!("{place}.technical_assets_running"));
                    }
                    Some(known) => {
                        self.places.entry(known.clone()).or_default().push(id.clone());
                        running.push(known);
                    }
                    None => self.draft.dangling(format!("asset `{name}`"), format!("{place}.technical_assets_running")),
                }
            }
        }
    }

    /// A machine is trusted like the most trusted thing on it, so that it takes nothing away from the others.
    fn trust_of_host(&self, runtime: &Json) -> &'static str {
        let running = list(runtime, "technical_assets_running");
        let mut boundaries = entries(self.file, "trust_boundaries").filter(|(_, boundary)| {
            list(boundary, "technical_assets_inside").iter().any(|name| running.iter().any(|known| known.eq_ignore_ascii_case(name)))
        });
        if boundaries.all(|(title, _)| words::trust(title) != "internal") { "partner" } else { "internal" }
    }
}

/// Whether a boundary is inside another one, or is it.
fn is_below(up: &BTreeMap<String, String>, inner: &str, outer: &str) -> bool {
    let mut at = inner;
    loop {
        if at == outer {
            return true;
        }
        match up.get(at) {
            Some(next) => at = next,
            None => return false,
        }
    }
}

/// Tags of a boundary; what a cloud provider runs is tagged as that, and what is in an account as a part of it.
fn zone_tags(boundary: &Json, kind: &str, is_nested: bool) -> Vec<String> {
    let mut tags = tags(boundary);
    let tag = if is_nested { "cloud-segment" } else { "cloud" };
    if kind.starts_with("network-cloud") && !tags.iter().any(|known| known == tag) {
        tags.push(tag.to_owned());
    }
    tags
}
