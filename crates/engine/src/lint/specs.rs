//! The table of lints: stable codes with what they mean, why they matter and what to do.

use redan_model::Severity;

/// One lint, as the reference describes it.
#[derive(Debug, Clone, Copy)]
pub struct LintSpec {
    /// Stable kebab-case code; never reused.
    pub code: &'static str,
    /// How much it matters unless a diagnostic says otherwise.
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Why that is a fault of a threat model.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// The row of a code; the codes in this crate are all in the table, which a test holds.
pub(super) fn spec(code: &str) -> &'static LintSpec {
    LINTS.iter().find(|spec| spec.code == code).unwrap_or(&LINTS[0])
}

const fn row(code: &'static str, severity: Severity, title: &'static str, why: &'static str, fix: &'static str) -> LintSpec {
    LintSpec { code, severity, title, why, fix }
}

/// Every lint, by code.
#[rustfmt::skip]
pub const LINTS: &[LintSpec] = {
    use Severity::{Error, Hint, Warning};
    &[
        row("acceptance-without-owner", Warning, "An accepted risk has no owner",
            "A risk that nobody carries by name is not accepted but forgotten.",
            "name the person who carries the risk with `owner`"),
        row("ambiguous-answer", Error, "Two answers are equally precise",
            "Which of the two holds would depend on their order in the file.",
            "make one of the keys more precise, or answer the threat by its full id"),
        row("dangling-element", Warning, "An element has no flow",
            "Threats come along flows; what nothing connects is looked at as if nobody could reach it.",
            "add the flows that lead to and from it, or take it out"),
        row("decision-without-reason", Warning, "A decision about a threat has no reason",
            "Whoever reads the model later cannot tell whether the decision still holds.",
            "say why with `because`"),
        row("empty-zone", Hint, "Nothing is in a zone",
            "A boundary around nothing protects nothing and was perhaps meant for something.",
            "put elements in it with `zone`, or take it out"),
        row("expired-acceptance", Warning, "An acceptance has run out",
            "Risks are accepted for a time, so that somebody looks again. From the band that the policy names on this is an error.",
            "look at the risk again: fix it, or give `until` a later day with a reason"),
        row("failed-verification", Warning, "The check of an implemented mitigation failed",
            "What the mitigation states is taken to be true, and the check says that it is not.",
            "repair it, or set the status of the mitigation back to `in-progress`"),
        row("flow-without-data", Hint, "A flow does not say what data it moves",
            "What a flow is worth to an attacker follows from the data on it.",
            "name the assets with `carries` and `returns`, or write `carries: []` if there are none"),
        row("missing-roles", Hint, "Reviews were held without people who know",
            "Developers, product, operations and security each see threats that the others miss.",
            "hold the next review with them, and list them under `people` with their `role`"),
        row("mitigation-without-acceptance", Warning, "A mitigation does not say when it is done",
            "Without a criterion, done is a matter of opinion.",
            "add `acceptance`, so that two people would agree whether it holds"),
        row("mitigation-without-due", Hint, "A mitigation has no due date",
            "Work without a date is overtaken by work with one.",
            "add `due`"),
        row("mitigation-without-owner", Warning, "A mitigation has no owner",
            "What everybody is to do, nobody does.",
            "add `owner`: a person or a team"),
        row("mitigation-without-verification", Warning, "A criterion has no check",
            "A mitigation that nobody tests may not work, or may stop working unnoticed.",
            "add `verify` to each criterion: a test in CI, a scan, or a manual check"),
        row("no-assets", Hint, "The model names no assets",
            "Impact follows from what is worth protecting; without assets every threat is rated alike.",
            "list what matters under `assets` and say where it is with `holds`, `carries` and `returns`"),
        row("no-prioritisation", Warning, "Many open threats and nobody on them",
            "A long list without an order ends with nothing fixed.",
            "start with the highest risks: give each an `owner` or a mitigation, and accept what you will not fix"),
        row("no-zones", Hint, "The model has no trust boundaries",
            "Attacks happen where data crosses from less trusted to more trusted places.",
            "add `zones` with their `trust`, and put each element in one"),
        row("one-time-checklist", Warning, "The model is not looked at regularly",
            "Systems and attackers change; a model that was made once describes a system that no longer exists.",
            "hold a review and record it under `reviews`"),
        row("outside-every-zone", Hint, "An element is in no zone",
            "Without a zone nobody can tell which boundaries an attacker has to cross.",
            "add `zone`, or write `zone: []` if it really is in none"),
        row("over-optimistic-likelihood", Warning, "A low likelihood has no reason",
            "Assume determined attackers: a low likelihood is a claim and needs an argument.",
            "write `likelihood: {is: …, because: …}`, or raise it"),
        row("overdue-assumption", Warning, "An assumption was not checked in time",
            "What rests on it is only as good as a guess.",
            "check it and set its `status`, or give `review` a later day"),
        row("overdue-mitigation", Warning, "A mitigation is overdue",
            "The threat is as open as on the first day.",
            "implement it, or agree on a new `due`"),
        row("scope-missing", Hint, "The model has no scope",
            "Without a scope nobody knows what was looked at and what was left out.",
            "add `scope` with `target`, `in` and `out`"),
        row("scope-not-approved", Hint, "Nobody has approved the scope",
            "Those who answer for the system have to agree on what is looked at.",
            "add `approved: {by: …, on: …}` to `scope`"),
        row("stale-answer", Hint, "An answer is no longer needed",
            "The threat that it answers is not raised any more, mostly because it was fixed.",
            "remove the entry"),
        row("stated-severity-disagrees", Warning, "A stated band disagrees with the matrix",
            "Two threats with the same numbers would get different priorities.",
            "change the band, or the likelihood and impact, so that they agree"),
        row("store-without-data", Hint, "A store does not say what it holds",
            "What a store is worth to an attacker follows from the data in it.",
            "name the assets with `holds`, or write `holds: []` if there are none"),
        row("suppression-without-reason", Warning, "A suppression has no reason",
            "Whoever reads the model later cannot tell whether it still applies. Errors are not suppressed without one.",
            "write why it does not apply here"),
        row("uncovered-leaf", Hint, "Nothing stands against a step of an attack",
            "An attack tree is there to see that each step is dealt with somewhere.",
            "point the step at a `threat`, or list `mitigations`"),
        row("undocumented-assumption", Warning, "A zone is trusted without an assumption",
            "Threats stay quiet because the zone is trusted; if that trust is misplaced, nobody will look.",
            "write down what you take for granted under `assumptions`"),
        row("unheld-asset", Warning, "An asset is nowhere",
            "Threats are about places; an asset that nothing holds or moves is never at risk in the model.",
            "name it in `holds` of an element, or in `carries` or `returns` of a flow"),
        row("unknown-lint", Error, "A suppression names no lint",
            "It silences nothing, although somebody believes that it does.",
            "use a code of this list"),
        row("unknown-rule", Error, "An answer names no rule",
            "It answers nothing, although somebody believes that it does.",
            "use the id of a rule, as listed by `redan rules`"),
        row("unknown-subject", Error, "An answer names nothing of the model",
            "It answers nothing, although somebody believes that it does.",
            "use the id of an element, flow, zone or asset, or `model`"),
        row("unrated-threat", Hint, "A threat has no rating",
            "Without a rating nobody can tell what to do first.",
            "add `likelihood` and `impact`, each from 1 to 5"),
        row("unread-store", Hint, "Nobody reads a store",
            "Data that nobody reads is a risk without a use, or a flow is missing.",
            "add the flow that reads it, with `returning …`, or stop keeping the data"),
        row("unreviewed-assumption", Hint, "Nobody is to check an assumption",
            "An assumption that nobody checks becomes a belief.",
            "add `owner` and `review` to it"),
        row("unstated-level", Hint, "An asset does not say how much it matters",
            "Impact is rated with a guess until confidentiality, integrity and availability are stated.",
            "add `confidentiality`, `integrity` and `availability`: none, low, medium, high or critical"),
        row("unused-mitigation", Hint, "A mitigation deals with no threat",
            "Either the threat is not written down, or the work is not needed.",
            "name it under `mitigations` of a threat, or say with `states` which control it brings"),
        row("unused-suppression", Hint, "A suppression silences nothing",
            "What it was for is gone; it may hide something else later.",
            "remove the entry"),
    ]
};
