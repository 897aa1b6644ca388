//! A large file of another tool: the drawing of a sample of Threat Dragon, over and over.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::Value;

use super::{median_of, path_text, row};

/// The sample whose drawing says the most for its length: a third of its bytes are threats.
const SAMPLE: &str = "threat-dragon/demo-threat-model.json";
/// How large the file becomes, in bytes.
const LARGE: usize = 10_000_000;
/// Shortest text that is looked at as an id: every id of a cell and of a threat is longer.
const ID: usize = 20;

/// Measures the import of the file, if there are samples.
pub(super) fn run(root: &Path, binary: &Path, runs: u32, out: &mut dyn Write) -> anyhow::Result<()> {
    let Some(corpus) = std::env::var_os("REDAN_CORPUS").map(PathBuf::from) else {
        return Ok(writeln!(out, "import     not measured: REDAN_CORPUS names no folder with samples")?);
    };
    let path = root.join("target/bench/drawings.json");
    let sample = fs::read(corpus.join(SAMPLE)).with_context(|| format!("reading {SAMPLE}"))?;
    fs::write(&path, repeated(&sample)?).with_context(|| format!("writing {}", path.display()))?;
    let samples = median_of(binary, &["import", "--quiet", path_text(&path)?], runs)?;
    row(out, "import", "10 MB drawings", samples, "300 ms")
}

/// The model with its first drawing again and again, each time with ids and a title of its own.
fn repeated(sample: &[u8]) -> anyhow::Result<String> {
    let mut model: Value = serde_json::from_slice(sample)?;
    let diagrams = model.pointer_mut("/detail/diagrams").and_then(Value::as_array_mut).context("a sample has diagrams")?;
    let drawing = diagrams.first().context("a sample has a diagram")?;
    let mut ids = Vec::new();
    collect(drawing, &mut ids);
    let title = drawing["title"].as_str().unwrap_or_default().to_owned();
    let mut text = drawing.to_string();
    // Places of ids are kept, so that copies are made by putting others there.
    ids.iter().enumerate().for_each(|(at, id)| text = text.replace(id, &mark(at)));
    let (mut all, mut length): (Vec<Value>, usize) = (Vec::new(), 0);
    while length < LARGE {
        let number = all.len();
        let own = |at: usize| format!("{number:08x}-{at:04x}-4000-8000-000000000000");
        let copy = (0..ids.len()).fold(text.clone(), |text, at| text.replace(&mark(at), &own(at)));
        length += copy.len();
        let mut copy: Value = serde_json::from_str(&copy)?;
        copy["id"] = number.into();
        copy["title"] = format!("{title} {number}").into();
        all.push(copy);
    }
    *diagrams = all;
    Ok(model.to_string())
}

/// What stands for an id until a copy has its own.
fn mark(at: usize) -> String {
    format!("<{at}>")
}

fn collect(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                match value.as_str() {
                    Some(id) if matches!(key.as_str(), "id" | "threatId") && id.len() > ID && !ids.iter().any(|known| known == id) => {
                        ids.push(id.to_owned());
                    }
                    _ => collect(value, ids),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_copy_has_ids_of_its_own_that_lead_to_the_same_cells() {
        let id = "00000000-1111-2222-3333-444444444444";
        let sample = serde_json::json!({"detail": {"diagrams": [{"id": 7, "title": "T", "cells": [{"id": id}, {"source": {"id": id}, "text": "x".repeat(500_000)}]}]}});
        let copies: Value = serde_json::from_str(&repeated(sample.to_string().as_bytes()).unwrap()).unwrap();
        let diagrams = copies["detail"]["diagrams"].as_array().unwrap();
        let first = |diagram: &Value| diagram["cells"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!((diagrams.len(), diagrams[3]["title"].as_str()), (20, Some("T 3")));
        assert!(diagrams.iter().all(|diagram| diagram["cells"][1]["source"]["id"].as_str() == Some(&first(diagram))));
        assert_ne!(first(&diagrams[0]), first(&diagrams[1]));
    }
}
