//! Threats, controls, and the risks that rate threats.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{Maker, OWN, own, party};
use crate::draft::{Entry, Section, one_line};
use crate::kept::{keep, rest};
use crate::read::{items, list, text};
use crate::vocabulary::{linddun, stride};

impl<'f> Maker<'f> {
    pub(super) fn controls(&mut self) {
        for (at, control) in items(self.file, "controls").iter().enumerate() {
            let reference = text(control, "bom-ref").into_owned();
            let title = one_line(&text(control, "name"));
            let id = self.id_for(Section::Mitigations, &reference, &title, "control");
            let said = text(control, "status");
            let owner = control.get("owner").map(|owner| party(owner, &self.others)).unwrap_or_default();
            let entry = Entry::new().text("title", &title).text("description", &text(control, "description"));
            let entry = entry.text("owner", &owner).text("status", status(&said)).text("strength", strength(control));
            let mut kept = own(rest(control, &["name", "description"]), &reference, &id);
            if word(status(&said)) == said {
                kept.shift_remove("status");
            }
            let entry = keep(&mut self.draft, entry, OWN, kept, format!("controls[{at}]"));
            self.draft.add(Section::Mitigations, &id, entry);
            self.mitigations.insert(reference, id);
        }
    }

    pub(super) fn threats(&mut self) {
        let rated = self.rated();
        let threats = self.file.get("threats").map(|threats| items(threats, "threats")).unwrap_or_default();
        for (at, threat) in threats.iter().enumerate() {
            let reference = text(threat, "bom-ref").into_owned();
            let risk = rated.get(&reference).copied();
            self.threat(threat, &reference, risk, &format!("threats.threats[{at}]"));
        }
        let risks = self.file.get("risks").map(|risks| items(risks, "risks")).unwrap_or_default();
        for (at, risk) in risks.iter().enumerate() {
            self.risk(risk, &format!("risks.risks[{at}]"));
        }
    }

    /// The riskiest risk of each threat that a risk names.
    fn rated(&self) -> BTreeMap<String, &'f Json> {
        let mut rated: BTreeMap<String, &'f Json> = BTreeMap::new();
        for risk in self.file.get("risks").map(|risks| items(risks, "risks")).unwrap_or_default() {
            for threat in list(risk, "relatedThreats") {
                let better = rated.get(&threat).is_none_or(|before| product(before) < product(risk));
                if better {
                    rated.insert(threat, risk);
                }
            }
        }
        rated
    }

    fn threat(&mut self, threat: &Json, reference: &str, risk: Option<&Json>, place: &str) {
        let title = one_line(&text(threat, "name"));
        let id = self.id_for(Section::Threats, reference, &title, "threat");
        let categories = |taxonomy: &str| -> Vec<String> {
            let of = items(threat, "categories").iter().filter(|category| text(category, "taxonomy") == taxonomy);
            of.map(|category| text(category, "category").into_owned()).collect()
        };
        let (on, harmed) = self.affected(&list(threat, "affectedAssets"), place);
        let mut entry = Entry::new().text("title", &title).list("on", on);
        entry = entry.list("stride", categories("STRIDE").iter().filter_map(|word| stride(word)));
        entry = entry.list("linddun", categories("LINDDUN").iter().filter_map(|word| linddun(word)));
        entry = entry.text("description", &text(threat, "description")).list("assets", harmed);
        if let Some(risk) = risk {
            entry = rate(entry, risk);
        }
        let mut wanted = list(threat, "mitigations");
        if let Some(risk) = risk {
            wanted.extend(items(risk, "responses").iter().flat_map(|response| list(response, "controls")));
        }
        entry = entry.list("mitigations", self.mitigations_of(wanted, place));
        let cwes: Vec<u64> = items(threat, "weaknesses").iter().filter_map(cwe).collect();
        if !cwes.is_empty() {
            entry = entry.value("references", json!({"cwe": cwes}));
        }
        let kept = own(rest(threat, &["name", "description", "affectedAssets", "mitigations"]), reference, &id);
        let entry = keep(&mut self.draft, entry, OWN, kept, place);
        self.draft.add(Section::Threats, &id, entry);
        self.threats.insert(reference.to_owned(), id);
    }

    /// A risk that names no threat of the file is a threat of its own; the others rate theirs.
    fn risk(&mut self, risk: &Json, place: &str) {
        let related = list(risk, "relatedThreats");
        if related.iter().any(|threat| self.threats.contains_key(threat)) {
            for threat in related.iter().filter(|threat| !self.threats.contains_key(*threat)) {
                self.draft.dangling(format!("the threat `{threat}`"), format!("{place}.relatedThreats"));
            }
            return;
        }
        let name = one_line(&text(risk, "name"));
        self.draft.changed(format!("the risk {name}, which names no threat of the file, to a threat"), place);
        let id = self.id_for(Section::Threats, &text(risk, "bom-ref"), &name, "risk");
        let statement = text(risk, "statement");
        let entry = Entry::new()
            .text("title", &name)
            .text("description", if statement.is_empty() { text(risk, "description") } else { statement }.as_ref());
        let wanted = items(risk, "responses").iter().flat_map(|response| list(response, "controls")).collect();
        let mitigations = self.mitigations_of(wanted, place);
        let owner = risk.get("owner").map(|owner| party(owner, &self.others)).unwrap_or_default();
        let mut entry = rate(entry, risk).list("mitigations", mitigations).text("owner", &owner);
        entry = entry.text("status", if text(risk, "status") == "mitigated" { "mitigated" } else { "" });
        let kept: Map<String, Json> = [("risk".to_owned(), text(risk, "bom-ref").as_ref().into())].into_iter().collect();
        let entry = keep(&mut self.draft, entry, OWN, kept, place);
        self.draft.add(Section::Threats, &id, entry);
    }

    /// Elements and flows that a threat is on, and assets that it harms.
    fn affected(&mut self, references: &[String], place: &str) -> (Vec<String>, Vec<String>) {
        let (mut on, mut harmed) = (Vec::new(), Vec::new());
        for reference in references {
            let things = [&self.elements, &self.flows, &self.zones];
            if let Some(id) = things.iter().find_map(|ids| ids.get(reference)) {
                on.push(id.clone());
            } else if let Some(id) = self.assets.get(reference) {
                harmed.push(id.clone());
            } else {
                self.draft.dangling(format!("the asset `{reference}`"), format!("{place}.affectedAssets"));
            }
        }
        (on, harmed)
    }

    /// Our ids of what mitigates; a requirement becomes a mitigation when a threat names it.
    fn mitigations_of(&mut self, references: Vec<String>, place: &str) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for reference in references {
            if let Some(id) = self.mitigations.get(&reference) {
                if !ids.contains(id) {
                    ids.push(id.clone());
                }
                continue;
            }
            let Some(other) = self.others.get(&reference).copied() else {
                self.draft.dangling(format!("the control `{reference}`"), format!("{place}.mitigations"));
                continue;
            };
            let name = one_line(&text(other, "name"));
            let id = self.id_for(Section::Mitigations, &reference, &name, "mitigation");
            let entry = Entry::new()
                .text("title", if name.is_empty() { &reference } else { &name })
                .text("description", &text(other, "description"));
            let kept: Map<String, Json> = [("defined".to_owned(), reference.as_str().into())].into_iter().collect();
            let entry = keep(&mut self.draft, entry, OWN, kept, place);
            self.draft.add(Section::Mitigations, &id, entry);
            self.mitigations.insert(reference, id.clone());
            ids.push(id);
        }
        ids
    }
}

/// The number of a weakness of the common list, in the spellings that are used.
fn cwe(weakness: &Json) -> Option<u64> {
    let said = ["cweId", "cwe", "id"].iter().find_map(|key| weakness.get(*key))?;
    said.as_u64().or_else(|| said.as_str()?.trim_start_matches("CWE-").parse().ok())
}

const LIKELIHOOD: [&str; 6] = ["very-low", "low", "medium", "high", "very-high", "certain"];
const IMPACT: [&str; 5] = ["negligible", "minor", "moderate", "major", "catastrophic"];

/// Likelihood and impact, from 1 to 5 each.
fn ratings(risk: &Json) -> [Option<usize>; 2] {
    let inherent = risk.get("inherentRisk").unwrap_or(risk);
    let level = |key: &str| inherent.get(key).map(|part| text(part, "level").into_owned()).unwrap_or_default();
    let likelihood = LIKELIHOOD.iter().position(|word| *word == level("likelihood")).map(|at| (at + 1).min(5));
    let impact = match level("impact").as_str() {
        "low" => Some(2),
        "severe" | "critical" => Some(5),
        word => IMPACT.iter().position(|known| *known == word).map(|at| at + 1),
    };
    [likelihood, impact]
}

fn product(risk: &Json) -> usize {
    ratings(risk).into_iter().map(Option::unwrap_or_default).product()
}

fn rate(mut entry: Entry, risk: &Json) -> Entry {
    for (key, rating) in ["likelihood", "impact"].into_iter().zip(ratings(risk)) {
        if let Some(rating) = rating {
            entry = entry.value(key, json!(rating));
        }
    }
    let score = risk.get("inherentRisk").and_then(|inherent| inherent.get("score")).map(|score| text(score, "level").into_owned());
    let band = match score.unwrap_or_default().as_str() {
        "very-low" | "low" | "none" => "low",
        "medium" | "moderate" => "medium",
        "high" => "high",
        "very-high" | "critical" => "critical",
        _ => "",
    };
    entry.text("severity", band)
}

/// The state of a mitigation for that of a control.
pub(super) fn status(word: &str) -> &'static str {
    match word {
        "approved" | "planned" => "planned",
        "in-progress" => "in-progress",
        "implemented" | "verified" => "implemented",
        "rejected" | "decommissioned" => "rejected",
        _ => "proposed",
    }
}

/// The state of a control for that of a mitigation.
pub(super) fn word(status: &str) -> &'static str {
    match status {
        "planned" => "planned",
        "in-progress" => "in-progress",
        "implemented" => "implemented",
        "rejected" => "rejected",
        _ => "proposed",
    }
}

fn strength(control: &Json) -> &'static str {
    match control.get("effectiveness").map(|effect| text(effect, "rating").into_owned()).unwrap_or_default().as_str() {
        "marginal" => "weak",
        "adequate" => "moderate",
        "good" | "excellent" => "strong",
        _ => "",
    }
}
