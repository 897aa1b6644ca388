//! Threats that people wrote: taken as they stand, mitigated once everything that is planned against them is done.

use indexmap::IndexMap;
use redan_model::lang::{MapEntry, Mitigation, MitigationStatus, References, ThreatEntry, ThreatStatus};
use redan_model::{ById, Model, Thing};

use super::Input;
use super::judge::mitigation_steps;
use crate::Knowledge;
use crate::analysis::{Answer, Rating, Residual, Status, Threat};
use crate::answers::is_answer;
use crate::few::{Few, Seldom};
use crate::risk::Steps;
use crate::score::{self, Scored};

/// The threats written by hand, in source order.
pub(crate) fn threats(input: &Input<'_>) -> Vec<Threat> {
    let written = input.model.root.threats.entries.iter().filter(|(key, _)| !is_answer(key));
    written.map(|(id, entry)| threat(input, id, entry)).collect()
}

fn threat(input: &Input<'_>, id: &str, entry: &MapEntry<ThreatEntry>) -> Threat {
    let stated = &entry.value;
    let subjects: Few<Thing, 1> = stated.on.values().filter_map(|id| input.model.find(id)).collect();
    let mitigations: Vec<String> = stated.mitigations.values().cloned().collect();
    let status = status(input.model, stated, &mitigations);
    let mut rating = rating(input, stated);
    let residual = residual(input, &mitigations, status, rating);
    let mut rating_reasons = rating_reasons(stated);
    let scores = scores(input, stated, &mut rating, residual, &mut rating_reasons);
    Threat {
        id: id.to_owned(),
        rule: None,
        subject: subjects.first().copied(),
        subjects,
        affected: Seldom::default(),
        with: None,
        title: stated.title.as_ref().map_or_else(|| redan_model::naming::sentence_of(id), |title| title.value.clone()),
        stride: stated.stride.values().copied().collect(),
        linddun: stated.linddun.values().copied().collect(),
        status,
        rating,
        rating_reasons: rating_reasons.into_iter().map(Into::into).collect(),
        range: None,
        residual,
        mitigations: mitigations.into(),
        counters: Box::default(),
        partly_countered: false,
        assumptions: Seldom::default(),
        questions: Few::default(),
        answer: Some(Box::new(answer(input, id, entry, scores))),
        merged: Seldom::default(),
        location: entry.key_span,
    }
}

/// What is written about it, or the sentence that its parts make.
fn description(stated: &ThreatEntry) -> Option<String> {
    if let Some(description) = &stated.description {
        return Some(description.value.clone());
    }
    let said = |part: &redan_model::lang::Opt<String>| part.as_ref().map(|part| part.value.clone());
    let action = said(&stated.action)?;
    let mut sentence = said(&stated.source).unwrap_or_else(|| "Somebody".to_owned());
    if let Some(prerequisite) = said(&stated.prerequisite) {
        sentence.push_str(&format!(" with {prerequisite}"));
    }
    sentence.push_str(&format!(" {action}"));
    if let Some(effect) = said(&stated.effect) {
        sentence.push_str(&format!(", which leads to {effect}"));
    }
    Some(sentence)
}

/// References as plain text.
fn references(entries: &ById<MapEntry<References>>) -> IndexMap<String, Vec<String>> {
    let ids = |entry: &MapEntry<References>| entry.value.0.iter().map(|id| id.value.clone()).collect();
    entries.iter().map(|(list, entry)| (list.clone(), ids(entry))).collect()
}

/// The entry as an answer, with its scores as they were found, and with whether its date has passed.
pub(super) fn answer(input: &Input<'_>, key: &str, entry: &MapEntry<ThreatEntry>, scores: Vec<Scored>) -> Answer {
    let stated = &entry.value;
    let until = stated.until.as_ref().map(|day| day.value);
    Answer {
        key: key.to_owned(),
        because: stated.because.as_ref().map(|because| because.value.clone()),
        owner: stated.owner.as_ref().map(|owner| owner.value.clone()),
        until,
        expired: until.is_some_and(|day| day < input.context.today),
        span: entry.key_span,
        description: description(stated),
        scores,
        band: stated.severity.as_ref().map(|band| band.value),
        references: references(&stated.references.entries),
        identified: stated.identified.as_ref().map(|day| day.value),
    }
}

/// The status that a word of the language stands for.
pub(super) fn from_word(status: ThreatStatus) -> Status {
    match status {
        ThreatStatus::Open => Status::Open,
        ThreatStatus::Mitigated => Status::Mitigated,
        ThreatStatus::Accepted => Status::Accepted,
        ThreatStatus::Transferred => Status::Transferred,
        ThreatStatus::Avoided => Status::Avoided,
        ThreatStatus::FalsePositive => Status::FalsePositive,
        ThreatStatus::NotApplicable => Status::NotApplicable,
    }
}

fn status(model: &Model, stated: &ThreatEntry, mitigations: &[String]) -> Status {
    let done = if all_done(model, mitigations) { Status::Mitigated } else { Status::Open };
    stated.status.as_ref().map_or(done, |status| from_word(status.value))
}

/// Whether there are mitigations and all of them are in place.
pub(super) fn all_done(model: &Model, mitigations: &[String]) -> bool {
    let done = |id: &String| mitigation(model, id).is_some_and(|one| progress(one) == MitigationStatus::Implemented);
    !mitigations.is_empty() && mitigations.iter().all(done)
}

fn mitigation<'m>(model: &'m Model, id: &str) -> Option<&'m Mitigation> {
    model.root.mitigations.entries.get(id).map(|entry| &entry.value)
}

fn progress(mitigation: &Mitigation) -> MitigationStatus {
    mitigation.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value)
}

fn rating(input: &Input<'_>, stated: &ThreatEntry) -> Rating {
    let likelihood = stated.likelihood.as_ref().map(|rating| rating.value.is);
    let impact = stated.impact.as_ref().map(|rating| rating.value.is);
    let risk = likelihood.zip(impact).map(|(likelihood, impact)| likelihood * impact);
    let by_matrix = likelihood.zip(impact).map(|(likelihood, impact)| input.policy.cell(likelihood, impact));
    let band = by_matrix.or(stated.severity.as_ref().map(|band| band.value));
    Rating { likelihood, impact, risk, band }
}

/// The scores of an entry; the one that leads sets the band, and each is a phrase of the reasons.
pub(super) fn scores(
    input: &Input<'_>,
    stated: &ThreatEntry,
    rating: &mut Rating,
    residual: Residual,
    reasons: &mut Vec<String>,
) -> Vec<Scored> {
    let Some(scores) = &stated.scores else { return Vec::new() };
    let found = score::of(&scores.value, input.policy, *rating, residual);
    let by_matrix = rating.risk.and(rating.band);
    reasons.extend(score::reasons(input.policy, by_matrix, &found));
    rating.band = score::band(input.policy, by_matrix, &found, rating.band);
    found
}

fn rating_reasons(stated: &ThreatEntry) -> Vec<String> {
    let reason = |name: &str, rating: &redan_model::lang::Opt<redan_model::lang::Rating>| {
        let rating = rating.as_ref()?;
        let because = rating.value.because.as_ref().map(|because| format!(": {}", because.value));
        Some(format!("{name} {} stated{}", rating.value.is, because.unwrap_or_default()))
    };
    [reason("likelihood", &stated.likelihood), reason("impact", &stated.impact)].into_iter().flatten().collect()
}

/// What mitigations take away: those in place, and those that are not rejected.
pub(super) fn steps(input: &Input<'_>, mitigations: &[String]) -> (Steps, Steps) {
    steps_of(input.model, input.knowledge, mitigations)
}

/// The same without the rest of the input.
pub(crate) fn steps_of(model: &Model, knowledge: &Knowledge, mitigations: &[String]) -> (Steps, Steps) {
    let (mut now, mut later) = (Steps::default(), Steps::default());
    for one in mitigations.iter().filter_map(|id| mitigation(model, id)) {
        let steps = mitigation_steps(knowledge, one);
        match progress(one) {
            MitigationStatus::Rejected => {}
            MitigationStatus::Implemented => {
                now.join(steps);
                later.join(steps);
            }
            MitigationStatus::Proposed | MitigationStatus::Planned | MitigationStatus::InProgress => later.join(steps),
        }
    }
    (now, later)
}

fn residual(input: &Input<'_>, mitigations: &[String], status: Status, rating: Rating) -> Residual {
    let Some((likelihood, impact)) = rating.likelihood.zip(rating.impact) else { return Residual::default() };
    let (now, later) = steps(input, mitigations);
    let inherent = likelihood * impact;
    let (current, target) = match status {
        Status::Open | Status::Question | Status::Mitigated => (now.risk(likelihood, impact), later.risk(likelihood, impact)),
        Status::Accepted | Status::Transferred => (inherent, inherent),
        Status::Avoided | Status::FalsePositive | Status::NotApplicable => (0, 0),
    };
    Residual { inherent: Some(inherent), current: Some(current), target: Some(target) }
}
