//! Reading any bytes as a model of CycloneDX never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::cyclonedx;

fuzz_target!(|bytes: &[u8]| {
    let _ = cyclonedx::read(bytes);
});
