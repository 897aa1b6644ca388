//! The binary as scripts see it: exit codes, what goes where, and input that is not what it should be.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use support::redan;

const MODEL: &str = "redan: 1\nname: Shop\nzones: {internet: {trust: untrusted}}\nelements:\n  app: {kind: process, zone: internet}\n";

/// A folder that is a repository, with one file in it.
fn folder_with(name: &str, bytes: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(folder.path().join(".git")).expect("a folder can be made");
    fs::write(folder.path().join(name), bytes).expect("a file can be written");
    folder
}

/// Reads a model that is not valid: exit code 2, nothing on standard output, and a message that says this.
fn refused(bytes: impl AsRef<[u8]>, message: &str) {
    let folder = folder_with("m.tm.yaml", bytes);
    for command in ["threats", "report", "diagram"] {
        let output = redan(folder.path(), &[command, "m.tm.yaml"]);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command}: {err}");
        assert!(err.contains("m.tm.yaml") && err.contains(message), "{command}: {err}");
        assert!(output.stdout.is_empty(), "{command} wrote data");
    }
    assert_eq!(redan(folder.path(), &["check", "m.tm.yaml", "--format", "json"]).status.code(), Some(2));
}

fn code(folder: &TempDir, args: &[&str]) -> Option<i32> {
    redan(folder.path(), args).status.code()
}

fn text(folder: &TempDir, args: &[&str]) -> String {
    String::from_utf8(redan(folder.path(), args).stdout).expect("output is text")
}

#[test]
fn nothing_to_check_is_three() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for command in ["check", "threats", "report", "ask"] {
        assert_eq!(code(&folder, &[command]), Some(3), "{command}");
    }
}

#[test]
fn a_fine_model_is_zero_and_an_open_critical_threat_is_one() {
    let folder = folder_with("m.tm.yaml", MODEL);
    assert_eq!(code(&folder, &["check", "m.tm.yaml"]), Some(0));
    let threat = ["add", "threat", "T1", "title=Bad", "on=[app]", "likelihood=5", "impact=5", "--model", "m.tm.yaml"];
    assert_eq!(code(&folder, &threat), Some(0));
    for format in ["human", "json", "md", "github"] {
        assert_eq!(code(&folder, &["check", "m.tm.yaml", "--format", format]), Some(1), "{format}");
    }
    fs::write(folder.path().join("redan.toml"), "[policy]\nfail-on = 'never'\n").unwrap();
    assert_eq!(code(&folder, &["check", "m.tm.yaml"]), Some(0));
}

#[test]
fn usage_errors_are_two() {
    let folder = folder_with("m.tm.yaml", MODEL);
    for args in [
        &["nonsense"][..],
        &["threats", "m.tm.yaml", "--status", "opne"],
        &["threats", "m.tm.yaml", "--on", "ap"],
        &["threats", "m.tm.yaml", "--packs", "nope"],
        &["threats", "m.tm.yaml", "--today", "2026-02-30"],
        &["explain", "m.tm.yaml", "nope"],
        &["diagram", "m.tm.yaml", "--view", "nope"],
        &["rules", "show", "nope"],
        &["threats", "missing.tm.yaml"],
        &["threats", "."],
        &["set", "m.tm.yaml", "nope.controls.mfa=yes"],
    ] {
        assert_eq!(code(&folder, args), Some(2), "{args:?}");
    }
}

#[test]
fn a_bad_configuration_is_two_with_its_place() {
    let folder = folder_with("m.tm.yaml", MODEL);
    fs::write(folder.path().join("redan.toml"), "[policy]\nfail-on = 'hihg'\n").unwrap();
    let output = redan(folder.path(), &["check", "m.tm.yaml"]);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(err.contains("redan.toml:2:11") && err.contains("did you mean `high`?"), "{err}");
}

#[test]
fn a_binary_file_is_refused() {
    refused([0xff, 0xfe, 0x00, 0x01, 0x80], "");
    refused(b"redan: 1\nname: \x00\n", "");
}

#[test]
fn a_gigabyte_of_dots_is_refused_by_its_size() {
    let folder = folder_with("m.tm.yaml", "");
    fs::File::create(folder.path().join("m.tm.yaml")).unwrap().set_len(1 << 30).unwrap();
    let output = redan(folder.path(), &["check", "m.tm.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("limit"));
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let previous = vec![format!("*a{}", i - 1); 10].join(", ");
        text.push_str(&format!("a{i}: &a{i} [{previous}]\n"));
    }
    refused(text, "alias");
}

#[test]
fn deep_nesting_is_refused() {
    refused(format!("redan: 1\nname: {}x{}\n", "[".repeat(10_000), "]".repeat(10_000)), "deep");
}

#[test]
fn duplicate_keys_show_both_places() {
    refused("redan: 1\nname: a\nname: b\n", "name");
}

#[test]
fn unknown_references_get_the_nearest_name() {
    refused(
        "redan: 1\nname: a\nzones: {internet: {trust: untrusted}}\nelements:\n  app: {kind: process, zone: internt}\n",
        "did you mean `internet`?",
    );
}

#[test]
fn a_cycle_of_files_is_refused() {
    let folder = folder_with("a.tm.yaml", "redan: 1\nname: a\nuse: {b: b.tm.yaml}\n");
    fs::write(folder.path().join("b.tm.yaml"), "redan: 1\nname: b\nuse: {a: a.tm.yaml}\n").unwrap();
    let output = redan(folder.path(), &["check", "a.tm.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_file_outside_of_the_repository_is_refused() {
    let folder = folder_with("a.tm.yaml", "redan: 1\nname: a\nuse: {b: ../../etc/passwd}\n");
    assert_eq!(code(&folder, &["check", "a.tm.yaml"]), Some(2));
}

#[test]
fn two_runs_give_the_same_bytes() {
    let folder = folder_with("m.tm.yaml", MODEL);
    let args = ["threats", "m.tm.yaml", "--format", "json", "--today", "2026-01-01"];
    let first = text(&folder, &args);
    assert_eq!(first, text(&folder, &args));
    assert!(first.starts_with("{\n  \"version\": 1,"));
}

#[test]
fn csv_has_exactly_the_columns_of_the_guide() {
    let folder = folder_with("m.tm.yaml", MODEL);
    let csv = text(&folder, &["threats", "m.tm.yaml", "--format", "csv"]);
    assert_eq!(
        csv.lines().next(),
        Some("id,component,threat,description,likelihood,impact,risk_score,mitigation,owner,due,date_identified,status")
    );
    let plan = text(&folder, &["mitigations", "m.tm.yaml", "--format", "csv"]);
    assert_eq!(plan, "threat_id,mitigation,acceptance_criteria,test,owner,due,estimate,status,priority\n");
}

#[test]
fn mitigations_are_listed_by_band_and_place_and_frameworks_all_at_once() {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/web-login/web-login.tm.yaml");
    let folder = folder_with("m.tm.yaml", MODEL);
    let count = |words: &[&str]| {
        let found = text(&folder, &[&["mitigations", model, "--format", "json"], words].concat());
        let found: serde_json::Value = serde_json::from_str(&found).expect("the output is JSON");
        found["mitigations"].as_array().map(Vec::len)
    };
    assert_eq!(
        [count(&["--band", "critical"]), count(&["--on", "auth"]), count(&["--on", "web-app", "--band", "low"])],
        [Some(3), Some(4), Some(0)]
    );
    assert_eq!(count(&[]), Some(7));
    let all = text(&folder, &["compliance", model, "--format", "csv"]);
    assert!(all.starts_with("framework,requirement,") && all.contains("\nasvs,") && all.contains("\npci,"), "{all}");
}

#[test]
fn an_edit_that_breaks_the_model_is_not_written() {
    let folder = folder_with("m.tm.yaml", MODEL);
    assert_eq!(code(&folder, &["set", "m.tm.yaml", "app.zone=nowhere"]), Some(2));
    assert_eq!(fs::read_to_string(folder.path().join("m.tm.yaml")).unwrap(), MODEL);
    assert_eq!(code(&folder, &["set", "m.tm.yaml", "app.zone=nowhere", "--force"]), Some(0));
    assert_eq!(code(&folder, &["check", "m.tm.yaml"]), Some(2));
    assert_eq!(code(&folder, &["set", "m.tm.yaml", "app.zone=internet"]), Some(0));
    assert_eq!(code(&folder, &["check", "m.tm.yaml"]), Some(0));
}

#[test]
fn a_laid_out_model_stays_as_it_is() {
    let folder = folder_with(
        "m.tm.yaml",
        "redan:   1\n# kept\nelements: {app: {kind: process, zone: internet}}\nname: Shop\nzones: {internet: {trust: untrusted}}\n",
    );
    assert_eq!(code(&folder, &["fmt", "m.tm.yaml", "--check"]), Some(1));
    assert_eq!(code(&folder, &["fmt", "m.tm.yaml"]), Some(0));
    assert_eq!(code(&folder, &["fmt", "m.tm.yaml", "--check"]), Some(0));
    assert!(fs::read_to_string(folder.path().join("m.tm.yaml")).unwrap().contains("# kept"));
}

#[test]
fn a_dry_run_shows_the_change_and_writes_nothing() {
    let folder = folder_with("m.tm.yaml", MODEL);
    let shown = text(&folder, &["set", "m.tm.yaml", "app.name=Application", "--dry-run"]);
    assert!(
        shown.contains("-  app: {kind: process, zone: internet}\n+  app: {kind: process, zone: internet, name: Application}\n"),
        "{shown}"
    );
    assert_eq!(fs::read_to_string(folder.path().join("m.tm.yaml")).unwrap(), MODEL);
}

#[test]
fn init_writes_a_model_that_passes_and_never_overwrites() {
    for template in ["web-app", "api", "cloud", "physical"] {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(code(&folder, &["init", "--template", template, "--name", "My shop"]), Some(0), "{template}");
        assert!(folder.path().join("security/threat-models/my-shop.tm.yaml").is_file());
        assert_eq!(code(&folder, &["check"]), Some(0), "{template}");
        assert_eq!(code(&folder, &["init", "--template", template, "--name", "My shop"]), Some(2), "{template}");
    }
}

#[test]
fn an_output_file_is_written_and_nothing_goes_to_standard_output() {
    let folder = folder_with("m.tm.yaml", MODEL);
    assert_eq!(text(&folder, &["diagram", "m.tm.yaml", "-o", "m.svg"]), "");
    assert!(fs::read_to_string(folder.path().join("m.svg")).unwrap().starts_with("<svg"));
}

#[test]
fn answers_are_written_one_by_one() {
    use std::io::Write;
    let folder = folder_with("m.tm.yaml", MODEL.replace("kind: process", "kind: process, tech: web-application"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_redan"))
        .args(["ask", "m.tm.yaml"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"y\nq\n").unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    assert!(
        fs::read_to_string(folder.path().join("m.tm.yaml")).unwrap().contains(": yes")
            || fs::read_to_string(folder.path().join("m.tm.yaml")).unwrap().contains("controls: [")
    );
}

/// A model in which every kind of row stands: open, to answer, mitigated, decided, by hand.
const FULL: &str = "redan: 1
name: Shop
version: 1.2.0
zones: {internet: {trust: untrusted}, inside: {trust: internal}}
assets:
  orders: {owner: Sales, data: [pii], confidentiality: high, integrity: high, availability: low, privacy: high}
  uptime: {kind: service, on: [web-app], availability: high}
elements:
  browser: {kind: actor, zone: internet}
  web-app: {kind: process, zone: inside, tech: web-application, controls: {error-handling: no, rate-limiting: yes}}
  user-db: {kind: store, zone: inside, tech: sql-database, holds: [orders]}
flows:
  visit: browser -> web-app over https carrying orders
  read: web-app -> user-db over sql carrying orders
mitigations:
  hide-errors: {title: Hide errors, states: {web-app.controls.error-handling: yes}, owner: Ann, due: 2026-02-01, estimate: 2d, acceptance: No stack trace reaches a client, verify: [{junit: errors.*, at: ci}]}
threats:
  T1: {title: Fraud, on: [web-app, user-db], stride: [tampering], likelihood: 2, impact: 3, identified: 2025-12-01, description: Somebody lies, references: {cwe: [307]}}
  verbose-errors@web-app: {mitigations: [hide-errors]}
";

fn json(folder: &TempDir, args: &[&str]) -> serde_json::Value {
    serde_json::from_str(&text(folder, args)).expect("output is JSON")
}

/// Every key of a list, in an object.
fn has_keys(value: &serde_json::Value, keys: &[&str]) {
    for key in keys {
        assert!(value.get(key).is_some(), "no `{key}` in {value:#}");
    }
}

#[test]
fn threats_as_json_have_every_field_of_the_interface() {
    let folder = folder_with("m.tm.yaml", FULL);
    let document = json(&folder, &["threats", "m.tm.yaml", "--format", "json", "--today", "2026-01-01"]);
    assert_eq!(document["version"], 1);
    assert_eq!(document["model"], serde_json::json!({"id": "m", "name": "Shop", "version": "1.2.0", "file": "m.tm.yaml"}));
    let threats = document["threats"].as_array().expect("a list");
    let keys = [
        "id",
        "rule",
        "subject",
        "subjects",
        "title",
        "description",
        "categories",
        "status",
        "likelihood",
        "impact",
        "risk",
        "band",
        "priority",
        "residual",
        "range",
        "mitigations",
        "references",
        "counterparts",
        "location",
    ];
    for threat in threats {
        has_keys(threat, &keys);
        has_keys(&threat["residual"], &["current", "target"]);
        has_keys(&threat["location"], &["file", "line", "column"]);
        assert!(threat["description"].as_str().is_some_and(|text| !text.is_empty() && !text.contains('\n')), "{threat:#}");
        for word in ["status", "band", "priority"] {
            assert!(threat[word].is_string(), "{threat:#}");
        }
        let rule = threat["id"].as_str().and_then(|id| id.split_once('@')).map(|(rule, _)| rule);
        assert_eq!(threat["rule"].as_str(), rule);
    }
    let one = |id: &str| threats.iter().find(|threat| threat["id"] == id).expect("it is there");
    let open = one("verbose-errors@web-app");
    assert_eq!((&open["status"], &open["mitigations"][0]), (&"open".into(), &"hide-errors".into()));
    assert!(open["description"].as_str().unwrap().contains("odd input"), "{open:#}");
    assert_eq!(one("T1")["description"], "Somebody lies");
    assert_eq!(one("T1")["references"]["cwe"], serde_json::json!([307]));
    for question in document["questions"].as_array().expect("a list") {
        has_keys(question, &["id", "subject", "fact", "text", "safe", "unsafe", "settles", "rates", "risk", "hint"]);
        let address = format!("{}.{}", question["subject"].as_str().unwrap(), question["fact"].as_str().unwrap());
        assert_eq!(question["id"], address);
    }
    for lint in document["lints"].as_array().expect("a list") {
        has_keys(lint, &["code", "severity", "message", "location", "help", "fix"]);
        has_keys(&lint["location"], &["file", "line", "column", "end_line", "end_column"]);
    }
    assert!(!document["lints"].as_array().unwrap().is_empty());
}

#[test]
fn the_report_as_json_and_the_csv_say_what_the_threats_say() {
    let folder = folder_with("m.tm.yaml", FULL);
    let day = ["--today", "2026-01-01"];
    let threats = json(&folder, &[&["threats", "m.tm.yaml", "--format", "json"][..], &day].concat());
    let report = json(&folder, &[&["report", "m.tm.yaml", "--format", "json"][..], &day].concat());
    for key in ["model", "threats", "questions", "lints"] {
        assert_eq!(threats[key], report[key], "{key}");
    }
    let csv = text(&folder, &[&["threats", "m.tm.yaml", "--format", "csv"][..], &day].concat());
    assert_eq!(csv.lines().count(), 1 + threats["threats"].as_array().unwrap().len());
    for threat in threats["threats"].as_array().unwrap() {
        let row = csv.lines().find(|line| line.starts_with(&format!("{},", threat["id"].as_str().unwrap()))).expect("a row");
        assert!(row.contains(threat["description"].as_str().unwrap().get(..30).unwrap_or("Somebody lies")), "{row}");
        assert!(row.ends_with(threat["status"].as_str().unwrap()), "{row}");
    }
    assert!(csv.contains("T1,Web App / User DB,Fraud,Somebody lies,2,3,6,,,,2025-12-01,open\n"), "{csv}");
    let plan = text(&folder, &[&["mitigations", "m.tm.yaml", "--format", "csv"][..], &day].concat());
    let row = "verbose-errors@web-app,Hide errors,No stack trace reaches a client,junit: errors.* (ci),Ann,2026-02-01,2d,proposed,";
    assert!(plan.contains(row), "{plan}");
}

#[test]
fn assets_as_json_are_the_array_of_the_guide() {
    let folder = folder_with("m.tm.yaml", FULL);
    assert_eq!(
        json(&folder, &["assets", "m.tm.yaml", "--format", "json"]),
        serde_json::json!([
            {"asset": "orders", "owner": "Sales", "confidentiality": "high", "integrity": "high", "availability": "low", "privacy": "high"},
            {"asset": "uptime", "owner": null, "confidentiality": "unknown", "integrity": "unknown", "availability": "high"},
        ])
    );
}

#[test]
fn assets_and_ways_in_are_filtered_by_the_threats_at_them() {
    let model = "redan: 1
name: Filters
assets: {orders: {confidentiality: high}, logs: {confidentiality: low}}
zones: {internet: {trust: untrusted}, inside: {trust: trusted}}
elements:
  user: {kind: actor, zone: internet}
  shop: {kind: process, zone: inside, holds: [orders]}
  board: {kind: process, zone: inside, holds: [logs]}
flows: {order: {from: user, to: shop, protocol: https}, look: {from: user, to: board, protocol: https}}
threats:
  T1: {title: Takeover, on: [shop], likelihood: 5, impact: 5}
  T2: {title: Gossip, on: [board], likelihood: 1, impact: 1, status: accepted, because: cheap, owner: bo, until: 2030-01-01}
";
    let folder = folder_with("m.tm.yaml", model);
    let names = |command: &str, more: &[&str]| -> Vec<String> {
        let csv = text(&folder, &[&[command, "m.tm.yaml", "--format", "csv", "--packs", "none"][..], more].concat());
        csv.lines().skip(1).map(|line| line.split(',').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names("assets", &["--band", "critical"]), ["orders"]);
    assert_eq!(names("assets", &["--status", "accepted"]), ["logs"]);
    assert_eq!(names("assets", &[]), ["orders", "logs"]);
    assert_eq!(names("surface", &["--band", "critical,high"]), ["shop"]);
    assert_eq!(names("surface", &["--status", "accepted"]), ["board"]);
    assert_eq!(names("surface", &["--status", "mitigated"]), Vec::<String>::new());
}

#[test]
fn rules_as_json_have_every_field_of_the_interface() {
    let folder = folder_with("m.tm.yaml", FULL);
    let rules = json(&folder, &["rules", "list", "--format", "json"]);
    let rules = rules.as_array().expect("a list");
    assert!(rules.len() > 80);
    for rule in rules {
        has_keys(rule, &["id", "pack", "on", "categories", "counterparts", "references", "lifecycle"]);
        assert!(rule["on"].as_array().is_some_and(|on| !on.is_empty()), "{rule:#}");
    }
}

#[test]
fn diagnostics_as_json_have_place_help_and_fix() {
    let folder = folder_with("m.tm.yaml", FULL.replace("kind: store", "kind: stoer"));
    let output = redan(folder.path(), &["check", "m.tm.yaml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("output is JSON");
    let text = document.to_string();
    let first = document.as_array().or_else(|| document["diagnostics"].as_array()).and_then(|list| list.first());
    let Some(first) = first.or_else(|| document["models"][0]["diagnostics"].get(0)) else { panic!("no diagnostic in {text}") };
    has_keys(first, &["code", "severity", "message", "location", "help", "fix"]);
    has_keys(&first["location"], &["file", "line", "column", "end_line", "end_column"]);
    assert_eq!(first["severity"], "error");
}

#[test]
fn what_has_no_name_is_called_by_words_made_of_its_id() {
    let folder = folder_with("m.tm.yaml", FULL);
    for args in [&["threats", "m.tm.yaml"][..], &["questions", "m.tm.yaml"], &["report", "m.tm.yaml", "--format", "md", "-o", "-"]] {
        let shown = text(&folder, args);
        assert!(shown.contains("Web App") && shown.contains("User DB"), "{args:?}: {shown}");
    }
    let explained = text(&folder, &["explain", "m.tm.yaml", "verbose-errors@web-app"]);
    assert!(explained.contains("Error messages of Web App") && explained.contains("What would clear it"), "{explained}");
}

#[test]
fn texts_of_a_model_cannot_command_a_terminal() {
    let evil = "\\e[2J\\e]0;t\\a\\r\\u202e\\u009b1m";
    let model = format!(
        "redan: 1\nname: \"n{evil}\"\nzones: {{internet: {{trust: untrusted, name: \"z{evil}\"}}}}\nassets: {{a: {{name: \"a{evil}\", owner: \"o{evil}\"}}}}\nelements:\n  app: {{kind: process, zone: internet, name: \"w{evil}\", holds: [a]}}\nmitigations: {{m: {{title: \"m{evil}\", owner: \"b{evil}\"}}}}\nthreats: {{T1: {{title: \"t{evil}\", description: \"d{evil}\", on: [app], likelihood: 5, impact: 5, mitigations: [m]}}}}\n"
    );
    let folder = folder_with("m.tm.yaml", model);
    let formats =
        [&["threats"][..], &["questions"], &["mitigations"], &["assets"], &["surface"], &["checklist"], &["check"], &["coverage"]];
    let mut runs: Vec<Vec<&str>> = formats.iter().map(|args| [args, &["m.tm.yaml"][..]].concat()).collect();
    runs.push(vec!["explain", "m.tm.yaml", "T1"]);
    runs.push(vec!["threats", "m.tm.yaml", "--format", "md"]);
    runs.push(vec!["diagram", "m.tm.yaml", "--format", "text", "-o", "-"]);
    for args in runs {
        let output = redan(folder.path(), &args);
        for shown in [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)] {
            let obeyed = |c: &char| (c.is_control() && !matches!(c, '\n' | '\t')) || ('\u{202a}'..='\u{202e}').contains(c);
            assert_eq!(shown.chars().find(obeyed), None, "{args:?}: {shown}");
        }
        assert!(output.stdout.len() + output.stderr.len() > 20, "{args:?}");
    }
}

#[test]
fn the_rule_of_the_guide_to_rules_passes_its_own_examples() {
    let page = include_str!("../../../docs/write-a-rule.md");
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [pack, rule] = blocks[..] else { panic!("the page has a pack and a rule: {blocks:#?}") };
    let folder = tempfile::tempdir().unwrap();
    let packs = folder.path().join("security/rules/shop");
    fs::create_dir_all(&packs).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(packs.join("pack.yaml"), pack).unwrap();
    fs::write(packs.join("partner-reads-secrets.yaml"), rule).unwrap();
    let shown = text(&folder, &["rules", "test", "security/rules"]);
    assert!(page.contains(&format!("$ redan rules test security/rules\n{shown}```")), "{shown}");
    let settings = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the page shows redan.toml");
    fs::write(folder.path().join("redan.toml"), settings).unwrap();
    let rules = text(&folder, &["rules", "list"]);
    assert!(rules.contains("partner-reads-secrets") && rules.contains("sql-injection"), "{rules}");
}

#[test]
fn the_readme_shows_what_its_command_prints() {
    let readme = include_str!("../../../README.md");
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let block = readme.split("```console\n$ ").nth(1).and_then(|rest| rest.split("```").next()).expect("a command with its output");
    let (command, shown) = block.split_once('\n').expect("output below the command");
    let args: Vec<&str> = command.split(' ').skip(1).collect();
    let output = redan(root, &args);
    assert_eq!(String::from_utf8_lossy(&output.stdout), shown);
}
