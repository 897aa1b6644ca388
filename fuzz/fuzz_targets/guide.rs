//! Reading any bytes as the guide's lists and tables never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::guide;

fuzz_target!(|bytes: &[u8]| {
    let _ =
        (guide::read_assets_json(bytes), guide::read_assets_csv(bytes), guide::read_threats_json(bytes), guide::read_threats_csv(bytes));
});
