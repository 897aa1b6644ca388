//! Documents: every path that they name exists, and so does every page of the book.

use std::path::{Path, PathBuf};

use super::{files, read, shown};

/// Folders and files of this repository; a word in backticks that starts with one of them is a path.
const STARTS: [&str; 11] =
    ["crates/", "xtask/", "docs/", "rules/", "catalogue/", "examples/", "tests/", "fuzz/", "schema/", "Cargo.toml", "deny.toml"];

pub(super) fn paths(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for path in documents(root) {
        let text = read(&path)?;
        let folder = path.parent().unwrap_or(root);
        for (number, line) in text.lines().enumerate().map(|(i, line)| (i + 1, line)) {
            let named = in_backticks(line).filter(|word| is_path(word)).map(|word| (word, root.join(word)));
            let linked = links(line).map(|target| (target, folder.join(target)));
            for (word, target) in named.chain(linked) {
                if !target.exists() {
                    violations.push(format!("{}:{number} names `{word}`, which does not exist", shown(root, &path)));
                }
            }
        }
    }
    Ok(violations)
}

pub(super) fn summary(root: &Path) -> anyhow::Result<Vec<String>> {
    let Some(summary) = files(&root.join("docs"), &["SUMMARY.md"]).pop() else { return Ok(Vec::new()) };
    let text = read(&summary)?;
    let folder = summary.parent().unwrap_or(root);
    let pages: Vec<PathBuf> = text.lines().flat_map(links).map(|target| folder.join(target)).collect();
    let missing = pages.iter().filter(|page| !page.exists()).map(|page| format!("{} does not exist", shown(root, page)));
    let listed = |page: &PathBuf| pages.contains(page) || *page == summary;
    let lost =
        files(folder, &[".md"]).into_iter().filter(|page| !listed(page)).map(|page| format!("{} is not in the book", shown(root, &page)));
    Ok(missing.chain(lost).collect())
}

fn documents(root: &Path) -> Vec<PathBuf> {
    let mut all = files(&root.join("docs"), &[".md"]);
    all.extend(
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "fuzz/README.md"].map(|name| root.join(name)).into_iter().filter(|p| p.exists()),
    );
    all
}

fn in_backticks(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_path(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    plain && STARTS.iter().any(|start| word.starts_with(start))
}

/// Targets of Markdown links inside the repository, without anchors.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.match_indices("](").filter_map(|(at, _)| line[at + 2..].split([')', ' ']).next());
    targets.filter(|target| !target.contains(':') && !target.starts_with('#')).map(|target| target.split('#').next().unwrap_or(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lose_their_anchors_and_addresses_are_left_alone() {
        let line = "see [a](b.md#c), [d](https://example.com) and [e](#f)";
        assert_eq!(links(line).collect::<Vec<_>>(), ["b.md"]);
    }

    #[test]
    fn patterns_are_not_paths() {
        assert!(is_path("crates/model/src/limits.rs"));
        assert!(!is_path("rules/<pack>/<rule>.yaml") && !is_path("rules/*.yaml") && !is_path("yes"));
    }
}
