//! Reading any bytes as a model of the Open Threat Model format never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::otm;

fuzz_target!(|bytes: &[u8]| {
    let _ = otm::read(bytes);
});
