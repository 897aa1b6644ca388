//! Turns the catalogues and rule packs of the workspace into one compact text that the library embeds.
//!
//! Each line is a file: its path, a tab, and what it says as JSON, without the examples of rules. Nothing is checked
//! here: the library reads it with the same code as files from disk.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let mut paths = yaml_files(&root.join("catalogue"))?;
    for folder in ["catalogue", "rules"] {
        for part in entries(&root.join(folder))?.into_iter().filter(|path| path.is_dir()) {
            paths.extend(yaml_files(&part)?);
        }
    }
    let mut text = String::new();
    for path in &paths {
        let (name, value) = read(&root, path)?;
        // JSON without white space has neither tabs nor line ends.
        text.extend([&name, "\t", &value.to_string(), "\n"]);
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("knowledge.txt"), text)?;
    Ok(())
}

/// The path below the workspace root, with forward slashes, and what the file says.
fn read(root: &Path, path: &Path) -> Result<(String, Value), Box<dyn Error>> {
    let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
    let mut value: Value = serde_saphyr::from_str(&fs::read_to_string(path)?).map_err(|error| format!("{name}: {error}"))?;
    if name.starts_with("rules/")
        && let Value::Object(fields) = &mut value
    {
        fields.shift_remove("examples");
    }
    Ok((name, value))
}

/// The YAML files of a folder, by name.
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect())
}

/// What is in a folder, by name; a change of it starts the next build anew.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}
