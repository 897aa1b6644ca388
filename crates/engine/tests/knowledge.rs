//! The catalogues and packs of this repository are complete and consistent, and faults in such files are reported
//! with their place and the nearest name.

mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use redan_engine::catalogue::{Catalogue, FAMILIES};
use redan_engine::knowledge::reference;
use redan_engine::rule::Counter;
use redan_engine::{Knowledge, KnowledgeError};

use support::{knowledge, yaml};

/// The ids that models use from the first day, with where each may be stated.
const CONTROLS: &[(&str, &str, &[&str])] = &[
    ("authentication", "client-authentication", &["flow", "target"]),
    ("authentication", "service-authentication", &["flow", "target"]),
    ("authentication", "mfa", &["element"]),
    ("authentication", "rate-limiting", &["element"]),
    ("authentication", "progressive-delay", &["element"]),
    ("authentication", "password-policy", &["element"]),
    ("authentication", "credential-stuffing-detection", &["element"]),
    ("authentication", "session-management", &["element"]),
    ("authorization", "access-control", &["element"]),
    ("authorization", "deny-by-default", &["element", "model"]),
    ("authorization", "role-based-access", &["element", "model"]),
    ("authorization", "server-side-authorization", &["element"]),
    ("authorization", "authorization-tests", &["element", "model"]),
    ("input-and-output", "input-validation", &["element"]),
    ("input-and-output", "parameterized-queries", &["element"]),
    ("input-and-output", "strict-schema", &["element", "flow"]),
    ("input-and-output", "allow-list-validation", &["element"]),
    ("input-and-output", "output-encoding", &["element"]),
    ("input-and-output", "csrf-protection", &["element"]),
    ("input-and-output", "safe-redirects", &["element"]),
    ("secrets", "secret-store", &["element", "model"]),
    ("secrets", "no-hard-coded-secrets", &["element", "model"]),
    ("secrets", "credential-rotation", &["asset"]),
    ("secrets", "key-least-privilege", &["asset", "element"]),
    ("encryption", "encryption-in-transit", &["flow"]),
    ("encryption", "encryption-at-rest", &["process", "store"]),
    ("encryption", "key-management", &["element", "model"]),
    ("encryption", "message-integrity", &["flow"]),
    ("logging", "audit-log", &["element", "model"]),
    ("logging", "log-integrity", &["store"]),
    ("logging", "anomaly-detection", &["element", "model"]),
    ("logging", "log-retention", &["store", "model"]),
    ("logging", "no-secrets-in-logs", &["element", "model"]),
    ("isolation", "network-segmentation", &["zone"]),
    ("isolation", "waf", &["zone"]),
    ("isolation", "sandboxing", &["element", "model"]),
    ("isolation", "least-privilege", &["element", "model"]),
    ("supply-chain", "dependency-pinning", &["element", "model"]),
    ("supply-chain", "dependency-scanning", &["element", "model"]),
    ("supply-chain", "reproducible-builds", &["element", "model"]),
    ("supply-chain", "signed-artifacts", &["element", "model"]),
    ("availability", "autoscaling", &["element"]),
    ("availability", "backpressure", &["element"]),
    ("availability", "circuit-breaker", &["element", "flow"]),
    ("availability", "redundancy", &["element"]),
    ("availability", "backup", &["store", "model"]),
    ("availability", "resource-limits", &["element"]),
    ("privacy", "data-minimization", &["asset", "flow"]),
    ("privacy", "retention-policy", &["asset", "store"]),
    ("privacy", "consent", &["asset"]),
    ("privacy", "pseudonymization", &["asset", "flow"]),
    ("privacy", "transparency", &["asset", "model"]),
];

/// The mitigation patterns that the guide lists by family, and the control that stands for each.
const GUIDE_PATTERNS: &[(&str, &str)] = &[
    ("rate limiting", "rate-limiting"),
    ("progressive delays", "progressive-delay"),
    ("MFA", "mfa"),
    ("password policy", "password-policy"),
    ("credential stuffing detection", "credential-stuffing-detection"),
    ("IP blocklist", "anti-automation"),
    ("deny-by-default", "deny-by-default"),
    ("role-based checks", "role-based-access"),
    ("enforce server-side checks", "server-side-authorization"),
    ("test with fuzzers", "authorization-tests"),
    ("parameterized queries", "parameterized-queries"),
    ("strict schemas", "strict-schema"),
    ("allow-list validation", "allow-list-validation"),
    ("output encoding", "output-encoding"),
    ("use vaults", "secret-store"),
    ("no hard-coded secrets", "no-hard-coded-secrets"),
    ("rotate keys", "credential-rotation"),
    ("least privilege for keys", "key-least-privilege"),
    ("TLS everywhere", "encryption-in-transit"),
    ("encrypt sensitive data at rest", "encryption-at-rest"),
    ("KMS", "key-management"),
    ("structured audit logs", "audit-log"),
    ("anomaly detection", "anomaly-detection"),
    ("retention policies of logs", "log-retention"),
    ("network segmentation", "network-segmentation"),
    ("container sandboxing", "sandboxing"),
    ("least privileged services", "least-privilege"),
    ("pin dependencies", "dependency-pinning"),
    ("SCA for vulnerable libraries", "dependency-scanning"),
    ("reproducible builds", "reproducible-builds"),
    ("autoscaling", "autoscaling"),
    ("backpressure", "backpressure"),
    ("rate limits", "rate-limiting"),
    ("circuit breakers", "circuit-breaker"),
    ("data minimization", "data-minimization"),
    ("retention policies of data", "retention-policy"),
    ("consent capture", "consent"),
];

const PROTOCOLS: &str = "https http sql ssh smtp ldap ldaps amqp amqps kafka mqtt mqtts grpc ws wss dns ftp sftp nfs smb rdp \
    in-person courier phone post badge";
const TECHNOLOGIES: &str = "browser mobile-app web-application api-gateway identity-provider sql-database nosql-database object-storage \
    message-queue cache secrets-vault load-balancer container-platform serverless-function build-pipeline source-repository llm \
    vector-store file-server workstation badge-reader safe paper-archive";
const DATA_CLASSES: &str = "credentials keys pii phi payment financial ip logs location public biometric children usage \
    pseudonymous";

fn catalogue() -> Catalogue {
    Knowledge::from_files(&yaml("catalogue")).unwrap_or_else(|errors| panic!("{}", lines(&errors))).catalogue
}

fn lines(errors: &[KnowledgeError]) -> String {
    errors.iter().map(|error| format!("{error}\n")).collect()
}

#[test]
fn embedded_knowledge_is_what_lies_knowledge() {
    let (embedded, disk) = (Knowledge::embedded(), knowledge());
    assert_eq!(embedded.packs, disk.packs);
    let rules = |knowledge: &Knowledge| {
        let bare = |rule: &redan_engine::rule::Rule| redan_engine::rule::Rule { examples: Default::default(), ..rule.clone() };
        knowledge.rules.iter().map(|rule| format!("{:?}", bare(rule))).collect::<Vec<_>>()
    };
    assert_eq!(rules(&embedded), rules(&disk));
    assert_eq!(format!("{:?}", embedded.catalogue), format!("{:?}", disk.catalogue));
}

#[test]
fn every_fixed_control_is_there_in_its_family_and_place() {
    let catalogue = catalogue();
    for (family, id, of) in CONTROLS {
        let control = catalogue.controls.get(*id).unwrap_or_else(|| panic!("no control `{id}`"));
        assert_eq!(control.family, *family, "{id}");
        assert_eq!(control.of.iter().map(|place| place.as_str()).collect::<Vec<_>>(), *of, "{id}");
    }
}

#[test]
fn every_mitigation_pattern_of_the_guide_has_a_control() {
    let catalogue = catalogue();
    for (pattern, id) in GUIDE_PATTERNS {
        assert!(catalogue.controls.contains_key(*id), "{pattern}");
    }
    for family in FAMILIES {
        assert!(catalogue.controls.values().any(|control| control.family == *family), "{family}");
    }
}

#[test]
fn every_fixed_technology_protocol_and_data_class_is_there() {
    let catalogue = catalogue();
    let missing =
        |words: &str, has: &dyn Fn(&str) -> bool| words.split_whitespace().filter(|word| !has(word)).map(str::to_owned).collect::<Vec<_>>();
    assert!(missing(TECHNOLOGIES, &|id| catalogue.technologies.contains_key(id)).is_empty());
    assert!(missing(PROTOCOLS, &|id| catalogue.protocols.contains_key(id)).is_empty());
    assert_eq!(catalogue.data_classes.keys().map(String::as_str).collect::<Vec<_>>().join(" "), DATA_CLASSES);
}

#[test]
fn every_question_is_one_sentence_about_its_subject() {
    let catalogue = catalogue();
    let controls = catalogue.controls.iter().map(|(id, control)| (id, &control.question, &control.hint));
    let traits = catalogue.traits.iter().map(|(id, t)| (id, &t.question, &t.hint));
    for (id, question, hint) in controls.chain(traits) {
        assert!(question.ends_with('?') && question.matches('?').count() == 1, "{id}: {question}");
        assert!(question.contains("{subject}") && question.len() < 160, "{id}: {question}");
        assert!(!hint.is_empty(), "{id}");
    }
}

#[test]
fn what_encrypts_also_names_itself_so_and_what_does_not_says_no() {
    let catalogue = catalogue();
    let index = catalogue.controls.get_index_of("encryption-in-transit").unwrap();
    let state = |protocol: &str| {
        let controls = &catalogue.protocols[protocol].controls;
        controls.iter().find(|(ix, _)| usize::from(ix.0) == index).map(|(_, state)| state.as_str())
    };
    let states = ["https", "sftp", "mqtts", "http", "ftp", "telnet", "sql", "grpc", "in-person"].map(state);
    assert_eq!(states, [Some("yes"), Some("yes"), Some("yes"), Some("no"), Some("no"), Some("no"), Some("unknown"), Some("unknown"), None]);
}

#[test]
fn every_control_counters_a_rule_or_says_why_it_stands_there() {
    let knowledge = knowledge();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for rule in &knowledge.rules {
        collect(&rule.countered_by, &mut used);
    }
    let controls = || knowledge.catalogue.controls.iter().enumerate().map(|(index, (id, control))| (used.contains(&index), id, control));
    let idle: Vec<_> = controls().filter(|(used, _, control)| !used && control.stands_alone.is_empty()).map(|(_, id, _)| id).collect();
    assert!(idle.is_empty(), "no rule names these controls, and they do not say why: {idle:?}");
    let wrong: Vec<_> = controls().filter(|(used, _, control)| *used && !control.stands_alone.is_empty()).map(|(_, id, _)| id).collect();
    assert!(wrong.is_empty(), "rules name these controls, which say that they stand alone: {wrong:?}");
}

#[test]
fn every_control_says_when_it_is_there_and_how_to_try_it() {
    for (id, control) in &catalogue().controls {
        for (key, text) in [("acceptance", &control.acceptance), ("test", &control.test)] {
            assert!(text.contains("{subject}") && text.ends_with('.'), "{id}: `{key}` is a sentence with {{subject}}: {text:?}");
            assert!(text.len() < 250, "{id}: `{key}` is too long: {text}");
        }
    }
}

#[test]
fn every_reference_of_a_control_is_an_id_of_a_known_list() {
    for (id, control) in &catalogue().controls {
        assert!(!control.references.is_empty(), "{id} refers to nothing");
        for (list, ids) in &control.references {
            let unique: BTreeSet<&String> = ids.iter().collect();
            assert!(!ids.is_empty() && unique.len() == ids.len(), "{id}: {list} is empty or names an id twice: {ids:?}");
            for reference in ids {
                assert!(is_id_of(list, reference), "{id}: `{reference}` is not an id of `{list}`");
            }
        }
    }
}

#[test]
fn an_id_belongs_to_its_list_only() {
    let right = [
        ("asvs", "V6.3"),
        ("cwe", "307"),
        ("attack-mitigation", "M1032"),
        ("nist-800-53", "IA-2(8)"),
        ("iso-27001", "A.8.5"),
        ("cis", "3.10"),
        ("gdpr", "Art. 5(1)(c)"),
    ];
    for (list, id) in right {
        assert!(is_id_of(list, id), "{list} {id}");
    }
    let wrong = [
        ("asvs", "V18.1"),
        ("cwe", "CWE-307"),
        ("attack-mitigation", "T1078"),
        ("nist-800-53", "ZZ-1"),
        ("iso-27001", "A.9.2"),
        ("cis", "19.1"),
        ("iso27001", "A.8.5"),
    ];
    for (list, id) in wrong {
        assert!(!is_id_of(list, id), "{list} {id}");
    }
}

const NIST_FAMILIES: &str = "AC AT AU CA CM CP IA IR MA MP PE PL PM PS PT RA SA SC SI SR";

/// Whether an id has the form of those of the list, with chapters and sections that exist.
fn is_id_of(list: &str, id: &str) -> bool {
    let up_to = |text: &str, most: u16| text.parse().is_ok_and(|number: u16| (1..=most).contains(&number));
    let parts = |text: &str, sections: &[u16]| {
        text.split_once('.').is_some_and(|(chapter, section)| {
            let most = chapter.parse().ok().and_then(|chapter: usize| sections.get(chapter.checked_sub(1)?));
            most.is_some_and(|most| up_to(section, *most))
        })
    };
    match list {
        "asvs" => id.strip_prefix('V').is_some_and(|rest| parts(rest, &[5, 4, 7, 4, 4, 8, 6, 4, 2, 7, 7, 3, 4, 3, 4, 5, 3])),
        "cwe" => up_to(id, 1500),
        "capec" => up_to(id, 750),
        "attack-mitigation" => id.strip_prefix('M').is_some_and(|rest| rest.len() == 4 && up_to(rest, 1100)),
        "nist-800-53" => {
            let (control, enhancement) = id.strip_suffix(')').and_then(|rest| rest.split_once('(')).unwrap_or((id, "1"));
            let known = |family: &str| NIST_FAMILIES.split(' ').any(|other| other == family);
            control.split_once('-').is_some_and(|(family, number)| known(family) && up_to(number, 51)) && up_to(enhancement, 50)
        }
        "iso-27001" => id.strip_prefix("A.").is_some_and(|rest| parts(rest, &[0, 0, 0, 0, 37, 8, 14, 34])),
        "cis" => parts(id, &[5, 7, 14, 12, 6, 8, 7, 12, 7, 7, 5, 8, 11, 9, 7, 14, 9, 5]),
        "pci" => parts(id, &[5, 3, 7, 2, 4, 5, 3, 6, 5, 7, 6, 10]),
        "gdpr" => id.strip_prefix("Art. ").is_some_and(|rest| up_to(rest.split('(').next().unwrap_or_default(), 99)),
        "owasp-llm" => id.strip_prefix("LLM").and_then(|rest| rest.strip_suffix(":2025")).is_some_and(|number| up_to(number, 10)),
        "owasp-api" => id.strip_prefix("API").and_then(|rest| rest.strip_suffix(":2023")).is_some_and(|number| up_to(number, 10)),
        _ => false,
    }
}

#[test]
fn a_control_may_say_why_no_rule_names_it() {
    let lock = CATALOGUE[0].1.replacen("hint: Look", "hint: Look, stands-alone: Kept for old models", 1);
    assert_eq!(faults(&[("catalogue/controls.yaml", &lock)]), "");
    let files = [("catalogue/controls.yaml".to_owned(), lock)];
    let controls = Knowledge::from_files(&files).unwrap_or_else(|errors| panic!("{}", lines(&errors))).catalogue.controls;
    assert_eq!((controls["lock"].stands_alone.as_str(), controls["tls"].stands_alone.as_str()), ("Kept for old models", ""));
}

fn collect(counter: &Counter, used: &mut BTreeSet<usize>) {
    match counter {
        Counter::Control { control, .. } => {
            used.insert(usize::from(control.0));
        }
        Counter::Any(parts) | Counter::All(parts) => parts.iter().for_each(|part| collect(part, used)),
    }
}

#[test]
fn an_alias_leads_to_its_id() {
    let knowledge = Knowledge::from_files(&yaml("catalogue")).unwrap();
    let vocabulary = knowledge.vocabulary();
    assert_eq!(vocabulary.technologies["postgresql"], "sql-database");
    assert_eq!(vocabulary.technologies["sql-database"], "sql-database");
    assert_eq!(vocabulary.protocols["jdbc"], "sql");
    assert!(vocabulary.data_classes.contains("pii"));
}

#[test]
fn the_reference_names_everything_once_in_a_table() {
    let knowledge = knowledge();
    let page = reference::markdown(&knowledge);
    let rows = |id: &str| page.lines().filter(|line| line.starts_with(&format!("| `{id}` |"))).count();
    assert!(knowledge.rules.iter().all(|rule| rows(&rule.id) == 1));
    assert!(knowledge.catalogue.controls.keys().all(|id| rows(id) == 1));
    assert!(knowledge.catalogue.technologies.keys().all(|id| rows(id) >= 1));
    assert!(page.contains("`secret-store` for the model"));
}

const CATALOGUE: &[(&str, &str)] = &[
    (
        "catalogue/controls.yaml",
        "lock: {name: Lock, family: isolation, of: [element], what: Locks, strength: weak, question: \"Is {subject} locked?\", hint: Look}\n\
         tls: {name: TLS, family: encryption, of: [flow], what: Hides, strength: strong, question: \"Is {subject} hidden?\", hint: Look}\n",
    ),
    ("catalogue/traits.yaml", "paper: {name: Paper, of: [element], what: Burns, question: \"Is {subject} paper?\", hint: Touch}\n"),
    ("rules/core/pack.yaml", "id: core\nversion: 0.1.0\nlicence: MIT\nwhat: Tests\n"),
];

const RULE: &str = "id: theft\ntitle: \"{element} is stolen\"\nstride: [tampering]\non: store\nwhen: \"element.traits.paper\"\n\
    countered-by: [lock]\nlikelihood: {4: \"element.exposed\", 2: \"true\"}\nproperty: [integrity]\nwhy: Because\nfix: Lock it\n";

/// What is wrong with the small catalogue and these files beside it.
fn faults(files: &[(&str, &str)]) -> String {
    let kept = CATALOGUE.iter().filter(|(path, _)| files.iter().all(|(other, _)| other != path));
    let all: Vec<_> = kept.chain(files).map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Knowledge::from_files(&all).map_or_else(|errors| lines(&errors), |_| String::new())
}

/// What is wrong with the small rule after one replacement.
fn rule_faults(from: &str, to: &str) -> String {
    assert!(RULE.contains(from), "{from}");
    faults(&[("rules/core/theft.yaml", &RULE.replacen(from, to, 1))])
}

#[test]
fn a_sound_rule_has_no_faults() {
    assert_eq!(rule_faults("theft", "theft"), "");
}

#[test]
fn a_rule_on_elements_has_no_others_that_it_reaches() {
    let faults = rule_faults("countered-by:", "affects: \"element.parents\"\ncountered-by:");
    assert!(faults.contains("`affects` is for rules on zones, assets and the model"), "{faults}");
}

#[test]
fn an_unknown_control_suggests_the_nearest() {
    assert_eq!(rule_faults("[lock]", "[lokc]"), "rules/core/theft.yaml:6:16: there is no control `lokc`; did you mean `lock`?\n");
}

#[test]
fn a_control_that_cannot_be_of_the_subject_names_the_right_place() {
    assert_eq!(
        rule_faults("[lock]", "[tls]"),
        "rules/core/theft.yaml:6:16: `tls` is looked up on element, store, but the control is of flow; write `incoming.tls`\n"
    );
    assert_eq!(rule_faults("[lock]", "[incoming.tls]"), "");
}

#[test]
fn a_role_that_the_subject_does_not_have_is_an_error() {
    assert_eq!(rule_faults("[lock]", "[source.lock]"), "rules/core/theft.yaml:6:16: a store has no `source`\n");
    assert!(rule_faults("[lock]", "[sorce.lock]").contains("did you mean `source`?"));
}

#[test]
fn counters_nest() {
    assert_eq!(rule_faults("[lock]", "{all: [lock, {any: [lock, incoming.tls]}]}"), "");
    assert!(rule_faults("[lock]", "{most: [lock]}").contains("{any: […]} or {all: […]}"));
}

#[test]
fn an_unknown_trait_in_an_expression_is_found_at_its_place() {
    let found = rule_faults("element.traits.paper", "element.traits.papper");
    assert!(found.starts_with("rules/core/theft.yaml:5:"), "{found}");
    assert!(found.contains("paper"), "{found}");
}

#[test]
fn an_expression_without_quotes_is_an_error() {
    let message = "rules/core/theft.yaml:5:7: an expression in `when` is a quoted text, or a block after `|`\n";
    assert_eq!(rule_faults("\"element.traits.paper\"", "element.traits.paper"), message);
    assert_eq!(rule_faults("\"element.traits.paper\"", "true"), message);
    assert_eq!(rule_faults("\"element.traits.paper\"", "|\n  element.traits.paper"), "");
    assert!(rule_faults("2: \"true\"", "2: true").contains("an expression in `likelihood`"));
}

#[test]
fn a_likelihood_needs_a_floor() {
    assert!(rule_faults(", 2: \"true\"", "").contains("the lowest likelihood, and only that one"));
    assert!(rule_faults("2: \"true\"", "7: \"true\"").contains("`7` is not a likelihood"));
}

#[test]
fn a_placeholder_of_another_kind_is_an_error() {
    assert!(rule_faults("{element}", "{flow}").contains("no placeholder of this title `flow`"));
}

#[test]
fn an_unknown_key_suggests_the_nearest() {
    assert!(rule_faults("property:", "propetry:").contains("there is no key of a rule `propetry`; did you mean `property`?"));
}

#[test]
fn refining_itself_or_nothing_is_an_error() {
    assert!(rule_faults("on: store", "on: store\nrefines: [theft]").contains("`theft` refines itself"));
    assert!(rule_faults("on: store", "on: store\nrefines: [thef]").contains("there is no rule `thef` to refine; did you mean `theft`?"));
}

#[test]
fn a_rule_lies_in_the_file_of_its_name() {
    assert!(rule_faults("id: theft", "id: loss").contains("the rule `loss` is in the file `theft.yaml`"));
}

#[test]
fn a_rule_id_may_be_used_once_over_all_packs() {
    let pack = CATALOGUE[2].1.replace("core", "other");
    let found = faults(&[("rules/core/theft.yaml", RULE), ("rules/other/pack.yaml", &pack), ("rules/other/theft.yaml", RULE)]);
    assert_eq!(found, "rules/other/theft.yaml:1:1: the rule id `theft` is there twice\n");
}

#[test]
fn an_id_used_twice_in_a_catalogue_is_an_error() {
    let text = "paper: {name: Paper, of: [element], what: Burns, question: \"Is {subject} paper?\", hint: Touch}\n".repeat(2);
    assert!(faults(&[("catalogue/traits.yaml", &text)]).starts_with("catalogue/traits.yaml:2:1:"));
}

#[test]
fn an_alias_that_is_a_name_elsewhere_is_an_error() {
    let text = "a: {name: A, kinds: [store], aliases: [b]}\nb: {name: B, kinds: [store]}\n";
    assert_eq!(
        faults(&[("catalogue/technologies.yaml", text)]),
        "catalogue/technologies.yaml:1:1: the alias `b` of `a` is also a name of `b`\n"
    );
}

#[test]
fn a_technology_may_name_only_what_can_be_of_it() {
    let text = "a: {name: A, kinds: [store], has: [papre], controls: {tls: yes}, gives-model: [lock]}\n";
    let found = faults(&[("catalogue/technologies.yaml", text)]);
    assert!(found.contains("there is no trait `papre`; did you mean `paper`?"), "{found}");
    assert!(found.contains("the control `tls` is of flow and cannot stand here"), "{found}");
    assert!(found.contains("the control `lock` is of element and cannot stand here"), "{found}");
}

#[test]
fn a_file_that_is_not_yaml_says_where() {
    let found = faults(&[("catalogue/traits.yaml", "paper: {name: [\n")]);
    assert!(found.starts_with("catalogue/traits.yaml:"), "{found}");
    assert_eq!(found.lines().count(), 1, "{found}");
}

#[test]
fn a_file_in_a_strange_place_is_an_error() {
    assert!(faults(&[("elsewhere/x.yaml", "a: b\n")]).contains("knowledge is in catalogue/"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_rule_is_never_read_without_a_place(cut in 0..RULE.len(), length in 0usize..40, scrap in "[\\PC\n]{0,12}") {
        let end = (cut + length).min(RULE.len());
        let text = format!("{}{scrap}{}", &RULE[..cut], &RULE[end..]);
        let files: Vec<_> = CATALOGUE.iter().copied().chain([("rules/core/theft.yaml", text.as_str())]).collect();
        let files: Vec<_> = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        match Knowledge::from_files(&files) {
            Ok(knowledge) => prop_assert!(knowledge.rules.len() == 1),
            Err(errors) => prop_assert!(!errors.is_empty() && errors.iter().all(|e| e.line >= 1 && e.column >= 1)),
        }
    }
}
