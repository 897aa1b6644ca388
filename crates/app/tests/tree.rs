//! `redan tree` from outside: trees of models and of other tools.

#[cfg(test)]
mod tree {
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use serde_json::Value as Json;

    const SHOP: &str = "\
redan: 1
name: Shop
mitigations:
  filter: {title: Filter mail, status: planned, estimate: 2d}
attack-trees:
  steal:
    goal: Steal orders
    any:
      - all:
          - {ref: phish}
          - {do: Download them, probability: 0.9, cost: 10}
      - all: [{do: Find a hole, id: hole, probability: 0.5, cost: 500, time: 20, detectability: 0.1}, {ref: phish}]
      - {do: Bribe somebody, probability: 0.1, cost: 9000, unless: [{do: Pay well, cost: 3}]}
    nodes:
      phish: {do: Phish an administrator, probability: 0.2, cost: 100, time: 5, mitigations: [filter]}
";

    fn redan(args: &[&str]) -> (Option<i32>, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_redan")).args(args).args(["--today", "2026-01-01"]).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    fn written(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        (folder, file)
    }

    fn json(file: &Path, more: &[&str]) -> Json {
        let mut args = vec!["tree", file.to_str().unwrap(), "--format", "json"];
        args.extend(more);
        let (code, out, err) = redan(&args);
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str(&out).unwrap()
    }

    fn close(value: &Json, expected: f64) -> bool {
        (value.as_f64().unwrap() - expected).abs() < 1e-12
    }

    #[test]
    fn a_shared_step_counts_once() {
        let (_folder, file) = written("shop.tm.yaml", SHOP);
        let found = json(&file, &["--simulate", "64000"]);
        let phish = 0.2 * (1.0 - 0.1 * 0.5);
        assert!(close(&found["probability"], 1.0 - (1.0 - phish) * 0.9), "{found}");
        assert_eq!((&found["goal"], &found["minimal_sets"], &found["budget"]), (&"Steal orders".into(), &"3".into(), &"enough".into()));
        assert_eq!((&found["events"], &found["gates"]), (&5.into(), &4.into()));
        assert_eq!(found["cheapest"]["value"], 110.0);
        assert_eq!(found["quickest"]["value"], 0.0);
        assert_eq!(found["uncovered"], serde_json::json!(["hole", "Download them"]));
        let points: Vec<&Json> = found["defence_attack"].as_array().unwrap().iter().map(|point| &point["attack"]).collect();
        assert_eq!(points, [&Json::from(110.0), &Json::from(9000.0), &Json::Null]);
        let interval = &found["simulated"]["interval"];
        let exact = found["probability"].as_f64().unwrap();
        assert!(interval[0].as_f64().unwrap() < exact && exact < interval[1].as_f64().unwrap(), "{interval}");
    }

    #[test]
    fn the_answer_is_in_plain_words() {
        let (_folder, file) = written("shop.tm.yaml", SHOP);
        let (code, out, _) = redan(&["tree", file.to_str().unwrap()]);
        assert_eq!(code, Some(0));
        for part in [
            "Steal orders (steal): 5 steps, 4 gates",
            "The goal is reached with a probability of 27.1 %.",
            "There are 3 ways to it, each with no step to spare.",
            "The cheapest attack costs 110: Phish an administrator, Download them.",
            "The step that matters most: Phish an administrator.",
            "No mitigation stands against 2 of 4 steps",
        ] {
            assert!(out.contains(part), "{part}\n{out}");
        }
    }

    #[test]
    fn too_small_a_budget_gives_bounds_and_says_so() {
        let (_folder, file) = written("shop.tm.yaml", SHOP);
        let found = json(&file, &["--budget", "1"]);
        assert_eq!((&found["probability"], &found["minimal_sets"], &found["budget"]), (&Json::Null, &Json::Null, &"exceeded".into()));
        let exact = 1.0 - (1.0 - 0.19) * 0.9;
        assert!(found["bounds"][0].as_f64().unwrap() <= exact && exact <= found["bounds"][1].as_f64().unwrap());
        let (_, out, _) = redan(&["tree", file.to_str().unwrap(), "--budget", "1"]);
        assert!(out.contains("budget exceeded"), "{out}");
    }

    #[test]
    fn a_tree_that_is_not_there_is_named_with_those_that_are() {
        let (_folder, file) = written("shop.tm.yaml", SHOP);
        let (code, _, err) = redan(&["tree", file.to_str().unwrap(), "--tree", "stael"]);
        assert_eq!(code, Some(2));
        assert!(err.contains("it has steal"), "{err}");
        let (_folder, file) = written("empty.tm.yaml", "redan: 1\nname: Empty\n");
        assert_eq!(redan(&["tree", file.to_str().unwrap()]).0, Some(3));
    }

    #[test]
    fn a_picture_shows_one_tree() {
        let (_folder, file) = written("shop.tm.yaml", SHOP);
        let (code, out, _) = redan(&["tree", file.to_str().unwrap(), "--format", "svg"]);
        assert!(code == Some(0) && out.starts_with("<svg") && out.contains("Phish an administrator"), "{out}");
    }

    const WAYS: &str = "\
redan: 1
name: Shop
assets: {orders: {confidentiality: high, integrity: none, availability: none}}
zones: {internet: {trust: untrusted}, inside: {trust: trusted}}
elements:
  user: {kind: actor, zone: internet}
  web: {kind: process, zone: inside}
  db: {kind: store, zone: inside, holds: [orders]}
flows:
  visit: {from: user, to: web, carries: [], returns: []}
  query: {from: web, to: db, carries: [], returns: []}
  answer: {from: db, to: web, carries: [], returns: []}
threats:
  T1: {title: Take over, on: [web], stride: [elevation-of-privilege], likelihood: 4, impact: 4}
  T2: {title: Read it, on: [db], stride: [information-disclosure], likelihood: 3, impact: 4}
  T3: {title: Inject, on: [query], stride: [elevation-of-privilege], likelihood: 2, impact: 4}
";

    #[test]
    fn attack_paths_are_a_tree_with_the_same_answers() {
        let (_folder, file) = written("shop.tm.yaml", WAYS);
        let found = json(&file, &["--packs", "none", "--tree", "path:orders/confidentiality"]);
        // Reading needs control of the web application; injecting does not, since whoever reaches the source is near the flow.
        assert!(close(&found["probability"], 0.6 * 0.3 + 0.1 - 0.6 * 0.3 * 0.1), "{found}");
        assert_eq!((&found["tree"], &found["minimal_sets"]), (&"path:orders/confidentiality".into(), &"2".into()));
        let (code, picture, err) =
            redan(&["tree", file.to_str().unwrap(), "--packs", "none", "--tree", "path:db/control", "--format", "svg"]);
        assert!(code == Some(0) && picture.contains("Inject, 10 %"), "{picture}{err}");
    }

    #[test]
    fn a_goal_that_is_not_there_is_told_with_those_that_are() {
        let (_folder, file) = written("shop.tm.yaml", WAYS);
        let refused = |id: &str, part: &str| {
            let (code, _, err) = redan(&["tree", file.to_str().unwrap(), "--packs", "none", "--tree", id]);
            assert!(err.contains(part), "{err}");
            code
        };
        assert_eq!(refused("path:oders/confidentiality", "did you mean `orders`?"), Some(2));
        assert_eq!(refused("path:orders/control", "of `orders` there is path:orders/confidentiality, path:orders/integrity"), Some(2));
        assert_eq!(refused("path:web", "path:web/control"), Some(2));
        assert_eq!(refused("path:orders/integrity", "no open threat leads to"), Some(3));
    }

    #[test]
    fn files_of_other_tools_are_worked_out() {
        let at = "toplevel \"Goal\";\n\"Goal\" or \"A\" \"B\";\n\"A\" and \"C\" \"D\";\n\"B\" prob=0.1 cost=7;\n\"C\" prob=0.5 cost=1;\n\"D\" prob=0.5 cost=2;\n";
        let adtree = "<adtree><node refinement=\"disjunctive\"><label>Goal</label><node refinement=\"disjunctive\"><label>B</label>\
            <parameter domainId=\"ProbSucc1\" category=\"basic\">0.1</parameter></node><node refinement=\"conjunctive\"><label>A</label>\
            <node refinement=\"disjunctive\"><label>C</label><parameter domainId=\"ProbSucc1\" category=\"basic\">0.5</parameter></node>\
            <node refinement=\"disjunctive\"><label>D</label><parameter domainId=\"ProbSucc1\" category=\"basic\">0.5</parameter></node></node></node></adtree>";
        let mef = "<opsa-mef><define-fault-tree name=\"x\"><define-gate name=\"Goal\"><or><gate name=\"a\"/><basic-event name=\"b\"/></or></define-gate>\
            <define-gate name=\"a\"><and><basic-event name=\"c\"/><basic-event name=\"d\"/></and></define-gate></define-fault-tree><model-data>\
            <define-basic-event name=\"b\"><float value=\"0.1\"/></define-basic-event><define-basic-event name=\"c\"><float value=\"0.5\"/></define-basic-event>\
            <define-basic-event name=\"d\"><float value=\"0.5\"/></define-basic-event></model-data></opsa-mef>";
        for (name, text) in [("goal.at", at), ("goal.xml", adtree), ("fault.xml", mef)] {
            let (_folder, file) = written(name, text);
            let found = json(&file, &[]);
            assert!(close(&found["probability"], 1.0 - 0.9 * 0.75), "{name}: {found}");
            assert_eq!((&found["minimal_sets"], &found["events"], &found["gates"]), (&"2".into(), &3.into(), &2.into()), "{name}");
        }
    }

    /// The trees of the Aralia set that a build without optimisation solves quickly, against the numbers that are known.
    #[test]
    fn small_trees_of_the_aralia_set_have_the_known_numbers() {
        let Some(folder) = std::env::var_os("REDAN_CORPUS").map(|corpus| Path::new(&corpus).join("aralia")).filter(|f| f.is_dir()) else {
            println!("skipped: REDAN_CORPUS is not set");
            return;
        };
        let expected = std::fs::read_to_string(folder.join("expected.csv")).unwrap();
        let quick =
            ["chinese", "das9202", "das9204", "das9206", "edf9201", "edf9205", "elf9601", "isp9601", "isp9603", "isp9605", "isp9607"];
        for name in quick {
            let file = folder.join(format!("{name}.xml"));
            if !file.is_file() {
                continue;
            }
            let row: Vec<&str> = expected.lines().find(|line| line.starts_with(&format!("{name},"))).unwrap().split(',').collect();
            let found = json(&file, &[]);
            assert_eq!(found["minimal_sets"], row[5], "{name}");
            let (p, known) = (found["probability"].as_f64().unwrap(), row[13].parse::<f64>().unwrap());
            assert!((p - known).abs() <= 2e-5 * known, "{name}: {p} {known}");
            assert_eq!((found["events"].to_string(), found["gates"].to_string()), (row[1].to_owned(), row[2].to_owned()), "{name}");
        }
    }

    #[test]
    fn flows_of_attack_flow_are_worked_out() {
        let Some(folder) = std::env::var_os("REDAN_CORPUS").map(|corpus| Path::new(&corpus).join("attack-flow")).filter(|f| f.is_dir())
        else {
            println!("skipped: REDAN_CORPUS is not set");
            return;
        };
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let found = json(&file, &[]);
            assert!(found["minimal_sets"].as_str().is_some_and(|count| count != "0"), "{}: {found}", file.display());
        }
    }
}
