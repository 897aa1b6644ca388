//! The ten items of the guide's checklist: each one can be done, and each notices when its part is not there.

use std::collections::BTreeSet;

use jiff::civil::date;
use redan_engine::checklist::{ChecklistItem, History, ItemState, Surroundings, checklist, issues_of};
use redan_engine::{Context, Knowledge, Policy, analyse};
use redan_model::load_text;

/// A model with everything that the list asks for. Without rules, so that what is stated is all that there is.
const COMPLETE: &str = "
redan: 1
id: shop
name: Shop
version: 1.2.0
scope:
  target: shop.example
  in: [login]
  out: {payment: reviewed by its vendor}
  approved: {by: ana, on: 2026-01-01}
assets:
  orders: {confidentiality: medium, integrity: medium, availability: low}
zones: {inside: {trust: trusted}}
elements:
  shop: {kind: process, zone: inside}
  db: {kind: store, zone: inside, holds: [orders]}
flows: {keep: shop -> db}
threats:
  T1: {title: Stuffing, on: [shop], stride: [spoofing], likelihood: 4, impact: 5, mitigations: [limit]}
mitigations:
  limit:
    title: Limit
    owner: ana
    status: planned
    acceptance: [{text: Five a minute, verify: [{junit: login.Limit, at: ci}]}]
diagrams:
  all: {level: 0}
  login: {level: 1, of: [shop]}
reviews:
  test: {kind: pen-test, state: planned, on: 2026-06-01}
";

fn around() -> Surroundings {
    let history = Some(History { commits: 3, unversioned: Vec::new() });
    Surroundings { history, issues: Some(BTreeSet::from(["mitigate/limit".to_owned()])) }
}

fn items(text: &str, around: &Surroundings) -> [ChecklistItem; 10] {
    let knowledge = Knowledge::embedded();
    let loaded = load_text("shop.tm.yaml", text, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    let mut analysis = analyse(&loaded.model, &knowledge, &Policy::default(), &Context::on(date(2026, 2, 1)));
    analysis.threats.retain(|threat| threat.id == "T1");
    analysis.questions.clear();
    checklist(&loaded.model, &analysis, around)
}

/// Where an item stands once a part of the model is another.
#[track_caller]
fn state(at: usize, old: &str, new: &str) -> ItemState {
    assert!(COMPLETE.contains(old), "{old}");
    items(&COMPLETE.replacen(old, new, 1), &around())[at - 1].state
}

#[test]
fn all_ten_items_can_be_done() {
    let items = items(COMPLETE, &around());
    let undone: Vec<_> = items.iter().filter(|item| item.state != ItemState::Done).collect();
    assert!(undone.is_empty(), "{undone:#?}");
}

#[test]
fn each_item_notices_what_is_missing() {
    use ItemState::{Missing, Partial};
    assert_eq!(state(1, "  approved: {by: ana, on: 2026-01-01}\n", ""), Partial);
    assert_eq!(state(2, "  all: {level: 0}\n", ""), Partial);
    assert_eq!(state(2, "  login: {level: 1, of: [shop]}\n", ""), Partial);
    assert_eq!(state(3, "{trust: trusted}", "{kind: network}"), Partial);
    assert_eq!(state(3, "integrity: medium, ", ""), Partial);
    assert_eq!(state(5, "likelihood: 4, impact: 5, ", ""), Missing);
    assert_eq!(state(6, ", mitigations: [limit]", ""), Partial);
    assert_eq!(state(7, "    owner: ana\n", ""), Partial);
    assert_eq!(state(8, ", at: ci", ""), Missing);
    assert_eq!(state(9, "kind: pen-test, state: planned", "kind: pen-test, state: cancelled"), Missing);
    assert_eq!(state(10, "version: 1.2.0\n", ""), Partial);
}

#[test]
fn a_method_that_was_not_run_everywhere_is_not_done() {
    let knowledge = Knowledge::embedded();
    let loaded = load_text("shop.tm.yaml", COMPLETE, &knowledge.vocabulary());
    let analysis = analyse(&loaded.model, &knowledge, &Policy::default(), &Context::on(date(2026, 2, 1)));
    let waiting = &checklist(&loaded.model, &analysis, &around())[3];
    assert_eq!(waiting.state, ItemState::Partial, "questions wait for an answer: {waiting:?}");
}

#[test]
fn issues_are_known_only_from_the_file_that_remembers_them() {
    let of = |issues: Option<&[&str]>| {
        let issues = issues.map(|issues| issues.iter().map(|task| (*task).to_owned()).collect());
        items(COMPLETE, &Surroundings { issues, ..around() })[6].clone()
    };
    assert_eq!(of(None).state, ItemState::NotRecorded);
    let without = of(Some(&["mitigate/other"]));
    assert_eq!((without.state, without.missing), (ItemState::Partial, vec!["an issue: mitigate/limit".to_owned()]));
    assert_eq!(of(Some(&["mitigate/limit"])).state, ItemState::Done);
}

#[test]
fn tasks_with_issues_are_read_from_their_file() {
    let text = "# ours\nversion: 1\nissues:\n  'github a/b':\n    'shop/mitigate/limit': '7'\n    'shop/decide/T2': '8'\n";
    let tasks: Vec<String> = issues_of(text).expect("it is such a file").into_iter().collect();
    assert_eq!(tasks, ["decide/T2", "mitigate/limit"]);
    assert_eq!(issues_of("version: 1\nissues: {}\n"), Some(BTreeSet::new()));
    assert_eq!(issues_of("- nothing of the kind"), None);
}

#[test]
fn a_version_goes_with_the_architecture_and_a_file_with_its_history() {
    let of = |history: Option<History>| items(COMPLETE, &Surroundings { history, ..around() })[9].clone();
    assert_eq!(of(None).state, ItemState::Partial);
    let changed = of(Some(History { commits: 2, unversioned: vec!["elements.db".to_owned()] }));
    assert_eq!(changed.state, ItemState::Partial);
    assert!(changed.missing[0].contains("elements.db"), "{changed:?}");
}
