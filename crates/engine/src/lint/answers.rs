//! Answers to raised threats: keys that lead nowhere, that compete, or that nothing needs any longer.

use redan_model::suggest::nearest;
use redan_model::{Ids, Span, Thing};

use super::{Linter, named};
use crate::answers::{is_answer, literal_characters, matches, present_key};

pub(super) fn check(linter: &mut Linter<'_>) {
    let keys: Vec<(&str, Span)> = linter.model.root.threats.entries.iter().map(|(key, entry)| (key.as_str(), entry.key_span)).collect();
    let keys: Vec<(&str, Span)> = keys.into_iter().filter(|(key, _)| is_answer(key)).collect();
    if keys.is_empty() {
        return;
    }
    let exact: Ids<&str> = raised(linter).collect();
    for (key, span) in &keys {
        if is_sound(linter, key, *span) && !is_raised(linter, &exact, key) {
            let diagnostic = linter.found("stale-answer", *span, format!("`{key}` answers a threat that is no longer raised")).about(*key);
            linter.report(diagnostic);
        }
    }
    competing(linter, &keys);
}

/// Whether the rule and the things of a key exist.
fn is_sound(linter: &mut Linter<'_>, key: &str, span: Span) -> bool {
    let present = present_key(key, linter.knowledge);
    let mut parts = present.split('@');
    let rule = parts.next().unwrap_or_default();
    if rule != "*" && !linter.knowledge.rules.iter().any(|known| known.id == rule) {
        let near = nearest(rule, linter.knowledge.rules.iter().map(|known| known.id.as_str())).map(ToOwned::to_owned);
        report_unknown(linter, "unknown-rule", key, span, rule, near, &format!("there is no rule `{rule}`"));
        return false;
    }
    for subject in parts.filter(|part| *part != "*") {
        if linter.model.find(subject).is_none() {
            let near = nearest(subject, linter.model.names.keys().map(String::as_str)).map(ToOwned::to_owned);
            report_unknown(linter, "unknown-subject", key, span, subject, near, &format!("nothing in the model is called `{subject}`"));
            return false;
        }
    }
    true
}

fn report_unknown(linter: &mut Linter<'_>, code: &'static str, key: &str, span: Span, wrong: &str, near: Option<String>, message: &str) {
    let mut diagnostic = linter.found(code, span, message).about(key);
    if let Some(near) = near {
        let renamed: Vec<&str> = key.split('@').map(|part| if part == wrong { near.as_str() } else { part }).collect();
        diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(format!("rename to `{near}`"), quoted(&renamed.join("@")));
    }
    linter.report(diagnostic);
}

/// A key as YAML wants it: `*` at its beginning would be an alias.
fn quoted(key: &str) -> String {
    if key.contains('*') { format!("\"{key}\"") } else { key.to_owned() }
}

fn is_raised(linter: &Linter<'_>, exact: &Ids<&str>, key: &str) -> bool {
    let key = present_key(key, linter.knowledge);
    exact.contains(key.as_str()) || (has_star(&key) && raised(linter).any(|id| matches(&key, id)))
}

fn has_star(key: &str) -> bool {
    key.split('@').any(|part| part == "*")
}

fn raised<'a>(linter: &Linter<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let analysis = linter.analysis;
    analysis.threats.iter().flat_map(|threat| {
        let own = threat.rule.is_some().then_some(threat.id.as_str());
        own.into_iter().chain(threat.merged.iter().map(String::as_str))
    })
}

/// Two patterns of one precision that fit one threat.
fn competing(linter: &mut Linter<'_>, keys: &[(&str, Span)]) {
    let present: Vec<(String, &str, Span)> = keys.iter().map(|(key, span)| (present_key(key, linter.knowledge), *key, *span)).collect();
    let (patterns, exact): (Vec<_>, Vec<_>) = present.iter().partition(|(key, ..)| has_star(key));
    for (ix, (first, first_key, first_span)) in patterns.iter().enumerate() {
        for (second, second_key, second_span) in &patterns[ix + 1..] {
            if literal_characters(first) != literal_characters(second) {
                continue;
            }
            let contested = |id: &&str| {
                let better = |(key, ..): &&&(String, &str, Span)| matches(key, id) && literal_characters(key) > literal_characters(first);
                let settled = exact.iter().any(|(key, ..)| key == id) || patterns.iter().any(|pattern| better(&pattern));
                matches(first, id) && matches(second, id) && !settled
            };
            let ids: Vec<&str> = raised(linter).filter(contested).collect();
            if !ids.is_empty() {
                let message = format!("`{first_key}` and `{second_key}` both answer {} and are equally precise", named(&ids));
                let diagnostic = linter.found("ambiguous-answer", *second_span, message);
                let diagnostic = diagnostic.label(*first_span, "the other answer").about(*second_key);
                linter.report(diagnostic);
            }
        }
    }
}

/// The key of the first subject of a threat, for messages.
pub(super) fn name_of(linter: &Linter<'_>, thing: Option<Thing>) -> String {
    thing.map_or_else(|| "it".to_owned(), |thing| format!("`{}`", linter.model.id_of(thing)))
}
