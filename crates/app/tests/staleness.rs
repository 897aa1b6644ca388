//! Whether a review is due: each reason with a case that speaks and one that does not, and stamps that outlive history.

mod support;

use serde_json::Value as Json;
use support::scripted::{clone, commit, git, write};
use support::{MODEL, run, text_of};
use tempfile::TempDir;

const SHOP: &str = "\
redan: 1
name: Shop
version: '1'
people: {ana: {role: security}}
zones:
  inside: {trust: internal}
elements:
  web: {kind: process, zone: inside, code: [src/web]}
  api: {kind: process, zone: inside, code: ['src/api/**/*.rs']}
";
const REVIEWS: &str = "\
reviews:
  first:
    on: 2026-02-20
    state: held
    people: [ana]
";
const REST: [&str; 3] = ["--packs", "none", MODEL];

/// A repository with code, a model, and a review on 20 February.
fn repository(more: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    git(&folder, "2026-01-11", &["init", "-q"]);
    commit(&folder, "2026-01-11", "src/web/login.rs", "fn login() {}");
    commit(&folder, "2026-01-12", "src/api/deep/orders.rs", "fn orders() {}");
    commit(&folder, "2026-01-13", "Cargo.lock", "version = 4");
    commit(&folder, "2026-02-20", MODEL, &format!("{SHOP}{REVIEWS}{more}"));
    folder
}

/// The same with a stamped review.
fn stamped() -> TempDir {
    let folder = repository("");
    stamp(&folder);
    git(&folder, "2026-02-20", &["commit", "-qam", "Stamp"]);
    folder
}

fn stamp(folder: &TempDir) {
    run(folder, &[&["review", "--stamp", "first", "--today", "2026-02-20"][..], &REST].concat(), 0);
}

fn review_on(folder: &TempDir, day: &str) -> Json {
    let (out, _) = run(folder, &[&["review", "--format", "json", "--today", day][..], &REST].concat(), 0);
    serde_json::from_str(&out).expect("output is JSON")
}

fn review(folder: &TempDir) -> Json {
    review_on(folder, "2026-03-11")
}

#[track_caller]
fn is(verdict: &str, folder: &TempDir) -> Json {
    let found = review(folder);
    assert_eq!(found["verdict"], verdict, "{found}");
    found
}

fn ids(found: &Json) -> Vec<&str> {
    found["elements"].as_array().expect("a list").iter().filter_map(|element| element["id"].as_str()).collect()
}

#[test]
fn a_stamp_holds_the_commit_the_version_and_a_hash_of_each_element_and_lock_file() {
    let folder = stamped();
    let text = text_of(&folder);
    for part in ["seen:", "commit: ", "web: sha256:", "api: sha256:", "Cargo.lock: ", "version: 1\n"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let found = is("fresh", &folder);
    assert_eq!((&found["stamped"], &found["unknown"]), (&Json::from(true), &Json::Null));
    stamp(&folder);
    assert_eq!(text_of(&folder).matches("seen").count(), 1, "a second stamp takes the place of the first");
}

#[test]
fn code_that_changed_after_a_stamp_asks_for_a_review_and_other_files_do_not() {
    let folder = stamped();
    commit(&folder, "2026-02-20", "README.md", "text");
    is("fresh", &folder);
    // On the very day of the review, which a review without a stamp cannot see.
    commit(&folder, "2026-02-20", "src/api/deep/orders.rs", "fn orders() { todo() }");
    let found = is("due", &folder);
    assert_eq!(ids(&found), ["api"]);
    assert_eq!((&found["elements"][0]["commits"], &found["elements"][0]["files"]), (&Json::from(1), &Json::from(1)));
    commit(&folder, "2026-02-21", "src/api/deep/orders.rs", "fn orders() {}");
    is("fresh", &folder);
}

#[test]
fn what_is_not_committed_counts_as_changed_and_is_not_stamped() {
    let folder = stamped();
    write(&folder, "src/web/login.rs", "fn login() { now() }");
    assert_eq!(ids(&is("due", &folder)), ["web"]);
    let (_, err) = run(&folder, &[&["review", "--stamp", "first"][..], &REST].concat(), 2);
    assert!(err.contains("src/web/login.rs"), "{err}");
}

/// A branch on which code was changed, reviewed and stamped.
fn reviewed_branch() -> TempDir {
    let folder = repository("");
    git(&folder, "2026-02-20", &["checkout", "-qb", "feature"]);
    commit(&folder, "2026-02-20", "src/web/login.rs", "fn login() { safely() }");
    stamp(&folder);
    git(&folder, "2026-02-20", &["commit", "-qam", "Stamp"]);
    git(&folder, "2026-02-21", &["checkout", "-q", "main"]);
    commit(&folder, "2026-02-21", "README.md", "text");
    folder
}

#[test]
fn a_stamp_outlives_a_squash_merge() {
    let origin = reviewed_branch();
    git(&origin, "2026-02-22", &["merge", "-q", "--squash", "feature"]);
    git(&origin, "2026-02-22", &["commit", "-qm", "Feature"]);
    is("fresh", &clone(&origin, false));
    commit(&origin, "2026-02-23", "src/web/login.rs", "fn login() {}");
    let found = is("due", &clone(&origin, false));
    assert_eq!(ids(&found), ["web"]);
    assert_eq!(found["elements"][0]["commits"], 1, "counted from the commit that brought the stamp: {found}");
}

#[test]
fn a_stamp_outlives_a_rebase() {
    let origin = reviewed_branch();
    git(&origin, "2026-02-22", &["checkout", "-q", "feature"]);
    git(&origin, "2026-02-22", &["rebase", "-q", "main"]);
    git(&origin, "2026-02-22", &["checkout", "-q", "main"]);
    git(&origin, "2026-02-22", &["merge", "-q", "--ff-only", "feature"]);
    git(&origin, "2026-02-22", &["branch", "-qD", "feature"]);
    is("fresh", &clone(&origin, false));
    commit(&origin, "2026-02-23", "src/api/deep/new.rs", "fn new() {}");
    assert_eq!(ids(&is("due", &clone(&origin, false))), ["api"]);
}

#[test]
fn a_shallow_clone_says_unknown_where_nothing_changed_and_due_where_something_did() {
    let origin = stamped();
    commit(&origin, "2026-02-21", "README.md", "text");
    let found = is("unknown", &clone(&origin, true));
    assert!(found["unknown"].as_str().expect("a reason").contains("shallow"), "{found}");
    commit(&origin, "2026-02-22", "src/web/login.rs", "fn login() { again() }");
    let found = is("due", &clone(&origin, true));
    assert_eq!((ids(&found), &found["elements"][0]["commits"]), (vec!["web"], &Json::Null));
}

#[test]
fn a_stamp_of_a_commit_that_is_nowhere_leaves_tags_unknown() {
    let folder = stamped();
    let text = text_of(&folder);
    let start = text.find("commit: ").expect("the stamp has it") + "commit: ".len();
    let nowhere = text.replace(&text[start..start + 40], &"0123456789".repeat(4));
    git(&folder, "2026-02-21", &["checkout", "-q", "--orphan", "other"]);
    commit(&folder, "2026-02-21", MODEL, "redan: 1\nname: Shop\n");
    write(&folder, MODEL, &nowhere);
    let found = is("unknown", &folder);
    assert!(found["unknown"].as_str().expect("a reason").contains("not here"), "{found}");
}

#[test]
fn an_element_under_another_id_with_the_same_code_was_seen() {
    let folder = stamped();
    run(&folder, &["rename", MODEL, "web", "front"], 0);
    git(&folder, "2026-02-21", &["commit", "-qam", "Rename"]);
    assert_eq!(ids(&review(&folder)), Vec::<&str>::new());
}

#[test]
fn what_cannot_be_stamped_is_refused_with_the_next_step() {
    let refused = |folder: &TempDir, review: &str, part: &str| {
        let (_, err) = run(folder, &[&["review", "--stamp", review][..], &REST].concat(), 2);
        assert!(err.contains(part), "{err}");
    };
    refused(&repository(""), "second", "redan add review second");
    refused(&repository("  next: {on: 2026-05-20, state: planned}\n"), "next", "was not held");
    let lost = repository("");
    commit(&lost, "2026-02-20", MODEL, &format!("{}{REVIEWS}", SHOP.replace("src/web", "src/wbe")));
    refused(&lost, "first", "matches no file: web");
    let bare = tempfile::tempdir().expect("a folder can be made");
    write(&bare, MODEL, &format!("{SHOP}{REVIEWS}"));
    refused(&bare, "first", "not the root of a git repository");
}

#[test]
fn globs_that_match_nothing_are_never_fresh() {
    let folder = repository("");
    commit(&folder, "2026-02-20", MODEL, &format!("{}{REVIEWS}", SHOP.replace("src/web", "src/wbe")));
    assert_eq!(is("unknown", &folder)["unmatched"][0], "web");
}

#[test]
fn changed_versions_of_dependencies_ask_for_a_review() {
    for folder in [repository(""), stamped()] {
        is("fresh", &folder);
        commit(&folder, "2026-03-01", "web/package-lock.json", "{}");
        assert_eq!(is("due", &folder)["lock_files"], serde_json::json!(["web/package-lock.json"]));
    }
}

#[test]
fn a_review_ages_by_the_cadence_which_is_90_days() {
    let folder = repository("");
    // 20 February and 90 days is 21 May.
    assert_eq!(review_on(&folder, "2026-05-21")["verdict"], "fresh");
    let found = review_on(&folder, "2026-05-22");
    assert_eq!((&found["verdict"], &found["cadence_days"]), (&Json::from("due"), &Json::from(90)));
    assert_eq!(found["reasons"][0], "the last review was 91 days ago; every 90 days is the rule");
    write(&folder, "redan.toml", "[review]\ncadence-days = 19\n");
    assert_eq!(review_on(&folder, "2026-03-11")["verdict"], "fresh");
    assert_eq!(review_on(&folder, "2026-03-12")["verdict"], "due");
}

#[test]
fn an_acceptance_that_has_ended_asks_for_a_review() {
    let accepted = |until: &str| {
        let text = "threats: {T1: {title: X, on: [web], likelihood: 4, impact: 4, status: accepted, because: rare, owner: ana, until: ";
        repository(&format!("{text}{until}}}}}\n"))
    };
    is("fresh", &accepted("2026-03-11"));
    assert_eq!(is("due", &accepted("2026-03-10"))["expired_acceptances"][0], "T1");
}

#[test]
fn assumptions_that_nobody_confirmed_are_listed() {
    let assumed = |status: &str| repository(&format!("assumptions: {{vpn: {{text: Only by VPN{status}}}}}\n"));
    let listed = |folder: TempDir| review(&folder)["unconfirmed_assumptions"].clone();
    assert_eq!(listed(assumed("")), serde_json::json!(["vpn"]));
    assert_eq!(listed(assumed(", status: unconfirmed")), serde_json::json!(["vpn"]));
    assert_eq!(listed(assumed(", status: confirmed")), serde_json::json!([]));
}

#[test]
fn an_incident_after_the_review_asks_for_one() {
    let incident = |day: &str| repository(&format!("incidents: {{leak: {{title: Leak, on: {day}}}}}\n"));
    is("fresh", &incident("2026-02-20"));
    is("fresh", &incident("2026-03-12"));
    assert_eq!(is("due", &incident("2026-03-01"))["incidents"][0], "leak");
}

#[test]
fn a_tag_after_the_review_asks_for_one() {
    for folder in [repository(""), stamped()] {
        git(&folder, "2026-02-20", &["tag", "v1", "HEAD~1"]);
        is("fresh", &folder);
        commit(&folder, "2026-03-01", "README.md", "text");
        git(&folder, "2026-03-01", &["tag", "v2"]);
        assert_eq!(is("due", &folder)["tags"], serde_json::json!(["v2"]));
    }
}

#[test]
fn an_architecture_that_changed_asks_for_a_version() {
    for folder in [repository(""), stamped()] {
        let text = text_of(&folder);
        let more = text.replace("  web:", "  db: {kind: store, zone: inside}\n  web:");
        commit(&folder, "2026-03-01", MODEL, &more);
        assert_eq!(is("due", &folder)["unversioned"], serde_json::json!(["elements.db"]));
        commit(&folder, "2026-03-02", MODEL, &more.replacen("version: '1'", "version: '2'", 1));
        is("fresh", &folder);
        commit(&folder, "2026-03-03", MODEL, &text.replace("name: Shop", "name: Shop\ndescription: It sells."));
        is("fresh", &folder);
    }
}

#[test]
fn what_the_session_itself_mends_in_the_model_is_reviewed() {
    let folder = repository("");
    write(&folder, MODEL, &text_of(&folder).replace("  web:", "  db: {kind: store, zone: inside}\n  web:"));
    stamp(&folder);
    is("fresh", &folder);
    git(&folder, "2026-02-20", &["commit", "-qam", "Review"]);
    is("fresh", &folder);
}

#[test]
fn the_sheet_lists_what_there_is_to_go_through_and_how_to_record_it() {
    let more = "assumptions: {vpn: {text: Only by VPN}}\nincidents: {leak: {title: Links leaked, on: 2026-03-01}}\n";
    let folder = repository(more);
    commit(&folder, "2026-03-02", "src/web/login.rs", "fn login() { again() }");
    let sheet = |day: &str| run(&folder, &[&["review", "--agenda", "--today", day][..], &REST].concat(), 0).0;
    let text = sheet("2026-03-11");
    for part in [
        "Today: a review is due",
        "## Who has to be there",
        "- [ ] security",
        "## Web: 1 commit, 1 file",
        "vpn: Only by VPN",
        "leak: Links leaked",
        "redan add review re-walk-2026-03-11 on=2026-03-11 kind=re-walk state=held",
        "redan review --stamp re-walk-2026-03-11",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    commit(&folder, "2026-03-03", "src/web/login.rs", "fn login() {}");
    assert!(!text_of_section(&sheet("2026-03-11"), "Why").contains("Api"), "what did not change is not on it");
}

fn text_of_section(sheet: &str, title: &str) -> String {
    let start = sheet.find(&format!("## {title}")).expect("the section is there");
    sheet[start..].split("\n## ").next().unwrap_or_default().to_owned()
}
