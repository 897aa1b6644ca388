//! Reading any bytes as a diagram of D2 gives a reason or a model that the language accepts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::d2;

fuzz_target!(|bytes: &[u8]| {
    redan_fuzz::is_a_model(d2::read(bytes));
});
