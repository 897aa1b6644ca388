//! Reading any bytes as a model of Threat Composer never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::threat_composer;

fuzz_target!(|bytes: &[u8]| {
    let _ = threat_composer::read(bytes);
});
