//! Many models at once, and one model over a long history.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use super::{median_of, path_text, row};
use crate::gen_many::{self, GenHistoryArgs, GenModelsArgs, HISTORY};

/// Models that are checked together, and elements of each.
const MODELS: usize = 500;
/// Commits of the history.
const COMMITS: usize = 1000;
/// Elements of each model.
const ELEMENTS: usize = 50;

/// Measures both.
pub(super) fn run(root: &Path, binary: &Path, runs: u32, out: &mut dyn Write) -> anyhow::Result<()> {
    let many = root.join("target/bench/many");
    let paths = gen_many::models(&GenModelsArgs { models: MODELS, elements: ELEMENTS, output: many })?;
    let mut check = vec!["check", "--format", "json", "--today", "2026-01-01"];
    for path in &paths {
        check.push(path_text(path)?);
    }
    row(out, "check", "500 of 50", median_of(binary, &check, runs)?, "2,000 ms on 2 cores")?;
    let long = root.join("target/bench/history");
    if long.exists() {
        fs::remove_dir_all(&long).with_context(|| format!("removing {}", long.display()))?;
    }
    gen_many::history(&GenHistoryArgs { commits: COMMITS, elements: ELEMENTS, output: long.clone() })?;
    let model = long.join(HISTORY);
    let metrics = ["metrics", path_text(&model)?, "--format", "json", "--today", "2026-01-01"];
    row(out, "metrics", "1,000 commits", median_of(binary, &metrics, runs)?, "5,000 ms on 2 cores")
}
