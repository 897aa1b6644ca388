//! `cargo xtask gen-models` and `cargo xtask gen-history`: many models, and one model with a long history, to measure with.
//!
//! Both are repositories of their own, the same for the same numbers. Histories are written by `git fast-import`, whose
//! input holds every day and author, so that commits have the same ids on every machine.

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use clap::Args;

use crate::gen_model;

/// Where models lie in a repository.
const FOLDER: &str = "security/threat-models";
/// Where the model with a history lies.
pub(crate) const HISTORY: &str = "security/threat-models/shop.tm.yaml";

/// Arguments of `gen-models`.
#[derive(Debug, Args)]
pub(crate) struct GenModelsArgs {
    /// How many models
    pub(crate) models: usize,
    /// How many elements each has, with twice as many flows
    pub(crate) elements: usize,
    /// The folder to write them into
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

/// Arguments of `gen-history`.
#[derive(Debug, Args)]
pub(crate) struct GenHistoryArgs {
    /// How many commits
    pub(crate) commits: usize,
    /// How many elements the model has, with twice as many flows
    pub(crate) elements: usize,
    /// The folder to write the repository into; it may not exist yet
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

/// Runs `gen-models`; gives the paths of the models.
pub(crate) fn models(args: &GenModelsArgs) -> anyhow::Result<Vec<PathBuf>> {
    let folder = args.output.join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut paths = Vec::with_capacity(args.models);
    for number in 0..args.models {
        let path = folder.join(format!("service-{number:03}.tm.yaml"));
        fs::write(&path, one_of_many(number, args.elements)).with_context(|| format!("writing {}", path.display()))?;
        paths.push(path);
    }
    Ok(paths)
}

/// One model; no two are alike.
fn one_of_many(number: usize, elements: usize) -> String {
    gen_model::model(elements, 2 * elements - number % 10).replacen("name: Generated system", &format!("name: Service {number}"), 1)
}

/// Runs `gen-history`.
pub(crate) fn history(args: &GenHistoryArgs) -> anyhow::Result<()> {
    ensure!(!args.output.exists(), "{} exists already", args.output.display());
    fs::create_dir_all(&args.output).with_context(|| format!("creating {}", args.output.display()))?;
    git(&args.output, &["init", "-q", "-b", "main"], None)?;
    git(&args.output, &["fast-import", "--quiet"], Some(&stream(args.commits, args.elements)))?;
    git(&args.output, &["reset", "-q", "--hard", "main"], None)
}

/// The history as `git fast-import` reads it: one commit a day.
fn stream(commits: usize, elements: usize) -> String {
    let mut text = String::new();
    for number in 0..commits {
        let model = version(number, elements);
        let day = 1_672_574_400 + 86_400 * number;
        let message = format!("Change {number}\n");
        let _ = writeln!(text, "commit refs/heads/main\ncommitter Ana <ana@example.org> {day} +0000\ndata {}\n{message}", message.len());
        let _ = writeln!(text, "M 100644 inline {HISTORY}\ndata {}\n{model}", model.len());
    }
    text
}

/// The model after so many changes: threats are found, get a mitigation with a day, and are dealt with one after the other.
fn version(number: usize, elements: usize) -> String {
    let mut text = gen_model::model(elements, 2 * elements + number % 7);
    text.push_str("\nthreats:\n");
    let first = number.saturating_sub(30);
    for threat in first..=number {
        let status = if number - threat > 20 { ", status: mitigated, because: tested" } else { "" };
        let (likelihood, impact) = (1 + threat % 5, 1 + threat / 5 % 5);
        let _ = writeln!(
            text,
            "  T{threat}: {{title: Threat {threat}, on: [web-0], likelihood: {likelihood}, impact: {impact}, mitigations: [m{threat}]{status}}}"
        );
    }
    text.push_str("\nmitigations:\n");
    for threat in first..=number {
        let _ = writeln!(text, "  m{threat}: {{title: Measure {threat}, status: planned, due: 2024-01-{:02}}}", 1 + threat % 28);
    }
    text
}

fn git(folder: &Path, args: &[&str], input: Option<&str>) -> anyhow::Result<()> {
    let mut command = Command::new("git");
    command.args(args).current_dir(folder).stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().context("running git")?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        stdin.write_all(input.as_bytes())?;
    }
    ensure!(child.wait()?.success(), "git {} failed", args[0]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_valid(text: &str) -> bool {
        let vocabulary = redan_engine::Knowledge::embedded().vocabulary();
        redan_model::load_text("generated.tm.yaml", text, &vocabulary).is_valid()
    }

    #[test]
    fn every_generated_model_is_valid_and_no_two_are_alike() {
        assert!([0, 1, 9].iter().all(|number| is_valid(&one_of_many(*number, 50))));
        assert_ne!(one_of_many(1, 50), one_of_many(2, 50));
    }

    #[test]
    fn every_version_of_a_history_is_valid_and_other_than_the_one_before() {
        assert!([0, 5, 40, 999].iter().all(|number| is_valid(&version(*number, 50))));
        assert!((1..50).all(|number| version(number, 20) != version(number - 1, 20)));
    }

    #[test]
    fn a_history_has_the_asked_commits() {
        let text = stream(3, 20);
        assert_eq!(text.matches("commit refs/heads/main\n").count(), 3);
        assert!(text.contains(&format!("M 100644 inline {HISTORY}\n")));
    }
}
