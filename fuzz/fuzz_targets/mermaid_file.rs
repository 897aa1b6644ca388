//! Reading any bytes as pictures gives a reason or a model that the language accepts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::mermaid;

fuzz_target!(|bytes: &[u8]| {
    redan_fuzz::is_a_model(mermaid::read(bytes));
});
