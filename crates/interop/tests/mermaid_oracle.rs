//! Our reader of Mermaid against what Mermaid's own parser counts: `xtask/oracles/mermaid.mjs` wrote the numbers.
//!
//! Our own pictures stand beside that program; those of the folder that `REDAN_CORPUS` names are read where there is one.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use redan_model::mermaid;
use redan_model::source::{Sources, Span};
use serde_json::Value as Json;

/// Nodes, edges and subgraphs. A box at which an arrow ends counts as a node too, as it does there.
type Counts = [usize; 3];

fn oracles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/oracles")
}

fn expected() -> Vec<(String, Counts)> {
    let text = fs::read_to_string(oracles().join("mermaid.json")).expect("the numbers are there");
    let document: Json = serde_json::from_str(&text).expect("they are JSON");
    let number = |file: &Json, key: &str| file[key].as_u64().and_then(|number| usize::try_from(number).ok()).expect("a number");
    let files = document["files"].as_object().expect("files").iter();
    files.map(|(name, file)| (name.clone(), ["nodes", "edges", "subgraphs"].map(|key| number(file, key)))).collect()
}

fn counted(text: &str) -> (Counts, Vec<String>) {
    let mut sources = Sources::default();
    let id = sources.add("m.mmd", text);
    let mut faults = Vec::new();
    let chart = mermaid::parse(&sources, Span::new(id, 0, text.len()), &mut faults);
    let ends: BTreeSet<&str> = chart.edges.iter().flat_map(|edge| [edge.from.value.as_str(), edge.to.value.as_str()]).collect();
    let boxes = ends.iter().filter(|end| chart.subgraphs.contains_key(**end) && !chart.vertices.contains_key(**end)).count();
    let faults = faults.into_iter().map(|fault| fault.message).collect();
    ([chart.vertices.len() + boxes, chart.edges.len() + chart.unseen.len(), chart.subgraphs.len()], faults)
}

/// What is in the model, with the arrows that nobody sees, which are losses.
fn arrived(text: &str) -> Counts {
    let imported = redan_interop::mermaid::read(text.as_bytes()).expect("a flowchart");
    let unseen = imported.loss.iter().filter(|loss| loss.what.contains("nobody sees")).count();
    let count = |section: &str| imported.model[section].as_object().map_or(0, serde_json::Map::len);
    [count("elements"), count("flows") + unseen, count("zones")]
}

#[test]
fn nodes_edges_and_subgraphs_are_those_that_mermaid_counts() {
    let corpus = std::env::var_os("REDAN_CORPUS").map(|root| Path::new(&root).join("mermaid"));
    if corpus.is_none() {
        let _ = writeln!(std::io::stderr(), "REDAN_CORPUS is not set: only our own pictures are counted");
    }
    let folders: Vec<PathBuf> = [oracles().join("mermaid")].into_iter().chain(corpus).collect();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (name, numbers) in expected() {
        let Some(text) = folders.iter().find_map(|folder| fs::read_to_string(folder.join(&name)).ok()) else { continue };
        compared += 1;
        let (found, faults) = counted(&text);
        let arrived = arrived(&text);
        if found != numbers || arrived != numbers || !faults.is_empty() {
            wrong.push(format!("{name}: {numbers:?} there, {found:?} read, {arrived:?} in the model {faults:?}"));
        }
    }
    assert!(compared >= 16 && wrong.is_empty(), "{compared} compared\n{}", wrong.join("\n"));
}
