//! `redan paths` from outside.

#[cfg(test)]
mod paths {
    use std::process::Command;

    use serde_json::Value as Json;

    const SHOP: &str = "\
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
threats:
  T1: {title: Take over, on: [web], stride: [elevation-of-privilege], likelihood: 4, impact: 4}
  T2: {title: Read it, on: [db], stride: [information-disclosure], likelihood: 3, impact: 4}
";

    fn redan(args: &[&str]) -> (Option<i32>, String, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.tm.yaml");
        std::fs::write(&file, SHOP).unwrap();
        let args = [&["paths", file.to_str().unwrap(), "--today", "2026-01-01"], args].concat();
        let output = Command::new(env!("CARGO_BIN_EXE_redan")).args(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    #[test]
    fn the_steps_of_a_path_are_told_in_order() {
        let (code, out, err) = redan(&["--to", "orders"]);
        assert_eq!(code, Some(0), "{err}");
        let lines =
            ["See Orders: 18 % likely by 1 way", "reach Web over", "control Web: Take over [T1] 60 %", "see Orders: Read it [T2] 30 %"];
        let places: Vec<usize> = lines.iter().map(|line| out.find(line).unwrap_or_else(|| panic!("{line} in {out}"))).collect();
        assert!(places.is_sorted(), "{out}");
    }

    #[test]
    fn json_names_goal_threats_and_probability() {
        let (code, out, err) = redan(&["--to", "orders", "--format", "json"]);
        assert_eq!(code, Some(0), "{err}");
        let found: Json = serde_json::from_str(&out).unwrap();
        let goal = &found["goals"][0];
        assert_eq!((&found["version"], &goal["target"]["at"]), (&1.into(), &"orders".into()));
        let steps = goal["paths"][0]["steps"].as_array().unwrap();
        let threats: Vec<&str> = steps.iter().filter_map(|step| step["threat"].as_str()).collect();
        assert_eq!(threats, ["T1", "T2"]);
        assert!((goal["probability"].as_f64().unwrap() - 0.18).abs() < 1e-12);
    }

    #[test]
    fn an_unknown_goal_is_told_with_the_nearest_name() {
        let (code, _, err) = redan(&["--to", "order"]);
        assert_ne!(code, Some(0));
        assert!(err.contains("did you mean `orders`?"), "{err}");
    }
}
