//! `redan git-setup`: makes git merge and compare models by meaning, and the two drivers that git then runs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;
use clap::Args;
use redan_model::merge::{Conflict, merge};

use crate::atomic;
use crate::exit::{Exit, Outcome, usage};
use crate::git::Git;
use crate::session::Session;

/// What `.gitattributes` says about models.
const ATTRIBUTES: [&str; 4] = [
    "*.tm.yaml merge=redan diff=redan",
    "*.tm.yml merge=redan diff=redan",
    "*.tm.json merge=redan diff=redan",
    "*.tm.md merge=redan diff=redan",
];

/// Arguments of `git-setup`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan git-setup               writes .gitattributes and this clone's git configuration
  redan git-setup --dry-run     shows what it would write

Everybody runs it once in their own clone: git takes no programs from a repository.")]
pub(crate) struct GitSetupArgs {
    /// Write nothing, only show what would be written
    #[arg(long)]
    dry_run: bool,
}

/// Arguments of the merge driver, in git's order.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan merge-driver %O %A %B %P      as git calls it; see redan git-setup")]
pub(crate) struct MergeDriverArgs {
    /// The file with the common ancestor
    base: PathBuf,
    /// The file with our version, which gets the result
    ours: PathBuf,
    /// The file with their version
    theirs: PathBuf,
    /// The path of the file in the repository
    path: String,
}

/// Arguments of the diff driver, in git's order.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan diff-driver PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE      as git calls it; see redan git-setup")]
pub(crate) struct DiffDriverArgs {
    /// The path of the file in the repository
    path: String,
    /// The file with the old version
    old: PathBuf,
    /// Its object id
    old_id: String,
    /// Its mode
    old_mode: String,
    /// The file with the new version
    new: PathBuf,
    /// What else git passes
    rest: Vec<String>,
}

/// Runs `git-setup`.
pub(crate) fn run(args: &GitSetupArgs, session: &mut Session<'_>) -> Outcome {
    let root = session.project_here()?.root;
    let git = Git::of(&root)?;
    let settings = [
        ("merge.redan.name", "redan: threat models by meaning"),
        ("merge.redan.driver", "redan merge-driver %O %A %B %P"),
        ("diff.redan.command", "redan diff-driver"),
    ];
    let path = root.join(".gitattributes");
    let old = if path.is_file() { fs::read_to_string(&path).context("reading .gitattributes")? } else { String::new() };
    let missing: Vec<&str> = ATTRIBUTES.into_iter().filter(|line| !old.lines().any(|known| known.trim() == *line)).collect();
    let verb = if args.dry_run { "would write" } else { "wrote" };
    if !missing.is_empty() {
        let gap = if old.is_empty() || old.ends_with('\n') { "" } else { "\n" };
        let new = format!("{old}{gap}{}\n", missing.join("\n"));
        if !args.dry_run {
            atomic::write(&path, new.as_bytes())?;
        }
        session.terminal.note(&format!("{verb} .gitattributes: {}", missing.join("; ")));
    }
    for (key, value) in settings {
        if !args.dry_run {
            git.run(&["config", "--local", key, value])?;
        }
        session.terminal.note(&format!("{verb} git config {key}={value}"));
    }
    Ok(Exit::Fine)
}

/// Runs the merge driver: the result goes where git wants it, and the exit says whether somebody has to look at it.
pub(crate) fn run_merge(args: &MergeDriverArgs, session: &mut Session<'_>) -> Outcome {
    let read = |path: &PathBuf| fs::read_to_string(path).with_context(|| format!("reading {}", path.display()));
    let (base, ours, theirs) = (read(&args.base)?, read(&args.ours)?, read(&args.theirs)?);
    let merged = match merge(&args.path, &base, &ours, &theirs) {
        Ok(merged) => merged,
        Err(error) => {
            session.terminal.note(&format!("{}: {error}; merging line by line", args.path));
            return by_lines(args);
        }
    };
    for conflict in &merged.conflicts {
        session.terminal.note(&format!("{}: conflict at {}", args.path, said(conflict)));
    }
    match merged.text {
        Some(text) => {
            fs::write(&args.ours, text).with_context(|| format!("writing {}", args.ours.display()))?;
            Ok(if merged.conflicts.is_empty() { Exit::Fine } else { Exit::GateFailed })
        }
        None => by_lines(args),
    }
}

/// "elements.auth.zone: ours internal, theirs edge (was dmz)".
fn said(conflict: &Conflict) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "removed".to_owned());
    let was = conflict.base.as_ref().map_or_else(String::new, |base| format!(" (was {base})"));
    format!("{}: ours {}, theirs {}{was}", conflict.path, value(&conflict.ours), value(&conflict.theirs))
}

/// What git does without us.
fn by_lines(args: &MergeDriverArgs) -> Outcome {
    let labels = ["-L", "ours", "-L", "base", "-L", "theirs"];
    let status = Command::new("git").arg("merge-file").args(labels).args([&args.ours, &args.base, &args.theirs]).status();
    let status = status.context("running git merge-file")?;
    match status.code() {
        Some(0) => Ok(Exit::Fine),
        Some(1..=127) => Ok(Exit::GateFailed),
        _ => Err(usage(format!("git merge-file failed on {}", args.path))),
    }
}

/// Runs the diff driver: what changed in meaning, then the lines as git shows them.
pub(crate) fn run_diff(args: &DiffDriverArgs, session: &mut Session<'_>) -> Outcome {
    let read = |path: &PathBuf| fs::read_to_string(path).unwrap_or_default();
    let (old, new) = (read(&args.old), read(&args.new));
    let color = session.terminal.color;
    writeln!(session.terminal.out(), "redan diff a/{} b/{}", args.path, args.path)?;
    for line in super::diff::of_texts(&args.path, &old, &new, session)? {
        writeln!(session.terminal.out(), "  {line}")?;
    }
    let text = crate::diff::unified(&args.path, &old, &new, color);
    session.terminal.out().write_all(text.as_bytes())?;
    Ok(Exit::Fine)
}
