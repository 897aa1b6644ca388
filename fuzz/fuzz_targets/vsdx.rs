//! Reading any bytes as a drawing of Visio never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::vsdx;

fuzz_target!(|bytes: &[u8]| {
    let _ = vsdx::read(bytes);
});
