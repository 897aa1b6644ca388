//! Whether one check is proven, and if not, why not.

use redan_model::evidence::{CodeAge, Evidence, Outcome, Report, Scope, TestOutcome, TestResult};
use redan_model::lang::{CheckResult, Passed, Verify, VerifyMethod};

use super::matching::{means_finding, means_rule, means_test, speaks};
use super::{CheckState, LinkedFinding, Proof, State};

/// Proofs that are shown of one check; a glob may mean thousands of tests.
const SHOWN: usize = 20;

/// The code that a check is about: elements with their globs.
pub(super) struct Covered {
    pub(super) globs: Vec<(String, String)>,
}

/// What checks are compared with.
pub(super) struct Prover<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) findings: &'a [LinkedFinding],
}

/// A state with its reason.
type Because = (State, String);

/// A report with its index.
type Numbered<'a> = (usize, &'a Report);

impl<'a> Prover<'a> {
    /// The state of a check.
    pub(super) fn check(&self, check: &Verify, covered: &Covered) -> CheckState {
        let method = check.method.value;
        let reports: Vec<Numbered<'a>> = self.evidence.reports.iter().enumerate().filter(|(_, report)| speaks(method, report)).collect();
        let (mut proofs, what) = (Vec::new(), check.what.value.as_str());
        let recorded = check.result.as_ref().and_then(|result| recorded(&result.value, method, covered, self));
        let by_tests = matches!(method, VerifyMethod::Junit | VerifyMethod::Script | VerifyMethod::Manual);
        let (state, reason) = match recorded {
            Some((State::Failed, reason)) => (State::Failed, reason),
            recorded => {
                let found = if by_tests {
                    self.tests(what, &reports, covered, &mut proofs)
                } else {
                    self.scan(method, what, &reports, covered, &mut proofs)
                };
                match (found, recorded) {
                    ((State::Missing, _), Some(recorded)) => recorded,
                    ((State::Missing, _), None) if method == VerifyMethod::Manual => {
                        (State::Manual, "a person has to do it, and no result is written down".to_owned())
                    }
                    (found, _) => found,
                }
            }
        };
        let at = check.at.as_ref().map(|at| at.value.clone());
        CheckState { method: method.as_str(), what: what.to_owned(), at, state, reason, proofs }
    }

    /// A check by tests: all that are meant ran and passed.
    fn tests(&self, what: &str, reports: &[Numbered<'a>], covered: &Covered, proofs: &mut Vec<Proof>) -> Because {
        let mut meant: Vec<(usize, &TestResult, Option<i64>)> = Vec::new();
        for (ix, report) in reports {
            meant.extend(report.tests.iter().filter(|test| means_test(what, test)).map(|test| (*ix, test, test.taken.or(report.taken))));
        }
        proofs.extend(meant.iter().take(SHOWN).map(|(report, test, _)| Proof {
            report: *report,
            what: test.id.clone(),
            outcome: test.outcome.as_str(),
        }));
        let count = |outcome| meant.iter().filter(|(_, test, _)| test.outcome == outcome).count();
        let of = |number: usize| if meant.len() == 1 { "the test".to_owned() } else { format!("{number} of {} tests", meant.len()) };
        let [failed, errored, skipped] = [TestOutcome::Failed, TestOutcome::Errored, TestOutcome::Skipped].map(count);
        if failed > 0 {
            return (State::Failed, format!("{} failed", of(failed)));
        }
        if errored > 0 {
            return (State::Errored, format!("{} did not come to an end", of(errored)));
        }
        if let Some(why) = first_error(reports) {
            return (State::Errored, why);
        }
        if meant.is_empty() {
            return (State::Missing, no_test(what, reports));
        }
        if skipped > 0 {
            return (State::NotRun, format!("{} did not run", of(skipped)));
        }
        let oldest = meant.iter().map(|(ix, _, taken)| (*taken, *ix)).min();
        let report = oldest.and_then(|(_, ix)| self.evidence.reports.get(ix));
        let passed =
            if meant.len() == 1 { "the test ran and passed".to_owned() } else { format!("all {} tests ran and passed", meant.len()) };
        self.fresh(oldest.and_then(|(taken, _)| taken), report, covered, passed)
    }

    /// A check by a scanner: it looked for this, and found nothing.
    fn scan(&self, method: VerifyMethod, what: &str, reports: &[Numbered<'a>], covered: &Covered, proofs: &mut Vec<Proof>) -> Because {
        if reports.is_empty() {
            return (State::Missing, format!("no report of {} was given", method.as_str()));
        }
        let ixs: Vec<usize> = reports.iter().map(|(ix, _)| *ix).collect();
        let all_secrets = method == VerifyMethod::Secrets;
        let is_meant = |linked: &&LinkedFinding| {
            ixs.contains(&linked.report) && (means_finding(what, &linked.finding) || all_secrets && !is_name(what))
        };
        let meant: Vec<&LinkedFinding> = self.findings.iter().filter(is_meant).collect();
        proofs.extend(meant.iter().take(SHOWN).map(|linked| Proof {
            report: linked.report,
            what: linked.finding.rule.clone(),
            outcome: linked.finding.status.as_str(),
        }));
        let open = meant.iter().filter(|linked| linked.is_open()).count();
        if open > 0 {
            return (State::Failed, format!("{open} findings stand").replace("1 findings stand", "a finding stands"));
        }
        if let Some(why) = first_error(reports) {
            return (State::Errored, why);
        }
        let ran: Vec<&Numbered<'a>> = reports.iter().filter(|(_, report)| report.outcome == Outcome::Ran).collect();
        if ran.is_empty() {
            return (State::Missing, format!("there is nothing in {}", names(reports)));
        }
        let looked = |report: &Report| match &report.scope {
            Scope::Unsaid => false,
            Scope::Everything => true,
            Scope::Rules(rules) => {
                rules.iter().any(|rule| means_rule(what, &rule.id, &rule.cwe)) || all_secrets && !is_name(what) && !rules.is_empty()
            }
        };
        let Some((ix, report)) = ran.iter().filter(|(_, report)| looked(report)).max_by_key(|(_, report)| report.taken) else {
            return (State::Inactive, inactive(what, &ran));
        };
        proofs.push(Proof { report: *ix, what: what.to_owned(), outcome: "nothing found" });
        self.fresh(report.taken, Some(report), covered, format!("{} looked for it and found nothing", report.tool))
    }

    /// Verified, unless the code that it is about changed later.
    fn fresh(&self, taken: Option<i64>, report: Option<&Report>, covered: &Covered, passed: String) -> Because {
        let from_file = report.is_some_and(|report| report.taken_from_file && report.taken == taken);
        let source = if from_file { ", by the date of its file" } else { "" };
        let Some(taken) = taken else { return (State::Verified, format!("{passed}; when it ran is not known")) };
        let mut unknown = None;
        for (element, glob) in &covered.globs {
            match self.evidence.code.get(glob) {
                Some(CodeAge::Commit(changed)) if *changed > taken => {
                    let (ran, changed) = (day(taken), day(*changed));
                    return (State::Stale, format!("it ran on {ran}{source}, and the code of {element} (`{glob}`) changed on {changed}"));
                }
                Some(CodeAge::AtMost(changed)) if *changed > taken => {
                    let why = "the history of this clone is cut off, so nobody can tell whether that was before the code changed";
                    return (State::Stale, format!("it ran on {}{source}; {why} (`{glob}`)", day(taken)));
                }
                Some(CodeAge::Commit(_) | CodeAge::AtMost(_)) => {}
                Some(CodeAge::Unknown(why)) => unknown = Some(why.clone()),
                None => unknown = unknown.or_else(|| Some("its history was not asked for".to_owned())),
            }
        }
        let note = match unknown {
            Some(why) => format!("; the age of the code is not known: {why}"),
            None if covered.globs.is_empty() => "; nothing that it protects says where its code is (`code`)".to_owned(),
            None => String::new(),
        };
        (State::Verified, format!("{passed} on {}{source}{note}", day(taken)))
    }
}

/// Whether what a check about secrets names is a rule or a path rather than words for people.
fn is_name(what: &str) -> bool {
    !what.contains(' ')
}

/// The day of a time.
fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|stamp| stamp.to_string()).unwrap_or_default()
}

fn names(reports: &[Numbered<'_>]) -> String {
    let shown: Vec<&str> = reports.iter().take(3).map(|(_, report)| report.name.as_str()).collect();
    let more = if reports.len() > 3 { format!(" and {} more", reports.len() - 3) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn first_error(reports: &[Numbered<'_>]) -> Option<String> {
    reports.iter().find_map(|(_, report)| match &report.outcome {
        Outcome::Errored(why) => Some(format!("{}: {why}", report.name)),
        Outcome::Ran | Outcome::Empty => None,
    })
}

fn no_test(what: &str, reports: &[Numbered<'_>]) -> String {
    let count: usize = reports.iter().map(|(_, report)| report.test_count).sum();
    match (reports.is_empty(), count) {
        (true, _) => "no report with test results was given".to_owned(),
        (false, 0) => format!("there is no test in {}", names(reports)),
        (false, count) => format!("none of the {count} results in {} is called `{what}`", names(reports)),
    }
}

fn inactive(what: &str, ran: &[&Numbered<'_>]) -> String {
    let rules: usize = ran.iter().map(|(_, report)| if let Scope::Rules(rules) = &report.scope { rules.len() } else { 0 }).sum();
    let tool = ran.first().map_or("the tool", |(_, report)| report.tool.as_str());
    if rules > 0 {
        format!("`{what}` is not among the {rules} rules that {tool} lists as active")
    } else {
        format!("the report of {tool} does not say which rules were active; in SARIF it may")
    }
}

/// What somebody wrote into the model about a check.
fn recorded(result: &CheckResult, method: VerifyMethod, covered: &Covered, prover: &Prover<'_>) -> Option<Because> {
    let on = result.on.as_ref().map(|on| on.value);
    let when = on.map(|on| format!(" on {on}")).unwrap_or_default();
    let who = result.by.as_ref().map(|by| format!(" by {}", by.value)).unwrap_or_default();
    match result.passed.as_ref()?.value {
        Passed::No => Some((State::Failed, format!("written down as failed{when}{who}"))),
        Passed::Unknown => None,
        Passed::Yes if method == VerifyMethod::Manual && on.is_some() => {
            // A day counts to its end.
            let end = on.and_then(|on| on.to_zoned(jiff::tz::TimeZone::UTC).ok()).map(|start| start.timestamp().as_second() + 86_399);
            Some(prover.fresh(end, None, covered, format!("written down as passed{who}")))
        }
        Passed::Yes => Some((State::Manual, format!("written down as passed{when}{who}, without a report"))),
    }
}
