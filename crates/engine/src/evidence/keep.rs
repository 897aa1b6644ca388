//! What of a report is worth keeping beside a model: all findings and statements, and of tests and rules those that a
//! check means.

use redan_model::Model;
use redan_model::evidence::{Report, Scope};
use redan_model::lang::Verify;

use super::matching::{means_rule, means_test};

/// A report without the tests and rules that no check of the model means. The numbers of both stay.
pub fn kept(model: &Model, mut report: Report) -> Report {
    let whats: Vec<&str> = checks(model).map(|check| check.what.value.as_str()).collect();
    report.tests.retain(|test| whats.iter().any(|what| means_test(what, test)));
    if let Scope::Rules(rules) = &mut report.scope {
        rules.retain(|rule| whats.iter().any(|what| means_rule(what, &rule.id, &rule.cwe)));
    }
    report
}

fn checks(model: &Model) -> impl Iterator<Item = &Verify> {
    model.root.mitigations.entries.values().flat_map(|entry| {
        let inner = entry.value.acceptance.values().flat_map(|criterion| criterion.verify.values());
        inner.chain(entry.value.verify.values())
    })
}
