//! Mitigations: who, by when, when it is done, how that is checked, and whether it helps against anything.

use redan_model::lang::{MapEntry, Mitigation, MitigationStatus, Passed, Verify};

use super::{Found, Linter};

pub(super) fn check(linter: &mut Linter<'_>) {
    let model = linter.model;
    let all: Vec<(&String, &MapEntry<Mitigation>)> =
        model.root.mitigations.entries.iter().filter(|(_, entry)| status(&entry.value) != MitigationStatus::Rejected).collect();
    let pick = |keep: &dyn Fn(&Mitigation) -> bool| -> Vec<Found> {
        let kept = all.iter().filter(|(_, entry)| keep(&entry.value));
        kept.map(|(id, entry)| Found { subject: (*id).clone(), span: entry.key_span }).collect()
    };
    let undone = |one: &Mitigation| status(one) != MitigationStatus::Implemented;
    let table: [(&'static str, Vec<Found>, &str); 4] = [
        ("mitigation-without-acceptance", pick(&|one| one.acceptance.items.is_empty()), "says when it is done"),
        (
            "mitigation-without-verification",
            pick(&|one| !one.acceptance.items.is_empty() && !is_verified(one)),
            "says how each criterion is checked",
        ),
        ("mitigation-without-owner", pick(&|one| undone(one) && one.owner.is_none()), "has an owner"),
        ("mitigation-without-due", pick(&|one| undone(one) && one.due.is_none()), "has a due date"),
    ];
    for (code, found, lacks) in table {
        let negated = negate(lacks);
        linter.report_all(
            code,
            found,
            |id| format!("the mitigation `{id}` {negated}"),
            |count, ids| format!("of {count} mitigations none {lacks}: {ids}"),
        );
    }
    overdue(linter, &all);
    failed(linter, &all);
    unused(linter, &all);
}

fn negate(predicate: &str) -> String {
    match predicate.split_once(' ') {
        Some(("has", rest)) => format!("has no {}", rest.trim_start_matches("an ").trim_start_matches("a ")),
        Some((verb, rest)) => format!("does not {} {rest}", verb.trim_end_matches('s')),
        None => predicate.to_owned(),
    }
}

fn status(mitigation: &Mitigation) -> MitigationStatus {
    mitigation.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value)
}

/// Every criterion has a check; checks beside the criteria are the short form for a single one.
fn is_verified(mitigation: &Mitigation) -> bool {
    !mitigation.verify.items.is_empty() || mitigation.acceptance.values().all(|criterion| !criterion.verify.items.is_empty())
}

fn overdue(linter: &mut Linter<'_>, all: &[(&String, &MapEntry<Mitigation>)]) {
    let today = linter.context.today;
    let late = all.iter().filter_map(|(id, entry)| {
        let due = entry.value.due.as_ref().filter(|due| due.value < today && status(&entry.value) != MitigationStatus::Implemented)?;
        Some(Found { subject: (*id).clone(), span: due.span })
    });
    let found = late.collect();
    let entries = &linter.model.root.mitigations.entries;
    let one = |id: &str| {
        let mitigation = entries.get(id).map(|entry| &entry.value);
        let due = mitigation.and_then(|one| one.due.as_ref()).map_or_else(String::new, |due| format!(" on {}", due.value));
        format!("the mitigation `{id}` was due{due} and is {}", mitigation.map_or(MitigationStatus::Proposed, status))
    };
    linter.report_all("overdue-mitigation", found, one, |count, ids| format!("{count} mitigations are overdue: {ids}"));
}

fn failed(linter: &mut Linter<'_>, all: &[(&String, &MapEntry<Mitigation>)]) {
    for (id, entry) in all.iter().filter(|(_, entry)| status(&entry.value) == MitigationStatus::Implemented) {
        let inner = entry.value.acceptance.values().flat_map(|criterion| criterion.verify.values());
        let checks = inner.chain(entry.value.verify.values());
        for check in checks.filter(|check| has_failed(check)) {
            let message = format!("the mitigation `{id}` is implemented, but its check `{}` failed", check.what.value);
            let diagnostic = linter.found("failed-verification", check.what.span, message).about(*id);
            linter.report(diagnostic);
        }
    }
}

fn has_failed(check: &Verify) -> bool {
    let passed = check.result.as_ref().and_then(|result| result.value.passed.as_ref());
    passed.is_some_and(|passed| passed.value == Passed::No)
}

fn unused(linter: &mut Linter<'_>, all: &[(&String, &MapEntry<Mitigation>)]) {
    let used = |id: &String| {
        let in_threats = linter.analysis.threats.iter().any(|threat| threat.mitigations.contains(id));
        let named = linter.model.root.threats.entries.values().any(|entry| entry.value.mitigations.values().any(|other| other == id));
        in_threats || named || super::trees::uses_mitigation(linter.model, id)
    };
    let idle = all.iter().filter(|(id, entry)| entry.value.states.items.is_empty() && !used(id));
    let found = idle.map(|(id, entry)| Found { subject: (*id).clone(), span: entry.key_span }).collect();
    linter.report_all(
        "unused-mitigation",
        found,
        |id| format!("the mitigation `{id}` deals with no threat"),
        |count, ids| format!("{count} mitigations deal with no threat: {ids}"),
    );
}
