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
        let base = slug(rule, &first.finding.title);
        let id = (1..).map(|number| if number == 1 { base.clone() } else { format!("{base}-{number}") }).find(free).unwrap_or_default();
        taken.push(id.clone());
        let critical = worst(&members) == Some(FindingSeverity::Critical);
        let package = first.finding.package.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        all.push(Suggestion {
            id,
            title: plain(&format!("{}{package}", first.finding.title)),
            on: elements.iter().map(|ix| model[*ix].identity.id.clone()).collect(),
            cwe: first.finding.cwe.clone(),
            likelihood: 4,
            impact: if critical { 5 } else { 4 },
            findings: members.len(),
        });
    }
    all
}

/// A title of plain characters, short enough for a table, so that no shell and no file format stumbles over it.
fn plain(title: &str) -> String {
    let kept: String = title.chars().map(|c| if c.is_alphanumeric() || " .,-()/_".contains(c) { c } else { ' ' }).collect();
    let mut short = String::new();
    for word in kept.split_whitespace() {
        if short.len() + word.len() > 80 {
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    let title = short.trim_matches(|c: char| !c.is_alphanumeric() && c != '(' && c != ')');
    if title.is_empty() { "Something that a scanner found".to_owned() } else { title.to_owned() }
}

/// The end of a rule's name as an id; a number says nothing, so that the title stands in for it.
fn slug(rule: &str, title: &str) -> String {
    let name = rule.rsplit('/').next().unwrap_or(rule);
    let name = if name.contains(' ') { name } else { name.rsplit('.').next().unwrap_or(name) };
    let ids = [name, title, "finding"].map(|text| {
        let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
        parts.join("-").chars().take(48).collect::<String>().trim_end_matches('-').to_owned()
    });
    let says = |id: &&String| id.chars().any(|c| c.is_ascii_alphabetic());
    ids.iter().find(says).cloned().unwrap_or_default()
}
