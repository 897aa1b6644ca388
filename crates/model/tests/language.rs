//! The language as files: what is read, what is refused, and that the JSON Schema agrees with the reader.

use std::path::{Path, PathBuf};

use redan_model::{Loaded, Vocabulary, load_text};

fn folder(name: &str) -> Vec<(PathBuf, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language").join(name);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&dir).expect("the corpus is there").map(|e| e.expect("readable").path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("readable");
            (path, text)
        })
        .collect()
}

fn shown(loaded: &Loaded) -> String {
    let mut text = String::new();
    for d in &loaded.diagnostics {
        let place = d.primary.map(|span| loaded.sources.locate(span));
        let place = place.map_or("-".to_owned(), |l| format!("{}:{}", l.line, l.column));
        text.push_str(&format!("{place} {} [{}] {}\n", d.severity.as_str(), d.code, d.message));
        for label in &d.labels {
            let l = loaded.sources.locate(label.span);
            text.push_str(&format!("  {}:{} {}\n", l.line, l.column, label.message));
        }
        if let Some(help) = &d.help {
            text.push_str(&format!("  help: {help}\n"));
        }
        if let Some(fix) = &d.fix {
            text.push_str(&format!("  fix: {}\n", fix.title));
        }
    }
    text
}

#[test]
fn valid_files_load_without_errors() {
    for (path, text) in folder("valid") {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let loaded = load_text(&name, &text, &Vocabulary::default());
        assert!(loaded.is_valid(), "{name}:\n{}", shown(&loaded));
    }
}

#[test]
fn the_examples_load_without_errors() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut seen = 0;
    for dir in std::fs::read_dir(examples).expect("the examples are there").map(|e| e.expect("readable").path()).filter(|p| p.is_dir()) {
        for path in std::fs::read_dir(dir).expect("readable").map(|e| e.expect("readable").path()) {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if !name.contains(".tm.") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("readable");
            let loaded = load_text(&name, &text, &Vocabulary::default());
            assert!(loaded.is_valid(), "{name}:\n{}", shown(&loaded));
            seen += 1;
        }
    }
    assert!(seen >= 5, "only {seen} examples");
}
