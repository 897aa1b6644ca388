//! Reading any bytes as a model of threatcl gives a reason or a model that the language accepts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::hcltm;

fuzz_target!(|bytes: &[u8]| {
    redan_fuzz::is_a_model(hcltm::read(bytes));
});
