//! Explanations in plain words: every condition of every rule is a sentence that names what it is about.

mod support;

use redan_engine::examples::Shows;
use redan_engine::expr::schema::{FIELDS, Say, Type};
use redan_engine::{Context, Knowledge, Policy, analyse, explain};
use redan_model::load_text;

fn today() -> Context {
    Context::on(jiff::civil::date(2025, 11, 11))
}

fn sentences(text: &str, id: &str) -> Vec<String> {
    let (knowledge, policy) = (Knowledge::embedded(), Policy::default());
    let loaded = load_text("m.tm.yaml", text, &knowledge.vocabulary());
    let analysis = analyse(&loaded.model, &knowledge, &policy, &today());
    let explanation = explain(&loaded.model, &knowledge, &policy, &today(), &analysis, id).expect("the threat exists");
    explanation.atoms.into_iter().map(|atom| atom.sentence).collect()
}

const SHOP: &str = "redan: 1
name: Shop
zones: {internet: {trust: untrusted}, inside: {trust: internal}}
elements:
  browser: {kind: actor, zone: internet}
  web-app: {kind: process, name: Web App, zone: inside, tech: web-application, traits: {queries-database: yes}}
  user-db: {kind: store, zone: inside, tech: sql-database}
flows:
  visit: browser -> web-app over https
  read: web-app -> user-db over sql
";

#[test]
fn conditions_name_the_things_and_values_that_decide() {
    let said = sentences(SHOP, "sql-injection@web-app");
    for expected in [
        "Data from Browser reaches Web App, and the trust in Browser is 0, below 50",
        "Web App does build database queries from what it is sent",
        "The flow from Web App to User DB starts at Web App, and the technology of User DB is Relational database",
    ] {
        assert!(said.iter().any(|sentence| sentence == expected), "{expected}: {said:#?}");
    }
}

#[test]
fn each_field_has_a_phrase_of_its_type() {
    for spec in FIELDS {
        let fits = match spec.say {
            Say::Value(phrase) => phrase.contains("{}") && matches!(spec.ty, Type::Number | Type::Level | Type::Text | Type::Thing(_)),
            Say::Flag(yes, no) => yes.contains("{}") && no.contains("{}") && spec.ty == Type::Bool,
            Say::Member(phrase) => phrase.contains("{}") && phrase.contains("{member}") && matches!(spec.ty, Type::Things(_) | Type::Texts),
        };
        assert!(fits, "{:?} {}", spec.of, spec.name);
    }
}

#[test]
fn no_rule_shows_its_expression_instead_of_a_sentence() {
    let (knowledge, policy) = (support::knowledge(), Policy::default());
    let (mut seen, mut bare) = (0, std::collections::BTreeSet::new());
    for rule in &knowledge.rules {
        for text in Shows::Raises.of(&rule.examples).iter().chain(Shows::Asks.of(&rule.examples)) {
            let loaded = load_text("m.tm.yaml", text, &knowledge.vocabulary());
            let analysis = analyse(&loaded.model, &knowledge, &policy, &today());
            for threat in analysis.threats.iter().filter(|threat| threat.id.starts_with(&format!("{}@", rule.id))) {
                let explanation = explain(&loaded.model, &knowledge, &policy, &today(), &analysis, &threat.id).expect("it exists");
                for atom in explanation.atoms {
                    if atom.sentence.is_empty() || atom.sentence.contains(['`', '{']) {
                        bare.insert(format!("{}: {} -> {}", rule.id, atom.text, atom.sentence));
                    }
                    seen += 1;
                }
                assert!(explanation.changes.iter().all(|change| !change.sentence.is_empty()), "{}", threat.id);
            }
        }
    }
    assert!(bare.is_empty(), "{bare:#?}");
    assert!(seen > 150, "{seen}");
}

#[test]
fn titles_do_not_bend_verbs_to_a_name() {
    let verbs = [
        "is", "has", "does", "opens", "stays", "tells", "holds", "carries", "gets", "uses", "works", "sends", "trusts", "believes", "stops",
    ];
    for rule in &Knowledge::embedded().rules {
        for place in ["{subject} ", "{source} ", "{target} "] {
            let next = rule.title.strip_prefix(place).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
            assert!(!verbs.contains(&next), "{}: {}", rule.id, rule.title);
        }
        assert!(!rule.title.ends_with(" it") && !rule.title.contains(" its way"), "{}: {}", rule.id, rule.title);
    }
}
