//! The knowledge of this repository as files, for tests that read what lies on disk.

use std::fs;
use std::path::{Path, PathBuf};

use redan_engine::Knowledge;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every YAML file below a folder of the repository, as `(path below the root, text)`, by path.
pub(crate) fn yaml(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("the folder is in the repository") {
        let path = entry.expect("the folder can be listed").path();
        let name = format!("{folder}/{}", path.file_name().expect("a listed file has a name").to_string_lossy());
        if path.is_dir() {
            files.extend(yaml(&name));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push((name, fs::read_to_string(&path).expect("the file is text")));
        }
    }
    files.sort();
    files
}

/// Catalogues and all packs, with the examples of the rules.
pub(crate) fn knowledge() -> Knowledge {
    let files = [yaml("catalogue"), yaml("rules")].concat();
    Knowledge::from_files(&files).unwrap_or_else(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}
