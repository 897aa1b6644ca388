//! Reading any text as a flowchart never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_model::source::Sources;
use redan_model::{Span, mermaid};

fuzz_target!(|text: &str| {
    let text = format!("flowchart TD\n{text}");
    let mut sources = Sources::default();
    let id = sources.add("m", text.as_str());
    let mut faults = Vec::new();
    mermaid::to_node(&mermaid::parse(&sources, Span::new(id, 0, text.len()), &mut faults));
    for span in faults.iter().filter_map(|fault| fault.primary) {
        assert!(text.get(span.range()).is_some());
    }
});
