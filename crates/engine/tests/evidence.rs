//! What counts as proof, and which threats a finding realises.

use std::sync::Arc;

use redan_engine::analysis::Threat;
use redan_engine::evidence::State;
use redan_engine::{Analysis, Context, Knowledge, Policy, analyse};
use redan_model::evidence::{
    ActiveRule, CodeAge, Evidence, Finding, FindingSeverity, FindingStatus, Outcome, Report, ReportKind, Scope, Statement, StatementState,
    TestOutcome, TestResult,
};
use redan_model::load_text;

const MODEL: &str = r#"redan: 1
name: Shop
elements:
  web: {kind: process, code: ["web/**"]}
  api: {kind: process, code: [api]}
  bare: {kind: process}
threats:
  T1: {title: A, on: [web], likelihood: 3, impact: 3, mitigations: [m], references: {cwe: [89]}}
  T2: {title: B, on: [api], likelihood: 3, impact: 3, references: {cwe: [89]}}
  T3: {title: C, on: [bare], likelihood: 3, impact: 3, references: {cwe: [89]}}
  T4: {title: D, on: [web], likelihood: 3, impact: 3, status: not-applicable, because: x, references: {cwe: [89]}}
mitigations:
  m:
    title: M
    acceptance:
      - {text: one, verify: [{junit: "a.B*"}]}
      - {text: two, verify: [{semgrep: sqli}]}
  people:
    title: P
    acceptance: Somebody looks
    verify: [{manual: look, result: {passed: yes, on: 2026-03-02, by: ana}}]
"#;

fn report(kind: ReportKind) -> Report {
    Report {
        kind,
        name: kind.as_str().to_owned(),
        digest: kind.as_str().to_owned(),
        tool: kind.as_str().to_owned(),
        version: None,
        taken: Some(1_000),
        taken_from_file: false,
        commit: None,
        outcome: Outcome::Ran,
        items: 1,
        test_count: 0,
        scope: Scope::Unsaid,
        findings: Vec::new(),
        tests: Vec::new(),
        statements: Vec::new(),
    }
}

fn junit(outcomes: &[TestOutcome]) -> Report {
    let test =
        |(at, outcome): (usize, &TestOutcome)| TestResult { id: format!("a.B.t{at}"), aliases: Vec::new(), outcome: *outcome, taken: None };
    Report { tests: outcomes.iter().enumerate().map(test).collect(), test_count: outcomes.len(), ..report(ReportKind::Junit) }
}

fn finding(path: Option<&str>) -> Finding {
    Finding {
        key: path.unwrap_or("none").to_owned(),
        rule: "sqli".to_owned(),
        title: "SQL".to_owned(),
        severity: FindingSeverity::High,
        cwe: vec![89],
        ids: vec!["CVE-1".to_owned()],
        path: path.map(str::to_owned),
        line: None,
        url: None,
        package: None,
        version: None,
        threat: None,
        status: FindingStatus::Open,
        because: None,
        occurrences: 1,
    }
}

fn with(reports: Vec<Report>, code: &[(&str, CodeAge)]) -> Analysis {
    let loaded = load_text("m.tm.yaml", MODEL, &Knowledge::embedded().vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    let code = code.iter().map(|(glob, age)| ((*glob).to_owned(), age.clone())).collect();
    let context = Context { today: jiff::civil::date(2026, 3, 10), evidence: Arc::new(Evidence { reports, code }) };
    analyse(&loaded.model, &Knowledge::embedded(), &Policy::default(), &context)
}

fn states(analysis: &Analysis) -> Vec<State> {
    analysis.evidence.as_ref().expect("there are reports").mitigations["m"].criteria.iter().map(|criterion| criterion.state).collect()
}

fn threats(found: Finding) -> Vec<String> {
    let analysis = with(vec![Report { findings: vec![found], ..report(ReportKind::Sarif) }], &[]);
    analysis.evidence.expect("there are reports").findings[0].threats.clone()
}

fn threat<'a>(analysis: &'a Analysis, id: &str) -> &'a Threat {
    analysis.threat(id).expect("it is written")
}

#[test]
fn without_reports_nothing_is_said() {
    assert!(with(Vec::new(), &[]).evidence.is_none());
}

#[test]
fn all_tests_that_are_meant_must_pass() {
    use TestOutcome::{Errored, Failed, Passed, Skipped};
    let state = |outcomes: &[TestOutcome]| states(&with(vec![junit(outcomes)], &[]))[0];
    assert_eq!(state(&[Passed, Passed]), State::Verified);
    assert_eq!(state(&[Passed, Skipped]), State::NotRun);
    assert_eq!(state(&[Skipped, Errored]), State::Errored);
    assert_eq!(state(&[Errored, Failed]), State::Failed);
    assert_eq!(state(&[]), State::Missing);
}

#[test]
fn a_pass_before_the_last_change_is_stale() {
    let passed = || vec![junit(&[TestOutcome::Passed])];
    let state = |age: CodeAge| states(&with(passed(), &[("web/**", age)]))[0];
    assert_eq!(state(CodeAge::Commit(1_001)), State::Stale);
    assert_eq!(state(CodeAge::Commit(1_000)), State::Verified);
    assert_eq!(state(CodeAge::AtMost(1_001)), State::Stale);
    assert_eq!(state(CodeAge::Unknown("no git".to_owned())), State::Verified);
    // The code of something else does not matter.
    assert_eq!(states(&with(passed(), &[("api", CodeAge::Commit(2_000))]))[0], State::Verified);
}

#[test]
fn silence_of_a_scanner_is_proof_only_if_it_looked() {
    let scan = |scope: Scope, outcome: Outcome| states(&with(vec![Report { scope, outcome, ..report(ReportKind::Semgrep) }], &[]))[1];
    let rules = |id: &str| Scope::Rules(vec![ActiveRule { id: id.to_owned(), cwe: vec![89] }]);
    assert_eq!(scan(rules("sqli"), Outcome::Ran), State::Verified);
    assert_eq!(scan(rules("xss"), Outcome::Ran), State::Inactive);
    assert_eq!(scan(Scope::Unsaid, Outcome::Ran), State::Inactive);
    assert_eq!(scan(rules("sqli"), Outcome::Empty), State::Missing);
    assert_eq!(scan(rules("sqli"), Outcome::Errored("x".to_owned())), State::Errored);
    let found = Report { findings: vec![finding(None)], scope: rules("sqli"), ..report(ReportKind::Semgrep) };
    assert_eq!(states(&with(vec![found], &[]))[1], State::Failed);
    // The same tool in SARIF counts as that tool.
    let sarif = Report { tool: "Semgrep OSS".to_owned(), scope: rules("sqli"), ..report(ReportKind::Sarif) };
    assert_eq!(states(&with(vec![sarif], &[]))[1], State::Verified);
}

#[test]
fn a_dated_result_of_a_person_is_proof() {
    let analysis = with(vec![junit(&[TestOutcome::Passed])], &[]);
    assert_eq!(analysis.evidence.as_ref().unwrap().mitigations["people"].state, State::Verified);
}

#[test]
fn a_finding_belongs_to_the_threat_of_its_weakness_at_its_place() {
    assert_eq!(threats(finding(Some("web/login.py"))), ["T1"]);
    assert_eq!(threats(finding(Some("/home/ci/work/web/login.py"))), ["T1"]);
    assert_eq!(threats(finding(Some("api/a.py"))), ["T2"]);
    // In a file that nobody claims, only what does not say where its code is can be meant.
    assert_eq!(threats(finding(Some("tools/a.py"))), ["T3"]);
    assert_eq!(threats(finding(None)), ["T1", "T2", "T3"]);
    assert_eq!(threats(Finding { cwe: vec![4_242], ..finding(Some("web/a.py")) }), [""; 0]);
    assert_eq!(threats(Finding { cwe: Vec::new(), threat: Some("T2".to_owned()), ..finding(None) }), ["T2"]);
}

#[test]
fn a_finding_that_a_check_names_belongs_to_the_threats_of_its_mitigation() {
    let found = Finding { cwe: Vec::new(), ..finding(Some("tools/a.py")) };
    let analysis = with(vec![Report { findings: vec![found], ..report(ReportKind::Semgrep) }], &[]);
    assert_eq!(analysis.evidence.as_ref().unwrap().findings[0].threats, ["T1"]);
}

#[test]
fn only_findings_that_stand_raise_a_threat() {
    let rated = |status: FindingStatus, severity: FindingSeverity| {
        let found = Finding { status, severity, ..finding(Some("web/a.py")) };
        let analysis = with(vec![Report { findings: vec![found], ..report(ReportKind::Sarif) }], &[]);
        (threat(&analysis, "T1").rating.likelihood, threat(&analysis, "T1").residual.current)
    };
    assert_eq!(rated(FindingStatus::Open, FindingSeverity::High), (Some(5), Some(15)));
    assert_eq!(rated(FindingStatus::Open, FindingSeverity::Low), (Some(4), Some(12)));
    assert_eq!(rated(FindingStatus::Open, FindingSeverity::Info), (Some(3), Some(9)));
    assert_eq!(rated(FindingStatus::Suppressed, FindingSeverity::High), (Some(3), Some(9)));
}

#[test]
fn the_latest_statement_about_a_package_settles_its_findings() {
    let found = Finding { package: Some("a".to_owned()), version: Some("1".to_owned()), cwe: Vec::new(), ..finding(None) };
    let scan = Report { findings: vec![found], ..report(ReportKind::Osv) };
    let says = |taken: i64, product: &str, state: StatementState| Report {
        taken: Some(taken),
        statements: vec![Statement {
            ids: vec!["cve-1".to_owned()],
            products: vec![product.to_owned()],
            state,
            because: Some("unused".to_owned()),
        }],
        ..report(ReportKind::Vex)
    };
    let status = |reports: Vec<Report>| with(reports, &[]).evidence.unwrap().findings[0].finding.status;
    let not = || says(1, "pkg:npm/a@1", StatementState::NotAffected);
    assert_eq!(status(vec![scan.clone(), not()]), FindingStatus::NotAffected);
    assert_eq!(status(vec![scan.clone(), not(), says(2, "pkg:npm/a", StatementState::Affected)]), FindingStatus::Open);
    assert_eq!(status(vec![scan.clone(), says(1, "pkg:npm/b@1", StatementState::NotAffected)]), FindingStatus::Open);
    assert_eq!(status(vec![scan.clone(), says(1, "pkg:npm/a@2", StatementState::NotAffected)]), FindingStatus::Open);
    assert_eq!(status(vec![scan, says(1, "pkg:npm/a@1", StatementState::Fixed)]), FindingStatus::Fixed);
}
