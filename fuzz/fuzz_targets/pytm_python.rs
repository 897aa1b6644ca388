//! Reading any bytes as the Python text of a pytm model never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::pytm::python;

fuzz_target!(|bytes: &[u8]| {
    let _ = python::read(bytes);
});
