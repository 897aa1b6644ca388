//! Source files: heads, sizes, and words that core crates may not say.

use std::path::{Path, PathBuf};

use super::{files, read, shown};

/// Lines that a file may have.
const LARGEST: usize = 800;
/// Files that may have more, up to a thousand, each with the reason.
const LARGE: [(&str, &str); 0] = [];

/// What would make a core crate depend on the outside or on chance, with what to use instead.
const BANNED: [(&str, &str); 10] = [
    ("std::fs", "the trait `Files`"),
    ("std::env::", "a plain argument"),
    ("std::process", "a plain argument"),
    ("std::net", "a plain argument"),
    ("println!", "a writer that is passed in"),
    ("SystemTime", "`Context::today`"),
    ("Instant::now", "`Context::today`"),
    ("Zoned::now", "`Context::today`"),
    ("HashMap", "`ById` for what a file chooses, `IndexMap` or a sorted list; if it is never iterated over, `FxHashMap` with a reason"),
    ("thread_rng", "a seed that is passed in"),
];

pub(super) fn heads(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for path in all(root) {
        if !read(&path)?.starts_with("//! ") {
            violations.push(format!("{} does not start with `//!`", shown(root, &path)));
        }
    }
    Ok(violations)
}

pub(super) fn sizes(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for path in all(root) {
        let name = shown(root, &path);
        let limit = if LARGE.iter().any(|(large, _)| *large == name) { 1_000 } else { LARGEST };
        let lines = read(&path)?.lines().count();
        if lines > limit {
            violations.push(format!("{name} has {lines} lines, and the limit is {limit}"));
        }
    }
    Ok(violations)
}

pub(super) fn banned_words(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    let core = ["model", "engine", "interop", "report", "tracker"].map(|name| root.join("crates").join(name).join("src"));
    for path in core.iter().flat_map(|folder| files(folder, &[".rs"])) {
        let text = read(&path)?;
        for (number, line) in production(&text) {
            for (word, instead) in BANNED {
                if mentions(line, word) {
                    violations.push(format!("{}:{number} says `{word}`; use {instead}", shown(root, &path)));
                }
            }
        }
    }
    Ok(violations)
}

/// The lines before the unit tests, without comments, numbered from 1.
fn production(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
    lines.enumerate().map(|(i, line)| (i + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Whether a line says a word by itself: `FxHashMap` does not say `HashMap`.
fn mentions(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn all(root: &Path) -> Vec<PathBuf> {
    ["crates", "xtask", "fuzz"].iter().flat_map(|folder| files(&root.join(folder), &[".rs"])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_word_is_another_word() {
        assert!(mentions("use std::collections::HashMap;", "HashMap"));
        assert!(!mentions("use rustc_hash::FxHashMap;", "HashMap"));
    }

    #[test]
    fn comments_and_tests_may_say_anything() {
        let text = "// HashMap\nlet a = 1;\n#[cfg(test)]\nmod tests { HashMap }\n";
        assert_eq!(production(text).collect::<Vec<_>>(), [(2, "let a = 1;")]);
    }
}
