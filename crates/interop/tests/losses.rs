//! What imports of real, valid files may lose: nothing of elements, names, kinds, flows, zones, threats, their states and
//! mitigations, except what points at nothing in the file itself.
//!
//! Files are read from the folder that `REDAN_CORPUS` names; without it nothing is checked.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail like tests")]

#[expect(dead_code, reason = "other files of tests use the rest")]
mod support;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use redan_interop::{LossKind, detect, import};
use support::FOLDERS;

/// Files that are imported and are not valid in their own tool, and why.
const NOT_VALID: [(&str, &str); 6] = [
    ("includes/main.yaml", "all of it stands in files that it includes"),
    ("includes/technical_assets_devops.yaml", "a part of another file"),
    ("lsp/testdata/invalid-enum.hcl", "made to be refused"),
    ("wrong_root.drawio", "made to be refused"),
    ("missing_coordinates.tm7", "made without the places of boundaries"),
    ("michenriksen_attack-tree.xml", "a library of shapes and no drawing"),
];

/// What is said of things that the lists above are about, and is no loss of one of them.
const FINE: [(&str, &str); 10] = [
    ("the trust boundary line ", "a line that encloses nothing is reported, and no zone is invented"),
    ("the line \"", "a line with nothing on one of its sides is reported, and no zone is invented"),
    ("which overlaps with its zone", "zones of one kind do not overlap here; the file itself is kept"),
    ("the remark ", "a remark in a drawing is no element"),
    ("the text ", "a text in a drawing is no element"),
    ("names of those who changed threats", "names of people are left out unless they are asked for"),
    ("which names no threat of the file, to a threat", "a risk becomes one threat more"),
    ("findings", "rules find them anew"),
    ("the template; the threats that it raised are kept", "`read_kept` keeps the whole file"),
    ("there is no `threatmodel` in it", "a library of controls, which all arrive"),
];

/// Words for what must arrive whole.
const WHOLE: [&str; 14] = [
    "element",
    "component",
    "asset",
    "process",
    "store",
    "actor",
    "kind",
    "name",
    "flow",
    "link",
    "zone",
    "boundary",
    "threat",
    "mitigation",
];

#[test]
fn valid_files_lose_nothing_that_a_threat_model_is_made_of() {
    let Some(corpus) = std::env::var_os("REDAN_CORPUS") else {
        let _ = writeln!(std::io::stderr(), "REDAN_CORPUS is not set: no real file is read");
        return;
    };
    let mut wrong = Vec::new();
    let mut read = 0;
    for path in FOLDERS.iter().flat_map(|folder| files(&Path::new(&corpus).join(folder))) {
        let name = path.to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&path).expect("a file");
        let Some(Ok(imported)) = detect(&name, &bytes).map(|format| import(format, &bytes)) else { continue };
        if NOT_VALID.iter().any(|(ending, _)| name.ends_with(ending)) {
            continue;
        }
        read += 1;
        for loss in imported.loss.iter().filter(|loss| matches!(loss.kind, LossKind::Dropped | LossKind::Changed)) {
            // What an attack flow has beside its steps.
            let fine = loss.place == "objects" || FINE.iter().any(|(words, _)| loss.what.contains(words));
            if !fine && WHOLE.iter().any(|word| loss.what.contains(word)) {
                wrong.push(format!("{name}: {} {} [{}]", loss.kind.as_str(), loss.what, loss.place));
            }
        }
    }
    assert!(read > 60 && wrong.is_empty(), "{read} files\n{}", wrong.join("\n"));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the corpus has the folder").flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
