//! Reading any text as YAML and as Markdown never panics, and every place that it reports is a place in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_model::source::Sources;
use redan_model::{markdown, tree};

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
});
