//! Files that are made from the code, the catalogues and the rules: reference pages, rule pages and the JSON Schema.
//!
//! They are committed, so that people can read them on a code host; a test fails when they are stale.

mod rules;

use std::path::Path;

use anyhow::{Context as _, bail};
use redan_engine::{Knowledge, knowledge};
use redan_report::diagram::{self, Scene, View};

use crate::knowledge::{from_disk, root};

/// The book's table of contents.
const SUMMARY: &str = "docs/SUMMARY.md";
const BEGIN: &str = "<!-- rules:begin -->";
const END: &str = "<!-- rules:end -->";

/// Every generated file, relative to the root, with what it should hold.
fn files() -> anyhow::Result<Vec<(String, String)>> {
    let knowledge = from_disk()?;
    let vocabulary = knowledge.vocabulary();
    let schema = serde_json::to_string_pretty(&redan_model::schema::json_schema(&vocabulary)).expect("a JSON value can always be written");
    let single = [
        ("docs/reference/language.md", redan_model::reference::markdown(&vocabulary)),
        ("docs/reference/catalogue.md", knowledge::reference::markdown(&knowledge)),
        ("docs/reference/lints.md", redan_engine::lint::reference::markdown()),
        ("schema/redan.schema.json", schema + "\n"),
        ("docs/images/web-login.svg", web_login_picture(&knowledge)),
        (SUMMARY, contents(&knowledge)?),
    ];
    let mut files: Vec<(String, String)> = single.into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
    files.extend(rules::pages(&knowledge)?);
    Ok(files)
}

/// The book's table of contents, with the pages about rules between its marks.
fn contents(knowledge: &Knowledge) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(root().join(SUMMARY))?;
    let (before, rest) = text.split_once(BEGIN).context("the table of contents has a mark where rules begin")?;
    let (_, after) = rest.split_once(END).context("the table of contents has a mark where rules end")?;
    Ok(format!("{before}{BEGIN}\n{}{END}{after}", rules::summary(knowledge)))
}

/// The README's picture, drawn as `redan diagram` draws it.
fn web_login_picture(knowledge: &Knowledge) -> String {
    let text = include_str!("../../examples/web-login/web-login.tm.yaml");
    let loaded = redan_model::load_text("web-login.tm.yaml", text, &knowledge.vocabulary());
    diagram::svg(&Scene::of_model(&loaded.model, knowledge, &View::level(0)))
}

/// Writes the files, or with `check` says which are stale.
///
/// # Errors
/// When a file cannot be written, or is stale.
pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    let mut stale = Vec::new();
    let files = files()?;
    for path in left_over(&root().join(rules::FOLDER), &files) {
        if check {
            stale.push(path);
        } else {
            std::fs::remove_file(root().join(&path)).with_context(|| format!("cannot remove {path}"))?;
        }
    }
    for (path, text) in files {
        let full = root().join(&path);
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

/// Pages in a folder of generated pages that no rule has any more.
fn left_over(folder: &Path, files: &[(String, String)]) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            found.extend(left_over(&path, files));
        } else if !files.iter().any(|(known, _)| *known == name) {
            found.push(name);
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_files_are_fresh() {
        super::run(true).unwrap();
    }
}
