//! Reading any bytes as a diagram of PlantUML gives a reason or a model that the language accepts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::plantuml;

fuzz_target!(|bytes: &[u8]| {
    redan_fuzz::is_a_model(plantuml::read(bytes));
});
