//! Reading any bytes as a model or a template of the Microsoft Threat Modeling Tool never panics, and every filter that
//! is read survives being printed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redan_engine::tmt;
use redan_interop::{tb7, tm7};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = tm7::parse(bytes) {
        redan_fuzz::is_a_model(Ok(tm7::model(&document, &document.threats, Vec::new())));
    }
    if let Ok(template) = tb7::read(bytes) {
        for filter in template.threats.iter().filter_map(|threat| tmt::parse(&threat.include).ok()) {
            assert_eq!(tmt::parse(&filter.to_string()), Ok(filter));
        }
    }
    if let Some(filter) = std::str::from_utf8(bytes).ok().and_then(|text| tmt::parse(text).ok()) {
        assert_eq!(tmt::parse(&filter.to_string()), Ok(filter));
    }
});
