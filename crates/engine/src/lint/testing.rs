//! Each lint speaks where it should and is silent where it should not.

use jiff::civil::date;
use redan_model::{Diagnostic, Severity, load_text};

use super::{LINTS, specs};
use crate::{Context, Knowledge, Policy, analyse};

const CLEAN: &str = "
redan: 1
name: Shop
scope: {target: shop.example, approved: {by: ana, on: 2026-01-01}}
people: {ana: {role: product}, bo: {role: security}, cy: {role: developer}, di: {role: ops}}
assumptions:
  inside-is-ours: {text: Only we are inside, assumes: {inside.trust: trusted}, owner: ana, review: 2026-06-01}
assets:
  orders: {confidentiality: medium, integrity: medium, availability: low}
zones: {internet: {trust: untrusted}, inside: {trust: trusted}}
elements:
  user: {kind: actor, zone: internet}
  shop: {kind: process, tech: web-application, zone: inside}
  db: {kind: store, tech: sql-database, zone: inside, holds: [orders]}
flows:
  order: user -> shop over https carrying orders returning orders
  keep: shop -> db over sql carrying orders returning orders
reviews:
  kick-off: {on: 2026-01-02, people: [ana, bo, cy, di]}
";

fn lints(text: &str) -> Vec<Diagnostic> {
    lints_with(text, &Policy::default())
}

fn lints_with(text: &str, policy: &Policy) -> Vec<Diagnostic> {
    let knowledge = Knowledge::embedded();
    let loaded = load_text("shop.tm.yaml", text, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    let context = Context::on(date(2026, 2, 1));
    analyse(&loaded.model, &knowledge, policy, &context).lints
}

fn codes(text: &str) -> Vec<&'static str> {
    lints(text).into_iter().map(|lint| lint.code).collect()
}

/// The clean model with a section added, or an exact part of it replaced.
fn with(part: &str) -> String {
    format!("{CLEAN}{part}\n")
}

fn but(old: &str, new: &str) -> String {
    assert!(CLEAN.contains(old), "{old}");
    CLEAN.replace(old, new)
}

#[track_caller]
fn raises(code: &str, text: &str) {
    assert!(codes(text).contains(&code), "{:?}", lints(text));
}

#[track_caller]
fn quiet(code: &str, text: &str) {
    assert!(!codes(text).contains(&code), "{:?}", lints(text));
}

#[test]
fn a_clean_model_has_no_remarks() {
    assert_eq!(codes(CLEAN), Vec::<&str>::new());
}

#[test]
fn the_table_is_sorted_and_complete() {
    assert!(LINTS.is_sorted_by(|a, b| a.code < b.code));
    let sources = [
        include_str!("acceptances.rs"),
        include_str!("answers.rs"),
        include_str!("assets.rs"),
        include_str!("assumptions.rs"),
        include_str!("mitigations.rs"),
        include_str!("quality.rs"),
        include_str!("ratings.rs"),
        include_str!("reviews.rs"),
        include_str!("scope.rs"),
        include_str!("structure.rs"),
        include_str!("suppress.rs"),
        include_str!("trees.rs"),
        include_str!("trust.rs"),
    ]
    .concat();
    for spec in LINTS {
        assert!(sources.contains(&format!("\"{}\"", spec.code)), "{} is never reported", spec.code);
        assert_eq!(specs::spec(spec.code).code, spec.code);
    }
}

#[test]
fn the_three_stated_bands_of_the_guide_disagree_with_its_matrix() {
    let text = with(
        "
threats:
  T1: {title: Credential stuffing, on: [shop], likelihood: 4, impact: 5, severity: high}
  T2: {title: Reset token leak, on: [shop], likelihood: 3, impact: 4, severity: medium}
  T3: {title: Session fixation, on: [shop], likelihood: {is: 2, because: hard}, impact: 4, severity: low}
  T4: {title: Fine, on: [shop], likelihood: 4, impact: 4, severity: critical}",
    );
    let found: Vec<String> = lints(&text).into_iter().filter(|l| l.code == "stated-severity-disagrees").map(|l| l.message).collect();
    let expected = [
        "`T1` is stated to be high, but likelihood 4 x impact 5 = 20 is critical",
        "`T2` is stated to be medium, but likelihood 3 x impact 4 = 12 is high",
        "`T3` is stated to be low, but likelihood 2 x impact 4 = 8 is medium",
    ];
    assert_eq!(found, expected);
}

#[test]
fn answers_name_rules_and_things_that_exist() {
    raises("unknown-rule", &with("threats: {verbose-errorz@shop: {status: open}}"));
    raises("unknown-subject", &with("threats: {verbose-errors@shpo: {status: open}}"));
    let found = lints(&with("threats: {verbose-errorz@shop: {status: open}}"));
    assert_eq!(found[0].fix.as_ref().map(|fix| fix.replacement.as_str()), Some("verbose-errors@shop"));
    let fine = with("threats: {verbose-errors@shop: {status: open}}");
    quiet("unknown-rule", &fine);
    quiet("unknown-subject", &fine);
    quiet("stale-answer", &fine);
}

#[test]
fn an_answer_to_nothing_is_stale() {
    raises("stale-answer", &with("threats: {verbose-errors@db: {status: open}}"));
}

#[test]
fn equally_precise_answers_compete() {
    // The id of the element is as long as that of the rule, so that both patterns spell out as much.
    let renamed =
        CLEAN.replace("  shop:", "  verbose-server:").replace("-> shop", "-> verbose-server").replace(": shop ->", ": verbose-server ->");
    let tie = format!("{renamed}threats:\n  \"verbose-errors@*\": {{status: open}}\n  \"*@verbose-server\": {{status: open}}\n");
    raises("ambiguous-answer", &tie);
    quiet("ambiguous-answer", &tie.replace("\"*@verbose-server\"", "\"*@db\""));
    quiet("ambiguous-answer", &format!("{tie}  verbose-errors@verbose-server: {{status: open}}\n"));
}

#[test]
fn a_low_likelihood_on_something_exposed_needs_a_reason() {
    let threat = |likelihood: &str| with(&format!("threats: {{T1: {{title: X, on: [shop], likelihood: {likelihood}, impact: 3}}}}"));
    raises("over-optimistic-likelihood", &threat("2"));
    quiet("over-optimistic-likelihood", &threat("{is: 2, because: nobody knows the address}"));
    quiet("over-optimistic-likelihood", &threat("3"));
}

#[test]
fn a_likelihood_below_the_rules_needs_a_reason() {
    raises("over-optimistic-likelihood", &with("threats: {verbose-errors@shop: {likelihood: 1}}"));
    quiet("over-optimistic-likelihood", &with("threats: {verbose-errors@shop: {likelihood: 1, because: they are caught}}"));
}

#[test]
fn a_threat_needs_a_rating() {
    raises("unrated-threat", &with("threats: {T1: {title: X, on: [shop]}}"));
    quiet("unrated-threat", &with("threats: {T1: {title: X, on: [shop], severity: low}}"));
}

#[test]
fn many_open_threats_need_an_order() {
    let text = with("threats: {T1: {title: X, on: [shop], severity: low}, T2: {title: Y, on: [shop], severity: low}}");
    let has = |limit| {
        let policy = Policy { unprioritised_limit: limit, ..Policy::default() };
        lints_with(&text, &policy).iter().any(|lint| lint.code == "no-prioritisation")
    };
    assert!(has(1));
    assert!(!has(1_000));
}

#[test]
fn trust_that_keeps_threats_quiet_has_to_be_an_assumption() {
    let office = but("inside: {trust: trusted}}", "inside: {trust: trusted}, office: {trust: trusted}}")
        .replace("  db:", "  worker: {kind: process, tech: application-service, zone: office}\n  db:")
        .replace("  keep:", "  more: {from: worker, to: db, protocol: sql, carries: [orders], returns: [orders]}\n  keep:");
    raises("undocumented-assumption", &office);
    quiet("undocumented-assumption", CLEAN);
}

#[test]
fn an_assumption_is_checked_in_time_by_somebody() {
    raises("overdue-assumption", &but("review: 2026-06-01", "review: 2026-01-01"));
    raises("unreviewed-assumption", &but(", owner: ana, review: 2026-06-01", ""));
    quiet("overdue-assumption", &but("review: 2026-06-01", "review: 2026-01-01, status: confirmed"));
}

#[test]
fn a_model_is_reviewed_again_and_again() {
    raises("one-time-checklist", &but("on: 2026-01-02", "on: 2025-01-02"));
    raises("one-time-checklist", &but("{on: 2026-01-02", "{state: planned, on: 2026-01-02"));
    quiet("one-time-checklist", &but("{on: 2026-01-02", "{state: planned, on: 2026-03-02"));
    let never = lints(&but("{on: 2026-01-02", "{state: cancelled, on: 2026-01-02"));
    assert_eq!(never[0].severity, Severity::Hint);
}

#[test]
fn age_is_counted_in_days_across_months_and_years() {
    let found = lints(&but("on: 2026-01-02", "on: 2025-01-31"));
    assert!(found[0].message.contains("366 days"), "{}", found[0].message);
}

#[test]
fn reviews_need_people_of_each_role() {
    raises("missing-roles", &but("[ana, bo, cy, di]", "[ana, bo, cy]"));
    quiet("missing-roles", &but("[ana, bo, cy, di]", "[ana, bo, cy]}\n  second: {on: 2026-01-20, people: [di]"));
    for not_yet in ["state: planned, on: 2026-03-20", "on: 2026-03-20"] {
        let second = format!("[ana, bo, cy]}}\n  second: {{{not_yet}, people: [di]");
        raises("missing-roles", &but("[ana, bo, cy, di]", &second));
    }
}

#[test]
fn the_policy_says_which_roles_have_to_take_part() {
    use redan_model::lang::Role;
    let missing = |roles: &[Role]| {
        let policy = Policy { required_roles: roles.to_vec(), ..Policy::default() };
        let found = lints_with(CLEAN, &policy).into_iter().find(|lint| lint.code == "missing-roles");
        found.map(|lint| lint.message)
    };
    assert_eq!(missing(&[Role::Product, Role::Security]), None);
    assert_eq!(missing(&[]), None);
    let found = missing(&[Role::Product, Role::Legal]).expect("nobody of legal was there");
    assert!(found.contains("legal") && !found.contains("product"), "{found}");
}

const MITIGATION: &str = "
mitigations:
  limit:
    title: Limit
    states: {shop.controls.rate-limiting: yes}
    acceptance: [{text: Five a minute, verify: [{manual: try six, result: {passed: yes}}]}]
    owner: ana
    due: 2026-03-01
    status: planned
";

fn mitigation(old: &str, new: &str) -> String {
    assert!(MITIGATION.contains(old), "{old}");
    with(&MITIGATION.replace(old, new))
}

#[test]
fn a_mitigation_says_who_when_and_how() {
    assert_eq!(codes(&with(MITIGATION)), Vec::<&str>::new());
    raises(
        "mitigation-without-acceptance",
        &mitigation("acceptance: [{text: Five a minute, verify: [{manual: try six, result: {passed: yes}}]}]", "tags: []"),
    );
    raises("mitigation-without-verification", &mitigation(", verify: [{manual: try six, result: {passed: yes}}]", ""));
    raises("mitigation-without-owner", &mitigation("    owner: ana\n", ""));
    raises("mitigation-without-due", &mitigation("    due: 2026-03-01\n", ""));
    raises("overdue-mitigation", &mitigation("2026-03-01", "2026-01-01"));
    raises("unused-mitigation", &mitigation("    states: {shop.controls.rate-limiting: yes}\n", ""));
}

#[test]
fn an_implemented_mitigation_keeps_its_promise() {
    let done = MITIGATION.replace("status: planned", "status: implemented");
    raises("failed-verification", &with(&done.replace("passed: yes", "passed: no")));
    quiet("failed-verification", &with(&done));
    quiet("overdue-mitigation", &with(&done.replace("2026-03-01", "2026-01-01")));
}

#[test]
fn a_rejected_mitigation_needs_nothing() {
    assert_eq!(codes(&with("mitigations: {limit: {title: Limit, status: rejected}}")), Vec::<&str>::new());
}

#[test]
fn an_acceptance_runs_out() {
    let accepted = |until: &str, impact: u8| {
        with(&format!(
            "threats: {{T1: {{title: X, on: [shop], likelihood: 4, impact: {impact}, status: accepted, because: rare, owner: ana, until: {until}}}}}"
        ))
    };
    let severity = |text: &str| lints(text).into_iter().find(|lint| lint.code == "expired-acceptance").map(|lint| lint.severity);
    assert_eq!(severity(&accepted("2026-01-01", 5)), Some(Severity::Error));
    assert_eq!(severity(&accepted("2026-01-01", 1)), Some(Severity::Warning));
    assert_eq!(severity(&accepted("2026-12-01", 5)), None);
}

#[test]
fn a_decision_has_a_reason_and_an_owner() {
    let text = with("threats: {T1: {title: X, on: [shop], severity: low, status: accepted, until: 2026-12-01}}");
    raises("decision-without-reason", &text);
    raises("acceptance-without-owner", &text);
    quiet("decision-without-reason", &with("threats: {T1: {title: X, on: [shop], severity: low, status: open}}"));
}

#[test]
fn assets_are_somewhere_and_matter() {
    raises("unheld-asset", &but("zones:", "  logo: {confidentiality: none, integrity: low, availability: low}\nzones:"));
    raises("unstated-level", &but("integrity: medium, ", ""));
    quiet("unheld-asset", &but("zones:", "  uptime: {kind: service, on: [shop], availability: high}\nzones:"));
    raises("no-assets", "redan: 1\nname: A\nelements: {a: {kind: process}}\n");
}

#[test]
fn things_are_connected_and_in_zones() {
    raises("dangling-element", &but("flows:", "  lone: {kind: process, zone: inside}\nflows:"));
    raises("outside-every-zone", &but("tech: web-application, zone: inside", "tech: web-application"));
    quiet("outside-every-zone", &but("tech: web-application, zone: inside", "tech: web-application, zone: []"));
    raises("empty-zone", &but("zones: {", "zones: {attic: {trust: trusted}, "));
    raises("no-zones", "redan: 1\nname: A\nelements: {a: {kind: process}}\n");
}

#[test]
fn an_element_that_is_out_of_scope_needs_no_flow() {
    quiet("dangling-element", &but("flows:", "  lone: {kind: process, zone: inside, out-of-scope: not ours}\nflows:"));
}

#[test]
fn data_is_named_where_it_is_and_where_it_goes() {
    raises("store-without-data", &but(", holds: [orders]", ""));
    raises("flow-without-data", &but(" over sql carrying orders returning orders", " over sql"));
    raises("unread-store", &but(" over sql carrying orders returning orders", " over sql carrying orders"));
}

#[test]
fn every_step_of_an_attack_is_dealt_with() {
    let tree = |leaf: &str| with(&format!("attack-trees: {{steal: {{goal: Steal, any: [{{do: Guess{leaf}}}]}}}}"));
    raises("uncovered-leaf", &tree(""));
    quiet("uncovered-leaf", &tree(", threat: verbose-errors@shop"));
}

#[test]
fn a_scope_is_written_and_approved() {
    raises("scope-missing", &but("scope: {target: shop.example, approved: {by: ana, on: 2026-01-01}}\n", ""));
    raises("scope-not-approved", &but(", approved: {by: ana, on: 2026-01-01}", ""));
}

#[test]
fn what_is_suppressed_with_a_reason_is_silent() {
    let stale = "threats: {verbose-errors@db: {status: open}}\n";
    quiet("stale-answer", &with(&format!("{stale}suppress: {{stale-answer: we keep them}}")));
    quiet("stale-answer", &with(&format!("{stale}suppress: {{stale-answer@verbose-errors@db: we keep it}}")));
    raises("stale-answer", &with(&format!("{stale}suppress: {{stale-answer@verbose-errors@shop: another one}}")));
}

#[test]
fn suppressions_are_checked_too() {
    raises("unknown-lint", &with("suppress: {stale-anwser: why not}"));
    raises("unused-suppression", &with("suppress: {stale-answer: there is none}"));
    raises("suppression-without-reason", &with("suppress: {stale-answer: \"\"}"));
}

#[test]
fn an_error_is_not_suppressed_without_a_reason() {
    let wrong = "threats: {verbose-errorz@shop: {status: open}}\n";
    raises("unknown-rule", &with(&format!("{wrong}suppress: {{unknown-rule: \"\"}}")));
    quiet("unknown-rule", &with(&format!("{wrong}suppress: {{unknown-rule: of a pack that is not loaded here}}")));
}

#[test]
fn many_findings_of_one_kind_are_one_diagnostic() {
    let more: String = (0..8).map(|n| format!("  lone{n}: {{kind: process, zone: inside}}\n")).collect();
    let found: Vec<Diagnostic> =
        lints(&but("flows:", &format!("{more}flows:"))).into_iter().filter(|lint| lint.code == "dangling-element").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "no flow leads to or from 8 elements: `lone0`, `lone1`, `lone2`, `lone3`, `lone4` and 3 more");
}

#[test]
fn secrets_without_a_vault_are_remarked() {
    let secret = but("orders: {confidentiality", "orders: {data: [credentials], confidentiality");
    raises("missing-vault", &secret);
    let drawn = secret.replace("elements:\n", "elements:\n  vault: {kind: store, tech: secrets-vault, zone: inside, holds: [orders]}\n");
    quiet("missing-vault", &drawn);
    quiet("missing-vault", &format!("{secret}controls: [secret-store]\n"));
}

#[test]
fn own_code_without_its_build_is_remarked() {
    let coded = but("tech: web-application, zone: inside}", "tech: web-application, zone: inside, code: [\"web/**\"]}");
    raises("missing-build-infrastructure", &coded);
    let drawn = coded.replace("elements:\n", "elements:\n  repo: {kind: store, tech: source-repository, zone: inside}\n");
    quiet("missing-build-infrastructure", &drawn);
}

#[test]
fn people_who_log_in_without_a_place_that_knows_them_are_remarked() {
    let login = but("tech: web-application, zone: inside}", "tech: web-application, zone: inside, traits: [authenticates-users]}");
    raises("missing-identity-store", &login);
    let drawn = login.replace("elements:\n", "elements:\n  idp: {kind: process, tech: identity-provider, zone: inside}\n");
    quiet("missing-identity-store", &drawn);
}

#[test]
fn a_model_of_hardly_any_elements_is_remarked() {
    raises("few-elements", "redan: 1\nname: Shop\nelements: {shop: {kind: process}}\n");
    quiet("few-elements", CLEAN);
}

#[test]
fn a_system_without_anybody_outside_is_remarked() {
    raises("no-outsiders", &but("user: {kind: actor,", "user: {kind: process, tech: browser,"));
    quiet("no-outsiders", CLEAN);
}

#[test]
fn boundaries_that_nothing_crosses_are_remarked() {
    raises("nothing-crosses", &but("user: {kind: actor, zone: internet}", "user: {kind: actor, zone: inside}"));
    quiet("nothing-crosses", &but("user: {kind: actor, zone: internet}", "user: {kind: actor}"));
}

#[test]
fn a_store_that_opens_a_flow_is_remarked() {
    raises("store-opens-flow", &but("keep: shop -> db over sql", "keep: db -> shop over sql"));
    quiet("store-opens-flow", &but("keep: shop -> db over sql", "keep: db <-> shop over sql"));
}

#[test]
fn a_flow_that_moves_nothing_is_remarked() {
    raises("unnecessary-flow", &but("flows:\n", "flows:\n  ping: {from: user, to: shop, protocol: https, carries: []}\n"));
    quiet("unnecessary-flow", &but("flows:\n", "flows:\n  ping: {from: user, to: shop, protocol: https}\n"));
}

#[test]
fn names_of_empty_words_are_remarked() {
    raises("meaningless-name", &but("shop: {kind: process,", "shop: {kind: process, name: Process 2,"));
    raises("meaningless-name", &but("flows:\n", "flows:\n  flow-7: user -> shop over https carrying orders\n"));
    quiet("meaningless-name", &but("shop: {kind: process,", "shop: {kind: process, name: Order process,"));
}

#[test]
fn what_is_not_stated_of_building_and_moving_is_remarked() {
    raises("unstated-technology", &but("shop: {kind: process, tech: web-application,", "shop: {kind: process,"));
    raises("unstated-protocol", &but("keep: shop -> db over sql", "keep: shop -> db"));
    quiet("unstated-protocol", CLEAN);
    quiet("unstated-technology", CLEAN);
}

#[test]
fn a_flow_by_hand_between_programs_is_remarked() {
    raises("protocol-does-not-fit", &but("keep: shop -> db over sql", "keep: shop -> db over courier"));
    quiet("protocol-does-not-fit", &but("order: user -> shop over https", "order: user -> shop over in-person"));
}

#[test]
fn people_in_a_boundary_of_programs_are_remarked() {
    raises("zone-does-not-fit", &but("internet: {trust: untrusted}", "internet: {trust: untrusted, kind: runtime}"));
    quiet("zone-does-not-fit", &but("internet: {trust: untrusted}", "internet: {trust: untrusted, kind: organisation}"));
}
