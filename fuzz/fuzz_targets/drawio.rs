//! Reading any bytes as a drawing of draw.io never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::drawio;

fuzz_target!(|bytes: &[u8]| {
    let _ = drawio::read(bytes);
});
