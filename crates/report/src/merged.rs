//! What a threat has from its rule, from its entry in the model and from the threats that were merged into it.

use indexmap::{IndexMap, IndexSet};
use redan_engine::Knowledge;
use redan_engine::analysis::Threat;
use redan_engine::rule::Rule;

use crate::Input;

/// The rules behind a threat: its own, then those of merged threats.
pub fn rules<'a>(input: &'a Input<'_>, threat: &'a Threat) -> impl Iterator<Item = &'a Rule> {
    let own = threat.rule.map(|rule| &input.knowledge.rules[usize::from(rule.0)]);
    let merged = threat.merged.iter().filter_map(|id| {
        let name = id.split('@').next().unwrap_or_default();
        input.knowledge.rules.iter().find(|rule| rule.id == name || rule.aliases.iter().any(|alias| alias == name))
    });
    own.into_iter().chain(merged)
}

/// Ids in public lists, each once: stated ones first, then those of the rules.
pub fn references<'a>(input: &'a Input<'_>, threat: &'a Threat) -> IndexMap<&'a str, Vec<&'a str>> {
    let mut all: IndexMap<&str, Vec<&str>> = IndexMap::new();
    add_references(&mut all, threat.stated_references());
    rules(input, threat).for_each(|rule| add_references(&mut all, &rule.references));
    all
}

/// Adds ids to lists, each once.
pub(crate) fn add_references<'a>(all: &mut IndexMap<&'a str, Vec<&'a str>>, more: impl IntoIterator<Item = (&'a String, &'a Vec<String>)>) {
    for (list, ids) in more {
        let known = all.entry(list).or_default();
        for id in ids {
            if !known.contains(&id.as_str()) {
                known.push(id);
            }
        }
    }
}

/// Rules of other tools that stand for the same, as `tool:id`, each once. A special rule says what the general ones say
/// that it silences, so theirs count too.
pub fn counterparts<'a>(input: &'a Input<'_>, threat: &'a Threat) -> Vec<&'a str> {
    counterparts_of(input.knowledge, rules(input, threat))
}

/// Rules of other tools that stand for the same as some of ours, or as what those silence, each once.
pub(crate) fn counterparts_of<'a>(knowledge: &'a Knowledge, rules: impl IntoIterator<Item = &'a Rule>) -> Vec<&'a str> {
    let rules: Vec<&Rule> = rules.into_iter().collect();
    let own = rules.iter().flat_map(|rule| &rule.counterparts);
    let general = rules.iter().flat_map(|rule| &rule.refines).map(|ix| &knowledge.rules[usize::from(ix.0)]);
    let all: IndexSet<&str> = own.chain(general.flat_map(|rule| &rule.counterparts)).map(String::as_str).collect();
    all.into_iter().collect()
}

/// What happens: the stated description, else why the rule matters.
pub fn description<'a>(input: &'a Input<'_>, threat: &'a Threat) -> &'a str {
    threat.stated_description().or_else(|| rules(input, threat).next().map(|rule| rule.why.as_str())).unwrap_or_default()
}
