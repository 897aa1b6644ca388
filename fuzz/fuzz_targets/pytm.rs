//! Reading any bytes as a model of pytm never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::pytm;

fuzz_target!(|bytes: &[u8]| {
    let _ = pytm::read(bytes);
});
