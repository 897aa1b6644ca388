//! Files that are made from the code and the catalogues: reference pages and the JSON Schema.
//!
//! They are committed, so that people can read them on a code host; a test fails when they are stale.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use redan_engine::{Knowledge, knowledge};
use redan_report::diagram::{self, Scene, View};

/// Every generated file, relative to the root, with what it should hold.
fn files() -> Vec<(&'static str, String)> {
    let knowledge = Knowledge::embedded();
    let vocabulary = knowledge.vocabulary();
    let schema = serde_json::to_string_pretty(&redan_model::schema::json_schema(&vocabulary)).expect("a JSON value can always be written");
    vec![
        ("docs/reference/language.md", redan_model::reference::markdown(&vocabulary)),
        ("docs/reference/catalogue.md", knowledge::reference::markdown(&knowledge)),
        ("docs/reference/lints.md", redan_engine::lint::reference::markdown()),
        ("schema/redan.schema.json", schema + "\n"),
        ("docs/images/web-login.svg", web_login_picture(&knowledge)),
    ]
}

/// The README's picture, drawn as `redan diagram` draws it.
fn web_login_picture(knowledge: &Knowledge) -> String {
    let text = include_str!("../../examples/web-login/web-login.tm.yaml");
    let loaded = redan_model::load_text("web-login.tm.yaml", text, &knowledge.vocabulary());
    diagram::svg(&Scene::of_model(&loaded.model, knowledge, &View::level(0)))
}

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}

/// Writes the files, or with `check` says which are stale.
///
/// # Errors
/// When a file cannot be written, or is stale.
pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    let mut stale = Vec::new();
    for (path, text) in files() {
        let full = root().join(path);
        if std::fs::read_to_string(&full).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            stale.push(path);
            continue;
        }
        std::fs::create_dir_all(full.parent().expect("every file lies in a folder"))?;
        std::fs::write(&full, text).with_context(|| format!("cannot write {path}"))?;
    }
    if !stale.is_empty() {
        bail!("stale: {}; run `cargo xtask codegen`", stale.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_files_are_fresh() {
        super::run(true).unwrap();
    }
}
