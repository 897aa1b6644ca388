//! Models of ours as Threat Composer workspaces. The tool has no graph, so threats, mitigations, assumptions and the
//! names of what they are about go there, within its limits of length.

use serde_json::{Map, Value as Json, json};

use super::{OWN, texts};
use crate::export::{ExportError, Exported, ForeignThreat, Outgoing, pretty};
use crate::kept::{give_back, of};
use crate::losses::{Losses, Says};
use crate::read::{items, list, text};
use crate::vocabulary::cut;
use crate::write::{foreign_id, label, own_name, put, section, threat_entry, uuid};

const SAYS: &[Says] = &[
    Says("", &["name", "description"]),
    Says("assumptions", &["text", "tags"]),
    Says("assets", &["name"]),
    Says(
        "threats",
        &[
            "title",
            "stride",
            "description",
            "source",
            "prerequisite",
            "action",
            "effect",
            "assets",
            "severity",
            "status",
            "because",
            "mitigations",
            "tags",
            "same-as",
        ],
    ),
    Says("mitigations", &["title", "description", "status", "tags"]),
];

/// Writes a model.
///
/// # Errors
/// None: what is too long is cut, and listed.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut losses = Losses::default();
    losses.unsaid(&outgoing.json, OWN, SAYS);
    let found = outgoing.found(&mut losses);
    let mut writer = Writer { outgoing, losses, threat_links: Vec::new(), assumption_links: Vec::new() };
    let model = &outgoing.json;
    let kept = of(model, OWN);
    let mut file = Map::new();
    file.insert("schema".to_owned(), 1.into());
    if kept.get("namespace").is_some() {
        return Ok(writer.pack(&found));
    }
    let title = text(model, "name").into_owned();
    let mut info = Map::new();
    put(&mut info, "name", writer.within(&title, 200, "name"));
    put(&mut info, "description", writer.within(&text(model, "description"), 100_000, "description"));
    file.insert("applicationInfo".to_owned(), info.into());
    for key in ["architecture", "dataflow"] {
        let before = kept.get(key).cloned();
        let drawn = if key == "dataflow" { writer.flows() } else { String::new() };
        let made = if drawn.is_empty() { json!({}) } else { json!({"description": drawn}) };
        file.insert(key.to_owned(), before.filter(Json::is_object).unwrap_or(made));
    }
    file.insert("assumptions".to_owned(), writer.assumptions().into());
    file.insert("mitigations".to_owned(), writer.mitigations().into());
    let threats = writer.threats(&found);
    file.insert("assumptionLinks".to_owned(), writer.assumption_links.clone().into());
    file.insert("mitigationLinks".to_owned(), writer.threat_links.clone().into());
    file.insert("threats".to_owned(), threats.into());
    if let Some(brainstorm) = kept.get("brainstorm") {
        file.insert("brainstorm".to_owned(), brainstorm.clone());
    }
    Ok(Exported { bytes: pretty(&file.into()), loss: writer.losses.finish() })
}

struct Writer<'o> {
    outgoing: &'o Outgoing<'o>,
    losses: Losses,
    threat_links: Vec<Json>,
    assumption_links: Vec<Json>,
}

impl<'o> Writer<'o> {
    /// A pack of threats or of mitigations, which has no application.
    fn pack(mut self, found: &[&ForeignThreat]) -> Exported {
        let mut file = Map::new();
        file.insert("schema".to_owned(), 1.into());
        give_back(&mut file, of(&self.outgoing.json, OWN), &[]);
        put(&mut file, "description", text(&self.outgoing.json, "description"));
        put(&mut file, "mitigations", self.mitigations());
        put(&mut file, "threats", self.threats(found));
        put(&mut file, "mitigationLinks", self.threat_links.clone());
        Exported { bytes: pretty(&file.into()), loss: self.losses.finish() }
    }

    /// A text within a limit of length; what is cut off is a loss.
    fn within(&mut self, said: &str, most: usize, place: &str) -> String {
        let short = cut(said, most);
        if short != said {
            self.losses.changed(format!("a text that is longer than {most} characters, to its beginning"), place);
        }
        short
    }

    fn id(&self, section: &str, id: &str) -> String {
        let kept = foreign_id(self.outgoing.entry(section, id), OWN, "id", String::new);
        if kept.len() == 36 { kept } else { uuid(section, id) }
    }

    /// The flows as a list, for people: the tool has only a picture and a text.
    fn flows(&self) -> String {
        let names = |id: &str| own_name(self.outgoing, OWN, id, self.outgoing.entry("elements", id));
        let lines = section(self.outgoing, "flows")
            .map(|(id, flow)| format!("- {} -> {}: {}", names(&text(flow, "from")), names(&text(flow, "to")), label(id, flow)));
        cut(&lines.collect::<Vec<_>>().join("\n"), 100_000)
    }

    fn tags(&mut self, tags: Vec<String>, place: &str) -> Vec<String> {
        let tags: Vec<String> = tags.iter().map(|tag| self.within(tag, 30, place)).collect();
        tags.into_iter().filter(|tag| !tag.is_empty()).collect()
    }

    /// The numbers and order of a thing, and the assumptions that it is linked with.
    fn numbered(&mut self, written: &mut Map<String, Json>, kept: &Json, number: usize) {
        written.insert("numericId".to_owned(), kept.get("numericId").cloned().unwrap_or_else(|| number.into()));
        written.insert("displayOrder".to_owned(), kept.get("displayOrder").cloned().unwrap_or_else(|| number.into()));
    }

    fn link_assumptions(&mut self, kept: &Json, kind: &str, to: &str) {
        for assumption in list(kept, "assumptions") {
            if self.outgoing.entry("assumptions", &assumption).is_object() {
                let from = self.id("assumptions", &assumption);
                self.assumption_links.push(json!({"type": kind, "assumptionId": from, "linkedId": to}));
            }
        }
    }

    fn assumptions(&mut self) -> Vec<Json> {
        let mut all = Vec::new();
        for (at, (id, entry)) in section(self.outgoing, "assumptions").enumerate() {
            let place = format!("assumptions.{id}");
            let kept = of(entry, OWN);
            let mut written = Map::new();
            written.insert("id".to_owned(), self.id("assumptions", id).into());
            self.numbered(&mut written, kept, at + 1);
            let content = self.within(&text(entry, "text"), 1000, &place);
            written.insert("content".to_owned(), content.into());
            let tags = self.tags(list(entry, "tags"), &place);
            put(&mut written, "tags", tags);
            put(&mut written, "metadata", items(kept, "metadata").to_vec());
            all.push(written.into());
        }
        all
    }

    fn mitigations(&mut self) -> Vec<Json> {
        let mut all = Vec::new();
        for (at, (id, entry)) in section(self.outgoing, "mitigations").enumerate() {
            let place = format!("mitigations.{id}");
            let kept = of(entry, OWN);
            let foreign = self.id("mitigations", id);
            let mut written = Map::new();
            written.insert("id".to_owned(), foreign.as_str().into());
            self.numbered(&mut written, kept, at + 1);
            let (title, described) = (self.outgoing.mitigation_title(id), text(entry, "description").into_owned());
            let long = kept.get("long").is_some();
            let (content, comments) = if long { (described, text(kept, "comments").into_owned()) } else { (title, described) };
            let content = self.within(&content, 1000, &place);
            written.insert("content".to_owned(), content.into());
            let status = match text(entry, "status").as_ref() {
                "in-progress" => "mitigationInProgress",
                "implemented" => "mitigationResolved",
                "rejected" => "mitigationResolvedWillNotAction",
                "planned" => {
                    self.losses.changed("the state planned, to identified", &place);
                    "mitigationIdentified"
                }
                _ => "mitigationIdentified",
            };
            written.insert("status".to_owned(), status.into());
            let tags = self.tags(list(entry, "tags"), &place);
            put(&mut written, "tags", tags);
            let mut metadata = Vec::new();
            if !comments.is_empty() {
                let comments = self.within(&comments, 1000, &place);
                metadata.push(json!({"key": "Comments", "value": comments}));
            }
            metadata.extend(items(kept, "metadata").iter().cloned());
            put(&mut written, "metadata", metadata);
            self.link_assumptions(kept, "Mitigation", &foreign);
            all.push(written.into());
        }
        all
    }

    fn threats(&mut self, found: &[&ForeignThreat]) -> Vec<Json> {
        found.iter().enumerate().map(|(at, threat)| self.threat(threat, at + 1)).collect()
    }

    fn threat(&mut self, threat: &ForeignThreat, number: usize) -> Json {
        let place = format!("threats.{}", threat.id);
        let entry = threat_entry(self.outgoing, threat);
        let kept = of(entry, OWN);
        let foreign = foreign_id(entry, OWN, "id", String::new);
        let foreign = if foreign.len() == 36 { foreign } else { uuid("threats", &threat.id) };
        let mut written = Map::new();
        written.insert("id".to_owned(), foreign.as_str().into());
        self.numbered(&mut written, kept, number);
        for (key, ours) in
            [("threatSource", "source"), ("prerequisites", "prerequisite"), ("threatAction", "action"), ("threatImpact", "effect")]
        {
            let said = self.within(&text(entry, ours), 200, &place);
            put(&mut written, key, said);
        }
        let assets: Vec<String> =
            list(entry, "assets").iter().map(|id| own_name(self.outgoing, OWN, id, self.outgoing.entry("assets", id))).collect();
        let assets: Vec<String> = assets.iter().map(|name| self.within(name, 200, &place)).collect();
        put(&mut written, "impactedAssets", assets);
        put(&mut written, "impactedGoal", list(kept, "impactedGoal"));
        let own = kept.get("id").is_some();
        let parts = texts::statement(&written.clone().into());
        let statement = match (own, threat.description.is_empty()) {
            (true, false) => threat.description.clone(),
            (true, true) => threat.title.clone(),
            (false, _) if !text(entry, "action").is_empty() => parts,
            (false, _) => threat.title.clone(),
        };
        let statement = self.within(&statement, 1400, &place);
        put(&mut written, "statement", statement);
        let status = match threat.status {
            "open" => "threatIdentified",
            "false-positive" | "not-applicable" => "threatResolvedNotUseful",
            _ => "threatResolved",
        };
        if !matches!(threat.status, "open" | "mitigated" | "not-applicable") {
            self.losses.changed(format!("the status {}, to resolved", threat.status), &place);
        }
        written.insert("status".to_owned(), status.into());
        let mut tags = list(entry, "tags");
        if !own {
            tags.extend(threat.subjects.iter().map(|thing| cut(self.outgoing.model.name_of(*thing), 30)));
        }
        let tags = self.tags(tags, &place);
        put(&mut written, "tags", tags);
        let metadata = self.metadata(threat, kept, own, &place);
        put(&mut written, "metadata", metadata);
        give_back(&mut written, kept, &["comments", "assumptions", "metadata", "id"]);
        for id in &threat.mitigations {
            self.threat_links.push(json!({"mitigationId": self.id("mitigations", id), "linkedId": foreign}));
        }
        self.link_assumptions(kept, "Threat", &foreign);
        written.into()
    }

    fn metadata(&mut self, threat: &ForeignThreat, kept: &Json, own: bool, place: &str) -> Vec<Json> {
        let mut metadata = Vec::new();
        let entry = threat_entry(self.outgoing, threat);
        let stated = list(entry, "stride");
        let order = |category: &redan_model::lang::Stride| stated.iter().position(|word| word == category.as_str()).unwrap_or(stated.len());
        let mut categories: Vec<redan_model::lang::Stride> = threat.stride.clone();
        categories.sort_by_key(order);
        let letters: Vec<String> = categories.iter().map(|category| category.letter().to_string()).collect();
        if !letters.is_empty() {
            metadata.push(json!({"key": "STRIDE", "value": letters}));
        }
        let priority = threat.band.map(|band| match band.as_str() {
            "low" => "Low",
            "medium" => "Medium",
            "critical" => {
                self.losses.changed("the band critical, to high", place);
                "High"
            }
            _ => "High",
        });
        metadata.extend(priority.map(|priority| json!({"key": "Priority", "value": priority})));
        let before = text(kept, "comments").into_owned();
        let comments = match (threat.because.is_empty(), before.is_empty(), own) {
            (false, _, _) => threat.because.clone(),
            (true, false, _) => before,
            (true, true, false) => threat.description.clone(),
            (true, true, true) => String::new(),
        };
        if !comments.is_empty() {
            let comments = self.within(&comments, 1000, place);
            metadata.push(json!({"key": "Comments", "value": comments}));
        }
        metadata.extend(items(kept, "metadata").iter().cloned());
        metadata
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_made_of_the_parts_that_are_written() {
        let written = json!({"threatSource": "user", "threatAction": "read\nall", "impactedAssets": ["orders"]});
        assert_eq!(texts::statement(&written), "A user can read all, negatively impacting orders");
    }
}
