//! Reading any bytes as a model of Threat Dragon gives a reason or a model that the language accepts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::threat_dragon;

fuzz_target!(|bytes: &[u8]| {
    redan_fuzz::is_a_model(threat_dragon::read(bytes));
});
