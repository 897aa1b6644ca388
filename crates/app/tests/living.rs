//! A model that is kept alive: tasks, numbers over its history, reviews, and what a change touches.

mod support;

use serde_json::Value as Json;
use support::scripted::{clone, commit, git};
use support::{MODEL, redan, run};
use tempfile::TempDir;

/// One open threat with a planned mitigation, one without, and a low one.
const SHOP: &str = "\
redan: 1
name: Shop
version: '1'
people: {ana: {role: security}}
zones:
  inside: {trust: internal}
elements:
  web: {kind: process, zone: inside, owner: Web team, code: [src/web]}
threats:
  T1: {title: Guessed passwords, on: [web], stride: [spoofing], likelihood: 5, impact: 4, mitigations: [limit], identified: 2026-01-01}
  T2: {title: Stolen orders, on: [web], stride: [tampering], likelihood: 3, impact: 4}
  T3: {title: Slow pages, on: [web], stride: [denial-of-service], likelihood: 1, impact: 2}
mitigations:
  limit:
    title: Rate limit login
    status: planned
    owner: Auth Team
    due: 2026-02-01
    estimate: 3d
    acceptance:
      - {text: failed logins are limited to 5 a minute, verify: [{junit: auth.RateLimit, at: ci}]}
";
const REST: [&str; 5] = ["--today", "2026-03-11", "--packs", "none", MODEL];

fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    git(&folder, "2026-01-11", &["init", "-q"]);
    commit(&folder, "2026-01-11", MODEL, SHOP);
    folder
}

fn out(folder: &TempDir, args: &[&str]) -> String {
    run(folder, &[args, &REST].concat(), 0).0
}

fn json(folder: &TempDir, args: &[&str]) -> Json {
    serde_json::from_str(&out(folder, &[args, &["--format", "json"]].concat())).expect("output is JSON")
}

#[test]
fn open_threats_become_tasks_of_the_guides_template() {
    let folder = repository();
    let csv = out(&folder, &["backlog", "--format", "csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "threat_id,type,title,priority,estimate,owner,definition_of_done,acceptance,tests,due,link");
    assert!(lines[1].starts_with("T1,mitigate,[SEC][P0] Rate limit login,P0,3d,Auth Team,"), "{csv}");
    assert!(lines[1].ends_with(",failed logins are limited to 5 a minute,junit: auth.RateLimit (ci),2026-02-01,m.tm.yaml#L14"), "{csv}");
    assert!(lines[2].starts_with("T2,decide,[SEC][P1] Decide what to do about: Stolen orders,P1,4h,Web team,"), "{csv}");
    assert_eq!(lines.len(), 3, "only P0 and P1 by default: {csv}");
}

#[test]
fn a_task_in_markdown_links_to_its_threat_and_shows_where() {
    let folder = repository();
    let text = out(&folder, &["backlog", "--base-url", "https://git.example.org/shop/"]);
    for part in [
        "## \\[SEC\\]\\[P0\\] Rate limit login",
        "- `T1` Guessed passwords (critical 20): [",
        "<https://git.example.org/shop/m.tm.yaml#L10>",
        "```mermaid\nflowchart LR\n  e0[\"Web\"]",
        "- [ ] failed logins are limited to 5 a minute",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
}

#[test]
fn other_priorities_are_given_when_asked_for_and_wrong_ones_refused() {
    let folder = repository();
    let tasks = json(&folder, &["backlog", "--priority", "p3"]);
    assert_eq!(tasks["tasks"][0]["threats"][0]["id"], "T3");
    assert_eq!(tasks["tasks"].as_array().map(Vec::len), Some(1));
    assert_eq!(redan(folder.path(), &["backlog", "--priority", "P9", MODEL]).status.code(), Some(2));
}

#[test]
fn numbers_follow_the_history_of_the_model() {
    let folder = repository();
    // The control that was planned is there, 40 days after the threat was found.
    let done = SHOP.replace("mitigations: [limit], identified", "mitigations: [limit], status: mitigated, because: tested, identified");
    commit(&folder, "2026-02-10", MODEL, &done);
    let metrics = json(&folder, &["metrics"]);
    let points = metrics["points"].as_array().expect("a list");
    let open: Vec<_> = points.iter().map(|point| point["open"]["critical"].as_u64()).collect();
    assert_eq!(open, [Some(1), Some(0), Some(0)], "{metrics}");
    assert_eq!((points[0]["on"].as_str(), points[2]["on"].as_str()), (Some("2026-01-11"), Some("2026-03-11")));
    assert_eq!(points[1]["closed"], 1);
    assert_eq!(metrics["remediated"][0]["mean_days"], 40.0);
    let text = out(&folder, &["metrics", "--format", "openmetrics"]);
    assert!(text.contains("redan_open_threats{model=\"m\",band=\"high\"} 1\n") && text.ends_with("# EOF\n"), "{text}");
    assert_eq!(out(&folder, &["metrics", "--format", "csv"]).lines().count(), 4);
}

#[test]
fn a_mitigation_whose_day_has_passed_makes_its_threat_overdue() {
    let folder = repository();
    let points = &json(&folder, &["metrics"])["points"];
    assert_eq!((&points[0]["overdue"], &points[1]["overdue"]), (&Json::from(0), &Json::from(1)));
}

#[test]
fn a_report_shows_the_history_when_asked_to_and_only_then() {
    let folder = repository();
    let done = SHOP.replace("mitigations: [limit], identified", "mitigations: [limit], status: mitigated, because: tested, identified");
    commit(&folder, "2026-02-10", MODEL, &done);
    let page = out(&folder, &["report", "--format", "md", "--history"]);
    for part in [
        "### Over time",
        "3 states of the model, from 2026-01-11 to 2026-03-11",
        "| Critical | 1 | 40\\.0 | 40 |",
        "2026-02-10: 0 new, 1 closed",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(!out(&folder, &["report", "--format", "md"]).contains("Over time"));
    let alone = out(&folder, &["metrics", "--format", "md"]);
    assert!(alone.starts_with("### Over time\n") && page.contains(&alone), "{alone}");
    let report: serde_json::Value = serde_json::from_str(&out(&folder, &["report", "--format", "json", "--history"])).expect("JSON");
    let metrics: serde_json::Value = serde_json::from_str(&out(&folder, &["metrics", "--format", "json"])).expect("JSON");
    for key in ["points", "remediated", "acceptances", "verification", "cut_off", "unreadable_commits"] {
        assert_eq!(report["history"][key], metrics[key], "{key}");
    }
}

fn reviewed(folder: &TempDir) -> String {
    let text = format!("{SHOP}reviews: {{first: {{on: 2026-02-20, state: held, people: [ana]}}}}\n");
    commit(folder, "2026-02-20", MODEL, &text);
    text
}

#[test]
fn a_review_is_due_when_code_dependencies_or_the_architecture_changed() {
    let folder = repository();
    commit(&folder, "2026-02-20", "src/web/login.rs", "");
    let text = reviewed(&folder);
    let before = json(&folder, &["review"]);
    assert_eq!(before["verdict"], "fresh", "{before}");
    commit(&folder, "2026-03-01", "src/web/login.rs", "fn login() {}");
    commit(&folder, "2026-03-02", "Cargo.lock", "version = 4");
    commit(&folder, "2026-03-03", MODEL, &text.replace("  web:", "  db: {kind: store, zone: inside}\n  web:"));
    git(&folder, "2026-03-03", &["tag", "v2"]);
    let after = json(&folder, &["review"]);
    assert_eq!(after["verdict"], "due");
    assert_eq!((&after["elements"][0]["id"], &after["elements"][0]["commits"]), (&Json::from("web"), &Json::from(1)));
    assert_eq!(after["lock_files"][0], "Cargo.lock");
    assert_eq!(after["tags"][0], "v2");
    assert_eq!(after["unversioned"][0], "elements.db", "{after}");
    let sheet = out(&folder, &["review", "--agenda"]);
    assert!(sheet.contains("## Web: 1 commit, 1 file") && sheet.contains("Guessed passwords (open, critical): T1"), "{sheet}");
}

#[test]
fn a_shallow_clone_is_unknown_and_never_fresh() {
    let origin = repository();
    reviewed(&origin);
    commit(&origin, "2026-03-05", "notes.txt", "text");
    assert_eq!(json(&clone(&origin, true), &["review"])["verdict"], "unknown");
}

#[test]
fn a_model_without_review_is_due() {
    let verdict = json(&repository(), &["review"]);
    assert_eq!((&verdict["verdict"], &verdict["reasons"][0]), (&Json::from("due"), &Json::from("no review is recorded that was held")));
}

#[test]
fn a_change_of_code_touches_the_threats_of_its_element_and_names_who_must_look() {
    let folder = repository();
    commit(&folder, "2026-01-12", "src/web/login.rs", "fn login() {}");
    commit(&folder, "2026-01-12", "other.txt", "text");
    let impact = json(&folder, &["impact", "--since", "HEAD~2"]);
    assert_eq!(impact["elements"][0]["files"][0], "src/web/login.rs");
    assert_eq!(impact["unmapped_files"], 1);
    let ids: Vec<_> = impact["threats"].as_array().expect("a list").iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(ids, ["T1", "T2", "T3"]);
    assert_eq!(impact["owners"], serde_json::json!(["Auth Team", "Web team"]));
    let nothing = out(&folder, &["impact", "--since", "HEAD~1"]);
    assert!(nothing.contains("Nothing that the model describes is touched."), "{nothing}");
}
