//! Which crate may use which of ours, and what core crates may never use. A new edge is a change of this table.

use std::path::Path;

use super::read;

/// Crate, and those of ours that it may use.
const EDGES: [(&str, &[&str]); 8] = [
    ("crates/model", &[]),
    ("crates/engine", &["redan-model"]),
    ("crates/interop", &["redan-model"]),
    ("crates/report", &["redan-model", "redan-engine"]),
    ("crates/tracker", &["redan-model", "redan-engine", "redan-report"]),
    ("crates/pdf", &["redan-report"]),
    ("crates/app", &["redan-model", "redan-engine", "redan-interop", "redan-report", "redan-tracker", "redan-pdf"]),
    ("xtask", &["redan-model", "redan-engine", "redan-interop", "redan-report"]),
];

/// What belongs to faces, and never to the core.
const NOT_IN_CORE: [&str; 10] = ["tokio", "axum", "clap", "anstream", "anyhow", "reqwest", "hyper", "rand", "toml", "ureq"];

pub(super) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for (folder, allowed) in EDGES {
        let manifest: toml::Table = read(&root.join(folder).join("Cargo.toml"))?.parse()?;
        let names = manifest.get("dependencies").and_then(toml::Value::as_table).into_iter().flat_map(|table| table.keys());
        let is_core = !["crates/app", "xtask"].contains(&folder);
        for name in names {
            if name.starts_with("redan") && !allowed.contains(&name.as_str()) || is_core && NOT_IN_CORE.contains(&name.as_str()) {
                violations.push(format!("{folder} must not use {name}"));
            }
        }
    }
    let known = |folder: &std::path::PathBuf| EDGES.iter().any(|(name, _)| root.join(name) == *folder);
    let crates =
        std::fs::read_dir(root.join("crates"))?.flatten().map(|entry| entry.path()).filter(|path| path.join("Cargo.toml").exists());
    violations.extend(crates.filter(|folder| !known(folder)).map(|folder| format!("{} is not in the table", folder.display())));
    Ok(violations)
}
