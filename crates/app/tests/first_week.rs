//! The guide of the first week, followed word by word: every command of it in order, with the output that it shows.
//!
//! Numbers and the width of columns may differ, since rules are added; words may not. A line `...` stands for any lines.

#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::scripted::{git, write};
use tempfile::TempDir;

/// A command of the guide: its day, its line, and what it is said to write.
struct Step {
    day: &'static str,
    line: String,
    output: Vec<String>,
}

fn day_of(heading: &str) -> &'static str {
    match heading.split([' ', ':']).nth(1) {
        Some("Monday") => "2026-03-02",
        Some("Tuesday") => "2026-03-03",
        Some("Wednesday") => "2026-03-04",
        Some("Thursday") => "2026-03-05",
        _ => "2026-03-06",
    }
}

fn steps(text: &str) -> Vec<Step> {
    let (mut steps, mut day, mut is_console) = (Vec::<Step>::new(), "", false);
    for line in text.lines() {
        if line.starts_with("## ") {
            day = day_of(line);
        } else if line.starts_with("```") {
            is_console = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| is_console) {
            steps.push(Step { day, line: command.to_owned(), output: Vec::new() });
        } else if is_console && let Some(step) = steps.last_mut() {
            step.output.push(line.to_owned());
        }
    }
    steps
}

/// A line without its numbers and the width of its columns.
fn shape(line: &str) -> String {
    let masked: String = line.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let words: Vec<&str> = masked.split_whitespace().collect();
    let mut shape = words.join(" ");
    while shape.contains("00") {
        shape = shape.replace("00", "0");
    }
    shape
}

fn says(expected: &[String], real: &[String]) -> bool {
    match expected.split_first() {
        None => real.is_empty(),
        Some((first, rest)) if first == "..." => (0..=real.len()).any(|at| says(rest, &real[at..])),
        Some((first, rest)) => real.split_first().is_some_and(|(line, more)| shape(first) == shape(line) && says(rest, more)),
    }
}

fn run(folder: &TempDir, step: &Step) -> Vec<String> {
    let binary = Path::new(env!("CARGO_BIN_EXE_redan")).parent().expect("the binary lies in a folder").to_owned();
    let old = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::join_paths([binary].into_iter().chain(std::env::split_paths(&old))).expect("paths can be joined");
    let line = if step.line.starts_with("redan ") { format!("{} --today {}", step.line, step.day) } else { step.line.clone() };
    let time = format!("{}T12:00:00Z", step.day);
    let mut command = Command::new("bash");
    command.args(["-c", &line]).current_dir(folder.path()).env("PATH", paths).env("COLUMNS", "100");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_AUTHOR_DATE", &time).env("GIT_COMMITTER_DATE", &time);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Ana").env(format!("GIT_{who}_EMAIL"), "ana@example.org");
    }
    let output = command.output().expect("bash is installed");
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.code().is_some_and(|code| code < 2), "{}\n{}", step.line, String::from_utf8_lossy(&text));
    String::from_utf8_lossy(&text).trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn the_first_week_goes_as_its_guide_says() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    git(&folder, "2026-03-02", &["init", "-q"]);
    write(&folder, "src/web/login.py", "def login(): ...\n");
    write(&folder, "src/database/schema.sql", "-- tables\n");
    write(&folder, "package-lock.json", "{}\n");
    git(&folder, "2026-03-02", &["add", "."]);
    git(&folder, "2026-03-02", &["commit", "-qm", "Start"]);
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/first-week.md")).expect("the guide is there");
    let steps = steps(&guide);
    assert!(steps.len() > 25, "the guide has commands");
    for step in &steps {
        let real = run(&folder, step);
        assert!(says(&step.output, &real), "$ {}\nthe guide says\n{}\nit writes\n{}", step.line, step.output.join("\n"), real.join("\n"));
    }
}

#[test]
fn numbers_may_differ_and_words_may_not() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(says(&lines("12  open\n...\nend"), &lines("7 open\na\nb\nend")));
    assert!(!says(&lines("12 open"), &lines("12 closed")) && !says(&lines("a"), &lines("a\nb")));
}
