//! The configuration with a pack added to it; comments and order stay.

use std::fs;

use anyhow::Context as _;
use toml_edit::{Array, DocumentMut, Item, Table, Value};

use crate::atomic;
use crate::exit::usage;
use crate::packs::lock::Locked;
use crate::project::{CONFIG_NAME, Project};

/// Writes a pack into `[packs]` of the configuration: its folder, and its id where packs are chosen by id.
///
/// # Errors
/// When the configuration cannot be read or written, or `[packs]` is not a table.
pub(super) fn use_pack(project: &Project, pin: &Locked) -> anyhow::Result<()> {
    let path = project.base.join(CONFIG_NAME);
    let old = if path.exists() { fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))? } else { String::new() };
    let text = with_pack(&old, &pin.path, &pin.id).map_err(|why| usage(format!("{}: {why}", path.display())))?;
    if text == old { Ok(()) } else { atomic::write(&path, text.as_bytes()) }
}

fn with_pack(text: &str, folder: &str, id: &str) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let packs = document.entry("packs").or_insert(Item::Table(Table::new())).as_table_like_mut().ok_or("`packs` is not a table")?;
    let folders =
        packs.entry("folders").or_insert(Item::Value(Value::Array(Array::new()))).as_array_mut().ok_or("`folders` is not a list")?;
    let covered = |known: &str| folder == known || folder.strip_prefix(known).is_some_and(|rest| rest.starts_with('/'));
    if !folders.iter().filter_map(Value::as_str).any(|known| covered(known.trim_end_matches('/'))) {
        folders.push(folder);
    }
    if let Some(chosen) = packs.get_mut("use").and_then(Item::as_array_mut)
        && !chosen.iter().filter_map(Value::as_str).any(|known| known == id)
    {
        chosen.push(id);
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_order_stay() {
        let old = "# ours\n[packs]\nuse = [\"core\"] # small\n\n[policy]\nfail-on = \"high\"\n";
        let expected = "# ours\n[packs]\nuse = [\"core\", \"ours\"] # small\nfolders = [\"rules/ours\"]\n\n[policy]\nfail-on = \"high\"\n";
        assert_eq!(with_pack(old, "rules/ours", "ours").unwrap(), expected);
    }

    #[test]
    fn a_folder_that_is_there_already_is_not_written_twice() {
        let text = "[packs]\nfolders = [\"rules\"]\n";
        assert_eq!(with_pack(text, "rules/ours", "ours").unwrap(), text);
    }

    #[test]
    fn a_project_without_a_configuration_gets_one() {
        assert_eq!(with_pack("", "rules/ours", "ours").unwrap(), "[packs]\nfolders = [\"rules/ours\"]\n");
    }
}
