//! Reading any bytes as a table of Lucidchart never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::lucid;

fuzz_target!(|bytes: &[u8]| {
    let _ = lucid::read(bytes);
});
