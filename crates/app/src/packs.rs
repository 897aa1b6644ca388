//! Packs of a project's own: where they lie, what they hash to, and the lock file that pins them.
//!
//! A pack that comes from elsewhere is copied into the repository, so that a run needs no network and a review sees
//! every change of a rule. The lock file says where it came from and what its files hash to; a pack that no longer
//! matches is not used.

pub(crate) mod fetch;
pub(crate) mod lock;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use sha2::{Digest, Sha256};

use crate::exit::usage;
use crate::project::read_limited;

/// Where packs from elsewhere are copied to, below the folder of the configuration.
pub(crate) const VENDOR_FOLDER: &str = "security/packs";
/// Most files that a pack may have.
const MAX_FILES: usize = 5_000;
/// The part of a pack that adds to the catalogues.
const CATALOGUE: &str = "catalogue";

/// A file of a pack: its path below the pack with forward slashes, where it is on disk, its text.
pub(crate) struct PackFile {
    /// Below the pack.
    pub(crate) below: String,
    /// On disk.
    pub(crate) disk: PathBuf,
    /// What it says.
    pub(crate) text: String,
}

/// The packs in a folder: the folder itself if it has a `pack.yaml`, else the folders in it that have one.
pub(crate) fn packs_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = fs::canonicalize(folder).with_context(|| format!("reading the packs in {}", folder.display()))?;
    if folder.join("pack.yaml").is_file() {
        return Ok(vec![folder]);
    }
    let entries = fs::read_dir(&folder).with_context(|| format!("reading the packs in {}", folder.display()))?;
    let mut packs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.join("pack.yaml").is_file()).collect();
    packs.sort();
    Ok(packs)
}

/// The files of a pack by path: its rules, and catalogue parts in `catalogue/`. Links are not followed.
pub(crate) fn files(pack: &Path) -> anyhow::Result<Vec<PackFile>> {
    let mut found = Vec::new();
    for (folder, prefix) in [(pack.to_owned(), ""), (pack.join(CATALOGUE), "catalogue/")] {
        if !is_folder(&folder) {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_file() && name.ends_with(".yaml") {
                ensure!(found.len() < MAX_FILES, usage(format!("{} has more than {MAX_FILES} files", pack.display())));
                found.push(PackFile { below: format!("{prefix}{name}"), text: read(&entry.path())?, disk: entry.path() });
            }
        }
    }
    found.sort_by(|a, b| a.below.cmp(&b.below));
    Ok(found)
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_dir())
}

fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = read_limited(path).map_err(|why| usage(format!("cannot read `{}`: {why}", path.display())))?;
    String::from_utf8(bytes).map_err(|_| usage(format!("`{}` is not text in UTF-8", path.display())))
}

/// What the files of a pack hash to: SHA-256 over every path, length and text, in hexadecimal digits.
pub(crate) fn hash(files: &[PackFile]) -> String {
    let mut hasher = Sha256::new();
    for file in files {
        hasher.update(file.below.as_bytes());
        hasher.update([0]);
        hasher.update(u64::try_from(file.text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(file.text.as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id of a pack: the name of its folder, which its `pack.yaml` repeats.
pub(crate) fn id(pack: &Path) -> String {
    pack.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A path below the folder of the configuration with forward slashes, or the path itself when it lies elsewhere.
pub(crate) fn below(base: &Path, path: &Path) -> String {
    path.strip_prefix(base).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
