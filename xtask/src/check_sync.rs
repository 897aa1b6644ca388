//! `cargo xtask check-sync`: `redan backlog sync` against a stand-in for GitHub that others wrote and that keeps its state.
//!
//! Installs npm packages by name into a folder below `target/`: `emulate`, bound to this machine alone, and Atlassian's schema
//! of documents. `xtask/oracles/sync.mjs` then runs the binary of a debug build, which the tests have made already, against
//! them. What was counted is kept in `xtask/oracles/sync.json`, so that a change shows in a review.

use std::fs;
use std::io::Write;
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::knowledge::root;

/// The packages; later versions of the first need another Node.
const PACKAGES: [&str; 3] = ["emulate@0.9.0", "@atlaskit/adf-schema@57.7.22", "ajv@6.12.6"];

/// What must be counted.
const EXPECTED: [(&str, u64); 20] = [
    ("open_to_the_network", 0),
    ("written_without_apply", 0),
    ("issues_made", 150),
    ("pages", 2),
    ("written_by_a_second_run", 0),
    ("made_without_links", 0),
    ("changed_without_links", 0),
    ("found_without_links", 150),
    ("written_because_of_people", 0),
    ("changed_with_the_model", 150),
    ("people_edited", 3),
    ("people_kept", 3),
    ("closed_with_the_model", 1),
    ("opened_with_the_model", 1),
    ("closed_by_a_person_and_left", 1),
    ("taken_into_the_model", 1),
    ("opened_when_asked", 1),
    ("written_by_the_last_run", 0),
    ("jira_documents_refused", 0),
    ("jira_broken_ones_taken", 0),
];

/// Runs `check-sync`.
pub(crate) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let root = root();
    let folder = root.join("target/oracles-sync");
    fs::create_dir_all(&folder)?;
    succeed(Command::new("cargo").args(["build", "--locked", "--bin", "redan"]).current_dir(&root), "the build")?;
    fs::copy(root.join("xtask/oracles/sync.mjs"), folder.join("sync.mjs")).context("copying sync.mjs")?;
    if !folder.join("node_modules/emulate").exists() {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--silent", "--ignore-scripts", "--prefix", "."])
            .args(PACKAGES)
            .current_dir(&folder);
        succeed(&mut npm, "npm install")?;
    }
    let output = Command::new("node").arg("sync.mjs").arg(root.join("target/debug/redan")).arg(&root).current_dir(&folder).output();
    let output = output.context("node is not there")?;
    ensure!(output.status.success(), "the run against the stand-in failed:\n{}", String::from_utf8_lossy(&output.stderr));
    let counted: Value = serde_json::from_slice(&output.stdout)?;
    fs::write(root.join("xtask/oracles/sync.json"), format!("{counted:#}\n"))?;
    let mut wrong = 0;
    for (name, expected) in EXPECTED {
        let is_right = counted[name].as_u64() == Some(expected);
        wrong += usize::from(!is_right);
        let verdict = if is_right { "" } else { "   <- wrong" };
        writeln!(out, "{name:<28} {:>4} of {expected:>4}{verdict}", counted[name])?;
    }
    ensure!(wrong == 0, "{wrong} counts are not what they have to be");
    Ok(())
}

fn succeed(command: &mut Command, what: &str) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{what} cannot be run"))?;
    ensure!(status.success(), "{what} failed");
    Ok(())
}
