//! Reading any bytes as a model of Threagile never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::threagile;

fuzz_target!(|bytes: &[u8]| {
    let _ = threagile::read(bytes);
});
