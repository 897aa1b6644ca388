//! Reading any bytes as the Python text of a pytm model gives a reason or a model that the language accepts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::pytm::python;

fuzz_target!(|bytes: &[u8]| {
    redan_fuzz::is_a_model(python::read(bytes));
});
