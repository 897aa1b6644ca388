//! Packs from a git repository, read with the user's own git, so that their credentials and settings are used.
//!
//! Nothing that was fetched is executed: hooks are switched off, no submodule is followed, and only files of packs are
//! copied out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use super::{files, packs_in};
use crate::exit::usage;

/// A repository at a tag, in a folder that goes away with it.
pub(crate) struct Fetched {
    folder: TempDir,
    /// The commit that the tag stands for.
    pub(crate) commit: String,
}

/// Whether a source is the address of a repository rather than a folder of this one.
pub(crate) fn is_address(source: &str) -> bool {
    source.contains("://") || (source.contains('@') && source.contains(':')) || source.ends_with(".git")
}

/// Clones a repository at a tag.
///
/// # Errors
/// When the address or the tag is not one, and what git says when it fails.
pub(crate) fn fetch(address: &str, tag: &str) -> anyhow::Result<Fetched> {
    ensure!(!address.starts_with('-') && !address.contains("::"), usage(format!("`{address}` is not the address of a repository")));
    ensure!(!tag.starts_with('-') && !tag.is_empty(), usage(format!("`{tag}` is not a tag")));
    let folder = tempfile::tempdir().context("making a folder to clone into")?;
    let target = folder.path().join("repository");
    let mut clone = git();
    clone.args(["clone", "--quiet", "--depth", "1", "--no-recurse-submodules", "--branch", tag, "--", address]).arg(&target);
    run(clone, &format!("cannot read `{address}` at `{tag}`"))?;
    let mut show = git();
    show.arg("-C").arg(&target).args(["rev-parse", "--verify", "HEAD^{commit}"]);
    let commit = run(show, "cannot tell the commit")?.trim().to_owned();
    Ok(Fetched { folder, commit })
}

impl Fetched {
    /// The packs of the repository: below `rules/` if it has one, else at its root or in folders of the root.
    ///
    /// # Errors
    /// When it has none.
    pub(crate) fn packs(&self) -> anyhow::Result<Vec<PathBuf>> {
        let root = self.folder.path().join("repository");
        for folder in [root.join("rules"), root.clone()] {
            let packs = if folder.is_dir() { packs_in(&folder)? } else { Vec::new() };
            if !packs.is_empty() {
                return Ok(packs);
            }
        }
        Err(usage("the repository has no pack: no folder with a pack.yaml at its root or in rules/"))
    }
}

/// Copies the files of a pack to a folder, which then holds nothing else of it.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn copy(pack: &Path, to: &Path) -> anyhow::Result<()> {
    let files = files(pack)?;
    if to.exists() {
        fs::remove_dir_all(to).with_context(|| format!("replacing {}", to.display()))?;
    }
    for file in files {
        let target = to.join(&file.below);
        fs::create_dir_all(target.parent().expect("a file lies in a folder"))?;
        fs::write(&target, file.text).with_context(|| format!("writing {}", target.display()))?;
    }
    Ok(())
}

fn git() -> Command {
    let mut command = Command::new("git");
    command.args(["-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "advice.detachedHead=false"]);
    command
}

fn run(mut command: Command, what: &str) -> anyhow::Result<String> {
    let output = command.output().context("running git; is it installed?")?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(usage(format!("{what}: {}", why.trim())))
}
