//! `redan verify` and the gate with evidence, as scripts see them.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;
use tempfile::TempDir;

use support::{MODEL, redan, repository, run};

const SHOP: &str = r#"redan: 1
name: Shop
zones: {internet: {trust: untrusted}, edge: {trust: partner}}
elements:
  client: {kind: actor, zone: internet}
  web: {kind: process, zone: edge, code: ["web/**"], entry-points: [POST /login]}
flows:
  visit: client -> web over https
threats:
  T1:
    title: Guessing passwords
    on: [web]
    stride: [spoofing]
    likelihood: 3
    impact: 5
    mitigations: [limit]
    references: {cwe: [307]}
mitigations:
  limit:
    title: Limit logins
    owner: ana
    due: 2027-01-01
    acceptance:
      - {text: Five a minute, verify: [{junit: "auth.RateLimit*", at: ci}]}
  scan:
    title: No injection
    acceptance: No query is put together by hand
    verify: [{sarif: sqli}]
"#;

fn junit(inside: &str, at: &str) -> String {
    format!(
        "<testsuites><testsuite name=\"s\" timestamp=\"{at}\"><testcase classname=\"auth.RateLimit\" name=\"sixth\">{inside}</testcase></testsuite></testsuites>"
    )
}

fn write(folder: &TempDir, name: &str, text: &str) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

fn verified(folder: &TempDir, args: &[&str]) -> Json {
    let mut all = vec!["verify", MODEL, "--format", "json"];
    all.extend(args);
    serde_json::from_str(&run(folder, &all, 0).0).expect("it is JSON")
}

fn state(folder: &TempDir, mitigation: &str, args: &[&str]) -> String {
    let document = verified(folder, args);
    let known = &document["mitigations"][mitigation];
    assert_eq!(known["state"], known["acceptance"][0]["state"]);
    assert!(known["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{known}");
    known["state"].as_str().expect("a word").to_owned()
}

/// A repository of git with one commit of that day.
fn with_history(day: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    write(&folder, MODEL, SHOP);
    write(&folder, "web/login.py", "limit = 5\n");
    git(&folder, day, &["init", "-q"]);
    git(&folder, day, &["add", "."]);
    git(&folder, day, &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "first"]);
    folder
}

fn git(folder: &TempDir, day: &str, args: &[&str]) {
    let at = format!("{day}T12:00:00Z");
    let mut command = Command::new("git");
    command.args(args).current_dir(folder.path()).env("GIT_COMMITTER_DATE", &at).env("GIT_AUTHOR_DATE", &at);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    assert!(command.output().expect("git runs").status.success(), "{args:?}");
}

#[test]
fn pass_fail_skip_missing_and_stale_are_five_states() {
    let folder = with_history("2026-03-01");
    write(&folder, "pass.xml", &junit("", "2026-03-02T10:00:00"));
    write(&folder, "fail.xml", &junit("<failure/>", "2026-03-02T10:00:00"));
    write(&folder, "skip.xml", &junit("<skipped/>", "2026-03-02T10:00:00"));
    write(&folder, "other.xml", "<testsuite><testcase name=\"other\"/></testsuite>");
    write(&folder, "stale.xml", &junit("", "2026-02-28T10:00:00"));
    let states = ["pass", "fail", "skip", "other", "stale"].map(|name| state(&folder, "limit", &["--junit", &format!("{name}.xml")]));
    assert_eq!(states, ["verified", "failed", "not-run", "missing", "stale"]);
    write(&folder, "empty.xml", "");
    write(&folder, "bare.xml", "<testsuites/>");
    assert_eq!(["empty.xml", "bare.xml"].map(|name| state(&folder, "limit", &["--junit", name])), ["missing", "missing"]);
    assert_eq!(state(&folder, "limit", &[]), "missing");
}

#[test]
fn a_history_that_is_cut_off_is_not_taken_for_fresh() {
    let whole = with_history("2026-03-01");
    write(&whole, "readme.txt", "x");
    git(&whole, "2026-03-05", &["add", "readme.txt"]);
    git(&whole, "2026-03-05", &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "second"]);
    let folder = tempfile::tempdir().unwrap();
    let address = format!("file://{}", whole.path().display());
    git(&folder, "2026-03-05", &["clone", "-q", "--depth", "1", &address, "."]);
    write(&folder, "j.xml", &junit("", "2026-03-02T10:00:00"));
    assert_eq!(state(&folder, "limit", &["--junit", "j.xml"]), "stale");
    assert!(verified(&folder, &["--junit", "j.xml"]).to_string().contains("cut off"));
    write(&folder, "j.xml", &junit("", "2026-03-06T10:00:00"));
    assert_eq!(state(&folder, "limit", &["--junit", "j.xml"]), "verified");
}

#[test]
fn nothing_found_proves_nothing_unless_the_rule_was_active() {
    let folder = repository(SHOP);
    let sarif = |rules: &str, results: &str| {
        format!(
            r#"{{"runs": [{{"tool": {{"driver": {{"name": "T", "rules": [{rules}]}}}}, "invocations": [{{"executionSuccessful": true}}], "results": [{results}]}}]}}"#
        )
    };
    write(&folder, "active.sarif", &sarif(r#"{"id": "sqli"}"#, ""));
    write(&folder, "inactive.sarif", &sarif(r#"{"id": "xss"}"#, ""));
    write(&folder, "found.sarif", &sarif(r#"{"id": "sqli"}"#, r#"{"ruleId": "sqli", "message": {"text": "m"}}"#));
    write(&folder, "broken.sarif", &sarif(r#"{"id": "sqli"}"#, "").replace("true", "false"));
    let states = ["active", "inactive", "found", "broken"].map(|name| state(&folder, "scan", &["--sarif", &format!("{name}.sarif")]));
    assert_eq!(states, ["verified", "inactive", "failed", "errored"]);
}

#[test]
fn the_gate_fails_on_failed_tests_and_grave_findings() {
    let folder = repository(SHOP);
    write(&folder, "pass.xml", &junit("", "2026-03-02T10:00:00"));
    write(&folder, "fail.xml", &junit("<failure/>", "2026-03-02T10:00:00"));
    write(
        &folder,
        "scan.json",
        r#"{"redan-result": 1, "findings": [{"rule": "weak-hash", "title": "A: 'weak' [hash]", "severity": "high", "path": "web/a.py", "cwe": [328]}]}"#,
    );
    write(&folder, "mild.json", r#"{"redan-result": 1, "findings": [{"rule": "weak-hash", "title": "T", "severity": "medium"}]}"#);
    run(&folder, &["check", MODEL, "--evidence", "pass.xml", "mild.json"], 0);
    let (out, _) = run(&folder, &["check", MODEL, "--evidence", "fail.xml"], 1);
    assert!(out.contains("`limit` (P1, against T1) does not pass its checks"), "{out}");
    let (out, _) = run(&folder, &["check", "--evidence", "scan.json", MODEL], 1);
    assert!(out.contains("weak-hash") && out.contains("no threat covers it"), "{out}");
    for format in ["json", "md", "github"] {
        assert!(run(&folder, &["check", MODEL, "--evidence", "scan.json", "--format", format], 1).0.contains("weak-hash"), "{format}");
    }
    // The offered command is one that works, and the finding then has its threat.
    let document = verified(&folder, &["scan.json"]);
    let command = document["suggestions"][0]["command"].as_str().expect("a command");
    assert!(
        Command::new("sh")
            .arg("-c")
            .arg(command.replacen("redan", env!("CARGO_BIN_EXE_redan"), 1))
            .current_dir(folder.path())
            .status()
            .unwrap()
            .success()
    );
    let document = verified(&folder, &["scan.json"]);
    assert_eq!(
        (document["findings"][0]["threats"][0].as_str(), document["suggestions"].as_array().map(Vec::len)),
        (Some("weak-hash"), Some(0))
    );
}

#[test]
fn a_finding_raises_the_threat_that_it_realises() {
    let folder = repository(SHOP);
    write(
        &folder,
        "scan.json",
        r#"{"redan-result": 1, "at": "2026-03-01", "findings": [{"rule": "no-limit", "title": "No limit", "severity": "high", "url": "https://shop.example/login?x=1", "cwe": [307]}]}"#,
    );
    let threat = |folder: &TempDir| -> Json {
        let document: Json = serde_json::from_str(&run(folder, &["threats", MODEL, "--format", "json"], 0).0).unwrap();
        document["threats"].as_array().unwrap().iter().find(|threat| threat["id"] == "T1").unwrap().clone()
    };
    let before = threat(&folder);
    assert_eq!((&before["likelihood"], before.get("findings")), (&Json::from(3), None));
    run(&folder, &["verify", MODEL, "scan.json", "--write"], 0);
    let after = threat(&folder);
    assert_eq!(
        (&after["likelihood"], &after["band"], &after["findings"][0]["rule"]),
        (&Json::from(5), &Json::from("critical"), &Json::from("no-limit"))
    );
    assert!(after["rating_reasons"].to_string().contains("+2 no-limit was found, high"));
    assert!(run(&folder, &["explain", "T1", MODEL], 0).0.contains("no-limit"));
    run(&folder, &["check", MODEL], 1);
}

#[test]
fn statements_about_vulnerabilities_settle_findings() {
    let folder = repository(SHOP);
    write(
        &folder,
        "osv.json",
        r#"{"results": [{"source": {"path": "x.lock"}, "packages": [{"package": {"name": "a", "version": "1"}, "vulnerabilities": [{"id": "GHSA-1", "aliases": ["CVE-1"], "database_specific": {"severity": "CRITICAL"}}], "groups": [{"ids": ["GHSA-1"]}]}]}]}"#,
    );
    write(
        &folder,
        "vex.json",
        r#"{"@context": "https://openvex.dev/ns", "statements": [{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:npm/a@1"}], "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"}]}"#,
    );
    run(&folder, &["check", MODEL, "--evidence", "osv.json"], 1);
    run(&folder, &["check", MODEL, "--evidence", "osv.json", "vex.json"], 0);
    let document = verified(&folder, &["--osv", "osv.json", "--vex", "vex.json"]);
    assert_eq!(document["findings"][0]["status"], "not-affected");
    assert!(document["findings"][0]["because"].as_str().is_some_and(|why| why.contains("not in execute path")));
}

#[test]
fn kept_evidence_is_read_by_other_commands_and_taking_it_twice_adds_nothing() {
    let folder = repository(SHOP);
    write(&folder, "j.xml", &junit("", "2026-03-02T10:00:00"));
    run(&folder, &["verify", MODEL, "--junit", "j.xml", "--write"], 0);
    let kept = folder.path().join("m.evidence.json");
    let once = fs::read(&kept).unwrap();
    let (_, note) = run(&folder, &["verify", MODEL, "--evidence", "j.xml", "--write"], 0);
    assert!(note.contains("nothing to add"), "{note}");
    assert_eq!(fs::read(&kept).unwrap(), once);
    let document: Json = serde_json::from_str(&run(&folder, &["mitigations", MODEL, "--format", "json"], 0).0).unwrap();
    assert_eq!(document["mitigations"][0]["verification"]["state"], "verified");
    assert!(run(&folder, &["report", MODEL, "--format", "md"], 0).0.contains("verified: the test ran and passed"));
    // A later run of the same file takes the place of the earlier one.
    write(&folder, "j.xml", &junit("<failure/>", "2026-03-03T10:00:00"));
    run(&folder, &["verify", MODEL, "--junit", "j.xml", "--write"], 0);
    assert_eq!(state(&folder, "limit", &[]), "failed");
    run(&folder, &["check", MODEL], 1);
    write(&folder, "m.evidence.json", "{\"redan-evidence\": 1, \"reports\": [{\"kind\": \"odd\"}]}");
    run(&folder, &["check", MODEL], 2);
}

#[test]
fn a_report_that_cannot_be_read_is_an_error_with_its_name() {
    let folder = repository(SHOP);
    let bomb = "<!DOCTYPE a [<!ENTITY b \"c\">]><testsuites>&b;</testsuites>";
    let deep = "[".repeat(100_000);
    let cases = [
        ("cut.xml", "--junit", "<testsuites><testsuite>"),
        ("bomb.xml", "--junit", bomb),
        ("cut.json", "--sarif", "{\"runs\": ["),
        ("deep.json", "--sarif", &deep),
        ("other.json", "--trivy", "{\"a\": 1}"),
        ("words.txt", "--git-secrets", "just words"),
    ];
    for (name, option, text) in cases {
        write(&folder, name, text);
        for command in [vec!["verify", MODEL, option, name], vec!["check", MODEL, "--evidence", name]] {
            let (out, err) = run(&folder, &command, 2);
            assert!(out.is_empty() && err.contains(name), "{command:?}: {err}");
        }
    }
    assert!(run(&folder, &["verify", MODEL, "--junit", "absent.xml"], 2).1.contains("no such file"));
    write(&folder, "empty", "");
    assert!(run(&folder, &["verify", MODEL, "--evidence", "empty"], 2).1.contains("name its format"));
}

#[test]
fn no_secret_of_a_report_is_in_any_output() {
    let folder = repository(SHOP);
    let fake = "FAKE-SECRET-0000-do-not-use-1234567890";
    write(
        &folder,
        "hog.json",
        &format!(
            r#"{{"SourceMetadata": {{"Data": {{"Git": {{"file": "web/k.txt", "line": 1}}}}}}, "DetectorName": "AWS", "Verified": true, "Raw": "{fake}", "Redacted": "{fake}"}}"#
        ),
    );
    write(
        &folder,
        "leaks.json",
        &format!(
            r#"[{{"RuleID": "key", "Description": "Key", "File": "web/k.txt", "StartLine": 1, "Secret": "{fake}", "Match": "key={fake}"}}]"#
        ),
    );
    write(&folder, "git.txt", &format!("web/k.txt:1:key = {fake}\n[ERROR] Matched one or more prohibited patterns\n"));
    write(
        &folder,
        "j.xml",
        &junit(&format!("<failure message=\"{fake}\">{fake}</failure><system-out>{fake}</system-out>"), "2026-03-02T10:00:00"),
    );
    write(
        &folder,
        "scan.sarif",
        &format!(
            r#"{{"runs": [{{"tool": {{"driver": {{"name": "Gitleaks", "rules": [{{"id": "key"}}]}}}}, "results": [{{"ruleId": "key", "message": {{"text": "found {fake}"}}, "locations": [{{"physicalLocation": {{"artifactLocation": {{"uri": "web/k.txt"}}, "region": {{"startLine": 1, "snippet": {{"text": "{fake}"}}}}}}}}]}}]}}]}}"#
        ),
    );
    let reports = ["hog.json", "leaks.json", "git.txt", "j.xml", "scan.sarif"];
    let with = |words: &[&'static str]| -> Vec<&'static str> { words.iter().copied().chain(reports).collect() };
    run(&folder, &with(&["verify", MODEL, "--write", "--evidence"]), 0);
    let mut outputs = vec![fs::read_to_string(folder.path().join("m.evidence.json")).unwrap()];
    for format in ["human", "json", "md"] {
        outputs.push(run(&folder, &with(&["verify", MODEL, "-v", "--format", format, "--evidence"]), 0).0);
        outputs.push(run(&folder, &["check", MODEL, "-v", "--format", format], 1).0);
    }
    for command in ["threats", "mitigations", "checklist"] {
        outputs.push(run(&folder, &[command, MODEL, "--format", "json"], 0).0);
    }
    for format in ["html", "md", "json"] {
        outputs.push(run(&folder, &["report", MODEL, "--format", format], 0).0);
    }
    // Cut in the middle of the secret, too.
    let text = fs::read_to_string(folder.path().join("hog.json")).unwrap();
    write(&folder, "cut.json", &text[..text.len() - 60]);
    let failed = redan(folder.path(), &["verify", MODEL, "--trufflehog", "cut.json"]);
    outputs.push(String::from_utf8_lossy(&failed.stderr).into_owned());
    for output in outputs {
        assert!(!output.contains("FAKE-SECRET"), "{output}");
    }
}

/// Folders of the corpus with the option that reads them.
const CORPUS: [(&str, &str); 14] = [
    ("junit", "--junit"),
    ("sarif", "--sarif"),
    ("zap", "--zap"),
    ("burp-xml", "--burp"),
    ("semgrep-json", "--semgrep"),
    ("eslint-json", "--eslint"),
    ("snyk-json", "--snyk"),
    ("dependabot", "--dependabot"),
    ("npm-audit", "--npm-audit"),
    ("cargo-audit", "--cargo-audit"),
    ("osv-scanner", "--osv"),
    ("cyclonedx-vex", "--vex"),
    ("openvex", "--vex"),
    ("trivy-json", "--trivy"),
];

/// The reports of a folder, those in folders of it too.
fn reports(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<std::path::PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).expect("the corpus has it").flatten() {
        if entry.path().is_dir() { found.extend(reports(&entry.path())) } else { found.push(entry.path()) }
    }
    found.sort();
    found
}

#[test]
fn every_report_of_the_corpus_is_taken_once_and_a_cut_one_is_refused() {
    let Some(root) = std::env::var_os("REDAN_CORPUS").map(PathBuf::from) else { return eprintln!("skipped: REDAN_CORPUS is not set") };
    let folder = repository(SHOP);
    let mut seen = 0;
    for (name, option) in CORPUS {
        let all = reports(&root.join(name)).into_iter().filter(|path| !path.ends_with("openvex_not_a_document.json"));
        let all: Vec<String> = all.map(|path| path.to_string_lossy().into_owned()).collect();
        let words: Vec<&str> = all.iter().flat_map(|path| [option, path.as_str()]).collect();
        let kept = || fs::read_to_string(folder.path().join("m.evidence.json")).expect("evidence is kept");
        let document = verified(&folder, &[&["--write"], &words[..]].concat());
        let first = kept();
        let again = verified(&folder, &[&["--write"], &words[..]].concat());
        assert_eq!((document, first), (again, kept()), "{name}: taking it twice adds nothing");
        for path in &all {
            let text = fs::read(path).expect("it can be read");
            if text.len() < 40 {
                continue;
            }
            write(&folder, "cut", &String::from_utf8_lossy(&text[..text.len() * 6 / 10]));
            let (out, err) = run(&folder, &["verify", MODEL, option, "cut"], 2);
            assert!(out.is_empty() && err.contains("cut"), "{path}: {err}");
            seen += 1;
        }
        fs::remove_file(folder.path().join("m.evidence.json")).expect("it is there");
    }
    assert!(seen > 50, "{seen}");
}
