//! What no compiler checks: the architecture as a few visitors over file text.
//!
//! Every check gives the list of its violations; the tests below and `cargo xtask tidy` run the same list.

mod documents;
mod edges;
mod licences;
mod rules;
mod sources;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::knowledge::root;

/// A check: its name, and the function that finds what is wrong.
type Check = (&'static str, fn(&Path) -> anyhow::Result<Vec<String>>);

const CHECKS: [Check; 11] = [
    ("crates use only the crates that they may", edges::check),
    ("every source file says what it is", sources::heads),
    ("no source file is too large", sources::sizes),
    ("core crates do no IO", sources::banned_words),
    ("every path in a document exists", documents::paths),
    ("every page of the book exists", documents::summary),
    ("every dependency has an allowed licence", licences::check),
    ("every rule has documentation and examples", rules::complete),
    ("no rule file is too large", rules::sizes),
    ("every term of a rule is in the glossary", rules::terms),
    ("every rule says why in 40 to 120 words", rules::lengths),
];

/// Runs every check.
pub(crate) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let root = root();
    let mut count = 0;
    for (name, check) in CHECKS {
        for violation in check(&root).with_context(|| name.to_owned())? {
            writeln!(out, "{name}: {violation}")?;
            count += 1;
        }
    }
    anyhow::ensure!(count == 0, "{count} violations");
    Ok(())
}

/// Every file with one of these endings below a folder, in order, without what builds leave behind.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !name.starts_with('.') && !["target", "book", "node_modules", "corpus", "artifacts"].contains(&name) {
            found.extend(files(&path, endings));
        } else if path.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

/// A path as reports name it.
fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violations(name: &str) -> Vec<String> {
        let (_, check) = CHECKS.iter().find(|(known, _)| *known == name).expect("the check exists");
        check(&root()).unwrap()
    }

    #[test]
    fn crates_use_only_the_crates_that_they_may() {
        assert_eq!(violations("crates use only the crates that they may"), [""; 0]);
    }

    #[test]
    fn every_source_file_says_what_it_is() {
        assert_eq!(violations("every source file says what it is"), [""; 0]);
    }

    #[test]
    fn no_source_file_is_too_large() {
        assert_eq!(violations("no source file is too large"), [""; 0]);
    }

    #[test]
    fn core_crates_do_no_io() {
        assert_eq!(violations("core crates do no IO"), [""; 0]);
    }

    #[test]
    fn every_path_in_a_document_exists() {
        assert_eq!(violations("every path in a document exists"), [""; 0]);
    }

    #[test]
    fn every_page_of_the_book_exists() {
        assert_eq!(violations("every page of the book exists"), [""; 0]);
    }

    #[test]
    fn every_dependency_has_an_allowed_licence() {
        assert_eq!(violations("every dependency has an allowed licence"), [""; 0]);
    }

    #[test]
    fn every_rule_has_documentation_and_examples() {
        assert_eq!(violations("every rule has documentation and examples"), [""; 0]);
    }

    #[test]
    fn no_rule_file_is_too_large() {
        assert_eq!(violations("no rule file is too large"), [""; 0]);
    }

    #[test]
    fn every_term_of_a_rule_is_in_the_glossary() {
        assert_eq!(violations("every term of a rule is in the glossary"), [""; 0]);
    }

    #[test]
    fn every_rule_says_why_in_40_to_120_words() {
        assert_eq!(violations("every rule says why in 40 to 120 words"), [""; 0]);
    }
}
