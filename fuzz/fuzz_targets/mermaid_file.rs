//! Reading any bytes as pictures never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::mermaid;

fuzz_target!(|bytes: &[u8]| {
    let _ = mermaid::read(bytes);
});
