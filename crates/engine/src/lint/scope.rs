//! The scope: whether it is written, and whether somebody has approved it.

use super::Linter;

pub(super) fn check(linter: &mut Linter<'_>) {
    let diagnostic = match &linter.model.root.scope {
        None => linter.found("scope-missing", linter.root(), "the model does not say what is looked at and what is not"),
        Some(scope) if scope.value.approved.is_none() => linter.found("scope-not-approved", scope.span, "nobody has approved the scope"),
        Some(_) => return,
    };
    linter.report(diagnostic);
}
