//! Scores and plans as people and scripts get them.

mod support;

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use support::{MODEL, repository, run};

const SHOP: &str = "redan: 1
name: Shop
elements: {shop: {kind: process, tech: web-application, controls: {rate-limiting: no}}}
threats:
  T1: {title: Stuffing, on: [shop], likelihood: 4, impact: 5, mitigations: [limit, mfa], scores: {cvss: 'AV:N/AC:L/Au:N/C:P/I:P/A:P'}}
  T2: {title: Leak, on: [shop], likelihood: 3, impact: 4, mitigations: [tokens]}
mitigations:
  limit: {title: Limit the rate, estimate: 3d, strength: moderate, states: {shop.controls.rate-limiting: yes}}
  mfa: {title: Second factor, estimate: 5d, strength: strong, needs: [limit]}
  tokens: {title: Short tokens, strength: weak}
";

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("the output is JSON")
}

/// `score --stdin` with a text: exit code, data and notes.
fn scored(input: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_redan"))
        .args(["score", "--stdin"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // The reader may stop early, so a broken pipe is no fault.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the binary ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn one_line_in_is_one_score_out() {
    let input = "AV:N/AC:L/Au:N/C:P/I:P/A:P\r\nCVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U\nCVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:P";
    assert_eq!(scored(input, &[]), (Some(0), "7.5\n9.0\n6.8\n".to_owned(), String::new()));
}

#[test]
fn a_bad_line_is_named_and_the_others_are_scored() {
    let (code, out, err) = scored("AV:N/AC:L/Au:N/C:P/I:P/A:P\n\nAV:N/AC:L\nAV:N/AC:L/Au:N/C:C/I:C/A:C\n", &[]);
    assert_eq!((code, out.as_str()), (Some(2), "7.5\n10.0\n"));
    assert!(err.contains("line 3: the vector lacks `Au`"), "{err}");
}

#[test]
fn a_line_without_end_is_refused() {
    let (code, out, err) = scored(&"A".repeat(200_000), &[]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("line 1"), "{err}");
}

#[test]
fn scores_are_a_picture_and_lines_of_input_are_not() {
    let vectors = ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV:N/AC:L/Au:N/C:P/I:P/A:P"];
    let output =
        Command::new(env!("CARGO_BIN_EXE_redan")).args(["score", "--format", "svg"]).args(vectors).output().expect("the binary runs");
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && out.starts_with("<svg") && out.contains("9.8 critical") && out.contains("7.5 high"), "{out}");
    let (code, _, err) = scored(vectors[0], &["--format", "svg"]);
    assert!(code == Some(2) && err.contains("leave out --stdin"), "{err}");
}

#[test]
fn a_vector_is_explained_metric_by_metric() {
    let folder = repository(SHOP);
    let vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N/E:U";
    let found = json(&run(&folder, &["score", vector, "--format", "json"], 0).0);
    let one = &found["vectors"][0];
    assert_eq!((&one["version"], &one["base"], &one["environmental"]), (&"4.0".into(), &9.3.into(), &Value::Null));
    assert_eq!(
        (one["metrics"].as_array().map(Vec::len), &one["metrics"][0]["meaning"]),
        (Some(12), &"from anywhere over the network".into())
    );
    let (human, _) = run(&folder, &["score", vector], 0);
    assert!(human.contains("base 9.3, threat") && human.contains("nobody has shown it"), "{human}");
    let (_, err) = run(&folder, &["score", "CVSS:4.0/AV:N"], 2);
    assert!(err.contains("lacks `AC`"), "{err}");
}

#[test]
fn threats_carry_their_scores_and_the_leading_scale_sets_the_band() {
    let folder = repository(SHOP);
    let threat = |folder| {
        let all = json(&run(folder, &["threats", MODEL, "--format", "json"], 0).0);
        all["threats"].as_array().expect("a list").iter().find(|threat| threat["id"] == "T1").expect("T1").clone()
    };
    let found = threat(&folder);
    assert_eq!(
        (&found["band"], &found["scores"]["cvss"]["score"], &found["scores"]["cvss"]["band"]),
        (&"critical".into(), &7.5.into(), &"high".into())
    );
    fs::write(folder.path().join("redan.toml"), "[policy]\nleading-scale = 'cvss'\n").unwrap();
    assert_eq!(threat(&folder)["band"], "high");
    let (explained, _) = run(&folder, &["explain", MODEL, "T1"], 0);
    assert!(explained.contains("CVSS 2.0 scores 7.5, high; this sets the band"), "{explained}");
}

#[test]
fn a_plan_keeps_its_budget_and_says_what_it_buys() {
    let folder = repository(SHOP);
    let found = json(&run(&folder, &["plan", MODEL, "--budget", "8d", "--sprint", "5d", "--format", "json"], 0).0);
    assert_eq!(found["order"], serde_json::json!(["limit", "mfa"]));
    assert_eq!((&found["cost"]["days"], &found["proof"]["optimal"]), (&8.0.into(), &true.into()));
    assert!(found["risk"]["after"].as_f64() < found["risk"]["before"].as_f64());
    assert_eq!(found["mitigations"][1]["sprints"], serde_json::json!([1, 2]));
    let (human, _) = run(&folder, &["plan", MODEL, "--budget", "8d"], 0);
    for wanted in ["Do first: Limit the rate (3 days)", "What it buys", "What is left", "this is proven", "What the plan leaves out"] {
        assert!(human.contains(wanted), "{wanted}: {human}");
    }
    let (human, _) = run(&folder, &["plan", MODEL, "--default-estimate", "1d"], 0);
    assert!(human.contains("1 day *") && human.contains("nobody has estimated it"), "{human}");
}

#[test]
fn a_target_is_reached_or_it_is_said_what_it_takes() {
    let folder = repository(SHOP);
    let found = json(&run(&folder, &["plan", MODEL, "--target", "high", "--format", "json"], 0).0);
    assert_eq!((&found["order"], &found["proof"]["about"]), (&serde_json::json!(["limit"]), &"hours".into()));
    let found = json(&run(&folder, &["plan", MODEL, "--target", "high", "--budget", "1d", "--format", "json"], 0).0);
    assert_eq!(found["shortfall"]["target_needs_hours"], 24);
    let (human, _) = run(&folder, &["plan", MODEL, "--target", "low"], 0);
    assert!(human.contains("No mitigation of the model brings these to the target"), "{human}");
    let (_, err) = run(&folder, &["plan", MODEL, "--target", "hgih"], 2);
    assert!(err.contains("did you mean `high`?"), "{err}");
    let (_, err) = run(&folder, &["plan", MODEL, "--budget", "soon"], 2);
    assert!(err.contains("not an amount of work"), "{err}");
}

#[test]
fn a_plan_says_what_goals_of_attackers_fall_from_and_to() {
    let trees = "attack-trees:\n  steal: {goal: Steal, all: [{threat: T1}]}\n  guess: {goal: Guess, any: [{do: Try}]}\n";
    let folder = repository(format!("{}\n{trees}", SHOP.trim_end()));
    let found = json(&run(&folder, &["plan", MODEL, "--format", "json"], 0).0);
    let steal = &found["goals"][0];
    assert_eq!((&steal["id"], &steal["kind"]), (&"steal".into(), &"tree".into()));
    assert!(
        steal["after"].as_u64() < steal["before"].as_u64() && steal["probability_after"].as_f64() < steal["probability_before"].as_f64()
    );
    assert_eq!(found["unrated"], serde_json::json!(["guess"]));
    let (human, _) = run(&folder, &["plan", MODEL], 0);
    for wanted in ["What attackers want, and how likely they get it", "goals that attackers get to", "Not counted: guess"] {
        assert!(human.contains(wanted), "{wanted}: {human}");
    }
    let (csv, _) = run(&folder, &["plan", MODEL, "--format", "csv"], 0);
    assert!(csv.starts_with("kind,id,title,risk_before,risk_after,") && csv.contains("\ntree,steal,Steal,"), "{csv}");
    let found = json(&run(&folder, &["plan", MODEL, "--without-goals", "--format", "json"], 0).0);
    assert_eq!((&found["goals"], &found["risk"]["goals_before"]), (&serde_json::json!([]), &0.into()));
}

#[test]
fn the_front_is_a_picture_that_is_the_same_on_every_run() {
    let folder = repository(SHOP.replace("name: Shop", "name: <Shop & Co>"));
    let (picture, _) = run(&folder, &["plan", MODEL, "--format", "svg"], 0);
    assert!(picture.starts_with("<svg ") && picture.contains("&lt;Shop &amp; Co&gt;") && picture.contains("this plan"), "{picture}");
    assert_eq!(picture, run(&folder, &["plan", MODEL, "--format", "svg"], 0).0);
}

#[test]
fn a_model_without_mitigations_says_how_to_add_one() {
    let folder = repository("redan: 1\nname: Shop\nelements: {shop: {kind: process}}\n");
    assert!(run(&folder, &["plan", MODEL], 2).1.contains("redan add mitigation"));
}
