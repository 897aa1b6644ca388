//! Workspaces of AWS Threat Composer (`.tc.json`), and its packs of threats and of mitigations.
//!
//! There is no diagram that a program can read, so a model that comes from here has no elements: threats in the words of
//! the tool's grammar, mitigations, assumptions, and the assets that threats harm. Pictures and what links assumptions
//! stay under `x-threat-composer`.

mod texts;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use crate::draft::{Draft, Entry, Section, clean, one_line};
use crate::kept::{bounded, keep, rest};
use crate::read::{items, list, text};
use crate::vocabulary::{cut, headline, stride};
use crate::{ImportError, Imported, limits};

pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-threat-composer";

/// Reads a workspace or a pack.
///
/// # Errors
/// The bytes are neither, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let file = limits::json(bytes)?;
    if !file.get("schema").is_some_and(Json::is_number) {
        return Err(ImportError::NotTheFormat("it has no number `schema`, which every Threat Composer file has".to_owned()));
    }
    for key in ["threats", "mitigations", "assumptions", "mitigationLinks", "assumptionLinks"] {
        if file.get(key).is_some_and(|part| !part.is_array() && !part.is_null()) {
            return Err(ImportError::NotTheFormat(format!("`{key}` is no list")));
        }
    }
    let mut maker = Maker::new(&file);
    maker.head();
    maker.assumptions();
    maker.mitigations();
    maker.threats();
    Ok(maker.draft.finish())
}

/// A model in the making.
struct Maker<'f> {
    file: &'f Json,
    draft: Draft,
    /// Ids by the ids of the file.
    assumptions: BTreeMap<String, String>,
    mitigations: BTreeMap<String, String>,
    /// Ids of assets by what they are called in threats.
    assets: BTreeMap<String, String>,
    /// Our ids of assumptions by the foreign id of what they are linked with.
    assumed: BTreeMap<String, Vec<String>>,
}

impl<'f> Maker<'f> {
    fn new(file: &'f Json) -> Self {
        let own = file.get("applicationInfo").map(|info| one_line(&text(info, "name"))).unwrap_or_default();
        let name = if own.is_empty() { one_line(&text(file, "name")) } else { own };
        Self {
            file,
            draft: Draft::new(&name),
            assumptions: BTreeMap::new(),
            mitigations: BTreeMap::new(),
            assets: BTreeMap::new(),
            assumed: BTreeMap::new(),
        }
    }

    fn head(&mut self) {
        let info = self.file.get("applicationInfo").unwrap_or(&Json::Null);
        let described = text(info, "description");
        self.draft.set("description", if described.is_empty() { text(self.file, "description") } else { described }.as_ref());
        let read =
            ["schema", "applicationInfo", "threats", "mitigations", "assumptions", "mitigationLinks", "assumptionLinks", "description"];
        let mut kept = rest(self.file, &read);
        if !self.file.get("applicationInfo").is_some_and(Json::is_object) {
            return self.aside(kept);
        }
        kept.shift_remove("name");
        self.aside(kept);
    }

    fn aside(&mut self, kept: Map<String, Json>) {
        match bounded(kept.into(), 0) {
            Some(kept) => self.draft.set(OWN, kept),
            None => self.draft.dropped("data that is nested too deep", "the top of the file"),
        }
    }

    fn assumptions(&mut self) {
        for (at, assumption) in items(self.file, "assumptions").iter().enumerate() {
            let place = format!("assumptions[{at}]");
            let content = clean(&text(assumption, "content"));
            let id = self.draft.id_for_name(Section::Assumptions, &content, "assumption");
            let shown = if content.is_empty() { "An assumption without a text" } else { &content };
            let entry = Entry::new().text("text", shown).list("tags", list(assumption, "tags"));
            let entry = keep(&mut self.draft, entry, OWN, rest(assumption, &["content", "tags"]), &place);
            self.draft.add(Section::Assumptions, &id, entry);
            self.assumptions.insert(text(assumption, "id").into_owned(), id);
        }
        let known = |key: &str| -> BTreeSet<String> { items(self.file, key).iter().map(|thing| text(thing, "id").into_owned()).collect() };
        let (threats, mitigations) = (known("threats"), known("mitigations"));
        for (at, link) in items(self.file, "assumptionLinks").iter().enumerate() {
            let (from, to, place) = (text(link, "assumptionId"), text(link, "linkedId").into_owned(), format!("assumptionLinks[{at}]"));
            match self.assumptions.get(from.as_ref()) {
                None => self.draft.dangling(format!("the assumption `{from}`"), place),
                Some(_) if !threats.contains(&to) && !mitigations.contains(&to) => {
                    self.draft.dangling(format!("`{to}`, which an assumption is linked with"), place);
                }
                Some(id) => self.assumed.entry(to).or_default().push(id.clone()),
            }
        }
    }

    fn mitigations(&mut self) {
        for (at, mitigation) in items(self.file, "mitigations").iter().enumerate() {
            let place = format!("mitigations[{at}]");
            let content = clean(&text(mitigation, "content"));
            let (title, more) = headline(&content);
            let id = self.draft.id_for_name(Section::Mitigations, &title, "mitigation");
            let (comments, metadata) = texts::metadata(mitigation);
            let status = match text(mitigation, "status").as_ref() {
                "mitigationInProgress" => "in-progress",
                "mitigationResolved" => "implemented",
                "mitigationResolvedWillNotAction" => "rejected",
                _ => "proposed",
            };
            let mut entry = Entry::new().text("title", if title.is_empty() { "A mitigation without a text" } else { &title });
            entry = entry.text("description", if more { &content } else { &comments }).text("status", status);
            if status == "rejected" && more {
                entry = entry.text("because", &comments);
            }
            entry = entry.list("tags", list(mitigation, "tags"));
            let mut kept = rest(mitigation, &["content", "tags", "metadata", "status"]);
            if more && !comments.is_empty() {
                kept.insert("comments".to_owned(), comments.into());
            }
            if more {
                kept.insert("long".to_owned(), true.into());
            }
            self.link(&mut kept, metadata, &text(mitigation, "id"));
            let entry = keep(&mut self.draft, entry, OWN, kept, &place);
            self.draft.add(Section::Mitigations, &id, entry);
            self.mitigations.insert(text(mitigation, "id").into_owned(), id);
        }
    }

    /// Keeps other metadata of a thing, and the assumptions that it is linked with.
    fn link(&mut self, kept: &mut Map<String, Json>, metadata: Vec<Json>, foreign: &str) {
        if !metadata.is_empty() {
            kept.insert("metadata".to_owned(), metadata.into());
        }
        if let Some(assumed) = self.assumed.get(foreign) {
            kept.insert("assumptions".to_owned(), assumed.clone().into());
        }
    }

    fn threats(&mut self) {
        let mut links: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let known: BTreeSet<String> = items(self.file, "threats").iter().map(|threat| text(threat, "id").into_owned()).collect();
        for (at, link) in items(self.file, "mitigationLinks").iter().enumerate() {
            let (from, to, place) = (text(link, "mitigationId"), text(link, "linkedId").into_owned(), format!("mitigationLinks[{at}]"));
            match self.mitigations.get(from.as_ref()) {
                None => self.draft.dangling(format!("the mitigation `{from}`"), place),
                Some(_) if !known.contains(&to) => self.draft.dangling(format!("the threat `{to}`"), place),
                Some(id) => links.entry(to).or_default().push(id.clone()),
            }
        }
        for (at, threat) in items(self.file, "threats").iter().enumerate() {
            let place = format!("threats[{at}]");
            let foreign = text(threat, "id").into_owned();
            self.threat(threat, &foreign, links.remove(&foreign).unwrap_or_default(), &place);
        }
    }

    fn threat(&mut self, threat: &Json, foreign: &str, mitigations: Vec<String>, place: &str) {
        let field = |key: &str| clean(&text(threat, key));
        let stated = field("statement");
        let statement = if stated.is_empty() { texts::statement(threat) } else { stated };
        let title = cut(&one_line(&statement), 160);
        let id = self.draft.id_for_name(Section::Threats, &texts::name(threat, &title), "threat");
        let mut entry = Entry::new().text("title", if title.is_empty() { "A threat without a statement" } else { &title });
        let (comments, metadata) = texts::metadata(threat);
        let letters: Vec<String> =
            texts::value(threat, "STRIDE").map(|value| list(&serde_json::json!({"v": value}), "v")).unwrap_or_default();
        entry = entry.list("stride", letters.iter().filter_map(|letter| stride(letter)));
        entry = entry.text("description", if title == one_line(&statement) { "" } else { &statement });
        for (key, ours) in
            [("threatSource", "source"), ("prerequisites", "prerequisite"), ("threatAction", "action"), ("threatImpact", "effect")]
        {
            entry = entry.text(ours, &field(key));
        }
        let assets: Vec<String> = list(threat, "impactedAssets").iter().map(|name| self.asset(name)).collect();
        entry = entry.list("assets", assets);
        let priority = texts::value(threat, "Priority").and_then(Json::as_str).unwrap_or_default().to_lowercase();
        if matches!(priority.as_str(), "low" | "medium" | "high") {
            entry = entry.text("severity", &priority);
        }
        entry = entry.list("mitigations", mitigations);
        let status = match text(threat, "status").as_ref() {
            "threatResolved" => "mitigated",
            "threatResolvedNotUseful" => "not-applicable",
            _ => "",
        };
        entry = entry.text("status", status);
        let mut kept = rest(
            threat,
            &["statement", "threatSource", "prerequisites", "threatAction", "threatImpact", "impactedAssets", "tags", "metadata", "status"],
        );
        if status.is_empty() {
            if !comments.is_empty() {
                kept.insert("comments".to_owned(), comments.into());
            }
        } else {
            entry = entry.text("because", &comments);
        }
        entry = entry.list("tags", list(threat, "tags"));
        self.link(&mut kept, metadata, foreign);
        let entry = keep(&mut self.draft, entry, OWN, kept, place);
        self.draft.add(Section::Threats, &id, entry);
    }

    /// The asset that a threat harms, made once for each name.
    fn asset(&mut self, name: &str) -> String {
        let name = one_line(name);
        if let Some(id) = self.assets.get(&name) {
            return id.clone();
        }
        let id = self.draft.id_for_name(Section::Assets, &name, "asset");
        self.draft.add(Section::Assets, &id, Entry::new().named(&id, &name));
        self.assets.insert(name, id.clone());
        id
    }
}

#[cfg(test)]
mod tests;
