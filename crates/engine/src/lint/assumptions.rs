//! Assumptions: ones that nobody has checked in time, and ones that nobody will check.

use redan_model::lang::AssumptionStatus;

use super::{Found, Linter};

pub(super) fn check(linter: &mut Linter<'_>) {
    let model = linter.model;
    let mut unowned = Vec::new();
    for (id, entry) in &model.root.assumptions.entries {
        let stated = &entry.value;
        if stated.status.as_ref().is_some_and(|status| status.value != AssumptionStatus::Unconfirmed) {
            continue;
        }
        match &stated.review {
            Some(review) if review.value < linter.context.today => {
                let message = format!("the assumption `{id}` was to be checked by {} and is still unconfirmed", review.value);
                let diagnostic = linter.found("overdue-assumption", review.span, message).about(id);
                linter.report(diagnostic);
            }
            Some(_) if stated.owner.is_some() => {}
            _ => unowned.push(Found { subject: id.clone(), span: entry.key_span }),
        }
    }
    linter.report_all(
        "unreviewed-assumption",
        unowned,
        |id| format!("nobody is to check the assumption `{id}` by a day"),
        |count, ids| format!("nobody is to check {count} assumptions by a day: {ids}"),
    );
}
