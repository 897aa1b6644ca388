//! Models over time: what changed between versions, who changed it, and how git merges them.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;
use support::{MODEL, redan, run};
use tempfile::TempDir;

const SHOP: &str = "\
redan: 1
name: Shop

zones:
  internet: {trust: untrusted}
  inside: {trust: internal}

assets:
  orders: {confidentiality: high, integrity: high}

elements:
  customer: {kind: actor, zone: internet}
  web: {kind: process, zone: inside, tech: web-application, controls: {rate-limiting: yes}}
  db: {kind: store, zone: inside, tech: sql-database, holds: [orders]}

flows:
  visit: {from: customer, to: web, protocol: https, carries: [orders]}
  save: {from: web, to: db, protocol: sql}
";

fn git_output(folder: &Path, args: &[&str]) -> Output {
    let path = Path::new(env!("CARGO_BIN_EXE_redan")).parent().expect("the binary lies in a folder");
    let paths =
        std::env::join_paths([path.to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())));
    let identity =
        ["-c", "user.name=Ana", "-c", "user.email=ana@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"];
    let day = "2026-03-01T12:00:00Z";
    let mut command = Command::new("git");
    command.args(identity).args(args).current_dir(folder).env("PATH", paths.expect("paths can be joined"));
    command
        .env("GIT_AUTHOR_DATE", day)
        .env("GIT_COMMITTER_DATE", day)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command.output().expect("git is installed")
}

fn git(folder: &TempDir, args: &[&str]) -> String {
    let output = git_output(folder.path(), args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A repository whose first commit has the shop.
fn shop() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    git(&folder, &["init", "-q"]);
    commit(&folder, SHOP, "First model");
    folder
}

fn commit(folder: &TempDir, text: &str, why: &str) {
    fs::write(folder.path().join(MODEL), text).expect("a file can be written");
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", why]);
}

fn json(folder: &TempDir, args: &[&str]) -> Json {
    serde_json::from_str(&run(folder, args, 0).0).expect("output is JSON")
}

fn ids(list: &Json) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(|entry| entry["id"].as_str()).collect()
}

#[test]
fn a_change_names_entries_boundaries_threats_controls_and_risk() {
    let folder = shop();
    let later = SHOP
        .replace("protocol: https, carries", "protocol: http, carries")
        .replace("controls: {rate-limiting: yes}", "controls: {rate-limiting: no}")
        .replace("  save:", "  pay: {from: web, to: customer, protocol: https}\n  save:");
    commit(&folder, &later, "Plain visit");
    let change = json(&folder, &["diff", "HEAD~1", "HEAD", "--model", MODEL, "--format", "json"]);
    let entries = change["entries"].as_array().expect("a list");
    let fields: Vec<&Json> = entries.iter().filter(|entry| entry["id"] == "visit").map(|entry| &entry["fields"][0]).collect();
    assert_eq!(fields[0], &serde_json::json!({"field": "protocol", "before": "https", "after": "http"}));
    assert!(entries.iter().any(|entry| entry["id"] == "pay" && entry["change"] == "added"));
    assert_eq!(change["boundaries"], serde_json::json!([{"flow": "pay", "before": null, "after": ["internet", "inside"]}]));
    let lost = &change["controls"]["lost"];
    assert!(lost.as_array().expect("a list").contains(&serde_json::json!(
        {"subject": "web", "control": "rate-limiting", "before": "yes", "after": "no"}
    )));
    let settled = ids(&change["threats"]["settled"]);
    assert!(settled.contains(&"unencrypted-flow-across-boundary@visit"), "{settled:?}");
    let risk = &change["risk"];
    assert!(risk["delta"].as_i64() > Some(0), "{risk}");
    assert_eq!(risk["after"], change["to"]["counts"]["residual"]);
}

#[test]
fn nothing_is_different_between_a_version_and_itself_with_other_layout() {
    let folder = shop();
    fs::write(folder.path().join(MODEL), SHOP.replace("name: Shop\n", "name: \"Shop\" # ours\n")).expect("a file can be written");
    let (out, _) = run(&folder, &["diff", "HEAD", "-m", MODEL], 0);
    assert!(out.contains("Nothing is different but, perhaps, layout and comments."), "{out}");
}

#[test]
fn files_and_files_of_commits_are_compared() {
    let folder = shop();
    fs::write(folder.path().join("new.tm.yaml"), SHOP.replace("https", "http")).expect("a file can be written");
    for pair in [[MODEL, "new.tm.yaml"], ["HEAD:m.tm.yaml", "new.tm.yaml"]] {
        let change = json(&folder, &["diff", pair[0], pair[1], "--format", "json"]);
        assert_eq!(change["entries"][0]["id"], "visit", "{pair:?}");
    }
    let (_, err) = run(&folder, &["diff", "nowhere", MODEL], 2);
    assert!(err.contains("`nowhere` is neither a file nor a revision"), "{err}");
}

#[test]
fn a_model_that_a_version_does_not_have_is_new() {
    let folder = shop();
    git(&folder, &["rm", "-q", "--cached", MODEL]);
    git(&folder, &["commit", "-qm", "Gone"]);
    let change = json(&folder, &["diff", "HEAD", MODEL, "--format", "json"]);
    assert!(ids(&change["entries"]).contains(&"web"), "{change}");
    assert_eq!(change["from"]["counts"]["questions"], 0);
}

#[test]
fn a_renamed_model_is_the_same_model_before_and_after() {
    let (old, new, newest) =
        ("security/threat-models/shop.tm.yaml", "security/threat-models/store.tm.yaml", "security/threat-models/web.tm.yaml");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("a file can be written");
    let save = |why: &str| {
        git(&folder, &["add", "-A"]);
        git(&folder, &["commit", "-qm", why]);
    };
    fs::create_dir_all(folder.path().join("security/threat-models")).expect("a folder can be made");
    git(&folder, &["init", "-q"]);
    write(old, SHOP);
    save("First model");
    git(&folder, &["mv", old, new]);
    write(new, &SHOP.replace("protocol: https", "protocol: http"));
    save("Rename and change");
    // So much is added that both ends no longer look alike, and only the steps between tell.
    let rest: String = (0..25).map(|at| format!("  part-{at}: {{kind: process, zone: inside, description: Part number {at}}}\n")).collect();
    write(
        new,
        &SHOP.replace("protocol: https", "protocol: http").replace("flows:", &format!("{rest}flows:")).replacen(
            "\n\n  part",
            "\n  part",
            1,
        ),
    );
    save("Much more");
    let only_change = |args: &[&str]| {
        let change = json(&folder, &[&["diff"], args, &["--format", "json"]].concat());
        let entries: Vec<String> = change["entries"]
            .as_array()
            .expect("one change of one model")
            .iter()
            .map(|entry| format!("{} {}", entry["change"].as_str().expect("text"), entry["id"].as_str().expect("text")))
            .filter(|entry| !entry.contains(" part-"))
            .collect();
        assert_eq!(entries, ["changed visit"], "{args:?}");
    };
    for args in [
        &["HEAD~2", "HEAD"][..],
        &["HEAD~2", "HEAD~1"],
        &["HEAD~2"],
        &["HEAD~2", "-m", new],
        &["HEAD~2", "HEAD", "-m", old],
        &["HEAD~1", "HEAD~2"],
    ] {
        only_change(args);
    }
    git(&folder, &["mv", new, newest]);
    only_change(&["HEAD~2"]);
    only_change(&["HEAD~2", "-m", newest]);
}

#[test]
fn the_log_says_who_changed_what_and_why() {
    let folder = shop();
    commit(&folder, &SHOP.replace("https", "http"), "Plain visit");
    let log = json(&folder, &["log", MODEL, "--format", "json"]);
    let rows = log["changes"].as_array().expect("a list");
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["by"], &rows[0]["why"], &rows[0]["on"]), (&"Ana".into(), &"Plain visit".into(), &"2026-03-01".into()));
    assert!(rows[0]["what"].as_str().is_some_and(|what| what.starts_with("1 field changed, ")), "{rows:?}");
    assert!(rows[1]["what"].as_str().is_some_and(|what| what.contains("entries added")), "{rows:?}");
}

#[test]
fn outside_git_the_log_is_the_changelog() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let text = format!("{SHOP}\npeople: {{bo: {{role: security}}}}\nchangelog:\n  1.0.0: {{on: 2025-11-11, by: bo, why: First model}}\n");
    fs::write(folder.path().join(MODEL), text).expect("a file can be written");
    let log = json(&folder, &["log", MODEL, "--format", "json"]);
    assert_eq!(log["changes"][0]["why"], "First model");
}

#[test]
fn git_merges_models_by_meaning_and_shows_what_changed() {
    let folder = shop();
    run(&folder, &["git-setup"], 0);
    run(&folder, &["git-setup"], 0);
    let attributes = fs::read_to_string(folder.path().join(".gitattributes")).expect("it is written");
    assert_eq!(attributes.matches("*.tm.yaml merge=redan").count(), 1, "{attributes}");
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "Setup"]);
    git(&folder, &["checkout", "-qb", "other"]);
    commit(&folder, &SHOP.replace("tech: web-application", "tech: web-server"), "Another server");
    git(&folder, &["checkout", "-q", "main"]);
    commit(&folder, &SHOP.replace("rate-limiting: yes", "rate-limiting: no, waf: no").replace(", waf: no", ""), "No limit");
    git(&folder, &["merge", "-q", "other"]);
    let text = fs::read_to_string(folder.path().join(MODEL)).expect("it is there");
    assert!(text.contains("web: {kind: process, zone: inside, tech: web-server, controls: {rate-limiting: no}}"), "{text}");
    let diff = git(&folder, &["diff", "HEAD~2", "HEAD", "--", MODEL]);
    assert!(diff.contains("redan diff a/m.tm.yaml") && diff.contains("residual risk"), "{diff}");
}

#[test]
fn a_conflict_is_named_and_marked() {
    let folder = shop();
    run(&folder, &["git-setup"], 0);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "Setup"]);
    git(&folder, &["checkout", "-qb", "other"]);
    commit(&folder, &SHOP.replace("tech: web-application", "tech: web-server"), "Server");
    git(&folder, &["checkout", "-q", "main"]);
    commit(&folder, &SHOP.replace("tech: web-application", "tech: api-gateway"), "Gateway");
    let output = git_output(folder.path(), &["merge", "other"]);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("conflict at elements.web.tech: ours api-gateway, theirs web-server (was web-application)"), "{said}");
    let text = fs::read_to_string(folder.path().join(MODEL)).expect("it is there");
    assert!(text.contains("<<<<<<< ours\n  web: {kind: process, zone: inside, tech: api-gateway"), "{text}");
    assert_eq!(redan(folder.path(), &["check", MODEL]).status.code(), Some(2), "marks are no model");
}

#[test]
fn the_dry_run_of_the_setup_writes_nothing() {
    let folder = shop();
    run(&folder, &["git-setup", "--dry-run"], 0);
    assert!(!folder.path().join(".gitattributes").exists());
    assert!(!fs::read_to_string(folder.path().join(".git/config")).expect("it is there").contains("redan"));
}
