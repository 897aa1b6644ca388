//! An edit of any text gives a text that can be read, or a reason. The first three lines are path, value and kind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_model::edit::{Edit, apply};
use redan_model::source::Sources;
use redan_model::tree;

fuzz_target!(|input: &str| {
    let mut lines = input.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default().to_owned();
    let (path, value, kind, text) = (line(), line(), line(), line());
    let edit = match kind.as_str() {
        "add" => Edit::Add { section: "elements".to_owned(), id: path, value },
        "item" => Edit::Add { section: "scope.out".to_owned(), id: path, value },
        "remove" => Edit::Remove { path },
        "rename" => Edit::Rename { old: path, new: value },
        _ => Edit::Set { path, value },
    };
    for name in ["m.yaml", "m.json", "m.md"] {
        if let (Ok(after), "m.yaml") = (apply(name, &text, &edit), name) {
            let mut sources = Sources::default();
            let id = sources.add("m", after);
            let mut faults = Vec::new();
            tree::parse(&sources, id, None, &mut faults);
            assert!(faults.is_empty());
        }
    }
});
