//! Threats that grave findings point to and that no threat of the model covers.

use indexmap::IndexMap;
use redan_model::Model;
use redan_model::evidence::FindingSeverity;

use super::{Assessment, LinkedFinding};

/// A threat that the model could have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// An id that the model does not use yet.
    pub id: String,
    /// In a few words.
    pub title: String,
    /// Ids of the elements that it is about.
    pub on: Vec<String>,
    /// Weaknesses, by number.
    pub cwe: Vec<u32>,
    /// 1 to 5.
    pub likelihood: u8,
    /// 1 to 5.
    pub impact: u8,
    /// How many findings it stands for.
    pub findings: usize,
}

/// One threat for all findings of one rule at the same elements, worst first.
pub fn suggestions(model: &Model, assessment: &Assessment) -> Vec<Suggestion> {
    let unlinked = assessment.findings.iter().filter(|linked| linked.is_grave() && linked.threats.is_empty());
    let mut groups: IndexMap<(&str, &[redan_model::ElementIx]), Vec<&LinkedFinding>> = IndexMap::new();
    for linked in unlinked {
        groups.entry((linked.finding.rule.as_str(), linked.elements.as_slice())).or_default().push(linked);
    }
    let worst = |members: &[&LinkedFinding]| members.iter().map(|linked| linked.finding.severity).max();
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(worst(members)));
    let mut taken: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for ((rule, elements), members) in groups {
        let Some(first) = members.first() else { continue };
        let free = |id: &String| !model.root.threats.entries.contains_key(id) && !taken.contains(id);
        let id =
            (1..).map(|number| if number == 1 { slug(rule) } else { format!("{}-{number}", slug(rule)) }).find(free).unwrap_or_default();
        taken.push(id.clone());
        let critical = worst(&members) == Some(FindingSeverity::Critical);
        let package = first.finding.package.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        all.push(Suggestion {
            id,
            title: format!("{}{package}", first.finding.title),
            on: elements.iter().map(|ix| model[*ix].identity.id.clone()).collect(),
            cwe: first.finding.cwe.clone(),
            likelihood: 4,
            impact: if critical { 5 } else { 4 },
            findings: members.len(),
        });
    }
    all
}

/// The end of a rule's name as an id.
fn slug(rule: &str) -> String {
    let name = rule.rsplit(['/', ' ']).next().unwrap_or(rule);
    let name = if name.contains('.') { name.rsplit('.').next().unwrap_or(name) } else { name };
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).take(48).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    // A number says nothing, and an id may look like no id of a rule's threat.
    let joined = parts.join("-");
    if joined.is_empty() || joined.chars().all(|c| c.is_ascii_digit() || c == '-') {
        format!("finding-{joined}").trim_end_matches('-').to_owned()
    } else {
        joined
    }
}
