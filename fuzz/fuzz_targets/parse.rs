//! Reading any text as YAML and as Markdown, down to the resolved model, never panics, and every place that it reports
//! is a place in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_model::source::Sources;
use redan_model::{Vocabulary, load_text, markdown, tree};

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let id = sources.add("m", text);
    let mut faults = Vec::new();
    let document = tree::parse(&sources, id, None, &mut faults);
    assert!(text.get(document.root.span.range()).is_some());
    markdown::read(&sources, id, &mut faults);
    for span in faults.iter().filter_map(|fault| fault.primary) {
        assert!(text.get(span.range()).is_some());
    }
    for name in ["m.tm.yaml", "m.tm.md"] {
        let loaded = load_text(name, text, &Vocabulary::default());
        for fault in &loaded.diagnostics {
            let places = fault.primary.into_iter().chain(fault.labels.iter().map(|label| label.span));
            assert!(places.into_iter().all(|span| text.get(span.range()).is_some()));
        }
    }
});
