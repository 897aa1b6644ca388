//! The page `docs/reference/cli.md`: the help of every command, held to what the binary prints.

use std::fmt::Write;

use clap::{Command, CommandFactory};

use crate::args::Cli;

/// The page.
fn page() -> String {
    let mut command = Cli::command().term_width(100).color(clap::ColorChoice::Never);
    command.build();
    let mut text = String::from("# Commands\n\nWhat `redan --help` and `redan <command> --help` print.\n");
    section(&mut text, &mut command, "redan");
    text
}

fn section(text: &mut String, command: &mut Command, name: &str) {
    let help = command.render_help().to_string();
    let help = help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let _ = write!(text, "\n## `{name}`\n\n```text\n{}\n```\n", help.trim());
    for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
        let sub_name = format!("{name} {}", sub.get_name());
        section(text, sub, &sub_name);
    }
}

#[test]
fn the_reference_is_what_the_binary_prints() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/cli.md");
    if std::env::var_os("REDAN_UPDATE").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    assert!(written == page(), "docs/reference/cli.md is not fresh: REDAN_UPDATE=1 cargo test -p redan reference");
}
