//! The binary as scripts see it: exit codes, what goes where, and input that is not what it should be.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const MODEL: &str = "redan: 1\nname: Shop\nzones: {internet: {trust: untrusted}}\nelements:\n  app: {kind: process, zone: internet}\n";

fn redan(folder: &Path, args: &[&str]) -> Output {
    let started = Instant::now();
    let output =
        Command::new(env!("CARGO_BIN_EXE_redan")).args(args).current_dir(folder).stdin(Stdio::null()).output().expect("the binary runs");
    assert!(started.elapsed() < Duration::from_secs(10), "{args:?} took too long");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(!err.contains("panicked"), "{args:?}: {err}");
    output
}

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
