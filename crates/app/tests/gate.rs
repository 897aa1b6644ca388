//! The gate in continuous integration: formats, baselines, revisions and the policy of a project.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value as Json;
use support::{MODEL, redan, repository, run, text_of};
use tempfile::TempDir;

const SHOP: &str = "\
redan: 1
name: Shop
zones:
  inside: {trust: internal}
elements:
  web: {kind: process, zone: inside}
  db: {kind: store, zone: inside, controls: {encryption-at-rest: no}}
flows:
  save: {from: web, to: db, protocol: https}
threats:
  T1: {title: Bad, on: [web], likelihood: 5, impact: 5, identified: 2026-01-01}
  T2: {title: Borne, on: [web], likelihood: 4, impact: 5, status: accepted, owner: ana, because: It is cheap to bear, until: 2026-12-31}
";

const DAY: [&str; 2] = ["--today", "2026-02-01"];

/// Runs `check` on the model on a fixed day without packs, so that only what the model states is found.
fn check(folder: &TempDir, args: &[&str], code: i32) -> String {
    let args: Vec<&str> = ["check", MODEL, "--packs", "none"].into_iter().chain(DAY).chain(args.iter().copied()).collect();
    run(folder, &args, code).0
}

fn json(folder: &TempDir, args: &[&str], code: i32) -> Json {
    serde_json::from_str(&check(folder, args, code)).expect("output is JSON")
}

fn write(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) {
    fs::write(folder.path().join(name), text).expect("a file can be written");
}

/// The fingerprints of all results.
fn fingerprints(sarif: &Json) -> Vec<String> {
    let results = sarif["runs"][0]["results"].as_array().expect("a list");
    results.iter().map(|result| result["partialFingerprints"].to_string()).collect()
}

/// A model with so many open critical threats.
fn with_threats(count: usize) -> String {
    let threat = |number| format!("  N{number}: {{title: Bad number {number}, on: [web], likelihood: 5, impact: 5}}\n");
    format!("{SHOP}{}", (0..count).map(threat).collect::<String>())
}

#[test]
fn no_format_changes_the_exit_code() {
    let folder = repository(SHOP);
    for format in ["human", "json", "sarif", "junit", "gitlab", "github", "md"] {
        check(&folder, &["--format", format], 1);
    }
    write(&folder, MODEL, SHOP.replace("kind: store", "kind: stoer"));
    for format in ["human", "json", "sarif", "junit", "gitlab", "github", "md"] {
        let shown = check(&folder, &["--format", format], 2);
        assert!(!shown.contains("passed") || format == "json", "{format}: {shown}");
    }
}

#[test]
fn sarif_keeps_its_fingerprints_when_lines_move() {
    let folder = repository(SHOP);
    let before = json(&folder, &["--format", "sarif"], 1);
    write(&folder, MODEL, SHOP.replace("zones:", "\n\n# A comment.\n\nzones:"));
    let after = json(&folder, &["--format", "sarif"], 1);
    assert_eq!(fingerprints(&before), fingerprints(&after));
    let first = |sarif: &Json| sarif["runs"][0]["results"][0].clone();
    assert_eq!(first(&before)["partialFingerprints"]["redanThreatId/v1"], "T1");
    let line = |sarif: &Json| first(sarif)["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().expect("a line");
    assert_eq!(line(&before) + 4, line(&after));
}

#[test]
fn an_accepted_risk_is_a_suppressed_result_until_its_day() {
    let folder = repository(SHOP);
    let accepted = |sarif: &Json| {
        let results = sarif["runs"][0]["results"].as_array().expect("a list");
        results.iter().find(|result| result["partialFingerprints"]["redanThreatId/v1"] == "T2").cloned().expect("the threat is there")
    };
    let result = accepted(&json(&folder, &["--format", "sarif"], 1));
    assert_eq!(result["suppressions"][0]["justification"], "It is cheap to bear (owner: ana), until 2026-12-31");
    write(&folder, MODEL, SHOP.replace("2026-12-31", "2026-01-31"));
    let result = accepted(&json(&folder, &["--format", "sarif"], 1));
    assert!(result.get("suppressions").is_none() && result["level"] == "error", "{result}");
}

#[test]
fn sarif_is_valid_by_its_schema() {
    let Some(corpus) = std::env::var_os("REDAN_CORPUS") else {
        eprintln!("skipped: REDAN_CORPUS is not set");
        return;
    };
    let schema = fs::read(Path::new(&corpus).join("schemas/sarif-schema-2.1.0.json")).expect("the schema is in the corpus");
    let schema: Json = serde_json::from_slice(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is right");
    let folder = repository(SHOP);
    for (text, code) in
        [(SHOP.to_owned(), 1), (SHOP.replace("likelihood: 5", "likelihood: 1"), 0), (SHOP.replace("kind: store", "kind: stoer"), 2)]
    {
        write(&folder, MODEL, text);
        let args: Vec<&str> = ["check", MODEL, "--format", "sarif"].into_iter().chain(DAY).collect();
        let sarif: Json = serde_json::from_str(&run(&folder, &args, code).0).expect("output is JSON");
        let errors: Vec<String> = validator.iter_errors(&sarif).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn thirty_findings_give_at_most_ten_annotations_and_a_whole_summary() {
    let folder = repository(with_threats(29));
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "From another program.\n").expect("a file can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_redan"))
        .args(["check", MODEL, "--packs", "none", "--format", "github"])
        .args(DAY)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(shown.lines().filter(|line| line.starts_with("::")).count(), 10, "{shown}");
    let summary = fs::read_to_string(summary).expect("the summary is there");
    assert!(summary.starts_with("From another program.\n## Threat model check: **the gate failed**"), "{summary}");
    assert_eq!(summary.lines().filter(|line| line.contains(" is open and critical")).count(), 30);
}

#[test]
fn a_comment_has_its_marker_first() {
    let folder = repository(SHOP);
    assert!(check(&folder, &["--format", "md"], 1).starts_with("<!-- redan:check -->\n"));
}

#[test]
fn a_baseline_lets_only_new_and_worse_failures_count() {
    let folder = repository(SHOP.replace("likelihood: 5, impact: 5", "likelihood: 4, impact: 4"));
    check(&folder, &[], 1);
    check(&folder, &["--write-baseline", "known.json"], 0);
    let known = json(&folder, &["--baseline", "known.json", "--format", "json"], 0);
    assert_eq!(known["gate"]["known"], 1);
    write(&folder, MODEL, text_of(&folder).replace("zones:", "\n# Moved.\nzones:"));
    check(&folder, &["--baseline", "known.json"], 0);
    let moved = text_of(&folder);
    write(&folder, MODEL, format!("{moved}  T3: {{title: Worse, on: [db], likelihood: 5, impact: 5}}\n"));
    let failed = json(&folder, &["--baseline", "known.json", "--format", "json"], 1);
    assert_eq!(failed["gate"]["failures"].as_array().map(Vec::len), Some(1));
    assert_eq!(failed["gate"]["failures"][0]["threat"], "T3");
    write(&folder, MODEL, moved.replace("likelihood: 4, impact: 4", "likelihood: 5, impact: 4"));
    check(&folder, &["--baseline", "known.json"], 1);
}

#[test]
fn a_baseline_that_cannot_be_used_is_an_error() {
    let folder = repository(SHOP);
    check(&folder, &["--baseline", "missing.json"], 2);
    write(&folder, "bad.json", "{}");
    check(&folder, &["--baseline", "bad.json"], 2);
    write(&folder, MODEL, SHOP.replace("kind: store", "kind: stoer"));
    check(&folder, &["--write-baseline", "known.json"], 2);
    assert!(!folder.path().join("known.json").exists());
}

fn git(folder: &TempDir, args: &[&str]) {
    let identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.args(identity).args(args).current_dir(folder.path()).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().expect("git is installed");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn since_a_revision_only_what_is_new_or_worse_counts() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    git(&folder, &["init", "-q"]);
    write(&folder, MODEL, SHOP.replace("likelihood: 5, impact: 5", "likelihood: 4, impact: 4"));
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "First model"]);
    check(&folder, &[], 1);
    check(&folder, &["--since", "HEAD"], 0);
    let old = text_of(&folder);
    write(&folder, MODEL, format!("{old}  T3: {{title: Worse, on: [db], likelihood: 5, impact: 5}}\n"));
    let failed = json(&folder, &["--since", "HEAD", "--format", "json"], 1);
    assert_eq!(failed["gate"]["failures"][0]["threat"], "T3");
    assert_eq!(failed["gate"]["known"], 1);
    write(&folder, MODEL, old.replace("likelihood: 4, impact: 4", "likelihood: 5, impact: 4"));
    assert_eq!(json(&folder, &["--since", "HEAD", "--format", "json"], 1)["gate"]["failures"][0]["threat"], "T1");
    check(&folder, &["--since", "nope"], 2);
    write(&folder, "other.tm.yaml", SHOP);
    let args = ["check", "other.tm.yaml", "--packs", "none", "--since", "HEAD"];
    assert_eq!(redan(folder.path(), &args).status.code(), Some(1));
}

#[test]
fn a_policy_fails_what_it_names_and_passes_what_keeps_it() {
    let folder = repository(SHOP.replace("likelihood: 5, impact: 5", "likelihood: 3, impact: 4"));
    check(&folder, &[], 0);
    for (policy, kept, reason) in [
        ("[policy.limits.open]\nhigh = 0\n", "[policy.limits.open]\nhigh = 1\n", "too-many-threats"),
        ("[policy.service-levels]\nP1 = 30\n", "[policy.service-levels]\nP1 = 31\n", "overdue-threat"),
        ("[policy.required]\nthreats = ['owner']\n", "[policy.required]\nthreats = ['title']\n", "missing-field"),
        ("[policy]\nfail-on-lints = ['one-time-checklist']\n", "[policy]\nfail-on-lints = ['unused-suppression']\n", "lint"),
        (RULE, &RULE.replace("on = 'store'", "on = 'actor'"), "policy-rule"),
    ] {
        write(&folder, "redan.toml", policy);
        let failed = json(&folder, &["--format", "json"], 1);
        assert_eq!(failed["gate"]["failures"][0]["reason"], reason, "{failed:#}");
        for format in ["sarif", "junit", "gitlab", "github", "md"] {
            assert!(
                check(&folder, &["--format", format], 1).contains(failed["gate"]["failures"][0]["key"].as_str().unwrap_or("?"))
                    || format != "sarif"
            );
        }
        write(&folder, "redan.toml", kept);
        check(&folder, &[], 0);
    }
}

const RULE: &str = "\
[[policy.rule]]
id = 'stores-are-encrypted'
on = 'store'
require = 'element.controls.encryption_at_rest'
message = 'what is stored has to be encrypted'
";

#[test]
fn an_exemption_holds_for_its_time_and_a_warning_never_fails() {
    let folder = repository(SHOP.replace("likelihood: 5, impact: 5", "likelihood: 1, impact: 1"));
    let exempt =
        |until: &str| format!("{RULE}exemptions = [{{subject = 'db', owner = 'ana', reason = 'it goes away', until = {until}}}]\n");
    write(&folder, "redan.toml", exempt("2026-02-01"));
    check(&folder, &[], 0);
    write(&folder, "redan.toml", exempt("2026-01-31"));
    let failed = json(&folder, &["--format", "json"], 1);
    assert_eq!(failed["gate"]["failures"][0]["reason"], "expired-exemption");
    write(&folder, "redan.toml", format!("{RULE}otherwise = 'warn'\n"));
    assert!(check(&folder, &[], 0).contains("warning: db: what is stored has to be encrypted [stores-are-encrypted]"));
}

#[test]
fn a_policy_rule_that_cannot_be_used_is_shown_at_its_place() {
    let folder = repository(SHOP);
    write(&folder, "redan.toml", RULE.replace("encryption_at_rest", "encryption_at_rset"));
    let args = ["check", MODEL];
    let output = redan(folder.path(), &args);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(err.contains("redan.toml:4:") && err.contains("policy rule `stores-are-encrypted`") && err.contains("encryption"), "{err}");
}

#[test]
fn the_policy_of_the_documentation_can_be_used() {
    let page = include_str!("../../../docs/policy.md");
    let policy = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the page has an example");
    let folder = repository(SHOP.replace("zones:", "owner: ana\nscope: {target: shop.example}\nzones:"));
    write(&folder, "redan.toml", policy);
    let failed = json(&folder, &["--format", "json"], 1);
    let reasons: Vec<&str> =
        failed["gate"]["failures"].as_array().expect("a list").iter().filter_map(|one| one["reason"].as_str()).collect();
    for reason in ["open-threat", "overdue-threat", "missing-field", "policy-rule", "lint", "too-many-threats"] {
        assert!(reasons.contains(&reason), "{reason}: {reasons:?}");
    }
}

#[test]
fn since_a_revision_a_renamed_model_is_the_same_model() {
    use support::scripted::{commit, git};
    let shop = |impact: u8| {
        let threat = format!("  T1: {{title: Stuffing, on: [web], likelihood: 4, impact: {impact}}}\n");
        format!("redan: 1\nname: Shop\nelements: {{web: {{kind: process}}}}\nthreats:\n{threat}")
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    git(&folder, "2026-01-01", &["init", "-q"]);
    commit(&folder, "2026-01-01", "shop.tm.yaml", &shop(5));
    let check = |model: &str, since: &str, code: i32| run(&folder, &["check", model, "--packs", "none", "--since", since], code);
    // In no commit yet.
    git(&folder, "2026-01-02", &["mv", "shop.tm.yaml", "store.tm.yaml"]);
    check("store.tm.yaml", "HEAD", 0);
    // Renamed twice, with a change between.
    git(&folder, "2026-01-02", &["commit", "-qm", "Rename"]);
    commit(&folder, "2026-01-03", "store.tm.yaml", &format!("{}# looked at again\n", shop(5)));
    git(&folder, "2026-01-04", &["mv", "store.tm.yaml", "market.tm.yaml"]);
    git(&folder, "2026-01-04", &["commit", "-qm", "Rename again"]);
    check("market.tm.yaml", "HEAD~3", 0);
    check("market.tm.yaml", "HEAD", 0);
    let more = format!("{}  T2: {{title: Links leak, on: [web], likelihood: 5, impact: 5}}\n", shop(5));
    commit(&folder, "2026-01-05", "market.tm.yaml", &more);
    let (out, _) = check("market.tm.yaml", "HEAD~4", 1);
    assert!(out.contains("T2") && !out.contains("T1 is open"), "{out}");
    // A copy beside the model is new.
    commit(&folder, "2026-01-06", "other.tm.yaml", &shop(5));
    check("other.tm.yaml", "HEAD~1", 1);
}
