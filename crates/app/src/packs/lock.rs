//! `redan.lock`: which packs a project pins, where they came from and what they hash to.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::atomic;
use crate::exit::usage;
use crate::project::read_limited;

/// The name of the lock file; it lies beside the configuration.
pub(crate) const LOCK_NAME: &str = "redan.lock";
const VERSION: u32 = 1;
const HEAD: &str = "# Written by `redan pack`; do not edit. `redan pack verify` compares packs with it.\n";

/// The lock file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Lock {
    version: u32,
    /// The pinned packs, by id.
    #[serde(rename = "pack")]
    pub(crate) packs: Vec<Locked>,
}

/// One pinned pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Locked {
    /// Its id.
    pub(crate) id: String,
    /// The version that its `pack.yaml` states.
    pub(crate) version: String,
    /// Its folder, below the folder of the configuration.
    pub(crate) path: String,
    /// The address that it was copied from; a pack of this repository has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) git: Option<String>,
    /// The tag that it was copied at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tag: Option<String>,
    /// The commit that the tag stood for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// What its files hash to.
    pub(crate) sha256: String,
}

impl Lock {
    /// The lock file beside a configuration; empty where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is of a later version.
    pub(crate) fn read(base: &Path) -> anyhow::Result<Self> {
        let path = base.join(LOCK_NAME);
        if !path.exists() {
            return Ok(Self { version: VERSION, packs: Vec::new() });
        }
        let bytes = read_limited(&path).map_err(|why| usage(format!("cannot read `{}`: {why}", path.display())))?;
        let text = String::from_utf8(bytes).map_err(|_| usage(format!("`{}` is not text in UTF-8", path.display())))?;
        let lock: Self = toml::from_str(&text).map_err(|error| usage(format!("`{}` is not a lock file: {error}", path.display())))?;
        anyhow::ensure!(lock.version == VERSION, usage(format!("`{}` is of version {}, not {VERSION}", path.display(), lock.version)));
        Ok(lock)
    }

    /// Writes it beside the configuration.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, base: &Path) -> anyhow::Result<()> {
        let text = toml::to_string(self).context("writing the lock file")?;
        fs::create_dir_all(base)?;
        atomic::write(&base.join(LOCK_NAME), format!("{HEAD}{text}").as_bytes())
    }

    /// The pin of a pack.
    pub(crate) fn get(&self, id: &str) -> Option<&Locked> {
        self.packs.iter().find(|locked| locked.id == id)
    }

    /// Pins a pack in place of an earlier pin.
    pub(crate) fn pin(&mut self, locked: Locked) {
        self.packs.retain(|known| known.id != locked.id);
        self.packs.push(locked);
        self.packs.sort_by(|a, b| a.id.cmp(&b.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut lock = Lock::read(folder.path()).unwrap();
        let locked = |id: &str, git: Option<&str>| Locked {
            id: id.to_owned(),
            version: "1.0.0".to_owned(),
            path: format!("security/packs/{id}"),
            git: git.map(str::to_owned),
            tag: git.map(|_| "v1".to_owned()),
            commit: None,
            sha256: "00".to_owned(),
        };
        lock.pin(locked("zebra", None));
        lock.pin(locked("ant", Some("https://example.org/ant.git")));
        lock.pin(locked("zebra", Some("https://example.org/zebra.git")));
        lock.write(folder.path()).unwrap();
        let again = Lock::read(folder.path()).unwrap();
        assert_eq!(again, lock);
        assert_eq!(again.packs.iter().map(|pack| pack.id.as_str()).collect::<Vec<_>>(), ["ant", "zebra"]);
    }

    #[test]
    fn a_later_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(LOCK_NAME), "version = 2\n").unwrap();
        assert!(Lock::read(folder.path()).unwrap_err().to_string().contains("version 2"));
    }
}
