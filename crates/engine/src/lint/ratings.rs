//! Ratings: bands against the matrix, hopeful likelihoods, threats without numbers, and too many without an order.

use redan_model::Thing;
use redan_model::lang::{MapEntry, ThreatEntry};

use super::answers::name_of;
use super::{Found, Linter};
use crate::analysis::{Rating, Residual, Status, Threat};
use crate::answers::is_answer;
use crate::expr::{Env, Field, Tri, Value, World};
use crate::facts::Facts;
use crate::risk::Likelihood;
use crate::score;

/// A likelihood up to this is a claim that needs a reason.
const HOPEFUL: u8 = 2;

pub(super) fn check(linter: &mut Linter<'_>) {
    stated_bands(linter);
    scored_bands(linter);
    unrated(linter);
    unordered(linter);
    hopeful(linter);
}

fn stated_bands(linter: &mut Linter<'_>) {
    for (key, entry) in &linter.model.root.threats.entries {
        let stated = &entry.value;
        let Some(severity) = &stated.severity else { continue };
        let (likelihood, impact) = match (&stated.likelihood, &stated.impact, rated_by_rule(linter, key)) {
            (Some(likelihood), Some(impact), _) => (likelihood.value.is, impact.value.is),
            (likelihood, impact, Some((by_likelihood, by_impact))) => (
                likelihood.as_ref().map_or(by_likelihood, |rating| rating.value.is),
                impact.as_ref().map_or(by_impact, |rating| rating.value.is),
            ),
            _ => continue,
        };
        let risk = likelihood * impact;
        let band = linter.policy.cell(likelihood, impact);
        if band != severity.value {
            let message =
                format!("`{key}` is stated to be {}, but likelihood {likelihood} x impact {impact} = {risk} is {band}", severity.value);
            let diagnostic = linter.found("stated-severity-disagrees", severity.span, message);
            let diagnostic = diagnostic.fix(format!("write `{band}`"), band.as_str()).about(key);
            linter.report(diagnostic);
        }
    }
}

/// Scores whose band is not the stated one.
fn scored_bands(linter: &mut Linter<'_>) {
    for (key, entry) in &linter.model.root.threats.entries {
        let Some((severity, stated)) = entry.value.severity.as_ref().zip(entry.value.scores.as_ref()) else { continue };
        for score in score::of(&stated.value, linter.policy, Rating::default(), Residual::default()) {
            if score.band == severity.value {
                continue;
            }
            let message = format!("`{key}` is stated to be {}, but {}, which is {}", severity.value, score.words, score.band);
            let mut diagnostic = linter.found("stated-severity-disagrees", severity.span, message).label(score.span, "this score");
            if score.scale == linter.policy.leading_scale {
                diagnostic = diagnostic.fix(format!("write `{}`", score.band), score.band.as_str());
            }
            linter.report(diagnostic.about(key));
        }
    }
}

/// What a rule says of the one threat that a key answers.
fn rated_by_rule(linter: &Linter<'_>, key: &str) -> Option<(u8, u8)> {
    let threat = linter.analysis.threats.iter().find(|threat| threat.id == key)?;
    threat.rating.likelihood.zip(threat.rating.impact)
}

fn unrated(linter: &mut Linter<'_>) {
    let written = linter.model.root.threats.entries.iter().filter(|(key, _)| !is_answer(key));
    let bare = written.filter(|(_, entry)| {
        let stated = &entry.value;
        stated.severity.is_none() && stated.scores.is_none() && (stated.likelihood.is_none() || stated.impact.is_none())
    });
    let found = bare.map(|(key, entry)| Found { subject: key.clone(), span: entry.key_span }).collect();
    linter.report_all(
        "unrated-threat",
        found,
        |key| format!("`{key}` has no likelihood and impact, so nobody can tell what to do first"),
        |count, keys| format!("{count} threats have no likelihood and impact: {keys}"),
    );
}

fn unordered(linter: &mut Linter<'_>) {
    let idle = |threat: &&Threat| {
        let owned = threat.answer.as_ref().is_some_and(|answer| answer.owner.is_some());
        threat.status == Status::Open && !owned && threat.mitigations.is_empty()
    };
    let count = linter.analysis.threats.iter().filter(idle).count();
    if count > linter.policy.unprioritised_limit {
        let limit = linter.policy.unprioritised_limit;
        let message = format!("{count} open threats have neither an owner nor a mitigation ({limit} is the limit): nothing gets fixed");
        let diagnostic = linter.found("no-prioritisation", linter.root(), message);
        linter.report(diagnostic);
    }
}

fn hopeful(linter: &mut Linter<'_>) {
    let model = linter.model;
    let claims = |entry: &MapEntry<ThreatEntry>| {
        let stated = entry.value.likelihood.as_ref();
        stated.is_some_and(|likelihood| likelihood.value.because.is_none()) && entry.value.because.is_none()
    };
    let entries: Vec<_> = model.root.threats.entries.iter().filter(|(_, entry)| claims(entry)).collect();
    if entries.is_empty() {
        return;
    }
    for (key, entry) in entries {
        let Some(likelihood) = &entry.value.likelihood else { continue };
        let Some(threat) = linter.analysis.threats.iter().find(|threat| threat.answer.as_ref().is_some_and(|answer| answer.key == *key))
        else {
            continue;
        };
        if let Some(message) = objection(linter, linter.facts, threat, key, likelihood.value.is) {
            let diagnostic = linter.found("over-optimistic-likelihood", likelihood.span, message).about(key);
            linter.report(diagnostic);
        }
    }
}

fn objection(linter: &Linter<'_>, facts: &Facts<'_>, threat: &Threat, key: &str, likelihood: u8) -> Option<String> {
    if let Some((rule, subject)) = threat.rule.zip(threat.subject) {
        let rule = &linter.knowledge.rules[usize::from(rule.0)];
        let base = Likelihood::of(rule, facts, Env { subject, asset: threat.with }, false).high;
        if likelihood < base {
            return Some(format!("`{key}` gets likelihood {likelihood} where the rule says {base}, and no reason is given"));
        }
    }
    let exposed = threat.subjects.iter().copied().find(|thing| is_exposed(facts, *thing));
    if likelihood <= HOPEFUL && exposed.is_some() {
        let subject = name_of(linter, exposed);
        return Some(format!(
            "`{key}` gets likelihood {likelihood} although {subject} can be reached from a less trusted zone, and no reason is given"
        ));
    }
    None
}

fn is_exposed(facts: &Facts<'_>, thing: Thing) -> bool {
    let field = match thing {
        Thing::Element(_) => Field::Exposed,
        Thing::Flow(_) => Field::Crosses,
        Thing::Model | Thing::Zone(_) | Thing::Asset(_) => return false,
    };
    matches!(facts.value(thing, field), Value::Tri(Tri::Yes))
}
