//! Laying a text out a second time changes nothing more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_model::fmt::format;

fuzz_target!(|text: &str| {
    for name in ["m.yaml", "m.json", "m.md"] {
        if let Ok(once) = format(name, text) {
            assert_eq!(format(name, &once).as_ref(), Ok(&once));
        }
    }
});
