//! Edits by command: several at once, refused ones with the command that works, and entries of every section.

mod support;

use support::{MODEL, repository, run, text_of};

const LOGIN: &str = "\
redan: 1
name: Login
# where people come from
zones:
  internet: {trust: untrusted}
elements:
  auth: # the heart
    kind: process
    tech: identity-provider
    zone: internet
    controls:
      rate-limiting: no # since 2024
      mfa: no
threats:
  T1: {title: Stuffing, on: [auth], likelihood: 4, impact: 5, mitigations: [rate-limit-login]}
mitigations:
  rate-limit-login: # agreed
    title: Limit logins
    states: {auth.controls.rate-limiting: yes} # once live
    status: planned # soon
";

const TOGETHER: [&str; 2] = ["auth.controls.rate-limiting=yes", "mitigations.rate-limit-login.status=implemented"];

#[test]
fn a_mitigation_that_the_model_contradicts_is_refused_with_the_command_that_works() {
    let folder = repository(LOGIN);
    let (_, err) = run(&folder, &["set", MODEL, TOGETHER[1]], 2);
    let command = format!("redan set {MODEL} {} {}", TOGETHER[0], TOGETHER[1]);
    assert!(err.contains(&command), "{err}");
    assert_eq!(text_of(&folder), LOGIN, "nothing is written");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    run(&folder, &words, 0);
    run(&folder, &["threats", MODEL], 0);
    let (json, _) = run(&repository(LOGIN), &["set", MODEL, TOGETHER[1], "--format", "json"], 2);
    assert!(json.contains(&format!("\"suggestion\": \"{command}\"")), "{json}");
}

#[test]
fn several_values_are_one_edit_in_any_order() {
    let expected = LOGIN.replace("rate-limiting: no", "rate-limiting: yes").replace("status: planned", "status: implemented");
    for words in [[TOGETHER[0], TOGETHER[1]], [TOGETHER[1], TOGETHER[0]]] {
        let folder = repository(LOGIN);
        run(&folder, &["set", MODEL, words[0], words[1]], 0);
        assert_eq!(text_of(&folder), expected, "{words:?}");
    }
}

#[test]
fn one_bad_value_among_several_writes_none() {
    let folder = repository(LOGIN);
    run(&folder, &["set", MODEL, TOGETHER[0], TOGETHER[1], "auth.zone=nowhere"], 2);
    run(&folder, &["set", MODEL, TOGETHER[0], TOGETHER[1], "nobody.zone=internet"], 2);
    assert_eq!(text_of(&folder), LOGIN);
}

#[test]
fn only_the_facts_in_the_way_are_offered() {
    let text = LOGIN.replace("{auth.controls.rate-limiting: yes}", "{auth.controls.rate-limiting: yes, auth.controls.logging: yes}");
    let (_, err) = run(&repository(text), &["set", MODEL, TOGETHER[1]], 2);
    assert!(err.contains(TOGETHER[0]) && !err.contains("auth.controls.logging=yes"), "{err}");
}

#[test]
fn whatif_puts_a_mitigation_in_place_against_what_the_model_says_today() {
    let folder = repository(LOGIN);
    let (json, _) = run(&folder, &["whatif", MODEL, "rate-limit-login", "--format", "json"], 0);
    let document: serde_json::Value = serde_json::from_str(&json).expect("the output is JSON");
    let changes = document["changes"].as_array().expect("a list of changes");
    let own = changes.iter().find(|change| change["id"] == "T1").expect("the threat of the mitigation changes");
    assert_eq!((&own["before"]["status"], &own["after"]["status"]), (&"open".into(), &"mitigated".into()), "{own}");
    let raised = changes.iter().any(|change| change["id"].as_str().is_some_and(|id| id.ends_with("@auth")));
    let left = |side: &str| document["residual"][side].as_u64().expect("a sum");
    assert!(left("after") < left("before"), "{}", document["residual"]);
    assert!(raised, "a threat that the missing control raised changes too: {json}");
    let (human, _) = run(&folder, &["whatif", MODEL, "rate-limit-login"], 0);
    assert!(human.contains("Stuffing") && human.contains("mitigated") && human.contains("risk left"), "{human}");
    assert_eq!(text_of(&folder), LOGIN, "nothing is written");
}

#[test]
fn an_expired_acceptance_is_shown_once() {
    let accepted = "status: accepted, until: 2025-01-31, because: later, owner: bo, mitigations";
    let folder = repository(LOGIN.replace("mitigations: [rate", &format!("{accepted}: [rate")));
    let day = ["--today", "2026-01-01"];
    let (out, err) = run(&folder, &["check", MODEL, day[0], day[1]], 1);
    let all = format!("{out}{err}");
    assert_eq!(all.matches("the acceptance of").count(), 1, "{all}");
    assert!(out.contains("the acceptance of T1 (critical) ended on 2025-01-31: Stuffing"), "{out}");
    assert!(out.contains("threats.T1.until") && out.contains("m.tm.yaml:15:3"), "{out}");
    let (json, _) = run(&folder, &["check", MODEL, day[0], day[1], "--format", "json"], 1);
    let document: serde_json::Value = serde_json::from_str(&json).expect("the output is JSON");
    assert_eq!(document["gate"]["failures"].as_array().map(Vec::len), Some(1), "{json}");
    for format in ["md", "github"] {
        let (text, _) = run(&folder, &["check", MODEL, day[0], day[1], "--format", format], 1);
        assert_eq!(text.matches("acceptance of").count(), 1, "{format}: {text}");
    }
    run(&folder, &["check", MODEL, day[0], "2025-01-31"], 0);
}

const BARE: &str = "redan: 1\nname: Shop # ours\nzones: {internet: {trust: untrusted}}\n# the end\n";

/// What is added, how it is renamed, and what is removed in the end; later ones may need earlier ones.
const EVERY_SECTION: &[(&[&str], &str, &str)] = &[
    (&["person", "ana", "role=security", "reviewer=yes"], "people.ana people.bo", "people.bo"),
    (&["asset", "orders", "confidentiality=high", "data=[pii]"], "orders purchases", "purchases"),
    (&["zone", "inside", "trust=trusted", "kind=network"], "inside internal", "internal"),
    (&["process", "api", "zone=internal", "tech=web-application", "owner=bo"], "api web", "web"),
    (&["element", "db", "kind=store", "zone=internal", "holds=[purchases]", "controls.backup=yes"], "db database", "database"),
    (&["flow", "read", "web -> database over sql carrying purchases"], "read query", "query"),
    (&["flows", "write", "from=web", "to=database", "protocol=sql", "carries=[purchases]"], "write store", "store"),
    (&["attacker", "thief", "from=[internet]", "skill=3", "goals=[purchases]"], "thief robber", "attackers.robber"),
    (
        &["assumption", "vpn", "text=Only by VPN: always", "assumes.web.controls.mfa=yes", "status=unconfirmed", "owner=bo"],
        "assumptions.vpn tunnel",
        "assumptions.tunnel",
    ),
    (&["threat", "T1", "title=Links # leak", "on=[web]", "stride=[spoofing]", "likelihood=3", "impact=4"], "T1 T2", "threats.T2"),
    (
        &[
            "mitigation",
            "limit",
            "title=Limit it",
            "states.web.controls.rate-limiting=yes",
            "owner=bo",
            "due=2026-03-01",
            "acceptance=It stops",
        ],
        "limit throttle",
        "mitigations.throttle",
    ),
    (&["attack-tree", "steal", "goal=Steal orders", "any=[{do: Guess, threat: T2}]"], "steal rob", "attack-trees.rob"),
    (&["diagram", "all", "level=0", "show=[web, database]"], "diagrams.all overview", "diagrams.overview"),
    (&["review", "kick-off", "on=2025-11-11", "kind=workshop", "state=held", "people=[bo]"], "kick-off start", "reviews.start"),
    (&["incident", "leak", "on=2025-09-02", "threats=[T2]", "lesson=Links were logged"], "leak loss", "incidents.loss"),
    (&["change", "1.0.0", "on=2025-11-11", "by=bo", "why=First"], "changelog.1.0.0 1.0.1", "changelog.1.0.1"),
    (&["use", "platform", "platform.tm.yaml"], "", "use.platform"),
    (&["suppress", "stale-review@model", "not yet"], "", "suppress.\"stale-review@model\""),
    (&["in-scope", "password reset"], "", "scope.in.password reset"),
    (&["goal", "find: a way in"], "", "scope.goals.find: a way in"),
    (&["question", "Who reads logs?"], "", "scope.questions.Who reads logs?"),
    (&["out-of-scope", "third-party analytics", "reviewed with the vendor"], "", "scope.out.third-party analytics"),
    (&["author", "bo"], "", "authors.bo"),
    (&["tag", "pci"], "", "tags.pci"),
];

#[test]
fn an_entry_of_every_section_can_be_added_renamed_and_removed() {
    let folder = repository(BARE);
    std::fs::write(folder.path().join("platform.tm.yaml"), "redan: 1\nname: Platform\n").expect("a file can be written");
    for (words, rename, _) in EVERY_SECTION {
        let args: Vec<&str> = ["add", "--model", MODEL].iter().chain(*words).copied().collect();
        run(&folder, &args, 0);
        run(&folder, &args, 2);
        if !rename.is_empty() {
            let args: Vec<&str> = ["rename", MODEL].into_iter().chain(rename.split(' ')).collect();
            run(&folder, &args, 0);
        }
        let (_, err) = run(&folder, &["threats", MODEL, "-q"], 0);
        assert!(err.is_empty(), "{words:?}: {err}");
        run(&folder, &["fmt", MODEL], 0);
    }
    let full = text_of(&folder);
    for kept in ["# ours", "# the end", "web -> database over sql carrying purchases", "web.controls.mfa: yes", "owner: bo"] {
        assert!(full.contains(kept), "no `{kept}` in\n{full}");
    }
    for (_, _, path) in EVERY_SECTION.iter().rev() {
        run(&folder, &["remove", MODEL, path], 0);
        run(&folder, &["threats", MODEL, "-q"], 0);
    }
    for kept in ["# ours", "# the end"] {
        assert!(text_of(&folder).contains(kept));
    }
}
