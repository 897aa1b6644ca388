//! Reading any bytes as a model of the OWASP Threat Model Library never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::tm_bom;

fuzz_target!(|bytes: &[u8]| {
    let _ = tm_bom::read(bytes);
});
