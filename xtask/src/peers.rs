//! What other tools know, id by id, and which of our rules and lints stand for it.
//!
//! `rules/peers/<tool>.tsv` lists every id of a tool with its title and, where nothing of ours stands for it, one of a
//! few reasons. The links themselves are written where they belong: `counterparts` of rules and of lints.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, ensure};
use redan_engine::Knowledge;
use redan_engine::lint::LINTS;

use crate::knowledge::root;

/// The tools: the word before the colon in `counterparts`, and the name for people.
pub(crate) const TOOLS: [(&str, &str); 7] = [
    ("pytm", "OWASP pytm 1.4"),
    ("threagile", "Threagile"),
    ("tmt", "Microsoft Threat Modeling Tool, SDL template"),
    ("threat-dragon", "OWASP Threat Dragon, suggestions by context"),
    ("secopstm", "SecOpsTM"),
    ("tmforge", "tmforge"),
    ("owasp-oat", "OWASP Automated Threats"),
];

/// The reasons for which an id has no counterpart, with what they mean.
pub(crate) const REASONS: [(&str, &str); 4] = [
    ("code-only", "Only the source code shows it: a model has no fact that it could turn on, and a scanner finds it better."),
    ("no-harm", "It describes a technique or a property, not something that harms anybody by itself."),
    ("wrong", "The rule is wrong or can never fire as the tool has it."),
    ("tool-only", "It is about the tool's own files or options."),
];

/// One id of a tool.
#[derive(Debug)]
pub(crate) struct PeerRule {
    /// The id in the tool.
    pub(crate) id: String,
    /// What the tool calls it.
    pub(crate) title: String,
    /// Why nothing of ours stands for it; one of [`REASONS`].
    pub(crate) reason: Option<String>,
    /// Our rules and lints that stand for it.
    pub(crate) ours: Vec<Ours>,
}

/// Something of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ours {
    /// A rule, by id.
    Rule(String),
    /// A lint, by code.
    Lint(&'static str),
}

/// Every id of a tool, in the order of its list.
///
/// # Errors
/// When the list cannot be read or names an unknown reason.
pub(crate) fn of(tool: &str, knowledge: &Knowledge) -> anyhow::Result<Vec<PeerRule>> {
    let path = root().join(format!("rules/peers/{tool}.tsv"));
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let links = links(tool, knowledge);
    let mut rules = Vec::new();
    for line in text.lines().skip(1) {
        let mut columns = line.split('\t');
        let (id, title, reason) =
            (columns.next().unwrap_or_default(), columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        ensure!(reason.is_empty() || REASONS.iter().any(|(known, _)| *known == reason), "{tool} {id}: `{reason}` is not a reason");
        let reason = (!reason.is_empty()).then(|| reason.to_owned());
        rules.push(PeerRule { id: id.to_owned(), title: title.to_owned(), reason, ours: links.get(id).cloned().unwrap_or_default() });
    }
    Ok(rules)
}

/// What of ours names which id of a tool.
fn links(tool: &str, knowledge: &Knowledge) -> BTreeMap<String, Vec<Ours>> {
    let mut found: BTreeMap<String, Vec<Ours>> = BTreeMap::new();
    let id_of = |counterpart: &str| counterpart.strip_prefix(tool)?.strip_prefix(':').map(str::to_owned);
    for rule in &knowledge.rules {
        for id in rule.counterparts.iter().filter_map(|counterpart| id_of(counterpart)) {
            found.entry(id).or_default().push(Ours::Rule(rule.id.clone()));
        }
    }
    for lint in LINTS {
        for id in lint.counterparts.iter().filter_map(|counterpart| id_of(counterpart)) {
            found.entry(id).or_default().push(Ours::Lint(lint.code));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_a_tool_has_a_counterpart_or_a_reason() {
        let knowledge = crate::knowledge::from_disk().unwrap();
        let mut open = Vec::new();
        for (tool, _) in TOOLS {
            for rule in of(tool, &knowledge).unwrap() {
                if rule.ours.is_empty() == rule.reason.is_none() {
                    open.push(format!("{tool}:{} {} has {}", rule.id, rule.title, if rule.reason.is_some() { "both" } else { "neither" }));
                }
            }
        }
        assert!(open.is_empty(), "{}", open.join("\n"));
    }

    #[test]
    fn at_most_a_tenth_of_a_tool_goes_by_reason() {
        let knowledge = crate::knowledge::from_disk().unwrap();
        for (tool, _) in TOOLS {
            let rules = of(tool, &knowledge).unwrap();
            let reasons = rules.iter().filter(|rule| rule.reason.is_some()).count();
            assert!(reasons * 10 <= rules.len(), "{tool}: {reasons} of {}", rules.len());
        }
    }

    #[test]
    fn every_counterpart_is_an_id_of_its_tool() {
        let knowledge = crate::knowledge::from_disk().unwrap();
        let known: Vec<String> = TOOLS
            .iter()
            .flat_map(|(tool, _)| of(tool, &knowledge).unwrap().into_iter().map(move |rule| format!("{tool}:{}", rule.id)))
            .collect();
        let rules = knowledge.rules.iter().flat_map(|rule| rule.counterparts.iter().map(|id| (rule.id.as_str(), id.as_str())));
        let lints = LINTS.iter().flat_map(|lint| lint.counterparts.iter().map(|id| (lint.code, *id)));
        let strangers: Vec<String> =
            rules.chain(lints).filter(|(_, id)| !known.iter().any(|k| k == id)).map(|(ours, id)| format!("{ours}: {id}")).collect();
        assert!(strangers.is_empty(), "{}", strangers.join("\n"));
    }
}
