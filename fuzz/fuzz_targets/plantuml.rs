//! Reading any bytes as a diagram of PlantUML never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::plantuml;

fuzz_target!(|bytes: &[u8]| {
    let _ = plantuml::read(bytes);
});
