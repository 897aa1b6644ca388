//! Reading any bytes as the guide's lists and tables gives a reason or a model that the language accepts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_interop::guide;

fuzz_target!(|bytes: &[u8]| {
    for read in [guide::read_assets_json, guide::read_assets_csv, guide::read_threats_json, guide::read_threats_csv] {
        redan_fuzz::is_a_model(read(bytes));
    }
});
