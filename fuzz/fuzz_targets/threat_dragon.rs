//! Reading any bytes as a model of Threat Dragon never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::threat_dragon;

fuzz_target!(|bytes: &[u8]| {
    let _ = threat_dragon::read(bytes);
});
