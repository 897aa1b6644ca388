//! The catalogues and packs of the repository, read from disk with everything that is in them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use redan_engine::Knowledge;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}

/// Reads `catalogue/` and `rules/`, with the examples of rules.
///
/// # Errors
/// When a file cannot be read, and everything that is wrong in any of them.
pub(crate) fn from_disk() -> anyhow::Result<Knowledge> {
    let mut files = Vec::new();
    for folder in ["catalogue", "rules"] {
        collect(&root(), Path::new(folder), &mut files)?;
    }
    Knowledge::from_files(&files).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!("{}", lines.join("\n"))
    })
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> anyhow::Result<()> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root.join(folder))?.flatten().map(|entry| folder.join(entry.file_name())).collect();
    paths.sort();
    for path in paths {
        let full = root.join(&path);
        if full.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            let text = fs::read_to_string(&full).with_context(|| path.display().to_string())?;
            files.push((path.to_string_lossy().replace('\\', "/"), text));
        }
    }
    Ok(())
}
