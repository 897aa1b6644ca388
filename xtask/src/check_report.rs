//! `cargo xtask check-report`: the HTML reports of all examples as tools see them that others wrote.
//!
//! Renders each report and each view of it with the release binary, or the one that is named, and hands them to `xtask/oracles/report.mjs`:
//! html-validate for the markup, axe in a headless browser, and the width of everything on printed pages. The numbers
//! are kept in `xtask/oracles/report.json`, so that a change shows in a review.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::knowledge::root;

/// The examples, and what their reports are called.
const EXAMPLES: [(&str, &str); 5] = [
    ("web-login", "examples/web-login/web-login.tm.yaml"),
    ("orders-api", "examples/api/orders-api.tm.yaml"),
    ("image-service", "examples/cloud-workload/image-service.tm.yaml"),
    ("front-office", "examples/physical-office/front-office.tm.yaml"),
    ("markdown", "examples/markdown/web-login.tm.md"),
];
const AUDIENCES: [Option<&str>; 4] = [None, Some("developer"), Some("manager"), Some("auditor")];

/// Arguments of `check-report`.
#[derive(Debug, Args)]
pub(crate) struct CheckReportArgs {
    /// A redan that is built already; a release build otherwise. Reports are the same bytes whatever built it
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// Runs `check-report`.
pub(crate) fn run(args: &CheckReportArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let root = root();
    let oracles = root.join("xtask/oracles");
    let folder = root.join("target/oracles");
    fs::create_dir_all(&folder)?;
    let binary = match &args.binary {
        Some(binary) => std::path::absolute(binary)?,
        None => {
            let mut build = Command::new("cargo");
            succeed(build.args(["build", "--release", "--locked", "--bin", "redan"]).current_dir(&root), "the release build")?;
            root.join("target/release/redan")
        }
    };
    let files = reports(&binary, &root, &folder)?;
    for name in ["report.mjs", "package.json"] {
        fs::copy(oracles.join(name), folder.join(name)).with_context(|| format!("copying {name}"))?;
    }
    if !folder.join("node_modules").exists() {
        succeed(Command::new("npm").args(["install", "--no-audit", "--no-fund", "--silent"]).current_dir(&folder), "npm install")?;
    }
    let output = Command::new("node").arg("report.mjs").args(&files).current_dir(&folder).output().context("node is not there")?;
    ensure!(output.status.success(), "the oracle failed:\n{}", String::from_utf8_lossy(&output.stderr));
    let found: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    let numbers: Vec<Value> = found.iter().map(numbers).collect();
    fs::write(oracles.join("report.json"), format!("{:#}\n", json!(numbers)))?;
    writeln!(out, "{:<28} {:>6} {:>7} {:>6} {:>5} {:>6}", "report", "KiB", "markup", "axe", "wide", "heads")?;
    for n in &numbers {
        let number = |key: &str| n[key].as_u64().unwrap_or(0);
        writeln!(
            out,
            "{:<28} {:>6} {:>7} {:>6} {:>5} {:>6}",
            n["report"].as_str().unwrap_or(""),
            number("kilobytes"),
            number("markup_errors"),
            number("axe_serious"),
            number("wider_than_the_page"),
            number("broken_heads")
        )?;
    }
    let faults: u64 = numbers.iter().flat_map(|n| COUNTED.map(|key| n[key].as_u64().unwrap_or(1))).sum();
    ensure!(faults == 0, "something was found; {} has the details", folder.display());
    Ok(())
}

/// What must be zero.
const COUNTED: [&str; 5] = ["markup_errors", "axe_serious", "loaded_from_elsewhere", "wider_than_the_page", "broken_heads"];

fn numbers(found: &Value) -> Value {
    let length = |value: &Value| value.as_array().map_or(0, Vec::len);
    let both = |key: &str| length(&found[key]["a4"]) + length(&found[key]["letter"]);
    json!({
        "report": found["report"], "kilobytes": found["kilobytes"], "markup_errors": found["markup"]["errors"], "axe_serious": found["axe"]["serious"],
        "loaded_from_elsewhere": length(&found["loaded_from_elsewhere"]), "wider_than_the_page": both("wider_than_the_page"),
        "broken_heads": both("broken_heads"),
    })
}

/// Writes the reports; gives their names.
fn reports(binary: &Path, root: &Path, folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut files = Vec::new();
    for (name, model) in EXAMPLES {
        for audience in AUDIENCES {
            let file = audience.map_or_else(|| format!("{name}.html"), |audience| format!("{name}-{audience}.html"));
            let mut command = Command::new(binary);
            command.args(["report", model, "-q", "--today", "2025-11-12", "-o"]).arg(folder.join(&file)).current_dir(root);
            if let Some(audience) = audience {
                command.args(["--audience", audience]);
            }
            succeed(&mut command, &file)?;
            files.push(file);
        }
    }
    Ok(files)
}

fn succeed(command: &mut Command, what: &str) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{what} cannot be run"))?;
    ensure!(status.success(), "{what} failed");
    Ok(())
}
