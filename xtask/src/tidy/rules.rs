//! Rule files: documented, exemplified, named after their rule, small.

use std::path::{Path, PathBuf};

use super::{files, read, shown};

/// Lines that a rule may have, documentation and examples included.
const LARGEST: usize = 200;
/// What every rule says, at the start of a line.
const PARTS: [&str; 9] = ["id:", "title:", "on:", "when:", "likelihood:", "property:", "why:", "fix:", "examples:"];
/// What the examples show.
const EXAMPLES: [&str; 3] = ["  raises:", "  asks:", "  quiet:"];

pub(super) fn complete(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for path in all(root) {
        let text = read(&path)?;
        let name = shown(root, &path);
        for part in PARTS.iter().chain(&EXAMPLES).filter(|part| !text.lines().any(|line| line.starts_with(**part))) {
            violations.push(format!("{name} has no `{}`", part.trim()));
        }
        let id = text.lines().find_map(|line| line.strip_prefix("id:")).map(str::trim).unwrap_or_default();
        if path.file_stem().and_then(|stem| stem.to_str()) != Some(id) {
            violations.push(format!("{name} holds the rule `{id}`"));
        }
    }
    Ok(violations)
}

pub(super) fn sizes(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for path in all(root) {
        let lines = read(&path)?.lines().count();
        if lines > LARGEST {
            violations.push(format!("{} has {lines} lines, and the limit is {LARGEST}", shown(root, &path)));
        }
    }
    Ok(violations)
}

fn all(root: &Path) -> Vec<PathBuf> {
    files(&root.join("rules"), &[".yaml"]).into_iter().filter(|path| !path.ends_with("pack.yaml")).collect()
}
