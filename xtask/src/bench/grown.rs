//! A copy of the workspace with more rules and controls than there are, to see what knowledge costs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

/// Copies the workspace, repeats rules and controls under other ids, and builds the copy.
pub(super) fn build(root: &Path, rules: usize, controls: usize) -> anyhow::Result<PathBuf> {
    let copy = root.join("target/bench/grown");
    let target = root.join("target/bench/grown-build");
    if copy.exists() {
        fs::remove_dir_all(&copy).with_context(|| format!("removing {}", copy.display()))?;
    }
    for part in ["crates", "xtask", "rules", "catalogue"] {
        copy_folder(&root.join(part), &copy.join(part))?;
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(root.join(file), copy.join(file))?;
    }
    repeat_rules(&copy.join("rules"), rules)?;
    repeat_controls(&copy.join("catalogue/controls"), controls)?;
    super::build(&copy, &target)
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for path in entries(from)? {
        let name = path.file_name().context("an entry of a folder has a name")?;
        if path.is_dir() {
            copy_folder(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let read = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths = read.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn repeat_rules(folder: &Path, wanted: usize) -> anyhow::Result<()> {
    let mut rules = Vec::new();
    for pack in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let files = entries(&pack)?.into_iter();
        rules.extend(files.filter(|path| path.extension().is_some_and(|ending| ending == "yaml") && !path.ends_with("pack.yaml")));
    }
    ensure!(!rules.is_empty(), "there are no rules to repeat");
    for at in rules.len()..wanted {
        let (path, round) = (&rules[at % rules.len()], at / rules.len());
        let id = path.file_stem().and_then(|stem| stem.to_str()).context("a rule file is named after its rule")?;
        let other = format!("{id}-again-{round}");
        fs::write(path.with_file_name(format!("{other}.yaml")), renamed(&fs::read_to_string(path)?, &other))?;
    }
    Ok(())
}

/// A rule under another id; former ids stay with the first.
fn renamed(rule: &str, id: &str) -> String {
    let kept = rule.lines().filter(|line| !line.starts_with("aliases:"));
    kept.map(|line| if line.starts_with("id:") { format!("id: {id}\n") } else { format!("{line}\n") }).collect()
}

fn repeat_controls(folder: &Path, wanted: usize) -> anyhow::Result<()> {
    let mut blocks: Vec<String> = Vec::new();
    for path in entries(folder)? {
        for line in fs::read_to_string(&path)?.lines() {
            if line.starts_with(|first: char| first.is_ascii_lowercase()) {
                blocks.push(String::new());
            }
            if let Some(block) = blocks.last_mut().filter(|_| !line.starts_with('#')) {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    ensure!(!blocks.is_empty(), "there are no controls to repeat");
    let again = |at: usize| blocks[at % blocks.len()].replacen(':', &format!("-again-{}:", at / blocks.len()), 1);
    let text: String = (blocks.len()..wanted).map(again).collect();
    if text.is_empty() { Ok(()) } else { Ok(fs::write(folder.join("again.yaml"), text)?) }
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn a_rule_is_renamed_without_its_former_ids() {
        assert_eq!(renamed("id: one\naliases: [old]\ntitle: One\n", "two"), "id: two\ntitle: One\n");
    }
}
