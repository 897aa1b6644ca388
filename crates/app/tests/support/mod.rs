//! The binary in a folder of its own: what the tests of commands share.
#![allow(dead_code, reason = "every test file takes what it needs")]

pub(crate) mod scripted;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The model that most tests work on.
pub(crate) const MODEL: &str = "m.tm.yaml";

/// Runs the binary in a folder; it is quick and never panics.
pub(crate) fn redan(folder: &Path, args: &[&str]) -> Output {
    let started = Instant::now();
    let output =
        Command::new(env!("CARGO_BIN_EXE_redan")).args(args).current_dir(folder).stdin(Stdio::null()).output().expect("the binary runs");
    assert!(started.elapsed() < Duration::from_secs(10), "{args:?} took too long");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(!err.contains("panicked"), "{args:?}: {err}");
    output
}

/// A folder that is a repository, with a model in it.
pub(crate) fn repository(bytes: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(folder.path().join(".git")).expect("a folder can be made");
    fs::write(folder.path().join(MODEL), bytes).expect("a file can be written");
    folder
}

/// The model's text now.
pub(crate) fn text_of(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join(MODEL)).expect("the model is a text")
}

/// What a command that ends with `code` writes: data and notes.
pub(crate) fn run(folder: &TempDir, args: &[&str], code: i32) -> (String, String) {
    let output = redan(folder.path(), args);
    let (out, err) = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}\n{err}");
    (out, err)
}
