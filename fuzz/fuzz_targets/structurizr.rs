//! Reading any bytes as a workspace of Structurizr gives a reason or a model that the language accepts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::structurizr;

fuzz_target!(|bytes: &[u8]| {
    redan_fuzz::is_a_model(structurizr::read(bytes));
});
