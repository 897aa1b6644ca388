//! Reading any bytes as a workspace of Structurizr never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::structurizr;

fuzz_target!(|bytes: &[u8]| {
    let _ = structurizr::read(bytes);
});
