//! Which files of a project are models.
//!
//! Endings decide, and for plain Markdown whether a redan block is in it. The order is that of the paths.

use std::fs;
use std::path::{Path, PathBuf};

use super::{CONFIG_NAME, Project, read_limited};

/// The models of a project, or a sentence that says why there are none.
pub(crate) fn find(project: &Project) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for stated in &project.models {
        let path = project.base.join(stated);
        if path.is_dir() {
            walk(&path, &mut found);
        } else if path.is_file() {
            found.push(path);
        } else if project.models.len() > 1 || stated != super::MODEL_FOLDER {
            return Err(format!("`{stated}`, named under `[models]` in {CONFIG_NAME}, does not exist"));
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        let places = project.models.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(", ");
        let base = project.base.display();
        return Err(format!(
            "no model found: no `*.tm.yaml`, `*.tm.json` or `*.tm.md` in {places} of {base}; name a file, or start with `redan init`"
        ));
    }
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            walk(&path, found);
        } else if is_model(&path) {
            found.push(path);
        }
    }
}

fn is_model(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    if is_model_name(name) {
        return true;
    }
    name.ends_with(".md") && read_limited(path).is_ok_and(|bytes| has_redan_block(&String::from_utf8_lossy(&bytes)))
}

/// Whether a file is a model by its name alone.
pub(crate) fn is_model_name(name: &str) -> bool {
    [".tm.yaml", ".tm.yml", ".tm.json", ".tm.md"].iter().any(|ending| name.ends_with(ending))
}

/// Whether a fence opens a block whose language is followed by the word `redan`.
fn has_redan_block(text: &str) -> bool {
    text.lines().map(str::trim_start).filter(|line| line.starts_with("```") || line.starts_with("~~~")).any(|line| {
        let info = line.trim_start_matches(['`', '~']);
        matches!(info.split_whitespace().collect::<Vec<_>>()[..], ["yaml" | "yml" | "json", "redan", ..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_by_ending_or_block_in_the_order_of_paths() {
        let folder = tempfile::tempdir().unwrap();
        let models = folder.path().join("security/threat-models");
        fs::create_dir_all(models.join("deep")).unwrap();
        for (name, text) in
            [("b.tm.yaml", ""), ("a.tm.json", ""), ("deep/c.md", "# C\n```yaml redan\n```\n"), ("notes.md", "```yaml\n```"), ("x.yaml", "")]
        {
            fs::write(models.join(name), text).unwrap();
        }
        let found = find(&Project::around(folder.path(), None).unwrap()).unwrap();
        let names: Vec<_> = found.iter().map(|f| f.strip_prefix(&models).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.tm.json", "b.tm.yaml", "deep/c.md"]);
    }

    #[test]
    fn nothing_found_says_where_it_looked_and_how_to_start() {
        let folder = tempfile::tempdir().unwrap();
        let why = find(&Project::around(folder.path(), None).unwrap()).unwrap_err();
        assert!(why.contains("security/threat-models") && why.contains("redan init"), "{why}");
    }
}
