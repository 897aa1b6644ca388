//! Reviews: a model that was made once and never looked at again, and sessions without the people who know.

use redan_model::Severity;
use redan_model::lang::{Review, ReviewState, Role};

use super::Linter;

pub(super) fn check(linter: &mut Linter<'_>) {
    cadence(linter);
    roles(linter);
}

fn is_held(review: &Review) -> bool {
    review.state.as_ref().is_none_or(|state| state.value == ReviewState::Held)
}

fn cadence(linter: &mut Linter<'_>) {
    let reviews = &linter.model.root.reviews.entries;
    let today = linter.context.today;
    let held = reviews.values().filter(|entry| is_held(&entry.value));
    let last = held.filter_map(|entry| Some((entry.value.on.as_ref()?.value, entry.key_span))).filter(|(day, _)| *day <= today).max();
    let planned = reviews.values().any(|entry| {
        let is_planned = entry.value.state.as_ref().is_some_and(|state| state.value == ReviewState::Planned);
        is_planned && entry.value.on.as_ref().is_some_and(|on| on.value >= today)
    });
    let cadence = i64::from(linter.policy.review_cadence_days);
    match last {
        Some((day, span)) => {
            let days = i64::from(day.until(today).map_or(0, |age| age.get_days()));
            if days > cadence {
                let message = format!("the model was last reviewed {days} days ago, on {day}; every {cadence} days is the rule");
                let diagnostic = linter.found("one-time-checklist", span, message);
                linter.report(diagnostic);
            }
        }
        None if !planned => {
            let mut diagnostic = linter.found("one-time-checklist", linter.root(), "no review of this model is recorded or planned");
            diagnostic.severity = Severity::Hint;
            linter.report(diagnostic);
        }
        None => {}
    }
}

fn roles(linter: &mut Linter<'_>) {
    let root = &linter.model.root;
    let today = linter.context.today;
    let is_past = |review: &Review| review.on.as_ref().is_none_or(|on| on.value <= today);
    let held: Vec<_> = root.reviews.entries.values().filter(|entry| is_held(&entry.value) && is_past(&entry.value)).collect();
    let Some(last) = held.last() else { return };
    let role = |id: &String| root.people.entries.get(id).and_then(|person| person.value.role.as_ref()).map(|role| role.value);
    let present: Vec<Role> = held.iter().flat_map(|entry| entry.value.people.values()).filter_map(role).collect();
    let missing: Vec<&str> = linter.policy.required_roles.iter().filter(|role| !present.contains(role)).map(|role| role.as_str()).collect();
    if !missing.is_empty() {
        let message = format!("no review was held with somebody of these roles: {}", missing.join(", "));
        let diagnostic = linter.found("missing-roles", last.key_span, message);
        linter.report(diagnostic);
    }
}
