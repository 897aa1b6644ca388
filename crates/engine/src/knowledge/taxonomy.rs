//! Reading of taxonomies.

use indexmap::IndexMap;

use super::node::{At, Faults, Node, Record, Tree, at};
use crate::catalogue::{Taxonomy, TaxonomyEntry};

/// One taxonomy.
pub(super) fn taxonomy(node: &Node, place: At, faults: &mut Faults<'_>) -> Option<Taxonomy> {
    let record = Record::open(node, place, "a taxonomy", &["name", "edition", "list", "entries"], faults)?;
    Some(Taxonomy {
        name: record.text("name", faults),
        edition: record.text("edition", faults),
        list: record.text("list", faults),
        entries: entries(&record, faults),
    })
}

fn entries(record: &Record<'_>, faults: &mut Faults<'_>) -> IndexMap<String, TaxonomyEntry> {
    let mut found = IndexMap::new();
    let Some(node) = record.need("entries", faults) else { return found };
    let Tree::Map(written) = &node.value else {
        faults.push(at(node), "`entries` is a mapping from the ids of the list to entries");
        return found;
    };
    for (key, node) in written {
        let Some(record) = Record::open(node, at(key), "an entry", &["name", "also", "cwe"], faults) else { continue };
        let ids = |key: &str, faults: &mut Faults<'_>| record.texts(key, faults).into_iter().map(|(id, _)| id).collect();
        let entry = TaxonomyEntry { name: record.text("name", faults), also: ids("also", faults), cwe: ids("cwe", faults) };
        if found.insert(key.value.clone().into_owned(), entry).is_some() {
            faults.push(at(key), format!("`{}` is there twice", key.value));
        }
    }
    found
}
