//! `redan backlog sync` against trackers that keep what is written to them: the same facts for all four.
#![cfg(feature = "sync")]

mod doubles;
mod troubles;

use doubles::{AZURE, Double, GITHUB, GITLAB, JIRA, Kind, model};

/// The same facts for every tracker.
macro_rules! for_each_tracker {
    ($($fact:ident,)*) => {
        mod github { $(#[test] fn $fact() { super::$fact(&super::GITHUB) })* }
        mod gitlab { $(#[test] fn $fact() { super::$fact(&super::GITLAB) })* }
        mod jira { $(#[test] fn $fact() { super::$fact(&super::JIRA) })* }
        mod azure { $(#[test] fn $fact() { super::$fact(&super::AZURE) })* }
    };
}

for_each_tracker! {
    nothing_is_written_without_being_asked,
    a_second_run_writes_nothing,
    without_the_link_file_nothing_is_made_twice,
    a_hundred_and_fifty_issues_are_read_over_two_pages,
    what_people_wrote_stays_when_the_task_changes,
    an_issue_is_closed_and_opened_with_its_task,
    an_issue_that_a_person_closed_stays_closed_until_asked,
    an_issue_whose_mitigation_is_rejected_is_closed_as_not_to_be_done,
    what_is_closed_as_done_becomes_implemented_on_request,
    an_issue_that_lost_its_label_is_found_by_its_link,
    a_renamed_mitigation_keeps_its_issue,
    a_wrong_token_ends_it_and_is_not_shown,
}

const PLANNED: &str = "m1: {title: Do 1, status: planned";
const IMPLEMENTED: &str = "m1: {title: Do 1, status: implemented";

fn nothing_is_written_without_being_asked(kind: &'static Kind) {
    let double = Double::new(kind, 2);
    let plan = double.json(&[]);
    assert_eq!((&plan["applied"], &plan["counts"]["create"], &plan["steps"][0]["written"]), (&false.into(), &2.into(), &false.into()));
    assert_eq!(double.writes(), (0, 0));
    assert!(!double.folder.path().join("shop.backlog.yaml").exists());
    let (code, out, err) = double.run(&[]);
    assert!(code == Some(0) && out.contains("2 create") && out.contains("[SEC][P0] Do 1") && err.contains("--apply"), "{out}{err}");
}

fn a_second_run_writes_nothing(kind: &'static Kind) {
    let double = Double::new(kind, 3);
    let first = double.json(&["--apply"]);
    assert_eq!((&first["counts"]["create"], double.writes()), (&3.into(), (3, 0)), "{first}");
    assert!(first["steps"][0]["url"].as_str().is_some_and(|url| url.starts_with("http")), "{first}");
    let second = double.json(&["--apply"]);
    assert_eq!((&second["counts"]["nothing"], double.writes()), (&3.into(), (0, 0)), "{second}");
}

fn without_the_link_file_nothing_is_made_twice(kind: &'static Kind) {
    let double = Double::new(kind, 3);
    double.json(&["--apply"]);
    let links = std::fs::read(double.folder.path().join("shop.backlog.yaml")).expect("there are links");
    double.writes();
    double.lose_links();
    let again = double.json(&["--apply"]);
    assert_eq!((&again["counts"]["nothing"], double.writes()), (&3.into(), (0, 0)), "{again}");
    assert_eq!(std::fs::read(double.folder.path().join("shop.backlog.yaml")).expect("they are there again"), links);
}

fn a_hundred_and_fifty_issues_are_read_over_two_pages(kind: &'static Kind) {
    let double = Double::new(kind, 150);
    double.json(&["--apply"]);
    assert_eq!(double.writes(), (150, 0));
    double.lose_links();
    double.store().pages = 0;
    let again = double.json(&["--apply"]);
    assert_eq!((&again["counts"]["nothing"], double.writes(), double.store().pages), (&150.into(), (0, 0), 2));
}

fn what_people_wrote_stays_when_the_task_changes(kind: &'static Kind) {
    let double = Double::new(kind, 1);
    double.json(&["--apply"]);
    if let Some(issue) = double.store().issue(1) {
        (kind.write_around)(&mut issue.body);
        issue.title = "Stop the bots".to_owned();
        issue.labels.push("team-a".to_owned());
    }
    double.writes();
    let before = double.store().issues.clone();
    double.json(&["--apply"]);
    assert_eq!((double.writes(), &double.store().issues), ((0, 0), &before), "what people wrote is no reason to write");
    double.write_model(&model(1).replace("it is done", "nothing else works").replace("impact: 4", "impact: 3"));
    let changed = double.json(&["--apply"]);
    assert_eq!((&changed["counts"]["update"], double.writes().0), (&1.into(), 0), "{changed}");
    let after = double.store().issues[0].clone();
    assert!((kind.is_around)(&after.body), "{:?}", after.body);
    assert!(after.body.to_string().contains("nothing else works") && !after.body.to_string().contains("it is done"), "{:?}", after.body);
    assert_eq!(after.title, "Stop the bots");
    assert!(["redan", "redan-P1", "team-a"].iter().all(|label| after.labels.contains(&(*label).to_owned())), "{:?}", after.labels);
    assert!(!after.labels.contains(&"redan-P0".to_owned()), "{:?}", after.labels);
    double.writes();
    double.json(&["--apply"]);
    assert_eq!(double.writes(), (0, 0));
}

fn an_issue_is_closed_and_opened_with_its_task(kind: &'static Kind) {
    let double = Double::new(kind, 2);
    double.json(&["--apply"]);
    double.write_model(
        &model(2).replace(PLANNED, IMPLEMENTED).replace("mitigations: [m1]}", "mitigations: [m1], status: mitigated, because: done}"),
    );
    let closed = double.json(&["--apply"]);
    assert_eq!((&closed["counts"]["close"], double.store().issues[0].state.as_str()), (&1.into(), kind.states[1]), "{closed}");
    double.writes();
    double.json(&["--apply"]);
    assert_eq!(double.writes(), (0, 0));
    double.write_model(&model(2));
    let opened = double.json(&["--apply"]);
    assert_eq!((&opened["counts"]["reopen"], double.store().issues[0].state.as_str()), (&1.into(), kind.states[0]), "{opened}");
    double.writes();
    double.json(&["--apply"]);
    assert_eq!(double.writes(), (0, 0));
}

fn an_issue_that_a_person_closed_stays_closed_until_asked(kind: &'static Kind) {
    let double = Double::new(kind, 1);
    double.json(&["--apply"]);
    double.store().issues[0].state = kind.states[1].to_owned();
    double.writes();
    let (code, out, _) = double.run(&["--apply"]);
    assert!(code == Some(0) && out.contains("leave") && out.contains("--reopen"), "{out}");
    assert_eq!((double.writes(), double.store().issues[0].state.as_str()), ((0, 0), kind.states[1]));
    double.json(&["--apply", "--reopen"]);
    assert_eq!(double.store().issues[0].state, kind.states[0]);
}

fn an_issue_whose_mitigation_is_rejected_is_closed_as_not_to_be_done(kind: &'static Kind) {
    let double = Double::new(kind, 1);
    double.json(&["--apply"]);
    double.write_model(&model(1).replace(PLANNED, "m1: {title: Do 1, status: rejected"));
    let closed = double.json(&["--apply"]);
    assert_eq!((&closed["counts"]["close"], &closed["counts"]["create"]), (&1.into(), &1.into()), "the threat needs a decision: {closed}");
    let issue = double.store().issues[0].clone();
    assert_eq!(issue.state, kind.states[2]);
    assert!(issue.reason.is_none_or(|reason| reason == "not_planned"));
    double.writes();
    double.json(&["--apply"]);
    assert_eq!(double.writes(), (0, 0));
}

#[test]
fn work_that_has_begun_becomes_in_progress_where_the_tracker_knows_of_it() {
    for (kind, state) in [(&JIRA, "In Progress"), (&AZURE, "Doing")] {
        let double = Double::new(kind, 2);
        double.json(&["--apply"]);
        double.store().issues[1].state = state.to_owned();
        let taken = double.json(&["--pull", "--apply"]);
        assert_eq!((&taken["changes"][0]["id"], &taken["changes"][0]["status"]), (&"m2".into(), &"in-progress".into()), "{taken}");
        assert!(double.model().contains("m2: {title: Do 2, status: in-progress"), "{}", double.model());
    }
}

fn what_is_closed_as_done_becomes_implemented_on_request(kind: &'static Kind) {
    let double = Double::new(kind, 2);
    double.json(&["--apply"]);
    double.store().issues[0].state = kind.states[1].to_owned();
    double.writes();
    let before = double.model();
    let (code, out, err) = double.run(&["--pull"]);
    assert!(code == Some(0) && out.contains("+  m1: {title: Do 1, status: implemented") && err.contains("--apply"), "{out}{err}");
    assert_eq!(double.model(), before, "nothing is written without being asked");
    let taken = double.json(&["--pull", "--apply"]);
    assert_eq!((&taken["changes"][0]["id"], &taken["changes"][0]["status"]), (&"m1".into(), &"implemented".into()), "{taken}");
    assert_eq!(double.model(), before.replace(PLANNED, IMPLEMENTED));
    assert_eq!(double.writes(), (0, 0), "the tracker is only read");
    assert_eq!(double.json(&["--pull"])["changes"].as_array().map(Vec::len), Some(0));
}

fn an_issue_that_lost_its_label_is_found_by_its_link(kind: &'static Kind) {
    let double = Double::new(kind, 1);
    double.json(&["--apply"]);
    double.store().issues[0].labels = vec!["team-a".to_owned()];
    double.writes();
    let again = double.json(&["--apply"]);
    assert_eq!((&again["counts"]["update"], double.writes().0), (&1.into(), 0), "{again}");
    assert_eq!(double.store().issues[0].labels, ["team-a", "redan", "redan-P0"]);
}

fn a_renamed_mitigation_keeps_its_issue(kind: &'static Kind) {
    let double = Double::new(kind, 2);
    double.json(&["--apply"]);
    double.writes();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_redan"))
        .args(["rename", "shop.tm.yaml", "mitigations.m1", "mitigations.first"])
        .current_dir(double.folder.path())
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("shop.backlog.yaml (1 of its issues)"), "{said}");
    let again = double.json(&["--apply"]);
    assert_eq!((&again["counts"]["create"], &again["counts"]["close"], double.writes().0), (&0.into(), &0.into(), 0), "{again}");
    assert_eq!(double.store().issues.len(), 2);
    assert_eq!(double.json(&["--apply"])["counts"]["nothing"], 2, "and is then what the model says");
}

fn a_wrong_token_ends_it_and_is_not_shown(kind: &'static Kind) {
    let double = Double::new(kind, 1);
    let (code, out, err) = double.run_with("falsch-987654321", &["--apply"]);
    assert!(code == Some(2) && err.contains("does not know the token"), "{out}{err}");
    assert!(!err.contains("falsch"), "{err}");
}
