//! Reading any bytes as a model of the OWASP Threat Model Library gives a reason or a model that the language accepts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::tm_bom;

fuzz_target!(|bytes: &[u8]| {
    redan_fuzz::is_a_model(tm_bom::read(bytes));
});
