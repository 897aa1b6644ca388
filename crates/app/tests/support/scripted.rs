//! Repositories with a history that a test writes, commit by commit, each on a day of its own.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

/// Runs git as if on a day.
pub(crate) fn git(folder: &TempDir, day: &str, args: &[&str]) {
    let identity =
        ["-c", "user.name=Ana", "-c", "user.email=ana@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"];
    let time = format!("{day}T12:00:00Z");
    let mut command = Command::new("git");
    command.args(identity).args(args).current_dir(folder.path()).env("GIT_AUTHOR_DATE", &time).env("GIT_COMMITTER_DATE", &time);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().expect("git is installed");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Writes a file, with the folders that it is in.
pub(crate) fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// Writes a file and commits everything.
pub(crate) fn commit(folder: &TempDir, day: &str, path: &str, text: &str) {
    write(folder, path, text);
    git(folder, day, &["add", "."]);
    git(folder, day, &["commit", "-qm", "Change"]);
}

/// Another clone, with the history of its main branch or only with the last commit of it.
pub(crate) fn clone(origin: &TempDir, is_shallow: bool) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let from = format!("file://{}", origin.path().display());
    let depth: &[&str] = if is_shallow { &["--depth", "1"] } else { &[] };
    let args = [&["clone", "-q", "--single-branch", "--branch", "main"], depth, &[&from, "."]].concat();
    git(&folder, "2026-01-01", &args);
    folder
}
