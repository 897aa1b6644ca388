//! Each demand of a policy is raised where a model falls short of it, and quiet where it does not.

use jiff::civil::date;
use redan_model::{SourceId, load_text};

use super::*;
use crate::{Context, Policy};

const SHOP: &str = "
redan: 1
name: Shop
owner: ana
assets:
  orders: {confidentiality: high}
zones: {internet: {trust: untrusted}, inside: {trust: trusted}}
elements:
  user: {kind: actor, zone: internet}
  web: {kind: process, tech: web-application, zone: inside, controls: {audit-log: yes}}
  db: {kind: store, tech: sql-database, zone: inside, holds: [orders], controls: {encryption-at-rest: no}}
flows:
  order: {from: user, to: web, protocol: https, carries: [orders]}
threats:
  T1: {title: Bad, on: [web], likelihood: 4, impact: 5, identified: 2026-01-01, owner: ana}
  T2: {title: Not as bad, on: [db], likelihood: 3, impact: 3}
mitigations:
  fix: {title: Fix it, owner: bo}
";

fn breaches_of(gate: &Gate) -> Vec<Breach> {
    let knowledge = Knowledge::embedded();
    let loaded = load_text("shop.tm.yaml", SHOP, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    let policy = Policy { gate: gate.clone(), ..Policy::default() };
    let today = date(2026, 2, 1);
    let analysis = crate::analyse(&loaded.model, &knowledge, &policy, &Context::on(today));
    let rules = compile(gate, &knowledge.catalogue).expect("the rules are right");
    breaches(&loaded.model, &knowledge, gate, &rules, &analysis, today)
}

fn messages(gate: &Gate) -> Vec<String> {
    breaches_of(gate).into_iter().map(|breach| breach.message).collect()
}

fn rule(on: SubjectKind, require: &str) -> PolicyRule {
    PolicyRule {
        id: "house-rule".to_owned(),
        on: vec![on],
        require: require.to_owned(),
        require_at: Span::new(SourceId(0), 0, 0),
        message: "it has to be so".to_owned(),
        consequence: Consequence::Fail,
        exemptions: Vec::new(),
    }
}

fn with_rule(rule: PolicyRule) -> Gate {
    Gate { rules: vec![rule], ..Gate::default() }
}

#[test]
fn the_default_asks_for_nothing() {
    assert_eq!(messages(&Gate::default()), Vec::<String>::new());
}

#[test]
fn a_limit_counts_the_threats_of_a_band_and_a_status() {
    let limit = |most| Gate { limits: vec![Limit { status: Status::Open, band: Band::Critical, most }], ..Gate::default() };
    let count = messages(&limit(0))[0].split(' ').next().and_then(|count| count.parse::<usize>().ok()).expect("a number");
    assert!(messages(&limit(count)).is_empty());
    assert_eq!(messages(&limit(count - 1)).len(), 1);
}

#[test]
fn an_open_threat_is_overdue_when_its_days_are_over() {
    let levels = |days| Gate { service_levels: [Some(days), Some(1), Some(1), Some(1)], ..Gate::default() };
    assert!(messages(&levels(31)).is_empty());
    let late = breaches_of(&levels(30));
    assert_eq!(late.len(), 1);
    assert!(late[0].message.starts_with("T1 (P0) is open for 31 days, since 2026-01-01; 30 are allowed"), "{late:?}");
    let warned = Gate { overdue: Consequence::Warn, ..levels(30) };
    assert_eq!(breaches_of(&warned)[0].consequence, Consequence::Warn);
}

#[test]
fn a_required_field_is_missed_where_it_is_not_written() {
    let required = |section: &str, field: &str| Gate {
        required: vec![Required { section: section.to_owned(), field: field.to_owned() }],
        ..Gate::default()
    };
    assert!(messages(&required("mitigations", "owner")).is_empty());
    let missing = breaches_of(&required("threats", "owner"));
    assert_eq!(missing.iter().map(|breach| breach.key.as_str()).collect::<Vec<_>>(), ["threats.T2.owner"]);
    assert!(missing[0].at.is_some());
    assert!(messages(&required("model", "owner")).is_empty());
    assert_eq!(messages(&required("model", "scope.target")), ["the model does not say `scope.target`"]);
}

#[test]
fn a_lint_fails_when_the_policy_names_it() {
    let named = |code| Gate { lints: vec![lint_code(code).expect("a lint")], ..Gate::default() };
    assert!(messages(&named("mitigation-without-owner")).is_empty());
    assert!(messages(&named("mitigation-without-due")).iter().all(|message| message.ends_with("[mitigation-without-due]")));
    assert!(!messages(&named("no-prioritisation")).iter().any(|message| message.contains("mitigation")));
    assert!(!messages(&named("one-time-checklist")).is_empty());
}

#[test]
fn a_rule_is_kept_broken_or_waits_for_facts() {
    assert!(messages(&with_rule(rule(SubjectKind::Process, "element.controls.audit_log"))).is_empty());
    let broken = messages(&with_rule(rule(SubjectKind::Store, "element.controls.encryption_at_rest")));
    assert_eq!(broken, ["db: it has to be so [house-rule]"]);
    let unsaid = messages(&with_rule(rule(SubjectKind::Store, "element.controls.backup")));
    assert!(unsaid[0].contains("nobody has said db."), "{unsaid:?}");
}

#[test]
fn an_exemption_holds_until_its_day_and_is_reported_after_it() {
    let exempt = |until, require: &str| {
        let exemption = Exemption { subject: "db".to_owned(), owner: "ana".to_owned(), reason: "it goes away".to_owned(), until };
        with_rule(PolicyRule { exemptions: vec![exemption], ..rule(SubjectKind::Store, require) })
    };
    assert!(messages(&exempt(date(2026, 2, 1), "element.controls.encryption_at_rest")).is_empty());
    let over = breaches_of(&exempt(date(2026, 1, 31), "element.controls.encryption_at_rest"));
    assert_eq!((over[0].reason, over[0].consequence), ("expired-exemption", Consequence::Fail));
    assert!(over[0].message.ends_with("the exemption by ana ended on 2026-01-31"), "{over:?}");
    let needless = breaches_of(&exempt(date(2026, 1, 31), "element.controls.encryption_at_rest || true"));
    assert_eq!((needless[0].reason, needless[0].consequence), ("expired-exemption", Consequence::Warn));
}

#[test]
fn what_is_wrong_with_a_rule_has_its_place_and_a_near_name() {
    let gate = with_rule(rule(SubjectKind::Store, "element.controls.encryption_at_rset"));
    let knowledge = Knowledge::embedded();
    let (_, error) = compile(&gate, &knowledge.catalogue).expect_err("no such control").remove(0);
    assert!(error.range.start > 0 && error.help.as_deref().is_some_and(|help| help.contains("encryption")), "{error:?}");
}

#[test]
fn a_fault_has_the_same_name_on_another_day() {
    let aged = |days| fault_key(&Diagnostic::unplaced("one-time-checklist", format!("last reviewed {days} days ago")));
    assert_eq!(aged(99), aged(100));
    assert_ne!(aged(99), fault_key(&Diagnostic::unplaced("one-time-checklist", "no review is recorded")));
    let about = Diagnostic::unplaced("stale-answer", "no longer needed").about("T1");
    assert_eq!(fault_key(&about), "stale-answer@T1");
}
