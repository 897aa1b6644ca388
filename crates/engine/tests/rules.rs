//! The packs, held to their own examples and to what is promised of every rule.
//!
//! Nothing here knows a single rule: each test holds for all files of `rules/`.

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use redan_engine::rule::SubjectKind;
use redan_engine::{Analysis, Context, Knowledge, Policy, Status, analyse, examples};
use redan_model::lang::{Linddun, Stride};

use support::{knowledge, yaml};

fn analysis(knowledge: &Knowledge, text: &str) -> Result<Analysis, String> {
    let loaded = redan_model::load_text("example.tm.yaml", text, &knowledge.vocabulary());
    if !loaded.is_valid() {
        let messages: Vec<&str> = loaded.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.message.as_str()).collect();
        return Err(format!("does not load: {}", messages.join("; ")));
    }
    let context = Context::on(jiff::civil::date(2026, 1, 1));
    Ok(analyse(&loaded.model, knowledge, &Policy::default(), &context))
}

#[test]
fn every_rule_does_what_its_examples_say() {
    let knowledge = knowledge();
    let context = Context::on(jiff::civil::date(2026, 1, 1));
    let mut out = String::new();
    for rule in &knowledge.rules {
        for failure in examples::failures(&knowledge, rule, &context) {
            let _ = writeln!(out, "{}: {failure}", rule.id);
        }
    }
    assert_eq!(out, "");
}

#[test]
fn ids_are_unique_and_the_names_of_their_files() {
    let mut ids: Vec<String> = knowledge().rules.into_iter().map(|rule| format!("rules/{}/{}.yaml", rule.pack, rule.id)).collect();
    let files: Vec<String> = yaml("rules").into_iter().map(|(name, _)| name).filter(|name| !name.ends_with("/pack.yaml")).collect();
    ids.sort();
    assert_eq!(ids, files);
    let unique: BTreeSet<&str> = ids.iter().filter_map(|path| path.rsplit('/').next()).collect();
    assert_eq!(unique.len(), ids.len());
}

#[test]
fn every_rule_says_why_and_how_to_stop_it() {
    let faults: Vec<String> = knowledge()
        .rules
        .iter()
        .filter(|rule| {
            !(40..=120).contains(&rule.why.split_whitespace().count())
                || !rule.fix.split_whitespace().collect::<Vec<_>>().join(" ").contains("To check")
        })
        .map(|rule| rule.id.clone())
        .collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn every_kind_of_element_is_looked_at_for_its_stride_categories() {
    use Stride::{
        DenialOfService as D, ElevationOfPrivilege as E, InformationDisclosure as I, Repudiation as R, Spoofing as S, Tampering as T,
    };
    let knowledge = knowledge();
    let cells: [(SubjectKind, &[Stride]); 5] = [
        (SubjectKind::Actor, &[S, R]),
        (SubjectKind::External, &[S, R]),
        (SubjectKind::Process, &[S, T, R, I, D, E]),
        (SubjectKind::Store, &[T, R, I, D]),
        (SubjectKind::Flow, &[T, I, D]),
    ];
    for (kind, categories) in cells {
        for category in categories {
            assert!(
                knowledge.rules.iter().any(|rule| rule.on.contains(&kind) && rule.stride.contains(category)),
                "nothing looks at {kind:?} for {category:?}"
            );
        }
    }
    assert!(knowledge.rules.iter().filter(|rule| !rule.linddun.is_empty()).count() >= 3);
}

/// A model with one element of which nothing is stated, and answers to the questions asked so far.
fn bare(kind: &str, answers: &[(String, &str)]) -> String {
    let mut text = format!("redan: 1\nname: Bare\nelements:\n  thing:\n    kind: {kind}\n");
    for (place, indent) in [("thing.controls.", "    "), ("model.controls.", "")] {
        let here: Vec<String> = answers.iter().filter_map(|(id, value)| Some(format!("{}: {value}", id.strip_prefix(place)?))).collect();
        if !here.is_empty() {
            let _ = writeln!(text, "{indent}controls: {{{}}}", here.join(", "));
        }
    }
    text
}

/// Answers every question about a control until none is left.
fn answered(knowledge: &Knowledge, kind: &str, safe: bool) -> (BTreeSet<String>, Analysis) {
    let mut answers: Vec<(String, &str)> = Vec::new();
    let mut asked = BTreeSet::new();
    loop {
        let analysis = analysis(knowledge, &bare(kind, &answers)).expect("a bare element is a valid model");
        let next: Vec<_> = analysis.questions.iter().filter(|q| q.path.starts_with("controls.")).collect();
        if next.is_empty() {
            return (asked, analysis);
        }
        for question in next {
            let answer = if safe { question.safe } else { question.unsafe_ };
            answers.push((question.id.clone(), answer.expect("a control has a safe and an unsafe answer")));
            asked.extend(question.settles.iter().map(|ix| analysis.threats[ix.0 as usize].id.clone()));
        }
    }
}

#[test]
fn a_bare_element_is_only_asked_about() {
    let knowledge = knowledge();
    for kind in ["actor", "external", "process", "store"] {
        let bare = analysis(&knowledge, &bare(kind, &[])).expect("a bare element is a valid model");
        assert_eq!(bare.count(Status::Open), 0, "{kind}");
        assert!(!bare.questions.is_empty(), "{kind}");
    }
}

#[test]
fn safe_answers_about_a_bare_element_open_nothing_and_unsafe_ones_open_what_asked() {
    let knowledge = knowledge();
    for kind in ["actor", "external", "process", "store"] {
        let (_, safe) = answered(&knowledge, kind, true);
        assert_eq!(safe.count(Status::Open), 0, "{kind}");
        let (asked, analysis) = answered(&knowledge, kind, false);
        let open: BTreeSet<String> = analysis.threats.iter().filter(|t| t.status == Status::Open).map(|t| t.id.clone()).collect();
        assert_eq!(asked, open, "{kind}");
        assert!(!asked.is_empty(), "{kind}");
    }
}

/// The guide's login: its six STRIDE examples, and T1 to T5 of its mini example.
const LOGIN: &[&str] = &[
    "credential-brute-force@auth",
    "token-forgery@auth",
    "missing-admin-audit-log@auth",
    "verbose-errors@web-app",
    "resource-exhaustion@auth",
    "missing-server-side-authorization@auth",
    "password-reset-token-leak@auth",
    "session-fixation@web-app",
    "cross-site-request-forgery@web-app",
    "open-redirect@web-app",
    "sql-injection@auth",
    "public-object-store@object-store",
    "resource-exhaustion@web-app",
];

#[test]
fn the_threats_of_the_guide_are_found_in_its_login() {
    let knowledge = knowledge();
    let text = "redan: 1
name: Web login
assets:
  user-credentials: {data: [credentials], confidentiality: high, integrity: medium, availability: low}
  session-token: {data: [credentials], confidentiality: high, integrity: high, availability: medium}
  uploaded-files: {confidentiality: {is: depends, because: users could upload PII}, integrity: high, availability: medium}
zones:
  internet: {trust: untrusted}
  edge: {trust: partner, kind: network}
  internal: {trust: trusted, kind: network}
  payment-provider: {trust: external, kind: organisation}
elements:
  browser: {kind: actor, zone: internet}
  web-app: {kind: process, tech: web-application, zone: edge}
  auth: {kind: process, tech: identity-provider, zone: internal}
  user-db: {kind: store, tech: sql-database, zone: internal, holds: [user-credentials]}
  file-service: {kind: process, tech: file-service, zone: internal}
  object-store: {kind: store, tech: object-storage, zone: internal, holds: [uploaded-files]}
  payments: {kind: external, tech: payment-gateway, zone: payment-provider}
flows:
  visit: browser -> web-app over https carrying user-credentials returning session-token
  login: web-app -> auth over https carrying user-credentials returning session-token
  validate: auth -> user-db over sql carrying user-credentials
  upload: web-app -> file-service over https carrying uploaded-files
  store: file-service -> object-store over https carrying uploaded-files
  pay: web-app -> payments over https
";
    let analysis = analysis(&knowledge, text).expect("the model is valid");
    let missing: Vec<&&str> =
        LOGIN.iter().filter(|id| !analysis.threat(id).is_some_and(|t| matches!(t.status, Status::Open | Status::Question))).collect();
    assert_eq!(missing, Vec::<&&str>::new());
    assert_eq!(analysis.count(Status::Open), 0, "nothing is open before anybody has answered");
}

#[test]
fn a_building_has_no_network_threats() {
    let knowledge = knowledge();
    let text = "redan: 1
name: Office
zones: {street: {trust: untrusted}, office: {trust: internal}}
assets: {files: {confidentiality: high, integrity: high, availability: high}}
elements:
  visitor: {kind: actor, zone: street}
  desk: {kind: process, tech: reception-desk, zone: office}
  door: {kind: process, tech: badge-reader, zone: office}
  archive: {kind: store, tech: paper-archive, zone: office, holds: [files]}
flows:
  come: visitor -> desk over in-person carrying files
  enter: visitor -> door over badge carrying files
  file: desk -> archive over carried carrying files
";
    let network = [
        "unencrypted-flow-across-boundary",
        "unauthenticated-flow",
        "altered-message",
        "impostor-receiver",
        "replayed-message",
        "resource-exhaustion",
        "verbose-errors",
        "missing-input-validation",
        "over-privileged-process",
        "unencrypted-store",
        "missing-segmentation",
        "volumetric-flood",
        "unfiltered-web-traffic",
        "secrets-in-code",
        "vulnerable-dependency",
        "sql-injection",
    ];
    let analysis = analysis(&knowledge, text).expect("the model is valid");
    let found: BTreeSet<&str> = analysis.threats.iter().filter_map(|threat| threat.id.split('@').next()).collect();
    assert_eq!(network.iter().filter(|id| found.contains(**id)).collect::<Vec<_>>(), Vec::<&&str>::new());
    for id in ["tailgating", "cloned-badge", "lost-badge", "unlogged-entry", "stolen-papers", "impostor-at-handover"] {
        assert!(found.contains(id), "{id}");
    }
}

#[test]
fn every_pack_has_rules_enough_and_a_reason_for_every_category_without_one() {
    let knowledge = knowledge();
    let categories: Vec<&str> =
        Stride::ALL.iter().map(|category| category.as_str()).chain(Linddun::ALL.iter().map(|category| category.as_str())).collect();
    let mut faults = Vec::new();
    for pack in &knowledge.packs {
        let rules: Vec<_> = knowledge.rules.iter().filter(|rule| rule.pack == pack.id).collect();
        if rules.len() < 8 {
            faults.push(format!("{} has {} rules", pack.id, rules.len()));
        }
        for category in &categories {
            let looked_for = rules.iter().any(|rule| {
                let mut words = rule.stride.iter().map(|c| c.as_str()).chain(rule.linddun.iter().map(|c| c.as_str()));
                words.any(|word| word == *category)
            });
            if looked_for == pack.without.contains_key(*category) {
                faults.push(format!("{} x {category} has {}", pack.id, if looked_for { "both" } else { "neither" }));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}
