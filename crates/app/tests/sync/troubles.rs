//! `redan backlog sync` where trackers are slow, broken or contradictory, with GitHub's double.

use serde_json::Value;
use wiremock::ResponseTemplate;

use crate::doubles::{Double, GITHUB, model};

fn body(double: &Double) -> String {
    double.store().issues[0].body.as_str().unwrap_or_default().to_owned()
}

fn set_body(double: &Double, text: &str) {
    double.store().issues[0].body = Value::from(text);
}

#[test]
fn an_issue_says_what_the_guide_asks_for_and_links_to_the_model() {
    let double = Double::new(&GITHUB, 1);
    double.json(&["--apply"]);
    let body = body(&double);
    for part in [
        "<!-- redan:begin task=shop/mitigate/m1 hash=",
        "- `T1` Threat 1 (critical 20)",
        "- [ ] it is done",
        "/acme/shop/blob/HEAD/shop.tm.yaml#L7>",
        "<!-- redan:end -->",
    ] {
        assert!(body.contains(part), "no {part} in {body}");
    }
    assert_eq!(double.store().issues[0].labels, ["redan", "redan-P0"]);
}

#[test]
fn ticks_stay_line_ends_do_not_count_and_other_edits_of_our_part_are_undone() {
    let double = Double::new(&GITHUB, 1);
    double.json(&["--apply"]);
    set_body(&double, &body(&double).replace("- [ ] it is done", "- [x] it is done").replace('\n', "\r\n"));
    double.writes();
    double.json(&["--apply"]);
    assert_eq!(double.writes(), (0, 0));
    set_body(&double, &body(&double).replace("it is tested", "it is not tested"));
    let (_, out, _) = double.run(&["--apply"]);
    assert!(out.contains("our part of its description was edited"), "{out}");
    assert!(body(&double).contains("- [x] it is done") && body(&double).contains("- [ ] it is tested"), "{}", body(&double));
}

#[test]
fn moved_lines_of_the_model_are_no_change() {
    let double = Double::new(&GITHUB, 1);
    double.json(&["--apply"]);
    double.writes();
    double.write_model(&format!("# a comment\n\n{}", model(1)));
    double.json(&["--apply"]);
    assert_eq!(double.writes(), (0, 0));
}

#[test]
fn a_server_that_asks_for_time_gets_it_and_says_so() {
    let double = Double::new(&GITHUB, 1);
    double.store().first = vec![
        ResponseTemplate::new(429).insert_header("retry-after", "0"),
        ResponseTemplate::new(403).insert_header("retry-after", "0").set_body_string(r#"{"message":"secondary rate limit"}"#),
    ];
    let (code, _, err) = double.run(&[]);
    assert!(code == Some(0) && err.contains("asks to wait 0 s"), "{err}");
    double.store().first = vec![ResponseTemplate::new(429).insert_header("retry-after", "3600")];
    let (code, _, err) = double.run(&[]);
    assert!(code == Some(2) && err.contains("asks to wait 3600 s") && err.contains("300 s are left"), "{err}");
}

#[test]
fn a_server_that_breaks_off_leaves_what_was_done_known() {
    let double = Double::new(&GITHUB, 3);
    let empty = || ResponseTemplate::new(200).set_body_string("[]");
    double.store().first = vec![empty(), ResponseTemplate::new(502).set_body_string("<html>")];
    let (code, out, err) = double.run(&["--apply"]);
    assert!(code == Some(2) && err.contains("was answered with 502") && out.contains("create"), "{out}{err}");
    assert_eq!(double.writes(), (0, 0));
    double.json(&["--apply"]);
    assert_eq!(double.writes(), (3, 0));
}

#[test]
fn an_answer_that_is_none_of_the_tracker_is_a_clear_error() {
    for (answer, said) in [
        (ResponseTemplate::new(200).set_body_string("<html>"), "it is not JSON"),
        (ResponseTemplate::new(200).set_body_string("{}"), "it holds no list"),
        (ResponseTemplate::new(302).insert_header("location", "https://evil.example/"), "it is somewhere else now"),
        (ResponseTemplate::new(404).set_body_string("{\"message\":\"Not Found\"}"), "not there, or the token may not see it (Not Found)"),
        (ResponseTemplate::new(200).set_body_bytes(vec![b' '; 33 * 1024 * 1024]), "more than 32 MB"),
    ] {
        let double = Double::new(&GITHUB, 1);
        double.store().first = vec![answer];
        let (code, out, err) = double.run(&["--apply"]);
        assert!(code == Some(2) && err.contains(said), "{out}{err}");
        assert_eq!(double.writes(), (0, 0));
    }
}

#[test]
fn a_copy_of_an_issue_is_a_conflict_that_names_both() {
    let double = Double::new(&GITHUB, 1);
    double.json(&["--apply"]);
    double.lose_links();
    {
        let mut store = double.store();
        let mut copy = store.issues[0].clone();
        copy.number = 2;
        store.issues.push(copy);
    }
    double.writes();
    let (code, out, _) = double.run(&["--apply"]);
    assert!(code == Some(2) && out.contains("1 and 2 all have the mark"), "{out}");
    assert_eq!(double.writes(), (0, 0));
}

#[test]
fn what_will_not_be_done_is_left_to_a_person() {
    let double = Double::new(&GITHUB, 1);
    double.json(&["--apply"]);
    {
        let mut store = double.store();
        store.issues[0].state = "closed".to_owned();
        store.issues[0].reason = Some("not_planned".to_owned());
    }
    let before = double.model();
    let taken = double.json(&["--pull", "--apply"]);
    assert_eq!((&taken["changes"][0]["status"], &taken["diff"]), (&Value::Null, &"".into()), "{taken}");
    assert_eq!(double.model(), before);
}

#[test]
fn a_status_that_would_break_the_model_is_left_to_a_person() {
    let double = Double::new(&GITHUB, 2);
    let text = model(2)
        .replace("web: {kind: process", "web: {controls: {rate-limiting: no}, kind: process")
        .replace(", status: planned, acceptance", ", status: planned, states: {web.controls.rate-limiting: yes}, acceptance");
    double.write_model(&text.replacen("states: {web.controls.rate-limiting: yes}", "states: {}", 1).replace(", states: {}", ""));
    double.json(&["--apply"]);
    double.store().issues.iter_mut().for_each(|issue| issue.state = "closed".to_owned());
    let taken = double.json(&["--pull", "--apply"]);
    let status = |at: usize| taken["changes"][at]["status"].clone();
    assert_eq!((status(0), status(1)), ("implemented".into(), Value::Null), "{taken}");
    assert!(taken["changes"][1]["reason"].as_str().is_some_and(|reason| reason.contains("the model cannot say so yet")), "{taken}");
}

#[test]
fn a_task_outside_of_the_wanted_priorities_keeps_the_issue_it_has() {
    let double = Double::new(&GITHUB, 1);
    double.json(&["--apply"]);
    double.write_model(&model(1).replace("likelihood: 5, impact: 4", "likelihood: 2, impact: 3"));
    double.writes();
    let lower = double.json(&["--apply"]);
    assert_eq!((&lower["counts"]["update"], double.writes()), (&1.into(), (0, 1)), "{lower}");
    let issue = double.store().issues[0].clone();
    assert_eq!((issue.labels.join(" ").as_str(), issue.state.as_str()), ("redan redan-P2", "open"));
    assert_eq!(issue.title, "[SEC][P2] Do 1", "our own title follows");
}

#[test]
fn a_link_file_that_is_none_is_refused_and_names_the_way_out() {
    let double = Double::new(&GITHUB, 1);
    std::fs::write(double.folder.path().join("shop.backlog.yaml"), "issues: [").expect("a file can be written");
    let (code, _, err) = double.run(&["--apply"]);
    assert!(code == Some(2) && err.contains("cannot read `shop.backlog.yaml`") && err.contains("found by their marks"), "{err}");
    assert_eq!(double.writes(), (0, 0));
}

#[test]
fn two_models_whose_issues_could_not_be_told_apart_are_refused() {
    let double = Double::new(&GITHUB, 1);
    std::fs::write(double.folder.path().join("other.tm.yaml"), model(1)).expect("a file can be written");
    let (code, _, err) = double.run(&["--apply", "other.tm.yaml"]);
    assert!(code == Some(2) && err.contains("two models have the id `shop`"), "{err}");
    assert_eq!(double.writes(), (0, 0));
}

#[test]
fn a_model_with_errors_closes_nothing() {
    let double = Double::new(&GITHUB, 1);
    double.json(&["--apply"]);
    double.writes();
    double.write_model(&model(1).replace("on: [web]", "on: [wep]"));
    let (code, _, err) = double.run(&["--apply"]);
    assert!(code == Some(2) && err.contains("wep"), "{err}");
    assert_eq!(double.writes(), (0, 0));
}
