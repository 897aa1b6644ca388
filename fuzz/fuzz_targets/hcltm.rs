//! Reading any bytes as a model of threatcl never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::hcltm;

fuzz_target!(|bytes: &[u8]| {
    let _ = hcltm::read(bytes);
});
