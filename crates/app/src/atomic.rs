//! Files that are written whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::Context;

/// Replaces a file's content in one step, so that a reader never sees half of it. Its permissions stay, and a
/// symbolic link stays a link.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.exists() && !target.is_file() {
        return fs::write(&target, bytes).with_context(|| format!("writing {}", path.display()));
    }
    let mut name = OsString::from(".");
    name.push(target.file_name().with_context(|| format!("{} does not name a file", path.display()))?);
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = target.with_file_name(name);
    let done = fs::write(&temporary, bytes)
        .and_then(|()| match fs::metadata(&target) {
            Ok(old) => fs::set_permissions(&temporary, old.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| fs::rename(&temporary, &target));
    if done.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    done.with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("no/a.txt"), b"").unwrap_err();
        assert!(format!("{error:#}").contains("a.txt"));
    }
}
