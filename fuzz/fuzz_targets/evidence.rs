//! Reading any text as a report of any kind never panics, and what is kept of it is read back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::evidence::{detect, file, read};
use redan_model::evidence::ReportKind;

fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses the kind, so that every reader is tried on every text sooner or later.
    let Some((first, text)) = bytes.split_first() else { return };
    let kinds = [ReportKind::ALL.get(usize::from(*first) % ReportKind::ALL.len()).copied(), detect("report", text)];
    for kind in kinds.into_iter().flatten() {
        let Ok(report) = read(kind, "report", text) else { continue };
        let kept = file::write(std::slice::from_ref(&report));
        let back = file::read(kept.as_bytes()).expect("what was written can be read");
        assert_eq!(file::write(&back), kept);
    }
    let _ = file::read(text);
});
