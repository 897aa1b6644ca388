//! Everything that is wrong is said at once: no fault of a record hides another, and every unknown word names the
//! words that are known.

use redan_model::{Place, Vocabulary, load_text};

const HEAD: &str = "\
redan: 1
name: M
zones: {internet: {trust: untrusted}, internal: {}}
assets: {orders: {data: [pii]}}
";

fn vocabulary() -> Vocabulary {
    let places = |list: &[(&str, &[Place])]| list.iter().map(|(name, of)| ((*name).to_owned(), of.to_vec())).collect();
    let alias = |list: &[&str]| list.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect();
    Vocabulary {
        controls: places(&[("mfa", &[Place::Process]), ("backup", &[Place::Store]), ("encryption-in-transit", &[Place::Flow])]),
        traits: places(&[("parses-xml", &[Place::Process])]),
        technologies: alias(&["sql-database", "web-application"]),
        protocols: alias(&["https", "http", "sql"]),
        data_classes: ["pii".to_owned(), "credentials".to_owned()].into_iter().collect(),
    }
}

/// The faults of a model that has the sections above and these.
fn faults(sections: &str) -> Vec<String> {
    let loaded = load_text("m.tm.yaml", &format!("{HEAD}{sections}"), &vocabulary());
    loaded.diagnostics.iter().map(|fault| format!("{} [{}]", fault.message, fault.help.as_deref().unwrap_or_default())).collect()
}

/// Checks that each of these parts of messages is in a fault of its own, and that there are no others.
fn check(sections: &str, expected: &[&str]) {
    let mut found = faults(sections);
    assert_eq!(found.len(), expected.len(), "{sections}\n{found:#?}");
    for wanted in expected {
        let at = found.iter().position(|fault| fault.contains(wanted));
        let at = at.unwrap_or_else(|| panic!("no `{wanted}` for\n{sections}\n{found:#?}"));
        found.remove(at);
    }
}

#[test]
fn a_short_flow_with_unknown_ends_and_an_unknown_protocol_has_three_faults() {
    check("flows: {f: webb -> databse over htps}\n", &["no element `webb`", "no element `databse`", "no protocol `htps`"]);
}

#[test]
fn a_flow_with_a_faulty_end_is_checked_to_its_last_word() {
    check(
        "flows:\n  f: {from: nobody, to: internet, protocol: htps, carries: [ordrs], returns: [x], traits: [parses-xml], controls: {mfaa: yes, backup: maybe}}\n",
        &[
            "no element `nobody`",
            "`internet` is a zone, not an element",
            "no protocol `htps`",
            "no asset `ordrs`",
            "no asset `x`",
            "`parses-xml` cannot stand on a flow",
            "no control `mfaa`",
            "`backup` cannot stand on a flow",
            "`maybe` is not a value of `controls`",
        ],
    );
}

#[test]
fn a_flow_that_breaks_off_keeps_what_came_before() {
    check(
        "flows: {f: webb -> db over htps carrying}\n",
        &["is not a flow: `carrying` needs an asset", "no element `webb`", "no element `db`", "no protocol `htps`"],
    );
}

#[test]
fn an_id_that_is_taken_does_not_hide_the_rest_of_its_entry() {
    check(
        "elements:\n  internet: {kind: proces, zone: internett, in: nobody, tech: sqldatabase, holds: [ordrs], controls: [mfaa]}\n",
        &[
            "`internet` is a zone and an element at once",
            "`proces` is not a value of `kind`",
            "no zone `internett`",
            "no element `nobody`",
            "no technology `sqldatabase`",
            "no asset `ordrs`",
            "no control `mfaa`",
        ],
    );
    check("elements: {a: {kind: store}}\nflows: {a: a -> b over htps}\n", &["no element `b`", "no protocol `htps`"]);
}

#[test]
fn a_bad_or_reserved_id_does_not_hide_the_rest_of_its_entry() {
    check(
        "elements:\n  'web app': {kind: store, zone: nowhere, tech: sql}\n",
        &["`web app` cannot be an id", "no zone `nowhere`", "no technology `sql`"],
    );
    check("elements:\n  model: {kind: store, controls: [mfaa]}\n", &["`model` cannot be an id", "no control `mfaa`"]);
}

#[test]
fn an_unknown_kind_says_nothing_about_where_controls_stand() {
    check("elements: {db: {kind: databse, controls: [backup, mfa]}}\n", &["`databse` is not a value of `kind`"]);
}

#[test]
fn a_fact_of_an_unknown_thing_is_checked_for_its_control_and_its_value() {
    check(
        "mitigations:\n  m:\n    title: M\n    states: {nobody.controls.mfaa: perhaps, orders.confidentiality: hihg, internet.trust: intrnal, orders.dta: pii}\n    status: implementd\n",
        &[
            "no element, flow, zone or asset `nobody`",
            "no control `mfaa`",
            "`perhaps` is not a value of `nobody.controls.mfaa`",
            "`hihg` is not a value of `orders.confidentiality` [did you mean `high`? allowed: `none`",
            "`intrnal` is not a value of `internet.trust` [did you mean `internal`?",
            "`dta` is not a fact of an asset [did you mean `data`?",
            "`implementd` is not a value of `status` [did you mean `implemented`?",
        ],
    );
}

#[test]
fn an_unknown_score_does_not_hide_what_stands_under_it() {
    check(
        "threats:\n  T1: {title: T, scores: {dread: {damag: 99, discoverability: 11}}}\n",
        &["`dread` has no key `damag` [did you mean `damage`?", "`99` is not a value of `dread`", "`11` is not a value of `dread`"],
    );
}

#[test]
fn an_attack_tree_is_checked_in_all_its_steps() {
    check(
        "attack-trees:\n  t:\n    goal: G\n    asset: ordrs\n    any:\n      - {do: A, ref: nowhere}\n      - {do: B, threat: T9, mitigations: [m9]}\n      - {ref: elsewhere}\n",
        &[
            "no asset `ordrs`",
            "a step with `ref` is only that",
            "no step `nowhere`",
            "no threat `T9`",
            "no mitigation `m9`",
            "no step `elsewhere`",
        ],
    );
}

#[test]
fn a_used_file_with_a_bad_name_and_a_bad_path_has_two_faults() {
    check("use: {'a b': ../../x.tm.yaml}\n", &["`a b` cannot be the name of a used file", "leads out of the repository"]);
}

#[test]
fn a_text_that_breaks_off_reports_no_references_to_what_could_not_be_read() {
    check(
        "assumptions:\n  a: {text: T, assumes: {web.controls.mfa: yes, web.controls.mfaa: yes}}\nelements:\n\tweb: {kind: process}\n",
        &["a tab is used as indentation", "no control `mfaa`"],
    );
    check(
        "use: {platform: platform.tm.yaml}\nelements: {a: {kind: store, zone: platform/inner, in: b}}\n",
        &["cannot read `platform.tm.yaml`", "no element `b`"],
    );
}

/// Every kind of word: where it stands, the slip, and the help that it gets.
#[test]
fn every_unknown_word_gets_the_nearest_and_the_known_ones() {
    let table = [
        ("elments: {}\n", "did you mean `elements`?"),
        ("elements: {a: {kind: stor}}\n", "did you mean `store`? allowed: `actor`, `external`, `process`, `store`"),
        ("elements: {a: {kind: store, zone: internt}}\n", "did you mean `internet`? there is `internet`, `internal`"),
        ("elements: {a: {kind: store, tchnology: x}}\n", "allowed: `kind`"),
        ("elements: {a: {kind: store, teh: x}}\n", "did you mean `tech`?"),
        (
            "elements: {a: {kind: store, tech: web-aplication}}\n",
            "did you mean `web-application`? there is `sql-database`, `web-application`",
        ),
        ("elements: {a: {kind: process, controls: [mfaa]}}\n", "did you mean `mfa`? there is"),
        ("elements: {a: {kind: process, controls: {mfa: yess}}}\n", "did you mean `yes`? allowed: `yes`, `no`, `partial`, `unknown`"),
        ("elements: {a: {kind: process, traits: [parse-xml]}}\n", "did you mean `parses-xml`?"),
        ("zones-x: {}\n", "did you mean `zones`?"),
        ("people: {p: {role: secruity}}\n", "did you mean `security`?"),
        ("assumptions: {a: {text: T, status: confirmd}}\n", "did you mean `confirmed`? allowed: `unconfirmed`, `confirmed`, `refuted`"),
        ("threats: {T1: {title: T, stride: [spoofng]}}\n", "did you mean `spoofing`? allowed:"),
        ("threats: {T1: {title: T, status: acepted}}\n", "did you mean `accepted`? allowed:"),
        ("threats: {T1: {title: T, severity: hihg}}\n", "did you mean `high`? allowed:"),
        ("threats: {T1: {title: T, mitigations: [x]}}\n", ""),
        ("mitigations: {m: {title: M, strength: storng}}\n", "did you mean `strong`? allowed: `weak`, `moderate`, `strong`"),
        ("mitigations: {m: {title: M, acceptance: A, verify: [{juint: x}]}}\n", "did you mean `junit`?"),
        ("reviews: {r: {kind: workshp}}\n", "did you mean `workshop`?"),
        ("diagrams: {d: {by: netwrk}}\n", "did you mean `network`? allowed:"),
        (
            "elements: {a: {kind: actor}}\nflows: {f: {from: a, to: a, protocol: htps}}\n",
            "did you mean `https`? there is `https`, `http`, `sql`",
        ),
        ("attackers: {x: {from: internt}}\n", "did you mean `internet`?"),
    ];
    for (sections, help) in table {
        let found = faults(sections);
        assert_eq!(found.len(), 1, "{sections}: {found:#?}");
        assert!(found[0].contains(&format!("[{help}")), "{sections}: {found:#?}");
    }
    let trust = load_text("m.tm.yaml", "redan: 1\nname: M\nzones: {z: {trust: untrustd}}\n", &vocabulary());
    assert!(trust.diagnostics[0].help.as_deref().is_some_and(|help| help.starts_with("did you mean `untrusted`? write a number")));
    let level = load_text("m.tm.yaml", "redan: 1\nname: M\nassets: {a: {integrity: hgih, data: [pi], kind: dta}}\n", &vocabulary());
    let help: Vec<&str> = level.diagnostics.iter().filter_map(|fault| fault.help.as_deref()).collect();
    assert!(help.iter().any(|help| help.starts_with("did you mean `high`?")), "{help:?}");
    assert!(help.iter().any(|help| help.starts_with("there is `pii`, `credentials`")), "{help:?}");
    assert!(help.iter().any(|help| help.starts_with("did you mean `data`?")), "{help:?}");
}
