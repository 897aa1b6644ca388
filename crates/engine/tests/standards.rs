//! Models against public lists: every entry of a taxonomy has one verdict, every requirement says where its controls
//! stand.

mod support;

use redan_engine::compliance::{Met, requirements};
use redan_engine::rule::Rule;
use redan_engine::taxonomy::{Verdict, reconcile};
use redan_engine::{Analysis, Context, Knowledge, Policy, analyse};
use redan_model::{Loaded, Thing, load_text};

use support::knowledge;

const SHOP: &str = "redan: 1
name: Shop
scope:
  out:
    Supply chain: bought and looked after by the platform team
zones: {internet: {trust: untrusted}, inside: {trust: internal}}
elements:
  client: {kind: actor, zone: internet}
  app: {kind: process, zone: inside, tech: web-application, traits: {redirects: no, accepts-uploads: yes}, controls: {output-encoding: {is: yes, evidence: templates escape}, mfa: no}}
  db: {kind: store, zone: inside, tech: sql-database}
flows:
  call: client -> app over https
  query: app -> db over sql
threats:
  unrestricted-upload@app: {status: not-applicable, because: The form for files is switched off}
";

fn read(knowledge: &Knowledge) -> (Loaded, Analysis) {
    let loaded = load_text("shop.tm.yaml", SHOP, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    let context = Context::on(jiff::civil::date(2026, 1, 1));
    let analysis = analyse(&loaded.model, knowledge, &Policy::default(), &context);
    (loaded, analysis)
}

fn verdict(knowledge: &Knowledge, taxonomy: &str, id: &str) -> Verdict {
    let (loaded, analysis) = read(knowledge);
    let entries = reconcile(&loaded.model, knowledge, &analysis, &knowledge.catalogue.taxonomies[taxonomy]);
    entries.into_iter().find(|entry| entry.id == id).expect("the entry is in the list").verdict
}

#[test]
fn an_entry_that_threats_are_about_is_covered_by_them() {
    let knowledge = knowledge();
    let (_, analysis) = read(&knowledge);
    let Verdict::Covered(threats) = verdict(&knowledge, "cwe-top-25", "79") else { panic!("scripts in pages are a threat of the shop") };
    let ids: Vec<&str> = threats.iter().map(|ix| analysis.threats[ix.0 as usize].id.as_str()).collect();
    assert!(ids.contains(&"cross-site-scripting@app"), "{ids:?}");
}

#[test]
fn an_entry_whose_threats_are_all_ruled_out_does_not_apply_for_the_reason_that_is_written() {
    let Verdict::NotApplicable(reasons) = verdict(&knowledge(), "cwe-top-25", "434") else { panic!("uploads are ruled out") };
    assert_eq!(reasons[0], "unrestricted-upload@app: The form for files is switched off");
}

#[test]
fn an_entry_that_no_rule_finds_anything_for_says_where_it_looked() {
    let Verdict::NotApplicable(reasons) = verdict(&knowledge(), "owasp-llm-top-10", "LLM01:2025") else { panic!("there is no model") };
    assert!(
        reasons
            .iter()
            .any(|reason| reason == "prompt-injection: what it needs does not hold for the one of the external systems or processes"),
        "{reasons:?}"
    );
}

#[test]
fn an_entry_that_the_scope_leaves_out_does_not_apply() {
    let knowledge = Knowledge { rules: Vec::new(), ..knowledge() };
    let expected = Verdict::NotApplicable(vec!["left out of the scope: bought and looked after by the platform team".to_owned()]);
    assert_eq!(verdict(&knowledge, "owasp-llm-top-10", "LLM03:2025"), expected);
}

#[test]
fn without_rules_everything_else_was_not_considered() {
    let knowledge = Knowledge { rules: Vec::new(), ..knowledge() };
    assert_eq!(verdict(&knowledge, "cwe-top-25", "89"), Verdict::NotConsidered);
}

#[test]
fn every_list_that_rules_are_compared_by_names_ids_that_exist() {
    let knowledge = knowledge();
    let lists = [("owasp-top-10", "owasp-top-10"), ("owasp-api", "owasp-api-top-10"), ("owasp-llm", "owasp-llm-top-10")];
    let mut strangers = Vec::new();
    for (list, taxonomy) in lists {
        let entries = &knowledge.catalogue.taxonomies[taxonomy].entries;
        let known = |id: &String| entries.iter().any(|(known, entry)| known == id || entry.also.contains(id));
        let cited = |rule: &Rule| rule.references.get(list).cloned().unwrap_or_default();
        strangers.extend(knowledge.rules.iter().flat_map(cited).filter(|id| !known(id)));
    }
    assert_eq!(strangers, Vec::<String>::new());
}

#[test]
fn a_requirement_says_where_its_controls_stand_and_why() {
    let knowledge = knowledge();
    let (loaded, analysis) = read(&knowledge);
    let found = requirements(&loaded.model, &knowledge, &analysis, "asvs");
    let named = |control: &str| {
        let ix = knowledge.catalogue.controls.get_index_of(control).expect("the control exists");
        let coverage = found.iter().flat_map(|requirement| &requirement.controls).find(|coverage| usize::from(coverage.control.0) == ix);
        coverage.expect("a requirement refers to it")
    };
    let encoding = &named("output-encoding").places;
    assert_eq!(encoding.iter().map(|at| at.evidence.as_deref()).collect::<Vec<_>>(), [Some("templates escape")]);
    assert!(encoding.iter().all(|at| matches!(at.place, Thing::Element(_))));
    let strong = found.iter().find(|requirement| requirement.controls.iter().any(|c| c.places == named("mfa").places)).expect("of mfa");
    assert_eq!(strong.met, Met::Missing);
}
