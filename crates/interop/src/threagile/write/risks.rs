//! Threats that somebody wrote as categories with risks, and what was decided about them.

use redan_model::Thing;
use redan_model::lang::ZoneKind;
use serde_json::{Map, Value as Json, json};

use super::super::risks::because;
use super::super::words;
use super::{Writer, kept, text, unique};
use crate::draft::one_line;

impl Writer<'_> {
    /// Threats that somebody wrote, each a risk of a category: that of the file that it came from, or its own.
    pub(super) fn categories(&mut self) -> Json {
        let outgoing = self.outgoing;
        let mut categories: Vec<(String, Map<String, Json>)> = Vec::new();
        for threat in outgoing.threats.iter().filter(|threat| threat.is_written()) {
            let entry = outgoing.entry("threats", threat.entry.as_deref().unwrap_or(&threat.id));
            let raw = kept(entry);
            // One that stands for a decision of the file is no risk of its own.
            if raw.contains_key("tracking") {
                continue;
            }
            let (title, mut category) = match raw.get("category").and_then(Json::as_object) {
                Some(known) => (known.get("title").and_then(Json::as_str).unwrap_or(&threat.title).to_owned(), known.clone()),
                None => (one_line(&threat.title), self.category(threat)),
            };
            category.remove("title");
            let risk_title = raw.get("title").and_then(Json::as_str).unwrap_or(&threat.title).to_owned();
            let risk = self.risk(threat, raw.get("risk"));
            let at = categories.iter().position(|(known, other)| *known == title && other.get("id") == category.get("id"));
            let at = at.unwrap_or_else(|| {
                categories.push((title, category));
                categories.len() - 1
            });
            if let Some((_, category)) = categories.get_mut(at) {
                let risks = category.entry("risks_identified").or_insert_with(|| json!({}));
                if let Some(risks) = risks.as_object_mut() {
                    risks.insert(unique(risks, &risk_title, &threat.id), risk);
                }
            }
        }
        if self.later {
            let listed = categories.into_iter().map(|(title, mut category)| {
                category.insert("title".to_owned(), title.into());
                Json::Object(category)
            });
            return listed.collect::<Vec<_>>().into();
        }
        let mut mapped = Map::new();
        for (title, category) in categories {
            let id = category.get("id").and_then(Json::as_str).unwrap_or_default().to_owned();
            mapped.insert(unique(&mapped, &title, &id), category.into());
        }
        mapped.into()
    }

    fn category(&mut self, threat: &crate::ForeignThreat) -> Map<String, Json> {
        let titles: Vec<String> = threat.mitigations.iter().map(|id| self.outgoing.mitigation_title(id)).collect();
        let action = if titles.is_empty() { one_line(&threat.fix) } else { titles.join("; ") };
        if titles.len() > 1 {
            self.losses.changed("several mitigations are one text there", format!("threats.{}", threat.id));
        }
        let cwe = threat.references.iter().find(|(list, _)| list == "cwe").and_then(|(_, ids)| ids.first()?.parse::<u32>().ok());
        let entry = self.outgoing.entry("threats", &threat.id);
        let category = json!({
            "id": threat.id.replace('_', "-"),
            "description": if threat.description.is_empty() { threat.title.as_str() } else { threat.description.as_str() },
            "impact": text(entry, "effect", ""), "asvs": "", "cheat_sheet": "", "action": action, "mitigation": action, "check": "",
            "function": "architecture",
            "stride": threat.stride.first().map_or("tampering", |stride| stride.as_str()),
            "detection_logic": "", "risk_assessment": "", "false_positives": "",
            "model_failure_possible_reason": false, "cwe": cwe.unwrap_or(0),
        });
        if threat.stride.len() != 1 {
            let what = if threat.stride.is_empty() { "that it is tampering" } else { "which of its STRIDE categories leads" };
            self.losses.guessed(what, format!("threats.{}", threat.id));
        }
        category.as_object().cloned().unwrap_or_default()
    }

    fn risk(&mut self, threat: &crate::ForeignThreat, raw: Option<&Json>) -> Json {
        let mut risk = raw.and_then(Json::as_object).cloned().unwrap_or_default();
        // A word of the file stays where it still says what the model says.
        let mut keep = |key: &str, same: &dyn Fn(&str) -> bool, word: &str| {
            if !risk.get(key).and_then(Json::as_str).is_some_and(same) {
                risk.insert(key.to_owned(), word.into());
            }
        };
        let (likelihood, impact) = (threat.likelihood.unwrap_or(3), threat.impact.unwrap_or(3));
        let stated = self.outgoing.entry("threats", threat.entry.as_deref().unwrap_or(&threat.id)).get("severity").and_then(Json::as_str);
        let band = stated.unwrap_or_else(|| threat.band.map_or("medium", |band| band.as_str()));
        keep("severity", &|word| words::band(word) == band, band);
        keep("exploitation_likelihood", &|word| words::likelihood(word) == likelihood, words::likelihood_of(likelihood));
        keep("exploitation_impact", &|word| words::impact(word) == impact, words::impact_of(impact));
        risk.entry("data_breach_probability").or_insert_with(|| "possible".into());
        risk.entry("data_breach_technical_assets").or_insert_with(|| json!([]));
        if raw.is_none() {
            for (key, id) in self.about(threat) {
                risk.insert(key.to_owned(), id.into());
            }
            if threat.likelihood.is_none() || threat.impact.is_none() || matches!((likelihood, impact), (1, _) | (_, 1)) {
                self.losses.changed("likelihood and impact are words there, of which there are four", format!("threats.{}", threat.id));
            }
        }
        risk.into()
    }

    /// One thing of each sort that a threat is about.
    fn about(&mut self, threat: &crate::ForeignThreat) -> Vec<(&'static str, String)> {
        let mut about: Vec<(&str, String)> = Vec::new();
        for thing in &threat.subjects {
            let model = self.outgoing.model;
            let (key, id) = match thing {
                Thing::Asset(_) => ("most_relevant_data_asset", self.id(*thing)),
                Thing::Element(_) => ("most_relevant_technical_asset", self.id(*thing)),
                Thing::Flow(ix) => {
                    let title = crate::draft::slug(model.name_of(*thing));
                    ("most_relevant_communication_link", format!("{}>{title}", self.id(Thing::Element(model[*ix].source))))
                }
                Thing::Zone(ix) if model[*ix].kind == ZoneKind::Device => ("most_relevant_shared_runtime", self.id(*thing)),
                Thing::Zone(ix) if !Self::is_internet(&model[*ix]) => ("most_relevant_trust_boundary", self.id(*thing)),
                Thing::Zone(_) | Thing::Model => continue,
            };
            if about.iter().any(|(known, _)| *known == key) {
                self.losses.dropped(format!("that it is also about `{}`", model.id_of(*thing)), format!("threats.{}", threat.id));
            } else {
                about.push((key, id));
            }
        }
        about
    }

    /// What was decided: as the file that the model came from said it, and about threats that somebody wrote.
    pub(super) fn tracking(&mut self) -> Json {
        let mut tracking = kept(&self.outgoing.json).get("risk_tracking").and_then(Json::as_object).cloned().unwrap_or_default();
        for threat in self.outgoing.threats.iter().filter(|threat| !threat.because.is_empty() || threat.status == "accepted") {
            let raw = kept(self.outgoing.entry("threats", threat.entry.as_deref().unwrap_or(&threat.id)));
            if !threat.is_written() {
                continue;
            }
            if let Some(key) = raw.get("tracking").and_then(Json::as_str) {
                if let Some(entry) = tracking.get_mut(key).and_then(Json::as_object_mut)
                    && words::status(entry.get("status").and_then(Json::as_str).unwrap_or_default()) != Some(threat.status)
                {
                    let same = because(&Json::Object(entry.clone())) == threat.because;
                    entry.insert("status".to_owned(), words::status_of(threat.status).into());
                    if !same {
                        entry.insert("justification".to_owned(), threat.because.as_str().into());
                    }
                }
                continue;
            }
            let category = raw.get("category").and_then(|category| category.get("id")).and_then(Json::as_str);
            let category = category.map_or_else(|| threat.id.replace('_', "-"), str::to_owned);
            let parts: Vec<String> = match raw.get("risk") {
                Some(risk) => crate::threagile::risks::ABOUT
                    .iter()
                    .filter_map(|key| risk.get(*key).and_then(Json::as_str).map(str::to_owned))
                    .collect(),
                None => {
                    let about = self.about(threat);
                    crate::threagile::risks::ABOUT
                        .iter()
                        .filter_map(|key| about.iter().find(|(known, _)| known == key).map(|(_, id)| id.clone()))
                        .collect()
                }
            };
            let key = format!("{category}@{}", parts.join("@"));
            let entry = json!({"status": words::status_of(threat.status), "justification": threat.because, "ticket": "", "date": self.outgoing.day, "checked_by": threat.owner});
            tracking.entry(key).or_insert(entry);
        }
        tracking.into()
    }
}
