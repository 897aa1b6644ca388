//! The scripts of the action for GitHub, run as a runner runs them, with a stand-in for GitHub's own program.

#![cfg(unix)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;
use support::repository;
use tempfile::TempDir;

const BAD: &str =
    "redan: 1\nname: Shop\nelements: {web: {kind: process}}\nthreats:\n  T1: {title: Stuffing, on: [web], likelihood: 5, impact: 5}\n";

/// Notes what it is asked, and answers a question for comments with the ids in the file `comments`.
const GH: &str = r#"#!/usr/bin/env bash
echo "$*" >> "$RUNNER_TEMP/asked"
if [[ "$*" == *--jq* ]]; then cat "$RUNNER_TEMP/comments"; fi
"#;

struct Runner {
    folder: TempDir,
    temp: TempDir,
}

impl Runner {
    fn new(model: &str) -> Self {
        let (folder, temp) = (repository(model), tempfile::tempdir().expect("a folder can be made"));
        let bin = temp.path().join("bin");
        fs::create_dir(&bin).expect("a folder can be made");
        fs::write(bin.join("gh"), GH).expect("a file can be written");
        fs::set_permissions(bin.join("gh"), fs::Permissions::from_mode(0o755)).expect("it can be made a program");
        Self { folder, temp }
    }

    fn script(name: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../action.yml");
        let action: Json = serde_saphyr::from_str(&fs::read_to_string(path).expect("the action is there")).expect("the action is YAML");
        let steps = action["runs"]["steps"].as_array().expect("steps");
        let step = steps.iter().find(|step| step["name"] == name).expect("the step is there");
        step["run"].as_str().expect("a script").to_owned()
    }

    fn run(&self, step: &str, variables: &[(&str, &str)]) -> Output {
        let script = self.temp.path().join("script.sh");
        fs::write(&script, Self::script(step)).expect("a file can be written");
        let redan = Path::new(env!("CARGO_BIN_EXE_redan")).parent().expect("the binary lies in a folder").to_owned();
        let old = std::env::var_os("PATH").unwrap_or_default();
        let paths = [self.temp.path().join("bin"), redan].into_iter().chain(std::env::split_paths(&old));
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script).current_dir(self.folder.path());
        command.env("PATH", std::env::join_paths(paths).expect("paths can be joined"));
        command.env("RUNNER_TEMP", self.temp.path()).env("GITHUB_OUTPUT", self.temp.path().join("output"));
        command.env("GITHUB_STEP_SUMMARY", self.temp.path().join("summary")).env("GITHUB_REPOSITORY", "owner/shop");
        command.env("GITHUB_SHA", "0123456789012345678901234567890123456789").env("GITHUB_REF", "refs/pull/7/merge");
        command.envs(variables.iter().copied()).output().expect("bash is installed")
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.temp.path().join(name)).unwrap_or_default()
    }

    fn check(&self) -> Output {
        self.run("Check the threat models", &[("REDAN_MODELS", "m.tm.yaml"), ("REDAN_SINCE", "")])
    }
}

#[test]
fn a_failed_gate_is_annotated_summed_up_and_ends_the_last_step() {
    let runner = Runner::new(BAD);
    let output = runner.check();
    assert!(output.status.success(), "the verdict is a step of its own: {}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("::error file=m.tm.yaml"));
    assert!(runner.text("summary").contains("Threat model check"));
    assert!(runner.text("output").contains("exit-code=1\n"));
    let sarif: Json = serde_json::from_str(&runner.text("redan.sarif")).expect("SARIF is JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(runner.run("Verdict", &[("REDAN_CODE", "1")]).status.code(), Some(1));
}

#[test]
fn a_baseline_and_a_revision_reach_the_check() {
    let runner = Runner::new(BAD);
    let known = ["check", "m.tm.yaml", "--write-baseline", "known.json"];
    support::run(&runner.folder, &known, 0);
    let given = [("REDAN_MODELS", "m.tm.yaml"), ("REDAN_SINCE", ""), ("REDAN_BASELINE", "known.json")];
    runner.run("Check the threat models", &given);
    assert!(runner.text("output").contains("exit-code=0\n"), "{}", runner.text("output"));
    runner.run("Check the threat models", &[("REDAN_MODELS", "m.tm.yaml"), ("REDAN_SINCE", "no-such-revision")]);
    assert!(runner.text("output").contains("exit-code=2\n"), "{}", runner.text("output"));
}

#[test]
fn an_invalid_model_is_never_a_success() {
    let runner = Runner::new("redan: 1\nname: Shop\nelements: {web: {kind: proces}}\n");
    runner.check();
    assert!(runner.text("output").contains("exit-code=2\n"));
    assert_eq!(runner.run("Verdict", &[("REDAN_CODE", "")]).status.code(), Some(2), "a step that did not run says nothing");
}

#[test]
fn the_results_are_uploaded_packed() {
    let runner = Runner::new(BAD);
    runner.check();
    assert!(runner.run("Upload to code scanning", &[]).status.success());
    let asked = runner.text("asked");
    for part in ["repos/owner/shop/code-scanning/sarifs", "commit_sha=0123456789", "ref=refs/pull/7/merge", "/redan.packed"] {
        assert!(asked.contains(part), "no {part} in {asked}");
    }
    // Gzip, as base64 on one line.
    let packed = runner.text("redan.packed");
    assert!(packed.starts_with("H4sI") && !packed.contains('\n'), "{packed}");
}

#[test]
fn one_comment_is_kept_up_to_date() {
    let runner = Runner::new(BAD);
    runner.check();
    let comment = |ids: &str| {
        fs::write(runner.temp.path().join("comments"), ids).expect("a file can be written");
        let output = runner.run("Comment on the pull request", &[("REDAN_PULL", "7")]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        runner.text("asked").lines().last().unwrap_or_default().to_owned()
    };
    let first = comment("");
    assert!(first.contains("--method POST repos/owner/shop/issues/7/comments -F body=@"), "{first}");
    let second = comment("22\n23\n");
    assert!(second.contains("--method PATCH repos/owner/shop/issues/comments/22 -F body=@"), "{second}");
    let marker = runner.text("redan.md").lines().next().unwrap_or_default().to_owned();
    assert!(Runner::script("Comment on the pull request").contains(&format!("startswith(\"{marker}\")")), "{marker}");
}
