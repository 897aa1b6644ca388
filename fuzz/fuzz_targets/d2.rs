//! Reading any bytes as a diagram of D2 never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::d2;

fuzz_target!(|bytes: &[u8]| {
    let _ = d2::read(bytes);
});
